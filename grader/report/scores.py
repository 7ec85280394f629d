"""What a student earned in a problem: a sheet each, and the totals."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from grader.marking import ASTRAY
from grader.report.columns import Columns
from grader.spreadsheet import restored

NOWHERE = -1


@dataclass(frozen=True)
class Sheets:
    """Everybody's problems, an entry for each student and problem that has marks."""

    of: np.ndarray
    """The sheet of each mark, `(marks,)`."""
    student: np.ndarray
    problem: np.ndarray
    earned: np.ndarray
    """Points, never below zero."""
    handed_in: np.ndarray
    """Whether something is written there."""
    waiting: np.ndarray
    """How many marks wait for a person."""
    first: np.ndarray
    """The mark where the page first leaves the right path, `NOWHERE` where it does not."""

    def of_problem(self, problem: int) -> np.ndarray:
        """The sheets of a problem that were handed in."""
        return np.asarray((self.problem == problem) & self.handed_in)


def sheets_of(columns: Columns) -> Sheets:
    """The sheets of a cohort; what they earn is the sum of credit times points."""
    many = len(columns.problems)
    keys, of = np.unique(columns.student * many + columns.problem_of[columns.part], return_inverse=True)
    earned = np.bincount(of, columns.credit * columns.points, len(keys))
    astray = np.flatnonzero(columns.has(*ASTRAY))
    found, index = np.unique(of[astray], return_index=True)
    first = np.full(len(keys), NOWHERE)
    first[found] = astray[index]
    return Sheets(
        of=of,
        student=keys // many,
        problem=keys % many,
        earned=np.maximum(earned, 0.0),
        handed_in=np.bincount(of, ~columns.has("blank"), len(keys)) > 0,
        waiting=np.bincount(of, columns.waiting, len(keys)).astype(np.int64),
        first=first,
    )


def as_stated(sheets: Sheets, columns: Columns, path: Path) -> Sheets:
    """The sheets with the points of `marks.csv`, which are rounded where a policy says so.

    They stay as they are where that file is missing, or is not of these students and problems.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            stated = dict(_stated(csv.reader(file), columns))
    except (OSError, ValueError, LookupError, csv.Error):
        return sheets
    pairs = list(zip(sheets.student.tolist(), sheets.problem.tolist(), strict=True))
    if set(pairs) != set(stated) or not all(map(math.isfinite, stated.values())):
        return sheets
    return replace(sheets, earned=np.array([stated[pair] for pair in pairs]))


def _stated(rows: Iterator[list[str]], columns: Columns) -> Iterator[tuple[tuple[int, int], float]]:
    """The points of each student and problem, by their codes."""
    students = {name: code for code, name in enumerate(columns.students)}
    problems = {id: code for code, id in enumerate(columns.problems)}
    codes = [problems[restored(id)] for id in next(rows, [])[3:]]
    for student, _, _, *points in rows:
        for code, earned in zip(codes, points, strict=True):
            yield (students[restored(student)], code), float(earned)


def totals(columns: Columns, sheets: Sheets) -> np.ndarray:
    """Each student's points in all problems together, `(students,)`."""
    return np.bincount(sheets.student, sheets.earned, len(columns.students))


def worth(columns: Columns) -> np.ndarray:
    """What each part is worth, `(parts,)`: the most that a mark of it says."""
    most = np.zeros(len(columns.parts))
    np.maximum.at(most, columns.part, columns.points)
    return most
