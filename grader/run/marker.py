"""The work itself, the same wherever it is done: a portion of what was handed in is read and marked."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from grader import variants
from grader.codes import is_form
from grader.errors import GraderError
from grader.folder import Folder
from grader.intake import Submission
from grader.intake.misfits import Misfits
from grader.intake.pieces import Piece
from grader.intake.records import Origins
from grader.intake.stamps import misdated
from grader.marking import mark_cohort
from grader.marking.marked import Marked, joined
from grader.problem import Problem
from grader.run.cohort import keys_of
from grader.run.records import Aside, Body, Head
from grader.run.told import Told


@dataclass(frozen=True)
class Group:
    """Some items of a piece, all where `items` is None, and the problems to mark them in, None for all."""

    items: tuple[int, ...] | None = None
    problems: frozenset[str] | None = None


@dataclass(frozen=True)
class Task:
    """A portion of what was handed in, and what of it is to be marked."""

    piece: Piece
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Batch:
    """What became of a group: its submissions as a chunk, and the items that could not be read.

    `items` says which item of the piece each row is, and `origins` where it stands.
    """

    items: np.ndarray
    origins: Origins
    digests: bytes
    head: Head
    bodies: dict[str, bytes]
    unread: list[tuple[int, Told]]


@dataclass(frozen=True)
class Done:
    """What became of a task, group by group."""

    batches: list[Batch] = field(default_factory=list)


class Marker:
    """Marks by the specs of a folder, which are loaded as they are needed."""

    def __init__(self, folder: Folder) -> None:
        self.folder, self._misfits = folder, Misfits(folder, folder.broken, folder.ids)

    def mark(self, task: Task) -> Done:
        """Read and mark what a task names."""
        with without_collection():
            return Done([self._batch(task.piece, group) for group in task.groups])

    def _batch(self, piece: Piece, group: Group) -> Batch:
        chosen = range(len(piece)) if group.items is None else group.items
        read = list(zip(chosen, piece.read(group.items), strict=True))
        handed_in = [(item, each) for item, each in read if isinstance(each, Submission)]
        digests = piece.digests()
        submissions = [each for _, each in handed_in]
        head = head_of(submissions)
        told = self._told(submissions)
        wanted = [id for id in head.mentioned if group.problems is None or id in group.problems]
        return Batch(
            np.array([item for item, _ in handed_in], dtype=np.int32),
            Origins.of([each.place for each in submissions]),
            b"".join(digests[item] for item, _ in handed_in),
            head,
            {id: self.body(id, submissions, told.get(id, [])) for id in wanted},
            [(item, Told.of(each)) for item, each in read if isinstance(each, GraderError)],
        )

    def _told(self, submissions: Sequence[Submission]) -> dict[str, list[tuple[int, Told]]]:
        """What is told of answers that nobody asked for, by the problem that they were meant for."""
        found: dict[str, list[tuple[int, Told]]] = defaultdict(list)
        for row, submission in enumerate(submissions):
            for error in self._misfits.of(submission):
                found[concerned(error, submission)].append((row, Told.of(error).anywhere(submission.place.line)))
        return found

    def body(self, id: str, submissions: Sequence[Submission], told: Sequence[tuple[int, Told]] = ()) -> bytes:
        """The marks of some students on one problem, and what is told of what they handed in for it."""
        drawn: list[tuple[int, Told]] = []
        marked = self._marked(self.folder[id], submissions, drawn).packed() if id in self.folder else b""
        return Body([*told, *drawn], marked).packed()

    def _marked(self, problem: Problem, submissions: Sequence[Submission], told: list[tuple[int, Told]]) -> Marked:
        """The marks of each student by the variant that they were given, in order."""
        groups = list(by_variant(problem, submissions, told))
        marked = [
            mark_cohort(variant, [submissions[row].answered(problem.id) for row in rows]) for variant, rows in groups
        ]
        if len(marked) == 1:
            return marked[0]
        order = np.argsort(np.concatenate([np.asarray(rows) for _, rows in groups]), kind="stable")
        return joined(marked).take(order)


@contextmanager
def without_collection() -> Iterator[None]:
    """While it lasts, memory is not searched for cycles, of which a portion's many texts and mappings have none."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def head_of(submissions: Sequence[Submission]) -> Head:
    """Who is there, what they answered, and what few say besides."""
    ids = dict.fromkeys(id for each in submissions for id in each.answers)
    there = {id: [id in each.answers for each in submissions] for id in ids}
    mentioned = {id: b"" if all(bits) else np.packbits(bits).tobytes() for id, bits in there.items()}
    asides = {
        row: Aside(each.seed, _plain(each.variant), each.time)
        for row, each in enumerate(submissions)
        if each.seed or each.variant or each.time
    }
    told = [(row, Told.of(trouble)) for row, each in enumerate(submissions) if (trouble := misdated(each))]
    students = [each.student for each in submissions]
    return Head(students, keys_of(students).tobytes(), mentioned, asides, told)


def concerned(error: GraderError, submission: Submission) -> str:
    """The problem that an error about a submission is about; the first where it is about them all."""
    path = f"{error.place.path}."
    return max((id for id in submission.answers if path.startswith(f"answers.{id}.")), key=len, default=None) or next(
        iter(submission.answers)
    )


def _plain(variant: str | Mapping[str, object]) -> str | dict[str, str]:
    if isinstance(variant, Mapping):
        return {str(id): str(code) for id, code in variant.items()}
    return str(variant)


def by_variant(
    problem: Problem, submissions: Sequence[Submission], told: list[tuple[int, Told]]
) -> Iterable[tuple[Problem, Sequence[int]]]:
    """The rows that have the same numbers together; where none can be drawn, with the spec's own, which is told."""
    if not problem.varies:
        yield problem, range(len(submissions))
        return
    shared: dict[int, tuple[Problem, list[int]]] = {}
    for row, submission in enumerate(submissions):
        try:
            variant = variants.of(problem, submission.seed, submission.student, submission.variant_of(problem.id))
        except GraderError as error:
            told.append((row, Told.of(error)))
            variant = problem
        if variant is problem or is_form(submission.variant_of(problem.id)):
            shared.setdefault(id(variant), (variant, []))[1].append(row)
        else:
            yield variant, [row]
    yield from shared.values()
