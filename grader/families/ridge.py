"""Ridge regression in closed form."""

from __future__ import annotations

from typing import Annotated

from grader.errors import ShapeError
from grader.expression import Expression, Name, absolute, identity, solve, sqrt, total
from grader.families import family
from grader.families.givens import Matrix, OneOf, Scalar, Vector
from grader.families.line import slips
from grader.families.regression import EXCHANGED, LOST, RESIDUAL
from grader.kinds import FORMULA, NUMBERS, Kind
from grader.solution import Page

Reduction = Annotated[str, OneOf(("mean", "sum"))]

HELD = "What stands on the diagonal comes from setting the gradient to zero: does the loss divide by n?"


@family
def ridge(
    s: Page,
    *,
    X: Matrix | None = None,
    y: Vector | None = None,
    lam: Scalar | None = None,
    reduction: Reduction = "mean",
) -> None:
    """Ridge regression ŷ = Xw in closed form, by numbers or in symbols.

    X has a row for each of n samples and a column for each of d features; there is no intercept (give X a column of
    ones for one, which is then penalised too). The loss is (1/n) Σ (y − ŷ)² + λ‖w‖², so that
    w = (XᵀX + nλI)⁻¹Xᵀy; with `reduction: sum` the squares are added up, Σ (y − ŷ)² + λ‖w‖², and
    w = (XᵀX + λI)⁻¹Xᵀy, which is scikit-learn's. Source: Hoerl & Kennard, Ridge regression: biased estimation for
    nonorthogonal problems (1970), equation 2.1. Where λ is 0 and the columns of X are not independent, w is undefined.

    Without X and y the page is in symbols, for 3 samples of 2 features: the answers are formulas in X, y, w, lam, n and
    the identity I.

    Example::

        X: [[1, 0], [1, 1], [1, 2]]
        y: [1, 2, 4]
        lam: 0.5
    """
    if X is None and y is None:
        X, y, w = s.symbol("X", (3, 2)), s.symbol("y", (3,)), s.symbol("w", (2,))
        n = s.symbol("n", positive=True)
        s.terms.rows(n, y, {"d": len(w)})
        in_symbols(s, X, y, w, n, s.symbol("lam", positive=True) if lam is None else lam, reduction)
    elif X is None or y is None or lam is None:
        missing = "X" if X is None else "y" if y is None else "lam"
        raise ShapeError(f"expected X, y and lam, or neither X nor y, got no {missing}")
    else:
        if len(y) != len(X):
            raise ShapeError(f"expected a target for each of the {len(X)} samples in X, got {len(y)}", "y")
        in_numbers(s, X, y, lam, reduction)


def in_numbers(s: Page, X: Expression, y: Expression, lam: Expression, reduction: str) -> None:
    """The normal equations with λ on their diagonal, solved."""
    n, I = s.let("n", len(X)), identity(n=X.shape[1])
    gram = s.step("gram", X.T @ X, "Multiply Xᵀ by X: each column by each column.", symbol="G")
    slips(
        s,
        gram,
        ("samples-by-samples", X @ X.T, "The Gram matrix has a row and a column for each feature, not each sample."),
        ("divided-by-n", X.T @ X / n, "Take XᵀX as it is; the number of samples comes in beside λ."),
    )
    rhs = s.step("rhs", X.T @ y, "Multiply Xᵀ by the targets.", symbol="c")
    s.slip(rhs, "divided-by-n", X.T @ y / n, "Take Xᵀy as it is; the number of samples comes in beside λ.")
    w = weights(s, gram, rhs, lam, n, I, reduction)
    fit(s, X, y, w, lam, n, reduction, NUMBERS)


def fit(
    s: Page, X: Expression, y: Expression, w: Expression, lam: Expression, n: Expression, reduction: str, kind: Kind
) -> Name:
    """What the weights predict, what that misses, and the loss."""
    prediction = s.step("prediction", X @ w, "Predict every sample with these weights.", symbol="yhat", kind=kind)
    r = s.step("residual", y - prediction, "Take each prediction from its target.", symbol="r", kind=kind)
    s.slip(r, "sign", prediction - y, RESIDUAL)
    return loss_of(s, r, w, lam, n, reduction, kind)


def weights(s: Page, gram: Name, rhs: Name, lam: Expression, n: Expression, I: Expression, reduction: str) -> Name:
    """Where the gradient is zero."""
    on_diagonal, other = (n * lam, lam) if reduction == "mean" else (lam, n * lam)
    sentence = "Add the penalty's share to the diagonal and solve for the weights."
    w = s.step("w", solve(gram + on_diagonal * I, rhs), sentence)
    return slips(
        s,
        w,
        ("penalty-left-out", solve(gram, rhs), LOST),
        ("n-lambda", solve(gram + other * I, rhs), HELD),
        ("penalty-sign", solve(gram - on_diagonal * I, rhs), "The penalty makes the matrix larger, not smaller."),
        ("penalty-everywhere", solve(gram + on_diagonal, rhs), "The penalty stands on the diagonal alone: λ times I."),
        ("penalty-halved", solve(gram + on_diagonal / 2 * I, rhs), "Both slopes, of squares and penalty, bring a 2."),
        ("inverse-left-out", (gram + on_diagonal * I) @ rhs, "The matrix is to be inverted: solve, do not multiply."),
    )


def loss_of(s: Page, r: Name, w: Expression, lam: Expression, n: Expression, reduction: str, kind: Kind) -> Name:
    """The loss at the weights."""
    squares, other = (total(r**2) / n, total(r**2)) if reduction == "mean" else (total(r**2), total(r**2) / n)
    penalty = lam * total(w**2)
    sentence = f"{'Average' if reduction == 'mean' else 'Add up'} the squared residuals and add the penalty."
    return slips(
        s,
        s.step("loss", squares + penalty, sentence, symbol="L", kind=kind),
        ("penalty-left-out", squares, LOST),
        ("lambda-left-out", squares + total(w**2), "The penalty has a weight of its own, λ."),
        ("number-of-samples", other + penalty, "Is this loss a sum or a mean of squares?"),
        ("penalty-divided", (total(r**2) + penalty) / n, "The mean is over the samples; the penalty is no part of it."),
        ("norm-not-squared", squares + lam * sqrt(total(w**2)), "The norm is squared: no root is taken of it."),
        ("l1-and-l2-exchanged", squares + lam * total(absolute(w)), EXCHANGED),
    )


def in_symbols(s: Page, X: Expression, y: Expression, w: Name, n: Expression, lam: Expression, reduction: str) -> None:
    """The gradient of the loss, and where it is zero."""
    loss = fit(s, X, y, w, lam, n, reduction, FORMULA)
    mean = reduction == "mean"
    gradient = s.formula(
        "gradient",
        (2 / n if mean else 2) * (X.T @ (X @ w - y)) + 2 * lam * w,
        "Differentiate the loss by the weights: the squares and the penalty.",
        symbol="g",
        derivative=(loss, w),
    )
    s.formula(
        "closed_form",
        solve(X.T @ X + (n * lam if mean else lam) * identity(n=len(w)), X.T @ y),
        "Set the gradient to zero and solve for the weights, which then stand on one side alone.",
        symbol="w",
        root=(gradient, w),
    )
