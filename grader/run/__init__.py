"""The main job: submissions in, marks out, as a stream.

What was handed in comes in pieces; each is read and marked by an engine, kept in the store in one transaction, and
written into the drafts of the run's files, so that no more than some pieces are in memory. The files are made of what
the store holds and of nothing else: a run that was ended anywhere is taken up by the next one, with the same result.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.document import make_folder, writing
from grader.errors import DocumentError, GraderError
from grader.folder import Folder, read_sources
from grader.intake.pieces import pieces
from grader.intake.portions import PORTION
from grader.intake.shards import Shard
from grader.intake.sources import File, walk
from grader.problem import Problem
from grader.run.decisions import read_decisions
from grader.run.digests import program_digest
from grader.run.engines import chosen
from grader.run.files import Files
from grader.run.known import Plan
from grader.run.marker import Task
from grader.run.outputs import REVIEW, file_names
from grader.run.progress import Progress, silent
from grader.run.session import Session
from grader.run.store import BrokenError, aside, opened
from grader.run.summary import Summary
from grader.run.tally import Tally
from grader.run.unread import Unread

__all__ = ["Graded", "Options", "file_names", "run"]

STORE = "grades.sqlite"


@dataclass(frozen=True)
class Options:
    """How a run goes about it; none of it makes a difference to a mark.

    `fresh` marks everything anew; `pages` is a format of feedback pages that are written however many students there
    are; `mapping` is a file that says what the columns of tables are. `engine` is one of `ENGINES`, with so many
    `workers` or, for Dask, a `scheduler`. `shard` is a part of the input, which is cut into portions of about `portion`
    bytes. `trusting` leaves specs unread that nobody handed in: those that come with the program are known to be good.
    """

    fresh: bool = False
    pages: str = ""
    mapping: Path | None = None
    engine: str = ""
    workers: int = 0
    scheduler: str = ""
    shard: Shard | None = None
    trusting: bool = False
    portion: int = PORTION


@dataclass
class Graded:
    """What a run did, and what could not be used."""

    problems: dict[str, Problem] = field(default_factory=dict)
    tally: Tally | None = None
    errors: list[GraderError] = field(default_factory=list)
    """Of those that come from what was handed in, the first; notices are among them."""
    unread: int = 0
    """All that could not be used of what was handed in, told in `errors` or not."""
    anew: int = 0
    """Pages that were marked in this run, a page being one student's answers to one problem."""
    waiting: int = 0
    """Answers that a person must decide."""
    written: bool = False
    feedback: bool = False
    """Whether there is a page a student."""
    changes: Summary | None = None
    """What differs from the last run, None where there was none."""


Read = Callable[[Session, Unread, Files], None]
"""Takes in everybody: what they have goes into the session, what is told of it beside, and both into the files."""


def run(
    submissions: Path, problems: Path, out: Path, options: Options | None = None, progress: Progress = silent
) -> Graded:
    """Mark a cohort into a folder: take from the last run what has not changed and from `review.csv` what a person
    decided, mark the rest, write everything, and say what differs.

    Raises `BusyError` where another run has the folder, and `EngineError` where work was lost. What cannot be written
    is the last of the `errors`.
    """
    how = options or Options()

    def read(session: Session, unread: Unread, files: Files) -> None:
        mark_all(submissions, how, session, unread, files, progress)

    return carried_out(read, problems, out, how)


def carried_out(read: Read, problems: Path, out: Path, options: Options) -> Graded:
    """A run over whatever `read` takes in. A store that is none, or is damaged, is moved aside and begun anew."""
    moved: list[GraderError] = []
    while True:
        graded = Graded(errors=list(moved))
        try:
            with writing(out), opened(make_folder(out) / STORE) as store:
                session = Session(store, Folder(read_sources(problems)), program_digest(), options.fresh)
                _whole_run(graded, read, session, out, options)
        except BrokenError as error:
            if error.place.file != str(out / STORE) or moved:
                raise
            moved.append(aside(out / STORE, error.what))
            continue
        except DocumentError as error:
            graded.errors.append(error)
        return graded


def _whole_run(graded: Graded, read: Read, session: Session, out: Path, options: Options) -> None:
    reviewed = read_decisions(out / REVIEW, graded.errors)
    unread, files = Unread(out), Files(out, session, reviewed, options.pages)
    try:
        read(session, unread, files)
        if not options.trusting:
            list(session.folder)  # reads every spec, so that its author is told what is wrong with it
        finish(graded, session, unread, files)
    finally:
        graded.errors[:0] = [*session.folder.errors, *unread.errors]
        graded.unread, graded.anew = unread.count, session.anew
        files.drop()
        unread.drop()


def mark_all(
    submissions: Path, options: Options, session: Session, unread: Unread, files: Files, progress: Progress
) -> None:
    """Read and mark what was handed in, piece by piece."""
    plans: deque[Plan] = deque()
    total = extent(submissions, options.shard)

    def tasks() -> Iterator[Task]:
        for piece in pieces(submissions, options.mapping, options.shard, options.portion):
            plans.append(session.plan(piece))
            yield plans[-1].task

    with chosen(options.engine, submissions)(session.folder, options.workers, options.scheduler) as mark:
        for done in progress(mark(tasks()), "Marking", lambda done: plans[0].weight(done), total):
            portion, told, again = session.commit(plans.popleft(), done)
            unread.add(told)
            unread.again(again)
            files.add(portion)


ALONE = frozenset({".yaml", ".yml", ".json", ".md", ".ipynb"})
"""The endings of files that hold one submission each."""


def extent(submissions: Path, shard: Shard | None) -> int | None:
    """How much there is to read: the bytes of a file of lines, the files where each is a student's; None if unknown."""
    files = [file for file in walk(submissions) if isinstance(file, File)]
    endings = {file.ending for file in files}
    if endings == {".jsonl"} and len(files) == 1:
        whole = files[0].size or 0
    elif endings and endings <= ALONE:
        whole = len(files)
    else:
        return None
    return whole // (shard.n if shard else 1)


def finish(graded: Graded, session: Session, unread: Unread, files: Files) -> None:
    """Write what is still to be written, put all in its place, and make this run the last one."""
    outputs = files.whole()
    if outputs is None:
        return
    if outputs.comparison is not None:
        outputs.change(outputs.comparison.gone(session.cohort.places))
        graded.changes = outputs.changes
    if pages := files.feedback(outputs):
        graded.feedback, graded.errors = True, graded.errors + pages.errors
    graded.errors += outputs.keep(files.everybody())
    unread.keep()
    session.finish(files.specs(), files.last.specs, outputs.decided, unread.lines())
    graded.problems, graded.tally = dict(outputs.problems), outputs.tally
    graded.waiting, graded.written = outputs.decisions.waiting, True
