"""What the shipped problems put on pages: every formula, substitution, value and given, and all prose."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grader
from grader.checks import written
from grader.expression.layout import Layout
from grader.problem import Problem
from grader.render.rounds import Rounds
from grader.render.work import givens, work

PROBLEMS = sorted(path for path in Path("problems").rglob("*.yaml") if path.name != "course.yaml")


def of_one(problem: Problem) -> Iterator[Layout]:
    yield from givens(problem.solution)
    for step in work(problem, problem.solution):
        if isinstance(step, Rounds):
            yield from step.heads
            yield from (cell for row in step.rows for cell in row)
        else:
            yield from (term for line in step.lines for term, _ in line.terms)
            yield from step.grids


@cache
def formulas() -> tuple[Layout, ...]:
    """No two alike, in the order they stand on the keys."""
    return tuple(dict.fromkeys(layout for path in PROBLEMS for layout in of_one(grader.load(path))))


@cache
def texts() -> dict[str, str]:
    """All prose, with where it stands."""
    return {text: str(place) for path in PROBLEMS for place, text in written(grader.load(path)) if text}
