"""What the tests of the report write into a folder of marks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

GRID = ["110s", "1fss", "111s", "0b0b", "1i0r", "0000", "1111", "1100", "1010", "0011", "1111", "bbbb"]
CREDIT = {"correct": 1.0, "rounded": 1.0, "follows": 1.0, "slip": 0.5, "incomplete": 0.5}
Row = Mapping[str, Any]


def mark(student: str, part: str, verdict: str, problem: str = "p", points: float = 1.0, **more: Any) -> dict[str, Any]:
    """A line of `marks.jsonl`."""
    credit = CREDIT.get(verdict, 0.0)
    row = {"student": student, "problem": problem, "part": part, "verdict": verdict, "credit": credit, "points": points}
    return row | more


def write_marks(folder: Path, rows: Iterable[Row]) -> Path:
    """A folder with these marks in it."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    (folder / "marks.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


def table(grid: Iterable[str], problem: str = "p") -> list[dict[str, Any]]:
    """A row a student, a sign a part: 1 correct, 0 wrong, f follows, s slip, i incomplete, b blank, r for a person."""
    verdicts = {
        "1": "correct", "0": "wrong", "f": "follows", "s": "slip", "b": "blank", "r": "review", "i": "incomplete",
    }  # fmt: skip
    return [
        mark(f"s{i:02}", f"w_{j}", verdicts[sign], problem)
        for i, row in enumerate(grid, start=1)
        for j, sign in enumerate(row, start=1)
    ]


def rows(name: str = "s") -> list[dict[str, Any]]:
    """A dozen students with everything that a report shows; the names begin with `name`."""
    found = table(GRID)
    for row in found:
        row["student"] = name + row["student"]
        if row["verdict"] == "slip":
            row |= {"slip": "uphill", "message": "This goes up, " + name, "answer": name}
        if row["verdict"] == "wrong":
            row |= {"answer": name, "expected": "1"}
    return found
