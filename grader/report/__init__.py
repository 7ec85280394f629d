"""A class: what its marks say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.errors import DocumentError, GraderError
from grader.intake.reviewed import Row, read_reviewed
from grader.marking.marks import WAITING
from grader.report.columns import Columns, Progress, read_columns, silent
from grader.report.concerns import Concern, concerns
from grader.report.mistakes import FirstWrong, SharedSlip, first_wrongs, shared_slips
from grader.report.parts import PartReport, reports, whole
from grader.report.scores import NOWHERE, Sheets, as_stated, sheets_of, totals, worth
from grader.report.statistics import Distribution, Reliability, distribution

MARKS, POINTS, REVIEW = "marks.jsonl", "marks.csv", "review.csv"


@dataclass(frozen=True)
class Student:
    """One student's line."""

    name: str
    earned: float
    problems: int
    """How many were handed in."""
    first_wrong: tuple[str, str] | None
    """The problem and the part where the first page that does so leaves the right path."""
    waiting: int


@dataclass(frozen=True)
class ProblemReport:
    """One problem over those who handed it in."""

    id: str
    points: Distribution
    missing: Sequence[str]
    """Students who handed in something else."""
    waiting: int
    """How many of those who handed it in wait for a person."""
    parts: Sequence[PartReport]
    first_wrong: Sequence[FirstWrong]

    @property
    def settled(self) -> bool:
        """Whether its points say something: most of them are decided."""
        return self.points.summary is not None and 2 * self.waiting <= self.points.count


@dataclass(frozen=True)
class ClassReport:
    """A whole class."""

    order: Sequence[str]
    """Everybody, in the order of the marks."""
    students: Sequence[Student]
    """Everybody who handed in something."""
    absent: Sequence[str]
    """Everybody who handed in nothing."""
    totals: Distribution
    problems: Sequence[ProblemReport]
    reliability: Reliability
    slips: Sequence[SharedSlip]
    slips_in_all: int
    concerns: Sequence[Concern]
    waiting: int
    """Answers that wait for a person."""
    filled_in: int
    """How many of those are decided in `review.csv` and not yet taken into the marks."""

    @property
    def possible(self) -> float:
        """What there is to earn."""
        return self.totals.possible


def class_report(out: Path, progress: Progress = silent) -> tuple[ClassReport, list[GraderError]]:
    """The report on the marks that `grader grade` left in a folder, and what of them could not be used.

    Raises `DocumentError` where there are no marks.
    """
    columns, errors = read_columns(out / MARKS, progress)
    sheets = as_stated(sheets_of(columns), columns, out / POINTS)
    decided = _decided(out / REVIEW, errors)
    return summed_up(columns, sheets, decided), errors


def summed_up(columns: Columns, sheets: Sheets, decided: Sequence[Row] = ()) -> ClassReport:
    """The report on some marks, and on what a person decided of them."""
    parts = reports(columns, sheets)
    slips, in_all = shared_slips(columns, sheets)
    handed_in = np.bincount(sheets.student, sheets.handed_in, len(columns.students)).astype(np.int64)
    earned, there = totals(columns, sheets), handed_in > 0
    return ClassReport(
        order=columns.students,
        students=students(columns, sheets, earned, handed_in),
        absent=[columns.students[i] for i in np.flatnonzero(~there).tolist()],
        totals=distribution(earned[there], float(worth(columns).sum())),
        problems=problems(columns, sheets, parts, there),
        reliability=whole(columns, sheets),
        slips=slips,
        slips_in_all=in_all,
        concerns=concerns(columns, sheets, parts, overruled(decided)),
        waiting=int(columns.waiting.sum()),
        filled_in=_filled_in(columns, decided),
    )


def students(columns: Columns, sheets: Sheets, earned: np.ndarray, handed_in: np.ndarray) -> list[Student]:
    """A line for everybody who handed in something."""
    waiting = np.bincount(sheets.student, sheets.waiting, len(columns.students)).astype(int).tolist()
    went = sheets.first != NOWHERE
    first = np.full(len(columns.students), len(columns.student))
    np.minimum.at(first, sheets.student[went], sheets.first[went])
    starts = [columns.parts[columns.part[row]] if row < len(columns.part) else None for row in first.tolist()]
    rows = zip(columns.students, earned.tolist(), handed_in.tolist(), starts, waiting, strict=True)
    return [Student(*row) for row in rows if row[2]]


def problems(columns: Columns, sheets: Sheets, parts: Sequence[PartReport], there: np.ndarray) -> list[ProblemReport]:
    """Each problem, in the order of the marks."""
    points, of, starts = worth(columns), columns.problem_of, first_wrongs(columns, sheets)
    found = []
    for code, id in enumerate(columns.problems):
        chosen = sheets.of_problem(code)
        handed = np.zeros(len(there), dtype=bool)
        handed[sheets.student[chosen]] = True
        found.append(
            ProblemReport(
                id=id,
                points=distribution(sheets.earned[chosen], float(points[of == code].sum())),
                missing=[columns.students[i] for i in np.flatnonzero(there & ~handed).tolist()],
                waiting=int((sheets.waiting[chosen] > 0).sum()),
                parts=[part for part in parts if part.problem == id],
                first_wrong=starts.get(id, []),
            )
        )
    return found


def _decided(path: Path, errors: list[GraderError]) -> list[Row]:
    """The rows of the table of decisions that a person filled in, where it can be read."""
    try:
        rows = read_reviewed(path).rows
    except DocumentError as error:
        errors.append(error)
        return []
    return [row for row in rows if row["earned"].strip()]


def overruled(decided: Sequence[Row]) -> Counter[tuple[str, str]]:
    """How often a person overruled a verdict that did not wait for one, by problem and part."""
    return Counter(row.key[1:] for row in decided if row["verdict"].strip() not in WAITING)


def _filled_in(columns: Columns, decided: Sequence[Row]) -> int:
    """How many answers that wait are decided and not yet taken into the marks."""
    keys = {row.key for row in decided}
    waiting = np.flatnonzero(columns.waiting)
    return sum(
        (columns.students[student], *columns.parts[part]) in keys
        for student, part in zip(columns.student[waiting].tolist(), columns.part[waiting].tolist(), strict=True)
    )
