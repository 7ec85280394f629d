"""Answers to the blanks of one question, which Moodle writes into one cell: `part 1: 0.60; part 2: 1.27`."""

from __future__ import annotations

import re

from grader.document import Items, Node, Text

_PART = re.compile(r"(?:^|;\s)[^;:：\d]{0,40}(\d{1,4})\s?[:：]\s?")
"""Where the answer to a blank starts, in whatever language its word is."""


def blanks(cell: str) -> list[str]:
    """The answers in a cell, the first blank's first. What is no list of them, counted from 1, is one answer.

    >>> blanks("Teil 1: 0,60; Teil 2: ; Teil 3: a; b"), blanks("partie 1 : 2"), blanks("0.60")
    (['0,60', '', 'a; b'], ['2'], ['0.60'])
    """
    counted: list[re.Match[str]] = []
    for start in _PART.finditer(cell):
        if int(start[1]) == len(counted) + 1:
            counted.append(start)
    if not counted or counted[0].start():
        return [cell.strip()]
    ends = [start.start() for start in counted[1:]] + [len(cell)]
    return [cell[start.end() : end].strip() for start, end in zip(counted, ends, strict=True)]


def picked(cell: str, parts: Node | None, line: int | None = None) -> Node:
    """What a cell says: all of it, or the blanks of these numbers, lists of them as lists; empty where one is missing.

    >>> picked("part 1: 5; part 2: 6", Items([Text("2"), Text("1")])), picked("part 1: 5", Text("2"))
    (['6', '5'], '')
    """
    if parts is None:
        return Text(cell, line)
    found = blanks(cell)

    def pick(node: Node) -> Node:
        if isinstance(node, Items):
            return Items([pick(each) for each in node], line)
        position = int(str(node))
        return Text(found[position - 1] if position <= len(found) else "", line)

    return pick(parts)
