"""The rounds of k-means: the points by cluster, and the way of the centroids."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grader.numeric import Array
from grader.problem import Problem
from grader.render.pictures.axes import Range, axes, span
from grader.render.pictures.drawing import MARGIN, WIDEST, Drawing, finite, listed, number
from grader.render.pictures.lines import numbered
from grader.render.pictures.shapes import MIDDLE, SMALL, Point, Shape, area, arrow, circle, rect, segment, text

MOST = 6  # rounds that are shown
ACROSS = 3  # panels side by side
HIGH = 170.0  # px of a panel's frame
FLAT = (-1.0, 1.0)  # the heights of a panel for points on a line
INKS = ("blue", "red", "green", "violet", "ink")


@dataclass(frozen=True)
class Round:
    """A round: the label of each point from 0, the centroids before and after they move, the sum of squares."""

    t: int
    labels: Array
    before: Array
    after: Array
    sse: float


def dot(place: Point, cluster: int) -> Shape:
    """A point, in the colour and the shape of its cluster."""
    (x, y), ink = place, INKS[cluster % len(INKS)]
    match cluster % len(INKS):
        case 0:
            return circle(x, y, 4.5, fill=ink)
        case 1:
            return rect(x - 4, y - 4, 8, 8, fill=ink)
        case 2:
            return area([(x, y - 5.5), (x + 5.5, y + 4), (x - 5.5, y + 4)], ink)
        case 3:
            return area([(x, y - 6), (x + 5, y), (x, y + 6), (x - 5, y)], ink)
        case _:
            return circle(x, y, 4, fill="paper", stroke=ink, line=MIDDLE)


def centroid(before: Point, after: Point, cluster: int) -> Iterator[Shape]:
    """A centroid: a ring where it was, an arrow, a cross where it is."""
    ink = INKS[cluster % len(INKS)]
    if math.dist(before, after) > 1:
        yield circle(*before, 6, stroke=ink, line=1.6)
        yield from arrow(before, after, ink, 1.4)
    x, y = after
    for sign in (1, -1):
        yield segment((x - 5, y - 5 * sign), (x + 5, y + 5 * sign), "paper", 5)
    for sign in (1, -1):
        yield segment((x - 5, y - 5 * sign), (x + 5, y + 5 * sign), ink, 2.6)


def rounds(problem: Problem) -> tuple[Array, list[Round]]:
    """The points (n, 2), and the rounds; points on a line lie at height 0."""
    solution = problem.solution
    points, centroids = (solution.given_arrays[name][..., 0] for name in ("points", "centroids"))
    flat = points.shape[1] == 1
    way = [centroids, *numbered(solution, "centroids")]
    sums, labels = numbered(solution, "sse"), numbered(solution, "labels")
    if flat:
        points, *way = (np.column_stack([each, np.zeros(len(each))]) for each in (points, *way))
    steps = zip(labels, way, way[1:], sums, strict=False)
    return points, [
        Round(t, each - 1, before, after, float(sse)) for t, (each, before, after, sse) in enumerate(steps, 1)
    ]


def panel(points: Array, round: Round, ranges: tuple[Range, Range], place: Point) -> Iterator[Shape]:
    """One round, with its upper left corner at a place."""
    width = (WIDEST - MARGIN) / ACROSS
    frame = axes(*ranges, top=place[1] + 34, width=width, height=HIGH, left=place[0])
    yield from frame.frame("", "", most=5, upright=ranges[1] != FLAT)
    yield text(place[0] + MARGIN, place[1] + 18, f"round {round.t}", anchor="start", bold=True)
    yield text(place[0] + width - 18, place[1] + 18, f"SSE {number(round.sse, 4)}", size=SMALL + 1, anchor="end")
    for where, label in zip(frame.many(points), round.labels.tolist(), strict=True):
        yield dot(where, int(label))
    for j, (before, after) in enumerate(zip(frame.many(round.before), frame.many(round.after), strict=True)):
        yield from centroid(before, after, j)


def clusterings(problem: Problem) -> Iterator[Drawing]:
    """A panel a round."""
    points, every = rounds(problem)
    if points.shape[1] != 2 or not every or not finite(points, *(round.after for round in every)):
        return
    shown = every[:MOST]
    places = np.concatenate([points, *(each for round in shown for each in (round.before, round.after))])
    xs, ys = span(places[:, 0], 0.1), span(places[:, 1], 0.1) if places[:, 1].any() else FLAT
    shapes: list[Shape] = []
    for k, round in enumerate(shown):
        corner = (k % ACROSS * (WIDEST - MARGIN) / ACROSS, k // ACROSS * (HIGH + 62))
        shapes += panel(points, round, (xs, ys), corner)
    down = (len(shown) - 1) // ACROSS + 1
    width = min(len(shown), ACROSS) * (WIDEST - MARGIN) / ACROSS + MARGIN
    words = "; ".join(f"round {round.t}: {moved(round)}" for round in shown)
    title = "The rounds of k-means" + (f", the first {MOST} of {len(every)}" if len(every) > MOST else "")
    text_ = f"The points by cluster, a ring where a centroid was and a cross where it moves. {words}."
    yield Drawing(f"sse_{len(every)}", title, text_, width, down * (HIGH + 62) + 4, shapes)


def moved(round: Round) -> str:
    """A round in words."""
    sizes = [int(np.sum(round.labels == j)) for j in range(len(round.after))]
    centres = (f"({', '.join(number(float(x), 4) for x in place)})" for place in round.after)
    return (
        f"clusters of {listed(map(str, sizes))} points, centroids at {listed(centres, 5)}, SSE {number(round.sse, 4)}"
    )
