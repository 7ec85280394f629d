"""AdaGrad: a step size for each weight, smaller the more it has moved."""

from __future__ import annotations

from grader.expression import Expression, Name, sqrt
from grader.families import family
from grader.families.adaptive import NOT_SQUARED, PLAIN, ROOT, Divisor, Epsilon
from grader.families.givens import Positive, Scalar, Vector
from grader.families.line import UPHILL, at_first, samples, slips, slopes
from grader.solution import Page


@family
def adagrad(
    s: Page,
    *,
    w: Scalar,
    b: Scalar | None = None,
    lr: Scalar,
    eps: Positive,
    x: Vector,
    y: Vector,
    epsilon: Epsilon = "inside",
) -> None:
    """AdaGrad on the line ŷ = wx + b, or ŷ = wx where b is not given, one sample at a time.

    The loss of a sample is L = ½(y − ŷ)² as in `sgd`. With g the slope in a weight, G ← G + g² adds up the squares from
    0 on, the step size is α/√(G + ε), and the weight steps by it against g (Duchi, Hazan and Singer, Adaptive
    subgradient methods for online learning and stochastic optimization, 2011; the diagonal form of figure 1). With
    `epsilon: outside` the step size is α/(√G + ε).

    Example::

        w: 0.5
        lr: 0.1
        eps: 1e-8
        x: [3, 4]
        y: [4, 5]
    """
    first = line = {"w": w} if b is None else {"w": w, "b": b}
    G, by = at_first(s, "G", line), Divisor(eps, epsilon)
    for t, x_t, y_t in samples(x, y):
        g = slopes(s, t, line, x_t, y_t, first)
        G = {k: accumulated(s, f"G_{k}_{t}", k, G[k], g[k]) for k in line}
        size = {k: step_size(s, t, k, G[k], g[k], lr, by) for k in line}
        line = {k: scaled(s, f"{k}_{t}", k, line[k], size[k], g[k], lr) for k in line}


def accumulated(s: Page, name: str, called: str, G: Expression, g: Expression) -> Name:
    """The squared slopes added up: G = G + g²."""
    return slips(
        s, s.step(name, G + g**2, f"Add the square of the slope in {called} to those before it."),
        ("not-accumulated", g**2, "The squares of all samples so far are added up, not only this one's."),
        ("not-squared", G + g, NOT_SQUARED),
        ("root-taken", sqrt(G + g**2), "This is the root of the sum; the root comes with the step size."),
        ("squared-after", (G + g) ** 2, "Square each slope first, then add."),
    )  # fmt: skip


def step_size(s: Page, t: int, called: str, G: Expression, g: Expression, lr: Expression, by: Divisor) -> Name:
    """The step size of a weight: α/√(G + ε), or α/(√G + ε)."""
    sentence = f"Find the step size of {called}: divide the learning rate by the root."
    return slips(
        s, s.step(f"step_size_{called}_{t}", lr / by.root(G), sentence, symbol=f"eta_{called}_{t}"),
        ("root-left-out", lr / by.square(G), ROOT),
        ("rate-left-out", 1 / by.root(G), "The learning rate is what is divided."),
        ("newest-only", lr / by.root(g**2), "All slopes so far count, not only the newest."),
        ("multiplied", lr * by.root(G), "Large slopes make the step size smaller, not larger."),
        ("not-divided", lr, PLAIN),
    )  # fmt: skip


def scaled(
    s: Page, name: str, called: str, weight: Expression, size: Expression, g: Expression, lr: Expression
) -> Name:
    """A weight after a step of its own size."""
    return slips(
        s, s.step(name, weight - size * g, f"Step against the slope in {called} with the weight's own step size."),
        ("uphill", weight + size * g, UPHILL),
        ("not-scaled", weight - lr * g, PLAIN),
        ("slope-left-out", weight - size, "The step is the step size times the slope."),
        ("rate-twice", weight - lr * size * g, "The learning rate is in the step size already."),
    )  # fmt: skip
