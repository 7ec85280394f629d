"""What can go wrong with what people hand us: one clear message, where it is, and what to do about it."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple


class Place(NamedTuple):
    """Where something stands: a file, a line counted from 1, and the path of keys inside the file.

    >>> print(Place("sgd.yaml", 7, "given.x"))
    sgd.yaml:7: given.x
    """

    file: str = ""
    line: int | None = None
    path: str = ""

    def __str__(self) -> str:
        spot = self.file if self.line is None else f"{self.file or 'line '}{':' if self.file else ''}{self.line}"
        return ": ".join(part for part in (spot, self.path) if part)

    def within(self, path: str, line: int | None = None) -> Place:
        """The place one key further in."""
        return Place(self.file, self.line if line is None else line, f"{self.path}.{path}" if self.path else path)


_MOVING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What ends a line, moves a cursor or turns the text around, wherever it was typed."""


class GraderError(Exception):
    """Input that cannot be used. `str(error)` is the whole message, on one line, as a terminal may show it.

    >>> print(GraderError("unknown family 'sdg'", Place("a.yaml", 2), hint=did_you_mean("sdg", ["sgd", "cnn"])))
    a.yaml:2: unknown family 'sdg'; did you mean 'sgd'?
    """

    def __init__(self, what: str, place: Place | None = None, hint: str = "") -> None:
        super().__init__(what)
        self.what, self.place, self.hint = what, place or Place(), hint

    def __str__(self) -> str:
        text = "; ".join(part for part in (f"{self.place}: {self.what}".removeprefix(": "), self.hint) if part)
        return text if text.isprintable() else _MOVING.sub(lambda sign: " " if sign[0].isspace() else "\ufffd", text)

    def at(self, place: Place) -> GraderError:
        """The same error with what is missing of its place filled in from `place`."""
        file, line, path = self.place.file or place.file, self.place.line or place.line, self.place.path or place.path
        self.place = Place(file, line, path)
        return self


class DocumentError(GraderError):
    """A file that is not the YAML, JSON or CSV it should be."""


class SpecError(GraderError):
    """A problem that cannot be used as its author wrote it."""


class SubmissionError(GraderError):
    """A submission, or a part of one, that cannot be used."""


class Notice(GraderError):
    """What a person should know of input that is used all the same; nothing is lost by it."""


class ShapeError(GraderError):
    """Operands whose shapes do not fit; `given` names the given at fault, where one is."""

    def __init__(self, what: str, given: str = "") -> None:
        super().__init__(what)
        self.given = given


class UnreadableError(GraderError):
    """An answer that cannot be read; `column` (from 1) says where reading stopped."""

    def __init__(self, what: str, text: str = "", column: int | None = None) -> None:
        super().__init__(what)
        self.text, self.column = text, column


class MisfitError(UnreadableError):
    """A formula that can be read and whose shapes do not fit together."""


WIDEST = 72  # characters of a line that is shown with a caret


def pointed(error: UnreadableError) -> str:
    """The message, the line that could not be read, and a caret under the place where reading stopped.

    >>> print(pointed(UnreadableError("expected ')'", "2(ŷ + 1", 8)))
    expected ')'
      2(ŷ + 1
             ^
    """
    if not error.text or error.column is None:
        return str(error)
    before, behind = error.text[: error.column - 1], error.text[error.column - 1 :]
    before, behind = before.rpartition("\n")[2], behind.partition("\n")[0]
    first = "…" if len(before) > WIDEST // 2 else ""
    last = "…" if len(behind) > WIDEST // 2 else ""
    before, behind = before[-(WIDEST // 2) :], behind[: WIDEST // 2]
    line = first + "".join(map(_visible, before + behind)) + last
    return f"{error}\n  {line}\n  {' ' * sum(map(_cells, first + before))}^"


def _visible(character: str) -> str:
    """A character as a terminal may show it: none that moves the cursor or turns the text around."""
    if character.isprintable() or unicodedata.combining(character):
        return character
    return " " if character.isspace() else "\ufffd"


def _cells(character: str) -> int:
    """How many columns of a terminal a character takes."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """A hint at the nearest of `names`, or the names themselves where none is near and they are few."""
    known = sorted(names)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return "known here: " + (", ".join(known) if len(known) <= 12 else ", ".join(known[:12]) + ", …") if known else ""
