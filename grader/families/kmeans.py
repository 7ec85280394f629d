"""k-means clustering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from grader.errors import ShapeError
from grader.expression import (
    Expression,
    Name,
    Table,
    absolute,
    argmax,
    argmin,
    equal,
    expand,
    less,
    mean,
    smallest,
    sqrt,
    stack,
    total,
    transpose,
    where,
)
from grader.families import family
from grader.families.givens import Bind, Count, Flag, Tensor
from grader.solution import Page


@dataclass(frozen=True)
class Rows(Tensor):
    """Points in rows, written with a letter of their own."""

    letter: str = ""

    def bind(self, name: str, value: Table, bind: Bind) -> Name:
        return bind(name, value, self.letter)


Points = Annotated[Expression, Rows("points, one a row", (2,), "X")]
Centroids = Annotated[Expression, Rows("centroids to start from, one a row", (2,), "C")]


@family
def kmeans(
    s: Page, *, points: Points, centroids: Centroids, n_steps: Count | None = None, squared: Flag = False
) -> None:
    """k-means clustering: label each point with its nearest centroid, move each centroid to the mean of its points.

    Distances are Euclid's; `squared: true` asks for their squares, which give the same labels. A point as near to two
    centroids takes the lower label; labels count from 1. A cluster without points keeps its centroid. `sse_t` is the
    sum of the squared distances of all points to the centroid of their own cluster, after it has moved; `errors_t` are
    these squares, `membership_t` has a 1 where a point (row) is in a cluster (column), and `sizes_t` counts the points
    of each. There are `n_steps` rounds, or without it as many as it takes until the SSE no longer falls, the first such
    round included; their number is fixed by the points and centroids that the problem states.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 9.1.

    Example::

        points: [[1, 1], [2, 1], [4, 3], [5, 4]]
        centroids: [[1, 1], [2, 1]]
        n_steps: 2
    """
    if points.shape[1] != centroids.shape[1]:
        what = f"expected centroids of {points.shape[1]} numbers, as the points have, got {centroids.shape[1]}"
        raise ShapeError(what, "centroids")
    rounds = n_steps or rounds_until_stable(rows(s.tables["points"]), rows(s.tables["centroids"]))
    for t in range(1, rounds + 1):
        distances = measure(s, t, points, centroids, squared)
        labels, members = assign(s, t, distances, len(centroids))
        moved = move(s, t, points, members, centroids)
        early = argmin(square_distances(points, moved), axis=1)
        s.slip(labels, "moved-before-labels", early, "These labels are by the moved centroids; label first, then move.")
        score(s, t, points, members, centroids, moved)
        centroids = moved


def measure(s: Page, t: int, points: Expression, centroids: Expression, squared: bool) -> Name:
    """The distance of each point (row) to each centroid (column)."""
    squares = square_distances(points, centroids)
    words = "Measure how far each point (row) is from each centroid (column)"
    sentence = f"{words}, as the square of the distance." if squared else f"{words}."
    distances = s.step(f"distances_{t}", squares if squared else sqrt(squares), sentence, symbol=f"D_{t}")
    apart = expand(points, 1) - transpose(centroids)
    if squared:
        s.slip(distances, "root-taken", sqrt(squares), "These are the distances; the question asks for their squares.")
    else:
        s.slip(distances, "root-forgotten", squares, "These are the distances squared.")
    along = total(absolute(apart), axis=1)
    s.slip(distances, "along-the-axes", along, "This adds up the differences; Euclid adds up their squares.")
    s.slip(distances, "signed", total(apart, axis=1), "A distance is never negative: square each difference.")
    return distances


def assign(s: Page, t: int, distances: Name, k: int) -> tuple[Name, Name]:
    """The label of each point, and the same as a table of 0 and 1."""
    sentence = "Label each point with the number of its nearest centroid, counted from 1."
    labels = s.step(f"labels_{t}", argmin(distances, axis=1), sentence, symbol=f"l_{t}")
    s.slip(
        labels, "farthest", argmax(distances, axis=1), "These centroids are the farthest; a point joins the nearest."
    )
    s.slip(labels, "counted-from-zero", labels - 1, "Labels count from 1 here.")
    mark = "Mark with 1 which cluster (column) each point (row) is in."
    members = s.step(f"membership_{t}", equal(expand(labels, 1), stack(*range(1, k + 1))), mark, symbol=f"r_{t}")
    s.slip(members, "exchanged", 1 - members, "Mark with 1 where a point is, and with 0 where it is not.")
    return labels, members


def move(s: Page, t: int, points: Expression, members: Name, centroids: Expression) -> Name:
    """The centroids, moved to the mean of their points."""
    sizes = s.step(f"sizes_{t}", total(members, axis=0), "Count the points of each cluster.", symbol=f"n_{t}")
    sums, filled = transpose(members) @ points, less(0, expand(sizes, 1))
    moved = s.step(
        f"centroids_{t}",
        where(filled, sums / expand(sizes, 1), centroids),
        "Move each centroid to the mean of the points with its label.",
        symbol=f"C_{t}",
    )
    s.slip(moved, "not-divided", sums, "These are sums; a mean is divided by the number of points in the cluster.")
    s.slip(moved, "divided-by-all", sums / len(points), "Divide by the number of points in the cluster alone.")
    overall = stack(*[mean(points, axis=0)] * len(centroids))
    s.slip(moved, "mean-of-all", overall, "This is the mean of all points; a centroid is the mean of its own.")
    counted = (sums + centroids) / expand(sizes + 1, 1)
    s.slip(moved, "old-centroid-counted", counted, "The old centroid is no point; leave it out of the mean.")
    medians = where(filled, medians_of(points, members), centroids)
    s.slip(moved, "median", medians, "These are medians, coordinate by coordinate; k-means takes the mean.")
    s.slip(moved, "not-moved", centroids, "These are the centroids from before; they move to the mean of their points.")
    return moved


def score(s: Page, t: int, points: Expression, members: Name, centroids: Expression, moved: Name) -> None:
    """The sum of squared distances within the clusters."""
    errors = s.step(
        f"errors_{t}",
        total((points - members @ moved) ** 2, axis=1),
        "Square the distance of each point to the centroid of its cluster, as it is now.",
        symbol=f"e_{t}",
    )
    stale = total((points - members @ centroids) ** 2, axis=1)
    s.slip(errors, "not-squared", sqrt(errors), "These are the distances; the errors are their squares.")
    s.slip(errors, "old-centroids", stale, "These are taken from the centroids before they moved.")
    sse = s.step(f"sse_{t}", total(errors), "Add up the squared distances.", symbol=f"SSE_{t}")
    s.slip(sse, "not-squared", total(sqrt(errors)), "These are distances added up; the SSE adds up their squares.")
    s.slip(sse, "old-centroids", total(stale), "This is taken from the centroids before they moved.")
    s.slip(sse, "mean", total(errors) / len(points), "This is a mean over the points; the SSE is a sum.")
    s.slip(sse, "root", sqrt(total(errors)), "The SSE is the sum of squares itself, without a root.")
    everywhere = total(square_distances(points, moved))
    s.slip(sse, "every-centroid", everywhere, "Each point counts for the centroid of its own cluster alone.")


def square_distances(points: Expression, centroids: Expression) -> Expression:
    """The squared distance of each point (n, d) to each centroid (k, d), as (n, k)."""
    return total((expand(points, 1) - transpose(centroids)) ** 2, axis=1)


def medians_of(points: Expression, members: Expression) -> Expression:
    """The median of each cluster, coordinate by coordinate, by counting how many points lie at or below each."""
    far = 1 + total(absolute(points))
    rows = []
    for j in range(members.shape[1]):
        inside = stack(*(members[i, j] for i in range(len(points))))
        size, row = total(inside), []
        for x in transpose(points):
            upto = (1 - less(expand(x, 1), x)) @ inside
            lower = smallest(where(inside * (1 - less(2 * upto, size)), x, far))
            upper = smallest(where(inside * less(size, 2 * upto), x, far))
            row.append((lower + upper) / 2)
        rows.append(stack(*row))
    return stack(*rows)


Point = tuple[Fraction, ...]


def rows(table: Table) -> list[Point]:
    """The rows of a matrix."""
    columns = table.shape[1]
    return [table.entries[i : i + columns] for i in range(0, len(table.entries), columns)]


def rounds_until_stable(points: Sequence[Point], centroids: Sequence[Point]) -> int:
    """How many rounds it takes until the SSE no longer falls, that round included.

    >>> rounds_until_stable([(Fraction(0),), (Fraction(1),), (Fraction(9),)], [(Fraction(0),), (Fraction(1),)])
    3
    """
    before, rounds, falls = None, 0, True
    while falls:
        labels = [min(range(len(centroids)), key=lambda j: square(x, centroids[j])) for x in points]
        clusters = [[x for x, l in zip(points, labels, strict=True) if l == j] for j in range(len(centroids))]
        centroids = [centre(cluster, old) for cluster, old in zip(clusters, centroids, strict=True)]
        sse = sum((square(x, centroids[l]) for x, l in zip(points, labels, strict=True)), Fraction(0))
        falls = before is None or sse < before
        before, rounds = sse, rounds + 1
    return rounds


def square(a: Point, b: Point) -> Fraction:
    return sum(((x - y) ** 2 for x, y in zip(a, b, strict=True)), Fraction(0))


def centre(points: Sequence[Point], otherwise: Point) -> Point:
    """The mean of some points, or what is to stand where there are none."""
    return tuple(sum(axis, Fraction(0)) / len(points) for axis in zip(*points, strict=True)) if points else otherwise
