"""Pooled windows: which entries meet in each, and which of them win."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.expression import numeric
from grader.expression.tree import Apply, Index
from grader.expression.windows import pooled
from grader.numeric import Array
from grader.problem import Problem
from grader.render.pictures.boards import Board, Detail, Look, Place, board, cut, fitted, flow
from grader.render.pictures.convolution import found, image_name, indexed, worked
from grader.render.pictures.drawing import MARGIN, WIDEST, Drawing, finite, listed, number, symbol
from grader.render.pictures.shapes import TEXT, text, width_of
from grader.solution import Solution, Step

MOST = 4  # pictures of one problem
TINTS = ("tint", "warm")


@dataclass(frozen=True)
class Pooled:
    """A channel of an image, the pooled one, and the places that each window covers, of those that may be shown."""

    step: Step
    names: tuple[str, str]
    image: Array
    result: Array
    windows: Mapping[Place, list[Place]]
    options: Mapping[str, Any]

    @property
    def apart(self) -> bool:
        """Whether no two windows overlap."""
        return all(s >= k for s, k in zip(self.options["stride"], self.options["size"], strict=True))

    @property
    def largest(self) -> bool:
        return bool(self.options["mode"] == "max")

    @property
    def worked(self) -> Place:
        return self.result.shape[0] // 2, self.result.shape[1] // 2

    def winner(self, window: Place) -> Place:
        """The place of a window's largest entry, the first of equal ones."""
        return max(self.windows[window], key=lambda place: self.image[place])


def pooled_image(solution: Solution, step: Step, node: Apply) -> Pooled:
    """The middle channel of a pooled image."""
    X, options = node.operands[0], dict(node.options)
    lead: Index = worked(step.shape)[:-2]
    places = {}
    seen = [[i for i in cut(length, [length // 2]) if i is not None] for length in step.shape[-2:]]
    for i, j in itertools.product(*seen):
        pixels, _ = pooled((*lead, i, j), X.shape, options["size"], options["stride"], options["padding"])
        places[i, j] = [(pixel[-2], pixel[-1]) for pixel in pixels]
    names = (indexed(image_name(solution, X, "X"), lead), indexed(symbol(solution, step.name.name), lead))
    image = numeric(X, solution.arrays)[..., 0][lead]
    return Pooled(step, names, image, np.asarray(step.value)[lead], places, options)


def boards_of(p: Pooled, detail: Detail) -> list[Board]:
    """The image with its windows, and what comes out of each."""
    lit: dict[Place, Look] = {}
    for (i, j), places in p.windows.items():
        if p.apart:
            lit |= dict.fromkeys(places, Look(TINTS[(i + j) % 2]))
        elif (i, j) == p.worked:
            lit |= dict.fromkeys(places, Look("tint"))
    if p.largest:
        for window in p.windows:
            place = p.winner(window)
            lit[place] = Look(lit.get(place, Look()).fill, ring=True, bold=True)
    out = {(i, j): Look(TINTS[(i + j) % 2]) for i, j in p.windows} if p.apart else {p.worked: Look("tint", bold=True)}
    rows, columns = (sorted({place[axis] for place in p.windows[p.worked]}) for axis in (0, 1))
    i, j = p.worked
    return [
        board(p.names[0], p.image, detail, lit, (rows, columns)),
        board(p.names[1], p.result, detail, out, ([i], [j])),
    ]


def drawn(p: Pooled) -> Drawing:
    """The picture of a pooled image."""
    boards = fitted(lambda detail: boards_of(p, detail))
    places, shapes, width, height = flow(boards, ["", "→"])
    (image, result), (at, there) = boards, places
    shapes += [*image.draw(*at), *result.draw(*there)]
    for window, covered in p.windows.items():
        rows, columns = (sorted({place[axis] for place in covered}) for axis in (0, 1))
        if all(i in image.rows for i in rows) and all(j in image.columns for j in columns):
            if p.apart or window == p.worked:
                shapes.append(image.outline(*at, (rows, columns)))
            elif window == neighbour(p):
                shapes.append(image.outline(*at, (rows, columns), "violet", dashed=True))
    if not p.apart:
        shapes.append(result.outline(*there, ([p.worked[0]], [p.worked[1]])))
        if (other := neighbour(p)) in p.windows:
            shapes.append(result.outline(*there, ([other[0]], [other[1]]), "violet", dashed=True))
            shapes.append(result.outline(*there, ([p.worked[0]], [p.worked[1]])))
    line = sentence(p)
    shapes.append(text(MARGIN, height + 6, line, anchor="start"))
    width = max(width, width_of(line) + 2 * MARGIN)
    title = f"{'Max' if p.largest else 'Average'} pooling of {p.names[0]}"
    return Drawing(p.step.name.name, title, described(p), min(width, WIDEST), height + TEXT + 12, shapes)


def neighbour(p: Pooled) -> Place:
    """The window before the worked one, that shows how far a step is."""
    i, j = p.worked
    return (i, j - 1) if j else (i - 1, j)


def sentence(p: Pooled) -> str:
    """The worked window in numbers."""
    i, j = p.worked
    values = [number(float(p.image[place])) for place in p.windows[i, j]]
    inside = listed(values, 10)
    entry = indexed(p.names[1], (i, j))
    value = number(float(p.result[i, j]))
    return f"{entry} = {'max' if p.largest else 'mean'}({inside}) = {value}"


def described(p: Pooled) -> str:
    down, across = p.options["size"]
    steps = "×".join(map(str, dict.fromkeys(p.options["stride"])))
    what = "the largest number of each is ringed" if p.largest else "the mean of each is taken"
    rows = (f"row {i + 1}: {listed(map(number, map(float, row)), 8)}" for i, row in enumerate(p.result[:8]))
    tints = "in two tints" if p.apart else "that overlap, one of them lit and the one before it dashed"
    return (
        f"A grid of {p.image.shape[0]}×{p.image.shape[1]} numbers under windows of {down}×{across}, stride {steps}, "
        f"{tints}; {what}. Pooled, {'; '.join(rows)}. {sentence(p)}."
    )


def pools(problem: Problem) -> Iterator[Drawing]:
    """A picture for each of the first pooled images."""
    solution = problem.solution
    nodes = [(step, found(step.expression, "pool")) for step in solution.values()]
    for step, node in [(step, node) for step, node in nodes if node is not None][:MOST]:
        if step.name.name in solution.arrays and node.shape == step.shape:
            p = pooled_image(solution, step, node)
            if finite(p.image, p.result) and all(p.windows.values()):
                yield drawn(p)
