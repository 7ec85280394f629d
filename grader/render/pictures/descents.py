"""Descent on a function: its curve, or its contour lines, with the path of the points."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grader.expression import Name, numeric
from grader.expression.tree import Expression
from grader.families.functions import Function, function
from grader.numeric import Array
from grader.problem import Problem
from grader.render.pictures.axes import FOOT, Axes, Range, axes, span
from grader.render.pictures.contours import contours
from grader.render.pictures.drawing import MARGIN, WIDEST, Drawing, clean, finite, listed, number
from grader.render.pictures.lines import numbered
from grader.render.pictures.shapes import Point, Shape, arrow, circle, curve, plated, rect, strokes

POINTS = 121  # of a curve
GRID = 33  # points along a side of a surface
LEVELS = (0.04, 0.1, 0.16, 0.28, 0.42, 0.58, 0.75, 0.9)  # shares of the surface that lie below its contour lines

WAY = "the points of the descent, an arrow from each to the next"


@dataclass(frozen=True)
class Surface:
    """A function of one or two variables, and points on it (n, variables)."""

    tree: Expression
    variables: tuple[str, ...]
    points: Array
    after: str
    path: bool
    """Whether the points are a way, or each stands for itself."""

    def heights(self, *values: Array) -> Array:
        """The function at many places at once: they stand on the last axis, where students stand elsewhere."""
        with np.errstate(all="ignore"):
            heights = numeric(self.tree, dict(zip(self.variables, values, strict=True)))
            return np.broadcast_to(heights, values[0].shape)

    @property
    def ends(self) -> Array:
        """The function at the points."""
        return self.heights(*self.points.T)

    @property
    def about(self) -> str:
        """The points with the function at each, in words."""
        called = clean(", ".join(self.variables))
        places = (
            f"({called}) = ({', '.join(number(float(x), 4) for x in point)})"
            if len(self.variables) > 1
            else f"{called} = {number(float(point[0]), 4)}"
            for point in self.points
        )
        return listed(
            (f"{place} with f = {number(float(f), 4)}" for place, f in zip(places, self.ends, strict=True)), 8
        )


def surface(problem: Problem) -> Surface | None:
    """The function of a problem with the descent's points, or its stationary ones; None beyond two variables."""
    solution = problem.solution
    f: Function = function(problem.given["f"], problem.given.get("variables"))
    count = len(f.variables)
    if "x0" in solution.given_arrays:
        points = [solution.given_arrays["x0"][..., 0], *numbered(solution, "x")]
        after, path = f"x_{len(points) - 1}", True
    elif "stationary_points" in solution and "stationary_points" in solution.arrays:
        points, after, path = [solution.arrays["stationary_points"][..., 0]], "stationary_points", False
    else:
        return None
    places = np.concatenate([np.reshape(point, (-1, count)) for point in points])
    tree = f.at(*map(Name, f.variables))
    drawn = Surface(tree, f.variables, places, after, path)
    return drawn if count <= 2 and len(places) and finite(places) and finite(drawn.ends) else None


def surfaces(problem: Problem) -> Iterator[Drawing]:
    """The function with the path on it."""
    s = surface(problem)
    if s is not None:
        yield on_curve(s) if len(s.variables) == 1 else on_contours(s)


def on_curve(s: Surface) -> Drawing:
    """One variable: the curve, and the points on it."""
    xs = span(s.points, 0.35, 0.0 if np.ptp(s.points) > 1e-6 else 3.0)
    grid = np.linspace(*xs, POINTS)
    heights = s.heights(grid)
    seen = heights[np.isfinite(heights)]
    inner = np.percentile(seen, (3, 97)) if len(seen) else s.ends
    ys = span([*inner, *s.ends] if np.ptp(seen) > 8 * np.ptp([*inner, *s.ends]) else [*seen, *s.ends], 0.1)
    frame = axes(xs, ys)
    called = clean(s.variables[0])
    shapes = [*frame.frame(called, f"f({called})")]
    shapes += [curve(run, "ink") for run in frame.runs(grid, heights)]
    shapes += marks(s, frame, frame.many(np.column_stack([s.points[:, 0], s.ends])))
    title = f"The descent on the curve of f({called})" if s.path else f"The curve of f({called}) and where it is level"
    words = f"The curve of f with {WAY if s.path else 'a ring where its slope is zero'}"
    return Drawing(s.after, title, f"{words}: {s.about}.", WIDEST, frame.top + frame.height + FOOT, shapes)


def on_contours(s: Surface) -> Drawing:
    """Two variables: contour lines, and the points among them; both axes have the same unit."""
    wide, high = 560.0, 400.0
    xs, ys = (span(s.points[:, k], 0.4, 0.25 * float(np.ptp(s.points)) or 3.0) for k in (0, 1))
    xs, ys = alike(xs, ys, wide / high)
    frame = axes(xs, ys, height=high, width=wide + 70)
    a, b = np.linspace(*xs, GRID), np.linspace(*ys, GRID)
    X, Y = np.meshgrid(a, b)
    heights = s.heights(X.reshape(-1), Y.reshape(-1)).reshape(GRID, GRID)
    shapes = [*frame.frame(clean(s.variables[0]), clean(s.variables[1]))]
    seen = heights[np.isfinite(heights)]
    levels = [*np.quantile(seen, LEVELS), *([] if s.path else s.ends)] if len(seen) else []
    ends = contours(a, b, heights, levels)
    across = frame.left + (ends[:, 0::2] - xs[0]) / (xs[1] - xs[0]) * frame.width
    down = frame.top + (ys[1] - ends[:, 1::2]) / (ys[1] - ys[0]) * frame.height
    shapes.append(strokes(np.stack([across, down], axis=2).ravel().tolist(), "green"))
    shapes += marks(s, frame, frame.many(s.points))
    title = "The descent among the contour lines of f" if s.path else "The contour lines of f and where it is level"
    words = f"{len(levels)} contour lines of f with {WAY if s.path else 'a ring where its gradient is zero'}"
    width = frame.left + frame.width + MARGIN + 6
    return Drawing(s.after, title, f"{words}: {s.about}.", width, frame.top + frame.height + FOOT, shapes)


def alike(xs: Range, ys: Range, aspect: float) -> tuple[Range, Range]:
    """Ranges made wider, so that one unit is as long on both axes of a frame of this aspect."""
    unit = max((xs[1] - xs[0]) / aspect, ys[1] - ys[0])
    (x, y), wide, high = (sum(xs) / 2, sum(ys) / 2), unit * aspect, unit
    return (x - wide / 2, x + wide / 2), (y - high / 2, y + high / 2)


def marks(s: Surface, frame: Axes, places: Sequence[Point]) -> Iterator[Shape]:
    """The points: joined by arrows and numbered from 0 where they are a way, the first a square, the last ringed."""
    if not s.path:
        for place in places:
            yield circle(*place, 7, stroke="red", line=2.4)
            yield circle(*place, 2.5, fill="red")
        return
    for a, b in itertools.pairwise(places):
        yield from arrow(a, b, "red", 1.8)
    written: list[Point] = []
    for k, (x, y) in enumerate(places):
        yield rect(x - 4.5, y - 4.5, 9, 9, fill="red") if k == 0 else circle(x, y, 4, fill="red")
        if k == len(places) - 1:
            yield circle(x, y, 8, stroke="red", line=1.8)
        if all(abs(x - a) + abs(y - b) > 22 for a, b in written) or k == 0:
            written.append((x, y))
            above = y - 16 if y - 16 > frame.top + 6 else y + 16
            yield from plated(x, above, str(k), bold=True)
