"""`grader grade`: mark submissions."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli import terminal
from grader.cli.pages import settable

if TYPE_CHECKING:
    from grader.intake.shards import Shard
    from grader.run import Graded

STOPPED = 130  # what a shell says of a program that Ctrl-C ended


def _shard(context: click.Context, parameter: click.Parameter, value: str | None) -> Shard | None:
    """A share of the input, as 3/100."""
    from grader.errors import GraderError
    from grader.intake.shards import Shard

    try:
        return Shard.parse(value) if value else None
    except GraderError as error:
        raise click.BadParameter(str(error)) from error


RESULTS = (
    click.option("--problems", type=terminal.FOLDER, help="Folder of specs, or one spec.  [default: problems/]"),
    click.option("--out", type=terminal.FOLDER, default=Path("out"), show_default=True, help="Where results go."),
    click.option(
        "--feedback",
        type=click.Choice(["md", "tex", "html", "pdf"]),
        callback=settable,
        help="Write feedback pages in this format, however many students there are.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print a summary for scripts."),
)
"""The options of the commands that write results."""


def with_results(command: Callable[..., None]) -> Callable[..., None]:
    """A command with these options."""
    for option in reversed(RESULTS):
        command = option(command)
    return command


@click.command("grade")
@click.argument("submissions", type=terminal.FOLDER)
@with_results
@click.option("--mapping", type=terminal.FOLDER, help="What the columns of tables from elsewhere are.")
@click.option("--fresh", is_flag=True, help="Mark everything anew, also what has not changed since the last run.")
@click.option(
    "--engine",
    type=click.Choice(["serial", "processes", "dask"]),
    help="Where pages are marked.  [default: processes with --workers or for a large file, else serial]",
)
@click.option("--workers", type=click.IntRange(min=1), help="Processes to mark in.  [default: one a core]")
@click.option("--scheduler", metavar="ADDRESS", help="The Dask cluster to mark on, such as tcp://10.0.0.1:8786.")
@click.option("--shard", callback=_shard, metavar="I/N", help="Mark one share of the input; see grader merge.")
def command(
    submissions: Path, problems: Path | None, out: Path, feedback: str | None, mapping: Path | None, fresh: bool,
    engine: str | None, workers: int | None, scheduler: str | None, shard: Shard | None, as_json: bool,
) -> None:  # fmt: skip
    """Mark SUBMISSIONS: a folder, an archive or a file of YAML, JSON, JSON lines, CSV, Markdown or a notebook.

    Writes marks.jsonl (a line a mark), marks.csv (a row a student) and, for up to 1,000 students, a feedback page each.
    What cannot be used is named and listed in unread.jsonl, the rest is marked, and the exit status is then 1.

    What a person must decide stands in review.csv: fill in the column `earned` and run grade again. A second run marks
    only what has changed since the first; whose marks differ then, and why, stands in changes.csv. A run that was
    stopped, by Ctrl-C or by a power cut, is taken up by the next one.

    \b
    Example:
        grader grade submissions/ --problems problems/ --out out/
        grader grade exam.jsonl --engine processes --workers 8 --json
    """
    from grader.resources import is_shipped
    from grader.run import Options, run

    if scheduler and engine not in {None, "dask"}:
        raise click.UsageError("--scheduler goes with --engine dask")
    folder = terminal.problems_folder(problems)
    default = "dask" if scheduler else "processes" if workers else ""
    options = Options(
        fresh=fresh,
        pages=feedback or "",
        mapping=mapping,
        engine=engine or default,
        workers=workers or 0,
        scheduler=scheduler or "",
        shard=shard,
        trusting=is_shipped(folder, "problems"),
    )
    finish(lambda: run(submissions, folder, out, options, terminal.progress), out, as_json)


def finish(work: Any, out: Path, as_json: bool) -> None:
    """Carry out a run, show what came of it, and leave with its exit status."""
    from grader.cli.summary import as_data, summarise
    from grader.run.engines import EngineError
    from grader.run.store import BusyError

    try:
        graded: Graded = work()
    except (BusyError, EngineError) as error:
        terminal.tell([error])
        sys.exit(2 if isinstance(error, BusyError) else 1)
    except KeyboardInterrupt:
        click.echo("\nStopped. What is marked is kept: run it again, and it goes on from there.", err=True)
        sys.exit(STOPPED)
    if as_json:
        click.echo(json.dumps(as_data(graded, out), ensure_ascii=False))
    elif graded.written:
        summarise(graded, out)
    else:
        click.echo("Nothing was marked.")
    terminal.tell(graded.errors, graded.unread, out / "unread.jsonl")
    terminal.finish(graded.errors, graded.unread)
