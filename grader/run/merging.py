"""Runs over the shares of a cohort put together: the result is that of one run over all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np

from grader.errors import DocumentError, Place
from grader.run import STORE, Graded, Options, carried_out
from grader.run.cohort import Portion
from grader.run.files import Files
from grader.run.progress import Progress, silent
from grader.run.session import Session
from grader.run.store import BrokenError, Store, opened
from grader.run.told import Told
from grader.run.unread import Unread


def merge(
    shares: Sequence[Path], problems: Path, out: Path, options: Options | None = None, progress: Progress = silent
) -> Graded:
    """Put the runs in some folders together, in this order, into another folder; nothing is marked again.

    The specs must be those that the shares were marked by, and the program the same. Raises `BusyError` where another
    run has one of the folders.
    """

    def read(session: Session, unread: Unread, files: Files) -> None:
        for share in progress(shares, "Merging"):
            take_over(share, session, unread, files)

    return carried_out(read, problems, out, options or Options())


def take_over(share: Path, session: Session, unread: Unread, files: Files) -> None:
    """Take everybody of one share into a session."""
    path = share / STORE
    if not path.is_file():
        raise DocumentError("there is no store of marks in it", Place(str(share)), "run `grader grade --shard` first")
    with whole(path) as store:
        fits(store, session, share)
        unread.add(told_of(store))
        taken: dict[int, int] = {}
        for packed in store.last():
            portion = Portion.unpacked(packed)
            chunks = np.array([session.adopt(store, int(chunk), taken) for chunk in portion.chunks], dtype=np.int32)
            moved = Portion(chunks, portion.rows, portion.lines, portion.file, portion.files, portion.counts | True)
            session.note(moved)
            unread.again(session.take_in(moved))
            files.add(moved)


@contextmanager
def whole(path: Path) -> Iterator[Store]:
    """The store of a share. Raises `DocumentError` where it is none, or is damaged."""
    try:
        with opened(path) as store:
            yield store
    except BrokenError as error:
        if error.place.file != str(path):
            raise
        raise DocumentError(f"not a store of marks: {error.what}", error.place, "mark the share again") from error


def fits(store: Store, session: Session, share: Path) -> None:
    """Whether a share was marked by these specs and this program. Raises `DocumentError` where it was not."""
    for id, spec in store.specs().items():
        if session.specs[id].basis != spec.basis:
            what = f"it was marked by another spec of '{id}'"
            raise DocumentError(what, Place(str(share)), "mark the share again, or name its --problems")
    if any(True for _ in store.last()) and not any(True for _ in store.digests(session.program)):
        raise DocumentError("it was marked by another version of the program", Place(str(share)), "mark it again")


def told_of(store: Store) -> Iterator[Told]:
    """What could not be used of what a share read."""
    for line in store.told():
        record = msgspec.json.decode(line)
        names = {"file": "file", "line": "line", "place": "path", "reason": "reason", "todo": "hint"}
        yield Told(**{names[key]: value for key, value in record.items()})
