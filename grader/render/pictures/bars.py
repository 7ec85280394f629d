"""Bars: scores, the probabilities that softmax makes of them, and the targets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.numeric import Array
from grader.problem import Problem
from grader.render.pictures.axes import Axes, Entry, legend, ticks
from grader.render.pictures.drawing import MARGIN, WIDEST, Drawing, finite, listed, number
from grader.render.pictures.shapes import MIDDLE, SMALL, Shape, rect, segment, text, width_of
from grader.solution import Solution

MOST = 12  # classes that are shown
HIGH = 190.0
TOP = 44.0


def values_of(solution: Solution, name: str) -> Array | None:
    """A vector of the page, where it has numbers."""
    array = solution.arrays.get(name) if name not in solution.symbolic else None
    return None if array is None or array.ndim != 2 else array[:, 0]


def bars(name: str, values: Array, left: float, width: float, targets: Array | None = None) -> Iterator[Shape]:
    """A bar for each class, its number at the end; a target is a dashed bar around it."""
    shown = values[:MOST] if targets is None else np.concatenate([values[:MOST], targets[:MOST]])
    low, high = min(0.0, float(np.min(shown))), max(0.0, float(np.max(shown)))
    room = 0.16 * (high - low or 1.0)
    count = min(len(values), MOST)
    frame = Axes((0.5, count + 0.5), (low - room * (low < 0), high + room), left + 46, TOP, width - 58, HIGH)
    for value, words in ticks(*frame.y, 5):
        _, y = frame.at(0.5, value)
        yield segment((frame.left, y), (frame.left + frame.width, y), "faint")
        yield text(frame.left - 8, y, words, size=SMALL, fill="muted", anchor="end")
    yield text(left + MARGIN, TOP - 26, name, anchor="start", bold=True)
    wide = frame.width / count
    written = spaced(values[:count], wide)
    for k in range(count):
        x, y = frame.at(k + 1, float(values[k]))
        zero = frame.at(1, 0)[1]
        yield rect(x - 0.3 * wide, min(y, zero), 0.6 * wide, abs(zero - y), fill="tint", stroke="blue")
        if targets is not None:
            up = frame.at(1, float(targets[k]))[1]
            yield rect(
                x - 0.4 * wide, min(up, zero), 0.8 * wide, abs(zero - up), stroke="red", line=MIDDLE, dashed=True
            )
        if k in written:
            yield text(x, y + (10 if values[k] < 0 else -10), number(float(values[k]), written[k]), size=SMALL + 1)
        yield text(x, TOP + HIGH + 14, str(k + 1), size=SMALL, fill="muted")
    yield segment(frame.at(0.5, 0), frame.at(count + 0.5, 0), "ink", 1.4)
    some = f" (the first {count} of {len(values)})" if count < len(values) else ""
    yield text(frame.left + frame.width / 2, TOP + HIGH + 32, f"class{some}")


def spaced(values: Array, wide: float) -> dict[int, int]:
    """The bars that carry their number, and its digits: all where there is room, else the tallest, apart."""
    for digits in (4, 2):
        sizes = [width_of(number(float(value), digits), SMALL + 1) for value in values]
        if max(sizes) <= wide:
            return dict.fromkeys(range(len(values)), digits)
    written: dict[int, int] = {}
    for k in np.argsort(-np.abs(values), kind="stable").tolist():
        if all(abs(k - other) * wide >= (sizes[k] + sizes[other]) / 2 + 2 for other in written):
            written[k] = digits
    return written


def probabilities(problem: Problem) -> Iterator[Drawing]:
    """The scores where they are given, the probabilities, and the targets around them."""
    solution = problem.solution
    z, p, y = values_of(solution, "z"), values_of(solution, "p"), values_of(solution, "y")
    if p is None or not finite(p) or (z is not None and not finite(z)):
        return
    shapes: list[Shape] = []
    half = (WIDEST - MARGIN) / 2
    if z is not None:
        shapes += bars("scores z", z, 0, half)
    left = half if z is not None else 0.0
    shapes += bars("probabilities p", p, left, half, y)
    height = TOP + HIGH + 48
    if y is not None:
        marks, height = legend([Entry("target y", "red", dashed=True)], height)
        shapes += marks
    parts = [("Scores", z), ("probabilities", p), ("targets", y)]
    words = "; ".join(f"{name} {listed(numbers(each), MOST)}" for name, each in parts if each is not None)
    title = "Scores and their probabilities" if z is not None else "The probabilities"
    yield Drawing(
        "p", title + (" beside the targets" if y is not None else ""), f"Bars: {words}.", left + half, height, shapes
    )


def numbers(values: Array) -> list[str]:
    return [number(float(value), 4) for value in values]
