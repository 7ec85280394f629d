"""Gradescope's `results.json`, and the autograder in a mock of Gradescope's folders."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import unittest
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from grader import variants
from grader.cli import main
from grader.export import gradescope
from grader.export.marked import read_marks, read_totals
from grader.marking.marks import Mark, earned
from grader.problem import load

ROOT = Path(__file__).parent.parent.parent
AUTOGRADER = ROOT / "integrations" / "gradescope" / "run_autograder"
TOP = {
    "score", "execution_time", "output", "output_format", "test_output_format", "test_name_format", "visibility",
    "stdout_visibility", "extra_data", "tests", "leaderboard",
}  # fmt: skip
TEST = {
    "score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags", "visibility",
    "extra_data",
}  # fmt: skip
"""The keys that Gradescope's specification names."""


def conforms(made: Any) -> None:
    """What the specification at gradescope-autograders.readthedocs.io says of `results.json`."""
    assert set(made) <= TOP
    assert made["visibility"] in {"hidden", "after_due_date", "after_published", "visible"}
    assert made["output_format"] in {"text", "html", "simple_format", "md", "ansi"}
    assert isinstance(made["score"], int | float)
    for each in made["tests"]:
        assert set(each) <= TEST
        assert each.get("status", "passed") in {"passed", "failed"}
        assert all(isinstance(tag, str) for tag in each["tags"])
        assert isinstance(each["output"], str)


def marked(**changes: Any) -> Mark:
    known = {"student": "s", "problem": "p", "part": "w", "verdict": "wrong", "credit": 0.0, "points": 2.0}
    return Mark(**{**known, **changes})


POINTS = {"total": Fraction(1), "out_of": Fraction(2)}


def shape(value: Any) -> Any:
    """What a value of JSON is made of: of each kind of entry what it holds."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return "number" if isinstance(value, int | float) else type(value).__name__


def test_as_gradescopes_own_package_writes_it() -> None:
    """A test that its runner reports has the keys that ours have, with values of the same kinds."""
    utils = pytest.importorskip("gradescope_utils.autograder_utils")
    decorators = pytest.importorskip("gradescope_utils.autograder_utils.decorators")
    runner = pytest.importorskip("gradescope_utils.autograder_utils.json_test_runner")
    assert utils

    class Sheet(unittest.TestCase):
        @decorators.weight(2)
        @decorators.number("1.1")
        @decorators.tags("p", "wrong")
        def test_w(self) -> None:
            print("Your answer: 3")
            self.fail("It is 4.")

    written = io.StringIO()
    runner.JSONTestRunner(stream=written, visibility="after_due_date", stdout_visibility="hidden").run(Sheet("test_w"))
    theirs = json.loads(written.getvalue())
    ours = json.loads(gradescope.to_json(gradescope.results([marked(answer="3", message="It is 4.")], POINTS)))
    (their_test,), (our_test,) = theirs.pop("tests"), ours.pop("tests")
    assert shape(our_test) == shape(their_test)
    assert {key: our_test[key] for key in ("score", "max_score", "status", "number", "tags")} == {
        key: their_test[key] for key in ("score", "max_score", "status", "number", "tags")
    }
    common = set(theirs) & set(ours)
    assert common >= {"score", "visibility", "stdout_visibility"}
    assert {key: shape(ours[key]) for key in common} == {key: shape(theirs[key]) for key in common}
    assert set(theirs) - common <= {"execution_time", "leaderboard"}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The submissions that come with the program, marked."""
    out = tmp_path_factory.mktemp("graded")
    call = ["grade", str(ROOT / "submissions"), "--problems", str(ROOT / "problems"), "--out", str(out)]
    assert CliRunner().invoke(main, call).exit_code == 0
    return out


def test_each_student_has_a_file(graded: Path) -> None:
    """The scores are those of marks.csv, and the tests sum to what their parts earn."""
    assert CliRunner().invoke(main, ["export", "gradescope", str(graded)]).exit_code == 0
    totals = read_totals(graded / "marks.csv")
    for student, marks in read_marks(graded / "marks.jsonl"):
        made = json.loads((graded / "gradescope" / f"{student}.json").read_bytes())
        conforms(made)
        assert made["score"] == float(totals[student]["total"])
        assert len(made["tests"]) == len(marks)
        assert sum(each.get("score", 0) for each in made["tests"]) == pytest.approx(float(sum(map(earned, marks))))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"verdict": "correct", "credit": 1.0}, "passed"),
        ({"verdict": "follows", "credit": 1.0}, "passed"),
        ({"verdict": "slip", "credit": 0.5}, "failed"),
        ({"verdict": "wrong", "credit": -0.25}, "failed"),
        ({"verdict": "blank"}, "failed"),
        ({"verdict": "review"}, None),
        ({"verdict": "undecided"}, None),
        ({"verdict": "unreadable"}, None),
    ],
)
def test_what_waits_for_a_person_is_not_failed(changes: dict[str, Any], status: str | None) -> None:
    """A test has a status and a score where the verdict is settled, and neither where it is not."""
    made = gradescope.case(marked(**changes), "1.1")
    assert made.get("status") == status
    assert ("score" in made) == (status is not None)
    assert ("worth 2 points" in made["output"]) == (status is None)


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_hostile_text_is_shown_and_does_nothing(answer: str, message: str) -> None:
    """What a student typed comes out as text without control characters, and the file is JSON."""
    mark = marked(answer=answer, message=message, student=answer or "s")
    made = json.loads(gradescope.to_json(gradescope.results([mark], POINTS, told=gradescope.told_of(answer, "/x"))))
    conforms(made)
    shown = made["tests"][0]["output"].replace("\n", "")
    assert all(c.isprintable() or ord(c) > 0x9F for c in shown)


@pytest.mark.parametrize("line", ["{", '{"student": 1}', "[" * 100_000, "\xff"])
def test_a_broken_file_of_marks_is_told(tmp_path: Path, line: str) -> None:
    """One message with the line, and 1."""
    (tmp_path / "marks.csv").write_text("student,total,out_of,p\ns,1,2,1\n")
    (tmp_path / "marks.jsonl").write_bytes(line.encode("latin-1") + b"\n")
    result = CliRunner().invoke(main, ["export", "gradescope", str(tmp_path)])
    assert result.exit_code == 1
    assert "marks.jsonl:1: not a mark" in result.stderr


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "the file is empty"),
        ("a,b\n", "expected the columns"),
        ("student,total,out_of\ns,x,2\n", "marks.csv:2: not a row of points"),
        ("student,total,out_of\ns,1\n", "marks.csv:2: not a row of points"),
        ("student,total,out_of\nt,1,2\n", "'s' of marks.jsonl has no row"),
    ],
)
def test_a_broken_table_of_points_is_told(tmp_path: Path, table: str, said: str) -> None:
    """One message, whatever somebody did to the file."""
    (tmp_path / "marks.csv").write_text(table)
    line = '{"student":"s","problem":"p","part":"w","verdict":"wrong","credit":0,"points":2}'
    (tmp_path / "marks.jsonl").write_text(line + "\n")
    result = CliRunner().invoke(main, ["export", "gradescope", str(tmp_path)])
    assert result.exit_code == 1
    assert said in result.stderr


def test_without_marks_it_says_what_to_do(tmp_path: Path) -> None:
    """The folder of a run that there was not."""
    result = CliRunner().invoke(main, ["export", "gradescope", str(tmp_path)])
    assert result.exit_code == 1
    assert "marks.csv: cannot be opened" in result.stderr


METADATA = {
    "id": 123456,
    "created_at": "2018-07-01T14:22:32.365935-07:00",
    "assignment": {
        "due_date": "2018-07-31T23:00:00.000000-07:00", "group_size": 4, "group_submission": True, "id": 1,
        "course_id": 2, "late_due_date": None, "release_date": None, "title": "1", "total_points": "20.0",
    },
    "submission_method": "upload",
    "users": [{"email": "s001@example.org", "id": 1234, "name": "A Student"}],
    "previous_submissions": [{"submission_time": "2017-04-06T14:24:48.087023-07:00", "score": 0.0, "results": {}}],
}  # fmt: skip
"""As Gradescope's documentation shows it."""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Gradescope's folders, with one problem and nothing handed in."""
    root = tmp_path / "autograder"
    for folder in ("submission", "results", "source/problems"):
        (root / folder).mkdir(parents=True)
    spec = (ROOT / "problems" / "class-notes" / "sgd-line.yaml").read_text()
    (root / "source" / "problems" / "sgd-line.yaml").write_text(spec)
    (root / "submission_metadata.json").write_text(json.dumps(METADATA))
    return root


def autograde(root: Path, **changes: str) -> Any:
    """What `run_autograder` leaves in the mock, its working folder being the root as on Gradescope."""
    grader = root / "grader"
    grader.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from grader.cli import main; main()" "$@"\n')
    grader.chmod(0o755)
    environment = {**os.environ, "AUTOGRADER": str(root), "GRADER": str(grader), "PYTHONPATH": str(ROOT), **changes}
    done = subprocess.run([AUTOGRADER], cwd=root, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((root / "results" / "results.json").read_bytes())


def test_the_autograder_marks_a_submission(tree: Path) -> None:
    """A sheet in the folder becomes results.json; the student is one of those who handed in."""
    page = "student: s001\nanswers:\n  sgd-line: {yhat_1: 0.6, grad_w_1: -2.4, w_1: 0.476}\n"
    (tree / "submission" / "sheet.yaml").write_text(page)
    made = autograde(tree, VISIBILITY="visible")
    conforms(made)
    assert made["visibility"] == "visible"
    by_name = {each["name"]: each for each in made["tests"]}
    assert by_name["sgd-line: yhat_1"]["status"] == "passed"
    assert by_name["sgd-line: w_1"]["status"] == "failed"
    assert made["score"] == pytest.approx(sum(each["score"] for each in made["tests"]))
    assert "handed in by" not in made["output"]


def test_a_sheet_with_another_name_is_told(tree: Path) -> None:
    """Numbers hang on the name on the sheet, so that who handed in must be seen beside it."""
    (tree / "submission" / "sheet.yaml").write_text("student: s002\nanswers: {sgd-line: {yhat_1: 0.6}}\n")
    made = autograde(tree)
    assert "The sheet names the student 's002'; it was handed in by A Student." in made["output"]
    assert "1 of" in made["output"]


def test_a_group_has_results(tree: Path) -> None:
    """One sheet for all, marked once."""
    group = [{"email": f"s00{k}@example.org", "id": k, "name": f"Student {k}"} for k in (1, 2)]
    (tree / "submission_metadata.json").write_text(json.dumps(METADATA | {"users": group}))
    (tree / "submission" / "sheet.yaml").write_text("student: s002\nanswers: {sgd-line: {yhat_1: 0.6}}\n")
    made = autograde(tree)
    conforms(made)
    assert made["score"] == 1
    assert made["extra_data"]["student"] == "s002"
    assert "Cannot use" not in made["output"]


def test_numbers_hang_on_the_name_on_the_sheet(tree: Path) -> None:
    """The sheet that a student was given earns its points, though Gradescope knows the student by an address alone."""
    drawn = variants.of(load(tree / "source" / "problems" / "sgd-line.yaml"), "42", "A-1234")
    key = {step: float(drawn.solution[step].value) for step in ("yhat_1", "w_5")}
    sheet = f"student: A-1234\nseed: 42\nanswers: {{sgd-line: {json.dumps(key)}}}\n"
    (tree / "submission" / "sheet.yaml").write_text(sheet)
    made = autograde(tree)
    assert made["score"] == 3
    assert "The sheet names the student 'A-1234'" in made["output"]


@pytest.mark.parametrize(
    ("name", "page", "told"),
    [
        ("sheet.yaml", "student: [", "Cannot use sheet.yaml:1"),
        ("sheet.pdf", "%PDF-1.7", "Cannot use sheet.pdf: a file of this kind"),
        ("<b>.yaml", "student: s001\nanswers: {\x1b[2J: {}}\n", "Cannot use <b>.yaml"),
    ],
)
def test_what_cannot_be_marked_is_told_to_the_student(tree: Path, name: str, page: str, told: str) -> None:
    """There is a results.json whatever was handed in, without the folders of the machine in it."""
    (tree / "submission" / name).write_text(page)
    made = autograde(tree)
    conforms(made)
    assert (made["score"], made["tests"], made["visibility"]) == (0, [], "visible")
    assert told in made["output"]
    assert str(tree) not in made["output"]


def test_an_empty_submission_has_results(tree: Path) -> None:
    """Nothing in the folder at all, and no metadata."""
    (tree / "submission_metadata.json").unlink()
    made = autograde(tree)
    conforms(made)
    assert made["score"] == 0
    assert "could be marked" in made["output"]
