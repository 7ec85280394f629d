"""What stands on the page of a derivation: lines with their verdicts, quantities and what was said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.expression.algebra import Value
from grader.expression.compare import alike
from grader.expression.scope import Scope
from grader.expression.tree import Expression
from grader.vocabulary import Vocabulary


@dataclass(frozen=True)
class Line:
    """The verdict on one line: `correct`, `follows`, `slip`, `wrong`, `undecided` or `unreadable`.

    A line that is right though it does not come from the line before is `correct` and `leaps`.
    """

    text: str
    verdict: str
    reason: str = ""
    leaps: bool = False
    reached: frozenset[int] = frozenset()
    """Which of the goals it states, in the names that the goal is written in."""
    slip: str = ""
    """The mistake that seems to have been made."""


ORDER = ("unreadable", "wrong", "undecided", "slip", "follows", "correct")


def worst(lines: Sequence[Line]) -> Line:
    """The verdict that counts of several on the same line."""
    return min(lines, key=lambda line: (ORDER.index(line.verdict), not line.leaps, len(line.reached)))


@dataclass(frozen=True)
class Equation:
    """An equation between sides that differ for most values of the unknown, and whether it is true."""

    sides: tuple[Value, Value]
    holds: bool


@dataclass
class Page:
    """What stands on a page so far."""

    vocabulary: Vocabulary
    scope: Scope
    head: Value | None = None
    """The first side of the chain that a line may go on with."""
    last: Value | None = None
    equation: Equation | None = None
    said: list[tuple[Value, Value]] = field(default_factory=list)
    """Quantities, and what the page last said of them."""
    introduced: dict[str, Expression] = field(default_factory=dict)
    """New quantities, and what the page says that they are."""

    def before(self, left: Value) -> Value | None:
        """What the page last said of a quantity."""
        found = (last for head, last in self.said if written_alike(head, left))
        return next(found, None)

    def define(self, name: str, meaning: Expression) -> None:
        """Take a quantity for what the page says it is, from here on."""
        self.vocabulary = self.vocabulary.defining(name, meaning)
        letters, self.scope = self.scope.letters, self.vocabulary.scope()
        self.scope.letters = letters

    def say(self, left: Value, right: Value) -> None:
        self.said = [(left, right), *(each for each in self.said if not written_alike(each[0], left))]


def written_alike(one: Value, other: Value) -> bool:
    both = isinstance(one, Expression) and isinstance(other, Expression)
    return alike(one, other) if both else one == other  # type: ignore[arg-type]
