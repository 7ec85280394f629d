"""The mistakes students make on images, each handed in as SciPy or NumPy computes it, and called by its name."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal, special  # type: ignore[import-untyped, unused-ignore]

import grader
from grader.checks import check
from grader.document import from_python
from grader.marking.marks import Mark
from grader.problem import Problem, read_problem

Array = npt.NDArray[Any]

# Dumoulin & Visin (2016), figure 1.1: the image and the kernel of the class notes
IMAGE = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])
KERNEL = np.array([[0, 1, 2], [2, 2, 0], [0, 1, 2]])
SKEW = np.array([[1, 2, 0], [0, -1, 3], [2, 0, 1]])  # no symmetry that a mistake could hide behind
STACKED = np.arange(32).reshape(2, 4, 4) % 7
KERNELS = np.array([[[[1, 2], [0, 1]], [[2, 0], [1, 1]]], [[[0, 1], [3, 1]], [[1, 1], [0, 2]]]])


def posed(family: str, **given: Any) -> Problem:
    plain = {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in given.items()}
    return read_problem(from_python({"family": family, "given": plain}), "page")


def marked(problem: Problem, part: str, answer: Any, **earlier: Any) -> Mark:
    answers = {name: np.asarray(value).tolist() for name, value in (earlier | {part: answer}).items()}
    mark: Mark = grader.grade(problem, answers)[part]
    return mark


def named(problem: Problem, part: str, answer: Any, **earlier: Any) -> str | None:
    """The slip that is found, and None with any other verdict. Entries that agree with the key keep their credit."""
    mark = marked(problem, part, answer, **earlier)
    assert (mark.verdict == "slip") == (mark.slip is not None)
    assert mark.verdict != "slip" or (0.5 <= mark.credit < 1 and bool(mark.message))
    return mark.slip


def correlated(X: Array, K: Array, mode: str = "valid", stride: int = 1) -> Array:
    return np.asarray(signal.correlate2d(X, K, mode=mode)[::stride, ::stride])


def framed(X: Array, zeros: int = 1) -> Array:
    return np.pad(X, [(0, 0)] * (X.ndim - 2) + [(zeros, zeros)] * 2)


CONVOLUTIONS = {
    "kernel-flipped": ({}, signal.convolve2d(IMAGE, SKEW, mode="valid")),
    "kernel-transposed": ({}, correlated(IMAGE, SKEW.T)),
    "padding-added": ({}, correlated(IMAGE, SKEW, "same")),  # another shape: 5×5 where 3×3 is right
    "windows-side-by-side": ({}, correlated(IMAGE, SKEW, stride=3)),  # 1×1
    "averaged": ({}, correlated(IMAGE, SKEW) / 9),
    "stride-ignored": ({"stride": 2}, correlated(IMAGE, SKEW)),  # 3×3 where 2×2 is right
    "padding-ignored": ({"padding": 1}, correlated(IMAGE, SKEW)),  # 3×3 where 5×5 is right
    "dilation-ignored": ({"dilation": 2}, correlated(IMAGE, SKEW)),  # 3×3 where 1×1 is right
    "bias-left-out": ({"bias": 7}, correlated(IMAGE, SKEW)),
    "bias-subtracted": ({"bias": 7}, correlated(IMAGE, SKEW) - 7),
}


@pytest.mark.parametrize("slip", CONVOLUTIONS)
def test_a_slip_of_a_convolution_is_named(slip: str) -> None:
    """Also where the map has another shape than the key's."""
    given, answer = CONVOLUTIONS[slip]
    assert named(posed("conv2d", X=IMAGE, K=SKEW, **given), "feature_map", answer) == slip


def test_correlation_is_the_slip_where_the_kernel_is_to_be_turned() -> None:
    """With `flip: true` it is the kernel laid on as printed that is the mistake."""
    problem = posed("conv2d", X=IMAGE, K=SKEW, flip="true")
    assert named(problem, "feature_map", correlated(IMAGE, SKEW)) == "kernel-flipped"


@pytest.mark.parametrize("bias", [None, 5])
def test_a_slip_keeps_the_bias(bias: int | None) -> None:
    """A map by the flipped kernel is recognised with the bias added to it."""
    problem = posed("conv2d", X=IMAGE, K=SKEW, **({} if bias is None else {"bias": bias}))
    answer = signal.convolve2d(IMAGE, SKEW, mode="valid") + (bias or 0)
    assert named(problem, "feature_map", answer) == "kernel-flipped"


def test_channels_not_summed() -> None:
    """A map for each channel, where one for each filter is right; the first channel's alone is told apart."""
    by_channel = np.array([[correlated(x, k) for x, k in zip(STACKED, K, strict=True)] for K in KERNELS])
    problem = posed("conv2d", X=STACKED, K=KERNELS)
    assert problem.solution["feature_map"].shape == (2, 3, 3)
    assert named(problem, "feature_map", by_channel) == "channels-not-summed"
    assert named(problem, "feature_map", by_channel[:, 0]) == "first-channel-only"
    one = posed("conv2d", X=STACKED, K=KERNELS[0])
    assert named(one, "feature_map", by_channel[0]) == "channels-not-summed"
    batch = posed("conv2d", X=np.array([STACKED, STACKED[::-1]]), K=KERNELS)
    swapped = np.array([[correlated(x, k) for x, k in zip(STACKED[::-1], K, strict=True)] for K in KERNELS])
    assert named(batch, "feature_map", np.array([by_channel, swapped])) == "channels-not-summed"


def test_biases_of_several_filters_left_out() -> None:
    """Each filter's bias is missing from the whole of its map."""
    answer = [sum(correlated(x, k) for x, k in zip(STACKED, K, strict=True)) for K in KERNELS]
    assert named(posed("conv2d", X=STACKED, K=KERNELS, bias=[1, -2]), "feature_map", answer) == "bias-left-out"


SOBEL_Y = np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]])
PREWITT_X = np.array([[1, 0, -1]] * 3)
LAPLACIAN = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])


@pytest.mark.parametrize(
    ("kernel", "slip"), [(SOBEL_Y, "sobel-y-used"), (PREWITT_X, "prewitt-x-used"), (LAPLACIAN, "laplacian-used")]
)
@pytest.mark.parametrize("K", ["sobel_x", [[1, 0, -1], [2, 0, -2], [1, 0, -1]]], ids=["by name", "in numbers"])
def test_neighbouring_kernel_is_named(K: Any, kernel: Array, slip: str) -> None:
    """Another kernel of those that have a name, whether the problem's own is given by name or in numbers."""
    problem = posed("conv2d", X=IMAGE, K=K, padding="same")
    assert named(problem, "feature_map", correlated(IMAGE, kernel, "same")) == slip


def test_maps_in_the_wrong_places_are_named() -> None:
    """With several kernels, a map that belongs to another of them; kernels without a name included."""
    problem = posed("conv2d", X=IMAGE, K={"a": SKEW.tolist(), "b": KERNEL.tolist()})
    assert named(problem, "map_a", correlated(IMAGE, KERNEL)) == "kernel-b-used"
    assert named(problem, "map_b", correlated(IMAGE, SKEW)) == "kernel-a-used"
    report = grader.load("problems/exercise-2-report/exercise-2-maps.yaml")
    key = report.solution["map_sobel_y"].value
    assert named(report, "map_sobel_x", key) == "sobel-y-used"


@pytest.mark.parametrize(
    ("given", "answer", "slip"),
    [
        ({"padding": 1}, IMAGE, "padding-left-out"),  # 5×5 where 7×7 is right
        ({"padding": 1}, np.pad(IMAGE, (0, 1)), "one-end-only"),
        ({"padding": 1}, np.pad(IMAGE, ((1, 1), (0, 0))), "rows-only"),
    ],
)
def test_slips_of_the_frame(given: dict[str, Any], answer: Array, slip: str) -> None:
    """The frame forgotten, on one end of each axis, or above and below only."""
    assert named(posed("conv2d", X=IMAGE, K=KERNEL, **given), "X_padded", answer) == slip


def test_map_of_an_image_that_was_not_framed_follows() -> None:
    """Who writes the bare image down is right with the smaller map that it leads to."""
    problem = posed("conv2d", X=IMAGE, K=KERNEL, padding=1)
    mark = marked(problem, "feature_map", correlated(IMAGE, KERNEL), X_padded=IMAGE)
    assert (mark.verdict, mark.credit) == ("follows", 1)


@pytest.mark.parametrize(
    ("given", "answer", "slip"),
    [
        ({"stride": 2, "padding": 1}, [2, 2], "plus-one-forgotten"),
        ({"stride": 2, "padding": 1}, [5, 5], "stride-left-out"),
        ({"padding": 2}, [5, 5], "padding-once"),
        ({"padding": 2}, [3, 3], "padding-left-out"),
        ({"stride": 2, "padding": [1, 0], "K": [[1, 1], [1, 1]]}, [3.5, 2.5], "not-rounded"),
        ({"stride": 2, "padding": [1, 0], "K": [[1, 1], [1, 1]]}, [4, 3], "rounded-up"),
        ({"X": [STACKED.tolist()], "K": KERNELS.tolist()}, [3, 3], "one-map-only"),
        ({"X": [STACKED.tolist()], "K": KERNELS.tolist()}, [1, 2, 2, 2], "plus-one-forgotten"),
    ],
)
def test_slips_of_the_output_shape(given: dict[str, Any], answer: list[float], slip: str) -> None:
    """The formula for each axis, miscounted; and the size of one map where there are several."""
    assert named(posed("conv2d", **({"X": IMAGE, "K": KERNEL} | given)), "output_shape", answer) == slip


MAP = np.array([[1, 3, 2, 4, 0], [5, 6, 1, 2, 7], [7, 2, 8, 1, 3], [3, 4, 5, 9, 2], [6, 0, 1, 8, 5]])


def pooled(X: Array, size: int, stride: int, mode: str = "max") -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(X, (size, size))[::stride, ::stride]
    return np.asarray(windows.max((2, 3)) if mode == "max" else windows.mean((2, 3)))


OVERHANG = ndimage.maximum_filter(MAP, size=2, origin=-1, mode="constant", cval=-99)[::2, ::2]


@pytest.mark.parametrize(
    ("given", "answer", "slip"),
    [
        ({}, pooled(MAP, 2, 2, "avg"), "other-mode"),
        ({"mode": "avg"}, pooled(MAP, 2, 2), "other-mode"),
        ({"stride": 1}, pooled(MAP, 2, 2), "stride-of-the-window"),  # 2×2 where 4×4 is right
        ({"size": 3, "stride": 2}, pooled(MAP, 3, 3), "stride-of-the-window"),  # 1×1 where 2×2 is right
        ({}, pooled(MAP, 2, 1), "stride-ignored"),  # 4×4 where 2×2 is right
        ({}, OVERHANG, "ceil-for-floor"),  # 3×3 where 2×2 is right
        ({"ceil": "true"}, pooled(MAP, 2, 2), "floor-for-ceil"),
        ({"padding": 1}, pooled(MAP, 2, 2), "padding-ignored"),
        ({}, -pooled(-MAP, 2, 2), "smallest"),
        ({"mode": "avg"}, 4 * pooled(MAP, 2, 2, "avg"), "sum-for-mean"),
        ({}, [[6, 4], [7, 8]], None),
    ],
)
def test_slips_of_pooling(given: dict[str, Any], answer: Any, slip: str | None) -> None:
    """Named also where the pooled map has another shape than the key's; one wrong entry is not named."""
    assert named(posed("pool2d", **({"X": MAP, "size": 2} | given)), "pooled", answer) == slip


@pytest.mark.parametrize(
    ("given", "answer", "slip"),
    [
        ({}, [3, 3], "rounded-up"),
        ({}, [2.5, 2.5], "not-rounded"),
        ({}, [4, 4], "stride-left-out"),
        ({"ceil": "true"}, [2, 2], "rounded-down"),
        ({}, [1, 1], "plus-one-forgotten"),
    ],
)
def test_slips_of_the_pooled_shape(given: dict[str, Any], answer: list[float], slip: str) -> None:
    """Five entries pooled by twos: two windows fit, and a third hangs over."""
    assert named(posed("pool2d", X=MAP, size=2, **given), "output_shape", answer) == slip


NET: dict[str, Any] = {
    "X": IMAGE,
    "K": [SKEW.tolist(), KERNEL.tolist()],
    "bias": [-12, 4],
    "activation": "relu",
    "pool": {"size": 2, "stride": 1},
    "dense": [{"W": (np.arange(16).reshape(2, 8) % 5 - 2).tolist(), "b": [1, -2], "activation": "sigmoid"}],
    "softmax": "true",
}
FIRST, SECOND = correlated(IMAGE, SKEW), correlated(IMAGE, KERNEL)
BIASED = FIRST - 12
RELU = np.maximum(BIASED, 0)
POOLED = [pooled(RELU, 2, 1), pooled(SECOND + 4, 2, 1)]
FLAT = np.concatenate([each.reshape(-1) for each in POOLED])
Z = np.array(NET["dense"][0]["W"]) @ FLAT + [1, -2]


@pytest.mark.parametrize(
    ("part", "answer", "slip"),
    [
        ("feature_map_1", signal.convolve2d(IMAGE, SKEW, mode="valid"), "kernel-flipped"),
        ("feature_map_1", SECOND, "kernel-2-used"),
        ("feature_map_2", FIRST, "kernel-1-used"),
        ("feature_map_1", correlated(IMAGE, SKEW, "same"), "padding-added"),
        ("biased_1", FIRST, "bias-left-out"),
        ("biased_1", FIRST + 4, "bias-2-used"),
        ("biased_2", SECOND - 12, "bias-1-used"),
        ("biased_1", FIRST + 12, "bias-subtracted"),
        ("activated_1", BIASED, "activation-forgotten"),
        ("activated_1", np.abs(BIASED), "sign-dropped"),
        ("activated_1", np.minimum(BIASED, 0), "negative-part"),
        ("activated_1", special.expit(BIASED), "sigmoid-used"),
        ("activated_1", np.tanh(BIASED), "tanh-used"),
        ("pooled_1", pooled(RELU, 2, 1, "avg"), "other-mode"),
        ("pooled_1", pooled(RELU, 2, 2), "stride-of-the-window"),
        ("flat", np.concatenate([each.reshape(-1, order="F") for each in POOLED]), "column-by-column"),
        ("flat", np.stack(POOLED, axis=-1).reshape(-1), "maps-interleaved"),
        ("flat", np.concatenate([POOLED[1].reshape(-1), POOLED[0].reshape(-1)]), "maps-reversed"),
        ("flat", POOLED[0].reshape(-1), "first-map-only"),
        ("flat", np.array(POOLED), "not-flattened"),
        ("flat", np.concatenate([RELU.reshape(-1), (SECOND + 4).reshape(-1)]), "pooling-left-out"),
        ("z_1", Z - [1, -2], "bias-left-out"),
        ("z_1", Z - [2, -4], "bias-subtracted"),
        ("a_1", Z, "activation-forgotten"),
        ("a_1", np.tanh(Z), "tanh-used"),
        ("probabilities", np.exp(special.expit(Z)), "not-normalised"),
        ("probabilities", special.expit(Z) / special.expit(Z).sum(), "exponential-left-out"),
        ("probabilities", special.expit(special.expit(Z)), "sigmoid"),
    ],
)
def test_slips_of_a_network(part: str, answer: Array, slip: str) -> None:
    """Every stage of a network has its own mistakes, from the kernel to the probabilities."""
    assert named(posed("cnn", **NET), part, answer) == slip


def test_slips_of_a_networks_class() -> None:
    """Of three classes the second wins and the third loses; counted from 0 the second is the first."""
    problem = posed("cnn", X=[[1]], K=[[1]], dense={"W": [[2], [5], [1]]})
    assert named(problem, "predicted_class", 1) == "counted-from-zero"
    assert named(problem, "predicted_class", 3) == "smallest"


def test_columns_for_rows_in_a_dense_layer() -> None:
    """A square matrix of weights, read down its columns."""
    W = np.array([[1, 2], [3, -1]])
    problem = posed("cnn", X=[[3, 5]], K=[[1]], dense={"W": W.tolist(), "b": [1, 2]})
    assert named(problem, "z_1", W.T @ [3, 5] + [1, 2]) == "columns-for-rows"


def test_slip_on_ones_own_earlier_values() -> None:
    """ReLU forgotten on a map that is itself wrong is still ReLU forgotten."""
    mine = BIASED + np.eye(3, dtype=int)
    mark = marked(posed("cnn", **NET), "activated_1", mine, biased_1=mine)
    assert mark.slip == "activation-forgotten"


def test_slips_of_a_padded_network() -> None:
    """The frame forgotten: in the image that is written down, and in the map."""
    problem = posed("cnn", X=IMAGE, K=SKEW, padding=1, stride=2)
    assert named(problem, "X_padded", IMAGE) == "padding-left-out"
    assert named(problem, "feature_map_1", correlated(IMAGE, SKEW, stride=2)) == "padding-ignored"
    assert named(problem, "feature_map_1", correlated(framed(IMAGE), SKEW)) == "stride-ignored"


@given(st.integers(0), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2))
@settings(max_examples=200, deadline=None)
def test_flipped_kernel_is_found_whatever_the_numbers(seed: int, side: int, stride: int, zeros: int) -> None:
    """SciPy's true convolution, strided and padded, is named, unless it is the map asked for or another slip's too."""
    random = np.random.default_rng(seed)
    X, K = random.integers(-9, 10, (4, 5)), random.integers(-9, 10, (side, side))
    answer = signal.convolve2d(framed(X, zeros), K, mode="valid")[::stride, ::stride]
    right = correlated(framed(X, zeros), K, stride=stride)
    assume(not np.allclose(answer, right, rtol=1e-3))
    problem = posed("conv2d", X=X, K=K, stride=stride, padding=zeros)
    assert named(problem, "feature_map", answer) == "kernel-flipped"


@pytest.mark.parametrize(
    ("path", "slips"),
    [
        ("class-notes/convolution-stride-2.yaml", 6),
        ("class-notes/max-pooling.yaml", 5),
        ("class-notes/cyclic-image.yaml", 8),
        ("convolution-regression-kmeans/batch-convolution.yaml", 8),
    ],
)
def test_slips_of_the_shipped_problems_are_found(path: str, slips: int) -> None:
    """Each problem on images passes the author's tests, and so many slips or more are told from the key."""
    checked = check(grader.load(f"problems/{path}"))
    assert checked.errors == []
    assert checked.slips >= slips
