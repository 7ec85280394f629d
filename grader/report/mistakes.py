"""What goes wrong in a class: the slips that students share, and the places where pages first leave the right path."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from grader.marking.marks import Mark
from grader.report.columns import NO_SLIP, Columns
from grader.report.parts import RIGHT
from grader.report.scores import NOWHERE, Sheets

SHARED = 2  # students from whom a slip is shared
MOST_SLIPS = 20


@dataclass(frozen=True)
class SharedSlip:
    """One slip in one problem: who makes it, where, and what it costs."""

    problem: str
    name: str
    students: int
    handed_in: int
    parts: tuple[tuple[str, int], ...]
    """The parts where it is made and how often, the most frequent first."""
    lost: float
    """Points, all students together."""
    example: Mark


def shared_slips(columns: Columns, sheets: Sheets) -> tuple[list[SharedSlip], int]:
    """The slips that at least two students make, the most frequent first, and how many there are in all."""
    rows = np.flatnonzero(columns.slip != NO_SLIP)
    many = max(len(columns.slips), 1)
    kinds, kind = np.unique(columns.problem_of[columns.part[rows]] * many + columns.slip[rows], return_inverse=True)
    pairs = np.unique(np.stack([kind, columns.student[rows]]), axis=1)
    students = np.bincount(pairs[0], minlength=len(kinds))
    lost = np.bincount(kind, columns.points[rows] * (1 - columns.credit[rows]), len(kinds))
    shared = [int(k) for k in np.lexsort([-lost, -students]) if students[k] >= SHARED]
    return [
        SharedSlip(
            problem=columns.problems[kinds[k] // many],
            name=columns.slips[kinds[k] % many],
            students=int(students[k]),
            handed_in=int(sheets.of_problem(kinds[k] // many).sum()),
            parts=_counted(columns, rows[kind == k]),
            lost=float(lost[k]),
            example=columns.mark(int(rows[kind == k][0])),
        )
        for k in shared[:MOST_SLIPS]
    ], len(shared)


def _counted(columns: Columns, rows: np.ndarray) -> tuple[tuple[str, int], ...]:
    """The parts of some marks and how often each occurs."""
    parts, counts = np.unique(columns.part[rows], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return tuple((columns.parts[parts[i]][1], int(counts[i])) for i in order)


@dataclass(frozen=True)
class FirstWrong:
    """A part where some pages first leave the right path, and what stands on these pages behind it."""

    part: str
    students: int
    handed_in: int
    right: int
    """Later parts that are right, `follow` those that are by the student's own values; all students together."""
    follow: int
    astray: int
    other: int

    @property
    def later(self) -> int:
        """All later parts."""
        return self.right + self.follow + self.astray + self.other


def first_wrongs(columns: Columns, sheets: Sheets) -> dict[str, list[FirstWrong]]:
    """For each problem the parts where pages first go wrong, the most frequent first."""
    went = sheets.first != NOWHERE
    counts = np.bincount(columns.part[sheets.first[went]], minlength=len(columns.parts))
    behind = _behind(columns, sheets)
    found: dict[str, list[FirstWrong]] = defaultdict(list)
    for i in np.argsort(-counts, kind="stable"):
        if counts[i]:
            problem, name = columns.parts[i]
            handed_in = int(sheets.of_problem(columns.problems.index(problem)).sum())
            found[problem].append(FirstWrong(name, int(counts[i]), handed_in, *map(int, behind[i])))
    return found


def _behind(columns: Columns, sheets: Sheets) -> np.ndarray:
    """For each part where pages first go wrong, the later parts of these pages by what became of them, `(parts, 4)`."""
    from grader.marking import ASTRAY

    first = sheets.first[sheets.of]
    rows = np.flatnonzero((first != NOWHERE) & (np.arange(len(first)) > first))
    right, follow, astray = (columns.has(*names)[rows] for names in (set(RIGHT) - {"follows"}, ["follows"], ASTRAY))
    fate = np.select([right, follow, astray], [0, 1, 2], default=3)
    start = columns.part[first[rows]]
    return np.bincount(start * 4 + fate, minlength=len(columns.parts) * 4).reshape(-1, 4)
