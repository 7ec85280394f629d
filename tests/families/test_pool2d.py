"""Pooling against a loop over fractions, SciPy's filters and blocks cut out by reshaping."""

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

from grader.document import from_python
from grader.errors import SpecError
from grader.problem import read_problem
from grader.solution import Solution

Array = npt.NDArray[Any]
Pair = tuple[int, int]


def solved(**given: Any) -> Solution:
    plain = {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in given.items()}
    return read_problem(from_python({"family": "pool2d", "given": plain}), "pool").solution


def whole_numbers(shape: tuple[int, ...], seed: int) -> Array:
    return np.random.default_rng(seed).integers(-9, 10, shape)


def starts(length: int, window: int, stride: int, padding: int, ceil: bool) -> list[int]:
    """Where windows start on a padded axis: each that fits and, with ceil, one more if entries are left over for it."""
    end = length + 2 * padding
    fitting = [start for start in range(0, end, stride) if start + window <= end]
    following = fitting[-1] + stride
    left_over = fitting[-1] + window < end
    return fitting + [following] * (ceil and left_over and following < length + padding)


def by_hand(X: Array, size: Pair, stride: Pair, mode: str, padding: Pair, ceil: bool) -> list[list[Fraction]]:
    """One channel pooled window by window: padding is zero to a mean and nothing to a maximum."""
    H, W = X.shape
    pooled = []
    for top in starts(H, size[0], stride[0], padding[0], ceil):
        row = []
        for left in starts(W, size[1], stride[1], padding[1], ceil):
            rows = range(top, min(top + size[0], H + 2 * padding[0]))
            columns = range(left, min(left + size[1], W + 2 * padding[1]))
            seen = [
                Fraction(int(X[i - padding[0], j - padding[1]]))
                for i in rows
                for j in columns
                if padding[0] <= i < H + padding[0] and padding[1] <= j < W + padding[1]
            ]
            row.append(max(seen) if mode == "max" else sum(seen, Fraction(0)) / (len(rows) * len(columns)))
        pooled.append(row)
    return pooled


def pairs(least: int, most: int) -> st.SearchStrategy[Pair]:
    return st.tuples(st.integers(least, most), st.integers(least, most))


@st.composite
def layouts(draw: st.DrawFn) -> dict[str, Any]:
    """A window that fits on an image, with every setting."""
    size = draw(pairs(1, 4))
    padding = tuple(draw(st.integers(0, k // 2)) for k in size)
    extent = tuple(max(k - 2 * p, 1) + draw(st.integers(0, 5)) for k, p in zip(size, padding, strict=True))
    mode = draw(st.sampled_from(["max", "avg"]))
    stride, ceil = draw(pairs(1, 5)), draw(st.booleans())
    return {"extent": extent, "size": size, "stride": stride, "mode": mode, "padding": padding, "ceil": ceil}


@given(layouts(), st.sampled_from([(), (2,), (2, 3)]), st.integers(0))
@settings(max_examples=150, deadline=None)
def test_both_readings_are_the_loop(layout: dict[str, Any], lead: tuple[int, ...], seed: int) -> None:
    """Every channel of every image is pooled by itself: exactly by one reading, to rounding by the other."""
    extent = layout.pop("extent")
    X = whole_numbers((*lead, *extent), seed)
    pooled = solved(X=X, **layout)["pooled"]
    channels = [by_hand(each, **layout) for each in X.reshape(-1, *extent)]
    expected = np.array(channels).reshape(*lead, *np.shape(channels)[1:])
    assert pooled.exact.tolist() == expected.tolist()
    assert_allclose(pooled.value, expected.astype(float), rtol=1e-14)


@given(layouts(), st.sampled_from([(), (3,), (2, 2)]))
@settings(max_examples=200, deadline=None)
def test_output_shape_is_the_pooled_shape(layout: dict[str, Any], lead: tuple[int, ...]) -> None:
    """The formula on the page counts the windows there are, rounded down and rounded up, by both readings."""
    solution = solved(X=np.ones((*lead, *layout.pop("extent")), int), **layout)
    shape = solution["output_shape"]
    assert tuple(shape.value) == solution["pooled"].shape
    assert shape.exact.tolist() == list(solution["pooled"].shape)


@given(pairs(1, 3), pairs(0, 4), pairs(1, 3), st.booleans(), st.integers(0))
@settings(max_examples=100, deadline=None)
def test_pooling_is_scipys_filter_at_every_stride(size: Pair, extra: Pair, stride: Pair, pad: bool, seed: int) -> None:
    """A filter over all places, read off where the windows stand, gives the pooled map."""
    padding = [k // 2 if pad else 0 for k in size]
    X = whole_numbers((size[0] + extra[0], size[1] + extra[1]), seed)
    window = tuple(slice(k // 2, k // 2 + n + 2 * p - k + 1) for k, n, p in zip(size, X.shape, padding, strict=True))
    frame, steps = [(p, p) for p in padding], (slice(None, None, stride[0]), slice(None, None, stride[1]))
    filters = {
        "max": lambda: ndimage.maximum_filter(np.pad(X * 1.0, frame, constant_values=-np.inf), size),
        "avg": lambda: ndimage.uniform_filter(np.pad(X * 1.0, frame), size, mode="constant"),
    }
    for mode, filtered in filters.items():
        pooled = solved(X=X, size=list(size), stride=list(stride), mode=mode, padding=padding)["pooled"].value
        assert_allclose(pooled, filtered()[window][steps], atol=1e-12)


@given(pairs(1, 4), pairs(1, 3), st.integers(0))
@settings(max_examples=50, deadline=None)
def test_stride_is_the_window_unless_it_is_given(size: Pair, blocks: Pair, seed: int) -> None:
    """Without a stride the windows tile the image, as blocks cut out by reshaping do."""
    X = whole_numbers((size[0] * blocks[0], size[1] * blocks[1]), seed)
    tiles = X.reshape(blocks[0], size[0], blocks[1], size[1])
    assert_array_equal(solved(X=X, size=list(size))["pooled"].value, tiles.max(axis=(1, 3)))
    assert_allclose(solved(X=X, size=list(size), mode="avg")["pooled"].value, tiles.mean(axis=(1, 3)), atol=1e-14)


MAP = [[12, 12, 17], [10, 17, 19], [9, 6, 14]]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"size": 2, "stride": 1, "mode": "max"}, [["17", "19"], ["17", "19"]]),
        ({"size": 2, "stride": 1, "mode": "avg"}, [["51/4", "65/4"], ["21/2", "14"]]),
        ({"size": 2}, [["17"]]),
        ({"size": 2, "ceil": "true"}, [["17", "19"], ["9", "14"]]),
        ({"size": 2, "ceil": "true", "mode": "avg"}, [["51/4", "18"], ["15/2", "14"]]),
        ({"size": 2, "padding": 1}, [["12", "17"], ["10", "19"]]),
        ({"size": 2, "padding": 1, "mode": "avg"}, [["3", "29/4"], ["19/4", "14"]]),
        ({"size": [1, 3]}, [["17"], ["19"], ["14"]]),
        ({"size": [3, 1], "stride": [1, 2]}, [["12", "19"]]),
    ],
)
def test_worked_figures(settings: dict[str, Any], expected: list[list[str]]) -> None:
    """The feature map of the class notes, pooled by hand in each way."""
    solution = solved(X=MAP, **settings)
    assert [[str(each) for each in row] for row in solution["pooled"].exact.tolist()] == expected
    assert solution["output_shape"].exact.tolist() == [len(expected), len(expected[0])]


def test_padding_never_wins_a_maximum() -> None:
    """Zeros around negative entries would be larger than all of them, and are not there for a maximum."""
    pooled = solved(X=[[-5, -7], [-6, -8]], size=2, stride=1, padding=1)["pooled"]
    assert pooled.exact.tolist() == [[-5, -5, -7], [-5, -5, -7], [-6, -6, -8]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": 4}, "given.size: a window of 4×4 is larger than the (padded) image, 3×3"),
        ({"size": [1, 4]}, "given.size: a window of 1×4 is larger than the (padded) image, 3×3"),
        ({"size": 6, "padding": 1}, "given.size: a window of 6×6 is larger than the (padded) image, 5×5"),
        ({"padding": 2}, "given.padding: padding of more than half the window of 2×2"),
        ({"padding": [0, 2]}, "given.padding: padding of more than half the window of 2×2"),
        ({"padding": "same"}, "given.padding: expected a whole number of at least 0, got 'same'"),
        ({"padding": -1}, "given.padding: expected a whole number of at least 0, got '-1'"),
        ({"size": 0}, "given.size: expected a whole number of at least 1, got '0'"),
        (
            {"size": [2, 1, 1]},
            "given.size: expected a whole number of at least 1, or a pair [down, across] of them, got 3 entries",
        ),
        ({"stride": 0}, "given.stride: expected a whole number of at least 1, got '0'"),
        ({"mode": "min"}, "given.mode: expected one of max, avg, got 'min'; known here: avg, max"),
        ({"mode": "avgs"}, "given.mode: expected one of max, avg, got 'avgs'; did you mean 'avg'?"),
        ({"ceil": "yes"}, "given.ceil: expected true or false, got 'yes'"),
        ({"X": [1, 2]}, "given.X: expected an image (H,W), (C,H,W) or (B,C,H,W), got a list of 2"),
        ({"step": 2}, "given.step: pool2d has no given 'step'; did you mean 'stride'?"),
    ],
)
def test_refusals(change: dict[str, Any], message: str) -> None:
    """What does not fit together is refused with the given at fault and what was expected of it."""
    with pytest.raises(SpecError) as refusal:
        solved(**{"X": MAP, "size": 2} | change)
    assert str(refusal.value) == message


def test_size_must_be_given() -> None:
    """There is no window that goes without saying."""
    with pytest.raises(SpecError, match="pool2d needs the given 'size'"):
        solved(X=MAP)
