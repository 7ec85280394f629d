"""A small network from the image to the class: the class notes, and the same network in NumPy and SciPy by hand."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import signal, special  # type: ignore[import-untyped, unused-ignore]

from grader.checks import AGREEMENT
from grader.document import from_python
from grader.errors import SpecError
from grader.problem import read_problem
from grader.solution import Solution

Array = npt.NDArray[Any]

NOTES: dict[str, Any] = {
    "X": np.arange(1, 26).reshape(5, 5).tolist(),
    "K": [
        [["0.1", "0.2", "0.3"]] * 3,
        [["-0.1", "-0.1", "-0.1"], ["0.1", "0.1", "0.1"], [0, 0, 0]],
    ],
    "bias": ["0.1", "0.2"],
    "activation": "relu",
    "pool": {"size": 2, "stride": 2},
}
IMAGE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]

ACTIVATED = {
    "none": lambda z: z,
    "relu": lambda z: np.clip(z, 0, None),
    "sigmoid": special.expit,
    "tanh": lambda z: 2 * special.expit(2 * z) - 1,
}


def solved(**given: Any) -> Solution:
    return read_problem(from_python({"family": "cnn", "given": given}), "net").solution


def classified(*values: Any, **settings: Any) -> Solution:
    """A network whose last layer gives these values: an image of one pixel, and a layer that lists them."""
    return solved(X=[[1]], K=[[1]], dense={"W": [[value] for value in values]}, **settings)


def test_class_notes() -> None:
    """The two-kernel network on 1 to 25 gives the maps, the pooled entries and the vector of the class notes."""
    solution = solved(**NOTES)
    figures = {
        "feature_map_1": [[13.2, 15, 16.8], [22.2, 24, 25.8], [31.2, 33, 34.8]],
        "feature_map_2": [[1.5] * 3] * 3,
        "biased_1": [[13.3, 15.1, 16.9], [22.3, 24.1, 25.9], [31.3, 33.1, 34.9]],
        "biased_2": [[1.7] * 3] * 3,
        "activated_1": [[13.3, 15.1, 16.9], [22.3, 24.1, 25.9], [31.3, 33.1, 34.9]],
        "activated_2": [[1.7] * 3] * 3,
        "pooled_1": [[24.1]],
        "pooled_2": [[1.7]],
        "flat": [24.1, 1.7],
    }
    assert list(solution) == list(figures)
    for name, figure in figures.items():
        assert_allclose(solution[name].value, figure, rtol=1e-13, err_msg=name)
    assert [str(each) for each in solution["flat"].exact] == ["241/10", "17/10"]


@pytest.mark.parametrize(
    ("change", "steps"),
    [
        ({}, ["feature_map_1", "flat"]),
        ({"padding": 1}, ["X_padded", "feature_map_1", "flat"]),
        ({"bias": 2}, ["feature_map_1", "biased_1", "flat"]),
        ({"activation": "none"}, ["feature_map_1", "flat"]),
        ({"activation": "relu"}, ["feature_map_1", "activated_1", "flat"]),
        ({"pool": 2}, ["feature_map_1", "pooled_1", "flat"]),
        ({"K": [[[1]], [[2]]]}, ["feature_map_1", "feature_map_2", "flat"]),
        ({"pool": 3, "dense": {"W": [[1]]}}, ["feature_map_1", "pooled_1", "flat", "z_1", "predicted_class"]),
        (
            {"pool": 3, "dense": {"W": [[1]], "activation": "relu"}, "softmax": "true"},
            ["feature_map_1", "pooled_1", "flat", "z_1", "a_1", "probabilities", "predicted_class"],
        ),
        (
            {"pool": 3, "activation": "tanh", "dense": [{"W": [[1]]}, {"W": [[1]]}]},
            ["feature_map_1", "activated_1", "pooled_1", "flat", "z_1", "a_1", "z_2", "predicted_class"],
        ),
    ],
)
def test_stages_left_out_are_left_out_of_the_page(change: dict[str, Any], steps: list[str]) -> None:
    """A page has a step for each stage that the problem states, and for no other."""
    assert list(solved(**{"X": IMAGE, "K": [[1]]} | change)) == steps


def test_maps_are_flattened_one_after_the_other() -> None:
    """The vector holds the first map row by row, then the second."""
    solution = solved(X=[[1, 2], [3, 4]], K=[[[1]], [[10]]])
    assert solution["flat"].exact.tolist() == [1, 2, 3, 4, 10, 20, 30, 40]


def test_channels_are_summed() -> None:
    """A kernel with as many channels as the image gives one map."""
    solution = solved(X=[[[1, 2], [3, 4]], [[5, 6], [7, 8]]], K=[[[[1]], [[10]]]])
    assert solution["feature_map_1"].exact.tolist() == [[51, 62], [73, 84]]


def test_kernels_by_name() -> None:
    """Kernels stand by name in the list, as in `conv2d`."""
    solution = solved(X=IMAGE, K=["sobel_x", "sobel_y"])
    assert solution["flat"].exact.tolist() == [-8, -24]


def numbered(name: str, maps: list[Array]) -> dict[str, Array]:
    return {f"{name}_{k}": image for k, image in enumerate(maps, start=1)}


def pooled(image: Array, size: int, stride: int, mode: str) -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))[::stride, ::stride]
    return windows.max((2, 3)) if mode == "max" else windows.mean((2, 3))


def by_hand(given: dict[str, Any]) -> dict[str, Array]:
    """The network in NumPy and SciPy, every quantity of the page by name."""
    values: dict[str, Array] = {}
    X = np.pad(np.array(given["X"], float), given["padding"])
    if given["padding"]:
        values["X_padded"] = X
    stride, activate = given["stride"], ACTIVATED[given["activation"]]
    maps = [signal.correlate2d(X, np.array(kernel), mode="valid")[::stride, ::stride] for kernel in given["K"]]
    values |= numbered("feature_map", maps)
    if "bias" in given:
        maps = [image + b for image, b in zip(maps, given["bias"], strict=True)]
        values |= numbered("biased", maps)
    if given["activation"] != "none":
        maps = [activate(image) for image in maps]
        values |= numbered("activated", maps)
    if "pool" in given:
        maps = [pooled(image, **given["pool"]) for image in maps]
        values |= numbered("pooled", maps)
    values["flat"] = vector = np.concatenate([image.reshape(-1) for image in maps])
    for l, layer in enumerate(given["dense"], start=1):
        vector = values[f"z_{l}"] = np.einsum("oi,i->o", layer["W"], vector) + layer.get("b", 0)
        own = layer.get("activation", given["activation"] if l < len(given["dense"]) else "none")
        if own != "none":
            vector = values[f"a_{l}"] = ACTIVATED[own](vector)
    if given["softmax"]:
        values["probabilities"] = special.softmax(vector)
    return values


@st.composite
def networks(draw: st.DrawFn, activations: tuple[str, ...] = tuple(ACTIVATED)) -> dict[str, Any]:
    """Images, kernels and layers of small whole numbers, with every stage there or not."""
    random = np.random.default_rng(draw(st.integers(0)))
    activation = st.sampled_from(activations)
    kernel, padding, stride = draw(st.integers(1, 2)), draw(st.integers(0, 1)), draw(st.integers(1, 2))
    extent, filters = draw(st.integers(3, 5)), draw(st.integers(1, 3))
    given: dict[str, Any] = {
        "X": random.integers(-3, 4, (extent, extent)).tolist(),
        "K": random.integers(-3, 4, (filters, kernel, kernel)).tolist(),
        "padding": padding,
        "stride": stride,
        "activation": draw(activation),
        "softmax": draw(st.booleans()),
    }
    side = (extent + 2 * padding - kernel) // stride + 1
    if draw(st.booleans()):
        given["bias"] = random.integers(-3, 4, filters).tolist()
    if draw(st.booleans()):
        size, step = draw(st.integers(1, side)), draw(st.integers(1, 3))
        given["pool"] = {"size": size, "stride": step, "mode": draw(st.sampled_from(["max", "avg"]))}
        side = (side - size) // step + 1
    entries, layers = filters * side * side, []
    for neurons in draw(st.lists(st.integers(1, 3), min_size=1, max_size=2)):
        layer: dict[str, Any] = {"W": random.integers(-3, 4, (neurons, entries)).tolist()}
        if draw(st.booleans()):
            layer["b"] = random.integers(-3, 4, neurons).tolist()
        if draw(st.booleans()):
            layer["activation"] = draw(activation)
        layers.append(layer)
        entries = neurons
    return given | {"dense": layers}


@given(networks())
@settings(max_examples=200, deadline=None)
def test_network_by_hand(given: dict[str, Any]) -> None:
    """Every step of a random network has its value by NumPy and SciPy, and the class is one of the largest."""
    solution, expected = solved(**given), by_hand(given)
    assert list(solution) == [*expected, "predicted_class"]
    for name, value in expected.items():
        assert_allclose(solution[name].value, value, rtol=1e-9, atol=1e-9, err_msg=name)
    last = list(expected.values())[-1]
    assert last[int(solution["predicted_class"].value) - 1] >= last.max() - 1e-9


@given(networks(activations=("none", "relu")))
@settings(max_examples=40, deadline=None)
def test_readings_agree(given: dict[str, Any]) -> None:
    """SymPy and NumPy agree on every step, softmax and the class included."""
    solution = solved(**given)
    assert max(solution.agreement(name) for name in solution) <= AGREEMENT


@pytest.mark.parametrize("rows", [[["0.3", 0], ["0.1", "0.2"]], [["0.1", "0.2"], ["0.3", 0]]])
def test_rounding_breaks_no_tie(rows: list[list[Any]]) -> None:
    """0.1 + 0.2 is 0.3, though not in floats: by both readings the first of the two classes is predicted."""
    solution = solved(X=[[1, 1]], K=[[1]], dense={"W": rows})
    assert solution["z_1"].exact[0] == solution["z_1"].exact[1]
    assert solution["predicted_class"].exact == 1
    assert solution["predicted_class"].value == 1


@pytest.mark.parametrize("activation", ACTIVATED)
def test_readings_agree_on_each_activation(activation: str) -> None:
    """SymPy's sigmoid and hyperbolic tangent are NumPy's, in the maps and in the layers."""
    dense = [{"W": [["0.5", -1, 2, "-0.25"], [1, 1, -1, "0.3"]], "b": ["0.1", -1]}, {"W": [[2, -3], [1, 1]]}]
    image = [["0.1", "-0.2", "0.3"], ["0.4", 0, -1], ["0.7", "0.8", -2]]
    solution = solved(X=image, K=[["0.5", 1], [-1, "0.1"]], activation=activation, dense=dense, softmax="true")
    assert max(solution.agreement(name) for name in solution) <= AGREEMENT


@pytest.mark.parametrize(
    "z", [[1000, 999, 0], [-1000, -1001, -999], [100000, 0], [0, -100000], ["0.001", "-0.001", 0], [7]]
)
def test_softmax_of_large_inputs(z: list[Any]) -> None:
    """Probabilities neither overflow nor lose their sum, however large the inputs."""
    solution = classified(*z, softmax="true")
    probabilities = solution["probabilities"]
    assert_allclose(probabilities.value, special.softmax(np.array(z, float)), rtol=1e-12)
    assert probabilities.value.sum() == pytest.approx(1, abs=1e-14)
    assert solution.agreement("probabilities") <= AGREEMENT
    assert solution["predicted_class"].value == 1 + np.argmax(np.array(z, float))


@pytest.mark.parametrize(
    ("values", "predicted"),
    [([3, 1, 2], 1), ([1, 2, 3], 3), ([1, 3, 3], 2), ([5, 5, 5], 1), ([-1, -2], 1), ([0], 1), ([-1, 0, 0], 2)],
)
@pytest.mark.parametrize("softmax", ["true", "false"])
def test_class_is_counted_from_one_and_ties_go_to_the_first(values: list[int], predicted: int, softmax: str) -> None:
    """The class with the largest value, by both readings, with and without probabilities."""
    solution = classified(*values, softmax=softmax)
    assert solution["predicted_class"].exact == predicted
    assert solution["predicted_class"].value == predicted


def test_layers_take_their_own_activation_before_the_networks() -> None:
    """All layers but the last take the network's activation, and any layer its own where it names one."""
    layers = [{"W": [[-1]]}, {"W": [[-2]], "activation": "none"}, {"W": [[-1]], "activation": "relu"}, {"W": [[-1]]}]
    solution = solved(X=[[3]], K=[[1]], activation="relu", dense=layers)
    values = {name: step.value.tolist() for name, step in solution.items() if name[:2] in {"z_", "a_"}}
    assert values == {"z_1": [-3], "a_1": [0], "z_2": [0], "z_3": [0], "a_3": [0], "z_4": [0]}


@pytest.mark.parametrize(
    "dense", [{"W": [[2], [3]], "b": [1, -1]}, [{"W": [[2], [3]], "b": [1, -1]}], [[[2], [3]], [1, -1]]]
)
def test_layers_as_mappings_and_pairs(dense: Any) -> None:
    """One layer may stand without its list, and W and b without their names."""
    assert_array_equal(solved(X=[[5]], K=[[1]], dense=dense)["z_1"].value, [11, 14])


@pytest.mark.parametrize(
    ("dense", "activation"),
    [
        ([{"W": [[1, 1], [0, 0]], "b": [0, 1]}], "sigmoid"),
        ([{"W": [[1, 1], [0, 0]], "b": [-1, 0], "activation": "relu"}], "sigmoid"),
        ([{"W": [[1, 1], [0, 0]]}], "tanh"),
    ],
)
def test_values_that_are_equal_but_look_different(dense: Any, activation: str) -> None:
    """σ(1) + σ(−1) is 1, which SymPy does not see: the tie still goes to the first class."""
    solution = solved(X=[[1, -1]], K=[[1]], activation=activation, dense=dense)
    assert solution["predicted_class"].exact == 1
    assert max(solution.agreement(name) for name in solution if name != "predicted_class") <= AGREEMENT


LAYER_WANTED = "a layer {W: matrix (out, in), b: numbers, activation: name} or the pair [W, b]"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bias": [1, 2]}, "given.bias: expected 1 numbers, one for each kernel, got 2"),
        ({"K": [[[1]], [[2]]], "bias": 1}, "given.bias: expected 2 numbers, one for each kernel, got 1"),
        ({"K": "sobel_q"}, "given.K.1: unknown kernel 'sobel_q'; did you mean 'sobel_y'?"),
        ({"K": [[[1]], "sobel_q"]}, "given.K.2: unknown kernel 'sobel_q'; did you mean 'sobel_y'?"),
        ({"K": [[1, 2, 3, 4]]}, "given.K: a kernel that spans 1×4 is larger than the (padded) image, 3×3"),
        ({"K": [[[[1]], [[1]]]]}, "given.K: an image of 1 channels and a kernel of 2"),
        (
            {"activation": "relo"},
            "given.activation: expected one of none, relu, sigmoid, tanh, softmax, got 'relo'; did you mean 'relu'?",
        ),
        (
            {"pool": {"stride": 2}},
            "given.pool: expected a window's size, or a mapping with size, stride, mode (max or avg), padding, ceil; "
            "size is missing",
        ),
        (
            {"pool": {"size": 2, "strides": 1}},
            "given.pool.strides: unknown setting 'strides'; did you mean 'stride'?",
        ),
        (
            {"pool": {"size": 2, "mode": "min"}},
            "given.pool.mode: expected one of max, avg, got 'min'; known here: avg, max",
        ),
        ({"dense": {"W": [[1, 2]]}}, "given.dense: W of layer 1 has 2 columns; what it multiplies has 9 entries"),
        (
            {"dense": [{"W": [[1] * 9] * 2}, {"W": [[1] * 3]}]},
            "given.dense: W of layer 2 has 3 columns; what it multiplies has 2 entries",
        ),
        (
            {"dense": {"W": [[1] * 9], "b": [1, 2]}},
            "given.dense.1: W has 1 rows, one for each neuron, and b 2 numbers; give as many biases as rows",
        ),
        ({"dense": {"b": [1]}}, f"given.dense.1: expected {LAYER_WANTED}, got a mapping"),
        ({"dense": 3}, f"given.dense: expected a list, each entry {LAYER_WANTED}, got '3'"),
        (
            {"dense": {"W": [[1] * 9], "bias": [1]}},
            "given.dense.1.bias: unknown setting 'bias'; known here: W, activation, b",
        ),
        ({"softmax": 1}, "given.softmax: expected true or false, got '1'"),
        ({"stride": 0}, "given.stride: expected a whole number of at least 1, got '0'"),
    ],
)
def test_refusals(change: dict[str, Any], message: str) -> None:
    """What does not fit together is refused with the given at fault and what was expected of it."""
    with pytest.raises(SpecError) as refusal:
        solved(**{"X": IMAGE, "K": [[1]]} | change)
    assert str(refusal.value) == message


@pytest.mark.parametrize("pool", [4, {"size": [1, 4]}, {"size": 2, "padding": 2}])
def test_pooling_that_does_not_fit_names_the_pooling(pool: Any) -> None:
    """A window that does not fit is the fault of `pool`: a network has no given `size`, and another `padding`."""
    with pytest.raises(SpecError) as refusal:
        solved(X=IMAGE, K=[[1]], pool=pool)
    assert refusal.value.place.path.startswith("given.pool")


def test_softmax_without_a_layer_is_refused() -> None:
    """Probabilities that are asked for where there is nothing to take them of are not silently left out."""
    with pytest.raises(SpecError, match="softmax"):
        solved(X=[[1, 2]], K=[[1]], softmax="true")


def test_same_padding_of_kernels_of_two_sizes_is_refused() -> None:
    """Zeros that keep the image's size under one kernel do not under the other, as in `conv2d`."""
    with pytest.raises(SpecError) as refusal:
        solved(X=IMAGE, K=[[[1]], "laplacian"], padding="same")
    assert refusal.value.place.path == "given.K"
