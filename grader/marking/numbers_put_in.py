"""A formula with a student's numbers put in, on one line."""

from __future__ import annotations

import math
from collections.abc import Mapping
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
    written = scalar(tree)
    if written is None:
        return ""
    try:
        text = plain_of(substituted(written, Numbers(arrays, page)))
    except ValueError:
        return ""
    return text if len(text) <= MOST_CHARACTERS else ""


def typed(value: float, window: float) -> str:
    """A number as it was written, to its last place; `window` is half of one there.

    >>> typed(-0.6, 0.0005), typed(1200.0, 50.0), typed(1 / 3, 0.0)
    ('−0.600', '1200', '0.333333')
    """
    places = max(0, round(-math.log10(2 * window))) if window > 0 else None
    text = f"{value:.6g}" if places is None else f"{value:.{places}f}"
    return text.replace("-", "−")
