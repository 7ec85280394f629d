"""What the commands share: where problems are, how errors are told, how long work shows itself."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

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
    from grader.folder import Folder, read_sources
    from grader.problem import load

    if Path(name).is_file():
        try:
            return load(name), []
        except GraderError as error:
            return None, [error]
    problems = Folder(read_sources(folder))
    if name in problems:
        return problems[name], []
    broken = [error for error in problems.errors if Path(error.place.file).stem == name]
    return None, broken or [SpecError(f"unknown problem '{name}'", hint=did_you_mean(name, problems.ids))]


MOST_TOLD = 20  # errors of submissions that a terminal shows


def tell(errors: Sequence[GraderError], unread: int = 0, listed: Path | None = None) -> None:
    """Each error on a line of its own, and each notice; of very many of what was handed in the first.

    `unread` is how many of these there are in all, and `listed` the file in which all of them stand.
    """
    from grader.errors import Notice

    most = len(errors) if listed is None else MOST_TOLD
    for error in errors[:most]:
        start = click.style("note", fg="yellow") if isinstance(error, Notice) else click.style("cannot use", fg="red")
        click.echo(f"{start} {error}", err=True)
    left = max(unread, len(errors)) - most
    if left > 0:
        click.echo(f"… and {left:,} more: see {listed}", err=True)


def finish(errors: Sequence[GraderError], unread: int = 0) -> None:
    """Leave with 1 where some input could not be used."""
    from grader.errors import Notice

    if unread or not all(isinstance(error, Notice) for error in errors):
        sys.exit(1)


def progress(
    items: Iterable[T],
    what: str,
    step: Callable[[T], tuple[int, int]] = lambda item: (1, 1),
    total: int | None = None,
) -> Iterator[T]:
    """The items as they go by; once it has taken a second, with a bar on a terminal.

    `step` says how much of the total an item is, and how many things it stands for, of which the bar shows the rate.
    """
    started = time.monotonic()
    total = len(items) if total is None and isinstance(items, Sized) else total
    iterator, done, things = iter(items), 0, 0
    for item in iterator:
        amount, count = step(item)
        done, things = done + amount, things + count
        yield item
        if time.monotonic() - started > PATIENCE and sys.stderr.isatty():
            yield from _with_bar(iterator, what, step, Shown(done, things, total, started))


class Shown(NamedTuple):
    """How far work has come when its bar appears."""

    done: int
    things: int
    total: int | None
    started: float


def _with_bar(items: Iterator[T], what: str, step: Callable[[T], tuple[int, int]], before: Shown) -> Iterator[T]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    of = f"/{before.total:,}" if before.things == before.done and before.total else ""
    rate = TextColumn("{task.fields[things]:,}" + of + " · {task.fields[rate]:,.0f} a second")
    columns = (TextColumn("{task.description}"), BarColumn(), rate, TimeElapsedColumn(), TimeRemainingColumn())
    things = before.things
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=before.total, completed=before.done, things=things, rate=0.0)
        for item in items:
            amount, count = step(item)
            things += count
            yield item
            bar.update(task, advance=amount, things=things, rate=things / (time.monotonic() - before.started))
