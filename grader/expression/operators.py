"""What signs between and behind factors do with the values beside them: a row each."""

from __future__ import annotations

from collections.abc import Callable

from grader import expression as op
from grader.errors import UnreadableError
from grader.expression import algebra
from grader.expression.algebra import Value
from grader.expression.tree import OPERATIONS, Expression, as_expression


def norm_squared(base: Value) -> Expression | None:
    """The square of a root of a sum of squares, which is that sum; None for anything else."""
    inside = getattr(base, "operands", (None,))[0]
    squares = getattr(base, "operation", None) is OPERATIONS["sqrt"] and getattr(inside, "operation", None)
    return inside if squares is OPERATIONS["sum"] else None


def stiff(*values: Value) -> bool:
    """Whether all have shapes of their own."""
    return not any(isinstance(value, algebra.Eye | algebra.Ones) for value in values)


def joined(a: Value, b: Value, join: Callable[..., Expression], numpy: bool) -> Value:
    """Two values entry by entry; NumPy stretches what has fewer axes."""
    return join(algebra.whole(a), algebra.whole(b)) if numpy and stiff(a, b) else algebra.plus(a, b, join)


def _starred(a: Value, b: Value, numpy: bool) -> Value:
    return joined(a, b, op.times, numpy) if numpy else algebra.times(a, b)


def _dotted(a: Value, b: Value, numpy: bool) -> Value:
    return algebra.times(a, b, dotted=True)


def _at(a: Value, b: Value, numpy: bool) -> Value:
    if isinstance(a, Expression) and isinstance(b, Expression):
        return op.matmul(a, b)
    return algebra.times(a, b, dotted=True)


def _crossed(a: Value, b: Value, numpy: bool) -> Value:
    if isinstance(a, Expression) and isinstance(b, Expression) and a.shape == b.shape == (3,):
        return op.cross(a, b)
    return _starred(a, b, numpy)


def _divided(a: Value, b: Value, numpy: bool) -> Value:
    return joined(a, b, op.divide, numpy) if numpy else algebra.divided(a, b)


def _primed(value: Value) -> Value:
    if isinstance(value, Expression) and not value.shape:
        raise UnreadableError("a prime behind a number: write the derivative as d/dx")
    return algebra.transposed(value)


PRODUCTS: dict[str, Callable[[Value, Value, bool], Value]] = {
    "*": _starred, "·": _dotted, "×": _crossed, "@": _at, "/": _divided,
}  # fmt: skip
"""Signs between factors."""

POSTFIX: dict[str, Callable[[Value], Value]] = {
    "'": _primed,
    "⊤": algebra.transposed,
    "!": lambda a: OPERATIONS["factorial"](algebra.whole(a)),
    "%": lambda a: algebra.divided(a, as_expression(100)),
    "_": lambda a: a,
    "[": lambda a: a,
}
"""Signs behind a factor; those before an index are read with it."""

COMPARISONS: dict[str, Callable[[Expression, Expression], Expression]] = {
    "<": lambda a, b: op.less(a, b), ">": lambda a, b: op.less(b, a), "≤": lambda a, b: op.minus(1, op.less(b, a)),
    "≥": lambda a, b: op.minus(1, op.less(a, b)), "=": lambda a, b: op.equal(a, b),
    "≠": lambda a, b: op.minus(1, op.equal(a, b)),
}  # fmt: skip
"""Comparisons, each 1 or 0."""

HINTS = {
    "±": "write one of the two values", "…": "write every term, or a sum with Σ", ",": "decimals stand behind a point",
    "∈": "write the value alone", ":": "write / for a ratio", "&": "matrices stand in \\begin{bmatrix}",
}  # fmt: skip
"""Signs that nothing is read from, and what to write instead."""
