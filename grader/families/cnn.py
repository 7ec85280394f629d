"""A small convolutional network, from the image to the class."""

from __future__ import annotations

from collections.abc import Sequence

from grader.errors import ShapeError
from grader.expression import Expression, Name, argmax, argmin, exp, pad, ravel, sigmoid, total
from grader.expression import softmax as normalised
from grader.families import family
from grader.families.activations import ACTIVATIONS, Activation
from grader.families.givens import Flag, Image, Pair, Scalars
from grader.families.image_slips import (
    Convolution,
    frame_slips,
    joined,
    mistaken_activations,
    mistaken_maps,
    mistaken_pools,
    mistaken_vectors,
    neighbours,
)
from grader.families.images import POOLED, KernelList, Padding, Pool, Pooling, pooled, sides
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
    padded = X
    if any(map(any, zeros)):
        padded = s.step("X_padded", pad(X, padding=zeros), "Frame the image with zeros.", symbol="X_pad")
        frame_slips(s, padded, X, zeros)
    maps = convolve(s, [Convolution(X, padded, kernel, stride) for kernel in K])
    if bias is not None:
        maps = add_bias(s, maps, bias)
    if activation != "none":
        maps = activate(s, maps, activation)
    unpooled = maps
    if pool is not None:
        maps = pool_maps(s, maps, pool)
    flat = s.step(
        "flat", joined([ravel(each) for each in maps]), "Write the maps one after the other, row by row.", symbol="f"
    )
    for slip in mistaken_vectors(maps):
        s.slip(flat, *slip)
    if pool is not None:
        s.slip(flat, "pooling-left-out", joined([ravel(each) for each in unpooled]), "Flatten the pooled maps.")
    if dense is not None:
        classify(s, dense_layers(s, flat, dense, activation), softmax)


def convolve(s: Page, convolutions: Sequence[Convolution]) -> list[Name]:
    """A map for each kernel."""
    sentence = "Lay the kernel on each place, multiply entry by entry and add up."
    maps = each(s, "feature_map", "F", [c.map() for c in convolutions], sentence)
    kernels = {f"kernel-{k}": c.K for k, c in enumerate(convolutions, start=1)}
    for k, (step, c) in enumerate(zip(maps, convolutions, strict=True), start=1):
        others = {name: kernel for name, kernel in kernels.items() if name != f"kernel-{k}"}
        for slip in mistaken_maps(c, neighbours(c.K, s.tables) | others):
            s.slip(step, *slip)
    return maps


def add_bias(s: Page, maps: Sequence[Name], bias: Sequence[Expression]) -> list[Name]:
    """Each map with its kernel's bias."""
    sums = [feature_map + b for feature_map, b in zip(maps, bias, strict=True)]
    biased = each(s, "biased", "B", sums, "Add the kernel's bias to every entry.")
    for k, (step, feature_map) in enumerate(zip(biased, maps, strict=True)):
        s.slip(step, "bias-left-out", feature_map, "This is the map as it was before.")
        for other, b in enumerate(bias):
            if other != k:
                s.slip(step, f"bias-{other + 1}-used", feature_map + b, "Each kernel has a bias of its own.")
        s.slip(step, "bias-subtracted", feature_map - bias[k], "The bias is added, whatever its sign.")
    return biased


def activate(s: Page, maps: Sequence[Name], activation: str) -> list[Name]:
    """Each map, activated."""
    function = ACTIVATIONS[activation]
    assert function is not None
    activated = each(s, "activated", "A", [function(each) for each in maps], "Apply the activation to every entry.")
    for step, before in zip(activated, maps, strict=True):
        for slip in mistaken_activations(before, activation):
            s.slip(step, *slip)
    return activated


def pool_maps(s: Page, maps: Sequence[Name], pool: Pool) -> list[Name]:
    """Each map, pooled."""
    try:
        steps = each(s, "pooled", "P", [pooled(each_map, pool) for each_map in maps], POOLED[pool.mode])
    except ShapeError as error:
        raise ShapeError(error.what, "pool") from error
    for step, before in zip(steps, maps, strict=True):
        for slip in mistaken_pools(before, pool):
            s.slip(step, *slip)
    return steps


def each(s: Page, name: str, symbol: str, expressions: Sequence[Expression], sentence: str) -> list[Name]:
    """One step a kernel."""
    return [
        s.step(f"{name}_{k}", expression, sentence, symbol=f"{symbol}_{k}")
        for k, expression in enumerate(expressions, start=1)
    ]


def dense_layers(s: Page, values: Name, layers: Sequence[Layer], activation: str) -> Name:
    """The dense layers, one after the other; the result is the last layer's."""
    for l, layer in enumerate(layers, start=1):
        values = weigh(s, l, layer, values)
        own = layer.activation or (activation if l < len(layers) else "none")
        if function := ACTIVATIONS[own]:
            before = values
            values = s.step(f"a_{l}", function(before), "Apply the activation to every neuron.")
            for slip in mistaken_activations(before, own):
                s.slip(values, *slip)
    return values


def weigh(s: Page, l: int, layer: Layer, values: Name) -> Name:
    """The weighted sums of a layer's neurons."""
    if layer.W.shape[1] != len(values):
        what = f"W of layer {l} has {layer.W.shape[1]} columns; what it multiplies has {len(values)} entries"
        raise ShapeError(what, "dense")
    z = layer.W @ values
    sentence = "Weigh the inputs of each neuron and add its bias."
    step = s.step(f"z_{l}", z if layer.b is None else z + layer.b, sentence)
    if layer.b is not None:
        s.slip(step, "bias-left-out", z, "Each neuron adds its own bias.")
        s.slip(step, "bias-subtracted", z - layer.b, "The bias is added, whatever its sign.")
    if layer.W.shape[0] == layer.W.shape[1]:
        turned = layer.W.T @ values
        s.slip(
            step, "columns-for-rows", turned if layer.b is None else turned + layer.b, "A neuron's weights are a row."
        )
    return step


def classify(s: Page, values: Name, softmax: bool) -> None:
    """Probabilities, where they are wanted, and the class with the largest value."""
    if softmax:
        scores = values
        values = s.step(
            "probabilities", normalised(scores), "Divide each exponential by the sum of them all.", symbol="p"
        )
        s.slip(values, "not-normalised", exp(scores), "Probabilities add up to 1.")
        s.slip(values, "exponential-left-out", scores / total(scores), "It is the exponentials that are shared out.")
        s.slip(values, "sigmoid", sigmoid(scores), "The classes share one sum: do these add up to 1?")
    step = s.step("predicted_class", argmax(values), "Name the class with the largest value.", symbol="c")
    s.slip(step, "counted-from-zero", argmax(values) - 1, "Classes are counted from 1 here.")
    s.slip(step, "smallest", argmin(values), "This is the class that is least likely.")
