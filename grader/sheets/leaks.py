"""Whose key holds a number: found by the digits that are given of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grader.document import Text
from grader.errors import UnreadableError
from grader.expression import read_numeral
from grader.expression.tree import Index
from grader.numeric import Array
from grader.sheets.cohort import Keys

NEAR = 1e-9  # of a number's size: what floats may be off


@dataclass(frozen=True)
class Leaked:
    """A number as it was typed, and how far a value may be from it."""

    text: str
    value: float
    within: float


@dataclass(frozen=True)
class Hit:
    """One number in one student's key: the first place that holds it in a problem."""

    student: str
    text: str
    problem: str
    step: str
    index: Index
    value: float

    @property
    def place(self) -> str:
        """The step, with the entry's place from 1.

        >>> Hit("s001", "0.75", "sgd-line", "pooled", (0, 2), 0.75).place
        'pooled[1,3]'
        """
        return self.step + (f"[{','.join(str(k + 1) for k in self.index)}]" if self.index else "")


def read_leaked(text: str, decimal: str = "point") -> Leaked:
    """A number as somebody sent it: its decimals say how far off rounding may be; without decimals it is exact.

    Raises `UnreadableError` where it is no number.

    >>> read_leaked("0.75").value, round(read_leaked("0.75").within, 6), read_leaked("3").within < 1e-6
    (0.75, 0.005, True)
    """
    numeral = read_numeral(Text(text), decimal)
    try:
        value, unit = float(numeral.value), float(numeral.unit)
    except OverflowError as error:
        raise UnreadableError("the number is too large", text, 1) from error
    return Leaked(text.strip(), value, (unit / 2 if unit < 1 else 0.0) + NEAR * max(1.0, abs(value)))


def hits(keys: Keys, numbers: Sequence[Leaked]) -> Iterator[Hit]:
    """Where the keys of some students hold some numbers: one place a student and number."""
    for number in numbers:
        seen: set[int] = set()
        for step, values in keys.steps.items():
            held = np.abs(values - number.value) <= number.within
            for column in np.flatnonzero(held.reshape(-1, held.shape[-1]).any(axis=0)):
                for student in _students(keys, values, int(column)):
                    if student not in seen:
                        seen.add(student)
                        yield _hit(keys, number, step, values[..., column], held[..., column], student)


def _students(keys: Keys, values: Array, column: int) -> Sequence[int]:
    """Whose a column is: everybody's where all share it."""
    return range(len(keys.students)) if values.shape[-1] == 1 else [column]


def _hit(keys: Keys, number: Leaked, step: str, values: Array, held: np.ndarray, student: int) -> Hit:
    index = tuple(map(int, np.argwhere(held)[0])) if values.ndim else ()
    return Hit(keys.students[student], number.text, keys.problem.id, step, index, float(values[index]))


@dataclass(frozen=True)
class Suspect:
    """A student whose key holds some of the numbers, with where."""

    student: str
    hits: tuple[Hit, ...]

    @property
    def matched(self) -> int:
        """How many of the numbers it holds."""
        return len({hit.text for hit in self.hits})


def ranked(found: Sequence[Hit]) -> list[Suspect]:
    """Who holds most of the numbers first; among equals in the order in which they come."""
    by_student: dict[str, list[Hit]] = {}
    for hit in found:
        by_student.setdefault(hit.student, []).append(hit)
    suspects = [Suspect(student, tuple(each)) for student, each in by_student.items()]
    return sorted(suspects, key=lambda suspect: -suspect.matched)
