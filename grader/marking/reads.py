"""A cohort's distinct answers as they were read, and a step's answers as a column of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np

from grader.expression.tree import Shape
from grader.kinds import BLANK, READ, UNREADABLE, Answer, Numbers, without_numbers
from grader.marking.answers import Column, Reader, column, some_of
from grader.marking.handed import Handed, Typed
from grader.marking.plain import Decimals, decimals
from grader.solution import Solution, Step


@dataclass(frozen=True)
class Read:
    """One step's distinct answers, by their codes in `Typed`."""

    table: Column
    """Those that are a single entry or nothing, side by side, `(T,)`."""
    answers: Mapping[int, Answer]
    """Those that are no plain decimals."""

    def shape(self, code: int) -> Shape | None:
        """The shape of an answer; None where there is none."""
        return self.answers[code].shape if code in self.answers else () if code else None

    def trouble(self, code: int) -> str:
        """Why an answer could not be read."""
        return self.answers[code].trouble if code in self.answers else ""

    def odd(self, shape: Shape) -> dict[int, Shape]:
        """The answers that have another shape."""
        return {
            code: answer.shape
            for code, answer in self.answers.items()
            if answer.shape != shape and bool((answer.states == READ).any())
        }

    def column(self, codes: np.ndarray, shape: Shape) -> Column:
        """The answers of some students, `(…, n)`, all of which have a shape or none."""
        if not shape:
            return some_of(self.table, codes)
        some, which = np.unique(codes, return_inverse=True)
        table = column([self.answers.get(code) for code in some.tolist()], shape)
        return some_of(table, which)


def read_in(solution: Solution, handed: Handed, reader: Reader) -> dict[str, Read]:
    """Every distinct answer that a cohort handed in, by step; the plain decimals of all steps at once."""
    scalar = [step for step in handed.steps if takes_a_number(solution[step])]
    texts = [[given if isinstance(given, str) else "" for given in handed.typed[step].given] for step in scalar]
    found = decimals([*chain.from_iterable(texts)], reader.decimal)
    ends = np.cumsum([0, *map(len, texts)]).tolist()
    known = {step: part_of(found, *ends[k : k + 2]) for k, step in enumerate(scalar)}
    return {step: read_of(solution[step], handed.typed[step], reader, known.get(step)) for step in handed.steps}


def as_one(answer: Answer, step: Step) -> Answer:
    """An answer to a step of one entry; a table of which not all can be read is nothing that can be read."""
    unreadable = answer.shape != () == step.shape and bool((answer.states == UNREADABLE).any())
    return without_numbers(UNREADABLE, answer.trouble) if unreadable else answer


def takes_a_number(step: Step) -> bool:
    """Whether a step takes a single number."""
    return isinstance(step.kind, Numbers) and not step.shape


def part_of(found: Decimals, start: int, stop: int) -> Decimals:
    """Those of some of the texts."""
    some = slice(start, stop)
    return Decimals(found.plain[some], found.values[some], found.half_units[some], found.digits[some])


def read_of(step: Step, typed: Typed, reader: Reader, known: Decimals | None) -> Read:
    """One step's distinct answers, those that are not known to be plain decimals one by one."""
    known = known or decimals([""] * len(typed))
    states = np.where(known.plain, READ, BLANK)
    table = Column(known.values, known.half_units, known.digits, states)
    answers: dict[int, Answer] = {}
    for code in np.flatnonzero(~known.plain).tolist():
        node = typed.node(code)
        if node is None:
            table.half_units[code], table.digits[code] = 0.0, 0
            continue
        answer = answers[code] = as_one(reader(step, node), step)
        single = answer.shape == ()
        table.values[code] = answer.values[0] if single else np.nan
        table.half_units[code] = answer.half_units[0] if single else 0.0
        table.digits[code] = answer.digits[0] if single else 0
        table.states[code] = answer.states[0] if single else BLANK
    return Read(table, answers)
