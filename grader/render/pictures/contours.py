"""Contour lines by marching squares."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.numeric import Array


def contour(xs: Array, ys: Array, heights: Array, level: float) -> Array:
    """The contour line of a surface at a level, as pieces (n, 4) with the ends x, y, x, y.

    `heights` (len(ys), len(xs)) are the surface over a grid. Each square of the grid is crossed where its corners lie
    on both sides of the level (Lorensen & Cline, Marching cubes, 1987, in two dimensions); of a saddle both pieces are
    drawn, and squares with a corner without a value are left out.

    >>> contour(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.array([[0.0, 1.0], [0.0, 1.0]]), 0.5)
    array([[0.5, 0. , 0.5, 1. ]])
    """
    above = heights > level
    corners = above[:-1, :-1] + 2 * above[:-1, 1:] + 4 * above[1:, 1:] + 8 * above[1:, :-1]
    finite = np.isfinite(heights)
    whole = finite[:-1, :-1] & finite[:-1, 1:] & finite[1:, 1:] & finite[1:, :-1]
    pieces = [np.empty((0, 4))]
    for a, b, kinds in PIECES:
        i, j = np.nonzero(np.isin(corners, kinds) & whole)
        if len(i):
            pieces.append(
                np.column_stack([*on_side(a, i, j, xs, ys, heights, level), *on_side(b, i, j, xs, ys, heights, level)])
            )
    return np.concatenate(pieces)


BOTTOM, RIGHT, TOP, LEFT = range(4)
PIECES: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (LEFT, BOTTOM, (1, 14, 5)),
    (BOTTOM, RIGHT, (2, 13, 10)),
    (RIGHT, TOP, (4, 11, 5)),
    (TOP, LEFT, (8, 7, 10)),
    (BOTTOM, TOP, (6, 9)),
    (LEFT, RIGHT, (3, 12)),
)
"""Which sides of a square a piece joins, for which corners above the level (1, 2, 4, 8 around from the lower left)."""

ENDS = {BOTTOM: ((0, 0), (0, 1)), RIGHT: ((0, 1), (1, 1)), TOP: ((1, 0), (1, 1)), LEFT: ((0, 0), (1, 0))}


def on_side(side: int, i: Any, j: Any, xs: Array, ys: Array, heights: Array, level: float) -> tuple[Array, Array]:
    """Where the level crosses a side of the squares at rows i and columns j."""
    (a, b), (c, d) = ENDS[side]
    low, high = heights[i + a, j + b], heights[i + c, j + d]
    share = np.divide(level - low, high - low, out=np.full(len(i), 0.5), where=high != low)
    return xs[j + b] + share * (xs[j + d] - xs[j + b]), ys[i + a] + share * (ys[i + c] - ys[i + a])
