"""The worked solution: a page of named steps, recorded by running a family, and its values by every reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from grader.expression import Expression, Name, Table, latex_of, names, numeric
from grader.expression import exact as read_exact
from grader.expression.readings import exact_table, numeric_table, settled
from grader.expression.tree import Operand, as_expression

if TYPE_CHECKING:
    from grader.expression.exact import Exact
    from grader.numeric import Array


@dataclass(frozen=True)
class Claim:
    """That a step is the derivative of an expression by a name."""

    of: Expression
    by: Name


@dataclass(frozen=True)
class Step:
    """One named quantity of a worked solution.

    `exact` is its SymPy value, `value` its numeric one (a float, or an array), `latex` its formula as written, `uses`
    the givens and earlier steps that the formula names.
    """

    name: Name
    expression: Expression
    sentence: str
    derivative: Claim | None = None
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

    def step(
        self,
        name: str,
        expression: Operand,
        sentence: str,
        *,
        symbol: str = "",
        derivative: tuple[Expression, Expression] | None = None,
    ) -> Name:
        """Name a quantity of the solution, with the sentence that a student reads beside it.

        `derivative=(loss, w)` claims that it is the derivative of `loss` by the name `w`; `Solution.prove` proves it.
        """
        tree = as_expression(expression)
        claim = None
        if derivative is not None:
            of, by = derivative
            if not isinstance(by, Name):
                raise TypeError(f"a derivative is by a name, got {by!r}")
            claim = Claim(of, by)
        named = self._name(name, tree.shape, symbol)
        self.steps[name] = Step(named, tree, sentence, claim)
        return named


class Solution(Mapping[str, Step]):
    """A worked solution: its steps by name, in order, with values computed when they are first asked for."""

    def __init__(self, page: Page) -> None:
        self.tables = page.tables
        self.names = page.names
        self.lets = page.lets
        self._steps = {
            name: Step(step.name, step.expression, step.sentence, step.derivative, self)
            for name, step in page.steps.items()
        }
        self._exact: dict[str, Exact] = {}

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
    def arrays(self) -> dict[str, Array]:
        """Every given and step by the numeric reading, the last axis of length 1."""
        values = dict(self.given_arrays)
        for name, step in self._steps.items():
            values[name] = numeric(step.expression, values)
        return values

    def exact(self, name: str) -> Exact:
        """A given or a step by the exact reading, within the budget of `readings.settled`."""
        pending = [name]
        while pending:
            current = pending[-1]
            if current in self.tables:
                self._exact[current] = exact_table(self.tables[current])
            elif missing := [use for use in self._steps[current].uses if use not in self._exact]:
                pending.extend(missing)
                continue
            elif current not in self._exact:
                self._exact[current] = settled(read_exact(self._steps[current].expression, self._exact))
            pending.pop()
        return self._exact[name]

    def agreement(self, name: str) -> float:
        """The largest difference between the two readings of a step, relative to its size (at least 1)."""
        import numpy as np

        step = self._steps[name]
        other = np.array(entries_of(step.exact), dtype=float)
        mine = self.arrays[name].reshape(-1)
        both = np.isnan(mine) & np.isnan(other)
        scale = max(1.0, float(np.max(np.abs(other), initial=0.0, where=~np.isnan(other))))
        return float(np.max(np.where(both, 0.0, np.abs(mine - other)), initial=0.0)) / scale

    def prove(self, name: str) -> bool:
        """Whether SymPy's own differentiation proves a step's claim, with every other quantity left a symbol."""
        from grader.expression.exact import get, indices
        from grader.lazy import sympy

        step = self._steps[name]
        if step.derivative is None:
            return True
        of, by = step.derivative.of, step.derivative.by
        symbols = _Symbols(self, by)
        loss, claimed = symbols.read(of), symbols.read(step.expression)
        by_symbols = symbols.of(by)
        return step.shape == by.shape and all(
            _is_zero(sympy.diff(loss, get(by_symbols, index)) - get(claimed, index)) for index in indices(by.shape)
        )


class _Symbols:
    """The exact reading with a symbol for every name, save those that come from `by`, which are written out in it."""

    def __init__(self, solution: Solution, by: Name) -> None:
        self.solution, self.by = solution, by
        self._known: dict[str, Exact] = {}
        self._follows = {by.name}
        for name, step in solution.items():
            if not self._follows.isdisjoint(step.uses):
                self._follows.add(name)

    def of(self, name: Name) -> Exact:
        from grader.expression.exact import build
        from grader.lazy import sympy

        if name.name not in self._known:
            if name.name != self.by.name and name.name in self._follows:
                self._known[name.name] = self.read(self.solution[name.name].expression)
            else:
                self._known[name.name] = build(
                    name.shape, lambda index: sympy.Symbol("_".join([name.name, *map(str, index)]), real=True)
                )
        return self._known[name.name]

    def read(self, tree: Expression) -> Exact:
        return read_exact(tree, {name: self.of(self.solution.names[name]) for name in names(tree)})


def _is_zero(value: Exact) -> bool:
    from grader.lazy import sympy

    return bool(sympy.expand(value) == 0 or sympy.simplify(value) == 0)


def entries_of(value: Exact) -> Sequence[Exact]:
    """The entries of an exact value, row by row."""
    from grader.expression.exact import get, indices, shape_of

    return [get(value, index) for index in indices(shape_of(value))]
