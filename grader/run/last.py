"""The last whole run, as a store has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from grader.marking.marked import Marked, unpacked
from grader.marking.marks import Mark, Marks, decoded
from grader.run.cohort import NOBODY, Places, Portion, keys_of
from grader.run.digests import WIDTH
from grader.run.recent import Recent
from grader.run.records import Body
from grader.run.store import Store


@dataclass(frozen=True)
class Side:
    """A page in one of two runs: the marks that count, what they come from, the program's if a person decided."""

    marks: Marks
    basis: bytes
    program: bytes
    answers: bytes
    by_program: Marks | None = None

    def decided(self, mark: Mark) -> bool:
        """Whether a mark that counts is a person's."""
        return self.by_program is not None and self.by_program[mark.part] != mark


class LastRun:
    """The last whole run, as a store has it."""

    def __init__(self, store: Store) -> None:
        self.store, self.specs, self.decided = store, store.specs(), store.decided()
        self.places, start = Places(), 0
        chunks, rows = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
        for portion in self.portions():
            self.places.add(keys_of(self.students(portion)), np.arange(start, start + len(portion)))
            start += len(portion)
            chunks.append(portion.chunks)
            rows.append(portion.rows)
        self._chunks, self._rows = np.concatenate(chunks), np.concatenate(rows)
        self.marked = Recent(self._unpacked, lambda marked: len(marked.bodies) if marked else 0)
        self._program = lru_cache(maxsize=64)(store.program)
        self._digests = lru_cache(maxsize=64)(store.digests_of)

    def __bool__(self) -> bool:
        return len(self._chunks) > 0

    def portions(self) -> Iterator[Portion]:
        """The students who counted, portion by portion."""
        return (Portion.unpacked(each).counting() for each in self.store.last())

    def students(self, portion: Portion) -> list[str]:
        """The names of a portion's students."""
        return portion.students(self.store.head)

    def at(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The chunk and the row of each place, `NOBODY` where there is none."""
        chunks, rows = (np.append(each, NOBODY)[places] for each in (self._chunks, self._rows))
        return chunks, rows

    def _unpacked(self, chunk: int, problem: str) -> Marked | None:
        """A chunk's marks on a problem; `marked` keeps some."""
        found = self.store.body(chunk, problem, self.specs[problem].basis)
        return unpacked(Body.unpacked(found).marked) if found else None

    def side(self, student: str, problem: str, place: int) -> Side | None:
        """A page as it was, None where there was none."""
        if place == NOBODY or problem not in self.specs:
            return None
        chunk, row = int(self._chunks[place]), int(self._rows[place])
        marked = self.marked(chunk, problem)
        if marked is None:
            return None
        marks = marked.page(student, row)
        answers = self._digests(chunk)[WIDTH * row : WIDTH * row + WIDTH]
        decided = self.decided.get((student, problem))
        final = marks if decided is None else decoded(decided)
        own = None if decided is None else marks
        return Side(final, self.specs[problem].basis, self._program(chunk), answers, own)
