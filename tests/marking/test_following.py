"""Whole pages, worked by simulated students on every shipped problem with numbers: honest ones, and some who slip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.document import from_python
from grader.expression import Name, numeric, read_numeral
from grader.marking import Sheet, mark
from grader.marking.marks import Marks
from grader.parts import Part
from grader.problem import Problem, load, load_folder, read_problem

ACCEPTED = {"correct", "rounded", "follows"}
HONEST = {"correct", "rounded"}


@cache
def shipped() -> dict[str, Problem]:
    """The problems that ask for numbers."""
    problems, errors = load_folder("problems")
    assert not errors
    return {id: problem for id, problem in problems.items() if any(rounds(problem, step) for step in problem.solution)}


def rounds(problem: Problem, name: str) -> bool:
    """Whether the answer to a step is a number that may be rounded."""
    step = problem.solution[name]
    return name not in problem.solution.symbolic and not step.kind.judge and not step.kind.exact


@dataclass(frozen=True)
class Habit:
    """How a student writes numbers, and what is gone on with: what is `written`, all digits `kept`, or `mixed`."""

    goes_on: str
    places: int
    decimals: bool
    plain: bool
    """Whether 3.000 is written 3."""
    seed: int = 0

    def written(self, value: np.ndarray) -> Any:
        return [self.written(each) for each in value] if value.ndim else self.numeral(float(value))

    def numeral(self, value: float) -> str:
        """A number to so many decimals, or significant digits; what has fewer is written as it is, or with zeros."""
        assume(np.isfinite(value))
        leading = int(f"{value:.{self.places - 1}e}".partition("e")[2]) if value else 0
        decimals = self.places if self.decimals else max(self.places - 1 - leading, 0)
        text = f"{value:.{decimals}f}"
        if self.plain and "." in text and abs(float(text) - value) <= 1e-12 * max(1, abs(value)):
            return text.rstrip("0").rstrip(".")
        return text


@dataclass(frozen=True)
class Mistake:
    """A step that goes wrong: its value times a factor, and more by some amount."""

    step: str
    factor: float
    more: float


def page(problem: Problem, habit: Habit, mistake: Mistake | None = None) -> dict[str, Any]:
    """All answers of a student: each step is computed from the ones before it, as the habit has it."""
    solution, random = problem.solution, np.random.default_rng(habit.seed)
    kept = dict(solution.given_arrays)
    written, answers = dict(kept), {}
    for name, step in solution.items():
        if name in solution.symbolic or step.kind.judge:
            continue
        taken = {}
        for use in step.uses:
            reads = habit.goes_on == "written" or (habit.goes_on == "mixed" and random.integers(2))
            taken[use] = (written if reads else kept)[use]
        kept[name] = written[name] = numeric(step.expression, taken)
        if mistake and name == mistake.step:
            kept[name] = written[name] = kept[name] * mistake.factor + mistake.more
        answers[name] = step.kind.show(kept[name][..., 0]) if step.kind.exact else habit.written(kept[name][..., 0])
        if not step.kind.exact:
            written[name] = np.array(answers[name], dtype=float)[..., None]
    return answers


def marked(problem: Problem, pages: list[dict[str, Any]]) -> list[Marks]:
    return mark(problem, [Sheet(f"s{i}", {name: from_python(each) for name, each in page.items()}) for i, page in
                          enumerate(pages)])  # fmt: skip


def entries(problem: Problem, marks: Marks, answers: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Each entry that is asked: its part, its verdict, and whether as many digits are written as the part wants."""
    for part in problem.parts:
        found = marks[part.step]
        if part.step in answers:
            texts = np.array(answers[part.step]).reshape(-1)
            verdicts = np.array(found.cells or [found.verdict] * len(texts)).reshape(-1)
            exact = problem.solution[part.step].kind.exact
            yield from (
                (part.step, verdict, exact or suffices(str(text), part))
                for text, verdict in zip(texts, verdicts, strict=True)
            )


def suffices(text: str, part: Part) -> bool:
    numeral = read_numeral(text)
    return numeral.unit <= 10.0**-part.decimals if part.decimals is not None else numeral.digits >= (part.digits or 3)


habits = st.builds(
    Habit,
    goes_on=st.sampled_from(["written", "kept", "mixed"]),
    places=st.integers(3, 6),
    decimals=st.booleans(),
    plain=st.booleans(),
    seed=st.integers(0, 999),
)


@pytest.mark.parametrize("id", shipped())
@settings(max_examples=6, deadline=None)
@given(cohort=st.lists(habits, min_size=1, max_size=8))
def test_an_honest_student_loses_nothing_by_rounding(id: str, cohort: list[Habit]) -> None:
    """With the digits that are asked for every entry is right, whatever the student went on with.

    What is asked of digits that have cancelled may stay open where the page does not show which were used.
    """
    problem = shipped()[id]
    pages = [page(problem, habit) for habit in cohort]
    together = marked(problem, pages)
    for habit, answers, marks in zip(cohort, pages, together, strict=True):
        for step, verdict, enough in entries(problem, marks, answers):
            open_to = {"undecided"} if habit.goes_on == "mixed" else set()
            assert verdict in HONEST | open_to or not enough, (habit, marks[step])


mistakes = st.sampled_from([(-1.0, 0.0), (1.1, 0.0), (2.0, 0.0), (1.0, 1.0), (0.5, 0.0), (1.0, -0.25)])
exact_habits = st.builds(
    Habit,
    goes_on=st.sampled_from(["written", "kept", "mixed"]),
    places=st.integers(6, 8),
    decimals=st.just(False),
    plain=st.just(False),
    seed=st.integers(0, 999),
)


@pytest.mark.parametrize("id", shipped())
@settings(max_examples=10, deadline=None)
@given(data=st.data(), habit=exact_habits, change=mistakes)
def test_one_mistake_costs_one_step(id: str, data: st.DataObject, habit: Habit, change: tuple[float, float]) -> None:
    """The step that goes wrong is not accepted, and all that is honestly computed from it is."""
    problem = shipped()[id]
    solution = problem.solution
    mistake = Mistake(data.draw(st.sampled_from([name for name in solution if rounds(problem, name)])), *change)
    with np.errstate(all="ignore"):
        answers = page(problem, habit, mistake)
    (marks,) = marked(problem, [answers])
    key = solution.arrays[mistake.step]
    off = np.abs(np.array(answers[mistake.step], dtype=float) - key[..., 0]) > 2e-3 * np.abs(key[..., 0])
    asked = {part.step for part in problem.parts}
    if mistake.step in asked and off.any():
        assert marks[mistake.step].verdict not in ACCEPTED, (habit, mistake, marks[mistake.step])
    for step, verdict, enough in entries(problem, marks, answers):
        if step != mistake.step and enough and not denied(problem, step, answers):
            open_to = set() if habit.goes_on == "written" else {"undecided"}
            assert verdict in ACCEPTED | open_to, (habit, mistake, marks[step])


def denied(problem: Problem, name: str, answers: dict[str, Any]) -> bool:
    """Whether following is not granted: a step rests on what is all zeros and should not be, or repeats a value."""
    step = problem.solution[name]
    zeros = any(
        not np.any(np.array(answers[use], dtype=float)) and np.any(problem.solution.arrays[use])
        for use in step.uses
        if use in answers and rounds(problem, use)
    )
    return zeros or (isinstance(step.expression, Name) and not step.claims)


def of_steps(steps: dict[str, str], values: dict[str, str], **others: Any) -> Problem:
    given = {"values": values, "steps": steps}
    return read_problem(from_python({"family": "formula", "given": given, **others}), "p")


def verdicts(problem: Problem, answers: dict[str, Any]) -> dict[str, str]:
    (marks,) = marked(problem, [answers])
    return {each.part: each.verdict for each in marks if each.part in answers}


SHARE = of_steps({"p": "a / b", "v": "7.77 p", "n": "b - a", "m": "10 n + a"}, {"a": "3", "b": "5"})
THIRD = of_steps({"p": "a / b", "v": "7.77 p", "u": "p - 0.66", "r": "1 / u"}, {"a": "2", "b": "3"})


@pytest.mark.parametrize(
    ("problem", "answers", "expected"),
    [
        # 0.6 is 3/5: nothing was rounded, and the next step is judged strictly. With a wrong 0.6 it would reach 4.3.
        (SHARE, {"p": "0.6", "v": "4.662"}, {"p": "correct", "v": "correct"}),
        (SHARE, {"p": "0.6", "v": "4.30"}, {"p": "correct", "v": "wrong"}),
        (SHARE, {"p": "0.60", "v": "4.70"}, {"p": "correct", "v": "wrong"}),
        (SHARE, {"p": "3/5", "v": "4.70"}, {"p": "correct", "v": "wrong"}),
        # 0.67 is 2/3 rounded: 5.21 is what it leads to, 5.16 comes of 0.665, and 5.30 of nothing that is 0.67.
        (THIRD, {"p": "0.667", "v": "5.1826"}, {"p": "correct", "v": "correct"}),
        (THIRD, {"p": "0.67", "v": "5.2059"}, {"p": "incomplete", "v": "rounded"}),
        (THIRD, {"p": "0.67", "v": "5.168"}, {"v": "rounded"}),
        (THIRD, {"p": "0.67", "v": "5.30"}, {"v": "wrong"}),
        (THIRD, {"p": "2/3", "v": "5.2059"}, {"p": "correct", "v": "wrong"}),
        # Whole numbers among whole numbers have no rounding, right or wrong.
        (SHARE, {"n": "2", "m": "23"}, {"n": "correct", "m": "correct"}),
        (SHARE, {"n": "2", "m": "24"}, {"m": "wrong"}),
        (SHARE, {"n": "8", "m": "83"}, {"n": "wrong", "m": "follows"}),
        (SHARE, {"n": "8", "m": "85"}, {"m": "wrong"}),
    ],
)
def test_what_is_exact_has_no_rounding(problem: Problem, answers: dict[str, str], expected: dict[str, str]) -> None:
    """What was written exactly leaves no room in the next step; what was rounded leaves what it rounds away."""
    found = verdicts(problem, answers)
    assert {step: found[step] for step in expected} == expected


@pytest.mark.parametrize(
    ("coarse", "enough"),
    [
        # The denominator may be zero: 0.67 − 0.66 with 0.67 off by 0.005 and 1/u of 0.01.
        ({"p": "0.66", "u": "0.0049", "r": "204"}, {"p": "0.66667", "u": "0.00667", "r": "150"}),
        # All digits cancel: the difference may be anything from −0.004 to 0.006.
        ({"p": "0.661", "u": "0.00049", "r": "2040"}, {"p": "0.666667", "u": "0.006667", "r": "150"}),
    ],
)
def test_digits_that_cancel_leave_it_open(coarse: dict[str, str], enough: dict[str, str]) -> None:
    """A difference of nearly equal numbers is not settled with few digits, and is with more."""
    (marks,) = marked(THIRD, [coarse | {"p": coarse["p"][:4]}])
    assert marks["u"].verdict == "undecided"
    assert "Give more digits." in marks["u"].message
    assert "your own p" in marks["u"].message
    assert set(verdicts(THIRD, enough).values()) <= HONEST


def test_a_denominator_that_may_be_zero_leaves_it_open() -> None:
    """Nothing can be said of 1/(t − u) where t and u may be equal; with more digits it is right, or wrong."""
    problem = of_steps({"u": "a / 3", "t": "u + 0.001", "r": "1 / (t - u)"}, {"a": "1"})
    found = verdicts(problem, {"u": "0.333", "t": "0.334", "r": "640"})
    assert found == {"u": "correct", "t": "correct", "r": "undecided"}
    assert verdicts(problem, {"u": "0.333333", "t": "0.334333", "r": "1000"})["r"] == "correct"
    assert verdicts(problem, {"u": "0.333333", "t": "0.334333", "r": "640"})["r"] == "wrong"


def test_what_has_no_value_is_not_left_open() -> None:
    """The logarithm of a student's own negative value has none, so that whatever they make of it is wrong."""
    problem = of_steps({"u": "a - 1", "v": "log(u) + u"}, {"a": "3"})
    assert verdicts(problem, {"u": "-2.00", "v": "0.69"}) == {"u": "slip", "v": "wrong"}


def test_too_few_digits_of_what_rounding_allows_are_not_wrong() -> None:
    """0.43 times 0.24 for 0.4255 times 0.2446: −0.11 comes of what rounds to these, and has two digits."""
    problem = load("problems/forward-and-backward/sigmoid-neuron.yaml")
    page = {"z": "0.30", "a": "0.57", "dL_da": "-0.43", "da_dz": "0.24", "dL_dz": "-0.11"}
    assert verdicts(problem, page)["dL_dz"] == "incomplete"
    assert verdicts(problem, page | {"dL_dz": "-0.12"})["dL_dz"] == "wrong"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"grad_w_1": "0", "w_1": "0.5"}, {"grad_w_1": "wrong", "w_1": "wrong"}),
        ({"grad_w_1": "0.00", "w_1": "0.50"}, {"w_1": "wrong"}),
        ({"grad_w_1": "0", "w_1": "0.524"}, {"w_1": "correct"}),
        ({"grad_w_1": "2.4", "w_1": "0.476"}, {"grad_w_1": "slip", "w_1": "follows"}),
    ],
)
def test_a_gradient_of_zero_leaves_nothing_to_do(answers: dict[str, str], expected: dict[str, str]) -> None:
    """A step of no length is no step; what is right by the key is right all the same."""
    found = verdicts(load("problems/class-notes/sgd-line.yaml"), answers)
    assert {step: found[step] for step in expected} == expected


def test_what_follows_is_no_rounding_however_few_its_digits() -> None:
    """−0.4 follows from a wrong sum; that it is also the key's −0.43 to one digit makes nothing after it honest."""
    neuron = load("problems/forward-and-backward/sigmoid-neuron.yaml")
    page = {"z": "0.4", "a": "0.60", "dL_da": "-0.4", "da_dz": "0.24", "dL_dz": "-0.096"}
    (marks,) = mark(neuron, [Sheet("s", {part: from_python(text) for part, text in page.items()})])
    assert [marks[part].verdict for part in ("z", "a", "dL_da", "dL_dz")] == ["wrong", "follows", "follows", "follows"]
