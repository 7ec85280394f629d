"""The formats of submissions, by the ending of a file's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from grader.errors import DocumentError, GraderError
from grader.intake.archives import ARCHIVES
from grader.intake.columns import read_csv
from grader.intake.documents import read_lines, read_markdown, read_one
from grader.intake.gradescope import is_metadata
from grader.intake.mapping import is_mapping
from grader.intake.notebooks import read_notebook
from grader.intake.records import Submission
from grader.intake.sources import File

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


def read_file(file: File | GraderError) -> Iterator[Submission | GraderError]:
    """What a file says; nothing of one that says how to read others."""
    if isinstance(file, GraderError):
        yield file
        return
    if is_mapping(file) or is_metadata(file):
        return
    reader = READERS.get(file.ending)
    try:
        if reader is None:
            what = f"a file of this kind ('{file.ending or file.base}') is not a submission"
            raise DocumentError(what, file.place, "expected " + ", ".join([*READERS, *ARCHIVES]))
        yield from reader(file)
    except GraderError as error:
        yield error
