"""Verdicts by their codes in an array, when two numbers count as equal, and what entries' verdicts make of a whole."""

from __future__ import annotations

import numpy as np

from grader.marking.answers import Column
from grader.numeric import Array
from grader.parts import Part

CODES = (
    "correct", "rounded", "follows", "slip", "incomplete", "undecided", "wrong", "blank", "unreadable",
)  # fmt: skip
"""Verdicts by their codes in an array."""

CORRECT, ROUNDED, FOLLOWS, SLIP, INCOMPLETE, UNDECIDED, WRONG, NOTHING, UNREAD = range(len(CODES))

SHARE = 1e-3  # of the key's size, unless the problem says otherwise
DIGITS = 3  # significant, unless the problem says otherwise
NOISE = 1e-12  # of binary arithmetic, relative to the largest entry


@np.errstate(all="ignore")
def near(column: Column, target: Array, part: Part, exact: bool = False) -> np.ndarray:
    """Where answers equal the target within what the problem allows, or to the digits given where these suffice."""
    whole = np.all(flat(target == np.round(target)), axis=0) if exact else np.array([False])
    if whole.all():
        return np.asarray(column.values == target)
    same = (column.values == target) | (np.isnan(column.values) & np.isnan(target))
    within = np.abs(column.values - target) <= allowance(column, target, part)
    return np.asarray(np.where(whole | ~np.isfinite(target), same, within))


@np.errstate(all="ignore")
def allowance(column: Column, target: Array, part: Part) -> Array:
    """How far an answer may be off a value: what the problem allows, or half a unit of its last digit if more."""
    written = np.where(enough(column, part), column.half_units, 0.0)
    return np.asarray(np.maximum(tolerance(target, part), written) * (1 + 1e-9) + noise(target))


@np.errstate(all="ignore")
def agrees(column: Column, target: Array) -> np.ndarray:
    """Where answers are a value as far as their digits go, and have a digit."""
    off = np.abs(column.values - target)
    return np.asarray((off <= column.half_units * (1 + 1e-9) + noise(target)) & (column.values != 0))


def tolerance(target: Array, part: Part) -> Array:
    """How far off a value the problem allows an answer to be."""
    size = np.abs(target)
    if part.decimals is not None:
        allowed = np.full_like(size, 0.5 * 10.0**-part.decimals)
    elif part.digits is not None:
        allowed = 0.5 * 10.0 ** (magnitude(target) + 1 - part.digits)
    else:
        allowed = SHARE * size
    if part.share is None and part.amount is None:
        return allowed
    stated = (part.share or 0.0) * size + (part.amount or 0.0)
    if part.decimals is None and part.digits is None:
        return np.asarray(stated)
    return np.asarray(np.maximum(stated, allowed))


def noise(values: Array) -> Array:
    """What binary arithmetic may be off, `(N,)`."""
    size = np.abs(values)
    size = np.where(np.isfinite(size), size, 0.0)
    if size.ndim > 1:
        size = flat(size).max(axis=0, initial=0.0)
    return np.asarray(NOISE * np.maximum(1.0, size))


def enough(column: Column, part: Part) -> np.ndarray:
    """Where as many digits were written as the part asks for."""
    if part.decimals is not None:
        return np.asarray(2 * column.half_units <= 10.0**-part.decimals * (1 + 1e-9))
    return np.asarray(column.digits >= (part.digits or DIGITS))


def magnitude(values: Array) -> Array:
    """The power of ten of the leading digit; 0 for zero."""
    size = np.abs(values)
    return np.where(size > 0, np.floor(np.log10(np.where(size > 0, size, 1.0))), 0.0)


def flat(entries: np.ndarray) -> np.ndarray:
    """All entries of each student in one column."""
    return entries.reshape(-1, entries.shape[-1])


def overall(codes: np.ndarray) -> np.ndarray:
    """One verdict a student from those of the entries.

    All blank is blank; one entry that cannot be read or settled leaves the whole for a person; one that is wrong makes
    it wrong; one that is missing leaves it incomplete; of the others the one furthest from correct is that of all.
    """
    entries = flat(codes)

    def some(code: int) -> np.ndarray:
        return np.asarray((entries == code).any(axis=0))

    order = [UNREAD, UNDECIDED, WRONG, SLIP, NOTHING, INCOMPLETE, FOLLOWS, ROUNDED]
    verdicts = [UNREAD, UNDECIDED, WRONG, SLIP, INCOMPLETE, INCOMPLETE, FOLLOWS, ROUNDED]
    everything_blank = (entries == NOTHING).all(axis=0)
    return np.select([everything_blank, *map(some, order)], [NOTHING, *verdicts], default=CORRECT)
