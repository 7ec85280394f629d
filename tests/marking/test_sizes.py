"""A wrong shape, explained by the step's own formula."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d

import grader
from grader.document import from_python
from grader.expression.tree import Shape
from grader.marking.slips.axes import Axis, windows_of
from grader.marking.slips.sizes import explained, misfit
from grader.numeric.windows import windows_along
from grader.problem import Problem, read_problem

PADDED = "class-notes/padded-convolution"
TWO = "class-notes/cnn-two-kernels"
BATCH = "convolution-regression-kmeans/batch-convolution"
PRODUCT = "lesson-0/four-rows-by-two"


def said(path: str, step: str, shape: Shape) -> str:
    solution = grader.load(f"problems/{path}.yaml").solution
    return explained(solution[step], solution, shape)


@pytest.mark.parametrize(
    ("path", "step", "shape", "sentence"),
    [
        # What students of the class notes wrote.
        (
            TWO,
            "pooled_1",
            (1, 2),
            "The pooled map has ⌊(3 − 2)/2⌋ + 1 = 1 row and column; yours has 1×2, which is what comes at stride 1, "
            "across only: (3 − 2)/1 + 1 = 2, or rounded up, across only: ⌈(3 − 2)/2⌉ + 1 = 2.",
        ),
        (TWO, "flat", (3,), "The list has 1 + 1 = 2 entries; yours is a list of 3: one entry is too many."),
        (
            "class-notes/flattening",
            "flat",
            (2, 2),
            "The list has 2·2 = 4 entries; yours has 2×2: as many entries as there should be; write them in a single "
            "list.",
        ),
        # One thing done otherwise.
        (
            PADDED,
            "feature_map_1",
            (3, 3),
            "The map has (5 + 2·1 − 3)/1 + 1 = 5 rows and columns; yours has 3×3, which is what comes without padding: "
            "(5 − 3)/1 + 1 = 3.",
        ),
        (
            PADDED,
            "X_padded",
            (6, 6),
            "The padded image has 5 + 2·1 = 7 rows and columns; yours has 6×6, which is what comes with padding on one "
            "side only: 5 + 1 = 6.",
        ),
        (
            BATCH,
            "feature_map",
            (2, 2, 4, 4),
            "The map has ⌊(3 + 2·1 − 2)/2⌋ + 1 = 2 rows and columns, in each of 2×2 maps; yours has 2×2×4×4, which is "
            "what comes at stride 1: (3 + 2·1 − 2)/1 + 1 = 4.",
        ),
        # What works entry by entry has the size of the map that it takes.
        (
            TWO,
            "activated_2",
            (2, 2),
            "The map has (5 − 3)/1 + 1 = 3 rows and columns; yours has 2×2, which is what comes without the + 1 for "
            "the first window: (5 − 3)/1 = 2.",
        ),
        # What nothing explains is the formula alone.
        (
            PADDED,
            "feature_map_1",
            (),
            "The map has (5 + 2·1 − 3)/1 + 1 = 5 rows and columns; yours is a single number.",
        ),
        (TWO, "pooled_1", (1, 3), "The pooled map has ⌊(3 − 2)/2⌋ + 1 = 1 row and column; yours has 1×3."),
        # Matrices and vectors.
        (PRODUCT, "product", (1, 4), "(4×2) · (2×1) gives 4×1; yours has 1×4: a row stands for a column."),
        (PRODUCT, "product", (2, 4), "(4×2) · (2×1) gives 4×1; yours has 2×4."),
        (
            PRODUCT,
            "transpose",
            (4, 2),
            "The transpose of 4×2 entries has 2×4; yours has 4×2: rows and columns are exchanged.",
        ),
        (TWO, "z_1", (2, 2), "(2×2) · (2) gives 2 entries; yours has 2×2: this is the shape of the first factor."),
        (TWO, "z_1", (), "(2×2) · (2) gives 2 entries; yours is a single number."),
        ("class-notes/average-pooling", "output_shape", (), "Expected 2 entries, got a single number."),
        (
            "class-notes/average-pooling",
            "output_shape",
            (2, 1),
            "Expected 2 entries, got 2×1 entries. This is a column; write its entries in a single list.",
        ),
        ("class-notes/sgd-line", "w_1", (3,), "Expected a single number, got 3 entries. One number is asked for."),
    ],
)
def test_a_wrong_shape_is_explained(path: str, step: str, shape: Shape, sentence: str) -> None:
    """The formula with its numbers, and what gives the other shape."""
    assert said(path, step, shape) == sentence


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((4, 4), "with padding on one side only: (5 + 1 − 3)/1 + 1 = 4, or without the + 1"),
        ((2, 2), "where the window moves by its own length: ⌊(5 + 2·1 − 3)/3⌋ + 1 = 2"),
        ((5, 3), "without padding, across only: (5 − 3)/1 + 1 = 3"),
        ((3, 5), "without padding, down only: (5 − 3)/1 + 1 = 3"),
        ((6, 6), "with a window of 2: (5 + 2·1 − 2)/1 + 1 = 6"),
        ((7, 7), "yours has 7×7, the size of the padded image."),
        ((25,), "write them in 5 rows of 5."),
        ((1, 5, 5), "the entries stand in more brackets than they need."),
        ((1,) * 40, "yours has 40 axes."),
        ((5, 4000), "yours has 5×4000."),
        ((0, 0), "yours has 0×0."),
    ],
)
def test_each_change_is_named(shape: Shape, words: str) -> None:
    """On a map of 5×5 that comes from a padded image of 7×7."""
    assert words in said(PADDED, "feature_map_1", shape)


@pytest.mark.parametrize(
    ("given", "expected", "words"),
    [
        ((3, 2), (2, 3), "rows and columns are exchanged"),
        ((1, 3), (3, 1), "a row stands for a column"),
        ((3, 1), (1, 3), "a column stands for a row"),
        ((1, 4), (4,), "this is a row; write its entries in a single list"),
        ((3,), (3, 1), "as many entries as there should be; write them in 3 rows of 1"),
        ((3,), (1, 3), "as many entries as there should be; write them in one row"),
        ((4, 4), (3, 4, 4), "this is one channel of 3"),
        ((4, 4), (2, 3, 4, 4), "this is one map only"),
        ((2, 4, 4), (3, 4, 4), "the size of a map is right, the number of maps is not"),
        ((2,), (5,), "3 entries are missing"),
        ((6,), (2, 3), "as many entries as there should be; write them in 2 rows of 3"),
        ((2, 2), (), "one number is asked for"),
        ((5, 7), (2, 3), ""),
    ],
)
def test_what_a_shape_has_to_do_with_another(given: Shape, expected: Shape, words: str) -> None:
    """Whatever the step."""
    assert misfit(given, expected) == words


@st.composite
def settings_of(draw: st.DrawFn) -> dict[str, int]:
    """A convolution: height, width, kernel, stride, padding, dilation."""
    k, d, p = draw(st.integers(1, 4)), draw(st.integers(1, 2)), draw(st.integers(0, 2))
    least = max(1, d * (k - 1) + 1 - 2 * p)
    H, W = draw(st.integers(least, 9)), draw(st.integers(least, 9))
    return {"H": H, "W": W, "k": k, "s": draw(st.integers(1, 3)), "p": p, "d": d}


def convolution(H: int, W: int, k: int, s: int, p: int, d: int) -> Problem:
    spec = {
        "family": "conv2d",
        "given": {
            "X": [[1] * W] * H, "K": [[1] * k] * k,
            "stride": s, "padding": p, "dilation": d,
        },
    }  # fmt: skip
    return read_problem(from_python(spec), "p")


def by_scipy(H: int, W: int, k: int, s: int, p: int, d: int) -> Shape:
    """The shape of the map as SciPy computes it: the padded image, correlated with the dilated kernel, thinned out."""
    kernel = np.zeros((d * (k - 1) + 1,) * 2)
    kernel[::d, ::d] = 1
    rows, columns = correlate2d(np.pad(np.ones((H, W)), p), kernel, "valid")[::s, ::s].shape
    return rows, columns


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"= (\d+)", text)]


@settings(max_examples=40, deadline=None)
@given(settings_of())
def test_the_formula_counts_what_scipy_computes(c: dict[str, int]) -> None:
    """The numbers at the ends of the formulas are the shape of the map."""
    solution = convolution(**c).solution
    shape = by_scipy(**c)
    assert solution["feature_map"].shape == shape
    right = explained(solution["feature_map"], solution, (99, 98)).partition(";")[0]
    assert tuple((numbers(right) * 2)[:2]) == shape


@settings(max_examples=25, deadline=None)
@given(settings_of())
def test_padding_left_out_is_named(c: dict[str, int]) -> None:
    """The map that SciPy computes without padding is the one that the sentence finds."""
    assume(c["p"] and c["d"] * (c["k"] - 1) < min(c["H"], c["W"]))
    solution, bare = convolution(**c).solution, by_scipy(**c | {"p": 0})
    shape = solution["feature_map"].shape
    assume(bare not in (shape, shape[::-1]) and np.prod(bare) != np.prod(shape))
    text = explained(solution["feature_map"], solution, bare)
    assert "without padding" in text
    named = text.partition("without padding")[2].partition(", or")[0]
    assert numbers(named)
    assert set(numbers(named)) <= set(bare)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 12), st.integers(1, 4), st.integers(1, 4), st.integers(0, 2), st.integers(1, 3), st.booleans())
def test_an_axis_counts_as_the_numeric_core_does(n: int, k: int, s: int, p: int, d: int, ceil: bool) -> None:
    """Two witnesses of the number of windows; where some fit, the text ends with it."""
    axis = Axis(n, p, p, window=k, stride=s, dilation=d, ceil=ceil)
    assume(axis.room >= 0)
    assert axis.count == windows_along(n, k, s, (p, p), d, ceil)
    assert str(axis).endswith(f"= {axis.count}")


FORMULA = re.compile(
    r"([⌊⌈]?)\((\d+)(?: \+ 2·(\d+))? − (?:(\d+)·\((\d+) − 1\) − )?(\d+)\)/(\d+)[⌋⌉]?"
    r"(?: − (\d+))? \+ 1 = (\d+)"
)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 12), st.integers(1, 4), st.integers(1, 4), st.integers(0, 2), st.integers(1, 3), st.booleans())
def test_the_formula_as_written_comes_to_its_number(n: int, k: int, s: int, p: int, d: int, ceil: bool) -> None:
    """The text itself, computed."""
    axis = Axis(n, p, p, window=k, stride=s, dilation=d, ceil=ceil)
    assume(axis.room >= 0)
    found = FORMULA.fullmatch(str(axis))
    assert found is not None
    sign, length, zeros, gap, side, last, stride, less, count = found.groups()
    span = int(gap) * (int(side) - 1) + int(last) if gap else int(last)
    room = int(length) + 2 * int(zeros or 0) - span
    whole, rest = divmod(room, int(stride))
    assert bool(rest) == bool(sign)
    assert whole + (rest > 0 and sign == "⌈") - int(less or 0) + 1 == int(count)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=6).map(tuple))
def test_any_shape_gets_a_sentence(shape: Shape) -> None:
    """One line that ends in a full stop, whatever was handed in."""
    for path, step in ((PADDED, "feature_map_1"), (TWO, "pooled_1"), (TWO, "flat"), (BATCH, "feature_map")):
        solution = PROBLEMS[path].solution
        if shape != solution[step].shape:
            text = explained(solution[step], solution, shape)
            assert text.endswith(".")
            assert "\n" not in text


PROBLEMS = {path: grader.load(f"problems/{path}.yaml") for path in (PADDED, TWO, BATCH)}


def test_the_axes_are_read_off_the_formula() -> None:
    """With the padding of the step before, and what the pooling says."""
    solution = PROBLEMS[PADDED].solution
    assert windows_of(solution["X_padded"].expression, solution) is not None
    found = windows_of(solution["feature_map_1"].expression, solution)
    assert found is not None
    assert (found.kind, found.down) == ("map", Axis(5, 1, 1, window=3))
    assert windows_of(solution["flat"].expression, solution) is None
