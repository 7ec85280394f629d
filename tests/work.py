"""Student work marked in a folder that is thrown away, and its marks as they stand in `marks.jsonl`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.marking.marks import Mark, Marks
from grader.run import run


@dataclass(frozen=True)
class Work:
    """Marks by student and problem, and what could not be used."""

    marks: dict[str, dict[str, Marks]]
    errors: list[str]


def marked(submissions: Path, problems: Path, out: Path) -> Work:
    """What a run over some submissions writes."""
    graded = run(submissions, problems, out)
    found: dict[str, dict[str, Marks]] = defaultdict(lambda: defaultdict(Marks))
    for mark in msgspec.json.Decoder(Mark).decode_lines((out / "marks.jsonl").read_bytes()):
        found[mark.student][mark.problem].append(mark)
    return Work({student: dict(pages) for student, pages in found.items()}, list(map(str, graded.errors)))
