"""The kernel on the image: the worked entry of a feature map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.expression import Expression, Name, numeric
from grader.expression.tree import Apply, Index
from grader.expression.windows import taps
from grader.numeric import Array
from grader.problem import Problem
from grader.render.pictures.boards import Board, Detail, Look, Sides, board, fitted, flow
from grader.render.pictures.drawing import MARGIN, WIDEST, Drawing, brief, finite, listed, number, symbol
from grader.render.pictures.shapes import TEXT, text, width_of, wrapped
from grader.solution import Solution, Step

MOST = 4  # pictures of one problem
MOST_CHANNELS = 4  # side by side
MOST_PRODUCTS = 16  # that are written out


def found(tree: Expression, operation: str) -> Apply | None:
    """The first application of an operation in a tree."""
    pending = [tree]
    while pending:
        node = pending.pop(0)
        if isinstance(node, Apply):
            if node.operation.name == operation:
                return node
            pending += node.operands
    return None


def worked(shape: Index) -> Index:
    """The entry that pages work out: the one in the middle."""
    return tuple(length // 2 for length in shape)


def image_name(solution: Solution, tree: Expression, otherwise: str) -> str:
    """The symbol of an image; of one that was framed with no zeros that of the image itself."""
    if isinstance(tree, Name) and tree.name in solution:
        made = solution[tree.name].expression
        if isinstance(made, Apply) and made.operation.name == "pad" and made.shape == made.operands[0].shape:
            return image_name(solution, made.operands[0], otherwise)
    return symbol(solution, tree.name) if isinstance(tree, Name) else otherwise


def unpadded(solution: Solution, tree: Expression) -> Sides:
    """The rows and columns of an image that are not padding."""
    made = solution[tree.name].expression if isinstance(tree, Name) and tree.name in solution else tree
    zeros: Any = ((0, 0), (0, 0))
    if isinstance(made, Apply) and made.operation.name == "pad":
        zeros = dict(made.options)["padding"]
    (top, bottom), (left, right) = zeros
    height, width = tree.shape[-2:]
    return range(top, height - bottom), range(left, width - right)


@dataclass(frozen=True)
class Worked:
    """One entry of a feature map: the channels of the image and of the kernel that meet in it, and the map it is in."""

    step: Step
    index: Index
    image: Array
    kernel: Array
    map: Array
    pairs: list[tuple[Index, Index]]
    names: tuple[str, str, str]
    real: Sides
    flip: bool

    @property
    def window(self) -> Sides:
        rows, columns = ({pixel[axis] for pixel, _ in self.pairs} for axis in (-2, -1))
        return sorted(rows), sorted(columns)

    @property
    def products(self) -> list[tuple[float, float]]:
        return [(float(self.image[pixel]), float(self.kernel[tap])) for pixel, tap in self.pairs]


def indexed(name: str, index: Index) -> str:
    """A symbol with what it counts from 1, where there is such."""
    return name + ("," if "_" in name else "_") * bool(index) + ",".join(str(i + 1) for i in index)


def channels(values: Array, rank: int, lead: Index) -> Array:
    """An image or a kernel as (C, height, width): of a batch or a bank only the one at `lead`."""
    values = values[lead] if values.ndim == 4 else values
    return values if values.ndim == rank else values[None]


def worked_entry(solution: Solution, step: Step, node: Apply) -> Worked:
    """The entry in the middle of a map, and what meets in it."""
    X, K = node.operands
    options = dict(node.options)
    image, kernel = (numeric(tree, solution.arrays)[..., 0] for tree in (X, K))
    index = worked(step.shape)
    batch = index[:1] if len(X.shape) == 4 else ()
    filters = index[len(batch) : len(batch) + 1] if len(K.shape) == 4 else ()
    pairs = [
        ((pixel[-3] if len(X.shape) > 2 else 0, *pixel[-2:]), (tap[-3] if len(K.shape) > 2 else 0, *tap[-2:]))
        for pixel, tap in taps(index, X.shape, K.shape, **options)
    ]
    return Worked(
        step,
        index,
        channels(image, 3, batch),
        channels(kernel, 3, filters),
        np.asarray(step.value)[index[:-2]],
        pairs,
        (
            indexed(image_name(solution, X, "X"), batch),
            indexed(image_name(solution, K, "K"), filters),
            indexed(symbol(solution, step.name.name), index[:-2]),
        ),
        unpadded(solution, X),
        options["flip"],
    )


def boards_of(w: Worked, detail: Detail) -> list[Board]:
    """The image's channels, the kernel's, and the map."""
    several = len(w.image) > 1
    shown = range(min(len(w.image), MOST_CHANNELS))

    def called(name: str, channel: int) -> str:
        return f"{name}, channel {channel + 1}" if several else name

    lit: list[dict[tuple[int, int], Look]] = [{} for _ in w.image]
    for (c, *pixel), tap in w.pairs:
        lit[c][pixel[0], pixel[1]] = Look("tint", corner=f"×{brief(float(w.kernel[tap]), detail[0])}")
    images = [board(called(w.names[0], c), w.image[c], detail, lit[c], w.window, w.real) for c in shown]
    kernels = [board(called(w.names[1], c), w.kernel[c], detail) for c in shown]
    i, j = w.index[-2:]
    result = board(w.names[2], w.map, detail, {(i, j): Look("tint", bold=True)}, ([i], [j]))
    return [*images, *kernels, result]


def sum_of_products(w: Worked) -> list[str]:
    """The worked entry as a sum of products, in words that may be broken between lines."""
    terms = [f"{bracketed(a)}·{bracketed(b)}" for a, b in w.products]
    total = sum(a * b for a, b in w.products)
    value = float(w.map[w.index[-2:]])
    entry = indexed(w.names[2], w.index[-2:])
    words = [f"{entry} =", *(f"{'+ ' * bool(k)}{term}" for k, term in enumerate(terms[:MOST_PRODUCTS]))]
    if len(terms) > MOST_PRODUCTS:
        words += [f"+ … ({len(terms) - MOST_PRODUCTS} more)"]
    if abs(value - total) > 1e-9 * max(1.0, abs(total)):
        words.append(f"+ bias {bracketed(value - total)}")
    return [*words, f"= {number(value)}"]


def bracketed(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def drawn(w: Worked) -> Drawing:
    """The picture of a worked entry."""
    boards = fitted(lambda detail: boards_of(w, detail))
    count = (len(boards) - 1) // 2
    signs = ["", *[""] * (count - 1), "∗" if w.flip else "⋆", *[""] * (count - 1), "="]
    places, shapes, width, height = flow(boards, signs)
    for k, (each, (x, y)) in enumerate(zip(boards, places, strict=True)):
        shapes += each.draw(x, y)
        if k < count:
            shapes.append(each.outline(x, y, w.window))
        elif k == 2 * count:
            shapes.append(each.outline(x, y, ([w.index[-2]], [w.index[-1]])))
    words = sum_of_products(w)
    for line in wrapped(words, WIDEST - 2 * MARGIN):
        shapes.append(text(MARGIN, height + 6, line, anchor="start"))
        width, height = max(width, width_of(line) + 2 * MARGIN), height + TEXT + 8
    return Drawing(w.step.name.name, title_of(w), described(w, words), min(width, WIDEST), height + 4, shapes)


def title_of(w: Worked) -> str:
    i, j = w.index[-2:]
    return f"The kernel {w.names[1]} on {w.names[0]} at row {i + 1}, column {j + 1} of {w.names[2]}"


def described(w: Worked, words: list[str]) -> str:
    rows, columns = w.window
    size = "×".join(map(str, w.image.shape[1:]))
    padding = " The dashed frame is padding with zeros." if len(w.real[0]) < w.image.shape[1] else ""
    return (
        f"A grid of {size} numbers with rows {listed(str(i + 1) for i in rows)} and columns "
        f"{listed(str(j + 1) for j in columns)} lit, each number times the kernel's number on it.{padding} "
        f"Added up they give the lit entry: {' '.join(words)}."
    )


def convolutions(problem: Problem) -> Iterator[Drawing]:
    """A picture for each of the first maps."""
    solution = problem.solution
    nodes = [(step, found(step.expression, "conv2d")) for step in solution.values()]
    for step, node in [(step, node) for step, node in nodes if node is not None][:MOST]:
        if node is not None and step.name.name in solution.arrays and len(step.shape) > 1:
            w = worked_entry(solution, step, node)
            if finite(w.image, w.kernel, w.map):
                yield drawn(w)
