"""Pooling."""

from __future__ import annotations

from grader.families import family
from grader.families.givens import Flag, Image, Pair, PoolMode
from grader.families.image_slips import mistaken_pools
from grader.families.images import POOLED, Pool, Sides, both_sides, count_windows, pooled
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
    settings = Pool(size, stride or size, mode, padding, ceil)
    expression = pooled(X, settings)
    count_windows(
        s,
        expression.shape,
        X.shape,
        both_sides(padding),
        size,
        settings.stride,
        "Count the places where the window fits, down and across.",
        ceil,
    )
    step = s.step("pooled", expression, POOLED[mode], symbol="P")
    for slip in mistaken_pools(X, settings):
        s.slip(step, *slip)
