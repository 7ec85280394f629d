"""Softmax and its Jacobian against SciPy, fifty-digit arithmetic and a published example."""

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import optimize, special

import grader
from grader.checks import AGREEMENT
from grader.document import from_python
from grader.errors import SpecError
from grader.expression import diagonal, outer, softmax
from grader.problem import Problem, read_problem
from grader.solution import Page, Solution

SCORES: dict[str, Any] = {"z": [1, 2, 4]}


def problem(**given: Any) -> Problem:
    return read_problem(from_python({"family": "softmax", "given": given}), "scores")


def solved(**given: Any) -> Solution:
    return problem(**given).solution


hundredths = st.integers(-1000, 1000).map(lambda n: Fraction(n, 100))
wide = st.integers(-1000, 1000).map(Fraction)
scores = st.lists(hundredths, min_size=1, max_size=5) | st.lists(wide, min_size=1, max_size=4)


@given(scores, st.booleans())
@example([Fraction(7)], True)
@example([Fraction(0)] * 4, True)
@example([Fraction(1000), Fraction(-1000)], True)
@settings(max_examples=200, deadline=None)
def test_readings_agree_and_are_scipys(z: list[Fraction], shift: bool) -> None:
    """Both readings agree on every step, and the probabilities are SciPy's; unshifted only where nothing overflows."""
    solution = solved(z=z, shift=shift or max(map(abs, z)) > 10)
    assert max(solution.agreement(name) for name in solution) < AGREEMENT
    p = special.softmax([float(each) for each in z])
    np.testing.assert_allclose(solution["p"].value, p, rtol=1e-13, atol=1e-300)
    np.testing.assert_allclose(solution["jacobian"].value, np.diag(p) - np.outer(p, p), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("z", [[1, 2, 4], [Fraction(-1, 3), 0, Fraction(5, 7), 20], [1000, 999, -1000]])
def test_fifty_digits(z: list[Any]) -> None:
    """The probabilities and the Jacobian by mpmath, the latter by its numerical differentiation."""
    solution = solved(z=z)
    with mpmath.workdps(50):
        at = [mpmath.mpf(Fraction(each).numerator) / Fraction(each).denominator for each in z]

        def p(i: int, *scores: Any) -> Any:
            return mpmath.exp(scores[i]) / mpmath.fsum(map(mpmath.exp, scores))

        for i in range(len(z)):
            assert float(mpmath.fabs(p(i, *at) - mpmath.mpf(str(solution["p"].exact[i].evalf(25))))) < 1e-24
            for j in range(len(z)):
                order = tuple(int(k == j) for k in range(len(z)))
                slope = mpmath.diff(lambda *scores, i=i: p(i, *scores), tuple(at), order)
                assert solution["jacobian"].value[i, j] == pytest.approx(float(slope), rel=1e-9, abs=1e-15)


def test_finite_differences() -> None:
    """The rows of the Jacobian by SciPy's difference quotients."""
    z = np.array([0.3, -1.2, 2.0, 0.7])
    J = solved(z=[str(each) for each in z])["jacobian"].value
    for i in range(4):
        slopes = optimize.approx_fprime(z, lambda at, i=i: special.softmax(at)[i])
        np.testing.assert_allclose(J[i], slopes, atol=1e-7)


def test_published_example() -> None:
    """The seven scores of the encyclopedia's article on softmax, to the three decimals printed there."""
    p = solved(z=[1, 2, 3, 4, 1, 2, 3])["p"].value
    np.testing.assert_allclose(p, [0.024, 0.064, 0.175, 0.475, 0.024, 0.064, 0.175], atol=5e-4)


def test_large_scores_do_not_overflow() -> None:
    """A thousand and minus a thousand: one and nothing, with slopes that are nothing."""
    solution = solved(z=[1000, -1000])
    assert solution["exp"].value.tolist() == [1, 0]
    assert solution["p"].value.tolist() == [1, 0]
    assert solution["jacobian"].value.tolist() == [[0, 0], [0, 0]]


def test_one_score_has_all_the_probability() -> None:
    """A single score is certain, whatever it is."""
    solution = solved(z=[-3])
    assert (solution["p"].value.tolist(), solution["jacobian"].value.tolist()) == ([1], [[0]])


def test_steps_stand_in_the_order_of_the_catalogue() -> None:
    """With and without the shift."""
    assert list(solved(**SCORES)) == ["shifted", "exp", "sum", "p", "jacobian"]
    assert list(solved(**SCORES, shift=False)) == ["exp", "sum", "p", "jacobian"]


@pytest.mark.parametrize("n", [1, 2, 6])
def test_jacobian_is_proved(n: int) -> None:
    """SymPy proves the quotient and its slopes for scores that are symbols."""
    solution = solved(z=list(range(n)))
    assert solution.prove("p")
    assert solution.prove("jacobian")


def test_a_wrong_jacobian_is_not_proved() -> None:
    """With the signs beside the diagonal lost, or without its second term, it is no Jacobian."""
    page = Page()
    z = page.symbol("z", (3,))
    p = softmax(z)
    for name, claimed in (("sign", diagonal(p - 2 * p * p) + outer(p, p)), ("half", diagonal(p))):
        page.formula(name, claimed, "A matrix.", derivative=(p, z))
    assert not any(Solution(page).prove(name) for name in ("sign", "half"))


E_TO = np.exp([1.0, 2.0, 4.0])
P = special.softmax([1.0, 2.0, 4.0])
SLIPS = [
    ({"shifted": [0, 1, 3]}, "shifted", "smallest-taken-off"),
    ({"exp": E_TO.tolist()}, "exp", "max-left-in"),
    ({"sum": float(E_TO.sum())}, "sum", "max-left-in"),
    ({"sum": float(np.exp([-3, -2]).sum())}, "sum", "own-left-out"),
    ({"p": (E_TO / E_TO.max()).tolist()}, "p", "not-normalised"),
    ({"p": [1 / 7, 2 / 7, 4 / 7]}, "p", "no-exponential"),
    ({"p": (E_TO / (E_TO / E_TO.max()).sum()).tolist()}, "p", "max-left-in"),
    ({"jacobian": (np.diag(P - 2 * P * P) + np.outer(P, P)).tolist()}, "jacobian", "sign-beside"),
    ({"jacobian": (np.outer(P, P) - np.diag(P)).tolist()}, "jacobian", "sign"),
    ({"jacobian": np.diag(P * (1 - P)).tolist()}, "jacobian", "diagonal-only"),
    ({"jacobian": (np.diag(P + P * P) - np.outer(P, P)).tolist()}, "jacobian", "square-left-out"),
]


@pytest.mark.parametrize(("answers", "part", "slip"), SLIPS)
def test_slips_are_named(answers: dict[str, Any], part: str, slip: str) -> None:
    """Each mistake, computed here by its own formula, is called by its name."""
    mark = grader.grade(problem(**SCORES), answers)[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


def test_without_the_shift_the_probabilities_are_still_right() -> None:
    """Whoever leaves the shift out has made one slip; the sum follows, and what cancels is right."""
    answers = {"exp": E_TO.tolist(), "sum": float(E_TO.sum()), "p": P.tolist()}
    marks = grader.grade(problem(**SCORES), answers)
    assert [marks[step].verdict for step in answers] == ["slip", "follows", "correct"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"z": 3}, "given.z: expected a list of numbers, got a single number"),
        ({"z": []}, "given.z: expected a list of numbers, got none"),
        ({"z": [1, 2], "shift": "maybe"}, "given.shift: expected true or false, got 'maybe'"),
    ],
)
def test_refusals(given: dict[str, Any], message: str) -> None:
    """What is no list of scores is refused, with the given named."""
    with pytest.raises(SpecError) as refusal:
        solved(**given)
    assert str(refusal.value) == message
