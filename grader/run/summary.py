"""What changed since the last run: mark by mark, and in all."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

MOST_STUDENTS = 10  # whose change is told by name
MOST_KINDS = 10_000  # reasons that are counted


@dataclass(frozen=True)
class Change:
    """One mark that differs from the last run's."""

    student: str
    problem: str
    part: str
    verdict_before: str
    verdict: str
    earned_before: Fraction
    earned: Fraction
    why: str

    @property
    def difference(self) -> Fraction:
        return self.earned - self.earned_before

    @property
    def cells(self) -> list[str | Fraction]:
        """A row of `changes.csv`."""
        names = (self.student, self.problem, self.part, self.verdict_before, self.verdict)
        return [*names, self.earned_before, self.earned, self.difference, self.why]


@dataclass
class Summary:
    """What changed in all: students, the points of all together, those who change most and why, frequent reasons."""

    students: int = 0
    up: int = 0
    down: int = 0
    points: Fraction = Fraction(0)
    marks: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    _largest: list[tuple[Fraction, int, str, Fraction, str]] = field(default_factory=list)

    def add(self, student: str, changes: Sequence[Change]) -> None:
        """Count what changes for one student."""
        difference = sum((each.difference for each in changes), Fraction(0))
        self.students += 1
        self.up, self.down = self.up + (difference > 0), self.down + (difference < 0)
        self.points += difference
        self.marks += len(changes)
        for each in changes:
            if each.why in self.reasons or len(self.reasons) < MOST_KINDS:
                self.reasons[each.why] += 1
        entry = (abs(difference), -self.students, student, difference, reason(changes))
        (heapq.heappush if len(self._largest) < MOST_STUDENTS else heapq.heappushpop)(self._largest, entry)

    @property
    def largest(self) -> list[tuple[str, Fraction, str]]:
        """The students who change most: name, points, and why; the largest first."""
        return [(student, points, why) for _, _, student, points, why in sorted(self._largest, reverse=True)]


def reason(changes: Sequence[Change]) -> str:
    """Where a student's marks changed most, and why."""
    most = max(changes, key=lambda change: abs(change.difference))
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"{most.problem} {most.part}{more}: {most.why}"
