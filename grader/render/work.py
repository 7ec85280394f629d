"""A step as a page shows it, whatever the format: formula, substitution, value, one worked entry of a tensor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.claims import Derivative, Same
from grader.expression import formats, layout
from grader.expression.exact import Exact, get, indices, shape_of
from grader.expression.layout import Layout
from grader.expression.readings import layout_of, substituted, written_out
from grader.expression.tree import Apply, Expression, Index, leaves
from grader.kinds import Numbers, Pairs, Stated
from grader.marking.marks import cell_name
from grader.parts import Part
from grader.problem import Problem
from grader.render.rounds import Rounds, fits_a_cell, rounds, runs
from grader.render.values import grids, number_layout, said, shown, symbol_of
from grader.solution import Solution, Step

MOST_LEAVES = 12  # of a worked entry's formula; a longer one shows its numbers at once
FEWEST_COLUMNS = 2  # of such a table
MOST_CHARACTERS = 105  # of a formula or its substitution, set plainly; a longer one is left out
MOST_ENTRIES = 3  # of a vector that are worked one by one


@dataclass(frozen=True)
class Line:
    """A chain of equals: what is defined, its formula, the substitution, the value; each with whether it is exact."""

    label: str
    terms: tuple[tuple[Layout, bool], ...]


@dataclass(frozen=True)
class Work:
    """One step, ready for a template."""

    name: str
    sentence: str
    part: Part | None
    lines: tuple[Line, ...]
    grids: tuple[Layout, ...]
    key: tuple[str, ...] = ()


class Values:
    """What stands for each name in a substitution, read from a solution when it is needed."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.exact = True
        self.defined = True

    def __getitem__(self, name: str) -> Any:
        value = self.solution.exact(name)
        if name in self.solution.tables:
            table = self.solution.tables[name]
            entries = dict(zip(indices(table.shape), table.entries, strict=True))
            return entries if table.shape else table.entries[0]
        return self._entries(value) if shape_of(value) else self._number(value)

    def _number(self, value: Exact) -> Fraction:
        seen = shown(value)
        self.exact = self.exact and seen.exact
        self.defined = self.defined and seen.value is not None
        return seen.value if seen.value is not None else Fraction(0)

    def _entries(self, value: Exact) -> Mapping[Index, Fraction]:
        values = self

        class Entries(dict[Index, Fraction]):
            def __missing__(self, index: Index) -> Fraction:
                return values._number(value[index])

        return Entries()


def work(problem: Problem, solution: Solution) -> list[Work | Rounds]:
    """The solution step by step, and the rounds of an iteration in a table as well.

    Where every quantity of a round fits in the table, only the first round is worked in full.
    """
    parts = {part.step: part for part in problem.parts}
    page: list[Work | Rounds] = []
    for run in runs(solution):
        columns = [k for k, step in enumerate(run[0]) if fits_a_cell(step)]
        tabled = len(run) > 1 and len(columns) >= FEWEST_COLUMNS
        whole = tabled and len(columns) == len(run[0])
        for steps in run[:1] if whole else run:
            page += [work_step(solution, step, parts.get(step.name.name)) for step in steps]
        if tabled:
            page.append(rounds([[steps[k] for k in columns] for steps in run]))
    return page


def work_step(solution: Solution, step: Step, part: Part | None) -> Work:
    """One step, worked."""
    symbol = symbol_of(step.name)
    start: list[Layout] = [symbol]
    for claim in step.claims:
        if isinstance(claim, Derivative):
            loss = layout.bracketed(layout_of(claim.of), layout.PRODUCT)
            start.append(layout.Derivative(loss, symbol_of(claim.by)))
        elif isinstance(claim, Same):
            start.append(layout_of(claim.of))
    start.append(layout_of(step.expression))
    numbers = step.shape and isinstance(step.kind, Numbers)
    value = step.exact if numbers else None
    cells = {index: number_layout(shown(get(value, index))) for index in indices(step.shape)} if numbers else {}
    lines = lines_of(solution, step, start)
    return Work(step.name.name, step.sentence, part, tuple(lines), tuple(grids(symbol, step.shape, cells)), step.key)


def lines_of(solution: Solution, step: Step, start: Sequence[Layout]) -> list[Line]:
    """The chains of a step: what kind of answer it takes decides what follows the formula."""
    formula = [(term, True) for term in start]
    match step.kind:
        case Numbers() if step.shape:
            return [Line("", distinct(formula)), *worked_entries(solution, step, start[0], step.exact)]
        case Numbers():
            return [worked_line(solution, "", start, step.expression, (), step.exact)]
        case Stated("formula"):
            return [Line("", distinct(formula))]
        case Stated() | Pairs():
            return []
    return [Line("", (formula[0], (said(step), True)))]


def worked_entries(solution: Solution, step: Step, symbol: Layout, value: Exact) -> list[Line]:
    """A short vector entry by entry; of anything larger, one entry from the middle."""
    if len(step.shape) == 1 and step.shape[0] <= MOST_ENTRIES:
        chosen: list[Index] = list(indices(step.shape))
    else:
        chosen = [tuple(length // 2 for length in step.shape) if len(step.shape) > 1 else (0,)]
    lines = []
    for index in chosen:
        formula = written_out(step.expression, index)
        if formula is None or only_copied(formula):
            continue
        start = [layout.subscripted(symbol, index)]
        if len(leaves(formula)) <= MOST_LEAVES:
            start.append(layout_of(formula))
        lines.append(worked_line(solution, cell_name(index), start, formula, index, value))
    return lines


def only_copied(tree: Expression) -> bool:
    """Whether an entry is another quantity's, moved and not computed."""
    return not isinstance(tree, Apply) or tree.operation.name == "item"


def worked_line(
    solution: Solution, label: str, start: Sequence[Layout], formula: Expression, index: Index, value: Exact
) -> Line:
    """Symbol = formula = substitution = value."""
    values = Values(solution)
    terms = [(term, True) for term in start]
    scalar = formula if index else written_out(formula)
    if scalar is not None:
        drawn = layout_of(substituted(scalar, values))
        if values.defined:
            terms.append((drawn, values.exact))
    result = shown(get(value, index))
    readable = [term for term in terms[1:] if len(formats.plain(term[0])) <= MOST_CHARACTERS]
    exact = result.value is None or (result.exact and values.exact)
    return Line(label, distinct([terms[0], *readable, (number_layout(result), exact)]))


def distinct(terms: Sequence[tuple[Layout, bool]]) -> tuple[tuple[Layout, bool], ...]:
    """The terms without those that repeat the one before."""
    return tuple(term for i, term in enumerate(terms) if i == 0 or term[0] != terms[i - 1][0])


def givens(solution: Solution) -> list[Layout]:
    """What a problem states, each as symbol = value, exactly as stated."""
    result: list[Layout] = []
    for name, table in solution.tables.items():
        if name in solution.lets:
            continue
        symbol = symbol_of(solution.names[name])
        cells = dict(zip(indices(table.shape), map(layout.numeric, table.entries), strict=True))
        result += grids(symbol, table.shape, cells) or [layout.Infix(symbol, "=", cells[()], layout.SUM)]
    return result
