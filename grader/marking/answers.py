"""A cohort's answers to one step as a column of numbers, students on the last axis; equal texts are read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.document import Items, Node, Text
from grader.errors import UnreadableError
from grader.expression import read_numeral, read_table
from grader.expression.tree import Shape
from grader.numeric import Array

READ, BLANK, UNREADABLE = range(3)


@dataclass(frozen=True)
class Answer:
    """One answer as it was read: its entries row by row, NaN where there is no number."""

    shape: Shape
    values: Array
    half_units: Array
    """Half of one in the last place that was written: how far rounding may have moved the entry."""
    digits: Array
    """Significant digits written."""
    states: np.ndarray
    """READ, BLANK or UNREADABLE, an entry."""
    trouble: str = ""
    """Why something could not be read."""


def read_answer(node: Node) -> Answer:
    """Read an answer as typed. What cannot be read is a state of the answer, never an error."""
    try:
        shape, texts = read_table(node)
    except UnreadableError as error:
        return _whole(UNREADABLE, explain(error))
    if not any(text.strip() for text in texts):
        return _whole(BLANK)
    cells = [_read_cell(text) for text in texts]
    trouble = next((trouble for *_, trouble in cells if trouble), "")
    if not any(state == READ for *_, state, _ in cells):
        return _whole(UNREADABLE, trouble)
    values, half_units, digits, states = (np.array(column) for column in list(zip(*cells, strict=True))[:4])
    return Answer(shape, values, half_units, digits, states, trouble)


def _read_cell(text: str) -> tuple[float, float, int, int, str]:
    if not text.strip():
        return np.nan, 0.0, 0, BLANK, ""
    try:
        numeral = read_numeral(text)
        value = float(numeral.value)
    except UnreadableError as error:
        return np.nan, 0.0, 0, UNREADABLE, explain(error)
    except OverflowError:
        return np.nan, 0.0, 0, UNREADABLE, "the number is too large"
    return value, float(numeral.unit / 2), numeral.digits, READ, ""


def _whole(state: int, trouble: str = "") -> Answer:
    """An answer in which nothing is a number, so that its shape means nothing either."""
    return Answer((), np.array([np.nan]), np.array([0.0]), np.array([0]), np.array([state]), trouble)


def explain(error: UnreadableError) -> str:
    """Why an answer cannot be read, with the place marked.

    >>> explain(UnreadableError("expected a number", "0.5x", 4))
    "expected a number; reading stopped at 'x' (character 4 of '0.5x')"
    """
    if error.column is None:
        return error.what
    shown = error.text if len(error.text) <= 40 else error.text[:39] + "…"
    rest = error.text[error.column - 1 :][:10] or "the end"
    return f"{error.what}; reading stopped at {rest!r} (character {error.column} of {shown!r})"


@dataclass(frozen=True)
class Column:
    """One step's answers, students last: `(…, N)`."""

    values: Array
    half_units: Array
    digits: Array
    states: np.ndarray


def column(answers: Sequence[Answer | None], shape: Shape) -> Column:
    """Answers of one shape side by side, each distinct one set out once; None is blank.

    What is wholly blank or unreadable has no shape and fills its place with NaN.
    """
    nothing = _whole(BLANK)
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


class Reader:
    """Reads answers, each distinct text once."""

    def __init__(self) -> None:
        self._read: dict[str, Answer] = {}

    def __call__(self, node: Node) -> Answer:
        key = str(node) if isinstance(node, Text) else repr(node)
        if key not in self._read:
            self._read[key] = read_answer(node)
        return self._read[key]


def as_typed(node: Node) -> object:
    """The answer for the record: text, or lists of texts."""
    if isinstance(node, Items):
        return [as_typed(item) for item in node]
    if isinstance(node, Text):
        return str(node)
    return {str(key): as_typed(value) for key, value in node.items()}


def odd_shapes(answers: Mapping[str, Answer], shapes: Mapping[str, Shape]) -> tuple[tuple[str, Shape], ...]:
    """The steps that a student answered in another shape than the solution's."""
    return tuple(
        (name, answer.shape)
        for name, answer in answers.items()
        if answer.shape != shapes[name] and bool((answer.states == READ).any())
    )
