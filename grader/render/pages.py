"""A problem's pages: its key, its worksheet, its solution on a terminal."""

from __future__ import annotations

from markupsafe import Markup

from grader.problem import Problem
from grader.render.environment import environment


def key(problem: Problem, format: str, template: str = "key") -> str:
    """The worked solution of a problem, in `md` or `tex`; by `answer` as a part of a longer page."""
    return _solved(problem, format, template)


def solution(problem: Problem) -> str:
    """The worked solution for a terminal."""
    return _solved(problem, "txt", "solution")


def worksheet(problem: Problem, format: str, template: str = "worksheet") -> str:
    """The problem with room to answer, in `md` or `tex`; by `problem` as a part of a longer page."""
    from grader.render.work import givens

    steps = [(part, problem.solution[part.step]) for part in problem.parts]
    page = environment(format).get_template(f"{template}.j2")
    return page.render(problem=problem, givens=givens(problem.solution), steps=steps)


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
    return page.render(
        problem=problem, givens=givens(problem.solution), work=work(problem, problem.solution), rubric=rubric
    )
