"""A step as a page shows it, whatever the format: formula, substitution, value, one worked entry of a tensor."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from grader.claims import Derivative, Same
from grader.expression import formats, layout
from grader.expression.exact import Exact, get, indices, shape_of
from grader.expression.layout import Grid, Layout
from grader.expression.readings import layout_of, substituted, written_out
from grader.expression.tree import Apply, Expression, Index, Name, Shape, fold, leaves
from grader.kinds import Numbers, Pairs, Unjudged
from grader.marking.marks import cell_name
from grader.problem import Part, Problem
from grader.solution import Solution, Step, entries_of

DIGITS = 6  # significant digits of a value that is rounded for a page
LONGEST_SIDE = 16  # rows or columns of a tensor that a page shows in full
MOST_LEAVES = 12  # of a worked entry's formula; a longer one shows its numbers at once
FEWEST_ROUNDS = 3  # of an iteration that is shown in a table
FEWEST_COLUMNS = 2  # of such a table
MOST_ROUNDS = 24  # that a table shows in full
MOST_IN_A_CELL = 4  # entries of a vector in a table
MOST_CHARACTERS = 105  # of a formula or its substitution, set plainly; a longer one is left out
MOST_ENTRIES = 3  # of a vector that are worked one by one


@dataclass(frozen=True)
class Shown:
    """A value as a page shows it: None where it is not a number, and whether nothing was rounded."""

    value: Fraction | None
    exact: bool


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


@dataclass(frozen=True)
class Rounds:
    """The rounds of an iteration in a table: a column a quantity, a row a round; long runs show their ends."""

    heads: tuple[Layout, ...]
    rows: tuple[tuple[Layout, ...], ...]

    @property
    def table(self) -> tuple[tuple[Layout, ...], ...]:
        return (self.heads, *self.rows)


def shown(value: Exact) -> Shown:
    """A SymPy number for a page: as it is where that is short, otherwise to six significant digits."""
    if value.is_Rational:
        exact = Fraction(int(value.p), int(value.q))
        decimal = layout.terminating(exact)
        if decimal is not None and len(decimal.lstrip("-0.").replace(".", "")) <= DIGITS + 1:
            return Shown(exact, True)
    number = float(value)
    return Shown(Fraction(f"{number:.{DIGITS}g}"), False) if math.isfinite(number) else Shown(None, False)


class Values:
    """What stands for each name in a substitution, read from a solution when it is needed."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.exact = True

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
    return len(step.shape) <= 1 and math.prod(step.shape) <= MOST_IN_A_CELL and not step.kind.verdict


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


def said(step: Step) -> Layout:
    """A value that is not a number, in words."""
    value = step.kind.show(np.asarray(step.value))
    if isinstance(value, list):
        return Grid((tuple(map(layout.Symbol, value)),))
    return layout.Symbol(value)


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
    cells = {index: number_layout(shown(get(step.exact, index))) for index in indices(step.shape)} if numbers else {}
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
        case Unjudged("undecided"):
            return [Line("", distinct(formula))]
        case Unjudged() | Pairs():
            return []
    return [Line("", (formula[0], (said(step), True)))]


def symbol_of(name: Name) -> Layout:
    """A name as it is written."""
    return layout.symbol(name.symbol or name.name)


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
        terms.append((drawn, values.exact))
    result = shown(get(value, index))
    readable = [term for term in terms[1:] if len(formats.plain(term[0])) <= MOST_CHARACTERS]
    return Line(label, distinct([terms[0], *readable, (number_layout(result), result.exact and values.exact)]))


def distinct(terms: Sequence[tuple[Layout, bool]]) -> tuple[tuple[Layout, bool], ...]:
    """The terms without those that repeat the one before."""
    return tuple(term for i, term in enumerate(terms) if i == 0 or term[0] != terms[i - 1][0])


def number_layout(value: Shown) -> Layout:
    return layout.Symbol("undefined") if value.value is None else layout.numeric(value.value)


def grids(symbol: Layout, shape: Shape, cells: Mapping[Index, Layout]) -> list[Layout]:
    """A tensor as symbol = matrix, one for each channel; what is very long is folded."""
    result: list[Layout] = []
    for lead in indices(shape[:-2]) if shape and cells else ():
        rows = [(*lead, i) for i in range(shape[-2])] if len(shape) > 1 else [lead]
        matrix = folded([[cells[*row, j] for j in range(shape[-1])] for row in rows])
        result.append(layout.Infix(layout.subscripted(symbol, lead), "=", matrix, layout.SUM))
    return result


def folded(rows: list[list[Layout]]) -> Layout:
    """A matrix; long rows and columns show their ends."""
    if len(rows[0]) > LONGEST_SIDE:
        rows = [[*row[:6], layout.Symbol("…"), *row[-2:]] for row in rows]
    if len(rows) > LONGEST_SIDE:
        rows = [*rows[:6], [layout.Symbol("…")] * len(rows[0]), *rows[-2:]]
    return Grid(tuple(tuple(row) for row in rows))


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
