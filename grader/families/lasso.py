"""Lasso regression by subgradient descent and by coordinate descent."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Annotated

from grader.errors import ShapeError
from grader.expression import Expression, Name, absolute, maximum, sign, total, where
from grader.families import family
from grader.families.descent import Descent
from grader.families.givens import Count, OneOf, Scalar, Vector
from grader.families.line import slips
from grader.families.regression import (
    EXCHANGED,
    LOST,
    Convention,
    Design,
    Penalty,
    Samples,
    Weights,
    check_samples,
    slope,
    slope_slips,
)
from grader.kinds import NUMBERS
from grader.solution import Page

Method = Annotated[str, OneOf(("subgradient", "coordinate"))]


@family
def lasso(
    s: Page,
    *,
    X: Design,
    y: Vector,
    w: Weights,
    lam: Scalar,
    b: Scalar | None = None,
    lr: Scalar | None = None,
    n_steps: Count = 1,
    method: Method = "subgradient",
    convention: Convention = "mean",
) -> None:
    """Lasso regression: least squares with the penalty λ Σ |w|, which is L1 (L2, with squares, is ridge).

    X has a row for each sample (or is a list of numbers for one feature) and the residual is r = y − Xw − b; without b
    there is no intercept. The loss is the mean of squares (1/n) Σ r² (`convention`: half_mean for scikit-learn's
    1/(2n), sum, half_sum) and the penalty, which is added whole and does not hold b.

    `method: subgradient` moves all weights at once: `gradient_t` is that of the squares, −(2/n) Xᵀr; `subgradient_t`
    adds λ sign(w), taken as 0 at w = 0; w_t = w − lr·subgradient_t. `method: coordinate` sets one weight after the
    other where the loss is least in it, the others as they then stand: with x_j the column of feature j,
    `rho_j` = x_jᵀ(y − b − Σ_{k≠j} w_k x_k), `z_j` = Σ x_j², and `w_j` = sign(ρ) max(|ρ| − τ, 0)/z with τ = nλ/2 (nλ for
    half_mean, λ/2 for sum, λ for half_sum); a column of zeros leaves its weight, and b stays as it is given. Each of
    the `n_steps` is then a pass over all weights, and where there are several, names end in the pass: rho_j_t, w_j_t.
    Source: Friedman, Hastie & Tibshirani, Regularization paths for generalized linear models via coordinate descent
    (2010), section 2.

    Example::

        X: [[1, 2], [2, 0], [3, 1], [4, 3]]
        y: [5, 4, 7, 12]
        w: [1, -0.5]
        b: 0
        lam: 0.5
        lr: 0.05
    """
    n = s.let("n", check_samples(X, y, w, columns=False))
    if (method == "coordinate") == (lr is not None):
        wanted = "a learning rate lr" if lr is None else "no learning rate, which coordinate descent does not have"
        raise ShapeError(f"expected {wanted}", "lr" if lr is not None else "method")
    samples = Samples(X, y, n)
    if lr is None:
        coordinate_descent(s, samples, w, b, lam, n_steps, convention)
        return
    descent = Descent(s, lr, convention, Penalty(lam, lasso=True), NUMBERS, w, b)
    for t in range(1, n_steps + 1):
        r = descent.residual(t, samples, w, b)
        loss = descent.loss(t, samples, r, w)
        down = subgradient(descent, t, samples, r, loss, w)
        if b is not None:
            grad_b = descent.slope_in_b(t, samples, r, loss, w, b)
        w = descent.update("w", t, w, down)
        if b is not None:
            b = descent.update("b", t, b, grad_b)


def subgradient(descent: Descent, t: int, samples: Samples, r: Name, loss: Name, w: Expression) -> Name:
    """The gradient of the squares, and with it the penalty's subgradient."""
    s, penalty = descent.s, descent.penalty
    assert penalty is not None
    expression = slope(samples.against(r), samples, descent.convention)
    sentence = "The gradient of the squares alone: each residual meets the inputs of its sample."
    gradient = s.step(f"gradient_{t}", expression, sentence, symbol=f"g_{t}")
    slips(s, gradient, *slope_slips(r, w, samples, descent.convention))
    sentence = "Add the penalty's slope, λ with the sign of each weight; a weight of 0 has none."
    both = s.step(f"subgradient_{t}", gradient + penalty.slope(w), sentence, symbol=f"u_{t}", derivative=(loss, w))
    return slips(s, both, *penalty.slope_slips(gradient, w, samples))


def coordinate_descent(
    s: Page, samples: Samples, w: Expression, b: Expression | None, lam: Expression, n_steps: int, convention: str
) -> None:
    """One weight after the other, each where the loss is least with the others as they stand."""
    columns = list(samples.X.T) if w.shape else [samples.X]
    stand = list(w) if w.shape else [w]
    goal = samples.y if b is None else samples.y - b
    n_lam = samples.size * lam
    tau = {"mean": n_lam / 2, "half_mean": n_lam, "sum": lam / 2, "half_sum": lam}[convention]
    z = [lengths(s, j, x) for j, x in enumerate(columns, start=1)]
    for t in range(1, n_steps + 1):
        before = list(stand)
        for j in range(len(columns)):
            mark, symbol = (f"{j + 1}_{t}", f"w_{j + 1}_({t})") if n_steps > 1 else (f"{j + 1}", f"w_(1)_{j + 1}")
            rho = correlation(s, mark, j, columns, goal, stand, before)
            stand[j] = threshold(s, f"w_{mark}", symbol, rho, z[j], tau, stand[j], lam)


def lengths(s: Page, j: int, x: Expression) -> Name:
    step = s.step(f"z_{j}", x @ x, "Add up the squares of the feature's column.")
    s.slip(step, "summed-first", total(x) ** 2, "Square each entry before you add up.")
    return step


def correlation(
    s: Page,
    mark: str,
    j: int,
    columns: Sequence[Expression],
    goal: Expression,
    stand: Sequence[Expression],
    before: Sequence[Expression],
) -> Name:
    """A column with what the other weights leave of the targets."""

    def left(weights: Sequence[Expression], leave_out: int | None) -> Expression:
        others = [w * x for k, (w, x) in enumerate(zip(weights, columns, strict=True)) if k != leave_out]
        return columns[j] @ reduce(lambda rest, other: rest - other, others, goal)

    sentence = "Take from the targets what the other weights predict, and multiply by this feature's column."
    rho = s.step(f"rho_{mark}", left(stand, j), sentence)
    s.slip(rho, "own-term-kept", left(stand, None), "The weight that is being set is left out of the prediction.")
    if len(columns) > 1:
        s.slip(rho, "others-left-out", columns[j] @ goal, "The other weights predict a part of the targets already.")
    if j > 0:
        s.slip(
            rho, "stale-weights", left(before, j), "Weights that this pass has set already count with their new value."
        )
    return rho


def threshold(
    s: Page,
    name: str,
    symbol: str,
    rho: Name,
    z: Name,
    tau: Expression,
    own: Expression,
    lam: Expression,
) -> Name:
    """The weight where the loss is least: ρ brought towards 0 by τ, over z."""

    def soft(value: Expression, by: Expression) -> Expression:
        return sign(value) * maximum(absolute(value) - by, 0)

    sentence = "Bring ρ towards 0 by the threshold, no further than 0, and divide by the sum of squares."
    step = s.step(name, where(z > 0, soft(rho, tau) / z, own), sentence, symbol=symbol)
    return slips(
        s,
        step,
        ("threshold-left-out", rho / z, LOST),
        ("threshold-not-scaled", soft(rho, 2 * tau) / z, "Set the slope to zero: which factors stand beside λ there?"),
        ("lambda-as-threshold", soft(rho, lam) / z, "Set the slope to zero: which factors stand beside λ there?"),
        ("divided-first", soft(rho / z, tau), "Take the threshold off first, then divide."),
        ("sign-lost", maximum(absolute(rho) - tau, 0) / z, "The weight keeps the sign of ρ."),
        ("not-cut-off", sign(rho) * (absolute(rho) - tau) / z, "A threshold brings ρ to 0 and not past it."),
        ("l1-and-l2-exchanged", rho / (z + 2 * tau), EXCHANGED),
    )
