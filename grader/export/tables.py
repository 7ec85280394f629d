"""Marks as files: a line a mark (JSON), a row a student (CSV)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import msgspec

from grader.marking.marks import Mark, Marks, earned


def write_jsonl(path: Path, marks: Iterable[Mark]) -> None:
    """`marks.jsonl`: one mark a line, in the order given; a field that is null is left out."""
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as file:
        file.writelines(encode(mark) + b"\n" for mark in marks)


def write_csv(path: Path, problems: Mapping[str, Fraction], rows: Mapping[str, Mapping[str, Marks]]) -> None:
    """`marks.csv`: a row a student, with the total, what it is out of, and the points of each problem."""
    possible = sum(problems.values(), Fraction(0))
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["student", "total", "out_of", *map(defused, problems)])
        for student, by_problem in rows.items():
            points = [sum(map(earned, by_problem[problem]), Fraction(0)) for problem in problems]
            table.writerow([defused(student), *map(decimal, [sum(points, Fraction(0)), possible, *points])])


def decimal(points: Fraction) -> str:
    """Points in a table: as few decimals as are exact, six at the most.

    >>> decimal(Fraction(7)), decimal(Fraction(47, 2)), decimal(Fraction(1, 3))
    ('7', '23.5', '0.333333')
    """
    return f"{float(points):.6f}".rstrip("0").rstrip(".")


def defused(text: str) -> str:
    """A cell that no spreadsheet runs as a formula; the text itself is in `marks.jsonl`.

    >>> defused("=1+1"), defused("s001")
    ("'=1+1", 's001')
    """
    return "'" + text if text[:1] in set("=+-@\t\r") else text


def flattened(rows: Mapping[str, Mapping[str, Marks]], problems: Sequence[str]) -> Iterable[Mark]:
    """Every mark, by student, problem and part."""
    return (mark for by_problem in rows.values() for problem in problems for mark in by_problem[problem])
