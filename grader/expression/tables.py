r"""Vectors, matrices and higher tensors as people type them: lists, rows and columns, LaTeX, NumPy and PyTorch.

A table is read as the texts of its entries; what an entry says is for others to read. Text is tried by the readers of
`READERS` in turn, and a new way to write a table is one more of them.

>>> read_table(Text(r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}"))
((2, 2), ('1', '2', '3', '4'))
>>> read_table(Text("np.array([[1., 2.]]).T")), read_table(Text("[1,5; 2,5]"), "comma")
(((2, 1), ('1.', '2.')), ((2,), ('1,5', '2,5')))
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain

from grader.document import Entries, Items, Node, Text
from grader.errors import UnreadableError
from grader.expression.brackets import from_brackets
from grader.expression.rows import LONGEST, bounded, cells, numbers, one_expected, one_number, row
from grader.expression.spelling import MINUS, unwrapped
from grader.expression.tree import Shape, by

LONGEST_TEXT = 1_000_000  # characters in a table


@dataclass(frozen=True, slots=True)
class Table:
    """A scalar, vector, matrix or higher tensor of one kind of entry, row by row."""

    shape: Shape
    entries: tuple[Fraction, ...]


def read_table(node: Node, decimal: str = "point", shape: Shape | None = None) -> tuple[Shape, tuple[str, ...]]:
    """The shape and the entries' texts of a tensor: nested lists, or text that holds one.

    Text may be bracketed (`[[1, 2], [3, 4]]`), in rows (by line breaks or semicolons, entries by commas or spaces), in
    LaTeX or from NumPy, or a shape such as `3x4`. `decimal` is "point" or "comma". `shape` is the one expected, where
    that is known: it settles whether `12 345` is one number or two, and makes a row or a column the vector that it is.
    Raises `UnreadableError` where a table is ragged.
    """
    transposed = False
    if isinstance(node, Text):
        if len(node) <= LONGEST and _PLAIN.fullmatch(node):
            return (), (node,)
        node, transposed = _from_text(node, decimal, shape)
    found, texts = _read(node)
    if transposed:
        found, texts = _transpose(found, texts)
    return _as_vector(found, shape), texts


def _read(node: Node) -> tuple[Shape, tuple[str, ...]]:
    if isinstance(node, Text):
        return (), (node,)
    kinds = set(map(type, node))
    if not isinstance(node, Items) or Entries in kinds:
        raise UnreadableError("expected numbers in a list, got a mapping")
    if Items not in kinds:
        return (len(node),), bounded(tuple(map(str, node)))
    rows = [_read(item) for item in node]
    first = rows[0][0]
    for number, (shape, _) in enumerate(rows, start=1):
        if shape != first:
            what = f"row {number} has {_entries(shape)} where row 1 has {_entries(first)}"
            raise UnreadableError(f"a ragged table: {what}")
    return (len(rows), *first), bounded(tuple(chain.from_iterable(row for _, row in rows)))


def _entries(shape: Shape) -> str:
    return "1 entry" if shape == (1,) else by(shape) + (" entries" if shape else "")


def _transpose(shape: Shape, texts: tuple[str, ...]) -> tuple[Shape, tuple[str, ...]]:
    """A matrix with its rows as columns; a vector is the same both ways."""
    if len(shape) < 2:
        return shape, texts
    if len(shape) > 2:
        raise UnreadableError(f"a transpose of {by(shape)} entries; expected a matrix or a vector")
    return shape[::-1], tuple(texts[i] for k in range(shape[1]) for i in range(k, len(texts), shape[1]))


def _as_vector(found: Shape, expected: Shape | None) -> Shape:
    """The shape expected, where one is a vector and the other the same as a single row or column."""
    if expected is None or found == expected or 1 not in (len(found), len(expected)):
        return found
    short, long = sorted((found, expected), key=len)
    return expected if len(long) == 2 and 1 in long and short == (math.prod(long),) else found


@dataclass(frozen=True, slots=True)
class Written:
    """A table as text: what is left to read of it, which stands `at` characters into `whole`, and how to take it."""

    text: str
    at: int
    whole: Text
    decimal: str
    shape: Shape | None

    def inner(self, start: int, stop: int) -> Written:
        """What stands within, without spaces around it."""
        text = self.text[start:stop]
        return replace(self, text=text.strip(), at=self.at + start + len(text) - len(text.lstrip()))

    def error(self, what: str, index: int) -> UnreadableError:
        return UnreadableError(what, self.whole, self.at + index + 1)


_BLANK = re.compile(r"\\(?:left|right|[bB]igg?[lr]?|displaystyle|hline)(?![A-Za-z])|\\(?=[{}])|[\u200b\u2060\ufeff]")
_TRANSPOSED = re.compile(
    r"(?<=[\])}])\s*(?:\.T|\^\s*\{?\s*(?:\\(?:mathsf|mathrm|text)\s*\{?)?\s*(?:T|⊤|\\top|\\intercal)\s*\}?\s*\}?|[ᵀ⊤'′])$"
)
_LIBRARY = re.compile(
    r"(?:(?:np|numpy|jnp|cp|torch|tf|sp|sympy)\.)?(?:array|asarray|matrix|tensor|Tensor|FloatTensor|constant|Matrix)\s*\("
)
_OPTIONS = re.compile(r"(?:,\s*[a-z_]+\s*=\s*[\w.<>'\"]+\s*)+$")
_ENVIRONMENT = re.compile(r"\\begin\s*\{(\w+)\*?\}(?:\s*\[\w\])?(?:\s*(?<=array\})\{[lcr|@{}\s]*\})?", re.ASCII)
_MATRICES = {"matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "psmallmatrix", "bsmallmatrix", "array"}
_NEW_ROW = re.compile(r"\\\\(?:\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\])?|\\(?:cr|newline|tabularnewline)(?![A-Za-z])")
_SIZES = re.compile(r"\d+(?:\s*(?:[x×]|\\times)\s*\d+)+")
_BRACES = str.maketrans("{}", "[]")
_PLAIN = re.compile(rf"\s*+[+\-{MINUS}]?[0-9]*+(?:\.[0-9]*)?(?:[eE][+\-{MINUS}]?[0-9]+)?\s*")
_TAIL = 200  # characters at the end of a text in which options and a transpose are looked for


def _from_text(text: Text, decimal: str, shape: Shape | None) -> tuple[Node, bool]:
    """What a text holds, and whether its transpose is meant."""
    if len(text) > LONGEST_TEXT:
        raise UnreadableError(f"a text of more than {LONGEST_TEXT} characters", text, LONGEST_TEXT)
    start, stop = unwrapped(text)
    blanked = _BLANK.sub(lambda match: " " * len(match[0]), text[start:stop])
    written = Written(blanked, start, text, decimal, shape).inner(0, len(blanked))
    transposed = _TRANSPOSED.search(written.text, max(0, len(written.text) - _TAIL))
    if transposed:
        written = written.inner(0, transposed.start())
    inner = _in_library(written)
    for reader in READERS:
        node = reader(inner)
        if node is not None:
            return node, bool(transposed)
    return text if inner is written else Text(inner.text), False


def _in_library(written: Written) -> Written:
    """What a call such as `np.array(…, dtype=float)` is made of."""
    call = _LIBRARY.match(written.text)
    if not call or not written.text.endswith(")"):
        return written
    inner = written.inner(call.end(), len(written.text) - 1)
    options = _OPTIONS.search(inner.text, max(0, len(inner.text) - _TAIL))
    return inner.inner(0, options.start()) if options else inner


def environment(written: Written) -> Node | None:
    r"""A LaTeX matrix, `\begin{bmatrix} … \end{bmatrix}`, with or without brackets of its own around it."""
    text = written.text
    if text[:1] in {"[", "("} and text[1:].lstrip().startswith("\\begin"):
        written = written.inner(1, len(text) - 1)
    begin = _ENVIRONMENT.match(written.text)
    if not begin:
        return None
    if begin[1] not in _MATRICES:
        raise written.error(f"expected a matrix such as bmatrix, got {begin[1]}", begin.start(1))
    end = re.compile(rf"\\end\s*\{{{begin[1]}\*?\}}$").search(written.text)
    if not end:
        raise written.error(f"expected \\end{{{begin[1]}}} here", len(written.text))
    inner = written.inner(begin.end(), end.start())
    if (nested := inner.text.find("\\begin")) >= 0:
        raise inner.error("a matrix inside a matrix", nested)
    return Items(list(_aligned(inner)))


def brackets(written: Written) -> Node | None:
    """A list in brackets or braces."""
    text = written.text
    if text[:1] == "{" and text[-1:] == "}":
        text = text.translate(_BRACES) if "\\" not in text else f"[{text[1:-1]}]"
    if text[:1] not in {"[", "("} or text[-1:] not in {"]", ")"}:
        return None
    if "&" in text and not {"[", "("} & set(text[1:]):
        return Items(list(_aligned(written.inner(1, len(text) - 1))))
    return from_brackets(text, written.decimal, written.at, written.whole)


def aligned(written: Written) -> Node | None:
    r"""The inside of a LaTeX matrix: `1 & 2 \\ 3 & 4`."""
    if "&" not in written.text and "\\\\" not in written.text:
        return None
    rows = _aligned(written)
    if len(rows) > 1:
        return Items(list(rows))
    return rows[0] if rows and len(rows[0]) > 1 else None


def _aligned(written: Written) -> list[Items]:
    lines = [line for line in _NEW_ROW.split(written.text) if line.strip()]
    if "&" in written.text:
        return [cells([cell.strip() for cell in line.split("&")]) for line in lines]
    return [cells(row(line, written.decimal)) for line in lines]


def sizes(written: Written) -> Node | None:
    """A shape such as `3x4`, as the list of its lengths."""
    if not _SIZES.fullmatch(written.text) or one_expected(written.shape):
        return None
    return cells(re.findall(r"\d+", written.text))


def rows(written: Written) -> Node | None:
    """Rows by line breaks or semicolons, entries by tabs, commas or spaces; one row is a vector of numbers."""
    text, decimal = written.text, written.decimal
    if one_number(text, decimal, written.shape):
        return None
    lines = _lines(text)
    split = [row(line, decimal) for line in lines]
    if len(split) > 1:
        column = decimal == "comma" and "\n" not in text and all(len(entries) == 1 for entries in split)
        return cells([entry for (entry,) in split]) if column else Items([cells(entries) for entries in split])
    listed = bool(split) and len(split[0]) > 1 and numbers(split[0], text, decimal)
    return cells(split[0]) if listed else None


def _lines(text: str) -> list[str]:
    lines = [line.strip(" ;") for line in text.split("\n") if line.strip(" ;\r\t")]
    if len(lines) == 1:
        lines = [part for part in text.split(";") if part.strip()]
    return bounded(lines)


READERS = (environment, brackets, sizes, aligned, rows)
"""Ways to write a table. Each takes a text and gives the table, or None where it is not written so."""
