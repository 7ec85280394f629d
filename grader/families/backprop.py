"""Backpropagation through layers of neurons, one step of descent after the other."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from grader.expression import Expression, Name, Table
from grader.families import family
from grader.families.activations import Activation
from grader.families.givens import Count, Flag, NumberOrVector, OneOf, Scalar, Vector
from grader.families.networks import Layers
from grader.families.propagation import Dense, Network
from grader.solution import Page

Loss = Annotated[str, OneOf(("half_square", "cross_entropy"))]
DeltaSign = Annotated[str, OneOf(("output_minus_target", "target_minus_output"))]


@family
def backprop(
    s: Page,
    *,
    x: Vector,
    y: NumberOrVector,
    layers: Layers,
    lr: Scalar,
    activation: Activation = "sigmoid",
    loss: Loss = "half_square",
    update_bias: Flag = True,
    delta_sign: DeltaSign = "output_minus_target",
    rate_in_dW: Flag = False,
    n_steps: Count = 1,
) -> None:
    """Backpropagation: forward, the error terms δ backward, and a step of gradient descent, `n_steps` times.

    Layer l computes z = W·input + b and a = f(z), with W of shape (out, in), its rows the neurons; b may be left out. A
    layer that names no activation takes the network's. Zeros in W are edges that the network does not have: they stay
    zero. A step's names end in the layer and the iteration: `delta_1_2` is the δ of layer 1 in iteration 2, `W_1_2` the
    weights that this iteration leaves.

    The loss is ½ Σ (y − a)² (`half_square`) or, natural logarithms, −Σ y log a for a softmax and −Σ (y log a +
    (1 − y) log(1 − a)) for sigmoids (`cross_entropy`). δ = ∂L/∂z; every δ uses the weights that the forward pass used;
    dW = δ aᵀ with the layer's input a, db = δ, and W − lr·dW are the new weights (Rumelhart, Hinton & Williams, Nature
    323, 1986; Bishop, Pattern Recognition and Machine Learning, section 5.3). With `delta_sign: target_minus_output`
    δ = −∂L/∂z, as in δ = a(1 − a)(y − a), and W + lr·dW are the new weights. With `rate_in_dW` dW and db are the
    changes, lr included. With `update_bias: false` the biases stay as they are.

    Example::

        x: [0.5, 0.6]
        y: [1, 0]
        layers:
          - {W: [[0.1, 0.2], [0.3, -0.4]], b: [0.1, 0], activation: tanh}
          - {W: [[0.5, 0.6], [-0.2, 0.1]], b: [0, 0.2], activation: sigmoid}
        lr: 0.1
    """
    network = Network(s, y, lr, loss, delta_sign == "output_minus_target", rate_in_dW, update_bias)
    dense = [
        Dense(l, layer.W, layer.b, layer.activation or activation, edges(s, l, layer.W))
        for l, layer in enumerate(layers, start=1)
    ]
    network.refuse(x, dense)
    first = dense
    for t in range(1, n_steps + 1):
        states = network.forward(t, x, dense, first)
        L = network.measured(t, states[-1])
        deltas = network.backward(t, states, L)
        dense = network.updated(t, states, deltas, L)


def edges(s: Page, l: int, W: Expression) -> Expression | None:
    """The edges of a layer, where some are absent: a matrix of ones and zeros beside the givens."""
    assert isinstance(W, Name)
    weights = s.tables[W.name]
    if all(weights.entries):
        return None
    s.ask(
        f"A 0 in $W_{l}$ is an edge that the network does not have, and stays 0. "
        f"$M_{l}$ has a 1 for each edge that it has."
    )
    return s.given(f"M_{l}", Table(weights.shape, tuple(Fraction(weight != 0) for weight in weights.entries)))
