"""The kinds of answer a step takes: numbers, one of some words, a choice, pairs, a formula, prose.

A kind reads what a student typed into an array that marking can compare, and says how such an array is shown. What
states something (a formula, a derivation) is judged as a text, and prose goes to a person.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from grader.document import Entries, Items, Node, Text
from grader.errors import MisfitError, UnreadableError, did_you_mean
from grader.expression.domains import Declaration
from grader.expression.numerals import LONGEST, AmbiguousError, read_endless, read_numeral, read_table
from grader.expression.tree import Shape
from grader.numeric import Array

READ, BLANK, UNREADABLE, UNJUDGED = range(4)


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
    """READ, BLANK, UNREADABLE or UNJUDGED, an entry."""
    trouble: str = ""
    """Why something could not be read."""


def without_numbers(state: int, trouble: str = "") -> Answer:
    """An answer in which nothing is a number, so that its shape means nothing either."""
    return Answer((), np.array([np.nan]), np.array([0.0]), np.array([0]), np.array([state]), trouble)


def whole_numbers(values: Iterable[float], shape: Shape) -> Answer:
    """An answer that stands for whole numbers, which have no rounding."""
    entries = np.array(list(values), dtype=float)
    zeros = np.zeros(len(entries))
    return Answer(shape, entries, zeros, zeros.astype(int), np.full(len(entries), READ))


class Kind(Protocol):
    """A kind of answer."""

    @property
    def exact(self) -> bool:
        """Whether an answer is right only where it equals the key, with no tolerance."""

    @property
    def judge(self) -> str:
        """Who judges an answer that is no number: `formula`, `derivation`, `person`; empty for what is compared."""

    def read(self, node: Node) -> Answer:
        """An answer as typed; raises `UnreadableError`."""

    def show(self, values: np.ndarray) -> Any:
        """An array of this kind as text, or nested lists of texts."""


MOST_OTHERS = 500  # entries of an answer, each distinct one once, that are no plain numbers
Cell = tuple[float, float, int, int, str]
"""An entry as it was read: value, half a unit, digits, state, and why it could not be read."""


@dataclass(frozen=True)
class Numbers:
    """A number or a tensor of numbers."""

    exact: bool = False
    judge: str = ""
    decimal: str = "point"
    """What stands before decimals: a "point" or a "comma"."""
    shape: Shape | None = None
    """The shape that is expected, where it is known: it settles whether `12 345` is one number or two."""
    formula: Callable[[str], float] | None = None
    """The value of an entry that is no number but a formula such as √2/2; raises `UnreadableError` where it is none."""

    def read(self, node: Node) -> Answer:
        shape, texts = read_table(node, self.decimal, self.shape)
        if not any(text.strip() for text in texts):
            return without_numbers(BLANK)
        known = self._cells(texts)
        cells = [known[text] for text in texts]
        trouble = next((trouble for *_, trouble in cells if trouble), "")
        if not any(state == READ for *_, state, _ in cells):
            return without_numbers(UNREADABLE, trouble)
        values, half_units, digits, states = (np.array(column) for column in list(zip(*cells, strict=True))[:4])
        return Answer(shape, values, half_units, digits, states, trouble)

    def _cells(self, texts: Iterable[str]) -> dict[str, Cell]:
        """Each distinct entry once: plain numbers, however many, and `MOST_OTHERS` that are none."""
        cells: dict[str, Cell] = {}
        others = 0
        for text in dict.fromkeys(texts):
            try:
                cells[text] = _read_cell(text, self.decimal)
            except UnreadableError as error:
                others += 1
                if others > MOST_OTHERS:
                    raise
                cells[text] = _read_other(text, error, self.formula)
        return cells

    def show(self, values: np.ndarray) -> Any:
        return [self.show(row) for row in values] if values.ndim else number(float(values))


def _read_cell(text: str, decimal: str) -> Cell:
    if not text.strip():
        return np.nan, 0.0, 0, BLANK, ""
    try:
        numeral = read_numeral(text, decimal)
        return float(numeral.value), float(numeral.unit) / 2, numeral.digits, READ, ""
    except OverflowError:
        return _unreadable_cell("the number is too large")


def _read_other(text: str, trouble: UnreadableError, formula: Callable[[str], float] | None) -> Cell:
    """An entry that is no plain number: NaN, an infinity, or a closed formula."""
    value = read_endless(text)
    if value is None and formula is not None and not isinstance(trouble, AmbiguousError):
        try:
            value = formula(text)
        except UnreadableError as error:
            trouble = error
    return _unreadable_cell(explain(trouble)) if value is None else (value, 0.0, LONGEST, READ, "")


def _unreadable_cell(trouble: str) -> Cell:
    return np.nan, 0.0, 0, UNREADABLE, trouble


@dataclass(frozen=True)
class Words:
    """One of some words; its value is the word's position, counted from 0."""

    words: tuple[str, ...]
    exact: bool = True
    judge: str = ""

    def read(self, node: Node) -> Answer:
        word = _text(node, "one of " + ", ".join(self.words)).casefold()
        if not word:
            return without_numbers(BLANK)
        meant = {"true": "yes", "false": "no", "y": "yes", "n": "no"}.get(word, word)
        for position, known in enumerate(self.words):
            if known.casefold() == meant:
                return whole_numbers([position], ())
        raise UnreadableError("expected one of " + ", ".join(self.words), str(node), 1)

    def show(self, values: np.ndarray) -> Any:
        return self.words[int(values)] if 0 <= float(values) < len(self.words) else "?"


@dataclass(frozen=True)
class Options:
    """One or several of some options, lettered from a; its value has a bit for each that is chosen."""

    count: int
    several: bool = False
    exact: bool = True
    judge: str = ""

    def read(self, node: Node) -> Answer:
        typed = [*map(str, node)] if isinstance(node, Items) else re.split(r"[,;\s]+", _text(node, "letters"))
        letters = [letter.strip("().").casefold() for letter in typed if letter.strip("().")]
        if not letters:
            return without_numbers(BLANK)
        for letter in letters:
            if len(letter) != 1 or not 0 <= ord(letter) - ord("a") < self.count:
                last = chr(ord("a") + self.count - 1)
                raise UnreadableError(f"expected a letter from a to {last}", letter, 1)
        if len(letters) > 1 and not self.several:
            raise UnreadableError("expected one letter", str(node))
        return whole_numbers([sum(1 << ord(letter) - ord("a") for letter in set(letters))], ())

    def show(self, values: np.ndarray) -> Any:
        return ", ".join(chr(ord("a") + k) for k in range(self.count) if int(values) >> k & 1)


@dataclass(frozen=True)
class Pairs:
    """What on the right goes with each on the left; its value has the position, from 1, for each on the left."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    exact: bool = True
    judge: str = ""

    def read(self, node: Node) -> Answer:
        pairs = dict(node) if isinstance(node, Entries) else self._from_text(node)
        for name in pairs:
            if name not in self.left:
                raise UnreadableError(f"'{name}' is not on the left; {did_you_mean(name, self.left)}")
        texts = [_text(pairs.get(name, Text("")), "one of the right") for name in self.left]
        if not any(texts):
            return without_numbers(BLANK)
        positions = [self._position(text) if text else np.nan for text in texts]
        states = np.array([READ if text else BLANK for text in texts])
        zeros = np.zeros(len(texts))
        return Answer((len(texts),), np.array(positions), zeros, zeros.astype(int), states)

    def _position(self, text: str) -> float:
        if text in self.right:
            return self.right.index(text) + 1
        raise UnreadableError(f"'{text}' is not on the right; {did_you_mean(text, self.right)}")

    def _from_text(self, node: Node) -> dict[str, Node]:
        if isinstance(node, Items):
            return dict(zip(self.left, node, strict=False))
        pairs = [re.split(r"\s*(?:[:=]|->|→|-(?=\s))\s*", pair, maxsplit=1) for pair in re.split(r"[,;\n]", str(node))]
        return {pair[0].strip(): Text(pair[1].strip()) for pair in pairs if len(pair) == 2}

    def show(self, values: np.ndarray) -> Any:
        return [self.right[int(k) - 1] if 1 <= k <= len(self.right) else "?" for k in values]


@dataclass(frozen=True)
class Stated:
    """What is judged as a text, by what it states: a formula, a derivation; or read by a person: prose."""

    judge: str
    exact: bool = True

    def read(self, node: Node) -> Answer:
        text = str(node) if isinstance(node, Text) else repr(node)
        return without_numbers(UNJUDGED if text.strip() else BLANK)

    def show(self, values: np.ndarray) -> Any:
        return None


@dataclass(frozen=True)
class Lines(Stated):
    """A derivation, line by line: what its author says that it starts from and must arrive at."""

    symbols: tuple[tuple[str, Declaration], ...] = ()
    definitions: tuple[str, ...] = ()
    unknown: str = ""
    lines: tuple[str, ...] = ()
    results: tuple[str, ...] = ()


NUMBERS = Numbers()
COUNT = Numbers(exact=True)  # of things: 61,707 is not nearly 61,706
YES_NO = Words(("no", "yes"))
FORMULA = Stated("formula")
PROSE = Stated("person")


def _text(node: Node, expected: str) -> str:
    if not isinstance(node, Text):
        raise UnreadableError(f"expected {expected}, got a list or a mapping")
    return node.strip()


def read_answer(kind: Kind, node: Node) -> Answer:
    """Read an answer as typed. What cannot be read is a state of the answer, never an error."""
    try:
        return kind.read(node)
    except UnreadableError as error:
        return without_numbers(UNREADABLE, explain(error))


def explain(error: UnreadableError) -> str:
    """Why an answer cannot be read, and where.

    >>> explain(UnreadableError("expected a number", "0.5x", 4))
    "expected a number; reading stopped at 'x' (character 4 of '0.5x')"
    """
    if error.column is None:
        return error.what
    shown = error.text if len(error.text) <= 40 else error.text[:39] + "…"
    at, rest = f"character {error.column} of {shown!r}", error.text[error.column - 1 :][:10] or "the end"
    if isinstance(error, MisfitError):
        return f"{error.what} (before {at})"
    return f"{error.what}; reading stopped at {rest!r} ({at})"


def number(value: float) -> str:
    """A value for people: six significant digits, no more than it has.

    >>> number(1.2736323266), number(-8.0), number(0.00015), number(1234567.0)
    ('1.27363', '-8', '0.00015', '1234567')
    """
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.6g}"
