"""Marking: a cohort's answers to one problem, judged a step at a time for everybody at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.document import Node
from grader.marking.handed import equal_pages, handed_in
from grader.marking.marked import Marked, joined, unpacked
from grader.marking.marks import Mark, Marks
from grader.marking.pages import Pages
from grader.problem import Problem

__all__ = [
    "ASTRAY", "Mark", "Marked", "Marks", "Sheet", "first_wrong", "joined", "mark", "mark_cohort", "unpacked",
]  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """What one student handed in for one problem: answers as typed, by step."""

    student: str
    answers: Mapping[str, Node]


def mark(problem: Problem, sheets: Sequence[Sheet]) -> list[Marks]:
    """The marks of every sheet, in order, a mark for each part that the problem asks."""
    return mark_cohort(problem, [sheet.answers for sheet in sheets]).marks([sheet.student for sheet in sheets])


def mark_cohort(problem: Problem, answers: Sequence[Mapping[str, Any]]) -> Marked:
    """The marks of a cohort on a problem, from each student's answers by step.

    An answer is a node of a document, or plain data as JSON has it: a text, a number as text or whole, a truth value,
    None, lists and mappings of these. Raises `DocumentError` where such data is nested too deep to be a document.

    Equal pages are marked once. Those whose answers have the solution's shapes are judged together, one evaluation a
    step; those with other shapes in a group for each set of shapes, so that what follows from a map of the wrong size
    is still recognised, and those with a wrong formula that values are put into in a group for each such formula. What
    a student's mark is does not depend on who else is marked.
    """
    handed = handed_in(answers, problem.solution, [part.step for part in problem.parts])
    first, same = equal_pages(handed)
    return Pages(problem, handed.take(first)).marked().take(same)


ASTRAY = frozenset({"wrong", "slip", "unreadable"})
"""The verdicts where a page leaves the right path."""


def first_wrong(marks: Sequence[Mark]) -> Mark | None:
    """Where a page first leaves the right path: the first part that is not right and does not follow either."""
    return next((mark for mark in marks if mark.verdict in ASTRAY), None)
