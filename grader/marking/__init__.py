"""Marking: a cohort's answers to one problem, judged a step at a time for everybody at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.document import Node
from grader.expression.tree import Index, Shape
from grader.kinds import READ, Answer
from grader.marking import words
from grader.marking.answers import Column, Reader, as_typed, column, odd_shapes
from grader.marking.judging import Judged, judged
from grader.marking.marks import Mark, Marks
from grader.marking.slips.sizes import explained
from grader.marking.stated import Own, Texts, mark_of, own_formulas
from grader.marking.verdicts import CODES, DIGITS, INCOMPLETE, NOTHING, SLIP, WRONG, overall
from grader.parts import Part
from grader.problem import Problem
from grader.solution import Step


@dataclass(frozen=True)
class Sheet:
    """What one student handed in for one problem: answers as typed, by step."""

    student: str
    answers: Mapping[str, Node]


def mark(problem: Problem, sheets: Sequence[Sheet]) -> list[Marks]:
    """The marks of every sheet, in order, a mark for each part that the problem asks.

    Sheets whose answers have the solution's shapes are judged together, one evaluation a step; those with other shapes
    in a group for each set of shapes, so that what follows from a map of the wrong size is still recognised, and those
    with a wrong formula that values are put into in a group for each such formula.
    """
    read, texts = Reader(problem.decimal), Texts(problem)
    solution = problem.solution
    shapes = {name: step.shape for name, step in solution.items()}
    answers = [
        {name: read(solution[name], node) for name, node in sheet.answers.items() if name in solution}
        for sheet in sheets
    ]
    groups: dict[tuple[tuple[tuple[str, Shape], ...], Own], list[int]] = defaultdict(list)
    for i, answer in enumerate(answers):
        groups[odd_shapes(answer, shapes), texts.put(sheets[i].answers)].append(i)
    marked: list[Marks] = [Marks() for _ in sheets]
    for (odd, own), members in groups.items():
        chosen = [sheets[i] for i in members], [answers[i] for i in members]
        group = Group(problem, *chosen, shapes | dict(odd), texts, own)
        for i, marks in zip(members, group.marks(), strict=True):
            marked[i] = marks
    return marked


class Group:
    """Sheets whose answers have the same shapes, and rest on the same formulas."""

    def __init__(
        self,
        problem: Problem,
        sheets: Sequence[Sheet],
        answers: Sequence[Mapping[str, Answer]],
        shapes: Mapping[str, Shape],
        texts: Texts,
        own: Own,
    ) -> None:
        self.problem, self.solution, self.sheets, self.answers = problem, problem.solution, sheets, answers
        self.shapes, self.texts, self.own = shapes, texts, own
        self.credits = [problem.credit(verdict) for verdict in CODES]
        self.shares = [float(credit) for credit in self.credits]
        asked = {part.step for part in problem.parts}
        given = [step for step in self.solution if step in asked or any(step in answer for answer in answers)]
        self.columns: dict[str, Column] = {
            step: column([answer.get(step) for answer in answers], shapes[step]) for step in given
        }
        parts = {part.step: part for part in problem.parts}
        put = own_formulas(problem, own) if own else {}
        self.judged, self.way = judged(self.solution, parts, self.columns, shapes, put)

    def marks(self) -> list[Marks]:
        """A student's marks each, in the order of the parts."""
        parts = [
            self.stated(part) if self.solution[part.step].kind.judge else self.part(part) for part in self.problem.parts
        ]
        return [Marks(row) for row in zip(*parts, strict=True)] if parts else [Marks() for _ in self.sheets]

    def part(self, part: Part) -> list[Mark]:
        """One part's mark for every student."""
        judged = self.judged[part.step]
        expected = self.solution[part.step].kind.show(self.solution.arrays[part.step][..., 0])
        return [self.mark(part, i, CODES[code], judged, expected) for i, code in enumerate(overall(judged.codes))]

    def stated(self, part: Part) -> list[Mark]:
        """One part's mark for every student, where the answer states something."""
        return [mark_of(self.problem, part, sheet, self.texts(part.step, sheet.answers)) for sheet in self.sheets]

    def mark(self, part: Part, i: int, verdict: str, judged: Judged, expected: object) -> Mark:
        sheet, step = self.sheets[i], self.solution[part.step]
        answer, read = sheet.answers.get(part.step), self.answers[i].get(part.step)
        codes = judged.codes[..., i]
        by_cell = bool(codes.shape) and read is not None and read.shape == step.shape
        slip = judged.slip(i) if verdict == "slip" else None
        own = None if verdict in {"correct", "blank"} else self.led_to(step, i)
        return Mark(
            student=sheet.student,
            problem=self.problem.id,
            part=part.step,
            verdict=verdict,
            credit=self.credit(codes),
            points=float(part.points),
            answer=None if answer is None else as_typed(answer),
            expected=None if verdict == "correct" else expected,
            own=None if own == expected else own,
            slip=None if slip is None else slip.name,
            message=None if verdict == "correct" else self.message(part, i, verdict, judged, expected),
            cells=_names(codes) if by_cell else None,
        )

    def credit(self, codes: np.ndarray) -> float:
        """The share of the points: the mean over the entries."""
        if not codes.shape:
            return self.shares[int(codes)]
        counts = np.bincount(codes.ravel(), minlength=len(CODES))
        return float(sum(self.credits[code] * int(count) for code, count in enumerate(counts)) / codes.size)

    def led_to(self, step: Step, i: int) -> object:
        """What the student's own earlier answers lead to, as text."""
        own = self.way.led_to[step.name.name]
        return None if own is None else step.kind.show(own[..., i if own.shape[-1] > 1 else 0])

    def inputs(self, step: Step, i: int) -> list[str]:
        """The student's own earlier answers that a step rests on and that differ from the key, nearest first."""
        found = {f"{name} = {text}": None for name, text in self.own if step.name.name in self.way.put}
        pending = list(self.way.rests_on(step.name.name, i))
        while pending:
            name = pending.pop(0)
            if name not in self.solution:
                continue
            earlier = self.solution[name]
            if name in self.columns and bool((self.columns[name].states[..., i] == READ).all()):
                show = earlier.kind.show
                mine, key = self.columns[name].values[..., i], self.solution.arrays[name][..., 0]
                if mine.shape != key.shape or show(mine) != show(key):
                    found[f"{name} = {show(mine)}" if not mine.shape else name] = None
            else:
                pending.extend(use for use in earlier.uses if use not in pending)
        return list(found)

    def message(self, part: Part, i: int, verdict: str, judged: Judged, expected: object) -> str:
        """What the student reads beside a verdict that is not simply correct."""
        step, codes = self.solution[part.step], judged.codes[..., i]
        if verdict == "blank":
            return words.blank()
        if verdict == "unreadable":
            return words.unreadable(self.answers[i][part.step].trouble)
        if i in judged.slips:
            return words.slipped(judged.slips[i].told, expected)
        if verdict in LED:
            return LED[verdict](self.inputs(step, i), self.led_to(step, i), expected)
        if codes.shape != step.shape:
            return explained(step, self.solution, codes.shape)
        if codes.shape:
            return " ".join(self.entries(part, i, judged))
        if verdict == "incomplete":
            return words.coarse(self.wanted(part), expected)
        return words.wrong_number(expected, self.led_to(step, i), self.inputs(step, i))

    def entries(self, part: Part, i: int, judged: Judged) -> Iterator[str]:
        """What is the matter with a tensor: the entries that are wrong, missing, or too short to tell."""
        step, given = self.solution[part.step], self.columns[part.step].values[..., i]
        codes, found = judged.codes[..., i], judged.found
        slips = found.entries.get(i, {})
        pattern = found.patterns.get(i)
        if pattern and pattern.whole:
            yield pattern.told
        shown, key = (np.array(step.kind.show(values), dtype=object) for values in (
            np.nan_to_num(given), self.solution.arrays[part.step][..., 0]
        ))  # fmt: skip
        if wrong := places((codes == WRONG) | (codes == SLIP)):
            yield words.wrong_cells([(at, shown[at], key[at]) for at in wrong], codes.size)
        if pattern and not pattern.whole and not slips:
            yield pattern.told
        yield from (words.in_entry(at, slip.told) for at, slip in slips.items())
        if missing := places(codes == NOTHING):
            yield words.places("Missing", missing)
        if coarse := places(codes == INCOMPLETE):
            yield words.places(f"Right as far as they go, but to be written with {self.wanted(part)}", coarse)

    def wanted(self, part: Part) -> str:
        """How many digits a part asks for."""
        if part.decimals is not None:
            return f"{part.decimals} decimals"
        return f"at least {part.digits or DIGITS} significant digits"


LED = {"rounded": words.rounded, "follows": words.follows, "undecided": words.too_coarse}
"""What is said of an answer that is judged by the student's own earlier values."""


def places(mask: np.ndarray) -> list[Index]:
    """Where a mask is true."""
    return [tuple(map(int, index)) for index in np.argwhere(mask)]


def _names(codes: np.ndarray) -> object:
    """Codes as nested lists of verdicts."""
    return np.array(CODES, dtype=object)[codes].tolist()


ASTRAY = frozenset({"wrong", "slip", "unreadable"})
"""The verdicts where a page leaves the right path."""


def first_wrong(marks: Sequence[Mark]) -> Mark | None:
    """Where a page first leaves the right path: the first part that is not right and does not follow either."""
    return next((mark for mark in marks if mark.verdict in ASTRAY), None)
