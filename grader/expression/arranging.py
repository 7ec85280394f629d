"""Rows of the table: taking tensors apart and putting them together."""

from __future__ import annotations

import numpy as np

from grader import numeric
from grader.errors import ShapeError
from grader.expression import exact as sp
from grader.expression import layout as lay
from grader.expression.layout import Layout
from grader.expression.operations import call, row
from grader.expression.tree import Apply, Expression, Index, Shape, by, entry


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
    rational=True,
)
stack = row(
    "stack",
    shape=stack_shape,
    numeric=numeric.stack,
    exact=sp.stack,
    layout=grid,
    entry=lambda index, *operands: entry(operands[index[0]], index[1:]),
    rational=True,
)
ravel = row(
    "ravel",
    shape=lambda shape: (int(np.prod(shape, dtype=int)),),
    numeric=numeric.ravel,
    exact=sp.ravel,
    layout=call("flatten"),
    entry=lambda index, a: entry(a, tuple(int(i) for i in np.unravel_index(index[0], a.shape))),
    rational=True,
)
concatenate = row(
    "concatenate",
    shape=concatenated,
    numeric=numeric.concatenate,
    exact=sp.concatenate,
    layout=call("join"),
    entry=concatenate_entry,
    rational=True,
)
beside = row(
    "beside",
    shape=beside_shape,
    numeric=numeric.beside,
    exact=sp.beside,
    layout=lambda *columns: lay.Grid((columns,)),
    entry=beside_entry,
    rational=True,
)
_expand = row(
    "expand",
    shape=lambda shape, axes: (*shape, *(1,) * axes),
    numeric=lambda a, axes: a.reshape((*a.shape[:-1], *(1,) * axes, a.shape[-1])),
    exact=sp.expand,
    layout=lambda a, axes: a,
    entry=lambda index, a, axes: entry(a, index[: len(index) - axes]),
    rational=True,
)


def expand(a: Expression, axes: int) -> Apply:
    """`a` with so many axes of length 1 behind its own, to meet a tensor of more axes: a bias for each filter's map."""
    return _expand(a, axes=axes)
