"""The right result written down wrongly: digits cut off, interchanged or taken for others, the decimal point moved."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.marking.slips import sentences as say
from grader.marking.slips.sentences import Words
from grader.numeric import Array

MOST_DIGITS = 9  # of a number in which neighbours are interchanged
PLACES = (1, -1, 2, -2, 3, -3)
RESULTS = (
    "cut-off",
    *("point-moved" for _ in PLACES),
    *("digits-swapped" for _ in range(MOST_DIGITS - 1)),
    *("digit-miswritten" for _ in range(9 * (MOST_DIGITS - 1))),
)
"""The kinds of slip in a result, one for each that `written_otherwise` may give."""


def written_otherwise(right: Array, windows: Array) -> Iterator[tuple[str, Words, Array]]:
    """Right values `(…, n)` as they come out where they are written down wrongly, each with its name and its words.

    `windows` is half of one in the last place of each answer; what needs a last place is NaN where there is none.
    """
    unit = np.where(windows > 0, 2 * windows, np.nan)
    yield "cut-off", say.cut_off(), np.trunc(right / unit * (1 + 1e-12)) * unit
    for places in PLACES:
        yield "point-moved", say.point_moved(places), right * 10.0**places
    if right.ndim == 1:
        yield from (("digits-swapped", say.digits_swapped(), value) for value in interchanged(right, unit))
        yield from (("digit-miswritten", say.digit_miswritten(), value) for value in miswritten(right, unit))


def interchanged(right: Array, unit: Array) -> Iterator[Array]:
    """Numbers rounded to a unit with two neighbouring digits in each other's place, from the last digits on.

    >>> [float(value.round(3)[0]) for value in interchanged(np.array([-5.784]), np.array([0.001]))][:3]
    [-5.748, -5.874, -7.584]
    """
    whole = np.round(np.abs(right) / unit)
    for k in range(MOST_DIGITS - 1):
        last, before = (np.floor(whole / 10.0**place) % 10 for place in (k, k + 1))
        value = whole + (last - before) * 9 * 10.0**k
        yield np.where((whole >= 10.0 ** (k + 1)) & (whole < 10.0**MOST_DIGITS), np.sign(right) * value * unit, np.nan)


def miswritten(right: Array, unit: Array) -> Iterator[Array]:
    """Numbers rounded to a unit with another digit in one place, but the last, and with the first never zero.

    The last digit is left out: it is off by working too roughly more often than by a slip of the pen.

    >>> [float(value.round(2)[0]) for value in miswritten(np.array([1.23]), np.array([0.01]))][:11]
    [1.33, 1.43, 1.53, 1.63, 1.73, 1.83, 1.93, 1.03, 1.13, 2.23, 3.23]
    """
    whole = np.round(np.abs(right) / unit)
    steps = np.arange(1, 10).reshape(9, *(1 for _ in whole.shape))
    for k in range(1, MOST_DIGITS):
        digit = np.floor(whole / 10.0**k) % 10
        values = whole + ((digit + steps) % 10 - digit) * 10.0**k
        there = (whole >= 10.0**k) & (values >= 10.0**k) & (whole < 10.0**MOST_DIGITS)
        yield from np.where(there, np.sign(right) * values * unit, np.nan)
