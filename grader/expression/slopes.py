"""The derivative of a tree by one entry of a name, as a tree in the same table of operations.

Forward mode: a tree is read from its leaves up, and every node takes its rule from the table in `slope_rules.py`. The
walk holds on to what it has made, so that what the tree shares is derived once, and it stops where a derivative would
grow too large to read. Source: Griewank & Walther, Evaluating Derivatives (2nd ed., 2008), chapter 3.

>>> x, y = Name("x"), Name("y")
>>> slope(x**2 * y, x)
times(times(2, x), y)
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from grader import expression as op
from grader.errors import ShapeError
from grader.expression.slope_rules import LARGEST, SLOPES, Slope, SlopeError, filled, fitted, stacked, unit, zeros
from grader.expression.tree import Apply, Expression, Index, Name
from grader.expression.tree import by as written

__all__ = ["SlopeError", "gradient", "slope"]

DEEPEST = 200  # nodes of a derivative inside each other
MOST_SLOPES = 500  # in a gradient


def slope(tree: Expression, by: Name, index: Index = ()) -> Expression:
    """The derivative of every entry of `tree` by the entry of `by` at `index`: a tree of the shape of `tree`.

    Raises `SlopeError` for a function without a rule and for what grows too large, `ShapeError` for no such entry.

    >>> X, w = Name("X", (3, 2)), Name("w", (2,))
    >>> slope(X @ w, w, (1,))
    matmul(X, stack(0, 1))
    """
    return filled(_forward(tree, by, index, Meter()), tree.shape)


def gradient(tree: Expression, by: Name) -> Expression:
    """The derivatives of `tree` by every entry of `by`: the axes of `tree`, then those of `by` (the Jacobian).

    Raises `SlopeError` as `slope` does, and where there are too many entries.

    >>> x = Name("x", (2,))
    >>> gradient(x @ x, x).shape, gradient(op.softmax(x), x).shape
    ((2,), (2, 2))
    """
    meter = Meter()
    if not any(isinstance(node, Name) and node.name == by.name for node in upward(tree)):
        return zeros(tree.shape + by.shape)
    if math.prod(by.shape) > MOST_SLOPES:
        raise SlopeError(f"derivatives by {math.prod(by.shape)} entries are too many to be written down")
    if not tree.shape:
        return stacked(by.shape, lambda index: filled(meter.kept(_forward(tree, by, index, meter)), ()))

    # The entries of `by` are stacked last axis first: one transposition at the end then puts all axes in order.
    def turned(index: Index) -> Expression:
        slopes = filled(meter.kept(_forward(tree, by, index[::-1], meter)), tree.shape)
        return op.transpose(slopes) if len(tree.shape) > 1 else slopes

    found = stacked(by.shape[::-1], turned)
    return op.transpose(found) if len(found.shape) > 1 else found


def _forward(tree: Expression, by: Name, index: Index, meter: Meter) -> Slope:
    if len(index) != len(by.shape) or any(not 0 <= i < n for i, n in zip(index, by.shape, strict=True)):
        raise ShapeError(f"no entry {written([i + 1 for i in index])} in {written(by.shape)}")
    seed = unit(by.shape, index)
    slopes: dict[int, Slope] = {}
    for node in upward(tree):
        found: Slope = None
        if isinstance(node, Name) and node.name == by.name:
            found = seed
        elif isinstance(node, Apply):
            found = _slope_of(node, [slopes[id(operand)] for operand in node.operands])
        meter.measure(node)
        slopes[id(node)] = meter.measured(found)
    return slopes[id(tree)]


def _slope_of(node: Apply, slopes: list[Slope]) -> Slope:
    if all(each is None for each in slopes):
        return None
    name = node.operation.name
    if name not in SLOPES:
        raise SlopeError(f"the derivative of '{name}' is not known here")
    return fitted(SLOPES[name](node, *slopes), node.shape)


def upward(tree: Expression) -> Iterator[Expression]:
    """Every node of a tree, operands before what is made of them; one that is shared comes once."""
    seen: set[int] = set()
    waiting = [(tree, False)]
    while waiting:
        node, ready = waiting.pop()
        if ready:
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            waiting.append((node, True))
            waiting.extend((operand, False) for operand in getattr(node, "operands", ()))


class Meter:
    """How large and how deep trees are as a reading meets them: a shared node counts wherever it stands."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[int, int, Expression]] = {}  # with the node itself, so that its id stays its own
        self.total = 0

    def measure(self, tree: Expression) -> tuple[int, int]:
        """Nodes, and nodes inside each other. What a tree is made of should be measured before: this recurses."""
        if id(tree) not in self.known:
            parts = [self.measure(operand) for operand in getattr(tree, "operands", ())]
            size = 1 + sum(part[0] for part in parts)
            depth = 1 + max((part[1] for part in parts), default=0)
            if size > LARGEST or depth > DEEPEST:
                raise SlopeError("the derivative grows too large to be written down")
            self.known[id(tree)] = size, depth, tree
        return self.known[id(tree)][:2]

    def measured(self, found: Slope) -> Slope:
        """`found`, where it is not too large."""
        if found is not None:
            self.measure(found)
        return found

    def kept(self, found: Slope) -> Slope:
        """`found`, where all that has been kept so far is not too large."""
        self.total += self.measure(found)[0] if found is not None else 1
        if self.total > LARGEST:
            raise SlopeError("the derivatives grow too large to be written down")
        return found
