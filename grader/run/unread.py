"""`unread.jsonl`: what could not be used of what was handed in, each with its file, its line and the reason."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path

import msgspec

from grader.errors import GraderError
from grader.run.told import Told
from grader.spreadsheet import Draft

NAME = "unread.jsonl"
MOST = 100  # that are kept to be told on a terminal


class Unread:
    """The file while it is written: first what was read, in its order, then who was there already.

    A notice, by which nothing is lost, is told and has no line.
    """

    def __init__(self, out: Path) -> None:
        self.errors: list[GraderError] = []
        self.count, self._size = 0, 0
        self._draft = Draft(out / NAME)
        self._again = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115
        self._encode = msgspec.json.Encoder().encode

    def add(self, told: Iterable[Told]) -> None:
        """Something that was told while reading."""
        for line in self._lines(told):
            self._size += self._draft.file.write(line)

    def again(self, told: Iterable[Told]) -> None:
        """What was told of students who were there already."""
        self._again.writelines(self._lines(told))

    def _lines(self, told: Iterable[Told]) -> Iterator[bytes]:
        for each in told:
            if len(self.errors) < MOST:
                self.errors.append(each.error())
            if not each.note:
                self.count += 1
                yield self._encode(each.record()) + b"\n"

    def lines(self) -> Iterator[bytes]:
        """What was told while reading, as lines of the file in its place, for a run that puts several together."""
        left = self._size
        with self._draft.path.open("rb") if left else nullcontext(()) as file:
            for line in file:
                left -= len(line)
                if left < 0:
                    return
                yield line

    def keep(self) -> None:
        """Put the file in its place; none where nothing was told."""
        self._again.seek(0)
        self._draft.file.writelines(self._again)
        if self.count:
            self._draft.keep()
        else:
            self._draft.drop()
            self._draft.path.unlink(missing_ok=True)

    def drop(self) -> None:
        """Leave what was there."""
        self._again.close()
        self._draft.drop()
