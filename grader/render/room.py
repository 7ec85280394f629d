"""What a worksheet asks, task by task, and the room that each leaves to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.expression.exact import indices
from grader.expression.layout import Layout, Symbol, subscripted
from grader.kinds import Lines, Numbers, Options, Pairs, Words
from grader.parts import Part
from grader.problem import Problem
from grader.render.rounds import runs, without_round
from grader.render.values import symbol_of
from grader.solution import Step

WIDEST = 16  # columns of a grid
LONGEST = 24  # rows of one
RULES = (9, 16)  # ruled lines for prose or a derivation, at least and at most


@dataclass(frozen=True)
class Blank:
    """A grid of empty cells for a tensor, beside its symbol."""

    symbol: Layout
    rows: int
    columns: int


@dataclass(frozen=True)
class Table:
    """Rows to fill in, one a round: the heads of its columns; of each row, which of its cells are asked."""

    heads: tuple[Layout, ...]
    rows: tuple[tuple[bool, ...], ...]
    columns: tuple[tuple[str, Layout, str], ...]
    """Of each column the name of its steps, with `t` for the round, its symbol and the sentence of the first round."""


@dataclass(frozen=True)
class Task:
    """One number on a worksheet: what is asked, for how many points, and where the answer goes."""

    name: str
    sentence: str
    points: Fraction
    symbol: Layout
    blanks: tuple[Blank, ...] = ()
    ticks: tuple[str, ...] = ()
    """What to tick: letters, words."""
    lefts: tuple[str, ...] = ()
    """What to write something beside."""
    rules: int = 0
    """Ruled lines."""
    table: Table | None = None
    size: int = 1
    """Of the box for a number or a formula: 1 for a little work, more for more points and for formulas."""


def tasks(problem: Problem) -> list[Task]:
    """What a problem asks, in order; the rounds of an iteration are one task."""
    parts = {part.step: part for part in problem.parts}
    found: list[Task] = []
    for run in runs(problem.solution):
        asked = [step for steps in run for step in steps if step.name.name in parts]
        if len(run) > 1 and asked and all(fits(step) for step in asked):
            found.append(rounds(run, parts))
        else:
            found += [task(step, parts[step.name.name]) for step in asked]
    return found


def fits(step: Step) -> bool:
    """Whether an answer has room in a cell of a table."""
    return not step.shape and isinstance(step.kind, Numbers | Words)


def rounds(run: Sequence[Sequence[Step]], parts: Mapping[str, Part]) -> Task:
    """The rounds of an iteration as a table to fill in: the columns that are asked in some round."""
    asked = [[step.name.name in parts for step in steps] for steps in run]
    columns = [k for k in range(len(run[0])) if any(row[k] for row in asked)]
    heads = [without_round(symbol_of(run[0][k].name)) for k in columns]
    names = [f"{run[0][k].name.name.rpartition('_')[0]}_t" for k in columns]
    table = Table(
        (Symbol("t"), *heads),
        tuple(tuple(row[k] for k in columns) for row in asked),
        tuple((name, head, run[0][k].sentence) for name, head, k in zip(names, heads, columns, strict=True)),
    )
    points = sum(
        (parts[step.name.name].points for steps in run for step in steps if step.name.name in parts), Fraction()
    )
    sentence = f"Fill in a row for each round t, from 1 to {len(run)}."
    return Task(", ".join(names), sentence, points, Symbol("t"), table=table)


def task(step: Step, part: Part) -> Task:
    """A step by itself."""
    asked = Task(step.name.name, step.sentence, part.points, symbol_of(step.name), size=size(step, part))
    match step.kind:
        case Words(words):
            return replace(asked, ticks=words)
        case Options(count):
            return replace(asked, ticks=tuple(chr(ord("a") + k) for k in range(count)))
        case Pairs(left):
            return replace(asked, lefts=left)
        case Lines(lines=lines):
            return replace(asked, rules=min(max(RULES[0], len(lines) + 5), RULES[1]))
        case Numbers() if step.shape and room_for(step):
            return replace(asked, blanks=tuple(blanks(step)))
    return replace(asked, rules=RULES[0]) if step.kind.judge == "person" else asked


def size(step: Step, part: Part) -> int:
    """How high the box for an answer is, from 1 to 3; one that is written in symbols has at least 2."""
    return min(3, max(2 if step.kind.judge or step.shape else 1, round(float(part.points))))


def room_for(step: Step) -> bool:
    """Whether a grid of a tensor's size fits on a page."""
    rows, columns = (1, *step.shape)[-2:]
    return rows <= LONGEST and columns <= WIDEST


def blanks(step: Step) -> list[Blank]:
    """An empty grid for each matrix of a tensor."""
    rows, columns = (1, *step.shape)[-2:]
    symbol = symbol_of(step.name)
    return [Blank(subscripted(symbol, lead), rows, columns) for lead in indices(step.shape[:-2])]
