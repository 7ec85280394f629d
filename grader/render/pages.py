"""A problem's pages: its key, its worksheet, its solution on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from markupsafe import Markup

from grader.problem import Problem
from grader.render.environment import FORMATS, environment

if TYPE_CHECKING:
    from grader.render.pictures import Picture
    from grader.render.rounds import Rounds
    from grader.render.work import Work


def key(problem: Problem, format: str, template: str = "key") -> str:
    """The worked solution of a problem, in a format of `FORMATS`; by `answer` as a part of a longer page."""
    return _solved(problem, format, template)


def solution(problem: Problem) -> str:
    """The worked solution for a terminal."""
    return _solved(problem, "txt", "solution")


def worksheet(problem: Problem, format: str, template: str = "worksheet") -> str:
    """The problem with room to answer, in a format of `FORMATS`; by `problem` as a part of a longer page."""
    from grader.render.room import tasks
    from grader.render.work import givens

    steps = [(part, problem.solution[part.step]) for part in problem.parts]
    page = environment(format).get_template(f"{template}.j2")
    return page.render(problem=problem, givens=givens(problem.solution), steps=steps, tasks=partial(tasks, problem))


class Solved:
    """The worked solutions of some problems for pages that hold them, without what only the key shows."""

    def __init__(self, format: str) -> None:
        self.format = format
        self._known: dict[int, tuple[Problem, Markup]] = {}  # with the problem, so that its id stays its own

    def __call__(self, problem: Problem) -> Markup:
        if id(problem) in self._known:
            return self._known[id(problem)][1]
        page = Markup(_solved(problem, self.format, "solution", rubric=False))
        if not problem.drawn:  # a student's own variant is shown once
            self._known[id(problem)] = problem, page
        return page


def _solved(problem: Problem, format: str, template: str, rubric: bool = True) -> str:
    from grader.render.work import givens, work

    page = environment(format).get_template(f"{template}.j2")
    steps = work(problem, problem.solution)
    drawn = _plates(problem, steps) if FORMATS[format].pictured else {}
    return page.render(problem=problem, givens=givens(problem.solution), work=steps, rubric=rubric, pictures=drawn)


def _plates(problem: Problem, steps: Sequence[Work | Rounds]) -> Mapping[int, list[Picture]]:
    from grader.render.plates import plates

    return plates(problem, steps)
