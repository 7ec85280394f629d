"""Linear regression against NumPy's and scikit-learn's, SciPy's differences, and figures from the literature."""

from fractions import Fraction
from pathlib import Path
from runpy import run_path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import approx_fprime  # type: ignore[import-untyped, unused-ignore]
from sklearn.linear_model import LinearRegression, SGDRegressor  # type: ignore[import-untyped, unused-ignore]

from grader.checks import AGREEMENT, check
from grader.document import from_python
from grader.errors import SpecError
from grader.marking import Sheet, mark
from grader.problem import Problem, load, read_problem
from grader.solution import Solution

Array = npt.NDArray[Any]

CONVENTIONS = ("mean", "half_mean", "sum", "half_sum")
PLANE: dict[str, Any] = {
    "X": [[1, 2], [2, 1], [3, 4], [4, 0]], "y": [9, 8, 19, 10], "w": [1, 2], "b": "0.5", "lr": "0.05",
}  # fmt: skip
LINE: dict[str, Any] = {"X": [1, 2, 4], "y": [3, 4, 9], "w": "0.5", "b": "0.25", "lr": "0.1"}
STEP = ("prediction", "residual", "loss", "grad_w", "grad_b", "w", "b")


def problem(**given: Any) -> Problem:
    return read_problem(from_python({"family": "linear_regression", "given": given}), "fit")


def solved(**given: Any) -> Solution:
    return problem(**given).solution


def samples_first(given: dict[str, Any]) -> tuple[Array, Array, Array, float]:
    """X with a row for each sample and a column for each feature, y, w as a vector, and b."""
    X = np.array(given["X"], dtype=float)
    if X.ndim == 1:
        X = X[:, None]
    elif given.get("layout") == "columns":
        X = X.T
    return X, np.array(given["y"], float), np.atleast_1d(np.array(given["w"], float)), float(given["b"])


def loss_of(weights: Array, X: Array, y: Array, given: dict[str, Any]) -> float:
    """The loss from its definition; the last of the weights is the bias."""
    squares = (y - X @ weights[:-1] - weights[-1]) ** 2
    convention, lam = given.get("convention", "mean"), float(given.get("lam", 0))
    data = (squares.mean() if "mean" in convention else squares.sum()) / (2 if "half" in convention else 1)
    penalties = {"none": 0.0, "ridge": (weights[:-1] ** 2).sum(), "lasso": np.abs(weights[:-1]).sum()}
    return float(data + lam * penalties[given.get("penalty", "none")])


halves = st.integers(-8, 8).map(lambda k: Fraction(k, 2))


@st.composite
def regressions(draw: st.DrawFn) -> dict[str, Any]:
    """Givens of every kind: lists and matrices, both layouts, batches, penalties; columns may be zero or repeated."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(0, 3))
    row = st.lists(halves, min_size=max(m, 1), max_size=max(m, 1))
    rows = draw(st.lists(row, min_size=n, max_size=n))
    if m > 1 and draw(st.booleans()):
        rows = [[*each[:-1], each[0]] for each in rows]
    columns = draw(st.booleans())
    X: Any = [each[0] for each in rows] if m == 0 else [list(c) for c in zip(*rows, strict=True)] if columns else rows
    given = {
        "X": X,
        "y": draw(st.lists(halves, min_size=n, max_size=n)),
        "w": draw(st.lists(halves, min_size=m, max_size=m) if m else halves),
        "b": draw(halves),
        "lr": draw(st.sampled_from([Fraction(-1, 16), Fraction(0), Fraction(1, 64), Fraction(1, 10)])),
        "layout": "columns" if columns else "rows",
        "convention": draw(st.sampled_from(CONVENTIONS)),
        "penalty": draw(st.sampled_from(["none", "ridge", "lasso"])),
    }
    if given["penalty"] != "none":
        given["lam"] = draw(st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(3, 10), Fraction(-1)]))
    if draw(st.booleans()):
        batch = st.lists(st.integers(1, n), min_size=1, max_size=3)
        given["batches"] = draw(st.lists(batch, min_size=1, max_size=2))
    else:
        given["n_steps"] = draw(st.integers(1, 2))
    return given


def lands_on_zero(solution: Solution) -> bool:
    """Whether a step has brought a weight to exactly 0, where rounding decides the sign that lasso asks for."""
    entries = [np.atleast_1d(solution[name].value) for name in solution if name.startswith("w_")]
    return bool(np.any(np.abs(np.concatenate(entries)) < 1e-12))


@given(regressions())
@settings(max_examples=200, deadline=None)
def test_both_readings_agree(given: dict[str, Any]) -> None:
    """SymPy and NumPy agree on every step, whatever is given; of a singular system both say that it is."""
    solution = solved(**given)
    assume(given["penalty"] != "lasso" or not lands_on_zero(solution))
    assert {name: gap for name in solution if not (gap := solution.agreement(name)) <= AGREEMENT} == {}


@given(regressions())
@settings(max_examples=200, deadline=None)
def test_each_step_descends_its_own_batch(given: dict[str, Any]) -> None:
    """The loss is that of its definition on the batch, the slopes SciPy's differences of it, the update a step down."""
    solution = solved(**given)
    X, y, w, b = samples_first(given)
    batches = given.get("batches") or [list(range(1, len(y) + 1))] * given["n_steps"]
    for t, batch in enumerate(batches, start=1):
        rows = np.array(batch) - 1
        weights = np.append(w, b)
        scale = max(1.0, loss_of(weights, X[rows], y[rows], given))
        got = {name: np.atleast_1d(solution[f"{name}_{t}"].value) for name in STEP}
        assert_allclose(got["prediction"], X[rows] @ w + b, rtol=1e-12, atol=1e-12 * scale)
        assert_allclose(got["loss"], loss_of(weights, X[rows], y[rows], given), rtol=1e-11, atol=1e-12)
        if given["penalty"] != "lasso" or np.all(np.abs(w) > 1e-3):
            slopes = approx_fprime(weights, loss_of, 1e-6, X[rows], y[rows], given)
            assert_allclose(np.append(got["grad_w"], got["grad_b"]), slopes, rtol=1e-3, atol=1e-3 * scale)
        w, b = w - float(given["lr"]) * got["grad_w"], b - float(given["lr"]) * float(got["grad_b"][0])
        assert_allclose(np.append(got["w"], got["b"]), np.append(w, b), rtol=1e-12, atol=1e-12 * scale)


@given(regressions())
@settings(max_examples=200, deadline=None)
def test_ols_is_least_squares(given: dict[str, Any]) -> None:
    """Least squares is NumPy's where its solution is the only one, and undefined or left out where it is not."""
    solution = solved(**given)
    X, y, w, _ = samples_first(given)
    A = np.column_stack([X, np.ones(len(y))])
    least, _, rank, _ = np.linalg.lstsq(A, y, rcond=None)
    assert ("ols" in solution) == (len(y) > len(w))
    if rank == A.shape[1]:
        assert_allclose(solution["ols"].value, least, rtol=1e-7, atol=1e-7)
    elif "ols" in solution:
        assert np.isnan(solution["ols"].value).all()


@pytest.mark.parametrize("seed", range(5))
def test_ols_is_that_of_scikit_learn(seed: int) -> None:
    """LinearRegression's coefficients and, behind them, its intercept."""
    random = np.random.default_rng(seed)
    X, y = random.integers(-90, 91, (8, 3)) / 10, random.integers(-90, 91, 8) / 10
    fitted = LinearRegression().fit(X, y)
    solution = solved(X=X.tolist(), y=y.tolist(), w=[0, 0, 0], b=0, lr=0)
    assert_allclose(solution["ols"].value, [*fitted.coef_, fitted.intercept_], rtol=1e-9)


@pytest.mark.parametrize("lam", [0, "0.25"])
def test_stochastic_descent_is_that_of_scikit_learn(lam: Any) -> None:
    """An epoch over single samples with half squares is SGDRegressor's, whose penalty is half of ours."""
    random = np.random.default_rng(3)
    X, y = random.integers(-20, 21, (6, 2)) / 10, random.integers(-20, 21, 6) / 10
    theirs = SGDRegressor(
        penalty="l2", alpha=2 * float(lam), learning_rate="constant", eta0=0.05, max_iter=1, tol=None, shuffle=False
    ).fit(X, y, coef_init=np.array([0.5, -1.0]), intercept_init=np.array([0.25]))
    ours = solved(
        X=X.tolist(), y=y.tolist(), w=["0.5", -1], b="0.25", lr="0.05", batches=[1, 2, 3, 4, 5, 6],
        convention="half_mean", penalty="ridge", lam=lam,
    )  # fmt: skip
    assert_allclose(ours["w_6"].value, theirs.coef_, rtol=1e-10)
    assert_allclose(ours["b_6"].value, theirs.intercept_[0], rtol=1e-10)


def test_long_descent_ends_at_least_squares() -> None:
    """After many steps the weights are those of the normal equations."""
    solution = solved(**LINE | {"lr": "0.08", "n_steps": 150})
    assert_allclose([solution["w_150"].value, solution["b_150"].value], solution["ols"].value, rtol=1e-2)
    assert solution["loss_150"].value < solution["loss_1"].value


@pytest.mark.parametrize(
    ("X", "y", "slope", "intercept"),
    [
        (
            [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5],
            ["8.04", "6.95", "7.58", "8.81", "8.33", "9.96", "7.24", "4.26", "10.84", "4.82", "5.68"],
            0.5001, 3.0001,
        ),
        (
            [8, 8, 8, 8, 8, 8, 8, 19, 8, 8, 8],
            ["6.58", "5.76", "7.71", "8.84", "8.47", "7.04", "5.25", "12.50", "5.56", "7.91", "6.89"],
            0.4999, 3.0017,
        ),
    ],
)  # fmt: skip
def test_anscombe(X: list[int], y: list[str], slope: float, intercept: float) -> None:
    """The first and the last of Anscombe's four data sets (Graphs in statistical analysis, 1973) have one line."""
    solution = solved(X=X, y=y, w=0, b=0, lr=0)
    assert_allclose(solution["ols"].value, [slope, intercept], atol=5e-5)


LONGLEY = """
60323 83.0 234289 2356 1590 107608 1947; 61122 88.5 259426 2325 1456 108632 1948
60171 88.2 258054 3682 1616 109773 1949; 61187 89.5 284599 3351 1650 110929 1950
63221 96.2 328975 2099 3099 112075 1951; 63639 98.1 346999 1932 3594 113270 1952
64989 99.0 365385 1870 3547 115094 1953; 63761 100.0 363112 3578 3350 116219 1954
66019 101.2 397469 2904 3048 117388 1955; 67857 104.6 419180 2822 2857 118734 1956
68169 108.4 442769 2936 2798 120445 1957; 66513 110.8 444546 4681 2637 121950 1958
68655 112.6 482704 3813 2552 123366 1959; 69564 114.2 502601 3931 2514 125368 1960
69331 115.7 518173 4806 2572 127852 1961; 70551 116.9 554894 4007 2827 130081 1962
"""


def test_longley_to_the_certified_digits() -> None:
    """NIST's certified coefficients of Longley's data: the exact reading has all digits where binary numbers lose them.

    The condition number of the design is near 5e9 and that of the normal equations its square, beyond double precision.
    Source: NIST Statistical Reference Datasets, Longley.
    """
    rows = [line.split() for line in LONGLEY.replace(";", "\n").split("\n") if line.strip()]
    solution = solved(X=[row[1:] for row in rows], y=[row[0] for row in rows], w=[0] * 6, b=0, lr=0)
    certified = [
        15.0618722713733, -0.358191792925910e-01, -2.02022980381683, -1.03322686717359, -0.511041056535807e-01,
        1829.15146461355, -3482258.63459582,
    ]  # fmt: skip
    assert_allclose([float(each) for each in solution["ols"].exact], certified, rtol=1e-14)


@pytest.mark.parametrize("steps", [{"n_steps": 2}, {"batches": [[1, 3], [2]]}])
def test_layouts_are_transposes(steps: dict[str, Any]) -> None:
    """Samples in columns give the figures of samples in rows, step by step."""
    turned = {"X": np.transpose(PLANE["X"]).tolist(), "layout": "columns"}
    one, other = solved(**PLANE | steps), solved(**PLANE | steps | turned)
    assert list(one) == list(other)
    for name in one:
        assert_allclose(one[name].value, other[name].value, rtol=1e-13, err_msg=name)


def test_steps_stand_in_the_order_of_the_catalogue() -> None:
    """Prediction, residual, loss, slopes and weights of each step, and least squares at the end."""
    assert list(solved(**PLANE | {"n_steps": 2})) == [f"{name}_{t}" for t in (1, 2) for name in STEP] + ["ols"]


def test_gradient_in_matrices() -> None:
    """−(2/n) Xᵀr and −(2/n) Σ r, from residuals by hand."""
    solution = solved(**PLANE)
    assert solution["residual_1"].value.tolist() == [3.5, 3.5, 7.5, 5.5]
    assert solution["grad_w_1"].value.tolist() == [-(3.5 + 7 + 22.5 + 22) / 2, -(7 + 3.5 + 30 + 0) / 2]
    assert solution["grad_b_1"].value == -10
    assert solution["loss_1"].value == (12.25 + 12.25 + 56.25 + 30.25) / 4


@pytest.mark.parametrize(("convention", "share"), [("mean", 1), ("half_mean", 1 / 2), ("sum", 3), ("half_sum", 3 / 2)])
def test_conventions(convention: str, share: float) -> None:
    """Half, sum and half the sum scale the loss and both slopes alike."""
    mean, other = solved(**LINE), solved(**LINE | {"convention": convention})
    for name in ("loss_1", "grad_w_1", "grad_b_1"):
        assert other[name].value == pytest.approx(share * mean[name].value)


@pytest.mark.parametrize("penalty", ["ridge", "lasso"])
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_penalties_are_added_whole(penalty: str, convention: str) -> None:
    """λ times the squares or sizes of the weights, whatever the convention; nothing of the bias."""
    bare = solved(**PLANE | {"w": [1, -2], "convention": convention})
    whole = solved(**PLANE | {"w": [1, -2], "convention": convention, "penalty": penalty, "lam": "0.5"})
    extra, slope = (2.5, [1, -2]) if penalty == "ridge" else (1.5, [0.5, -0.5])
    assert whole["loss_1"].value - bare["loss_1"].value == pytest.approx(extra)
    assert_allclose(whole["grad_w_1"].value - bare["grad_w_1"].value, slope)
    assert whole["grad_b_1"].value == bare["grad_b_1"].value


def test_a_weight_of_zero_has_no_subgradient() -> None:
    """Lasso's subgradient is taken as 0 where the weight is."""
    solution = solved(**PLANE | {"w": [0, 0], "penalty": "lasso", "lam": 5})
    assert_array_equal(solution["grad_w_1"].value, solved(**PLANE | {"w": [0, 0]})["grad_w_1"].value)


@pytest.mark.parametrize(
    ("batches", "shapes"),
    [
        ([2, 1], [(), ()]),
        ([[2], [1]], [(), ()]),
        ([[3, 1], [2]], [(2,), ()]),
        ([[1, 2, 3]], [(3,)]),
        ([3], [()]),
    ],
)
def test_batches(batches: Any, shapes: list[tuple[int, ...]]) -> None:
    """A batch of several has a list of predictions in its order, a single one a number; a plain list means singles."""
    solution = solved(**LINE | {"batches": batches})
    assert [solution[f"prediction_{t}"].shape for t in range(1, len(shapes) + 1)] == shapes
    assert f"w_{len(shapes) + 1}" not in solution


def test_batches_come_round_again() -> None:
    """More steps than batches take the batches in turn, with the weights as they then are."""
    solution = solved(**LINE | {"batches": [[3, 1], [2]], "n_steps": 3})
    w, b = solution["w_2"].value, solution["b_2"].value
    assert_allclose(solution["prediction_3"].value, [4 * w + b, w + b])


@pytest.mark.parametrize("penalty", ["none", "ridge", "lasso"])
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_claimed_slopes_are_proved(penalty: str, convention: str) -> None:
    """SymPy proves both slopes of a whole batch, of some samples and of one."""
    lam = {} if penalty == "none" else {"lam": "0.5"}
    given = PLANE | lam | {"penalty": penalty, "convention": convention}
    for batches in ({}, {"batches": [[2, 4], [1]]}):
        solution = solved(**given | batches)
        claimed = [name for name in solution if solution[name].claims]
        assert claimed == [name for name in solution if name.startswith("grad_")]
        assert [name for name in claimed if not solution.prove(name)] == []


@pytest.mark.parametrize("penalty", ["none", "ridge", "lasso"])
@pytest.mark.parametrize("layout", ["rows", "columns"])
def test_in_symbols(penalty: str, layout: str) -> None:
    """Without data every answer is a formula, both readings agree at a sample, and the slopes are proved."""
    page = problem(penalty=penalty, layout=layout)
    assert list(page.solution) == [f"{name}_1" for name in STEP]
    assert {step.kind.judge for step in page.solution.values()} == {"formula"}
    checked = check(page)
    assert list(map(str, checked.errors)) == []
    assert checked.proofs == 2
    assert ("X^{T}" in page.solution["grad_w_1"].latex) == (layout == "rows")


@pytest.mark.parametrize(
    ("change", "step", "answer", "slip"),
    [
        ({}, "grad_w_1", [27.5, 20.25], "sign"),  # the residual is turned and the minus kept
        ({}, "grad_w_1", [-13.75, -10.125], "factor-two"),
        ({}, "grad_w_1", [-110, -81], "number-of-samples"),
        ({}, "grad_w_1", [-10, -20], "weights-for-inputs"),  # lesson-0 writes WᵀR for XᵀR
        ({}, "grad_w_1", [-100, -70], "summed-first"),  # x · sum(y − ŷ), as the implementing source has it
        ({}, "grad_w_1", "-47.75", "partials-added"),  # the sum over partials of the forward-and-backward source
        ({}, "grad_b_1", 10, "sign"),
        ({}, "grad_b_1", -5, "factor-two"),
        ({}, "grad_b_1", -40, "number-of-samples"),
        ({}, "residual_1", [-3.5, -3.5, -7.5, -5.5], "sign"),
        ({}, "prediction_1", [5, 4, 11, 4], "bias-left-out"),
        ({}, "loss_1", 111, "number-of-samples"),
        ({}, "loss_1", "13.875", "half"),
        ({}, "loss_1", "5.26783", "root"),
        ({}, "loss_1", 5, "not-squared"),
        ({}, "loss_1", 100, "summed-first"),
        ({}, "w_1", ["28.5", "22.25"], "rate-left-out"),
        ({}, "w_1", ["-0.375", "0.9875"], "uphill"),
        ({}, "b_1", 0, "uphill"),
        ({}, "ols", None, "intercept-first"),
        ({"penalty": "ridge", "lam": 1}, "loss_1", "27.75", "penalty-left-out"),
        ({"penalty": "ridge", "lam": 1}, "loss_1", "30.75", "l1-and-l2-exchanged"),
        ({"penalty": "ridge", "lam": 2}, "loss_1", "32.75", "lambda-left-out"),
        ({"penalty": "ridge", "lam": 1}, "loss_1", "29.98607", "norm-not-squared"),
        ({"penalty": "ridge", "lam": 1}, "grad_w_1", [-27.5, -20.25], "penalty-left-out"),
        ({"penalty": "ridge", "lam": 1}, "grad_w_1", [-26.5, -19.25], "l1-and-l2-exchanged"),
        ({"penalty": "lasso", "lam": 1}, "grad_w_1", [-25.5, -16.25], "l1-and-l2-exchanged"),
        ({"penalty": "ridge", "lam": 4}, "grad_w_1", [-23.5, -12.25], "penalty-not-doubled"),
        ({"penalty": "ridge", "lam": 4}, "grad_w_1", [-25.5, -16.25], "penalty-divided"),
        ({"penalty": "ridge", "lam": 4}, "grad_b_1", -6, "penalty-on-bias"),
        ({"X": [1, 2, 4, 0], "w": 3}, "grad_w_1", -11.5, "input-left-out"),
        ({"X": [1, 2, 4, 0], "w": 3}, "grad_w_1", -140, "target-for-input"),
        ({"X": [1, 2, 4, 0], "w": 3}, "grad_b_1", "-17.25", "input-as-factor"),
        ({"X": [1, 2, 4, 0], "w": 3}, "grad_b_1", -140, "target-as-factor"),
    ],
)
def test_slips_of_the_sources(change: dict[str, Any], step: str, answer: Any, slip: str) -> None:
    """What students write, worked by hand, is named for what it is."""
    page = problem(**PLANE | change)
    if slip == "intercept-first":
        key = page.solution["ols"].value
        answer = [key[2], key[0], key[1]]
    (marks,) = mark(page, [Sheet("student", {step: from_python(answer)})])
    assert (marks[step].verdict, marks[step].slip) == ("slip", slip)


def test_weights_times_residuals_where_the_shapes_allow_it() -> None:
    """With as many features as samples WᵀR is a number, and still the lesson's mistake."""
    page = problem(X=[[1, 2], [2, 5]], y=[3, 1], w=[1, 2], b=0, lr=1)
    r = page.solution["residual_1"].value
    (marks,) = mark(page, [Sheet("student", {"grad_w_1": from_python(float(-(r[0] + 2 * r[1])))})])
    assert marks["grad_w_1"].slip == "weights-for-inputs"


def test_stale_weights() -> None:
    """The second step's predictions with the first step's weights are named."""
    page = problem(**PLANE | {"n_steps": 2})
    stale = page.solution["prediction_1"].value.tolist()
    (marks,) = mark(page, [Sheet("student", {"prediction_2": from_python(stale)})])
    assert marks["prediction_2"].slip == "stale-weights"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": [1, 2]}, "given.y: expected a target for each of the 4 samples in X, got 2"),
        ({"w": [1]}, "given.w: expected a list of 2, one number for each feature in X, got a list of 1"),
        ({"w": 1}, "given.w: expected a list of 2, one number for each feature in X, got a single number"),
        ({"X": [1, 2, 3, 4]}, "given.w: expected a number, as X is a list, got a list of 2"),
        ({"layout": "columns"}, "given.y: expected a target for each of the 2 samples in X, got 4"),
        ({"batches": [[1, 2], [3, 5]]}, "given.batches: expected samples from 1 to 4, got 5 in batch 2"),
        ({"batches": [0]}, "given.batches.1.1: expected a whole number of at least 1, got '0'"),
        ({"batches": [[]]}, "given.batches.1: expected a list, each entry a whole number of at least 1, got []"),
        ({"n_steps": 0}, "given.n_steps: expected a whole number of at least 1, got '0'"),
        ({"penalty": "ridge"}, "given.penalty: expected lam, the weight of the ridge penalty"),
        ({"lam": 1}, "given.lam: expected no lam where there is no penalty"),
        (
            {"penalty": "Ridge", "lam": 1},
            "given.penalty: expected one of none, ridge, lasso, got 'Ridge'; did you mean 'ridge'?",
        ),
    ],
)
def test_refusals(change: dict[str, Any], message: str) -> None:
    """What does not fit together is refused with the given at fault and what was expected of it."""
    with pytest.raises(SpecError) as refusal:
        solved(**PLANE | change)
    assert str(refusal.value) == message


@pytest.mark.parametrize("missing", ["X", "y", "w", "b", "lr"])
def test_half_a_problem_is_refused(missing: str) -> None:
    """Data without all that a step needs is neither a problem in numbers nor one in symbols."""
    with pytest.raises(SpecError, match=f"got no {missing}$"):
        solved(**{name: value for name, value in PLANE.items() if name != missing})


ROOT = Path(__file__).parent.parent.parent


def test_hundred_points_are_drawn_from_their_seed() -> None:
    """The generator writes the problem that ships, and its line is near the one the points were drawn from."""
    path = ROOT / "problems" / "lesson-0" / "hundred-points.yaml"
    assert run_path(str(ROOT / "tools" / "hundred_points.py"))["spec"]() == path.read_text(encoding="utf-8")
    assert_allclose(load(path).solution["ols"].value, [3, 4], atol=0.2)
