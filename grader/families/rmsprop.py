"""RMSProp: a step divided by the running average of the slope's square."""

from __future__ import annotations

from grader.expression import Expression, Name
from grader.families import family
from grader.families.adaptive import PLAIN, ROOT, Divisor, Epsilon, squares
from grader.families.givens import Decay, Positive, Scalar, Vector
from grader.families.line import RATE, UPHILL, at_first, mean_squared_error, samples, slips, slopes
from grader.solution import Page


@family
def rmsprop(
    s: Page,
    *,
    w: Scalar,
    b: Scalar,
    lr: Scalar,
    x: Vector,
    y: Vector,
    beta: Decay,
    eps: Positive,
    epsilon: Epsilon = "outside",
) -> None:
    """One epoch of RMSProp on the line ŷ = wx + b, one sample at a time.

    The loss of a sample is L = ½(y − ŷ)² as in `sgd`. With g the slope in a weight, G ← βG + (1 − β)g² is a running
    average of its square, from 0 on, and w ← w − αg/(√G + ε) (Tieleman and Hinton, Lecture 6.5: RMSProp, Neural
    Networks for Machine Learning, 2012). With `epsilon: inside` the root is √(G + ε).

    Example::

        w: 0.5
        b: 0.1
        lr: 0.01
        beta: 0.9
        eps: 1e-8
        x: [1, 2, 3]
        y: [3, 5, 7]
    """
    first = line = {"w": w, "b": b}
    rounds, m = samples(x, y), s.let("m", len(x))
    G, by = at_first(s, "G", line), Divisor(eps, epsilon)
    mean_squared_error(s, "before", line, x, y, m)
    for t, x_t, y_t in rounds:
        g = slopes(s, t, line, x_t, y_t, first)
        G = {k: squares(s, f"G_{k}_{t}", k, G[k], g[k], beta) for k in line}
        line = {k: divided(s, f"{k}_{t}", k, line[k], g[k], G[k], lr, by) for k in line}
    mean_squared_error(s, "after", line, x, y, m)


def divided(
    s: Page,
    name: str,
    called: str,
    weight: Expression,
    g: Expression,
    G: Expression,
    lr: Expression,
    by: Divisor,
) -> Name:
    """A weight after a step divided by the root of an average square: w = w − αg/(√G + ε)."""
    under = by.root(G)
    return slips(
        s, s.step(name, weight - lr * g / under, f"Step against the slope in {called}, divided by the root."),
        ("uphill", weight + lr * g / under, UPHILL),
        ("root-left-out", weight - lr * g / by.square(G), ROOT),
        ("rate-left-out", weight - g / under, RATE),
        ("not-scaled", weight - lr * g, PLAIN),
        ("slope-left-out", weight - lr / under, "The step is the scaled rate times the slope."),
    )  # fmt: skip
