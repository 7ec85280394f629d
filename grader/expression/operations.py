"""The table of operations: one row each, one column a reading.

To add an operation, add a row. Its NumPy and SymPy columns are written independently of each other, so that each is a
witness of the other; `tests/expression/test_operations.py` takes every row through both.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from grader import numeric
from grader.errors import ShapeError
from grader.expression import exact as sp
from grader.expression import layout as lay
from grader.expression import windows
from grader.expression.layout import Layout
from grader.expression.tree import (
    OPERATIONS,
    Apply,
    Expression,
    Index,
    Operation,
    Shape,
    as_expression,
    broadcast,
    by,
    entry,
)
from grader.expression.windows import Padding, Pair
from grader.lazy import sympy
from grader.numeric import Array

WRITTEN_OUT = 30  # terms of a sum that a page still writes out


def row(name: str, **columns: Any) -> Operation:
    """Add a row to the table."""
    OPERATIONS[name] = operation = Operation(name, **columns)
    return operation


def pointwise(name: str, numeric: Callable[..., Array], exact: Callable[..., Any], layout: Any) -> Operation:
    """Add a row for an operation that works entry by entry, with broadcasting."""
    return row(
        name, shape=broadcast, numeric=numeric, exact=sp.pointwise(exact), layout=layout, elementwise=True
    )  # fmt: skip


def call(function: str) -> Callable[..., Layout]:
    """The layout of a named function; options do not show."""
    return lambda *arguments, **_: lay.Call(function, arguments)


def spread(function: str) -> Callable[..., Layout]:
    """The layout of a function of many: a vector that is written out becomes its arguments."""

    def drawn(argument: Layout, **_: Any) -> Layout:
        if isinstance(argument, lay.Grid) and len(argument.rows) == 1:
            return lay.Call(function, argument.rows[0])
        return lay.Call(function, (argument,))

    return drawn


# Entry by entry.

plus = pointwise("plus", np.add, lambda a, b: a + b, lay.plus)
minus = pointwise("minus", np.subtract, lambda a, b: a - b, lay.minus)
times = pointwise("times", np.multiply, lambda a, b: a * b, lay.times)
divide = pointwise("divide", np.divide, lambda a, b: a / b, lay.Ratio)
power = pointwise("power", np.power, sp.power, lay.power)
negative = pointwise("negative", np.negative, lambda a: -a, lay.negative)
exp = pointwise("exp", np.exp, lambda a: sympy.exp(a), lambda a: lay.Power(lay.Symbol("e"), a))
log = pointwise("log", np.log, lambda a: sympy.log(a), call("log"))
xlogy = pointwise("xlogy", numeric.xlogy, sp.xlogy, lambda a, b: lay.times(a, lay.Call("log", (b,))))
sqrt = pointwise("sqrt", np.sqrt, lambda a: sympy.sqrt(a), lay.Root)
absolute = pointwise("abs", np.abs, lambda a: sympy.Abs(a), lambda a: lay.Fence(a, "||"))
floor = pointwise("floor", np.floor, lambda a: sympy.floor(a), lambda a: lay.Fence(a, "⌊⌋"))
ceiling = pointwise("ceiling", np.ceil, lambda a: sympy.ceiling(a), lambda a: lay.Fence(a, "⌈⌉"))
tanh = pointwise("tanh", np.tanh, lambda a: sympy.tanh(a), call("tanh"))
sigmoid = pointwise("sigmoid", numeric.sigmoid, sp.sigmoid, call("sigma"))
relu = pointwise("relu", numeric.relu, sp.relu, call("ReLU"))
sin = pointwise("sin", np.sin, lambda a: sympy.sin(a), call("sin"))
cos = pointwise("cos", np.cos, lambda a: sympy.cos(a), call("cos"))
arccos = pointwise("arccos", numeric.arccos, lambda a: sympy.acos(a), call("arccos"))
sign = pointwise("sign", np.sign, lambda a: sympy.sign(a), call("sign"))
choose = pointwise("choose", numeric.choose, sp.known(lambda n, k: sympy.binomial(n, k)), call("C"))
maximum = pointwise("maximum", np.maximum, sp.maximum, call("max"))
minimum = pointwise("minimum", np.minimum, sp.minimum, call("min"))
less = pointwise("less", numeric.less, sp.known(lambda a, b: sp.indicator(a < b)), lay.between("<"))
equal = pointwise("equal", numeric.equal, sp.known(lambda a, b: sp.indicator(sympy.Eq(a, b))), lay.equality)
where = pointwise("where", numeric.where, sp.where, lay.chosen)


# All entries, or those along an axis, into one.


def reduced(shape: Shape, axis: int | None = None) -> Shape:
    """What is left of a shape when one axis (or all) is folded away."""
    if axis is None:
        return ()
    if not 0 <= axis < len(shape):
        raise ShapeError(f"no axis {axis} in {by(shape)}")
    return shape[:axis] + shape[axis + 1 :]


def along(shape: Shape, index: Index, axis: int | None) -> list[Index]:
    """The entries that are folded into the entry at `index`."""
    if axis is None:
        return list(np.ndindex(*shape))
    return [(*index[:axis], i, *index[axis:]) for i in range(shape[axis])]


def written_out(join: Callable[[list[Expression]], Expression]) -> Callable[..., Expression]:
    """The entry of a reduction, as the page writes it out; itself where that would be too long."""

    def at(index: Index, operand: Expression, axis: int | None = None) -> Expression:
        entries = along(operand.shape, index, axis)
        if not 0 < len(entries) <= WRITTEN_OUT:
            raise ShapeError(f"{len(entries)} terms are too many to write out")
        return join([entry(operand, each) for each in entries])

    return at


def chain(terms: list[Expression]) -> Expression:
    """The terms added from left to right."""
    return reduce(lambda a, b: a + b, terms)


def listed(function: str) -> Callable[[list[Expression]], Expression]:
    return lambda terms: OPERATIONS[function](stack(*terms))


def reduction(name: str, numeric: Any, exact: Any, layout: Any, join: Any) -> Operation:
    """Add a row for an operation that folds entries together."""
    return row(
        name, shape=reduced, numeric=numeric, exact=sp.reduction(exact), layout=layout, entry=written_out(join)
    )  # fmt: skip


total = reduction("sum", numeric.total, sp.total, lambda a, axis=None: lay.Total(a, "i"), chain)
mean = reduction("mean", numeric.mean, sp.mean, call("mean"), lambda terms: chain(terms) / len(terms))
largest = reduction("max", numeric.largest, lambda v: sp.maximum(*v), spread("max"), listed("max"))
smallest = reduction("min", numeric.smallest, lambda v: sp.minimum(*v), spread("min"), listed("min"))
argmax = reduction("argmax", numeric.argmax, sp.best_position(lambda a, b: a > b), call("argmax"), listed("argmax"))
argmin = reduction("argmin", numeric.argmin, sp.best_position(lambda a, b: a < b), call("argmin"), listed("argmin"))


# Matrices.


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


def softmax_shape(z: Shape) -> Shape:
    if not z:
        raise ShapeError("softmax takes a vector, got a single number")
    return z


def softmax_entry(index: Index, z: Expression) -> Expression:
    if z.shape[-1] > WRITTEN_OUT:
        raise ShapeError(f"{z.shape[-1]} exponentials are too many to write out")
    return exp(entry(z, index)) / chain([exp(entry(z, (*index[:-1], k))) for k in range(z.shape[-1])])


matmul = row(
    "matmul",
    shape=product_shape,
    numeric=numeric.matmul,
    exact=sp.matmul,
    layout=lambda a, b: lay.Infix(
        lay.bracketed(a, lay.PRODUCT, first=True), "·", lay.bracketed(b, lay.PRODUCT), lay.PRODUCT
    ),
    entry=product_entry,
)
transpose = row(
    "transpose",
    shape=transposed,
    numeric=numeric.transpose,
    exact=sp.transpose,
    layout=lambda a: lay.power(a, lay.Symbol("T")),
    entry=lambda index, A: entry(A, index[::-1]),
)
solve = row(
    "solve",
    shape=solve_shape,
    numeric=numeric.solve,
    exact=sp.solve,
    layout=lambda A, b: lay.times(lay.power(A, lay.Numeric("-1")), b),
)
softmax = row(
    "softmax",
    shape=softmax_shape,
    numeric=numeric.softmax,
    exact=sp.softmax,
    layout=call("softmax"),
    entry=softmax_entry,
)


# Taking apart and putting together.


def item_shape(shape: Shape, index: Index) -> Shape:
    if len(index) > len(shape) or any(not 0 <= i < n for i, n in zip(index, shape, strict=False)):
        raise ShapeError(f"no entry {by([i + 1 for i in index])} in {by(shape)}")
    return shape[len(index) :]


def stack_shape(*shapes: Shape) -> Shape:
    if len(set(shapes)) != 1:
        raise ShapeError(f"stacking takes equal shapes, got {', '.join(map(by, shapes))}")
    return (len(shapes), *shapes[0])


def concatenated(*shapes: Shape) -> Shape:
    if any(len(shape) != 1 for shape in shapes):
        raise ShapeError(f"joining takes vectors, got {', '.join(map(by, shapes))}")
    return (sum(shape[0] for shape in shapes),)


def concatenate_entry(index: Index, *operands: Expression) -> Expression:
    (i,) = index
    for operand in operands:
        if i < operand.shape[0]:
            return entry(operand, (i,))
        i -= operand.shape[0]
    raise ShapeError(f"no entry {index[0] + 1} in {', '.join(by(operand.shape) for operand in operands)}")


def width(shape: Shape) -> int:
    """Columns that a matrix, a vector or a number fills."""
    return shape[1] if len(shape) == 2 else 1


def beside_shape(*shapes: Shape) -> Shape:
    rows = {shape[0] for shape in shapes if shape}
    if len(rows) != 1 or any(len(shape) > 2 for shape in shapes):
        raise ShapeError(f"side by side stand matrices and vectors of as many rows, got {', '.join(map(by, shapes))}")
    return (rows.pop(), sum(map(width, shapes)))


def beside_entry(index: Index, *operands: Expression) -> Expression:
    i, j = index
    for operand in operands:
        if j < width(operand.shape):
            return entry(operand, (i, j)[: len(operand.shape)])
        j -= width(operand.shape)
    raise ShapeError(f"no column {j + 1} in {', '.join(by(operand.shape) for operand in operands)}")


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


def grid(*items: Layout) -> Layout:
    if items and all(isinstance(item, lay.Grid) and len(item.rows) == 1 for item in items):
        return lay.Grid(tuple(item.rows[0] for item in items if isinstance(item, lay.Grid)))
    return lay.Grid((items,))


item = row(
    "item",
    shape=item_shape,
    numeric=lambda a, index: a[index],
    exact=sp.item,
    layout=lay.subscripted,
    entry=lambda at, operand, index: entry(operand, (*index, *at)),
)
stack = row(
    "stack",
    shape=stack_shape,
    numeric=numeric.stack,
    exact=sp.stack,
    layout=grid,
    entry=lambda index, *operands: entry(operands[index[0]], index[1:]),
)
ravel = row(
    "ravel",
    shape=lambda shape: (int(np.prod(shape, dtype=int)),),
    numeric=numeric.ravel,
    exact=sp.ravel,
    layout=call("flatten"),
    entry=lambda index, a: entry(a, tuple(int(i) for i in np.unravel_index(index[0], a.shape))),
)
concatenate = row(
    "concatenate",
    shape=concatenated,
    numeric=numeric.concatenate,
    exact=sp.concatenate,
    layout=call("join"),
    entry=concatenate_entry,
)
beside = row(
    "beside",
    shape=beside_shape,
    numeric=numeric.beside,
    exact=sp.beside,
    layout=lambda *columns: lay.Grid((columns,)),
    entry=beside_entry,
)
_expand = row(
    "expand",
    shape=lambda shape, axes: (*shape, *(1,) * axes),
    numeric=lambda a, axes: a.reshape((*a.shape[:-1], *(1,) * axes, a.shape[-1])),
    exact=sp.expand,
    layout=lambda a, axes: a,
    entry=lambda index, a, axes: entry(a, index[: len(index) - axes]),
)
outer = row(
    "outer",
    shape=outer_shape,
    numeric=lambda a, b: a[:, None] * b[None],
    exact=sp.outer,
    layout=lambda a, b: lay.times(a, lay.power(b, lay.Symbol("T"))),
    entry=lambda index, a, b: entry(a, index[:1]) * entry(b, index[1:]),
)
identity = row(
    "identity",
    shape=lambda n: (n, n),
    numeric=lambda n: np.eye(n)[..., None],
    exact=sp.identity,
    layout=lambda n: lay.Symbol("I"),
    entry=lambda index, n: as_expression(int(index[0] == index[1])),
)
diagonal = row(
    "diagonal",
    shape=diagonal_shape,
    numeric=lambda a: np.eye(len(a))[..., None] * a[:, None],
    exact=sp.diagonal,
    layout=call("diag"),
    entry=lambda index, a: entry(a, index[:1]) if index[0] == index[1] else as_expression(0),
)
cross = row(
    "cross",
    shape=cross_shape,
    numeric=numeric.cross,
    exact=sp.cross,
    layout=lambda a, b: lay.Infix(lay.bracketed(a, lay.PRODUCT), "×", lay.bracketed(b, lay.PRODUCT), lay.PRODUCT),
    entry=lambda index, a, b: cross_entry(index[0], a, b),
)


def expand(a: Expression, axes: int) -> Apply:
    """`a` with so many axes of length 1 behind its own, to meet a tensor of more axes: a bias for each filter's map."""
    return _expand(a, axes=axes)


# Images.


def padded_shape(X: Shape, padding: Padding) -> Shape:
    if len(X) < 2:
        raise ShapeError(f"padding takes an image of at least 2 axes, got {by(X)}")
    return (*X[:-2], X[-2] + sum(padding[0]), X[-1] + sum(padding[1]))


def padded_entry(index: Index, X: Expression, padding: Padding) -> Expression:
    i, j = index[-2] - padding[0][0], index[-1] - padding[1][0]
    inside = 0 <= i < X.shape[-2] and 0 <= j < X.shape[-1]
    return entry(X, (*index[:-2], i, j)) if inside else as_expression(0)


def conv2d_entry(index: Index, X: Expression, K: Expression, stride: Pair, dilation: Pair, flip: bool) -> Expression:
    pairs = list(windows.taps(index, X.shape, K.shape, stride, dilation, flip))
    if len(pairs) > WRITTEN_OUT:
        raise ShapeError(f"{len(pairs)} products are too many to write out")
    return chain([entry(X, pixel) * entry(K, tap) for pixel, tap in pairs])


def pool_entry(
    index: Index, X: Expression, size: Pair, stride: Pair, mode: str, padding: Padding, ceil: bool
) -> Expression:
    pixels, count = windows.pooled(index, X.shape, size, stride, padding)
    if len(pixels) > WRITTEN_OUT:
        raise ShapeError(f"{len(pixels)} entries are too many to write out")
    values = [entry(X, pixel) for pixel in pixels]
    return largest(stack(*values)) if mode == "max" else chain(values) / count


def conv2d_layout(X: Layout, K: Layout, stride: Pair, dilation: Pair, flip: bool) -> Layout:
    return lay.Infix(lay.bracketed(X, lay.PRODUCT), "∗" if flip else "⋆", lay.bracketed(K, lay.PRODUCT), lay.SUM)


pad = row(
    "pad", shape=padded_shape, numeric=numeric.pad, exact=sp.pad,
    layout=lambda X, padding: lay.Call("pad", (X,)), entry=padded_entry,
)  # fmt: skip
_conv2d = row(
    "conv2d", shape=windows.conv2d_shape, numeric=numeric.conv2d, exact=sp.conv2d, layout=conv2d_layout,
    entry=conv2d_entry,
)  # fmt: skip
_pool = row(
    "pool", shape=windows.pool_shape, numeric=numeric.pool, exact=sp.pool,
    layout=lambda X, size, mode, **_: lay.Call(f"{mode}pool", (X,), by(size)), entry=pool_entry,
)  # fmt: skip


def conv2d(X: Expression, K: Expression, stride: Pair = (1, 1), dilation: Pair = (1, 1), flip: bool = False) -> Apply:
    """Cross-correlation of an image with a kernel (`flip` for true convolution), channels summed."""
    return _conv2d(X, K, stride=stride, dilation=dilation, flip=flip)


def pool(
    X: Expression,
    size: Pair,
    stride: Pair | None = None,
    mode: str = "max",
    padding: Padding = ((0, 0), (0, 0)),
    ceil: bool = False,
) -> Apply:
    """The largest or mean entry of each window; `stride` is the window's size unless it is given."""
    return _pool(X, size=size, stride=stride or size, mode=mode, padding=padding, ceil=ceil)
