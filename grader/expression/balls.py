"""The ball column: numbers with a bound on their error (python-flint's `arb`), so that what is shown is proved.

A value is a ball, which holds the true value; or an exact ratio (`fmpq`), as long as nothing but numbers and whole
quantities is combined; or `UNDEFINED`, where there is certainly no real value. A ball of NaN says that nothing is
known: the root of a ball around zero may exist or not. A comparison that balls do not settle is NaN, never a guess.

The reading of an operation is its NumPy column, on arrays of objects, where that only adds, multiplies or arranges;
else a row of `BALLS`.

Johansson, Arb: efficient arbitrary-precision midpoint-radius interval arithmetic (2017).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx, fmpq, fmpq_mat, fmpz

from grader.expression import objects
from grader.expression.objects import ONE, ZERO, Objects
from grader.expression.program import Program
from grader.expression.tree import Expression, Operation

LONGEST = 8192  # bits of a ratio that is still kept as a ratio
LARGEST_EXPONENT = 2**64  # whole power that is not taken by way of the logarithm
LARGEST_FACTORIAL = 300  # that is still exact


class Undefined:
    """No real number, and whatever is computed from it is none either."""

    def _itself(self, *_: object) -> Undefined:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _itself
    __neg__ = __abs__ = _itself

    def __repr__(self) -> str:
        return "UNDEFINED"


UNDEFINED = Undefined()
NAN = arb.nan()
Scalar = Any
"""An `arb`, an `fmpq` or `UNDEFINED`."""


def balls(tree: Expression, values: Mapping[str, Objects], bits: int = 128) -> Objects:
    """The value of a tree in balls, at so many bits.

    >>> from grader.expression import Name, sqrt
    >>> two, minus_one = balls(sqrt(Name("x")), {"x": np.array([arb(2), arb(-1)])}, bits=53)
    >>> two.contains(arb(2).sqrt()), minus_one
    (True, UNDEFINED)
    """
    program = Program(tree)
    return run(program, [values[name.name] for _, name in program.names], bits)[program.roots[0]]


def run(program: Program, names: list[Objects], bits: int) -> list[Objects]:
    """The balls at every place of a program."""
    with ctx.workprec(bits):
        return program.run(column, objects.number, names)


def column(operation: Operation) -> Callable[..., Objects]:
    return BALLS.get(operation.name) or objects.arithmetic(operation)


def ball(value: Scalar) -> arb:
    return value if type(value) is arb else arb(value)


def shortened(value: Scalar) -> Scalar:
    """A ratio as a ball where it has too many digits to go on with."""
    return arb(value) if type(value) is fmpq and value.height_bits() > LONGEST else value


_shortened = objects.elementwise(shortened)


def arithmetic(column: Callable[[Objects, Objects], Objects]) -> Callable[[Objects, Objects], Objects]:
    """The NumPy column of an operation of arithmetic, with long ratios cut short."""

    def at(a: Objects, b: Objects) -> Objects:
        result = column(a, b)
        return _shortened(result) if fmpq in map(type, result.flat) else result

    return at


def function(of: Callable[[arb], arb], outside: Callable[[arb], bool] | None = None) -> Callable[..., Objects]:
    """A function of one number; certainly `outside` its domain it has no value."""

    def at(value: Scalar) -> Scalar:
        if type(value) is not arb:
            if value is UNDEFINED:
                return value
            value = arb(value)
        return UNDEFINED if outside is not None and outside(value) else of(value)

    return objects.elementwise(at)


def of_one(value: Callable[[Scalar], Scalar]) -> Callable[..., Objects]:
    """A function of a number, a ratio or a ball."""
    return objects.elementwise(lambda a: a if a is UNDEFINED else value(a))


def of_two(value: Callable[[Scalar, Scalar], Scalar]) -> Callable[..., Objects]:
    """A function of two numbers, which has no value where one of them has none."""

    def at(a: Scalar, b: Scalar) -> Scalar:
        return UNDEFINED if a is UNDEFINED or b is UNDEFINED else value(a, b)

    return objects.elementwise(at, 2)


def is_zero(value: Scalar) -> bool:
    """Whether a value is zero for certain."""
    return value.is_zero() if type(value) is arb else value == 0


_quotients = of_two(lambda a, b: UNDEFINED if is_zero(b) else a / b)


def _divided(a: Objects, b: Objects) -> Objects:
    return _quotients(a, b) if any(map(is_zero, b.flat)) else np.divide(a, b)


def _whole(value: Scalar) -> int | None:
    """The whole number that a value certainly is, unless that is very large."""
    if type(value) is fmpq:
        return int(value.p) if value.q == 1 else None
    return int(value.unique_fmpz()) if value.is_integer() and abs(value) < LARGEST_EXPONENT else None


def _power(a: Scalar, b: Scalar) -> Scalar:
    n = _whole(b)
    if n is not None:
        return _whole_power(a, n)
    if is_zero(a):
        return ZERO if b > 0 else UNDEFINED if b < 0 else NAN
    if type(b) is fmpq and b.q % 2:
        size = ball(abs(a)) ** b
        return size if b.p % 2 == 0 or a > 0 else -size if a < 0 else NAN
    if a > 0:
        huge = type(b) is arb and b.is_exact() and abs(b) >= LARGEST_EXPONENT
        return (b * ball(a).log()).exp() if huge else ball(a) ** b
    if a < 0 and (type(b) is fmpq or not b.contains_integer()):
        return UNDEFINED
    return NAN


def _whole_power(a: Scalar, n: int) -> Scalar:
    if n < 0 and is_zero(a):
        return UNDEFINED
    if type(a) is fmpq and a.height_bits() * abs(n) <= LONGEST:
        return a**n
    value = ball(a)
    about_zero = n > 0 and value.is_finite() and not value.is_exact() and value.contains(0)
    return _power_about_zero(value, n) if about_zero else value ** fmpz(n)


def _power_about_zero(value: arb, n: int) -> arb:
    """A whole power of a ball that holds zero, which flint takes by way of the logarithm where zero is its middle."""
    low, high = value.lower() ** fmpz(n), value.upper() ** fmpz(n)
    return low.union(high) if n % 2 else low.union(high).union(arb(0))


def _root(value: arb, n: int) -> arb:
    return -((-value).root(n)) if value < 0 else value.root(n)


def root(a: Objects, n: int) -> Objects:
    """The real n-th root, of a negative number too where n is odd."""
    return function(lambda value: _root(value, n), None if n % 2 else lambda value: value < 0)(a)


def _sign(value: Scalar) -> Scalar:
    return ONE if value > 0 else -ONE if value < 0 else ZERO if is_zero(value) else NAN


def _floor(value: Scalar) -> Scalar:
    return fmpq(value.floor()) if type(value) is fmpq else value.floor()


def _larger(a: Scalar, b: Scalar) -> Scalar:
    return a if a >= b else b if b >= a else ball(a).max(ball(b))


def _smaller(a: Scalar, b: Scalar) -> Scalar:
    return a if a <= b else b if b <= a else ball(a).min(ball(b))


def _less(a: Scalar, b: Scalar) -> Scalar:
    return ONE if a < b else ZERO if a >= b else NAN


def _equal(a: Scalar, b: Scalar) -> Scalar:
    difference = a - b
    return ONE if is_zero(difference) else ZERO if difference > 0 or difference < 0 else NAN


def _where(condition: Scalar, then: Scalar, otherwise: Scalar) -> Scalar:
    if condition is UNDEFINED or is_zero(condition):
        return condition if condition is UNDEFINED else otherwise
    return then if condition > 0 or condition < 0 else NAN


def _xlogy(a: Scalar, b: Scalar) -> Scalar:
    if is_zero(a):
        return ZERO
    if b <= 0:
        return UNDEFINED if a > 0 or a < 0 else NAN
    return a * ball(b).log()


def _factorial(value: Scalar) -> Scalar:
    n = _whole(value)
    if n is not None and n < 0:
        return UNDEFINED
    if n is not None and n <= LARGEST_FACTORIAL and type(value) is fmpq:
        return fmpq(math.factorial(n))
    return (ball(value) + 1).gamma()


def _choose(n: Scalar, k: Scalar) -> Scalar:
    if type(n) is type(k) is fmpq and n.q == k.q == 1 and 0 <= n <= LARGEST_FACTORIAL and k >= 0:
        return fmpq(math.comb(int(n.p), int(k.p)))
    below = (ball(k) + 1).rgamma() * (ball(n - k) + 1).rgamma()
    return (ball(n) + 1).gamma() * below


exp, maximum, minimum = function(arb.exp), of_two(_larger), of_two(_smaller)
less, where = of_two(_less), objects.elementwise(_where, 3)


def softmax(z: Objects) -> Objects:
    weights = exp(z)
    return _divided(weights, weights.sum(axis=-2, keepdims=True))


def argmax(a: Objects, axis: int | None = None) -> Objects:
    """The position of the largest, the first of equals; NaN where the balls do not say which is larger."""
    rows = a.reshape(-1, a.shape[-1]) if axis is None else np.moveaxis(a, axis, 0)
    best, at = rows[0], np.full(rows.shape[1:], ONE)
    for i, row in enumerate(rows[1:], start=2):
        better = less(best, row)
        best, at = where(better, row, best), where(better, fmpq(i), at)
    return at


def argmin(a: Objects, axis: int | None = None) -> Objects:
    return argmax(-a, axis)


def _solved(A: Objects, B: Objects) -> Any:
    entries = [*A.flat, *B.flat]
    if any(entry is UNDEFINED for entry in entries):
        return UNDEFINED
    exact = all(type(entry) is fmpq for entry in entries)
    matrix: Any = fmpq_mat if exact else arb_mat
    try:
        found = matrix(*A.shape, list(A.flat)).solve(matrix(*B.shape, list(B.flat)))
    except ZeroDivisionError:
        return UNDEFINED if exact else NAN
    return np.array(found.tolist(), dtype=object)


def _determinant(A: Objects) -> Scalar:
    if any(entry is UNDEFINED for entry in A.flat):
        return UNDEFINED
    matrix: Any = fmpq_mat if all(type(entry) is fmpq for entry in A.flat) else arb_mat
    return matrix(*A.shape, list(A.flat)).det()


solve = objects.solve(_solved)

BALLS: dict[str, Callable[..., Objects]] = {
    "plus": arithmetic(np.add), "minus": arithmetic(np.subtract), "times": arithmetic(np.multiply),
    "divide": arithmetic(_divided), "power": of_two(_power), "root": root, "mean": objects.mean,
    "pi": lambda: np.array([arb.pi()]), "exp": exp, "log": function(arb.log, lambda value: value <= 0),
    "sqrt": function(arb.sqrt, lambda value: value < 0), "xlogy": of_two(_xlogy), "sin": function(arb.sin),
    "cos": function(arb.cos), "tan": function(arb.tan), "arcsin": function(arb.asin, lambda value: abs(value) > 1),
    "arccos": function(arb.acos, lambda value: abs(value) > 1), "arctan": function(arb.atan),
    "sinh": function(arb.sinh), "cosh": function(arb.cosh), "tanh": function(arb.tanh),
    "sigmoid": function(lambda value: 1 / (1 + (-value).exp())), "softmax": softmax, "choose": of_two(_choose),
    "factorial": of_one(_factorial), "abs": np.abs, "sign": of_one(_sign), "relu": lambda z: maximum(z, ZERO),
    "floor": of_one(_floor), "ceiling": of_one(lambda value: -_floor(-value)), "maximum": maximum,
    "minimum": minimum, "less": less, "equal": of_two(_equal), "where": where, "max": objects.folded(maximum),
    "min": objects.folded(minimum), "argmax": argmax, "argmin": argmin, "solve": solve,
    "inverse": objects.inverse(solve), "determinant": objects.determinant(_determinant),
    "identity": objects.identity, "diagonal": objects.diagonal,
}  # fmt: skip
"""What the operations are on balls, by name, where it is not their NumPy column."""
