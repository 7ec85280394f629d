"""`grader new`: a spec to start from."""

from __future__ import annotations

import click

from grader.cli import terminal


@click.command("new")
@click.argument("family")
def command(family: str) -> None:
    """Print a spec of FAMILY that works as it stands, to be changed.

    \b
    Example:
        grader new sgd > problems/my-sgd.yaml
    """
    from grader.errors import SpecError, did_you_mean
    from grader.families import load_all, starting_spec

    families = load_all()
    if family in families:
        click.echo(starting_spec(families[family]), nl=False)
    else:
        errors = [SpecError(f"unknown family '{family}'", hint=did_you_mean(family, families))]
        terminal.tell(errors)
        terminal.finish(errors)
