"""Stochastic gradient descent by hand."""

from __future__ import annotations

from grader.expression import Expression, Name
from grader.families import family
from grader.families.givens import Scalar, Vector
from grader.families.line import RATE, UPHILL, mean_squared_error, samples, slips, slopes
from grader.solution import Page


@family
def sgd(s: Page, *, w: Scalar, b: Scalar, lr: Scalar, x: Vector, y: Vector) -> None:
    """One epoch of stochastic gradient descent on the line ŷ = wx + b, one sample at a time.

    The loss of a sample is L = ½(y − ŷ)², so that ∂L/∂w = −(y − ŷ)x and ∂L/∂b = −(y − ŷ). Each sample's update uses
    the weights that the sample before it left. The mean squared error is taken as 1/(2m) Σ (y − ŷ)² over the m samples.
    Samples are numbered from 1 in the order they are given.

    Example::

        w: 0.5
        b: 0.1
        lr: 0.01
        x: [1, 2, 3]
        y: [3, 5, 7]
    """
    first = line = {"w": w, "b": b}
    rounds, m = samples(x, y), s.let("m", len(x))
    mean_squared_error(s, "before", line, x, y, m)
    for t, x_t, y_t in rounds:
        slope = slopes(s, t, line, x_t, y_t, first)
        line = {weight: update(s, f"{weight}_{t}", line[weight], lr, slope[weight], weight) for weight in line}
    mean_squared_error(s, "after", line, x, y, m)


def update(s: Page, name: str, weight: Expression, lr: Expression, slope: Expression, called: str) -> Name:
    """A weight after a step against its slope."""
    return slips(
        s, s.step(name, weight - lr * slope, f"Step against the slope in {called}."),
        ("rate-left-out", weight - slope, RATE),
        ("uphill", weight + lr * slope, UPHILL),
    )  # fmt: skip
