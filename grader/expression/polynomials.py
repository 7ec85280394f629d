"""Trees as polynomials with rational coefficients, and whether those have factors.

What is no polynomial itself, such as exp(x), √2 or 1/x, is one more unknown. FLINT does the factoring. Everything has
its bound, and what goes beyond raises `FormError`.

>>> from grader.expression import Name
>>> x, y = Name("x"), Name("y")
>>> splits(x**2 - y**2), splits(x**2 + y**2), splits(2 * x + 4)
(True, False, False)
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from typing import TypeGuard

from grader.errors import GraderError
from grader.expression.tree import Apply, Expression, Number, names

HIGHEST = 40  # degree that is multiplied out or factored
MOST_TERMS = 60
MOST_PRODUCTS = 2500  # of two terms, in a product of polynomials
MOST_UNKNOWNS = 8  # where it is factored
MOST_BITS = 400  # of a coefficient, above or below

Monomial = frozenset[tuple[int, int]]
"""The number of each unknown, with its exponent."""
Polynomial = dict[Monomial, Fraction]
Unknowns = dict[Expression, int]
"""The number of each unknown, by what it is."""

ARITHMETIC: dict[str, Callable[..., Fraction]] = {
    "plus": operator.add, "minus": operator.sub, "times": operator.mul, "divide": operator.truediv,
    "negative": operator.neg,
}  # fmt: skip


class FormError(GraderError):
    """A formula that is too large for its form to be told."""


def called(tree: Expression, *operations: str) -> TypeGuard[Apply]:
    """Whether a number is made by one of some operations; tensors are not looked into."""
    return isinstance(tree, Apply) and not tree.shape and tree.operation.name in operations


def number(tree: Expression) -> Fraction | None:
    """The value of a tree of numbers; None where it has names, roots or powers, or no value.

    >>> number(-Number(Fraction(1)) / 2)
    Fraction(-1, 2)
    """
    if isinstance(tree, Number):
        return tree.value
    if not called(tree, *ARITHMETIC):
        return None
    values = [value for value in map(number, tree.operands) if value is not None]
    if len(values) < len(tree.operands) or (called(tree, "divide") and not values[1]):
        return None
    return ARITHMETIC[tree.operation.name](*values)


def polynomial(tree: Expression, unknowns: Unknowns) -> Polynomial:
    """A tree multiplied out, without terms of zero; unknowns that it meets first are added to `unknowns`."""
    if isinstance(tree, Number):
        return {frozenset(): tree.value} if tree.value else {}
    if called(tree, *RING):
        return RING[tree.operation.name](*(polynomial(operand, unknowns) for operand in tree.operands))
    if called(tree, "divide", "power"):
        base, second = tree.operands
        value = number(second)
        if called(tree, "divide"):
            inverse = _unknown(1 / second, unknowns) if not value else {frozenset(): 1 / value}
            return multiplied(polynomial(base, unknowns), inverse)
        if value is not None and value.denominator == 1:
            return raised(polynomial(base, unknowns) if value >= 0 else _unknown(1 / base, unknowns), abs(int(value)))
    return _unknown(tree, unknowns)


def _unknown(tree: Expression, unknowns: Unknowns) -> Polynomial:
    return {frozenset({(unknowns.setdefault(tree, len(unknowns)), 1)}): Fraction(1)}


def added(p: Polynomial, q: Polynomial) -> Polynomial:
    terms = {monomial: p.get(monomial, Fraction(0)) + q.get(monomial, Fraction(0)) for monomial in {**p, **q}}
    return _within({monomial: coefficient for monomial, coefficient in terms.items() if coefficient})


def negated(p: Polynomial) -> Polynomial:
    return {monomial: -coefficient for monomial, coefficient in p.items()}


def multiplied(p: Polynomial, q: Polynomial) -> Polynomial:
    if len(p) * len(q) > MOST_PRODUCTS:
        raise FormError("the formula is too large for its form to be told")
    product: Polynomial = {}
    for one, coefficient in p.items():
        for other, factor in q.items():
            exponents = dict(one)
            for unknown, exponent in other:
                exponents[unknown] = exponents.get(unknown, 0) + exponent
            monomial = frozenset(exponents.items())
            product[monomial] = product.get(monomial, Fraction(0)) + coefficient * factor
    return _within({monomial: coefficient for monomial, coefficient in product.items() if coefficient})


def raised(p: Polynomial, exponent: int) -> Polynomial:
    if len(p) == 1:
        ((monomial, coefficient),) = p.items()
        if (_bits(coefficient) - 1) * exponent > MOST_BITS:
            raise FormError("the formula is too large for its form to be told")
        return {frozenset((unknown, n * exponent) for unknown, n in monomial if exponent): coefficient**exponent}
    if exponent > HIGHEST:
        raise FormError("the formula is too large for its form to be told")
    return reduce(multiplied, [p] * exponent, {frozenset(): Fraction(1)})


RING: dict[str, Callable[..., Polynomial]] = {
    "plus": added,
    "minus": lambda p, q: added(p, negated(q)),
    "times": multiplied,
    "negative": negated,
}


def _within(p: Polynomial) -> Polynomial:
    if len(p) > MOST_TERMS or max(map(_bits, p.values()), default=0) > MOST_BITS:
        raise FormError("the formula is too large for its form to be told")
    return p


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def splits(tree: Expression) -> bool:
    """Whether a tree is a product of several polynomials over the rationals, numbers such as 2 or √2 not counted."""
    import flint

    unknowns: Unknowns = {}
    terms = polynomial(tree, unknowns)
    degree = max((sum(exponent for _, exponent in monomial) for monomial in terms), default=0)
    if degree > HIGHEST or len(unknowns) > MOST_UNKNOWNS:
        raise FormError("the formula is too large to be factored")
    if not terms or not unknowns:
        return False
    ring = flint.fmpq_mpoly_ctx.get([f"x{i}" for i in range(len(unknowns))], flint.Ordering.lex)
    dense = {
        tuple(dict(monomial).get(i, 0) for i in range(len(unknowns))): flint.fmpq(c.numerator, c.denominator)
        for monomial, c in terms.items()
    }
    varying = [bool(names(unknown)) for unknown in unknowns]
    _, factors = ring.from_dict(dense).factor()
    return sum(many for factor, many in factors if _varies(factor.degrees(), varying)) > 1


def _varies(degrees: tuple[int, ...], varying: list[bool]) -> bool:
    return any(degree and varies for degree, varies in zip(degrees, varying, strict=True))
