"""The rules of differentiation: one row an operation, from a node and the slopes of its operands to its own slope.

`None` stands for a slope of zero, so that what does not vary leaves no trace. An operation of one operand that works
entry by entry is a row of `DERIVATIVES`, and the chain rule does the rest; all others are rows of `SLOPES`. What jumps
or bends in places (abs, ReLU, max, floor) has the slope that it has beside them.

To give an operation a derivative, add its row. Sources: Griewank & Walther, Evaluating Derivatives (2nd ed., 2008),
chapter 3; Petersen & Pedersen, The Matrix Cookbook (2012), section 2, for inverse, determinant and solve.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from grader import expression as op
from grader.errors import GraderError
from grader.expression.tree import OPERATIONS, Apply, Expression, Index, Number, Shape
from grader.expression.tree import by as written

LARGEST = 20_000  # nodes of a derivative, as a reading meets them
ZERO, ONE = Number(Fraction(0)), Number(Fraction(1))

Slope = Expression | None
"""A tree of its operand's shape, or None for zero."""
Rule = Callable[..., Slope]
"""A node and the slopes of its operands, not all of them None, to the node's slope."""


class SlopeError(GraderError):
    """A derivative that cannot be written down here."""


# Trees of numbers.


def filled(found: Slope, shape: Shape) -> Expression:
    """A slope as a tree: zeros of `shape` where it is zero."""
    return zeros(shape) if found is None else found


def zeros(shape: Shape) -> Expression:
    return _full(ZERO, shape)


def unit(shape: Shape, index: Index) -> Expression:
    """1 at `index` and 0 elsewhere: the slope of a name by its own entry."""
    if not shape:
        return ONE
    if len(shape) == 2:
        return op.outer(*(unit((length,), (i,)) for length, i in zip(shape, index, strict=True)))
    beside = zeros(shape[1:])
    _affordable(shape)
    return op.stack(*(unit(shape[1:], index[1:]) if i == index[0] else beside for i in range(shape[0])))


def stacked(shape: Shape, at: Callable[[Index], Expression], index: Index = ()) -> Expression:
    """The tensor whose entry at each index is `at(index)`."""
    if not shape:
        return at(index)
    return op.stack(*(stacked(shape[1:], at, (*index, i)) for i in range(shape[0])))


def _full(number: Number, shape: Shape) -> Expression:
    _affordable(shape)
    return stacked(shape, lambda index: number)


def _affordable(shape: Shape) -> None:
    if math.prod(shape) > LARGEST:
        raise SlopeError(f"a derivative of {written(shape)} entries is too large to be written down")


def fitted(found: Slope, shape: Shape) -> Slope:
    """A slope in the shape that broadcasting gives: of `a + M` by a number `a` it is a matrix of ones."""
    if found is None or found.shape == shape:
        return found
    return _full(found, shape) if isinstance(found, Number) else op.plus(found, zeros(shape))


# Sums and products that leave out what 0, 1 and a sign make needless.


def added(a: Slope, b: Slope) -> Slope:
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, Number) and isinstance(b, Number):
        return _number(a.value + b.value)
    taken = _unsigned(b)
    return op.plus(a, b) if taken is None else op.minus(a, taken)


def negated(a: Slope) -> Slope:
    if a is None:
        return None
    if isinstance(a, Number):
        return _number(-a.value)
    inner = _unsigned(a)
    return op.negative(a) if inner is None else inner


def product(a: Slope, b: Slope) -> Slope:
    if a is None or b is None:
        return None
    for factor, other in ((a, b), (b, a)):
        if isinstance(factor, Number) and isinstance(other, Number):
            return _number(factor.value * other.value)
        if isinstance(factor, Number) and abs(factor.value) <= 1 and factor.value.denominator == 1:
            return {1: other, -1: negated(other), 0: None}[int(factor.value)]
        inner = _unsigned(factor)
        if inner is not None:
            return negated(product(inner, b) if factor is a else product(a, inner))
    return op.times(a, b)


def quotient(a: Slope, b: Expression) -> Slope:
    if a is None or b == ONE:
        return a
    inner = _unsigned(a)
    return op.divide(a, b) if inner is None else op.negative(op.divide(inner, b))


def _number(value: Fraction) -> Slope:
    return Number(value) if value else None


def _unsigned(a: Expression) -> Expression | None:
    """What stands behind a leading minus; None where there is none."""
    return a.operands[0] if isinstance(a, Apply) and a.operation is op.negative else None


def _constant(tree: Expression) -> Fraction | None:
    """The number that an exponent of −1 or 1/2 is; None where it is none."""
    match tree:
        case Number(value):
            return value
        case Apply(op.negative, (inner,)):
            number = _constant(inner)
            return None if number is None else -number
        case Apply(op.divide, (Number(value), Number(below))) if below:
            return value / below
    return None


# The rules.


def linear(node: Apply, *slopes: Slope) -> Slope:
    """An operation that is linear in all its operands together: it works on slopes as it does on values."""
    operands = (filled(found, operand.shape) for found, operand in zip(slopes, node.operands, strict=True))
    return node.operation(*operands, **dict(node.options))


def bilinear(node: Apply, da: Slope, db: Slope) -> Slope:
    """An operation that is linear in each of two operands: the rule of the product."""
    (a, b), options = node.operands, dict(node.options)
    return added(
        None if da is None else node.operation(da, b, **options),
        None if db is None else node.operation(a, db, **options),
    )


def flat(node: Apply, *slopes: Slope) -> Slope:
    """What has steps and is level between them."""
    return None


def quotient_rule(node: Apply, da: Slope, db: Slope) -> Slope:
    a, b = node.operands
    if db is None:
        return quotient(da, b)
    return quotient(added(product(da, b), negated(product(a, db))), b**2)


def power_rule(node: Apply, da: Slope, db: Slope) -> Slope:
    a, b = node.operands
    number = _constant(b)
    below = a ** (b - 1) if number is None else a if number == 2 else a ** Number(number - 1)
    factor = b if number is None else _number(number)
    slope_of_base = product(da, factor) if number == 1 else product(product(factor, below), da)
    logarithm = a.operands[0] if isinstance(a, Apply) and a.operation is op.exp else op.log(a)
    return added(slope_of_base, product(product(node, logarithm), db))


def xlogy_rule(node: Apply, da: Slope, db: Slope) -> Slope:
    a, b = node.operands
    return added(product(da, op.log(b)), product(quotient(a, b), db))


def choice(condition: Expression, then: Slope, otherwise: Slope) -> Slope:
    if then is None and otherwise is None:
        return None
    return op.where(condition, ZERO if then is None else then, ZERO if otherwise is None else otherwise)


def extreme_rule(position: str) -> Rule:
    """The slope of the entry that is the largest, or the smallest; of equals the first."""

    def rule(node: Apply, dz: Expression) -> Slope:
        z, axis = node.operands[0], dict(node.options).get("axis")
        if axis is None and len(z.shape) != 1:
            z, dz = op.ravel(z), op.ravel(dz)
        axis, last = axis or 0, len(z.shape) - 1
        if 0 < axis < last:
            raise SlopeError(f"the derivative of '{node.operation.name}' along a middle axis is not known here")
        places = op.stack(*(Number(Fraction(i + 1)) for i in range(z.shape[axis])))
        best = OPERATIONS[position](z, axis=axis)
        if last:
            best, places = (op.expand(best, 1), places) if axis == last else (best, op.expand(places, last))
        return op.total(op.where(op.equal(best, places), dz, 0), axis=axis)

    return rule


def solve_rule(node: Apply, dA: Slope, db: Slope) -> Slope:
    A, _ = node.operands
    right = added(db, None if dA is None else op.negative(dA @ node))
    return None if right is None else op.solve(A, right)


def softmax_rule(node: Apply, dz: Expression) -> Slope:
    weighted, last = node * dz, len(node.shape) - 1
    mean = op.expand(op.total(weighted, axis=last), 1) if last else op.total(weighted)
    return node * (dz - mean)


def pool_rule(node: Apply, dX: Expression) -> Slope:
    if dict(node.options)["mode"] == "max":
        raise SlopeError("the derivative of max pooling is not known here")
    return linear(node, dX)


def entry_of(tree: Expression, index: Index) -> Slope:
    """An entry of a slope, taken at once where the slope is written out."""
    if not index:
        return None if tree == ZERO else tree
    match tree:
        case Apply(op.stack, operands):
            return entry_of(operands[index[0]], index[1:])
        case Apply(op.outer, (a, b)):
            return product(entry_of(a, index[:1]), entry_of(b, index[1:]))
    return op.item(tree, index=index)


DERIVATIVES: dict[str, Callable[[Expression, Expression], Expression]] = {
    "exp": lambda z, y: y,
    "log": lambda z, y: 1 / z,
    "sqrt": lambda z, y: 1 / (2 * y),
    "abs": lambda z, y: op.sign(z),
    "sin": lambda z, y: op.cos(z),
    "cos": lambda z, y: -op.sin(z),
    "tan": lambda z, y: 1 + y**2,
    "arcsin": lambda z, y: 1 / op.sqrt(1 - z**2),
    "arccos": lambda z, y: -(1 / op.sqrt(1 - z**2)),
    "arctan": lambda z, y: 1 / (1 + z**2),
    "sinh": lambda z, y: OPERATIONS["cosh"](z),
    "cosh": lambda z, y: OPERATIONS["sinh"](z),
    "tanh": lambda z, y: 1 - y**2,
    "sigmoid": lambda z, y: y * (1 - y),
}
"""What works entry by entry on one operand z, to y: dy/dz, by the operation's name."""


def chained(name: str) -> Rule:
    """The chain rule."""
    return lambda node, dz: product(DERIVATIVES[name](node.operands[0], node), dz)


SLOPES: dict[str, Rule] = {
    **{name: chained(name) for name in DERIVATIVES},
    **dict.fromkeys(("sum", "mean", "trace", "transpose", "stack", "ravel", "concatenate", "beside"), linear),
    **dict.fromkeys(("expand", "diagonal", "pad"), linear),
    **dict.fromkeys(("matmul", "outer", "cross", "conv2d"), bilinear),
    **dict.fromkeys(("sign", "floor", "ceiling", "less", "equal", "argmax", "argmin", "identity", "pi"), flat),
    "plus": lambda node, da, db: added(da, db),
    "minus": lambda node, da, db: added(da, negated(db)),
    "negative": lambda node, da: negated(da),
    "times": lambda node, da, db: added(product(da, node.operands[1]), product(node.operands[0], db)),
    "divide": quotient_rule,
    "power": power_rule,
    "xlogy": xlogy_rule,
    "root": lambda node, dz: product(node / (dict(node.options)["n"] * node.operands[0]), dz),
    "relu": lambda node, dz: choice(op.less(0, node.operands[0]), dz, None),
    "maximum": lambda node, da, db: choice(op.less(node.operands[1], node.operands[0]), da, db),
    "minimum": lambda node, da, db: choice(op.less(node.operands[0], node.operands[1]), da, db),
    "where": lambda node, _, da, db: choice(node.operands[0], da, db),
    "max": extreme_rule("argmax"),
    "min": extreme_rule("argmin"),
    "solve": solve_rule,
    "inverse": lambda node, dA: op.negative(node @ dA @ node),
    "determinant": lambda node, dA: product(node, OPERATIONS["trace"](op.solve(node.operands[0], dA))),
    "softmax": softmax_rule,
    "item": lambda node, dz: entry_of(dz, dict(node.options)["index"]),
    "pool": pool_rule,
}
"""The slope of every operation that has one, by the operation's name."""
