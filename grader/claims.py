"""What a step may claim of its formula, and SymPy's proof of it with every other quantity left a symbol."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from grader.expression import Expression, Name, names
from grader.expression import exact as read_exact
from grader.expression.exact import Exact, build, get, indices, shape_of
from grader.expression.scope import replaced
from grader.lazy import sympy

if TYPE_CHECKING:
    from grader.solution import Solution, Step


class Claim(Protocol):
    """Something that is so if every one of its differences is zero."""

    @property
    def by(self) -> Name | None:
        """The name that formulas are written out in, down to it; None where none is."""

    def differences(self, step: Step, symbols: Symbols) -> Iterator[Exact]:
        """What must be zero."""


@dataclass(frozen=True)
class Derivative:
    """That a step is the derivative of an expression by a name: a gradient has the name's shape, a Jacobian both."""

    of: Expression
    by: Name

    def differences(self, step: Step, symbols: Symbols) -> Iterator[Exact]:
        value, claimed, at = symbols.read(self.of), symbols.read(step.expression), symbols.of(self.by)
        if step.shape != self.of.shape + self.by.shape:
            yield sympy.Integer(1)
            return
        for row, column in itertools.product(indices(self.of.shape), indices(self.by.shape)):
            yield sympy.diff(get(value, row), get(at, column)) - get(claimed, row + column)


@dataclass(frozen=True)
class Root:
    """That a step, put for a name, makes an expression zero."""

    of: Expression
    by: Name

    def differences(self, step: Step, symbols: Symbols) -> Iterator[Exact]:
        symbols.put(self.by, symbols.read(step.expression))
        value = symbols.read(self.of)
        yield from (get(value, index) for index in indices(shape_of(value)))


@dataclass(frozen=True)
class Same:
    """That a step is the same as another expression."""

    of: Expression
    by: Name | None = None

    def differences(self, step: Step, symbols: Symbols) -> Iterator[Exact]:
        one, other = symbols.read(step.expression), symbols.read(self.of)
        if shape_of(one) != shape_of(other):
            yield sympy.Integer(1)
            return
        for index in indices(shape_of(one)):
            yield get(one, index) - get(other, index)


@dataclass(frozen=True)
class Put:
    """That a step is formulas of the page, with values put for their symbols."""

    of: Expression
    values: tuple[tuple[str, Expression], ...]
    by: Name | None = None

    def tree(self, formulas: Mapping[str, Expression]) -> Expression:
        """The step, where the page's formulas are these, in the page's symbols."""
        return replaced(replaced(self.of, formulas), dict(self.values))

    def differences(self, step: Step, symbols: Symbols) -> Iterator[Exact]:
        return Same(self.tree(written_out(symbols.solution, {}))).differences(step, symbols)


def stated(
    derivative: tuple[Expression, Expression] | None,
    root: tuple[Expression, Expression] | None,
    same: Expression | None,
    put: tuple[Expression, Mapping[str, Expression]] | None,
) -> Iterator[Claim]:
    """The claims that a family makes of a step. Raises `TypeError` where one is about something that is no name."""
    if derivative is not None:
        yield Derivative(derivative[0], _a_name(derivative[1]))
    if root is not None:
        yield Root(root[0], _a_name(root[1]))
    if same is not None:
        yield Same(same)
    if put is not None:
        yield Put(put[0], tuple(put[1].items()))


def _a_name(tree: Expression) -> Name:
    if not isinstance(tree, Name):
        raise TypeError(f"a claim is about a name, got {tree!r}")
    return tree


def written_out(solution: Solution, own: Mapping[str, Expression]) -> dict[str, Expression]:
    """The formula of every step without numbers, in the page's symbols; some of them other than on the page."""
    found: dict[str, Expression] = {}
    for name, step in solution.items():
        if name in solution.symbolic:
            found[name] = replaced(own.get(name, step.expression), found)
    return found


class Symbols:
    """The exact reading with a symbol for every name, save those that come from `by`, which are written out in it.

    Without `by` every step is written out down to what is given.
    """

    def __init__(self, solution: Solution, by: Name | None) -> None:
        self.solution = solution
        self._known: dict[str, Exact] = {}
        self._written_out = set(solution) if by is None else set()
        if by is not None:
            follows = {by.name}
            for name, step in solution.items():
                if not follows.isdisjoint(step.uses):
                    follows.add(name)
            self._written_out = follows - {by.name}

    def put(self, name: Name, value: Exact) -> None:
        """Let a name stand for a value."""
        self._known[name.name] = value

    def of(self, name: Name) -> Exact:
        """What a name stands for."""
        if name.name not in self._known:
            if name.name in self._written_out:
                self._known[name.name] = self.read(self.solution[name.name].expression)
            else:
                self._known[name.name] = symbol(name, positive=name.name in self.solution.positive)
        return self._known[name.name]

    def read(self, tree: Expression) -> Exact:
        return read_exact(tree, {name: self.of(self.solution.names[name]) for name in names(tree)})


def symbol(name: Name, positive: bool = False) -> Exact:
    """A SymPy symbol for a name, or an array of them: real, and positive where that is declared."""
    domain = {"positive": True} if positive else {"real": True}
    return build(name.shape, lambda index: sympy.Symbol(f"{name.name}{list(index) if index else ''}", **domain))


def holds(claim: Claim, step: Step, solution: Solution) -> bool:
    """Whether SymPy proves a claim."""
    return all(is_zero(value) for value in claim.differences(step, Symbols(solution, claim.by)))


def is_zero(value: Exact) -> bool:
    """Whether SymPy brings a value to zero: over one denominator, multiplied out, or by all that it knows."""
    ways = (lambda each: sympy.expand(sympy.fraction(sympy.together(each))[0]), sympy.expand, sympy.simplify)
    return any(way(value) == 0 for way in ways)
