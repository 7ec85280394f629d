"""The derivative of softmax in symbols against mpmath's numerical differentiation."""

from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.checks import AGREEMENT
from grader.document import from_python
from grader.errors import SpecError
from grader.expression import Expression, numeric
from grader.problem import Problem, read_problem
from grader.solution import Page, Solution

STEPS = ["S", "p_i", "p_j", "same_in_z", "same", "different_in_z", "different"]


def problem(**given: Any) -> Problem:
    return read_problem(from_python({"family": "softmax_derivative", "given": given}), "derivative")


def solved(**given: Any) -> Solution:
    return problem(**given).solution


def values(solution: Solution, **symbols: float) -> dict[str, Any]:
    """Every step at numbers for the symbols."""
    known = {name: np.array([value]) for name, value in symbols.items()}
    for name, step in solution.items():
        known[name] = numeric(step.expression, known)
    return {name: float(value[0]) for name, value in known.items()}


@pytest.mark.parametrize("given", [{}, {"n": 2}, {"n": 3}, {"n": 10}])
def test_everything_is_proved(given: dict[str, Any]) -> None:
    """Both derivatives in both forms, for any number of scores and for some."""
    solution = solved(**given)
    assert list(solution) == STEPS
    assert [name for name in solution if not solution.prove(name)] == []
    assert sum(len(step.claims) for step in solution.values()) == 6
    assert max(solution.agreement(name) for name in solution) < AGREEMENT


scores = st.lists(st.floats(-20, 20), min_size=2, max_size=6)


@given(scores)
@settings(max_examples=200, deadline=None)
def test_any_number_of_scores(z: list[float]) -> None:
    """At numbers the formulas with R are mpmath's derivatives of softmax of all the scores."""
    R = float(np.exp(z[2:]).sum())
    at = values(solved(), z_i=z[0], z_j=z[1], R=R)
    with mpmath.workdps(50):
        exact = [mpmath.mpf(each) for each in z]
        rest = mpmath.fsum(mpmath.exp(each) for each in exact[2:])

        def p_i(own: Any, other: Any) -> Any:
            return mpmath.exp(own) / (mpmath.exp(own) + mpmath.exp(other) + rest)

        same, different = (float(mpmath.diff(p_i, tuple(exact[:2]), order)) for order in ((1, 0), (0, 1)))
    for name, slope in (("same", same), ("same_in_z", same), ("different", different), ("different_in_z", different)):
        assert at[name] == pytest.approx(slope, rel=1e-6, abs=1e-14), name


@pytest.mark.parametrize("n", [2, 5, 9])
def test_a_stated_number_of_scores(n: int) -> None:
    """With n the others are written out, and give what one number R gives."""
    random = np.random.default_rng(n)
    z = random.normal(size=n)
    named = {"z_i": z[0], "z_j": z[1]}
    out = values(solved(n=n), **named, **{f"z_{k}": z[k - 1] for k in range(3, n + 1)})
    short = values(solved(), **named, R=float(np.exp(z[2:]).sum()))
    assert {name: out[name] for name in STEPS} == pytest.approx({name: short[name] for name in STEPS})


def sigmoid_slope(value: float) -> float:
    return float(sympy.diff(1 / (1 + sympy.exp(-sympy.Symbol("x"))), sympy.Symbol("x")).subs("x", value))


@pytest.mark.parametrize("gap", [-3.0, 0.0, 0.5, 4.0])
def test_two_scores_are_a_sigmoid(gap: float) -> None:
    """Of two scores softmax is the sigmoid of their difference, and has its slope."""
    at = values(solved(n=2), z_i=gap, z_j=0.0)
    assert at["same"] == pytest.approx(sigmoid_slope(gap))
    assert at["different"] == pytest.approx(-sigmoid_slope(gap))


def test_no_slip_is_a_form_of_the_answer() -> None:
    """Every slip, the report's line (4) among them, differs from its step at some numbers."""
    solution = solved()
    at = values(solution, z_i=0.3, z_j=-0.4, R=2.0)
    known = {name: np.array([value]) for name, value in at.items()}
    slips = [(name, slip) for name, step in solution.items() for slip in step.slips]
    assert {(name, slip.name) for name, slip in slips} >= {("same_in_z", "sum-lost"), ("different", "sign")}
    for name, slip in slips:
        assert float(numeric(slip.expression, known)[0]) != pytest.approx(at[name], rel=1e-3), (name, slip.name)


def test_the_reports_line_four() -> None:
    """e to z_i times 1 − e to z_i over S² is what the report prints between a right line and a right line."""
    solution = solved()
    at = values(solution, z_i=0.3, z_j=-0.4, R=2.0)
    printed = np.exp(0.3) * (1 - np.exp(0.3)) / (np.exp(0.3) + np.exp(-0.4) + 2) ** 2
    (slip,) = (slip for slip in solution["same_in_z"].slips if slip.name == "sum-lost")
    known = {name: np.array([value]) for name, value in at.items()}
    assert float(numeric(slip.expression, known)[0]) == pytest.approx(printed)


def test_a_formula_waits_for_its_judge() -> None:
    """An answer is kept, and nothing is guessed about it."""
    mark = grader.grade(problem(), {"same": "p_i (1 - p_i)"})["same"]
    assert mark.verdict in {"undecided", "correct"}


def test_a_wrong_formula_would_not_be_proved() -> None:
    """The proof of this family fails on the report's line (4)."""

    def report(s: Page) -> None:
        z, R = s.symbol("z"), s.symbol("R", positive=True)
        grown: Expression = 2**z
        p = s.formula("p", grown / (grown + R), "A share.")
        s.formula("slope", grown * (1 - grown) / (grown + R) ** 2, "Its slope.", derivative=(p, z))

    page = Page()
    report(page)
    assert not Solution(page).prove("slope")


@pytest.mark.parametrize(
    ("n", "message"),
    [
        (1, "given.n: expected at least 2 scores, so that there is a j beside i, got 1"),
        (0, "given.n: expected a whole number of at least 1, got '0'"),
        ("2.5", "given.n: expected a whole number of at least 1, got '2.5'"),
    ],
)
def test_refusals(n: Any, message: str) -> None:
    """A number of scores that has no i and j is refused."""
    with pytest.raises(SpecError) as refusal:
        solved(n=n)
    assert str(refusal.value) == message
