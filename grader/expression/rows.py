r"""Rows of entries: where one entry ends and the next begins, and whether there is one number in a text or several.

>>> row("1, 2 / 3"), row("1  2 / 3"), row("1 000\t2"), row("1,5 2,5", "comma")
(['1', '2 / 3'], ['1', '2 / 3'], ['1 000', '2'], ['1,5', '2,5'])
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import chain
from typing import Any, TypeVar

from grader.document import Items, Text
from grader.errors import UnreadableError
from grader.expression.spelling import HALVES, MINUS
from grader.expression.tree import Shape

LONGEST = 80  # characters in a number
LARGEST = 100_000  # entries in a table

Many = TypeVar("Many", bound=Sequence[Any])
COMMA = {"point": re.compile(","), "comma": re.compile(r";|,(?!\d)|(?<!\d),")}
"""What stands between entries, where a point or a comma stands before decimals."""

_JOINED = r"/*×·⋅^÷"
_OPERATOR = re.compile(rf"[{_JOINED}\\]|[-+−](?!\S)")
_BETWEEN = re.compile(
    rf"(?<![\s{_JOINED}])(?<!\\times)(?<!\\cdot)(?<!\s[-+−])(?<!^[-+−])\s++(?![{_JOINED}]|\\times|\\cdot|[-+−]\s)"
)


def words(text: str) -> list[str]:
    """The entries of a row, between spaces; what an operator joins is one entry.

    >>> words("1  -2 3 / 4 1.5 × 10^-3")
    ['1', '-2', '3 / 4', '1.5 × 10^-3']
    """
    if not _OPERATOR.search(text):
        return text.split()
    return _BETWEEN.split(text.strip())


def bounded(texts: Many) -> Many:
    """What has no more entries than a table may have."""
    if len(texts) > LARGEST:
        raise UnreadableError(f"more than {LARGEST} entries")
    return texts


def cells(texts: Sequence[str]) -> Items:
    """A row of entries."""
    return Items([Text(text) for text in bounded(texts)])


def row(text: str, decimal: str = "point") -> list[str]:
    """The entries of a row: between tabs, or else between semicolons, commas or spaces."""
    if "\t" in text.strip():
        parts = [cell.strip(" ,") for cell in text.strip().split("\t") if cell.strip()]
        return list(chain.from_iterable([p] if "," in p or one_number(p, decimal) else words(p) for p in parts))
    if ";" in text:
        return [entry.strip() for entry in text.split(";")]
    return listed(text, decimal)


def listed(text: str, decimal: str) -> list[str]:
    """The entries of a list: between commas, or else between spaces."""
    if ("," in text or ";" in text) and COMMA[decimal].search(text):
        return [entry.strip() for entry in COMMA[decimal].split(text)]
    return words(text)


_STARTS = rf"\s*[+\-{MINUS}]?\s*(?:\.?\d|[{HALVES}]|\\[dtc]?frac|∞|\\infty|(?:nan|inf)\b"
_NUMBER = re.compile(_STARTS + ")", re.IGNORECASE)
_CLOSED = re.compile(_STARTS + r"|\(|√|π|\\?(?:sqrt|pi|exp|log|ln|e)(?![A-Za-z]))", re.IGNORECASE)


def numbers(entries: Sequence[str], text: str, decimal: str) -> bool:
    """Whether all entries of a row look like numbers; between commas they may be formulas such as √2."""
    starts = _CLOSED if COMMA[decimal].search(text) else _NUMBER
    return all(map(starts.match, entries))


_HEAD = r"[1-9]\d{0,2}"
_SET_APART = r"(?:[\u00a0\u2007\u2009\u202f]|\\,)"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"[+\-{MINUS}]?\s*(?:{'|'.join(patterns)})", re.ASCII)


def _clear(point: str, *more: str) -> re.Pattern[str]:
    rest = rf"(?:{point}\d*)?"
    groups = rf"{_HEAD}(?:{_SET_APART}\d{{3}})+{rest}", rf"{_HEAD}(?=(?: \d{{3}})* 0)(?: \d{{3}})+{rest}"
    return _any(*groups, r"\d+ +\d+ *\/ *\d+", *more)


_ALWAYS = _any(r"\\[dtc]?frac\s*(?:\d|\{[^{}]*\})\s*(?:\d|\{[^{}]*\})")
_USUALLY = {
    "point": _clear(r"\.", rf"{_HEAD}(?:,\d{{3}})+(?:\.\d*)?", r"\d+,0\d+"),
    "comma": _clear(","),
}
_WHERE_ONE_IS_EXPECTED = {
    "point": _any(r"\d*,\d+", rf"{_HEAD}(?: \d{{3}})+(?:\.\d*)?"),
    "comma": _any(rf"{_HEAD}(?: \d{{3}})+(?:,\d*)?"),
}


def one_number(text: str, decimal: str = "point", shape: Shape | None = None) -> bool:
    """Whether a text with spaces or commas in it is one number: always, or unless `shape` expects more, or where it
    expects one.

    >>> [one_number("1 000"), one_number("12 345"), one_number("12 345", shape=()), one_number("1 000", shape=(2,))]
    [True, False, True, False]
    """
    if len(text) > LONGEST:
        return False
    usual = shape is None or one_expected(shape)
    return bool(
        _ALWAYS.fullmatch(text)
        or (usual and _USUALLY[decimal].fullmatch(text))
        or (one_expected(shape) and _WHERE_ONE_IS_EXPECTED[decimal].fullmatch(text))
    )


def one_expected(shape: Shape | None) -> bool:
    return shape is not None and math.prod(shape) == 1
