"""Submissions in: files and folders, a format a file, read as students typed them. What cannot be read is listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, groupby
from pathlib import Path

from grader.errors import DocumentError, GraderError
from grader.intake.archives import ARCHIVES, members
from grader.intake.columns import read_csv
from grader.intake.documents import read_lines, read_markdown, read_one
from grader.intake.gradescope import Exports, Owner, handed_in, is_metadata
from grader.intake.mapping import is_mapping
from grader.intake.misfits import misfits
from grader.intake.notebooks import read_notebook
from grader.intake.records import KEYS, Submission, submission, texts
from grader.intake.sources import File, of_path, walk
from grader.intake.stamps import latest

__all__ = ["ARCHIVES", "KEYS", "READERS", "File", "Submission", "misfits", "read", "submission", "texts"]


def read(path: Path, mapping: Path | None = None) -> Iterator[Submission | GraderError]:
    """Every submission of a file or folder, and an error for each that cannot be used, in the order of names.

    Of a student's submissions the last by its time is one; without times the first. `mapping` names the columns of
    tables that do not name their steps themselves.
    """
    return latest(lambda: _all(path, mapping))


def _all(path: Path, mapping: Path | None) -> Iterator[Submission | GraderError]:
    exports = Exports()
    for owner, files in groupby(_files(path, mapping), lambda file: _owner(file, exports)):
        items = chain.from_iterable(_read_file(file, owner) for file in files)
        yield from items if owner is None else handed_in(items, owner)
    yield from exports.errors


def _owner(file: File | GraderError, exports: Exports) -> Owner | None:
    """Whose folder a file lies in, also one that cannot be opened."""
    return exports.owner(file if isinstance(file, File) else of_path(Path(file.place.file)))


def _files(path: Path, mapping: Path | None) -> Iterator[File | GraderError]:
    """Every file, and every member of an archive."""
    for file in walk(path, mapping):
        try:
            yield from members(file) if isinstance(file, File) and file.ending in ARCHIVES else [file]
        except GraderError as error:
            yield error


def _read_file(file: File | GraderError, owner: Owner | None) -> Iterator[Submission | GraderError]:
    """What a file says; one that lies in an owner's folder need not say whose it is."""
    if isinstance(file, GraderError):
        yield file
        return
    if is_mapping(file) or is_metadata(file):
        return
    if owner is not None:
        file = replace(file, student=owner.students[0][0])
    reader = READERS.get(file.ending)
    try:
        if reader is None:
            what = f"a file of this kind ('{file.ending or file.base}') is not a submission"
            raise DocumentError(what, file.place, "expected " + ", ".join([*READERS, *ARCHIVES]))
        yield from reader(file)
    except GraderError as error:
        yield error


READERS: dict[str, Callable[[File], Iterator[Submission | GraderError]]] = {
    ".yaml": read_one,
    ".yml": read_one,
    ".json": read_one,
    ".jsonl": read_lines,
    ".csv": read_csv,
    ".md": read_markdown,
    ".ipynb": read_notebook,
}
"""The formats by the ending of a file's name."""
