"""The input as a stream of pieces: portions of JSON lines, and batches of submissions in other formats."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Any

from grader.document import Entries, Items
from grader.errors import GraderError
from grader.intake.archives import ARCHIVES, members
from grader.intake.formats import read_file
from grader.intake.gradescope import Exports, Owner, handed_in
from grader.intake.lines import Lines
from grader.intake.portions import PORTION, portions
from grader.intake.records import Origins, Submission
from grader.intake.shards import Shard, Span, size, total
from grader.intake.sources import File, of_path, walk

MOST = 2_000
"""How many submissions go together at the most."""
SMALL = 64
"""A file of lines of less than this part of a portion is read at once and goes with what stands beside it."""


@dataclass(frozen=True)
class Parsed:
    """Submissions of formats other than JSON lines, and errors, in the order in which they were read."""

    items: tuple[Submission | GraderError, ...]

    def __len__(self) -> int:
        return len(self.items)

    @property
    def size(self) -> int:
        """Bytes of the input that are known to be in it: none, since files of many kinds go together."""
        return 0

    def origins(self, rows: Sequence[int]) -> Origins:
        """Where the submissions at these positions stand."""
        return Origins.of([self.items[row].place for row in rows])

    def digests(self) -> list[bytes]:
        """16 bytes for each submission, of all that it says and where, nothing for an error."""
        return [_digest(item) if isinstance(item, Submission) else b"" for item in self.items]

    def read(self, rows: Iterable[int] | None = None) -> list[Submission | GraderError]:
        """What was read, or the items at these positions."""
        return list(self.items) if rows is None else [self.items[row] for row in rows]


Piece = Lines | Parsed


def _digest(item: Submission) -> bytes:
    place = [item.place.file, item.place.line, item.place.path]
    said = [item.student, item.seed, item.time, place, item.variant, _lines(item.variant), item.answers]
    return blake2b(json.dumps([*said, _lines(item.answers)]).encode(), digest_size=16).digest()


def _lines(node: Any) -> Any:
    """Where the keys of a document stand; nothing of plain values."""
    if isinstance(node, Entries):
        return [node.line, [(line, _lines(node[key])) for key, line in node.lines.items()]]
    return [node.line, *map(_lines, node)] if isinstance(node, Items) else None


def pieces(
    path: Path, mapping: Path | None = None, shard: Shard | None = None, portion: int = PORTION
) -> Iterator[Piece]:
    """All submissions of a file or folder, in the order of names, and an error for what cannot be used.

    A piece is a portion of lines of about `portion` bytes, or up to 2,000 submissions and about as many bytes of
    answers. Where it is cut depends on nothing but the input and the shard.
    """
    span = Span() if shard is None else shard.span(total(walk(path, mapping)))
    return _gathered(_stream(path, mapping, span, portion), portion)


def _gathered(items: Iterable[Lines | Submission | GraderError], portion: int) -> Iterator[Piece]:
    """Portions as they are, and what stands between them in batches."""
    batch: list[Submission | GraderError] = []
    weight = 0
    for item in items:
        small = isinstance(item, Lines) and item.first == 1 and len(item.data) * SMALL < portion
        if isinstance(item, Lines) and not small:
            if batch:
                yield Parsed(tuple(batch))
            batch, weight = [], 0
            yield item
            continue
        for each in item.read() if isinstance(item, Lines) else [item]:
            batch.append(each)
            weight += _weight(each)
            if len(batch) == MOST or weight >= portion:
                yield Parsed(tuple(batch))
                batch, weight = [], 0
    if batch:
        yield Parsed(tuple(batch))


def _weight(item: Submission | GraderError) -> int:
    """About how many bytes an item takes."""
    return len(json.dumps(item.answers)) if isinstance(item, Submission) else len(str(item))


@dataclass(frozen=True)
class _Found:
    """A file or an error on the way through the input: the bytes before it, and whose folder it lies in."""

    item: File | GraderError
    at: int
    owner: Owner | None


def _stream(path: Path, mapping: Path | None, span: Span, portion: int) -> Iterator[Lines | Submission | GraderError]:
    """Everything that lies in a span, in order."""
    exports = Exports()
    for owner, group in groupby(_found(path, mapping, exports), lambda found: found.owner):
        if owner is None:
            for each in group:
                yield from _alone(each, exports, span, portion)
        else:
            together = list(group)
            if span.has(together[0].at):
                yield from _together([each.item for each in together], owner)


def _found(path: Path, mapping: Path | None, exports: Exports) -> Iterator[_Found]:
    at = 0
    for item in walk(path, mapping):
        owner = _owner(item, exports)
        yield from (_Found(error, at, None) for error in _told(exports))
        yield _Found(item, at, owner)
        at += size(item)


def _owner(item: File | GraderError, exports: Exports) -> Owner | None:
    """Whose folder a file lies in, also one that cannot be opened."""
    return exports.owner(item if isinstance(item, File) else of_path(Path(item.place.file)))


def _told(exports: Exports) -> list[GraderError]:
    """What is wrong with metadata, once, where they are first needed."""
    errors, exports.errors = exports.errors, []
    return errors


def _alone(found: _Found, exports: Exports, span: Span, portion: int) -> Iterator[Lines | Submission | GraderError]:
    """A file that lies in no owner's folder: the part of it that belongs to the span."""
    file = found.item
    if isinstance(file, File) and file.ending == ".jsonl" and file.size:
        if found.at + file.size > span.start and (span.end is None or found.at < span.end):
            yield from portions(file, *span.within(found.at, file.size), portion)
    elif not span.has(found.at):
        return
    elif isinstance(file, File) and file.ending in ARCHIVES:
        yield from _packed(file, exports, portion)
    else:
        yield from _read(file, portion)


def _packed(archive: File, exports: Exports, portion: int) -> Iterator[Lines | Submission | GraderError]:
    """The members of an archive, those in an owner's folder together."""
    for owner, files in groupby(_unpacked([archive]), lambda file: _owner(file, exports)):
        yield from _told(exports)
        if owner is not None:
            yield from _together(files, owner)
        else:
            for file in files:
                yield from _read(file, portion)


def _read(file: File | GraderError, portion: int) -> Iterator[Lines | Submission | GraderError]:
    if isinstance(file, File) and file.ending == ".jsonl":
        return portions(file, portion=portion)
    return read_file(file)


def _together(files: Iterable[File | GraderError], owner: Owner) -> Iterator[Submission | GraderError]:
    """What the files of one folder say; they need not say whose they are."""
    student = owner.students[0][0]
    named = (replace(file, student=student) if isinstance(file, File) else file for file in _unpacked(files))
    return handed_in((item for file in named for item in read_file(file)), owner)


def _unpacked(files: Iterable[File | GraderError]) -> Iterator[File | GraderError]:
    """Every file, and every member of an archive among them."""
    for file in files:
        try:
            yield from members(file) if isinstance(file, File) and file.ending in ARCHIVES else [file]
        except GraderError as error:
            yield error
