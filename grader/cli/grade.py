"""`grader grade`: mark submissions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import terminal

if TYPE_CHECKING:
    from rich.table import Table

    from grader.render.feedback import SheetView
    from grader.run import Graded

WIDTH = 116  # of a table in a file or a pipe
COLUMNS = {
    "correct": "correct", "rounded": "rounded", "follows": "follows", "slip": "slip",
    "incomplete": "incomplete", "wrong": "wrong", "blank": "blank", "unreadable": "person", "undecided": "person", "review": "person",
}  # fmt: skip
"""The columns of the table: verdicts, and one for all that a person must look at."""
MOST_ROWS = 40  # student and problem pairs that the table still lists one by one


@click.command("grade")
@click.argument("submissions", type=terminal.FOLDER)
@click.option("--problems", type=terminal.FOLDER, help="Folder of specs, or one spec.  [default: problems/]")
@click.option("--out", type=terminal.FOLDER, default=Path("out"), show_default=True, help="Where results go.")
@click.option("--feedback", type=click.Choice(["md"]), help="Write feedback pages however many students there are.")
def command(submissions: Path, problems: Path | None, out: Path, feedback: str | None) -> None:
    """Mark SUBMISSIONS, a folder or a file of YAML, JSON, JSON lines or CSV.

    Writes marks.jsonl (a line a mark), marks.csv (a row a student) and, for up to 1,000 students, a feedback page each.
    What cannot be used is named, the rest is marked, and the exit status is then 1.

    \b
    Example:
        grader grade submissions/ --problems problems/ --out out/
    """
    from grader.errors import DocumentError
    from grader.run import MOST_PAGES, grade, write

    graded = grade(submissions, terminal.problems_folder(problems), terminal.progress)
    if not graded.marks or not graded.problems:
        click.echo("Nothing was marked.")
        terminal.tell(graded.errors)
        terminal.finish(graded.errors)
        return
    try:
        write(graded, out, pages=bool(feedback) or len(graded.marks) <= MOST_PAGES, progress=terminal.progress)
    except DocumentError as error:
        graded.errors.append(error)
        terminal.tell(graded.errors)
        terminal.finish(graded.errors)
    summarise(graded, out)
    terminal.tell(graded.errors)
    terminal.finish(graded.errors)


def summarise(graded: Graded, out: Path) -> None:
    """The table on the terminal, and where the files are."""
    from rich.console import Console

    from grader.render.feedback import SheetView

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    views = [
        (student, SheetView(graded.problems[id], marks))
        for student, by_problem in graded.marks.items()
        for id, marks in by_problem.items()
    ]
    views = [(student, sheet) for student, sheet in views if sheet.handed_in]
    console.print(by_student(views) if len(views) <= MOST_ROWS else by_problem(views))
    students, problems = len(graded.marks), len(graded.problems)
    marked = f"{students} student{'s' * (students != 1)} on {problems} problem{'s' * (problems != 1)}"
    click.echo(f"\nMarked {marked}; marks and feedback are in {out}/.")


def by_student(views: Sequence[tuple[str, SheetView]]) -> Table:
    """A row for each problem that a student handed in."""
    from rich.text import Text

    from grader.render.environment import points as shown

    seen = {COLUMNS[mark.verdict] for _, sheet in views for mark in sheet.marks}
    columns = [column for column in dict.fromkeys(COLUMNS.values()) if column in seen]
    table = _table(["student", "problem"], ["points", *columns])
    table.add_column("first wrong at", no_wrap=True)
    for student, sheet in views:
        counts = Counter(COLUMNS[mark.verdict] for mark in sheet.marks)
        points = f"{shown(sheet.earned)}/{shown(sheet.problem.points)}"
        first = sheet.first_wrong.part if sheet.first_wrong else "—"
        tally = [str(counts[column] or "·") for column in columns]
        table.add_row(Text(student), Text(sheet.problem.id), points, *tally, Text(first))
    return table


def by_problem(views: Sequence[tuple[str, SheetView]]) -> Table:
    """A row for each problem, over all students who handed it in."""
    from rich.text import Text

    table = _table(["problem"], ["handed in", "mean", "of", "all right", "follow"])
    table.add_column("most first go wrong at")
    for problem in dict.fromkeys(sheet.problem.id for _, sheet in views):
        sheets = [sheet for _, sheet in views if sheet.problem.id == problem]
        mean = sum(float(sheet.earned) for sheet in sheets) / len(sheets)
        firsts = Counter(sheet.first_wrong.part for sheet in sheets if sheet.first_wrong)
        right = sum(sheet.earned == sheet.problem.points for sheet in sheets)
        follow = sum(bool(sheet.followed) for sheet in sheets)
        worst = ", ".join(f"{part} ({count})" for part, count in firsts.most_common(3)) or "—"
        numbers = [str(len(sheets)), f"{mean:.2f}", f"{float(sheets[0].problem.points):g}", str(right), str(follow)]
        table.add_row(Text(problem), *numbers, Text(worst))
    return table


def _table(left: list[str], right: list[str]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)
    for name in left:
        table.add_column(name, overflow="fold")
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    return table
