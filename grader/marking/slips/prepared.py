"""A step's edits made ready: the formula and its edits as one, what they rest on, and what was found before."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from grader.expression import names
from grader.expression.tree import OPERATIONS, Apply, Expression, Index
from grader.marking.programs import Program, program, uses
from grader.marking.slips.edits import SIMPLEST, Edit, edits_of, known_before
from grader.marking.slips.sentences import Words
from grader.marking.slips.written import OF_TENSORS, RESULTS
from grader.solution import Solution, Step

MOST_NUMBERS = 2_000_000  # that are held at once
MOST_FOUND = 3_000  # pages of a step whose explanation is kept
MOST_STEPS = 2_000  # that are kept ready
ORDER = {name: k for k, name in enumerate(SIMPLEST)}


@dataclass(frozen=True)
class Try:
    """One explanation: an edit of the tree, or of the result, on the student's own values or on the key's."""

    name: str
    words: Words
    edit: Edit | None
    by_key: bool


@dataclass(frozen=True)
class Prepared:
    """A formula of a step, and its single edits, the simplest first."""

    solution: Solution
    right: Expression
    edits: tuple[Edit, ...]
    named: tuple[str, ...]
    """What the formula and its edits rest on."""
    found: dict[Any, Any] = field(default_factory=dict)
    """What was found on a page, None where nothing was."""

    @cached_property
    def together(self) -> Program:
        """The formula and as many of its edits as there is room for as one, in which what they share stands once."""
        return program(stacked(self.right, self.fitting))

    @cached_property
    def fitting(self) -> tuple[Edit, ...]:
        """As many edits as there is room for, the simplest."""
        return self.edits[: max(1, MOST_NUMBERS // max(1, math.prod(self.right.shape)) // 4)]

    @cached_property
    def tries(self) -> tuple[list[Try], np.ndarray]:
        """All explanations in the order of their simplicity, and where each stands among the values of `tried`."""
        found = [each for by_key in (False, True) for each in self._tries(by_key)]
        order = sorted(range(len(found)), key=lambda k: rank(found[k]))
        return [found[k] for k in order], np.array(order)

    def _tries(self, by_key: bool) -> Iterator[Try]:
        for edit in self.fitting:
            yield Try(edit.name, (edit.happened, edit.advice), edit, by_key)
        for name, words in RESULTS[: OF_TENSORS if self.right.shape else None]:
            yield Try(name, words, None, by_key)


def stacked(right: Expression, edits: Sequence[Edit]) -> Expression:
    """A formula and edits of it as one tree."""
    trees = (right, *(edit.expression for edit in edits))
    return Apply(OPERATIONS["stack"], trees, (), (len(trees), *right.shape))


def rank(each: Try) -> tuple[int, int]:
    """The simplest first: digits cut off, then what is on own values, on the key's, and any one digit at last."""
    late = {"cut-off": 0, "digit-miswritten": 3}.get(each.name, 2 if each.by_key else 1)
    return late, ORDER[each.name]


_READY: dict[tuple[int, str, Index | None], Prepared] = {}


def prepared(solution: Solution, step: Step, index: Index | None) -> Prepared:
    """The edits of a step's formula, or of that of one of its entries, made ready once."""
    key = (id(solution), step.name.name, index)
    found = _READY.get(key)
    if found is None:
        if len(_READY) >= MOST_STEPS:
            _READY.clear()
        tree = solution.entry(step.name.name, index)
        made = edits_of(tree, known_before(step, solution))
        named = {*names(stacked(tree, made)), *uses(step.expression)}
        found = _READY[key] = Prepared(solution, tree, made, tuple(sorted(named)))
    return found
