"""A bound on the degree of a rational tree: of numerator and denominator together, as polynomials in its names."""

from __future__ import annotations

import math

from grader.expression.tree import Apply, Expression, Leaf, Name, Number, fold

Degrees = tuple[int, int]
"""Of a numerator and a denominator that all entries share."""

LARGEST = 10**15


def degree(tree: Expression) -> int:
    """The bound; it is loose for tensors, whose entries are brought to one denominator.

    >>> x = Name("x")
    >>> degree((x + 1) ** 3 / x)
    4
    """
    return sum(fold(tree, leaf, node))


def leaf(tree: Leaf) -> Degrees:
    return (1, 0) if isinstance(tree, Name) else (0, 0)


def node(apply: Apply, *operands: Degrees) -> Degrees:
    result = RULES.get(apply.operation.name, joined)(apply, *operands)
    return min(result[0], LARGEST), min(result[1], LARGEST)


def joined(apply: Apply, *operands: Degrees) -> Degrees:
    """Sums, and whatever puts entries together: everything over the product of the denominators."""
    below = sum(b for _, b in operands)
    return max((a + below - b for a, b in operands), default=0), below


def summed(apply: Apply, operand: Degrees, *more: Degrees) -> Degrees:
    return operand


def multiplied(apply: Apply, *operands: Degrees) -> Degrees:
    return sum(a for a, _ in operands), sum(b for _, b in operands)


def divided(apply: Apply, a: Degrees, b: Degrees) -> Degrees:
    entries = max(1, math.prod(apply.operands[1].shape))
    return a[0] + b[1] + (entries - 1) * b[0], a[1] + entries * b[0]


def powered(apply: Apply, base: Degrees, exponent: Degrees) -> Degrees:
    number = apply.operands[1]
    times = abs(int(number.value)) if isinstance(number, Number) else LARGEST
    a, b = base
    negative = isinstance(number, Number) and number.value < 0
    entries = max(1, math.prod(apply.shape)) if negative else 1
    return (times * b + times * (entries - 1) * a, times * entries * a) if negative else (times * a, times * b)


def solved(apply: Apply, A: Degrees, b: Degrees = (0, 0)) -> Degrees:
    """By Cramer's rule: each entry is a minor over the determinant, both over the powers of A's denominator."""
    n = apply.operands[0].shape[0]
    return n * (A[0] + A[1]) + b[0] + A[1], n * A[0] + n * A[1] + b[1]


def determinant(apply: Apply, A: Degrees) -> Degrees:
    n = apply.operands[0].shape[0]
    return n * A[0], n * A[1]


RULES = {
    "times": multiplied, "matmul": multiplied, "outer": multiplied, "cross": multiplied, "divide": divided,
    "power": powered, "solve": solved, "inverse": solved, "determinant": determinant, "negative": summed,
    "transpose": summed, "sum": summed, "mean": summed, "item": summed, "ravel": summed, "diagonal": summed,
    "trace": summed,
}  # fmt: skip
