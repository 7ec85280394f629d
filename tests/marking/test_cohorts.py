"""A cohort's marks as arrays: the same as each student's alone, whatever the form of the answers."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.document import Text, from_python
from grader.expression.numerals import read_numeral
from grader.marking import Marked, Sheet, joined, mark, mark_cohort, unpacked
from grader.marking.answers import Reader
from grader.marking.handed import coded, handed_in
from grader.marking.plain import decimals
from grader.parts import VERDICTS
from grader.problem import Problem, load

PROBLEMS = {
    "sgd-line": "problems/class-notes/sgd-line.yaml",
    "softmax-derivative": "problems/exercise-2-report/softmax-derivative.yaml",
    "lenet-5": "problems/class-notes/lenet-5.yaml",
}
ODD = (["1", "2"], "", "abc ?", None, {"a": "1"}, True, [["1", "x"]], "1,234.5.6", "−0,5", 3, "1/0", "9" * 400, "1e999")


@pytest.fixture(scope="module")
def problem() -> Problem:
    return load(PROBLEMS["sgd-line"])


def typed(values: Any, decimals: int) -> Any:
    """Numbers as a student types them."""
    return [typed(each, decimals) for each in values] if isinstance(values, list) else f"{values:.{decimals}f}"


def cohort(problem: Problem, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Pages with their own rounding, mistakes that are carried on by nobody, blanks, and what is no answer."""
    draw = random.Random(seed)
    for _ in range(count):
        page: dict[str, Any] = {}
        digits = draw.choice([1, 3, 4, 6])
        for name, step in problem.solution.items():
            values = step.value if name in problem.solution.arrays else 1.0
            number = np.asarray(values, dtype=float) * draw.choice([1] * 12 + [-1, 10, 1.37])
            page[name] = draw.choice(ODD) if draw.random() < 0.06 else typed(number.tolist(), digits)
            if draw.random() < 0.05:
                del page[name]
        yield page


def lines(problem: Problem, marked: Marked, students: list[str]) -> list[bytes]:
    """The marks as lines of `marks.jsonl`, put together from their tails."""
    encode, tails = msgspec.json.encode, marked.tails()
    head = b',"problem":' + encode(problem.id) + b","
    rows = zip(students, marked.codes.T.tolist(), strict=True)
    return [b'{"student":' + encode(student) + head + tails[code] for student, row in rows for code in row]


@pytest.mark.parametrize("size", [1, 7])
@pytest.mark.parametrize("id", PROBLEMS)
def test_chunks_change_nothing(id: str, size: int) -> None:
    """A cohort cut into pieces has the marks that it has whole, in the same bytes."""
    problem = load(PROBLEMS[id])
    pages = list(cohort(problem, 40, seed=3))
    students = [f"s{i}" for i in range(len(pages))]
    whole = mark_cohort(problem, pages)
    pieces = [mark_cohort(problem, pages[k : k + size]) for k in range(0, len(pages), size)]
    together = joined(pieces)
    assert lines(problem, together, students) == lines(problem, whole, students)
    assert [together.points[k] for k in together.totals] == [whole.points[k] for k in whole.totals]
    assert len(set(together.lines)) == len(together.lines)


def test_lines_are_marks(problem: Problem) -> None:
    """A line is what the record of the mark is in JSON; totals and verdicts are those of the records."""
    pages = list(cohort(problem, 60, seed=4))
    sheets = [Sheet(f"ü{i}", from_python(page)) for i, page in enumerate(pages)]
    records, marked = mark(problem, sheets), mark_cohort(problem, pages)
    encoded = [msgspec.json.encode(mark) for marks in records for mark in marks]
    assert lines(problem, marked, [sheet.student for sheet in sheets]) == encoded
    assert [marked.points[k] for k in marked.totals] == [problem.total(marks) for marks in records]
    verdicts = [[VERDICTS[k] for k in row] for row in marked.verdicts[marked.codes].T]
    assert verdicts == [[mark.verdict for mark in marks] for marks in records]


@pytest.fixture(scope="module")
def whole(problem: Problem) -> Marked:
    return mark_cohort(problem, list(cohort(problem, 30, seed=5)))


@settings(deadline=None)
@given(rows=st.lists(st.integers(0, 29), max_size=40))
def test_some_students(whole: Marked, rows: list[int]) -> None:
    """Some students' marks are theirs among all, with nothing beside, also from bytes."""
    some = whole.take(np.array(rows, dtype=np.intp))
    names = [str(row) for row in rows]
    everybody = whole.marks([str(row) for row in range(30)])
    assert some.marks(names) == [everybody[row] for row in rows]
    assert set(some.codes.ravel().tolist()) == set(range(len(some.lines)))
    for other in (unpacked(some.packed()), pickle.loads(pickle.dumps(some))):
        assert other.marks(names) == some.marks(names)
        assert (other.points, other.totals.tolist()) == (some.points, some.totals.tolist())


def test_others_cannot_be_joined(problem: Problem) -> None:
    """Marks on another problem are no more marks on this one."""
    other = load(PROBLEMS["lenet-5"])
    with pytest.raises(ValueError, match="sgd-line"):
        joined([mark_cohort(problem, [{}]), mark_cohort(other, [{}])])


def test_nobody(problem: Problem) -> None:
    """A cohort of nobody has no marks."""
    marked = mark_cohort(problem, [])
    assert (len(marked), marked.bodies, marked.points) == (0, b"", ())
    assert unpacked(marked.packed()).codes.shape == (len(problem.parts), 0)


def test_totals_by_the_policy() -> None:
    """A penalty, the floor at zero and rounding are those of `Problem.total`."""
    from grader.problem import read_problem

    spec = {"family": "parameter_count", "given": {}, "policy": {"wrong": "-0.5", "round": "0.5"}}
    first = read_problem(from_python(spec), "p")
    pages = [dict.fromkeys(first.solution, "7"), {}, {"total": "N k^2"}]
    marked = mark_cohort(first, pages)
    expected = [first.total(marks) for marks in marked.marks(["a", "b", "c"])]
    assert [marked.points[k] for k in marked.totals] == expected
    assert all(isinstance(points, Fraction) and points >= 0 for points in marked.points)


@pytest.mark.parametrize(
    ("values", "nodes"),
    [
        ([1, True, "1", "true", None, ""], ["1", "true", "1", "true", "", ""]),
        ([["1"], [1], "['1']", [True], [[None]]], [["1"], ["1"], "['1']", ["true"], [[""]]]),
        ([{"a": 1}, {"a": True}, 0, False, "0"], [{"a": "1"}, {"a": "true"}, "0", "false", "0"]),
        ([Text("2", 4), "2", from_python([2]), [2], "\ud800"], ["2", "2", ["2"], ["2"], "?"]),
    ],
)
def test_plain_answers(values: list[Any], nodes: list[Any]) -> None:
    """Plain data is what a document makes of it; true is not 1."""
    distinct, codes = coded(values)
    assert [distinct.node(code) for code in codes.tolist()] == nodes == [from_python(value) for value in values]


def test_what_is_missing_is_not_blank(problem: Problem) -> None:
    """No answer, and an answer of nothing, are both blank; the record tells them apart."""
    handed = handed_in([{}, {"w_1": None}, {"nonsense": "1"}], problem.solution, ["w_1"])
    assert (handed.steps, handed.codes.tolist(), handed.sheet(0)) == (("w_1",), [[0, 1, 0]], {})
    absent, nothing, _ = mark_cohort(problem, [{}, {"w_1": None}, {"nonsense": "1"}]).marks(["a", "b", "c"])
    assert (absent["w_1"].verdict, absent["w_1"].answer) == ("blank", None)
    assert (nothing["w_1"].verdict, nothing["w_1"].answer) == ("blank", "")


SIGNS = st.text("0123456789.,+-−eE \0٣", max_size=18)
NUMBERS = st.from_regex(r"[+-]?[0-9]{0,9}[.,]?[0-9]{0,9}", fullmatch=True)


@given(st.lists(SIGNS | NUMBERS), st.sampled_from(["point", "comma"]))
def test_decimals_are_numerals(texts: list[str], decimal: str) -> None:
    """What is read as a plain decimal is read the same by itself, to the last bit."""
    found = decimals(texts, decimal)
    for k in np.flatnonzero(found.plain).tolist():
        one = read_numeral(texts[k], decimal)
        assert repr(found.values[k].item()) == repr(float(one.value))
        assert (found.half_units[k], found.digits[k]) == (float(one.unit) / 2, one.digits)


@given(text=NUMBERS)
def test_decimals_are_what_a_reader_reads(problem: Problem, text: str) -> None:
    """A plain decimal is one number to the reader of answers, too."""
    step = problem.solution["w_1"]
    if decimals([text]).plain[0]:
        answer = Reader()(step, Text(text))
        assert (answer.shape, answer.values.tolist()) == ((), decimals([text]).values.tolist())


def test_a_table_of_which_not_all_can_be_read(problem: Problem) -> None:
    """What is neither a number nor a table is unreadable, and what comes after it is not led astray by it."""
    (marks,) = mark_cohort(problem, [{"yhat_1": "1,234.5.6", "grad_w_1": "-2.4", "w_1": "0.524"}]).marks(["s"])
    assert [marks[step].verdict for step in ("yhat_1", "grad_w_1", "w_1")] == ["unreadable", "correct", "correct"]
