"""Trees as a list of steps, each subtree once: what is read many times, or is too deep to be read by recursion.

Equal subtrees become one step, within a tree and between trees, so that two trees are equal exactly where their roots
are the same step.

>>> x = Name("x")
>>> program = Program(x * x + 1, 1 + x * x)
>>> [str(step.operation) for step in program.steps], program.roots
(['times', 'plus', 'plus'], (3, 4))
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

from grader.expression.tree import Apply, Expression, Leaf, Name, Number, Operation

Column = Callable[[Operation], Callable[..., Any]]


class Step(NamedTuple):
    """One operation: where its value goes, and where those of its operands are."""

    at: int
    operation: Operation
    operands: tuple[int, ...]
    options: dict[str, Any]


class Program:
    """Some trees in the order in which they can be computed: numbers, names and steps fill a place for each node."""

    def __init__(self, *trees: Expression) -> None:
        self.nodes: list[Expression] = []
        self.numbers: list[tuple[int, Number]] = []
        self.names: list[tuple[int, Name]] = []
        self.steps: list[Step] = []
        self._places: dict[object, int] = {}
        seen: dict[int, int] = {}
        self.roots = tuple([self._add(tree, seen) for tree in trees])

    def _add(self, tree: Expression, seen: dict[int, int]) -> int:
        """The place of a tree, operands before what they are operands of; without recursion."""
        pending = [tree]
        while pending:
            node = pending[-1]
            if id(node) in seen:
                pending.pop()
            elif isinstance(node, Apply):
                missing = [operand for operand in node.operands if id(operand) not in seen]
                if missing:
                    pending += missing[::-1]
                else:
                    pending.pop()
                    seen[id(node)] = self._apply(node, tuple([seen[id(operand)] for operand in node.operands]))
            else:
                pending.pop()
                seen[id(node)] = self._leaf(node)  # type: ignore[arg-type]
        return seen[id(tree)]

    def _apply(self, node: Apply, operands: tuple[int, ...]) -> int:
        key = (node.operation, node.options, operands)
        place = self._places.get(key)
        if place is None:
            place = self._place(key, node)
            self.steps.append(Step(place, node.operation, operands, dict(node.options)))
        return place

    def _leaf(self, leaf: Leaf) -> int:
        key = _leaf_key(leaf)
        place = self._places.get(key)
        if place is None:
            place = self._place(key, leaf)
            if isinstance(leaf, Name):
                self.names.append((place, leaf))
            else:
                self.numbers.append((place, leaf))
        return place

    def _place(self, key: object, node: Expression) -> int:
        place = self._places[key] = len(self.nodes)
        self.nodes.append(node)
        return place

    @property
    def key(self) -> Hashable:
        """Equal where the trees are written the same; in a flat form, so that no tree is too deep for it."""
        leaves = [(at, *_leaf_key(leaf)) for leaves in (self.numbers, self.names) for at, leaf in leaves]
        steps = [(at, operation, operands, *options.items()) for at, operation, operands, options in self.steps]
        return self.roots, *leaves, *steps

    def run(self, column: Column, number: Callable[[Number], Any], names: Sequence[Any]) -> list[Any]:
        """The value at every place; `names` are the values of `self.names`, in that order."""
        values: list[Any] = [None] * len(self.nodes)
        for at, leaf in self.numbers:
            values[at] = number(leaf)
        for (at, _), value in zip(self.names, names, strict=True):
            values[at] = value
        for at, operation, operands, options in self.steps:
            values[at] = column(operation)(*[values[i] for i in operands], **options)
        return values

    def holding(self, step: Callable[[Step], bool], names: bool = False) -> list[bool]:
        """For every place, whether there is such a step, or a name if those are asked for, at it or below it."""
        found = [False] * len(self.nodes)
        for at, _ in self.names:
            found[at] = names
        for each in self.steps:
            found[each.at] = step(each) or any(found[i] for i in each.operands)
        return found

    def reached(self, root: int) -> list[bool]:
        """For every place, whether the tree at `root` has it."""
        found = [False] * len(self.nodes)
        found[root] = True
        for step in reversed(self.steps):
            if found[step.at]:
                for i in step.operands:
                    found[i] = True
        return found

    def work(self) -> list[int]:
        """How many operations on scalars each step takes, about; it also bounds how its degree grows."""
        if not any(node.shape for node in self.nodes):
            return [1] * len(self.steps)
        shapes = [node.shape for node in self.nodes]
        return [_work(step, shapes[step.at], [shapes[i] for i in step.operands]) for step in self.steps]


def _leaf_key(leaf: Leaf) -> tuple[object, ...]:
    return (leaf.name, leaf.shape) if isinstance(leaf, Name) else leaf.value.as_integer_ratio()


def _work(step: Step, shape: tuple[int, ...], operands: Sequence[tuple[int, ...]]) -> int:
    size = math.prod(shape)
    if step.operation.name == "matmul":
        return size * operands[0][-1]
    if step.operation.name in {"solve", "inverse", "determinant"}:
        return int(operands[0][0] * (operands[0][0] ** 2 + size))
    return max(1, size, *map(math.prod, operands)) if operands else max(1, size)
