"""What a formula may call, by every name that people call it: one row each.

A function that is no row here is a name times a bracket, or unknown. To add one, add a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

from grader import expression as op
from grader.errors import ShapeError
from grader.expression import algebra
from grader.expression.algebra import Value
from grader.expression.tree import OPERATIONS, Expression, Number, as_expression

TEN, TWO = as_expression(10), as_expression(2)
MOST_ENTRIES = 100  # of a tensor made by its size
MOST_ARGUMENTS = 20


@dataclass(frozen=True, slots=True)
class Function:
    """A function of so many arguments; `entrywise` ones take each entry of a vector or matrix by itself."""

    build: Callable[..., Value]
    least: int = 1
    most: int = 1
    entrywise: bool = False


def pointwise(build: Callable[..., Expression]) -> Function:
    return Function(lambda value: algebra.mapped(build, value), entrywise=True)


def row(name: str) -> Callable[..., Expression]:
    """An operation by its row in the table, looked up when it is called."""
    return lambda *operands, **options: OPERATIONS[name](*operands, **options)


def tensor(build: Callable[..., Value], least: int = 1, most: int | None = None) -> Function:
    """A function of whole tensors, each as it stands."""
    return Function(lambda *values, **options: build(*map(algebra.whole, values), **options), least, most or least)


def many(entries: Callable[..., Expression], pair: Callable[..., Expression]) -> Function:
    """A function of one tensor's entries, or of the arguments that stand there."""

    def build(first: Expression, *rest: Expression, **options: int) -> Expression:
        return reduce(pair, rest, first) if rest else entries(first, **options)

    return tensor(build, 1, MOST_ARGUMENTS)


def norm(value: Expression, order: Expression = TWO) -> Expression:
    """A vector's norm (2, 1), or a matrix's Frobenius norm."""
    if not value.shape:
        return op.absolute(value)
    if order == TWO:
        return op.sqrt(op.total(op.power(value, 2)))
    if order == as_expression(1) and len(value.shape) == 1:
        return op.total(op.absolute(value))
    raise ShapeError("a norm other than 1 and 2 is not known here")


def log_to(base: Expression) -> Callable[[Expression], Expression]:
    return lambda value: op.divide(op.log(value), op.log(base))


def softmax(z: Expression, axis: int | None = None) -> Expression:
    if axis is not None and axis != len(z.shape) - 1:
        raise ShapeError("softmax works along the last axis here")
    return op.softmax(z)


def dot(a: Value, b: Value) -> Value:
    return algebra.times(a, b, dotted=True)


def filled(value: int) -> Callable[..., Expression]:
    """A vector or matrix of one number, by its lengths."""

    def build(*lengths: Expression) -> Expression:
        tree = as_expression(value)
        for length in reversed(lengths):
            tree = op.stack(*[tree] * size(length))
        return tree

    return build


def size(length: Expression) -> int:
    if not isinstance(length, Number) or length.value.denominator != 1 or not 1 <= length.value <= MOST_ENTRIES:
        raise ShapeError(f"expected a length from 1 to {MOST_ENTRIES}")
    return int(length.value)


def array(value: Expression) -> Expression:
    """A tensor as it is written; of a single number in brackets a vector."""
    return value if value.shape else op.stack(value)


def choice(condition: Expression, then: Expression, otherwise: Expression) -> Expression:
    return op.where(condition, then, otherwise)


_POINTWISE: dict[str, Callable[..., Expression]] = {
    "exp": op.exp, "log": op.log, "ln": op.log, "sqrt": op.sqrt, "sin": op.sin, "cos": op.cos, "tan": row("tan"),
    "arcsin": row("arcsin"), "asin": row("arcsin"), "arccos": op.arccos, "acos": op.arccos, "arctan": row("arctan"),
    "atan": row("arctan"), "sinh": row("sinh"), "cosh": row("cosh"), "tanh": op.tanh, "sigmoid": op.sigmoid,
    "expit": op.sigmoid, "logistic": op.sigmoid, "relu": op.relu, "abs": op.absolute, "absolute": op.absolute,
    "fabs": op.absolute, "sign": op.sign, "sgn": op.sign, "floor": op.floor, "ceil": op.ceiling,
    "ceiling": op.ceiling, "factorial": row("factorial"), "square": lambda a: op.power(a, 2),
    "lg": log_to(TEN), "log10": log_to(TEN), "log2": log_to(TWO), "log_10": log_to(TEN), "log_2": log_to(TWO),
    "log1p": lambda a: op.log(op.plus(1, a)), "expm1": lambda a: op.minus(op.exp(a), 1),
    "cbrt": lambda a: OPERATIONS["root"](a, n=3), "softplus": lambda a: op.log(op.plus(1, op.exp(a))),
    "cot": lambda a: op.divide(op.cos(a), op.sin(a)), "sec": lambda a: op.divide(1, op.cos(a)),
    "csc": lambda a: op.divide(1, op.sin(a)), "logit": lambda p: op.log(op.divide(p, op.minus(1, p))),
}  # fmt: skip

FUNCTIONS: dict[str, Function] = {
    **{name: pointwise(build) for name, build in _POINTWISE.items()},
    "max": many(op.largest, op.maximum), "min": many(op.smallest, op.minimum), "amax": many(op.largest, op.maximum),
    "amin": many(op.smallest, op.minimum), "maximum": tensor(op.maximum, 2), "minimum": tensor(op.minimum, 2),
    "argmax": tensor(op.argmax), "argmin": tensor(op.argmin), "sum": tensor(op.total), "mean": tensor(op.mean),
    "average": tensor(op.mean), "norm": tensor(norm, 1, 2), "softmax": tensor(softmax),
    "tr": tensor(row("trace")), "trace": tensor(row("trace")), "det": tensor(row("determinant")),
    "inv": tensor(algebra.inverse), "inverse": tensor(algebra.inverse), "diag": tensor(op.diagonal),
    "transpose": Function(algebra.transposed), "dot": Function(dot, 2, 2), "matmul": Function(algebra.times, 2, 2),
    "inner": Function(dot, 2, 2), "outer": tensor(op.outer, 2), "cross": tensor(op.cross, 2),
    "solve": tensor(op.solve, 2), "array": tensor(array), "asarray": tensor(array), "tensor": tensor(array),
    "matrix": tensor(array), "eye": tensor(lambda n: op.identity(n=size(n))),
    "identity": tensor(lambda n: op.identity(n=size(n))), "ones": tensor(filled(1), 1, 2),
    "zeros": tensor(filled(0), 1, 2), "where": tensor(choice, 3), "choose": tensor(op.choose, 2),
    "binom": tensor(op.choose, 2), "comb": tensor(op.choose, 2), "pow": tensor(op.power, 2),
    "power": tensor(op.power, 2), "equal": tensor(op.equal, 2), "flatten": tensor(op.ravel), "ravel": tensor(op.ravel),
    "join": tensor(op.concatenate, 1, MOST_ARGUMENTS), "concatenate": tensor(op.concatenate, 1, MOST_ARGUMENTS),
    "xlogy": tensor(op.xlogy, 2), "multiply": tensor(op.times, 2), "divide": tensor(op.divide, 2),
    "add": tensor(op.plus, 2), "subtract": tensor(op.minus, 2),
}  # fmt: skip
"""Every function by every name for it."""

ALONG_AN_AXIS = {"sum", "mean", "max", "min", "argmax", "argmin", "softmax"}
"""Functions that NumPy lets work along one axis."""

ALTERNATIVES = frozenset(word for word in FUNCTIONS if len(word) > 1)
"""The words of which a run of letters may be made."""
