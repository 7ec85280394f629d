"""Lasso by subgradients and by coordinates against scikit-learn's coordinate descent."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.linear_model import Lasso  # type: ignore[import-untyped, unused-ignore]

from grader.checks import AGREEMENT
from grader.document import from_python
from grader.errors import SpecError
from grader.marking import Sheet, mark
from grader.problem import Problem, read_problem
from grader.solution import Solution

CONVENTIONS = ("mean", "half_mean", "sum", "half_sum")
DESCENT: dict[str, Any] = {
    "X": [[1, 2], [2, 0], [3, 1], [4, 3]], "y": [5, 4, 7, 12], "w": [1, "-0.5"], "b": 0, "lam": "0.5", "lr": "0.05",
}  # fmt: skip
PASS: dict[str, Any] = {
    "X": [[1, 0, 1], [2, 1, 0], [0, 2, 1], [1, 1, 2]], "y": [3, 6, 1, 3], "w": [0, 0, 0], "lam": 1,
    "method": "coordinate",
}  # fmt: skip


def problem(**given: Any) -> Problem:
    return read_problem(from_python({"family": "lasso", "given": given}), "lasso")


def solved(**given: Any) -> Solution:
    return problem(**given).solution


halves = st.integers(-8, 8).map(lambda k: Fraction(k, 2))


@st.composite
def lassos(draw: st.DrawFn, method: str) -> dict[str, Any]:
    """Matrices and lists of one feature, with columns of zeros and columns that repeat."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(0, 3))
    rows = draw(st.lists(st.lists(halves, min_size=max(m, 1), max_size=max(m, 1)), min_size=n, max_size=n))
    spoil = draw(st.sampled_from(["no", "zero", "repeat"]))
    if spoil != "no":
        rows = [[*row[:-1], Fraction(0) if spoil == "zero" else row[0]] for row in rows]
    given = {
        "X": rows if m else [row[0] for row in rows],
        "y": draw(st.lists(halves, min_size=n, max_size=n)),
        "w": draw(st.lists(halves, min_size=m, max_size=m) if m else halves),
        "lam": draw(st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(2)])),
        "convention": draw(st.sampled_from(CONVENTIONS)),
        "n_steps": draw(st.integers(1, 2)),
        "method": method,
    }
    if draw(st.booleans()):
        given["b"] = draw(halves)
    if method == "subgradient":
        given["lr"] = draw(st.sampled_from([Fraction(1, 64), Fraction(-1, 9)]))
    return given


def disagreements(solution: Solution) -> dict[str, float]:
    return {name: gap for name in solution if not (gap := solution.agreement(name)) <= AGREEMENT}


@given(lassos("subgradient"))
@settings(max_examples=200, deadline=None)
def test_both_readings_of_a_descent_agree(given: dict[str, Any]) -> None:
    """SymPy and NumPy agree, save where a step lands on exactly 0 and rounding decides the sign of the next."""
    solution = solved(**given)
    assume(not np.any(np.abs(np.atleast_1d(solution["w_1"].value)) < 1e-12) or given["n_steps"] == 1)
    assert disagreements(solution) == {}


@given(lassos("coordinate"))
@settings(max_examples=200, deadline=None)
def test_both_readings_of_a_pass_agree(given: dict[str, Any]) -> None:
    """The threshold is continuous, so that the readings agree whatever is given, columns of zeros too."""
    assert disagreements(solved(**given)) == {}


@given(lassos("coordinate"))
@settings(max_examples=200, deadline=None)
def test_each_weight_is_that_of_scikit_learn(given: dict[str, Any]) -> None:
    """A weight is Lasso's of its one feature and what the others leave; Lasso halves and averages the squares.

    Without a penalty, of which scikit-learn warns, it is NumPy's least squares.
    """
    solution = solved(**given | {"n_steps": 1})
    rows = np.array(given["X"], float).reshape(len(given["y"]), -1)
    y = np.array(given["y"], float) - float(given.get("b", 0))
    w = np.atleast_1d(np.array(given["w"], float))
    scale = {"mean": 0.5, "half_mean": 1, "sum": 0.5 / len(y), "half_sum": 1 / len(y)}[given["convention"]]
    alpha = float(given["lam"]) * scale
    for j, column in enumerate(rows.T):
        left = y - rows @ np.where(np.arange(len(w)) == j, 0, w)
        x = column[:, None]
        theirs = Lasso(alpha=alpha, fit_intercept=False).fit(x, left).coef_ if alpha else np.linalg.lstsq(x, left)[0]
        w[j] = solution[f"w_{j + 1}"].value
        assert_allclose(w[j], theirs[0] if np.any(column) else float(np.atleast_1d(given["w"])[j]), atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_many_passes_end_where_scikit_learn_does(seed: int) -> None:
    """Both come to the same weights."""
    random = np.random.default_rng(seed)
    X, y = random.integers(-9, 10, (6, 3)) / 2, random.integers(-9, 10, 6) / 2
    theirs = Lasso(alpha=0.5, fit_intercept=False, tol=1e-12, max_iter=100_000).fit(X, y).coef_
    solution = solved(
        X=X.tolist(), y=y.tolist(), w=[0, 0, 0], lam="0.5", method="coordinate", convention="half_mean", n_steps=40
    )
    assert_allclose([solution[f"w_{j}_40"].value for j in (1, 2, 3)], theirs, atol=1e-4)


@pytest.mark.parametrize(
    ("X", "y", "expected"),
    [
        ([["-0.5", "-0.5"], ["0.5", "0.5"]], ["-0.5", "0.5"], [0.6, 0]),
        ([[-1, -1], [0, 0], [1, 1]], [-1, 0, 1], [0.85, 0]),
    ],
)
def test_documentation_of_scikit_learn(X: Any, y: Any, expected: list[float]) -> None:
    """The user guide's lasso predicts 0.8 at [1, 1], 0.2 + 0.6; the page of Lasso prints [0.85, 0]. Data centred."""
    solution = solved(X=X, y=y, w=[0, 0], lam="0.1", method="coordinate", convention="half_mean")
    assert_allclose([solution["w_1"].value, solution["w_2"].value], expected, atol=1e-14)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_subgradients_are_proved(convention: str) -> None:
    """SymPy proves the subgradient to be the slope of the loss with its penalty, and that in b."""
    solution = solved(**DESCENT | {"convention": convention})
    assert [name for name in solution if solution[name].claims] == ["subgradient_1", "grad_b_1"]
    assert solution.prove("subgradient_1")
    assert solution.prove("grad_b_1")


def test_steps_stand_in_the_order_of_the_catalogue() -> None:
    """Gradient, subgradient and weights of each step; ρ and w of each feature, and of each of several passes."""
    descent = ["gradient", "subgradient", "w", "b"]
    steps = [name.rpartition("_")[0] for name in solved(**DESCENT)]
    assert [name for name in steps if name in descent] == descent
    assert list(solved(**PASS)) == ["z_1", "z_2", "z_3", "rho_1", "w_1", "rho_2", "w_2", "rho_3", "w_3"]
    assert list(solved(**PASS | {"n_steps": 2}))[-2:] == ["rho_3_2", "w_3_2"]
    assert "b_1" not in solved(**{name: value for name, value in DESCENT.items() if name != "b"})


def test_by_hand() -> None:
    """A pass over three features: 18, 3 and 4/3 with a threshold of 2, over sums of squares of 6."""
    solution = solved(**PASS)
    assert [solution[f"z_{j}"].value for j in (1, 2, 3)] == [6, 6, 6]
    assert_allclose([solution[f"rho_{j}"].value for j in (1, 2, 3)], [18, 3, 4 / 3])
    assert_allclose([solution[f"w_{j}"].value for j in (1, 2, 3)], [16 / 6, 1 / 6, 0])


def test_a_weight_of_zero_has_no_subgradient() -> None:
    """The sign of 0 is taken as 0: only the squares move such a weight."""
    solution = solved(**DESCENT | {"w": [0, 0]})
    assert solution["subgradient_1"].value.tolist() == solution["gradient_1"].value.tolist()


@pytest.mark.parametrize(
    ("given", "step", "answer", "slip"),
    [
        (DESCENT, "gradient_1", ["30.25", "21.5"], "sign"),
        (DESCENT, "gradient_1", ["-15.125", "-10.75"], "factor-two"),
        (DESCENT, "gradient_1", [-121, -86], "number-of-samples"),
        (DESCENT, "subgradient_1", ["-30.25", "-21.5"], "penalty-left-out"),
        (DESCENT, "subgradient_1", ["-29.25", -22], "l1-and-l2-exchanged"),  # ridge's slope, as a source has it
        (DESCENT, "subgradient_1", ["-30.75", -21], "penalty-sign"),
        (DESCENT, "subgradient_1", ["-29.75", "-21.25"], "absolute-not-derived"),
        (DESCENT, "w_1", ["30.75", "21.5"], "rate-left-out"),
        (PASS, "z_1", 16, "summed-first"),
        (PASS, "rho_2", 11, "others-left-out"),
        (PASS, "w_1", 3, "threshold-left-out"),
        (PASS, "w_1", "2.33333", "threshold-not-scaled"),
        (PASS, "w_1", "2.83333", "lambda-as-threshold"),
        (PASS, "w_1", 1, "divided-first"),
        (PASS, "w_1", "1.8", "l1-and-l2-exchanged"),
        (PASS, "w_3", "-0.111111", "not-cut-off"),
        (PASS | {"y": [-3, -6, -1, -3]}, "w_1", "2.66667", "sign-lost"),
    ],
)
def test_slips(given: dict[str, Any], step: str, answer: Any, slip: str) -> None:
    """Mistakes worked by hand are named for what they are."""
    (marks,) = mark(problem(**given), [Sheet("student", {step: from_python(answer)})])
    assert (marks[step].verdict, marks[step].slip) == ("slip", slip)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (DESCENT | {"y": [1]}, "given.y: expected a target for each of the 4 samples in X, got 1"),
        (DESCENT | {"w": 1}, "given.w: expected a list of 2, one number for each feature in X, got a single number"),
        ({name: DESCENT[name] for name in ("X", "y", "w", "lam")}, "given.method: expected a learning rate lr"),
        (PASS | {"lr": 1}, "given.lr: expected no learning rate, which coordinate descent does not have"),
        (
            PASS | {"method": "coordinates"},
            "given.method: expected one of subgradient, coordinate, got 'coordinates'; did you mean 'coordinate'?",
        ),
        (PASS | {"n_steps": -1}, "given.n_steps: expected a whole number of at least 1, got '-1'"),
    ],
)
def test_refusals(given: dict[str, Any], message: str) -> None:
    """What does not fit together is refused with the given at fault and what was expected of it."""
    with pytest.raises(SpecError) as refusal:
        solved(**given)
    assert str(refusal.value) == message
