"""The line ŷ = wx + b fitted one sample at a time: what every optimiser of a weight has in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.errors import ShapeError
from grader.expression import Expression, Name, total
from grader.solution import Page

Line = Mapping[str, Expression]
"""The weights by name, `w` and `b`; without `b` the line goes through the origin."""

Mistake = tuple[str, Expression, str]
"""A slip: its name, how the step then comes out, and a sentence that helps."""

STALE = "This looks like the line from before the first update; each sample is predicted with the newest weights."
SIGN = "The size is right and the sign is not: the residual y − ŷ falls as ŷ grows."
INPUT = "By the chain rule ŷ brings in a factor of its own: how does ŷ grow with w?"
AHEAD = "This is the line where the weights stand; the slope is wanted where the velocity carries them."
RATE = "The step is the slope times the learning rate."
UPHILL = "This goes up the slope; descent goes against it."


def samples(x: Expression, y: Expression) -> Iterator[tuple[int, Expression, Expression]]:
    """The samples in the order they are given, numbered from 1."""
    if len(x) != len(y):
        raise ShapeError(f"expected as many targets as inputs: x has {len(x)} and y has {len(y)}", "y")
    return ((t, x_t, y_t) for t, (x_t, y_t) in enumerate(zip(x, y, strict=True), start=1))


def predicted(line: Line, x: Expression) -> Expression:
    return line["w"] * x + line["b"] if "b" in line else line["w"] * x


def slips(s: Page, step: Name, *mistakes: Mistake) -> Name:
    """Name the mistakes at a step."""
    for name, expression, sentence in mistakes:
        s.slip(step, name, expression, sentence)
    return step


def slopes(
    s: Page,
    t: int,
    line: Line,
    x_t: Expression,
    y_t: Expression,
    first: Line,
    sentence: str = "Predict with the line as it stands.",
    elsewhere: Line | None = None,
) -> dict[str, Name]:
    """The prediction of a sample, and the slopes of its loss ½(y − ŷ)² in each weight.

    `first` is the line before the first update; `elsewhere` where the weights stand, if the slopes are not taken there.
    """
    yhat = s.step(f"yhat_{t}", predicted(line, x_t), sentence)
    if t > 1:
        s.slip(yhat, "stale-weights", predicted(first, x_t), STALE)
    if elsewhere is not None:
        s.slip(yhat, "not-ahead", predicted(elsewhere, x_t), AHEAD)
    loss, residual = (y_t - yhat) ** 2 / 2, y_t - yhat
    grad_w = s.step(
        f"grad_w_{t}", -residual * x_t, "The slope of this sample's loss in w.", derivative=(loss, line["w"])
    )
    slips(
        s, grad_w,
        ("sign", residual * x_t, SIGN),
        ("input-left-out", -residual, INPUT),
        ("factor-two", -2 * residual * x_t, "The ½ in the loss meets the 2 of the square."),
    )  # fmt: skip
    if "b" not in line:
        return {"w": grad_w}
    grad_b = s.step(f"grad_b_{t}", -residual, "The slope of this sample's loss in b.", derivative=(loss, line["b"]))
    slips(
        s, grad_b,
        ("sign", residual, SIGN),
        ("target-as-factor", -residual * y_t, "The bias enters ŷ with the factor 1, not with the target."),
        ("input-as-factor", -residual * x_t, "This is the slope in w; how does ŷ grow with b?"),
    )  # fmt: skip
    return {"w": grad_w, "b": grad_b}


def at_first(s: Page, quantity: str, line: Line, given: Mapping[str, Expression | None] | None = None) -> Line:
    """A running sum or average for each weight before the first sample: 0 where the problem does not say otherwise."""
    stated = {weight: value for weight, value in (given or {}).items() if value is not None}
    return {weight: stated[weight] if weight in stated else s.let(f"{quantity}_{weight}_0", 0) for weight in line}


def mean_squared_error(s: Page, when: str, line: Line, x: Expression, y: Expression, m: Expression) -> None:
    """The predictions, their squared errors added up, and the mean with the factor ½."""
    sentence = f"Predict every sample with the line {when} the epoch."
    predictions = s.step(f"predictions_{when}", predicted(line, x), sentence, symbol=f"yhat_{when}")
    sse = s.step(f"sse_{when}", total((y - predictions) ** 2), "Add up the squared errors.", symbol=f"SSE_{when}")
    s.step(f"mse_{when}", sse / (2 * m), "Divide by twice the number of samples.", symbol=f"MSE_{when}")
