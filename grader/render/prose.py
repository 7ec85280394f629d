"""Authors' prose: CommonMark without HTML, with mathematics between dollars, read once into blocks.

`$…$` is a formula in the line, `$$…$$` one on a line of its own, and a dollar is `\\$`. Paragraphs, lists, quotes,
code, emphasis and links are known; headings, images and rules across the page are the page's own, and an error here.
The mathematics is the dialect of `render/dialect.py`; the page formats of a `Document` are in
`render/prose_formats.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeVar

from grader.errors import UnreadableError
from grader.expression.layout import Layout
from grader.render.dialect import mathematics

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.tree import SyntaxTreeNode

SEE = "see docs/prose.md"
T = TypeVar("T")
_LINKS = re.compile(r"https?://|mailto:")


@dataclass(frozen=True, slots=True)
class Text:
    """Words."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Text as it is typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Formula:
    """Mathematics, on a line of its own where it is for `display`."""

    layout: Layout
    display: bool = False


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words that stand out, or stand out strongly."""

    inner: tuple[Inline, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an address."""

    inner: tuple[Inline, ...]
    address: str


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words and formulas."""

    inner: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Items, counted from `first` where that is a number; set close together where they are `tight`."""

    items: tuple[tuple[Block, ...], ...]
    first: int | None = None
    tight: bool = True


@dataclass(frozen=True, slots=True)
class Quote:
    """Blocks that somebody else said."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """Lines of code."""

    text: str


Inline = Text | Code | Formula | Emphasis | Link | Break
Block = Paragraph | Listing | Quote | Program


@dataclass(frozen=True, slots=True)
class Document:
    """Prose that has been read."""

    blocks: tuple[Block, ...]


@lru_cache(maxsize=4096)
def prose(text: str) -> Document:
    """Prose as its author wrote it. Raises `UnreadableError`, which says what is not known, with its column.

    >>> prose("Take $w_1$.").blocks[0].inner[2]
    Text(text='.')
    """
    from markdown_it.tree import SyntaxTreeNode

    return Document(_blocks(SyntaxTreeNode(_reader().parse(text))))


def _blocks(node: SyntaxTreeNode) -> tuple[Block, ...]:
    return tuple(_known(_BLOCKS, child)(child) for child in node.children)


def _inlines(node: SyntaxTreeNode) -> tuple[Inline, ...]:
    children = node.children[0].children if node.children and node.children[0].type == "inline" else node.children
    return tuple(_known(_INLINES, child)(child) for child in children)


def _known(table: dict[str, Callable[[SyntaxTreeNode], T]], node: SyntaxTreeNode) -> Callable[[SyntaxTreeNode], T]:
    if node.type not in table:
        raise UnreadableError(f"{_NAMES.get(node.type, node.type)} cannot stand in prose; {SEE}")
    return table[node.type]


def _formula(node: SyntaxTreeNode) -> Formula:
    display = node.markup == "$$"
    try:
        return Formula(mathematics(node.content.strip()), display)
    except UnreadableError as error:
        where = f"column {error.column} of the formula {node.markup}{error.text}{node.markup}"
        raise UnreadableError(f"{error} ({where}); {SEE}", error.text, error.column) from error


def _link(node: SyntaxTreeNode) -> Link:
    address = str(node.attrs["href"])
    if not _LINKS.match(address):
        raise UnreadableError(f"a link leads to http://, https:// or mailto:, got {address}; {SEE}")
    return Link(_inlines(node), address)


def _listing(node: SyntaxTreeNode) -> Listing:
    tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
    first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    return Listing(tuple(map(_blocks, node.children)), first, tight)


_INLINES: dict[str, Callable[[SyntaxTreeNode], Inline]] = {
    "text": lambda node: Text(node.content),
    "softbreak": lambda node: Text(" "),
    "hardbreak": lambda node: Break(),
    "code_inline": lambda node: Code(node.content),
    "formula": _formula,
    "em": lambda node: Emphasis(_inlines(node)),
    "strong": lambda node: Emphasis(_inlines(node), strong=True),
    "link": _link,
}
_BLOCKS: dict[str, Callable[[SyntaxTreeNode], Block]] = {
    "paragraph": lambda node: Paragraph(_inlines(node)),
    "display": lambda node: Paragraph((_formula(node),)),
    "bullet_list": _listing,
    "ordered_list": _listing,
    "blockquote": lambda node: Quote(_blocks(node)),
    "code_block": lambda node: Program(node.content.rstrip("\n")),
    "fence": lambda node: Program(node.content.rstrip("\n")),
}
_NAMES = {"heading": "a heading", "image": "an image", "hr": "a rule across the page"}


@cache
def _reader() -> MarkdownIt:
    """CommonMark with formulas, and nothing that would vanish from the page."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).disable("reference")
    reader.inline.ruler.before("escape", "formula", _between_dollars)
    reader.block.ruler.before("fence", "display", _on_lines_of_its_own, {"alt": ["paragraph", "blockquote", "list"]})
    return reader


def _between_dollars(state: StateInline, silent: bool) -> bool:
    """The rule for `$…$` and `$$…$$` in a paragraph."""
    found = re.compile(r"\$\$?").match(state.src, state.pos)
    if not found:
        return False
    fence, start = found[0], found.end()
    end = re.compile(r"(?:[^$\\]|\\.)*", re.DOTALL).match(state.src, start)
    assert end is not None
    if not state.src.startswith(fence, end.end()):
        rest = " ".join(state.src[state.pos :].split())
        raise UnreadableError(f"no {fence} ends the formula {rest[:40]}; a dollar alone is \\$; {SEE}")
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup = state.src[start : end.end()], fence
    state.pos = end.end() + len(fence)
    return True


def _on_lines_of_its_own(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The rule for `$$…$$` that starts and ends a line: lines inside it start no list."""
    begin = state.bMarks[first] + state.tShift[first]
    if state.is_code_block(first) or not state.src.startswith("$$", begin):
        return False
    for line in range(first, last):
        text = state.src[begin + 2 : state.eMarks[line]].rstrip()
        if "$$" in text:
            if text.index("$$") != len(text) - 2:
                return False
            if not silent:
                token = state.push("display", "", 0)
                token.block, token.content, token.markup = True, text[:-2], "$$"
                token.map = [first, line + 1]
            state.line = line + 1
            return True
    return False
