"""Formulas made ready to be evaluated again and again, for cohort after cohort."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.expression import Expression, Name, names
from grader.expression.readings import nearest
from grader.expression.tree import Apply, Leaf, Shape, fold
from grader.numeric import Array

MOST = 20_000  # formulas that are kept ready

Operation = tuple[Callable[..., Array], tuple[int, ...], dict[str, Any]]
"""An operation, the positions of its operands among all values, and its options."""


@dataclass(frozen=True)
class Program:
    """A formula as a list of what is done in turn: values first, then operations on those before them."""

    tree: Expression
    leaves: tuple[str | Array, ...]
    operations: tuple[Operation, ...]
    shapes: Mapping[str, Shape]
    """The names, in the order they are written, and the shapes that these have in the formula."""

    def __call__(self, values: Mapping[str, Array]) -> Array:
        """The value for every student, as `numeric` has it."""
        found = [values[leaf] if isinstance(leaf, str) else leaf for leaf in self.leaves]
        if not self.operations:
            return found[-1]
        with np.errstate(all="ignore"):
            for operation, operands, options in self.operations:
                found.append(operation(*[found[k] for k in operands], **options))
        return found[-1]


_READY: dict[int, Program] = {}


def program(tree: Expression) -> Program:
    """A formula made ready, each once.

    >>> import numpy as np
    >>> w, x = Name("w"), Name("x")
    >>> program(w * x + 1)({"w": np.array([0.5, 0.25]), "x": np.array([2.0])})
    array([2. , 1.5])
    """
    found = _READY.get(id(tree))
    if found is None:
        if len(_READY) >= MOST:
            _READY.clear()
        found = _READY[id(tree)] = compiled(tree)
    return found


def compiled(tree: Expression) -> Program:
    """A formula's leaves, each name once, and its operations from the leaves up."""
    leaves: list[str | Array] = []
    shapes: dict[str, Shape] = {}
    places: dict[str, int] = {}
    applied: list[tuple[Apply, tuple[int, ...]]] = []

    def leaf(node: Leaf) -> int:
        if isinstance(node, Name):
            shapes.setdefault(node.name, node.shape)
            if node.name in places:
                return places[node.name]
            places[node.name] = len(leaves)
        leaves.append(node.name if isinstance(node, Name) else np.array([nearest(node.value)]))
        return len(leaves) - 1

    def node(apply: Apply, *operands: int) -> int:
        applied.append((apply, operands))
        return -len(applied)

    fold(tree, leaf, node)
    count = len(leaves)
    operations = tuple(
        (apply.operation.numeric, tuple(k if k >= 0 else count - 1 - k for k in operands), dict(apply.options))
        for apply, operands in applied
    )
    return Program(tree, tuple(leaves), operations, {name: shapes[name] for name in names(tree)})


def value(tree: Expression, values: Mapping[str, Array]) -> Array:
    """A formula's value for every student: names stand for arrays with students on the last axis."""
    return program(tree)(values)


def uses(tree: Expression) -> tuple[str, ...]:
    """The names in a formula, each once, in the order they are written."""
    return tuple(program(tree).shapes)
