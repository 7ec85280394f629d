"""Two trees that are compared, and what is found: the question and the answer that `compare.py` turns the one into."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from grader.expression.domains import DOMAINS, REAL, WHOLE, Domain
from grader.expression.points import Slot, slots
from grader.expression.program import Program
from grader.expression.tree import Expression

LARGEST_WORK = 8_000  # operations on entries at one point
MOST_ENTRIES = 1_000  # of all names
STEP_BITS = 4  # that the choice of a step says, about
SHARED_BITS = 120  # that a formula may say and have the points that all have; two residues are 122


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
        found = dict(zip(self.names, slots(self.names, domains, salt(self.program)), strict=True))
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


def salt(program: Program) -> int:
    """0 for short formulas. For those that say enough to be made for known points, a number drawn from all they say."""
    ratios = [leaf.value for _, leaf in program.numbers]
    bits = sum([each.numerator.bit_length() + each.denominator.bit_length() for each in ratios])
    if bits + STEP_BITS * len(program.steps) <= SHARED_BITS:
        return 0
    said = [f"{each.numerator:x}/{each.denominator:x}" for each in ratios]
    said += [f"{step.operation}{step.operands}{step.options}" for step in program.steps]
    return int.from_bytes(blake2b(" ".join(said).encode(), digest_size=8).digest())
