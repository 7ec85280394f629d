"""Single edits of a step's formula: what comes of it where a sign, a term, a bracket or an index goes astray.

A kind of edit is a function of one node of the tree, registered for the operations it is about; `edits` makes each at
every place and puts the likeliest first. Nothing is evaluated here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from grader.errors import ShapeError
from grader.expression.tree import Apply, Expression, Name, leaves
from grader.marking.slips import functions as _rules_of_functions  # noqa: F401  (registers its rules)
from grader.marking.slips import names as edit_names
from grader.marking.slips import rules as edit_rules
from grader.marking.slips.rules import Change
from grader.solution import Solution, Step

MOST = 200  # edits of a step
MOST_LEAVES = 120  # of a formula that is edited

SIMPLEST = (
    "cut-off", "sign", "factor-left-out", "term-left-out", "bracket-lost", "stale", "square-left-out",
    "root-left-out", "function-left-out", "inverted", "factor-two", "point-moved", "minus-on-first", "sum-or-mean",
    "neighbour", "multiplied-instead", "squared", "other-case", "one-off", "transposed", "swapped", "other-extreme",
    "digits-swapped", "addend-left-out", "not-rounded", "degrees", "other-quantity", "divided-instead",
    "added-instead", "extra-factor", "digit-miswritten",
)  # fmt: skip
"""The kinds of edit, the one that people make most often first: an early one needs fewer digits to be named."""


@dataclass(frozen=True)
class Edit:
    """A step's formula with one thing altered, and what to say of it."""

    name: str
    expression: Expression
    happened: str
    """What seems to have happened, as it goes on after "It looks as if"."""
    advice: str

    @property
    def sentence(self) -> str:
        return f"It looks as if {self.happened}. {self.advice}"


def edits(step: Step, solution: Solution) -> tuple[Edit, ...]:
    """The single edits of a step, simplest first, each tree once.

    >>> from grader.families import example_solution, load_all
    >>> solution = example_solution(load_all()["sgd"])
    >>> [edit.sentence for edit in edits(solution["yhat_1"], solution)][3]
    'It looks as if the factor w were left out. Go through the factors one by one.'
    """
    return edits_of(step.expression, known_before(step, solution))


def known_before(step: Step, solution: Solution) -> tuple[Name, ...]:
    """The givens, and the earlier steps that take the same kind of answer; with numbers where the step has them."""
    known = itertools.takewhile(lambda name: name is not step.name, solution.names.values())
    alike = (name for name in known if name.name not in solution or solution[name.name].kind == step.kind)
    with_symbols = step.name.name in solution.symbolic
    return tuple(name for name in alike if with_symbols or name.name not in solution.symbolic)


def edits_of(tree: Expression, known: tuple[Name, ...]) -> tuple[Edit, ...]:
    """The single edits of a formula on a page that has named some quantities before it; none of a very long one."""
    return () if len(leaves(tree)) > MOST_LEAVES else _edits_of(tree, known)


@lru_cache(maxsize=1024)
def _edits_of(tree: Expression, known: tuple[Name, ...]) -> tuple[Edit, ...]:
    found: list[Edit] = []
    seen = {tree}
    for change in itertools.chain(of_the_whole(tree, known), everywhere(tree, known)):
        try:
            altered = change.build()
        except ShapeError:  # what is left does not fit together
            continue
        if altered.shape == tree.shape and altered not in seen:
            seen.add(altered)
            found.append(Edit(change.name, altered, *change.words))
    found.sort(key=lambda edit: SIMPLEST.index(edit.name))
    return tuple(found[:MOST])


def of_the_whole(tree: Expression, known: tuple[Name, ...]) -> Iterator[Change]:
    """The changes of a formula as one."""
    yield from edit_rules.of_the_whole(tree)
    yield from edit_names.a_round_before(tree, known)
    yield from edit_names.with_a_factor(tree, known)


Put = Callable[[Expression], Expression]
"""Where a part of a formula goes: what takes its place, to the whole."""


def everywhere(tree: Expression, known: tuple[Name, ...]) -> Iterator[Change]:
    """The changes at every node, each in the whole tree, from the root down."""
    pending: list[tuple[Expression, Put]] = [(tree, lambda new: new)]
    for node, put in pending:
        for change in itertools.chain(edit_rules.at(node), edit_names.at(node, known)):
            yield placed(change, put)
        if isinstance(node, Apply) and not edit_names.is_entry(node):
            kept = (k for k in range(len(node.operands)) if not edit_rules.condition(node, k))
            pending += [(node.operands[k], within(node, k, put)) for k in kept]


def within(node: Apply, k: int, put: Put) -> Put:
    """Where an operand of a node goes."""
    before, after = node.operands[:k], node.operands[k + 1 :]
    return lambda new: put(node.operation(*before, new, *after, **dict(node.options)))


def placed(change: Change, put: Put) -> Change:
    """A change of a part as one of the whole."""
    return Change(change.name, lambda: put(change.build()), change.words)
