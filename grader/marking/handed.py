"""What a cohort handed in for a problem: each step's distinct answers once, and which of them each student has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from operator import itemgetter
from typing import Any

import numpy as np

from grader.document import Entries, Items, Node, Text, from_python


def numbered(*first: Any) -> defaultdict[Any, int]:
    """Things by the order in which they are first asked for, behind those that are stated.

    >>> [*map(numbered("a").__getitem__, "bab")]
    [1, 0, 1]
    """
    known = defaultdict[Any, int](count().__next__)
    for each in first:
        known[each]
    return known


class Absent:
    """What stands where a student has no answer."""


ABSENT = Absent()
_KEYS = {str, Text, Absent}
_HASHED = {*_KEYS, int, bool, type(None)}
_NESTED = {list, dict, Items, Entries}


@dataclass(frozen=True)
class Typed:
    """The distinct answers to one step, as they were typed; the first is none at all."""

    given: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.given)

    def node(self, code: int) -> Node | None:
        """An answer as a document has it."""
        return from_python(self.given[code]) if code else None

    def text(self, code: int) -> str | None:
        """An answer that is plain text."""
        given = self.given[code]
        return given if isinstance(given, str) else None


@dataclass(frozen=True)
class Handed:
    """A cohort's answers to the steps of a problem."""

    steps: tuple[str, ...]
    typed: Mapping[str, Typed]
    codes: np.ndarray
    """Which of a step's distinct answers each student gave, `(steps, N)`; 0 is none."""

    def of(self, step: str) -> np.ndarray:
        """Which of a step's distinct answers each student gave, `(N,)`."""
        return np.asarray(self.codes[self.steps.index(step)])

    def take(self, rows: np.ndarray) -> Handed:
        """Some of the students."""
        return replace(self, codes=self.codes[:, rows])

    def only(self, steps: Iterable[str]) -> Handed:
        """The answers to some of the steps."""
        some = set(steps)
        rows = [row for row, step in enumerate(self.steps) if step in some]
        return replace(self, steps=tuple(self.steps[row] for row in rows), codes=self.codes[rows])

    def sheet(self, row: int) -> dict[str, Node]:
        """One student's answers by step."""
        nodes = {
            step: self.typed[step].node(code)
            for step, code in zip(self.steps, self.codes[:, row].tolist(), strict=True)
        }
        return {step: node for step, node in nodes.items() if node is not None}


def handed_in(answers: Sequence[Mapping[str, Any]], steps: Iterable[str], asked: Iterable[str]) -> Handed:
    """The answers of some students to those of the steps that are asked, and to others that somebody answered.

    An answer is a node of a document, or what JSON is decoded to.

    >>> found = handed_in([{"w": "0.5"}, {"w": 1, "b": ["2"]}, {"w": "0.5"}], ["w", "b", "c"], ["w"])
    >>> found.steps, found.codes.tolist(), found.sheet(1)
    (('w', 'b'), [[1, 2, 1], [0, 1, 0]], {'w': '1', 'b': ['2']})
    """
    always = frozenset(asked)
    named = tuple(step for step in steps if step in always or any(step in answer for answer in answers))
    typed: dict[str, Typed] = {}
    codes = np.empty((len(named), len(answers)), dtype=np.int32)
    for row, (step, values) in enumerate(zip(named, by_step(answers, named), strict=True)):
        typed[step], codes[row] = coded(values)
    return Handed(named, typed, codes)


def by_step(answers: Sequence[Mapping[str, Any]], steps: Sequence[str]) -> Iterable[Sequence[Any]]:
    """The students' answers to each step."""
    if len(steps) < 2 or not answers:
        return [[answer.get(step, ABSENT) for answer in answers] for step in steps]
    get = itemgetter(*steps)
    nothing = dict.fromkeys(steps, ABSENT)

    def row(answer: Mapping[str, Any]) -> tuple[Any, ...]:
        try:
            found: tuple[Any, ...] = get(answer)
        except KeyError:
            found = get({**nothing, **answer})
        return found

    return zip(*map(row, answers), strict=True)


def coded(values: Sequence[Any]) -> tuple[Typed, np.ndarray]:
    """Distinct answers, and which of them each is, `(N,)`."""
    known = numbered(ABSENT)
    try:
        codes = np.fromiter(map(known.__getitem__, values), np.int32, len(values))
    except TypeError:
        return _coded(values)
    given = [*known]
    if _KEYS.issuperset(map(type, given)):
        return Typed(tuple(given)), codes
    if not apart(values):
        return _coded(values)
    known = numbered()
    table = np.array([known[each if type(each) in _KEYS else plain(each)] for each in given], dtype=np.int32)
    return Typed(tuple(known)), table[codes]


def apart(values: Sequence[Any]) -> bool:
    """Whether a dict tells these apart as `plain` does: 1 and true, which are the same to it, are not both there."""
    kinds = set(map(type, values))
    return _HASHED.issuperset(kinds) and not {bool, int} <= kinds


def _coded(values: Sequence[Any]) -> tuple[Typed, np.ndarray]:
    """Where some answers are lists or mappings: these by what they hold."""
    known = numbered(ABSENT)
    keys = [value if type(value) in _KEYS else plain(value) for value in values]
    codes = np.fromiter(map(known.__getitem__, keys), np.int32, len(keys))
    given = [*known]
    for code, value in zip(codes.tolist(), values, strict=True):
        if type(given[code]) is tuple:
            given[code] = value
    return Typed(tuple(given)), codes


def plain(value: Any) -> Any:
    """What tells an answer that is no text from others: its text where it has one."""
    kind = type(value)
    if kind is int:
        return str(value)
    if value is None:
        return ""
    if kind is bool:
        return "true" if value else "false"
    return (kind.__name__, repr(value if kind in _NESTED else from_python(value)))


def equal_pages(handed: Handed) -> tuple[np.ndarray, np.ndarray]:
    """The first student of those who handed in the same, and for each student which of these that is, `(N,)`."""
    steps, count = handed.codes.shape
    if not steps:
        return np.arange(min(1, count)), np.zeros(count, dtype=np.intp)
    rows = np.ascontiguousarray(handed.codes.T).view(f"V{4 * steps}").reshape(-1).tolist()
    known = numbered()
    same = np.fromiter(map(known.__getitem__, rows), np.intp, count)
    return np.unique(same, return_index=True)[1], same
