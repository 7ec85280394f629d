"""What a person decided takes the place of the program's marks; what still waits for one is listed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np

from grader.errors import DocumentError, GraderError, Place, SubmissionError
from grader.export.review import COLUMNS, as_cell, row_of
from grader.intake.reviewed import Reviewed, Row, read_earned, read_reviewed, unknown
from grader.marking.marked import Marked, joined, of_pages
from grader.marking.marks import WAITING, Mark, Marks
from grader.parts import VERDICTS
from grader.problem import Problem

Key = tuple[str, str, str]
READ = "Read by a person."
_WAITING = np.array([verdict in WAITING for verdict in VERDICTS])


class Decisions:
    """A person's table, brought together with the marks of a cohort, portion by portion.

    A decision holds while the answer is the one that it was made for. Rows that cannot be used stay as typed.
    """

    def __init__(self, reviewed: Reviewed) -> None:
        self.reviewed, self.errors = reviewed, list[GraderError]()
        self.waiting = 0
        self._rows: dict[Key, list[Row]] = {}
        self._parts: dict[tuple[str, str], set[str]] = {}
        self._used: set[int] = set()
        self._odd: set[int] = set()
        self._seen: set[Key] = set()
        for row in reviewed.rows:
            self._sort(row)

    def _sort(self, row: Row) -> None:
        place = Place(str(self.reviewed.path), row.line)
        before = self._rows.setdefault(row.key, [])
        first = next((each for each in before if each["earned"].strip()), None)
        if row.surplus:
            error = SubmissionError("more cells than columns", place, "quote the cells that hold commas")
        elif first is not None and row["earned"].strip():
            error = SubmissionError("this answer is decided twice", place, f"the first is on line {first.line}")
        else:
            before.append(row)
            self._parts.setdefault(row.key[:2], set()).add(row.key[2])
            return
        self.errors.append(error)
        self._odd.add(row.line)

    def decide(
        self, students: Sequence[str], marked: Marked, problem: Problem
    ) -> tuple[Marked, dict[int, Marks], dict[int, list[list[str]]]]:
        """The marks that count on one problem, the pages that a person changed, and the rows of the next table.

        Both by the student's row in the portion.
        """
        changed: dict[int, Marks] = {}
        listed: dict[int, list[list[str]]] = {}
        waiting = _WAITING[marked.verdicts[marked.codes]]
        for row, student in enumerate(students) if self._parts else ():
            for part in self._parts.get((student, problem.id), ()):
                waiting[[each == part for each in marked.parts], row] = True
        for row in np.flatnonzero(waiting.any(axis=0)).tolist():
            made, listed[row] = self._page(marked.some(students[row], row, np.flatnonzero(waiting[:, row])), problem)
            if made:
                changed[row] = Marks(made.get(mark.part, mark) for mark in marked.page(students[row], row))
        return replaced(marked, problem, changed), changed, listed

    def _page(self, marks: Sequence[Mark], problem: Problem) -> tuple[dict[str, Mark], list[list[str]]]:
        """What a person makes of the marks of a page that wait or have a row, and their rows in the next table."""
        made: dict[str, Mark] = {}
        listed = []
        for mark in marks:
            decided, cells = self._settle(mark, self._row(mark), problem)
            listed += [cells] if cells else []
            if decided:
                made[mark.part] = decided
            self.waiting += mark.verdict in WAITING and decided is None
        return made, listed

    def _row(self, mark: Mark) -> Row | None:
        """The row that counts for a mark: one that somebody filled in, or else the last."""
        key = (mark.student, mark.problem, mark.part)
        rows = self._rows.get(key)
        if not rows:
            return None
        self._seen.add(key)
        chosen = next((row for row in rows if row["earned"].strip()), rows[-1])
        self._used.add(chosen.line)
        return chosen

    def _settle(self, mark: Mark, row: Row | None, problem: Problem) -> tuple[Mark | None, list[str] | None]:
        """The mark that a person gives, and the row as it stands next time; None where there is none."""
        cells, extra = row_of(mark, problem.solution[mark.part]), self.reviewed.extra
        decided: Mark | None = None
        if row is not None:
            cells |= {column: row[column] for column in ("earned", "comment", *extra)}
            try:
                decided = _decision(mark, row, Place(str(self.reviewed.path), row.line))
            except _ChangedError as error:
                cells |= {"earned": "", "comment": _reopened(row)}
                self.errors.append(error)
            except SubmissionError as error:
                self.errors.append(error)
            noted = any(cells[each] for each in ("earned", "comment", *extra))
            if decided is None and mark.verdict not in WAITING and not noted:
                return None, None
        return decided, [cells[column] for column in (*COLUMNS, *extra)]

    def rest(self, students: Iterable[str], problems: Mapping[str, Problem]) -> Iterator[list[str]]:
        """The rows that counted for no mark and are kept, as typed, behind the others; call it at the end."""
        known: Mapping[str, object] | None = None
        for row in self.reviewed.rows:
            if row.line in self._odd:
                yield _as_typed(row, self.reviewed.extra)
            elif row.line in self._used:
                continue
            elif row.key in self._seen or row["verdict"].strip():
                if row["earned"].strip() or _noted(row, self.reviewed):
                    yield _as_typed(row, self.reviewed.extra)
            else:
                known = dict.fromkeys(students) if known is None else known
                self.errors.append(self._misfit(row, known, problems))
                yield _as_typed(row, self.reviewed.extra)

    def _misfit(self, row: Row, students: Mapping[str, object], problems: Mapping[str, Problem]) -> GraderError:
        """Why a row of a person's own counts for no mark."""
        student, problem, part = row.key
        place = Place(str(self.reviewed.path), row.line)
        if student not in students:
            return unknown("student", student, students, place)
        if problem not in problems:
            return unknown("problem", problem, problems, place)
        return unknown("part", part, {each.step: None for each in problems[problem].parts}, place)


def replaced(marked: Marked, problem: Problem, pages: Mapping[int, Marks]) -> Marked:
    """The same marks with other pages for some rows."""
    if not pages:
        return marked
    count = marked.codes.shape[1]
    order = np.arange(count)
    order[list(pages)] = np.arange(count, count + len(pages))
    return joined([marked, of_pages(problem, list(pages.values()))]).take(order)


def _noted(row: Row, reviewed: Reviewed) -> bool:
    """Whether a person wrote something in a row beside what it is worth."""
    return any(row[column].strip() for column in ("comment", *reviewed.extra))


class _ChangedError(SubmissionError):
    """A decision on an answer that is no longer there."""


def _decision(mark: Mark, row: Row, place: Place) -> Mark | None:
    """The mark that a row makes of the program's; None where nobody has decided yet."""
    if not row["earned"].strip():
        return None
    if (row["verdict"].strip() or row["answer"]) and not same_answer(row["answer"], as_cell(mark.answer)):
        what = f"the answer of '{mark.student}' to {mark.problem}.{mark.part} has changed since"
        raise _ChangedError(what, place, "decide again")
    points = Fraction(mark.points).limit_denominator(10**6)
    return decided(mark, read_earned(row["earned"], points, place), points, _NOTE.sub("", row["comment"]).strip())


def decided(mark: Mark, earned: Fraction, points: Fraction, comment: str) -> Mark:
    """A mark as a person gives it.

    >>> mark = Mark(student="s", problem="p", part="text", verdict="review", credit=0, points=4)
    >>> half = decided(mark, Fraction(2), Fraction(4), "")
    >>> half.verdict, half.credit, half.message
    ('incomplete', 0.5, 'Read by a person.')
    """
    verdict = "correct" if earned == points else "incomplete" if earned else "wrong"
    credit = float(earned / points) if points else 1.0
    expected = None if verdict == "correct" else mark.expected
    return msgspec.structs.replace(
        mark, verdict=verdict, credit=credit, expected=expected, slip=None, cells=None, message=comment or READ
    )


_PLAIN = re.compile(r"-?\d{1,30}(?:[.,]\d{0,30})?")


def same_answer(one: str, other: str) -> bool:
    """Whether two cells hold the same answer, whatever a spreadsheet did to line breaks and to a number's zeros.

    >>> same_answer("a\\r\\nb", "a\\nb"), same_answer("0,6", "0.600"), same_answer("x", "y")
    (True, True, False)
    """
    one, other = ("\n".join(text.splitlines()).strip() for text in (one, other))
    if one == other:
        return True
    return all(map(_PLAIN.fullmatch, (one, other))) and _value(one) == _value(other)


def _value(number: str) -> Fraction:
    return Fraction(number.replace(",", ".").rstrip("."))


_ROUND_BRACKETS = str.maketrans("[]", "()")
_NOTE = re.compile(r"\s*\[Decided before: [^\[\]]*\]")  # for whoever decides, not for the student


def _reopened(row: Row) -> str:
    """The comment that keeps a decision on an answer that has changed."""
    answer = " ".join(row["answer"].split())
    shown = answer if len(answer) <= 60 else answer[:59] + "…"
    note = f"Decided before: {row['earned'].strip()}, for the answer '{shown}'".translate(_ROUND_BRACKETS)
    return f"{row['comment'].strip()} [{note}]".strip()


def _as_typed(row: Row, extra: Iterable[str]) -> list[str]:
    return [*(row[column] for column in (*COLUMNS, *extra)), *row.surplus]


def read_decisions(path: Path, errors: list[GraderError]) -> Reviewed | None:
    """What a person decided; None where the file cannot be used, which is then left as it is."""
    try:
        return read_reviewed(path)
    except DocumentError as error:
        errors.append(error)
        return None
