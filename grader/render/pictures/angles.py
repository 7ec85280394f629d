"""Two vectors as arrows, and the angle between them."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from grader.numeric import Array
from grader.problem import Problem
from grader.render.pictures.axes import axes, span
from grader.render.pictures.descents import alike
from grader.render.pictures.drawing import MARGIN, WIDEST, Drawing, finite, number
from grader.render.pictures.shapes import Point, Shape, arrow, circle, curve, plated

HIGH = 260.0
INKS = ("blue", "red")
NARROW = 40.0  # degrees, below which the number of the angle stands behind the origin
TURN = 30.0  # px from the origin to the arc of the angle


def in_their_plane(u: Array, v: Array) -> tuple[Array, Array]:
    """Two vectors of any length, turned into the plane that they span: u along the first axis, v above it.

    >>> [side.tolist() for side in in_their_plane(np.array([0.0, 3.0, 0.0]), np.array([0.0, 0.0, 2.0]))]
    [[3.0, 0.0], [0.0, 2.0]]
    """
    along = float(u @ v) / float(np.linalg.norm(u))
    return np.array([np.linalg.norm(u), 0.0]), np.array([along, math.sqrt(max(float(v @ v) - along**2, 0.0))])


def arrows(problem: Problem) -> Iterator[Drawing]:
    """Both vectors from the origin: as they lie where they have two entries, else in the plane that they span."""
    solution = problem.solution
    u, v = (solution.given_arrays[name][..., 0] for name in "uv")
    if len(u) < 2 or not finite(u, v) or not u.any() or not v.any():
        return
    own = len(u) == 2
    a, b = (u, v) if own else in_their_plane(u, v)
    degrees = math.degrees(math.acos(max(-1.0, min(1.0, float(a @ b) / float(np.linalg.norm(a) * np.linalg.norm(b))))))
    corners = np.array([[0.0, 0.0], a, b])
    xs, ys = alike(span(corners[:, 0], 0.15), span(corners[:, 1], 0.15), 2.0)
    frame = axes(xs, ys, height=HIGH, width=HIGH * 2 + 60)
    shapes: list[Shape] = [*frame.frame("x" if own else "along u", "y" if own else "across u")]
    origin, ends = frame.at(0, 0), frame.many([a, b])
    for end, ink in sorted(zip(ends, INKS, strict=True), key=lambda each: -math.dist(origin, each[0])):
        shapes += arrow(origin, end, ink, 2.6)
    shapes += [circle(*origin, 3, fill="ink"), *arc(origin, ends, degrees)]
    sizes = [number(float(np.linalg.norm(each)), 4) for each in (u, v)]
    for name, size, end, other, ink in zip("uv", sizes, ends, ends[::-1], INKS, strict=True):
        x, y = beside(origin, end, other, name == "u")
        shapes += plated(x, y, f"{name}, |{name}| = {size}", fill=ink)
    entries = [f"({', '.join(number(float(x), 4) for x in each)})" for each in (u, v)]
    where = "" if own else " in the plane that they span"
    words = f"The arrows u = {entries[0]} and v = {entries[1]}{where}, {sizes[0]} and {sizes[1]} long, "
    words += f"{number(degrees, 4)}° apart."
    width = min(frame.left + frame.width + MARGIN + 6, WIDEST)
    yield Drawing("angle", f"The vectors u and v{where}", words, width, frame.top + HIGH + 46, shapes)


def arc(origin: Point, ends: list[Point], degrees: float) -> Iterator[Shape]:
    """The arc from one arrow to the other, with the angle."""
    if degrees < 2:
        return
    angles = [math.atan2(origin[1] - y, x - origin[0]) for x, y in ends]
    turn = (angles[1] - angles[0] + math.pi) % (2 * math.pi) - math.pi
    way = [angles[0] + turn * k / 16 for k in range(17)]
    yield curve([(origin[0] + TURN * math.cos(a), origin[1] - TURN * math.sin(a)) for a in way], "ink", 1.4)
    middle = angles[0] + turn / 2 + (math.pi if degrees < NARROW else 0)
    far = TURN - 2 if degrees < NARROW else TURN + 24
    x, y = origin[0] + far * math.cos(middle), origin[1] - (far - 8) * math.sin(middle)
    yield from plated(x, y, f"{number(degrees, 3)}°")


def beside(origin: Point, end: Point, other: Point, first: bool) -> Point:
    """Where an arrow's name stands: beyond its middle, on the side that the other arrow is not on.

    Of two arrows along one line the first has it on its left.
    """
    dx, dy = end[0] - origin[0], end[1] - origin[1]
    length = math.hypot(dx, dy) or 1.0
    turn = dx * (other[1] - origin[1]) - dy * (other[0] - origin[0])
    left = turn > 1e-6 * length or (first and abs(turn) <= 1e-6 * length)
    side = (dy / length, -dx / length) if left else (-dy / length, dx / length)
    return origin[0] + 0.62 * dx + side[0] * (18 + 30 * abs(side[0])), origin[1] + 0.62 * dy + 18 * side[1]
