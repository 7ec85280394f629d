"""Documents: a student a file in YAML, JSON or Markdown, a student a line in JSON lines."""

from __future__ import annotations

from collections.abc import Iterator

from grader.document import LARGEST, decoded, read_json, read_yaml
from grader.errors import DocumentError, GraderError, Place
from grader.intake.records import Submission, submission
from grader.intake.sources import File, unopened


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
    empty = True
    for number, line in lines(file):
        place = Place(file.name, number)
        try:
            if len(line) <= LARGEST and not line.strip(b" \t\r\n\xef\xbb\xbf"):
                continue
            empty = False
            yield submission(read_json(decoded(line.rstrip(b"\r\n"), place), place), place, file.student)
        except GraderError as error:
            yield error.at(place)
    if empty:
        raise DocumentError("the file is empty", file.place, "fill it in or remove it")


def lines(file: File) -> Iterator[tuple[int, bytes]]:
    """The lines of a file with their numbers, one in memory at a time; of one above 20 MB only the beginning."""
    try:
        with file.opened() as opened:
            number = 0
            while line := opened.readline(LARGEST + 1):
                number += 1
                yield number, line
                while len(line) > LARGEST and not line.endswith(b"\n"):
                    line = opened.readline(LARGEST + 1)
    except OSError as error:
        raise unopened(error, file.name) from error
