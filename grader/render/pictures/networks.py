"""Networks of neurons: circles in layers, an edge for each weight, the values in the neurons."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grader.numeric import Array
from grader.problem import Problem
from grader.render.pictures.drawing import MARGIN, WIDEST, Drawing, brief, finite, listed, number
from grader.render.pictures.shapes import SMALL, TEXT, Point, Shape, circle, plated, segment, text, width_of
from grader.solution import Solution

MOST = 8  # neurons of a layer that are shown
FIRST = 6  # of these from the top, where there are more
MOST_LABELS = 12  # weights between two layers that are written
RADIUS = 24.0
DOWN = 88.0  # px from a neuron to the next
ALONG = np.array([0.5, 0.42, 0.58, 0.35, 0.65, 0.29, 0.71, 0.25, 0.75])
"""Where on an edge its weight may stand, as shares of its length."""
CLEAR = 15.0  # px between two weights, one above the other


@dataclass(frozen=True)
class Layer:
    """Neurons in a column: what the column is called, each neuron's symbol, their values, their biases."""

    name: str
    symbol: str
    values: Array
    biases: Array | None = None

    @property
    def shown(self) -> list[int | None]:
        """The neurons that are drawn; None for dots."""
        n = len(self.values)
        return [*range(n)] if n <= MOST else [*range(FIRST), None, n - 2, n - 1]


@dataclass(frozen=True)
class Net:
    """Layers from left to right, and the weights (out, in) between each and the next."""

    layers: Sequence[Layer]
    weights: Sequence[Array]
    after: str
    title: str

    @property
    def height(self) -> float:
        return 34 + DOWN * max(len(layer.shown) for layer in self.layers)

    def places(self) -> list[dict[int | None, Point]]:
        """Where each neuron of each layer stands."""
        room = 74.0
        step = min((WIDEST - 2 * room) / (len(self.layers) - 1), 230.0)
        columns = []
        for l, layer in enumerate(self.layers):
            shown = layer.shown
            top = 34 + (self.height - 34 - DOWN * len(shown)) / 2 + DOWN / 2
            columns.append({i: (room + l * step, top + k * DOWN) for k, i in enumerate(shown)})
        return columns


Edge = tuple[Point, Point, float]


def edges(net: Net, l: int, places: Sequence[dict[int | None, Point]]) -> list[Edge]:
    """The edges between a layer and the next that are there, both of whose ends are shown."""
    W = net.weights[l]
    return [
        (places[l][i], places[l + 1][j], float(W[j, i]))
        for i in places[l]
        for j in places[l + 1]
        if i is not None and j is not None and W[j, i]
    ]


def labels(between: Sequence[Edge]) -> list[Point] | None:
    """Where the weights stand, clear of each other and of other edges; None where there is no room for them all."""
    if len(between) > MOST_LABELS:
        return None
    heights = np.array([(a[1], b[1]) for a, b, _ in between])
    at = heights[:, :1] + (heights[:, 1:] - heights[:, :1]) * ALONG
    apart = np.abs(at[:, None, :] - at[None, :, :])
    apart[np.arange(len(between)), np.arange(len(between))] = np.inf
    near = apart.min(axis=1, initial=200.0)
    taken: list[tuple[float, float, float]] = []
    found = []
    for e, (a, b, weight) in enumerate(between):
        wide = width_of(number(weight, 4), SMALL) + 6
        for k in np.argsort(-np.minimum(near[e], CLEAR), kind="stable"):
            x, y = a[0] + (b[0] - a[0]) * float(ALONG[k]), float(at[e, k])
            if all(abs(x - p) >= (wide + w) / 2 or abs(y - q) >= CLEAR for p, q, w in taken):
                taken.append((x, y, wide))
                found.append((x, y))
                break
        else:
            return None
    return found


def wires(net: Net, l: int, places: Sequence[dict[int | None, Point]]) -> Iterator[Shape]:
    """The edges after a layer with their weights, or with widths for them where there are too many."""
    between = edges(net, l, places)
    marks = labels(between) if between else []
    largest = max((abs(weight) for *_, weight in between), default=1.0)
    for a, b, weight in between:
        line = 1.4 if marks is not None else 1.2 + 2 * abs(weight) / largest
        yield segment(a, b, "blue" if weight > 0 else "red", line, dashed=weight < 0)
    for (x, y), (*_, weight) in zip(marks or [], between, strict=bool(marks)):
        yield from plated(x, y, number(weight, 4), size=SMALL)


def neurons(layer: Layer, places: dict[int | None, Point], several: bool) -> Iterator[Shape]:
    """A layer's circles with their values, symbols and biases."""
    for i, (x, y) in places.items():
        if i is None:
            yield text(x, y, "⋮", size=TEXT + 7, fill="muted")
            continue
        yield circle(x, y, RADIUS, fill="tint", stroke="ink", line=1.6)
        yield text(x, y, brief(float(layer.values[i]), 3), size=SMALL + 1)
        name = layer.symbol if not several else f"{layer.symbol}{',' if '_' in layer.symbol else '_'}{i + 1}"
        yield from plated(x, y - RADIUS - 9, name, size=SMALL + 1)
        if layer.biases is not None:
            yield from plated(x, y + RADIUS + 10, f"b = {number(float(layer.biases[i]), 4)}", size=SMALL)


def drawn(net: Net) -> Drawing:
    """The picture of a network."""
    places = net.places()
    shapes: list[Shape] = []
    for l in range(len(net.weights)):
        shapes += wires(net, l, places)
    for layer, column in zip(net.layers, places, strict=True):
        shapes += neurons(layer, column, len(layer.values) > 1)
        shapes.append(text(next(iter(column.values()))[0], 16, layer.name, bold=True))
    words = note(net)
    shapes.append(text(MARGIN, net.height + 16, words, size=SMALL, fill="muted", anchor="start"))
    width = max(next(iter(places[-1].values()))[0] + 74, width_of(words, SMALL) + 2 * MARGIN)
    return Drawing(net.after, net.title, described(net), width, net.height + 26 + MARGIN, shapes)


def note(net: Net) -> str:
    """What the lines mean."""
    absent = any(not np.all(W) for W in net.weights)
    unwritten = any(np.count_nonzero(W) > MOST_LABELS for W in net.weights)
    return "dashed: negative weight" + "; no line: no weight" * absent + "; thick: large weight" * unwritten


def described(net: Net) -> str:
    """A network in words."""
    sizes = " to ".join(str(len(layer.values)) for layer in net.layers)
    values = (f"{layer.name}: {listed((number(float(v), 4) for v in layer.values), 8)}" for layer in net.layers)
    rows = (f"[{listed((number(float(w), 4) for w in row), 8)}]" for W in net.weights for row in W)
    words = f"{sizes} neurons, an edge for each weight that is not 0. {'; '.join(values)}."
    return f"{words} Weights into each: {listed(rows, 8)}."


def vector(solution: Solution, name: str) -> Array | None:
    """A given or a step with numbers, as a vector."""
    array = solution.arrays.get(name)
    return None if array is None or name in solution.symbolic else np.atleast_1d(array[..., 0])


def chained(solution: Solution) -> Net | None:
    """The network of a backpropagation, in its first forward pass."""
    x, weights = vector(solution, "x"), list(map_weights(solution))
    if x is None or not weights:
        return None
    layers = [Layer("input", "x", x)]
    for l in range(1, len(weights) + 1):
        a = vector(solution, f"a_{l}_1")
        if a is None:
            return None
        layers.append(Layer("output" if l == len(weights) else f"layer {l}", f"a_{l}", a, vector(solution, f"b_{l}")))
    return Net(layers, weights, f"a_{len(weights)}_1", "The network in the first forward pass")


def map_weights(solution: Solution) -> Iterator[Array]:
    """W_1, W_2 and so on among the givens."""
    for l in itertools.count(1):
        if f"W_{l}" not in solution.given_arrays:
            return
        yield solution.given_arrays[f"W_{l}"][..., 0]


def single(solution: Solution) -> Net | None:
    """One neuron."""
    x, w, b, a = (vector(solution, name) for name in ("x", "w", "b", "a"))
    if x is None or w is None or a is None:
        return None
    return Net([Layer("input", "x", x), Layer("neuron", "a", a, b)], [w[None, :]], "a", "The neuron with its weights")


def autoencoder(solution: Solution) -> Net | None:
    """An autoencoder: the input, the code, the reconstruction."""
    x, code, back = (vector(solution, name) for name in ("x", "code", "reconstruction"))
    if x is None or code is None or back is None:
        return None
    weights = [solution.given_arrays[name][..., 0] for name in ("W1", "W2")]
    layers = [
        Layer("input", "x", x),
        Layer("code", "h", code, vector(solution, "b1")),
        Layer("reconstruction", "x′", back, vector(solution, "b2")),
    ]
    return Net(layers, weights, "reconstruction", "The autoencoder with its weights")


def dense(solution: Solution) -> Net | None:
    """The dense layers of a convolutional network."""
    flat, weights = vector(solution, "flat"), list(map_weights(solution))
    if flat is None or not weights:
        return None
    layers, last = [Layer("flat", "f", flat)], "flat"
    for l in range(1, len(weights) + 1):
        last = f"a_{l}" if f"a_{l}" in solution else f"z_{l}"
        values = vector(solution, last)
        if values is None:
            return None
        layers.append(Layer(f"layer {l}", last, values, vector(solution, f"b_{l}")))
    return Net(layers, weights, last, "The dense layers with their weights")


def networks(problem: Problem) -> Iterator[Drawing]:
    """The network of a problem, where its layers have numbers."""
    build = {"backprop": chained, "neuron": single, "autoencoder": autoencoder, "cnn": dense}[problem.family.name]
    net = build(problem.solution)
    if net is not None and finite(*(layer.values for layer in net.layers), *net.weights):
        yield drawn(net)
