"""Shared by the tests of reading: good lines, reasons why others are not, and all that a piece says."""

from __future__ import annotations

from pathlib import Path

from grader.document import Entries, Items, Node
from grader.errors import GraderError
from grader.intake import Submission, pieces

GOOD = [f'{{"student": "{student}", "answers": {{"line": {{"w": "1"}}}}}}'.encode() for student in "abcd"]
DEEP = 100_000
NESTED = "nested more than 32 deep; flatten it"
LARGE = "larger than 20 MB; split it into smaller files"
EMPTY = "the file is empty; fill it in or remove it"
PLAIN = "save it as plain text in UTF-8"
ENDS = "not JSON: Extra data at column 51; the line before it ends in a carriage return alone: save it with line feeds"
NO_FILE = "a pipe, a socket or a device, which is not read; save it as a file"


def no_text(byte: str, offset: int) -> str:
    return f"not a text file: byte 0x{byte} at offset {offset} is not UTF-8; {PLAIN}"


def found(path: Path, root: Path, portion: int = 8_000_000) -> tuple[list[Submission], list[str]]:
    items = [item for piece in pieces(path, portion=portion) for item in piece.read()]
    errors = [str(item).replace(f"{root}/", "") for item in items if isinstance(item, GraderError)]
    return [item for item in items if isinstance(item, Submission)], errors


def answered(text: bytes) -> bytes:
    return b'{"student": "x", "answers": {"line": {"w": ' + text + b"}}}"


Said = tuple[object, ...]


def said(item: Submission | GraderError) -> Said:
    """All that was read, with plain values as nodes and the lines of keys."""
    if isinstance(item, GraderError):
        return type(item).__name__, str(item)
    answers = item.typed().answers
    assert isinstance(answers, Entries)
    return item.student, located(answers), item.place, item.seed, located(item.variant), item.time


def located(node: Node) -> object:
    if isinstance(node, Entries):
        return node.line, [(key, node.line_of(key), located(each)) for key, each in node.items()]
    return (node.line, [located(each) for each in node]) if isinstance(node, Items) else (str(node), node.line)
