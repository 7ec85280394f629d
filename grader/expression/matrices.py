"""Rows of the table: vectors and matrices."""

from __future__ import annotations

import numpy as np

from grader import numeric
from grader.errors import ShapeError
from grader.expression import exact as sp
from grader.expression import layout as lay
from grader.expression.operations import WRITTEN_OUT, call, chain, exp, row
from grader.expression.tree import Expression, Index, Shape, as_expression, by, entry


def product_shape(A: Shape, B: Shape) -> Shape:
    if not 1 <= len(A) <= 2 or not 1 <= len(B) <= 2:
        raise ShapeError(f"a matrix product takes vectors and matrices, got {by(A)} and {by(B)}")
    if A[-1] != B[0]:
        raise ShapeError(f"{by(A)} times {by(B)}: {A[-1]} columns meet {B[0]} rows")
    return A[:-1] + B[1:]


def product_entry(index: Index, A: Expression, B: Expression) -> Expression:
    if B.shape[0] > WRITTEN_OUT:
        raise ShapeError(f"{B.shape[0]} products are too many to write out")
    i, j = index[: len(A.shape) - 1], index[len(A.shape) - 1 :]
    return chain([entry(A, (*i, k)) * entry(B, (k, *j)) for k in range(B.shape[0])])


def transposed(A: Shape) -> Shape:
    return A[::-1]


def solve_shape(A: Shape, b: Shape) -> Shape:
    if len(A) != 2 or A[0] != A[1]:
        raise ShapeError(f"a linear system takes a square matrix, got {by(A)}")
    if not 1 <= len(b) <= 2 or b[0] != A[0]:
        raise ShapeError(f"a system of {A[0]} equations with a right side of {by(b)}")
    return b


def square(A: Shape) -> Shape:
    if len(A) != 2 or A[0] != A[1]:
        raise ShapeError(f"expected a square matrix, got {by(A)}")
    return A


def softmax_shape(z: Shape) -> Shape:
    if not z:
        raise ShapeError("softmax takes a vector, got a single number")
    return z


def softmax_entry(index: Index, z: Expression) -> Expression:
    if z.shape[-1] > WRITTEN_OUT:
        raise ShapeError(f"{z.shape[-1]} exponentials are too many to write out")
    return exp(entry(z, index)) / chain([exp(entry(z, (*index[:-1], k))) for k in range(z.shape[-1])])


def outer_shape(a: Shape, b: Shape) -> Shape:
    if len(a) != 1 or len(b) != 1:
        raise ShapeError(f"an outer product takes two vectors, got {by(a)} and {by(b)}")
    return (*a, *b)


def diagonal_shape(a: Shape) -> Shape:
    if len(a) != 1:
        raise ShapeError(f"a diagonal takes a vector, got {by(a)}")
    return (*a, *a)


def cross_shape(a: Shape, b: Shape) -> Shape:
    if a != (3,) or b != (3,):
        raise ShapeError(f"a cross product takes two vectors of 3 entries, got {by(a)} and {by(b)}")
    return (3,)


def cross_entry(i: int, a: Expression, b: Expression) -> Expression:
    j, k = (i + 1) % 3, (i + 2) % 3
    return entry(a, (j,)) * entry(b, (k,)) - entry(a, (k,)) * entry(b, (j,))


matmul = row(
    "matmul",
    shape=product_shape,
    numeric=numeric.matmul,
    exact=sp.matmul,
    layout=lambda a, b: lay.Infix(
        lay.bracketed(a, lay.PRODUCT, first=True), "·", lay.bracketed(b, lay.PRODUCT), lay.PRODUCT
    ),
    entry=product_entry,
    rational=True,
)
transpose = row(
    "transpose",
    shape=transposed,
    numeric=numeric.transpose,
    exact=sp.transpose,
    layout=lambda a: lay.power(a, lay.Symbol("T")),
    entry=lambda index, A: entry(A, index[::-1]),
    rational=True,
)
solve = row(
    "solve",
    shape=solve_shape,
    numeric=numeric.solve,
    exact=sp.solve,
    layout=lambda A, b: lay.times(lay.power(A, lay.Numeric("-1")), b),
    rational=True,
)
softmax = row(
    "softmax",
    shape=softmax_shape,
    numeric=numeric.softmax,
    exact=sp.softmax,
    layout=call("softmax"),
    entry=softmax_entry,
)
outer = row(
    "outer",
    shape=outer_shape,
    numeric=lambda a, b: a[:, None] * b[None],
    exact=sp.outer,
    layout=lambda a, b: lay.times(a, lay.power(b, lay.Symbol("T"))),
    entry=lambda index, a, b: entry(a, index[:1]) * entry(b, index[1:]),
    rational=True,
)
identity = row(
    "identity",
    shape=lambda n: (n, n),
    numeric=lambda n: np.eye(n)[..., None],
    exact=sp.identity,
    layout=lambda n: lay.Symbol("I"),
    entry=lambda index, n: as_expression(int(index[0] == index[1])),
    rational=True,
)
diagonal = row(
    "diagonal",
    shape=diagonal_shape,
    numeric=lambda a: np.eye(len(a))[..., None] * a[:, None],
    exact=sp.diagonal,
    layout=call("diag"),
    entry=lambda index, a: entry(a, index[:1]) if index[0] == index[1] else as_expression(0),
    rational=True,
)
cross = row(
    "cross",
    shape=cross_shape,
    numeric=numeric.cross,
    exact=sp.cross,
    layout=lambda a, b: lay.Infix(lay.bracketed(a, lay.PRODUCT), "×", lay.bracketed(b, lay.PRODUCT), lay.PRODUCT),
    entry=lambda index, a, b: cross_entry(index[0], a, b),
    rational=True,
)
inverse = row(
    "inverse",
    shape=square,
    numeric=numeric.inverse,
    exact=sp.inverse,
    layout=lambda A: lay.power(A, lay.Numeric("-1")),
    rational=True,
)
determinant = row(
    "determinant",
    shape=lambda A: square(A)[2:],
    numeric=numeric.determinant,
    exact=sp.determinant,
    layout=call("det"),
    rational=True,
)
trace = row(
    "trace",
    shape=lambda A: square(A)[2:],
    numeric=lambda A: np.einsum("iin->n", A),
    exact=sp.trace,
    layout=call("tr"),
    entry=lambda index, A: chain([entry(A, (i, i)) for i in range(A.shape[0])]),
    rational=True,
)
