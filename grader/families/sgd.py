"""Stochastic gradient descent by hand."""

from __future__ import annotations

from grader.errors import ShapeError
from grader.expression import Expression, Name, total
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
    first_w, first_b = w, b
    for t, (x_t, y_t) in enumerate(zip(x, y, strict=True), start=1):
        yhat = s.step(f"yhat_{t}", w * x_t + b, "Predict with the line as it stands.")
        if t > 1:
            s.slip(yhat, "stale-weights", first_w * x_t + first_b, STALE)
        grad_w, grad_b = slopes(s, t, x_t, y_t, yhat, w, b)
        w = update(s, f"w_{t}", w, lr, grad_w, "Step against the slope in w.")
        b = update(s, f"b_{t}", b, lr, grad_b, "Step against the slope in b.")
    mean_squared_error(s, "after", w * x + b, y, m)


STALE = "This looks like the line from before the first update; each sample is predicted with the newest weights."
SIGN = "The size is right and the sign is not: the residual y − ŷ falls as ŷ grows."


def slopes(
    s: Page, t: int, x_t: Expression, y_t: Expression, yhat: Name, w: Expression, b: Expression
) -> tuple[Name, Name]:
    """The slopes of one sample's loss ½(y − ŷ)² in w and in b."""
    loss = (y_t - yhat) ** 2 / 2
    grad_w = s.step(f"grad_w_{t}", -(y_t - yhat) * x_t, "The slope of this sample's loss in w.", derivative=(loss, w))
    s.slip(grad_w, "sign", (y_t - yhat) * x_t, SIGN)
    s.slip(
        grad_w,
        "input-left-out",
        -(y_t - yhat),
        "By the chain rule ŷ brings in a factor of its own: how does ŷ grow with w?",
    )
    s.slip(grad_w, "factor-two", -2 * (y_t - yhat) * x_t, "The ½ in the loss meets the 2 of the square.")
    grad_b = s.step(f"grad_b_{t}", -(y_t - yhat), "The slope of this sample's loss in b.", derivative=(loss, b))
    s.slip(grad_b, "sign", y_t - yhat, SIGN)
    s.slip(grad_b, "target-as-factor", -(y_t - yhat) * y_t, "The bias enters ŷ with the factor 1, not with the target.")
    s.slip(grad_b, "input-as-factor", -(y_t - yhat) * x_t, "This is the slope in w; how does ŷ grow with b?")
    return grad_w, grad_b


def update(s: Page, name: str, weight: Expression, lr: Expression, slope: Expression, sentence: str) -> Name:
    """A weight after a step against its slope."""
    updated = s.step(name, weight - lr * slope, sentence)
    s.slip(updated, "rate-left-out", weight - slope, "The step is the slope times the learning rate.")
    s.slip(updated, "uphill", weight + lr * slope, "This goes up the slope; descent goes against it.")
    return updated


def mean_squared_error(s: Page, when: str, line: Expression, y: Expression, m: Expression) -> None:
    """The predictions, their squared errors added up, and the mean with the factor ½."""
    sentence = f"Predict every sample with the line {when} the epoch."
    predictions = s.step(f"predictions_{when}", line, sentence, symbol=f"yhat_{when}")
    sse = s.step(f"sse_{when}", total((y - predictions) ** 2), "Add up the squared errors.", symbol=f"SSE_{when}")
    s.step(f"mse_{when}", sse / (2 * m), "Divide by twice the number of samples.", symbol=f"MSE_{when}")
