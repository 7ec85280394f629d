"""The worked solution: a page of named steps, recorded by running a family, and its values by every reading."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from grader import claims
from grader.claims import Claim, holds
from grader.errors import ShapeError
from grader.expression import Expression, Name, Table, entry, latex_of, names, numeric
from grader.expression import exact as read_exact
from grader.expression.exact import Exact, get, indices, shape_of
from grader.expression.readings import exact_table, numeric_table, settled
from grader.expression.slopes import SlopeError, slope
from grader.expression.tree import Index, Operand, Shape, as_expression
from grader.kinds import FORMULA, NUMBERS, Kind
from grader.numeric import Array
from grader.terms import Terms


@dataclass(frozen=True)
class Slip:
    """A mistake that students make: the step as it then comes out, and a sentence that helps."""

    name: str
    expression: Expression
    sentence: str

    @property
    def told(self) -> str:
        """What a student reads."""
        return self.sentence


@dataclass(frozen=True)
class Step:
    """One named quantity of a worked solution.

    `exact` is its SymPy value, `value` its numeric one (a float, or an array), `latex` its formula as written, `uses`
    the givens and earlier steps that the formula names. `key` are words for whoever marks: pages for students leave
    them out.
    """

    name: Name
    expression: Expression
    sentence: str
    kind: Kind = NUMBERS
    claims: tuple[Claim, ...] = ()
    slips: tuple[Slip, ...] = ()
    key: tuple[str, ...] = ()
    solution: Solution | None = field(default=None, repr=False, compare=False)

    @property
    def uses(self) -> tuple[str, ...]:
        return names(self.expression)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.expression.shape

    @property
    def latex(self) -> str:
        return latex_of(self.expression)

    @property
    def exact(self) -> Exact:
        assert self.solution is not None
        return self.solution.exact(self.name.name)

    @property
    def value(self) -> Any:
        assert self.solution is not None
        value = self.solution.arrays[self.name.name][..., 0]
        return value if self.shape else float(value)


class Page:
    """What a family writes on: every quantity it names becomes a step, and every name it uses a dependency."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.names: dict[str, Name] = {}
        self.steps: dict[str, Step] = {}
        self.lets: set[str] = set()
        self.question: list[str] = []
        self.symbols: set[str] = set()
        self.positive: set[str] = set()
        self.terms = Terms()

    def _name(self, name: str, shape: tuple[int, ...], symbol: str) -> Name:
        if name in self.names:
            raise ValueError(f"the page already has a quantity named {name!r}")
        self.names[name] = Name(name, shape, symbol)
        return self.names[name]

    def given(self, name: str, table: Table, symbol: str = "") -> Name:
        """A quantity that the problem states."""
        self.tables[name] = table
        return self._name(name, table.shape, symbol)

    def let(self, name: str, value: int | Fraction, symbol: str = "") -> Name:
        """A number that follows from how the problem is stated (a height, a stride): named on the page, not asked."""
        self.lets.add(name)
        return self.given(name, Table((), (Fraction(value),)), symbol)

    def ask(self, *paragraphs: str) -> None:
        """Words that every page of the exercise shows before the data: a question, its options."""
        self.question += paragraphs

    def symbol(self, name: str, shape: tuple[int, ...] = (), symbol: str = "", positive: bool = False) -> Name:
        """A quantity without a value, for a solution in symbols; real, and positive where it must be."""
        self.symbols.add(name)
        if positive:
            self.positive.add(name)
        return self._name(name, shape, symbol)

    def step(
        self,
        name: str,
        expression: Operand,
        sentence: str,
        *,
        symbol: str = "",
        kind: Kind = NUMBERS,
        derivative: tuple[Expression, Expression] | None = None,
        root: tuple[Expression, Expression] | None = None,
        same: Expression | None = None,
        put: tuple[Expression, Mapping[str, Expression]] | None = None,
        key: Sequence[str] = (),
    ) -> Name:
        """Name a quantity of the solution, with the sentence that a student reads beside it.

        `derivative=(loss, w)` claims that it is the derivative of `loss` by the name `w`, `root=(equation, w)` that
        put for `w` it makes `equation` zero, `same=expression` that it equals another, `put=(formulas, values)` that it
        is formulas of the page with values for their symbols; `Solution.prove` proves it.
        `key` are paragraphs that only the key shows: a rubric, the option that is right, the lines expected.
        """
        tree = as_expression(expression)
        named = self._name(name, tree.shape, symbol)
        claimed = tuple(claims.stated(derivative, root, same, put))
        self.steps[name] = Step(named, tree, sentence, kind, claimed, key=tuple(key))
        return named

    def formula(self, name: str, expression: Operand, sentence: str, **options: Any) -> Name:
        """A step whose answer is a formula in the page's symbols."""
        return self.step(name, expression, sentence, kind=FORMULA, **options)

    def slip(self, step: Name, name: str, expression: Operand, sentence: str) -> None:
        """A mistake at a step: how the step then comes out, and a sentence that helps and does not give it away."""
        before = self.steps[step.name]
        slips = (*before.slips, Slip(name, as_expression(expression), sentence))
        self.steps[step.name] = replace(before, slips=slips)


class Solution(Mapping[str, Step]):
    """A worked solution: its steps by name, in order, with values computed when they are first asked for."""

    def __init__(self, page: Page) -> None:
        self.tables, self.names = page.tables, page.names
        self.question = page.question
        self.lets, self.symbols, self.positive = page.lets, page.symbols, page.positive
        self.terms = page.terms
        self._steps = {name: replace(step, solution=self) for name, step in page.steps.items()}
        self._exact: dict[str, Exact] = {}
        self._entries: dict[tuple[str, Index], Expression] = {}
        self._slopes: dict[tuple[str, Index | None, str, Shape, Index], Expression | None] = {}

    def __getitem__(self, name: str) -> Step:
        return self._steps[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._steps)

    def __len__(self) -> int:
        return len(self._steps)

    @cached_property
    def given_arrays(self) -> dict[str, Array]:
        """The givens as arrays that all students share, the last axis of length 1."""
        return {name: numeric_table(table) for name, table in self.tables.items()}

    @cached_property
    def symbolic(self) -> frozenset[str]:
        """The symbols, and the steps that come from them: these have no numbers."""
        found = set(self.symbols)
        for name, step in self._steps.items():
            if not found.isdisjoint(step.uses):
                found.add(name)
        return frozenset(found)

    @cached_property
    def arrays(self) -> dict[str, Array]:
        """Every given and step that has numbers, by the numeric reading, the last axis of length 1."""
        arrays = dict(self.given_arrays)
        for name, step in self._steps.items():
            if name not in self.symbolic:
                arrays[name] = numeric(step.expression, arrays)
        return arrays

    def roots(self, name: str) -> set[str]:
        """The givens that a step comes from."""
        found, pending = {name}, [name]
        while pending:
            current = pending.pop()
            uses = self._steps[current].uses if current in self._steps else ()
            pending += [use for use in uses if use not in found]
            found.update(uses)
        return {each for each in found if each in self.tables and each not in self.lets}

    def exact(self, name: str) -> Exact:
        """A given or a step by the exact reading, within the budget of `readings.settled`."""
        pending = [name]
        while pending:
            current = pending[-1]
            if current in self.tables:
                self._exact[current] = exact_table(self.tables[current])
            elif current in self.symbols:
                self._exact[current] = claims.symbol(self.names[current], current in self.positive)
            elif missing := [use for use in self._steps[current].uses if use not in self._exact]:
                pending.extend(missing)
                continue
            elif current not in self._exact:
                self._exact[current] = settled(read_exact(self._steps[current].expression, self._exact))
            pending.pop()
        return self._exact[name]

    def agreement(self, name: str) -> float:
        """The largest difference between the two readings of a step, relative to its size (at least 1).

        Where there are symbols, both are read at the same sample of them.
        """
        if name in self.symbolic:
            mine = self._at_sample[0][name].reshape(-1)
            exact = self._at_sample[1][name]
        else:
            mine, exact = self.arrays[name].reshape(-1), self._steps[name].exact
        other = np.array(entries_of(exact), dtype=float)
        off = np.where(np.isnan(mine) & np.isnan(other), 0.0, np.abs(mine - other))
        scale = max(1.0, float(np.max(np.abs(other), initial=0.0, where=~np.isnan(other))))
        return float(np.max(off, initial=0.0)) / scale

    @cached_property
    def _at_sample(self) -> tuple[dict[str, Array], dict[str, Exact]]:
        """Both readings of every step, with small ratios for the symbols, no two alike."""
        ratios = (Fraction(k, 7) + Fraction(1, 3) for k in itertools.count(1))
        tables = dict(self.tables)
        for name in sorted(self.symbols):
            shape = self.names[name].shape
            tables[name] = Table(shape, tuple(itertools.islice(ratios, math.prod(shape))))
        arrays = {name: numeric_table(table) for name, table in tables.items()}
        exacts = {name: exact_table(table) for name, table in tables.items()}
        for name, step in self._steps.items():
            arrays[name] = numeric(step.expression, arrays)
            exacts[name] = settled(read_exact(step.expression, exacts))
        return arrays, exacts

    def entry(self, name: str, index: Index | None) -> Expression:
        """The formula of one entry of a step, written out where that can be done; of all of them for None."""
        tree = self._steps[name].expression
        if index is not None and (name, index) not in self._entries:
            try:
                self._entries[name, index] = entry(tree, index)
            except ShapeError:
                self._entries[name, index] = tree[index] if index else tree
        return tree if index is None else self._entries[name, index]

    def slope(self, name: str, index: Index | None, by: Name, at: Index) -> Expression | None:
        """The derivative of an entry of a step, or of all of them, by one entry of what it uses; None if not known."""
        key = (name, index, by.name, by.shape, at)
        if key not in self._slopes:
            try:
                self._slopes[key] = slope(self.entry(name, index), by, at)
            except (SlopeError, ShapeError):
                self._slopes[key] = None
        return self._slopes[key]

    def prove(self, name: str) -> bool:
        """Whether SymPy proves all that a step claims, with every other quantity left a symbol."""
        step = self._steps[name]
        return all(holds(claim, step, self) for claim in step.claims)


def entries_of(value: Exact) -> Sequence[Exact]:
    """The entries of an exact value, row by row."""
    return [get(value, index) for index in indices(shape_of(value))]
