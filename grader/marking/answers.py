"""A cohort's answers to one step as a column, students on the last axis; equal texts are read once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from grader.document import Entries, Items, Node, Text
from grader.errors import UnreadableError
from grader.expression.tree import Shape
from grader.kinds import BLANK, READ, Answer, Kind, Numbers, read_answer, without_numbers
from grader.numeric import Array
from grader.solution import Step


@dataclass(frozen=True)
class Column:
    """One step's answers, students last: `(…, N)`."""

    values: Array
    half_units: Array
    digits: Array
    states: np.ndarray


def some_of(column: Column, who: np.ndarray) -> Column:
    """The answers of some students."""
    each = (column.values, column.half_units, column.digits, column.states)
    return Column(*(array[..., who] for array in each))


def column(answers: Sequence[Answer | None], shape: Shape) -> Column:
    """Answers of one shape side by side, each distinct one set out once; None is blank.

    What is wholly blank or unreadable has no shape and fills its place with NaN.
    """
    nothing = without_numbers(BLANK)
    distinct = {id(answer): answer for answer in (given or nothing for given in answers)}
    positions = {key: i for i, key in enumerate(distinct)}
    chosen = np.array([positions[id(given or nothing)] for given in answers], dtype=np.intp)
    size = int(np.prod(shape, dtype=int))

    def side_by_side(parts: Iterable[np.ndarray]) -> np.ndarray:
        table = np.stack([np.broadcast_to(part, (size,)) for part in parts], axis=-1)
        return table[:, chosen].reshape((*shape, -1))

    read = distinct.values()
    return Column(
        side_by_side(answer.values for answer in read),
        side_by_side(answer.half_units for answer in read),
        side_by_side(answer.digits for answer in read),
        side_by_side(answer.states for answer in read),
    )


LONGEST_KEPT = 80  # characters of an answer that is kept as it was read
MOST_KEPT = 20_000  # answers


class Reader:
    """Reads answers, each distinct text to a kind of step once, also from cohort to cohort, unless it is long."""

    def __init__(self, decimal: str = "point") -> None:
        self.decimal = decimal
        self._read: dict[tuple[Kind, Shape, str], Answer] = {}

    def __call__(self, step: Step, node: Node) -> Answer:
        text = str(node) if isinstance(node, Text) else repr(node)
        key = (step.kind, step.shape, text)
        found = self._read.get(key)
        if found is None:
            found = fitted(read_answer(self._kind(step), node), step.shape)
            if len(text) <= LONGEST_KEPT:
                if len(self._read) >= MOST_KEPT:
                    self._read.clear()
                self._read[key] = found
        return found

    def _kind(self, step: Step) -> Kind:
        """The kind of answer, told what is known of how this one is written."""
        if isinstance(step.kind, Numbers):
            return replace(step.kind, decimal=self.decimal, shape=step.shape, formula=closed)
        return step.kind


@lru_cache(maxsize=2)
def reader(decimal: str) -> Reader:
    """The reader of answers in which this stands before decimals; what it read last time it knows."""
    return Reader(decimal)


def closed(text: str) -> float:
    """The value of a formula without names, such as √2/2 or e^{-1}. Raises `UnreadableError`."""
    from grader.expression.readings import numeric
    from grader.expression.scope import Scope
    from grader.statements import statement

    tree = statement(text).sides[-1].tree(Scope({}))
    value = numeric(tree, {})
    if tree.shape or not np.isfinite(value).all():
        raise UnreadableError("expected a number", text, 1)
    return float(value[0])


def fitted(answer: Answer, shape: Shape) -> Answer:
    """An answer of one entry in the shape of a step of one entry: 0.4 for [0.4], and [400] for 400."""
    one = answer.values.size == 1 == math.prod(shape) and answer.shape != shape
    return replace(answer, shape=shape) if one and answer.states[0] == READ else answer


def as_typed(node: Node) -> object:
    """The answer for the record: text, or lists and mappings of texts."""
    if isinstance(node, Items):
        return [as_typed(item) for item in node]
    if isinstance(node, Entries):
        return {str(key): as_typed(value) for key, value in node.items()}
    return str(node)


_ENVELOPE = re.compile(r"\s*\\(?:begin|end)\{\w+\*?\}\s*")


def typed_lines(node: Node) -> list[str]:
    """The lines as a student handed them in: a list, a mapping with `lines`, or text with line breaks."""
    if isinstance(node, Entries):
        node = node.get("lines", Text(""))
    texts = [str(line) for line in node] if isinstance(node, Items) else re.split(r"\n|\\\\(?!\w)", str(node))
    return [line for line in texts if line.strip() and not _ENVELOPE.fullmatch(line)]
