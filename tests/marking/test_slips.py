"""Named slips: a wrong value that a known mistake explains is called by its name."""

from __future__ import annotations

import pytest

import grader
from grader.problem import Problem


@pytest.fixture(scope="module")
def problem() -> Problem:
    return grader.load("problems/class-notes/sgd-line.yaml")


@pytest.mark.parametrize(
    ("answers", "part", "slip"),
    [
        ({"grad_w_1": "2.4"}, "grad_w_1", "sign"),
        ({"grad_w_2": "-3.828"}, "grad_w_2", "input-left-out"),
        ({"grad_b_1": "-7.2"}, "grad_b_1", "target-as-factor"),
        ({"w_1": "2.9"}, "w_1", "rate-left-out"),
        ({"w_1": "0.476"}, "w_1", "uphill"),
        ({"yhat_2": "1.1"}, "yhat_2", "stale-weights"),
        # A slip made on the student's own earlier value: −(3 − 0.7) is −2.3.
        ({"yhat_1": "0.7", "grad_w_1": "2.3"}, "grad_w_1", "sign"),
    ],
)
def test_a_slip_is_named(problem: Problem, answers: dict[str, str], part: str, slip: str) -> None:
    """On the key's values, and on the student's own."""
    mark = grader.grade(problem, answers)[part]
    assert (mark.verdict, mark.slip, mark.credit) == ("slip", slip, 0.5)
    assert mark.message is not None


def test_what_follows_from_a_slip_follows(problem: Problem) -> None:
    """The step after a slip is judged on the slip's own value."""
    marks = grader.grade(problem, {"grad_w_1": "2.4", "w_1": "0.476"})
    assert (marks["grad_w_1"].verdict, marks["w_1"].verdict) == ("slip", "follows")


def test_a_value_that_no_slip_explains_is_wrong(problem: Problem) -> None:
    """Nothing is named by guess."""
    mark = grader.grade(problem, {"grad_w_1": "-3"})["grad_w_1"]
    assert (mark.verdict, mark.slip) == ("wrong", None)
