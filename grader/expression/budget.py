"""What reading one formula may cost: steps, and the size of the tree that comes out of it.

A tree is read by recursion, and what it shares is read wherever it stands. So its nodes are counted as a reading meets
them, and it may be only so deep.
"""

from __future__ import annotations

from grader.errors import GraderError
from grader.expression.tree import Apply, Expression

MOST_STEPS = 3000  # atoms and operations that are read, with those of a sum at each of its places
MOST_NODES = 5000  # of a tree
MOST_OPERATIONS = 150  # inside each other


class BudgetError(GraderError):
    """A formula that costs too much."""


class Budget:
    """Steps so far, and the sizes of the trees made so far."""

    def __init__(self) -> None:
        self.steps = 0
        self.known: dict[int, tuple[int, int, Apply]] = {}  # with the tree itself, so that its id stays its own

    def step(self, count: int = 1) -> None:
        self.steps += count
        if self.steps > MOST_STEPS:
            raise BudgetError("a formula that takes too long to read")

    def measure(self, tree: Expression) -> int:
        """How many nodes a tree has. Raises `BudgetError` where these are too many, or too deep."""
        waiting = [tree] if isinstance(tree, Apply) else []
        while waiting:
            node = waiting[-1]
            inner = [operand for operand in node.operands if isinstance(operand, Apply)]
            missing = [operand for operand in inner if id(operand) not in self.known]
            if missing:
                waiting.extend(missing)
                continue
            waiting.pop()
            parts = [self.known[id(operand)] for operand in inner]
            nodes = 1 + len(node.operands) - len(inner) + sum(part[0] for part in parts)
            depth = 1 + max([part[1] for part in parts], default=0)
            if nodes > MOST_NODES:
                raise BudgetError(f"a formula of more than {MOST_NODES} parts, sums written out")
            if depth > MOST_OPERATIONS:
                raise BudgetError(f"more than {MOST_OPERATIONS} operations inside each other")
            self.known[id(node)] = nodes, depth, node
        return self.known[id(tree)][0] if isinstance(tree, Apply) else 1
