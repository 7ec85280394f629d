"""Layers of neurons, as specs give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from grader.document import Entries, Items, Node, Text
from grader.errors import Place, SpecError
from grader.expression import Expression
from grader.families.activations import ACTIVATIONS
from grader.families.givens import Bind, Kind, ListOf, OneOf, Tensor, read_entries, shown


@dataclass(frozen=True)
class Layer:
    """A dense layer: W (out, in), b (out,) or none, and its own activation where it names one."""

    W: Any
    b: Any = None
    activation: str | None = None


@dataclass(frozen=True)
class LayerOf:
    """A dense layer, as a mapping or as the pair [W, b]."""

    expects: str = "a layer {W: matrix (out, in), b: numbers, activation: name} or the pair [W, b]"

    def read(self, node: Node, place: Place) -> Layer:
        matrix, vector = Tensor("a matrix (out, in)", (2,)), Tensor("one number for each neuron", (1,))
        if isinstance(node, Items) and len(node) == 2:
            layer = Layer(matrix.read(node[0], place.within("W")), vector.read(node[1], place.within("b")))
        elif isinstance(node, Entries) and "W" in node:
            kinds: dict[str, Kind] = {"W": matrix, "b": vector, "activation": OneOf(tuple(ACTIVATIONS))}
            layer = Layer(**read_entries(node, kinds, place))
        else:
            raise SpecError(f"expected {self.expects}, got {shown(node)}", place)
        if layer.b is not None and layer.b.shape[0] != layer.W.shape[0]:
            what = f"W has {layer.W.shape[0]} rows, one for each neuron, and b {layer.b.shape[0]} numbers"
            raise SpecError(what, place, "give as many biases as rows")
        return layer

    def bind(self, name: str, value: Layer, bind: Bind) -> Layer:
        number = name.rpartition("_")[2]
        W: Expression = bind(f"W_{number}", value.W)
        b = None if value.b is None else bind(f"b_{number}", value.b)
        return Layer(W, b, value.activation)


def is_layer(node: Node) -> bool:
    """Whether it is one layer and not a list of them."""
    if isinstance(node, Items) and len(node) == 2:
        return isinstance(node[0], Items) and bool(node[0]) and isinstance(node[0][0], Items) and is_vector(node[1])
    return isinstance(node, Entries)


def is_vector(node: Node) -> bool:
    return isinstance(node, Items) and all(isinstance(each, Text) for each in node)


Layers = Annotated[list[Layer], ListOf(LayerOf(), is_layer)]
