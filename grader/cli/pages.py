"""What `key` and `worksheet` share: one page a problem, in a format, into a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli import terminal

if TYPE_CHECKING:
    from grader.errors import GraderError
    from grader.problem import Problem


def page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The argument and options of a command that writes pages."""
    for option in (
        click.option("--out", type=terminal.FOLDER, default=Path("out"), show_default=True, help="Where pages go."),
        click.option(
            "--format", type=click.Choice(["md", "tex", "html"]), default="md", show_default=True, help="Page format."
        ),
        click.argument("problems", type=terminal.FOLDER, required=False),
    ):
        command = option(command)
    return command


def write_pages(page: Callable[[Problem, str], str], problems: Path, format: str, folder: Path) -> list[GraderError]:
    """Write `page(problem, format)` for every problem, and tell what could not be used."""
    from grader.document import make_folder, write_text
    from grader.errors import DocumentError, GraderError, Place
    from grader.problem import load_folder
    from grader.render.environment import FORMATS

    known, errors = load_folder(problems)
    try:
        make_folder(folder)
        for problem in terminal.progress(known.values(), "Writing pages"):
            path = folder / (problem.id + FORMATS[format].ending)
            try:
                text = page(problem, format)
            except GraderError as error:
                errors.append(error.at(Place(problem.path)))
                continue
            write_text(path, text)
            click.echo(path)
    except DocumentError as error:
        errors.append(error)
    terminal.tell(errors)
    return errors
