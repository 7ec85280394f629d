"""The marker beside a careful person: the verdicts that were written down before it was run on the sources."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from grader.marking.marks import Mark
from tests import work
from tests.work import Work

FILES = ("notes", "report")
TEXTS = [Path(f"adjudicated/{name}.csv").read_text(encoding="utf-8") for name in FILES]
ROWS = [row for text in TEXTS for row in csv.DictReader(io.StringIO(text))]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Work:
    return work.marked(Path("submissions"), Path("problems"), tmp_path_factory.mktemp("out"))


def marked(graded: Work, row: dict[str, str]) -> Mark:
    mark: Mark = graded.marks[row["student"]][row["problem"]][row["part"]]
    return mark


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['problem']}-{row['part']}" for row in ROWS])
def test_the_marker_agrees_or_says_why_not(graded: Work, row: dict[str, str]) -> None:
    """The same verdict; where it is another, the table names that and gives a reason."""
    found = marked(graded, row).verdict
    stated, _, reason = row["disagreement"].partition(": ")
    assert found == (stated or row["verdict"])
    assert bool(stated) == bool(reason.strip()) == (found != row["verdict"])


def test_every_part_is_adjudicated(graded: Work) -> None:
    """Of every problem that a student handed in something for, each part once, in the problem's order."""
    pages = {(row["student"], row["problem"]) for row in ROWS}
    for student, by_problem in graded.marks.items():
        for id, marks in by_problem.items():
            handed_in = any(mark.verdict != "blank" for mark in marks)
            parts = [row["part"] for row in ROWS if (row["student"], row["problem"]) == (student, id)]
            assert parts == ([mark.part for mark in marks] if handed_in or (student, id) in pages else [])


def test_how_often_it_agrees() -> None:
    """At least nine times in ten."""
    agree = sum(not row["disagreement"] for row in ROWS)
    assert agree >= 0.9 * len(ROWS)
