"""What the terminal shows of a run: a table, what waits for a person, and what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.table import Table

    from grader.render.feedback import SheetView
    from grader.run import Graded
    from grader.run.summary import Summary
    from grader.run.tally import Count

WIDTH = 116  # of a table in a file or a pipe
COLUMNS = {
    "correct": "correct", "rounded": "rounded", "follows": "follows", "slip": "slip", "incomplete": "incomplete",
    "wrong": "wrong", "blank": "blank", "unreadable": "person", "undecided": "person", "review": "person",
}  # fmt: skip
"""The columns of the table: verdicts, and one for all that a person must look at."""
MOST_REASONS = 3


def summarise(graded: Graded, out: Path) -> None:
    """The table on the terminal, and where the files are."""
    from rich.console import Console

    tally = graded.tally
    assert tally is not None
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    if tally.pages is None:
        console.print(by_problem(tally.counts, {id: problem.points for id, problem in graded.problems.items()}))
    else:
        from grader.render.feedback import SheetView

        console.print(by_student([(name, SheetView(graded.problems[id], marks)) for name, id, marks in tally.pages]))
    students, problems = tally.students, len(graded.problems)
    marked = f"{students:,} student{'s' * (students != 1)} on {problems} problem{'s' * (problems != 1)}"
    feedback = " and feedback" if graded.feedback else ""
    click.echo(f"\nMarked {marked}; marks{feedback} are in {out}/.")
    if graded.changes is not None:
        tell_changes(graded.changes, graded.anew, out)
    if graded.waiting:
        wait = "answer waits" if graded.waiting == 1 else "answers wait"
        review = out / "review.csv"
        click.echo(f"{graded.waiting:,} {wait} for you in {review}: fill in `earned` and run grade again.")


def as_data(graded: Graded, out: Path) -> dict[str, Any]:
    """The same for a script."""
    from grader.parts import VERDICTS

    tally, changes = graded.tally, graded.changes
    counts = {} if tally is None else dict(zip(VERDICTS, tally.verdicts.tolist(), strict=True))
    return {
        "out": str(out),
        "students": 0 if tally is None else tally.students,
        "problems": {} if tally is None else {id: of_problem(count) for id, count in tally.counts.items()},
        "marks": counts,
        "marked_anew": graded.anew,
        "waiting": graded.waiting,
        "unread": graded.unread,
        "errors": [str(error) for error in graded.errors],
        "changes": None if changes is None else {
            "students": changes.students, "up": changes.up, "down": changes.down, "points": float(changes.points),
            "marks": changes.marks,
        },
    }  # fmt: skip


def of_problem(count: Count) -> dict[str, Any]:
    return {
        "handed_in": count.handed_in,
        "mean": float(count.points / count.handed_in) if count.handed_in else None,
        "all_right": count.all_right,
        "follow": count.follow,
        "first_wrong": dict(count.first_wrong.most_common(3)),
    }


def tell_changes(changes: Summary, anew: int, out: Path) -> None:
    """Who changes since the last run, by how much and why: the largest first."""
    if not changes.marks:
        marked = f"{anew:,} page{'s' * (anew != 1)} marked anew, and no mark" if anew else "Nothing"
        click.echo(f"{marked} changed since the last run.")
        return
    from grader.run.specs import shortened

    who = "1 student changes" if changes.students == 1 else f"{changes.students:,} students change"
    click.echo(f"{who} since the last run: {changes.up:,} up, {changes.down:,} down, {signed(changes.points)} in all.")
    rows = [(shortened(student), signed(points), why) for student, points, why in changes.largest]
    wide, deep = (max(len(row[column]) for row in rows) for column in (0, 1))
    for student, difference, why in rows:
        click.echo(f"  {student:<{wide}}  {difference:>{deep}}  {why}")
    reasons = changes.reasons.most_common(MOST_REASONS)
    if changes.students > 1 and reasons:
        click.echo("Why: " + ", ".join(f"{why} ({count:,} mark{'s' * (count != 1)})" for why, count in reasons) + ".")
    left = changes.students - len(rows)
    more = f"{left:,} more, and every mark" if left else "Every mark that differs"
    click.echo(f"{more}, with the reason, is in {out / 'changes.csv'}.")


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


def by_problem(counts: Mapping[str, Count], points: Mapping[str, Fraction]) -> Table:
    """A row for each problem, over all students who handed it in."""
    from rich.text import Text

    table = _table(["problem"], ["handed in", "mean", "of", "all right", "follow"])
    table.add_column("most first go wrong at")
    for id, count in counts.items():
        mean = float(count.points / count.handed_in) if count.handed_in else 0.0
        worst = ", ".join(f"{part} ({many:,})" for part, many in count.first_wrong.most_common(3)) or "—"
        shown = [f"{count.handed_in:,}", f"{mean:.2f}", f"{float(points[id]):g}", f"{count.all_right:,}"]
        table.add_row(Text(id), *shown, f"{count.follow:,}", Text(worst))
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
