"""`grader worksheet`: write the problems with room to answer, for everybody or for each student."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import terminal
from grader.cli.pages import page_options, write_pages, write_sheets

if TYPE_CHECKING:
    from grader.errors import GraderError


@click.command("worksheet")
@page_options
@click.option("--roster", type=terminal.FOLDER, help="CSV with a column `student`: a sheet for each.")
@click.option("--variants", type=click.IntRange(1, 26), help="So many forms, A and on, instead of a roster.")
@click.option("--seed", default="", help="What the numbers are drawn from.  [default: the course's]")
@click.option("--key", is_flag=True, help="Write the key of each sheet too.")
def command(
    problems: Path | None, format: str, out: Path, roster: Path | None, variants: int | None, seed: str, key: bool
) -> None:
    """Write a worksheet for each of PROBLEMS, a folder of specs or one spec.

    With --roster, a sheet for each student that holds all problems, with the student's own numbers where a problem
    varies, no two alike as long as there are others; beside it, in forms/, an answer form in YAML and in Markdown that
    `grader grade` reads back. The sheet and the form carry a variant code that says which numbers these are.

    With --variants 4 the same for forms A to D.

    \b
    Example:
        grader worksheet problems/ --format tex --out out/
        grader worksheet problems/ --roster roster.csv --seed 42 --key
        grader worksheet problems/ --variants 4 --seed 42
    """
    from grader.render import pages

    if roster and variants:
        raise click.UsageError("--roster and --variants exclude each other")
    folder = terminal.problems_folder(problems)
    if roster or variants:
        errors = for_class(folder, roster, variants or 0, seed, format, out, key)
        terminal.tell(errors)
        terminal.finish(errors)
    elif key or seed:
        raise click.UsageError("--key and --seed go with --roster or --variants")
    else:
        terminal.finish(write_pages(pages.worksheet, folder, format, out / "worksheet"))


def for_class(
    folder: Path, roster: Path | None, count: int, seed: str, format: str, out: Path, key: bool
) -> list[GraderError]:
    """Write the sheets of a roster, or of so many forms; what could not be used."""
    from grader.codes import FORMS
    from grader.errors import GraderError
    from grader.problem import load_folder
    from grader.sheets import for_forms, for_roster, seed_of
    from grader.sheets.roster import read_roster

    known, errors = load_folder(folder)
    problems = list(known.values())
    try:
        seed = seed_of(problems, seed)
        if roster is None:
            names = [f"form-{letter}" for letter in FORMS[:count]]
            return errors + write_sheets(for_forms(problems, seed, count), names, format, out, key)
        students, broken = read_roster(roster)
    except GraderError as error:
        return [*errors, error]
    sheets = terminal.progress(for_roster(problems, students, seed), "Writing sheets")
    names = [student.name for student in students]
    return errors + broken + write_sheets(sheets, names, format, out, key)
