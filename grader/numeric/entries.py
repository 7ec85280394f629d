"""Folding the entries of a tensor together, and putting tensors together; students on the last axis."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from grader.numeric.arrays import Array

ROUNDING = 1e-12, 1e-14  # relative and absolute: 0.1 + 0.2 and 0.3 are equals, and so are 0 and 1e-17


def over_entries(a: Array, axis: int | None) -> tuple[int, ...]:
    """The axes that a reduction folds away: all but the students', or one."""
    return tuple(range(a.ndim - 1)) if axis is None else (axis,)


def total(a: Array, axis: int | None = None) -> Array:
    """The sum of all entries, or along one axis: `(r, c, N)` to `(N,)`, or to `(c, N)` along axis 0.

    >>> total(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([4., 6.])
    """
    return np.asarray(np.sum(a, axis=over_entries(a, axis)))


def mean(a: Array, axis: int | None = None) -> Array:
    """The mean of all entries, or along one axis."""
    return np.asarray(np.mean(a, axis=over_entries(a, axis)))


def largest(a: Array, axis: int | None = None) -> Array:
    """The largest entry, or the largest along one axis."""
    return np.asarray(np.max(a, axis=over_entries(a, axis)))


def smallest(a: Array, axis: int | None = None) -> Array:
    """The smallest entry, or the smallest along one axis."""
    return np.asarray(np.min(a, axis=over_entries(a, axis)))


def _position(a: Array, axis: int | None, find: Callable[..., Any]) -> Array:
    flat, along = (a.reshape(math.prod(a.shape[:-1]), a.shape[-1]), 0) if axis is None else (a, axis)
    best = np.take_along_axis(flat, np.expand_dims(find(flat, axis=along), along), along)
    found = np.argmax(np.isclose(flat, best, rtol=ROUNDING[0], atol=ROUNDING[1]), axis=along) + 1.0
    return np.where(np.isnan(flat).any(axis=along), np.nan, found)


def argmax(a: Array, axis: int | None = None) -> Array:
    """The position of the largest entry, counted from 1 as on paper; the first of equals.

    >>> argmax(np.array([[1.0, 9.0], [3.0, 9.0]]))
    array([2., 1.])
    """
    return _position(a, axis, np.argmax)


def argmin(a: Array, axis: int | None = None) -> Array:
    """The position of the smallest entry, counted from 1 as on paper; the first of equals."""
    return _position(a, axis, np.argmin)


def less(a: Array, b: Array) -> Array:
    """1 where a < b, 0 where not, and NaN where either is NaN."""
    return np.where(np.isnan(a) | np.isnan(b), np.nan, np.less(a, b))


def where(condition: Array, then: Array, otherwise: Array) -> Array:
    """`then` where the condition is not 0, `otherwise` where it is, NaN where it is NaN."""
    return np.where(np.isnan(condition), np.nan, np.where(condition != 0, then, otherwise))


def stack(*arrays: Array) -> Array:
    """Arrays of one shape as the entries of a new first axis: scalars `(N,)` to a vector `(n, N)`."""
    return np.stack(np.broadcast_arrays(*arrays))


def ravel(a: Array) -> Array:
    """All entries in one vector, row by row: `(r, c, N)` to `(r·c, N)`."""
    return a.reshape(math.prod(a.shape[:-1]), a.shape[-1])


def concatenate(*vectors: Array) -> Array:
    """Vectors end to end: `(m, N)` and `(n, N)` to `(m + n, N)`."""
    (students,) = np.broadcast_shapes(*(vector.shape[-1:] for vector in vectors))
    return np.concatenate([np.broadcast_to(vector, (vector.shape[0], students)) for vector in vectors])


def beside(*columns: Array) -> Array:
    """Matrices `(n, m, N)`, vectors `(n, N)` and numbers `(N,)` that fill a column, side by side in one matrix.

    >>> beside(np.array([[[2.0]], [[3.0]]]), np.array([1.0]))[..., 0]
    array([[2., 1.],
           [3., 1.]])
    """
    rows = max(column.shape[0] for column in columns if column.ndim > 1)
    (students,) = np.broadcast_shapes(*(column.shape[-1:] for column in columns))
    wide = [column if column.ndim == 3 else column[..., None, :] for column in columns]
    return np.concatenate([np.broadcast_to(each, (rows, each.shape[-2], students)) for each in wide], axis=1)


def equal(a: Array, b: Array) -> Array:
    """1 where a = b, 0 where not, and NaN where either is NaN."""
    return np.where(np.isnan(a) | np.isnan(b), np.nan, np.equal(a, b))


def choose(n: Array, k: Array) -> Array:
    """The binomial coefficient of whole numbers n ≥ k ≥ 0.

    >>> choose(np.array([5.0, 10.0]), np.array([2.0, 10.0]))
    array([10.,  1.])
    """
    n, k = np.broadcast_arrays(n, k)
    usable = (k == np.floor(k)) & (n == np.floor(n)) & (k >= 0) & (n >= 0) & (n < 1030)  # no float holds more
    result = np.where(usable, 1.0, np.nan)
    k = np.where(usable, np.minimum(k, n + 1), 0)
    for i in range(1, int(k.max(initial=0.0)) + 1):
        result = np.where(i <= k, result * (n - k + i) / i, result)
    return result


def factorial(n: Array) -> Array:
    """n! of whole numbers, Γ(n + 1) in general; NaN at −1, −2, …, infinite beyond what floats hold.

    >>> factorial(np.array([0.0, 5.0, -1.0]))
    array([  1., 120.,  nan])
    """
    return np.array([_gamma(value + 1) for value in n.flat]).reshape(n.shape)


def _gamma(value: float) -> float:
    try:
        return math.gamma(value)
    except ValueError:  # at a pole
        return math.nan
    except OverflowError:
        return math.inf


def cross(a: Array, b: Array) -> Array:
    """The vector product of vectors of three entries, `(3, N)`."""
    return np.cross(a, b, axis=0)


def sign(a: Array) -> Array:
    """−1, 0 or 1; what rounding leaves of zero is zero, since a slope may turn on it.

    >>> sign(np.array([-2.0, 0.1 + 0.2 - 0.3, 5.0]))
    array([-1.,  0.,  1.])
    """
    return np.where(np.abs(a) <= ROUNDING[1], 0.0, np.sign(a))
