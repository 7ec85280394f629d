"""The readings of an expression: numbers for all students at once, exact values, and mathematics as written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from grader.errors import ShapeError
from grader.expression import exact as sp
from grader.expression import formats, layout
from grader.expression.layout import Layout
from grader.expression.numerals import Table
from grader.expression.tree import Apply, Expression, Index, Leaf, Name, Number, entry, fold
from grader.lazy import sympy
from grader.numeric import Array


class Lookup(Protocol):
    """What stands for each name: a Fraction, or the entries of a tensor by index."""

    def __getitem__(self, name: str, /) -> Any: ...


LONGEST_RATIO = 120  # digits in numerator or denominator before a ratio is no longer kept
MOST_OPERATIONS = 60  # in a value with roots and exponentials before it is no longer kept


def numeric(tree: Expression, values: Mapping[str, Array], known: dict[int, Array] | None = None) -> Array:
    """The value of a tree for every student: names stand for arrays with students on the last axis.

    `known` is what `fold` keeps of parts that several trees share.

    >>> w, x = Name("w"), Name("x")
    >>> numeric(w * x + 1, {"w": np.array([0.5, 0.25]), "x": np.array([2.0])})
    array([2. , 1.5])
    """

    def leaf(node: Leaf) -> Array:
        return values[node.name] if isinstance(node, Name) else np.array([nearest(node.value)])

    def node(apply: Apply, *operands: Array) -> Array:
        return apply.operation.numeric(*operands, **dict(apply.options))

    with np.errstate(all="ignore"):
        return fold(tree, leaf, node, known)


def exact(tree: Expression, values: Mapping[str, sp.Exact]) -> sp.Exact:
    """The value of a tree in SymPy: names stand for SymPy scalars and arrays, which may hold symbols.

    >>> import sympy
    >>> w, x = Name("w"), Name("x")
    >>> exact((w * x) ** 2, {"w": sympy.Rational(1, 2), "x": sympy.Symbol("x")})
    x**2/4
    """

    def leaf(node: Leaf) -> sp.Exact:
        return values[node.name] if isinstance(node, Name) else rational(node.value)

    def node(apply: Apply, *operands: sp.Exact) -> sp.Exact:
        return apply.operation.exact(*operands, **dict(apply.options))

    return fold(tree, leaf, node)


def nearest(value: Fraction) -> float:
    """The nearest float, infinite where the number is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def rational(value: Fraction) -> sp.Exact:
    """A SymPy rational."""
    return sympy.Rational(value.numerator, value.denominator)


def settled(value: sp.Exact) -> sp.Exact:
    """An exact value within its budget: ratios and simple roots stay, what would grow becomes thirty digits."""
    return sp.build(sp.shape_of(value), lambda index: _settled(sp.get(value, index)))


def _settled(value: sp.Exact) -> sp.Exact:
    if value.is_Rational:
        kept = max(abs(value.p), value.q) < 10**LONGEST_RATIO
    else:
        kept = not value.is_number or value.count_ops() <= MOST_OPERATIONS
    return value if kept else rounded(value.evalf(sp.PRECISION))


def rounded(value: sp.Exact) -> sp.Exact:
    """A number at thirty digits; what cancels to nothing comes with none and would take them from all it meets."""
    return sympy.Float(value, sp.PRECISION) if value.is_Float else value


def exact_table(table: Table) -> sp.Exact:
    """A table of numbers as SymPy has it."""
    entries = dict(zip(sp.indices(table.shape), table.entries, strict=True))
    return sp.build(table.shape, lambda index: rational(entries[index]))


def numeric_table(table: Table) -> Array:
    """A table of numbers shared by all students: the last axis has length 1."""
    return np.array([nearest(value) for value in table.entries]).reshape((*table.shape, 1))


def layout_of(tree: Expression, marks: tuple[str, ...] = ()) -> Layout:
    """A tree as it is set on a page; `marks` are indices that a sum outside binds."""
    match tree:
        case Number(value):
            return layout.numeric(value)
        case Name(name, shape, symbol):
            drawn = layout.symbol(symbol or name)
            return layout.subscripted(drawn, marks[-len(shape) :]) if marks and shape else drawn
        case Apply(operation, operands, options):
            if operation.name == "sum":
                return _sum_layout(operands[0], dict(options).get("axis"))
            if operation.name == "times" and not marks and all(operand.shape for operand in operands):
                a, b = (layout.bracketed(layout_of(operand), layout.PRODUCT) for operand in operands)
                return layout.Infix(a, "⊙", b, layout.SUM)
            return operation.layout(*(layout_of(operand, marks) for operand in operands), **dict(options))
    raise TypeError(f"not an expression: {tree!r}")


def _sum_layout(operand: Expression, axis: int | None) -> Layout:
    letters = ("i", "j", "k", "l")[: len(operand.shape)]
    bound = letters if axis is None else letters[axis : axis + 1]
    marks = letters if axis is None and pointwise(operand) else ()
    inner = layout.bracketed(layout_of(operand, marks), layout.PRODUCT)
    return layout.Total(inner, ",".join(bound))


def pointwise(tree: Expression) -> bool:
    """Whether a tree works entry by entry throughout."""
    return not isinstance(tree, Apply) or (tree.operation.elementwise and all(map(pointwise, tree.operands)))


def latex_of(tree: Expression) -> str:
    r"""A tree as LaTeX, in the order its author wrote.

    >>> latex_of(Name("w") - Name("lr") * Name("g"))
    'w - \\alpha g'
    """
    return formats.latex(layout_of(tree))


def plain_of(tree: Expression) -> str:
    """A tree on one line of Unicode; set once and kept with the tree.

    >>> plain_of(Name("w") - Name("lr") * Name("g"))
    'w − α·g'
    """
    if "plain" not in tree.__dict__:
        tree.__dict__["plain"] = formats.plain(layout_of(tree))
    return tree.__dict__["plain"]  # type: ignore[no-any-return]


def written_out(tree: Expression, index: Index = ()) -> Expression | None:
    """One entry of a tree as a formula in scalars, or None where that would be too long to read."""
    try:
        return entry(tree, index)
    except ShapeError:
        return None


def substituted(tree: Expression, values: Lookup) -> Expression:
    """A scalar formula with every name replaced by its value, a Fraction, or by a nested table's entry."""

    def leaf(node: Leaf) -> Expression:
        return Number(values[node.name]) if isinstance(node, Name) and not node.shape else node

    def node(apply: Apply, *operands: Expression) -> Expression:
        inner = operands[0] if operands else None  # π has none
        if apply.operation.name == "item" and isinstance(inner, Name) and not apply.shape:
            return Number(values[inner.name][dict(apply.options)["index"]])
        return apply.operation(*operands, **dict(apply.options))

    return fold(tree, leaf, node)
