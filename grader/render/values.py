"""Values as a page shows them: rounded where they are long, in words where they are not numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from grader.expression import layout
from grader.expression.exact import Exact, indices
from grader.expression.layout import Grid, Layout
from grader.expression.tree import Index, Name, Shape
from grader.solution import Step

DIGITS = 6  # significant digits of a value that is rounded for a page
LONGEST_SIDE = 16  # rows or columns of a tensor that a page shows in full


@dataclass(frozen=True)
class Shown:
    """A value as a page shows it: None where it is not a number, and whether nothing was rounded."""

    value: Fraction | None
    exact: bool


@lru_cache(maxsize=4096)
def shown(value: Exact) -> Shown:
    """A SymPy number for a page: as it is where that is short, otherwise to six significant digits."""
    if value.is_Rational:
        exact = Fraction(int(value.p), int(value.q))
        decimal = layout.terminating(exact)
        if decimal is not None and len(decimal.lstrip("-0.").replace(".", "")) <= DIGITS + 1:
            return Shown(exact, True)
    number = float(value)
    return Shown(Fraction(f"{number:.{DIGITS}g}"), False) if math.isfinite(number) else Shown(None, False)


def number_layout(value: Shown) -> Layout:
    return layout.Symbol("undefined") if value.value is None else layout.numeric(value.value)


def said(step: Step) -> Layout:
    """A value that is not a number, in words."""
    value = step.kind.show(np.asarray(step.value))
    if isinstance(value, list):
        return Grid((tuple(map(layout.Symbol, value)),))
    return layout.Symbol(value)


def symbol_of(name: Name) -> Layout:
    """A name as it is written."""
    return layout.symbol(name.symbol or name.name)


def grids(symbol: Layout, shape: Shape, cells: Mapping[Index, Layout]) -> list[Layout]:
    """A tensor as symbol = matrix, one for each channel; what is very long is folded."""
    result: list[Layout] = []
    for lead in indices(shape[:-2]) if shape and cells else ():
        rows = [(*lead, i) for i in range(shape[-2])] if len(shape) > 1 else [lead]
        matrix = folded([[cells[*row, j] for j in range(shape[-1])] for row in rows])
        result.append(layout.Infix(layout.subscripted(symbol, lead), "=", matrix, layout.SUM))
    return result


def folded(rows: list[list[Layout]]) -> Layout:
    """A matrix; long rows and columns show their ends."""
    if len(rows[0]) > LONGEST_SIDE:
        rows = [[*row[:6], layout.Symbol("…"), *row[-2:]] for row in rows]
    if len(rows) > LONGEST_SIDE:
        rows = [*rows[:6], [layout.Symbol("…")] * len(rows[0]), *rows[-2:]]
    return Grid(tuple(tuple(row) for row in rows))
