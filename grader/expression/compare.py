"""Are two trees the same? Three answers, each with its evidence.

Rational trees are compared at random elements of a finite field: if two such trees differ, they agree at a random point
with a chance of at most their degree over 2^61 (Schwartz, Fast probabilistic algorithms for verification of polynomial
identities, 1980; Zippel, 1979). All others are compared by balls at sample points: a ball of the difference that leaves
out zero proves that they differ there. That all balls hold zero, to hundreds of digits, is taken for `same`; the chance
stated then supposes that a difference is spread over its scale as random numbers are; of formulas with branches, that a
branch on which they differ holds at least one in a hundred of the draws.

>>> from grader.expression.tree import Name
>>> x = Name("x")
>>> found = compare_trees((x + 1) ** 2, x**2 + 2 * x + 2)
>>> found.verdict, found.counterexample, found.values
('different', (('x', '2'),), ('9', '10'))
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import numpy as np
from flint import arb

from grader.expression.cells import DRAWS, branching, doubtful_points, names_of, parts
from grader.expression.degree import degree
from grader.expression.domains import DOMAINS, Domain
from grader.expression.points import (
    SHOWN,
    Key,
    Points,
    ball,
    ball_points,
    field_points,
    gathered,
    keys_of,
    points,
)
from grader.expression.rings import PRIME, UnsettledError, balls, field, rational, ratios
from grader.expression.tree import Apply, Expression, Number, by
from grader.expression.undefined import undefined

FIELD_POINTS = 2
BALL_POINTS = 8
BATCHES = ((0, 3), (3, 8), (8, 16), (16, 32))
"""Sample points by number; the later ones where too few of the first have values."""
PRECISION = 128  # bits at first
FINE = 1600  # bits where two trees seem to agree: a number as small as a formula can write is seen
LARGEST_WORK = 60_000  # operations on entries, over all points
MOST_NODES = 20_000
ENOUGH = 4  # points at which both must have a value


@dataclass(frozen=True)
class Comparison:
    """A verdict (`same`, `different`, `undecided`, `unreadable`), the rule that gave it, and its evidence."""

    verdict: str
    rule: str
    reason: str = ""
    counterexample: tuple[tuple[str, str], ...] | None = None
    """Values of the names where the two differ."""
    values: tuple[str, str] | None = None
    """What the two come to there."""
    points: int = 0
    """At how many points the two were compared."""
    domain: str = ""
    """What was sampled, in words."""
    chance: float = 0.0
    """A bound on the chance that `same` is wrong; 0 where it is proved."""


def compare_trees(
    one: Expression, other: Expression, domains: Mapping[str, Domain] | None = None
) -> Comparison:
    """Whether two trees of names with shapes and domains are the same; a name without a domain is real."""
    if one.shape != other.shape:
        return Comparison("different", "shape", f"one is {shape(one)}, the other {shape(other)}")
    nodes = size(one, other)
    if nodes > LARGEST_WORK // FIELD_POINTS:
        return Comparison("undecided", "budget", "the formulas are too large to compare")
    if alike(one, other):
        return Comparison("same", "identical")
    keys = keys_of(names_of(one, other), domains or {})
    try:
        if rational(one) and rational(other):
            found = in_numbers(one, other) if not keys else in_field(one, other, keys)
            if found is not None:
                return found
        return by_balls(one, other, keys, nodes)
    except UnsettledError as error:
        return Comparison("undecided", "no reading", str(error))


def shape(tree: Expression) -> str:
    return "a single number" if not tree.shape else f"{by(tree.shape)} entries"


def size(*trees: Expression) -> int:
    """Operations on entries in trees."""
    return sum(work(part) for tree in trees for part in parts(tree))


def work(part: Apply) -> int:
    inner = part.operands[0].shape if part.operands else ()
    entries = max(1, math.prod(part.shape), math.prod(inner))
    return entries * (inner[-1] if part.operation.name in {"matmul", "solve", "inverse"} and inner else 1)


def alike(one: Expression, other: Expression) -> bool:
    """Whether two trees are written the same."""
    pairs = [(one, other)]
    while pairs:
        a, b = pairs.pop()
        if isinstance(a, Apply) and isinstance(b, Apply):
            if a.operation is not b.operation or a.options != b.options or len(a.operands) != len(b.operands):
                return False
            pairs.extend(zip(a.operands, b.operands, strict=True))
        elif a != b:
            return False
    return True


def in_words(keys: Sequence[Key]) -> str:
    """What was sampled."""
    by_domain: dict[str, list[str]] = {}
    for name, _, domain in keys:
        by_domain.setdefault(DOMAINS[domain], []).append(name)
    return "; ".join(f"{', '.join(found)} {domain}" for domain, found in by_domain.items())


def in_numbers(one: Expression, other: Expression) -> Comparison | None:
    """Two numbers without roots, exactly."""
    try:
        a, b = ratios(one, {}), ratios(other, {})
    except (UnsettledError, ZeroDivisionError):
        return None
    if bool(np.all(a == b)):
        return Comparison("same", "numbers")
    return Comparison("different", "numbers", values=(shown(a), shown(b)) if not one.shape else None)


def in_field(one: Expression, other: Expression, keys: tuple[Key, ...]) -> Comparison | None:
    """Two rational trees at random elements of the field; None where denominators vanish at every try."""
    for attempt in range(3):
        first = attempt * FIELD_POINTS
        values = field_points(keys, first, first + FIELD_POINTS)
        try:
            same = bool(np.all(field(one, values) == field(other, values)))
        except ZeroDivisionError:
            continue
        if same:
            chance = min(1.0, (degree(one) + degree(other)) / PRIME) ** FIELD_POINTS
            return Comparison("same", "field", points=FIELD_POINTS, domain=in_words(keys), chance=chance)
        found = example(one, other, keys)
        return found or Comparison("different", "field", "they differ as ratios of polynomials", domain=in_words(keys))
    return None


def example(one: Expression, other: Expression, keys: tuple[Key, ...]) -> Comparison | None:
    """A place in small numbers where two trees differ."""
    with flint.ctx.workprec(PRECISION):
        values = ball_points(keys, 0, SHOWN + 2, PRECISION)
        a, b = (spread(balls(tree, values), SHOWN + 2) for tree in (one, other))
        return difference(a, b, points(keys, 0, SHOWN + 2), keys, "field")


def spread(values: Any, count: int) -> Any:
    """Values at each of `count` points."""
    return np.broadcast_to(values, (*values.shape[:-1], count))


def difference(a: Any, b: Any, at: Points, keys: Sequence[Key], rule: str) -> Comparison | None:
    """The first point where a ball of the difference leaves out zero."""
    apart = (a - b) != 0
    here = apart.reshape(-1, apart.shape[-1]).any(axis=0)
    if not here.any():
        return None
    point = int(np.argmax(here))
    index = tuple(int(i) for i in np.argwhere(apart[..., point])[0]) if a.ndim > 1 else ()
    where = f"entry {', '.join(str(i + 1) for i in index)} differs" if index else ""
    return Comparison(
        "different", rule, where, counterexample(at[point], keys),
        (shown(a[(*index, slice(point, point + 1))]), shown(b[(*index, slice(point, point + 1))])),
        len(at), in_words(keys),
    )  # fmt: skip


def counterexample(at: Mapping[str, Sequence[Fraction]], keys: Sequence[Key]) -> tuple[tuple[str, str], ...]:
    """A point as names and values to be read."""
    found = []
    for name, lengths, _ in keys:
        texts = [ratio(value) for value in at[name]]
        found.append((name, texts[0] if not lengths else nested(texts, lengths)))
    return tuple(found)


def nested(texts: Sequence[str], lengths: Sequence[int]) -> str:
    if len(lengths) == 1:
        return f"[{', '.join(texts)}]"
    step = len(texts) // lengths[0]
    return f"[{', '.join(nested(texts[i * step : (i + 1) * step], lengths[1:]) for i in range(lengths[0]))}]"


def ratio(value: Fraction) -> str:
    """A number to be read: as it is where that is short."""
    return str(value) if value.denominator <= 8 else f"{float(value):.6g}"


def shown(value: Any) -> str:
    """A single value to six digits."""
    number = value.flat[0]
    middle = float(number.mid()) if isinstance(number, arb) else int(number.p) / int(number.q)
    return str(int(middle)) if math.isfinite(middle) and middle == int(middle) and abs(middle) < 1e15 else f"{middle:.6g}"


def by_balls(one: Expression, other: Expression, keys: tuple[Key, ...], nodes: int) -> Comparison:
    """Two trees at sample points: the shown ones first, then others, then at a precision that leaves no doubt."""
    branches = bool(keys) and branching(one, other)
    settled = 0
    for first, last in BATCHES if keys else ((0, 1),):
        if settled and first * nodes > LARGEST_WORK:
            break
        found, agreed = at_numbered(one, other, keys, first, last, PRECISION)
        if found is not None:
            return found
        settled += agreed
        if settled >= (ENOUGH if keys else 1) and last >= BALL_POINTS:
            break
    if branches:
        found, agreed = in_cells(one, other, keys)
        if found is not None:
            return found
        settled += agreed
    found, fine = at_numbered(one, other, keys, *((2, 5) if keys else (0, 1)), FINE)
    if found is not None:
        return found
    if settled < (ENOUGH if keys else 1) or (fine == 0 and settled < 2 * ENOUGH):
        return unsettled(keys)
    chance = 0.99**DRAWS if branches else 2.0 ** -min(1000, 64 * settled)
    return Comparison("same", "balls", points=settled, domain=in_words(keys), chance=chance)


def at_numbered(
    one: Expression, other: Expression, keys: tuple[Key, ...], first: int, last: int, precision: int
) -> tuple[Comparison | None, int]:
    """Two trees at some of the sample points, at a precision."""
    with flint.ctx.workprec(precision):
        return at_points(one, other, ball_points(keys, first, last, precision), points(keys, first, last), keys)


def in_cells(one: Expression, other: Expression, keys: tuple[Key, ...]) -> tuple[Comparison | None, int]:
    """Two trees where floats make them out to differ, and at a point in every cell between their switches."""
    doubtful = doubtful_points(keys, one, other)
    if not doubtful:
        return None, 0
    with flint.ctx.workprec(PRECISION):
        return at_points(one, other, gathered(keys, doubtful, ball), doubtful, keys)


def at_points(
    one: Expression, other: Expression, values: Mapping[str, Any], at: Points, keys: Sequence[Key]
) -> tuple[Comparison | None, int]:
    """Two trees at points: where they differ, if anywhere, and at how many they agree."""
    count = len(at)
    a, b = spread(balls(one, values), count), spread(balls(other, values), count)
    if (found := difference(a, b, at, keys, "balls")) is not None:
        return found, 0
    off = (a - b).reshape(-1, count)
    sizes = a.reshape(-1, count)
    close = [all(tiny(entry, size) for entry, size in zip(off[:, k], sizes[:, k], strict=True)) for k in range(count)]
    if not all(close):
        lost = hole(one, other, values, at, keys)
        if lost is not None:
            return lost, 0
    return None, sum(close)


def tiny(off: Any, value: Any) -> bool:
    """Whether a difference that may be zero is known to many digits, of a value that is not beyond them all."""
    precision = flint.ctx.prec
    within = off.is_finite() and abs(value) < arb(2) ** (precision // 2)
    return bool(within and off.rad() <= (1 + abs(value).upper()) * arb(2) ** (-precision // 3))


def hole(
    one: Expression, other: Expression, values: Mapping[str, Any], at: Points, keys: Sequence[Key]
) -> Comparison | None:
    """That one tree certainly has no value at several points where the other has one."""
    none_one, none_other = undefined(one, values, len(at)), undefined(other, values, len(at))
    a, b = spread(balls(one, values), len(at)), spread(balls(other, values), len(at))
    for none, has, which in ((none_one, b, "the first"), (none_other, a, "the second")):
        finite = np.array([all(entry.is_finite() for entry in has.reshape(-1, len(at))[:, k]) for k in range(len(at))])
        lost = np.flatnonzero(none & finite)
        if len(lost) >= 1:
            point = int(lost[0])
            where = ", ".join(f"{name} = {value}" for name, value in counterexample(at[point], keys))
            reason = f"{which} has no value at {where}, and the other has one; a narrower domain may make them the same"
            example = counterexample(at[point], keys)
            texts = ("no value", shown(has.reshape(-1, len(at))[:, point : point + 1]))
            return Comparison(
                "different", "undefined", reason, example, texts if which == "the first" else texts[::-1],
                len(at), in_words(keys),
            )  # fmt: skip
    return None


def unsettled(keys: Sequence[Key]) -> Comparison:
    """That too few points have a value that is sure."""
    reason = "too few of the points that were tried have a value that is sure"
    return Comparison("undecided", "balls", reason, domain=in_words(keys))
