"""Matrix products against NumPy's, and against the tree of Pythagorean triples."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import grader
from grader.checks import AGREEMENT
from grader.document import from_python
from grader.errors import SpecError
from grader.problem import read_problem
from grader.solution import Solution

Rows = list[list[Fraction]]


def solved(**given: Any) -> Solution:
    return read_problem(from_python({"family": "matmul", "given": given}), "product").solution


entries = st.fractions(-50, 50, max_denominator=20) | st.sampled_from(
    [Fraction(0), Fraction(1, 10**6), Fraction(10**6)]
)


def matrices(rows: int, columns: int) -> st.SearchStrategy[Rows]:
    row = st.lists(entries, min_size=columns, max_size=columns)
    return st.lists(row, min_size=rows, max_size=rows)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Rows, Rows]:
    """Two matrices with sides of 1 to 3 each, whose inner lengths meet more often than not."""
    rows, inner, columns = (draw(st.integers(1, 3)) for _ in range(3))
    other = draw(st.sampled_from([inner, inner, 1, 2, 3]))
    return draw(matrices(rows, inner)), draw(matrices(other, columns))


@given(pairs())
@settings(max_examples=200, deadline=None)
def test_readings_agree_and_numpy_says_the_same(pair: tuple[Rows, Rows]) -> None:
    """Where the inner lengths meet there is NumPy's product; where not, NumPy refuses it too; transposes always are."""
    A, B = (np.array(rows, dtype=float) for rows in pair)
    solution = solved(A=pair[0], B=pair[1])
    assert {name: gap for name in solution if not (gap := solution.agreement(name)) < AGREEMENT} == {}
    assert_array_equal(solution["transpose"].value, A.T)
    assert_array_equal(solution["transpose_B"].value, B.T)
    try:
        product = A @ B
    except ValueError:
        assert solution["defined"].value == 0
        assert list(solution) == ["defined", "transpose", "transpose_B"]
    else:
        assert solution["defined"].value == 1
        assert list(solution) == ["defined", "shape", "product", "transpose", "transpose_B"]
        assert_array_equal(solution["shape"].value, product.shape)
        assert_allclose(solution["product"].value, product, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize(
    ("A", "child"),
    [
        ([[1, -2, 2], [2, -1, 2], [2, -2, 3]], [5, 12, 13]),
        ([[1, 2, 2], [2, 1, 2], [2, 2, 3]], [21, 20, 29]),
        ([[-1, 2, 2], [-2, 1, 2], [-2, 2, 3]], [15, 8, 17]),
    ],
)
def test_pythagorean_triples(A: list[list[int]], child: list[int]) -> None:
    """The three matrices of Barning (1963) and Hall (1970) take the triple 3, 4, 5 to its three children."""
    solution = solved(A=A, B=[[3], [4], [5]])
    assert solution["product"].value[:, 0].tolist() == child


def test_fibonacci() -> None:
    """[[1, 1], [1, 0]] times [[F₅, F₄], [F₄, F₃]] gives the next Fibonacci numbers (Knuth, TAOCP 1, section 1.2.8)."""
    assert solved(A=[[1, 1], [1, 0]], B=[[5, 3], [3, 2]])["product"].value.tolist() == [[8, 5], [5, 3]]


def test_single_numbers() -> None:
    """Matrices of one entry multiply like numbers."""
    solution = solved(A=[["0.5"]], B=[[-3]])
    assert solution["product"].value.tolist() == [[-1.5]]
    assert solution["shape"].value.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("problem", "defined"),
    [
        ("matrix-times-column", 1),
        ("four-rows-by-two", 1),
        ("square-times-column", 1),
        ("column-too-long", 0),
        ("column-of-three", 0),
    ],
)
def test_lesson(problem: str, defined: int) -> None:
    """The lesson's own answers to whether its products are defined."""
    assert grader.load(f"problems/lesson-0/{problem}.yaml").solution["defined"].value == defined


SQUARE: dict[str, Any] = {"A": [[1, 2], [3, 4]], "B": [[0, 1], [2, 5]]}
LONG: dict[str, Any] = {"A": [[1, 2, 3], [4, 5, 6]], "B": [[1, 0], [2, 1], [0, 3]]}


@pytest.mark.parametrize(
    ("given", "part", "answer", "slip"),
    [
        (SQUARE, "product", [[3, 4], [17, 24]], "order-swapped"),
        (SQUARE, "product", [[0, 2], [6, 20]], "entry-by-entry"),
        (SQUARE, "product", [[2, 12], [4, 26]], "rows-by-rows"),
        (SQUARE, "product", [[6, 16], [8, 22]], "columns-by-columns"),
        (SQUARE, "product", [[4, 8], [11, 23]], "transposed"),
        (LONG, "product", [[1, 2, 3], [6, 9, 12], [12, 15, 18]], "order-swapped"),
        (LONG, "shape", [3, 3], "inner-lengths"),
        (LONG, "shape", [2, 3], "first-matrix"),
        (LONG, "shape", [3, 2], "second-matrix"),
        (LONG, "transpose", [[4, 1], [5, 2], [6, 3]], "turned-clockwise"),
        (LONG, "transpose", [[3, 6], [2, 5], [1, 4]], "turned-back"),
        (LONG, "transpose", [[1, 2, 3], [4, 5, 6]], "not-transposed"),
    ],
)
def test_slips(given: dict[str, Any], part: str, answer: Any, slip: str) -> None:
    """Mistakes are named, also where the answer has another shape than the key."""
    problem = read_problem(from_python({"family": "matmul", "given": given}), "product")
    mark = grader.grade(problem, {part: answer})[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


@pytest.mark.parametrize(("answer", "verdict"), [("no", "correct"), ("yes", "wrong"), ("", "blank")])
def test_whether_it_is_defined_is_right_or_wrong(answer: str, verdict: str) -> None:
    """A wrong yes or no earns nothing: there is no slip to excuse it."""
    problem = grader.load("problems/lesson-0/column-too-long.yaml")
    mark = grader.grade(problem, {"defined": answer, "transpose_B": [[1, 2, 3, 4]]})["defined"]
    assert (mark.verdict, mark.credit) == (verdict, verdict == "correct")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"A": [[1, 2], [3]], "B": [[1]]}, "given.A: a ragged matrix: row 2 has 1 entries where row 1 has 2"),
        ({"A": [1, 2], "B": [[1]]}, "given.A: expected a matrix, got a list of 2"),
        ({"A": [[1]], "B": [["x"]]}, "given.B: expected a matrix; entry 1 is 'x'"),
        ({"A": [[1]]}, "matmul needs the given 'B': a matrix"),
    ],
)
def test_refusals(given: dict[str, Any], message: str) -> None:
    """What is no matrix is refused with the given named."""
    with pytest.raises(SpecError) as refusal:
        solved(**given)
    assert message in str(refusal.value)
