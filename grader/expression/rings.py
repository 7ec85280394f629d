"""The reading of a tree by numbers of other kinds: elements of a finite field, balls, exact ratios.

NumPy's arrays of objects carry them through the NumPy column itself (`np.add` calls `+`, `np.exp` calls `.exp()`), with
sample points on the last axis. A row whose NumPy column decides something by floats has a `ring` column instead; it is
here. A comparison that balls do not settle gives NaN, and never a wrong answer.

>>> from grader.expression.tree import Name
>>> x = Name("x")
>>> field((x + 1) ** 2 - x**2, {"x": residues([5, 7])}).tolist()
[11, 15]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any

import flint
import numpy as np
from flint import arb, fmpq, fmpq_mat, nmod, nmod_mat

from grader.expression.tree import Apply, Expression, Leaf, Name, Number, fold

PRIME = 2**61 - 1
MOST_BITS = 60_000  # of an exact ratio's power
LARGEST_POWER = 10**9  # whole exponent that a field or a ball is raised to step by step

Objects = Any
"""A NumPy array of objects, sample points on the last axis."""


class UnsettledError(ArithmeticError):
    """A reading that this kind of number does not have."""


def field(tree: Expression, values: Mapping[str, Objects]) -> Objects:
    """A rational tree modulo 2^61 − 1. Raises `ZeroDivisionError` where a denominator vanishes at a point."""
    return _read(tree, values, _residue)


def balls(tree: Expression, values: Mapping[str, Objects]) -> Objects:
    """A tree by balls at the working precision: each result holds the true value, NaN where nothing is certain."""
    return _read(tree, values, _ball)


def ratios(tree: Expression, values: Mapping[str, Objects]) -> Objects:
    """A rational tree exactly."""
    return _read(tree, values, _ratio)


def _read(tree: Expression, values: Mapping[str, Objects], number: Callable[..., Objects]) -> Objects:
    precision = flint.ctx.prec

    def leaf(node: Leaf) -> Objects:
        return values[node.name] if isinstance(node, Name) else number(node.value, precision)

    def node(apply: Apply, *operands: Objects) -> Objects:
        operation = apply.operation
        if operation.name == "power":
            return power(apply.operands[1], *operands)
        return (operation.ring or operation.numeric)(*operands, **dict(apply.options))

    return fold(tree, leaf, node)


def rational(tree: Expression) -> bool:
    """Whether a tree is a ratio of polynomials in its names, entry by entry."""

    def node(apply: Apply, *operands: bool) -> bool:
        if apply.operation.name == "power":
            exponent = apply.operands[1]
            whole = isinstance(exponent, Number) and exponent.value.denominator == 1
            return whole and operands[0] and abs(exponent.value) <= LARGEST_POWER  # type: ignore[union-attr]
        return apply.operation.rational and all(operands)

    return fold(tree, lambda leaf: True, node)


@lru_cache(maxsize=4096)
def _residue(value: Fraction, precision: int) -> Objects:
    return one(nmod(value.numerator, PRIME) / nmod(value.denominator, PRIME))


@lru_cache(maxsize=4096)
def _ball(value: Fraction, precision: int) -> Objects:
    return one(arb(value.numerator) / value.denominator if value.denominator != 1 else arb(value.numerator))


@lru_cache(maxsize=4096)
def _ratio(value: Fraction, precision: int) -> Objects:
    return one(fmpq(value.numerator, value.denominator))


def one(value: Any) -> Objects:
    """A single number as an array that broadcasts over the points."""
    array = np.empty(1, dtype=object)
    array[0] = value
    return array


def objects(values: Sequence[Any], shape: tuple[int, ...]) -> Objects:
    """Numbers as an array of objects."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array.reshape(shape)


def residues(values: Sequence[int]) -> Objects:
    """Whole numbers as elements of the field, a point each."""
    return objects([nmod(value, PRIME) for value in values], (len(values),))


def each(function: Callable[..., Any], count: int = 1) -> Callable[..., Objects]:
    """A function of single numbers, entry by entry with broadcasting."""
    return np.frompyfunc(function, count, 1)


NAN = arb("nan")


def power(exponent: Expression, base: Objects, power: Objects) -> Objects:
    """A power: by a whole number repeated products, by a ratio with an odd denominator a real root."""
    if isinstance(exponent, Number):
        value = exponent.value
        if value.denominator == 1:
            return whole_power(base, value.numerator)
        if value.denominator % 2 and isinstance(base.flat[0], arb):
            return whole_power(root(base, n=value.denominator), value.numerator)
    if not isinstance(base.flat[0], arb):
        raise UnsettledError("a power that is not whole")
    return _real_power(base, power)


def whole_power(base: Objects, exponent: int) -> Objects:
    first = base.flat[0]
    if isinstance(first, fmpq) and max(first.p.bit_length(), first.q.bit_length()) * abs(exponent) > MOST_BITS:
        raise UnsettledError("a power with too many digits")
    if isinstance(first, arb):
        return each(lambda a: a**exponent if abs(exponent) <= LARGEST_POWER else a ** arb(exponent))(base)
    return each(lambda a: a**exponent)(base)


def _pow(base: arb, exponent: arb) -> arb:
    if base == 0:
        return arb(0) if exponent > 0 else arb(1) if exponent == 0 else NAN
    if abs(exponent) < 2**40 or not (base.is_finite() and exponent.is_finite()):
        return base**exponent
    size = exponent * abs(base).log()
    return base**exponent if abs(size) < 2**60 else NAN


_real_power = each(_pow, 2)


def root(base: Objects, n: int) -> Objects:
    """The real nth root: of a negative number too, where n is odd."""

    def of(a: arb) -> arb:
        if n % 2 and a < 0:
            return -((-a).root(n))
        return a.root(n) if a >= 0 else NAN

    return each(of)(base)


def _less(a: arb, b: arb) -> arb:
    return arb(1) if a < b else arb(0) if a >= b else NAN


def _equal(a: arb, b: arb) -> arb:
    if a.is_exact() and b.is_exact():
        return arb(int(a == b))
    return arb(0) if a != b else NAN


def _where(condition: arb, then: arb, otherwise: arb) -> arb:
    if condition != 0:
        return then
    return otherwise if condition == 0 else NAN


def _choose(n: arb, k: arb) -> arb:
    if not (n.is_exact() and k.is_exact() and n.is_integer() and k.is_integer() and 0 <= k <= n < 5000):
        return NAN
    return arb(math.comb(int(n.unique_fmpz()), int(k.unique_fmpz())))


def _factorial(n: arb) -> arb:
    return (n + 1).gamma() if n >= 0 and n < 10**6 else NAN


def _xlogy(a: arb, b: arb) -> arb:
    return arb(0) if a == 0 else a * b.log()


def _exp(a: arb) -> arb:
    return a.exp() if abs(a) < 2**60 else arb(0) if a < 0 and a.is_finite() else NAN


less, equal, where = each(_less, 2), each(_equal, 2), each(_where, 3)
choose, factorial, xlogy = each(_choose, 2), each(_factorial), each(_xlogy, 2)
exp = each(_exp)
log = each(lambda a: a.log() if a > 0 else NAN)
sqrt = each(lambda a: arb(0) if a == 0 else a.sqrt() if a >= 0 else NAN)
maximum, minimum = each(lambda a, b: a.max(b), 2), each(lambda a, b: a.min(b), 2)
relu, sign = each(lambda a: a.max(arb(0))), each(lambda a: a.sgn())
floor, ceiling = each(lambda a: a.floor()), each(lambda a: a.ceil())
sigmoid = each(lambda a: 1 / (1 + _exp(-a)))
arccos, arcsin, arctan = each(lambda a: a.acos()), each(lambda a: a.asin()), each(lambda a: a.atan())
tan, sinh, cosh = each(lambda a: a.tan()), each(lambda a: a.sinh()), each(lambda a: a.cosh())


def pi() -> Objects:
    return one(arb.pi())


def total(a: Objects, axis: int | None = None) -> Objects:
    """The sum of all entries, or along one axis."""
    return np.sum(a, axis=tuple(range(a.ndim - 1)) if axis is None else axis, initial=0)


def mean(a: Objects, axis: int | None = None) -> Objects:
    count = math.prod(a.shape[:-1]) if axis is None else a.shape[axis]
    return total(a, axis) / count


def along(a: Objects, axis: int | None) -> Objects:
    """The entries that are folded together on the first axis."""
    return a.reshape(-1, a.shape[-1]) if axis is None else np.moveaxis(a, axis, 0)


def largest(a: Objects, axis: int | None = None) -> Objects:
    return reduce(maximum, along(a, axis))


def smallest(a: Objects, axis: int | None = None) -> Objects:
    return reduce(minimum, along(a, axis))


def _first(better: Callable[[arb, arb], bool]) -> Callable[..., Objects]:
    def position(*values: arb) -> arb:
        best = reduce(lambda k, i: i if better(values[i], values[k]) else k, range(len(values)), 0)
        others = (value for i, value in enumerate(values) if i != best)
        return arb(best + 1) if all(better(values[best], other) for other in others) else NAN

    def over(a: Objects, axis: int | None = None) -> Objects:
        entries = along(a, axis)
        return each(position, len(entries))(*entries)

    return over


argmax, argmin = _first(lambda a, b: a > b), _first(lambda a, b: a < b)


def softmax(z: Objects) -> Objects:
    weights = exp(z)
    return weights / np.sum(weights, axis=-2, keepdims=True)


def identity(n: int) -> Objects:
    return objects([int(i == j) for i in range(n) for j in range(n)], (n, n, 1))


def diagonal(a: Objects) -> Objects:
    return identity(n=len(a)) * a[:, None]


def cross(a: Objects, b: Objects) -> Objects:
    return np.stack([a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3] for i in range(3)])


_MATRICES: dict[type, Callable[[list[list[Any]]], Any]] = {
    nmod: lambda rows: nmod_mat([[int(entry) for entry in row] for row in rows], PRIME),
    fmpq: lambda rows: fmpq_mat(rows),
    arb: lambda rows: flint.arb_mat(rows),
}


def matrices(a: Objects) -> list[Any]:
    """The matrix at each point, as flint has it. Whole numbers among the entries take the kind of the others."""
    kinds = [type(entry) for entry in a.flat if not isinstance(entry, int)]
    make = _MATRICES[kinds[0] if kinds else fmpq]
    return [make(a[..., point].tolist()) for point in range(a.shape[-1])]


def by_matrix(function: Callable[..., Any], *operands: Objects) -> Objects:
    """A function of matrices, point by point."""
    points = max(a.shape[-1] for a in operands)
    wide = [matrices(np.broadcast_to(a, (*a.shape[:-1], points))) for a in operands]
    results = [function(*matrices_here) for matrices_here in zip(*wide, strict=True)]
    first = results[0]
    if not hasattr(first, "nrows"):
        return objects(results, (points,))
    shape = (first.nrows(), first.ncols(), points)
    entries = [result[i, j] for i in range(shape[0]) for j in range(shape[1]) for result in results]
    return objects(entries, shape)


def solve(A: Objects, b: Objects) -> Objects:
    """The solution of a linear system; NaN for balls that may be singular."""
    columns = b if b.ndim == 3 else b[:, None]
    x = by_matrix(_solved, A, columns)
    return x if b.ndim == 3 else x[:, 0]


def _solved(A: Any, b: Any) -> Any:
    try:
        return A.solve(b)
    except ZeroDivisionError:
        if isinstance(A, flint.arb_mat):
            return flint.arb_mat([[NAN] * b.ncols()] * b.nrows())
        raise


def inverse(A: Objects) -> Objects:
    unit = np.broadcast_to(identity(n=len(A)), A.shape)
    return solve(A, unit + A * 0)


def determinant(A: Objects) -> Objects:
    return by_matrix(lambda matrix: matrix.det(), A)


def unsettled(*operands: Objects, **options: Any) -> Objects:
    """The column of a row that formulas do not write."""
    raise UnsettledError("an operation on images")
