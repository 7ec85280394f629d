"""Marks read as columns: what is kept, what is told, and how much memory it takes."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import msgspec
import numpy as np
import pytest

from grader.errors import DocumentError
from grader.marking.marks import Mark
from grader.report.columns import MOST_TOLD, VERDICTS, read_columns, same
from tests.report.folder import mark, write_marks


def test_columns_hold_what_the_lines_say(tmp_path: Path) -> None:
    """Texts by their codes, verdicts by theirs; a mark comes back from the file as it was written."""
    rows = [
        mark("ann", "w_1", "correct", points=2),
        mark("ann", "w_2", "slip", slip="uphill", message="Down, λ."),
        mark("bob", "w_1", "wrong", points=2, answer="0.50", expected="1"),
        mark("bob", "w_2", "slip", slip="sign", message="The sign."),
    ]
    columns, errors = read_columns(write_marks(tmp_path, rows) / "marks.jsonl")
    assert errors == []
    assert (columns.students, columns.parts) == (["ann", "bob"], [("p", "w_1"), ("p", "w_2")])
    assert columns.student.tolist() == [0, 0, 1, 1]
    assert columns.part.tolist() == [0, 1, 0, 1]
    assert [VERDICTS[code] for code in columns.verdict] == ["correct", "slip", "wrong", "slip"]
    assert (columns.slips, columns.slip.tolist()) == (["uphill", "sign"], [-1, 0, -1, 1])
    assert (columns.alike != 0).tolist() == [False, False, True, False]
    for row, line in enumerate(rows):
        assert columns.mark(row) == msgspec.convert(line, Mark)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("0.5", "0.50", True), ("3", "3.0", True), ("a + b", "a+b", True), ([["1", "2.0"]], [["1.00", "2"]], True),
        ("0.5", "0.05", False), ("100", "1", False), ("10", "1", False), ("0.5", ["0.5"], False), ("a", "b", False),
        (["1", "2"], ["12"], False), (None, "", False),
    ],
)  # fmt: skip
def test_answers_that_are_the_same(one: object, other: object, alike: bool) -> None:
    """Spaces and zeros behind the point make no difference; everything else does."""
    first, second = (same(json.dumps(value).encode()) for value in (one, other))
    assert (first == second) is alike


BROKEN = [
    ("{", "not a mark"),
    ("[]", "Expected `object`, got `array`"),
    ("null", "Expected `object`, got `null`"),
    ('{"student": 1}', "Expected `str`, got `int` - at `$.student`"),
    (json.dumps(mark("s", "w", "perfect")), "Invalid enum value 'perfect' - at `$.verdict`"),
    (json.dumps(mark("s", "w", "correct", credit=7)), "at `$.credit`"),
    (json.dumps(mark("s", "w", "correct", points=-1)), "at `$.points`"),
    ('{"student": "s", "points": 1e999}', "out of range"),
    ("[" * 100_000, "not a mark"),
    ('{"answer": ' + "[" * 100_000, "not a mark"),
    ('{"student": "\\ud800 and more"}', "not a mark"),
    (json.dumps(mark("s", "w", "wrong"))[:-1] + ', "answer": "\\ud800 and more"}', "malformed"),
    (json.dumps(mark("s", "w", "wrong"))[:-1] + ', "cells": ' + "[" * 5000 + "]" * 5000 + "}", "recursion"),
]


@pytest.mark.parametrize(("line", "said"), BROKEN)
def test_a_line_that_is_no_mark_is_named_and_the_rest_read(tmp_path: Path, line: str, said: str) -> None:
    """Its number, what is the matter, what to do; no crash."""
    write_marks(tmp_path, [mark("ann", "w", "correct")])
    path = tmp_path / "marks.jsonl"
    path.write_text("\n" + line + "\n" + path.read_text())
    columns, errors = read_columns(path)
    assert columns.students == ["ann"]
    assert columns.mark(0).student == "ann"
    assert len(errors) == 1
    assert "marks.jsonl:2: not a mark: " in str(errors[0])
    assert said in str(errors[0])


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """A name in another encoding is told as well."""
    path = write_marks(tmp_path, [mark("ann", "w", "correct"), mark("bob", "w", "correct")]) / "marks.jsonl"
    path.write_bytes(path.read_bytes().replace(b"bob", b"b\xff"))
    columns, errors = read_columns(path)
    assert (columns.students, len(errors)) == (["ann"], 1)


def test_many_broken_lines_are_told_together(tmp_path: Path) -> None:
    """The first five by their numbers, the others by theirs."""
    path = write_marks(tmp_path, [mark("ann", "w", "correct")]) / "marks.jsonl"
    path.write_text(path.read_text() + "x\n" * 100)
    errors = read_columns(path)[1]
    assert len(errors) == MOST_TOLD + 1
    assert "95 more lines are no marks" in str(errors[-1])


@pytest.mark.parametrize("text", ["", "\n\n", "x\n"])
def test_a_file_without_marks_is_refused(tmp_path: Path, text: str) -> None:
    """It says what to do."""
    (tmp_path / "marks.jsonl").write_text(text)
    with pytest.raises(DocumentError, match="there are no marks in it; run `grader grade` first"):
        read_columns(tmp_path / "marks.jsonl")


@pytest.mark.parametrize("name", ["marks.jsonl", "a-folder"])
def test_a_file_that_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    """A folder in its place, too."""
    (tmp_path / "a-folder").mkdir()
    with pytest.raises(DocumentError, match=r"cannot be opened: .*; run `grader grade` first, or name its folder"):
        read_columns(tmp_path / name)


def test_a_mark_that_stands_twice_counts_once(tmp_path: Path) -> None:
    """The last one, which is told."""
    rows = [mark("ann", "w", "wrong"), mark("bob", "w", "correct"), mark("ann", "w", "correct")]
    columns, errors = read_columns(write_marks(tmp_path, rows) / "marks.jsonl")
    assert [columns.students[i] for i in columns.student] == ["bob", "ann"]
    assert columns.credit.tolist() == [1, 1]
    assert "1 mark stands there twice; the last one counts" in str(errors[0])


def test_memory_is_numbers_only(tmp_path: Path) -> None:
    """Less than 300 bytes a mark at the peak, however long the answers are."""
    rows = (
        mark(f"s{i // 20}", f"w_{i % 20}", "wrong", answer=f"{i} " + "x" * 500, message="y" * 500)
        for i in range(20_000)
    )
    path = write_marks(tmp_path, rows) / "marks.jsonl"
    assert path.stat().st_size > 20_000_000
    tracemalloc.start()
    columns, _ = read_columns(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(columns.student) == 20_000
    assert peak < 300 * 20_000
    assert len(np.unique(columns.alike)) == 20_000
