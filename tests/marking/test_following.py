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
from grader.problem import Problem, load_folder

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
