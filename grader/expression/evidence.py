"""What is shown of a difference: a point in numbers as people write them, and what two formulas come to there."""

from __future__ import annotations

from collections.abc import Sequence, Set
from fractions import Fraction
from typing import Any

import numpy as np
from flint import ctx, fmpq

from grader.expression.balls import UNDEFINED, Scalar, ball
from grader.expression.question import Comparison
from grader.expression.samples import COARSE, DIFFERS, FIRST_LACKS, LACKS, Sample, Seen
from grader.expression.tree import Shape

MOST_ROUNDED = 6  # points
ROUNDED_TO = (1, 2, 3, 4, 6, 9, 12)  # digits that are tried for a point that was drawn
ROUNDED = frozenset({"real", "positive", "nonnegative", "negative", "nonzero"})
"""Domains in which a number may be rounded."""


def difference(seen: Seen, rule: str) -> Comparison:
    """That two trees differ, at the first point where they do."""
    point, index = first(seen, DIFFERS)
    return told(seen, rule, f"entry {', '.join(str(i + 1) for i in index)} differs" if index else "", point, index)


def hole(seen: Seen) -> Comparison:
    """That only one of two trees has a value, at the first point where that is so."""
    point, index = first(seen, LACKS)
    which = ("first", "second")[seen.codes[point] - FIRST_LACKS]
    at = ", ".join(f"{name} = {value}" for name, value in shown_at(seen, point))
    reason = f"the {which} has no value{' at ' if at else ''}{at}, and the other has one"
    return told(seen, "undefined", reason, point, index)


def first(seen: Seen, codes: Set[int]) -> tuple[int, tuple[int, ...]]:
    """The first point with one of the codes, and the first entry that has it there."""
    point = next(i for i, code in enumerate(seen.codes) if code in codes)
    place = int(np.argmax(seen.entries[:, point] == seen.codes[point]))
    return point, tuple(int(i) for i in np.unravel_index(place, seen.roots[0].shape[:-1]))


_to_digits = np.vectorize(lambda value, digits: Fraction(f"{value:.{digits}g}"), otypes=[object])


def rounded(seen: Seen, codes: Set[int]) -> Seen:
    """The same at points with one of the codes, in as few digits as leave them one."""
    points = [i for i, code in enumerate(seen.codes) if code in codes][:MOST_ROUNDED]
    if seen.sample.floats is None:
        return seen
    floats = []
    for slot, values in zip(seen.sample.slots, seen.sample.floats, strict=True):
        own = np.tile(values[..., points], len(ROUNDED_TO))
        floats.append(_to_digits(own, np.repeat(ROUNDED_TO, len(points))) if slot.domain in ROUNDED else own)
    closer = Seen(seen.question, Sample(seen.sample.slots, floats[0].shape[-1], floats), COARSE)
    return closer if codes & {*closer.codes} else seen


def told(seen: Seen, rule: str, reason: str, point: int, index: tuple[int, ...]) -> Comparison:
    """A difference with its evidence."""
    with ctx.workprec(seen.bits):
        values = texts(*(root[(*index, point)] for root in seen.roots))
    example = shown_at(seen, point) or None
    return Comparison("different", rule, reason, example, values, seen.sample.count, seen.question.domain)


def shown_at(seen: Seen, point: int) -> tuple[tuple[str, str], ...]:
    """A point as names and values to be read, in the order of the names."""
    named = zip(seen.question.program.names, seen.sample.shown(), strict=True)
    found = ((name, [ratio(value) for value in values[..., point].flat]) for (_, name), values in named)
    return tuple(sorted((name.name, nested(entries, name.shape)) for name, entries in found))


def nested(entries: Sequence[str], shape: Shape) -> str:
    """Entries, row by row, as a number, a list or a list of lists."""
    if not shape:
        return entries[0]
    step = len(entries) // shape[0]
    return f"[{', '.join(nested(entries[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0]))}]"


def ratio(value: Any) -> str:
    """A number to be read: as it is where that is short."""
    exact = Fraction(*value.as_integer_ratio())
    if exact.denominator <= 8 and abs(exact) < 10**6:
        return str(exact)
    if isinstance(value, float):
        return repr(float(value))
    short = f"{float(exact):.12g}"
    return short if Fraction(short) == exact else f"{float(exact):.6g}"


def texts(a: Scalar, b: Scalar) -> tuple[str, str]:
    """Two values to six digits, or to so many that they differ; what differs later still as a sum."""
    for digits in (6, 12, 20, 40):
        found = text(a, digits), text(b, digits)
        if found[0] != found[1]:
            return found
    near, off = text(a, 6), text(b - a, 6)
    return near, f"{near} - {off[1:]}" if off.startswith("-") else f"{near} + {off}"


def text(value: Scalar, digits: int) -> str:
    """A value to so many digits, without zeros that say nothing."""
    if value is UNDEFINED:
        return "no value"
    if type(value) is fmpq and value.q == 1 and abs(value) < 10**15:
        return str(value)
    written: str = ball(value).str(digits, radius=False)
    mantissa, mark, exponent = written.partition("e")
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + mark + exponent
