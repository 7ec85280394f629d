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


def settable(context: click.Context, parameter: click.Parameter, format: str | None) -> str | None:
    """A format that this machine can write, as a callback of an option."""
    from importlib.util import find_spec

    if format == "pdf" and find_spec("typst") is None:
        raise click.BadParameter("PDF needs the package typst: pip install 'grader[pdf]'", context, parameter)
    return format


def page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The argument and options of a command that writes pages."""
    formats = click.Choice(["md", "tex", "html", "pdf"])
    for option in (
        click.option("--out", type=terminal.FOLDER, default=Path("out"), show_default=True, help="Where pages go."),
        click.option("--format", type=formats, default="md", show_default=True, callback=settable, help="Page format."),
        click.argument("problems", type=terminal.FOLDER, required=False),
    ):
        command = option(command)
    return command


def write_pages(page: Callable[[Problem, str], str], problems: Path, format: str, folder: Path) -> list[GraderError]:
    """Write `page(problem, format)` for every problem, and tell what could not be used."""
    from grader.document import make_folder
    from grader.errors import DocumentError, GraderError, Place
    from grader.problem import load_folder
    from grader.render.environment import FORMATS, write_page

    known, errors = load_folder(problems)
    try:
        make_folder(folder)
        for problem in terminal.progress(known.values(), "Writing pages"):
            path = folder / (problem.id + FORMATS[format].ending)
            try:
                write_page(path, format, page(problem, format))
            except DocumentError:
                raise
            except GraderError as error:
                errors.append(error.at(Place(problem.path)))
                continue
            click.echo(path)
    except DocumentError as error:
        errors.append(error)
    terminal.tell(errors)
    return errors
