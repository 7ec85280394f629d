"""Which columns of a course system's table say what: `mapping.yaml` beside it, in whatever language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.document import Entries, Items, Node, Text, read_yaml
from grader.errors import DocumentError, Place, did_you_mean
from grader.intake.columns import Columns
from grader.intake.records import HEAD, texts
from grader.intake.sources import File, of_path
from grader.intake.tables import Row

KEYS = (*HEAD, "answers", "blank", "time_format", "time_words")
PART = ("column", "part")
NAME = "mapping.yaml"


def is_mapping(file: File) -> bool:
    """Whether a file is no submission but says how to read those beside it.

    >>> is_mapping(File("quiz/mapping.yaml", open)), is_mapping(File("quiz-1.mapping.yaml", open))
    (True, True)
    """
    return file.base == NAME or file.base.endswith("." + NAME)


def mapping_of(file: File) -> tuple[Entries, Place] | None:
    """What says how to read a table: what the command names, `TABLE.mapping.yaml` or `mapping.yaml` beside it."""
    stem = file.base.removesuffix(file.base[-4:])
    found = file.beside(f"{stem}.{NAME}") or file.beside(NAME)
    if file.mapping is not None:
        found = of_path(Path(file.mapping))
    if found is None:
        return None
    node = read_yaml(found.text(), found.place)
    if not isinstance(node, Entries):
        raise DocumentError("expected a mapping with student and answers", found.place)
    for key in node:
        if key not in KEYS:
            place = found.place.within(key, node.line_of(key))
            raise DocumentError(f"unknown key '{key}'", place, did_you_mean(key, KEYS))
    for key in ("student", "answers"):
        if not node.get(key):
            raise DocumentError(f"expected the key {key}", found.place, "see docs/submissions.md")
    return node, found.place


def mapped(header: Row, mapping: tuple[Entries, Place]) -> Columns:
    """The columns of a table by a mapping. Raises `DocumentError` where it names one that is not there."""
    node, root = mapping
    table = Header(header)
    head = {key: _columns(node[key], table, root.within(key, node.line_of(key))) for key in HEAD if key in node}
    steps, parts = {}, {}
    for problem, step, source, place in _steps(node["answers"], root):
        column, part = _source(source, place)
        steps[problem, step] = table.find(column, place)
        if part is not None:
            parts[problem, step] = part
    blank = frozenset(name.strip() for name in _names(node["blank"], root.within("blank"))) if "blank" in node else ()
    form = node.get("time_format", Text(""))
    if not isinstance(form, Text):
        raise DocumentError("expected text", root.within("time_format", node.line_of("time_format")))
    return Columns(head, steps, len(table.names), frozenset(blank), str(form), parts, _words(node, root))


def _source(node: Node, place: Place) -> tuple[Text, Node | None]:
    """The column that an answer stands in, and which blanks of its question are the answer, where it has several."""
    if isinstance(node, Text) and node.strip():
        return node, None
    column = node.get("column") if isinstance(node, Entries) else None
    if not isinstance(node, Entries) or not isinstance(column, Text) or not column.strip():
        raise DocumentError(
            "expected the name of a column", place, "write Response 1, or {column: Response 1, part: 2}"
        )
    for key in node:
        if key not in PART:
            raise DocumentError(f"unknown key '{key}'", place, did_you_mean(key, PART))
    part = node.get("part")
    if part is not None and not _numbers(part):
        raise DocumentError("expected the number of a blank, or lists of them", place.within("part"), "the first is 1")
    return column, part


def _numbers(node: Node) -> bool:
    if isinstance(node, Items):
        return bool(node) and all(map(_numbers, node))
    return isinstance(node, Text) and re.fullmatch(r"[1-9]\d{0,3}", node) is not None


def _words(node: Entries, root: Place) -> dict[str, str]:
    """Words of times in another language with what they mean."""
    words = node.get("time_words", Entries())
    if not isinstance(words, Entries) or not texts(words):
        place = root.within("time_words", node.line_of("time_words"))
        raise DocumentError("expected words with what they mean", place, 'write März: March or MEZ: "+01:00"')
    return {word.rstrip("."): str(meaning) for word, meaning in words.items()}


def _columns(node: Node, table: Header, place: Place) -> list[int]:
    return [table.find(name, place) for name in _names(node, place)]


class Header:
    """The names of a table's columns, spaces and line breaks in them taken as one space."""

    def __init__(self, row: Row) -> None:
        self.names = [" ".join(cell.split()) for cell in row.cells]
        self.place = row.place

    def find(self, name: str, place: Place) -> int:
        """Which column a mapping means: by its name, by its beginning (`Q1*`) or by its number (`#7`)."""
        wanted = " ".join(name.split())
        if wanted.startswith("#") and wanted[1:].isdecimal() and wanted not in self.names and len(wanted) < 8:
            if 0 < (number := int(wanted[1:])) <= len(self.names):
                return number - 1
            raise DocumentError(f"{self.place} has no column {number}", place, f"it has {len(self.names)}")
        found = [k for k, each in enumerate(self.names) if each == wanted]
        if not found and wanted.endswith("*"):
            found = [k for k, each in enumerate(self.names) if each.startswith(wanted[:-1])]
        if not found:
            hint = did_you_mean(wanted, [each for each in self.names if each])
            raise DocumentError(f"{self.place} has no column '{wanted}'", place, hint)
        if len(found) > 1:
            numbers = " and ".join(f"#{k + 1}" for k in found[:2])
            raise DocumentError(f"{self.place} has several columns '{wanted}'", place, f"write {numbers} for one")
        return found[0]


def _names(node: Node, place: Place) -> Sequence[str]:
    """The columns that an entry names: one, or a list of them."""
    if isinstance(node, Text):
        return [node]
    if isinstance(node, Items) and all(isinstance(item, Text) for item in node):
        return [str(item) for item in node]
    raise DocumentError("expected a column, or a list of them", place)


def _steps(node: Node, root: Place) -> Iterator[tuple[str, str, Node, Place]]:
    """Problem, step, what says where its answer stands, and where the mapping says so."""
    place = root.within("answers", node.line)
    if not isinstance(node, Entries):
        raise DocumentError("expected a mapping of problems to steps", place)
    for problem, steps in node.items():
        here = place.within(problem, node.line_of(problem))
        if not isinstance(steps, Entries):
            raise DocumentError("expected a mapping of steps to columns", here, "write them as w_1: Response 1")
        for step, column in steps.items():
            there = here.within(step, steps.line_of(step))
            yield problem, step, column, there
