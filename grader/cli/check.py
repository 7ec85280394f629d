"""`grader check`: the author's tests."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import terminal


@click.command("check")
@click.argument("problems", type=terminal.FOLDER, required=False)
def command(problems: Path | None) -> None:
    """Test PROBLEMS, a folder of specs or one spec.

    Every solution is computed exactly and numerically and the two must agree, every derivative that a step claims is
    proved, the key's own values must earn full marks, and every page must come out.

    \b
    Example:
        grader check problems/
    """
    from grader.checks import check
    from grader.problem import load_folder

    known, errors = load_folder(terminal.problems_folder(problems))
    for problem in terminal.progress(known.values(), "Checking"):
        found = check(problem)
        errors.extend(found.errors)
        sign = click.style("✗", fg="red") if found.errors else click.style("✓", fg="green")
        counts = (
            f"{found.steps} steps by both readings, {found.proofs} proofs, {found.slips} slips, {found.pages} pages"
        )
        click.echo(f"{sign} {problem.id}: {counts}")
    terminal.tell(errors)
    terminal.finish(errors)
