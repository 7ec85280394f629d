"""SymPy's scalar expressions as trees, so that what SymPy derives is printed, evaluated and followed like the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce

from grader import expression as op
from grader.expression.exact import Exact
from grader.expression.tree import Expression, Number
from grader.lazy import sympy

FUNCTIONS: dict[str, Callable[..., Expression]] = {
    "exp": op.exp, "log": op.log, "sin": op.sin, "cos": op.cos, "tanh": op.tanh, "Abs": op.absolute, "sign": op.sign,
    "Max": op.maximum, "Min": op.minimum, "floor": op.floor, "ceiling": op.ceiling, "acos": op.arccos,
}  # fmt: skip


def from_sympy(value: Exact, names: Mapping[str, Expression]) -> Expression:
    """The tree of a SymPy expression whose symbols are called as `names` are.

    Raises `KeyError` with the name of a function or symbol that it does not know.

    >>> from grader.expression import Name, plain_of
    >>> x = sympy.Symbol("x")
    >>> plain_of(from_sympy(sympy.diff(x**3 - x / 2 + sympy.exp(-x), x), {"x": Name("x")}))
    '3·x² − 0.5 − e^(−x)'
    """
    if value.is_Rational:
        return Number(Fraction(int(value.p), int(value.q)))
    if value.is_Symbol:
        return names[value.name]
    if value is sympy.E:
        return op.exp(1)
    arguments = list(value.args)
    if value.is_Add:
        return sum_of(value.as_ordered_terms(), names)
    if value.is_Mul:
        return product_of(value, names)
    if value.is_Pow and value.exp == sympy.Rational(1, 2):
        return op.sqrt(from_sympy(value.base, names))
    if isinstance(value, sympy.exp):
        return op.exp(from_sympy(value.args[0], names))
    if value.is_Pow and value.exp.could_extract_minus_sign():
        return 1 / from_sympy(1 / value, names)
    if value.is_Pow:
        return from_sympy(value.base, names) ** from_sympy(value.exp, names)
    return FUNCTIONS[type(value).__name__](*(from_sympy(argument, names) for argument in arguments))


def sum_of(terms: list[Exact], names: Mapping[str, Expression]) -> Expression:
    """Terms added and taken away from left to right, the first that is not taken away first."""
    positive = [term for term in terms if not term.could_extract_minus_sign()]
    ordered = positive[:1] + [term for term in terms if term not in positive[:1]]

    def join(tree: Expression, term: Exact) -> Expression:
        if term.could_extract_minus_sign():
            return tree - from_sympy(-term, names)
        return tree + from_sympy(term, names)

    return reduce(join, ordered[1:], from_sympy(ordered[0], names))


def product_of(value: Exact, names: Mapping[str, Expression]) -> Expression:
    """A sign, a numerator and a denominator."""
    if value.could_extract_minus_sign():
        return -from_sympy(-value, names)
    numerator, denominator = sympy.fraction(value, exact=True)
    if denominator != 1:
        return from_sympy(numerator, names) / from_sympy(denominator, names)
    factors = [from_sympy(factor, names) for factor in value.as_ordered_factors()]
    return reduce(lambda a, b: a * b, factors)
