"""What the wrong entries of a tensor have in common: turned, exchanged, scaled, shifted, or all in one place.

Values come first: a pattern of values has to meet every entry that was written, right or wrong, to its last digit, and
is named where chance would seldom meet the wrong ones (`odds`). Places (`places`) explain no value, and say where to
look.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

import numpy as np

from grader.expression.readings import plain_of
from grader.expression.tree import Name
from grader.kinds import Numbers, Pairs, number
from grader.marking.marks import cell_name
from grader.marking.slips.odds import SURE, chance
from grader.marking.slips.places import Entries, Pattern, line_name, lines_with, place
from grader.numeric import Array
from grader.solution import Step

__all__ = ["Pattern", "pattern"]

NICE = 9  # the largest number in a ratio that is shown as one
MOST = 100  # the largest whole number, or one over it, that is
INSIDE = 1 - 1e-6  # of the rounding: what is off by just half a unit here is not off by half a unit everywhere


@np.errstate(all="ignore")
def pattern(step: Step, given: Array, key: Array, half_units: Array, wrong: np.ndarray) -> Pattern | None:
    """What the wrong entries of one answer have in common; None where nothing sensible can be said.

    All arrays have the step's own shape, without students: `given` as typed (NaN blank), `key` the right values,
    `half_units` half of one in the last place written, `wrong` the entries that are not right.
    """
    if not wrong.ndim or wrong.size < 2 or not wrong.any():
        return None
    entries = Entries(step, given, key, half_units, wrong)
    if not isinstance(step.kind, Numbers):
        return labels(entries)
    if not np.isfinite(key).all():
        return place(entries)
    return value(entries) or place(entries)


def labels(entries: Entries) -> Pattern | None:
    """Answers that are no numbers: two exchanged, which is plain to see whatever the chance, or one not right."""
    kind = entries.step.kind
    if isinstance(kind, Pairs) and entries.many == 2 and entries.wrong.ndim == 1:
        one, other = np.flatnonzero(entries.wrong)
        if entries.given[one] == entries.key[other] and entries.given[other] == entries.key[one]:
            said = f"'{kind.left[one]}' and '{kind.left[other]}' have each other's answer."
            odds = 1.0 / len(kind.right) ** 2
            return Pattern("swapped-entries", said, odds < SURE, odds)
    return place(entries) if entries.many == 1 else None


Candidate = tuple[str, str, Array]
"""A name, what the entries then are, and the values."""


def value(entries: Entries) -> Pattern | None:
    """What makes all entries of the answer out of the right ones, or those of the one line that is wrong."""
    block, where = narrowed(entries)
    tried = [*arranged(entries), *signs(entries)]
    narrow = [*arranged(block)] if where else []
    many = len(tried) + len(narrow) + 2 * (1 + bool(where))
    for part, candidates, place_said in ((entries, tried, ""), (block, narrow, where)):
        for name, said, target in candidates:
            if _meets(part, target) and (odds := _odds(part, many)) < SURE:
                return Pattern(name, _sentence(place_said + said), True, odds)
        if (found := constant(part)) and (odds := _odds(part, many, free=True)) < SURE:
            return Pattern(found[0], _sentence(place_said + found[1]), True, odds)
    return None


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith('?') else '.'}"


def narrowed(entries: Entries) -> tuple[Entries, str]:
    """The one row, column or channel that holds all that is wrong, and its name; empty where there is none."""
    wrong = entries.wrong
    at: list[int | slice] = [slice(None)] * wrong.ndim
    named = []
    for axis, length in enumerate(wrong.shape) if wrong.ndim > 1 else ():
        lines = lines_with(wrong, axis)
        if len(lines) == 1 < length:
            at[axis] = int(lines[0])
            named.append(f"{line_name(wrong.ndim, axis)} {lines[0] + 1}")
    if not named or entries.many < 2:
        return entries, ""
    index = tuple(at)
    parts = (array[index] for array in (entries.given, entries.key, entries.half_units, entries.wrong))
    return Entries(entries.step, *parts), f"all that is wrong is in {', '.join(named)}: there "


def _meets(entries: Entries, target: Array) -> bool:
    """Whether every entry is the target's, to the last digit written."""
    return target.shape == entries.given.shape and bool((np.abs(entries.given - target) <= entries.allowed).all())


def _odds(entries: Entries, tried: int, free: bool = False) -> float:
    """The chance that the wrong entries are met by accident; a free constant is paid for with the surest of them."""
    values, windows = entries.given[entries.wrong], entries.half_units[entries.wrong]
    if entries.step.kind.exact:
        windows = np.full_like(windows, 0.5)
    values, first = np.unique(values, return_index=True)
    windows = windows[first]
    if free:
        surest = int(np.argmin(windows / np.where(values == 0, 1.0, np.abs(values))))
        values, windows = np.delete(values, surest), np.delete(windows, surest)
    return chance(values, windows, tried)


def arranged(entries: Entries) -> Iterator[Candidate]:
    """The right entries in other places."""
    key = entries.key
    if key.ndim > 1 and key.shape[-1] == key.shape[-2]:
        said = "the entries are the right ones with rows and columns exchanged"
        yield "transposed", said, np.swapaxes(key, -1, -2)
    yield from exchanged(entries)
    if key.ndim > 1:
        yield from _turned(key)
    elif key.ndim == 1:
        yield "flipped", "the entries are the right ones in the opposite order", key[::-1]
    ways = {1: ("one place too late", "one place too early"), 2: ("one row too low", "one row too high")}
    across = ("one column too far to the right", "one column too far to the left")
    for back in range(1, min(key.ndim, 2) + 1):
        late, early = across if back == 1 < key.ndim else ways[back]
        if key.shape[-back] > 2:
            yield "rolled", f"every entry stands {late}, and the last comes first", np.roll(key, 1, -back)
            yield "rolled", f"every entry stands {early}, and the first comes last", np.roll(key, -1, -back)


def _turned(key: Array) -> Iterator[Candidate]:
    """Turns of the last two axes, and channels in the opposite order."""
    if key.shape[-1] == key.shape[-2]:
        turned = np.swapaxes(key, -1, -2)
        yield "turned", "the entries are the right ones, turned by a quarter", turned[..., ::-1, :]
        yield "turned", "the entries are the right ones, turned by a quarter", turned[..., ::-1]
    yield "flipped", "the rows are the right ones, from the bottom to the top", key[..., ::-1, :]
    yield "flipped", "the columns are the right ones, from right to left", key[..., ::-1]
    yield "flipped", "the entries are the right ones, turned by 180°", key[..., ::-1, ::-1]
    if key.ndim > 2:
        yield "flipped", "the channels are the right ones in the opposite order", key[..., ::-1, :, :]


def exchanged(entries: Entries) -> Iterator[Candidate]:
    """Two entries, rows, columns or channels in each other's place."""
    key, wrong = entries.key, entries.wrong
    if entries.many == 2:
        one, other = (tuple(int(i) for i in index) for index in np.argwhere(wrong))
        target = key.copy()
        target[one], target[other] = key[other], key[one]
        yield "swapped-entries", f"{cell_name(one)} and {cell_name(other)} have each other's value", target
    for axis in range(key.ndim) if key.ndim > 1 else ():
        lines = lines_with(wrong, axis)
        if len(lines) == 2:
            order = np.arange(key.shape[axis])
            order[lines] = lines[::-1]
            name = f"{line_name(key.ndim, axis)}s"
            said = f"{name} {lines[0] + 1} and {lines[1] + 1} are exchanged"
            yield f"swapped-{name}", said, np.take(key, order, axis=axis)


def signs(entries: Entries) -> Iterator[Candidate]:
    """Right but for the sign, or for the decimal point, wherever it is wrong."""
    key, wrong = entries.key, entries.wrong
    target = np.where(wrong, -key, key)
    if (wrong == (key != 0)).all() and entries.many > 1:
        yield "negated", "every entry has the right size and the wrong sign", target
    elif (wrong == (key < 0)).all():
        yield "absolute", "what is below zero has lost its minus sign, and all else is right", target
    else:
        which = "one entry has" if entries.many == 1 else "all that is wrong has"
        yield "sign", f"{which} the right size and the wrong sign", target
    for power in (1, 2):
        for factor in (10.0**power, 10.0**-power):
            target = np.where(wrong, key * factor, key)
            yield "decimal-point", "the digits are right, and the decimal point is not in its place", target


def constant(entries: Entries) -> tuple[str, str] | None:
    """One factor or one difference that makes all entries, with its words; the plainer of the two."""
    factor, difference = _factor(entries), _difference(entries)
    if factor is not None and (difference is None or _nice(factor)):
        shown = str(factor) if _nice(factor) else f"about {float(factor):.4g}"
        return "scaled", f"every entry is the right one times {shown}{_why_scaled(entries, factor)}"
    if difference is not None:
        size = f"{number(abs(difference))}{_why_shifted(entries, difference)}"
        return "shifted", f"every entry is too {'large' if difference > 0 else 'small'} by {size}"
    return None


def _nice(factor: Fraction) -> bool:
    small, large = sorted((abs(factor.numerator), factor.denominator))
    return large <= (MOST if small == 1 else NICE)


def _factor(entries: Entries) -> Fraction | None:
    """The simplest factor from the right entries to those given, as far as their digits tell."""
    given, key, allowed = entries.given, entries.key, entries.allowed * INSIDE
    some = key != 0
    if not some.any() or not (np.abs(given[~some]) <= allowed[~some]).all():
        return None
    ends = np.stack([(given - allowed)[some] / key[some], (given + allowed)[some] / key[some]])
    low, high = float(ends.min(axis=0).max()), float(ends.max(axis=0).min())
    if not (-np.inf < low <= high < np.inf) or low <= 1 <= high or low <= 0 <= high:
        return None
    size = simplest(*sorted((abs(Fraction(low)), abs(Fraction(high)))))
    return size if low > 0 else -size


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The ratio with the smallest denominator from `low` to `high`, both above zero.

    >>> simplest(Fraction("0.11"), Fraction("0.112")), simplest(Fraction("1.98"), Fraction("2.01"))
    (Fraction(1, 9), Fraction(2, 1))
    """
    if ceil(low) <= high:
        return Fraction(ceil(low))
    whole = floor(low)
    return whole + 1 / simplest(1 / (high - whole), 1 / (low - whole))


def _difference(entries: Entries) -> float | None:
    """The shortest difference from the right entries to those given, as far as their digits tell."""
    off, allowed = entries.given - entries.key, entries.allowed * INSIDE
    low, high = float(np.max(off - allowed)), float(np.min(off + allowed))
    if not (-np.inf < low <= high < np.inf) or low <= 0 <= high:
        return None
    for places in range(10):
        shortest = ceil(low * 10.0**places) / 10.0**places
        if shortest <= high:
            return shortest
    return (low + high) / 2


def _why_scaled(entries: Entries, factor: Fraction) -> str:
    """What such a factor points to."""
    windows = entries.windows()
    area = windows.down.window * windows.across.window if windows else 0
    if area > 1 and factor in (area, Fraction(1, area)):
        return f", and a window has {area} entries: is there a mean where a sum belongs, or the reverse?"
    if factor in (2, Fraction(1, 2)):
        return f": look for a 2 that is {'one too many' if factor == 2 else 'missing'}"
    return ": is there a minus sign too many?" if factor < 0 else ""


def _why_shifted(entries: Entries, difference: float) -> str:
    """A single number that the step uses and that has this size."""
    solution = entries.step.solution
    for name in entries.step.uses if solution is not None else ():
        values = solution.arrays.get(name) if solution is not None else None
        if values is not None and values.ndim == 1 and np.isclose(abs(float(values[0])), abs(difference), rtol=1e-6):
            return f", the size of {plain_of(Name(name))}: is it there once, and with its sign?"
    return ""
