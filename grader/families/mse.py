"""The mean squared error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from grader.errors import ShapeError
from grader.expression import Expression, Name, Table, absolute, sqrt, total
from grader.families import family
from grader.families.givens import Bind, Count, OneOf, Tensor, Vector
from grader.families.line import slips
from grader.families.regression import RESIDUAL
from grader.kinds import FORMULA, NUMBERS, Kind
from grader.solution import Page


@dataclass(frozen=True)
class Predicted(Tensor):
    """Numbers that pages write as ŷ."""

    def bind(self, name: str, value: Table, bind: Bind) -> Name:
        return bind(name, value, "yhat")


Predictions = Annotated[Expression, Predicted("a list of numbers", (1,))]
MeanConvention = Annotated[str, OneOf(("mean", "half_mean"))]


@family
def mse(
    s: Page,
    *,
    y: Vector | None = None,
    prediction: Predictions | None = None,
    n: Count | None = None,
    convention: MeanConvention = "mean",
) -> None:
    """The mean squared error of predictions, by numbers or in symbols.

    The residual is y − ŷ and the error (1/n) Σ (y − ŷ)² over the n samples; with `convention: half_mean` it is
    1/(2n) Σ (y − ŷ)², whose slope has no 2. Where only the number of samples `n` is given, the answers are formulas in
    the vectors y and yhat. Source: Goodfellow, Bengio & Courville, Deep Learning (2016), section 5.1.4.

    Example::

        y: [3, 5, 7]
        prediction: [2.5, 5, 8]
    """
    if y is not None and prediction is not None and n is None:
        error_of(s, y, prediction, convention, NUMBERS)
    elif y is None and prediction is None and n is not None:
        s.terms.places |= {"i": 0, "j": 1}
        error_of(s, s.symbol("y", (n,)), s.symbol("yhat", (n,)), convention, FORMULA)
    else:
        raise ShapeError("expected y and prediction, or n alone")


def error_of(s: Page, y: Expression, prediction: Expression, convention: str, kind: Kind) -> None:
    """The residuals, their squares, and the mean of these."""
    if len(y) != len(prediction):
        raise ShapeError(f"expected a prediction for each of the {len(y)} targets, got {len(prediction)}", "prediction")
    n, half = s.let("n", len(y)), convention == "half_mean"
    r = s.step("residual", y - prediction, "Take each prediction from its target.", symbol="r", kind=kind)
    s.slip(r, "sign", prediction - y, RESIDUAL)
    squared = s.step("squared", r**2, "Square each residual.", symbol="q", kind=kind)
    slips(
        s,
        squared,
        ("not-squared", absolute(r), "These are the sizes of the residuals, not yet their squares."),
        ("doubled", 2 * r, "A square is a number times itself, not times two."),
        ("sign-kept", r * absolute(r), "A square is never negative."),
        ("squared-first", y**2 - prediction**2, "Take the difference first, then square it."),
    )
    sentence = f"Add up the squares and divide by {'twice ' if half else ''}the number of samples."
    error = s.step("mse", total(squared) / (2 * n if half else n), sentence, symbol="MSE", kind=kind)
    slips(
        s,
        error,
        ("half", total(squared) / (n if half else 2 * n), "Look at the ½: does this error have one?"),
        ("sum", total(squared), "This is the sum of squares; the error is their mean."),
        ("root", sqrt(total(squared) / (2 * n if half else n)), "No root is taken of this error."),
        ("absolute-error", total(absolute(r)) / n, "This is the mean of the sizes; the residuals are to be squared."),
        ("summed-first", (total(r) / n) ** 2, "Square each residual before you add up, or they cancel."),
    )
