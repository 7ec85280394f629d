"""CSV: a student a row, under columns that name their steps or that a mapping names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.document import Node, Text
from grader.errors import DocumentError, GraderError, SubmissionError, did_you_mean
from grader.intake.embedded import picked
from grader.intake.records import HEAD, Submission, identifier
from grader.intake.sources import File
from grader.intake.tables import Row, rows

MAPPINGS = "write a mapping.yaml beside it where the columns have other names"


@dataclass(frozen=True)
class Columns:
    """Which cells of a row say what, by their numbers from 0."""

    head: Mapping[str, Sequence[int]]
    steps: Mapping[tuple[str, str], int]
    width: int
    blank: frozenset[str] = frozenset()
    """What stands in a cell that was left empty."""
    time_format: str = ""
    parts: Mapping[tuple[str, str], Node] = field(default_factory=dict)
    """Of steps that share a cell with others, which of its blanks are theirs."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Words of times in another language, and what they mean."""


def read_csv(file: File) -> Iterator[Submission | GraderError]:
    """A table with a student a row: the columns `student` and `problem.step`, or those that a mapping names."""
    from grader.intake.mapping import mapped, mapping_of

    found = rows(file)
    first = next(found)
    if isinstance(first, GraderError):
        raise first
    mapping = mapping_of(file)
    columns = named(first) if mapping is None else mapped(first, mapping)
    for row in found:
        yield from [row] if isinstance(row, GraderError) else _handed_in(row, columns)


def named(header: Row) -> Columns:
    """The columns of a table that names its steps itself. Raises `DocumentError` where one says nothing."""
    names = [cell.strip() for cell in header.cells]
    while names and not names[-1]:
        names.pop()
    if "student" not in names:
        hint = did_you_mean("student", names)
        raise DocumentError(
            "expected a column named student", header.place, hint if hint.startswith("did") else MAPPINGS
        )
    for name in names:
        if name not in HEAD and "." not in name:
            raise DocumentError(
                f"the column '{name}' names no step", header.place, f"expected problem.step; {MAPPINGS}"
            )
        if names.count(name) > 1:
            raise DocumentError(f"the column '{name}' stands twice", header.place, "rename one of the two")
    steps = {_split(name): k for k, name in enumerate(names) if name not in HEAD}
    return Columns({name: [names.index(name)] for name in HEAD if name in names}, steps, len(names))


def _split(name: str) -> tuple[str, str]:
    problem, _, step = name.rpartition(".")
    return problem, step


def _handed_in(row: Row, columns: Columns) -> Iterator[Submission | GraderError]:
    """What a row says; a row without a student and without an answer, as below some tables, says nothing."""
    from grader.intake.stamps import written

    line = row.place.line
    if any(cell.strip() for cell in row.cells[columns.width :]):
        yield SubmissionError("more cells than columns", row.place, "quote the cells that hold commas")
        return
    answers: dict[str, dict[str, Node]] = {}
    for (problem, step), column in columns.steps.items():
        cell = row.cells[column] if column < len(row.cells) else ""
        if cell and cell.strip() not in columns.blank:
            answers.setdefault(problem, {})[step] = picked(cell, columns.parts.get((problem, step)), line)
    head = {key: _joined(row.cells, places) for key, places in columns.head.items()}
    if student := identifier(head.get("student", "")):
        time = written(translated(head.get("time", ""), columns.words), columns.time_format)
        yield Submission(student, answers, row.place, head.get("seed", ""), Text(head.get("variant", ""), line), time)
    elif answers:
        yield SubmissionError("no student is named", row.place, "fill in the column student")


def translated(stamp: str, words: Mapping[str, str]) -> str:
    """A time with its words in English, zones as they are counted from UTC.

    >>> translated("5. März 2026 18:15 MEZ", {"März": "March", "MEZ": "+01:00"})
    '5. March 2026 18:15 +01:00'
    """
    if not words:
        return stamp
    return re.sub(r"[^\W\d]+\.?", lambda word: words.get(word[0], words.get(word[0].rstrip("."), word[0])), stamp)


def _joined(cells: Sequence[str], places: Sequence[int]) -> str:
    """What several cells say together: a first name and a last."""
    return " ".join(cells[k].strip() for k in places if k < len(cells) and cells[k].strip())
