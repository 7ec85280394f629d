"""Canvas: points put into a gradebook that was exported there, so that it can be imported again.

What is written are the gradebook's own columns up to `Section`, which must be the last of them, and those assignments
that get points, under the very titles that Canvas gave them: a title whose number Canvas does not know makes a new
column. Every student keeps their row and, where we have no points for them, what stood in it.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from grader.document import read_text
from grader.errors import DocumentError, GraderError, Place, SpecError, SubmissionError, did_you_mean
from grader.export.marked import Totals
from grader.spreadsheet import decimal, defused, restored

LAST = "Section"
NAMED_BY = ("SIS Login ID", "ID", "SIS User ID", "Student")
"""The columns in which a student is looked for, the surest first."""
POSSIBLE = "Points Possible"
_ASSIGNMENT = re.compile(r"(.*)\s\((\d+)\)", re.DOTALL)
_UNASSIGNED = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Gradebook:
    """A gradebook as Canvas exports it: the header, what stands below it of assignments, and a row a student."""

    path: str
    header: tuple[str, ...]
    above: tuple[tuple[str, ...], ...]
    """The rows that are no student's: how assignments are posted, what they are out of."""
    rows: tuple[tuple[str, ...], ...]

    @property
    def fixed(self) -> int:
        """How many columns there are up to `Section`."""
        return self.header.index(LAST) + 1

    @property
    def assignments(self) -> dict[str, int]:
        """The position of each assignment by its title with its number, as the header has it."""
        columns = list(enumerate(self.header))[self.fixed :]
        return {title: k for k, title in columns if _ASSIGNMENT.fullmatch(title)}


def read_gradebook(path: Path) -> Gradebook:
    """The gradebook in a file, with commas or semicolons.

    Raises `DocumentError` where it is none: its first columns must be Student and ID, and `Section` the last before the
    assignments.
    """
    rows = list(_rows(path))
    header = rows[0] if rows else ()
    if header[:2] != ("Student", "ID") or LAST not in header:
        hint = "export it from Canvas, and keep its first line"
        raise DocumentError(f"expected the columns Student, ID, …, {LAST}", Place(str(path), 1), hint)
    rows = [(row + ("",) * len(header))[: len(header)] for row in rows[1:]]
    above = [row for row in rows if (POSSIBLE in row[0] and not row[1]) or all(map(_UNASSIGNED.fullmatch, row))]
    return Gradebook(str(path), header, tuple(above), tuple(row for row in rows if row not in above))


def _rows(path: Path) -> Iterator[tuple[str, ...]]:
    text = read_text(path)
    first = text.lstrip().split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;", key=first.count), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield tuple(restored(cell) for cell in cells)
    except csv.Error as error:
        raise DocumentError(f"not CSV: {error}", Place(str(path), reader.line_num), "export it again") from error


def chosen(gradebook: Gradebook, wanted: str) -> str:
    """The assignment's column that a teacher means by its title, its number or both.

    Raises `SpecError` where there is none, or more than one.
    """
    titles = gradebook.assignments
    found = [title for title in titles if wanted.strip() in {title, *_spellings(title)}]
    if len(found) == 1:
        return found[0]
    plain = {_spellings(title)[0] for title in titles}
    if not found:
        what = f"no assignment '{wanted}' in the gradebook"
        raise SpecError(what, Place(gradebook.path, 1), did_you_mean(wanted, plain) or "make it on Canvas first")
    raise SpecError(
        f"several assignments are called '{wanted}'", Place(gradebook.path, 1), "say which: " + ", ".join(found)
    )


def _spellings(title: str) -> tuple[str, str]:
    found = _ASSIGNMENT.fullmatch(title)
    return (found[1].strip(), found[2]) if found else (title, title)


def filled(
    gradebook: Gradebook, totals: Totals, columns: Mapping[str, str]
) -> tuple[list[list[str | Fraction]], list[GraderError]]:
    """The table to import, and what is to be told: students of ours who are not in it, names that fit two rows.

    `columns` says of assignments (titles as the header has them) what they get: `total`, or a problem's id.
    """
    found, errors = matched(gradebook, totals)
    positions = [gradebook.header.index(title) for title in columns]
    heads = [[*row[: gradebook.fixed], *(row[k] for k in positions)] for row in (gradebook.header, *gradebook.above)]
    table: list[list[str | Fraction]] = [*map(list[str | Fraction], heads)]
    for number, row in enumerate(gradebook.rows):
        if POSSIBLE in row[0]:
            what = f"Canvas would take the row of '{row[0]}' for what assignments are out of; it is left out"
            errors.append(SubmissionError(what, Place(gradebook.path), "enter these points by hand"))
            continue
        points = totals.get(found.get(number, ""), {})
        pairs = zip(positions, columns.values(), strict=True)
        table.append([*row[: gradebook.fixed], *(points.get(source, row[k]) for k, source in pairs)])
    return table, errors + out_of(gradebook, totals, columns)


def matched(gradebook: Gradebook, students: Sequence[str] | Totals) -> tuple[dict[int, str], list[GraderError]]:
    """The student of each row that is one of ours, by its position; who is in no row, in several, or beside another."""
    index: dict[str, dict[str, list[int]]] = {
        column: _positions(gradebook, column) for column in NAMED_BY if column in gradebook.header
    }
    found: dict[int, str] = {}
    errors: list[GraderError] = []
    for student in students:
        rows = next((each for name in index if (each := index[name].get(same(student)))), [])
        if len(rows) == 1 and rows[0] not in found:
            found[rows[0]] = student
            continue
        why = "is in no row" if not rows else f"is also '{found[rows[0]]}'" if len(rows) == 1 else "fits several rows"
        hint = "call students by their SIS Login ID, their ID or their name there"
        errors.append(SubmissionError(f"the student '{student}' {why} of the gradebook", Place(gradebook.path), hint))
    return found, errors


def _positions(gradebook: Gradebook, column: str) -> dict[str, list[int]]:
    """The rows in which a name stands in a column; `Last, First` is `First Last` too."""
    place = gradebook.header.index(column)
    positions: dict[str, list[int]] = {}
    for number, row in enumerate(gradebook.rows):
        last, comma, first = row[place].partition(",")
        both = {same(row[place]), same(f"{first} {last}") if comma and column == "Student" else ""} - {""}
        for name in both:
            positions.setdefault(name, []).append(number)
    return positions


def same(name: str) -> str:
    """What is the same for names however they are typed.

    >>> same(" Ann  EXAMPLE ")
    'ann example'
    """
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", name)).strip().casefold()


def out_of(gradebook: Gradebook, totals: Totals, columns: Mapping[str, str]) -> list[GraderError]:
    """Where an assignment on Canvas is out of other points than `total` is here, which is easily overlooked."""
    ours = next((decimal(points["out_of"]) for points in totals.values()), "")
    possible = next((row for row in gradebook.above if POSSIBLE in row[0]), None)
    errors: list[GraderError] = []
    for title, source in columns.items():
        theirs = possible[gradebook.header.index(title)].strip() if possible else ""
        if source == "total" and theirs and ours and not _equal(theirs, ours):
            what = f"'{title}' is out of {theirs} on Canvas and out of {ours} here; points are as they were marked"
            errors.append(SpecError(what, Place(gradebook.path)))
    return errors


def _equal(theirs: str, ours: str) -> bool:
    try:
        return abs(Fraction(theirs.replace(",", ".")) - Fraction(ours)) < Fraction(1, 1000)
    except ValueError:
        return False


def to_csv(table: Sequence[Sequence[str | Fraction]]) -> bytes:
    """The file to import: with a byte order mark, no cell that a spreadsheet runs.

    The column that says what assignments are out of, and numbers below zero, stand as they are.
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([_cell(cell) for cell in row] for row in table)
    return text.getvalue().encode("utf-8-sig", "replace")


def _cell(cell: str | Fraction) -> str:
    if isinstance(cell, Fraction):
        return decimal(cell)
    return cell if re.fullmatch(r"-?\d+([.,]\d+)?%?", cell) else defused(cell)
