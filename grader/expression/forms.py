"""The forms that a problem may ask an answer to be in: what a student wrote, looked at as it is written.

A form is a row of `FORMS`; its `holds` takes a tree and gives "" where the tree has the form, and else a sentence that
says what is to be done. Forms look through sums, products, ratios and powers and leave the rest alone: inside `exp(…)`
or a root anything may stand. That two formulas have the same value is no concern of this module.

To add a form, add its row. Polynomials are factored by FLINT.

>>> from grader.expression import Name
>>> x = Name("x")
>>> FORMS["expanded"].holds(2 * (x + 1) - x)
'multiply 2·(x + 1) out'
>>> FORMS["factored"].holds(3 * (x**2 - 1))
'x² − 1 factors further'
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeGuard

from grader.expression.polynomials import FormError, Monomial, Unknowns, called, number, polynomial, splits
from grader.expression.readings import plain_of
from grader.expression.slopes import upward
from grader.expression.tree import Apply, Expression, Number

__all__ = ["FORMS", "Form", "FormError"]

LONGEST = 60  # characters of a formula in a sentence
DEEPEST = 150  # nodes inside each other, of a formula whose form is told
MOST_NODES = 5000  # in one

TEN = Number(Fraction(10))

Lacking = Callable[[Expression], Iterator[str]]


@dataclass(frozen=True)
class Form:
    """A form by name, what it asks for in words, and the sentences about what a tree lacks of it."""

    name: str
    asks: str
    lacking: Lacking

    def holds(self, tree: Expression) -> str:
        """No text where a tree has the form, else a sentence on what has not; `FormError` where it is too large."""
        _affordable(tree)
        return next(self.lacking(tree), "")


FORMS: dict[str, Form] = {}
"""Every form by name."""


def form(name: str, asks: str) -> Callable[[Lacking], Lacking]:
    """Add a row to the table."""

    def add(lacking: Lacking) -> Lacking:
        FORMS[name] = Form(name, asks, lacking)
        return lacking

    return add


# The forms.


@form("expanded", "Multiply out and collect like terms.")
def unexpanded(tree: Expression) -> Iterator[str]:
    """Products and whole powers of sums, and like terms; a ratio may keep a sum above and anything below."""
    for node in skeleton(tree):
        if product_of_sum(node):
            yield f"multiply {shown(node)} out"
        if signed_sum(node):
            yield f"multiply {shown(-node.operands[-1])} out"
    for whole in (tree, *(node.operands[0] for node in skeleton(tree) if called(node, "divide"))):
        yield from like_terms(whole)


@form("factored", "Write a product whose factors cannot be factored further.")
def unfactored(tree: Expression) -> Iterator[str]:
    """Factors that are polynomials over the rationals and have more than one factor, numbers aside."""
    return (f"{shown(factor)} factors further" for factor in factors(tree) if is_sum(factor) and splits(factor))


@form("single fraction", "Write one fraction, with no fraction inside it.")
def unjoined(tree: Expression) -> Iterator[str]:
    """Fractions beside or inside the one that spans the whole; a sign may stand before it."""
    whole = unsigned(tree)
    if called(whole, "divide"):
        inside = (part for part in whole.operands if any(map(is_fraction, skeleton(part))))
        return (f"write {shown(part)} without a fraction in it" for part in inside)
    return (f"write {shown(tree)} over one denominator" for node in skeleton(tree) if is_fraction(node))


@form("no negative exponents", "Write ratios instead of negative exponents.")
def inverted(tree: Expression) -> Iterator[str]:
    """Powers with a negative number as their exponent, wherever they stand; the inverse of a matrix is none."""
    if negative_power(tree):
        yield f"write {shown(tree)} without a negative exponent"
    for operand in tree.operands if isinstance(tree, Apply) else ():
        yield from inverted(operand)


@form("numeric", "Write one number, worked out.")
def unworked(tree: Expression) -> Iterator[str]:
    """Anything but a number and its sign; 1.5·10³ is one number."""
    if not isinstance(unsigned(tree), Number) and not scientific(unsigned(tree)):
        yield f"work {shown(tree)} out"


@form("simplified fraction", "Write a ratio of whole numbers in lowest terms.")
def unsimplified(tree: Expression) -> Iterator[str]:
    """Anything but a whole number, or a ratio of two that have no common factor."""
    whole = unsigned(tree)
    parts = [unsigned(part) for part in (whole.operands if called(whole, "divide") else (whole,))]
    values = [part.value for part in parts if isinstance(part, Number) and part.value.denominator == 1]
    if len(values) < len(parts) or 0 in values[1:]:
        yield f"write {shown(tree)} as a ratio of whole numbers"
    elif len(values) == 2 and (math.gcd(*map(int, values)) > 1 or abs(values[1]) == 1):
        yield f"{shown(tree)} can be shortened"


# Looking at a tree.


def unsigned(tree: Expression) -> Expression:
    """What stands behind the signs."""
    while called(tree, "negative"):
        (tree,) = tree.operands
    return tree


def skeleton(tree: Expression) -> Iterator[Expression]:
    """A tree and what stands in its sums, products, numerators and bases of powers."""
    yield tree
    if called(tree, "plus", "minus", "times", "negative"):
        for operand in tree.operands:
            yield from skeleton(operand)
    elif called(tree, "divide", "power"):
        yield from skeleton(unsigned(tree.operands[0]))


def is_sum(tree: Expression) -> bool:
    """Whether a tree is a sum, perhaps with a sign or over a denominator."""
    while called(tree, "negative", "divide"):
        tree = tree.operands[0]
    return called(tree, "plus", "minus")


def product_of_sum(tree: Expression) -> bool:
    if called(tree, "power"):
        exponent = number(tree.operands[1])
        return exponent is not None and exponent.denominator == 1 and exponent > 1 and is_sum(tree.operands[0])
    return called(tree, "times") and any(map(is_sum, tree.operands))


def signed_sum(tree: Expression) -> TypeGuard[Apply]:
    """Whether a bracket stands behind a minus."""
    return called(tree, "minus", "negative") and called(unsigned(tree.operands[-1]), "plus", "minus")


def scientific(tree: Expression) -> bool:
    """Whether a tree is a number times a whole power of ten."""
    if not called(tree, "times") or not isinstance(tree.operands[0], Number):
        return False
    power = tree.operands[1]
    exponent = number(power.operands[1]) if called(power, "power") and power.operands[0] == TEN else None
    return exponent is not None and exponent.denominator == 1


def negative_power(tree: Expression) -> bool:
    if not isinstance(tree, Apply) or tree.operation.name != "power":
        return False
    exponent = number(tree.operands[1])
    return exponent is not None and exponent < 0


def is_fraction(tree: Expression) -> bool:
    return called(tree, "divide") or negative_power(tree)


def factors(tree: Expression) -> Iterator[Expression]:
    """What is multiplied in a tree, above and below; of a power the base."""
    if called(tree, "times", "divide"):
        for operand in tree.operands:
            yield from factors(operand)
    elif called(tree, "negative") or (called(tree, "power") and number(tree.operands[1]) is not None):
        yield from factors(tree.operands[0])
    else:
        yield tree


def summands(tree: Expression) -> Iterator[Expression]:
    if called(tree, "plus", "minus", "negative"):
        for operand in tree.operands:
            yield from summands(operand)
    else:
        yield tree


def like_terms(tree: Expression) -> Iterator[str]:
    """Terms of a sum that differ in their number only."""
    unknowns: Unknowns = {}
    seen: dict[Monomial, Expression] = {}
    for term in summands(tree):
        for monomial in polynomial(term, unknowns):
            if monomial in seen:
                yield f"collect {shown(seen[monomial])} and {shown(term)}"
            seen[monomial] = term


def shown(tree: Expression) -> str:
    text = plain_of(tree)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _affordable(tree: Expression) -> None:
    extents: dict[int, tuple[int, int]] = {}
    for node in upward(tree):
        parts = [extents[id(operand)] for operand in getattr(node, "operands", ())]
        nodes, depth = 1 + sum(part[0] for part in parts), 1 + max((part[1] for part in parts), default=0)
        if nodes > MOST_NODES or depth > DEEPEST:
            raise FormError("the formula is too large for its form to be told")
        extents[id(node)] = nodes, depth
