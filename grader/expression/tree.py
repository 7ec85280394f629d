"""The expression: an immutable tree of operations, written with Python's own operators.

A leaf is a `Number` (exact, as its author wrote it) or a `Name` (a given, or an earlier step). Every other node applies
one row of the table of operations. Trees compare by structure and carry their shape; `()` is a scalar.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar

from grader.errors import ShapeError

if TYPE_CHECKING:
    from grader.expression.layout import Layout
    from grader.numeric import Array

Shape = tuple[int, ...]
Index = tuple[int, ...]
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Operation:
    """One row of the table: what every reading does with one operation.

    Each column is a function of the operands as that reading has them, and of the operation's options by name.
    A further reading is a further column here and a value in the rows that have it.
    """

    name: str
    shape: Callable[..., Shape]
    """Shapes to shape; raises `ShapeError` where they do not fit."""
    numeric: Callable[..., Array]
    """NumPy arrays to array, students on the last axis."""
    exact: Callable[..., Any]
    """SymPy scalars and arrays to the same, written from the definition and not from the NumPy column."""
    layout: Callable[..., Layout]
    """Operands as they are set on a page, to the whole as it is set."""
    entry: Callable[..., Expression] | None = None
    """`(index, *operands)` to the scalar expression of one entry: the worked cell, and a sum written out."""
    elementwise: bool = False
    """Whether it works entry by entry."""
    rational: bool = False
    """Whether it makes ratios of polynomials out of such."""

    def __call__(self, *operands: Operand, **options: Any) -> Apply:
        trees = tuple([each if isinstance(each, Expression) else as_expression(each) for each in operands])
        shapes = [tree.shape for tree in trees]
        if self.elementwise and not options and not any(shapes):
            return Apply(self, trees, (), ())
        return Apply(self, trees, tuple(sorted(options.items())), self.shape(*shapes, **options))

    def __repr__(self) -> str:
        return self.name


OPERATIONS: dict[str, Operation] = {}
"""Every operation by name. `operations.py` fills it, one row each."""


class Expression:
    """What all nodes share: Python's operators, each a row of the table.

    >>> w, g = Name("w"), Name("g")
    >>> w - Fraction(1, 10) * g
    minus(w, times(1/10, g))
    """

    shape: Shape

    def __add__(self, other: Operand) -> Expression:
        return OPERATIONS["plus"](self, other)

    def __radd__(self, other: Operand) -> Expression:
        return OPERATIONS["plus"](other, self)

    def __sub__(self, other: Operand) -> Expression:
        return OPERATIONS["minus"](self, other)

    def __rsub__(self, other: Operand) -> Expression:
        return OPERATIONS["minus"](other, self)

    def __mul__(self, other: Operand) -> Expression:
        return OPERATIONS["times"](self, other)

    def __rmul__(self, other: Operand) -> Expression:
        return OPERATIONS["times"](other, self)

    def __truediv__(self, other: Operand) -> Expression:
        return OPERATIONS["divide"](self, other)

    def __rtruediv__(self, other: Operand) -> Expression:
        return OPERATIONS["divide"](other, self)

    def __pow__(self, other: Operand) -> Expression:
        return OPERATIONS["power"](self, other)

    def __rpow__(self, other: Operand) -> Expression:
        return OPERATIONS["power"](other, self)

    def __matmul__(self, other: Operand) -> Expression:
        return OPERATIONS["matmul"](self, other)

    def __rmatmul__(self, other: Operand) -> Expression:
        return OPERATIONS["matmul"](other, self)

    def __neg__(self) -> Expression:
        return OPERATIONS["negative"](self)

    def __lt__(self, other: Operand) -> Expression:
        return OPERATIONS["less"](self, other)

    def __gt__(self, other: Operand) -> Expression:
        return OPERATIONS["less"](other, self)

    @property
    def T(self) -> Expression:
        """The transpose."""
        return OPERATIONS["transpose"](self)

    def __getitem__(self, index: int | Index) -> Expression:
        return OPERATIONS["item"](self, index=index if isinstance(index, tuple) else (index,))

    def __bool__(self) -> bool:
        raise TypeError("a formula is neither true nor false; write where(condition, then, otherwise)")

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a scalar has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Expression]:
        return (self[i] for i in range(len(self)))


@dataclass(frozen=True, slots=True, repr=False)
class Number(Expression):
    """An exact scalar."""

    value: Fraction
    shape: Shape = ()

    def __repr__(self) -> str:
        return str(self.value)


@dataclass(frozen=True, slots=True, repr=False)
class Name(Expression):
    """A given or an earlier step, by name; `symbol` is how pages write it, in the manner of `w_1` or `yhat_2`."""

    name: str
    shape: Shape = ()
    symbol: str = ""

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, repr=False)
class Apply(Expression):
    """An operation on operands, with options that are not expressions (a stride, an axis)."""

    operation: Operation
    operands: tuple[Expression, ...]
    options: tuple[tuple[str, Any], ...]
    shape: Shape

    def __hash__(self) -> int:
        """Taken once, since a tree's is made of those of all that is in it; copies leave it behind."""
        known = self.__dict__
        if "hash" not in known:
            known["hash"] = hash((self.operation, self.operands, self.options))
        return known["hash"]  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        inside = [repr(operand) for operand in self.operands] + [f"{key}={value!r}" for key, value in self.options]
        return f"{self.operation.name}({', '.join(inside)})"


Operand = Expression | int | Fraction
Leaf = Number | Name


def as_expression(operand: Operand) -> Expression:
    """`operand` as a tree; a binary float is refused, since nobody writes 0.1 and means 0.1000000000000000055."""
    if isinstance(operand, Expression):
        return operand
    if isinstance(operand, int | Fraction):
        return Number(Fraction(operand))
    raise TypeError(f"an expression takes whole numbers and Fractions, got {operand!r}")


def fold(tree: Expression, leaf: Callable[[Leaf], T], node: Callable[..., T], known: dict[int, T] | None = None) -> T:
    """Read a tree from its leaves up: `leaf(leaf)`, then `node(apply, *read operands)`.

    A part that stands in several places is read once, and a tree may be as deep as memory allows. What is read goes to
    `known`, by the ids of the parts, so that trees which share parts share the work; all must live as long as it.
    """
    values = {} if known is None else known
    stack = [tree]
    while stack:
        current = stack[-1]
        if id(current) in values:  # it stands in several places
            stack.pop()
            continue
        if isinstance(current, Apply):
            pending = [operand for operand in current.operands if id(operand) not in values]
            if pending:
                stack.extend(pending)
                continue
            values[id(current)] = node(current, *[values[id(operand)] for operand in current.operands])
        else:
            values[id(current)] = leaf(current)  # type: ignore[arg-type]
        stack.pop()
    return values[id(tree)]


def leaves(tree: Expression) -> tuple[Leaf, ...]:
    """The numbers and names in a tree, in the order they are written."""
    return fold(tree, lambda leaf: (leaf,), lambda _, *operands: tuple(itertools.chain(*operands)))


def names(tree: Expression) -> tuple[str, ...]:
    """The names in a tree, each once, in the order they are written; found once and kept with the tree."""
    if "names" not in tree.__dict__:
        tree.__dict__["names"] = fold(
            tree,
            lambda leaf: (leaf.name,) if isinstance(leaf, Name) else (),
            lambda _, *operands: tuple(dict.fromkeys(itertools.chain(*operands))),
        )
    return tree.__dict__["names"]  # type: ignore[no-any-return]


def shape_with(tree: Expression, shapes: Mapping[str, Shape]) -> Shape:
    """The shape that a tree has where its names have `shapes`; raises `ShapeError` where they do not fit."""

    def leaf(node: Leaf) -> Shape:
        return shapes.get(node.name, node.shape) if isinstance(node, Name) else ()

    return fold(tree, leaf, lambda apply, *operands: apply.operation.shape(*operands, **dict(apply.options)))


def entry(tree: Expression, index: Index) -> Expression:
    """The scalar expression of one entry of a tensor: `entry(conv2d(X, K), (0, 0))` is a sum of products."""
    if not isinstance(tree, Apply):
        return OPERATIONS["item"](tree, index=index) if tree.shape else tree
    operation = tree.operation
    if operation.elementwise:
        operands = (entry(operand, index_below(index, operand.shape)) for operand in tree.operands)
        return operation(*operands, **dict(tree.options))
    if operation.entry is None:
        return OPERATIONS["item"](tree, index=index) if tree.shape else tree
    return operation.entry(index, *tree.operands, **dict(tree.options))


def index_below(index: Index, shape: Shape) -> Index:
    """Where broadcasting finds an entry of the result in an operand of `shape`."""
    own = index[len(index) - len(shape) :]
    return tuple(0 if length == 1 else i for i, length in zip(own, shape, strict=True))


def broadcast(*shapes: Sequence[int]) -> Shape:
    """The shape of an element-wise operation, by NumPy's rules.

    >>> broadcast((3, 1), (4,))
    (3, 4)
    """
    rank = max((len(shape) for shape in shapes), default=0)
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    lengths = []
    for axis in zip(*padded, strict=True):
        wide = {length for length in axis if length != 1}
        if len(wide) > 1:
            raise ShapeError(f"shapes {' and '.join(by(shape) for shape in shapes)} do not fit together")
        lengths.append(wide.pop() if wide else 1)
    return tuple(lengths)


def by(shape: Sequence[int]) -> str:
    """A shape as people write it.

    >>> by((3, 4)), by((5,)), by(())
    ('3×4', '5', 'a single number')
    """
    return "×".join(map(str, shape)) or "a single number"
