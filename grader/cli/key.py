"""`grader key`: write the worked solutions."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import terminal
from grader.cli.pages import page_options, write_pages


@click.command("key")
@page_options
def command(problems: Path | None, format: str, out: Path) -> None:
    """Write the worked solution of each of PROBLEMS, a folder of specs or one spec.

    \b
    Example:
        grader key problems/ --format md --out out/
    """
    from grader.render import pages

    terminal.finish(write_pages(pages.key, terminal.problems_folder(problems), format, out / "key"))
