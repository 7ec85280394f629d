"""One neuron: forward, backward, update."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from grader.errors import ShapeError
from grader.expression import Expression, Name, log, xlogy
from grader.expression.tree import as_expression
from grader.families import family
from grader.families.activations import SLOPES, SMOOTH, Pointwise, activated, activation_slips
from grader.families.givens import NumberOrVector, OneOf, Scalar
from grader.solution import Page

Loss = Annotated[str, OneOf(("half_square", "square", "cross_entropy"))]
Write = Callable[..., Name]
MOST = 15  # beyond which 1 − a has lost six of its digits


@family
def neuron(
    s: Page,
    *,
    w: NumberOrVector | None = None,
    b: Scalar | None = None,
    x: NumberOrVector | None = None,
    y: Scalar | None = None,
    activation: Pointwise = "sigmoid",
    loss: Loss = "half_square",
    lr: Scalar | None = None,
) -> None:
    """One neuron a = f(w·x + b): its loss on one sample, the gradients by the chain rule, and one step of descent.

    The loss is ½(y − a)² (`half_square`), (y − a)² (`square`) or −(y log a + (1 − y) log(1 − a)) (`cross_entropy`,
    natural logarithm, for a sigmoid). The sigmoid has the slope a(1 − a), tanh 1 − a², and ReLU 1 above 0 and 0 up to
    it (Nielsen, Neural Networks and Deep Learning, chapter 3; Goodfellow, Bengio & Courville, Deep Learning, section
    6.2.2.2).

    Without a target y the page ends with a, without a rate lr before the update. Without w, b and x the answers are
    formulas in the symbols w, b, x, y and lr.

    Example::

        w: [0.5, -0.3]
        b: 0.1
        x: [1, 2]
        y: 1
        lr: 0.1
    """
    if loss == "cross_entropy" and activation != "sigmoid":
        raise ShapeError(
            f"expected half_square or square beside the activation {activation}, got cross_entropy", "loss"
        )
    if w is None and b is None and x is None:
        w, b, x = map(s.symbol, ("w", "b", "x"))
        y = s.symbol("y") if y is None else y
        lr = s.symbol("lr") if lr is None else lr
        one = Neuron(s, s.formula, activation, loss)
    elif w is None or b is None or x is None:
        missing = ", ".join(name for name, given in {"w": w, "b": b, "x": x}.items() if given is None)
        raise ShapeError(f"expected w, b and x, or none of them for formulas; {missing} not given")
    elif w.shape != x.shape:
        raise ShapeError(f"expected a weight for each input: w is {described(w)} and x {described(x)}", "w")
    else:
        one = Neuron(s, s.step, activation, loss)
        if loss == "cross_entropy":
            refuse_saturated(s, w, b, x)
    z, a = one.forward(w, b, x)
    s.terms.word("yhat", a)
    if y is None:
        return
    dL_dz, L = one.backward(z, a, y)
    one.descend(dL_dz, L, w, b, x, lr)


def described(tensor: Expression) -> str:
    return f"a list of {len(tensor)}" if tensor.shape else "a number"


def refuse_saturated(s: Page, *givens: Expression) -> None:
    """Refuse a weighted sum so large that floating point keeps too little of 1 − a for its logarithm."""
    w, b, x = (s.tables[given.name].entries for given in givens if isinstance(given, Name))
    z = sum((w_i * x_i for w_i, x_i in zip(w, x, strict=True)), b[0])
    if abs(z) > MOST:
        raise ShapeError(f"expected w·x + b between −{MOST} and {MOST} beside cross_entropy, got {float(z):g}", "w")


@dataclass(frozen=True)
class Neuron:
    """The page of one neuron; `write` adds a step of numbers or of formulas."""

    s: Page
    write: Write
    activation: str
    loss: str

    def forward(self, w: Expression, b: Expression, x: Expression) -> tuple[Name, Name]:
        """The weighted sum and what the activation makes of it."""
        weighed = w @ x if w.shape else w * x
        z = self.write("z", weighed + b, "Weigh the inputs, add them up, and add the bias.")
        self.s.slip(z, "bias-left-out", weighed, "The bias is added to the weighted inputs.")
        a = self.write("a", activated(self.activation, z), "Apply the activation.")
        activation_slips(self.s, a, self.activation, z)
        return z, a

    def claim(self, of: Expression, by: Expression) -> dict[str, Any]:
        """That a step is a derivative, where the activation has one everywhere."""
        return {"derivative": (of, by)} if self.activation in SMOOTH else {}

    def backward(self, z: Name, a: Name, y: Expression) -> tuple[Name, Name]:
        """The loss, and its slope factor by factor down to z."""
        L = self.measured(a, y)
        dL_da = self.slope_in_a(L, a, y)
        slope = SLOPES[self.activation](z, a) if self.activation in SLOPES else as_expression(1)
        da_dz = self.write(
            "da_dz", slope, "Differentiate the activation by z.", symbol="d_a", **self.claim(a, z)
        )  # fmt: skip
        if self.activation in SLOPES:
            self.s.slip(da_dz, "activation-for-slope", a, "This is the activation itself and not its slope.")
        if self.activation in {"sigmoid", "tanh"}:
            self.s.slip(
                da_dz, "of-z", SLOPES[self.activation](z, z), "The formula takes a, the activation's value, not z."
            )
            self.s.slip(da_dz, "one-factor", 1 - a, "This is only a part of the slope.")
        dL_dz = self.write(
            "dL_dz",
            dL_da * da_dz,
            "Multiply the two slopes: the chain rule.",
            symbol="delta",
            **self.claim(L, z),
            **({"same": a - y} if self.loss == "cross_entropy" else {}),
        )
        if self.activation in SLOPES:
            self.s.slip(dL_dz, "slope-left-out", dL_da, "This is the slope in a; the activation has a slope as well.")
        self.s.slip(dL_dz, "sign", -dL_da * da_dz, SIGN)
        return dL_dz, L

    def measured(self, a: Name, y: Expression) -> Name:
        """The loss."""
        if self.loss == "cross_entropy":
            value = -(xlogy(y, a) + xlogy(1 - y, 1 - a))
            L = self.write("loss", value, "Weigh the logarithms of a and of 1 − a with the target.", symbol="L")
            self.s.slip(L, "minus-left-out", -value, "A loss is not negative, and the log of a probability is.")
            self.s.slip(L, "log-of-base-ten", value / log(as_expression(10)), "The logarithm here is the natural one.")
            self.s.slip(L, "other-class-left-out", -xlogy(y, a), "The second term says how wrong a is where y is 0.")
            return L
        half = self.loss == "half_square"
        value = (y - a) ** 2 / 2 if half else (y - a) ** 2
        L = self.write("loss", value, "Square the error" + (" and halve it." if half else "."), symbol="L")
        other, sentence = ((y - a) ** 2, "half") if half else ((y - a) ** 2 / 2, "whole")
        self.s.slip(L, "factor", other, f"The loss here is the {sentence} square.")
        self.s.slip(L, "not-squared", y - a, "This is the error; the loss takes its square.")
        return L

    def slope_in_a(self, L: Name, a: Name, y: Expression) -> Name:
        """The slope of the loss in what the neuron puts out."""
        error = (1 - y) / (1 - a) - y / a if self.loss == "cross_entropy" else -(y - a)
        value = 2 * error if self.loss == "square" else error
        dL_da = self.write(
            "dL_da", value, "Differentiate the loss by a.", symbol="grad_a", derivative=(L, a)
        )  # fmt: skip
        self.s.slip(dL_da, "sign", -value, SIGN)
        if self.loss != "cross_entropy":
            other = error if self.loss == "square" else 2 * error
            self.s.slip(dL_da, "factor-two", other, "Does the 2 of the square meet a ½ in this loss?")
        return dL_da

    def descend(self, dL_dz: Name, L: Name, w: Expression, b: Expression, x: Expression, lr: Expression | None) -> None:
        """The gradients, and one step against them."""
        grad_w = self.write(
            "grad_w",
            dL_dz * x,
            "Go one factor on, to the weights: how does z grow with each of them.",
            **self.claim(L, w),
        )
        self.s.slip(grad_w, "input-left-out", dL_dz + 0 * x, "How does z grow with w?")
        self.s.slip(grad_w, "weight-for-input", dL_dz * w, "How does z grow with w? Not by w itself.")
        grad_b = self.write(
            "grad_b", dL_dz, "Go one factor on, to the bias: how does z grow with it.", **self.claim(L, b)
        )
        if not x.shape:
            self.s.slip(grad_b, "input-as-factor", dL_dz * x, "This is the slope in w; how does z grow with b?")
        self.s.slip(grad_b, "bias-as-factor", dL_dz * b, "How does z grow with b? Not by b itself.")
        if lr is not None:
            self.update("w_new", w, lr, grad_w)
            self.update("b_new", b, lr, grad_b)

    def update(self, name: str, weight: Expression, lr: Expression, slope: Name) -> None:
        """A weight after a step against its slope."""
        new = self.write(name, weight - lr * slope, f"Step against the slope in {name[0]}.")
        self.s.slip(new, "rate-left-out", weight - slope, "The step is the slope times the learning rate.")
        self.s.slip(new, "uphill", weight + lr * slope, "This goes up the slope; descent goes against it.")


SIGN = "The size is right and the sign is not: does the loss rise or fall?"
