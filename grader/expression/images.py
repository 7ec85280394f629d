"""Rows of the table: padding, convolution and pooling of images."""

from __future__ import annotations

from grader import numeric
from grader.errors import ShapeError
from grader.expression import exact as sp
from grader.expression import layout as lay
from grader.expression import windows
from grader.expression.arranging import stack
from grader.expression.layout import Layout
from grader.expression.operations import WRITTEN_OUT, chain, largest, row
from grader.expression.tree import Apply, Expression, Index, Shape, as_expression, by, entry
from grader.expression.windows import Padding, Pair


def padded_shape(X: Shape, padding: Padding) -> Shape:
    if len(X) < 2:
        raise ShapeError(f"padding takes an image of at least 2 axes, got {by(X)}")
    return (*X[:-2], X[-2] + sum(padding[0]), X[-1] + sum(padding[1]))


def padded_entry(index: Index, X: Expression, padding: Padding) -> Expression:
    i, j = index[-2] - padding[0][0], index[-1] - padding[1][0]
    inside = 0 <= i < X.shape[-2] and 0 <= j < X.shape[-1]
    return entry(X, (*index[:-2], i, j)) if inside else as_expression(0)


def conv2d_entry(index: Index, X: Expression, K: Expression, stride: Pair, dilation: Pair, flip: bool) -> Expression:
    pairs = list(windows.taps(index, X.shape, K.shape, stride, dilation, flip))
    if len(pairs) > WRITTEN_OUT:
        raise ShapeError(f"{len(pairs)} products are too many to write out")
    return chain([entry(X, pixel) * entry(K, tap) for pixel, tap in pairs])


def pool_entry(
    index: Index, X: Expression, size: Pair, stride: Pair, mode: str, padding: Padding, ceil: bool
) -> Expression:
    pixels, count = windows.pooled(index, X.shape, size, stride, padding)
    if len(pixels) > WRITTEN_OUT:
        raise ShapeError(f"{len(pixels)} entries are too many to write out")
    values = [entry(X, pixel) for pixel in pixels]
    return largest(stack(*values)) if mode == "max" else chain(values) / count


def conv2d_layout(X: Layout, K: Layout, stride: Pair, dilation: Pair, flip: bool) -> Layout:
    return lay.Infix(lay.bracketed(X, lay.PRODUCT), "∗" if flip else "⋆", lay.bracketed(K, lay.PRODUCT), lay.SUM)


pad = row(
    "pad", shape=padded_shape, numeric=numeric.pad, exact=sp.pad,
    layout=lambda X, padding: lay.Call("pad", (X,)), entry=padded_entry,
)  # fmt: skip
_conv2d = row(
    "conv2d", shape=windows.conv2d_shape, numeric=numeric.conv2d, exact=sp.conv2d, layout=conv2d_layout,
    entry=conv2d_entry,
)  # fmt: skip
_pool = row(
    "pool", shape=windows.pool_shape, numeric=numeric.pool, exact=sp.pool,
    layout=lambda X, size, mode, **_: lay.Call(f"{mode}pool", (X,), by(size)), entry=pool_entry,
)  # fmt: skip


def conv2d(X: Expression, K: Expression, stride: Pair = (1, 1), dilation: Pair = (1, 1), flip: bool = False) -> Apply:
    """Cross-correlation of an image with a kernel (`flip` for true convolution), channels summed."""
    return _conv2d(X, K, stride=stride, dilation=dilation, flip=flip)


def pool(
    X: Expression,
    size: Pair,
    stride: Pair | None = None,
    mode: str = "max",
    padding: Padding = ((0, 0), (0, 0)),
    ceil: bool = False,
) -> Apply:
    """The largest or mean entry of each window; `stride` is the window's size unless it is given."""
    return _pool(X, size=size, stride=stride or size, mode=mode, padding=padding, ceil=ceil)
