"""Stochastic gradient descent on a line against a loop over fractions and the figures of the class notes."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.checks import AGREEMENT
from grader.document import from_python
from grader.errors import SpecError
from grader.problem import read_problem
from grader.solution import Solution

NOTES: dict[str, Any] = {"w": "0.5", "b": "0.1", "lr": "0.01", "x": [1, 2, 3, 4, 5], "y": [3, 5, 7, 9, 11]}


def solved(**given: Any) -> Solution:
    return read_problem(from_python({"family": "sgd", "given": given}), "line").solution


def epoch(
    w: Fraction, b: Fraction, lr: Fraction, x: list[Fraction], y: list[Fraction]
) -> dict[str, Fraction | list[Fraction]]:
    """One epoch by its definition, every quantity of the page by name."""
    values: dict[str, Fraction | list[Fraction]] = {}

    def error(when: str) -> None:
        predictions = [w * x_t + b for x_t in x]
        squares = sum(((y_t - p) ** 2 for y_t, p in zip(y, predictions, strict=True)), Fraction(0))
        values.update(
            {f"predictions_{when}": predictions, f"sse_{when}": squares, f"mse_{when}": squares / (2 * len(x))}
        )

    error("before")
    for t, (x_t, y_t) in enumerate(zip(x, y, strict=True), start=1):
        miss = w * x_t + b - y_t
        values |= {f"yhat_{t}": w * x_t + b, f"grad_w_{t}": miss * x_t, f"grad_b_{t}": miss}
        w, b = w - lr * miss * x_t, b - lr * miss
        values |= {f"w_{t}": w, f"b_{t}": b}
    error("after")
    return values


def catalogue(m: int) -> list[str]:
    """The steps that the catalogue names, in its order."""
    each = ("yhat", "grad_w", "grad_b", "w", "b")
    return ["mse_before", *(f"{name}_{t}" for t in range(1, m + 1) for name in each), "mse_after"]


def fractions(exact: Any) -> Fraction | list[Fraction]:
    """A SymPy ratio, or a vector of them, as Python's own; anything but a ratio has no `p`."""
    if hasattr(exact, "shape"):
        return [Fraction(int(each.p), int(each.q)) for each in exact]
    return Fraction(int(exact.p), int(exact.q))


hundredths = st.integers(-900, 900).map(lambda n: Fraction(n, 100))
rates = st.integers(-10, 10).map(lambda n: Fraction(n, 100))
samples = st.lists(st.tuples(hundredths, hundredths), min_size=1, max_size=5)


@given(hundredths, hundredths, rates, samples)
@settings(max_examples=200, deadline=None)
def test_both_readings_are_the_loop(
    w: Fraction, b: Fraction, lr: Fraction, samples: list[tuple[Fraction, Fraction]]
) -> None:
    """Every step equals the loop's value: the exact reading to the last digit, the numeric one to rounding."""
    x, y = map(list, zip(*samples, strict=True))
    solution, expected = solved(w=w, b=b, lr=lr, x=x, y=y), epoch(w, b, lr, x, y)
    assert {name: fractions(step.exact) for name, step in solution.items()} == expected
    largest = max(float(abs(each)) for value in expected.values() for each in np.atleast_1d(value))
    for name, step in solution.items():
        target = np.asarray(expected[name], dtype=float)
        np.testing.assert_allclose(step.value, target, rtol=1e-9, atol=1e-12 * largest, err_msg=name)


@pytest.mark.parametrize("m", [1, 2, 7])
def test_steps_stand_in_the_order_of_the_catalogue(m: int) -> None:
    """The error before, five steps a sample, the error after: named and ordered as specs and submissions expect."""
    solution = solved(w=1, b=0, lr="0.1", x=list(range(m)), y=[2] * m)
    named = catalogue(m)
    assert [name for name in solution if name in set(named)] == named


@pytest.mark.parametrize(
    ("step", "figure"),
    [
        ("mse_before", 16.83),
        ("yhat_1", 0.6),
        ("grad_w_1", -2.4),
        ("grad_b_1", -2.4),
        ("w_1", 0.524),
        ("b_1", 0.124),
        ("w_5", 1.2736323266),
    ],
)
def test_class_notes(step: str, figure: float) -> None:
    """The five samples of the class notes give the figures written there."""
    solution = solved(**NOTES)
    assert solution[step].value == pytest.approx(figure, abs=6e-11)
    assert float(solution[step].exact) == pytest.approx(figure, abs=6e-11)


def test_each_update_uses_the_weights_before_it() -> None:
    """A sample's prediction depends on the weights that the sample before it left, and on nothing later."""
    solution = solved(**NOTES)
    assert set(solution["yhat_1"].uses) == {"w", "x", "b"}
    assert set(solution["yhat_3"].uses) == {"w_2", "x", "b_2"}
    assert set(solution["w_3"].uses) == {"w_2", "lr", "grad_w_3"}
    assert set(solution["predictions_after"].uses) == {"w_5", "x", "b_5"}


def test_rate_of_zero_leaves_the_line_alone() -> None:
    """Without a step the weights stay, and so does the error."""
    solution = solved(**NOTES | {"lr": 0})
    assert {solution[f"w_{t}"].exact for t in range(1, 6)} == {solution.exact("w")}
    assert solution["mse_after"].exact == solution["mse_before"].exact


def test_negative_rate_climbs() -> None:
    """A negative rate is taken as it stands: the weights move up the slope and the error grows."""
    solution = solved(**NOTES | {"lr": "-0.01"})
    assert solution["w_1"].value == pytest.approx(0.476)
    assert solution["mse_after"].value > solution["mse_before"].value


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1, 2], [3], "given.y: expected as many targets as inputs: x has 2 and y has 1"),
        ([1], [3, 4, 5], "given.y: expected as many targets as inputs: x has 1 and y has 3"),
        ([], [], "given.x: expected a list of numbers, got none"),
        (4, [3], "given.x: expected a list of numbers, got a single number"),
        ([1], [[3]], "given.y: expected a list of numbers, got 1×1 numbers"),
    ],
)
def test_samples_that_do_not_fit_are_refused(x: Any, y: Any, message: str) -> None:
    """Inputs and targets that are no two lists of one length are refused, with the given named."""
    with pytest.raises(SpecError) as refusal:
        solved(**NOTES | {"x": x, "y": y})
    assert str(refusal.value) == message


def test_hundred_samples() -> None:
    """A long epoch outgrows exact ratios and is still right: by both readings, and to 25 digits by the exact one."""
    random = np.random.default_rng(7)
    x = [Fraction(int(n), 100) for n in random.integers(-200, 201, 100)]
    y = [3 * x_t + 1 + Fraction(int(n), 100) for x_t, n in zip(x, random.integers(-30, 31, 100), strict=True)]
    solution = solved(w=0, b=0, lr="0.05", x=x, y=y)
    assert len(solution) == 506
    assert max(solution.agreement(name) for name in solution) <= AGREEMENT
    w, expected = solution["w_100"].exact, epoch(Fraction(0), Fraction(0), Fraction(1, 20), x, y)["w_100"]
    assert isinstance(expected, Fraction)
    assert abs(Fraction(str(w)) - expected) < Fraction(1, 10**25)
    assert 2.5 < solution["w_100"].value < 3.5
