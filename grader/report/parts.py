"""Each part of the problems: how hard it was, how well it tells students apart, and the verdicts on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grader.report.columns import VERDICTS, Columns
from grader.report.scores import Sheets, worth
from grader.report.statistics import ENOUGH, FEW, Reliability, discrimination, means, reliability

RIGHT = ("correct", "rounded", "follows")
MOSTLY = 0.5  # of a part's marks that wait, from which it is not yet part of the whole


@dataclass(frozen=True)
class PartReport:
    """One part over those who handed its problem in."""

    problem: str
    name: str
    points: float
    count: int
    """Students who handed the problem in."""
    decided: int
    """Those of them whose answer does not wait for a person."""
    verdicts: Mapping[str, int]
    share: float | None
    """The mean share of the points, over the decided: the part's difficulty. None for fewer than six."""
    discrimination: float | None
    """The corrected item–rest correlation. None where it cannot be said."""

    @property
    def right(self) -> int:
        """How many are right, allowing for rounding and for earlier values of their own."""
        return sum(self.verdicts.get(verdict, 0) for verdict in RIGHT)

    @property
    def wait(self) -> int:
        """How many wait for a person."""
        return self.count - self.decided

    @property
    def few(self) -> str:
        """Why there is no mean share: most of the answers wait, or there are too few."""
        return f"{self.wait} wait" if self.wait >= FEW else "too few"

    @property
    def unsaid(self) -> str:
        """Why there is no discrimination."""
        if self.decided < ENOUGH:
            return self.few
        return "all alike"


def reports(columns: Columns, sheets: Sheets) -> list[PartReport]:
    """Every part, in the order of the file."""
    many, handed = len(columns.parts), sheets.handed_in[sheets.of]
    part, verdict = columns.part[handed], columns.verdict[handed]
    table = np.bincount(part * len(VERDICTS) + verdict, minlength=many * len(VERDICTS)).reshape(many, -1)
    rows = handed & ~columns.waiting
    counts, decided = table.sum(axis=1), np.bincount(columns.part[rows], minlength=many)
    shares = means(columns.credit[rows], columns.part[rows], many)
    apart = tells_apart(columns, rows)
    return [
        PartReport(
            *columns.parts[i],
            points=float(points),
            count=int(counts[i]),
            decided=int(decided[i]),
            verdicts={name: int(count) for name, count in zip(VERDICTS, table[i], strict=True) if count},
            share=float(shares[i]) if decided[i] >= FEW else None,
            discrimination=None if np.isnan(apart[i]) else float(apart[i]),
        )
        for i, points in enumerate(worth(columns))
    ]


def tells_apart(columns: Columns, rows: np.ndarray) -> np.ndarray:
    """The discrimination of each part over some marks, NaN where it cannot be said."""
    points = columns.points[rows]
    return discrimination(
        columns.student[rows],
        columns.part[rows],
        columns.credit[rows] * points,
        points,
        len(columns.students),
        len(columns.parts),
    )


def whole(columns: Columns, sheets: Sheets) -> Reliability:
    """Cronbach's alpha over the students who handed in every problem, and the parts that a person does not still read.

    A student with another answer that waits is left out.
    """
    everything = np.bincount(sheets.student, sheets.handed_in, len(columns.students)) == len(columns.problems)
    wait = means(columns.waiting.astype(float), columns.part, len(columns.parts))
    rows = everything[columns.student] & (wait < MOSTLY)[columns.part]
    undecided = np.zeros(len(columns.students), dtype=bool)
    undecided[columns.student[rows & columns.waiting]] = True
    rows &= ~undecided[columns.student]
    earned = columns.credit[rows] * columns.points[rows]
    return reliability(columns.student[rows], columns.part[rows], earned, len(columns.students), len(columns.parts))
