"""The files of a run, written portion by portion: each takes the place of the last run's when all are whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np

from grader.document import make_folder
from grader.errors import GraderError, Place, SpecError, SubmissionError
from grader.export.review import COLUMNS as REVIEW_COLUMNS
from grader.intake.reviewed import Reviewed
from grader.marking.marked import Marked
from grader.marking.marks import Marks, encoded
from grader.problem import Problem
from grader.run.changes import COLUMNS as CHANGE_COLUMNS
from grader.run.changes import Comparison, Now
from grader.run.cohort import Portion
from grader.run.decisions import Decisions
from grader.run.records import Aside
from grader.run.summary import Change, Summary
from grader.run.tally import Tally
from grader.spreadsheet import Draft, as_text, cell, decimal, write_rows

MARKS, TABLE, REVIEW, CHANGES = "marks.jsonl", "marks.csv", "review.csv", "changes.csv"


@dataclass(frozen=True)
class Pages:
    """Some students' marks as the program gives them, by problem, and where they come from."""

    students: Sequence[str]
    portion: Portion
    answers: Sequence[bytes]
    asides: Mapping[int, Aside]
    marked: Mapping[str, Marked]


@dataclass(frozen=True)
class Final:
    """The same with what a person decided: the marks that count, and by problem and row the pages that were changed."""

    pages: Pages
    marked: Mapping[str, Marked]
    decided: Mapping[str, Mapping[int, Marks]]
    listed: Sequence[list[str]]
    """The rows of `review.csv`, in order."""


def final_of(pages: Pages, problems: Mapping[str, Problem], decisions: Decisions) -> Final:
    """What a person decided in the place of the program's marks."""
    marked, decided = dict(pages.marked), dict[str, dict[int, Marks]]()
    listed: dict[tuple[int, int], list[list[str]]] = {}
    for number, (id, problem) in enumerate(problems.items()):
        marked[id], decided[id], rows = decisions.decide(pages.students, pages.marked[id], problem)
        listed |= {(row, number): cells for row, cells in rows.items()}
    return Final(pages, marked, decided, [cells for key in sorted(listed) for cells in listed[key]])


class Outputs:
    """The drafts of a run's files. `keep` puts them in their places, `drop` leaves the last run's there."""

    def __init__(
        self, out: Path, problems: Mapping[str, Problem], reviewed: Reviewed | None, comparison: Comparison | None
    ) -> None:
        self.problems, self.comparison, self._usable = problems, comparison, reviewed is not None
        self.reviewed = reviewed or Reviewed(out / REVIEW)
        self.decisions = Decisions(self.reviewed)
        self.tally, self.changes, self.rows = Tally(problems), Summary(), 0
        self.decided: dict[tuple[str, str], bytes] = {}
        self._drafts = {name: Draft(out / name) for name in (MARKS, TABLE, REVIEW, CHANGES)}
        self._marks = self._drafts[MARKS].file
        self._table = as_text(self._drafts[TABLE].file)
        self._review = as_text(self._drafts[REVIEW].file, "utf-8-sig")
        self._changes = as_text(self._drafts[CHANGES].file)
        self._possible = decimal(sum((problem.points for problem in problems.values()), Fraction(0)))
        write_rows(self._table, [["student", "total", "out_of", *problems]])
        write_rows(self._review, [(*REVIEW_COLUMNS, *self.reviewed.extra)], self.reviewed.delimiter)
        write_rows(self._changes, [CHANGE_COLUMNS])

    def add(self, pages: Pages) -> Final:
        """Write what becomes of some students."""
        final = final_of(pages, self.problems, self.decisions)
        students = pages.students
        for id, changed in final.decided.items():
            self.decided |= {(students[row], id): encoded(marks) for row, marks in changed.items()}
        self.rows += len(final.listed)
        write_rows(self._review, final.listed, self.reviewed.delimiter)
        self._marks.writelines(lines(students, final.marked))
        self._table_rows(students, final.marked)
        self.tally.add(students, final.marked)
        if self.comparison is not None:
            now = Now(students, pages.portion, pages.answers, pages.marked, final.marked, final.decided)
            self.change(self.comparison.changes(now))
        return final

    def change(self, changes: Iterable[tuple[str, list[Change]]]) -> None:
        """Write what differs from the last run, student by student."""
        for student, found in changes:
            self.changes.add(student, found)
            write_rows(self._changes, [change.cells for change in found])

    def _table_rows(self, students: Sequence[str], marked: Mapping[str, Marked]) -> None:
        columns = [texts(marked[id].points, marked[id].totals) for id in self.problems]
        totals = totals_of([marked[id] for id in self.problems], len(students))
        rows = zip(map(cell, students), totals, [self._possible] * len(students), *columns, strict=True)
        self._table.writelines(",".join(row) + "\n" for row in rows)

    def keep(self, students: Iterable[str]) -> list[GraderError]:
        """Put the files in their places; what a person saved meanwhile stays, which is told."""
        rest = list(self.decisions.rest(students, self.problems))
        write_rows(self._review, rest, self.reviewed.delimiter)
        for text in (self._table, self._review, self._changes):
            text.flush()
        told = list(self.decisions.errors)
        path = self._drafts[REVIEW].path
        if self._usable and (path.read_bytes() if path.exists() else None) != self.reviewed.data:
            what = "was saved while this ran"
            told.append(SubmissionError(what, Place(str(path)), "it is left as it is; run grade again"))
        elif self._usable:
            self._put(REVIEW, bool(self.rows or rest))
        self._put(MARKS, True)
        self._put(TABLE, True)
        self._put(CHANGES, bool(self.changes.marks))
        return told

    def _put(self, name: str, filled: bool) -> None:
        draft = self._drafts[name]
        if filled:
            draft.keep()
        else:
            draft.drop()
            draft.path.unlink(missing_ok=True)

    def drop(self) -> None:
        """Leave what was there."""
        for text in (self._table, self._review, self._changes):
            with suppress(OSError, ValueError):
                text.detach()
        for draft in self._drafts.values():
            draft.drop()


_encode = msgspec.json.Encoder().encode


def lines(students: Sequence[str], marked: Mapping[str, Marked]) -> Iterable[bytes]:
    """The lines of `marks.jsonl`: by student, problem and part."""
    heads = [b'{"student":' + _encode(student) + b',"problem":' for student in students]
    columns = []
    for id, each in marked.items():
        tails = np.array([*each.tails(), None], dtype=object)[:-1]  # None keeps it an array of one dimension
        problem = _encode(id) + b","
        columns.append((problem, tails[each.codes.T].tolist()))
    for row, head in enumerate(heads):
        for problem, tails in columns:
            start = head + problem
            if tails[row]:
                yield start + (b"\n" + start).join(tails[row]) + b"\n"


def texts(values: Sequence[Fraction], codes: np.ndarray) -> list[str]:
    """Points as they stand in a table, `(n,)`."""
    known = [decimal(value) for value in values]
    return [known[code] for code in codes.tolist()]


def totals_of(marked: Sequence[Marked], count: int) -> list[str]:
    """Each student's points on all problems together, exactly summed, as they stand in a table."""
    if not marked:
        return ["0"] * count
    if len(marked) == 1:
        return texts(marked[0].points, marked[0].totals)
    known: dict[tuple[int, ...], str] = {}
    found = []
    for codes in zip(*(each.totals.tolist() for each in marked), strict=True):
        if codes not in known:
            points = (each.points[code] for each, code in zip(marked, codes, strict=True))
            known[codes] = decimal(sum(points, Fraction(0)))
        found.append(known[codes])
    return found


class Feedback:
    """A page a student, in a format."""

    def __init__(self, out: Path, format: str, problems: Mapping[str, Problem]) -> None:
        from grader.render.pages import Solved

        self.folder, self.format, self.problems = make_folder(out / "feedback"), format, problems
        self.errors: list[GraderError] = []
        self._solved, self._names = Solved(format), FileNames()

    def write(self, final: Final) -> None:
        """The pages of some students."""
        from grader.render.environment import FORMATS, write_page
        from grader.render.feedback import SheetView, page

        pages = final.pages
        marks = {id: each.marks(pages.students) for id, each in final.marked.items()}
        for row, student in enumerate(pages.students):
            aside = pages.asides.get(row, Aside())
            sheets = [
                SheetView(given_to(problem, student, aside), marks[id][row]) for id, problem in self.problems.items()
            ]
            path = self.folder / (self._names.of(student) + FORMATS[self.format].ending)
            try:
                write_page(path, self.format, page(student, sheets, self.format, self._solved))
            except SpecError as error:
                self.errors.append(error.at(Place(str(path))))


def given_to(problem: Problem, student: str, aside: Aside) -> Problem:
    """The variant that a student was given; the spec's own givens where none can be drawn, which was told."""
    from grader import variants

    try:
        return variants.of(problem, aside.seed, student, aside.variant_of(problem.id))
    except GraderError:
        return problem


class FileNames:
    """A file's name for each student: letters, digits, dots and dashes, and no two alike.

    >>> names = FileNames()
    >>> [names.of(student) for student in ("s001", "../s/1", ".._s_1")]
    ['s001', 's_1', 's_1-2']
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, student: str) -> str:
        """The name of one student's file."""
        kept = "".join(c if c.isalnum() or c in "-." else "_" for c in student)
        plain = kept.strip("._").lstrip("-._")[:80] or "student"
        name, count = plain, 1
        while name.casefold() in self._taken:
            count += 1
            name = f"{plain}-{count}"
        self._taken.add(name.casefold())
        return os.fsdecode(name.encode())  # as UTF-8, also where the system's own letters are fewer


def file_names(students: Iterable[str]) -> Mapping[str, str]:
    """The names of some students' files."""
    names = FileNames()
    return {student: names.of(student) for student in students}
