"""The shapes and parameters of a convolutional network, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Annotated

from grader.errors import ShapeError
from grader.expression import Expression, Name, stack
from grader.expression.tree import Shape, as_expression
from grader.families import family
from grader.families.counting import Count, miscounts, windows
from grader.families.givens import Limited
from grader.families.layers import Layer, Layers, shape_after
from grader.kinds import COUNT
from grader.solution import Page

InputShape = Annotated[
    Expression,
    Limited(
        "an input's shape [C, H, W], whole numbers of at least 1",
        (1,),
        lambda value: value.denominator == 1 and value >= 1,
    ),
]


@family
def architecture(s: Page, *, input: InputShape, layers: Layers) -> None:
    """The output shape and the number of trainable parameters of every layer of a network.

    Shapes are [C, H, W], channels first; a flattened or dense layer's is the number of its entries. A window k at
    stride s with padding p finds ⌊(n + 2p − k)/s⌋ + 1 places along an axis of n, and a convolution of N filters gives N
    maps. A filter has k·k weights for each input channel and one bias, N·(k·k·C + 1) in all; a dense layer of m neurons
    on n inputs has m·(n + 1); `bias: false` leaves the biases out. Pooling and flattening have no parameters.

    Layers are counted from 1. Pooling has the stride of its window unless it is given. Padding is a number, a pair
    [down, across], `valid` or `same`. Two settings are for networks of old: `connections` is how many pairs of an input
    map and a filter a convolution connects, where it is not all of them, and `trainable: true` gives pooling a
    coefficient and a bias for each map.

    Source: LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition (1998), II.B.

    Example::

        input: [1, 8, 8]
        layers:
          - {conv: 4, size: 3}
          - {pool: 2}
          - flatten
          - {dense: 10}
    """
    if input.shape != (3,) or not isinstance(input, Name):
        raise ShapeError(f"expected the input's shape [C, H, W], got {len(input)} numbers", "input")
    s.ask(*(f"Layer {t}: {layer.words}." for t, layer in enumerate(layers, start=1)))
    shape: Shape = tuple(int(length) for length in s.tables[input.name].entries)
    before, written = input, []
    for t, layer in enumerate(layers, start=1):
        after = shape_after(layer, t, shape)
        written.append(WRITERS[layer.type](s, t, layer, before, shape))
        before, shape = written[-1].shape, after
    count_all(s, written)


@dataclass(frozen=True)
class Written:
    """A layer on the page: its output shape, its parameters, and how many of these are biases."""

    shape: Name
    parameters: Name
    biases: Expression


def count_all(s: Page, layers: Sequence[Written]) -> None:
    """The parameters of the whole network."""
    total = s.step(
        "total", reduce(add, [layer.parameters for layer in layers]), "Add up the layers' parameters.", kind=COUNT
    )
    biases = reduce(add, [layer.biases for layer in layers])
    s.slip(total, "biases-left-out", total_of(layers) - biases, "The biases are learnt too.")
    s.slip(total, "first-layer-left-out", total_of(layers[1:]), "Every layer counts, the first one too.")
    s.slip(total, "last-layer-left-out", total_of(layers[:-1]), "Every layer counts, the last one too.")


def total_of(layers: Sequence[Written]) -> Expression:
    """The parameters of some layers, added from left to right."""
    return reduce(add, [layer.parameters for layer in layers], as_expression(0))


@dataclass(frozen=True)
class Window:
    """A window over an image: for each axis the image's length, the padding, the window's length and the stride."""

    axes: tuple[tuple[Expression, Expression, Expression, Expression], ...]

    def counts(self, count: Count = windows) -> list[Expression]:
        return [count(*axis) for axis in self.axes]

    @property
    def area(self) -> Expression:
        return self.axes[0][2] * self.axes[1][2]


def window_of(s: Page, t: int, layer: Layer, before: Name, shape: Shape) -> Window:
    """A layer's window, its numbers named on the page: p_3, k_3, s_3, or one for each axis where they differ."""
    down, across = layer.zeros(shape)
    p = one_or_two(s, "p", t, (Fraction(sum(down), 2), Fraction(sum(across), 2)))
    k, step = one_or_two(s, "k", t, layer.size), one_or_two(s, "s", t, layer.stride)
    return Window(tuple((before[1 + axis], p[axis], k[axis], step[axis]) for axis in range(2)))


def one_or_two(s: Page, letter: str, t: int, values: Sequence[int | Fraction]) -> list[Name]:
    """A number for both axes, named once where it is the same."""
    if values[0] == values[1]:
        return [s.let(f"{letter}_{t}", values[0])] * 2
    return [s.let(f"{letter}_{axis}_{t}", value) for axis, value in zip("HW", values, strict=True)]


def shape_step(s: Page, t: int, maps: Expression, window: Window, sentence: str) -> Name:
    """A windowed layer's output shape, with what is miscounted."""
    down, across = window.counts()
    step = s.step(f"shape_{t}", stack(maps, down, across), sentence, kind=COUNT)
    s.slip(step, "channels-last", stack(down, across, maps), "The order here is channels, rows, columns.")
    for name, miscount, hint in miscounts(windows):
        s.slip(step, name, stack(maps, *window.counts(miscount)), hint)
    return step


def convolution(s: Page, t: int, layer: Layer, before: Name, shape: Shape) -> Written:
    """A convolution: a map a filter."""
    window, N = window_of(s, t, layer, before, shape), s.let(f"N_{t}", layer.units)
    mapped = shape_step(s, t, N, window, "Each filter gives one map: count the places where it fits.")
    s.slip(mapped, "channels-kept", stack(before[0], *window.counts()), "How many maps do the filters give?")
    full = filters(N, window.area * before[0], layer.bias)
    parameters = full
    if layer.connections is not None:
        weights = window.area * s.let(f"n_{t}", layer.connections)
        parameters = weights + N if layer.bias else weights
    own = s.step(
        f"params_{t}", parameters, "Count a filter's weights and its bias, and take them for every filter.", kind=COUNT
    )
    if layer.connections is not None:
        s.slip(own, "all-connected", full, "Not every filter sees every map here.")
    elif layer.bias:
        s.slip(own, "bias-forgotten", filters(N, window.area * before[0], False), "Each filter has a bias, too.")
        s.slip(own, "one-bias-for-all", N * window.area * before[0] + 1, "How many biases do several filters have?")
    s.slip(own, "channels-forgotten", filters(N, window.area, layer.bias), "A filter has a slice for every channel.")
    s.slip(own, "not-shared", full * mapped[1] * mapped[2], "A filter keeps its weights wherever it is laid.")
    return Written(mapped, own, N if layer.bias else as_expression(0))


def filters(N: Expression, weights: Expression, bias: bool) -> Expression:
    """The parameters of N filters of so many weights."""
    return N * (weights + 1) if bias else N * weights


def pooling(s: Page, t: int, layer: Layer, before: Name, shape: Shape) -> Written:
    """Pooling: as many maps as before."""
    window = window_of(s, t, layer, before, shape)
    mapped = shape_step(s, t, before[0], window, "Every map is pooled by itself: count the places of the window.")
    if layer.trainable:
        own = s.step(f"params_{t}", 2 * before[0], "Each map has a coefficient and a bias.", kind=COUNT)
        s.slip(own, "bias-forgotten", before[0], "Each map has a bias, too.")
        return Written(mapped, own, before[0])
    own = s.step(f"params_{t}", 0, "Count what this layer learns.", kind=COUNT)
    s.slip(own, "counted-as-convolution", before[0] * (window.area + 1), NOTHING_LEARNT)
    s.slip(own, "window-counted", window.area, NOTHING_LEARNT)
    return Written(mapped, own, as_expression(0))


NOTHING_LEARNT = "What number in this layer could training change?"


def flattening(s: Page, t: int, layer: Layer, before: Name, shape: Shape) -> Written:
    """Flattening: all entries in one vector."""
    C, H, W = before
    vector = s.step(f"shape_{t}", C * H * W, "Count the entries of all maps.", kind=COUNT)
    s.slip(vector, "one-map-only", H * W, "The vector takes in every map.")
    s.slip(vector, "not-flattened", before, "One vector is wanted: how many entries has it?")
    own = s.step(f"params_{t}", 0, "Count what this layer learns.", kind=COUNT)
    s.slip(own, "entries-counted", vector, NOTHING_LEARNT)
    return Written(vector, own, as_expression(0))


def dense(s: Page, t: int, layer: Layer, before: Name, shape: Shape) -> Written:
    """A dense layer: an entry a neuron."""
    m = s.let(f"m_{t}", layer.units)
    vector = s.step(f"shape_{t}", m, "Each neuron gives one number.", kind=COUNT)
    s.slip(vector, "inputs-kept", before, "This is what goes in; what comes out?")
    own = s.step(
        f"params_{t}",
        filters(m, before, layer.bias),
        "Count a neuron's weights and its bias, for every neuron.",
        kind=COUNT,
    )
    if layer.bias:
        s.slip(own, "bias-forgotten", m * before, "Each neuron has a bias, too.")
        s.slip(own, "one-bias-for-all", m * before + 1, "How many biases do several neurons have?")
        s.slip(own, "bias-per-input", (m + 1) * before, "Biases belong to neurons, not to inputs.")
    s.slip(own, "added", m + before, "Every input meets every neuron.")
    return Written(vector, own, m if layer.bias else as_expression(0))


WRITERS: dict[str, Callable[[Page, int, Layer, Name, Shape], Written]] = {
    "conv": convolution,
    "pool": pooling,
    "flatten": flattening,
    "dense": dense,
}
"""What each type of layer writes on the page."""
