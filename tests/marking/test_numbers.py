"""Verdicts on numbers: what the contract allows, and what follows from a student's own values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import grader
from grader.document import Text, from_python, read_yaml
from grader.errors import UnreadableError
from grader.kinds import MOST_OTHERS, READ, UNREADABLE, Numbers, read_answer
from grader.marking import Sheet, mark
from grader.problem import Problem, read_problem

SPEC = """
family: sgd
given: {w: 0.5, b: 0.1, lr: 0.01, x: [1, 2, 3, 4, 5], y: [3, 5, 7, 9, 11]}
"""


def problem(**keys: str) -> Problem:
    return read_problem(read_yaml(SPEC + "".join(f"{key}: {value}\n" for key, value in keys.items())), "p")


def verdicts(answers: Mapping[str, Any], **spec: str) -> dict[str, str]:
    return {mark.part: mark.verdict for mark in grader.grade(problem(**spec), answers)}


@pytest.mark.parametrize(
    ("answer", "ask", "verdict"),
    [
        # w_5 is 1.2736323266; 0.1% of it is 0.00127.
        ("1.2736323266", "{w_5: 1}", "correct"),
        ("1.2737", "{w_5: 1}", "correct"),
        ("1.2749", "{w_5: 1}", "correct"),
        ("1.2750", "{w_5: 1}", "wrong"),
        ("1.27", "{w_5: 1}", "correct"),  # three significant digits, rightly rounded
        ("1.28", "{w_5: 1}", "wrong"),
        ("1.3", "{w_5: 1}", "incomplete"),  # rightly rounded, and too coarse
        ("1.27e0", "{w_5: 1}", "correct"),
        ("12.737e-1", "{w_5: 1}", "correct"),
        ("−1.2737", "{w_5: 1}", "wrong"),
        ("+1.2737", "{w_5: 1}", "correct"),
        (" 1.2737 ", "{w_5: 1}", "correct"),
        ("5/4", "{w_5: 1}", "wrong"),
        ("1.25", "{w_5: {within: 2%}}", "correct"),
        ("1.24", "{w_5: {within: 2%}}", "wrong"),
        ("1.2", "{w_5: {within: 0.1}}", "correct"),
        ("1.1", "{w_5: {within: 0.1}}", "wrong"),
        ("1.274", "{w_5: {decimals: 3}}", "correct"),
        ("1.2736", "{w_5: {decimals: 3}}", "correct"),
        ("1.275", "{w_5: {decimals: 3}}", "wrong"),
        ("1.27", "{w_5: {decimals: 3}}", "incomplete"),
        ("1.27", "{w_5: {decimals: 2}}", "correct"),
        ("1.3", "{w_5: {digits: 2}}", "correct"),
        ("1", "{w_5: {digits: 2}}", "incomplete"),
        ("", "{w_5: 1}", "blank"),
        ("   ", "{w_5: 1}", "blank"),
        ("about 1.27", "{w_5: 1}", "unreadable"),
        ("1.27.3", "{w_5: 1}", "unreadable"),
        ("nan", "{w_5: 1}", "wrong"),
        ("inf", "{w_5: 1}", "wrong"),
        (r"-\infty", "{w_5: 1}", "wrong"),
        ("w_5 = 1.2737", "{w_5: 1}", "correct"),
        (r"$1.2737 \times 10^{0}$", "{w_5: 1}", "correct"),
        ("127.37 %", "{w_5: 1}", "correct"),
        ("１.２７３７", "{w_5: 1}", "correct"),
        ("1.2737 units", "{w_5: 1}", "unreadable"),
        ("1 1/4", "{w_5: {within: 2%}}", "unreadable"),
        ("__import__('os').system('true')", "{w_5: 1}", "unreadable"),
        ("9" * 5000, "{w_5: 1}", "unreadable"),
    ],
)
def test_a_number_is_judged_by_what_the_problem_allows(answer: str, ask: str, verdict: str) -> None:
    """0.1% or three digits unless the problem says otherwise."""
    assert verdicts({"w_5": answer}, ask=ask) == {"w_5": verdict}


@pytest.mark.parametrize(
    ("kind", "text", "shape", "values"),
    [
        (Numbers(decimal="comma"), "1,5", (), [1.5]),
        (Numbers(decimal="comma"), "[1,5; 1.000,5]", (2,), [1.5, 1000.5]),
        (Numbers(shape=()), "12 345", (), [12345]),
        (Numbers(shape=(2,)), "12 345", (2,), [12, 345]),
        (Numbers(shape=(2,)), r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}", (2,), [1, 2]),
        (Numbers(), "[1, nan, -∞]", (3,), [1, np.nan, -np.inf]),
    ],
)
def test_what_a_kind_knows_settles_how_numbers_are_read(
    kind: Numbers, text: str, shape: tuple[int, ...], values: list[float]
) -> None:
    """The course's decimal sign, and the shape that is expected."""
    answer = read_answer(kind, Text(text))
    assert answer.shape == shape
    assert_array_equal(answer.values, values)
    assert (answer.states == READ).all()


def root(text: str) -> float:
    """A reader of closed formulas that knows but one."""
    if text != "√2/2":
        raise UnreadableError("expected √2/2", text, 1)
    return math.sqrt(2) / 2


def test_a_closed_formula_is_read_where_a_number_is_none() -> None:
    """Its value has no rounding; what is no formula either is told with the formula reader's own words."""
    answer = read_answer(Numbers(formula=root), Text("[√2/2, 1/2, sin 1]"))
    assert_array_equal(answer.values, [math.sqrt(2) / 2, 0.5, np.nan])
    assert_array_equal(answer.half_units, 0)
    assert_array_equal(answer.states, [READ, READ, UNREADABLE])
    assert answer.trouble.startswith("expected √2/2; reading stopped at 'sin 1'")


@pytest.mark.parametrize("text", ["1 1/2", "1,5", "0,05"])
def test_what_can_be_read_in_two_ways_is_no_formula(text: str) -> None:
    """A mixed number is not a product, and a decimal comma no list: the formula reader is not asked."""
    answer = read_answer(Numbers(shape=(), formula=lambda text: 1.0), Text(text))
    assert_array_equal(answer.states, [UNREADABLE])


def test_entries_that_are_no_numbers_have_an_end() -> None:
    """A table of thousands of formulas is refused; the same word however often is read once."""
    asked: list[str] = []
    kind = Numbers(formula=lambda text: asked.append(text) or 1.0)
    many = read_answer(kind, Text("[" + ", ".join(f"f{i}" for i in range(5000)) + "]"))
    assert (many.shape, many.states.tolist()) == ((), [UNREADABLE])
    assert len(asked) == MOST_OTHERS
    same = read_answer(kind, Text("[" + ", ".join(["f"] * 5000) + "]"))
    assert (same.shape, len(asked)) == ((5000,), MOST_OTHERS + 1)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        # A wrong prediction, and a slope and a step that are right by it.
        (
            {"yhat_1": "0.7", "grad_w_1": "-2.3", "w_1": "0.523"},
            {"yhat_1": "wrong", "grad_w_1": "follows", "w_1": "follows"},
        ),
        # Right by the key is right, whatever came before.
        ({"yhat_1": "0.7", "grad_w_1": "-2.4"}, {"yhat_1": "wrong", "grad_w_1": "correct"}),
        # A step that was left out is carried by what came before it.
        ({"yhat_1": "0.7", "w_1": "0.523"}, {"yhat_1": "wrong", "w_1": "follows"}),
        # What cannot be read counts as left out.
        ({"yhat_1": "0.7", "grad_w_1": "?", "w_1": "0.523"}, {"grad_w_1": "unreadable", "w_1": "follows"}),
        # Following carries on through a second sample.
        (
            {"w_1": "0.6", "b_1": "0.2", "yhat_2": "1.4", "grad_w_2": "-7.2"},
            {"w_1": "wrong", "yhat_2": "follows", "grad_w_2": "follows"},
        ),
        # Neither the key's value nor what the student's own lead to.
        ({"yhat_1": "0.7", "grad_w_1": "-2.5"}, {"yhat_1": "wrong", "grad_w_1": "wrong"}),
        # A slope of zero leaves nothing to compute, so that keeping the weight is no merit.
        ({"grad_w_1": "0", "w_1": "0.5"}, {"grad_w_1": "wrong", "w_1": "wrong"}),
    ],
)  # fmt: skip
def test_a_step_may_follow_from_the_students_own_values(answers: dict[str, str], expected: dict[str, str]) -> None:
    """Each step is evaluated again on the student's own earlier answers."""
    found = verdicts(answers)
    assert {part: found[part] for part in expected} == expected


@pytest.mark.parametrize("huge", ["1e308", "-1e308", "1e999", "1e-999", "1e-308", "0." + "0" * 70 + "1"])
def test_extreme_numbers_are_judged_without_a_warning(huge: str) -> None:
    """Numbers at the ends of what a computer holds are wrong, or cannot be read, and what follows stays judged."""
    found = verdicts({"yhat_1": huge, "grad_w_1": huge, "w_1": huge, "sse_after": huge, "b_1": "0.124"})
    assert found["yhat_1"] in {"wrong", "unreadable"}
    assert found["b_1"] == "correct"


def test_a_mark_says_what_it_rests_on() -> None:
    """The message names the earlier answers that were used, their outcome, and the key's."""
    mark = grader.grade(problem(), {"yhat_1": "0.7", "grad_w_1": "-2.3"})["grad_w_1"]
    assert (mark.own, mark.expected, mark.credit) == ("-2.3", "-2.4", 1.0)
    assert mark.message == (
        "Right by your own earlier values: your own yhat_1 = 0.7 leads to -2.3. The key has -2.4."
    )  # fmt: skip


def test_a_wrong_mark_says_what_the_students_own_values_would_have_led_to() -> None:
    """Both the key's value and the student's own are named."""
    mark = grader.grade(problem(), {"yhat_1": "0.7", "grad_w_1": "-2.5"})["grad_w_1"]
    assert mark.message == "The key has -2.4; your own yhat_1 = 0.7 would lead to -2.3."


def test_too_few_digits_are_named() -> None:
    """An answer that agrees as far as it goes learns how many digits are wanted."""
    message = grader.grade(problem(), {"w_5": "1.3"})["w_5"].message
    assert message == "Right as far as it goes: write at least 3 significant digits. The key has 1.27363."


def test_a_mark_as_a_line_holds_what_the_contract_says() -> None:
    """Fields that are null are left out; expected and message where the answer is correct."""
    marks = grader.grade(problem(ask="{w_5: {points: 2}, b_5: 1}"), {"w_5": "1.2737", "b_5": "0.5"}, student="s001")
    right, wrong = (json.loads(msgspec.json.encode(mark)) for mark in marks)
    assert right == {
        "student": "s001", "problem": "p", "part": "w_5", "verdict": "correct", "credit": 1.0, "points": 2.0,
        "answer": "1.2737",
    }  # fmt: skip
    assert wrong["verdict"] == "wrong"
    assert wrong["expected"] == "0.3286"
    assert {"slip", "cells"}.isdisjoint(wrong)


def test_the_problems_policy_decides_the_credit() -> None:
    """A course that gives half for following, and a little for trying, gets that."""
    marks = grader.grade(
        problem(policy="{follows: 0.5, wrong: 0.1}"), {"yhat_1": "0.7", "grad_w_1": "-2.3"}
    )  # fmt: skip
    assert (marks["yhat_1"].credit, marks["grad_w_1"].credit) == (0.1, 0.5)


def test_unasked_steps_count_as_the_students_own_values() -> None:
    """A student may write down more than is asked, and what follows from it follows."""
    assert verdicts({"yhat_1": "0.7", "grad_w_1": "-2.3"}, ask="{grad_w_1: 1}") == {"grad_w_1": "follows"}


numbers = st.decimals(-100, 100, places=3).map(str) | st.sampled_from(["", "x", "1.172", "0.6", "-2.4", "0.524"])
pages = st.dictionaries(st.sampled_from(["yhat_1", "grad_w_1", "w_1", "b_1", "yhat_2", "w_2", "w_5"]), numbers)


@settings(max_examples=100, deadline=None)
@given(st.lists(pages, min_size=1, max_size=12))
def test_a_cohort_is_marked_as_each_student_alone(cohort: list[dict[str, str]]) -> None:
    """Students do not touch each other, however many there are."""
    subject = problem()
    sheets = [Sheet(f"s{i}", {k: from_python(v) for k, v in page.items()}) for i, page in enumerate(cohort)]
    together = mark(subject, sheets)
    alone = [mark(subject, [sheet])[0] for sheet in sheets]
    assert together == alone


def test_a_cohort_takes_one_evaluation_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand students cost as many evaluations as one."""
    from grader.marking import following

    calls: list[str] = []
    read = following.value
    monkeypatch.setattr(following, "value", lambda tree, names: calls.append(repr(tree)) or read(tree, names))
    subject = problem(ask="{mse_before: 1}")
    mark(subject, [Sheet(f"s{i}", {"mse_before": from_python(str(i / 10))}) for i in range(1000)])
    assert len(calls) == len(subject.solution)
