"""A problem's pages: its key, its worksheet, its solution on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from grader.problem import Problem
from grader.render.environment import environment

if TYPE_CHECKING:
    from grader.expression.layout import Layout
    from grader.parts import Part
    from grader.render.pictures import Picture
    from grader.render.rounds import Rounds
    from grader.render.work import Work
    from grader.solution import Step


def key(problem: Problem, format: str) -> str:
    """The worked solution of a problem, in `md`, `tex` or `html`."""
    return _solved(problem, format, "key")


def solution(problem: Problem) -> str:
    """The worked solution for a terminal."""
    return _solved(problem, "txt", "solution")


@dataclass(frozen=True)
class Sheet:
    """One problem on a worksheet."""

    problem: Problem

    @property
    def givens(self) -> list[Layout]:
        from grader.render.work import givens

        return givens(self.problem.solution)

    @property
    def steps(self) -> list[tuple[Part, Step]]:
        return [(part, self.problem.solution[part.step]) for part in self.problem.parts]


def worksheets(problems: Sequence[Problem], name: str = "", code: str = "") -> str:
    """Problems with room to answer on one page of HTML, each printed from a new sheet, with whose it is at its top."""
    page = environment("html").get_template("worksheet.j2")
    return page.render(sheets=[Sheet(problem) for problem in problems], name=name, code=code)


def worksheet(problem: Problem, format: str) -> str:
    """The problem with room to answer, in `md`, `tex` or `html`."""
    from grader.render.work import givens

    if format == "html":
        return worksheets([problem])
    steps = [(part, problem.solution[part.step]) for part in problem.parts]
    page = environment(format).get_template("worksheet.j2")
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
    steps = work(problem, problem.solution)
    if format != "html":
        return page.render(problem=problem, givens=givens(problem.solution), work=steps, rubric=rubric)
    before, drawn = illustrated(problem, steps)
    return page.render(problem=problem, givens=givens(problem.solution), before=before, work=drawn, rubric=rubric)


def illustrated(
    problem: Problem, steps: Sequence[Work | Rounds]
) -> tuple[list[Picture], list[tuple[Work | Rounds, list[Picture]]]]:
    """The pictures before the first step, and each step with those that stand behind it.

    What belongs to a step that only a table of rounds shows stands behind the table.
    """
    from grader.render.pictures import pictures
    from grader.render.work import Work

    order = {name: k for k, name in enumerate(problem.solution)}
    before: list[Picture] = []
    placed: list[list[Picture]] = [[] for _ in steps]
    for picture in pictures(problem, problem.id + "-"):
        place = -1
        for k, step in enumerate(steps):
            if isinstance(step, Work) and picture.after and order[step.name] <= order[picture.after]:
                place, exact = k, step.name == picture.after
        if place >= 0 and not exact and place + 1 < len(steps) and not isinstance(steps[place + 1], Work):
            place += 1
        (placed[place] if place >= 0 else before).append(picture)
    return before, list(zip(steps, placed, strict=True))
