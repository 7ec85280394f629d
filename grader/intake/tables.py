"""Tables as spreadsheets and course systems write them: encodings, separators, and one broken row at a time."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.document import LARGEST
from grader.errors import DocumentError, GraderError, Place, SubmissionError
from grader.intake.sources import File, steady

DELIMITERS = ",;\t"
MOST_BROKEN = 100
"""Broken rows after which the lines that a stray quote swallowed are read again; beyond them they are given up."""
_SEPARATOR = re.compile(r"sep=([,;\t|])[\r\n]*")


@dataclass(frozen=True)
class Row:
    """The cells of a row and where it starts."""

    cells: list[str]
    place: Place


def rows(file: File) -> Iterator[Row | GraderError]:
    """The rows that are not empty, the first being the header; a broken one is an error in its place.

    Raises `DocumentError` where the file as a whole is no table.
    """
    encoding = encoding_of(file)
    with steady(file) as opened:
        lines = _Lines(io.TextIOWrapper(opened, encoding=encoding, newline=""))
        head = [_first(lines, file.place)]
        if separator := _SEPARATOR.fullmatch(head[0]):
            delimiter = separator[1]
        else:
            delimiter = delimiter_of(head[0])
            lines.back(head)
        yield from _parsed(lines, delimiter, file.place)


def encoding_of(file: File) -> str:
    """How a table is encoded: by its byte order mark, or UTF-8, or else what Excel writes on Western Windows, cp1252.

    >>> encoding_of(File("a.csv", lambda: io.BytesIO("Zoë;1".encode("cp1252"))))
    'cp1252'
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with steady(file) as opened:
            chunk = opened.read(1 << 20)
            if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16"
            while chunk:
                if b"\0" in chunk:
                    raise DocumentError("not a table: it holds zero bytes", file.place, "save it as CSV, UTF-8")
                decoder.decode(chunk)
                chunk = opened.read(1 << 20)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def delimiter_of(line: str) -> str:
    """What stands between the names of the first line, quotes left aside.

    >>> delimiter_of('"a, b, c";d;e'), delimiter_of("student")
    (';', ',')
    """
    bare = re.sub(r'"[^"]*"', "", line)
    return max(DELIMITERS, key=bare.count)


@dataclass
class _Lines:
    """The lines of a file, counted, some of which may be put back; those of the row that is being read are kept."""

    opened: io.TextIOWrapper
    number: int = 0
    row: list[str] = field(default_factory=list)
    again: deque[str] = field(default_factory=deque)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else self.opened.readline(LARGEST)
        if not line:
            raise StopIteration
        self.number += 1
        self.row.append(line)
        return line

    def back(self, lines: list[str]) -> None:
        """Read these again."""
        self.again.extendleft(reversed(lines))
        self.number -= len(lines)
        self.row = []


def _first(lines: _Lines, place: Place) -> str:
    try:
        for line in lines:
            if line.strip():
                return line
            lines.row = []
    except UnicodeError as error:
        raise _misencoded(error, place) from error
    raise DocumentError("the file is empty", place, "fill it in or remove it")


def _misencoded(error: UnicodeError, place: Place) -> DocumentError:
    what = f"not a text file: {getattr(error, 'reason', '') or error}"
    return DocumentError(what, place, "save it as CSV, UTF-8")


def _parsed(lines: _Lines, delimiter: str, place: Place) -> Iterator[Row | GraderError]:
    reader, broken, doubtful, width = csv.reader(lines, delimiter=delimiter, strict=True), 0, 0, 0
    while True:
        start, lines.row = lines.number + 1, []
        here = Place(place.file, start)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except UnicodeError as error:
            raise _misencoded(error, here) from error
        except csv.Error as error:
            broken, doubtful = broken + 1, lines.number
            if broken <= MOST_BROKEN:
                lines.back(lines.row[1:])
            upto = "" if lines.number <= start else f"; the lines up to {lines.number} are lost with it"
            yield SubmissionError(f"not CSV: {_plain(error)}{upto}", here, "mend its quotes, or save it again as CSV")
            continue
        width = width or len(cells)
        if start <= doubtful and len(cells) < width:
            yield SubmissionError("what a broken row left behind", here, "mend the row above")
        elif any(cell.strip() for cell in cells):
            yield Row(cells, here)


def _plain(error: csv.Error) -> str:
    """What is wrong with a row, in words."""
    return {
        "unexpected end of data": "a quote is not closed",
        f"field larger than field limit ({csv.field_size_limit()})": "a cell is too long, or a quote is not closed",
    }.get(str(error), str(error))
