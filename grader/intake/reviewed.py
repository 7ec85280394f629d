"""`review.csv` filled in: what a person decided, row by row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from grader.document import LARGEST, decoded
from grader.errors import DocumentError, Place, SubmissionError, did_you_mean
from grader.export.review import COLUMNS
from grader.spreadsheet import decimal, restored, wide_cells

MOST = 500_000_000  # bytes of a table, that of a country's
NEEDED = ("student", "problem", "part", "earned")


@dataclass(frozen=True)
class Row:
    """One row as typed, by column; `surplus` are cells behind the last column."""

    line: int
    cells: Mapping[str, str]
    surplus: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """The student, the problem and the part that it is about."""
        student, problem, part = (self["student"].strip(), self["problem"].strip(), self["part"].strip())
        return student, problem, part

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Reviewed:
    """A table of decisions, as a person left it; `extra` are columns of their own."""

    path: Path
    rows: tuple[Row, ...] = ()
    extra: tuple[str, ...] = ()
    delimiter: str = ","
    data: bytes | None = field(default=None, repr=False)
    """The file as it was read, None where there is none."""


def read_reviewed(path: Path) -> Reviewed:
    """The table in a file: UTF-8 with or without a byte order mark, commas, semicolons or tabs; empty where none is.

    Raises `DocumentError` where the file as a whole cannot be used.
    """
    if not path.exists():
        return Reviewed(path)
    data = path.read_bytes()
    text = decoded(data, Place(str(path)), MOST)
    delimiter = _delimiter(text)
    try:
        with wide_cells(LARGEST):
            lines = list(_lines(text, delimiter))
    except csv.Error as error:
        raise DocumentError(f"not CSV: {error}", Place(str(path)), "mend it; it is left as it is") from error
    header = _header(lines[0][1], path)
    rows = tuple(_row(number, cells, header) for number, cells in lines[1:] if any(cells))
    return Reviewed(path, rows, tuple(name for name in header if name not in COLUMNS), delimiter, data)


def _delimiter(text: str) -> str:
    """What stands between the names of the first line."""
    first = text.lstrip().split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row's cells as they were before they were defused, with the line where the row starts."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    for cells in reader:
        yield start, [restored(cell) for cell in cells]
        start = reader.line_num + 1


def _header(cells: list[str], path: Path) -> list[str]:
    header = [cell.strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    for name in NEEDED:
        if name not in header:
            what = f"expected a column named {name}"
            raise DocumentError(what, Place(str(path), 1), "mend the first line; the file is left as it is")
    twice = next((name for k, name in enumerate(header) if name in header[:k]), None)
    if twice is not None:
        raise DocumentError(f"the column '{twice}' stands twice", Place(str(path), 1), "rename one of the two")
    return header


def _row(line: int, cells: list[str], header: list[str]) -> Row:
    surplus = cells[len(header) :]
    while surplus and not surplus[-1]:
        surplus.pop()
    return Row(line, dict(zip(header, cells, strict=False)), tuple(surplus))


_NUMBER = r"(\d{1,9}(?:[.,]\d{0,9})?|[.,]\d{1,9})"
_AMOUNT = re.compile(_NUMBER)
_PERCENT = re.compile(rf"{_NUMBER}\s*%")
_RATIO = re.compile(r"(\d{1,9})\s*/\s*(\d{1,9})")


def read_earned(typed: str, points: Fraction, place: Place) -> Fraction:
    """Points that a person gives: a number of them, or a share: 50%, or 3/4, which is also how 3 of 4 is written.

    >>> [str(read_earned(typed, Fraction(4), Place())) for typed in ("1,5", "50%", "3/4", " 4 ")]
    ['3/2', '2', '3', '4']
    """
    earned = _amount(typed.strip(), points)
    if earned is None or not 0 <= earned <= points:
        what = f"expected points from 0 to {decimal(points)}, got '{typed.strip()[:40]}'"
        raise SubmissionError(what, place, "write them as 1.5, or as a share: 50% or 1/2")
    return earned


def _amount(typed: str, points: Fraction) -> Fraction | None:
    if match := _AMOUNT.fullmatch(typed):
        return _number(match[1])
    if match := _PERCENT.fullmatch(typed):
        return _number(match[1]) / 100 * points
    match = _RATIO.fullmatch(typed)
    return Fraction(int(match[1]), int(match[2])) * points if match and int(match[2]) else None


def _number(digits: str) -> Fraction:
    return Fraction(digits.replace(",", ".").rstrip("."))


def unknown(what: str, name: str, known: Mapping[str, object], place: Place) -> SubmissionError:
    """That a row names a student, a problem or a part that is not there."""
    return SubmissionError(f"unknown {what} '{name}'", place, did_you_mean(name, known))
