"""Pages whose answers have the same shapes, and rest on the same formulas: judged together, and what each is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from grader.expression.tree import Index, Shape
from grader.kinds import READ, Kind, Numbers, number
from grader.marking import words
from grader.marking.answers import as_typed
from grader.marking.following import Students
from grader.marking.handed import Handed
from grader.marking.judging import Judged, judged
from grader.marking.marks import Body
from grader.marking.reads import Read
from grader.marking.slips.sizes import explained
from grader.marking.sources import sources
from grader.marking.stated import Own, own_formulas
from grader.marking.verdicts import CODES, DIGITS, INCOMPLETE, NOTHING, SLIP, WRONG, flat
from grader.parts import Part
from grader.problem import Problem
from grader.solution import Step


class Labels:
    """What is said of a step's distinct answers, by their codes, as far as it was asked for."""

    def __init__(self, count: int) -> None:
        self.texts, self.known = [""] * count, np.zeros(count, dtype=bool)

    def new(self, codes: np.ndarray, who: Students) -> tuple[np.ndarray, Students]:
        """The answers of some students that nobody asked for before, each once, and one who gave each."""
        somebody = np.full(len(self.known), -1)
        somebody[codes] = who
        somebody[self.known] = -1
        new = np.flatnonzero(somebody >= 0)
        self.known[new] = True
        return new, somebody[new]


class Group:
    """Some pages: what was handed in, how it was read, in which shapes, and the formulas that are not the key's."""

    def __init__(
        self, problem: Problem, handed: Handed, reads: Mapping[str, Read], shapes: Mapping[str, Shape], own: Own
    ) -> None:
        self.problem, self.solution, self.handed, self.reads, self.own = problem, problem.solution, handed, reads, own
        parts = {part.step: part for part in problem.parts}
        given = [step for step in handed.steps if step in parts or handed.of(step).any()]
        self.columns = {step: reads[step].column(handed.of(step), shapes[step]) for step in given}
        self.read = {step: (flat(column.states) == READ).all(axis=0) for step, column in self.columns.items()}
        put = own_formulas(problem, own) if own else {}
        self.judged, self.way = judged(self.solution, parts, self.columns, shapes, put)
        self.credits = [problem.credit(verdict) for verdict in CODES]
        self.shares = [float(credit) for credit in self.credits]
        self._labels: dict[str, Labels] = {}
        self._expected: dict[str, Any] = {}

    def expected(self, step: str) -> Any:
        """The key's value, as text."""
        if step not in self._expected:
            self._expected[step] = self.solution[step].kind.show(self.solution.arrays[step][..., 0])
        return self._expected[step]

    def body(self, part: Part, i: int, verdict: str) -> Body:
        """One page's mark on one part."""
        step, judged = self.solution[part.step], self.judged[part.step]
        code, codes, expected = int(self.handed.of(part.step)[i]), judged.codes[..., i], self.expected(part.step)
        node = self.handed.typed[part.step].node(code)
        by_cell = bool(codes.shape) and self.reads[part.step].shape(code) == step.shape
        slip = judged.slip(i) if verdict == "slip" else None
        own = None if verdict in {"correct", "blank"} else self.led_to(step, i)
        return Body(
            part=part.step,
            verdict=verdict,
            credit=self.credit(codes),
            points=float(part.points),
            answer=None if node is None else as_typed(node),
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
        if own is None or (own.shape[:-1] != step.shape and not isinstance(step.kind, Numbers)):
            return None
        return step.kind.show(own[..., i if own.shape[-1] > 1 else 0])

    def sources(self, step: str, who: Students) -> Iterator[tuple[list[str], Students]]:
        """The earlier answers that a step rests on, nearest first, and the students for whom it is these."""
        return sources(self.way, step, self.read, who)

    def stated(self, step: str) -> list[str]:
        """What is said of the formulas of their own that a step puts values into, which students of a group share."""
        return [f"{name} = {text}" for name, text in self.own if step in self.way.put]

    def labels(self, name: str, who: Students) -> list[str]:
        """What is said of some students' own answers to a step: its name, and the value of one number; empty where it
        is the key's."""
        codes = self.handed.of(name)[who]
        kept = self._labels.setdefault(name, Labels(len(self.handed.typed[name])))
        if not kept.known[codes].all():
            self._label(name, kept, *kept.new(codes, who))
        return [*map(kept.texts.__getitem__, codes.tolist())]

    def _label(self, name: str, kept: Labels, codes: np.ndarray, who: Students) -> None:
        """Say what is said of some distinct answers to a step, each of which one of these students gave."""
        values = self.columns[name].values[..., who]
        key, alike = self.expected(name), values.shape[:-1] == self.solution[name].shape
        texts = shown(self.solution[name].kind, values)
        start = f"{name} = "
        told = [name] * len(texts) if values.ndim > 1 else [start + text for text in texts]
        for code, text, label in zip(codes.tolist(), texts, told, strict=True):
            kept.texts[code] = "" if alike and text == key else label

    def message(self, part: Part, i: int, verdict: str, judged: Judged, expected: object) -> str:
        """What the student reads beside a verdict that is not simply correct."""
        step, codes = self.solution[part.step], judged.codes[..., i]
        if verdict == "blank":
            return words.blank()
        if verdict == "unreadable":
            return words.unreadable(self.reads[part.step].trouble(int(self.handed.of(part.step)[i])))
        if i in judged.slips:
            return words.slipped(judged.slips[i].told, expected)
        if verdict not in LED and codes.shape != step.shape:
            return explained(step, self.solution, codes.shape)
        if verdict not in LED and codes.shape:
            return " ".join(self.entries(part, i, judged))
        one = np.array([i])
        ((names, _),) = self.sources(part.step, one)
        inputs = [*self.stated(part.step), *(label for name in names for label in self.labels(name, one) if label)]
        return said(verdict, inputs, self.led_to(step, i), expected, wanted(part))

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
            yield words.places(f"Right as far as they go, but to be written with {wanted(part)}", coarse)


LED = {"rounded": words.rounded, "follows": words.follows, "undecided": words.too_coarse}
"""What is said of an answer that is judged by the student's own earlier values."""


def shown(kind: Kind, values: np.ndarray) -> list[Any]:
    """Values `(…, n)` as a kind of answer shows them.

    >>> shown(Numbers(), np.array([1.2736323266, -8.0, np.nan]))
    ['1.27363', '-8', 'nan']
    """
    if not isinstance(kind, Numbers) or values.ndim > 1:
        return [kind.show(values[..., i]) for i in range(values.shape[-1])]
    texts = [f"{value:.6g}" for value in values.tolist()]
    for k in np.flatnonzero(values == np.round(values)).tolist():
        texts[k] = number(float(values[k]))
    return texts


def said(verdict: str, inputs: list[str], own: object, expected: object, digits: str) -> str:
    """What is said of a number that is judged by the key and by the student's own earlier values."""
    if verdict in LED:
        return LED[verdict](inputs, own, expected)
    if verdict == "incomplete":
        return words.coarse(digits, expected)
    return words.wrong_number(expected, own, inputs)


def wanted(part: Part) -> str:
    """How many digits a part asks for."""
    if part.decimals is not None:
        return f"{part.decimals} decimals"
    return f"at least {part.digits or DIGITS} significant digits"


def places(mask: np.ndarray) -> list[Index]:
    """Where a mask is true."""
    return [tuple(map(int, index)) for index in np.argwhere(mask)]


def _names(codes: np.ndarray) -> object:
    """Codes as nested lists of verdicts."""
    return np.array(CODES, dtype=object)[codes].tolist()
