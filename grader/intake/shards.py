"""A share of the input for one of several machines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.errors import GraderError
from grader.intake.sources import File

_SHARD = re.compile(r"\s*([1-9]\d{0,8})\s*/\s*([1-9]\d{0,8})\s*")


@dataclass(frozen=True)
class Shard:
    """The `i`-th of `n` shares, counted from 1: of all the input's bytes, files in the order of `walk`, the i-th n-th.

    A file of JSON lines on the disk is cut at line ends: a line belongs to the share in which its first byte lies, and
    keeps its number. Any other file, an archive and the folder of a group in a Gradescope export go whole to the share
    in which their first byte lies, so that shares may differ in size by as much as these are large. What is no file
    (a pipe, a link that leads nowhere) is told by one share. All shares together are the whole input, in order, if the
    input does not change meanwhile. Whoever hands in twice may do so in two shares: only `merge` sees that.

    >>> Shard.parse("3/100"), Shard(3, 100).span(1000)
    (Shard(i=3, n=100), Span(start=20, end=30))
    """

    i: int
    n: int

    @staticmethod
    def parse(text: str) -> Shard:
        """A share as it is written: 3/100. Raises `GraderError` where it is not."""
        match = _SHARD.fullmatch(text)
        i, n = (int(match[1]), int(match[2])) if match else (0, 0)
        if not 1 <= i <= n:
            raise GraderError(f"'{text[:20]}' is not a share", hint="write 3/100 for the third of a hundred")
        return Shard(i, n)

    def span(self, total: int) -> Span:
        """The bytes of the share, of so many; the last takes what stands behind them all."""
        return Span(total * (self.i - 1) // self.n, total * self.i // self.n if self.i < self.n else None)


@dataclass(frozen=True)
class Span:
    """A range of the input's bytes, without an end where it takes all that follows."""

    start: int = 0
    end: int | None = None

    def has(self, offset: int) -> bool:
        return self.start <= offset and (self.end is None or offset < self.end)

    def within(self, offset: int, size: int) -> tuple[int, int | None]:
        """The part of a file of `size` bytes at `offset` that lies in it: from where to where, None being its end."""
        end = None if self.end is None or self.end >= offset + size else max(0, self.end - offset)
        return max(0, self.start - offset), end


def total(files: Iterable[File | GraderError]) -> int:
    """The bytes of all files."""
    return sum(size(file) for file in files)


def size(file: File | GraderError) -> int:
    return (file.size or 0) if isinstance(file, File) else 0
