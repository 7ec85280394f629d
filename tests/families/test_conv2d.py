"""Convolution maps against SciPy, the worked figures of the literature, and the maps of the students' report."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage, signal  # type: ignore[import-untyped, unused-ignore]

import grader
from grader.document import from_python
from grader.errors import SpecError
from grader.families.images import KERNELS
from grader.problem import read_problem
from grader.solution import Solution

Array = npt.NDArray[Any]
Pair = tuple[int, int]

PROBLEMS = Path(__file__).parents[2] / "problems"

# Dumoulin & Visin (2016), "A guide to convolution arithmetic for deep learning", figures 1.1 and 1.2
IMAGE = [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
KERNEL = [[0, 1, 2], [2, 2, 0], [0, 1, 2]]

# The report's image and kernels, as the catalogue has them
REPORT = [[8, 2, 9, 8, 3], [3, 4, 6, 2, 7], [5, 9, 3, 9, 7], [6, 1, 3, 6, 8], [5, 1, 6, 8, 1]]
REPORT_KERNELS = {
    "sobel_x": [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
    "sobel_y": [[1, 2, 1], [0, 0, 0], [-1, -2, -1]],
    "laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
}


def solved(**given: Any) -> Solution:
    plain = {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in given.items()}
    return read_problem(from_python({"family": "conv2d", "given": plain}), "map").solution


def mapped(**given: Any) -> Array:
    value: Array = solved(**given)["feature_map"].value
    return value


def whole_numbers(shape: tuple[int, ...], seed: int) -> Array:
    return np.random.default_rng(seed).integers(-9, 10, shape)


def spread(kernel: Array, dilation: Pair) -> Array:
    """A kernel (h,w) with zeros between its entries."""
    spot = np.zeros(dilation, int)
    spot[0, 0] = 1
    return np.kron(kernel, spot)[: dilation[0] * (len(kernel) - 1) + 1, : dilation[1] * (kernel.shape[1] - 1) + 1]


class Case(NamedTuple):
    """Whole numbers, on which every order of summation is exact."""

    X: Array
    K: Array
    bias: int | list[int] | None = None
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)
    flip: bool = False

    def given(self) -> dict[str, Any]:
        stated = {"stride": list(self.stride), "padding": list(self.padding), "dilation": list(self.dilation)}
        bias = {} if self.bias is None else {"bias": self.bias}
        return {"X": self.X, "K": self.K, "flip": self.flip, **stated, **bias}


def by_scipy(case: Case) -> Array:
    """SciPy's maps, channel by channel, filter by filter, image by image."""
    X = case.X.reshape((1,) * (4 - case.X.ndim) + case.X.shape)
    K = case.K.reshape((1,) * (4 - case.K.ndim) + case.K.shape)
    (down, across), (sv, sh) = case.padding, case.stride
    X = np.pad(X, [(0, 0), (0, 0), (down, down), (across, across)])
    slide = signal.convolve2d if case.flip else signal.correlate2d
    biases = [case.bias or 0] * len(K) if not isinstance(case.bias, list) else case.bias
    maps = np.array(
        [
            [
                sum(slide(x, spread(k, case.dilation), mode="valid") for x, k in zip(image, kernel, strict=True)) + bias
                for kernel, bias in zip(K, biases, strict=True)
            ]
            for image in X
        ]
    )[..., ::sv, ::sh]
    maps = maps if case.K.ndim == 4 else maps[:, 0]
    return maps if case.X.ndim == 4 else maps[0]


def pairs(least: int, most: int) -> st.SearchStrategy[Pair]:
    return st.tuples(st.integers(least, most), st.integers(least, most))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Images and kernels of every rank that fit together, with every setting."""
    size, dilation, padding = draw(pairs(1, 3)), draw(pairs(1, 2)), draw(pairs(0, 2))
    spans = [d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True)]
    extent = [max(span - 2 * p, 1) + draw(st.integers(0, 3)) for span, p in zip(spans, padding, strict=True)]
    channels = draw(st.integers(1, 2))
    filters, batch = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    plain = [()] * (channels == 1)
    X = whole_numbers((*draw(st.sampled_from([(channels,), (batch, channels), *plain])), *extent), draw(st.integers(0)))
    K = whole_numbers((*draw(st.sampled_from([(channels,), (filters, channels), *plain])), *size), draw(st.integers(0)))
    biases = [st.none(), st.integers(-9, 9)]
    if K.ndim == 4:
        biases.append(st.lists(st.integers(-9, 9), min_size=filters, max_size=filters))
    return Case(X, K, draw(st.one_of(biases)), draw(pairs(1, 3)), padding, dilation, draw(st.booleans()))


@given(cases())
@settings(max_examples=150, deadline=None)
def test_both_readings_are_scipys(case: Case) -> None:
    """Any image, kernel, bias, stride, padding and dilation gives SciPy's map, and the shape announced for it."""
    solution, expected = solved(**case.given()), by_scipy(case)
    feature_map = solution["feature_map"]
    assert_array_equal(feature_map.value, expected)
    assert_array_equal(np.array(feature_map.exact.tolist(), dtype=float), expected)
    assert tuple(solution["output_shape"].value) == feature_map.shape == expected.shape
    assert solution.agreement("output_shape") == 0


@given(pairs(1, 9), pairs(1, 4), pairs(1, 4), pairs(1, 3), st.sampled_from(["same", "valid", "pair"]))
@settings(max_examples=200, deadline=None)
def test_output_shape_is_the_maps(extent: Pair, size: Pair, stride: Pair, dilation: Pair, padding: str) -> None:
    """The formula on the page counts the windows that the map has, for each way of stating the padding."""
    room: Any = [dilation[i] * size[i] for i in range(2)] if padding == "pair" else padding
    if padding == "valid":
        extent = (extent[0] + dilation[0] * size[0], extent[1] + dilation[1] * size[1])
    X, K = np.ones(extent, int), np.ones(size, int)
    solution = solved(X=X, K=K, stride=list(stride), dilation=list(dilation), padding=room)
    assert tuple(solution["output_shape"].value) == solution["feature_map"].shape
    if padding == "same":
        assert solution["feature_map"].shape == tuple(-(-n // s) for n, s in zip(extent, stride, strict=True))


@given(pairs(1, 6), st.sampled_from([1, 3, 5]), st.sampled_from([1, 3]), pairs(1, 2), st.booleans(), st.integers(0))
@settings(max_examples=100, deadline=None)
def test_same_padding_is_scipys(extra: Pair, rows: int, columns: int, dilation: Pair, flip: bool, seed: int) -> None:
    """With odd kernels and stride 1, `same` is what SciPy calls same, sliced where the dilation spreads the kernel."""
    K = whole_numbers((rows, columns), seed)
    wide = spread(K, dilation)
    X = whole_numbers((extra[0] + wide.shape[0] - 1, extra[1] + wide.shape[1] - 1), seed + 1)
    slide = signal.convolve2d if flip else signal.correlate2d
    expected = slide(X, wide, mode="same")
    assert_array_equal(mapped(X=X, K=K, padding="same", dilation=list(dilation), flip=flip), expected)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"X": [[1, 2], [3, 4]], "K": [[1, 1], [1, 1]]}, [[10, 6], [7, 4]]),
        ({"X": [[1, 2, 3, 4]], "K": [[1, 10]]}, [[21, 32, 43, 4]]),
        ({"X": [[1, 2, 3, 4]], "K": [[1, 10, 100]], "stride": 2}, [[321, 43]]),
        ({"X": [[1, 2, 3]], "K": [[1, 10, 100]], "stride": 2}, [[210, 32]]),
    ],
)
def test_same_puts_the_odd_zero_after(given: dict[str, Any], expected: list[list[int]]) -> None:
    """Where the zeros cannot be split evenly, the larger part stands below and to the right."""
    assert_array_equal(mapped(**given, padding="same"), expected)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [[12, 12, 17], [10, 17, 19], [9, 6, 14]]),
        ({"padding": "valid"}, [[12, 12, 17], [10, 17, 19], [9, 6, 14]]),
        ({"padding": 1, "stride": 2}, [[6, 17, 3], [8, 17, 13], [6, 4, 4]]),
        ({"padding": [1, 1], "stride": [2, 2]}, [[6, 17, 3], [8, 17, 13], [6, 4, 4]]),
        ({"padding": "same", "stride": 2}, [[6, 17, 3], [8, 17, 13], [6, 4, 4]]),
        ({"stride": [1, 2]}, [[12, 17], [10, 19], [9, 14]]),
    ],
)
def test_worked_figures(settings: dict[str, Any], expected: list[list[int]]) -> None:
    """Dumoulin & Visin's figures 1.1 and 1.2, and their rows and columns left out by a stride."""
    solution = solved(X=IMAGE, K=KERNEL, **settings)
    assert_array_equal(solution["feature_map"].value, expected)
    assert solution["feature_map"].exact.tolist() == expected
    assert solution["output_shape"].exact.tolist() == [len(expected), len(expected[0])]


def test_padded_image_is_framed_with_zeros() -> None:
    """The step before the map is the image in its frame, down and across as the pair says."""
    X_padded = solved(X=IMAGE, K=KERNEL, padding=[1, 2])["X_padded"]
    assert_array_equal(X_padded.value, np.pad(IMAGE, [(1, 1), (2, 2)]))


def test_flip_is_the_convolution_of_mathematics() -> None:
    """An image of a single one gives back the kernel when flipped, and the kernel turned by 180° when not."""
    spot = np.zeros((5, 5), int)
    spot[2, 2] = 1
    assert_array_equal(mapped(X=spot, K=KERNEL, flip="true"), KERNEL)
    assert_array_equal(mapped(X=spot, K=KERNEL, flip="false"), np.array(KERNEL)[::-1, ::-1])


SEEN = {  # SciPy's filters have the positive side on the right and below
    "sobel_x": lambda X: -ndimage.sobel(X, axis=1, mode="constant"),
    "sobel_y": lambda X: -ndimage.sobel(X, axis=0, mode="constant"),
    "prewitt_x": lambda X: -ndimage.prewitt(X, axis=1, mode="constant"),
    "prewitt_y": lambda X: -ndimage.prewitt(X, axis=0, mode="constant"),
    "laplacian": lambda X: ndimage.laplace(X, mode="constant"),
}


@pytest.mark.parametrize("name", SEEN)
def test_kernels_by_name(name: str) -> None:
    """A kernel's name stands for the kernel of the literature, as SciPy's own filter of that name has it."""
    X = whole_numbers((6, 7), 3)
    assert_array_equal(mapped(X=X, K=name, padding="same"), SEEN[name](X))


def test_every_named_kernel_has_a_witness() -> None:
    """No kernel is added without SciPy's beside it."""
    assert set(SEEN) == set(KERNELS)


@pytest.mark.parametrize(
    ("K", "names"),
    [
        (["sobel_x", "laplacian"], ["sobel_x", "laplacian"]),
        (["prewitt_y"], ["prewitt_y"]),
        ({"edge": [[1, 0, -1], [2, 0, -2], [1, 0, -1]], "laplacian": "laplacian"}, ["edge", "laplacian"]),
    ],
)
def test_bank_of_kernels(K: Any, names: list[str]) -> None:
    """Several kernels give a map each under its kernel's name, each the map of that kernel alone."""
    solution = solved(X=REPORT, K=K, padding=1, bias=2)
    maps = [f"map_{name}" for name in names]
    assert list(solution) == ["output_shape", "X_padded", *maps]
    for name, kernel in K.items() if isinstance(K, dict) else zip(K, K, strict=True):
        assert_array_equal(solution[f"map_{name}"].value, mapped(X=REPORT, K=kernel, padding=1) + 2)


def test_maps_of_the_report() -> None:
    """The three maps of the students' report, recomputed with SciPy from the image and kernels of the catalogue."""
    solution = grader.load(PROBLEMS / "exercise-2-report" / "exercise-2-maps.yaml").solution
    for name, kernel in REPORT_KERNELS.items():
        expected = signal.correlate2d(REPORT, kernel, mode="same")
        assert_array_equal(solution[f"map_{name}"].value, expected)
        assert solution[f"map_{name}"].exact.tolist() == expected.tolist()
    assert solution["map_sobel_x"].exact.tolist()[0] == [-8, -5, -10, 11, 18]


def test_bias_of_one_filter() -> None:
    """One bias in a list serves the one filter that there is."""
    assert_array_equal(mapped(X=IMAGE, K=[[1]], bias=[2]), np.array(IMAGE) + 2)


def test_one_bias_in_a_list_for_a_batch() -> None:
    """A filter over a batch has one bias, however many images there are."""
    X = whole_numbers((3, 2, 4, 4), 5)
    K = whole_numbers((2, 2, 2), 6)
    assert_array_equal(mapped(X=X, K=K, bias=[2]), mapped(X=X, K=K) + 2)


def test_biases_are_counted_by_filter_and_not_by_image() -> None:
    """A bias for each image of a batch is refused: the batch has one filter."""
    X, K = whole_numbers((2, 1, 3, 3), 1), whole_numbers((1, 2, 2), 2)
    with pytest.raises(SpecError, match=r"^given\.bias: "):
        solved(X=X, K=K, bias=[1, 2])


@given(st.integers(1, 3), st.integers(1, 4), st.integers(0))
@settings(max_examples=30, deadline=None)
def test_bias_of_each_filter_is_added_to_its_map(batch: int, filters: int, seed: int) -> None:
    """In a batch, each filter's bias is added to the whole of that filter's map in every image."""
    X, K = whole_numbers((batch, 2, 3, 3), seed), whole_numbers((filters, 2, 2, 2), seed + 1)
    bias = whole_numbers((filters,), seed + 2)
    assert_allclose(mapped(X=X, K=K, bias=bias), mapped(X=X, K=K) + bias[:, np.newaxis, np.newaxis], rtol=0)


KERNELS_WANTED = "a kernel (h,w), (C,h,w) or (O,C,h,w), or a name: sobel_x, sobel_y, prewitt_x, prewitt_y, laplacian"
PADDING_WANTED = "expected a whole number, a pair [down, across], valid or same"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"K": [[1, 2, 3, 4]]}, "given.K: a kernel that spans 1×4 is larger than the (padded) image, 3×3"),
        (
            {"K": [[1] * 6] * 6, "padding": 1},
            "given.K: a kernel that spans 6×6 is larger than the (padded) image, 5×5",
        ),
        ({"dilation": 3}, "given.K: a kernel that spans 4×4 is larger than the (padded) image, 3×3"),
        ({"K": [[[1]], [[2]]]}, "given.K: an image of 1 channels and a kernel of 2"),
        ({"X": [[[1, 2], [3, 4]]] * 2, "K": [[1]]}, "given.K: an image of 2 channels and a kernel of 1"),
        ({"X": [[[1, 2], [3, 4]]] * 3, "K": [[[[1]]] * 2]}, "given.K: an image of 3 channels and a kernel of 2"),
        (
            {"K": [[[[1]]], [[[2]]], [[[3]]]], "bias": [1, 2]},
            "given.bias: expected 3 numbers, one for each filter, got 2",
        ),
        ({"bias": [[1]]}, "given.bias: expected a number, or one for each filter, got 1×1 numbers"),
        ({"K": "sobel_z"}, "given.K: unknown kernel 'sobel_z'; did you mean 'sobel_y'?"),
        ({"K": {"a": "sobel_z"}}, "given.K.a: unknown kernel 'sobel_z'; did you mean 'sobel_y'?"),
        ({"K": {"a": [[1]], "b": [[1, 2]]}}, "given.K: kernels of one problem must have one shape"),
        ({"K": [1, 2]}, f"given.K: expected {KERNELS_WANTED}, got a list of 2"),
        (
            {"K": [[1, "a"]]},
            f"given.K: expected {KERNELS_WANTED}; entry 2 is 'a'; write a number as 0.25, -3/4 or 1e-3",
        ),
        ({"stride": 0}, "given.stride: expected a whole number of at least 1, got '0'"),
        ({"stride": "1.5"}, "given.stride: expected a whole number of at least 1, got '1.5'"),
        ({"stride": [1, -1]}, "given.stride: expected a whole number of at least 1, got '-1'"),
        (
            {"stride": [1, 1, 1]},
            "given.stride: expected a whole number of at least 1, or a pair [down, across] of them, got 3 entries",
        ),
        (
            {"K": [[1, 2], [3]]},
            "given.K: a ragged matrix: row 2 has 1 entries where row 1 has 2; give every row as many entries",
        ),
        (
            {"X": [[1, 2], [3, 4], [5, 6, 7]]},
            "given.X: a ragged matrix: row 3 has 3 entries where row 1 has 2; give every row as many entries",
        ),
        (
            {"X": [[1, 2], 3]},
            "given.X: expected an image (H,W), (C,H,W) or (B,C,H,W); a ragged table: "
            "row 2 has a single number where row 1 has 2 entries",
        ),
        ({"X": [1, 2]}, "given.X: expected an image (H,W), (C,H,W) or (B,C,H,W), got a list of 2"),
        ({"X": [[], []]}, "given.X: expected an image (H,W), (C,H,W) or (B,C,H,W), got none"),
        ({"padding": "foo"}, f"given.padding: {PADDING_WANTED}, got 'foo'"),
        ({"padding": -1}, f"given.padding: {PADDING_WANTED}, got '-1'"),
        ({"dilation": 0}, "given.dilation: expected a whole number of at least 1, got '0'"),
        ({"flip": "maybe"}, "given.flip: expected true or false, got 'maybe'"),
        ({"strides": 2}, "given.strides: conv2d has no given 'strides'; did you mean 'stride'?"),
    ],
)
def test_refusals(change: dict[str, Any], message: str) -> None:
    """What does not fit together is refused with the given at fault and what was expected of it."""
    with pytest.raises(SpecError) as refusal:
        solved(**{"X": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "K": [[1, 0], [0, -1]]} | change)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("K", "says"),
    [
        (["sobel_x", "sobel_z"], "unknown kernel 'sobel_z'"),
        (["sobel_x", "sobel_x"], "sobel_x"),
        ({}, "expected"),
        ([], "expected"),
    ],
)
def test_refused_banks(K: Any, says: str) -> None:
    """A bank that is empty, names a kernel twice or one that nobody knows is refused, with the kernel at fault."""
    with pytest.raises(SpecError) as refusal:
        solved(X=IMAGE, K=K)
    assert str(refusal.value).startswith("given.K")
    assert says in refusal.value.what
