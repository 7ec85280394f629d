"""Columns of the table on arrays of objects, residues or balls, where the NumPy column would make floats of them.

Points are on the last axis, as students are. Constants are exact ratios (`fmpq`) that mix with residues and with balls.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, reduce
from typing import Any

import numpy as np
from flint import fmpq

from grader.expression.tree import Number, Operation

Objects = Any
"""A NumPy array of residues, balls or exact ratios, points on the last axis."""

ZERO, ONE = fmpq(0), fmpq(1)


class UnreadError(ArithmeticError):
    """An operation that this kind of number does not have."""


def arithmetic(operation: Operation) -> Callable[..., Objects]:
    """The NumPy column of an operation that only adds, multiplies or arranges. Raises `UnreadError` for any other."""
    if not operation.rational:
        raise UnreadError(f"'{operation.name}' cannot be compared")
    return operation.numeric


def number(leaf: Number) -> Objects:
    """A number of the tree, the same at every point."""
    return _number(leaf.value.numerator, leaf.value.denominator)


@lru_cache(maxsize=2048)
def _number(numerator: int, denominator: int) -> Objects:
    return np.array([fmpq(numerator, denominator)], dtype=object)


def elementwise(function: Callable[..., Any], operands: int = 1) -> Callable[..., Objects]:
    """A function of scalars as a column that works entry by entry."""
    column: Callable[..., Objects] = np.frompyfunc(function, operands, 1)
    return column


def rows(a: Objects, axis: int | None) -> Objects:
    """The entries that are folded together, all or those along an axis, on the first axis."""
    return a.reshape(-1, a.shape[-1]) if axis is None else np.moveaxis(a, axis, 0)


def folded(pair: Callable[..., Objects]) -> Callable[..., Objects]:
    """A column that folds all entries into one, or those along an axis, two at a time."""
    return lambda a, axis=None: reduce(pair, rows(a, axis))


def mean(a: Objects, axis: int | None = None) -> Objects:
    entries = rows(a, axis)
    return reduce(np.add, entries) / fmpq(len(entries))


def identity(n: int) -> Objects:
    return diagonal(np.full((n, 1), ONE))


def diagonal(a: Objects) -> Objects:
    n, points = a.shape
    result = np.full((n, n, points), ZERO)
    result[np.arange(n), np.arange(n)] = a
    return result


def solve(solved: Callable[[Objects, Objects], Any]) -> Callable[[Objects, Objects], Objects]:
    """A linear system at every point, where `solved(A, B)` solves one: rows of entries, of a matrix B."""

    def column(A: Objects, b: Objects) -> Objects:
        points = max(A.shape[-1], b.shape[-1])
        right = b if b.ndim == 3 else b[:, None]
        result = np.empty((*right.shape[:-1], points), dtype=object)
        for i in range(points):
            result[..., i] = solved(A[..., i % A.shape[-1]], right[..., i % b.shape[-1]])
        return result if b.ndim == 3 else result[:, 0]

    return column


def inverse(solving: Callable[[Objects, Objects], Objects]) -> Callable[[Objects], Objects]:
    return lambda A: solving(A, identity(A.shape[0]))


def determinant(found: Callable[[Objects], Any]) -> Callable[[Objects], Objects]:
    """A determinant at every point, where `found(A)` finds one."""

    def column(A: Objects) -> Objects:
        result = np.empty(A.shape[-1], dtype=object)
        result[:] = [found(A[..., i]) for i in range(A.shape[-1])]
        return result

    return column
