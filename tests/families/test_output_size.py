"""The size of a map by its formula, against maps that SciPy makes and the figures of the convolution guide."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal  # type: ignore[import-untyped, unused-ignore]

import grader
from grader.document import from_python
from grader.errors import SpecError
from grader.problem import Problem, read_problem
from grader.solution import Solution


def posed(**given: Any) -> Problem:
    return read_problem(from_python({"family": "output_size", "given": given}), "size")


def solved(**given: Any) -> Solution:
    return posed(**given).solution


def sizes(**given: Any) -> tuple[float, float]:
    solution = solved(**given)
    return solution["out_h"].value, solution["out_w"].value


# Dumoulin & Visin (2016), "A guide to convolution arithmetic for deep learning": input i, kernel k, padding p, stride s
GUIDE = {
    "2.1": ({"H": 4, "k": 3}, 2),
    "2.2": ({"H": 5, "k": 4, "p": 2}, 6),
    "2.3": ({"H": 5, "k": 3, "p": 1}, 5),
    "2.4": ({"H": 5, "k": 3, "p": 2}, 7),
    "2.5": ({"H": 5, "k": 3, "s": 2}, 2),
    "2.6": ({"H": 5, "k": 3, "p": 1, "s": 2}, 3),
    "2.7": ({"H": 6, "k": 3, "p": 1, "s": 2}, 3),
    "5.1": ({"H": 7, "k": 3, "d": 2}, 3),
}


@pytest.mark.parametrize("figure", GUIDE)
def test_figures_of_the_convolution_guide(figure: str) -> None:
    """The guide's figures have the sizes that the formula gives; figure 5.1 is the dilated one."""
    givens, size = GUIDE[figure]
    assert sizes(**givens) == (size, size)


def test_first_layer_of_alexnet() -> None:
    """227 pixels, windows of 11 at stride 4: 55 (Krizhevsky et al. 2012, as Stanford's CS231n works it out)."""
    assert sizes(H=227, k=11, s=4) == (55, 55)


def by_scipy(n: int, k: int, p: int, s: int, d: int) -> int:
    """The length of a map that SciPy makes of an image of zeros, with a kernel that is spread by hand."""
    kernel = np.zeros(d * (k - 1) + 1)
    kernel[::d] = 1
    return len(signal.correlate(np.zeros(n + 2 * p), kernel, mode="valid")[::s])


@st.composite
def givens(draw: st.DrawFn) -> dict[str, int]:
    """Windows that fit, those that fill the image to the last entry among them."""
    k, d, p, s = draw(st.tuples(st.integers(1, 7), st.integers(1, 3), st.integers(0, 4), st.integers(1, 9)))
    least = max(d * (k - 1) + 1 - 2 * p, 1)
    H, W = (least + draw(st.integers(0, 12)) for _ in range(2))
    return {"H": H, "W": W, "k": k, "p": p, "s": s, "d": d}


@given(givens())
@settings(max_examples=200, deadline=None)
def test_both_readings_are_the_length_of_scipys_map(given: dict[str, int]) -> None:
    """Any window, padding, stride and dilation that fits gives as many rows and columns as SciPy's map has."""
    solution, window = solved(**given), {name: given[name] for name in "kpsd"}
    for step, length in (("out_h", given["H"]), ("out_w", given["W"])):
        assert solution[step].value == float(solution[step].exact) == by_scipy(length, **window)
        assert solution.agreement(step) == 0


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 10**9), st.integers(0, 10**9))
@settings(max_examples=200, deadline=None)
def test_large_numbers_stay_whole(extra: int, k: int, s: int, p: int) -> None:
    """Sizes far beyond any image are rounded down as Python's whole numbers are, by both readings."""
    H = max(k - 2 * p, 0) + extra
    solution = solved(H=H, k=k, p=p, s=s)
    assert solution["out_h"].value == float(solution["out_h"].exact) == (H + 2 * p - k) // s + 1


def test_counts_are_not_rounded() -> None:
    """One place too few is wrong however large the image: 1999 is not 2000 within 0.1%."""
    mark = grader.grade(posed(H=2000, k=3, p=1), {"out_h": "1999", "out_w": "2000"})["out_h"]
    assert (mark.verdict, mark.slip) == ("slip", "plus-one-forgotten")


def test_what_is_not_given_is_plain() -> None:
    """Without W the image is square; without p, s and d the window moves by one over the bare image."""
    assert sizes(H=9, k=4) == sizes(H=9, W=9, k=4, p=0, s=1, d=1) == (6, 6)


def test_without_numbers_the_answers_are_formulas() -> None:
    """The letters stay letters, the formula is the textbook's, and both readings agree at a sample of them."""
    solution = solved()
    assert solution["out_h"].latex == r"\left\lfloor \frac{H + 2 p - k}{s} \right\rfloor + 1"
    assert solution.symbolic == {"H", "W", "k", "p", "s", "out_h", "out_w"}
    assert max(solution.agreement(step) for step in solution) < 1e-9
    assert str(solved(k=3, p=1, s=1)["out_h"].exact) == "floor(H)"


PADDED = {"H": 56, "k": 13, "p": 6, "s": 3}  # 19 places, and 1 entry is left over
DILATED = {"H": 40, "k": 5, "d": 3}  # 28 places


@pytest.mark.parametrize(
    ("givens", "answer", "slip"),
    [
        (PADDED, "18", "plus-one-forgotten"),
        (PADDED, "17", "padding-once"),
        (PADDED, "15", "padding-left-out"),
        (PADDED, "56", "stride-left-out"),
        (PADDED, "22", "window-left-out"),
        ({"H": 28, "k": 5, "p": 2, "s": 2}, "14.5", "not-rounded"),  # the report's formula has no floor
        (PADDED, "20", "rounded-up"),
        (PADDED, "21", None),
        (DILATED, "36", "dilation-left-out"),
        (DILATED, "26", "dilation-times-side"),
        (DILATED, "27", "plus-one-forgotten"),
        (DILATED, "40", "window-left-out"),
    ],
)
def test_slips(givens: dict[str, int], answer: str, slip: str | None) -> None:
    """A miscount is called by its name, and nothing is named by guess."""
    mark = grader.grade(posed(**givens), {"out_h": answer})["out_h"]
    assert (mark.verdict, mark.slip) == ("slip" if slip else "wrong", slip)


@pytest.mark.parametrize(
    ("givens", "message"),
    [
        ({"H": 5}, "given.k: expected the side k of the window beside H"),
        ({"H": 2, "k": 3}, "given.k: expected a window of at most 2 entries, as the padded image has, got 3"),
        ({"H": 5, "W": 2, "k": 3}, "given.k: expected a window of at most 2 entries, as the padded image has, got 3"),
        ({"H": 3, "k": 3, "d": 2}, "given.k: expected a window of at most 3 entries, as the padded image has, got 5"),
        ({"H": 0, "k": 1}, "given.H: expected a whole number of at least 1, got '0'"),
        ({"H": "5.5", "k": 3}, "given.H: expected a whole number of at least 1, got '5.5'"),
        ({"H": 5, "k": 3, "s": 0}, "given.s: expected a whole number of at least 1, got '0'"),
        ({"H": 5, "k": 3, "p": -1}, "given.p: expected a whole number of at least 0, got '-1'"),
        ({"H": [5], "k": 3}, "given.H: expected a whole number of at least 1, got a list of 1"),
    ],
)
def test_refusals(givens: dict[str, Any], message: str) -> None:
    """A window that does not fit, and counts that are none, are refused with the given at fault."""
    with pytest.raises(SpecError) as refusal:
        posed(**givens)
    assert str(refusal.value) == message
