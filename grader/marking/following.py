"""A cohort's way through a page: each step is evaluated once on the key's values and once on the students' own.

The steps are gone through in order. Of every value that a later step rests on it is kept how far its rounding may have
moved it, and whether the way to it was right, so that what is off the key by honest rounding is told from what follows
from a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from grader.errors import ShapeError
from grader.expression import Expression, Name, shape_with
from grader.expression.tree import Shape
from grader.kinds import READ
from grader.marking import rounding
from grader.marking.answers import Column
from grader.marking.programs import program, uses, value
from grader.marking.verdicts import flat, noise
from grader.numeric import Array
from grader.solution import Page, Solution, Step

Students = np.ndarray
"""Some students, by their positions on the last axis."""


@dataclass
class Way:
    """A cohort's values on the way through a page, students last; `take` the steps in order."""

    solution: Solution
    columns: Mapping[str, Column]
    shapes: Mapping[str, Shape]
    put: Mapping[str, Expression]
    """The steps that put values into a formula of the students' own, which is not the key's."""
    led_to: dict[str, Array | None] = field(default_factory=dict)
    """What each step comes to on a student's own earlier answers; None where their shapes do not fit it."""
    carried: dict[str, Array] = field(default_factory=dict)
    """What later steps rest on: the answer, or where there is none what those before it lead to."""
    radii: dict[str, Array] = field(default_factory=dict)
    """How far rounding may have moved an answer; NaN where there is none."""
    exact: dict[str, np.ndarray] = field(default_factory=dict)
    """The students for whom nothing is rounded in a value and in all that it comes from, `(N,)`."""
    honest: dict[str, np.ndarray] = field(default_factory=dict)
    """The students who have come to a value by right steps, `(N,)`."""
    routes: dict[str, list[tuple[tuple[str, ...], np.ndarray]]] = field(default_factory=dict)
    """What the other ways to a step name, and the students who took each, `(N,)`."""

    def __post_init__(self) -> None:
        self.carried |= self.solution.given_arrays

    @cached_property
    def taken(self) -> Solution:
        """The page with the formulas that these students go by, which are not always the key's."""
        return with_formulas(self.solution, self.put) if self.put else self.solution

    def arrive(self, name: str, step: Step) -> None:
        """Evaluate a step on what it rests on."""
        step = self.taken[name]
        led_to = self.led_to[name] = evaluate(step.expression, self.carried)
        self.carried[name] = self.solution.arrays[name] if led_to is None else led_to
        self.exact[name], self.honest[name] = (
            self.all_of(uses(step.expression), known) for known in (self.exact, self.honest)
        )
        if name in self.put:
            self.honest[name] = self.honest[name] & False

    def leave(self, name: str, good: np.ndarray) -> None:
        """Take the answers to a step as what later steps rest on; `good` are the entries that are right, `(…, N)`."""
        column, led_to = self.columns[name], self.fitting(name)
        values, read = column.values, column.states == READ
        self.radii[name] = radii(column, led_to, self.exact[name])
        self.carried[name] = values if led_to is None else np.where(np.isnan(values), led_to, values)
        self.honest[name] = np.all(flat(np.where(read, good, self.honest[name])), axis=0)
        self.exact[name] = np.all(flat(np.where(read, self.radii[name] == 0, self.exact[name])), axis=0)

    def all_of(self, uses: Iterable[str], known: Mapping[str, np.ndarray]) -> np.ndarray:
        """The students of whom something is true at all that a step uses; it is of what a problem states."""
        found = np.array([True])
        for use in uses:
            found = found & known.get(use, np.array([True]))
        return found

    def rest_on(self, name: str, who: Students) -> Iterator[tuple[tuple[str, ...], Students]]:
        """What the answers of some students to a step rest on, by the way that they took, and who these are."""
        for named, took in reversed(self.routes.get(name, [])):
            there = took[who]
            if there.any():
                yield named, who[there]
                who = who[~there]
        if len(who):
            yield uses(self.taken[name].expression), who

    def fitting(self, name: str) -> Array | None:
        """What a step comes to on earlier answers, where that has the shape of the answers to it."""
        led_to, column = self.led_to[name], self.columns[name]
        return led_to if led_to is not None and led_to.shape[:-1] == column.values.shape[:-1] else None

    def undeserved(self, name: str, step: Step) -> np.ndarray:
        """The students who get nothing for following: their own values leave nothing to do, `(N,)`.

        A value that is all zeros where the key's is not makes what comes of it trivial; and a step that only repeats an
        earlier value asks for that value again.
        """
        nothing = np.array([False])
        for use in uses(step.expression):
            if use in self.honest and bool(np.any(self.solution.arrays[use])):
                nothing = nothing | np.all(flat(self.carried[use]) == 0, axis=0)
        if name in self.put:
            from grader.marking.formulas import nothing as zero

            nothing = nothing | (zero(self.put[name]) and bool(np.any(self.solution.arrays[name])))
        repeats = isinstance(step.expression, Name) and not step.claims
        return nothing | ~self.honest[name] if repeats else nothing

    def inputs(self, name: str, who: Students) -> tuple[dict[str, Array], dict[str, Array]]:
        """What a step rests on for some students, and how far each of that may be off."""
        rests_on = uses(self.taken[name].expression)
        values = {use: chosen(self.carried[use], who) for use in rests_on}
        blurred = [use for use in rests_on if use in self.exact and not chosen(self.exact[use], who).all()]
        return values, {use: self.spread(use, who) for use in blurred}

    def spread(self, name: str, who: Students) -> Array:
        """How far the values of a step that later ones rest on may be off, for some students."""
        if name not in self.radii:
            return self.reach(name, who)
        typed = self.radii[name][..., who]
        missing = np.isnan(typed)
        some = np.flatnonzero(flat(missing).any(axis=0))
        if len(some):
            typed[..., some] = np.where(missing[..., some], self.reach(name, who[some]), typed[..., some])
        return typed

    def reach(self, name: str, who: Students) -> Array:
        """How far what a step comes to may be off, for some students, by the rounding of what it rests on.

        NaN where what it comes to, or rests on, has another shape than the solution's.
        """
        if not self.regular(name):
            return np.full((*self.carried[name].shape[:-1], len(who)), np.nan)
        values, off = self.inputs(name, who)
        if not off:
            return np.zeros((*self.shapes[name], len(who)))
        found: Array = np.max(rounding.bounds(self.taken, name, values, off), axis=0)
        middle = np.broadcast_to(chosen(self.carried[name], who), found.shape)
        for index in np.ndindex(*found.shape[:-1]):
            some = np.flatnonzero(np.isnan(found[index]))
            if len(some):
                ends = rounding.ranges(self.taken, name, index, *(chosen_of(table, some) for table in (values, off)))
                found[index][some] = np.maximum(ends[1] - middle[index][some], middle[index][some] - ends[0])
        return found

    def regular(self, name: str) -> bool:
        """Whether what a step comes to, its answers, and all that it rests on have the shapes of the solution."""
        steps = [name, *(use for use in uses(self.taken[name].expression) if use in self.solution)]
        alike = all(self.carried[each].shape[:-1] == self.solution[each].shape for each in steps)
        return alike and self.shapes[name] == self.solution[name].shape


def with_formulas(solution: Solution, put: Mapping[str, Expression]) -> Solution:
    """The same page, with other formulas for some of its steps."""
    page = Page()
    page.tables, page.names, page.lets = solution.tables, solution.names, solution.lets
    page.symbols, page.positive, page.terms = solution.symbols, solution.positive, solution.terms
    page.steps = {name: replace(step, expression=put.get(name, step.expression)) for name, step in solution.items()}
    return Solution(page)


def chosen(values: np.ndarray, who: Students) -> np.ndarray:
    """The values of some students; what all share stays shared."""
    return values if values.shape[-1] == 1 else values[..., who]


def chosen_of(table: Mapping[str, np.ndarray], who: Students) -> dict[str, np.ndarray]:
    """The values of some students, by name."""
    return {name: chosen(values, who) for name, values in table.items()}


def radii(column: Column, led_to: Array | None, exact: np.ndarray) -> Array:
    """How far rounding may have moved answers: half a unit of the last place that was written, NaN where nothing was.

    What is exact has no rounding: what comes to the same number from values that have none, and a whole number among
    whole numbers.
    """
    half = np.where(column.states == READ, column.half_units, np.nan)
    if led_to is None:
        return half
    with np.errstate(invalid="ignore"):
        same = np.abs(column.values - led_to) <= noise(led_to)
    whole = (half >= 0.5) & (column.values == np.round(column.values)) & (led_to == np.round(led_to))
    return np.asarray(np.where((same & exact) | whole, 0.0, half))


def evaluate(expression: Expression, values: Mapping[str, Array]) -> Array | None:
    """An expression on values for every student; None where their shapes do not fit."""
    shapes = program(expression).shapes
    if any(values[name].shape[:-1] != shape for name, shape in shapes.items()):
        try:
            shape_with(expression, {name: values[name].shape[:-1] for name in shapes})
        except ShapeError:
            return None
    return value(expression, values)
