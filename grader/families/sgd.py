"""Stochastic gradient descent by hand."""

from __future__ import annotations

from grader.errors import ShapeError
from grader.expression import Expression, total
from grader.families import family
from grader.families.givens import Scalar, Vector
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
    if len(x) != len(y):
        raise ShapeError(f"expected as many targets as inputs: x has {len(x)} and y has {len(y)}", "y")
    m = s.let("m", len(x))
    mean_squared_error(s, "before", w * x + b, y, m)
    for t, (x_t, y_t) in enumerate(zip(x, y, strict=True), start=1):
        yhat = s.step(f"yhat_{t}", w * x_t + b, "Predict with the line as it stands.")
        loss = (y_t - yhat) ** 2 / 2
        grad_w = s.step(
            f"grad_w_{t}", -(y_t - yhat) * x_t, "The slope of this sample's loss in w.", derivative=(loss, w)
        )
        grad_b = s.step(f"grad_b_{t}", -(y_t - yhat), "The slope of this sample's loss in b.", derivative=(loss, b))
        w = s.step(f"w_{t}", w - lr * grad_w, "Step against the slope in w.")
        b = s.step(f"b_{t}", b - lr * grad_b, "Step against the slope in b.")
    mean_squared_error(s, "after", w * x + b, y, m)


def mean_squared_error(s: Page, when: str, line: Expression, y: Expression, m: Expression) -> None:
    """The predictions, their squared errors added up, and the mean with the factor ½."""
    sentence = f"Predict every sample with the line {when} the epoch."
    predictions = s.step(f"predictions_{when}", line, sentence, symbol=f"yhat_{when}")
    sse = s.step(f"sse_{when}", total((y - predictions) ** 2), "Add up the squared errors.", symbol=f"SSE_{when}")
    s.step(f"mse_{when}", sse / (2 * m), "Divide by twice the number of samples.", symbol=f"MSE_{when}")
