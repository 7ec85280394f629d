"""Pooling."""

from __future__ import annotations

from grader.expression import pool
from grader.families import family
from grader.families.givens import Flag, Image, Pair, PoolMode
from grader.families.images import Sides, both_sides, output_shape
from grader.solution import Page


@family
def pool2d(
    s: Page,
    *,
    X: Image,
    size: Pair,
    stride: Pair | None = None,
    mode: PoolMode = "max",
    padding: Sides = (0, 0),
    ceil: Flag = False,
) -> None:
    """Max or average pooling of an image.

    The stride is the window's size unless it is given. The number of windows is rounded down: what does not fill a
    window is left out. `ceil: true` rounds up, and a window that hangs over the edge pools what it covers. Padding
    never wins a maximum, and counts as zeros in an average. The image is (H,W), (C,H,W) or (B,C,H,W); each channel is
    pooled by itself.

    Example::

        X: [[1, 3, 2, 4], [5, 6, 1, 2], [7, 2, 8, 1], [3, 4, 5, 9]]
        size: 2
        stride: 2
        mode: max
    """
    zeros = both_sides(padding)
    pooled = pool(X, size, stride or size, mode, zeros, ceil)
    s.step(
        "output_shape",
        output_shape(s, pooled.shape, X.shape, zeros, size, stride or size, ceil),
        "Count the places where the window fits, down and across.",
    )
    s.step(
        "pooled",
        pooled,
        "Take the largest entry under each window."
        if mode == "max"
        else "Take the mean of the entries under each window.",
        symbol="P",
    )
