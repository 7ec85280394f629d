"""Trees as lists of steps."""

from __future__ import annotations

import numpy as np
import pytest

from grader import expression as op
from grader.expression import Expression, Name, numeric
from grader.expression.program import Program

x, y = Name("x"), Name("y")
A, v = Name("A", (2, 3)), Name("v", (3,))


def run(program: Program, **values: float) -> list[float]:
    found = program.run(
        lambda operation: operation.numeric,
        lambda leaf: np.array([float(leaf.value)]),
        [np.array([values[name.name]]) for _, name in program.names],
    )
    return [float(found[root][0]) for root in program.roots]


def test_equal_subtrees_are_one_step() -> None:
    """Also between trees, however they came to be."""
    program = Program(op.exp(x) + op.exp(x), op.exp(x) * 2)
    assert [step.operation.name for step in program.steps] == ["exp", "plus", "times"]
    assert Program((x + 1) * y, (x + 1) * y).roots[0] == Program((x + 1) * y, (x + 1) * y).roots[1]


def test_what_differs_stays_apart() -> None:
    """Options, the order of operands, a name and a number."""
    for one, other in [(op.root(x, n=3), op.root(x, n=5)), (x - y, y - x), (x + 1, x + 2), (x + y, x + 1)]:
        assert len(set(Program(one, other).roots)) == 2


def test_keys_tell_trees_apart_as_roots_do() -> None:
    """Equal keys where trees are written the same, of whatever objects they are made; deep trees have one too."""
    trees = [x, y, A, v, x + 1, x + 2, x - y, y - x, op.root(x, n=3), op.root(x, n=5), (x + 1) * (x + 1), A @ v]
    keys = [Program(tree).key for tree in trees]
    assert len(set(keys)) == len(trees)
    assert Program((x + 1) * (Name("x") + 1)).key == Program((x + 1) * (x + 1)).key
    assert Program(x, y).key != Program(y, x).key
    deep: Expression = x
    for _ in range(20_000):
        deep = deep + 1
    assert hash(Program(deep).key) != hash(Program(deep + 1).key)


def test_it_computes_what_the_tree_does() -> None:
    tree = op.sin(x * y) + x / (y - 3)
    assert run(Program(tree, tree + 1), x=2.0, y=0.5) == pytest.approx(
        [numeric(each, {"x": np.array([2.0]), "y": np.array([0.5])})[0] for each in (tree, tree + 1)]
    )


def test_a_deep_tree() -> None:
    """Deeper than Python's recursion would go."""
    tree: Expression = x
    for _ in range(20_000):
        tree = tree + 1
    assert run(Program(tree), x=0.0) == [20_000]


def test_a_tree_that_doubles() -> None:
    """A hundred doublings are a hundred steps."""
    tree: Expression = x
    for _ in range(100):
        tree = tree + tree
    assert len(Program(tree).steps) == 100


@pytest.mark.parametrize(
    ("tree", "work"),
    [
        (x + y, [1]),
        (A @ v, [6]),
        (A.T @ A, [6, 18]),
        (op.total(A), [6]),
        (op.inverse(A @ A.T), [6, 12, 16]),
        (op.determinant(op.identity(n=4)), [16, 68]),
    ],
    ids=str,
)
def test_work(tree: Expression, work: list[int]) -> None:
    """Operations on numbers that each step takes."""
    assert Program(tree).work() == work


def test_what_a_tree_holds_and_reaches() -> None:
    program = Program(op.exp(x) + 2, y * 3)
    nodes = [str(node) for node in program.nodes]
    holding = program.holding(lambda step: step.operation.name == "exp")
    assert [node for node, has in zip(nodes, holding, strict=True) if has] == ["exp(x)", "plus(exp(x), 2)"]
    reached = program.reached(program.roots[1])
    assert {node for node, has in zip(nodes, reached, strict=True) if has} == {"y", "3", "times(y, 3)"}
    named = program.holding(lambda step: False, names=True)
    assert {node for node, has in zip(nodes, named, strict=True) if not has} == {"2", "3"}
