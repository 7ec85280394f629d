"""Windows, padding and pooling against SciPy, PyTorch's results and a plain loop."""

from typing import Literal, NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

from grader.numeric import Array, pad, pool, windows_along

Pair = tuple[int, int]
Mode = Literal["max", "avg"]
MODES: tuple[Mode, ...] = ("max", "avg")
UNPADDED = ((0, 0), (0, 0))


class Case(NamedTuple):
    """The arguments of pool; the image holds small whole numbers."""

    X: Array
    size: Pair
    stride: Pair
    mode: Mode
    padding: tuple[Pair, Pair]
    ceil: bool


def pairs(smallest: int, largest: int) -> st.SearchStrategy[Pair]:
    return st.tuples(st.integers(smallest, largest), st.integers(smallest, largest))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Images with and without leading axes, at least one window in each direction."""
    shape = (*draw(st.sampled_from([(), (2,), (2, 3)])), *draw(pairs(1, 6)), draw(st.sampled_from([1, 3])))
    X = np.random.default_rng(draw(st.integers(0, 99))).integers(-9, 10, shape).astype(np.float64)
    padding = (draw(pairs(0, 2)), draw(pairs(0, 2)))
    case = Case(X, draw(pairs(1, 3)), draw(pairs(1, 4)), draw(st.sampled_from(MODES)), padding, draw(st.booleans()))
    assume(all(counts(case)))
    return case


def starts(length: int, window: int, stride: int, padding: Pair, ceil: bool) -> list[int]:
    """Where windows start in the padded image, found by trying every multiple of the stride."""
    padded = length + sum(padding)
    found = []
    for start in range(0, padded + stride, stride):
        fits = start + window <= padded
        reaches_new_entries = start + window < padded + stride
        starts_inside = start < padding[0] + length
        if fits if not ceil else reaches_new_entries and starts_inside:
            found.append(start)
    return found


def counts(case: Case) -> list[int]:
    axes = zip(case.X.shape[-3:-1], case.size, case.stride, case.padding, strict=True)
    return [len(starts(n, k, s, p, case.ceil)) for n, k, s, p in axes]


def loop(case: Case) -> Array:
    """Every window cut out of the padded image by itself."""
    X, (h, w), (sv, sh), mode, padding, ceil = case
    H, W = X.shape[-3:-1]
    framed = np.full((*X.shape[:-3], H + sum(padding[0]), W + sum(padding[1]), X.shape[-1]), -np.inf)
    if mode == "avg":
        framed[...] = 0.0
    framed[..., padding[0][0] : padding[0][0] + H, padding[1][0] : padding[1][0] + W, :] = X
    rows, columns = starts(H, h, sv, padding[0], ceil), starts(W, w, sh, padding[1], ceil)
    fold = np.max if mode == "max" else np.mean
    return np.stack(
        [np.stack([fold(framed[..., y : y + h, x : x + w, :], axis=(-3, -2)) for x in columns], axis=-2) for y in rows],
        axis=-3,
    )


# Dumoulin & Visin (2016), figures 1.5 and 1.6, on the image of figure 1.1
IMAGE = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]], float)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("avg", [[1.7, 1.7, 1.7], [1.0, 1.2, 1.8], [1.1, 0.8, 1.3]]),
        ("max", [[3.0, 3.0, 3.0], [3.0, 3.0, 3.0], [3.0, 2.0, 3.0]]),
    ],
)
def test_worked_examples(mode: Mode, expected: list[list[float]]) -> None:
    """Figures 1.5 and 1.6 of Dumoulin & Visin come out, to their one decimal."""
    pooled = pool(IMAGE[..., np.newaxis], (3, 3), (1, 1), mode)[..., 0]
    assert_array_equal(np.round(pooled, 1), expected)


@pytest.mark.parametrize(
    ("length", "size", "stride", "padding", "largest", "average"),
    [
        (
            5,
            2,
            2,
            0,
            [[7, 9, 10], [17, 19, 20], [22, 24, 25]],
            [[4, 6, 7.5], [14, 16, 17.5], [21.5, 23.5, 25]],
        ),
        (5, 3, 2, 1, [[7, 9, 10], [17, 19, 20], [22, 24, 25]], [[16, 33, 28], [69, 117, 87], [76, 123, 88]]),
        (5, 2, 3, 1, [[1, 4], [16, 19]], [[0.25, 1.75], [6.75, 16]]),
        (5, 3, 3, 1, [[7, 10], [22, 25]], [[16, 39], [99, 171]]),
        (
            4,
            2,
            2,
            1,
            [[1, 3, 4], [9, 11, 12], [13, 15, 16]],
            [[0.25, 1.25, 1], [3.5, 8.5, 5], [3.25, 7.25, 4]],
        ),
    ],
)
def test_pytorch(
    length: int, size: int, stride: int, padding: int, largest: list[list[float]], average: list[list[float]]
) -> None:
    """PyTorch's own numbers: max_pool2d and avg_pool2d of 1, 2, 3, ... with ceil_mode=True."""
    X = np.arange(1.0, length**2 + 1).reshape(length, length, 1)
    frame = ((padding, padding), (padding, padding))
    assert_array_equal(pool(X, (size, size), (stride, stride), "max", frame, ceil=True)[..., 0], largest)
    averages = pool(X, (size, size), (stride, stride), "avg", frame, ceil=True)[..., 0]
    assert_allclose(averages * (9 if size == 3 else 1), average, rtol=1e-15)


@settings(deadline=None, max_examples=100)
@given(st.sampled_from([1, 3, 5]), st.sampled_from([1, 3, 5]), pairs(1, 3), pairs(1, 6), st.integers(0, 99))
def test_scipy(h: int, w: int, stride: Pair, extent: Pair, seed: int) -> None:
    """Pooling with half padding is SciPy's maximum and uniform filter, taken every stride pixels."""
    X = np.random.default_rng(seed).standard_normal(extent)
    padding = ((h // 2, h // 2), (w // 2, w // 2))
    every = (slice(None, None, stride[0]), slice(None, None, stride[1]))
    largest = ndimage.maximum_filter(X, (h, w), mode="constant", cval=-np.inf)[every]
    average = ndimage.uniform_filter(X, (h, w), mode="constant", cval=0.0)[every]
    students = X[..., np.newaxis]
    assert_array_equal(pool(students, (h, w), stride, "max", padding)[..., 0], largest)
    assert_allclose(pool(students, (h, w), stride, "avg", padding)[..., 0], average, rtol=0, atol=1e-13)


@settings(deadline=None, max_examples=200)
@given(cases())
def test_loop(case: Case) -> None:
    """Stride, padding, ceil and leading axes agree with windows cut out one by one."""
    assert_allclose(pool(*case), loop(case), rtol=1e-14, atol=1e-14, strict=True)


@settings(deadline=None, max_examples=100)
@given(cases())
def test_each_student_alone(case: Case) -> None:
    """Marking all students at once equals marking each alone."""
    pooled = pool(*case)
    for student in range(case.X.shape[-1]):
        alone = case._replace(X=case.X[..., student : student + 1])
        assert_array_equal(pooled[..., student : student + 1], pool(*alone), strict=True)


@pytest.mark.parametrize("mode", MODES)
def test_nan(mode: Mode) -> None:
    """NaN makes the windows that hold it NaN, and no others, and no other student's."""
    X = np.ones((3, 3, 2))
    X[0, 0, 1] = np.nan
    pooled = pool(X, (2, 2), (1, 1), mode)
    assert_array_equal(pooled[..., 1], [[np.nan, 1.0], [1.0, 1.0]])
    assert_array_equal(pooled[..., 0], np.ones((2, 2)))


@pytest.mark.parametrize("mode", MODES)
def test_padding_of_negative_images(mode: Mode) -> None:
    """Padding never wins a maximum, and counts as zeros in an average."""
    pooled = pool(np.full((2, 2, 1), -4.0), (2, 2), (2, 2), mode, ((1, 1), (1, 1)))
    assert_array_equal(pooled, -4.0 if mode == "max" else -1.0)


@pytest.mark.parametrize("mode", MODES)
def test_arguments_unchanged(mode: Mode) -> None:
    """A window of one pixel gives a copy of the image, not the image."""
    X = np.ones((2, 2, 1))
    pooled = pool(X, (1, 1), (1, 1), mode)
    pooled += 1.0
    assert_array_equal(X, 1.0)
    assert_array_equal(pooled, 2.0)


@pytest.mark.parametrize(
    ("size", "stride", "mode", "complaint"),
    [
        ((4, 2), (1, 1), "max", "no window"),
        ((2, 4), (1, 1), "avg", "no window"),
        ((2, 2), (0, 1), "max", "at least 1"),
        ((2, 2), (1, -1), "max", "at least 1"),
        ((0, 2), (1, 1), "max", "at least 1"),
        ((2, 2), (1, 1), "min", "mode must be"),
    ],
)
def test_misfits(size: Pair, stride: Pair, mode: Mode, complaint: str) -> None:
    """Windows larger than the image, strides and sizes below 1 and unknown modes are refused."""
    with pytest.raises(ValueError, match=complaint):
        pool(np.ones((3, 3, 1)), size, stride, mode)


@pytest.mark.parametrize(
    ("length", "window", "stride", "padding", "dilation", "ceil", "expected"),
    [
        # Dumoulin & Visin (2016), figures 2.1 to 2.7 and 5.1
        (4, 3, 1, (0, 0), 1, False, 2),
        (5, 4, 1, (2, 2), 1, False, 6),
        (5, 3, 1, (1, 1), 1, False, 5),
        (5, 3, 1, (2, 2), 1, False, 7),
        (5, 3, 2, (0, 0), 1, False, 2),
        (5, 3, 2, (1, 1), 1, False, 3),
        (6, 3, 2, (1, 1), 1, False, 3),
        (7, 3, 1, (0, 0), 2, False, 3),
        # none fits
        (2, 3, 1, (0, 0), 1, False, 0),
        (2, 9, 2, (0, 0), 1, False, 0),
        # ceil: an overhang, the last start in the far padding refused, and a window larger than the image
        (6, 3, 2, (0, 0), 1, True, 3),
        (4, 2, 3, (1, 1), 1, True, 2),
        (2, 3, 2, (0, 0), 1, True, 1),
    ],
)
def test_windows_along(
    length: int, window: int, stride: int, padding: Pair, dilation: int, ceil: bool, expected: int
) -> None:
    """The sizes of the literature's figures, and PyTorch's with ceil_mode=True."""
    assert windows_along(length, window, stride, padding, dilation, ceil) == expected


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 9), st.integers(1, 5), st.integers(1, 5), pairs(0, 4), st.booleans())
def test_windows_along_counts(length: int, window: int, stride: int, padding: Pair, ceil: bool) -> None:
    """The number of windows is the number of places where one may start."""
    assert windows_along(length, window, stride, padding, ceil=ceil) == len(
        starts(length, window, stride, padding, ceil)
    )


@settings(deadline=None, max_examples=50)
@given(pairs(0, 3), pairs(0, 3), st.sampled_from([(), (2,), (2, 3)]))
def test_pad(rows: Pair, columns: Pair, leading: tuple[int, ...]) -> None:
    """Only the two image axes grow; the image lies in the middle and all around it is zero."""
    X = np.ones((*leading, 2, 3, 4))
    padded = pad(X, (rows, columns))
    assert padded.shape == (*leading, 2 + sum(rows), 3 + sum(columns), 4)
    assert_array_equal(padded[..., rows[0] : rows[0] + 2, columns[0] : columns[0] + 3, :], X)
    assert padded.sum() == X.sum()
