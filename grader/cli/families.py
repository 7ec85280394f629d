"""`grader families`: the kinds of exercise."""

from __future__ import annotations

import click

from grader.cli import terminal


@click.command("families")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the kinds of exercise, or tell one's conventions, givens and steps.

    \b
    Example:
        grader families sgd
    """
    from grader.errors import SpecError, did_you_mean
    from grader.families import describe, load_all

    families = load_all()
    if name is None:
        width = max(map(len, families))
        for family in sorted(families.values(), key=lambda family: family.name):
            click.echo(f"{family.name:{width}}  {family.summary}")
    elif name in families:
        click.echo(describe(families[name]), nl=False)
    else:
        errors = [SpecError(f"unknown family '{name}'", hint=did_you_mean(name, families))]
        terminal.tell(errors)
        terminal.finish(errors)
