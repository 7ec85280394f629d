"""Variants: the same exercise with other numbers for each student, drawn from a seed and the student's name."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache

import numpy as np

from grader.document import Node
from grader.drawing import Stream, replaced
from grader.errors import GraderError, Place, SpecError
from grader.problem import Problem, with_givens
from grader.requirements import holds

MOST_TRIES = 200  # draws for one student before the requirements are taken to be too much


def of(problem: Problem, seed: str | int, student: str) -> Problem:
    """The problem that a student was given: their draw where there is a seed, theirs or the course's, and it varies.

    Raises `SpecError` where no draw is usable.
    """
    return draw(problem, seed, student) if problem.varies and (str(seed).strip() or problem.seed) else problem


def draw(problem: Problem, seed: str | int, student: str) -> Problem:
    """The draw of a seed and a student's name, the same wherever and whenever it is made; without a seed the course's.

    A problem that does not vary is itself. What misses a requirement, what the family refuses, what has no finite value
    and what would ask other steps is drawn again, up to `MOST_TRIES` times; then a `SpecError` says what failed how
    often.
    """
    if not problem.vary:
        return problem
    return _drawn(_Same(problem), str(seed).strip() or problem.seed, student.strip())


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


@lru_cache(maxsize=256)
def _drawn(key: _Same, seed: str, student: str) -> Problem:
    problem, failures = key.problem, Counter[str]()
    for attempt in range(MOST_TRIES):
        given: Node = problem.spec["given"]
        drawn = {}
        for way in problem.vary:
            drawn[way.path] = way.draw(Stream(seed, problem.id, student, way.path, str(attempt)))
            given = replaced(given, way.path, drawn[way.path])
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
