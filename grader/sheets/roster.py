"""A roster: who is in the class, as a spreadsheet saves it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.document import read_text
from grader.errors import DocumentError, GraderError, Place, SubmissionError, did_you_mean
from grader.spreadsheet import restored

MOST_STUDENTS = 100_000
LONGEST = 200  # characters of a cell


@dataclass(frozen=True)
class Student:
    """One student: as the column `student` has it, and what the other columns say."""

    name: str
    more: Mapping[str, str] = field(default_factory=dict)
    line: int = 0


def read_roster(path: Path) -> tuple[list[Student], list[GraderError]]:
    """The students of a roster in its order, and an error for each row that cannot be used.

    A table with a column `student`, as spreadsheets save it: UTF-8 with or without a byte order mark, with commas,
    semicolons or tabs. Raises `DocumentError` where it is no such table.
    """
    students: dict[str, Student] = {}
    errors: list[GraderError] = []
    for student in _rows(path):
        if isinstance(student, GraderError):
            errors.append(student)
        elif (first := students.get(same(student.name))) is not None:
            what, place = f"the student '{student.name}' stands twice", Place(str(path), student.line)
            errors.append(SubmissionError(what, place, f"the first is on line {first.line}; remove one of them"))
        else:
            students[same(student.name)] = student
    if not students and not errors:
        raise DocumentError("no student is named", Place(str(path)), "write one a line below the column student")
    return list(students.values()), errors


def same(name: str) -> str:
    """What is the same for names that are drawn for alike: accents composed."""
    return unicodedata.normalize("NFC", name.strip())


def _rows(path: Path) -> Iterator[Student | GraderError]:
    lines = _lines(path)
    number, header = next(lines)
    names = [cell.strip() for cell in header]
    column = next((k for k, name in enumerate(names) if name.casefold() == "student"), None)
    if column is None:
        raise DocumentError("expected a column named student", Place(str(path), number), did_you_mean("student", names))
    for count, (number, cells) in enumerate(lines):
        if count >= MOST_STUDENTS:
            raise DocumentError(f"more than {MOST_STUDENTS:,} students", Place(str(path), number), "split the roster")
        if any(cell.strip() for cell in cells):
            yield _student(cells, names, column, Place(str(path), number))


def _student(cells: list[str], names: list[str], column: int, place: Place) -> Student | GraderError:
    name = restored(cells[column]).strip() if column < len(cells) else ""
    if not name:
        return SubmissionError("no student is named", place, "fill in the column student")
    if len(cells) > len(names) and any(cells[len(names) :]):
        return SubmissionError("more cells than columns", place, "quote the cells that hold commas")
    if long := next((cell for cell in cells if len(cell) > LONGEST), None):
        return SubmissionError(f"a cell of {len(long)} characters", place, f"shorten it to {LONGEST}")
    more = {
        key: restored(cell).strip() for key, cell in zip(names, cells, strict=False) if key and key != names[column]
    }
    return Student(name, more, place.line or 0)


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line where it starts."""
    text = read_text(path)
    first = text.lstrip().split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    start = 1
    try:
        for cells in reader:
            if cells:
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise DocumentError(f"not CSV: {error}", Place(str(path), reader.line_num), "save it again as CSV") from error
