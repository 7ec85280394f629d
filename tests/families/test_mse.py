"""The mean squared error against scikit-learn's and NumPy's."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.metrics import mean_squared_error  # type: ignore[import-untyped, unused-ignore]

from grader.checks import AGREEMENT, check
from grader.document import from_python
from grader.errors import SpecError
from grader.marking import Sheet, mark
from grader.problem import Problem, read_problem
from grader.solution import Solution

SMALL: dict[str, Any] = {"y": [3, 5, 8], "prediction": [1, 5, 9]}


def problem(**given: Any) -> Problem:
    return read_problem(from_python({"family": "mse", "given": given}), "mse")


def solved(**given: Any) -> Solution:
    return problem(**given).solution


numbers = st.integers(-9000, 9000).map(lambda k: Fraction(k, 100)) | st.sampled_from(
    [Fraction(0), Fraction(1, 10**6), Fraction(1, 3), Fraction(10**6)]
)


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6), st.sampled_from(["mean", "half_mean"]))
@settings(max_examples=200, deadline=None)
def test_scikit_learn(pairs: list[tuple[Fraction, Fraction]], convention: str) -> None:
    """Both readings agree, and the error is scikit-learn's, or half of it."""
    y, prediction = map(list, zip(*pairs, strict=True))
    solution = solved(y=y, prediction=prediction, convention=convention)
    assert list(solution) == ["residual", "squared", "mse"]
    assert max(solution.agreement(name) for name in solution) <= AGREEMENT
    theirs = mean_squared_error(np.array(y, float), np.array(prediction, float))
    assert_allclose(solution["mse"].value, theirs / (2 if convention == "half_mean" else 1), rtol=1e-12)
    assert_allclose(solution["squared"].value, np.subtract(y, prediction).astype(float) ** 2, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("y", "prediction", "error"),
    [([3, "-0.5", 2, 7], ["2.5", 0, 2, 8], 0.375), ([1, 2, 3], [1, 2, 3], 0)],
)
def test_published_figures(y: Any, prediction: Any, error: float) -> None:
    """The example of scikit-learn's page on mean_squared_error has 0.375; a perfect prediction has no error."""
    assert solved(y=y, prediction=prediction)["mse"].value == error


@pytest.mark.parametrize("convention", ["mean", "half_mean"])
def test_in_symbols(convention: str) -> None:
    """Where only n is given the answers are formulas in the vectors."""
    page = problem(n=3, convention=convention)
    assert list(map(str, check(page).errors)) == []
    assert {step.kind.judge for step in page.solution.values()} == {"formula"}
    below = r"2 n" if convention == "half_mean" else "n"
    assert page.solution["mse"].latex == rf"\frac{{\sum_{{i}} q_{{i}}}}{{{below}}}"


@pytest.mark.parametrize(
    ("change", "step", "answer", "slip"),
    [
        ({}, "residual", [-2, 0, 1], "sign"),
        ({}, "squared", [2, 0, 1], "not-squared"),
        ({}, "squared", [4, 0, -2], "doubled"),
        ({}, "squared", [4, 0, -1], "sign-kept"),
        ({}, "squared", [8, 0, -17], "squared-first"),
        ({}, "mse", "0.833333", "half"),
        ({"convention": "half_mean"}, "mse", "1.66667", "half"),
        ({}, "mse", 5, "sum"),
        ({}, "mse", "1.29099", "root"),
        ({}, "mse", 1, "absolute-error"),
        ({}, "mse", "0.111111", "summed-first"),
    ],
)
def test_slips(change: dict[str, Any], step: str, answer: Any, slip: str) -> None:
    """Mistakes worked by hand are named for what they are."""
    (marks,) = mark(problem(**SMALL | change), [Sheet("student", {step: from_python(answer)})])
    assert (marks[step].verdict, marks[step].slip) == ("slip", slip)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"y": [1, 2], "prediction": [1]}, "given.prediction: expected a prediction for each of the 2 targets, got 1"),
        ({"y": [1]}, "given: expected y and prediction, or n alone"),
        ({}, "given: expected y and prediction, or n alone"),
        (SMALL | {"n": 3}, "given: expected y and prediction, or n alone"),
        ({"n": 0}, "given.n: expected a whole number of at least 1, got '0'"),
    ],
)
def test_refusals(given: dict[str, Any], message: str) -> None:
    """What does not fit together is refused with the given at fault and what was expected of it."""
    with pytest.raises(SpecError) as refusal:
        solved(**given)
    assert str(refusal.value) == message
