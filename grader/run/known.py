"""What earlier runs have marked: found again by the digests of what was handed in, the specs and the program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from grader.intake.pieces import Piece
from grader.run.digests import WIDTH
from grader.run.marker import Done, Group, Task
from grader.run.store import Store

NOWHERE = -1


class Known:
    """Where in a store the marks of a submission are, for all that a program marked."""

    def __init__(self, store: Store, program: bytes) -> None:
        self.bases: dict[int, dict[str, bytes]] = {}
        chunks, digests = [np.zeros(0, np.int32)], [b""]
        rows = [np.zeros(0, np.int32)]
        for chunk, each in store.digests(program):
            count = len(each) // WIDTH
            digests.append(each)
            chunks.append(np.full(count, chunk, np.int32))
            rows.append(np.arange(count, dtype=np.int32))
            self.bases[chunk] = {}
        for chunk, problem, basis in store.bases():
            if chunk in self.bases:
                self.bases[chunk][problem] = basis
        halves = _halves(b"".join(digests))
        order = np.argsort(halves[:, 0], kind="stable")
        self._halves = halves[order]
        self._chunks, self._rows = np.concatenate(chunks)[order], np.concatenate(rows)[order]

    def __bool__(self) -> bool:
        return bool(self.bases)

    def find(self, digests: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray]:
        """The chunk and the row of each submission, `(n,)` each, the newest; `NOWHERE` where there is none."""
        empty = b"\0" * WIDTH  # of what could not be read
        asked = _halves(b"".join(each or empty for each in digests))
        nothing = np.full(len(asked), NOWHERE, np.int32)
        if not len(self._halves):
            return nothing, nothing
        at = np.searchsorted(self._halves[:, 0], asked[:, 0], side="right") - 1
        found = (at >= 0) & (self._halves[at] == asked).all(axis=1)
        return np.where(found, self._chunks[at], nothing), np.where(found, self._rows[at], nothing)


def _halves(digests: bytes) -> np.ndarray:
    """Digests as two whole numbers each, `(n, 2)`."""
    return np.frombuffer(digests, dtype=">u8").reshape(-1, 2).astype(np.uint64)


class Plan:
    """What of a piece is known, and the task to mark the rest.

    `chunks` and `rows` say where each item's marks are, `(n,)`, unless all is `new`. The groups of the task are those
    in `partly`: chunks of which some problems have other specs now, which alone are marked, and what is new.
    """

    def __init__(
        self,
        piece: Piece,
        known: Known,
        mentioned: Callable[[int], Iterable[str]],
        holds: Callable[[str, bytes | None], bool],
    ) -> None:
        self.partly: list[int] = []
        self.new = not known
        if self.new:
            self.partly, self.task = [NOWHERE], Task(piece, (Group(),))
            return
        groups = []
        self.chunks, self.rows = known.find(piece.digests())
        count = len(self.chunks)
        for chunk in np.unique(self.chunks[self.chunks != NOWHERE]).tolist():
            bases = known.bases[chunk]
            stale = frozenset(id for id in mentioned(chunk) if not holds(id, bases.get(id)))
            if stale:
                here = self.chunks == chunk
                self.partly.append(chunk)
                groups.append(Group(tuple(np.flatnonzero(here).tolist()), stale))
        new = np.flatnonzero(self.chunks == NOWHERE)
        if len(new):
            self.partly.append(NOWHERE)
            groups.append(Group(None if len(new) == count else tuple(new.tolist())))
        self.task = Task(piece, tuple(groups))

    def weight(self, done: Done) -> tuple[int, int]:
        """How much of the input the piece is, in bytes where it has some, else in items; and its items."""
        items = sum(len(batch.items) for batch in done.batches) if self.new else len(self.chunks)
        return self.task.piece.size or items, items
