"""Windows over images: how many there are, and which entries meet in each.

Dumoulin & Visin, A guide to convolution arithmetic for deep learning (2016), chapters 2 to 4.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from grader.errors import ShapeError
from grader.expression.tree import Index, Shape, by

Pair = tuple[int, int]
Padding = tuple[Pair, Pair]
"""((top, bottom), (left, right))."""


def count(length: int, window: int, stride: int) -> int:
    """How many windows fit along an axis: ⌊(length − window)/stride⌋ + 1.

    >>> count(5, 3, 2)
    2
    """
    return (length - window) // stride + 1


def count_over(length: int, window: int, stride: int, before: int, after: int) -> int:
    """How many windows there are where the last may hang over (ceil for floor), as long as it starts on the image."""
    windows = -((window - length - before - after) // stride) + 1
    return windows - 1 if (windows - 1) * stride >= length + before else windows


def conv2d_shape(X: Shape, K: Shape, stride: Pair = (1, 1), dilation: Pair = (1, 1), flip: bool = False) -> Shape:
    """(H,W), (C,H,W) or (B,C,H,W) with (h,w), (C,h,w) or (O,C,h,w); O and B lead the result where they are there.

    >>> conv2d_shape((3, 32, 32), (6, 3, 5, 5))
    (6, 28, 28)
    """
    if not 2 <= len(X) <= 4 or not 2 <= len(K) <= 4:
        raise ShapeError(f"convolution takes an image and a kernel of 2 to 4 axes, got {by(X)} and {by(K)}")
    image, kernel = X[-3] if len(X) > 2 else 1, K[-3] if len(K) > 2 else 1
    if image != kernel:
        raise ShapeError(f"an image of {image} channels and a kernel of {kernel}", "K")
    spans = [d * (k - 1) + 1 for k, d in zip(K[-2:], dilation, strict=True)]
    if any(span > length for span, length in zip(spans, X[-2:], strict=True)):
        raise ShapeError(f"a kernel that spans {by(spans)} is larger than the (padded) image, {by(X[-2:])}", "K")
    sides = [count(length, span, s) for length, span, s in zip(X[-2:], spans, stride, strict=True)]
    return (*X[:-3], *K[:-3], *sides) if len(X) == 4 else (*K[:-3], *sides)


def pool_shape(X: Shape, size: Pair, stride: Pair, mode: str, padding: Padding, ceil: bool) -> Shape:
    """The image axes shrink to the number of windows; the axes before them stay.

    >>> pool_shape((6, 28, 28), (2, 2), (2, 2), "max", ((0, 0), (0, 0)), False)
    (6, 14, 14)
    """
    if len(X) < 2:
        raise ShapeError(f"pooling takes an image of at least 2 axes, got {by(X)}")
    padded = [length + sum(zeros) for length, zeros in zip(X[-2:], padding, strict=True)]
    sides = []
    for length, window, s, (before, after) in zip(X[-2:], size, stride, padding, strict=True):
        if window > length + before + after:
            raise ShapeError(f"a window of {by(size)} is larger than the (padded) image, {by(padded)}", "size")
        if 2 * max(before, after) > window:
            raise ShapeError(f"padding of more than half the window of {by(size)}", "padding")
        floor = count(length + before + after, window, s)
        sides.append(count_over(length, window, s, before, after) if ceil else floor)
    return (*X[:-2], *sides)


def taps(index: Index, X: Shape, K: Shape, stride: Pair, dilation: Pair, flip: bool) -> Iterator[tuple[Index, Index]]:
    """The pixels and the kernel's entries that multiply in one entry of a feature map."""
    batch = index[:1] if len(X) == 4 else ()
    kernel = index[len(batch) : len(batch) + 1] if len(K) == 4 else ()
    i, j = index[-2:]
    h, w = K[-2:]
    for c, a, b in itertools.product(range(K[-3] if len(K) > 2 else 1), range(h), range(w)):
        pixel = (i * stride[0] + a * dilation[0], j * stride[1] + b * dilation[1])
        tap = (h - 1 - a, w - 1 - b) if flip else (a, b)
        yield (*batch, *(c,) * (len(X) > 2), *pixel), (*kernel, *(c,) * (len(K) > 2), *tap)


def pooled(index: Index, X: Shape, size: Pair, stride: Pair, padding: Padding) -> tuple[list[Index], int]:
    """The pixels under a pooling window, and over how many entries its mean is taken.

    Padding counts as zeros in a mean and not at all in a maximum; what hangs over the padded image counts in neither.
    """
    spans = []
    for at, length, window, s, (before, after) in zip(index[-2:], X[-2:], size, stride, padding, strict=True):
        start = at * s - before
        spans.append(range(start, min(start + window, length + after)))
    pixels = [(i, j) for i, j in itertools.product(*spans) if 0 <= i < X[-2] and 0 <= j < X[-1]]
    return [(*index[:-2], *pixel) for pixel in pixels], len(spans[0]) * len(spans[1])
