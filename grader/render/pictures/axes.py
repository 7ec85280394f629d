"""Axes: data to px, ticks at nice numbers, legends."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.render.pictures.drawing import MARGIN, SUPERSCRIPTS, WIDEST, minus
from grader.render.pictures.shapes import SMALL, Point, Shape, circle, rect, segment, text, width_of

Range = tuple[float, float]

MOST_TICKS = 6


def span(values: Any, margin: float = 0.08, least: float = 0.0) -> Range:
    """The range that holds all values, with a margin; `least` is how wide it is at least.

    >>> span([0, 10], 0.1), span([2, 2])
    ((-1.0, 11.0), (1.0, 3.0))
    """
    low, high = float(np.min(values)), float(np.max(values))
    extent = max(high - low, least)
    if extent <= 1e-9 * max(abs(low), abs(high)):
        extent = abs(low) or 1.0
        return low - extent / 2, high + extent / 2
    more = (extent - (high - low)) / 2 + margin * extent
    return low - more, high + more


def step_of(low: float, high: float, most: int = MOST_TICKS, whole: bool = False) -> float:
    """The distance of ticks: 1, 2 or 5 times a power of ten, so that there are not too many."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= rough * (1 - 1e-9))
    return max(step, 1.0) if whole else step


def ticks(low: float, high: float, most: int = MOST_TICKS, whole: bool = False) -> list[tuple[float, str]]:
    """Nice numbers in a range, each with its text.

    >>> ticks(0, 1.1), ticks(0, 3, whole=True)[-1]
    ([(0.0, '0'), (0.2, '0.2'), (0.4, '0.4'), (0.6, '0.6'), (0.8, '0.8'), (1.0, '1')], (3.0, '3'))
    """
    step = step_of(low, high, most, whole)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(round(k * step, 12) if step > 1e-9 else k * step, tick(k, step)) for k in range(first, last + 1)]


def tick(k: int, step: float) -> str:
    """The text of k steps; a power of ten where it is long."""
    value = k * step
    if value and not 1e-3 <= max(abs(value), step) < 1e5:
        mantissa, _, power = f"{value:.3g}".partition("e")
        if not power:
            mantissa, _, power = f"{value:.2e}".partition("e")
            mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{minus(mantissa)}·10{str(int(power)).translate(SUPERSCRIPTS)}"
    return minus(f"{value:.6g}")


@dataclass(frozen=True)
class Axes:
    """A frame for data: the ranges of x and y, and the rectangle in px that shows them."""

    x: Range
    y: Range
    left: float
    top: float
    width: float
    height: float

    def at(self, x: float, y: float) -> Point:
        """Where a point of the data lies, in px."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return self.left + across * self.width, self.top + (1 - up) * self.height

    def many(self, points: Any) -> list[Point]:
        """Where points (n, 2) lie."""
        return [self.at(float(x), float(y)) for x, y in points]

    def runs(self, xs: Any, ys: Any) -> Iterator[list[Point]]:
        """A curve in px, in pieces where it leaves the frame or has no value."""
        with np.errstate(invalid="ignore"):
            inside = np.isfinite(ys) & (ys >= self.y[0]) & (ys <= self.y[1])
        points: list[Point] = []
        for x, y, seen in zip(xs.tolist(), ys.tolist(), inside.tolist(), strict=True):
            if seen:
                points.append(self.at(x, y))
            elif points:
                yield points
                points = []
        if points:
            yield points

    def frame(
        self, across: str, up: str, *, whole: bool = False, most: int = MOST_TICKS, upright: bool = True
    ) -> Iterator[Shape]:
        """The rules, the ticks and the names of the axes; `upright` where the heights say something."""
        bottom, right = self.top + self.height, self.left + self.width
        for value, words in ticks(*self.x, most, whole):
            x, _ = self.at(value, self.y[0])
            yield segment((x, self.top), (x, bottom), "faint")
            yield segment((x, bottom), (x, bottom + 5), "rule")
            yield text(x, bottom + 14, words, size=SMALL, fill="muted")
        for value, words in ticks(*self.y, most) if upright else ():
            _, y = self.at(self.x[0], value)
            yield segment((self.left, y), (right, y), "faint")
            yield segment((self.left - 5, y), (self.left, y), "rule")
            yield text(self.left - 8, y, words, size=SMALL, fill="muted", anchor="end")
        yield rect(self.left, self.top, self.width, self.height, stroke="rule")
        if across:
            yield text(self.left + self.width / 2, bottom + 30, across)
        if up:
            yield text(self.left - 8, self.top - 12, up, anchor="start")


def axes(x: Range, y: Range, top: float = 34, width: float = WIDEST, height: float = 280, left: float = 0) -> Axes:
    """Axes in a picture of some width, with room for the numbers at the left; they end `height` px below `top`."""
    numbers = max((width_of(words, SMALL) for _, words in ticks(*y)), default=0.0)
    room = MARGIN + numbers + 10
    return Axes(x, y, left + room, top, width - room - MARGIN - 6, height)


FOOT = 46  # px below the frame, for numbers and the name of the axis


@dataclass(frozen=True)
class Entry:
    """What a mark means: a line (dashed or not), or a dot."""

    words: str
    ink: str
    dashed: bool = False
    dot: bool = False


def legend(entries: Sequence[Entry], y: float) -> tuple[list[Shape], float]:
    """Marks with their words, from the left, on another line where there is no room; and how far down they go."""
    shapes: list[Shape] = []
    x = float(MARGIN)
    for entry in entries:
        long = 34 + width_of(entry.words) + 18
        if x > MARGIN and x + long > WIDEST:
            x, y = MARGIN, y + 20
        if entry.dot:
            shapes.append(circle(x + 13, y, 4.5, fill=entry.ink))
        else:
            shapes.append(segment((x, y), (x + 26, y), entry.ink, 2.4, entry.dashed))
        shapes.append(text(x + 33, y, entry.words, anchor="start"))
        x += long
    return shapes, y + 12
