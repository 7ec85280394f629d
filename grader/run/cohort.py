"""Who is in a cohort: every student once, in the order in which what counts of them was read."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec
import numpy as np

NOBODY = -1


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
        """As a store keeps it."""
        numbers = [each.astype("<i4").tobytes() for each in (self.chunks, self.rows, self.lines, self.file)]
        return msgspec.msgpack.encode((*numbers, self.counts.tobytes(), self.files))

    @staticmethod
    def unpacked(data: bytes) -> Portion:
        *numbers, counts, files = msgspec.msgpack.decode(data)
        chunks, rows, lines, file = (np.frombuffer(each, dtype="<i4").astype(np.int32) for each in numbers)
        return Portion(chunks, rows, lines, file, tuple(files), np.frombuffer(counts, dtype=bool).copy())


def keys_of(students: Iterable[str]) -> np.ndarray:
    """A whole number of 64 bits for each name, `(n,)`, the same everywhere."""
    digests = (hashlib.blake2b(student.encode(), digest_size=8).digest() for student in students)
    return np.frombuffer(b"".join(digests), dtype="<u8")


class Places:
    """The place of each of many keys: sorted arrays, each at least half as long as the one before it."""

    def __init__(self) -> None:
        self._runs: list[tuple[np.ndarray, np.ndarray]] = []

    def add(self, keys: np.ndarray, places: np.ndarray) -> None:
        """Take in some keys; a key that is there already counts with its last place."""
        if not len(keys):
            return
        while self._runs and len(self._runs[-1][0]) <= 2 * len(keys):
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


@dataclass
class Cohort:
    """All students so far: each one's place in the order of reading, the portions, and how many count."""

    portions: list[Portion] = field(default_factory=list)
    places: Places = field(default_factory=Places)
    starts: list[int] = field(default_factory=list)
    size: int = 0
    torn: bool = False
    """Whether somebody of an earlier portion does not count any more."""

    def add(self, portion: Portion, keys: np.ndarray, lost: Callable[[int, int], int]) -> None:
        """Take in a portion, its students by their keys.

        Of a student who is there already, `lost(before, now)` is the one that does not count. All are places in the
        order of reading; `NOBODY` says that they are two students after all, with equal keys.
        """
        start = self.size
        self.portions.append(portion)
        self.starts.append(start)
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
                self._drop(gone, start)
            latest[key] = other if gone == start + at else start + at
        here = np.flatnonzero(portion.counts)
        self.places.add(keys[here], here + start)

    def _drop(self, place: int, start: int) -> None:
        portion, row = self.at(place)
        portion.counts[row] = False
        self.torn |= place < start

    def at(self, place: int) -> tuple[Portion, int]:
        """The portion and the row of a place in the order of reading."""
        number = int(np.searchsorted(self.starts, place, side="right")) - 1
        return self.portions[number], place - self.starts[number]

    @property
    def count(self) -> int:
        """How many students count."""
        return sum(int(portion.counts.sum()) for portion in self.portions)
