"""Variants: the same exercise with other numbers for each student, drawn from a seed and the student's name."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import count, islice

import numpy as np

from grader.codes import FORMS, MOST_DRAWS, form_name, is_form, number_of
from grader.document import Node
from grader.drawing import Stream, replaced
from grader.errors import GraderError, Place, SpecError
from grader.problem import Problem, with_givens
from grader.requirements import holds

MOST_TRIES = 200  # draws for one student before the requirements are taken to be too much
PATIENCE = 20  # draws for each there is, before a space is taken to be used up


def of(problem: Problem, seed: str | int, student: str, variant: str = "") -> Problem:
    """The problem that a student was given: their draw where there is a seed, theirs or the course's, and it varies.

    `variant` is what the sheet says: a student's code, or the letter of a form. A student without one, or with a code
    that is not theirs, has the first draw. Raises `SpecError` where no draw is usable.
    """
    seed = str(seed).strip() or problem.seed
    if not problem.varies or not seed:
        return problem
    if is_form(variant):
        return _form(_Same(problem), seed, variant.strip().upper())
    return draw(problem, seed, student, number_of(variant, seed, student) or 0)


def draw(problem: Problem, seed: str | int, student: str, number: int = 0) -> Problem:
    """The draw of a seed and a student's name, the same wherever and whenever it is made; without a seed the course's.

    `number` counts a student's draws from 0. A problem that does not vary is itself. What misses a requirement, what
    the family refuses, what has no finite value and what would ask other steps is drawn again, up to `MOST_TRIES`
    times; then a `SpecError` says what failed how often.
    """
    if not problem.vary:
        return problem
    return _drawn(_Same(problem), str(seed).strip() or problem.seed, student.strip(), number)


def space(problem: Problem) -> int:
    """How many different draws there are, before what is required of them; 1 for a problem that does not vary."""
    return math.prod(way.space for way in problem.vary)


class _Same:
    """A problem as a key: the same object."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def __hash__(self) -> int:
        return id(self.problem)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.problem is self.problem


class Deck:
    """Draws of a problem for one student after the other, no two alike as long as there are others.

    >>> from grader.document import read_yaml
    >>> from grader.problem import read_problem
    >>> spec = "{family: pool2d, given: {X: [[1, 2], [3, 4]], size: 2, mode: max}, vary: {mode: {choose: [max, avg]}}}"
    >>> deck = Deck(read_problem(read_yaml(spec), "pool"), 1)
    >>> sorted(deck.deal(student)[1].given["mode"] for student in ("s001", "s002"))
    ['avg', 'max']
    """

    def __init__(self, problem: Problem, seed: str | int, known: Mapping[str, str] | None = None) -> None:
        self.problem, self.seed = problem, str(seed).strip() or problem.seed
        self._known = known or {}  # what students' first draws come to, where somebody has found out
        self._open = problem.varies
        self._given: set[str] = set()
        self._useless: set[str] = set()

    def deal(self, student: str) -> tuple[int, Problem]:
        """The number of a student's draw, and the draw: the first that nobody before was given.

        Where there is none left it is the student's first. Raises `SpecError` where no draw is usable.
        """
        number = self.number(student)
        return number, draw(self.problem, self.seed, student, number)

    def number(self, student: str) -> int:
        """The number of a student's draw alone."""
        if not self._open:
            return 0
        for number in range(min(MOST_DRAWS, PATIENCE * space(self.problem))):
            if (drawn := self._drawn(student.strip(), number)) not in self._given:
                self._given.add(drawn)
                return number
        self._open = False
        return 0

    def _drawn(self, student: str, number: int) -> str:
        """What a student's draw of that number comes to; solved only where that is not known."""
        if number == 0 and student in self._known:
            return self._known[student]
        for each in islice(values(self.problem, self.seed, student, number), MOST_TRIES):
            if (tried := repr(each)) in self._given:
                return tried
            if tried not in self._useless:
                break
        drawn = repr(dict(draw(self.problem, self.seed, student, number).drawn))
        for each in values(self.problem, self.seed, student, number):
            if repr(each) == drawn:
                return drawn
            self._useless.add(repr(each))
        return drawn


def values(problem: Problem, seed: str, student: str, number: int) -> Iterator[dict[str, Node]]:
    """What is drawn, by path, for one try after the other."""
    more = (f"draw {number}",) if number else ()
    for attempt in count():
        yield {
            way.path: way.draw(Stream(seed, problem.id, student, way.path, str(attempt), *more)) for way in problem.vary
        }


@lru_cache(maxsize=256)
def _form(key: _Same, seed: str, letter: str) -> Problem:
    """A form: unlike those with an earlier letter, where the space allows."""
    deck = Deck(key.problem, seed)
    for each in FORMS[: FORMS.index(letter) + 1]:
        _, form = deck.deal(form_name(each))
    return form


@lru_cache(maxsize=256)
def _drawn(key: _Same, seed: str, student: str, number: int) -> Problem:
    problem, failures = key.problem, Counter[str]()
    for drawn in islice(values(problem, seed, student, number), MOST_TRIES):
        given: Node = problem.spec["given"]
        for path, value in drawn.items():
            given = replaced(given, path, value)
        try:
            variant = with_givens(problem, given, drawn)
            if (trouble := unusable(variant, problem)) is None:
                return variant
        except GraderError as error:
            trouble = f"the givens do not fit ({error.what})"
        failures[trouble] += 1
    raise none_usable(problem, failures)


def unusable(variant: Problem, problem: Problem) -> str | None:
    """Why a draw cannot be set, if it cannot."""
    if [part.step for part in variant.parts] != [part.step for part in problem.parts]:
        return "other steps would be asked than the spec's"
    for part in variant.parts:
        value = variant.solution.arrays.get(part.step)
        if value is not None and value.dtype.kind == "f" and not np.isfinite(value).all():
            return f"{part.step} has no finite value"
    return next((f"'{text}' does not hold" for text in variant.require if not holds(text, variant.solution)), None)


def none_usable(problem: Problem, failures: Counter[str]) -> SpecError:
    often = ", ".join(f"{trouble} {count} times" for trouble, count in failures.most_common(4))
    line = problem.spec.line_of("require" if problem.require else "vary")
    place = Place(problem.path, line, "require" if problem.require else "vary")
    return SpecError(f"no draw of {MOST_TRIES} is usable: {often}", place, "vary less, or require less")
