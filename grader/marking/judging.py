"""The verdicts on a cohort's answers, step by step on its way through a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from grader.claims import Same
from grader.expression.tree import Expression, Index, Shape, names
from grader.kinds import BLANK, READ, UNREADABLE
from grader.marking import rounding
from grader.marking.answers import Column, some_of
from grader.marking.following import Students, Way, chosen, chosen_of, evaluate
from grader.marking.programs import uses
from grader.marking.slips.diagnosis import Diagnosis, diagnose
from grader.marking.tensors import Found, look
from grader.marking.verdicts import (
    CORRECT,
    FOLLOWS,
    INCOMPLETE,
    NOTHING,
    ROUNDED,
    SLIP,
    UNDECIDED,
    UNREAD,
    WRONG,
    agrees,
    allowance,
    flat,
    near,
)
from grader.numeric import Array
from grader.parts import Part
from grader.solution import Solution


@dataclass(frozen=True)
class Judged:
    """One step for a cohort: a verdict an entry, `(…, N)`, and the slip of each student who made one."""

    codes: np.ndarray
    slips: Mapping[int, Explained]
    right: np.ndarray
    """The entries to which no wrong step has led, `(…, N)`."""
    found: Found = field(default_factory=Found)
    """What is the matter with tensors in which something is wrong."""

    def slip(self, i: int) -> Explained:
        """The slip of a student: one that explains the answer, a pattern of its entries, or the first in an entry."""
        if i in self.slips:
            return self.slips[i]
        if i in self.found.patterns and self.found.patterns[i].whole:
            return self.found.patterns[i]
        return next(iter(self.found.entries[i].values()))


class Explained(Protocol):
    """A mistake that explains an answer: one that its family names, or one that was found."""

    @property
    def name(self) -> str: ...

    @property
    def told(self) -> str: ...


@np.errstate(all="ignore")
def judged(
    solution: Solution,
    parts: Mapping[str, Part],
    columns: Mapping[str, Column],
    shapes: Mapping[str, Shape],
    put: Mapping[str, Expression],
) -> tuple[dict[str, Judged], Way]:
    """The verdicts on every step that has answers, and the way that they make through the page.

    What is answered and not asked is judged like what is asked without a word more.
    """
    way = Way(solution, columns, shapes, put)
    found: dict[str, Judged] = {}
    for name, step in solution.items():
        if name in solution.symbolic:
            continue
        way.arrive(name, step)
        if name in columns and not step.kind.judge:
            found[name] = one = Answers(way, name, parts.get(name)).judged()
            way.leave(name, one.right)
    return found, way


class Answers:
    """A cohort's answers to one step, beside the key and beside what their own earlier answers lead to."""

    def __init__(self, way: Way, name: str, part: Part | None) -> None:
        self.way, self.name, self.asked = way, name, part is not None
        self.part = part or Part(name)
        self.step, self.column = way.solution[name], way.columns[name]
        self.key, self.own = way.solution.arrays[name], way.fitting(name)
        self.earned = ~way.undeserved(name, self.step)

    @property
    def size(self) -> Shape:
        return self.column.values.shape

    def judged(self) -> Judged:
        """A verdict an entry: what is right by the key is right, whatever came before."""
        states = self.column.states
        right = self.equal(self.key)
        if not self.routes and bool((right | (states != READ)).all()):
            codes = one_of(self.size, {NOTHING: states == BLANK, UNREAD: states == UNREADABLE}, CORRECT)
            return Judged(codes, {}, codes == CORRECT)
        as_own = self.equal(self.own)
        another, honestly = self.by_another_way()
        follows = (as_own | another) & self.earned
        within, short, wide = self.by_rounding((states == READ) & ~right & ~follows & self.earned)
        follows |= within
        as_key = self.agrees(self.key)
        coarse = ((as_key | (self.agrees(self.own) & self.earned)) & (follows | ~as_own)) | short
        slips = self.slips(right | follows | wide | (states != READ), coarse)
        honest = np.where(another & ~as_own, honestly, self.way.honest[self.name])
        slipped = np.zeros(self.size, dtype=bool)
        slipped[..., list(slips)] = True
        cases = {
            NOTHING: states == BLANK, UNREAD: states == UNREADABLE, CORRECT: right, ROUNDED: follows & honest,
            FOLLOWS: follows, SLIP: slipped, INCOMPLETE: coarse, UNDECIDED: wide,
        }  # fmt: skip
        codes = one_of(self.size, cases, WRONG)
        as_far = (codes == INCOMPLETE) & (as_key | honest) | (codes == SLIP) & as_key
        unharmed = (codes == CORRECT) | (codes == ROUNDED) | as_far
        return Judged(codes, slips, unharmed, look(self, codes) if self.asked else Found())

    @property
    def routes(self) -> list[Expression]:
        """The other ways to the step: what it claims to be the same, and where the student's own formula is not the
        key's, the key's."""
        routes = [claim.of for claim in self.step.claims if isinstance(claim, Same)]
        return [*routes, self.step.expression] if self.name in self.way.put else routes

    def equal(self, target: Array | None, answers: Column | None = None) -> np.ndarray:
        """Where answers, or some of them, are a value, within what the part allows."""
        column = answers or self.column
        size = column.values.shape
        if target is None or target.shape[:-1] != size[:-1]:
            return np.zeros(size, dtype=bool)
        return spread_over(near(column, target, self.part, self.step.kind.exact), size)

    def by_another_way(self) -> tuple[np.ndarray, np.ndarray]:
        """Where answers are what earlier values lead to by another way, and by right ones."""
        found, honest = np.zeros((2, *self.size), dtype=bool)
        for route in self.routes:
            other, own = evaluate(route, self.way.carried), self.way.led_to[self.name]
            reached = self.equal(other)
            if self.own is not None and own is not None and other is not None and reached.any():
                found |= reached
                honest |= reached & self.way.all_of(names(route), self.way.honest)
                whole = np.asarray(flat(reached).all(axis=0) & ~flat(self.equal(self.own)).all(axis=0))
                self.way.led_to[self.name] = np.where(whole, other, own)
                self.way.routes.setdefault(self.name, []).append((names(route), whole))
        return found, honest

    def agrees(self, target: Array | None) -> np.ndarray:
        """Where answers are a value as far as their digits go."""
        if target is None or self.step.kind.exact or target.shape[:-1] != self.size[:-1]:
            return np.zeros(self.size, dtype=bool)
        return spread_over(agrees(self.column, target), self.size)

    def slips(self, explained: np.ndarray, coarse: np.ndarray) -> dict[int, Explained]:
        """The mistake that explains all of a student's answer: one that the step names, or else one that is found.

        What agrees with the right value as far as it goes may all the same be a named mistake to the digit.
        """
        unexplained = np.asarray(~flat(explained).all(axis=0))
        if not self.asked or not unexplained.any():
            return {}
        found = self.named(unexplained)
        open_ = unexplained & ~flat(explained | coarse).all(axis=0)
        open_[list(found)] = False
        return found | self.diagnosed(np.flatnonzero(open_))

    def diagnosed(self, who: Students, index: Index | None = None) -> dict[int, Diagnosis]:
        """The mistake that is found in some students' answers, or in one entry of these."""
        column = self.column
        return diagnose(self.step, self.way.solution, self.way.carried, column.values, column.half_units, who, index)

    def named(self, unexplained: np.ndarray) -> dict[int, Explained]:
        """The named slips, on the key's values or on the student's own; the first that explains an answer."""
        found: dict[int, Explained] = {}
        who = np.flatnonzero(unexplained)
        some = np.repeat(who, 2) if len(who) == 1 else who  # NumPy sums a lone column in another order
        column, earned = some_of(self.column, some), chosen(self.earned, some)
        for slip in self.step.slips:
            by_key = self.equal(evaluate(slip.expression, self.way.solution.arrays), column)
            by_own = self.equal(evaluate(slip.expression, self.values_of(slip.expression, some)), column) & earned
            made = flat(by_key).all(axis=0) | flat(by_own).all(axis=0)
            found = dict.fromkeys(some[made].tolist(), slip) | found
        return found

    def values_of(self, expression: Expression, who: Students) -> dict[str, Array]:
        """What a formula uses, for some students: the key's where it comes later in the page."""
        key, carried = self.way.solution.arrays, self.way.carried
        return {name: chosen(carried[name] if name in carried else key[name], who) for name in uses(expression)}

    def by_rounding(self, doubtful: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Which entries the rounding of a student's own earlier values allows, `(…, N)`.

        All told, only as far as their few digits go, or perhaps: that is left open.
        """
        within, short, wide = np.zeros((3, *self.size), dtype=bool)
        doubtful = doubtful & ~self.way.exact[self.name]
        who = np.flatnonzero(flat(doubtful).any(axis=0))
        if len(who) and self.own is not None and not self.step.kind.exact and self.way.regular(self.name):
            near_enough = Nearness(self, who, doubtful[..., who])
            within[..., who], short[..., who] = near_enough.within, near_enough.short
            wide[..., who] = near_enough.wide
        return within, short, wide


def one_of(size: Shape, cases: Mapping[int, np.ndarray], default: int) -> np.ndarray:
    """For each entry the first case that is true."""
    codes = np.full(size, default)
    for code, mask in reversed([*cases.items()]):
        codes[spread_over(mask, size)] = code
    return codes


def spread_over(mask: np.ndarray, size: Shape) -> np.ndarray:
    """What all students share, for each of them."""
    return mask if mask.shape == size else np.broadcast_to(mask, size)


class Nearness:
    """How near some students' answers come to what their own earlier values lead to, rounding allowed for.

    A bound of first order decides what is clear, balls the rest. Where rounding may move the value by more than its own
    size, nothing can be said of an answer that is among the values it may take: that is `wide`.
    """

    def __init__(self, answers: Answers, who: Students, doubtful: np.ndarray) -> None:
        way, column = answers.way, answers.column
        assert answers.own is not None
        self.solution, self.name = way.taken, answers.name
        self.values, self.off = way.inputs(answers.name, who)
        own = np.broadcast_to(chosen(answers.own, who), doubtful.shape)
        self.given = column.values[..., who]
        self.allowed = np.broadcast_to(allowance(column, answers.own, answers.part), answers.size)[..., who]
        self.reach = np.maximum(self.allowed, np.where(self.given != 0, column.half_units[..., who] * (1 - 1e-9), 0.0))
        self.size = np.broadcast_to(np.abs(flat(own)).max(axis=0), doubtful.shape)
        bounds = rounding.bounds(self.solution, self.name, self.values, self.off)
        gaps, narrow = np.abs(self.given - own), bounds.max(axis=0) < self.size
        inside, outside = rounding.decided(gaps - self.allowed, gaps - self.reach, bounds)
        self.within, self.short, self.wide = doubtful & inside & narrow, *np.zeros((2, *doubtful.shape), dtype=bool)
        open_still = doubtful & ~self.within & ~(outside & narrow)
        if np.isnan(own).any():
            open_still = open_still & ~rounding.nowhere(self.solution, self.name, self.values, self.off)
        for index in np.ndindex(*doubtful.shape[:-1]):
            self.look_closer(index, np.flatnonzero(open_still[index]))

    def look_closer(self, index: tuple[int, ...], who: Students) -> None:
        """Decide an entry by balls, for some of the students; those whose values are the same once."""
        if not len(who):
            return
        alike = np.vstack([flat(chosen_all(each, who)) for each in (*self.values.values(), *self.off.values())])
        _, first, back = np.unique(alike, axis=1, return_index=True, return_inverse=True)
        one = who[first]
        values, off = (chosen_of(table, one) for table in (self.values, self.off))
        low, high = (end[back] for end in rounding.ranges(self.solution, self.name, index, values, off))
        given = self.given[index][who]
        beyond = np.maximum(low - given, given - high)
        held, nearly = (~(beyond > far[index][who]) for far in (self.allowed, self.reach))
        wide = ~((high - low) / 2 < self.size[index][who])
        self.within[index][who] = held & ~wide
        self.short[index][who] = nearly & ~held & ~wide
        self.wide[index][who] = nearly & wide


def chosen_all(values: Array, who: Students) -> Array:
    """The values of some students, also where all share them."""
    return np.broadcast_to(chosen(values, who), (*values.shape[:-1], len(who)))
