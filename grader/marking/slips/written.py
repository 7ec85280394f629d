"""The right result written down wrongly: digits cut off, interchanged or taken for others, the decimal point moved."""

from __future__ import annotations

import numpy as np

from grader.marking.slips import sentences as say
from grader.marking.slips.sentences import Words
from grader.numeric import Array

MOST_DIGITS = 9  # of a number in which neighbours are interchanged
PLACES = (1, -1, 2, -2, 3, -3)
POWERS = np.array([[10.0**k] for k in range(MOST_DIGITS)])
RESULTS: tuple[tuple[str, Words], ...] = (
    ("cut-off", say.cut_off()),
    *(("point-moved", say.point_moved(places)) for places in PLACES),
    *(("digits-swapped", say.digits_swapped()) for _ in range(MOST_DIGITS - 1)),
    *(("digit-miswritten", say.digit_miswritten()) for _ in range(9 * (MOST_DIGITS - 1))),
)
"""The kinds of slip in a result and their words, one for each value of `written_otherwise`."""
OF_TENSORS = 1 + len(PLACES)  # of them, the first, that are tried on tensors too


def written_otherwise(right: Array, windows: Array) -> Array:
    """Right values `(…, n)` as they come out where they are written down wrongly, `(R, …, n)`, as `RESULTS` has them.

    `windows` is half of one in the last place of each answer; what needs a last place is NaN where there is none.
    """
    unit = np.where(windows > 0, 2 * windows, np.nan)
    moved = np.array([right * 10.0**places for places in PLACES])
    found = [(np.trunc(right / unit * (1 + 1e-12)) * unit)[None], moved]
    if right.ndim == 1:
        found += [interchanged(right, unit), miswritten(right, unit)]
    return np.concatenate(found)


def interchanged(right: Array, unit: Array) -> Array:
    """Numbers `(n,)` rounded to a unit with two neighbouring digits in each other's place, from the last digits on.

    >>> interchanged(np.array([-5.784]), np.array([0.001])).round(3)[:3, 0].tolist()
    [-5.748, -5.874, -7.584]
    """
    whole = np.round(np.abs(right) / unit)
    digits = np.floor(whole / POWERS) % 10
    values = whole + (digits[:-1] - digits[1:]) * 9 * POWERS[:-1]
    there = (whole >= POWERS[1:]) & (whole < 10.0**MOST_DIGITS)
    return np.where(there, np.sign(right) * values * unit, np.nan)


def miswritten(right: Array, unit: Array) -> Array:
    """Numbers `(n,)` rounded to a unit with another digit in one place, but the last, and with the first never zero.

    The last digit is left out: it is off by working too roughly more often than by a slip of the pen.

    >>> miswritten(np.array([1.23]), np.array([0.01])).round(2)[:11, 0].tolist()
    [1.33, 1.43, 1.53, 1.63, 1.73, 1.83, 1.93, 1.03, 1.13, 2.23, 3.23]
    """
    whole, powers = np.round(np.abs(right) / unit), POWERS[1:, None]
    digits = np.floor(whole / powers) % 10
    others = digits + np.arange(1, 10)[:, None]
    values = whole + (np.where(others < 10, others, others - 10) - digits) * powers
    there = (whole >= powers) & (values >= powers) & (whole < 10.0**MOST_DIGITS)
    return np.where(there, np.sign(right) * values * unit, np.nan).reshape(-1, *right.shape)
