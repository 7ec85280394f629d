"""A cohort in a few numbers, counted portion by portion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from grader.marking import ASTRAY
from grader.marking.marked import Marked
from grader.marking.marks import Marks
from grader.parts import VERDICTS
from grader.problem import Problem

MOST_PAGES = 40  # a page being one student's answers to one problem, that are kept one by one
_BLANK, _FOLLOWS = VERDICTS.index("blank"), VERDICTS.index("follows")
_ASTRAY = np.array([verdict in ASTRAY for verdict in VERDICTS])


@dataclass
class Count:
    """All who handed in a problem: how many, their points, how many have all or follow; where they first go wrong."""

    handed_in: int = 0
    points: Fraction = Fraction(0)
    all_right: int = 0
    follow: int = 0
    first_wrong: Counter[str] = field(default_factory=Counter)


class Tally:
    """What the terminal shows of a run."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        self.problems = problems
        self.students = 0
        self.counts = {id: Count() for id in problems}
        self.verdicts = np.zeros(len(VERDICTS), dtype=np.int64)
        self.pages: list[tuple[str, str, Marks]] | None = []
        """Every page with its student and problem, None where they are more than a table shows."""

    def add(self, students: Sequence[str], marked: Mapping[str, Marked]) -> None:
        """Count some students."""
        self.students += len(students)
        for id, each in marked.items():
            self._count(self.counts[id], self.problems[id], each)
        if self.pages is not None:
            self._keep(self.pages, students, marked)

    def _count(self, count: Count, problem: Problem, marked: Marked) -> None:
        verdicts = marked.verdicts[marked.codes]
        self.verdicts += np.bincount(verdicts.ravel(), minlength=len(VERDICTS))
        there = (verdicts != _BLANK).any(axis=0)
        totals = np.bincount(marked.totals[there], minlength=len(marked.points)).tolist()
        count.handed_in += int(there.sum())
        count.points += sum((points * many for points, many in zip(marked.points, totals, strict=True)), Fraction(0))
        full = [many for points, many in zip(marked.points, totals, strict=True) if points == problem.points]
        count.all_right += sum(full)
        count.follow += int((verdicts[:, there] == _FOLLOWS).any(axis=0).sum())
        astray = _ASTRAY[verdicts[:, there]]
        firsts = np.bincount(astray.argmax(axis=0)[astray.any(axis=0)], minlength=len(marked.parts))
        count.first_wrong.update({part: many for part, many in zip(marked.parts, firsts.tolist(), strict=True) if many})

    def _keep(self, kept: list[tuple[str, str, Marks]], students: Sequence[str], marked: Mapping[str, Marked]) -> None:
        there = {id: (each.verdicts[each.codes] != _BLANK).any(axis=0) for id, each in marked.items()}
        if len(kept) + sum(int(each.sum()) for each in there.values()) > MOST_PAGES:
            self.pages = None
            return
        pages = {id: each.marks(students) for id, each in marked.items()}
        for row, student in enumerate(students):
            kept += [(student, id, pages[id][row]) for id in marked if there[id][row]]
