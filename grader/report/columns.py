"""`marks.jsonl` as columns: a million marks are some arrays of numbers, and the texts stay in the file."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, TypeVar

import msgspec
import numpy as np

from grader.errors import DocumentError, GraderError, Place
from grader.marking.marks import WAITING, Mark

K = TypeVar("K")
Verdict = Literal[
    "correct", "rounded", "follows", "slip", "incomplete", "wrong", "blank", "unreadable", "undecided", "review"
]
VERDICTS: tuple[str, ...] = Verdict.__args__  # type: ignore[attr-defined]
"""The verdicts by their codes in a column."""

Progress = Callable[[Iterable[bytes], str], Iterable[bytes]]
"""Shows how far reading has come, while the lines go by."""


def silent(lines: Iterable[bytes], what: str) -> Iterable[bytes]:
    """Progress that shows nothing."""
    return lines


NUMBERS = ("student", "part", "verdict", "slip", "coarse", "alike", "offset")
SHARES = ("credit", "points")
AGAIN = "run `grader grade` again"
NO_SLIP = -1
COARSE = "Right as far as"  # how the message begins that asks for more digits
MOST_TOLD = 5  # lines that cannot be used and are told one by one
_ZEROS = re.compile(rb'(\.\d*[1-9])0+(?=")|\.0*(?=")')
_SPACE = re.compile(rb"\s+")


class Line(msgspec.Struct, frozen=True):
    """What the columns keep of a mark; answers stay as they are in the file."""

    student: str
    problem: str
    part: str
    verdict: Verdict
    credit: Annotated[float, msgspec.Meta(ge=-1, le=1)]
    points: Annotated[float, msgspec.Meta(ge=0, le=1e9)]
    answer: msgspec.Raw = msgspec.Raw()
    expected: msgspec.Raw = msgspec.Raw()
    slip: str | None = None
    message: str | None = None


class Codes(dict[K, int]):
    """Whole numbers for things, in the order in which they are first seen.

    >>> codes = Codes()
    >>> [codes[name] for name in ("ann", "bob", "ann")]
    [0, 1, 0]
    """

    def __missing__(self, key: K) -> int:
        self[key] = len(self)
        return self[key]


@dataclass(frozen=True)
class Columns:
    """A cohort's marks: an entry each in every array, in the order of the file; texts by their codes.

    `alike` is a digest of a wrong answer that no slip explains, 0 for any other; `offset` is where a mark starts in
    the file at `path`.
    """

    path: Path
    students: Sequence[str]
    parts: Sequence[tuple[str, str]]
    """Each part's problem and name."""
    problems: Sequence[str]
    slips: Sequence[str]
    student: np.ndarray
    part: np.ndarray
    verdict: np.ndarray
    credit: np.ndarray
    points: np.ndarray
    slip: np.ndarray
    coarse: np.ndarray
    alike: np.ndarray
    offset: np.ndarray

    @property
    def problem_of(self) -> np.ndarray:
        """The problem of each part, `(parts,)`."""
        codes = {problem: code for code, problem in enumerate(self.problems)}
        return np.array([codes[problem] for problem, _ in self.parts], dtype=np.int64)

    def has(self, *verdicts: str) -> np.ndarray:
        """Where the verdict is one of some, `(marks,)`."""
        return np.asarray(np.isin(self.verdict, [VERDICTS.index(each) for each in verdicts]))

    @property
    def waiting(self) -> np.ndarray:
        """Where a person must decide, `(marks,)`."""
        return self.has(*WAITING)

    def mark(self, row: int) -> Mark:
        """One mark with its texts, from the file."""
        with self.path.open("rb") as file:
            file.seek(int(self.offset[row]))
            return msgspec.json.decode(file.readline(), type=Mark)


class _Filling:
    """Columns while they are read: the numbers of a mark behind those of the one before it."""

    def __init__(self) -> None:
        self.students: Codes[str] = Codes()
        self.parts: Codes[tuple[str, str]] = Codes()
        self.slips: Codes[str] = Codes()
        self.verdicts = {name: code for code, name in enumerate(VERDICTS)}
        self.numbers, self.shares = array("q"), array("d")

    def add(self, line: Line, offset: int) -> None:
        """Take in a mark: its numbers in the order of `NUMBERS` and of `SHARES`."""
        verdict, slip = line.verdict, line.slip
        self.numbers.extend(
            (
                self.students[line.student],
                self.parts[line.problem, line.part],
                self.verdicts[verdict],
                NO_SLIP if slip is None else self.slips[slip],
                verdict == "incomplete" and (line.message or "").startswith(COARSE),
                digest(line) if verdict == "wrong" and slip is None else 0,
                offset,
            )
        )
        self.shares.extend((line.credit, line.points))

    def columns(self, path: Path) -> Columns:
        problems = list(dict.fromkeys(problem for problem, _ in self.parts))
        numbers = np.frombuffer(self.numbers, dtype=np.int64).reshape(-1, len(NUMBERS)).T
        shares = np.frombuffer(self.shares, dtype=np.float64).reshape(-1, len(SHARES)).T
        arrays = {
            name: np.ascontiguousarray(column)
            for name, column in zip((*NUMBERS, *SHARES), (*numbers, *shares), strict=True)
        }
        arrays["coarse"] = arrays["coarse"].astype(bool)
        return Columns(path, list(self.students), list(self.parts), problems, list(self.slips), **arrays)


def digest(line: Line) -> int:
    """A number for a wrong answer and what was expected, the same for the same; 0 where there is no answer."""
    answer = bytes(line.answer)
    return hash((same(answer), bytes(line.expected))) or 1 if answer not in {b"", b"null"} else 0


def same(answer: bytes) -> bytes:
    """An answer as JSON without what makes no difference: spaces, and zeros behind a decimal point.

    >>> same(b'"0.60"'), same(b'[["1.0", "100"]]'), same(b'"a + b"')
    (b'"0.6"', b'[["1","100"]]', b'"a+b"')
    """
    return _ZEROS.sub(rb"\1", _SPACE.sub(b"", answer))


def read_columns(path: Path, progress: Progress = silent) -> tuple[Columns, list[GraderError]]:
    """The marks in a file, and what of it cannot be used.

    Raises `DocumentError` where the file cannot be opened, or holds no mark at all.
    """
    filling, errors, unusable, offset = _Filling(), list[GraderError](), 0, 0
    decode = msgspec.json.Decoder(Line).decode
    with _opened(path) as file:
        for number, line in enumerate(progress(file, "Reading marks"), start=1):
            try:
                if line.strip():
                    filling.add(decode(line), offset)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                unusable += 1
                if unusable <= MOST_TOLD:
                    errors.append(DocumentError(f"not a mark: {error}", Place(str(path), number), AGAIN))
            offset += len(line)
    if unusable > MOST_TOLD:
        errors.append(DocumentError(f"{unusable - MOST_TOLD} more lines are no marks", Place(str(path)), AGAIN))
    if not filling.students:
        raise DocumentError("there are no marks in it", Place(str(path)), "run `grader grade` first")
    columns, twice = once(filling.columns(path))
    if twice:
        what = f"{twice} mark{'s stand' if twice != 1 else ' stands'} there twice; the last one counts"
        errors.append(DocumentError(what, Place(str(path)), AGAIN))
    return columns, errors


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        what = f"cannot be opened: {error.strerror}"
        raise DocumentError(what, Place(str(path)), "run `grader grade` first, or name its folder") from error
    with file:
        yield file


def once(columns: Columns) -> tuple[Columns, int]:
    """The columns with one mark for a student and a part, the last in the file; and how many others there were."""
    keys = columns.student * len(columns.parts) + columns.part
    _, last = np.unique(keys[::-1], return_index=True)
    if len(last) == len(keys):
        return columns, 0
    kept = np.sort(len(keys) - 1 - last)
    return replace(columns, **{name: getattr(columns, name)[kept] for name in (*NUMBERS, *SHARES)}), len(keys) - len(
        kept
    )
