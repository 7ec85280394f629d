"""Layers of a convolutional network as specs give them: their settings, their words, and the shapes they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from grader.document import Entries, Node, Text
from grader.errors import Place, ShapeError, SpecError
from grader.expression.tree import Shape, by
from grader.expression.windows import count
from grader.families.givens import Kind, ListOf, PairOf, Setting, Whole, YesNo, read_entries, shown
from grader.families.images import Pad, Zeros, sides

Pair = tuple[int, int]


@dataclass(frozen=True)
class Layer:
    """A layer of type conv, pool, flatten or dense; which settings count depends on the type.

    `units` are a convolution's filters or a dense layer's neurons, `connections` how many pairs of an input channel and
    a filter are connected (all where it is None), and `trainable` pooling has a coefficient and a bias for each map.
    """

    type: str
    units: int = 0
    size: Pair = (1, 1)
    stride: Pair = (1, 1)
    padding: str | Pair = (0, 0)
    bias: bool = True
    connections: int | None = None
    trainable: bool = False

    def zeros(self, image: Shape) -> Zeros:
        """Its padding of an image, before and after on each axis."""
        return sides(self.padding, image, self.size, self.stride)

    @property
    def words(self) -> str:
        """What a page says of it."""
        if self.type == "flatten":
            return "flattening"
        if self.type == "dense":
            return f"dense, {self.units} {'neuron' if self.units == 1 else 'neurons'}{'' if self.bias else ', no bias'}"
        what = "pooling" if self.type == "pool" else f"convolution, {self.units} "
        what += "" if self.type == "pool" else "filter" if self.units == 1 else "filters"
        words = [f"{what} of {by(self.size)}", f"stride {one_or_both(self.stride)}"]
        if self.padding not in ((0, 0), "valid"):
            padding = self.padding if isinstance(self.padding, str) else one_or_both(self.padding)
            words.append(f"padding {padding}")
        if not self.bias:
            words.append("no bias")
        if self.connections is not None:
            words.append(f"{self.connections} pairs of an input map and a filter connected")
        if self.trainable:
            words.append("a coefficient and a bias for each map")
        return ", ".join(words)


def one_or_both(pair: Pair) -> str:
    """A pair as people say it: one number where both are the same."""
    return str(pair[0]) if pair[0] == pair[1] else by(pair)


SETTINGS: dict[str, dict[str, Kind]] = {
    "conv": {
        "conv": Whole(1),
        "size": PairOf(1),
        "stride": PairOf(1),
        "padding": Pad(),
        "bias": YesNo(),
        "connections": Whole(1),
    },
    "pool": {"pool": PairOf(1), "stride": PairOf(1), "padding": Pad(), "trainable": YesNo()},
    "dense": {"dense": Whole(1), "bias": YesNo()},
}
"""The settings of each type; under the type's own name stand filters, the window's size, or neurons."""


@dataclass(frozen=True)
class LayerOf(Setting):
    """A layer: a mapping with its type, or the word flatten."""

    expects: str = "a layer {conv: filters, size: 5}, {pool: size}, flatten or {dense: neurons}"

    def read(self, node: Node, place: Place) -> Layer:
        if isinstance(node, Text) and node == "flatten":
            return Layer("flatten")
        types = [name for name in SETTINGS if isinstance(node, Entries) and name in node]
        if not isinstance(node, Entries) or len(types) != 1:
            raise SpecError(f"expected {self.expects}, got {shown(node)}", place)
        values = read_entries(node, SETTINGS[types[0]], place)
        own = values.pop(types[0])
        if types == ["pool"]:
            return Layer("pool", **({"size": own, "stride": own} | values))
        if types == ["conv"] and "size" not in values:
            raise SpecError(f"expected {self.expects}; size is missing", place)
        return Layer(types[0], own, **values)


Layers = Annotated[list[Layer], ListOf(LayerOf(), lambda node: not isinstance(node, list))]


def shape_after(layer: Layer, t: int, shape: Shape) -> Shape:
    """The shape that layer t makes of another; raises `ShapeError` where they do not fit."""
    maps = layer.type != "dense"
    if maps != (len(shape) == 3):
        takes = "takes maps (C, H, W), and there are none after flattening" if maps else "takes a vector: flatten first"
        raise ShapeError(f"layer {t}, {layer.words}, {takes}", "layers")
    if layer.type == "flatten":
        return (shape[0] * shape[1] * shape[2],)
    if layer.type == "dense":
        return (layer.units,)
    if layer.connections is not None and layer.connections > layer.units * shape[0]:
        most = layer.units * shape[0]
        raise ShapeError(f"layer {t}: expected at most {most} connections, got {layer.connections}", "layers")
    framed = [n + sum(zeros) for n, zeros in zip(shape[1:], layer.zeros(shape), strict=True)]
    if any(k > n for k, n in zip(layer.size, framed, strict=True)):
        raise ShapeError(f"layer {t}: a window of {by(layer.size)} is larger than its input, {by(framed)}", "layers")
    sizes = (count(n, k, step) for n, k, step in zip(framed, layer.size, layer.stride, strict=True))
    return (layer.units if layer.type == "conv" else shape[0], *sizes)
