"""`grader grade`: mark submissions."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import terminal
from grader.cli.pages import settable

if TYPE_CHECKING:
    from rich.table import Table

    from grader.render.feedback import SheetView
    from grader.run import Graded
    from grader.run.changes import Change

WIDTH = 116  # of a table in a file or a pipe
COLUMNS = {
    "correct": "correct", "rounded": "rounded", "follows": "follows", "slip": "slip", "incomplete": "incomplete",
    "wrong": "wrong", "blank": "blank", "unreadable": "person", "undecided": "person", "review": "person",
}  # fmt: skip
"""The columns of the table: verdicts, and one for all that a person must look at."""
MOST_CHANGES = 10  # students whose change is told on the terminal
MOST_REASONS = 3
MOST_ROWS = 40  # student and problem pairs that the table still lists one by one


@click.command("grade")
@click.argument("submissions", type=terminal.FOLDER)
@click.option("--problems", type=terminal.FOLDER, help="Folder of specs, or one spec.  [default: problems/]")
@click.option("--out", type=terminal.FOLDER, default=Path("out"), show_default=True, help="Where results go.")
@click.option(
    "--feedback",
    type=click.Choice(["md", "tex", "html", "pdf"]),
    callback=settable,
    help="Write feedback pages in this format, however many students there are.",
)
@click.option("--mapping", type=terminal.FOLDER, help="What the columns of tables from elsewhere are.")
@click.option("--fresh", is_flag=True, help="Mark everything anew, also what has not changed since the last run.")
def command(
    submissions: Path, problems: Path | None, out: Path, feedback: str | None, mapping: Path | None, fresh: bool
) -> None:
    """Mark SUBMISSIONS: a folder, an archive or a file of YAML, JSON, JSON lines, CSV, Markdown or a notebook.

    Writes marks.jsonl (a line a mark), marks.csv (a row a student) and, for up to 1,000 students, a feedback page each.
    What cannot be used is named, the rest is marked, and the exit status is then 1.

    What a person must decide stands in review.csv: fill in the column `earned` and run grade again. A second run marks
    only what has changed since the first; whose marks differ then, and why, stands in changes.csv.

    \b
    Example:
        grader grade submissions/ --problems problems/ --out out/
    """
    from grader.run import run
    from grader.run.store import BusyError

    folder = terminal.problems_folder(problems)
    try:
        graded = run(
            submissions, folder, out, fresh=fresh, pages=feedback or "", mapping=mapping, progress=terminal.progress
        )
    except BusyError as error:
        terminal.tell([error])
        sys.exit(2)
    if graded.written:
        summarise(graded, out)
    elif not graded.marks or not graded.problems:
        click.echo("Nothing was marked.")
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
    if graded.changes is not None:
        tell_changes(graded.changes, graded.anew, out)
    if graded.waiting:
        wait = "answer waits" if graded.waiting == 1 else "answers wait"
        click.echo(f"{graded.waiting} {wait} for you in {out / 'review.csv'}: fill in `earned` and run grade again.")


def tell_changes(changes: Sequence[Change], anew: int, out: Path) -> None:
    """Who changes since the last run, by how much and why: the largest first."""
    if not changes:
        marked = f"{anew} page{'s' * (anew != 1)} marked anew, and no mark" if anew else "Nothing"
        click.echo(f"{marked} changed since the last run.")
        return
    from grader.run.specs import shortened

    by_student: dict[str, list[Change]] = {}
    for change in changes:
        by_student.setdefault(change.student, []).append(change)
    sums = {student: sum((each.difference for each in found), Fraction(0)) for student, found in by_student.items()}
    up, down = (sum(sign * each > 0 for each in sums.values()) for sign in (1, -1))
    who = "1 student changes" if len(sums) == 1 else f"{len(sums)} students change"
    click.echo(f"{who} since the last run: {up} up, {down} down, {signed(sum(sums.values(), Fraction(0)))} in all.")
    largest = sorted(sums, key=lambda student: -abs(sums[student]))[:MOST_CHANGES]
    rows = [(shortened(student), signed(sums[student]), reason(by_student[student])) for student in largest]
    wide, deep = (max(len(row[column]) for row in rows) for column in (0, 1))
    for student, difference, why in rows:
        click.echo(f"  {student:<{wide}}  {difference:>{deep}}  {why}")
    reasons = Counter(change.why for change in changes).most_common(MOST_REASONS)
    if len(by_student) > 1 and reasons:
        click.echo("Why: " + ", ".join(f"{why} ({count} mark{'s' * (count != 1)})" for why, count in reasons) + ".")
    more = f"{len(sums) - MOST_CHANGES} more, and every mark" if len(sums) > MOST_CHANGES else "Every mark that differs"
    click.echo(f"{more}, with the reason, is in {out / 'changes.csv'}.")


def reason(changes: Sequence[Change]) -> str:
    """Where a student's marks changed most, and why."""
    most = max(changes, key=lambda change: abs(change.difference))
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"{most.problem} {most.part}{more}: {most.why}"


def signed(points: Fraction) -> str:
    """A difference in points: +0.5, −1, ±0."""
    from grader.render.environment import points as shown

    return f"{'+' if points > 0 else '−' if points < 0 else '±'}{shown(abs(points))}"


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
