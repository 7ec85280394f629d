"""Networks layer by layer: the tables of the papers, and networks that are built in NumPy and SciPy."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal  # type: ignore[import-untyped, unused-ignore]

import grader
from grader.document import from_python
from grader.errors import SpecError
from grader.problem import Problem, read_problem
from grader.solution import Solution

Array = npt.NDArray[Any]
LayerSpec = dict[str, Any] | str


def posed(input: list[int], *layers: LayerSpec) -> Problem:
    return read_problem(
        from_python({"family": "architecture", "given": {"input": input, "layers": list(layers)}}), "net"
    )


def solved(input: list[int], *layers: LayerSpec) -> Solution:
    return posed(input, *layers).solution


def table(solution: Solution) -> list[tuple[Any, float]]:
    """Shape and parameters of each layer."""
    layers = (len(solution) - 1) // 2
    return [
        (np.asarray(solution[f"shape_{t}"].value).tolist(), solution[f"params_{t}"].value) for t in range(1, layers + 1)
    ]


def test_lenet_5_as_it_is_built_today() -> None:
    """With full connections in C3 and pooling that learns nothing LeNet-5 has 61,706 parameters."""
    solution = grader.load("problems/class-notes/lenet-5.yaml").solution
    assert table(solution) == [
        ([6, 28, 28], 156), ([6, 14, 14], 0), ([16, 10, 10], 2_416), ([16, 5, 5], 0),
        ([120, 1, 1], 48_120), (120, 0), (84, 10_164), (10, 850),
    ]  # fmt: skip
    assert solution["total"].exact == 61_706


def test_lenet_5_of_1998() -> None:
    """The paper's own layers, of which S2, S4 learn and C3 sees part of the maps: 60,000 trainable parameters.

    LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to document recognition, II.B and table I:
    the first six filters of C3 see three maps, the next nine four, the last all six. The output layer is not trained.
    """
    solution = solved(
        [1, 32, 32],
        {"conv": 6, "size": 5},
        {"pool": 2, "trainable": "true"},
        {"conv": 16, "size": 5, "connections": 6 * 3 + 9 * 4 + 6},
        {"pool": 2, "trainable": "true"},
        {"conv": 120, "size": 5},
        "flatten",
        {"dense": 84},
    )
    assert [own for _, own in table(solution)] == [156, 12, 1_516, 32, 48_120, 0, 10_164]
    assert solution["total"].exact == 60_000


def test_vgg_16() -> None:
    """Configuration D has 138 million parameters (Simonyan & Zisserman 2014, table 2), to the last one 138,357,544."""
    blocks = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]
    layers: list[LayerSpec] = []
    for filters, depth in blocks:
        layers += [{"conv": filters, "size": 3, "padding": "same"}] * depth + [{"pool": 2}]
    solution = solved([3, 224, 224], *layers, "flatten", {"dense": 4096}, {"dense": 4096}, {"dense": 1000})
    rows = table(solution)
    assert rows[0] == ([64, 224, 224], 1_792)
    assert rows[17] == ([512, 7, 7], 0)
    assert rows[19] == (4096, 102_764_544)
    assert solution["total"].exact == 138_357_544


def test_alexnets_first_layers() -> None:
    """227 pixels: 55×55×96 after the first layer, 27×27 after overlapping pooling (Krizhevsky et al. 2012; CS231n)."""
    solution = solved([3, 227, 227], {"conv": 96, "size": 11, "stride": 4}, {"pool": 3, "stride": 2})
    assert table(solution) == [([96, 55, 55], 34_944), ([96, 27, 27], 0)]


def built(input: list[int], layers: list[dict[str, Any]]) -> tuple[list[tuple[int, ...]], list[int]]:
    """The network's shapes and parameters, from arrays of zeros that are really sent through it."""
    image, shapes, sizes = np.zeros(input), [], []
    for layer in layers:
        parameters: list[Array] = []
        if "conv" in layer:
            (p, q), (down, across) = layer["padding"], layer["stride"]
            kernels = np.zeros((layer["conv"], len(image), *layer["size"]))
            parameters = [kernels, np.zeros(layer["conv"])]
            framed = np.pad(image, [(0, 0), (p, p), (q, q)])
            maps = [signal.correlate(framed, kernel, mode="valid")[0] for kernel in kernels]
            image = np.array(maps)[:, ::down, ::across]
        elif "pool" in layer:
            windows = np.lib.stride_tricks.sliding_window_view(image, layer["pool"], axis=(1, 2))
            image = windows.max(axis=(3, 4))[:, :: layer["stride"][0], :: layer["stride"][1]]
        elif "dense" in layer:
            parameters = [np.zeros((layer["dense"], len(image))), np.zeros(layer["dense"])]
            image = parameters[0] @ image
        else:
            image = image.reshape(-1)
        if "dense" in layer or "conv" in layer:
            parameters = parameters if layer["bias"] else parameters[:1]
        shapes.append(image.shape)
        sizes.append(sum(each.size for each in parameters))
    return shapes, sizes


pairs = st.lists(st.integers(1, 3), min_size=2, max_size=2)


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[int], list[dict[str, Any]]]:
    """Small images, layers whose windows fit, and sometimes a flattened end."""
    shape = [draw(st.integers(1, 3)), draw(st.integers(3, 9)), draw(st.integers(3, 9))]
    input, layers = list(shape), []
    for windowed in draw(st.lists(st.sampled_from(["conv", "pool"]), max_size=3)):
        stride, padding = draw(pairs), [0, 0]
        if windowed == "conv":
            padding = [draw(st.integers(0, 2)), draw(st.integers(0, 2))]
        framed = [n + 2 * p for n, p in zip(shape[1:], padding, strict=True)]
        window = [draw(st.integers(1, min(n, 3))) for n in framed]
        if windowed == "conv":
            filters, bias = draw(st.integers(1, 3)), draw(st.booleans())
            shape[0] = filters
            layers.append({"conv": filters, "size": window, "stride": stride, "padding": padding, "bias": bias})
        else:
            layers.append({"pool": window, "stride": stride})
        shape[1:] = [(n - k) // s + 1 for n, k, s in zip(framed, window, stride, strict=True)]
    if not layers or draw(st.booleans()):
        layers.append({})
        layers += [
            {"dense": neurons, "bias": draw(st.booleans())} for neurons in draw(st.lists(st.integers(1, 9), max_size=2))
        ]
    return input, layers


def as_spec(layer: dict[str, Any]) -> LayerSpec:
    return {
        name: str(value).lower() if isinstance(value, bool) else value for name, value in layer.items()
    } or "flatten"


@given(networks())
@settings(max_examples=200, deadline=None)
def test_shapes_and_parameters_are_those_of_arrays(network: tuple[list[int], list[dict[str, Any]]]) -> None:
    """A random network has the shapes of what SciPy and NumPy send through it, and as many weights as its arrays."""
    input, layers = network
    solution, (shapes, sizes) = solved(input, *map(as_spec, layers)), built(*network)
    for (shape, own), expected, size in zip(table(solution), shapes, sizes, strict=True):
        assert (shape if isinstance(shape, list) else [shape]) == list(expected)
        assert own == size
    assert solution["total"].value == sum(sizes)
    assert max(solution.agreement(step) for step in solution) == 0


@given(st.integers(1, 12), st.integers(1, 12), st.sampled_from([1, 2, 3]), st.sampled_from([1, 2, 3, 5]))
@settings(max_examples=50, deadline=None)
def test_same_padding_keeps_the_size_over_the_stride(H: int, W: int, stride: int, size: int) -> None:
    """`same` gives ⌈n/s⌉ places on each axis, on images smaller than the window too."""
    solution = solved([1, H, W], {"conv": 2, "size": size, "stride": stride, "padding": "same"})
    assert solution["shape_1"].exact.tolist() == [2, math.ceil(H / stride), math.ceil(W / stride)]


def test_layers_are_told_on_the_page() -> None:
    """Settings stand before the data in words, so that a statement need not repeat them."""
    solution = solved(
        [3, 9, 9],
        {"conv": 1, "size": [3, 1], "stride": [2, 1], "padding": [1, 0], "bias": "false"},
        {"conv": 4, "size": 3, "padding": "same", "connections": 3},
        {"pool": 2, "trainable": "true"},
        "flatten",
        {"dense": 1, "bias": "false"},
    )
    assert solution.question == [
        "Layer 1: convolution, 1 filter of 3×1, stride 2×1, padding 1×0, no bias.",
        "Layer 2: convolution, 4 filters of 3×3, stride 1, padding same, "
        "3 pairs of an input map and a filter connected.",
        "Layer 3: pooling of 2×2, stride 2, a coefficient and a bias for each map.",
        "Layer 4: flattening.",
        "Layer 5: dense, 1 neuron, no bias.",
    ]


LENET = [{"conv": 6, "size": 5}, {"pool": 2}, {"conv": 16, "size": 5}, {"pool": 2}, "flatten", {"dense": 120}]


@pytest.mark.parametrize(
    ("part", "answer", "slip"),
    [
        ("shape_1", [28, 28, 6], "channels-last"),
        ("shape_1", [1, 28, 28], "channels-kept"),
        ("shape_1", [6, 27, 27], "plus-one-forgotten"),
        ("shape_1", [6, 32, 32], "window-left-out"),
        ("shape_2", [6, 27, 27], "stride-left-out"),
        ("shape_3", [16, 11, 11], None),
        ("shape_5", "25", "one-map-only"),
        ("shape_5", [16, 5, 5], "not-flattened"),
        ("shape_6", "400", "inputs-kept"),
        ("params_1", "150", "bias-forgotten"),
        ("params_1", "151", "one-bias-for-all"),
        ("params_1", "122304", "not-shared"),  # the connections of LeCun's C1: 156 · 28 · 28
        ("params_2", "30", "counted-as-convolution"),
        ("params_3", "416", "channels-forgotten"),
        ("params_5", "400", "entries-counted"),
        ("params_6", "48000", "bias-forgotten"),
        ("params_6", "48001", "one-bias-for-all"),
        ("params_6", "48400", "bias-per-input"),
        ("params_6", "520", "added"),
        ("total", "50550", "biases-left-out"),
        ("total", "2572", "last-layer-left-out"),
        ("total", "50536", "first-layer-left-out"),
        ("total", "50792", "digit-miswritten"),
        ("total", "51723", None),
    ],
)
def test_slips(part: str, answer: Any, slip: str | None) -> None:
    """The first layers of LeNet-5 with a mistake in one answer, which is called by its name."""
    mark = grader.grade(posed([1, 32, 32], *LENET), {part: answer})[part]
    assert (mark.verdict, mark.slip) == ("slip" if slip else "wrong", slip)


def test_full_connections_in_c3() -> None:
    """Where C3 is connected in part, 2,416 is the count of full connections."""
    layers = [LENET[0], LENET[1], {"conv": 16, "size": 5, "connections": 60}]
    mark = grader.grade(posed([1, 32, 32], *layers), {"params_3": "2416"})["params_3"]
    assert (mark.slip, mark.expected) == ("all-connected", "1516")


def test_what_follows_from_a_wrong_shape_follows() -> None:
    """Who pools to 6×15×15 is right with the map, the vector and the total that this leads to."""
    answers = {
        "shape_2": [6, 15, 15], "shape_3": [16, 11, 11], "shape_5": "400", "params_6": "48120", "total": "50692",
    }  # fmt: skip
    marks = grader.grade(posed([1, 32, 32], *LENET), answers)
    verdicts = {part: marks[part].verdict for part in answers}
    assert verdicts == {
        "shape_2": "wrong", "shape_3": "follows", "shape_5": "correct", "params_6": "correct", "total": "correct",
    }  # fmt: skip


NEEDED = "expected a layer {conv: filters, size: 5}, {pool: size}, flatten or {dense: neurons}"


@pytest.mark.parametrize(
    ("input", "layers", "message"),
    [
        ([8, 8], [{"pool": 2}], "given.input: expected the input's shape [C, H, W], got 2 numbers"),
        (
            [1, 8, 0],
            [{"pool": 2}],
            "given.input: expected an input's shape [C, H, W], whole numbers of at least 1, got ['1', '8', '0']",
        ),
        ([1, 8, 8], [], f"given.layers: expected a list, each entry {NEEDED.removeprefix('expected ')}, got []"),
        ([1, 8, 8], ["flaten"], f"given.layers.1: {NEEDED}, got 'flaten'"),
        ([1, 8, 8], [{"conv": 4}], f"given.layers.1: {NEEDED}; size is missing"),
        ([1, 8, 8], [{"pool": 2, "dense": 3}], f"given.layers.1: {NEEDED}, got a mapping"),
        (
            [1, 8, 8],
            [{"conv": 4, "size": 3, "strid": 2}],
            "given.layers.1.strid: unknown setting 'strid'; did you mean 'stride'?",
        ),
        (
            [1, 8, 8],
            [{"conv": 0, "size": 3}],
            "given.layers.1.conv: expected a whole number of at least 1, got '0'",
        ),
        (
            [1, 8, 8],
            [{"pool": 2}, {"conv": 4, "size": 5}],
            "given.layers: layer 2: a window of 5×5 is larger than its input, 4×4",
        ),
        (
            [1, 8, 8],
            [{"conv": 4, "size": 3, "connections": 5}],
            "given.layers: layer 1: expected at most 4 connections, got 5",
        ),
        ([1, 8, 8], [{"dense": 3}], "given.layers: layer 1, dense, 3 neurons, takes a vector: flatten first"),
        (
            [1, 8, 8],
            ["flatten", "flatten"],
            "given.layers: layer 2, flattening, takes maps (C, H, W), and there are none after flattening",
        ),
    ],
)
def test_refusals(input: list[int], layers: list[LayerSpec], message: str) -> None:
    """Layers that do not fit together are refused by number, settings that mean nothing by name."""
    with pytest.raises(SpecError) as refusal:
        posed(input, *layers)
    assert str(refusal.value) == message
