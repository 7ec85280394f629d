"""A small autoencoder: code, reconstruction, loss."""

from __future__ import annotations

from typing import Annotated

from grader.errors import ShapeError
from grader.expression import Expression, Name, less, mean, sqrt, total, where
from grader.families import family
from grader.families.activations import Pointwise, activated, activation_slips
from grader.families.givens import Matrix, OneOf, Vector
from grader.kinds import Words
from grader.solution import Page

Reduction = Annotated[str, OneOf(("mean", "sum", "half_sum"))]


@family
def autoencoder(
    s: Page,
    *,
    x: Vector,
    W1: Matrix,
    b1: Vector | None = None,
    W2: Matrix,
    b2: Vector | None = None,
    activation: Pointwise = "none",
    output_activation: Pointwise = "none",
    reduction: Reduction = "mean",
) -> None:
    """An autoencoder of one hidden layer: what it makes of an input, and how far that is from the input.

    The code is h = f(W₁x + b₁) with W₁ of shape (code, input) and the `activation` f, the reconstruction
    x′ = g(W₂h + b₂) with W₂ of shape (input, code) and the `output_activation` g; both are linear unless they are
    named. The loss is the mean of (x − x′)² over the entries, settable to their `sum` or `half_sum`. A code shorter
    than the input is undercomplete, a longer one overcomplete (Goodfellow, Bengio & Courville, Deep Learning, chapter
    14); one as long is called complete here.

    Example::

        x: [1, 0.5, -1]
        W1: [[0.5, 0.2, -0.1], [0.1, -0.3, 0.4]]
        b1: [0.1, 0]
        W2: [[0.6, -0.2], [0.3, 0.1], [-0.4, 0.8]]
        b2: [0, 0.1, 0]
        activation: sigmoid
    """
    refuse(x, W1, b1, W2, b2)
    d, h = s.let("d", len(x)), s.let("h", W1.shape[0])
    code = layer(s, "code", "h", W1, x, b1, activation)
    reconstruction = layer(s, "reconstruction", "x'", W2, code, b2, output_activation)
    if W1.shape[0] == W1.shape[1]:
        s.slip(code, "transposed", activated(activation, added(W1.T @ x, b1)), "Each row of the matrix is a neuron.")
    measured(s, x, reconstruction, reduction)
    kind = where(less(h, d), 0, where(less(d, h), 2, 1))
    s.step(
        "kind", kind, "Compare the length of the code with that of the input.",
        kind=Words(("undercomplete", "complete", "overcomplete")),
    )  # fmt: skip


def refuse(x: Expression, W1: Expression, b1: Expression | None, W2: Expression, b2: Expression | None) -> None:
    """Refuse matrices and biases that do not fit together."""
    d, h = len(x), W1.shape[0]
    if W1.shape[1] != d:
        raise ShapeError(f"expected {d} columns, one for each entry of x, got {W1.shape[1]}", "W1")
    if W2.shape != (d, h):
        raise ShapeError(
            f"expected {d}×{h} numbers, from the code back to the input, got {W2.shape[0]}×{W2.shape[1]}", "W2"
        )
    for name, bias, length in (("b1", b1, h), ("b2", b2, d)):
        if bias is not None and len(bias) != length:
            raise ShapeError(f"expected {length} numbers, one for each neuron, got {len(bias)}", name)


def added(weighed: Expression, bias: Expression | None) -> Expression:
    return weighed if bias is None else weighed + bias


def layer(
    s: Page, name: str, symbol: str, W: Expression, into: Expression, bias: Expression | None, activation: str
) -> Name:
    """One half of the autoencoder."""
    z = added(W @ into, bias)
    sentence = "Encode: weigh the input" if name == "code" else "Decode: weigh the code"
    sentence += ", add the bias" if bias is not None else ""
    sentence += ", apply the activation." if activation != "none" else "."
    out = s.step(name, activated(activation, z), sentence, symbol=symbol)
    if bias is not None:
        s.slip(out, "bias-left-out", activated(activation, W @ into), "The bias is added to the weighted entries.")
    activation_slips(s, out, activation, z)
    return out


def measured(s: Page, x: Expression, reconstruction: Name, reduction: str) -> None:
    """The loss of the reconstruction."""
    squares = (x - reconstruction) ** 2
    values = {"mean": mean(squares), "sum": total(squares), "half_sum": total(squares) / 2}
    sentences = {"mean": "take their mean", "sum": "add them up", "half_sum": "add them up and halve"}
    loss = s.step(
        "loss", values[reduction], f"Square what the reconstruction misses of each entry, and {sentences[reduction]}.",
        symbol="L",
    )  # fmt: skip
    for other, value in values.items():
        if other != reduction:
            s.slip(loss, f"{other.replace('_', '-')}-for-{reduction.replace('_', '-')}", value, FACTOR)
    s.slip(loss, "not-squared", mean(x - reconstruction), "The differences are squared, so that none cancels another.")
    s.slip(loss, "root", sqrt(values[reduction]), "There is no root in this loss.")


FACTOR = "The squares are right; how are they put together in this loss?"
