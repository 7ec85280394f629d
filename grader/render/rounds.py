"""The rounds of an iteration: found by the names of a solution's steps, and set in a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from grader.expression import layout
from grader.expression.layout import Grid, Layout
from grader.expression.tree import Expression, fold
from grader.kinds import Numbers
from grader.render.values import number_layout, said, shown, symbol_of
from grader.solution import Solution, Step, entries_of

FEWEST_ROUNDS = 3  # of an iteration that is shown in a table
MOST_ROUNDS = 24  # that a table shows in full
MOST_IN_A_CELL = 4  # entries of a vector in a table


@dataclass(frozen=True)
class Rounds:
    """The rounds of an iteration in a table: a column a quantity, a row a round; long runs show their ends."""

    heads: tuple[Layout, ...]
    rows: tuple[tuple[Layout, ...], ...]

    @property
    def table(self) -> tuple[tuple[Layout, ...], ...]:
        return (self.heads, *self.rows)


def runs(solution: Solution) -> list[list[list[Step]]]:
    """The steps in order, each by itself, or the rounds of an iteration: lists of like steps numbered from 1."""
    result: list[list[list[Step]]] = []
    steps = list(solution.values())
    while steps:
        found = iteration(steps)
        result.append(found)
        steps = steps[sum(map(len, found)) :]
    return result


def iteration(steps: Sequence[Step]) -> list[list[Step]]:
    """The rounds that start here: at least three of the same quantities, computed in the same way."""
    stems = [numbered(step) for step in steps]
    size = next((i for i, (_, round) in enumerate(stems) if round != 1), len(steps))
    found: list[list[Step]] = []
    for round in range(1, len(steps) // size + 1 if size else 1):
        block = slice((round - 1) * size, round * size)
        if stems[block] != [(stem, round) for stem, _ in stems[:size]]:
            break
        found.append(list(steps[block]))
    alike = len({tuple(pattern(step.expression) for step in steps) for steps in found[1:]}) == 1
    return found if alike and len(found) >= FEWEST_ROUNDS else [[steps[0]]]


def numbered(step: Step) -> tuple[str, int]:
    """A step's name without its round, and the round; 0 where it has none."""
    stem, _, round = step.name.name.rpartition("_")
    return (stem, int(round)) if stem and round.isdecimal() else (step.name.name, 0)


def pattern(tree: Expression) -> str:
    """The operations of a formula, whatever they are applied to."""
    return fold(tree, lambda _: "", lambda apply, *operands: f"{apply.operation.name}({','.join(operands)})")


def fits_a_cell(step: Step) -> bool:
    """Whether a step's value is short enough for a table: a number, a word, a short vector."""
    return len(step.shape) <= 1 and math.prod(step.shape) <= MOST_IN_A_CELL and not step.kind.judge


def rounds(run: Sequence[Sequence[Step]]) -> Rounds:
    """The table of an iteration."""
    heads = [without_round(symbol_of(step.name)) for step in run[0]]
    rows = [(layout.Numeric(str(round)), *(cell(step) for step in steps)) for round, steps in enumerate(run, start=1)]
    if len(rows) > MOST_ROUNDS:
        dots = tuple(layout.Symbol("…") for _ in rows[0])
        rows = [*rows[: MOST_ROUNDS - 4], dots, *rows[-3:]]
    return Rounds((layout.Symbol("t"), *heads), tuple(rows))


def without_round(symbol: Layout) -> Layout:
    """A symbol without its last subscript."""
    if isinstance(symbol, layout.Symbol):
        return layout.Symbol(symbol.base, symbol.hat, symbol.subscripts[:-1])
    return symbol


def cell(step: Step) -> Layout:
    """A step's value in a table."""
    if not isinstance(step.kind, Numbers):
        return said(step)
    if not step.shape:
        return number_layout(shown(step.exact))
    return Grid((tuple(number_layout(shown(entry)) for entry in entries_of(step.exact)),))
