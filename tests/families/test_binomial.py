"""The binomial distribution against SciPy's, mpmath's, and figures from the literature."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath  # type: ignore[import-untyped, unused-ignore]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped, unused-ignore]

import grader
from grader.checks import AGREEMENT
from grader.document import from_python
from grader.errors import SpecError
from grader.problem import read_problem
from grader.solution import Solution

STEPS = ["mean", "variance", "pmf", "outcomes", "cdf"]


def solved(**given: Any) -> Solution:
    return read_problem(from_python({"family": "binomial", "given": given}), "trials").solution


probabilities = st.fractions(0, 1, max_denominator=1000) | st.sampled_from(
    [Fraction(0), Fraction(1), Fraction(1, 10**9), 1 - Fraction(1, 10**9)]
)


@st.composite
def trials(draw: st.DrawFn) -> tuple[int, Fraction, int]:
    """A number of trials, a probability, and a number of successes, none and all of them often among these."""
    n = draw(st.integers(1, 40))
    return n, draw(probabilities), draw(st.sampled_from([0, n]) | st.integers(0, n))


@given(trials())
@settings(max_examples=200, deadline=None)
def test_readings_agree_and_scipy_says_the_same(drawn: tuple[int, Fraction, int]) -> None:
    """SymPy and NumPy agree, and SciPy's mean, variance, mass and distribution function are the family's."""
    n, p, k = drawn
    solution = solved(n=n, p=p, k=k)
    assert list(solution) == STEPS
    assert {name: gap for name in solution if not (gap := solution.agreement(name)) < AGREEMENT} == {}
    law = stats.binom(n, float(p))
    figures = {"mean": law.mean(), "variance": law.var(), "pmf": law.pmf(k), "cdf": law.cdf(k)}
    for step, figure in figures.items():
        assert solution[step].value == pytest.approx(figure, rel=1e-7, abs=1e-13), step


@pytest.mark.parametrize(
    ("n", "p", "k"), [(1000, "0.5", 500), (1000, "0.001", 3), (1000, "0.999", 20), (300, "1/3", 90)]
)
def test_many_trials(n: int, p: str, k: int) -> None:
    """Coefficients of 300 digits do no harm: both readings agree with the incomplete beta function by mpmath."""
    solution = solved(n=n, p=p, k=k)
    assert max(solution.agreement(name) for name in solution) < AGREEMENT
    with mpmath.workdps(40):
        chance = mpmath.mpf(Fraction(p).numerator) / Fraction(p).denominator
        cdf = mpmath.betainc(n - k, k + 1, 0, 1 - chance, regularized=True)
        assert solution["cdf"].value == pytest.approx(float(cdf), rel=1e-10, abs=1e-300)


@pytest.mark.parametrize(
    ("n", "p", "k", "pmf", "cdf"),
    [
        (4, 0, 0, 1, 1),
        (4, 0, 1, 0, 1),
        (4, 1, 4, 1, 1),
        (4, 1, 3, 0, 0),
        (1, "0.3", 0, 0.7, 0.7),
        (1, "0.3", 1, 0.3, 1),
    ],
)
def test_certain_and_impossible(n: int, p: Any, k: int, pmf: float, cdf: float) -> None:
    """p of 0 and 1, k of 0 and n, one trial: 0⁰ counts as 1."""
    solution = solved(n=n, p=p, k=k)
    assert (solution["pmf"].value, solution["cdf"].value) == pytest.approx((pmf, cdf))
    assert (float(solution["pmf"].exact), float(solution["cdf"].exact)) == pytest.approx((pmf, cdf))


WELDON = [0.007707, 0.046244, 0.127171, 0.211952, 0.238446, 0.190757, 0.111275, 0.047689, 0.014903, 0.003312, 0.000497,
          0.000045, 0.000002]  # fmt: skip


@pytest.mark.parametrize(("k", "figure"), list(enumerate(WELDON)))
def test_weldon_s_dice(k: int, figure: float) -> None:
    """Twelve dice, a five or a six on each: b(k; 12, 1/3) as Feller tabulates it (volume I, section VI.2)."""
    assert solved(n=12, p="1/3", k=k)["pmf"].value == pytest.approx(figure, abs=5.1e-7)


@pytest.mark.parametrize(("sixes", "figure"), [(1, 0.6651), (2, 0.6187), (3, 0.5973)])
def test_pepys_and_newton(sixes: int, figure: float) -> None:
    """Pepys asked Newton (1693): at least one six with 6 dice, two with 12, three with 18."""
    assert 1 - solved(n=6 * sixes, p="1/6", k=sixes - 1)["cdf"].value == pytest.approx(figure, abs=5e-5)


def test_lesson() -> None:
    """Ten guessed questions, and ten thousand trials with the mean of 5000 that the lesson names."""
    ten = grader.load("problems/lesson-0/guessing-ten-questions.yaml").solution
    assert [ten[step].value for step in ("mean", "variance")] == [5, 2.5]
    assert ten["pmf"].exact * 1024 == 252
    many = grader.load("problems/lesson-0/ten-thousand-trials.yaml").solution
    assert list(many) == STEPS[:2]
    assert [step.value for step in many.values()] == [5000, 2500]


@pytest.mark.parametrize(
    ("part", "answer", "slip"),
    [
        ("mean", "3.5", "failures-counted"),
        ("mean", "0.3", "share"),
        ("variance", "1.02470", "standard-deviation"),
        ("variance", "1.5", "mean"),
        ("variance", "0.21", "one-trial"),
        ("variance", "0.45", "p-twice"),
        ("pmf", "0.03087", "coefficient-left-out"),
        ("pmf", "0.9", "failures-left-out"),
        ("pmf", "0.1323", "p-and-failure-exchanged"),
        ("pmf", "0.83692", "at-most"),
        ("cdf", "0.3087", "exactly"),
        ("cdf", "0.52822", "fewer-than"),
        ("cdf", "0.16308", "more-than"),
        ("cdf", "0.47178", "at-least"),
        ("cdf", "0.66885", "none-left-out"),
    ],
)
def test_slips(part: str, answer: str, slip: str) -> None:
    """Five trials at 0.3, two successes: mistakes are named."""
    problem = read_problem(from_python({"family": "binomial", "given": {"n": 5, "p": "0.3", "k": 2}}), "trials")
    mark = grader.grade(problem, {part: answer})[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"n": 5, "p": "1.5"}, "given.p: expected a probability between 0 and 1, got '1.5'"),
        ({"n": 5, "p": "-0.1"}, "given.p: expected a probability between 0 and 1, got '-0.1'"),
        ({"n": "2.5", "p": "0.5"}, "given.n: expected a whole number of at least 1, got '2.5'"),
        ({"n": 0, "p": "0.5"}, "given.n: expected a whole number of at least 1, got '0'"),
        ({"n": 5, "p": "0.5", "k": -1}, "given.k: expected a whole number of at least 0, got '-1'"),
        ({"n": 5, "p": "0.5", "k": 6}, "given.k: expected at most as many successes as trials, 5, got 6"),
        ({"n": 1001, "p": "0.5", "k": 6}, "given.n: expected at most 1000 trials where k is given, got 1001"),
    ],
)
def test_refusals(given: dict[str, Any], message: str) -> None:
    """Trials that there cannot be are refused with the given named."""
    with pytest.raises(SpecError) as refusal:
        solved(**given)
    assert str(refusal.value) == message
