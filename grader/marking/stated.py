"""Answers that state something, a formula or a derivation: judged text by text, and marked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from grader.document import Node, Text
from grader.marking import marks as words
from grader.marking.answers import as_typed
from grader.marking.marks import Mark
from grader.parts import Part
from grader.problem import Problem

if TYPE_CHECKING:
    from grader.marking import Sheet


@dataclass(frozen=True)
class Judgement:
    """A verdict on one answer as a whole, with what the student reads."""

    verdict: str
    message: str | None = None
    slip: str | None = None
    cells: tuple[str, ...] | None = None
    """For a derivation a verdict a line."""


def judged(problem: Problem, part: Part, node: Node | None) -> Judgement:
    """The verdict on what one student typed."""
    if node is None or not str(node).strip() or not as_typed(node):
        return Judgement("blank", words.blank())
    return JUDGES[problem.solution[part.step].kind.judge](problem, part, node)


def _formula(problem: Problem, part: Part, node: Node) -> Judgement:
    from grader.marking.formulas import judge_formula

    if not isinstance(node, Text):
        return Judgement("unreadable", words.unreadable("expected a formula, got a list or a mapping"))
    return judge_formula(problem, part, str(node))


def _derivation(problem: Problem, part: Part, node: Node) -> Judgement:
    from grader.marking.derivations import judge_derivation

    return judge_derivation(problem, part, node)


def _person(problem: Problem, part: Part, node: Node) -> Judgement:
    return Judgement("review", words.review())


JUDGES: dict[str, Callable[[Problem, Part, Node], Judgement]] = {
    "formula": _formula, "derivation": _derivation, "person": _person,
}  # fmt: skip
"""Who judges, by what a kind of answer asks for."""


def mark_of(problem: Problem, part: Part, sheet: Sheet, found: Judgement) -> Mark:
    """The mark that a judgement earns; of a derivation that goes wrong, the share of its lines that are right."""
    answer = sheet.answers.get(part.step)
    credit = problem.credit(found.verdict)
    if found.cells and found.verdict == "wrong":
        credit = sum((problem.credit(cell) for cell in found.cells), Fraction(0)) / len(found.cells)
    step = problem.solution[part.step]
    return Mark(
        student=sheet.student,
        problem=problem.id,
        part=part.step,
        verdict=found.verdict,
        credit=float(credit),
        points=float(part.points),
        answer=None if answer is None else as_typed(answer),
        expected=words.key_of(step) if found.verdict != "correct" else None,
        slip=found.slip,
        message=found.message,
        cells=list(found.cells) if found.cells else None,
    )
