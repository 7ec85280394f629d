"""Sliding windows over images: padding, convolution and pooling, the students on the last axis.

Dumoulin & Visin (2016) below is "A guide to convolution arithmetic for deep learning", arXiv:1603.07285.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from grader.numeric.arrays import Array

Pair = tuple[int, int]
Padding = tuple[Pair, Pair]


def windows_along(
    length: int,
    window: int,
    stride: int = 1,
    padding: Pair = (0, 0),
    dilation: int = 1,
    ceil: bool = False,
) -> int:
    """Number of windows along one axis of an image; padding is (before, after), 0 means none fits.

    Source: Dumoulin & Visin (2016), relationships 6 and 15. The ceil rule is PyTorch's: the
    last window starts inside the image or the padding before it.

    >>> windows_along(5, 3, stride=2, padding=(1, 1))
    3
    >>> windows_along(6, 3, stride=2), windows_along(6, 3, stride=2, ceil=True)
    (2, 3)
    """
    if min(window, stride, dilation) < 1:
        raise ValueError(f"window {window}, stride {stride} and dilation {dilation} must be at least 1")
    before, after = padding
    room = before + length + after - dilation * (window - 1) - 1
    count = (room + stride - 1 if ceil else room) // stride + 1
    if ceil:
        count = min(count, (before + length + stride - 1) // stride)
    return max(count, 0)


def pad(X: Array, padding: Padding, value: float = 0.0) -> Array:
    """X (..., H, W, N) framed by ((top, bottom), (left, right)) entries of the value, zero by default.

    Source: Dumoulin & Visin (2016), section 2.2.

    >>> pad(np.ones((1, 2, 1)), ((0, 1), (2, 0)))[..., 0]
    array([[0., 0., 1., 1.],
           [0., 0., 0., 0.]])
    """
    return np.pad(X, [(0, 0)] * (X.ndim - 3) + [*padding, (0, 0)], constant_values=value)


def conv2d(X: Array, K: Array, stride: Pair = (1, 1), dilation: Pair = (1, 1), flip: bool = False) -> Array:
    """Cross-correlation of X with K, summed over the channels; flip=True is the true convolution.

    X is (H, W, N), (C, H, W, N) or (B, C, H, W, N); K is (h, w, N), (C, h, w, N) or (O, C, h, w, N).
    The result is (oh, ow, N), after an axis O if K has one, after an axis B if X has one.
    Source: Goodfellow, Bengio & Courville, Deep Learning (2016), sections 9.1 and 9.5.

    >>> X = np.arange(9.0).reshape(3, 3, 1)
    >>> K = np.array([[1.0, 0.0], [0.0, 2.0]])[..., np.newaxis]
    >>> conv2d(X, K)[..., 0]
    array([[ 8., 11.],
           [17., 20.]])
    >>> conv2d(X, K, flip=True)[..., 0]
    array([[ 4.,  7.],
           [13., 16.]])
    """
    images, kernels = _five_axes(X), _five_axes(K)
    if images.shape[1] != kernels.shape[1]:
        raise ValueError(f"conv2d: X has {images.shape[1]} channels, K has {kernels.shape[1]}")
    if flip:
        kernels = kernels[..., ::-1, ::-1, :]
    patches = _windows(images, (kernels.shape[2], kernels.shape[3]), stride, dilation)
    maps = _contract(patches, kernels)
    maps = maps if K.ndim == 5 else maps[:, 0]
    return maps if X.ndim == 5 else maps[0]


def pool(
    X: Array,
    size: Pair,
    stride: Pair,
    mode: Literal["max", "avg"] = "max",
    padding: Padding = ((0, 0), (0, 0)),
    ceil: bool = False,
) -> Array:
    """Maximum or average of every window: X (..., H, W, N), result (..., oh, ow, N).

    Padding counts as -inf for the maximum and as zero entries for the average; the overhang of
    ceil=True counts for neither. NaN in a window gives NaN.
    Source: Dumoulin & Visin (2016), section 3; PyTorch's MaxPool2d and AvgPool2d.

    >>> X = np.arange(9.0).reshape(3, 3, 1)
    >>> pool(X, (2, 2), (1, 1))[..., 0]
    array([[4., 5.],
           [7., 8.]])
    >>> pool(X, (2, 2), (2, 2), mode="avg", ceil=True)[..., 0]
    array([[2. , 3.5],
           [6.5, 8. ]])
    """
    if mode not in ("max", "avg"):
        raise ValueError(f"pool: the mode must be 'max' or 'avg', not {mode!r}")
    fill, combine = (-np.inf, np.maximum) if mode == "max" else (0.0, np.add)
    rows = _entries(X.shape[-3], size[0], stride[0], padding[0], ceil)
    columns = _entries(X.shape[-2], size[1], stride[1], padding[1], ceil)
    overhang = (size[0] - int(rows.min(initial=size[0])), size[1] - int(columns.min(initial=size[1])))
    (top, bottom), (left, right) = padding
    framed = pad(X, ((top, bottom + overhang[0]), (left, right + overhang[1])), fill)
    windows = _windows(framed, size, stride)
    pooled = np.full((*X.shape[:-3], len(rows), len(columns), X.shape[-1]), fill)
    for i, j in np.ndindex(size):
        combine(pooled, windows[..., i, j, : len(rows), : len(columns), :], out=pooled)
    return pooled if mode == "max" else pooled / (rows[:, np.newaxis, np.newaxis] * columns[:, np.newaxis])


def _five_axes(A: Array) -> Array:
    """A with axes of length 1 put before its own until it has five."""
    if not 3 <= A.ndim <= 5:
        raise ValueError(f"conv2d: {A.shape} is not the shape of images or kernels, students last")
    return A.reshape((1,) * (5 - A.ndim) + A.shape)


def _windows(X: Array, size: Pair, stride: Pair, dilation: Pair = (1, 1)) -> Array:
    """View of the windows of X (..., H, W, N) with the axes (..., h, w, oh, ow, N)."""
    axes = zip(X.shape[-3:-1], size, stride, dilation, strict=True)
    if not all(windows_along(n, k, s, dilation=d) for n, k, s, d in axes):
        raise ValueError(f"no window {size} dilated by {dilation} fits into {X.shape} (students last)")
    reach = (dilation[0] * (size[0] - 1) + 1, dilation[1] * (size[1] - 1) + 1)
    view = sliding_window_view(X, reach, axis=(-3, -2))
    view = view[..., :: stride[0], :: stride[1], :, :: dilation[0], :: dilation[1]]
    return np.moveaxis(view, (-2, -1), (-5, -4))


def _entries(length: int, window: int, stride: int, padding: Pair, ceil: bool) -> npt.NDArray[np.int_]:
    """How many entries of each window along one axis lie in the padded image."""
    starts = stride * np.arange(windows_along(length, window, stride, padding, ceil=ceil))
    return np.minimum(window, sum(padding) + length - starts)


def _contract(patches: Array, kernels: Array) -> Array:
    """Sum of patches (B, C, h, w, oh, ow, N) times kernels (O, C, h, w, N): maps (B, O, oh, ow, N)."""
    B, C, h, w, oh, ow, N = patches.shape
    weights = kernels.reshape(len(kernels), C * h * w, kernels.shape[-1])
    if weights.shape[-1] == 1:
        return _shared_kernel(patches, weights[..., 0])
    if N == 1:
        cells = np.moveaxis(patches[..., 0], (4, 5), (1, 2)).reshape(B, 1, oh * ow, C * h * w)
        maps = np.matmul(cells, weights)
    else:
        # BLAS needs each student's matrix in one piece, so the students go first for a moment
        columns = np.moveaxis(patches, -1, 1).reshape(B, N, C * h * w, oh * ow)
        maps = np.moveaxis(np.matmul(np.moveaxis(weights, -1, 0), columns), 1, -1)
    return np.ascontiguousarray(maps).reshape(B, len(kernels), oh, ow, maps.shape[-1])


def _shared_kernel(patches: Array, weights: Array) -> Array:
    """As _contract, with the weights (O, C*h*w) of kernels that all students share."""
    B, C, h, w, oh, ow, N = patches.shape
    maps = np.empty((B, len(weights), oh, ow * N))
    # Row by row, since the copy of one row of patches (im2col) stays in the cache. Without a name for
    # it, its memory is free for the next row.
    for row in range(oh):
        np.matmul(weights, patches[..., row, :, :].reshape(B, C * h * w, ow * N), out=maps[:, :, row])
    return maps.reshape(B, len(weights), oh, ow, N)
