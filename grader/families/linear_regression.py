"""Linear regression by gradient descent, in batches of any size, and by least squares."""

from __future__ import annotations

from grader.errors import ShapeError
from grader.expression import Expression, beside, solve
from grader.families import family
from grader.families.descent import Descent
from grader.families.givens import Count, Scalar, Vector
from grader.families.line import slips
from grader.families.regression import (
    Arrangement,
    Batches,
    Convention,
    Design,
    Penalty,
    PenaltyName,
    Samples,
    Weights,
    check_samples,
)
from grader.kinds import FORMULA, NUMBERS
from grader.solution import Page


@family
def linear_regression(
    s: Page,
    *,
    X: Design | None = None,
    y: Vector | None = None,
    w: Weights | None = None,
    b: Scalar | None = None,
    lr: Scalar | None = None,
    n_steps: Count | None = None,
    batches: Batches | None = None,
    penalty: PenaltyName = "none",
    lam: Scalar | None = None,
    convention: Convention = "mean",
    layout: Arrangement = "rows",
) -> None:
    """Linear regression ŷ = Xw + b by gradient descent, and where least squares would end.

    X has a row for each sample (`layout: columns`: a row for each feature, and ŷ = wX + b); with one feature it may be
    a list of numbers, and w a number. The residual is r = y − ŷ. The loss is the mean of squares (1/n) Σ r², so that
    its gradient is −(2/n) Xᵀr in w and −(2/n) Σ r in b; `convention` takes half of it (half_mean), the sum (sum) or
    half of that (half_sum). A penalty is added whole, whatever the convention: λ Σ w² for ridge (L2, gradient 2λw),
    λ Σ |w| for lasso (L1, subgradient λ sign(w), 0 at 0); the bias has none. Source: Hastie, Tibshirani & Friedman,
    The Elements of Statistical Learning (2nd ed., 2009), sections 3.2 and 3.4.

    Step t takes all samples (batch descent), or batch t of `batches`, a list of lists of sample numbers from 1: lists
    of one are stochastic descent, longer ones mini-batch descent; [3, 1, 2] is short for [[3], [1], [2]]. Its loss and
    gradient are over those samples alone. `n_steps` is 1, or one round of the batches, unless given; after the last
    batch the first comes again.

    `ols` holds the weights and then the intercept of least squares without a penalty, by the normal equations; it is
    undefined where these are singular, and left out where there are fewer samples than weights and intercept.

    Without X, y, w, b and lr the page is in symbols, for 3 samples of 2 features: each answer is a formula, and `ols`
    is left out.

    Example::

        X: [[1, 2], [2, 0], [3, 1], [4, 3]]
        y: [5, 4, 7, 12]
        w: [1, 0.5]
        b: 0
        lr: 0.05
        n_steps: 2
        penalty: ridge
        lam: 0.1
    """
    columns = layout == "columns"
    data = (X, y, w, b, lr)
    if all(each is None for each in data):
        X, y = s.symbol("X", (2, 3) if columns else (3, 2)), s.symbol("y", (3,))
        w, b, lr = s.symbol("w", (2,)), s.symbol("b"), s.symbol("lr", positive=True)
        lam = s.symbol("lam", positive=True) if lam is None and penalty != "none" else lam
    if X is None or y is None or w is None or b is None or lr is None:
        missing = next(name for name, each in zip(("X", "y", "w", "b", "lr"), data, strict=True) if each is None)
        raise ShapeError(f"expected X, y, w, b and lr, or none of them, got no {missing}")
    kind = FORMULA if data[0] is None else NUMBERS
    count = check_samples(X, y, w, columns)
    n = s.let("n", count) if kind is NUMBERS else s.symbol("n", positive=True)
    if kind is FORMULA:
        s.terms.rows(n, y, {"d": len(w)})
        s.terms.lie = columns
    descent = Descent(s, lr, convention, penalty_of(penalty, lam), kind, w, b)
    rounds = chosen(batches, count)
    for t in range(1, (n_steps or len(rounds)) + 1):
        batch = rounds[(t - 1) % len(rounds)]
        samples = Samples(X, y, n if batch is None else len(batch), columns, batch)
        r = descent.residual(t, samples, w, b)
        loss = descent.loss(t, samples, r, w)
        grad_w, grad_b = descent.slope_in_w(t, samples, r, loss, w), descent.slope_in_b(t, samples, r, loss, w, b)
        w, b = descent.update("w", t, w, grad_w), descent.update("b", t, b, grad_b)
    if kind is NUMBERS and count > (len(w) if w.shape else 1):
        least_squares(s, X.T if columns and w.shape else X, y)


def penalty_of(name: str, lam: Expression | None) -> Penalty | None:
    """The penalty by name; λ belongs to it and to nothing else."""
    if (name == "none") != (lam is None):
        wanted = "no lam where there is no penalty" if lam is not None else f"lam, the weight of the {name} penalty"
        raise ShapeError(f"expected {wanted}", "lam" if lam is not None else "penalty")
    return None if lam is None else Penalty(lam, lasso=name == "lasso")


def chosen(batches: list[list[int]] | None, count: int) -> list[list[int] | None]:
    """Each batch as positions from 0; None for all samples."""
    for number, batch in enumerate(batches or (), start=1):
        if max(batch) > count:
            raise ShapeError(f"expected samples from 1 to {count}, got {max(batch)} in batch {number}", "batches")
    return [[i - 1 for i in batch] for batch in batches] if batches else [None]


def least_squares(s: Page, X: Expression, y: Expression) -> None:
    """The weights and then the intercept that make the squares least, by the normal equations."""
    A = beside(X, 1)
    sentence = "Give X a column of ones and solve the normal equations; the intercept stands behind the weights."
    step = s.step("ols", solve(A.T @ A, A.T @ y), sentence, symbol="β")
    first = beside(1, X)
    slips(
        s,
        step,
        ("intercept-first", solve(first.T @ first, first.T @ y), "Write the weights first and the intercept last."),
        ("inverse-left-out", A.T @ y, "This is the right side of the normal equations; they are still to be solved."),
    )
    if len(X.shape) == 2:
        s.slip(step, "through-the-origin", solve(X.T @ X, X.T @ y), "Without a column of ones there is no intercept.")
