"""Files of JSON lines cut into portions at line ends, one in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from grader.document import LARGEST
from grader.errors import DocumentError, GraderError, Place
from grader.intake.lines import BLANK, Lines
from grader.intake.sources import File, steady

PORTION = 6_000_000
"""About how many bytes of lines go together."""
BLOCK = 1 << 20


def portions(
    file: File, start: int = 0, end: int | None = None, portion: int = PORTION
) -> Iterator[Lines | GraderError]:
    """The lines of a file whose first bytes lie from `start` to before `end`, in portions, and an error for each of
    more than 20 MB, which is never held. The cuts depend on the file and on the numbers here only.
    """
    try:
        with steady(file) as opened:
            cut = _Cut(opened, file, portion)
            if start:
                cut.skip_to(start)
            yield from cut.portions(end, whole=start == 0)
    except GraderError as error:
        yield error


class _Cut:
    """An open file of lines: where the next line starts, and its number."""

    def __init__(self, opened: BinaryIO, file: File, portion: int) -> None:
        self.opened, self.file, self.portion = opened, file, portion
        self.at, self.number = 0, 1

    def skip_to(self, start: int) -> None:
        """Go on to the first line that starts at `start` or behind it, and count those before."""
        while self.at < start - 1 and (block := self.opened.read(min(BLOCK, start - 1 - self.at))):
            self.at += len(block)
            self.number += block.count(b"\n")
        self.past_line()

    def past_line(self) -> None:
        """Go on behind the next line end."""
        while block := self.opened.readline(BLOCK):
            self.at += len(block)
            if block.endswith(b"\n"):
                self.number += 1
                return

    def portions(self, end: int | None, whole: bool) -> Iterator[Lines | GraderError]:
        """Portions, and lines that are too long, up to the last line that starts before `end`."""
        blank = True
        while end is None or self.at < end:
            data = self.opened.read(self.portion if end is None else min(self.portion, end - self.at))
            if not data:
                break
            self.at += len(data)
            data, long = self._completed(data)
            if data.strip(BLANK + b"\n"):
                blank = False
                yield Lines(self.file.name, self.number, data, self.file.student)
            self.number += data.count(b"\n")
            if long:
                blank = False
                what, hint = f"larger than {LARGEST // 1_000_000} MB", "split it into smaller files"
                yield DocumentError(what, Place(self.file.name, self.number), hint)
                self.past_line()
        if whole and blank and not self._rest():
            yield DocumentError("the file is empty", self.file.place, "fill it in or remove it")

    def _completed(self, data: bytes) -> tuple[bytes, bool]:
        """What was read, up to a line end; without its last line where that is too long."""
        if data.endswith(b"\n"):
            return data, False
        head = data.rfind(b"\n") + 1
        tail = self.opened.readline(LARGEST + 3 - (len(data) - head))  # one more than a line with its end may have
        self.at += len(tail)
        long = len(data) - head + len(tail) > LARGEST + 2 and not tail.endswith(b"\n")
        return (data[:head], True) if long else (data + tail, False)

    def _rest(self) -> bool:
        """Whether anything stands behind the last line that was read."""
        return any(block.strip(BLANK + b"\n") for block in iter(lambda: self.opened.read(BLOCK), b""))
