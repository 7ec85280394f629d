"""The main job: submissions in, marks out, as a stream.

What was handed in comes in pieces; each is read and marked by an engine, kept in the store in one transaction, and
written into the drafts of the run's files, so that no more than some pieces are in memory. The files are made of what
the store holds and of nothing else: a run that was ended anywhere is taken up by the next one, with the same result.
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from grader.document import make_folder, writing
from grader.errors import DocumentError, GraderError, Place
from grader.folder import Folder, read_sources
from grader.intake.pieces import Piece, pieces
from grader.problem import Problem
from grader.run.changes import Comparison, LastRun, Summary
from grader.run.decisions import Decisions, read_decisions
from grader.run.engines import ENGINES
from grader.run.known import Known, Plan
from grader.run.marker import Marker, Task
from grader.run.outputs import Outputs, file_names
from grader.run.progress import Progress, Silent
from grader.run.session import Session
from grader.run.store import BrokenError, Store, aside, opened, program_digest
from grader.run.tally import Tally
from grader.run.unread import Unread

__all__ = ["Graded", "Options", "file_names", "run"]

STORE = "grades.sqlite"
MOST_PAGES = 1000  # feedback pages that are written without being asked for


@dataclass(frozen=True)
class Options:
    """How a run goes about it; none of it makes a difference to a mark.

    `fresh` marks everything anew; `pages` is a format of feedback pages that are written however many students there
    are; `mapping` is a file that says what the columns of tables are.
    """

    fresh: bool = False
    pages: str = ""
    mapping: Path | None = None
    engine: str = "serial"
    workers: int = 0
    scheduler: str = ""


@dataclass
class Graded:
    """What a run did, and what could not be used."""

    problems: dict[str, Problem] = field(default_factory=dict)
    tally: Tally | None = None
    errors: list[GraderError] = field(default_factory=list)
    """Of those that come from what was handed in, the first."""
    unread: int = 0
    """All that could not be used of what was handed in, told in `errors` or not."""
    anew: int = 0
    """Pages that were marked in this run, a page being one student's answers to one problem."""
    waiting: int = 0
    """Answers that a person must decide."""
    written: bool = False
    changes: Summary | None = None
    """What differs from the last run, None where there was none."""


def run(submissions: Path, problems: Path, out: Path, options: Options | None = None, progress: Progress | None = None) -> Graded:
    """Mark a cohort into a folder: take from the last run what has not changed and from `review.csv` what a person
    decided, mark the rest, write everything, and say what differs.

    Raises `BusyError` where another run has the folder, and `EngineError` where work was lost. What cannot be written is
    the last of the `errors`.
    """
    graded = Graded()
    try:
        make_folder(out)
        _with_store(graded, submissions, problems, out, options or Options(), progress or Silent())
    except DocumentError as error:
        graded.errors.append(error)
    return graded


def _with_store(graded: Graded, submissions: Path, problems: Path, out: Path, options: Options, progress: Progress) -> None:
    path = out / STORE
    try:
        with opened(path) as store:
            _run(graded, submissions, problems, out, store, options, progress)
    except BrokenError as error:
        anew = Graded(errors=[aside(path, error.what)])
        with opened(path) as store:
            _run(anew, submissions, problems, out, store, options, progress)
        graded.__dict__.update(anew.__dict__)


def _run(
    graded: Graded, submissions: Path, problems: Path, out: Path, store: Store, options: Options, progress: Progress
) -> None:
    folder = Folder(read_sources(problems))
    session = Session(store, folder, options.fresh)
    reviewed = read_decisions(out / "review.csv", graded.errors)
