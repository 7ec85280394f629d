"""Lists in brackets, as deep as eight, with a stack of our own: student text may nest as deep as it likes.

Entries stand between commas, or between spaces where a list has no comma; semicolons part rows. A round bracket that
belongs to a formula, as in `sqrt(2)` or `(1+2)/3`, stays in the text of its entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from grader.document import Items, Node, Text
from grader.errors import UnreadableError
from grader.expression.rows import LARGEST, cells, listed, words

DEEPEST = 8  # brackets within brackets

Piece = str | Items


@dataclass(slots=True)
class _List:
    """A list that is still open: where its bracket stands, where the text starts that is in no entry yet, and rows.

    A row has slots between its commas, a slot the pieces in it: lists, and the text between them.
    """

    start: int
    run: int
    rows: list[list[list[Piece]]] = field(default_factory=lambda: [[[]]])

    def take(self, text: str, end: int) -> None:
        """Close the text that ends here."""
        if run := text[self.run : end].strip():
            self.rows[-1][-1].append(run)
        self.run = end + 1

    def put(self, inner: Items, text: str, start: int, end: int) -> None:
        """Add a list that stands here."""
        self.take(text, start)
        self.rows[-1][-1].append(inner)
        self.run = end

    def part(self, text: str, end: int, sign: str) -> None:
        """Close a slot at a comma, a row at a semicolon."""
        if sign == "comma":
            self.take(text, end)
            self.rows[-1].append([])
        elif sign == "row":
            self.take(text, end)
            self.rows.append([[]])

    @property
    def nested(self) -> bool:
        """Whether there is a list in it."""
        return any(isinstance(piece, Items) for row in self.rows for slot in row for piece in slot)

    @property
    def listed(self) -> bool:
        """Whether anything in it says that it is a list and not a bracket in a formula."""
        return len(self.rows) > 1 or len(self.rows[0]) > 1 or self.nested

    def node(self, decimal: str) -> Items:
        """The list when it is closed."""
        if len(self.rows) == 1:
            return _entries(self.rows[0])
        rows = [row for row in self.rows if row != [[]]]
        if self.nested:
            return _entries([slot for row in rows for slot in row])
        written = [_entries(row) for row in rows]
        if decimal == "comma" and all(len(row) == 1 for row in written):
            return Items([row[0] for row in written])
        return Items(list(written))


def _pattern(comma: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?P<group>(?<=[\w}})^!])\(|[-+−*/·⋅×÷√^]\s*\()
        |(?P<flat>\[[^\[\](){{}};]*\])
        |(?P<open>[\[(])
        |(?P<follow>\)(?=\s*[-+−*/·⋅×÷^!]|[\w(\\]))
        |(?P<close>[\])])
        |(?P<brace>\{{)|(?P<braced>\}})
        |(?P<comma>{comma})|(?P<row>;)""",
        re.VERBOSE,
    )


_PIECES = {"point": _pattern(","), "comma": _pattern(r",(?!\d)|(?<!\d),")}


def from_brackets(text: str, decimal: str = "point", at: int = 0, whole: str = "") -> Node:
    """The list that `text` writes; text, where it is a formula in brackets.

    `text` stands `at` characters into `whole`. Raises `UnreadableError` with the column of a bracket that does not fit.

    >>> from_brackets("[[1, sqrt(2)], [3, (1+2)/3]]"), from_brackets("(1+2)/(3+4)")
    ([['1', 'sqrt(2)'], ['3', '(1+2)/3']], '(1+2)/(3+4)')
    """
    whole = whole or text
    if text.count(",") + text.count(";") > 2 * LARGEST:
        raise UnreadableError(f"more than {LARGEST} entries", whole)
    stack = [_List(0, 0)]
    inside = 0  # brackets of a formula, and braces, that are open: what is in them is text
    for match in _PIECES[decimal].finditer(text):
        kind = match.lastgroup or ""
        if inside or kind in {"group", "brace"}:
            inside += _DEPTH.get(kind, 0)
        elif kind in {"open", "flat"} and len(stack) > DEEPEST:
            raise UnreadableError(f"brackets nested more than {DEEPEST} deep", whole, at + match.start() + 1)
        elif kind == "flat":
            stack[-1].put(_flat(match[0][1:-1], decimal), text, match.start(), match.end())
        elif kind == "open":
            stack.append(_List(match.start(), match.end()))
        elif kind in {"close", "follow"}:
            if len(stack) == 1:
                raise UnreadableError("a bracket closes that was not opened", whole, at + match.start() + 1)
            _close(stack, text, match, decimal)
        else:
            stack[-1].part(text, match.start(), kind)
    if inside or len(stack) > 1:
        raise UnreadableError("a bracket is not closed", whole, at + len(text))
    stack[0].take(text, len(text))
    return _only(stack[0], decimal, at + len(text), whole)


def _only(root: _List, decimal: str, end: int, whole: str) -> Node:
    """What stands outside all brackets: one list, or formulas."""
    if not root.nested:
        return root.node(decimal) if root.listed else Text("".join(map(str, root.rows[0][0])))
    if root.rows[1:] or root.rows[0][1:] or root.rows[0][0][1:]:
        raise UnreadableError("more than one list", whole, end)
    return _entry(root.rows[0][0][0])


_DEPTH = {"group": 1, "open": 1, "brace": 1, "close": -1, "follow": -1, "braced": -1}


def _close(stack: list[_List], text: str, match: re.Match[str], decimal: str) -> None:
    """Close the innermost list; it stays text where a formula goes on behind it."""
    closed = stack.pop()
    if match.lastgroup == "follow" and text[closed.start] == "(" and not closed.listed:
        return
    closed.take(text, match.start())
    stack[-1].put(closed.node(decimal), text, closed.start, match.end())


def _flat(text: str, decimal: str) -> Items:
    entries = listed(text, decimal)
    return cells(entries if len(entries) == 1 or entries[-1:] != [""] else entries[:-1])


def _entries(row: list[list[Piece]]) -> Items:
    """The entries of a row: its slots, or the words in it where it has but one."""
    if len(row) == 1:
        return _spread(row[0])
    found = Items()
    for slot in row if row[-1] else row[:-1]:
        found.extend(_spread(slot) if len(slot) > 1 else [_entry(piece) for piece in slot or [""]])
    return found


def _entry(piece: Piece) -> Node:
    return Text(piece) if isinstance(piece, str) else piece


def _spread(slot: Iterable[Piece]) -> Items:
    found = Items()
    for piece in slot:
        found.extend([piece] if isinstance(piece, Items) else cells(words(piece)))
    return found
