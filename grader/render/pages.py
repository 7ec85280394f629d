"""A problem's pages: its key, its worksheet, its solution on a terminal."""

from __future__ import annotations

from grader.problem import Problem
from grader.render.environment import environment


def key(problem: Problem, format: str) -> str:
    """The worked solution of a problem, in `md` or `tex`."""
    return _solved(problem, format, "key")


def solution(problem: Problem) -> str:
    """The worked solution for a terminal."""
    return _solved(problem, "txt", "solution")


def worksheet(problem: Problem, format: str) -> str:
    """The problem with room to answer, in `md` or `tex`."""
    from grader.render.work import givens

    steps = [(part, problem.solution[part.step]) for part in problem.parts]
    page = environment(format).get_template("worksheet.j2")
    return page.render(problem=problem, givens=givens(problem.solution), steps=steps)


def _solved(problem: Problem, format: str, template: str) -> str:
    from grader.render.work import givens, work

    page = environment(format).get_template(f"{template}.j2")
    return page.render(problem=problem, givens=givens(problem.solution), work=work(problem, problem.solution))
