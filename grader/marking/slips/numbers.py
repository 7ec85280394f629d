"""A formula with a student's numbers put in, on one line."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from grader.errors import ShapeError
from grader.expression.readings import plain_of, substituted
from grader.expression.tree import Expression, Index, entry, leaves
from grader.numeric import Array

DIGITS = 6  # significant, of a number that is put in
MOST_LEAVES = 16
MOST_CHARACTERS = 90


class Numbers:
    """What stands for each name on one page: Fractions, and tensors by index."""

    def __init__(self, arrays: Mapping[str, Array], page: int) -> None:
        self.arrays, self.page = arrays, page

    def __getitem__(self, name: str) -> Any:
        array = self.arrays[name]
        column = array[..., self.page if array.shape[-1] > 1 else 0]
        return Entries(column) if column.ndim else shown(float(column))


class Entries:
    """The entries of a tensor as Fractions."""

    def __init__(self, values: Array) -> None:
        self.values = values

    def __getitem__(self, index: Index) -> Fraction:
        return shown(float(self.values[index]))


def shown(value: float) -> Fraction:
    """A number to six digits. Raises `ValueError` where it is none."""
    if not math.isfinite(value):
        raise ValueError("not a number")
    return Fraction(f"{value:.{DIGITS}g}")


@lru_cache(maxsize=4096)
def scalar(tree: Expression) -> Expression | None:
    """A scalar tree with its sums written out, None where that is long."""
    try:
        written = entry(tree, ())
    except ShapeError:
        return None
    return written if len(leaves(written)) <= MOST_LEAVES else None


def put_in(tree: Expression, arrays: Mapping[str, Array], page: int) -> str:
    """A scalar formula with the numbers of a page; empty where it is long.

    >>> import numpy as np
    >>> from grader.expression import Name
    >>> y, yhat, x = Name("y"), Name("yhat"), Name("x")
    >>> put_in(-(y - yhat * x), {"y": np.array([9.0]), "yhat": np.array([3.216, 3.2]), "x": np.array([4.0])}, 0)
    '−(9 − 3.216·4)'
    """
    written = scalar_of(tree)
    if written is None:
        return ""
    known = filled(written, arrays, page)
    if known is not None:
        return known if len(known) <= MOST_CHARACTERS else ""
    try:
        text = plain_of(substituted(written, Numbers(arrays, page)))
    except ValueError:
        return ""
    return text if len(text) <= MOST_CHARACTERS else ""


MOST_KEPT = 20_000  # formulas, and forms of them, that are kept ready
_SCALARS: dict[int, tuple[Expression, Expression | None]] = {}
_FORMS: dict[tuple[int, tuple[bool, ...]], Form] = {}
_SLOTS: dict[int, tuple[Slot, ...]] = {}

Slot = tuple[str, Index | None]
"""A quantity, or an entry of one, that a number is put in for."""


def scalar_of(tree: Expression) -> Expression | None:
    """A scalar tree with its sums written out, each tree once."""
    if id(tree) not in _SCALARS:
        if len(_SCALARS) >= MOST_KEPT:
            for kept in (_SCALARS, _FORMS, _SLOTS):
                kept.clear()
        _SCALARS[id(tree)] = tree, scalar(tree)
    return _SCALARS[id(tree)][1]


@dataclass(frozen=True)
class Form:
    """A formula with gaps for numbers of certain signs: the text around the gaps, and the slot of each."""

    around: tuple[str, ...]
    gaps: tuple[int, ...]

    def filled(self, texts: Sequence[str]) -> str:
        """The formula with numbers without their signs."""
        parts = [self.around[0]]
        for gap, after in zip(self.gaps, self.around[1:], strict=True):
            parts += (texts[gap], after)
        return "".join(parts)


class Marks:
    """Stands for the numbers on a page: notes what is asked for, and gives numbers that are found again in the text."""

    def __init__(self, arrays: Mapping[str, Array], signs: Sequence[bool] = ()) -> None:
        self.arrays, self.signs, self.slots = arrays, signs, dict[Slot, int]()

    def __getitem__(self, name: str) -> Any:
        return MarkedEntries(self, name) if self.arrays[name].ndim > 1 else self.number((name, None))

    def number(self, slot: Slot) -> Fraction:
        k = self.slots.setdefault(slot, len(self.slots))
        size = Fraction(mark(k))
        return -size if k < len(self.signs) and self.signs[k] else size


class MarkedEntries:
    """The entries of a tensor, by index."""

    def __init__(self, marks: Marks, name: str) -> None:
        self.marks, self.name = marks, name

    def __getitem__(self, index: Index) -> Fraction:
        return self.marks.number((self.name, index))


def mark(k: int) -> str:
    """A number that stands in no formula."""
    return f"{7013 + k}.61803"


_MARK = re.compile(r"(70[0-9]{2})\.61803")


def form(written: Expression, arrays: Mapping[str, Array], signs: Sequence[bool]) -> Form:
    """A formula's text around numbers of some signs."""
    text = plain_of(substituted(written, Marks(arrays, signs)))
    parts = _MARK.split(text)
    return Form(tuple(parts[::2]), tuple(int(number) - 7013 for number in parts[1::2]))


def filled(written: Expression, arrays: Mapping[str, Array], page: int) -> str | None:
    """A formula with the numbers of a page, by its form for numbers of such signs, None where one is not short."""
    if id(written) not in _SLOTS:
        marks = Marks(arrays)
        substituted(written, marks)
        _SLOTS[id(written)] = tuple(marks.slots)
    values = [value_of(arrays[name], index, page) for name, index in _SLOTS[id(written)]]
    texts = [f"{abs(value):.{DIGITS}g}" for value in values]
    if not all(map(math.isfinite, values)) or any("e" in text for text in texts):
        return None
    signs = tuple(value < 0 for value in values)
    found = _FORMS.get((id(written), signs))
    if found is None:
        found = _FORMS[id(written), signs] = form(written, arrays, signs)
    return found.filled(texts)


def value_of(array: Array, index: Index | None, page: int) -> float:
    """A quantity, or an entry of one, on a page."""
    column = array[..., page if array.shape[-1] > 1 else 0]
    return float(column if index is None else column[index])


def typed(value: float, window: float) -> str:
    """A number as it was written, to its last place; `window` is half of one there.

    >>> typed(-0.6, 0.0005), typed(1200.0, 50.0), typed(1 / 3, 0.0)
    ('−0.600', '1200', '0.333333')
    """
    places = max(0, round(-math.log10(2 * window))) if window > 0 else None
    text = f"{value:.6g}" if places is None else f"{value:.{places}f}"
    return text.replace("-", "−")
