"""`grader key`: write the worked solutions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import terminal
from grader.cli.pages import own_sheet, page_options, student_options, write_pages

if TYPE_CHECKING:
    from grader.errors import GraderError


@click.command("key")
@page_options
@student_options
def command(problems: Path | None, format: str, out: Path, seed: str, student: str, variant: str) -> None:
    """Write the worked solution of each of PROBLEMS, a folder of specs or one spec.

    With --student, one page with the worked solutions of that student's own numbers.

    \b
    Example:
        grader key problems/ --format md --out out/
        grader key problems/ --seed 42 --student s001
    """
    from grader.render import pages

    folder = terminal.problems_folder(problems)
    if seed or student or variant:
        terminal.finish(write_own(folder, format, out / "keys", seed, student, variant))
    else:
        terminal.finish(write_pages(pages.key, folder, format, out / "key"))


def write_own(folder: Path, format: str, out: Path, seed: str, student: str, variant: str) -> list[GraderError]:
    """Write the key of one student, or of a form; what could not be used is told."""
    from grader.document import make_folder
    from grader.errors import GraderError
    from grader.problem import load_folder
    from grader.render.environment import FORMATS, write_page
    from grader.render.sheets import key
    from grader.run import file_names

    known, errors = load_folder(folder)
    sheet = own_sheet(known.values(), seed, student, variant)
    if isinstance(sheet, GraderError):
        errors.append(sheet)
    else:
        path = out / (file_names([sheet.name])[sheet.name] + FORMATS[format].ending)
        try:
            make_folder(out)
            write_page(path, format, key(sheet, format))
            click.echo(path)
        except GraderError as error:
            errors.append(error)
    terminal.tell(errors)
    return errors
