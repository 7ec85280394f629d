"""What people hand in by mistake: one clear message each, the rest marked, exit 1, no traceback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import main

SPEC = """\
title: Two samples
family: sgd
given:
  w: 0.5
  b: 0.1
  lr: 0.01
  x: [1, 2]
  y: [3, 5]
ask: {"yhat_*": 1}
"""
SHEET = "student: ann\nanswers: {good: {yhat_1: 0.6, yhat_2: 1.172}}\n"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one good problem and one good submission, which must be marked whatever stands beside them."""
    monkeypatch.chdir(tmp_path)
    for folder in ("problems", "submissions"):
        Path(folder).mkdir()
    Path("problems/good.yaml").write_text(SPEC)
    Path("submissions/ann.yaml").write_text(SHEET)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def assert_told(result: Result, message: str) -> None:
    """The message stands alone on its line, the good submission is marked, and the exit status is 1."""
    assert result.stderr.splitlines() == [f"cannot use {message}"]
    assert result.exit_code == 1
    assert '"student":"ann"' in Path("out/marks.jsonl").read_text()
    assert Path("out/marks.csv").read_text().splitlines()[1].startswith("ann,2,2")


PROBLEMS = [
    (
        SPEC.replace("family: sgd", "family: sdg"),
        "problems/bad.yaml:2: family: unknown family 'sdg'; did you mean 'sgd'?",
    ),
    (
        SPEC.replace("  lr: 0.01\n", ""),
        "problems/bad.yaml:3: given: sgd needs the given 'lr': a number; see `grader families sgd`",
    ),
    (
        SPEC.replace("  lr:", "  momentum: 1\n  lr:"),
        "problems/bad.yaml:6: given.momentum: sgd has no given 'momentum'; known here: b, lr, w, x, y",
    ),
    (SPEC.replace("w: 0.5", "w: [0.5, 1]"), "problems/bad.yaml:4: given.w: expected a number, got a list of 2"),
    (
        SPEC.replace("w: 0.5", "w: half"),
        "problems/bad.yaml:4: given.w: expected a number, got 'half'; write a number as 0.25, -3/4 or 1e-3",
    ),
    (
        SPEC.replace("[3, 5]", "[3, 5, 7]"),
        "problems/bad.yaml:8: given.y: expected as many targets as inputs: x has 2 and y has 3",
    ),
    (
        SPEC.replace("yhat_*", "yaht_1"),
        "problems/bad.yaml:9: ask.yaht_1: no step 'yaht_1' in this solution; did you mean 'yhat_1'?",
    ),
    (SPEC.replace("ask:", "aks:"), "problems/bad.yaml:9: aks: unknown key 'aks'; did you mean 'ask'?"),
    (SPEC + "title: Again\n", "problems/bad.yaml:10: the key 'title' stands twice; the first is on line 1"),
    ("family: conv2d\ngiven:\n  X:\n    - [1, 2, 3]\n    - [4, 5]\n  K: [[1]]\n",
     "problems/bad.yaml:5: given.X: a ragged matrix: row 2 has 2 entries where row 1 has 3; "
     "give every row as many entries"),
    ("family: conv2d\ngiven:\n  X: [[1, 2], [3, 4]]\n  K: sobel\n",
     "problems/bad.yaml:4: given.K: unknown kernel 'sobel'; did you mean 'sobel_y'?"),
    ("family: conv2d\ngiven:\n  X: [[1, 2], [3, 4]]\n  K: sobel_x\n",
     "problems/bad.yaml:4: given.K: a kernel that spans 3×3 is larger than the (padded) image, 2×2"),
    ("title: [one\nfamily: sgd\n",
     "problems/bad.yaml:2: not YAML: did not find expected ',' or ']'; quote the text, or mend it"),
    ("", "problems/bad.yaml: the file is empty; fill it in or remove it"),
    ("- a list\n",
     "problems/bad.yaml: expected a mapping with title, family, given and ask; see `grader new FAMILY`"),
    ("\x00\x01", "problems/bad.yaml: not YAML: the character U+0000 is not allowed; save it as plain text in UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "message"), PROBLEMS)
def test_a_bad_problem(course: Path, spec: str, message: str) -> None:
    """A spec that cannot be used is named with its line; the other problems are marked."""
    Path("problems/bad.yaml").write_text(spec)
    assert_told(run("grade", "submissions"), message)


SUBMISSIONS = [
    ("bad.yaml", "student: bob\nanswers:\n  godo: {yhat_1: 1}\n",
     "submissions/bad.yaml:3: answers.godo: unknown problem 'godo'; did you mean 'good'?"),
    ("bad.yaml", "student: bob\nanswers:\n  good:\n    yhat_1: 1\n    yaht_2: 1\n",
     "submissions/bad.yaml:5: answers.good.yaht_2: 'good' has no step 'yaht_2'; did you mean 'yhat_2'?"),
    ("bad.yaml", "student: bob\nanswers:\n  good: [1, 2]\n",
     "submissions/bad.yaml:3: answers.good: expected a mapping of steps to answers; write them as w_1: 0.524"),
    ("bad.yaml", "student: bob\nanswer: {}\n",
     "submissions/bad.yaml:2: answer: unknown key 'answer'; did you mean 'answers'?"),
    ("bad.yaml", "answers: {good: {yhat_1: 1}}\n",
     "submissions/bad.yaml: no student is named; write student: and an identifier"),
    ("bad.yaml", SHEET, "submissions/bad.yaml: 'ann' has already handed in, with submissions/ann.yaml; "
     "the first is marked; remove one of them"),
    ("bad.yaml", "student: bob\nanswers: {good: {yhat_1: [1, 2}\n",
     "submissions/bad.yaml:2: not YAML: did not find expected ',' or ']'; quote the text, or mend it"),
    ("bad.yaml", "a: &x 1\nb: *x\n",
     "submissions/bad.yaml:1: anchors and aliases (& and *) are not read; write the value out"),
    ("bad.yaml", "a: " + "[" * 100_000, "submissions/bad.yaml:1: nested more than 32 deep; flatten it"),
    ("bad.yaml", "", "submissions/bad.yaml: the file is empty; fill it in or remove it"),
    ("bad.yaml", b"\x89PNG\r\n\x1a\n",
     "submissions/bad.yaml: not a text file: byte 0x89 at offset 0 is not UTF-8; save it as plain text in UTF-8"),
    ("page.png", b"\x89PNG\r\n\x1a\n",
     "submissions/page.png: a file of this kind ('.png') is not a submission; "
     "expected .yaml, .yml, .json, .jsonl, .csv, .md, .ipynb, .zip, .tar, .tar.gz, .tgz"),
    ("bad.json", '{"student": "bob", ', "submissions/bad.json:1: not JSON: Expecting property name enclosed in "
     "double quotes at column 20"),
    ("bad.json", "[" * 100_000, "submissions/bad.json: nested more than 32 deep; flatten it"),
    ("bad.json", '{"student": "bob", "student": "eve"}', "submissions/bad.json: the key 'student' stands twice"),
    ("bad.jsonl", '{"student": "bob", "answers": {}}\nnot json\n{"student": "eve", "answers": {}}\n',
     "submissions/bad.jsonl:2: not JSON: Expecting value at column 1"),
    ("bad.csv", "student,good.yhat_1,mark\nbob,1,2\n",
     "submissions/bad.csv:1: the column 'mark' names no step; expected problem.step; "
     "write a mapping.yaml beside it where the columns have other names"),
    ("bad.csv", "studnt,good.yhat_1\nbob,1\n",
     "submissions/bad.csv:1: expected a column named student; did you mean 'studnt'?"),
    ("bad.csv", "student,good.yhat_1\nbob,1,2\neve,1\n",
     "submissions/bad.csv:2: more cells than columns; quote the cells that hold commas"),
    ("bad.csv", "student,good.yhat_1\n,1\neve,1\n",
     "submissions/bad.csv:2: no student is named; fill in the column student"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), SUBMISSIONS)
def test_a_bad_submission(course: Path, name: str, content: str | bytes, message: str) -> None:
    """A submission, or the part of it, that cannot be used is named with its line; the others are marked."""
    path = Path("submissions", name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert_told(run("grade", "submissions"), message)


@pytest.fixture
def nobody(course: Path) -> Iterator[None]:
    """A user who may not read everything; root may, so that root lends its place for the length of a test."""
    course.chmod(0o777)
    for parent in course.parents:
        if parent.name.startswith(("pytest", "popen", "test")):
            parent.chmod(0o755)
    run("grade", "submissions", "--out", "first")  # what is loaded later may lie where only root reads
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield
    if root:
        os.seteuid(0)


@pytest.mark.parametrize("folder", ["problems", "submissions"])
def test_a_folder_without_permission(course: Path, folder: str, request: pytest.FixtureRequest) -> None:
    """A folder that may not be opened is named; the rest is marked."""
    locked = Path(folder, "locked")
    locked.mkdir()
    locked.chmod(0)
    request.getfixturevalue("nobody")
    assert_told(run("grade", "submissions"), f"{locked}: cannot be opened: Permission denied; check its permissions")


def test_a_file_without_permission(course: Path, request: pytest.FixtureRequest) -> None:
    """A file that may not be opened is named; the rest is marked."""
    locked = Path("submissions/bob.yaml")
    locked.write_text(SHEET.replace("ann", "bob"))
    locked.chmod(0)
    request.getfixturevalue("nobody")
    assert_told(run("grade", "submissions"), f"{locked}: cannot be opened: Permission denied; check its permissions")


def test_a_place_that_cannot_be_written(course: Path) -> None:
    """Results that have nowhere to go are said so."""
    Path("taken").write_text("")
    result = run("grade", "submissions", "--out", "taken")
    assert result.stderr == "cannot use taken: cannot be written: File exists; name another with --out\n"
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["grade", "nowhere"], "nowhere: no such file or folder; check the path"),
        (["grade", "submissions", "--problems", "nowhere"], "nowhere: no such file or folder; check the path"),
        (["check", "nowhere"], "nowhere: no such file or folder; check the path"),
        (["show", "goood"], "unknown problem 'goood'; did you mean 'good'?"),
        (["families", "sgdd"], "unknown family 'sgdd'; did you mean 'sgd'?"),
        (["new", "cn"], "unknown family 'cn'; did you mean 'cnn'?"),
    ],
)
def test_a_name_that_is_not_there(course: Path, arguments: list[str], message: str) -> None:
    """What is not there is said so, with what may have been meant."""
    result = run(*arguments)
    assert result.stderr.splitlines()[0] == f"cannot use {message}"
    assert result.exit_code == 1


def test_a_bad_call(course: Path) -> None:
    """A call that is not of a command's form ends with 2."""
    assert run("grade").exit_code == 2
    assert run("key", "--format", "docx").exit_code == 2
    assert run("mark").exit_code == 2


def test_a_broken_problem_is_told_once(course: Path) -> None:
    """Submissions to a problem whose spec is broken say nothing more about it."""
    Path("problems/bad.yaml").write_text(SPEC.replace("sgd", "sdg"))
    Path("submissions/bob.yaml").write_text("student: bob\nanswers: {bad: {yhat_1: 1}}\n")
    assert_told(run("grade", "submissions"), PROBLEMS[0][1])


def test_two_problems_of_one_name(course: Path) -> None:
    """The id is the file's name, so that two files of one name cannot both be used."""
    Path("problems/week").mkdir()
    Path("problems/week/good.yaml").write_text(SPEC)
    message = "problems/week/good.yaml: the id 'good' is taken by problems/good.yaml; rename one of the files"
    assert_told(run("grade", "submissions"), message)
