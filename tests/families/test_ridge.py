"""Ridge regression in closed form against scikit-learn's and NumPy's, with a proof in symbols."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.linear_model import Ridge  # type: ignore[import-untyped, unused-ignore]

from grader.checks import AGREEMENT, check
from grader.document import from_python
from grader.errors import SpecError
from grader.marking import Sheet, mark
from grader.problem import Problem, read_problem
from grader.solution import Solution

STEPS = ["gram", "rhs", "w", "prediction", "residual", "loss"]
SMALL: dict[str, Any] = {"X": [[1, 0], [1, 1], [1, 2]], "y": [1, 2, 4], "lam": "0.5"}


def problem(**given: Any) -> Problem:
    return read_problem(from_python({"family": "ridge", "given": given}), "ridge")


def solved(**given: Any) -> Solution:
    return problem(**given).solution


halves = st.integers(-8, 8).map(lambda k: Fraction(k, 2))


@st.composite
def designs(draw: st.DrawFn) -> dict[str, Any]:
    """More samples than features or fewer; columns of zeros and columns that repeat."""
    n, d = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    rows = draw(st.lists(st.lists(halves, min_size=d, max_size=d), min_size=n, max_size=n))
    spoil = draw(st.sampled_from(["no", "zero", "repeat"]))
    if spoil != "no":
        rows = [[*row[:-1], Fraction(0) if spoil == "zero" else row[0]] for row in rows]
    y = draw(st.lists(halves, min_size=n, max_size=n))
    return {"X": rows, "y": y, "reduction": draw(st.sampled_from(["mean", "sum"]))}


@given(designs(), st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(3), Fraction(-1, 3)]))
@settings(max_examples=200, deadline=None)
def test_both_readings_agree(given: dict[str, Any], lam: Fraction) -> None:
    """SymPy and NumPy agree on every step; of a singular system both say that it has no solution."""
    solution = solved(**given, lam=lam)
    assert list(solution) == STEPS
    assert {name: gap for name in solution if not (gap := solution.agreement(name)) <= AGREEMENT} == {}


@given(designs(), st.sampled_from([Fraction(1, 10), Fraction(1), Fraction(7)]))
@settings(max_examples=200, deadline=None)
def test_scikit_learn_and_least_squares(given: dict[str, Any], lam: Fraction) -> None:
    """The weights are scikit-learn's, whose loss is a sum, and the least squares of the data with √λ·I below."""
    w = solved(**given, lam=lam)["w"].value
    X, y = np.array(given["X"], float), np.array(given["y"], float)
    alpha = float(lam) * (len(y) if given["reduction"] == "mean" else 1)
    assert_allclose(w, Ridge(alpha=alpha, fit_intercept=False).fit(X, y).coef_, rtol=1e-8, atol=1e-9)
    below = np.vstack([X, np.sqrt(alpha) * np.eye(X.shape[1])])
    least = np.linalg.lstsq(below, np.append(y, np.zeros(X.shape[1])), rcond=None)[0]
    assert_allclose(w, least, rtol=1e-8, atol=1e-9)


@given(designs())
@settings(max_examples=200, deadline=None)
def test_without_a_penalty(given: dict[str, Any]) -> None:
    """With λ = 0 it is least squares where the columns are independent, and undefined where they are not."""
    w = solved(**given, lam=0)["w"].value
    X, y = np.array(given["X"], float), np.array(given["y"], float)
    least, _, rank, _ = np.linalg.lstsq(X, y, rcond=None)
    if rank == X.shape[1]:
        assert_allclose(w, least, rtol=1e-7, atol=1e-8)
    else:
        assert np.isnan(w).all()


@given(designs())
@settings(max_examples=200, deadline=None)
def test_no_other_weights_have_a_smaller_loss(given: dict[str, Any]) -> None:
    """The loss is that of its definition, and larger wherever one moves from the weights."""
    solution = solved(**given, lam="0.25")
    X, y = np.array(given["X"], float), np.array(given["y"], float)

    def loss(w: Any) -> float:
        squares = (y - X @ w) ** 2
        return float((squares.mean() if given["reduction"] == "mean" else squares.sum()) + 0.25 * (w**2).sum())

    w = solution["w"].value
    assert solution["loss"].value == pytest.approx(loss(w), abs=1e-12)
    for step in np.vstack([np.eye(len(w)), -np.eye(len(w))]) / 10:
        assert loss(w + step) > loss(w)


def test_user_guide_of_scikit_learn() -> None:
    """The guide's section on ridge regression prints 0.34545455 twice; centred here, as its intercept does."""
    third = Fraction(1, 3)
    X = [[-third, -third], [-third, -third], [2 * third, 2 * third]]
    y = [Fraction(-11, 30), Fraction(-8, 30), Fraction(19, 30)]
    assert_allclose(solved(X=X, y=y, lam="0.5", reduction="sum")["w"].value, [0.34545455] * 2, atol=5e-9)


def test_by_hand() -> None:
    """Three points: XᵀX + 1.5·I is [[4.5, 3], [3, 6.5]] and Xᵀy is [7, 10]; solved by Cramer's rule."""
    exact = {name: step.exact for name, step in solved(**SMALL).items()}
    determinant = Fraction(9, 2) * Fraction(13, 2) - 9
    expected = [(7 * Fraction(13, 2) - 30) / determinant, (10 * Fraction(9, 2) - 21) / determinant]
    assert [Fraction(int(each.p), int(each.q)) for each in exact["w"]] == expected
    assert exact["gram"].tolist() == [[3, 3], [3, 5]]
    assert exact["rhs"].tolist() == [7, 10]


def test_a_larger_penalty_means_smaller_weights() -> None:
    """The norm of the weights falls as λ grows, and goes to 0."""
    norms = [float(np.linalg.norm(solved(**SMALL | {"lam": lam})["w"].value)) for lam in (0, 1, 10, 1000)]
    assert norms == sorted(norms, reverse=True)
    assert norms[-1] < 0.01


def test_a_nearly_singular_matrix() -> None:
    """Two columns that differ by 1e-5: the readings agree as far as a condition number of 1e10 leaves digits, six."""
    X = [[1, 1], [1, "1.00001"], [1, 1], [1, "1.00002"]]
    solution = solved(X=X, y=[1, 2, 3, 4], lam=0)
    condition = np.linalg.cond(solution["gram"].value)
    assert condition > 1e10
    assert solution.agreement("w") < condition * np.finfo(float).eps


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("lam", [{}, {"lam": "0.5"}])
def test_in_symbols(reduction: str, lam: dict[str, str]) -> None:
    """Without data SymPy proves that the gradient is the loss's, and that the closed form makes it zero."""
    page = problem(reduction=reduction, **lam)
    assert list(page.solution) == ["prediction", "residual", "loss", "gradient", "closed_form"]
    checked = check(page)
    assert list(map(str, checked.errors)) == []
    assert checked.proofs == 2
    assert ("n" in page.solution["closed_form"].uses) == (reduction == "mean")


def test_the_reports_formulas() -> None:
    """Its gradient is the key's; its closed form is true of the key's weights, and still holds them."""
    solution = solved(**SMALL)
    X, y, w, n, lam = np.array(SMALL["X"]), np.array(SMALL["y"]), solution["w"].value, 3, 0.5
    assert_allclose(2 / n * sum((X[i] @ w - y[i]) * X[i] for i in range(n)) + 2 * lam * w, 0, atol=1e-14)
    assert_allclose(X.T @ (y - X @ w) / (lam * n), w)


@pytest.mark.parametrize(
    ("change", "step", "answer", "slip"),
    [
        ({}, "gram", [[1, 1, 1], [1, 2, 3], [1, 3, 5]], "samples-by-samples"),
        ({}, "gram", [[1, 1], [1, "1.66667"]], "divided-by-n"),
        ({}, "rhs", ["2.33333", "3.33333"], "divided-by-n"),
        ({}, "w", ["0.833333", "1.5"], "penalty-left-out"),
        ({}, "w", ["0.829268", "1.365854"], "n-lambda"),
        ({"reduction": "sum"}, "w", ["0.765432", "1.18519"], "n-lambda"),
        ({}, "w", ["2.076923", "-3.692308"], None),
        ({}, "loss", "0.268277", "penalty-left-out"),
        ({}, "loss", "2.25847", "lambda-left-out"),
        ({}, "loss", "1.80012", "number-of-samples"),
        ({}, "loss", "0.973705", "norm-not-squared"),
        ({}, "loss", "1.24359", "l1-and-l2-exchanged"),
    ],
)
def test_slips(change: dict[str, Any], step: str, answer: Any, slip: str | None) -> None:
    """Mistakes worked by hand are named; what no slip explains is simply wrong."""
    (marks,) = mark(problem(**SMALL | change), [Sheet("student", {step: from_python(answer)})])
    assert (marks[step].verdict, marks[step].slip) == ("slip" if slip else "wrong", slip)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"X": [[1]], "y": [1]}, "given: expected X, y and lam, or neither X nor y, got no lam"),
        ({"X": [[1]], "lam": 1}, "given: expected X, y and lam, or neither X nor y, got no y"),
        ({"y": [1], "lam": 1}, "given: expected X, y and lam, or neither X nor y, got no X"),
        (SMALL | {"y": [1]}, "given.y: expected a target for each of the 3 samples in X, got 1"),
        (SMALL | {"X": [1, 2, 3]}, "given.X: expected a matrix, got a list of 3"),
        (
            SMALL | {"reduction": "median"},
            "given.reduction: expected one of mean, sum, got 'median'; did you mean 'mean'?",
        ),
    ],
)
def test_refusals(given: dict[str, Any], message: str) -> None:
    """What does not fit together is refused with the given at fault and what was expected of it."""
    with pytest.raises(SpecError) as refusal:
        solved(**given)
    assert str(refusal.value) == message
