"""Two trees that are compared, and what is found: the question and the answer that `compare.py` turns the one into."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from grader.expression.domains import DOMAINS, REAL, WHOLE, Domain
from grader.expression.points import Slot, slots
from grader.expression.program import Program
from grader.expression.tree import Expression

LARGEST_WORK = 20_000  # operations on entries at one point
MOST_ENTRIES = 2_500  # of all names


@dataclass(frozen=True)
class Comparison:
    """A verdict (`same`, `different`, `undecided`, `unreadable`), the rule that gave it, and its evidence."""

    verdict: str
    rule: str
    reason: str = ""
    """A sentence for people, or nothing."""
    counterexample: tuple[tuple[str, str], ...] | None = None
    """Values of the names where the two differ."""
    values: tuple[str, str] | None = None
    """What the two come to there."""
    points: int = 0
    """At how many points the two were compared."""
    domain: str = ""
    """What was sampled, in words."""
    chance: float = 0.0
    """A bound on the chance that `same` is wrong; 0 where it is proved."""


class Question:
    """Two trees in one program, so that what they share is read once, and the slots of their names."""

    def __init__(self, one: Expression, other: Expression, domains: Mapping[str, Domain]) -> None:
        self.domains = domains
        self.program = Program(one, other)
        self.one, self.other = self.program.roots
        self.names = sorted((name for _, name in self.program.names), key=lambda name: name.name)
        found = dict(zip(self.names, slots(self.names, domains), strict=True))
        self.slots: list[Slot] = [found[name] for _, name in self.program.names]
        self.work = self.program.work()
        entries = sum(math.prod(name.shape) for name in self.names)
        self.too_large = sum(self.work) > LARGEST_WORK or entries > MOST_ENTRIES
        self.whole = any(slot.domain in WHOLE for slot in self.slots)
        """Whether some name stands for whole numbers."""

    @property
    def domain(self) -> str:
        """What is sampled, in words: `x, y real; p positive`."""
        by_domain: dict[str, list[str]] = {}
        for name in self.names:
            by_domain.setdefault(DOMAINS[self.domains.get(name.name, REAL)], []).append(name.name)
        return "; ".join(f"{', '.join(names)} {words}" for words, names in by_domain.items())

    def undecided(self, reason: str, points: int = 0, rule: str = "balls") -> Comparison:
        return Comparison("undecided", rule, reason, points=points, domain=self.domain)
