"""Backpropagation against NumPy written out anew, difference quotients, published figures and the class notes."""

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special

import grader
from grader.checks import AGREEMENT
from grader.document import from_python
from grader.errors import SpecError
from grader.problem import Problem, read_problem
from grader.solution import Solution

ACTIVATIONS = {
    "none": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "sigmoid": special.expit,
    "tanh": np.tanh,
    "softmax": special.softmax,
}


def problem(**given: Any) -> Problem:
    return read_problem(from_python({"family": "backprop", "given": given}), "network")


def solved(**given: Any) -> Solution:
    return problem(**given).solution


Weights = list[tuple[np.ndarray, np.ndarray]]


def loss_of(weights: Weights, functions: list[str], x: np.ndarray, y: np.ndarray, loss: str) -> float:
    """A forward pass and the loss, by NumPy and SciPy."""
    a = x
    for (W, b), f in zip(weights, functions, strict=True):
        a = ACTIVATIONS[f](W @ a + b)
    if loss == "half_square":
        return float(((y - a) ** 2).sum() / 2)
    gain = special.xlogy(y, a).sum()
    if functions[-1] == "sigmoid":
        gain += special.xlogy(1 - y, 1 - a).sum()
    return float(-gain)


def flattened(weights: Weights) -> np.ndarray:
    return np.concatenate([part.ravel() for layer in weights for part in layer])


def rebuilt(flat: np.ndarray, like: Weights) -> Weights:
    parts, at = [], 0
    for layer in like:
        shaped = []
        for part in layer:
            shaped.append(flat[at : at + part.size].reshape(part.shape))
            at += part.size
        parts.append((shaped[0], shaped[1]))
    return parts


tenths = st.integers(-20, 20).map(lambda n: Fraction(n or 7, 10))
"""No zeros, which would be absent edges."""


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    """One or two layers of one or two neurons, of any activation, with a loss that fits."""
    sizes = [draw(st.integers(1, 2)) for _ in range(draw(st.integers(2, 3)))]
    layers = []
    for rows, columns in zip(sizes[1:], sizes[:-1], strict=True):
        W = [[draw(tenths) for _ in range(columns)] for _ in range(rows)]
        layers.append(
            {"W": W, "b": [draw(tenths) for _ in range(rows)], "activation": draw(st.sampled_from([*ACTIVATIONS]))}
        )
    losses = ["half_square"]
    if layers[-1]["activation"] in {"sigmoid", "softmax"}:
        losses.append("cross_entropy")
    return {
        "x": [draw(tenths) for _ in range(sizes[0])],
        "y": [draw(st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 4)])) for _ in range(sizes[-1])],
        "layers": layers,
        "lr": draw(tenths),
        "loss": draw(st.sampled_from(losses)),
    }


def arrays(given: dict[str, Any]) -> tuple[Weights, list[str], np.ndarray, np.ndarray]:
    weights = [(np.array(layer["W"], float), np.array(layer["b"], float)) for layer in given["layers"]]
    functions = [layer["activation"] for layer in given["layers"]]
    return weights, functions, np.array(given["x"], float), np.array(given["y"], float)


def near_a_kink(solution: Solution, functions: list[str]) -> bool:
    """Whether a ReLU stands so near zero that a difference quotient has no meaning."""
    return any(
        f == "relu" and np.abs(solution[f"z_{l}_1"].value).min() < 1e-4 for l, f in enumerate(functions, start=1)
    )


@given(networks())
@settings(max_examples=200, deadline=None)
def test_readings_agree_and_slopes_are_difference_quotients(given: dict[str, Any]) -> None:
    """Both readings agree on every step; every slope is SciPy's quotient of a loss that NumPy computes."""
    solution = solved(**given)
    assert max(solution.agreement(name) for name in solution) < AGREEMENT
    weights, functions, x, y = arrays(given)
    loss = given["loss"]
    assert solution["loss_1"].value == pytest.approx(loss_of(weights, functions, x, y, loss), rel=1e-9, abs=1e-12)
    if near_a_kink(solution, functions):
        return

    def measured(flat: np.ndarray) -> float:
        return loss_of(rebuilt(flat, weights), functions, x, y, loss)

    slopes = optimize.approx_fprime(flattened(weights), measured, 1e-6)
    mine = flattened([(solution[f"dW_{l}_1"].value, solution[f"db_{l}_1"].value) for l in range(1, len(weights) + 1)])
    np.testing.assert_allclose(mine, slopes, rtol=1e-3, atol=2e-4)


def test_a_slope_that_cancels_to_nothing() -> None:
    """Behind equal weights a softmax has no slope; the exact reading keeps the digits of what that nothing meets."""
    layers = [
        {"W": [["0.7"], ["0.7"]], "b": ["0.7", "0.1"], "activation": "softmax"},
        {"W": [["0.7", "0.7"]], "b": ["0.7"], "activation": "none"},
    ]
    solution = solved(x=["0.7"], y=[0], layers=layers, lr="0.7")
    assert float(solution["b_1_1"].exact[1]) == pytest.approx(0.1, rel=1e-15)
    assert max(solution.agreement(name) for name in solution) < AGREEMENT


@given(networks(), st.integers(2, 3))
@settings(max_examples=50, deadline=None)
def test_signs_of_delta_are_two_ways_to_write_one_descent(given: dict[str, Any], n_steps: int) -> None:
    """δ and dW change their sign with the convention, a change holds the rate; the weights are the same."""
    first = solved(**given, n_steps=n_steps)
    other = solved(**given, n_steps=n_steps, delta_sign="target_minus_output")
    change = solved(**given, n_steps=n_steps, delta_sign="target_minus_output", rate_in_dW=True)
    for name in first:
        size = {"atol": 1e-9, "rtol": 1e-9, "err_msg": name}
        flips = name.startswith(("delta", "dW", "db"))
        np.testing.assert_allclose(other[name].value, -first[name].value if flips else first[name].value, **size)
        scaled = float(given["lr"]) if name.startswith(("dW", "db")) else 1
        np.testing.assert_allclose(change[name].value, scaled * other[name].value, **size)


WORKED: dict[str, Any] = {
    "x": ["0.05", "0.10"],
    "y": ["0.01", "0.99"],
    "layers": [
        {"W": [["0.15", "0.20"], ["0.25", "0.30"]], "b": ["0.35", "0.35"], "activation": "sigmoid"},
        {"W": [["0.40", "0.45"], ["0.50", "0.55"]], "b": ["0.60", "0.60"], "activation": "sigmoid"},
    ],
    "lr": "0.5",
    "update_bias": False,
}


def test_published_worked_example() -> None:
    """The widely used 2-2-2 network of "A Step by Step Backpropagation Example" (2015), all its figures."""
    solution = solved(**WORKED)
    for name, figures in {
        "z_1_1": [0.3775, 0.3925],
        "a_1_1": [0.593269992, 0.596884378],
        "a_2_1": [0.75136507, 0.772928465],
        "loss_1": 0.298371109,
        "delta_2_1": [0.138498562, -0.038098236],
        "W_2_1": [[0.35891648, 0.408666186], [0.511301270, 0.561370121]],
        "W_1_1": [[0.149780716, 0.19956143], [0.24975114, 0.29950229]],
    }.items():
        np.testing.assert_allclose(solution[name].value, figures, atol=6e-9, err_msg=name)
    assert "b_1_1" not in solution


@pytest.mark.parametrize(("x", "y"), [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)])
def test_exclusive_or(x: list[int], y: int) -> None:
    """The network of Goodfellow, Bengio & Courville, Deep Learning, section 6.1, is right on all four inputs."""
    layers = [
        {"W": [[1, 1], [1, 1]], "b": [0, -1], "activation": "relu"},
        {"W": [[1, -2]], "b": [0], "activation": "none"},
    ]
    solution = solved(x=x, y=y, layers=layers, lr=1)
    assert (solution["a_2_1"].value.tolist(), solution["loss_1"].value) == ([y], 0)
    np.testing.assert_array_equal(solution["W_1_1"].value, [[1, 1], [1, 1]])


def test_fifty_digits() -> None:
    """The slope in one weight of the first layer of the worked example by mpmath's differentiation."""
    with mpmath.workdps(50):

        def sigmoid(z: Any) -> Any:
            return 1 / (1 + mpmath.exp(-z))

        number = mpmath.mpf

        def loss(w: Any) -> Any:
            h1 = sigmoid(w * number("0.05") + number("0.2") * number("0.1") + number("0.35"))
            h2 = sigmoid(number("0.25") * number("0.05") + number("0.3") * number("0.1") + number("0.35"))
            o1 = sigmoid(number("0.4") * h1 + number("0.45") * h2 + number("0.6"))
            o2 = sigmoid(number("0.5") * h1 + number("0.55") * h2 + number("0.6"))
            return ((number("0.01") - o1) ** 2 + (number("0.99") - o2) ** 2) / 2

        slope = float(mpmath.diff(loss, number("0.15")))
    assert solved(**WORKED)["dW_1_1"].value[0, 0] == pytest.approx(slope, rel=1e-12)


def test_steps_stand_in_the_order_of_the_catalogue() -> None:
    """Forward, error, loss, δ from the last layer to the first, slopes, new weights; then again."""
    layers = [{"W": [[1]], "b": [1]}, {"W": [[2]], "b": [1]}]
    once = ["z_1", "a_1", "z_2", "a_2", "error", "loss", "delta_2", "delta_1", "dW_1", "db_1", "dW_2", "db_2"]
    once += ["W_1", "b_1", "W_2", "b_2"]
    solution = solved(x=[1], y=1, layers=layers, lr=1, n_steps=2)
    assert list(solution) == [f"{name}_{t}" for t in (1, 2) for name in once]


def test_layers_without_a_bias_and_biases_that_stay() -> None:
    """A layer without b has no bias to learn; `update_bias: false` uses the biases and leaves them."""
    solution = solved(x=[1], y=1, layers=[{"W": [[1]]}, {"W": [[1]], "b": [3]}], lr=1, n_steps=2)
    assert {"b_1_1", "db_1_1"}.isdisjoint(solution)
    assert {"b_2_1", "db_2_1"} <= set(solution)
    still = solved(x=[1], y=1, layers=[{"W": [[1]], "b": [3]}], lr=1, n_steps=2, update_bias=False)
    assert {"b_1_1", "db_1_1"}.isdisjoint(still)
    assert still["z_1_1"].value.tolist() == [4]
    assert still["z_1_2"].value.tolist() == [still["W_1_1"].value[0, 0] + 3]


def test_absent_edges_stay_absent() -> None:
    """A zero in W is no edge: it is not updated, though its own slope would not be zero."""
    layers = [{"W": [["0.1", 0], [0, "0.3"]]}, {"W": [["0.5", "0.6"]]}]
    solution = solved(x=["0.5", "0.6"], y=1, layers=layers, lr="0.1", n_steps=3)
    full = solved(x=["0.5", "0.6"], y=1, layers=[{"W": [["0.1", "1e-30"], ["1e-30", "0.3"]]}, layers[1]], lr="0.1")
    assert abs(full["dW_1_1"].value[0, 1]) > 1e-3
    for t in (1, 2, 3):
        W = solution[f"W_1_{t}"].value
        assert (W[0, 1], W[1, 0]) == (0, 0)
        assert W[0, 0] != 0.1
    assert solution.question


@pytest.mark.parametrize("loss", ["half_square", "cross_entropy"])
@pytest.mark.parametrize("delta_sign", ["output_minus_target", "target_minus_output"])
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_slopes_are_proved(loss: str, delta_sign: str, output: str) -> None:
    """δ, dW and db of both layers, in both iterations, with every weight left a symbol."""
    layers = [
        {"W": [[1, 2], [3, 4]], "b": [0, 1], "activation": "tanh" if output == "softmax" else "sigmoid"},
        {"W": [[1, -1], [2, 1]], "b": [0, 0], "activation": output},
    ]
    solution = solved(x=[1, 2], y=[1, 0], layers=layers, lr=1, loss=loss, delta_sign=delta_sign, n_steps=2)
    claimed = [name for name, step in solution.items() if step.claims]
    assert claimed == [name for name in solution if name.startswith(("delta", "dW", "db"))]
    assert [name for name in claimed if not solution.prove(name)] == []


def test_relu_claims_nothing_where_it_has_no_derivative() -> None:
    """Below a ReLU no slope is claimed; above it they are proved."""
    layers = [{"W": [[1]], "activation": "relu"}, {"W": [[1]], "activation": "sigmoid"}]
    solution = solved(x=[1], y=1, layers=layers, lr=1)
    assert [name for name, step in solution.items() if step.claims] == ["delta_2_1", "dW_2_1"]
    assert solution.prove("delta_2_1")
    assert solution.prove("dW_2_1")


NETWORK: dict[str, Any] = {
    "x": ["0.5", "0.6"],
    "y": [1, 0],
    "layers": [
        {"W": [["0.1", "0.2"], ["0.3", "-0.4"]], "b": ["0.1", "0.2"], "activation": "sigmoid"},
        {"W": [["0.5", "0.6"], ["-0.2", "0.1"]], "b": ["0.3", "0.2"], "activation": "sigmoid"},
    ],
    "lr": "0.1",
    "n_steps": 2,
}
W1, W2 = np.array([[0.1, 0.2], [0.3, -0.4]]), np.array([[0.5, 0.6], [-0.2, 0.1]])
B1, B2 = np.array([0.1, 0.2]), np.array([0.3, 0.2])
X, Y = np.array([0.5, 0.6]), np.array([1.0, 0.0])
Z1 = W1 @ X + B1
A1 = special.expit(Z1)
Z2 = W2 @ A1 + B2
A2 = special.expit(Z2)
S1, S2 = A1 * (1 - A1), A2 * (1 - A2)
D2 = (A2 - Y) * S2
D1 = (W2.T @ D2) * S1
NEW = W2 - 0.1 * np.outer(D2, A1)

SLIPS = [
    ("z_1_1", W1 @ X, "bias-left-out"),
    ("z_1_2", Z1, "stale-weights"),
    ("a_1_1", Z1, "activation-left-out"),
    ("a_2_1", np.exp(Z2), "exponential-alone"),
    ("a_2_1", special.expit(-Z2), "exponent-sign"),
    ("error_1", A2 - Y, "sign"),
    ("loss_1", ((Y - A2) ** 2).sum(), "half-left-out"),
    ("loss_1", (Y - A2).sum(), "not-squared"),
    ("delta_2_1", -D2, "sign"),
    ("delta_2_1", A2 - Y, "slope-left-out"),
    ("delta_2_1", S2, "error-left-out"),
    ("delta_2_1", (A2 - Y) * Z2 * (1 - Z2), "slope-at-z"),
    ("delta_1_1", -D1, "sign"),
    ("delta_1_1", D2.sum() * S1, "weight-left-out"),
    ("delta_1_1", (NEW.T @ D2) * S1, "new-weights"),
    ("delta_1_1", W2.sum(axis=0) * S1, "delta-left-out"),
    ("delta_1_1", W2.T @ D2, "slope-left-out"),
    ("delta_1_1", (W2.T @ D2) * Z1 * (1 - Z1), "slope-at-z"),
    ("delta_1_1", (W2 @ D2) * S1, "not-transposed"),
    ("dW_2_1", -np.outer(D2, A1), "sign"),
    ("dW_2_1", D2[:, None] * W2, "weight-for-input"),
    ("dW_2_1", D2[:, None] * np.ones((2, 2)), "input-left-out"),
    ("dW_2_1", 0.1 * np.outer(D2, A1), "rate-included"),
    ("db_1_1", -D1, "sign"),
    ("db_1_1", 0.1 * D1, "rate-included"),
    ("W_2_1", W2 + 0.1 * np.outer(D2, A1), "uphill"),
    ("W_2_1", 0.1 * np.outer(D2, A1), "change-alone"),
    ("W_2_1", W2 - np.outer(D2, A1), "rate-left-out"),
    ("b_1_1", B1 + 0.1 * D1, "uphill"),
]


@pytest.mark.parametrize(("part", "value", "slip"), SLIPS)
def test_slips_are_named(part: str, value: Any, slip: str) -> None:
    """Each mistake, computed here by NumPy, is called by its name, at more digits than new weights would need."""
    asked = read_problem(
        from_python({"family": "backprop", "given": NETWORK, "ask": {part: {"points": 1, "digits": 7}}}), "network"
    )
    mark = grader.grade(asked, {part: np.asarray(value).tolist()})[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


LOGARITHMIC = [
    ("softmax", "loss_1", lambda a: np.log(a[0]), "minus-left-out"),
    ("softmax", "loss_1", lambda a: -np.log10(a[0]), "log-of-base-ten"),
    ("softmax", "a_1_1", None, "not-normalised"),
    ("sigmoid", "delta_1_1", lambda a: (a - Y) * a * (1 - a), "slope-twice"),
]


@pytest.mark.parametrize(("output", "part", "wrong", "slip"), LOGARITHMIC)
def test_slips_beside_cross_entropy(output: str, part: str, wrong: Any, slip: str) -> None:
    """The logarithm's own mistakes, and the slope of the activation taken twice."""
    given = NETWORK | {"layers": [NETWORK["layers"][0] | {"activation": output}], "loss": "cross_entropy"}
    value = np.exp(Z1) if wrong is None else wrong(ACTIVATIONS[output](Z1))
    mark = grader.grade(problem(**given), {part: np.asarray(value).tolist()})[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


NOTES = {
    "z_1_1": ("correct", 1),
    "a_1_1": ("wrong", 1 / 2),  # 0.549 for σ(0.18) = 0.5449
    "z_2_1": ("correct", 1),
    "a_2_1": ("correct", 1),
    "error_1": ("correct", 1),
    "delta_2_1": ("correct", 1),
    "delta_1_1": ("follows", 1),  # δ4 from the page's own 0.549
    "dW_1_1": ("incomplete", 5 / 8),  # Δw13 has no result, and Δw24 two digits
    "dW_2_1": ("wrong", 1 / 4),  # 0.004521 for 0.00422, and 0.00448 for 0.00449, cut off
    "W_1_1": ("wrong", 3 / 4),  # w24 is its change alone
    "W_2_1": ("slip", 3 / 4),  # w35 follows from its change, w45 is 0.60498 for 0.60448: one digit
    "z_1_2": ("slip", 1 / 2),  # the sums of the first iteration
    "a_1_2": ("rounded", 1),  # from 0.05 and 0.18, which stand for 0.175 to 0.185
    "z_2_2": ("correct", 1),
    "a_2_2": ("slip", 1 / 2),  # 1.80015 is e to 0.58787
    "error_2": ("blank", 0),
}


def test_the_class_notes() -> None:
    """The page of the class test, step by step, as a careful person marks it."""
    answers = {
        "z_1_1": ["0.05", "0.18"], "a_1_1": ["0.5125", "0.549"], "z_2_1": ["0.58313"], "a_2_1": ["0.64178"],
        "error_1": ["0.35822"], "delta_2_1": ["0.0823"], "dW_2_1": [["0.004521", "0.00448"]],
        "W_2_1": [["0.504521", "0.60498"]], "delta_1_1": ["0.01028", "0.01222"],
        "dW_1_1": [["", "0"], ["0", "0.00073"]], "W_1_1": [["0.10054", "0"], ["0", "0.0007349"]],
        "z_1_2": ["0.05", "0.18"], "a_1_2": ["0.512", "0.5459"], "z_2_2": ["0.58787"], "a_2_2": ["1.80015"],
    }  # fmt: skip
    marks = grader.grade(grader.load("problems/class-notes/backpropagation.yaml"), answers)
    assert {mark.part: (mark.verdict, mark.credit) for mark in marks} == NOTES
    assert (marks["z_1_2"].slip, marks["a_2_2"].slip) == ("stale-weights", "exponential-alone")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": [1, 2, 3]},
         "given.layers: expected 3 columns in W of layer 1, one for each of the inputs, got 2"),
        ({"layers": [NETWORK["layers"][0], {"W": [[1, 2, 3], [4, 5, 6]]}]},
         "given.layers: expected 2 columns in W of layer 2, one for each of the neurons of layer 1, got 3"),
        ({"y": [1, 0, 0]}, "given.y: expected a target for each of the 2 outputs, got 3"),
        ({"y": 1}, "given.y: expected a target for each of the 2 outputs, got 1"),
        ({"loss": "cross_entropy", "layers": [{"W": [[1, 2], [3, 4]], "activation": "tanh"}]},
         "given.layers: expected sigmoid or softmax on the last layer for cross_entropy, got tanh"),
        ({"n_steps": 0}, "given.n_steps: expected a whole number of at least 1, got '0'"),
    ],
)  # fmt: skip
def test_refusals(given: dict[str, Any], message: str) -> None:
    """Layers, targets and losses that do not fit together are refused, with what was expected."""
    with pytest.raises(SpecError) as refusal:
        solved(**NETWORK | given)
    assert str(refusal.value) == message
