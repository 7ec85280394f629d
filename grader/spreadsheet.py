"""Cells that spreadsheets open: none is run as a formula, and what was written is read back."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO

_RUN = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")  # some spreadsheets take full-width signs for the plain ones
_DEFUSED = re.compile(r"'+[=+\-@＝＋－＠\t\r\n]")


def defused(text: str) -> str:
    """A cell that no spreadsheet runs as a formula: an apostrophe stands before what one might.

    >>> defused("=1+1"), defused("s001"), defused("'-1")
    ("'=1+1", 's001', "''-1")
    """
    return "'" + text if _RUN.match(text) else text


_PLAIN = re.compile(r"[^\W_][\w.@ -]*")  # starts with a letter or a digit, and holds nothing that is quoted


def cell(text: str) -> str:
    """A text as a cell of a table with commas: defused, and quoted where need be.

    >>> print(cell("s001"), cell("=1+1"), cell("Lee, Ann"))
    s001 '=1+1 "Lee, Ann"
    """
    if _PLAIN.fullmatch(text):
        return text
    row = StringIO(newline="")
    write_rows(row, [[text]])
    return row.getvalue().removesuffix("\n")


def restored(cell: str) -> str:
    """What `defused` made a cell of.

    >>> restored("'=1+1"), restored("s001"), restored("''-1"), restored("'tis")
    ('=1+1', 's001', "'-1", "'tis")
    """
    return cell[1:] if _DEFUSED.match(cell) else cell


def decimal(points: Fraction) -> str:
    """Points in a table: as few decimals as are exact, six at the most.

    >>> decimal(Fraction(7)), decimal(Fraction(47, 2)), decimal(Fraction(1, 3)), decimal(Fraction(0))
    ('7', '23.5', '0.333333', '0')
    """
    return f"{float(points):.6f}".rstrip("0").rstrip(".")


class Draft:
    """A file that takes the place of `path` once it is `keep`; until then what was there stays.

    One that is given up, or whose program is killed, is written over by the next.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._draft = path, path.with_name(f".{path.name}.draft")
        self.file = self._draft.open("wb", buffering=1 << 20)

    def keep(self) -> None:
        """Put what was written in its place."""
        try:
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()
            self._draft.replace(self.path)
        except OSError as error:
            error.filename = str(self.path)
            raise

    def drop(self) -> None:
        """Leave `path` as it is."""
        with suppress(OSError):
            self.file.close()
        with suppress(OSError):
            self._draft.unlink()


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` once it is written whole; until then what was there stays."""
    draft = Draft(path)
    try:
        yield draft.file
        draft.keep()
    except OSError as error:
        error.filename = str(path)
        raise
    finally:
        draft.drop()


@contextmanager
def replacing_text(path: Path, encoding: str = "utf-8") -> Iterator[TextIO]:
    """The same for text, line breaks as they are written."""
    with replacing(path) as file:
        text = as_text(file, encoding)
        yield text
        text.flush()
        text.detach()


def as_text(file: BinaryIO, encoding: str = "utf-8") -> TextIOWrapper:
    """A file of bytes as one of text, line breaks as they are written."""
    return TextIOWrapper(file, encoding=encoding, newline="")


class _Lines:
    """A file that gets the rows of a table with a plain line feed behind each."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, row: str) -> int:
        return self._file.write(row.removesuffix("\r\n") + "\n")


def write_rows(file: TextIO, rows: Iterable[Iterable[str | Fraction]], delimiter: str = ",") -> None:
    """Rows of cells: points as decimals, texts defused and, where they hold a line break of any kind, quoted.

    The writer quotes what its own ends of lines hold: with a line feed alone, a carriage return inside a student's name
    would start a row of the student's making.
    """
    table = csv.writer(_Lines(file), delimiter=delimiter, lineterminator="\r\n")
    table.writerows([defused(cell) if isinstance(cell, str) else decimal(cell) for cell in row] for row in rows)


@contextmanager
def wide_cells(widest: int) -> Iterator[None]:
    """While it lasts, cells may have so many characters: the limit belongs to the whole program."""
    before = csv.field_size_limit(widest)
    try:
        yield
    finally:
        csv.field_size_limit(before)
