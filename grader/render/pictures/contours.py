"""Contour lines by marching squares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.numeric import Array

BOTTOM, RIGHT, TOP, LEFT = range(4)
ENDS = {BOTTOM: ((0, 0), (0, 1)), RIGHT: ((0, 1), (1, 1)), TOP: ((1, 0), (1, 1)), LEFT: ((0, 0), (1, 0))}
PIECES = (
    (LEFT, BOTTOM, (1, 14, 5)),
    (BOTTOM, RIGHT, (2, 13, 10)),
    (RIGHT, TOP, (4, 11, 5)),
    (TOP, LEFT, (8, 7, 10)),
    (BOTTOM, TOP, (6, 9)),
    (LEFT, RIGHT, (3, 12)),
)
"""Which sides of a square a piece joins, for which corners above the level: 1, 2, 4, 8 around from the lower left."""


def contours(xs: Array, ys: Array, heights: Array, levels: Sequence[float]) -> Array:
    """The contour lines of a surface at some levels, as pieces (n, 4) with the ends x, y, x, y.

    `heights` (len(ys), len(xs)) are the surface over a grid. Each square of the grid is crossed where its corners lie
    on both sides of a level (Lorensen & Cline, Marching cubes, 1987, in two dimensions); of a saddle both pieces are
    drawn, and squares with a corner without a value are left out.

    >>> contours(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.array([[0.0, 1.0], [0.0, 1.0]]), [0.5])
    array([[0.5, 0. , 0.5, 1. ]])
    """
    at = np.asarray(levels, dtype=float)
    with np.errstate(invalid="ignore"):
        above = (heights > at[:, None, None]).astype(np.uint8)
    corners = above[:, :-1, :-1] + 2 * above[:, :-1, 1:] + 4 * above[:, 1:, 1:] + 8 * above[:, 1:, :-1]
    finite = np.isfinite(heights)
    corners *= finite[:-1, :-1] & finite[:-1, 1:] & finite[1:, 1:] & finite[1:, :-1]
    where = np.nonzero((corners != 0) & (corners != 15))
    crossed = corners[where]
    pieces = [np.empty((0, 4))]
    for a, b, kinds in PIECES:
        chosen = np.zeros(16, dtype=bool)
        chosen[list(kinds)] = True
        k, i, j = (axis[chosen[crossed]] for axis in where)
        ends = [on_side(side, i, j, xs, ys, heights, at[k]) for side in (a, b)]
        pieces.append(np.column_stack([*ends[0], *ends[1]]))
    return np.concatenate(pieces)


def on_side(side: int, i: Any, j: Any, xs: Array, ys: Array, heights: Array, level: Array) -> tuple[Array, Array]:
    """Where the levels cross a side of the squares at rows i and columns j."""
    (a, b), (c, d) = ENDS[side]
    low, high = heights[i + a, j + b], heights[i + c, j + d]
    share = (level - low) / (high - low)
    return xs[j + b] + share * (xs[j + d] - xs[j + b]), ys[i + a] + share * (ys[i + c] - ys[i + a])
