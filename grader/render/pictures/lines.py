"""Lines fitted by descent: the samples with the line before and after, and the loss step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grader.numeric import Array
from grader.problem import Problem
from grader.render.pictures.axes import FOOT, Axes, Entry, axes, legend, span
from grader.render.pictures.drawing import WIDEST, Drawing, finite, listed, number
from grader.render.pictures.shapes import circle, curve, plated, segment
from grader.solution import Solution

MOST_LABELS = 8  # points that carry their numbers
MANY = 30  # samples, from which on dots are small


def numbered(solution: Solution, stem: str) -> list[Array]:
    """The values of stem_1, stem_2 and so on, as far as there are such steps with numbers."""
    values = []
    t = 1
    while f"{stem}_{t}" in solution and f"{stem}_{t}" in solution.arrays:
        values.append(solution.arrays[f"{stem}_{t}"][..., 0])
        t += 1
    return values


def given(solution: Solution, *names: str) -> Array | None:
    """The first of some givens that is there."""
    return next((solution.given_arrays[name][..., 0] for name in names if name in solution.given_arrays), None)


@dataclass(frozen=True)
class Descended:
    """Samples, and the slope and intercept of the line before the first step and after each."""

    x: Array
    y: Array
    w: Array
    b: Array
    after: str

    @property
    def halves(self) -> Array:
        """The mean of ½(y − ŷ)² over all samples, for each line."""
        predictions = self.w[:, None] * self.x + self.b[:, None]
        return np.asarray(np.mean((self.y - predictions) ** 2, axis=1) / 2)


def descended(solution: Solution) -> Descended | None:
    """The lines of a descent in one feature; None for anything else."""
    x, y, w, b = given(solution, "x", "X"), given(solution, "y"), given(solution, "w"), given(solution, "b")
    steps = numbered(solution, "w")
    if x is None or y is None or w is None or not steps or x.ndim != 1 or w.ndim or any(s.ndim for s in steps):
        return None
    slopes = np.array([w, *steps])
    moved = numbered(solution, "b")
    start = np.zeros(()) if b is None else b
    intercepts = np.array([start, *moved]) if len(moved) == len(steps) else np.full(len(slopes), float(start))
    last = f"b_{len(steps)}" if moved else f"w_{len(steps)}"
    return Descended(x, y, slopes, intercepts, last) if finite(x, y, slopes, intercepts) else None


def equation(w: float, b: float) -> str:
    """A line's equation.

    >>> equation(2.0, -0.5), equation(1.0, 0.0), equation(0.0, 0.0)
    ('ŷ = 2x − 0.5', 'ŷ = x', 'ŷ = 0')
    """
    slope = {1.0: "x", -1.0: "−x"}.get(w, f"{number(w, 4)}x")
    if not b or not w:
        return f"ŷ = {slope if w else number(b, 4)}"
    return f"ŷ = {slope} {'−' if b < 0 else '+'} {number(abs(b), 4)}"


def fitted_lines(problem: Problem) -> Iterator[Drawing]:
    """The samples with the line before and after."""
    d = descended(problem.solution)
    if d is None:
        return
    before, after = equation(float(d.w[0]), float(d.b[0])), equation(float(d.w[-1]), float(d.b[-1]))
    entries = [
        Entry("samples", "ink", dot=True),
        Entry(f"before: {before}", "red", dashed=True),
        Entry(f"after: {after}", "blue"),
    ]
    xs = span(d.x)
    ends = np.array(xs)
    heights = [float(d.w[k]) * ends + float(d.b[k]) for k in (0, -1)]
    shapes, bottom = legend(entries, 16)
    frame = axes(xs, span(np.concatenate([d.y, *heights]), 0.05), top=bottom + 26)
    shapes += frame.frame("x", "y")
    for height, ink, dashed in zip(heights, ("red", "blue"), (True, False), strict=True):
        shapes.append(segment(frame.at(ends[0], height[0]), frame.at(ends[1], height[1]), ink, 2.4, dashed))
    for x, y in zip(d.x, d.y, strict=True):
        shapes.append(circle(*frame.at(float(x), float(y)), 4.5 if len(d.x) < MANY else 2.5, fill="ink"))
    samples = listed((f"({number(float(x), 4)}, {number(float(y), 4)})" for x, y in zip(d.x, d.y, strict=True)), 8)
    words = f"The samples {samples}; dashed the line before the first step, {before}; solid the line after the last, "
    height_ = frame.top + frame.height + FOOT
    yield Drawing(d.after, "The line before and after the descent", f"{words}{after}.", WIDEST, height_, shapes)


def falling_loss(problem: Problem) -> Iterator[Drawing]:
    """The loss step by step: the page's own where it has one a step, else over all samples after each step."""
    solution = problem.solution
    own = [value for value in numbered(solution, "loss") if not value.ndim]
    if own:
        last = max((name for name in solution if name.endswith(f"_{len(own)}")), key=list(solution).index)
        steps, losses, after = np.arange(1.0, len(own) + 1), np.array(own), last
        name, words = "loss", "The loss at the start of each step"
    else:
        d = descended(solution)
        if d is None:
            return
        steps, losses = np.arange(float(len(d.w))), d.halves
        after = "mse_after" if "mse_after" in solution else d.after
        name, words = "1/(2m) Σ (y − ŷ)²", "Half the mean of the squared errors over all samples after each step"
    if len(losses) > 1 and finite(losses):
        yield loss_curve(steps, losses, after, name, words)


def loss_curve(steps: Array, losses: Array, after: str, name: str, words: str) -> Drawing:
    """Losses over steps, with their numbers where there are few."""
    low = min(0.0, float(np.min(losses)))
    frame = axes(span(steps, 0.1), span([low, *losses], 0.12), height=230)
    bottom = 0.0 if low == 0 else frame.y[0]
    frame = Axes(frame.x, (bottom, frame.y[1]), frame.left, frame.top, frame.width, frame.height)
    points = frame.many(zip(steps, losses, strict=True))
    shapes = [*frame.frame("step", name, whole=True), curve(points, "blue", 2.2)]
    shapes += [circle(*point, 4 if len(points) < MANY else 2.5, fill="blue") for point in points]
    labelled = range(len(points)) if len(points) <= MOST_LABELS else (0, len(points) - 1)
    for k in labelled:
        (x, y), (_, before) = points[k], points[max(k - 1, 0)]
        side, end = (5, "start") if k == 0 or before < y - 3 else (-5, "end") if before > y + 3 else (0, "middle")
        words_ = number(float(losses[k]), 4)
        shapes += plated(x + side, y - 12, words_, anchor=end)
    falls = bool(np.all(np.diff(losses) < 0))
    title = "The loss falls step by step" if falls else "The loss step by step"
    values = listed((f"{step:.0f}: {number(float(loss), 4)}" for step, loss in zip(steps, losses, strict=True)), 12)
    return Drawing(after, title, f"{words}: {values}.", WIDEST, frame.top + frame.height + FOOT, shapes)
