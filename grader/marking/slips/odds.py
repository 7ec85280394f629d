"""How likely chance alone explains an answer: the digits that were written against the explanations that were tried."""

from __future__ import annotations

import numpy as np

from grader.numeric import Array

SURE = 0.01  # an explanation is named where chance would do as well less often


def likeness(values: Array, windows: Array) -> Array:
    """How likely a number of the same size, drawn at random, falls as near to a value as the value's window.

    `windows` is how far off it may be on each side. Numbers whose first digit stands where the value's does, from 10^e
    to 10^(e+1), are taken as equally likely, so that three digits are met once in 900; for zero it is a half.

    >>> likeness(np.array([3.86, 12.0, 0.0]), np.array([0.005, 0.5, 0.5]))
    array([0.00111111, 0.01111111, 0.5       ])
    """
    size = np.abs(values)
    decade = 9 * 10.0 ** np.floor(np.log10(np.where(size > 0, size, 1.0)))
    return np.where(size > 0, np.minimum(1.0, 2 * windows / decade), 0.5)


def chance(values: Array, windows: Array, tried: int) -> float:
    """The chance that one of so many explanations that were tried meets all values by accident; at most 1.

    A value that stands in several entries counts once.

    >>> round(chance(np.array([3.864]), np.array([0.0005]), 40), 4)
    0.0044
    """
    _, first = np.unique(values, return_index=True)
    met = likeness(np.asarray(values)[first], np.broadcast_to(windows, np.shape(values))[first])
    return min(1.0, tried * float(np.prod(met)))
