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
        if not isinstance(tree, Apply):
            return 1
        waiting = [tree]
        while waiting:
            node = waiting[-1]
            missing = [each for each in node.operands if isinstance(each, Apply) and id(each) not in self.known]
            if missing:
                waiting.extend(missing)
            else:
                waiting.pop()
                self.known[id(node)] = self._measured(node)
        return self.known[id(tree)][0]

    def _measured(self, node: Apply) -> tuple[int, int, Apply]:
        """The nodes and the depth of a tree, from those of its operands."""
        nodes, depth = 1, 0
        for operand in node.operands:
            if isinstance(operand, Apply):
                part = self.known[id(operand)]
                nodes += part[0]
                depth = max(depth, part[1])
            else:
                nodes += 1
        if nodes > MOST_NODES:
            raise BudgetError(f"a formula of more than {MOST_NODES} parts, sums written out")
        if depth >= MOST_OPERATIONS:
            raise BudgetError(f"more than {MOST_OPERATIONS} operations inside each other")
        return nodes, depth + 1, node
