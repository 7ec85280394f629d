"""`grader merge`: put the shares of a cohort together."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import terminal
from grader.cli.grade import finish, with_results


@click.command("merge")
@click.argument("shares", type=terminal.FOLDER, nargs=-1, required=True)
@with_results
def command(shares: tuple[Path, ...], problems: Path | None, out: Path, feedback: str | None, as_json: bool) -> None:
    """Put together what `grader grade --shard I/N` wrote into the folders SHARES, which stand in the order of I.

    The result is that of one run over everything: nothing is marked again, and who handed in twice is found.

    \b
    Example:
        grader grade exam.jsonl --shard 1/2 --out out-1/
        grader grade exam.jsonl --shard 2/2 --out out-2/
        grader merge out-1/ out-2/ --out out/
    """
    from grader.run import Options
    from grader.run.merging import merge

    folder, options = terminal.problems_folder(problems), Options(pages=feedback or "")
    finish(lambda: merge(shares, folder, out, options, terminal.progress), out, as_json)
