"""Formulas of the corpus's own: a small tree, its value in mpmath or NumPy, and nothing of the grader's.

What is generated is judged here and not by the code under test: two formulas are the same where their values agree at
every point drawn, and different where they do not. A new function is a row of `SCALAR` or `MATRIX` and, where it is not
written as a call, of `dialects.py`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

Value = Any
mpmath.mp.dps = 25


@dataclass(frozen=True)
class Formula:
    """A number or a name (no parts), or a function of its parts."""

    head: str
    parts: tuple[Formula, ...] = ()
    number: Fraction | None = None

    def __add__(self, other: Formula | int) -> Formula:
        return of("+", self, other)

    def __radd__(self, other: int) -> Formula:
        return of("+", other, self)

    def __sub__(self, other: Formula | int) -> Formula:
        return of("-", self, other)

    def __rsub__(self, other: int) -> Formula:
        return of("-", other, self)

    def __mul__(self, other: Formula | int) -> Formula:
        return of("*", self, other)

    def __rmul__(self, other: int) -> Formula:
        return of("*", other, self)

    def __truediv__(self, other: Formula | int) -> Formula:
        return of("/", self, other)

    def __rtruediv__(self, other: int) -> Formula:
        return of("/", other, self)

    def __pow__(self, other: Formula | int) -> Formula:
        return of("^", self, other)

    def __matmul__(self, other: Formula) -> Formula:
        return of("@", self, other)

    def __neg__(self) -> Formula:
        return of("neg", self)

    @property
    def T(self) -> Formula:
        return of("T", self)

    def __iter__(self) -> Iterator[Formula]:
        """The formula and all that is in it."""
        yield self
        for part in self.parts:
            yield from part


def num(value: int | str | Fraction) -> Formula:
    return Formula("num", (), Fraction(value))


def name(text: str) -> Formula:
    return Formula(text)


def names(text: str) -> list[Formula]:
    return [name(each) for each in text.split()]


def of(head: str, *parts: Formula | int | Fraction) -> Formula:
    return Formula(head, tuple(part if isinstance(part, Formula) else num(part) for part in parts))


def function(head: str) -> Callable[..., Formula]:
    """A function that builds its application: `exp = function("exp")`."""
    return lambda *parts: of(head, *parts)


def names_in(formula: Formula) -> list[str]:
    """Each name once, in order."""
    return list(dict.fromkeys(f.head for f in formula if f.number is None and not f.parts and f.head not in CONSTANTS))


class Undefined(ArithmeticError):
    """A real function outside its domain."""


def inside(holds: bool, value: Callable[[], Value]) -> Value:
    if not holds:
        raise Undefined
    return value()


def power(base: Value, exponent: Value) -> Value:
    whole = exponent == int(exponent)
    return inside((whole and (base != 0 or exponent >= 0)) or base > 0, lambda: mpmath.power(base, exponent))


def root(base: Value, order: Value) -> Value:
    return inside(base >= 0 or int(order) % 2 == 1, lambda: mpmath.sign(base) * mpmath.root(abs(base), int(order)))


CONSTANTS = {"e": mpmath.e, "pi": mpmath.pi}

SCALAR: dict[str, Callable[..., Value]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: inside(b != 0, lambda: a / b),
    "^": power,
    "neg": lambda a: -a,
    "exp": mpmath.exp,
    "log": lambda a: inside(a > 0, lambda: mpmath.log(a)),
    "log2": lambda a: inside(a > 0, lambda: mpmath.log(a, 2)),
    "log10": lambda a: inside(a > 0, lambda: mpmath.log10(a)),
    "sqrt": lambda a: inside(a >= 0, lambda: mpmath.sqrt(a)),
    "root": root,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "arctan": mpmath.atan,
    "arcsin": lambda a: inside(abs(a) <= 1, lambda: mpmath.asin(a)),
    "arccos": lambda a: inside(abs(a) <= 1, lambda: mpmath.acos(a)),
    "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
    "relu": lambda a: max(a, mpmath.mpf(0)),
    "abs": abs,
    "max": max,
    "min": min,
    "sign": mpmath.sign,
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
    "factorial": lambda n: inside(n >= 0 and n == int(n), lambda: mpmath.factorial(n)),
    "choose": lambda n, k: mpmath.binomial(n, k),
}


def pointwise(scalar: Callable[[float], float]) -> Callable[[Value], Value]:
    return np.vectorize(scalar, otypes=[float])


def softmax(z: Value) -> Value:
    return np.exp(z) / np.sum(np.exp(z))


MATRIX: dict[str, Callable[..., Value]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "⊙": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: np.linalg.matrix_power(a, int(b)) if np.ndim(a) == 2 else a**b,
    "neg": lambda a: -a,
    "@": lambda a, b: a @ b,
    "outer": np.outer,
    "dot": np.dot,
    "T": np.transpose,
    "inv": np.linalg.inv,
    "tr": np.trace,
    "det": np.linalg.det,
    "diag": np.diag,
    "norm": np.linalg.norm,
    "norm1": lambda v: np.sum(np.abs(v)),
    "sum": np.sum,
    "softmax": softmax,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
    "eye": lambda n: np.eye(int(n)),
    "ones": lambda n: np.ones(int(n)),
}


def value(formula: Formula, at: Mapping[str, Value], table: Mapping[str, Callable[..., Value]]) -> Value:
    """The formula's value at a point; raises `Undefined` where it has none."""
    if formula.number is not None:
        exact = formula.number
        return mpmath.mpf(exact.numerator) / exact.denominator if table is SCALAR else float(exact)
    if not formula.parts:
        return at[formula.head] if formula.head in at else CONSTANTS[formula.head] * 1
    return table[formula.head](*(value(part, at, table) for part in formula.parts))


DOMAINS: dict[str, Callable[[random.Random], Fraction]] = {
    "real": lambda r: Fraction(r.choice([-1, 1]) * r.randint(1, 399), 128),
    "positive": lambda r: Fraction(r.randint(1, 399), 128),
    "nonnegative": lambda r: Fraction(r.randint(0, 399), 128),
    "negative": lambda r: Fraction(-r.randint(1, 399), 128),
    "nonzero": lambda r: Fraction(r.choice([-1, 1]) * r.randint(1, 399), 128),
    "integer": lambda r: Fraction(r.randint(-7, 7)),
    "natural": lambda r: Fraction(r.randint(1, 9)),
    "probability": lambda r: Fraction(r.randint(1, 127), 128),
}


def scalar_point(wanted: list[str], symbols: Mapping[str, str], draw: random.Random) -> dict[str, Value]:
    point = {each: DOMAINS[symbols.get(each, "real")](draw) for each in wanted}
    return {each: mpmath.mpf(at.numerator) / at.denominator for each, at in point.items()}


def matrix_point(symbols: Mapping[str, str], sizes: Mapping[str, int], draw: random.Random) -> dict[str, Value]:
    """Arrays for declared names, and the lengths by theirs."""
    stream = np.random.RandomState(draw.randrange(2**31))
    point: dict[str, Value] = {length: float(size) for length, size in sizes.items()}
    for each, declared in symbols.items():
        kind, _, lengths = declared.partition("(")
        shape = tuple(sizes[part] if part in sizes else int(part) for part in lengths.rstrip(")").split(",") if part)
        entries = stream.normal(size=shape)
        if "positive" in kind or "distribution" in kind or "probability" in kind:
            entries = np.abs(entries) * 0.9 + 0.05
        if "distribution" in kind:
            entries = entries / np.sum(entries)
        if "probability" in kind:
            entries = entries / (1 + entries)
        point[each] = entries + entries.T if "symmetric" in kind else entries
    return point


def agree(one: Formula, other: Formula, point: Mapping[str, Value], table: Mapping[str, Any]) -> bool | None:
    """Whether two formulas have the same value at a point, or both none; None where both have none."""
    values: list[Value] = []
    for formula in (one, other):
        try:
            values.append(value(formula, point, table))
        except (Undefined, ZeroDivisionError):
            values.append(None)
    a, b = values
    if a is None or b is None:
        return None if a is b else False
    if table is SCALAR:
        return bool(abs(a - b) <= mpmath.mpf(10) ** -15 * (1 + abs(a) + abs(b)))
    return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-7, atol=1e-9))


def judged(one: Formula, other: Formula, symbols: Mapping[str, str], table: Mapping[str, Any] = SCALAR) -> str:
    """`same`, `different`, or `unclear` where too few points speak, by values at seeded points."""
    draw = random.Random(f"{one} {other}")
    if table is SCALAR:
        wanted = list(dict.fromkeys(names_in(one) + names_in(other)))
        points = [scalar_point(wanted, symbols, draw) for _ in range(24)]
    else:
        points = [matrix_point(symbols, sizes, draw) for sizes in ({"n": 4, "d": 3, "m": 2}, {"n": 6, "d": 2, "m": 5})]
    answers = [agree(one, other, point, table) for point in points]
    wrong, right = answers.count(False), answers.count(True)
    if wrong >= math.ceil(len(points) / 4):
        return "different"
    return "same" if not wrong and right >= len(points) / 4 else "unclear"
