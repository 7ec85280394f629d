"""What a code cell says, read as text: the right sides of its assignments. Nothing of it is run or compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 200_000
"""Characters of a cell of which the rest is not looked at."""
_NAME = re.compile(r"([^\W\d]\w{0,99})[ \t]*(?::[^=\n]{1,100})?=(?!=)[ \t]*")
_PIECE = re.compile(
    r"(?P<text>[rRuUbBfF]{0,2}(?:\"\"\"|'''|\"|'))|(?P<open>[\[({])|(?P<close>[\])}])|(?P<remark>#[^\n]*)"
    r"|(?P<joined>\\\r?\n)|(?P<end>[\n;])|(?P<plain>[^\[\](){}#\n;\"'\\rRuUbBfF]+|.)",
    re.DOTALL,
)
_NUMBER = r"[+\-−]?\s*(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_LITERAL = re.compile(rf"(?:(?>{_NUMBER})|True|False|[\s,()\[\]]|(?:np\.|numpy\.)?(?:array|matrix)(?=\())++")
_TEXT = re.compile(r"([rR]?)(\"\"\"|'''|\"|')(.*)\2", re.DOTALL)
_ESCAPE = re.compile(r"\\(\\|'|\"|n|\n)")


def assignments(source: str) -> Iterator[tuple[str, str]]:
    """The names that a cell gives values at the start of a line, and the values as typed, without remarks.

    >>> list(assignments("w_1 = 0.50  # rounded\\nX = [[1, 2],\\n     [3, 4]]; y: int = 3\\nif w == 1:\\n    b = 2"))
    [('w_1', '0.50'), ('X', '[[1, 2],\\n     [3, 4]]')]
    """
    source = source[:LONGEST].replace("\r\n", "\n")
    at = 0
    while at < len(source):
        if match := _NAME.match(source, at):
            value, at = _value(source, match.end())
            yield match[1], value
        at = source.find("\n", at) + 1 or len(source)


def _value(source: str, at: int) -> tuple[str, int]:
    """What stands from `at` to the end of the statement, brackets and quotes closed, and where that is."""
    depth, kept = 0, []
    while at < len(source) and (match := _PIECE.match(source, at)):
        if match["end"] and depth == 0:
            break
        at = match.end()
        if match["text"]:
            at = _closed(source, at, match["text"].lstrip("rRuUbBfF"))
            kept.append(source[match.start() : at])
        elif not match["remark"] and not match["joined"]:
            depth += bool(match["open"]) - bool(match["close"])
            kept.append(match[0])
    return "".join(kept).strip(), at


def _closed(source: str, at: int, quote: str) -> int:
    """Where a text ends that was opened with `quote`; one of a line ends with its line."""
    while at < len(source):
        if source.startswith(quote, at):
            return at + len(quote)
        if len(quote) == 1 and source[at] == "\n":
            return at
        at += 2 if source[at] == "\\" else 1
    return len(source)


def literal(value: str) -> str | None:
    """What a value says that is a number, an array of numbers or a text between quotes; None where it is computed.

    >>> literal("[[1, -2.5]]"), literal(r'"\\\\hat y"'), literal(r"r'\\hat y'"), literal("w - lr * grad")
    ('[[1, -2.5]]', '\\\\hat y', '\\\\hat y', None)
    """
    if _LITERAL.fullmatch(value):
        return value
    match = _TEXT.fullmatch(value)
    if match is None or _elsewhere(match[3], match[2]):
        return None
    if match[1]:
        return match[3]
    return _ESCAPE.sub(lambda found: {"n": "\n", "\n": ""}.get(found[1], found[1]), match[3])


def _elsewhere(text: str, quote: str) -> bool:
    """Whether a quote ends the text before its end, or does not end it, being escaped."""
    return _closed(f"{text}{quote}  ", 0, quote) != len(text) + len(quote)
