"""Convolution against SciPy, the worked examples of the literature and a plain loop."""

import itertools
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import signal  # type: ignore[import-untyped, unused-ignore]

from grader.numeric import Array, conv2d, pad

# Dumoulin & Visin (2016), figures 1.1 and 1.2
IMAGE = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]], float)
KERNEL = np.array([[0, 1, 2], [2, 2, 0], [0, 1, 2]], float)

Pair = tuple[int, int]


class Case(NamedTuple):
    """Images and kernels of whole numbers, on which every order of summation is exact."""

    X: Array
    K: Array
    stride: Pair
    dilation: Pair
    flip: bool

    def of(self, student: int) -> "Case":
        """The case of one student alone."""
        return self._replace(X=alone(self.X, student), K=alone(self.K, student))


def alone(A: Array, student: int) -> Array:
    return A if A.shape[-1] == 1 else A[..., student : student + 1]


def whole_numbers(shape: tuple[int, ...], seed: int) -> Array:
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(np.float64)


def pairs(largest: int) -> st.SearchStrategy[Pair]:
    return st.tuples(st.integers(1, largest), st.integers(1, largest))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Images and kernels of every rank, shared by three students or one for each."""
    size, dilation = draw(pairs(3)), draw(pairs(2))
    reach = tuple(d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True))
    extent = tuple(n + draw(st.integers(0, 4)) for n in reach)
    channels = draw(st.integers(1, 3))
    image_ranks = [(channels,), (draw(st.integers(1, 2)), channels)] + [()] * (channels == 1)
    kernel_ranks = [(channels,), (draw(st.integers(1, 3)), channels)] + [()] * (channels == 1)
    last = st.sampled_from([(1,), (3,)])
    X = whole_numbers((*draw(st.sampled_from(image_ranks)), *extent, *draw(last)), draw(st.integers(0, 99)))
    K = whole_numbers((*draw(st.sampled_from(kernel_ranks)), *size, *draw(last)), draw(st.integers(100, 199)))
    return Case(X, K, draw(pairs(3)), dilation, draw(st.booleans()))


def loop(case: Case) -> Array:
    """The sum of the definition, one product at a time, with all five axes."""
    X, K, (sv, sh), (dv, dh), flip = case
    X = X.reshape((1,) * (5 - X.ndim) + X.shape)
    K = K.reshape((1,) * (5 - K.ndim) + K.shape)
    (B, C, H, W, _), (O, _, h, w, _) = X.shape, K.shape
    N = max(X.shape[-1], K.shape[-1])
    X, K = np.broadcast_to(X, (B, C, H, W, N)), np.broadcast_to(K, (O, C, h, w, N))
    maps = np.zeros((B, O, (H - dv * (h - 1) - 1) // sv + 1, (W - dh * (w - 1) - 1) // sh + 1, N))
    for b, o, y, x, n in np.ndindex(maps.shape):
        for c, i, j in np.ndindex(C, h, w):
            weight = K[o, c, h - 1 - i, w - 1 - j, n] if flip else K[o, c, i, j, n]
            maps[b, o, y, x, n] += X[b, c, y * sv + i * dv, x * sh + j * dh, n] * weight
    return maps


@pytest.mark.parametrize(
    ("padding", "stride", "expected"),
    [
        (0, 1, [[12, 12, 17], [10, 17, 19], [9, 6, 14]]),
        (1, 2, [[6, 17, 3], [8, 17, 13], [6, 4, 4]]),
    ],
)
def test_worked_examples(padding: int, stride: int, expected: list[list[int]]) -> None:
    """Figures 1.1 and 1.2 of Dumoulin & Visin come out."""
    X = pad(IMAGE[..., np.newaxis], ((padding, padding), (padding, padding)))
    assert_array_equal(conv2d(X, KERNEL[..., np.newaxis], (stride, stride))[..., 0], expected)


@settings(deadline=None, max_examples=100)
@given(pairs(4), st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(0, 99))
def test_scipy(size: Pair, more: Pair, seed: int) -> None:
    """One image and one kernel: SciPy's correlate2d, and its convolve2d when flipped."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((size[0] + more[0], size[1] + more[1]))
    K = rng.standard_normal(size)
    students = (X[..., np.newaxis], K[..., np.newaxis])
    assert_allclose(conv2d(*students)[..., 0], signal.correlate2d(X, K, "valid"), rtol=0, atol=1e-13)
    flipped = conv2d(*students, flip=True)
    assert_allclose(flipped[..., 0], signal.convolve2d(X, K, "valid"), rtol=0, atol=1e-13)


@settings(deadline=None, max_examples=200)
@given(cases())
def test_loop(case: Case) -> None:
    """Stride, dilation, channels, batch, flip and per-student kernels agree with the plain loop."""
    maps = conv2d(*case)
    batch = slice(None) if case.X.ndim == 5 else 0
    filters = slice(None) if case.K.ndim == 5 else 0
    expected = loop(case)[:, filters][batch]
    assert_array_equal(maps, expected, strict=True)


@settings(deadline=None, max_examples=200)
@given(cases())
def test_each_student_alone(case: Case) -> None:
    """Marking all students at once equals marking each alone."""
    maps = conv2d(*case)
    students = max(case.X.shape[-1], case.K.shape[-1])
    assert maps.shape[-1] == students
    for student in range(students):
        assert_array_equal(maps[..., student : student + 1], conv2d(*case.of(student)), strict=True)


@settings(deadline=None, max_examples=100)
@given(cases())
def test_flip_rotates_the_kernel(case: Case) -> None:
    """The true convolution is the cross-correlation with the kernel rotated by 180 degrees."""
    rotated = np.rot90(case.K, 2, axes=(-3, -2))
    turned = case._replace(K=rotated, flip=not case.flip)
    assert_array_equal(conv2d(*case), conv2d(*turned), strict=True)


@settings(deadline=None, max_examples=100)
@given(cases(), st.integers(-3, 3), st.integers(-3, 3))
def test_linear_in_the_kernel(case: Case, a: int, b: int) -> None:
    """conv(X, a K + b L) = a conv(X, K) + b conv(X, L)."""
    other = whole_numbers(case.K.shape, seed=200)
    combined = conv2d(*case._replace(K=a * case.K + b * other))
    assert_array_equal(combined, a * conv2d(*case) + b * conv2d(*case._replace(K=other)))


@settings(deadline=None, max_examples=100)
@given(cases(), st.integers(0, 2))
def test_nan_stays_with_its_student(case: Case, student: int) -> None:
    """NaN in the image or the kernel of one student leaves the maps of the others as they were."""
    assume(max(case.X.shape[-1], case.K.shape[-1]) == 3)
    clean = conv2d(*case)
    X, K = case.X.copy(), case.K.copy()
    if X.shape[-1] == 3:
        X[..., 0, 0, student] = np.nan
    else:
        K[..., 0, 0, student] = np.nan
    maps = conv2d(*case._replace(X=X, K=K))
    others = [n for n in range(3) if n != student]
    assert np.isnan(maps[..., student]).any()
    assert_array_equal(maps[..., others], clean[..., others])


@pytest.mark.parametrize(
    ("image", "kernel", "maps"),
    [
        ((5, 6), (2, 3), (4, 4)),
        ((1, 5, 6), (2, 3), (4, 4)),
        ((3, 5, 6), (3, 2, 3), (4, 4)),
        ((3, 5, 6), (8, 3, 2, 3), (8, 4, 4)),
        ((7, 3, 5, 6), (3, 2, 3), (7, 4, 4)),
        ((7, 3, 5, 6), (8, 3, 2, 3), (7, 8, 4, 4)),
        ((5, 6), (8, 1, 2, 3), (8, 4, 4)),
    ],
)
@pytest.mark.parametrize(("N_image", "N_kernel"), [(1, 1), (9, 1), (1, 9), (9, 9), (0, 1), (1, 0), (0, 0)])
def test_shapes(
    image: tuple[int, ...], kernel: tuple[int, ...], maps: tuple[int, ...], N_image: int, N_kernel: int
) -> None:
    """The maps have an axis O if the kernels have one and an axis B if the images have one."""
    N = np.broadcast_shapes((N_image,), (N_kernel,))
    result = conv2d(np.ones((*image, N_image)), np.ones((*kernel, N_kernel)))
    assert result.shape == (*maps, *N)
    assert result.dtype == np.float64


@pytest.mark.parametrize(
    ("image", "kernel", "stride", "dilation", "complaint"),
    [
        ((3, 5, 5, 1), (2, 2, 2, 1), (1, 1), (1, 1), "X has 3 channels, K has 2"),
        ((3, 5, 5, 1), (2, 2, 1), (1, 1), (1, 1), "X has 3 channels, K has 1"),
        ((5, 5, 1), (4, 2, 2, 2, 1), (1, 1), (1, 1), "X has 1 channels, K has 2"),
        ((5, 5, 1), (6, 2, 1), (1, 1), (1, 1), "no window"),
        ((5, 5, 1), (2, 6, 1), (1, 1), (1, 1), "no window"),
        ((5, 5, 1), (3, 3, 1), (1, 1), (3, 1), "no window"),
        ((5, 5, 1), (2, 2, 1), (0, 1), (1, 1), "at least 1"),
        ((5, 5, 1), (2, 2, 1), (1, -1), (1, 1), "at least 1"),
        ((5, 5, 1), (2, 2, 1), (1, 1), (1, 0), "at least 1"),
        ((5, 5, 3), (2, 2, 2), (1, 1), (1, 1), "broadcast"),
        ((5, 1), (2, 2, 1), (1, 1), (1, 1), "not the shape"),
        ((1, 1, 1, 5, 5, 1), (2, 2, 1), (1, 1), (1, 1), "not the shape"),
    ],
)
def test_misfits(image: tuple[int, ...], kernel: tuple[int, ...], stride: Pair, dilation: Pair, complaint: str) -> None:
    """Channels, sizes, strides, dilations, students and ranks that do not fit are refused."""
    with pytest.raises(ValueError, match=complaint):
        conv2d(np.ones(image), np.ones(kernel), stride, dilation)


def test_arguments_unchanged() -> None:
    """Neither the images nor the kernels are written to, and the maps do not share their memory."""
    for N_image, N_kernel in itertools.product((1, 3), repeat=2):
        X, K = whole_numbers((3, 3, N_image), 0), np.ones((1, 1, N_kernel))
        before = X.copy()
        maps = conv2d(X, K)
        maps += 1.0
        assert_array_equal(X, before)
        assert_array_equal(K, 1.0)
