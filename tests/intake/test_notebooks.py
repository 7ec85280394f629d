"""Notebooks: the same answers by tag, by nbgrader's names and below headings, and nothing of them is run."""

from __future__ import annotations

import importlib.util
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
        ([cell("code", "w_1 = 2", nbgrader=NBGRADER | {"grade_id": "line--w_1"})], {"w_1": "2"}),
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


@pytest.mark.parametrize(
    ("kind", "stub"),
    [
        ("markdown", "YOUR ANSWER HERE"),
        ("code", "# YOUR CODE HERE\nraise NotImplementedError()"),
        ("code", "raise NotImplementedError"),
    ],
)
def test_what_nbgrader_leaves_to_be_replaced_is_no_answer(tmp_path: Path, kind: str, stub: str) -> None:
    """And what stands above a line that was left there is one."""
    path = written(tmp_path / "a.ipynb", cell(kind, stub, nbgrader=NBGRADER))
    assert found(path) == ({"a": {}}, [])
    path = written(tmp_path / "a.ipynb", cell("code", f"w_1 = 3\n{stub}", nbgrader=NBGRADER))
    assert found(path) == ({"a": {"line": {"w_1": "3"}}}, [])


IMAGE = {"plot.png": {"image/png": "iVBORw0KGgo="}}


@pytest.mark.parametrize("minor", range(6))
def test_as_nbformat_writes_them(tmp_path: Path, minor: int) -> None:
    """A notebook that Jupyter's own package writes and validates is read, in every version of format 4."""
    nbformat = pytest.importorskip("nbformat")
    v4 = nbformat.v4
    notebook = v4.new_notebook(metadata={"student": "s001"})
    heading = v4.new_markdown_cell("## `line`\n![](attachment:plot.png)\nw_1 = 0.60")
    shown = v4.new_output("display_data", {"text/plain": "w_2 = 9", "image/png": "iVBORw0KGgo="})
    notebook.cells = [
        heading,
        v4.new_code_cell("w_2 = 3", metadata={"tags": ["grader:line.w_2"]}, outputs=[shown], execution_count=2),
        v4.new_code_cell("w_3 = 4\nw_3", metadata={"nbgrader": {**NBGRADER, "grade_id": "line--w_3"}}),
        v4.new_raw_cell("0.50", metadata={"tags": ["line.w_4"]}),
    ]
    if minor:  # 4.0 has no attachments
        heading["attachments"] = IMAGE
    if minor < 5:  # nor names of cells before 4.5
        for each in notebook.cells:
            del each["id"]
    notebook.nbformat_minor = minor
    nbformat.validate(notebook)
    nbformat.write(notebook, tmp_path / "a.ipynb", version=nbformat.NO_CONVERT)
    assert json.loads((tmp_path / "a.ipynb").read_text())["nbformat_minor"] == minor
    answers = {"w_1": "0.60", "w_2": "3", "w_3": "4", "w_4": "0.50"}
    assert found(tmp_path / "a.ipynb") == ({"s001": {"line": answers}}, [])


def test_format_3_is_read_once_jupyter_has_upgraded_it(tmp_path: Path) -> None:
    """The message says so, and what nbformat makes of the notebook is read."""
    nbformat = pytest.importorskip("nbformat")
    v3 = nbformat.v3
    cells = [v3.new_heading_cell("`line`", level=2), v3.new_code_cell("w_1 = 0.60")]
    old = v3.new_notebook(worksheets=[v3.new_worksheet(cells=cells)], metadata=v3.new_metadata(name="a"))
    nbformat.write(old, tmp_path / "a.ipynb", version=3)
    assert "save it with a newer Jupyter" in found(tmp_path / "a.ipynb")[1][0]
    nbformat.write(nbformat.read(tmp_path / "a.ipynb", as_version=4), tmp_path / "a.ipynb")
    assert found(tmp_path / "a.ipynb") == ({"a": {"line": {"w_1": "0.60"}}}, [])


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_text_of_a_cell_is_what_nbformat_reads(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """However nbformat cuts it into lines."""
    nbformat = pytest.importorskip("nbformat")
    cells = [nbformat.v4.new_raw_cell(text, metadata={"tags": ["line.why"]})]
    path = tmp_path_factory.mktemp("any") / "a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    said = nbformat.read(path, as_version=4).cells[0].source.strip()
    stub = said in {"YOUR ANSWER HERE", "raise NotImplementedError"}
    assert found(path)[0] == {"a": {"line": {"why": said}} if said and not stub else {}}


@pytest.mark.parametrize("version", [1, 2, 3])
def test_addresses_that_nbgrader_takes(version: int) -> None:
    """Its schema of metadata allows no dot in a cell's name, so an address has two dashes in its place."""
    jsonschema = pytest.importorskip("jsonschema")
    nbgrader = importlib.util.find_spec("nbgrader")
    if nbgrader is None or nbgrader.origin is None:
        pytest.skip("nbgrader is not installed")
    schema = json.loads((Path(nbgrader.origin).parent / "nbgraderformat" / f"v{version}.json").read_text())
    about = NBGRADER | {"schema_version": version, "points": 1, "grade_id": "sgd-line--w_1"}
    jsonschema.validate(about, schema)
    with pytest.raises(jsonschema.ValidationError, match="does not match"):
        jsonschema.validate(about | {"grade_id": "sgd-line.w_1"}, schema)


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
