"""A cohort's marks on one problem as arrays: each distinct mark once, and which of them each student has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from grader.marking.marks import Mark, Marks
from grader.parts import VERDICTS

if TYPE_CHECKING:
    from grader.problem import Problem


@dataclass(frozen=True, eq=False)
class Marked:
    """Some students' marks on one problem: each distinct mark once, and which of them each student has.

    >>> body, codes = b'{"part":"w","verdict":"wrong","credit":0.0,"points":1.0}\\n', np.zeros((1, 2), np.int32)
    >>> one = Marked("sgd", ("w",), body, np.array([5], np.uint8), codes, (Fraction(0),), codes[0])
    >>> [mark.verdict for marks in one.marks(["s001", "s002"]) for mark in marks]
    ['wrong', 'wrong']
    >>> joined([one, one.take(np.array([0]))]).codes
    array([[0, 0, 0]], dtype=int32)
    """

    problem: str
    parts: tuple[str, ...]
    bodies: bytes
    """A line of JSON a distinct mark: all of it but the student and the problem."""
    verdicts: np.ndarray
    """Each distinct mark's verdict, by its position in `grader.parts.VERDICTS`, `(T,)`."""
    codes: np.ndarray
    """Which line of `bodies` each student's mark on each part is, `(parts, N)`."""
    points: tuple[Fraction, ...]
    """The distinct totals."""
    totals: np.ndarray
    """Which of these each student has, `(N,)`."""

    def __len__(self) -> int:
        return len(self.totals)

    @cached_property
    def lines(self) -> list[bytes]:
        """The distinct marks, a line of JSON each."""
        return self.bodies.split(b"\n")[:-1]

    def tails(self) -> list[bytes]:
        """The distinct marks as they go on in a line of `marks.jsonl` behind the student and the problem."""
        return [line[1:] for line in self.lines]

    def marks(self, students: Sequence[str]) -> list[Marks]:
        """The marks as records, in the order of the parts, for students by these names."""
        fields: list[dict[str, Any]] = [msgspec.json.decode(line) for line in self.lines]
        rows = self.codes.T.tolist()
        return [
            Marks([Mark(student=student, problem=self.problem, **fields[code]) for code in row])
            for student, row in zip(students, rows, strict=True)
        ]

    def page(self, student: str, row: int) -> Marks:
        """All the marks of one student."""
        return Marks(self.some(student, row, range(len(self.parts))))

    def some(self, student: str, row: int, parts: Iterable[int]) -> list[Mark]:
        """The marks of one student, by position, on some parts, by theirs, as records."""
        fields = (msgspec.json.decode(self.lines[self.codes[part, row]]) for part in parts)
        return [Mark(student=student, problem=self.problem, **each) for each in fields]

    def take(self, rows: np.ndarray) -> Marked:
        """Some of the students, by their positions; marks and totals that none of these has are dropped."""
        kept, codes = used(self.codes[:, rows], len(self.verdicts))
        points, totals = used(self.totals[rows], len(self.points))
        bodies = self.bodies
        if len(kept) < len(self.verdicts):
            lines = self.lines
            bodies = as_lines(lines[k] for k in kept.tolist())
        some = tuple(self.points[k] for k in points.tolist())
        return replace(self, bodies=bodies, verdicts=self.verdicts[kept], codes=codes, points=some, totals=totals)

    def packed(self) -> bytes:
        """All of it as bytes, for a store or another process; `unpacked` reads them."""
        codes, totals = (narrowed(array) for array in (self.codes, self.totals))
        points = [str(each) for each in self.points]
        flat = (self.problem, self.parts, self.bodies, self.verdicts.tobytes(), len(self))
        arrays = (codes.dtype.str, codes.tobytes(), totals.dtype.str, totals.tobytes(), points)
        return msgspec.msgpack.encode((*flat, *arrays))

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return unpacked, (self.packed(),)


Packed = tuple[str, tuple[str, ...], bytes, bytes, int, str, bytes, str, bytes, list[str]]
_DECODER = msgspec.msgpack.Decoder(Packed)


def unpacked(data: bytes) -> Marked:
    """What `Marked.packed` made bytes of. Raises `msgspec.MsgspecError` where these are no such thing."""
    problem, parts, bodies, verdicts, count, of_codes, codes, of_totals, totals, points = _DECODER.decode(data)
    return Marked(
        problem,
        parts,
        bodies,
        np.frombuffer(verdicts, np.uint8),
        np.frombuffer(codes, of_codes).astype(np.int32).reshape(len(parts), count),
        tuple(map(Fraction, points)),
        np.frombuffer(totals, of_totals).astype(np.int32),
    )


def of_pages(problem: Problem, pages: Sequence[Marks]) -> Marked:
    """Marks as arrays, from the records of each student's page, which has a mark for each part that is asked."""
    known: dict[bytes, int] = {}
    encode, start = msgspec.json.Encoder().encode, len(b'"student":"","problem":' + msgspec.json.encode(problem.id)) + 1
    bare = ([b"{" + encode(msgspec.structs.replace(mark, student=""))[start + 1 :] for mark in page] for page in pages)
    codes = np.array([positions(page, known) for page in bare], dtype=np.int32).reshape(len(pages), -1).T
    verdicts = [VERDICTS.index(msgspec.json.decode(line)["verdict"]) for line in known]
    points: dict[Fraction, int] = {}
    totals = positions(map(problem.total, pages), points)
    parts = tuple(part.step for part in problem.parts)
    return Marked(problem.id, parts, as_lines(known), np.array(verdicts, np.uint8), codes, tuple(points), totals)


def narrowed(codes: np.ndarray) -> np.ndarray:
    """Codes in as few bytes each as their size asks for."""
    return codes.astype(np.min_scalar_type(int(codes.max(initial=0))).newbyteorder("<"))


def used(codes: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Which of `count` things some codes name, in order, and the codes counted anew among these.

    >>> used(np.array([4, 1, 4]), 6)
    (array([1, 4]), array([1, 0, 1], dtype=int32))
    """
    there = np.zeros(count, dtype=bool)
    there[codes] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1).astype(np.int32)[codes]


def as_lines(lines: Iterable[bytes]) -> bytes:
    """Each with the end of a line behind it."""
    return b"".join(b"%b\n" % line for line in lines)


def joined(marked: Sequence[Marked]) -> Marked:
    """The marks of some students and of others behind them, on the same parts of one problem; equal marks once."""
    first = marked[0]
    if any((each.problem, each.parts) != (first.problem, first.parts) for each in marked):
        raise ValueError(f"marks on different problems, or parts of them, cannot be joined to those on {first.problem}")
    lines: dict[bytes, int] = {}
    points: dict[Fraction, int] = {}
    codes, totals, verdicts = [], [], []
    for each in marked:
        known, table = len(lines), positions(each.lines, lines)
        new, where = np.unique(table, return_index=True)
        verdicts.append(each.verdicts[where[new >= known]])
        codes.append(table[each.codes])
        totals.append(positions(each.points, points)[each.totals])
    return Marked(
        first.problem,
        first.parts,
        as_lines(lines),
        np.concatenate(verdicts),
        np.concatenate(codes, axis=1),
        tuple(points),
        np.concatenate(totals),
    )


def positions(things: Iterable[Any], known: dict[Any, int]) -> np.ndarray:
    """The position of each thing among those that are known, to which new ones are added.

    >>> positions("abca", {"b": 0}).tolist()
    [1, 0, 2, 1]
    """
    return np.array([known.setdefault(thing, len(known)) for thing in things], dtype=np.int32)
