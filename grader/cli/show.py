"""`grader show`: one worked solution, on the terminal."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import terminal


@click.command("show")
@click.argument("problem")
@click.option("--problems", type=terminal.FOLDER, help="Folder of specs.  [default: problems/]")
def command(problem: str, problems: Path | None) -> None:
    """Print the worked solution of PROBLEM, an id or a spec's file.

    \b
    Example:
        grader show sgd-line
    """
    from grader.errors import GraderError, Place
    from grader.render import pages

    found, errors = terminal.find_problem(problem, terminal.problems_folder(problems))
    if found is not None:
        try:
            click.echo(pages.solution(found), nl=False)
        except GraderError as error:
            errors.append(error.at(Place(found.path)))
    terminal.tell(errors)
    terminal.finish(errors)
