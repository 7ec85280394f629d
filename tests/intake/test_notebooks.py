"""Notebooks: the same answers by tag, by nbgrader's names and below headings, and nothing of them is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import GraderError
from grader.intake import Submission, read
from grader.intake.code_cells import assignments, literal


def cell(kind: str, source: str | list[str], **metadata: Any) -> dict[str, Any]:
    more = {"outputs": [{"answer": [[1]]}], "execution_count": 1} if kind == "code" else {}
    return {"cell_type": kind, "source": source, "metadata": metadata, **more}


def written(path: Path, *cells: dict[str, Any], **metadata: Any) -> Path:
    path.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
    return path


def found(path: Path) -> tuple[dict[str, object], list[str]]:
    items = list(read(path))
    errors = [str(item).replace(f"{path.parent}/", "") for item in items if isinstance(item, GraderError)]
    return {item.student: item.answers for item in items if isinstance(item, Submission)}, errors


NBGRADER = {"grade_id": "line.w_1", "solution": True, "grade": True, "locked": False}
TESTS = {"grade_id": "line.w_2", "solution": False, "grade": True, "locked": True}


@pytest.mark.parametrize(
    ("cells", "answers"),
    [
        ([cell("code", "w_1 = 0.600  # as rounded", tags=["grader:line.w_1"])], {"w_1": "0.600"}),
        ([cell("code", ["import os\n", "w_1 = 0.5 - 2 * lr\n", "w_1"], tags=["x", "line.w_1"])],
         {"w_1": "0.5 - 2 * lr"}),
        ([cell("code", "answer = [[1, 2],\n  [3, 4]]", tags=["line.X"])], {"X": "[[1, 2],\n  [3, 4]]"}),
        ([cell("code", r"same = '\\hat y (1 - \\hat y)'", tags=["line.same"])], {"same": r"\hat y (1 - \hat y)"}),
        ([cell("code", "print(3)", tags=["line.w_1"])], {"w_1": "print(3)"}),
        ([cell("raw", " 0.60\n", tags=["grader:line.w_1"])], {"w_1": "0.60"}),
        ([cell("markdown", "It is the sum,\nof course.", tags=["line.why"])], {"why": "It is the sum,\nof course."}),
        ([cell("code", "w_1 = 2", nbgrader=NBGRADER), cell("code", "w_2 = 9", nbgrader=TESTS)], {"w_1": "2"}),
        ([cell("markdown", "## Line, `line`\nFind:\n| a | b |\n- w_1 = 0.60\n- w_2 = 1"), cell("code", "x = 0")],
         {"w_1": "0.60", "w_2": "1", "x": "0"}),
        ([cell("markdown", "# `line`"), cell("code", "w_1 = np.array([1.5, -2e-3])\nw_2 = f(w_1)")],
         {"w_1": "np.array([1.5, -2e-3])"}),
        ([cell("markdown", "# line\nw_1 ="), cell("markdown", "|1|2|\n|-|-|")], {"w_1": [["1", "2"]]}),
        ([cell("markdown", "w_0 = 3\n```\ncode\n```\n# `line`\nw_1 = 1")], {"w_1": "1"}),
    ],
)  # fmt: skip
def test_ways_to_answer(tmp_path: Path, cells: list[dict[str, Any]], answers: dict[str, object]) -> None:
    assert found(written(tmp_path / "s001.ipynb", *cells)) == ({"s001": {"line": answers}}, [])


@pytest.mark.parametrize(
    ("cells", "metadata", "student"),
    [
        ([], {}, "a file"),
        ([], {"student": "s007"}, "s007"),
        ([cell("code", "student = 's008'")], {"student": "s007"}, "s008"),
        ([cell("markdown", "student = s009")], {}, "s009"),
    ],
)
def test_whose_it_is(tmp_path: Path, cells: list[dict[str, Any]], metadata: dict[str, str], student: str) -> None:
    path = written(tmp_path / "a file.ipynb", *cells, cell("code", "w_1 = 1", tags=["line.w_1"]), **metadata)
    assert found(path) == ({student: {"line": {"w_1": "1"}}}, [])


def test_two_cells_for_a_step(tmp_path: Path) -> None:
    path = written(tmp_path / "a.ipynb", *[cell("code", f"w_1 = {k}", tags=["line.w_1"]) for k in (1, 2)])
    assert found(path) == (
        {"a": {"line": {"w_1": "1"}}},
        ["a.ipynb: cell 2: 'line.w_1' is answered by two cells; the first is read; remove one of them"],
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "a.ipynb:1: not a notebook: Expecting property name"),
        ("[" * 100_000, "a.ipynb: not a notebook: nested too deep"),
        ('{"worksheets": []}', "a.ipynb: not a notebook of format 4"),
        ("[]", "a.ipynb: not a notebook of format 4"),
        ("", "a.ipynb: the file is empty"),
    ],
)
def test_no_notebook(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "a.ipynb").write_text(content)
    answers, (error,) = found(tmp_path / "a.ipynb")
    assert not answers
    assert error.startswith(message)


def test_odd_cells_do_no_harm(tmp_path: Path) -> None:
    """Cells of any shape, magics, halves of characters, and a number with a million digits."""
    odd = [1, None, {}, {"source": 3}, {"source": [1, "a"], "metadata": [], "cell_type": 7}]
    cells = [*odd, cell("code", "%matplotlib inline\n!rm -rf /\nw = '\ud800", tags=[1, "line.w"], nbgrader=1)]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": 3, "x": int("1" * 4000)}).replace("1" * 4000, "1" * 10**6))
    assert found(path) == ({"a": {"line": {"w": "'?"}}}, [])


def test_as_nbformat_writes_them(tmp_path: Path) -> None:
    """A notebook that Jupyter's own package writes and validates is read."""
    nbformat = pytest.importorskip("nbformat")
    from_jupyter = nbformat.v4
    notebook = from_jupyter.new_notebook(metadata={"student": "s001"})
    notebook.cells = [
        from_jupyter.new_markdown_cell("## `line`\nw_1 = 0.60"),
        from_jupyter.new_code_cell("w_2 = 3", metadata={"tags": ["grader:line.w_2"]}),
        from_jupyter.new_code_cell("w_3 = 4", metadata={"nbgrader": {**NBGRADER, "grade_id": "line.w_3"}}),
    ]
    nbformat.validate(notebook)
    nbformat.write(notebook, tmp_path / "a.ipynb")
    assert found(tmp_path / "a.ipynb") == ({"s001": {"line": {"w_1": "0.60", "w_2": "3", "w_3": "4"}}}, [])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = 1; b = 2", {"a": "1"}),
        ("a = (1 +\n 2)\nb = 3", {"a": "(1 +\n 2)", "b": "3"}),
        ("a = 1 + \\\n 2", {"a": "1 +  2"}),
        ("a = '#1' # one", {"a": "'#1'"}),
        ('a = """x\ny"""\nb = 1', {"a": '"""x\ny"""', "b": "1"}),
        ("a == 1\na += 1\n a = 2\na.b = 3\na[0] = 4", {}),
        ("a = [1, 2", {"a": "[1, 2"}),
        ("ŷ_1 = 0.6", {"ŷ_1": "0.6"}),
    ],
)
def test_assignments(source: str, expected: dict[str, str]) -> None:
    assert dict(assignments(source)) == expected


@given(st.text(alphabet="a=1.e-+[](){}'\"\\#\n r,"))
def test_any_source_ends(source: str) -> None:
    """What is found stands in the source, and reading a value never fails."""
    for name, value in assignments(source):
        assert name in source
        plain = literal(value)
        assert plain is None or len(plain) <= len(value)


def test_long_values_are_read_in_a_moment() -> None:
    for value in ("1" * 100_000 + "x", "[" * 100_000, "'" + "\\'" * 50_000, "-" * 100_000, "1e" * 50_000):
        assert dict(assignments(f"w = {value}"))["w"] == value
        assert literal(value) in (None, value)
