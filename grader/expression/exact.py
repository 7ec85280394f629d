"""The exact column: every operation from its definition, on SymPy scalars and arrays.

A scalar is a SymPy expression, a tensor a `sympy.Array`. Nothing here calls the NumPy core: the two columns are two
witnesses.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

from grader.expression import windows
from grader.expression.tree import Index, Shape, broadcast, index_below
from grader.expression.windows import Padding, Pair
from grader.lazy import sympy

PRECISION = 50  # digits of a value that is not kept as a ratio or a root
LONGEST_POWER = 60_000  # bits of a power that is still written out

Exact = Any
"""A SymPy expression or a `sympy.Array` of them; SymPy carries no types."""


def shape_of(value: Exact) -> Shape:
    return tuple(getattr(value, "shape", ()))


def indices(shape: Shape) -> Iterable[Index]:
    """Every index of a tensor, row by row."""
    return itertools.product(*map(range, shape))


def build(shape: Shape, at: Callable[[Index], Exact]) -> Exact:
    """The tensor whose entry at each index is `at(index)`; `()` gives the scalar."""
    return sympy.ImmutableDenseNDimArray([at(index) for index in indices(shape)], shape) if shape else at(())


def get(value: Exact, index: Index) -> Exact:
    """One entry, of a tensor or of a scalar, which has one."""
    return value[index] if index else value


def pointwise(function: Callable[..., Exact]) -> Callable[..., Exact]:
    """An exact column that works entry by entry, with broadcasting."""

    def exact(*values: Exact) -> Exact:
        shapes = [shape_of(value) for value in values]
        return build(
            broadcast(*shapes),
            lambda index: function(*(get(v, index_below(index, s)) for v, s in zip(values, shapes, strict=True))),
        )

    return exact


def reduction(function: Callable[[Sequence[Exact]], Exact]) -> Callable[..., Exact]:
    """An exact column that folds all entries into one, or those along one axis."""

    def exact(value: Exact, axis: int | None = None) -> Exact:
        shape = shape_of(value)
        if axis is None:
            return function([get(value, index) for index in indices(shape)])
        kept = shape[:axis] + shape[axis + 1 :]
        return build(kept, lambda at: function([value[(*at[:axis], i, *at[axis:])] for i in range(shape[axis])]))

    return exact


def total(values: Sequence[Exact]) -> Exact:
    return sympy.Add(*values)


def mean(values: Sequence[Exact]) -> Exact:
    return sympy.Add(*values) / len(values)


def known(function: Callable[..., Exact]) -> Callable[..., Exact]:
    """A function of numbers that is no number where one of them is none; SymPy refuses to compare with one."""
    return lambda *values: sympy.nan if sympy.nan in values else function(*values)


def decided(relation: Exact) -> Exact:
    """A strict comparison. Numbers that SymPy cannot tell apart to a hundred digits are equal: there it is false."""
    return sympy.false if getattr(relation, "is_Relational", False) and not relation.free_symbols else relation


def best_position(better: Callable[[Exact, Exact], Any]) -> Callable[[Sequence[Exact]], Exact]:
    """The position, counted from 1, of the best value; the first of equals."""

    def position(values: Sequence[Exact]) -> Exact:
        if sympy.nan in values:
            return sympy.nan
        best = reduce(lambda k, i: i if bool(decided(better(values[i], values[k]))) else k, range(len(values)), 0)
        return sympy.Integer(best + 1)

    return position


@known
def maximum(*values: Exact) -> Exact:
    try:
        return sympy.Max(*values)
    except ValueError:  # numbers that are equal and do not look it
        return reduce(lambda a, b: b if bool(decided(b > a)) else a, values)


@known
def minimum(*values: Exact) -> Exact:
    try:
        return sympy.Min(*values)
    except ValueError:
        return reduce(lambda a, b: b if bool(decided(b < a)) else a, values)


@known
def power(a: Exact, b: Exact) -> Exact:
    """A power; of numbers one with so many digits that nobody could use them is rounded to thirty."""
    if a.is_number and b.is_number and not (a.is_Float or b.is_Float):
        bits = (int(a.p) * int(a.q)).bit_length() if a.is_Rational else LONGEST_POWER // 1000
        if abs(b) * bits > LONGEST_POWER:
            a = a.evalf(PRECISION)
    return a**b


def relu(z: Exact) -> Exact:
    return maximum(z, sympy.Integer(0))


def sigmoid(z: Exact) -> Exact:
    return 1 / (1 + sympy.exp(-z))


def root(a: Exact, n: int) -> Exact:
    return pointwise(lambda value: sympy.real_root(value, n) if n % 2 else sympy.root(value, n))(a)


def xlogy(a: Exact, b: Exact) -> Exact:
    return sympy.Integer(0) if a == 0 else a * sympy.log(b)


def where(condition: Exact, then: Exact, otherwise: Exact) -> Exact:
    if condition is sympy.nan:
        return condition
    if isinstance(condition, sympy.Expr):
        condition = sympy.Ne(condition, 0)
    return sympy.Piecewise((then, condition), (otherwise, True))


def indicator(condition: Exact) -> Exact:
    """1 where a condition holds, 0 where not."""
    condition = decided(condition)
    return sympy.Piecewise((sympy.Integer(1), condition), (sympy.Integer(0), True))


def softmax(z: Exact) -> Exact:
    shape = shape_of(z)

    def at(index: Index) -> Exact:
        rest = [get(z, (*index[:-1], i)) for i in range(shape[-1])]
        return sympy.exp(z[index]) / sympy.Add(*map(sympy.exp, rest))

    return build(shape, at)


def matmul(A: Exact, B: Exact) -> Exact:
    a, b = shape_of(A), shape_of(B)
    rows, columns = a[:-1], b[1:]

    def at(index: Index) -> Exact:
        i, j = index[: len(rows)], index[len(rows) :]
        return sympy.Add(*(A[(*i, k)] * B[(k, *j)] for k in range(b[0])))

    return build(rows + columns, at)


def transpose(A: Exact) -> Exact:
    return build(shape_of(A)[::-1], lambda index: get(A, index[::-1]))


def solve(A: Exact, b: Exact) -> Exact:
    shape = shape_of(b)
    matrix, right = sympy.Matrix(A.tolist()), sympy.Matrix(b.tolist())
    if matrix.det() == 0:
        return build(shape, lambda _: sympy.nan)
    x = matrix.LUsolve(right)
    return build(shape, lambda index: x[index if len(index) == 2 else (*index, 0)])


def inverse(A: Exact) -> Exact:
    return solve(A, identity(n=shape_of(A)[0]))


def determinant(A: Exact) -> Exact:
    return sympy.Matrix(A.tolist()).det()


def trace(A: Exact) -> Exact:
    return sympy.Add(*(A[i, i] for i in range(shape_of(A)[0])))


def item(value: Exact, index: Index) -> Exact:
    return value[index]


def stack(*values: Exact) -> Exact:
    return build((len(values), *shape_of(values[0])), lambda index: get(values[index[0]], index[1:]))


def ravel(value: Exact) -> Exact:
    flat = [get(value, index) for index in indices(shape_of(value))]
    return build((len(flat),), lambda index: flat[index[0]])


def concatenate(*values: Exact) -> Exact:
    flat = [value[i] for value in values for i in range(len(value))]
    return build((len(flat),), lambda index: flat[index[0]])


def beside(*values: Exact) -> Exact:
    rows = next(shape_of(value)[0] for value in values if shape_of(value))
    columns = [
        [value[(i, *column)] if shape_of(value) else value for i in range(rows)]
        for value in values
        for column in indices(shape_of(value)[1:])
    ]
    return build((rows, len(columns)), lambda index: columns[index[1]][index[0]])


def expand(value: Exact, axes: int) -> Exact:
    return build((*shape_of(value), *(1,) * axes), lambda index: get(value, index[: len(index) - axes]))


def outer(a: Exact, b: Exact) -> Exact:
    return build((*shape_of(a), *shape_of(b)), lambda index: a[index[0]] * b[index[1]])


def identity(n: int) -> Exact:
    return build((n, n), lambda index: sympy.Integer(int(index[0] == index[1])))


def diagonal(a: Exact) -> Exact:
    n = len(a)
    return build((n, n), lambda index: a[index[0]] if index[0] == index[1] else sympy.Integer(0))


def cross(a: Exact, b: Exact) -> Exact:
    return build((3,), lambda index: sympy.Matrix(a.tolist()).cross(sympy.Matrix(b.tolist()))[index[0]])


def pad(X: Exact, padding: Padding) -> Exact:
    (top, bottom), (left, right) = padding
    *lead, H, W = shape_of(X)

    def at(index: Index) -> Exact:
        i, j = index[-2] - top, index[-1] - left
        return X[(*index[:-2], i, j)] if 0 <= i < H and 0 <= j < W else sympy.Integer(0)

    return build((*lead, top + H + bottom, left + W + right), at)


def conv2d(X: Exact, K: Exact, stride: Pair, dilation: Pair, flip: bool) -> Exact:
    x, k = shape_of(X), shape_of(K)

    def at(index: Index) -> Exact:
        return sympy.Add(*(X[pixel] * K[tap] for pixel, tap in windows.taps(index, x, k, stride, dilation, flip)))

    return build(windows.conv2d_shape(x, k, stride, dilation, flip), at)


def pool(X: Exact, size: Pair, stride: Pair, mode: str, padding: Padding, ceil: bool) -> Exact:
    x = shape_of(X)

    def at(index: Index) -> Exact:
        pixels, count = windows.pooled(index, x, size, stride, padding)
        values = [X[pixel] for pixel in pixels]
        return maximum(*values) if mode == "max" else sympy.Add(*values) / count

    return build(windows.pool_shape(x, size, stride, mode, padding, ceil), at)
