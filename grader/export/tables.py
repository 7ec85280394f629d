"""Marks as files: a line a mark (JSON), a row a student (CSV)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import msgspec

from grader.marking.marks import Mark, Marks
from grader.problem import Problem
from grader.spreadsheet import replacing, replacing_text, write_rows


def write_jsonl(path: Path, marks: Iterable[Mark]) -> None:
    """`marks.jsonl`: one mark a line, in the order given; a field that is null is left out."""
    encode = msgspec.json.Encoder().encode
    with replacing(path) as file:
        file.writelines(encode(mark) + b"\n" for mark in marks)


def write_csv(path: Path, problems: Mapping[str, Problem], rows: Mapping[str, Mapping[str, Marks]]) -> None:
    """`marks.csv`: a row a student, with the total, what it is out of, and the points of each problem."""
    possible = sum((problem.points for problem in problems.values()), Fraction(0))
    with replacing_text(path) as file:
        write_rows(file, [["student", "total", "out_of", *problems]])
        for student, by_problem in rows.items():
            points = [problem.total(by_problem[id]) for id, problem in problems.items()]
            write_rows(file, [[student, sum(points, Fraction(0)), possible, *points]])


def flattened(rows: Mapping[str, Mapping[str, Marks]], problems: Sequence[str]) -> Iterable[Mark]:
    """Every mark, by student, problem and part."""
    return (mark for by_problem in rows.values() for problem in problems for mark in by_problem[problem])
