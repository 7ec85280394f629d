"""Where formulas are compared: points for names with shapes and domains, the same in every run.

The first points have small numbers that can be shown to people, no two entries alike; the others are random numbers at
several scales, half of them dyadic and half with a large prime below the line, so that no factor in a formula makes all
of them whole. What a name gets hangs on its place among the names, so that thousands of comparisons share them, and in
long formulas on a salt too, so that nobody can write a formula that vanishes at the points where it will be looked at.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from flint import arb, ctx, fmpq, nmod

from grader.expression.domains import REAL, WHOLE, Domain
from grader.expression.field import P
from grader.expression.objects import Objects
from grader.expression.tree import Name, Shape
from grader.numeric import Array

SHOWN = 3
"""How many points have numbers to be shown."""

SCALES = ((-1, 1), (-4, -1), (0, 2), (-1, 3), (-10, -3), (2, 4), (-20, -9), (4, 9), (-2, 2), (9, 14), (-12, 8), (-1, 1))
"""Between which powers of two the size of a number is, at each point after those."""

SIZES = (6, 12, 30, 100, 9, 1000, 20, 60, 10**6, 15, 40, 300)
"""Below what a whole number is, at each point after those."""

POINTS = SHOWN + len(SCALES)
MANY = 200  # entries

_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19)


class Slot(NamedTuple):
    """What a name's points hang on: how many entries stand before its own, its shape, its domain, and a salt."""

    before: int
    shape: Shape
    domain: Domain
    salt: int = 0

    @property
    def seed(self) -> int:
        return self.before + (self.salt << 32)


def slots(names: Sequence[Name], domains: Mapping[str, Domain], salt: int = 0) -> list[Slot]:
    """A slot for each name; a name without a domain is real."""
    found, before = [], 0
    for name in names:
        found.append(Slot(before, name.shape, domains.get(name.name, REAL), salt))
        before += math.prod(name.shape)
    return found


def real_shown(point: int, place: int) -> Fraction:
    """2, 3, 5, …; 1/2, −1, 3/2, −2, …; −3, 2, −4, 3, …"""
    if point == 0:
        return Fraction(_PRIMES[place] if place < len(_PRIMES) else place + 12)
    if point == 1:
        return Fraction(-(place + 1), 2) if place % 2 else Fraction(place + 1, 2)
    return Fraction((place + 3) // 2) if place % 2 else Fraction(-(place + 6) // 2)


def whole_shown(point: int, place: int) -> Fraction:
    """2, 3, 5, …; −1, 4, −2, 5, …; 8, −3, 9, −4, …"""
    if point == 0:
        return real_shown(0, place)
    half = place // 2
    return Fraction((4 + half if place % 2 else -1 - half) if point == 1 else (-3 - half if place % 2 else 8 + half))


def real_random(source: random.Random, point: int) -> Fraction:
    size = Fraction(2) ** source.randint(*SCALES[point])
    odd = source.getrandbits(63) | 2**63 | 1
    share = Fraction(odd, 2**64) if point % 2 else Fraction(odd % (P - 1) + 1, P)
    return share * size * source.choice((-1, 1))


def whole_random(source: random.Random, point: int) -> Fraction:
    return Fraction(source.randint(1, SIZES[point]) * source.choice((-1, 1)))


def last_point(slots: Sequence[Slot]) -> int:
    """How many points there are for slots: those to be shown and one more where a slot has many entries."""
    return SHOWN + 1 if any(math.prod(slot.shape) > MANY for slot in slots) else POINTS


@lru_cache(maxsize=512)
def ratios(slot: Slot) -> Objects:
    """Fractions of a slot's domain at all points, `(*shape, POINTS)`; at few where they are many."""
    whole = slot.domain in WHOLE
    source = random.Random(slot.seed)
    shown, drawn = (whole_shown, whole_random) if whole else (real_shown, real_random)
    places = range(slot.before, slot.before + math.prod(slot.shape))
    more = range(last_point([slot]) - SHOWN)
    entries = [
        [*(shown(point, place) for point in range(SHOWN)), *(drawn(source, point) for point in more)]
        for place in places
    ]
    raw = np.array(entries, dtype=object).reshape(*slot.shape, -1)
    return whole_tensor(each_entry(raw, slot.domain), slot.domain)


def _share(a: Any) -> Any:
    return abs(a) / (1 + abs(a))


_ENTRY: dict[Domain, Callable[[Any], Any]] = {
    "positive": np.abs, "nonnegative": np.abs, "negative": lambda a: -np.abs(a), "probability": _share,
    "distribution": np.abs, "integer": np.ceil, "natural": lambda a: np.maximum(np.ceil(np.abs(a)), 1),
}  # fmt: skip
"""From real numbers other than 0 to those of a domain."""


def each_entry(raw: Objects, domain: Domain) -> Objects:
    return _ENTRY[domain](raw) if domain in _ENTRY else raw


def whole_tensor(raw: Objects, domain: Domain) -> Objects:
    """What a domain says of all entries: those of a distribution add up to 1, a symmetric matrix is mirrored."""
    if domain == "distribution":
        return raw / raw.sum(axis=-2, keepdims=True)
    if domain == "symmetric" and raw.ndim == 3 and raw.shape[0] == raw.shape[1]:
        rows, columns = np.indices(raw.shape[:2])
        return raw[np.minimum(rows, columns), np.maximum(rows, columns)]
    return raw


def as_balls(values: Objects, domain: Domain, bits: int) -> Objects:
    """Fractions or floats as balls, those of a whole domain as exact ratios."""
    number = fmpq if domain in WHOLE else lambda p, q: arb(fmpq(p, q))
    result = np.empty(values.size, dtype=object)
    with ctx.workprec(bits):
        result[:] = [number(*value.as_integer_ratio()) for value in values.flat]
    return result.reshape(values.shape)


@lru_cache(maxsize=1024)
def balls(slot: Slot, bits: int) -> Objects:
    """A slot's points as balls."""
    return as_balls(ratios(slot), slot.domain, bits)


@lru_cache(maxsize=1024)
def residues(slot: Slot, attempt: int) -> Objects:
    """Two random points of the field, within what the domain says of the entries together."""
    source = random.Random(f"{slot.seed} {attempt}")
    count = 2 * math.prod(slot.shape)
    raw = np.empty(count, dtype=object)
    raw[:] = [nmod(source.randrange(1, P), P) for _ in range(count)]
    return whole_tensor(raw.reshape(*slot.shape, 2), slot.domain)


@lru_cache(maxsize=64)
def noise(before: int, size: int, draws: int) -> tuple[Any, ...]:
    """Random numbers for the floats of a slot, the same in every run: shares, normal, large or small, small, whole."""
    source = np.random.default_rng([before, size, draws])
    shape = (size, draws)
    return (
        source.random(shape),
        source.standard_normal(shape),
        np.exp2(source.uniform(-20, 20, shape)) * source.choice([-1.0, 1.0], shape),
        np.exp2(-source.uniform(0, 45, shape)) * source.choice([-1.0, 1.0], shape),
        source.integers(1, 12, shape).astype(float),
    )


def scattered(slots: Sequence[Slot], sizes: Sequence[float], draws: int) -> list[Array]:
    """Floats at many points: at all scales, on both sides of the given sizes and their negatives, near each other."""
    near = np.array([0.0, 1.0, *sizes])
    found: list[Array] = []
    first: Array | None = None
    for before, shape, domain, _ in slots:
        which, normal, wide, close, whole = noise(before, math.prod(shape), draws)
        centre = near[(which * 1e6).astype(int) % len(near)] * np.sign(normal)
        beyond = np.sign(close) * np.round(normal) if domain in WHOLE else np.where(centre, centre, 1.0) * close
        around = centre * (whole if domain in WHOLE else 1) + beyond
        beside = around if first is None else first[:1] + around
        raw = np.choose((which * 4).astype(int), [wide, around, 3 * normal, beside])
        first = raw if first is None else first
        value = whole_tensor(each_entry(raw.reshape(*shape, draws), domain), domain)
        found.append(value)
    return found


def float_points(names: Sequence[Name], domains: Mapping[str, Domain], count: int) -> Iterator[dict[str, Array]]:
    """Points one by one as floats, the last axis of length 1; the random ones, at middling scales first."""
    found = {name.name: ratios(slot) for name, slot in zip(names, slots(names, domains), strict=True)}
    for point in sorted(range(SHOWN, POINTS), key=lambda point: max(map(abs, SCALES[point - SHOWN])))[:count]:
        yield {name: value[..., point : point + 1].astype(float) for name, value in found.items()}
