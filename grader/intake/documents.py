"""Documents: a student a file in YAML, JSON or Markdown, a student a line in JSON lines."""

from __future__ import annotations

from collections.abc import Iterator

from grader.document import read_json, read_yaml
from grader.errors import GraderError
from grader.intake.lines import Lines
from grader.intake.portions import portions
from grader.intake.records import Submission, submission
from grader.intake.sources import File


def read_one(file: File) -> Iterator[Submission | GraderError]:
    """A file of one student: YAML or JSON."""
    read = read_json if file.ending == ".json" else read_yaml
    yield submission(read(file.text(), file.place), file.place, file.student)


def read_markdown(file: File) -> Iterator[Submission | GraderError]:
    """A file of one student: a heading for each problem, and `name = value` lines; lines that say nothing are named."""
    from grader.intake.forms import document

    node, troubles = document(file.text(), file.place)
    yield from troubles
    yield submission(node, file.place, file.student)


def read_lines(file: File) -> Iterator[Submission | GraderError]:
    """JSON lines: a student a line; a broken line does not touch the others."""
    for portion in portions(file):
        yield from portion.read() if isinstance(portion, Lines) else [portion]
