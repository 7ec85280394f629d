"""Gradient descent on the loss of a regression: the quantities of one step, and the slips of each."""

from __future__ import annotations

from dataclasses import dataclass

from grader.expression import Expression, Name, total
from grader.families.line import RATE, STALE, UPHILL, slips
from grader.families.regression import (
    RESIDUAL,
    Penalty,
    Samples,
    bias_slips,
    loss_slips,
    slope,
    slope_slips,
    squares,
    summed,
    with_penalty,
)
from grader.kinds import Kind
from grader.solution import Page


@dataclass(frozen=True)
class Descent:
    """The quantities of one step of descent, and what stays the same from step to step; `w` and `b` are the first ones.

    Without b there is no intercept.
    """

    s: Page
    lr: Expression
    convention: str
    penalty: Penalty | None
    kind: Kind
    w: Expression
    b: Expression | None

    def residual(self, t: int, samples: Samples, w: Expression, b: Expression | None) -> Name:
        """What a prediction lacks."""
        predicted = samples.predictions(w, b)
        sentence = "Predict with the weights as they stand."
        prediction = self.s.step(f"prediction_{t}", predicted, sentence, symbol=f"yhat_{t}", kind=self.kind)
        if b is not None:
            self.s.slip(prediction, "bias-left-out", samples.predictions(w), "The line need not go through the origin.")
        if t > 1:
            self.s.slip(prediction, "stale-weights", samples.predictions(self.w, self.b), STALE)
        sentence = "Take the prediction from the target."
        r = self.s.step(f"residual_{t}", samples.targets - prediction, sentence, symbol=f"r_{t}", kind=self.kind)
        self.s.slip(r, "sign", prediction - samples.targets, RESIDUAL)
        return r

    def loss(self, t: int, samples: Samples, r: Name, w: Expression) -> Name:
        """The squared residuals, and the penalty."""
        expression, mistakes = squares(r, samples, self.convention), loss_slips(r, samples, self.convention)
        sentence = (ALONE if samples.alone else LOSS)[self.convention]
        if self.penalty is not None:
            extra = self.penalty.value(w)
            mistakes = with_penalty(mistakes, extra) + self.penalty.value_slips(expression, w)
            expression, sentence = expression + extra, f"{sentence} Add the penalty on the weights."
        return slips(self.s, self.s.step(f"loss_{t}", expression, sentence, symbol=f"L_{t}", kind=self.kind), *mistakes)

    def slope_in_w(self, t: int, samples: Samples, r: Name, loss: Name, w: Expression) -> Name:
        """The gradient of the loss in the weights."""
        expression = slope(samples.against(r), samples, self.convention)
        mistakes = slope_slips(r, w, samples, self.convention)
        if self.penalty is not None:
            extra = self.penalty.slope(w)
            mistakes = with_penalty(mistakes, extra) + self.penalty.slope_slips(expression, w, samples)
            expression = expression + extra
        if w.shape:
            mistakes.append(("partials-added", total(expression), "Each weight has a slope of its own."))
        sentence = "The gradient of the loss in the weights: each residual meets the inputs of its sample."
        step = self.s.step(f"grad_w_{t}", expression, sentence, kind=self.kind, derivative=(loss, w))
        return slips(self.s, step, *mistakes)

    def slope_in_b(self, t: int, samples: Samples, r: Name, loss: Name, w: Expression, b: Expression) -> Name:
        """The slope of the loss in the bias."""
        expression = slope(summed(r), samples, self.convention)
        mistakes = bias_slips(r, w, samples, self.convention)
        if self.penalty is not None:
            on_bias = expression + self.penalty.slope(b)
            mistakes.append(("penalty-on-bias", on_bias, "The penalty is on the weights alone."))
        sentence = "The slope of the loss in the bias, which moves every prediction alike."
        step = self.s.step(f"grad_b_{t}", expression, sentence, kind=self.kind, derivative=(loss, b))
        return slips(self.s, step, *mistakes)

    def update(self, name: str, t: int, weight: Expression, gradient: Name) -> Name:
        """A step against a gradient; of a vector it is written w_(1), as w_1 is its first entry."""
        sentence = "Step against the slope, as far as the learning rate says."
        symbol = f"{name}_({t})" if weight.shape else ""
        step = self.s.step(f"{name}_{t}", weight - self.lr * gradient, sentence, symbol=symbol, kind=self.kind)
        return slips(
            self.s,
            step,
            ("rate-left-out", weight - gradient, RATE),
            ("uphill", weight + self.lr * gradient, UPHILL),
            ("step-alone", -self.lr * gradient, "This is the step; where does it lead from where the weights stood?"),
        )


LOSS = {
    "mean": "Take the mean of the squared residuals.",
    "half_mean": "Take half the mean of the squared residuals.",
    "sum": "Add up the squared residuals.",
    "half_sum": "Take half the sum of the squared residuals.",
}


ALONE = {
    "mean": "Square the residual of this sample.",
    "half_mean": "Take half the square of this sample's residual.",
    "sum": "Square the residual of this sample.",
    "half_sum": "Take half the square of this sample's residual.",
}
