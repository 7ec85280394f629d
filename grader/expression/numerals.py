"""Numbers as people type them: the value, exactly, and how many digits were given.

>>> read_numeral("0.600")
Numeral(value=Fraction(3, 5), unit=Fraction(1, 1000), digits=3)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from grader.document import Items, Node, Text
from grader.errors import UnreadableError
from grader.expression.tree import Shape, by

LONGEST = 80  # characters in a number
LARGEST = 100_000  # entries in a table
_DECIMAL = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d*)(?:\.(?P<part>\d*))?(?:[eE](?P<exponent>[+-]?\d{1,3}))?", re.ASCII)
_RATIO = re.compile(r"([+-]?\d+)\s*/\s*(\d+)", re.ASCII)
_MINUS = str.maketrans("−–", "--")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as it was typed. `unit` is one in its last place, 0 for a fraction, which has no rounding."""

    value: Fraction
    unit: Fraction
    digits: int
    """Significant digits, leading zeros not counted: 3 for 0.600, 2 for -0.024, 4 for 1200."""


@dataclass(frozen=True, slots=True)
class Table:
    """A scalar, vector, matrix or higher tensor of one kind of entry, row by row."""

    shape: Shape
    entries: tuple[Fraction, ...]


@lru_cache(maxsize=65536)
def read_numeral(text: str) -> Numeral:
    """The number in `text`: 12, -0.5, .5, 1e-3 or 3/4, with any of the usual minus signs.

    Raises `UnreadableError` with the column where reading stopped.
    """
    plain = text.translate(_MINUS).strip()
    if len(plain) > LONGEST:
        raise UnreadableError(f"a number of more than {LONGEST} characters", text, LONGEST)
    if ratio := _RATIO.fullmatch(plain):
        if int(ratio[2]) == 0:
            raise UnreadableError("a fraction over zero", text, text.find("/") + 2)
        return Numeral(Fraction(int(ratio[1]), int(ratio[2])), Fraction(0), LONGEST)
    match = _DECIMAL.match(plain)
    assert match is not None
    digits = (match["whole"] or "") + (match["part"] or "")
    if not digits or match.end() < len(plain):
        stopped = match.end() if digits else 0
        column = len(text) - len(text.lstrip()) + stopped + 1
        raise UnreadableError("expected a number such as 0.25, -3/4 or 1e-3", text, column)
    places = int(match["exponent"] or 0) - len(match["part"] or "")
    unit = Fraction(10) ** places
    return Numeral(int(match["sign"] + digits) * unit, unit, len(digits.lstrip("0")))


def read_table(node: Node) -> tuple[Shape, tuple[str, ...]]:
    """The shape and the entries' texts of a tensor: nested lists, or text that holds one.

    Text may be bracketed (`[[1, 2], [3, 4]]`), in rows (by line breaks or semicolons, entries by commas or spaces), or
    a shape such as `3x4`. Raises `UnreadableError` where it is ragged.
    """
    if isinstance(node, Text):
        node = _from_text(node)
    if isinstance(node, Text):
        return (), (node,)
    if not isinstance(node, Items):
        raise UnreadableError("expected numbers in a list, got a mapping")
    rows = [read_table(item) if isinstance(item, Items) else ((), (str(item),)) for item in node]
    if any(isinstance(item, dict) for item in node):
        raise UnreadableError("expected numbers in a list, got a mapping")
    first = rows[0][0] if rows else ()
    for number, (shape, _) in enumerate(rows, start=1):
        if shape != first:
            what = f"row {number} has {_entries(shape)} where row 1 has {_entries(first)}"
            raise UnreadableError(f"a ragged table: {what}")
    texts = tuple(text for _, row in rows for text in row)
    if len(texts) > LARGEST:
        raise UnreadableError(f"more than {LARGEST} entries")
    return (len(rows), *first), texts


def _entries(shape: Shape) -> str:
    return "1 entry" if shape == (1,) else by(shape) + (" entries" if shape else "")


def _from_text(text: Text) -> Node:
    plain = text.strip()
    if plain[:1] in {"[", "("} and plain[-1:] in {"]", ")"}:
        return _from_brackets(plain)
    if re.fullmatch(r"\d+(\s*[x×]\s*\d+)+", plain):
        return _cells(re.split(r"\s*[x×]\s*", plain))
    if "/" in plain and _RATIO.fullmatch(plain):
        return Text(plain)
    rows = [row.strip() for row in re.split(r"[\n;]", plain) if row.strip()]
    split = [_split(row) for row in rows]
    if len(split) > 1:
        return Items([_cells(row) for row in split])
    return _cells(split[0]) if split and len(split[0]) > 1 and _numbers(split[0]) else text


def _numbers(words: list[str]) -> bool:
    return all(re.match(r"[+\-−–.]?\d", word) for word in words)


def _cells(words: Iterable[str]) -> Items:
    return Items([Text(word) for word in words])


def _split(row: str) -> list[str]:
    return [cell.strip() for cell in row.split(",")] if "," in row else row.split()


def _from_brackets(text: str) -> Node:
    """Nested brackets, by a stack of our own: student text may nest as deep as it likes."""
    root = Items()
    stack = [root]
    if ";" in text and not re.search(r"[\[(]", text[1:]):
        return Items([_cells(_split(row)) for row in text[1:-1].split(";")])
    empty = False  # whether a comma would close an entry that nobody wrote
    for token in re.finditer(r"[\[(]|[\])]|[,;]|[^\[\](),;\s/]+(?:\s*/\s*[^\[\](),;\s/]+)*|/", text):
        word = token[0]
        if word in "[(":
            if len(stack) > 8:
                raise UnreadableError("brackets nested more than 8 deep", text, token.start() + 1)
            stack[-1].append(child := Items())
            stack.append(child)
        elif word in "])":
            stack.pop()
            if not stack:
                raise UnreadableError("a bracket closes that was not opened", text, token.start() + 1)
        elif word not in ",;" or empty:
            stack[-1].append(Text("" if word in ",;" else word))
        empty = word in "[(,;"
    if len(stack) != 1 or len(root) != 1:
        raise UnreadableError("a bracket is not closed" if len(stack) > 1 else "more than one list", text, len(text))
    return root[0]
