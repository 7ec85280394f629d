"""Sums and products as mathematicians write them with vectors and matrices.

The tree works entry by entry and knows no rows; on paper a transposed vector is a row, two factors side by side are a
matrix product, and I and 1 (ones) have whatever size fits. Here are the few values that carry this until they meet
something with a shape, and what sums, products and powers do with them.

>>> from grader.expression import Name
>>> x, y = Name("x", (3,)), Name("y", (3,))
>>> times(transposed(x), y), times(x, transposed(y)).shape
(matmul(x, y), (3, 3))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader import expression as op
from grader.errors import ShapeError, UnreadableError
from grader.expression.slopes import upward
from grader.expression.tree import OPERATIONS, Apply, Expression, Index, Number, as_expression, by

ONE = as_expression(1)


@dataclass(frozen=True, slots=True)
class Row:
    """A vector that lies: the transpose of a column."""

    vector: Expression


@dataclass(frozen=True, slots=True)
class Eye:
    """A number times the identity of whatever size fits."""

    factor: Expression = ONE


@dataclass(frozen=True, slots=True)
class Ones:
    """A number times the vector of ones of whatever length fits, as a column or a row."""

    factor: Expression = ONE
    lies: bool = False


Value = Expression | Row | Eye | Ones
Pair = Callable[[Expression, Expression], Expression]


def shown(value: Value) -> str:
    """A value's shape in words."""
    match value:
        case Row(vector):
            return f"a row of {by(vector.shape)}"
        case Eye():
            return "a multiple of I"
        case Ones():
            return "a vector of ones"
    assert isinstance(value, Expression)
    words = ("a number", f"a column of {by(value.shape)}", f"a {by(value.shape)} matrix")
    return words[min(len(value.shape), 2)]


def whole(value: Value) -> Expression:
    """A value that must have a shape by itself: a row as the vector that it is."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, Row):
        return value.vector
    raise UnreadableError(f"nothing says how large {'I' if isinstance(value, Eye) else 'the vector of ones'} is")


def plus(a: Value, b: Value, join: Pair) -> Value:
    """A sum, or whatever else works entry by entry (`join`)."""
    if isinstance(a, Expression) and isinstance(b, Expression):
        if a.shape == b.shape or not a.shape or not b.shape:
            return join(a, b)
        raise ShapeError(f"{shown(a)} and {shown(b)} do not fit together")
    if isinstance(a, Eye) and isinstance(b, Eye):
        return Eye(join(a.factor, b.factor))
    if isinstance(a, Eye):
        return join(sized(a, b), whole(b))
    if isinstance(b, Eye):
        return join(whole(a), sized(b, a))
    if isinstance(a, Ones) and isinstance(b, Ones) and a.lies == b.lies:
        return Ones(join(a.factor, b.factor), a.lies)
    if lies(a) != lies(b) and scalar(a) == scalar(b):
        if not any(isinstance(each, Row) and holds_row(each.vector) for each in (a, b)):
            raise ShapeError(f"{shown(a)} and {shown(b)} do not fit together")
        return join(whole(a), whole(b))
    joined = join(*(each.factor if isinstance(each, Ones) else whole(each) for each in (a, b)))
    return Row(joined) if lies(a) or lies(b) else joined


def lies(value: Value) -> bool:
    return isinstance(value, Row) or (isinstance(value, Ones) and value.lies)


def lengthy(value: Value) -> bool:
    """Whether a value has entries."""
    return bool(getattr(value, "shape", ())) or isinstance(value, Row)


def scalar(value: Value) -> bool:
    return isinstance(value, Expression) and not value.shape


def sized(eye: Eye, beside: Value) -> Expression:
    """A multiple of the identity as a matrix of the size of what stands beside it."""
    if not isinstance(beside, Expression) or len(beside.shape) != 2 or beside.shape[0] != beside.shape[1]:
        raise ShapeError(f"I is a square matrix and does not fit beside {shown(beside)}")
    return scaled(eye.factor, op.identity(n=beside.shape[0]))


def scaled(factor: Expression, value: Expression) -> Expression:
    return value if factor == ONE else op.times(factor, value)


def times(a: Value, b: Value, dotted: bool = False) -> Value:
    """The matrix product; of two columns the product entry by entry or, if `dotted`, the dot product."""
    if isinstance(a, Expression) and isinstance(b, Expression):
        return _times(a, b, dotted)
    for one, other, first in ((a, b, True), (b, a, False)):
        if isinstance(one, Eye):
            return _with_eye(one, other, first)
    if isinstance(a, Ones) or isinstance(b, Ones):
        return _with_ones(a, b)
    return _with_row(a, b)


def _times(a: Expression, b: Expression, dotted: bool) -> Expression:
    if not a.shape or not b.shape:
        return op.times(a, b)
    if len(a.shape) == len(b.shape) == 1:
        if a.shape != b.shape:
            raise ShapeError(f"{shown(a)} times {shown(b)}")
        return op.matmul(a, b) if dotted or (is_row(a) and not is_row(b)) else op.times(a, b)
    if len(a.shape) == 1:
        raise ShapeError(f"{shown(a)} times {shown(b)}: a column stands on the right of a matrix")
    return op.matmul(a, b)


def holds_row(tree: Expression) -> bool:
    """Whether X_i, a row of a matrix, stands in a tree: its transpose may be meant as a column."""
    return any(is_row(node) and len(node.shape) == 1 for node in upward(tree))


def is_row(vector: Expression) -> bool:
    """Whether a vector is X_i, a row of a matrix: beside a column it makes a dot product."""
    return isinstance(vector, Apply) and vector.operation.name == "item"


def _with_eye(eye: Eye, other: Value, first: bool) -> Value:
    if isinstance(other, Eye):
        return Eye(op.times(eye.factor, other.factor))
    if scalar(other):
        factors = (eye.factor, whole(other)) if first else (whole(other), eye.factor)
        return Eye(factors[0] if factors[1] == ONE else factors[1] if factors[0] == ONE else op.times(*factors))
    if isinstance(other, Ones):
        return Ones(op.times(eye.factor, other.factor), other.lies)
    if isinstance(other, Row):
        return Row(scaled(eye.factor, other.vector))
    assert isinstance(other, Expression)
    return scaled(eye.factor, other)


def _with_ones(a: Value, b: Value) -> Value:
    if scalar(a) and isinstance(b, Ones):
        return Ones(op.times(whole(a), b.factor), b.lies)
    if isinstance(a, Ones) and scalar(b):
        return Ones(op.times(a.factor, whole(b)), a.lies)
    if isinstance(a, Ones) and isinstance(b, Expression) and a.lies:
        if len(b.shape) == 1:
            return scaled(a.factor, op.total(b))
        return Row(scaled(a.factor, op.total(b, axis=0)))
    if isinstance(b, Ones) and not b.lies and isinstance(a, Row):
        return scaled(b.factor, op.total(a.vector))
    if isinstance(b, Ones) and not b.lies and isinstance(a, Expression) and len(a.shape) == 2:
        return scaled(b.factor, op.total(a, axis=1))
    raise UnreadableError(f"nothing says how large {shown(a)} times {shown(b)} is")


def _with_row(a: Value, b: Value) -> Value:
    x, y = whole(a), whole(b)
    if not x.shape or not y.shape:
        return Row(op.times(x, y))
    if isinstance(a, Row) and isinstance(b, Row):
        raise ShapeError(f"{shown(a)} times {shown(b)}")
    if isinstance(b, Row):
        if len(x.shape) == 1:
            return op.outer(x, y)
        raise ShapeError(f"{shown(a)} times {shown(b)}: a row stands on the left of a matrix")
    product = op.matmul(x, y)
    return Row(product) if product.shape else product


def divided(a: Value, b: Value) -> Value:
    """A quotient: by a number, or entry by entry."""
    if isinstance(a, Eye) and scalar(b):
        return Eye(op.divide(a.factor, whole(b)))
    if isinstance(b, Expression) and len(b.shape) == 2 and not isinstance(a, Eye) and whole(a).shape != b.shape:
        raise ShapeError(f"{shown(a)} divided by a matrix: write the inverse")
    return plus(a, b, op.divide)


def raised(base: Value, exponent: Value, entrywise: bool) -> Value:
    """A power: of a square matrix a product of it with itself, else entry by entry."""
    if isinstance(base, Eye):
        return Eye(op.power(base.factor, whole(exponent)))
    power = whole(exponent)
    inside = whole(base)
    if len(inside.shape) != 2 or entrywise:
        result = op.power(inside, power)
        return Row(result) if isinstance(base, Row) else result
    if not isinstance(power, Number) or power.value.denominator != 1 or not 1 <= abs(power.value) <= 12:
        raise ShapeError(f"a power of {shown(base)} takes a whole number up to 12 as its exponent")
    if inside.shape[0] != inside.shape[1]:
        raise ShapeError(f"a power of {shown(base)}: only a square matrix has one")
    factor = inverse(inside) if power.value < 0 else inside
    product: Expression = factor
    for _ in range(abs(int(power.value)) - 1):
        product = op.matmul(product, factor)
    return product


def inverse(matrix: Expression) -> Expression:
    if len(matrix.shape) != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ShapeError(f"an inverse of {shown(matrix)}: only a square matrix has one")
    return OPERATIONS["inverse"](matrix)


def transposed(value: Value) -> Value:
    match value:
        case Row(vector):
            return vector
        case Eye():
            return value
        case Ones(factor, lies):
            return Ones(factor, not lies)
    assert isinstance(value, Expression)
    return Row(value) if len(value.shape) == 1 else value if not value.shape else op.transpose(value)


def mapped(function: Callable[[Expression], Expression], value: Value) -> Value:
    """A function entry by entry, which leaves a row a row."""
    if isinstance(value, Ones):
        return Ones(function(value.factor), value.lies)
    result = function(whole(value))
    return Row(result) if isinstance(value, Row) and len(result.shape) == 1 else result


def entry(
    value: Value, positions: Callable[[Expression, tuple[str, ...]], Index], marks: tuple[str, ...]
) -> Expression:
    """The entry that subscripts behind a bracket point at."""
    tensor = whole(value)
    if not tensor.shape:
        raise UnreadableError("a single number has no entries")
    return op.item(tensor, index=positions(tensor, marks))


def paired(one: Value, other: Value) -> tuple[Expression, Expression]:
    """The two sides of an equation as trees of one shape: I takes its size from the other side, and so does 0.

    Raises `ShapeError` where one lies and the other stands.
    """
    if isinstance(one, Eye) or isinstance(other, Eye):
        first = sized(one, other) if isinstance(one, Eye) else whole(one)
        return first, sized(other, one) if isinstance(other, Eye) else whole(other)
    if lies(one) != lies(other) and scalar(one) == scalar(other):
        raise ShapeError(f"{shown(one)} cannot equal {shown(other)}")
    trees = [each.factor if isinstance(each, Ones) else whole(each) for each in (one, other)]
    zero = as_expression(0)
    for k, (tree, beside) in enumerate(zip(trees, reversed(trees), strict=True)):
        if beside.shape and (tree == zero or isinstance((one, other)[k], Ones)):
            trees[k] = op.times(tree, op.plus(op.times(0, beside), 1))
    return trees[0], trees[1]
