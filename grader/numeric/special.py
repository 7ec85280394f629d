"""Real roots and the factorial, element by element, for every student at once."""

from __future__ import annotations

import math

import numpy as np

from grader.numeric.arrays import Array


def root(a: Array, n: int) -> Array:
    """The real n-th root: odd ones of negative numbers are negative, even ones are NaN.

    >>> root(np.array([27.0, -8.0]), 3)
    array([ 3., -2.])
    """
    if n == 3:
        return np.cbrt(a)
    size = np.abs(a) ** (1.0 / n)
    return np.copysign(size, a) if n % 2 else np.where(a < 0, np.nan, size)


def factorial(a: Array) -> Array:
    """x! = Γ(x + 1), which is NaN at the negative whole numbers and infinite where no float holds it.

    >>> factorial(np.array([0.0, 5.0, 0.5, -1.0]))
    array([  1.        , 120.        ,   0.88622693,          nan])
    """
    return np.asarray(np.frompyfunc(_factorial, 1, 1)(a), dtype=float)


def _factorial(x: float) -> float:
    try:
        return math.gamma(x + 1)
    except ValueError:
        return math.nan
    except OverflowError:
        return math.inf
