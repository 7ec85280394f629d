"""Who is in a cohort: every student once, in the order in which what counts of them was read."""

from __future__ import annotations

import hashlib
import itertools
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import msgspec
import numpy as np

from grader.run.records import Head

NOBODY = -1
LONGEST = 1 << 20  # keys in an array that others are still put to, so that sorting them takes little room


@dataclass(frozen=True)
class Portion:
    """Some students in the order of reading: where in the store each one's marks are, and whether they count, `(n,)`.

    Each was read from a line of a file, 0 where no line is known; `files` has the names and `file` says which.
    """

    chunks: np.ndarray
    rows: np.ndarray
    lines: np.ndarray
    file: np.ndarray
    files: tuple[str, ...]
    counts: np.ndarray

    def __len__(self) -> int:
        return len(self.chunks)

    def runs(self) -> Iterable[tuple[int, slice]]:
        """Stretches that lie in one chunk."""
        edges = np.flatnonzero(np.diff(self.chunks)) + 1
        bounds = [0, *edges.tolist(), len(self)]
        return ((int(self.chunks[a]), slice(a, b)) for a, b in itertools.pairwise(bounds) if b > a)

    def students(self, head: Callable[[int], Head]) -> list[str]:
        """The names, from the heads of chunks by their numbers."""
        found: list[str] = []
        for chunk, where in self.runs():
            students = head(chunk).students
            found += [students[row] for row in self.rows[where].tolist()]
        return found

    def origin(self, row: int) -> tuple[str, int | None]:
        """The file and the line of one student; no line where the file is all theirs."""
        return self.files[int(self.file[row])], int(self.lines[row]) or None

    def counting(self) -> Portion:
        """Those who count."""
        if self.counts.all():
            return self
        kept = self.counts
        chunks, rows, lines, file = (each[kept] for each in (self.chunks, self.rows, self.lines, self.file))
        return Portion(chunks, rows, lines, file, self.files, kept[kept])

    def packed(self) -> bytes:
        """As memory and a store keep it: by differences, which are nearly all the same, and pressed."""
        numbers = np.stack([self.chunks, self.rows, self.lines, self.file])
        steps = np.diff(numbers, axis=1, prepend=0).astype("<i4")
        pressed = (zlib.compress(each, 1) for each in (steps.tobytes(), self.counts.tobytes()))
        return msgspec.msgpack.encode((*pressed, self.files))

    @staticmethod
    def unpacked(data: bytes) -> Portion:
        steps, counts, files = msgspec.msgpack.decode(data)
        numbers = np.frombuffer(zlib.decompress(steps), dtype="<i4").reshape(4, -1).cumsum(axis=1, dtype=np.int32)
        chunks, rows, lines, file = numbers
        counting = np.frombuffer(zlib.decompress(counts), dtype=bool).copy()
        return Portion(chunks, rows, lines, file, tuple(files), counting)


def keys_of(students: Iterable[str]) -> np.ndarray:
    """A whole number of 64 bits for each name, `(n,)`, the same everywhere."""
    digests = (hashlib.blake2b(student.encode(), digest_size=8).digest() for student in students)
    return np.frombuffer(b"".join(digests), dtype="<u8")


class Places:
    """The place of each of many keys: sorted arrays, short ones put together, 12 bytes a key."""

    def __init__(self) -> None:
        self._runs: list[tuple[np.ndarray, np.ndarray]] = []

    def add(self, keys: np.ndarray, places: np.ndarray) -> None:
        """Take in some keys; a key that is there already counts with its last place."""
        if not len(keys):
            return
        places = places.astype(np.int32)
        while self._runs and len(self._runs[-1][0]) <= min(2 * len(keys), LONGEST):
            before = self._runs.pop()
            keys, places = np.concatenate([before[0], keys]), np.concatenate([before[1], places])
        order = np.argsort(keys, kind="stable")
        self._runs.append((keys[order], places[order]))

    def find(self, keys: np.ndarray) -> np.ndarray:
        """The place of each key, `NOBODY` where it has none, `(n,)`.

        >>> places = Places()
        >>> places.add(np.array([7, 5]), np.array([0, 1]))
        >>> places.find(np.array([5, 6, 7])).tolist()
        [1, -1, 0]
        """
        found = np.full(len(keys), NOBODY, dtype=np.int64)
        for known, places in self._runs:
            at = np.searchsorted(known, keys, side="right") - 1
            here = (at >= 0) & (known[at] == keys)
            found[here] = places[at[here]]
        return found


def _repeated(keys: np.ndarray) -> np.ndarray:
    """Where keys stand that are there more than once."""
    _, back, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return np.flatnonzero(counts[back] > 1)


class Cohort:
    """All students so far: each one's place in the order of reading, the portions, and who does not count any more."""

    def __init__(self) -> None:
        self.places = Places()
        self.size = 0
        self.torn = False
        """Whether somebody of an earlier portion does not count any more."""
        self._starts: list[int] = []
        self._packed: list[bytes] = []
        self._gone: dict[int, list[int]] = {}
        self._last: Portion | None = None
        self._unpacked = lru_cache(maxsize=4)(lambda number: Portion.unpacked(self._packed[number]))

    def add(self, portion: Portion, keys: np.ndarray, lost: Callable[[int, int], int]) -> None:
        """Take in a portion, its students by their keys.

        Of a student who is there already, `lost(before, now)` is the one that does not count. All are places in the
        order of reading; `NOBODY` says that they are two students after all, with equal keys.
        """
        start = self.size
        self._last = portion
        self._starts.append(start)
        self.size += len(portion)
        before = self.places.find(keys)
        doubtful = before != NOBODY
        doubtful[_repeated(keys)] = True
        latest: dict[int, int] = {}
        for at in np.flatnonzero(doubtful).tolist():
            key = int(keys[at])
            other = latest.get(key, int(before[at]))
            gone = NOBODY if other == NOBODY else lost(other, start + at)
            if gone != NOBODY:
                self._drop(gone, portion)
            latest[key] = other if gone == start + at else start + at
        here = np.flatnonzero(portion.counts)
        self.places.add(keys[here], here + start)
        self._packed.append(portion.packed())

    def _drop(self, place: int, portion: Portion) -> None:
        number, row = self._find(place)
        if number == len(self._packed):
            portion.counts[row] = False
        else:
            self._gone.setdefault(number, []).append(row)
            self.torn = True

    def _find(self, place: int) -> tuple[int, int]:
        number = int(np.searchsorted(self._starts, place, side="right")) - 1
        return number, place - self._starts[number]

    def at(self, place: int) -> tuple[Portion, int]:
        """The portion and the row of a place in the order of reading, whether it counts or not."""
        number, row = self._find(place)
        if number == len(self._starts) - 1 and self._last is not None:
            return self._last, row
        return self._unpacked(number), row

    def __iter__(self) -> Iterator[Portion]:
        """The portions, with who counts by now."""
        for number, packed in enumerate(self._packed):
            portion = Portion.unpacked(packed)
            portion.counts[self._gone.get(number, [])] = False
            yield portion
