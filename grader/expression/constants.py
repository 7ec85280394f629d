"""Trees of numbers as the numbers that they come to: exponents, bounds of sums, degrees of roots.

>>> from grader.expression.tree import as_expression
>>> folded(1 - as_expression(4) / 2)
-1
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction

from grader.expression.slopes import upward
from grader.expression.tree import Apply, Expression, Number

MOST_BITS = 2000  # of a number that arithmetic comes to


_ARITHMETIC: dict[str, Callable[..., Fraction]] = {
    "plus": operator.add, "minus": operator.sub, "times": operator.mul, "negative": operator.neg,
    "divide": operator.truediv,
}  # fmt: skip


def folded(tree: Expression) -> Expression:
    """A tree of numbers and simple arithmetic as the number that it comes to; any other as it is."""
    done: dict[int, Fraction | None] = {}
    for node in upward(tree):
        done[id(node)] = _arithmetic(node, done)
    value = done[id(tree)]
    return tree if value is None else Number(value)


def _arithmetic(node: Expression, done: Mapping[int, Fraction | None]) -> Fraction | None:
    if isinstance(node, Number):
        return node.value
    if not isinstance(node, Apply) or node.operation.name not in _ARITHMETIC:
        return None
    numbers = [value for operand in node.operands if (value := done[id(operand)]) is not None]
    if len(numbers) < len(node.operands) or (node.operation.name == "divide" and not numbers[1]):
        return None
    value = _ARITHMETIC[node.operation.name](*numbers)
    return value if value.numerator.bit_length() + value.denominator.bit_length() <= MOST_BITS else None


def constant(tree: Expression) -> int | None:
    """The whole number that a tree comes to; None where it is none."""
    number = folded(tree)
    return int(number.value) if isinstance(number, Number) and number.value.denominator == 1 else None
