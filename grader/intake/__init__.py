"""Submissions in: files and folders, a format a file, read as students typed them. What cannot be read is listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from grader.errors import DocumentError, GraderError
from grader.intake.columns import read_csv
from grader.intake.documents import read_lines, read_markdown, read_one
from grader.intake.mapping import is_mapping
from grader.intake.misfits import misfits
from grader.intake.records import KEYS, Submission, submission, texts
from grader.intake.sources import File, walk
from grader.intake.stamps import latest

__all__ = ["KEYS", "READERS", "File", "Submission", "misfits", "read", "submission", "texts"]


def read(path: Path, mapping: Path | None = None) -> Iterator[Submission | GraderError]:
    """Every submission of a file or folder, and an error for each that cannot be used, in the order of names.

    Of a student's submissions the last by its time is one; without times the first. `mapping` names the columns of
    tables that do not name their steps themselves.
    """
    return latest(lambda: _all(path, mapping))


def _all(path: Path, mapping: Path | None) -> Iterator[Submission | GraderError]:
    for file in walk(path, mapping):
        if isinstance(file, GraderError):
            yield file
        elif not is_mapping(file):
            yield from _read_file(file)


def _read_file(file: File) -> Iterator[Submission | GraderError]:
    reader = READERS.get(file.ending)
    try:
        if reader is None:
            what = f"a file of this kind ('{file.ending or file.base}') is not a submission"
            raise DocumentError(what, file.place, "expected " + ", ".join(READERS))
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
}
"""The formats by the ending of a file's name."""
