"""`grader whose`: which students' keys hold a number that was found somewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import terminal

if TYPE_CHECKING:
    from grader.errors import GraderError
    from grader.problem import Problem
    from grader.sheets.leaks import Hit, Leaked, Suspect

MOST_ROWS = 20  # students that the terminal lists
MOST_PLACES = 3  # places that it names of each


@click.command("whose", context_settings={"ignore_unknown_options": True})  # -0.75 is a number, not an option
@click.argument("numbers", nargs=-1, required=True)
@click.option("--roster", type=terminal.FOLDER, required=True, help="The CSV that the sheets were made from.")
@click.option("--seed", default="", help="The seed that they were made with.  [default: the course's]")
@click.option("--problems", type=terminal.FOLDER, help="Folder of specs, or one spec.  [default: problems/]")
@click.option("--out", type=terminal.FOLDER, help="A CSV file for all that is found.")
def command(numbers: tuple[str, ...], roster: Path, seed: str, problems: Path | None, out: Path | None) -> None:
    """Find whose key holds NUMBERS, in any step or entry, to the digits given; PROBLEMS may stand behind them.

    A number without decimals must be met exactly. Who holds most of several numbers stands first. Numbers that stand in
    problems which do not vary are everybody's and are told apart.

    \b
    Example:
        grader whose 0.7516 2.0303 --roster roster.csv --seed 42 problems/
    """
    *typed, last = numbers
    if problems is None and typed and Path(last).exists():
        problems = Path(last)
    else:
        typed.append(last)
    folder = terminal.problems_folder(problems)
    errors = look(typed, folder, roster, seed, out)
    terminal.tell(errors)
    terminal.finish(errors)


def look(typed: Sequence[str], folder: Path, roster: Path, seed: str, out: Path | None) -> list[GraderError]:
    """Look the numbers up, tell and write what is found; what could not be used."""
    from grader.errors import GraderError
    from grader.problem import load_folder
    from grader.sheets import seed_of
    from grader.sheets.leaks import ranked
    from grader.sheets.roster import read_roster

    known, errors = load_folder(folder)
    numbers = read_numbers(typed, known)
    try:
        seed = seed_of(known.values(), seed)
        students, broken = read_roster(roster)
    except GraderError as error:
        return [*errors, error]
    names = [student.name for student in students]
    own, shared, troubles = search(known, seed, names, numbers)
    suspects = ranked(own)
    tell(suspects, shared, numbers, len(names))
    if out is not None:
        troubles += write(out, suspects)
    return [*errors, *broken, *troubles]


def read_numbers(typed: Sequence[str], known: Mapping[str, Problem]) -> list[Leaked]:
    """The numbers; ends the program at what is none."""
    from grader.errors import UnreadableError
    from grader.kinds import explain
    from grader.sheets.leaks import read_leaked

    decimal = "comma" if any(problem.decimal == "comma" for problem in known.values()) else "point"
    found = []
    for text in dict.fromkeys(typed):
        try:
            found.append(read_leaked(text, decimal))
        except UnreadableError as error:
            raise click.UsageError(f"'{text}' is not a number: {explain(error)}") from error
    return found


def search(
    known: Mapping[str, Problem], seed: str, names: Sequence[str], numbers: Sequence[Leaked]
) -> tuple[list[Hit], list[Hit], list[GraderError]]:
    """What is found in students' own keys, what in keys that are everybody's, and what cannot be drawn."""
    from grader.errors import GraderError
    from grader.sheets.cohort import keys
    from grader.sheets.leaks import hits

    own: list[Hit] = []
    shared: list[Hit] = []
    errors: dict[str, GraderError] = {}
    for problem in terminal.progress(known.values(), "Looking"):
        for found in keys(problem, seed, names if problem.varies else names[:1]):
            if isinstance(found, GraderError):
                errors[str(found)] = found
            else:
                (own if problem.varies else shared).extend(hits(found, numbers))
    order = {name: k for k, name in enumerate(names)}
    return sorted(own, key=lambda hit: order[hit.student]), shared, list(errors.values())


def tell(suspects: Sequence[Suspect], shared: Sequence[Hit], numbers: Sequence[Leaked], count: int) -> None:
    """Who, how many of the numbers, and where."""
    from grader.render.environment import visible

    for hit in shared:
        click.echo(f"{hit.text} stands in everybody's key: {hit.problem} {hit.place} (it does not vary)")
    for number in numbers:
        holders = sum(any(hit.text == number.text for hit in suspect.hits) for suspect in suspects)
        click.echo(f"{number.text} stands in {holders:,} of {count:,} students' own keys")
    wide = max((len(visible(suspect.student)) for suspect in suspects[:MOST_ROWS]), default=0)
    for suspect in suspects[:MOST_ROWS]:
        places = [f"{hit.text}: {hit.problem} {hit.place} = {hit.value:.6g}" for hit in suspect.hits]
        more = f", and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
        share = f"{suspect.matched} of {len(numbers)}"
        click.echo(f"  {visible(suspect.student):<{wide}}  {share}  {', '.join(places[:MOST_PLACES])}{more}")
    if len(suspects) > MOST_ROWS:
        click.echo(f"  … and {len(suspects) - MOST_ROWS:,} more; --out FILE writes all")


def write(path: Path, suspects: Sequence[Suspect]) -> list[GraderError]:
    """All that is found as CSV, a row a place."""
    from fractions import Fraction

    from grader.document import make_folder, writing
    from grader.errors import DocumentError
    from grader.spreadsheet import replacing_text, write_rows

    header = ["student", "matched", "number", "problem", "step", "value"]
    rows: list[list[str | Fraction]] = [
        [suspect.student, Fraction(suspect.matched), hit.text, hit.problem, hit.place, repr(hit.value)]
        for suspect in suspects
        for hit in suspect.hits
    ]
    try:
        make_folder(path.parent)
        with writing(path), replacing_text(path, "utf-8-sig") as file:
            write_rows(file, [header])
            write_rows(file, rows)
    except DocumentError as error:
        return [error]
    click.echo(f"All of it is in {path}.")
    return []
