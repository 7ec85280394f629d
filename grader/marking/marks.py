"""Marks: the record of one verdict, and how its values are named."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import msgspec

from grader.expression.tree import Index


class Mark(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The verdict on one step of one student's page.

    `points` are those that the step is worth and `credit` the share of them that is earned. `expected` and `own` are
    the key's value and what the student's own earlier answers lead to; for tensors `cells` has a verdict an entry.
    """

    student: str
    problem: str
    part: str
    verdict: str
    credit: float
    points: float
    answer: Any = None
    expected: Any = None
    own: Any = None
    slip: str | None = None
    message: str | None = None
    cells: Any = None


class Body(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A mark without the student and the problem: what many students may share."""

    part: str
    verdict: str
    credit: float
    points: float
    answer: Any = None
    expected: Any = None
    own: Any = None
    slip: str | None = None
    message: str | None = None
    cells: Any = None


class Marks(list[Mark]):
    """Marks in order; `marks["w_5"]` is the mark of that part."""

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            for mark in self:
                if mark.part == key:
                    return mark
            raise KeyError(key)
        return super().__getitem__(key)


def earned(mark: Mark) -> Fraction:
    """The points that a mark earns, exactly: totals are sums of these, so that 0.1 + 0.2 is 0.3.

    >>> earned(Mark(student="s", problem="p", part="w", verdict="wrong", credit=23 / 25, points=0.5))
    Fraction(23, 50)
    """
    return share(mark.credit) * share(mark.points)


@lru_cache(maxsize=4096)
def share(number: float) -> Fraction:
    """The ratio of small numbers that a float stands for.

    >>> share(1 / 3)
    Fraction(1, 3)
    """
    return Fraction(number).limit_denominator(10**6)


def one_line(value: Any) -> str:
    """Nested lists of texts on one line: `[[1, 2], [3, 4]]`."""
    if isinstance(value, list):
        return "[" + ", ".join(map(one_line, value)) + "]"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {one_line(each)}" for key, each in value.items())
    return str(value)


def cell_name(index: Index) -> str:
    """Where an entry stands, as people count.

    >>> cell_name((2, 4)), cell_name((0,)), cell_name((0, 2, 4))
    ('row 3, column 5', 'entry 1', 'channel 1, row 3, column 5')
    """
    if len(index) == 1:
        return f"entry {index[0] + 1}"
    row, column = index[-2] + 1, index[-1] + 1
    lead = [f"channel {index[-3] + 1}"] if len(index) > 2 else []
    batch = [f"image {index[-4] + 1}"] if len(index) > 3 else []
    return ", ".join([*batch, *lead, f"row {row}", f"column {column}"])


def listing(words: Sequence[str]) -> str:
    """Words with commas and an and.

    >>> listing(["w_1", "b_1"])
    'w_1 and b_1'
    """
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


WAITING = frozenset({"undecided", "unreadable", "review"})
"""Verdicts that wait for a person."""


_ENCODER, _DECODER = msgspec.json.Encoder(), msgspec.json.Decoder(Mark)


def encoded(marks: Marks) -> bytes:
    """Marks as they stand in `marks.jsonl`, a line each."""
    return bytes(_ENCODER.encode_lines(marks))


def decoded(lines: bytes) -> Marks:
    return Marks(_DECODER.decode_lines(lines))
