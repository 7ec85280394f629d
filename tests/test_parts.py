"""What a problem asks, and what a course says: the form of a formula, the sign before decimals."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course import Course, read_course
from grader.document import from_python
from grader.errors import GraderError
from grader.expression.forms import FORMS
from grader.parts import CREDIT, VERDICTS, Part
from grader.problem import load_folder, read_problem

SPEC = {"family": "parameter_count", "given": {}}


@pytest.mark.parametrize("form", sorted(FORMS))
def test_forms_that_may_be_asked(form: str) -> None:
    """Every form of the table may stand in `ask`."""
    problem = read_problem(from_python(SPEC | {"ask": {"total": {"points": "2", "form": form}}}), "p")
    assert [(part.step, part.points, part.form) for part in problem.parts] == [("total", 2, form)]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        ({"total": {"form": "expandet"}}, "ask.total.form: unknown form 'expandet'; did you mean 'expanded'?"),
        ({"total": {"form": ["expanded"]}}, "ask.total.form: unknown form"),
        ({"total": {"from": "expanded"}}, "ask.total.from: unknown key 'from'; did you mean 'form'?"),
    ],
)
def test_forms_that_do_not_exist(ask: object, message: str) -> None:
    """A form that is none is told where it stands."""
    with pytest.raises(GraderError) as caught:
        read_problem(from_python(SPEC | {"ask": ask}), "p")
    assert message in str(caught.value)


def test_no_form_unless_asked() -> None:
    """A formula may stand in any form."""
    assert Part("total").form == ""


def test_credit() -> None:
    """Half for what is true and not finished, and for a mistake by name; each verdict may be given a credit."""
    assert CREDIT["incomplete"] == CREDIT["slip"]
    assert set(CREDIT) < set(VERDICTS)


@pytest.mark.parametrize(
    ("text", "decimal"), [("title: ML\n", "point"), ("decimal: comma\n", "comma"), ("decimal: point\n", "point")]
)
def test_decimal(text: str, decimal: str, tmp_path: Path) -> None:
    """The course says what stands before decimals; it is a point unless it says otherwise."""
    (tmp_path / "course.yaml").write_text(text, encoding="utf-8")
    assert read_course(tmp_path).decimal == decimal
    assert Course().decimal == "point"


@pytest.mark.parametrize("text", ["decimal: dot\n", "decimal: [comma]\n", "- decimal\n"])
def test_bad_decimal(text: str, tmp_path: Path) -> None:
    """Anything else is an error that names the file."""
    (tmp_path / "course.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(GraderError, match=r"course\.yaml"):
        read_course(tmp_path)


def test_decimal_reaches_the_problems_below(tmp_path: Path) -> None:
    """Problems in the folder and in folders below are marked by their course."""
    (tmp_path / "course.yaml").write_text("decimal: comma\n", encoding="utf-8")
    (tmp_path / "below").mkdir()
    for place in (tmp_path / "a.yaml", tmp_path / "below" / "b.yaml"):
        place.write_text("family: parameter_count\ngiven: {N: 2, k: 3, C: 1}\n", encoding="utf-8")
    problems, errors = load_folder(tmp_path)
    assert errors == []
    assert {id: problem.decimal for id, problem in problems.items()} == {"a": "comma", "b": "comma"}


def test_numbers_with_a_comma() -> None:
    """0,5 is a half where the course says so, and neither a half nor five elsewhere."""
    import grader

    node = from_python({"family": "mse", "given": {"y": ["1", "2"], "prediction": ["1", "1"]}})
    comma = read_problem(node, "p", course=Course(decimal="comma"))
    assert grader.grade(comma, {"mse": "0,5"})["mse"].verdict == "correct"
    assert grader.grade(read_problem(node, "p"), {"mse": "0,5"})["mse"].verdict == "unreadable"
    assert grader.grade(read_problem(node, "p"), {"mse": "0.5"})["mse"].verdict == "correct"


@pytest.mark.parametrize(
    ("symbols", "message"),
    [
        ({"x": "positiv"}, "symbols.x: unknown domain 'positiv'; did you mean 'positive'?"),
        ({"x": "vector(n, d)"}, "symbols.x: expected 1 length in 'vector(n, d)'"),
        (["x"], "symbols: expected a mapping of symbols to declarations, such as x: positive"),
    ],
)
def test_bad_symbols(symbols: object, message: str) -> None:
    """What a spec declares of its symbols must say something."""
    with pytest.raises(GraderError) as caught:
        read_problem(from_python(SPEC | {"symbols": symbols}), "p")
    assert message in str(caught.value)
