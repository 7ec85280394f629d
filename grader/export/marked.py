"""What `grader grade` wrote, read back for those who want it in another format."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import msgspec

from grader.document import read_text
from grader.errors import DocumentError, Place
from grader.marking.marks import Mark
from grader.spreadsheet import restored

AGAIN = "run `grader grade` again"
Totals = Mapping[str, Mapping[str, Fraction]]
"""By student: `total`, `out_of`, and the points of each problem by its id."""


def read_marks(path: Path) -> Iterator[tuple[str, list[Mark]]]:
    """Each student's marks in the order of `marks.jsonl`, a student at a time.

    Raises `DocumentError` with the line that is no mark, or where the file cannot be opened.
    """
    for student, marks in groupby(_marks(path), key=lambda mark: mark.student):
        yield student, list(marks)


def _marks(path: Path) -> Iterator[Mark]:
    decode = msgspec.json.Decoder(Mark).decode
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    yield decode(line)
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                    raise DocumentError(f"not a mark: {error}", Place(str(path), number), AGAIN) from error
    except OSError as error:
        what = f"cannot be opened: {error.strerror}"
        raise DocumentError(what, Place(str(path)), "run `grader grade` first, or name its folder") from error


def read_totals(path: Path) -> Totals:
    """The points of each student in `marks.csv`: those that penalties, floors and rounding leave.

    Raises `DocumentError` where it is no such table.
    """
    table = csv.reader(io.StringIO(read_text(path), newline=""))
    totals = {}
    try:
        header = next(table)
        if header[:3] != ["student", "total", "out_of"]:
            raise DocumentError("expected the columns student, total, out_of", Place(str(path), 1), AGAIN)
        for cells in table:
            points = [Fraction(cell) for cell in cells[1:]]
            totals[restored(cells[0])] = dict(zip(header[1:], points, strict=True))
    except (csv.Error, ValueError, ZeroDivisionError, IndexError) as error:
        raise DocumentError("not a row of points", Place(str(path), table.line_num), AGAIN) from error
    return totals


def with_totals(out: Path) -> Iterator[tuple[str, list[Mark], Mapping[str, Fraction]]]:
    """Each student's marks and points in a folder that `grader grade` wrote.

    Raises `DocumentError` where the two files are not of one run, or cannot be read.
    """
    totals = read_totals(out / "marks.csv")
    for student, marks in read_marks(out / "marks.jsonl"):
        if student not in totals:
            what = f"the student '{student}' of marks.jsonl has no row"
            raise DocumentError(what, Place(str(out / "marks.csv")), AGAIN)
        yield student, marks, totals[student]
