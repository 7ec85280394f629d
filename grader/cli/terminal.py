"""What the commands share: where problems are, how errors are told, how long work shows itself."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence, Sized
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from grader.errors import GraderError
    from grader.problem import Problem

T = TypeVar("T")
PATIENCE = 1.0  # seconds before work shows its progress
FOLDER = click.Path(path_type=Path)


def problems_folder(stated: Path | None) -> Path:
    """The stated folder, else `problems/` here, else the problems that come with the program."""
    from grader.resources import shipped

    here = Path("problems")
    return stated or (here if here.is_dir() else shipped("problems"))


def find_problem(name: str, folder: Path) -> tuple[Problem | None, list[GraderError]]:
    """A problem by its id, or by its file; and what stood in the way."""
    from grader.errors import GraderError, SpecError, did_you_mean
    from grader.problem import load, load_folder

    if Path(name).is_file():
        try:
            return load(name), []
        except GraderError as error:
            return None, [error]
    problems, errors = load_folder(folder)
    if name in problems:
        return problems[name], []
    broken = [error for error in errors if Path(error.place.file).stem == name]
    return None, broken or [SpecError(f"unknown problem '{name}'", hint=did_you_mean(name, problems))]


def tell(errors: Sequence[GraderError]) -> None:
    """Each error on a line of its own."""
    for error in errors:
        click.echo(f"{click.style('cannot use', fg='red')} {error}", err=True)


def finish(errors: Sequence[GraderError]) -> None:
    """Leave with 1 where some input could not be used."""
    if errors:
        sys.exit(1)


def progress(items: Iterable[T], what: str) -> Iterator[T]:
    """The items as they go by; once it has taken a second, with a bar on a terminal."""
    started = time.monotonic()
    total = len(items) if isinstance(items, Sized) else None
    iterator = iter(items)
    for done, item in enumerate(iterator, start=1):
        yield item
        if time.monotonic() - started > PATIENCE and sys.stderr.isatty():
            yield from _with_bar(iterator, what, done, total)


def _with_bar(items: Iterator[T], what: str, done: int, total: int | None) -> Iterator[T]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total, completed=done)
        for item in items:
            yield item
            bar.advance(task)
