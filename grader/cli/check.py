"""`grader check`: the author's tests."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import terminal


@click.command("check")
@click.argument("problems", type=terminal.FOLDER, required=False)
@click.option(
    "--draws", type=click.IntRange(0), default=20, show_default=True, help="Draws of each problem that varies."
)
def command(problems: Path | None, draws: int) -> None:
    """Test PROBLEMS, a folder of specs or one spec.

    Every solution is computed exactly and numerically and the two must agree, every derivative that a step claims is
    proved, the key's own values must earn full marks, and every page must come out. Answers that a spec tests must get
    the verdicts it states, and each draw of a problem that varies must be as sound as the problem itself.

    \b
    Example:
        grader check problems/
    """
    from grader.checks import check, summary
    from grader.problem import load_folder

    known, errors = load_folder(terminal.problems_folder(problems))
    for problem in terminal.progress(known.values(), "Checking"):
        found = check(problem, draws)
        errors.extend(found.errors)
        sign = click.style("✗", fg="red") if found.errors else click.style("✓", fg="green")
        click.echo(f"{sign} {problem.id}: {summary(found)}")
    terminal.tell(errors)
    terminal.finish(errors)
