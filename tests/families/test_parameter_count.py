"""Parameters of a convolution layer, against published counts and the sizes of arrays."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.document import from_python
from grader.errors import SpecError
from grader.problem import Problem, read_problem
from grader.solution import Solution


def posed(**given: Any) -> Problem:
    return read_problem(from_python({"family": "parameter_count", "given": given}), "count")


def solved(**given: Any) -> Solution:
    return posed(**given).solution


@pytest.mark.parametrize(
    ("N", "k", "C", "total"),
    [
        (6, 5, 1, 156),  # LeNet-5, C1 (LeCun et al. 1998, II.B)
        (120, 5, 16, 48_120),  # LeNet-5, C5 (the same)
        (96, 11, 3, 34_944),  # AlexNet's first layer, as Stanford's CS231n counts it: 34,848 weights and 96 biases
        (64, 3, 3, 1_792),  # VGG-16, conv1_1 (Simonyan & Zisserman 2014)
        (512, 3, 512, 2_359_808),  # VGG-16, conv5_3
        (1, 1, 1, 2),  # one weight and one bias
    ],
)
def test_published_counts(N: int, k: int, C: int, total: int) -> None:
    """Layers of the literature have the parameters that are published for them."""
    assert solved(N=N, k=k, C=C)["total"].value == total


sizes = st.integers(1, 20)


@given(sizes, st.integers(1, 11), sizes, st.booleans())
@settings(max_examples=200, deadline=None)
def test_parameters_are_the_entries_of_the_layers_arrays(N: int, k: int, C: int, bias: bool) -> None:
    """NumPy's arrays for the kernels and the biases have as many entries, and both readings say so."""
    solution = solved(N=N, k=k, C=C, bias=str(bias).lower())
    arrays = [np.empty((N, C, k, k)), np.empty(N if bias else 0)]
    assert solution["total"].value == sum(each.size for each in arrays)
    assert solution["per_filter"].value * N == solution["total"].value
    assert max(solution.agreement(step) for step in solution) == 0


def test_large_counts_are_whole() -> None:
    """A layer of 10¹² filters is counted to the last parameter."""
    assert solved(N=10**12, k=3, C=3)["total"].exact == 28 * 10**12


@pytest.mark.parametrize("given", [{}, {"N": 3, "k": 5, "C": 2}, {"bias": "false"}])
def test_total_is_proved_to_be_its_expanded_form(given: dict[str, Any]) -> None:
    """N(k·k·C + 1) is Nk·k·C + N whatever the letters stand for."""
    solution = solved(**given)
    assert len(solution["total"].claims) == ("bias" not in given)
    assert solution.prove("total")


def test_without_numbers_the_answers_are_formulas() -> None:
    """The letters stay letters, and the exact reading is the report's formula."""
    solution = solved()
    assert solution.symbolic == {"N", "k", "C", "per_filter", "total"}
    assert str(solution["total"].exact.expand()) == "C*N*k**2 + N"
    assert max(solution.agreement(step) for step in solution) < 1e-9


@pytest.mark.parametrize(
    ("answers", "part", "slip"),
    [
        ({"per_filter": "72"}, "per_filter", "bias-forgotten"),
        ({"per_filter": "80"}, "per_filter", "bias-per-channel"),
        ({"per_filter": "10"}, "per_filter", "channels-forgotten"),
        ({"per_filter": "25"}, "per_filter", "side-once"),
        ({"total": "1152"}, "total", "bias-forgotten"),
        ({"total": "1153"}, "total", "one-bias-for-all"),
        ({"total": "1280"}, "total", "bias-per-channel"),
        ({"total": "160"}, "total", "channels-forgotten"),
        ({"total": "400"}, "total", "side-once"),
        ({"total": "1169"}, "total", None),
    ],
)
def test_slips(answers: dict[str, str], part: str, slip: str | None) -> None:
    """With N = 16, k = 3, C = 8 (73 a filter, 1,168 in all) a mistake is called by its name, and nothing by guess."""
    mark = grader.grade(posed(N=16, k=3, C=8), answers)[part]
    assert (mark.verdict, mark.slip) == ("slip" if slip else "wrong", slip)


def test_total_follows_from_the_students_own_filter() -> None:
    """Who forgets the bias in one filter is not charged again for the layer."""
    marks = grader.grade(posed(N=16, k=3, C=8), {"per_filter": "72", "total": "1152"})
    assert [(mark.verdict, mark.slip) for mark in marks] == [("slip", "bias-forgotten"), ("follows", None)]


def test_bias_that_is_not_there() -> None:
    """In a layer without biases, counting them is the slip."""
    mark = grader.grade(posed(N=16, k=3, C=8, bias="false"), {"total": "1168"})["total"]
    assert (mark.verdict, mark.slip, mark.expected) == ("slip", "bias-counted", "1152")


@pytest.mark.parametrize(
    ("givens", "message"),
    [
        ({"N": 1, "k": 2}, "given.C: expected all of N, k and C, or none, got no C"),
        ({"C": 1}, "given.N: expected all of N, k and C, or none, got no N and no k"),
        ({"N": 0, "k": 2, "C": 1}, "given.N: expected a whole number of at least 1, got '0'"),
        ({"N": 1, "k": "2.5", "C": 1}, "given.k: expected a whole number of at least 1, got '2.5'"),
        ({"bias": "perhaps"}, "given.bias: expected true or false, got 'perhaps'"),
    ],
)
def test_refusals(givens: dict[str, Any], message: str) -> None:
    """What is no count, and a formula half in numbers, is refused with the given at fault."""
    with pytest.raises(SpecError) as refusal:
        posed(**givens)
    assert str(refusal.value) == message
