"""`grader show`: one worked solution, on the terminal."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import terminal
from grader.cli.pages import own_sheet, student_options


@click.command("show")
@click.argument("problem")
@click.option("--problems", type=terminal.FOLDER, help="Folder of specs.  [default: problems/]")
@student_options
def command(problem: str, problems: Path | None, seed: str, student: str, variant: str) -> None:
    """Print the worked solution of PROBLEM, an id or a spec's file; with --student the one of the student's numbers.

    \b
    Example:
        grader show sgd-line
        grader show sgd-line --seed 42 --student s001
    """
    from grader.errors import GraderError, Place
    from grader.render import pages

    found, errors = terminal.find_problem(problem, terminal.problems_folder(problems))
    if found is not None and (seed or student or variant):
        sheet = own_sheet([found], seed, student, variant)
        if isinstance(sheet, GraderError):
            found, errors = None, [*errors, sheet]
        else:
            (found,) = sheet.problems
    if found is not None:
        try:
            click.echo(pages.solution(found), nl=False)
        except GraderError as error:
            errors.append(error.at(Place(found.path)))
    terminal.tell(errors)
    terminal.finish(errors)
