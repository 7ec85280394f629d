"""Where formulas are compared: points for names with shapes and domains, the same in every run.

The first points have small numbers that can be shown to people, no two names alike; the others are dyadic numbers at
several scales. A number comes from a digest of the name, so that nothing hangs on the order of sets or the hash seed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

import flint
import numpy as np
from flint import arb, fmpq, nmod

from grader.expression.domains import REAL, Domain
from grader.expression.rings import PRIME, Objects, objects
from grader.expression.tree import Name, Shape
from grader.numeric import Array

SHOWN = 4
"""How many points have numbers to be shown."""

SCALES = (1, 4, 16, 1, 2, 64, 1, 8)
"""Sizes of the points after those, in quarters."""

Key = tuple[str, Shape, Domain]
Draw = Callable[[int, int], Fraction]
"""From a point's number and the entry's, an entry."""

_PLAIN = (
    (Fraction(2), Fraction(3), Fraction(5), Fraction(7), Fraction(11), Fraction(13), Fraction(17), Fraction(19)),
    (Fraction(-1), Fraction(4), Fraction(-3), Fraction(2), Fraction(-5), Fraction(6), Fraction(-7), Fraction(8)),
    (Fraction(1, 2), Fraction(-3, 2), Fraction(5, 2), Fraction(-1, 4), Fraction(3, 4), Fraction(-5, 4)),
    (Fraction(3), Fraction(1), Fraction(-2), Fraction(-4), Fraction(5), Fraction(9), Fraction(-6), Fraction(7)),
)


def digest(*parts: object) -> int:
    """64 bits that depend on the parts alone."""
    text = "|".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def entry(key: Key, order: int, point: int, place: int) -> Fraction:
    """One entry of one name at one point; `order` is the name's place among the names."""
    name, _, domain = key
    if point < SHOWN:
        plain = _PLAIN[point]
        value = plain[(order + place) % len(plain)] + (order + place) // len(plain)
    else:
        value = scaled(digest(name, place, point), Fraction(SCALES[point % len(SCALES)], 4))
    return within(value, domain, digest(name, place, point, "in"))


def scaled(bits: int, scale: Fraction) -> Fraction:
    """A dyadic number between −scale and scale, well away from zero."""
    share = Fraction((bits >> 4) % 2**30 + 2**26, 2**30 + 2**26)
    return (share if bits & 1 else -share) * scale


def within(value: Fraction, domain: Domain, bits: int) -> Fraction:
    """The number of a domain that stands for a real one."""
    match domain:
        case "positive" | "nonnegative" | "distribution":
            return abs(value)
        case "negative":
            return -abs(value)
        case "probability":
            return Fraction(1 + bits % 996, 998) if value.denominator > 8 else abs(value) / (abs(value) + 1)
        case "integer":
            return Fraction(math.floor(value) if value.denominator <= 8 else bits % 23 - 11)
        case "natural":
            return Fraction(math.ceil(abs(value)) if value.denominator <= 8 else bits % 12 + 1)
    return value


def entries(key: Key, order: int, point: int) -> list[Fraction]:
    """All entries of a name at a point, row by row."""
    _, shape, domain = key
    count = math.prod(shape)
    found = [entry(key, order, point, place) for place in range(count)]
    if domain == "distribution":
        whole = sum(found, Fraction(0))
        return [value / whole for value in found]
    if domain == "symmetric" and len(shape) == 2 and shape[0] == shape[1]:
        n = shape[0]
        return [found[min(i, j) * n + max(i, j)] for i in range(n) for j in range(n)]
    return found


@lru_cache(maxsize=2048)
def points(keys: tuple[Key, ...], first: int, last: int) -> tuple[dict[str, list[Fraction]], ...]:
    """The points from `first` up to `last`: each name's entries row by row."""
    return tuple(
        {key[0]: entries(key, order, point) for order, key in enumerate(keys)} for point in range(first, last)
    )


Points = Sequence[Mapping[str, Sequence[Fraction]]]


def gathered(keys: Sequence[Key], at: Points, number: Callable[[Fraction], object]) -> dict[str, Objects]:
    """Points as arrays of objects, the points on the last axis."""
    return {
        name: objects(
            [number(point[name][place]) for place in range(math.prod(shape)) for point in at], (*shape, len(at))
        )
        for name, shape, _ in keys
    }


def ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


@lru_cache(maxsize=2048)
def ball_points(keys: tuple[Key, ...], first: int, last: int, precision: int) -> dict[str, Objects]:
    """Points as balls at a precision."""
    with flint.ctx.workprec(precision):
        return gathered(keys, points(keys, first, last), ball)


@lru_cache(maxsize=2048)
def field_points(keys: tuple[Key, ...], first: int, last: int) -> dict[str, Objects]:
    """Random residues; those of a distribution add up to 1, those of a symmetric matrix are symmetric."""
    values: dict[str, Objects] = {}
    for name, shape, domain in keys:
        count = math.prod(shape)
        drawn = [[digest(name, place, point, "field") for point in range(first, last)] for place in range(count)]
        if domain == "distribution":
            drawn[-1] = [1 - sum(column[:-1]) for column in zip(*drawn, strict=True)]
        if domain == "symmetric":
            n = shape[0]
            drawn = [drawn[min(i, j) * n + max(i, j)] for i in range(n) for j in range(n)]
        values[name] = objects([nmod(value, PRIME) for row in drawn for value in row], (*shape, last - first))
    return values


def float_points(names: Sequence[Name], domains: Mapping[str, Domain], count: int) -> Iterator[dict[str, Array]]:
    """Points one by one as floats, the last axis of length 1."""
    keys = keys_of(names, domains)
    for point in points(keys, SHOWN, SHOWN + count):
        yield {
            name: np.array([float(value) for value in point[name]]).reshape((*shape, 1)) for name, shape, _ in keys
        }


def keys_of(names: Sequence[Name], domains: Mapping[str, Domain]) -> tuple[Key, ...]:
    """Names in order with shapes and domains."""
    return tuple(sorted((name.name, name.shape, domains.get(name.name, REAL)) for name in names))
