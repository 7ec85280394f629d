"""One neuron against SciPy's sigmoid, difference quotients, fifty digits and published figures."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import optimize, special

import grader
from grader.checks import AGREEMENT
from grader.document import from_python
from grader.errors import SpecError
from grader.problem import Problem, read_problem
from grader.solution import Solution

GIVEN: dict[str, Any] = {"w": ["0.4", "-0.2"], "b": "0.1", "x": ["1.5", 2], "y": 1, "lr": "0.5"}
STEPS = ["z", "a", "loss", "dL_da", "da_dz", "dL_dz", "grad_w", "grad_b", "w_new", "b_new"]

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "none": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "sigmoid": special.expit,
    "tanh": np.tanh,
}
LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "half_square": lambda y, a: (y - a) ** 2 / 2,
    "square": lambda y, a: (y - a) ** 2,
    "cross_entropy": lambda y, a: -(special.xlogy(y, a) + special.xlogy(1 - y, 1 - a)),
}


def problem(**given: Any) -> Problem:
    return read_problem(from_python({"family": "neuron", "given": given}), "neuron")


def solved(**given: Any) -> Solution:
    return problem(**given).solution


tenths = st.integers(-15, 15).map(lambda n: Fraction(n, 10))
edges = st.lists(st.tuples(tenths, tenths), min_size=1, max_size=4)
kinds = st.sampled_from([(f, loss) for f in FUNCTIONS for loss in LOSSES if loss != "cross_entropy" or f == "sigmoid"])


@given(edges, tenths, st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 3)]), tenths, kinds)
@example(
    [(Fraction(1), Fraction(2)), (Fraction(-2), Fraction(1))], Fraction(0), Fraction(0), Fraction(0), ("relu", "square")
)
@example([(Fraction(0), Fraction(0))], Fraction(0), Fraction(1), Fraction(-1), ("sigmoid", "cross_entropy"))
@settings(max_examples=200, deadline=None)
def test_readings_agree_and_are_numpys(
    edges: list[tuple[Fraction, Fraction]], b: Fraction, y: Fraction, lr: Fraction, kind: tuple[str, str]
) -> None:
    """Both readings agree on every step; the slopes are the difference quotients of SciPy's and NumPy's functions."""
    (activation, loss), (w, x) = kind, (list(each) for each in zip(*edges, strict=True))
    solution = solved(w=w, b=b, x=x, y=y, lr=lr, activation=activation, loss=loss)
    assert max(solution.agreement(name) for name in solution) < AGREEMENT
    weights, inputs = np.array(w, float), np.array(x, float)
    z = weights @ inputs + float(b)
    a = FUNCTIONS[activation](z)
    assert solution["a"].value == pytest.approx(a, abs=1e-12)
    assert solution["loss"].value == pytest.approx(LOSSES[loss](float(y), a), rel=1e-9, abs=1e-12)
    if activation == "relu" and abs(z) < 1e-5:
        assert solution["da_dz"].value == 0
        return

    def measured(at: np.ndarray) -> float:
        return float(LOSSES[loss](float(y), FUNCTIONS[activation](at[:-1] @ inputs + at[-1])))

    slopes = optimize.approx_fprime(np.array([*weights, float(b)]), measured, 1e-7)
    np.testing.assert_allclose([*solution["grad_w"].value, solution["grad_b"].value], slopes, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(solution["w_new"].value, weights - float(lr) * solution["grad_w"].value, atol=1e-12)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_fifty_digits(activation: str) -> None:
    """The slope in a weight by mpmath's differentiation."""
    solution = solved(**GIVEN, activation=activation)
    with mpmath.workdps(50):
        f = mpmath.tanh if activation == "tanh" else (lambda z: 1 / (1 + mpmath.exp(-z)))

        def loss(w: Any) -> Any:
            return (1 - f(w * mpmath.mpf("1.5") - mpmath.mpf("0.4") + mpmath.mpf("0.1"))) ** 2 / 2

        slope = mpmath.diff(loss, mpmath.mpf("0.4"))
    assert solution["grad_w"].value[0] == pytest.approx(float(slope), rel=1e-13)


def test_published_sigmoid_neuron() -> None:
    """The neuron of the course CS231n's notes on backpropagation: 0.73 forward, 0.20 and the inputs times it back."""
    solution = solved(w=[2, -3], b=-3, x=[-1, -2], y=0)
    assert solution["z"].value == 1
    assert solution["a"].value == pytest.approx(0.73, abs=5e-3)
    assert solution["da_dz"].value == pytest.approx(0.20, abs=5e-3)
    per_slope = solution["grad_w"].value / solution["dL_da"].value
    np.testing.assert_allclose(per_slope, [-0.20, -0.39], atol=5e-3)


@pytest.mark.parametrize(("w", "b", "output"), [("0.6", "0.9", 0.82), (2, 2, 0.98)])
def test_published_starts(w: Any, b: Any, output: float) -> None:
    """The two starts of the learning neuron in chapter 3 of Neural Networks and Deep Learning (2015)."""
    assert solved(w=w, b=b, x=1, y=0)["a"].value == pytest.approx(output, abs=5e-3)


def test_large_sums_do_not_overflow() -> None:
    """A sigmoid far out is one or nothing, and has no slope; both readings say so."""
    for w, a in ((1000, 1), (-1000, 0)):
        solution = solved(w=w, b=0, x=1, y=0)
        assert (solution["a"].value, solution["da_dz"].value) == (a, 0)
        assert max(solution.agreement(name) for name in solution) < AGREEMENT


@pytest.mark.parametrize(
    ("given", "steps"),
    [
        (GIVEN, STEPS),
        ({name: GIVEN[name] for name in ("w", "b", "x", "y")}, STEPS[:8]),
        ({name: GIVEN[name] for name in ("w", "b", "x")}, STEPS[:2]),
        ({}, STEPS),
        ({"y": 1}, STEPS),
    ],
)
def test_steps_stand_in_the_order_of_the_catalogue(given: dict[str, Any], steps: list[str]) -> None:
    """As far as what is given goes; in symbols all of them."""
    assert list(solved(**given)) == steps


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("given", [GIVEN, {}])
def test_slopes_are_proved(given: dict[str, Any], loss: str) -> None:
    """In numbers and in formulas, for every loss."""
    solution = solved(**given, loss=loss)
    for name in ("dL_da", "da_dz", "dL_dz", "grad_w", "grad_b"):
        assert solution[name].claims
        assert solution.prove(name), name


def test_formulas_where_nothing_is_given() -> None:
    """Without w, b and x the steps are formulas, and are judged as such."""
    solution = solved()
    assert solution.symbols == {"w", "b", "x", "y", "lr"}
    assert {step.kind.judge for step in solution.values()} == {"formula"}
    assert max(solution.agreement(name) for name in solution) < AGREEMENT


A = float(special.expit(0.3))
D = -(1 - A) * A * (1 - A)
SLIPS = [
    ({}, {"z": 0.2}, "z", "bias-left-out"),
    ({}, {"a": 0.3}, "a", "activation-left-out"),
    ({}, {"a": 1 - A}, "a", "exponent-sign"),
    ({}, {"a": float(np.exp(0.3))}, "a", "exponential-alone"),
    ({}, {"a": float(np.exp(-0.3))}, "a", "exponential-in-the-denominator-alone"),
    ({}, {"loss": (1 - A) ** 2}, "loss", "factor"),
    ({"loss": "square"}, {"loss": (1 - A) ** 2 / 2}, "loss", "factor"),
    ({}, {"loss": 1 - A}, "loss", "not-squared"),
    ({"loss": "cross_entropy"}, {"loss": float(np.log(A))}, "loss", "minus-left-out"),
    ({"loss": "cross_entropy"}, {"loss": float(-np.log10(A))}, "loss", "log-of-base-ten"),
    ({"loss": "cross_entropy", "y": "0.5"}, {"loss": float(-np.log(A) / 2)}, "loss", "other-class-left-out"),
    ({}, {"dL_da": 1 - A}, "dL_da", "sign"),
    ({}, {"dL_da": -2 * (1 - A)}, "dL_da", "factor-two"),
    ({"loss": "square"}, {"dL_da": -(1 - A)}, "dL_da", "factor-two"),
    ({}, {"da_dz": A}, "da_dz", "activation-for-slope"),
    ({}, {"da_dz": 0.3 * 0.7}, "da_dz", "of-z"),
    ({}, {"da_dz": 1 - A}, "da_dz", "one-factor"),
    ({}, {"dL_dz": -(1 - A)}, "dL_dz", "slope-left-out"),
    ({}, {"dL_dz": -D}, "dL_dz", "sign"),
    ({}, {"grad_w": [D, D]}, "grad_w", "input-left-out"),
    ({}, {"grad_w": [0.4 * D, -0.2 * D]}, "grad_w", "weight-for-input"),
    ({"w": "0.2", "x": 1.5, "b": 0}, {"grad_b": 1.5 * D}, "grad_b", "input-as-factor"),
    ({}, {"grad_b": 0.1 * D}, "grad_b", "bias-as-factor"),
    ({}, {"w_new": [0.4 - 1.5 * D, -0.2 - 2 * D]}, "w_new", "rate-left-out"),
    ({}, {"b_new": 0.1 + 0.5 * D}, "b_new", "uphill"),
]


@pytest.mark.parametrize(("given", "answers", "part", "slip"), SLIPS)
def test_slips_are_named(given: dict[str, Any], answers: dict[str, Any], part: str, slip: str) -> None:
    """Each mistake, computed here by its own formula for z = 0.3, is called by its name."""
    mark = grader.grade(problem(**GIVEN | given), answers)[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"w": 1, "b": 0, "x": [1, 2]}, "given.w: expected a weight for each input: w is a number and x a list of 2"),
        ({"w": [1, 2, 3], "b": 0, "x": [1, 2]},
         "given.w: expected a weight for each input: w is a list of 3 and x a list of 2"),
        ({"w": 1, "x": 2}, "given: expected w, b and x, or none of them for formulas; b not given"),
        ({"w": 40, "b": 0, "x": 1, "y": 1, "loss": "cross_entropy"},
         "given.w: expected w·x + b between −15 and 15 beside cross_entropy, got 40"),
        ({"activation": "tanh", "loss": "cross_entropy"},
         "given.loss: expected half_square or square beside the activation tanh, got cross_entropy"),
        ({"activation": "softmax"}, "given.activation: expected one of none, relu, sigmoid, tanh, got 'softmax'"),
    ],
)  # fmt: skip
def test_refusals(given: dict[str, Any], message: str) -> None:
    """Givens that do not fit together are refused, with what was expected."""
    with pytest.raises(SpecError) as refusal:
        solved(**given)
    assert str(refusal.value).startswith(message)
