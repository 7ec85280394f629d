"""Adam: running averages of the slope and of its square, each with its bias corrected."""

from __future__ import annotations

from grader.expression import Expression, Name
from grader.families import family
from grader.families.adaptive import (
    EXCHANGED,
    FORGOTTEN,
    PLAIN,
    ROOT,
    SHARES,
    Divisor,
    Epsilon,
    squares,
)
from grader.families.givens import Decay, Positive, Scalar, Vector
from grader.families.line import RATE, UPHILL, at_first, mean_squared_error, samples, slips, slopes
from grader.solution import Page


@family
def adam(
    s: Page,
    *,
    w: Scalar,
    b: Scalar,
    lr: Scalar,
    x: Vector,
    y: Vector,
    beta1: Decay,
    beta2: Decay,
    eps: Positive,
    epsilon: Epsilon = "outside",
) -> None:
    """One epoch of Adam on the line ŷ = wx + b, one sample at a time.

    The loss of a sample is L = ½(y − ŷ)² as in `sgd`. With g the slope in a weight at round t, m ← β₁m + (1 − β₁)g and
    v ← β₂v + (1 − β₂)g² are running averages from 0 on, m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) correct their bias
    towards 0, and w ← w − αm̂/(√v̂ + ε) (Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm
    1). With `epsilon: inside` the root is √(v̂ + ε).

    Example::

        w: 0.5
        b: 0.1
        lr: 0.01
        beta1: 0.9
        beta2: 0.999
        eps: 1e-8
        x: [1, 2, 3]
        y: [3, 5, 7]
    """
    first = line = {"w": w, "b": b}
    rounds, count = samples(x, y), s.let("n", len(x))
    m, v, by = at_first(s, "m", line), at_first(s, "v", line), Divisor(eps, epsilon)
    mean_squared_error(s, "before", line, x, y, count)
    for t, x_t, y_t in rounds:
        g = slopes(s, t, line, x_t, y_t, first)
        m = {k: slope_average(s, f"m_{k}_{t}", k, m[k], g[k], beta1) for k in line}
        v = {k: squares(s, f"v_{k}_{t}", k, v[k], g[k], beta2, beta1) for k in line}
        m_hat = {k: corrected(s, "m", k, t, m[k], beta1) for k in line}
        v_hat = {k: corrected(s, "v", k, t, v[k], beta2) for k in line}
        line = {k: adapted(s, f"{k}_{t}", k, line[k], g[k], m[k], v[k], m_hat[k], v_hat[k], lr, by) for k in line}
    mean_squared_error(s, "after", line, x, y, count)


CORRECTED = "Use the averages with their bias corrected."


def slope_average(s: Page, name: str, called: str, m: Expression, g: Expression, beta: Expression) -> Name:
    """A running average of slopes: m = βm + (1 − β)g."""
    return slips(
        s, s.step(name, beta * m + (1 - beta) * g, f"Average the slope in {called} with those before it."),
        ("beta-exchanged", (1 - beta) * m + beta * g, EXCHANGED),
        ("history-forgotten", (1 - beta) * g, FORGOTTEN),
        ("share-left-out", beta * m + g, SHARES),
        ("squared", beta * m + (1 - beta) * g**2, "The first average is of the slopes themselves."),
    )  # fmt: skip


def corrected(s: Page, average: str, called: str, t: int, value: Expression, beta: Expression) -> Name:
    """An average without its bias towards the zero that it started from: m̂ = m/(1 − βᵗ)."""
    which = {"m": "first", "v": "second"}[average]
    corrected = s.step(
        f"{average}_hat_{called}_{t}",
        value / (1 - beta**t),
        f"Correct the bias of the {which} average of {called}; the power is the round.",
        symbol=f"{average}hat_{called}_{t}",
    )
    slips(
        s, corrected,
        ("not-corrected", value, "The average started from zero and is still too small; divide the bias out."),
        ("multiplied", value * (1 - beta**t), "The average is too small at first: correcting makes it larger."),
        ("divided-by-power", value / beta**t, "What is missing from 1 counts, not the power itself."),
    )  # fmt: skip
    if t > 1:
        s.slip(corrected, "power-left-out", value / (1 - beta), "The bias fades from round to round.")
    return corrected


def adapted(
    s: Page,
    name: str,
    called: str,
    weight: Expression,
    g: Expression,
    m: Expression,
    v: Expression,
    m_hat: Expression,
    v_hat: Expression,
    lr: Expression,
    by: Divisor,
) -> Name:
    """A weight after Adam's step: w = w − αm̂/(√v̂ + ε)."""
    under = by.root(v_hat)
    sentence = f"Step against the corrected average of the slope in {called}, divided by the root."
    return slips(
        s, s.step(name, weight - lr * m_hat / under, sentence),
        ("uphill", weight + lr * m_hat / under, UPHILL),
        ("bias-correction-left-out", weight - lr * m / by.root(v), CORRECTED),
        ("root-left-out", weight - lr * m_hat / by.square(v_hat), ROOT),
        ("rate-left-out", weight - m_hat / under, RATE),
        ("slope-for-average", weight - lr * g / under, "The step follows the averaged slope, not this sample's."),
        ("not-scaled", weight - lr * m_hat, PLAIN),
    )  # fmt: skip
