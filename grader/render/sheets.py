"""A student's sheet as one page: every problem of it with room to answer, or every worked solution."""

from __future__ import annotations

from markupsafe import Markup

from grader.errors import GraderError, Place
from grader.problem import Problem
from grader.render import pages
from grader.render.environment import environment
from grader.sheets import Worksheet


def worksheet(sheet: Worksheet, format: str) -> str:
    """The problems of a sheet, with room to answer."""
    return _page(sheet, format, False)


def key(sheet: Worksheet, format: str) -> str:
    """The worked solutions of a sheet's problems, with its own numbers."""
    return _page(sheet, format, True)


def _page(sheet: Worksheet, format: str, key: bool) -> str:
    """A page by the format's `sheet.j2`; a problem is set by its `problem.j2` or `answer.j2`."""
    bodies = [(problem, _body(problem, format, key)) for problem in sheet.problems]
    return environment(format).get_template("sheet.j2").render(sheet=sheet, bodies=bodies, key=key)


def _body(problem: Problem, format: str, key: bool) -> Markup:
    """One problem of a page. Raises `GraderError` with the spec where its prose cannot be set."""
    try:
        text = pages.key(problem, format, "answer") if key else pages.worksheet(problem, format, "problem")
    except GraderError as error:
        raise error.at(Place(problem.path)) from error
    return Markup(text.strip())
