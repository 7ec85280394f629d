"""`grader worksheet`: write the problems with room to answer."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import terminal
from grader.cli.pages import page_options, write_pages


@click.command("worksheet")
@page_options
def command(problems: Path | None, format: str, out: Path) -> None:
    """Write a worksheet for each of PROBLEMS, a folder of specs or one spec.

    \b
    Example:
        grader worksheet problems/ --format tex --out out/
    """
    from grader.render import pages

    terminal.finish(write_pages(pages.worksheet, terminal.problems_folder(problems), format, out / "worksheet"))
