"""A small convolutional network, from the image to the class."""

from __future__ import annotations

from collections.abc import Sequence

from grader.errors import ShapeError
from grader.expression import Expression, Name, argmax, concatenate, pad, pool, ravel
from grader.expression import conv2d as convolve
from grader.expression import softmax as normalised
from grader.families import family
from grader.families.activations import ACTIVATIONS, Activation
from grader.families.givens import Flag, Image, Pair, Scalars
from grader.families.images import KernelList, Padding, Pool, Pooling, both_sides, sides
from grader.families.networks import Layer, Layers
from grader.solution import Page


@family
def cnn(
    s: Page,
    *,
    X: Image,
    K: KernelList,
    bias: Scalars | None = None,
    stride: Pair = (1, 1),
    padding: Padding = (0, 0),
    activation: Activation = "none",
    pool: Pooling | None = None,
    dense: Layers | None = None,
    softmax: Flag = False,
) -> None:
    """A convolutional network: one convolution layer with bias, activation and pooling, then dense layers.

    Stages that are not given (bias, activation, pool, dense, softmax) are left out. Convolution is cross-correlation
    with zero padding, as in `conv2d`; pooling has the stride of its window unless it is given, and leaves out what does
    not fill a window, as in `pool2d`. The maps are flattened one after the other, each row by row. A dense layer is
    z = W·input + b with W of shape (out, in), its rows the neurons; all but the last take the network's activation
    unless they name their own. Kernels, layers and classes are counted from 1; ties go to the first class.

    Example::

        X: [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]]
        K:
          - [[1, 0], [0, -1]]
          - [[0, 1], [-1, 0]]
        bias: [6, 2]
        activation: relu
        pool: {size: 2, stride: 1}
        dense:
          - W: [[0.1, 0, 0, 0, 0.2, 0, 0, 0], [0, 0.3, 0, 0, 0, -0.1, 0, 0]]
            b: [0.5, -0.5]
        softmax: true
    """
    if bias is not None and len(bias) != len(K):
        raise ShapeError(f"expected {len(K)} numbers, one for each kernel, got {len(bias)}", "bias")
    if padding == "same" and any(kernel.shape[-2:] != K[0].shape[-2:] for kernel in K):
        raise ShapeError("kernels under same padding must have one size", "K")
    if softmax and dense is None:
        raise ShapeError("softmax takes the values of a dense layer, and there is none", "softmax")
    zeros = sides(padding, X.shape, K[0].shape, stride)
    if any(map(any, zeros)):
        X = s.step("X_padded", pad(X, padding=zeros), "Frame the image with zeros.", symbol="X_pad")
    maps = each(
        s, "feature_map", "F", [convolve(X, kernel, stride) for kernel in K],
        "Lay the kernel on each place, multiply entry by entry and add up.",
    )  # fmt: skip
    if bias is not None:
        biased = [feature_map + b for feature_map, b in zip(maps, bias, strict=True)]
        maps = each(s, "biased", "B", biased, "Add the kernel's bias to every entry.")
    if activate := ACTIVATIONS[activation]:
        maps = each(
            s, "activated", "A", [activate(each_map) for each_map in maps], "Apply the activation to every entry."
        )
    if pool is not None:
        maps = each(s, "pooled", "P", [pooled(each_map, pool) for each_map in maps], POOLED[pool.mode])
    flat = s.step(
        "flat",
        concatenate(*map(ravel, maps)) if len(maps) > 1 else ravel(maps[0]),
        "Write the maps one after the other, row by row.",
        symbol="f",
    )
    if dense is not None:
        classify(s, dense_layers(s, flat, dense, activation), softmax)


POOLED = {
    "max": "Take the largest entry under each window.",
    "avg": "Take the mean of the entries under each window.",
}


def each(s: Page, name: str, symbol: str, expressions: Sequence[Expression], sentence: str) -> list[Expression]:
    """One step a kernel."""
    return [
        s.step(f"{name}_{k}", expression, sentence, symbol=f"{symbol}_{k}")
        for k, expression in enumerate(expressions, start=1)
    ]


def pooled(image: Expression, settings: Pool) -> Expression:
    try:
        return pool(image, settings.size, settings.stride, settings.mode, both_sides(settings.padding), settings.ceil)
    except ShapeError as error:
        raise ShapeError(error.what, "pool") from error


def dense_layers(s: Page, values: Name, layers: Sequence[Layer], activation: str) -> Name:
    """The dense layers, one after the other; the result is the last layer's."""
    for l, layer in enumerate(layers, start=1):
        if layer.W.shape[1] != len(values):
            what = f"W of layer {l} has {layer.W.shape[1]} columns; what it multiplies has {len(values)} entries"
            raise ShapeError(what, "dense")
        z = layer.W @ values
        values = s.step(
            f"z_{l}", z if layer.b is None else z + layer.b, "Weigh the inputs of each neuron and add its bias."
        )
        own = layer.activation or (activation if l < len(layers) else "none")
        if activate := ACTIVATIONS[own]:
            values = s.step(f"a_{l}", activate(values), "Apply the activation to every neuron.")
    return values


def classify(s: Page, values: Name, softmax: bool) -> None:
    """Probabilities, where they are wanted, and the class with the largest value."""
    if softmax:
        values = s.step(
            "probabilities", normalised(values), "Divide each exponential by the sum of them all.", symbol="p"
        )
    s.step("predicted_class", argmax(values), "Name the class with the largest value.", symbol="c")
