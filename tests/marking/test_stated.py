"""Answers that state something: who judges them, and the marks that they earn."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from grader.document import from_python
from grader.expression.compare import Comparison
from grader.marking import Sheet, mark, words
from grader.marking.stated import JUDGES, Judgement, body_of, judged
from grader.problem import Problem, load, read_problem


def formula(**others: Any) -> Problem:
    return read_problem(from_python({"family": "parameter_count", "given": {}, **others}), "p")


@pytest.mark.parametrize("answer", [None, "", "  ", [], {}])
def test_nothing_is_blank(answer: Any) -> None:
    """No answer, and one with nothing in it."""
    problem = formula()
    node = None if answer is None else from_python(answer)
    assert judged(problem, problem.parts[-1], node).verdict == "blank"


def test_every_kind_has_its_judge() -> None:
    """Formulas, derivations, and prose for a person."""
    assert set(JUDGES) == {"formula", "derivation", "person"}


@pytest.mark.parametrize("answer", ["Because convolutions share weights.", ["a", "b"], "x = 2"])
def test_prose_is_for_a_person(answer: Any) -> None:
    """Nothing of it is read."""
    problem = load("problems/exercise-2-report/padding-in-words.yaml")
    (marks,) = mark(problem, [Sheet("s", {"text": from_python(answer)})])
    assert [(each.verdict, each.credit, each.message) for each in marks] == [
        ("review", 0, "This is kept for a person to read.")
    ]


@pytest.mark.parametrize(
    ("cells", "verdict", "credit"),
    [
        (("correct", "wrong"), "wrong", Fraction(1, 2)),
        (("correct", "follows", "wrong"), "wrong", Fraction(2, 3)),
        (("correct", "correct"), "incomplete", Fraction(1, 2)),
        (("correct", "correct"), "correct", Fraction(1)),
        (("unreadable", "correct"), "unreadable", Fraction(0)),
    ],
)
def test_credit_of_lines(cells: tuple[str, ...], verdict: str, credit: Fraction) -> None:
    """Of a derivation that goes wrong the share of its lines that are right; else what the verdict earns."""
    problem = load("problems/exercise-2-report/softmax-derivation.yaml")
    found = body_of(problem, problem.parts[0], None, Judgement(verdict, cells=cells))
    assert found.credit == pytest.approx(float(credit))
    assert found.cells == list(cells)
    assert found.expected is None


def test_the_policy_of_a_problem() -> None:
    """What is true and not finished earns what the problem says."""
    problem = formula(ask={"total": {"form": "expanded"}}, policy={"incomplete": "0.8", "slip": "0.25"})
    (marks,) = mark(problem, [Sheet("s", {"total": from_python("N (k^2 C + 1)")})])
    assert (marks["total"].verdict, marks["total"].credit) == ("incomplete", 0.8)
    (marks,) = mark(problem, [Sheet("s", {"total": from_python("N k^2 C")})])
    assert (marks["total"].verdict, marks["total"].credit) == ("slip", 0.25)


def test_the_record_of_a_formula() -> None:
    """The key's formula stands beside an answer that is not right, and no key beside one that is."""
    problem = formula(ask={"total": "2"})
    right, wrong = mark(
        problem, [Sheet("a", {"total": from_python("N C k^2 + N")}), Sheet("b", {"total": from_python("N")})]
    )
    assert (right["total"].expected, right["total"].message, right["total"].points) == (None, None, 2)
    assert wrong["total"].expected == words.key_of(problem.solution["total"])
    assert wrong["total"].answer == "N"


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (
            Comparison("different", "field", "", (("x", "2"), ("lam", "1/2")), ("3", "5")),
            "At x = 2, λ = 1/2, yours comes to 3 and the key to 5. The key has K.",
        ),
        (
            Comparison("different", "field", "entry 2 differs", (("X", "[[2, 3, 5], [7, 11, 13]]" * 3),), ("3", "5")),
            "For some X, yours comes to 3 and the key to 5 in entry 2. The key has K.",
        ),
        (
            Comparison("different", "balls", "", (("yhat_1", "2"), ("X", "9" * 30), ("Y", "9" * 30)), ("3", "5")),
            "At ŷ_1 = 2 and some X and Y, yours comes to 3 and the key to 5. The key has K.",
        ),
        (Comparison("different", "numbers", values=("1", "2")), "Yours comes to 1 and the key to 2. The key has K."),
        (Comparison("different", "shape", "one is a column of 2, the other a number"),
         "One is a column of 2, the other a number. The key has K."),
    ],
)  # fmt: skip
def test_words_for_a_difference(found: Comparison, message: str) -> None:
    """Small values stand there, large ones are named."""
    assert words.differs(found, "K") == message


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (words.line(3, "wrong", "at x = 2, the sides come to 1 and 2"),
         "Line 3 does not hold: at x = 2, the sides come to 1 and 2."),
        (words.line(1, "unreadable", "expected ')'"), "Line 1 cannot be read: expected ')'."),
        (words.line(1, "undecided", "too few points"), "Line 1 could not be settled: too few points."),
        (words.wrong_too([2]), "Line 2 does not hold either."),
        (words.wrong_too([2, 4]), "Lines 2 and 4 do not hold either."),
        (words.unclear([5]), "Line 5 could not be read or settled."),
        (words.following([5]), "Line 5 follows from a line that does not hold."),
        (words.following([5, 6, 7]), "Lines 5, 6 and 7 follow from a line that does not hold."),
        (words.right_again([4]), "Line 4 is right, and does not come from the line above."),
        (words.right_again([4, 6]), "Lines 4 and 6 are right, and do not come from the line above."),
        (words.missing(["a = b"]), "The page does not arrive at a = b."),
        (words.not_reached(["a = b", "c"]), "Every line holds; the page does not arrive at a = b and c."),
    ],
)  # fmt: skip
def test_words_for_lines(said: str, message: str) -> None:
    """One and many, in whole sentences."""
    assert said == message
