"""`review.csv`: the answers that wait for a person, a row each, with what is needed to decide."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from grader.marking.marks import Mark, one_line
from grader.solution import Step
from grader.spreadsheet import decimal

COLUMNS = (
    "student", "problem", "part", "verdict", "points", "answer", "expected", "own", "message", "rubric",
    "earned", "comment",
)  # fmt: skip
"""The last two are for whoever decides: points (2, 1.5, 50%, 3/4 of them), and what the student is told."""


def row_of(mark: Mark, step: Step) -> dict[str, str]:
    """What a person needs to decide on one mark, by column; `earned` and `comment` are blank."""
    return {
        "student": mark.student,
        "problem": mark.problem,
        "part": mark.part,
        "verdict": mark.verdict,
        "points": decimal(Fraction(mark.points).limit_denominator(10**6)),
        "answer": as_cell(mark.answer),
        "expected": "" if mark.expected is None else one_line(mark.expected),
        "own": "" if mark.own is None else one_line(mark.own),
        "message": mark.message or "",
        "rubric": "\n".join(step.key),
        "earned": "",
        "comment": "",
    }


def as_cell(answer: Any) -> str:
    """An answer in full: text as typed, lines below one another, anything nested as JSON.

    >>> as_cell("0.600"), as_cell(["a = b", "b = c"]), as_cell([["1", "2"]]), as_cell(None)
    ('0.600', 'a = b\\nb = c', '[["1", "2"]]', '')
    """
    if answer is None or isinstance(answer, str):
        return answer or ""
    if isinstance(answer, list) and all(isinstance(line, str) and "\n" not in line for line in answer):
        return "\n".join(answer)
    return json.dumps(answer, ensure_ascii=False)
