"""What the tests of a run write into a course's folder, and read out of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from grader.cli import main

LINE = """\
title: Two samples
family: sgd
given:
  w: 0.5
  b: 0.1
  lr: 0.01
  x: [1, 2]
  y: [3, 5]
ask: {"yhat_*": 1, w_1: {points: 2}}
"""
WORDS = """\
title: In words
family: essay
given:
  text: Why is a model judged on new data?
  rubric: [Old data can be learnt by heart., New data show whether it generalises.]
ask: {text: 4}
"""
SHEETS = {
    "ann": {"line": {"yhat_1": "0.6", "yhat_2": "1.172", "w_1": "0.524"}, "words": {"text": "It must\ngeneralise, λ"}},
    "bob": {"line": {"yhat_1": "0.7", "yhat_2": "??", "w_1": "0.57"}, "words": {"text": "=HYPERLINK(0)"}},
    "eve": {"line": {"yhat_1": "0.6"}},
}

Table = list[dict[str, str]]


def hand_in(student: str, answers: Any) -> None:
    text = json.dumps({"student": student, "answers": answers})
    Path(f"submissions/{student}.json").write_text(text)


def grade(*options: str) -> Result:
    return CliRunner().invoke(main, ["grade", "submissions", *options], catch_exceptions=False)


def table(name: str) -> Table:
    with Path("out", name).open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def fill_in(decide: Callable[[dict[str, str]], None]) -> None:
    """Fill in `review.csv` as a person does, row by row."""
    rows = table("review.csv")
    for row in rows:
        decide(row)
    write_rows(rows)


def write_rows(rows: Table, delimiter: str = ",") -> None:
    with Path("out/review.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def points() -> dict[str, str]:
    return {row["student"]: row["total"] for row in table("marks.csv")}


def marks() -> dict[tuple[str, str], dict[str, Any]]:
    read = [json.loads(line) for line in Path("out/marks.jsonl").read_text(encoding="utf-8").splitlines()]
    return {(mark["student"], mark["part"]): mark for mark in read}
