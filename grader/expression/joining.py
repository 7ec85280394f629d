"""Boxes in a row: which signs start something, which bars open and which close."""

from __future__ import annotations

from dataclasses import replace

from grader.expression.layout import Layout
from grader.expression.typeset import Row, Scripts, Sign, Space

STARTS = frozenset(["binary", "relation", "open", "large", "punctuation", "prefix"])
"""Kinds of signs behind which something starts, so that a minus there is a sign and no difference."""


def joined(items: list[Layout]) -> Layout:
    """A row: signs that start something are set close to it, bars alternate between opening and closing."""
    bars = {"|": 0, "‖": 0}
    for item in items:
        if (text := _bar(item)) is not None:
            bars[text] += 1
    row: list[Layout] = []
    opened = {"|": False, "‖": False}
    for item in items:
        text = _bar(item)
        if text is not None and bars[text] % 2 == 0:
            opened[text] = not opened[text]
            item = _of_kind(item, "open" if opened[text] else "close")
        elif isinstance(item, Sign) and item.text in "+−±∓" and _starts(row):
            item = replace(item, kind="prefix")
        row.append(item)
    return row[0] if len(row) == 1 else Row(tuple(row))


def _bar(item: Layout) -> str | None:
    sign = item.base if isinstance(item, Scripts) else item
    plain = isinstance(sign, Sign) and sign.kind == "ordinary" and not sign.size
    return sign.text if plain and isinstance(sign, Sign) and sign.text in "|‖" else None


def _of_kind(item: Layout, kind: str) -> Layout:
    if isinstance(item, Scripts):
        return replace(item, base=_of_kind(item.base, kind))
    assert isinstance(item, Sign)
    return replace(item, kind=kind)


def _starts(row: list[Layout]) -> bool:
    """Whether what comes next stands at the start of something."""
    before = [each.base if isinstance(each, Scripts) else each for each in row if not isinstance(each, Space)]
    return not before or (isinstance(before[-1], Sign) and before[-1].kind in STARTS)
