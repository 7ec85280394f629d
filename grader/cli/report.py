"""`grader report`: what a class did, from its marks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import terminal
from grader.cli.pages import settable

if TYPE_CHECKING:
    from rich.table import Table

    from grader.errors import GraderError
    from grader.report import ClassReport

PAGES = ("md", "html")  # where no format is asked for
MOST_ROWS = 10  # of each list on the terminal
LONGEST = 200  # characters of a cell
WIDTH = 116  # of a table in a file or a pipe


def all_settable(context: click.Context, parameter: click.Parameter, formats: Sequence[str]) -> Sequence[str]:
    """Formats that this machine can write, as a callback of an option."""
    for format in formats:
        settable(context, parameter, format)
    return formats


@click.command("report")
@click.argument("out", type=terminal.FOLDER)
@click.option(
    "--format",
    "formats",
    type=click.Choice(["md", "tex", "html", "pdf"]),
    multiple=True,
    callback=all_settable,
    help="Page format, again for more than one.  [default: md and html]",
)
@click.option("--problems", type=terminal.FOLDER, help="Folder of specs, for their titles.  [default: problems/]")
def command(out: Path, formats: Sequence[str], problems: Path | None) -> None:
    """Sum up a class from OUT, the folder that `grader grade` wrote.

    Writes report.md and report.html there, or what --format says: how the points are distributed, how hard each part
    was and how well it tells students apart, which slips they share, where pages first go wrong, what to look at, and
    each student in a line.

    \b
    Example:
        grader report out/
    """
    from grader.errors import GraderError
    from grader.render.environment import FORMATS, write_page
    from grader.render.report import page
    from grader.report import class_report

    titles, course, errors = known_titles(problems)
    try:
        report, unusable = class_report(out, terminal.progress)
        errors += unusable
        links = pages_of(out, report)
        written = {format: out / f"report{FORMATS[format].ending}" for format in dict.fromkeys(formats or PAGES)}
        for format, path in written.items():
            write_page(path, format, page(report, format, titles, links, course))
        summarise(report, list(written.values()))
    except GraderError as error:
        errors.append(error)
    terminal.tell(errors)
    terminal.finish(errors)


def known_titles(problems: Path | None) -> tuple[dict[str, str], str, list[GraderError]]:
    """The problems' titles by their ids, the course's title, and which of the problems that were named are no use."""
    from grader.problem import load_folder

    known, errors = load_folder(terminal.problems_folder(problems))
    course = next((problem.course.title for problem in known.values() if problem.course.title), "")
    return {id: problem.title for id, problem in known.items()}, course, errors if problems else []


def pages_of(out: Path, report: ClassReport) -> dict[str, str]:
    """The feedback pages of students, as links from OUT."""
    from urllib.parse import quote

    from grader.run import file_names

    folder = out / "feedback"
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    found = {}
    for student, name in file_names(report.order).items():
        for ending in (".html", ".md", ".pdf"):
            if name + ending in there:
                found[student] = f"feedback/{quote(name + ending)}"
                break
    return found


def summarise(report: ClassReport, written: list[Path]) -> None:
    """The report in short, and where it is."""
    from rich.console import Console

    from grader.render.report import number

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    count, summary = len(report.students), report.totals.summary
    click.echo(f"{count} student{'s' * (count != 1)} handed in work, of {number(report.possible)} points:")
    if summary:
        click.echo(
            f"mean {number(summary.mean)}, median {number(summary.median)}, quartiles {number(summary.lower)} to "
            f"{number(summary.upper)}, standard deviation {number(summary.deviation)}."
        )
        tell_distribution(report)
    else:
        click.echo("too few to say how the points are distributed.")
    for table in (by_problem(report), of_slips(report), to_look_at(report)):
        if table.row_count:
            click.echo()
            console.print(table)
    click.echo()
    if report.waiting:
        click.echo(
            f"{report.waiting} answer{'s wait' if report.waiting != 1 else ' waits'} for a person in review.csv."
        )
    if report.filled_in:
        click.echo(f"{report.filled_in} of them decided there: run grade again to take that in.")
    click.echo(f"The whole report is in {' and '.join(map(str, written))}.")


def tell_distribution(report: ClassReport) -> None:
    """A histogram in text."""
    from grader.render.charts import spans
    from grader.render.report import bar

    names = spans(report.totals)
    wide, most = max(map(len, names)), max(report.totals.bins)
    for name, count in zip(names, report.totals.bins, strict=True):
        click.echo(f"  {name:>{wide}}  {bar(count, most)} {count}")


def by_problem(report: ClassReport) -> Table:
    """A row a problem."""
    from grader.render.report import number

    table = _table("problem", right=("handed in", "mean", "of"), left=("most first go wrong at",))
    for problem in report.problems:
        points = problem.points
        mean = f"{problem.waiting} wait" if points.summary else "too few"
        if points.summary and problem.settled:
            mean = number(points.summary.mean)
        firsts = ", ".join(f"{first.part} ({first.students})" for first in problem.first_wrong[:3]) or "—"
        _add(table, problem.id, str(points.count), mean, number(points.possible), firsts)
    return table


def of_slips(report: ClassReport) -> Table:
    """A row a slip that students share."""
    from grader.render.report import number

    table = _table("slip", right=("students", "points lost"), left=("problem", "most at"))
    for slip in report.slips[:MOST_ROWS]:
        _add(table, slip.name, str(slip.students), number(slip.lost), slip.problem, slip.parts[0][0])
    return table


def to_look_at(report: ClassReport) -> Table:
    """A row for each reason to look at a part."""
    table = _table("look at", right=(), left=("part", "why"))
    for concern in report.concerns[:MOST_ROWS]:
        answer = f" {concern.answer}" if concern.answer is not None else ""
        _add(table, concern.problem, concern.part, concern.sentence + answer)
    more = len(report.concerns) - MOST_ROWS
    if more > 0:
        _add(table, "…", "", f"{more} more in the report")
    return table


def _table(first: str, right: tuple[str, ...], left: tuple[str, ...]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(first, overflow="fold")
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    for name in left:
        table.add_column(name, overflow="fold")
    return table


def _add(table: Table, *cells: str) -> None:
    """A row of anybody's texts: on one line each, shortened, nothing in them that a terminal acts on."""
    from rich.text import Text

    from grader.render.environment import visible

    table.add_row(*(Text(shortened(visible(cell))) for cell in cells))


def shortened(text: str) -> str:
    """Text of at most `LONGEST` characters."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
