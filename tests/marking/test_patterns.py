"""What the wrong entries of a tensor have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.document import from_python
from grader.marking.answers import Reader
from grader.marking.slips.odds import SURE
from grader.marking.slips.patterns import Pattern, pattern, simplest
from grader.marking.slips.places import hypergeometric
from grader.numeric import Array
from grader.problem import Problem, read_problem
from grader.solution import Step

PADDED = grader.load("problems/class-notes/padded-convolution.yaml")
TWO = grader.load("problems/class-notes/cnn-two-kernels.yaml")
AVERAGE = grader.load("problems/class-notes/average-pooling.yaml")
MAPS = grader.load("problems/exercise-2-report/exercise-2-maps.yaml")
BATCH = grader.load("problems/convolution-regression-kmeans/batch-convolution.yaml")
EDGES = grader.load("problems/exercise-2-report/filters-and-edges.yaml")


def key_of(problem: Problem, step: str) -> Array:
    return np.asarray(problem.solution.arrays[step][..., 0])


def texts(values: Any) -> Any:
    """An array as a student types it."""
    return f"{values:.10g}" if np.ndim(values) == 0 else [texts(each) for each in values]


def found(problem: Problem, step: str, typed: Any) -> Pattern | None:
    """The pattern of an answer as typed."""
    answer = Reader()(problem.solution[step], from_python(typed))
    assert answer.shape == problem.solution[step].shape
    given, half_units, digits = (
        part.reshape(answer.shape) for part in (answer.values, answer.half_units, answer.digits)
    )
    return judged(problem.solution[step], given, half_units, key_of(problem, step), digits >= 3)


def judged(step: Step, given: Array, half_units: Array, key: Array, enough: Any = True) -> Pattern | None:
    """The pattern of what is off by more than 0.1%, and than rounding where `enough` digits were written."""
    with np.errstate(all="ignore"):
        wrong = ~(np.abs(given - key) <= np.maximum(1e-3 * np.abs(key), half_units * enough) * (1 + 1e-9) + 1e-9)
    return pattern(step, given, key, half_units, wrong)


def put(key: Array, where: Any, values: Any) -> Array:
    changed = key.copy()
    changed[where] = values
    return changed


F = key_of(PADDED, "feature_map_1")
L = key_of(MAPS, "map_laplacian")
B = key_of(TWO, "biased_1")
RING = np.pad(np.zeros((3, 3), bool), 1, constant_values=True)
CHECKER = np.indices((5, 5)).sum(0) % 2 == 1


@pytest.mark.parametrize(
    ("answer", "name", "sentence"),
    [
        (F.T, "transposed", "The entries are the right ones with rows and columns exchanged."),
        (np.rot90(F), "turned", "The entries are the right ones, turned by a quarter."),
        (np.rot90(F, -1), "turned", "The entries are the right ones, turned by a quarter."),
        (F[::-1], "flipped", "The rows are the right ones, from the bottom to the top."),
        (F[:, ::-1], "flipped", "The columns are the right ones, from right to left."),
        (F[::-1, ::-1], "flipped", "The entries are the right ones, turned by 180°."),
        (np.roll(F, 1, 0), "rolled", "Every entry stands one row too low, and the last comes first."),
        (np.roll(F, -1, 0), "rolled", "Every entry stands one row too high, and the first comes last."),
        (
            np.roll(F, -1, 1),
            "rolled",
            "Every entry stands one column too far to the left, and the first comes last.",
        ),
        (-F, "negated", "Every entry has the right size and the wrong sign."),
        (F[[3, 1, 2, 0, 4]], "swapped-rows", "Rows 1 and 4 are exchanged."),
        (F[:, [0, 2, 1, 3, 4]], "swapped-columns", "Columns 2 and 3 are exchanged."),
        (2 * F, "scaled", "Every entry is the right one times 2: look for a 2 that is one too many."),
        (
            np.round(F / 9, 2),
            "scaled",
            "Every entry is the right one times 1/9, and a window has 9 entries: is there a mean where a sum belongs, "
            "or the reverse?",
        ),
        (np.round(1.3717 * F, 3), "scaled", "Every entry is the right one times about 1.372."),
        (F + 3, "shifted", "Every entry is too large by 3."),
        (F - 0.25, "shifted", "Every entry is too small by 0.25."),
        (
            put(F, 1, F[1] / 2),
            "scaled",
            "All that is wrong is in row 2: there every entry is the right one times 1/2: look for a 2 that is "
            "missing.",
        ),
        (100 * F, "decimal-point", "The digits are right, and the decimal point is not in its place."),
    ],
)  # fmt: skip
def test_a_pattern_of_values_is_named(answer: Array, name: str, sentence: str) -> None:
    """On a map of 5×5; it explains every wrong entry, and chance would not."""
    pattern = found(PADDED, "feature_map_1", texts(answer))
    assert pattern is not None
    assert (pattern.name, pattern.sentence, pattern.whole) == (name, sentence, True)
    assert pattern.chance < SURE


@pytest.mark.parametrize(
    ("answer", "name", "words"),
    [
        (F + RING * np.arange(1, 26).reshape(5, 5), "border", "the kernel reaches over the padding"),
        (F + RING * (np.indices((5, 5)).sum(0) > 1), "border", "the zeros around the image"),
        (F + CHECKER * np.arange(1, 26).reshape(5, 5), "stride", "as on a checkerboard"),
        (F + ~CHECKER * np.arange(1, 26).reshape(5, 5), "stride", "the stride is 1"),
        (
            np.where((np.indices((5, 5)) % 2 == 0).all(0), F, 50 + np.arange(25).reshape(5, 5)),
            "stride",
            "Only every second entry, down and across, is right",
        ),
        (put(F, 1, [1, 2, 3, 4, 5]), "one-row", "Row 2 is wrong throughout, and all else is right."),
        (put(F, np.s_[:, 4], [1, 2, 3, 4, 5]), "one-column", "Column 5 is wrong throughout"),
        (put(F, np.s_[:4, 2], [1, 2, 3, 4]), "one-column", "All that is wrong is in column 3."),
        (
            put(F, (1, 2), 5),
            "one-entry",
            "All 24 others are right: look for a slip of arithmetic there. "
            "The entry is the kernel laid on rows 2 to 4 and columns 3 to 5 of the padded image.",
        ),
        (put(F, (1, 2), -F[1, 2]), "one-entry", "it has the right size and the wrong sign"),
    ],
)
def test_a_pattern_of_places_is_named(answer: Array, name: str, words: str) -> None:
    """It says where to look, and explains no value."""
    pattern = found(PADDED, "feature_map_1", texts(answer))
    assert pattern is not None
    assert (pattern.name, pattern.whole) == (name, False)
    assert words in pattern.sentence


@pytest.mark.parametrize(
    ("problem", "step", "answer", "name", "words"),
    [
        (MAPS, "map_laplacian", np.abs(L), "absolute", "What is below zero has lost its minus sign"),
        (MAPS, "map_laplacian", np.maximum(L, 0), "relu", "What is below zero has become zero"),
        (MAPS, "map_laplacian", put(L, np.s_[2, :4], 0), "zeros", "is something left out there?"),
        (TWO, "biased_1", B - 0.1, "shifted", "too small by 0.1, the size of bias_1: is it there once"),
        (TWO, "biased_1", put(B, (0, 1), 16), "one-entry", "The entry is F_1,1,2 + bias_1."),
        (TWO, "flat", ["1.7", "24.1"], "swapped-entries", "Entry 1 and entry 2 have each other's value."),
        (AVERAGE, "pooled", 4 * key_of(AVERAGE, "pooled"), "scaled", "a window has 4 entries"),
        (BATCH, "feature_map", key_of(BATCH, "feature_map")[:, ::-1], "swapped-channels", "Channels 1 and 2"),
        (BATCH, "feature_map", key_of(BATCH, "feature_map")[::-1], "swapped-images", "Images 1 and 2"),
        (MAPS, "X_padded", np.pad(key_of(MAPS, "X_padded")[1:6, 1:6], 1, mode="edge"), "border", "the frame is all"),
    ],
)
def test_patterns_of_other_steps(problem: Problem, step: str, answer: Any, name: str, words: str) -> None:
    """Signs and zeros, biases, vectors, pooled maps, batches, frames."""
    pattern = found(problem, step, texts(answer) if isinstance(answer, np.ndarray) else answer)
    assert pattern is not None
    assert pattern.name == name
    assert words in pattern.sentence


def of_matrix(rows: int, columns: int) -> Step:
    """A step of so many rows and columns, from a product of matrices."""
    spec = {"family": "matmul", "given": {"A": [[1, 2]] * rows, "B": [[1] * columns] * 2}}
    return read_problem(from_python(spec), "p").solution["product"]


def test_a_row_of_a_product_comes_from_a_row_of_the_first_factor() -> None:
    """A hint where to look."""
    step, key = of_matrix(5, 4), np.arange(10.0, 30.0).reshape(5, 4)
    wrong_row = judged(step, put(key, 2, [1, 2, 3, 4]), np.full((5, 4), 0.5), key)
    assert wrong_row is not None
    assert wrong_row.sentence == "Row 3 is wrong throughout, and all else is right: it comes from row 3 of A."
    wrong_column = judged(step, put(key, np.s_[:, 1], [1, 2, 3, 4, 5]), np.full((5, 4), 0.5), key)
    assert wrong_column is not None
    assert wrong_column.sentence.endswith("it comes from column 2 of B.")


def test_two_by_two_is_called_transposed() -> None:
    """And not two entries exchanged, which is the same."""
    key = np.array([[1.25, 2.75], [3.5, 4.125]])
    found = judged(of_matrix(2, 2), key.T, np.full((2, 2), 0.0005), key)
    assert found is not None
    assert found.name == "transposed"


def test_a_channel_and_a_map_of_a_batch() -> None:
    """All that is wrong in one channel, and in one channel of one image."""
    spec = {
        "family": "conv2d",
        "given": {"X": [[[[1] * 4] * 4] * 2] * 2, "K": [[[[1] * 2] * 2] * 2] * 3},
    }  # fmt: skip
    step = read_problem(from_python(spec), "p").solution["feature_map"]
    key = np.arange(10.0, 64.0).reshape(2, 3, 3, 3)
    for where, words in ((np.s_[:, 2], "Channel 3 is wrong"), (np.s_[1, 0], "Image 2, channel 1 is wrong")):
        changed = put(key, where, key[where] ** 2 % 97 + 101)
        pattern = judged(step, changed, np.full(key.shape, 0.5), key)
        assert pattern is not None
        assert (pattern.name, pattern.sentence[: len(words)]) == ("one-channel", words)


@pytest.mark.parametrize(
    ("problem", "step", "answer"),
    [
        (PADDED, "feature_map_1", put(F, ([0, 2, 4], [1, 3, 2]), [40, 41, 42])),
        # Off by one at the border is not off by a half everywhere.
        (PADDED, "feature_map_1", F + RING * (np.indices((5, 5)).sum(0) > 3)),
        (PADDED, "feature_map_1", put(F, (1, 2), np.nan)),
        (PADDED, "feature_map_1", np.where(np.eye(5) > 0, np.nan, F)),
        (PADDED, "feature_map_1", np.full((5, 5), 7.0)),
        (PADDED, "feature_map_1", np.full((5, 5), 1e308)),
        (PADDED, "feature_map_1", np.where(RING, 1e306, -1e-308) * np.arange(25).reshape(5, 5)),
        (AVERAGE, "pooled", [["12.5", "16.25"], ["10.5", "15"]]),
        (TWO, "pooled_1", [["25"]]),
        # Two entries of one digit meet each other's value too often by accident.
        (BATCH, "feature_map", put(key_of(BATCH, "feature_map"), ([0, 0], [1, 1], [0, 0], [0, 1]), [2, 3])),
        # A factor that two entries share is free where both have one value.
        (TWO, "biased_2", np.full((3, 3), 3.4)),
    ],
)
def test_nothing_is_said_where_nothing_is_sure(problem: Problem, step: str, answer: Any) -> None:
    """Neither a crash nor a guess."""
    typed = texts(answer) if isinstance(answer, np.ndarray) else answer
    typed = from_nan(typed)
    assert found(problem, step, typed) is None


def from_nan(typed: Any) -> Any:
    """What is no number is left blank."""
    if isinstance(typed, list):
        return [from_nan(each) for each in typed]
    return "" if typed == "nan" else typed


def test_labels_that_are_exchanged() -> None:
    """Of answers that are no numbers, an exchange and a single one are named, and nothing else."""
    step, key = EDGES.solution["pairs"], key_of(EDGES, "pairs")
    zeros = np.zeros(key.shape)
    swapped = judged(step, key[[1, 0, 2]], zeros, key)
    assert swapped is not None
    assert (swapped.name, swapped.whole) == ("swapped-entries", False)
    assert "have each other's answer" in swapped.sentence
    one = judged(step, put(key, 0, key[1]), zeros, key)
    assert one is not None
    assert (one.name, one.whole) == ("one-entry", False)
    assert judged(step, key[[1, 2, 0]], zeros, key) is None


MADE = {
    "transposed": lambda key, rng: key.T,
    "flipped": lambda key, rng: key[::-1] if rng.random() < 0.5 else key[:, ::-1],
    "rolled": lambda key, rng: np.roll(key, rng.choice([-1, 1]), rng.integers(2)),
    "negated": lambda key, rng: -key,
    "scaled": lambda key, rng: key * rng.uniform(1.5, 9),
    "shifted": lambda key, rng: key + rng.uniform(0.5, 3) * rng.choice([-1, 1]),
}


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(MADE)), st.integers(4, 6), st.integers(0, 2**32 - 1))
def test_a_made_pattern_is_found(name: str, n: int, seed: int) -> None:
    """For random matrices whose entries have five digits, written with three decimals."""
    rng = np.random.default_rng(seed)
    key = np.round(rng.uniform(10, 99, (n, n)), 3) * rng.choice([-1, 1], (n, n))
    given = np.round(MADE[name](key, rng), 3)
    pattern = judged(SQUARE[n], given, np.full((n, n), 0.0005), key)
    assert pattern is not None
    assert (pattern.name, pattern.whole) == (name, True)
    assert pattern.chance < 1e-6


SQUARE = {n: of_matrix(n, n) for n in range(4, 7)}


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 25), st.integers(0, 2**32 - 1))
def test_random_entries_show_no_pattern_of_values(many: int, seed: int) -> None:
    """Random values of three digits in random places."""
    rng = np.random.default_rng(seed)
    key = np.round(rng.uniform(-9.99, 9.99, (5, 5)), 2)
    given = key.copy()
    given.ravel()[rng.choice(25, many, replace=False)] = np.round(rng.uniform(-9.99, 9.99, many), 2)
    pattern = judged(PADDED.solution["feature_map_1"], given, np.full((5, 5), 0.005), key)
    assert pattern is None or not pattern.whole


@pytest.mark.parametrize("many", [2, 3, 5, 8, 10, 13, 16, 20])
def test_places_are_named_by_accident_as_seldom_as_promised(many: int) -> None:
    """Of random places, with so many wrong entries, a pattern is named in less than one in a hundred."""
    rng, step, half_units = np.random.default_rng(many), PADDED.solution["feature_map_1"], np.full((5, 5), 0.005)
    named = 0
    for _ in range(300):
        wrong = np.zeros(25, bool)
        wrong[rng.choice(25, many, replace=False)] = True
        key = np.round(rng.uniform(-9.99, 9.99, (5, 5)), 2)
        given = np.where(wrong.reshape(5, 5), np.round(rng.uniform(-9.99, 9.99, (5, 5)), 2), key)
        named += judged(step, given, half_units, key) is not None
    assert named <= 3


def test_hypergeometric_is_exact() -> None:
    """Beside the counts themselves."""
    from math import comb

    for of in range(2, 30):
        for within in range(of + 1):
            for many in range(1, of + 1):
                exact = comb(within, many) / comb(of, many)
                assert hypergeometric(within, many, of) == pytest.approx(exact, rel=1e-12)


@settings(max_examples=200, deadline=None)
@given(st.fractions(min_value="1/1000", max_value=1000), st.fractions(min_value=0, max_value=1))
def test_the_simplest_ratio_is_the_simplest(low: Any, width: Any) -> None:
    """In the interval, and no ratio with a smaller denominator is."""
    from math import ceil

    ratio = simplest(low, low + width)
    assert low <= ratio <= low + width
    for denominator in range(1, min(ratio.denominator, 200)):
        assert ceil(low * denominator) > (low + width) * denominator


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=9, max_size=9), st.integers(0, 511))
def test_whatever_is_typed_is_no_crash(values: list[float], mask: int) -> None:
    """Blanks, infinities, the largest and the smallest of numbers, on any key."""
    given = np.array(values).reshape(3, 3)
    for key in (np.arange(9.0).reshape(3, 3) - 4, np.array(values[::-1]).reshape(3, 3), np.zeros((3, 3))):
        wrong = (mask >> np.arange(9) & 1).astype(bool).reshape(3, 3)
        for half_units in (np.zeros((3, 3)), np.full((3, 3), 0.5)):
            found = pattern(TWO.solution["feature_map_1"], given, key, half_units, wrong)
            assert found is None or (wrong.any() and found.sentence and 0 <= found.chance <= 1)
