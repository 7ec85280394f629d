"""The table of operations: one row each, one column a reading.

To add an operation, add a row: here for what works entry by entry or folds entries together, in `matrices.py`,
`arranging.py` or `images.py` for the rest. Its NumPy and SymPy columns are written independently of each other, so that
each is a witness of the other; `tests/expression/test_operations.py` takes every row through both.
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
from grader.expression.layout import Layout
from grader.expression.tree import (
    OPERATIONS,
    Expression,
    Index,
    Operation,
    Shape,
    broadcast,
    by,
    entry,
)
from grader.lazy import sympy
from grader.numeric import Array

WRITTEN_OUT = 30  # terms of a sum that a page still writes out


def row(name: str, **columns: Any) -> Operation:
    """Add a row to the table."""
    OPERATIONS[name] = operation = Operation(name, **columns)
    return operation


def pointwise(
    name: str, numeric: Callable[..., Array], exact: Callable[..., Any], layout: Any, **columns: Any
) -> Operation:
    """Add a row for an operation that works entry by entry, with broadcasting."""
    return row(
        name, shape=broadcast, numeric=numeric, exact=sp.pointwise(exact), layout=layout, elementwise=True, **columns
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

plus = pointwise("plus", np.add, lambda a, b: a + b, lay.plus, rational=True)
minus = pointwise("minus", np.subtract, lambda a, b: a - b, lay.minus, rational=True)
times = pointwise("times", np.multiply, lambda a, b: a * b, lay.times, rational=True)
divide = pointwise("divide", np.divide, lambda a, b: a / b, lay.Ratio, rational=True)
power = pointwise("power", np.power, sp.power, lay.power, rational=True)
negative = pointwise("negative", np.negative, lambda a: -a, lay.negative, rational=True)
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
sign = pointwise("sign", numeric.sign, lambda a: sympy.sign(a), call("sign"))
tan = pointwise("tan", np.tan, lambda a: sympy.tan(a), call("tan"))
arcsin = pointwise("arcsin", np.arcsin, lambda a: sympy.asin(a), call("arcsin"))
arctan = pointwise("arctan", np.arctan, lambda a: sympy.atan(a), call("arctan"))
sinh = pointwise("sinh", np.sinh, lambda a: sympy.sinh(a), call("sinh"))
cosh = pointwise("cosh", np.cosh, lambda a: sympy.cosh(a), call("cosh"))
factorial = pointwise("factorial", numeric.factorial, sp.known(lambda n: sympy.factorial(n)), lay.factorial)
choose = pointwise("choose", numeric.choose, sp.known(lambda n, k: sympy.binomial(n, k)), call("C"))
maximum = pointwise("maximum", np.maximum, sp.maximum, call("max"))
minimum = pointwise("minimum", np.minimum, sp.minimum, call("min"))
less = pointwise("less", numeric.less, sp.known(lambda a, b: sp.indicator(a < b)), lay.between("<"))
equal = pointwise("equal", numeric.equal, sp.known(lambda a, b: sp.indicator(sympy.Eq(a, b))), lay.equality)
where = pointwise("where", numeric.where, sp.where, lay.chosen)

root = row(
    "root", shape=lambda a, n: a, numeric=numeric.root, exact=sp.root, elementwise=True,
    layout=lambda a, n: lay.Root(a, n),
)  # fmt: skip
pi = row(
    "pi", shape=lambda: (), numeric=lambda: np.array([np.pi]), exact=lambda: sympy.pi, layout=lambda: lay.Symbol("π"),
    elementwise=True,
)  # fmt: skip


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
    return lambda terms: OPERATIONS[function](OPERATIONS["stack"](*terms))


def reduction(name: str, numeric: Any, exact: Any, layout: Any, join: Any, **more: Any) -> Operation:
    """Add a row for an operation that folds entries together."""
    return row(
        name, shape=reduced, numeric=numeric, exact=sp.reduction(exact), layout=layout, entry=written_out(join),
        **more,
    )  # fmt: skip


total = reduction("sum", numeric.total, sp.total, lambda a, axis=None: lay.Total(a, "i"), chain, rational=True)
mean = reduction("mean", numeric.mean, sp.mean, call("mean"), lambda terms: chain(terms) / len(terms), rational=True)
largest = reduction("max", numeric.largest, lambda v: sp.maximum(*v), spread("max"), listed("max"))
smallest = reduction("min", numeric.smallest, lambda v: sp.minimum(*v), spread("min"), listed("min"))
argmax = reduction("argmax", numeric.argmax, sp.best_position(lambda a, b: a > b), call("argmax"), listed("argmax"))
argmin = reduction("argmin", numeric.argmin, sp.best_position(lambda a, b: a < b), call("argmin"), listed("argmin"))
