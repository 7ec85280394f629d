"""A class of simulated students, each with a skill: what they hand in, drawn from a seed.

    python -m tests.report.cohort 60 > class.jsonl

A student works each step from what stands on their own page, and rounds it. Who is weak errs more often: by a slip of
the family's that has become a habit, by a digit, by leaving the rest of the page blank.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

import grader
from grader.expression import numeric
from grader.kinds import Numbers
from grader.problem import Problem
from grader.solution import Step

FOLDER = Path(__file__).parent.parent.parent / "problems"
PROBLEMS = ("class-notes/sgd-line", "class-notes/average-pooling", "lesson-0/descent-parabola")
ESSAY = "exercise-2-report/padding-in-words"
HABIT, DIGIT, GIVES_UP, STAYS_AWAY = 0.25, 0.05, 0.012, 0.06
"""How probable it is, for a student of average skill, to have a slip for a habit, to mistake a digit in a step, to hand
in nothing behind a step, and to leave a problem out."""


class Class:
    """Some students of different skill, and the chance that decides."""

    def __init__(self, count: int, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.skill = self.random.normal(size=count)
        self.decimals = self.random.choice([2, 3, 4], size=count, p=[0.15, 0.35, 0.5])
        self.names = [f"s{i:0{len(str(count))}}" for i in range(1, count + 1)]

    def happens(self, chance: float) -> np.ndarray:
        """For whom something of that probability happens, `(N,)`: rarer for the skilled."""
        odds = chance / (1 - chance) * np.exp(-1.2 * self.skill)
        return np.asarray(self.random.random(len(self.skill)) < odds / (1 + odds))

    def sheets(self, problem: Problem) -> list[dict[str, Any]]:
        """Everybody's answers to a problem, by step."""
        habits = {slip.name: self.happens(HABIT) for step in problem.solution.values() for slip in step.slips}
        asked = {part.step for part in problem.parts}
        values: dict[str, np.ndarray] = dict(problem.solution.arrays)
        gone = self.happens(STAYS_AWAY)
        sheets: list[dict[str, Any]] = [{} for _ in self.names]
        for name, step in problem.solution.items():
            if isinstance(step.kind, Numbers):
                values[name] = self.worked(step, values, habits)
            gone = gone | self.happens(GIVES_UP)
            for i in np.flatnonzero(~gone) if name in asked else ():
                sheets[i][name] = self.typed(step, values[name], i) if name in values else self.worded(step, i)
        return sheets

    def worked(self, step: Step, values: dict[str, np.ndarray], habits: dict[str, np.ndarray]) -> np.ndarray:
        """A step on everybody's own earlier values, with slips and mistaken digits, rounded as each rounds."""
        count = len(self.names)
        found = np.array(np.broadcast_to(numeric(step.expression, values), (*step.shape, count)), dtype=float)
        for slip in step.slips:
            slipped = np.broadcast_to(numeric(slip.expression, values), found.shape)
            finite = np.isfinite(slipped).all(axis=tuple(range(slipped.ndim - 1)))
            found = np.where(habits[slip.name] & finite, slipped, found)
        off = np.where(self.happens(DIGIT), self.random.choice([-1, 1, 2, 10], size=count) * 0.1, 0.0)
        found = found + off * np.maximum(1.0, np.round(np.abs(found)))
        return np.asarray(np.round(found * 10.0**self.decimals) / 10.0**self.decimals)

    def typed(self, step: Step, values: np.ndarray, i: int) -> Any:
        """What a student types for numbers."""

        def text(value: Any) -> Any:
            if isinstance(value, list):
                return [text(each) for each in value]
            return f"{value:.{self.decimals[i]}f}".rstrip("0").rstrip(".")

        if not isinstance(step.kind, Numbers):
            return step.kind.show(values[..., 0])
        return text(np.broadcast_to(values, (*step.shape, len(self.names)))[..., i].tolist())

    def worded(self, step: Step, i: int) -> Any:
        """What a student types for words and formulas: right, or what comes to mind."""
        if step.kind.judge == "formula":
            return "2x" if self.skill[i] > -0.8 else "x"
        return "It keeps the size" if step.kind.judge else "yes"


def submissions(count: int, seed: int = 6) -> list[dict[str, Any]]:
    """What a class of that size hands in."""
    students = Class(count, seed)
    pages = {path.rpartition("/")[2]: students.sheets(grader.load(FOLDER / f"{path}.yaml")) for path in PROBLEMS}
    written = [{"text": "Zeros around the image, so that the map keeps its size."} for _ in students.names]
    pages[ESSAY.rpartition("/")[2]] = [page if i % 3 else {} for i, page in enumerate(written)]
    return [
        {"student": name, "answers": {id: sheets[i] for id, sheets in pages.items() if sheets[i]}}
        for i, name in enumerate(students.names)
    ]


if __name__ == "__main__":
    for submission in submissions(int(sys.argv[1])):
        sys.stdout.write(json.dumps(submission) + "\n")
