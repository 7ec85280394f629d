"""A run on its way: pieces are planned, what is done is kept in the store, and who is there is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from grader.document import Entries, Text, from_python
from grader.errors import Place
from grader.folder import Folder
from grader.intake import Submission
from grader.intake.pieces import Piece
from grader.intake.records import Origins
from grader.intake.stamps import counting, stamped
from grader.marking.marked import Marked, joined, unpacked
from grader.run.cohort import NOBODY, Cohort, Portion
from grader.run.digests import WIDTH, digest
from grader.run.known import NOWHERE, Known, Plan
from grader.run.marker import Batch, Done, Marker
from grader.run.outputs import Pages
from grader.run.recent import Recent
from grader.run.records import Aside, Body, Head, Spec
from grader.run.specs import described
from grader.run.store import Store
from grader.run.told import Told


class Specs(dict[str, Spec]):
    """What the marks on each problem come from beside the answers, for problems that cannot be used too."""

    def __init__(self, folder: Folder) -> None:
        super().__init__()
        self._folder = folder

    def __missing__(self, id: str) -> Spec:
        self[id] = spec = self._spec(id)
        return spec

    def _spec(self, id: str) -> Spec:
        if id in self._folder:
            problem = self._folder[id]
            spec = described(problem)
            return Spec(digest([spec, problem.seed if problem.varies else ""]), spec)
        known = "" if id in self._folder.broken else " ".join(self._folder.ids)
        return Spec(digest(["no problem", known]), None)


class Session:
    """What a run knows while it goes on: the store, the specs, what was marked before, and the cohort so far."""

    def __init__(self, store: Store, folder: Folder, program: bytes, fresh: bool = False) -> None:
        self.store, self.folder, self.program = store, folder, program
        self.specs, self.cohort = Specs(folder), Cohort()
        self.known = Known(store, b"" if fresh else program)
        self.anew = 0
        self.ids: set[str] = set()
        """The problems that somebody handed in."""
        self._marker = Marker(folder)
        self.head = lru_cache(maxsize=8)(store.head)
        self._body = Recent(self._unpacked, lambda body: len(body.marked))

    def plan(self, piece: Piece) -> Plan:
        """What of a piece is to be marked."""
        return Plan(piece, self.known, lambda chunk: self.head(chunk).mentioned, self._holds)

    def _holds(self, id: str, basis: bytes | None) -> bool:
        """Whether marks that come from a basis still hold; of a spec that cannot be read now they are kept."""
        return basis == self._basis(id) or (basis is not None and id in self.folder.broken)

    def _basis(self, id: str) -> bytes:
        return self.specs[id].basis

    def commit(self, plan: Plan, done: Done) -> tuple[Portion, list[Told], list[Told]]:
        """Keep what was marked; the students of the piece, what is told of it, and of those who were there already."""
        told = [each for batch in done.batches for each in batch.unread]
        items, portion = self._new(plan, done.batches[0]) if plan.new else self._mixed(plan, done.batches)
        told += [(int(items[row]), each) for row, each in self._told(portion)]
        told.sort(key=lambda each: each[0])
        self.note(portion)
        return portion, [each for _, each in told], self.take_in(portion)

    def _new(self, plan: Plan, batch: Batch) -> tuple[np.ndarray, Portion]:
        """The students of a piece of which nothing was known, and which item of it each is."""
        rows = np.arange(len(batch.items), dtype=np.int32)
        chunk = self._keep(NOWHERE, plan, batch) if len(rows) else NOWHERE
        return batch.items, portion_of(np.full(len(rows), chunk, np.int32), rows, batch.origins)

    def _mixed(self, plan: Plan, batches: Sequence[Batch]) -> tuple[np.ndarray, Portion]:
        """The same for a piece of which some was known."""
        for source, batch in zip(plan.partly, batches, strict=True):
            here = np.asarray(batch.items)
            if len(here):
                plan.chunks[here], plan.rows[here] = self._keep(source, plan, batch), np.arange(len(here))
        items = np.flatnonzero(plan.chunks != NOWHERE)
        origins = plan.task.piece.origins(items.tolist())
        return items, portion_of(plan.chunks[items], plan.rows[items], origins)

    def _keep(self, source: int, plan: Plan, batch: Batch) -> int:
        bodies = {id: (self._basis(id), body) for id, body in batch.bodies.items()}
        self.anew += len(batch.head.students) * sum(id in self.folder for id in batch.bodies)
        for id in batch.head.mentioned:
            if id not in bodies:
                basis = self.known.bases[source][id]
                bodies[id] = basis, self._taken(source, id, basis, plan.rows[batch.items])
        chunk = self.store.add(self.program, batch.digests, batch.head, bodies)
        for id, (basis, body) in bodies.items():
            if basis == self._basis(id):
                self._body.put(Body.unpacked(body), chunk, id)
        return chunk

    def _taken(self, chunk: int, id: str, basis: bytes, rows: np.ndarray) -> bytes:
        """What is kept of some students of another chunk."""
        body = Body.unpacked(self.store.body(chunk, id, basis) or b"")
        places = {int(row): place for place, row in enumerate(rows)}
        told = [(places[row], each) for row, each in body.told if row in places]
        return Body(told, unpacked(body.marked).take(rows).packed() if body.marked else b"").packed()

    def _unpacked(self, chunk: int, id: str) -> Body:
        """A chunk's marks on a problem; of one that nobody in it handed in, what comes of that."""
        found = self.store.body(chunk, id, self._basis(id))
        if found is None and id in self.folder.broken:
            return Body([], b"")
        if found is None:
            body = Body.unpacked(self._marker.body(id, nothing(self.head(chunk))))
            found = Body([], body.marked).packed()  # what is told is of no use where nothing was handed in
            self.store.extend(chunk, {id: (self._basis(id), found)})
        return Body.unpacked(found)

    def adopt(self, other: Store, chunk: int, taken: dict[int, int]) -> int:
        """The number here of a chunk of another store, which is copied the first time; `taken` has those that are."""
        if chunk not in taken:
            head, digests = other.head(chunk), other.digests_of(chunk)
            bodies = {id: (basis, data) for id, basis, data in other.bodies(chunk)}
            taken[chunk] = self.store.add(other.program(chunk), digests, head, bodies)
        return taken[chunk]

    def note(self, portion: Portion) -> None:
        """Note the problems that some students handed in."""
        for chunk, where in portion.runs():
            self.ids |= {id for id in self.head(chunk).handed_in(portion.rows[where]) if id in self.folder}

    def _told(self, portion: Portion) -> Iterable[tuple[int, Told]]:
        """What is told of what some students handed in, by row."""
        for chunk, where in portion.runs():
            head, rows = self.head(chunk), portion.rows[where]
            told = [*head.told, *(each for id in head.mentioned for each in self._body(chunk, id).told)]
            places = {int(row): where.start + k for k, row in enumerate(rows)} if told else {}
            for row, each in told:
                if row in places:
                    yield places[row], each.at(*portion.origin(places[row]))

    def take_in(self, portion: Portion) -> list[Told]:
        """Count the students of a portion; what is told of those who were there already."""
        told: list[Told] = []

        def lost(before: int, now: int) -> int:
            one, other = self._submitted(before), self._submitted(now)
            if one.student != other.student:
                return NOBODY
            first = stamped(one)
            counted, error = counting(one.student, first, stamped(other))
            told.append(Told.of(error))
            return now if counted is first else before

        heads = ((self.head(chunk), portion.rows[where]) for chunk, where in portion.runs())
        keys = [np.frombuffer(head.keys, np.uint64)[rows] for head, rows in heads]
        self.cohort.add(portion, np.concatenate([NO_KEYS, *keys]), lost)
        return told

    def _submitted(self, place: int) -> Submission:
        """Who handed in what stands at a place in the order of reading, when and where."""
        portion, row = self.cohort.at(place)
        head, at = self.head(int(portion.chunks[row])), int(portion.rows[row])
        time = head.asides.get(at, Aside()).time
        return Submission(head.students[at], Entries(), Place(*portion.origin(row)), time=time)

    def students(self, portion: Portion) -> list[str]:
        """The names of a portion's students."""
        return portion.students(self.head)

    def problems(self) -> list[str]:
        """The problems that somebody handed in, in the order of the folder."""
        return [id for id in self.folder.ids if id in self.ids]

    def pages(self, portion: Portion, ids: Sequence[str]) -> Pages:
        """The marks of those of a portion who count."""
        portion = portion.counting()
        digests: list[bytes] = []
        asides: dict[int, Aside] = {}
        for chunk, where in portion.runs():
            rows, all_digests = portion.rows[where].tolist(), self.store.digests_of(chunk)
            digests += [all_digests[WIDTH * row : WIDTH * row + WIDTH] for row in rows]
            known = self.head(chunk).asides
            asides |= {where.start + k: known[row] for k, row in enumerate(rows) if row in known} if known else {}
        marked = {id: self._marked(portion, id) for id in ids}
        return Pages(self.students(portion), portion, digests, asides, marked)

    def _marked(self, portion: Portion, id: str) -> Marked:
        found = []
        for chunk, where in portion.runs():
            marked, rows = unpacked(self._body(chunk, id).marked), portion.rows[where]
            whole = len(rows) == marked.codes.shape[1] and (rows == np.arange(len(rows))).all()
            found.append(marked if whole else marked.take(rows))
        return found[0] if len(found) == 1 else joined(found)

    def finish(
        self,
        specs: Mapping[str, Spec],
        last: Mapping[str, Spec],
        decided: Mapping[tuple[str, str], bytes],
        told: Iterable[bytes],
    ) -> None:
        """Make this run the last one. Of problems whose specs cannot be read now, the last run's marks are kept."""
        kept = {id: spec for id, spec in last.items() if id not in specs and id in self.folder.broken}
        used = {int(chunk) for portion in self.cohort for chunk in np.unique(portion.chunks)}
        bases = {(id, spec.basis) for id, spec in (*self.specs.items(), *kept.items())}
        rows = (portion.packed() for portion in self.cohort)
        self.store.finish(rows, used, {**specs, **kept}, bases, decided, told)


NO_KEYS = np.zeros(0, np.uint64)


def portion_of(chunks: np.ndarray, rows: np.ndarray, origins: Origins) -> Portion:
    """Students who all count so far, in the order of reading."""
    file, lines = (np.array(each, dtype=np.int32) for each in (origins.file, origins.lines))
    return Portion(chunks, rows, lines, file, origins.files, np.ones(len(chunks), dtype=bool))


def nothing(head: Head) -> list[Submission]:
    """Submissions of a chunk's students that answer nothing."""
    found = []
    for row, student in enumerate(head.students):
        aside = head.asides.get(row, Aside())
        variant = from_python(aside.variant)
        assert isinstance(variant, Text | Entries)
        found.append(Submission(student, Entries(), Place(), aside.seed, variant, aside.time))
    return found
