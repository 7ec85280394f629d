"""Layouts as plain Unicode: on one line, or with the rows of a matrix below each other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from grader.expression.glyphs import ARRAYS, SPACES
from grader.expression.layout import (
    ATOM,
    GREEK,
    PRODUCT,
    Call,
    Cases,
    Derivative,
    Fence,
    Grid,
    Infix,
    Layout,
    Negative,
    Numeric,
    Postfix,
    Power,
    Ratio,
    Root,
    Symbol,
    Total,
    bracketed,
)
from grader.expression.typeset import Accent, Array, Letters, Operator, Row, Scripts, Sign, Space, Words

_SUPERSCRIPTS = str.maketrans("0123456789-T", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ")


def plain(layout: Layout) -> str:
    """A layout on one line of a terminal.

    >>> from grader.expression import Name, plain_of
    >>> plain_of((Name("y") - Name("yhat")) ** 2 / 2)
    '(y − ŷ)²/2'
    """
    match layout:
        case Numeric(text):
            return text.replace("-", "−")
        case Symbol(base, hat, subscripts):
            return (unicodedata.normalize("NFC", base + "\u0302") if hat else base) + _plain_marks(subscripts)
        case Infix(left, "·", right):
            return f"{plain(left)}·{plain(right)}"
        case Infix(left, operator, right):
            return f"{plain(left)} {operator} {plain(right)}"
        case Negative(inner):
            return "−" + plain(inner)
        case Ratio(a, b):
            return f"{_plain_operand(a, PRODUCT)}/{_plain_operand(b, ATOM)}"
        case Power(base, exponent):
            raised = plain(exponent).replace("−", "-")
            simple = re.fullmatch(r"[0-9T-]+", raised)
            return plain(base) + (raised.translate(_SUPERSCRIPTS) if simple else f"^({plain(exponent)})")
        case Fence(inner, brackets):
            return brackets[0].strip(".") + plain(inner) + brackets[1].strip(".")
        case Postfix(inner, sign):
            return plain(inner) + sign
        case Root(inner, degree):
            return f"{_plain_root(degree)}({plain(inner)})"
        case Call("entry", (inner,), below):
            return f"({plain(inner)})[{below}]"
        case Call(function, arguments, below):
            return f"{GREEK.get(function, function)}{'_' + below if below else ''}({', '.join(map(plain, arguments))})"
        case Total(inner, index):
            return f"Σ_{index} {plain(inner)}"
        case Derivative(of, by):
            return f"∂/∂{plain(by)} {plain(bracketed(of, PRODUCT))}"
        case Grid(rows):
            lines = ["[" + ", ".join(map(plain, row)) + "]" for row in rows]
            return lines[0] if len(lines) == 1 else "[" + ", ".join(lines) + "]"
        case Cases(condition, then, otherwise):
            return f"{plain(then)} if {plain(condition)}, otherwise {plain(otherwise)}"
    return _BOXES[type(layout)](layout)


def plain_block(layout: Layout) -> str:
    """A layout on as many lines as a matrix in it has rows, its columns in line.

    >>> from grader.expression.layout import Numeric
    >>> grid = Grid(((Numeric("1"), Numeric("-20")), (Numeric("300"), Numeric("4"))))
    >>> print(plain_block(Infix(Symbol("X"), "=", grid, 0)))
    X = [  1  −20]
        [300    4]
    """
    if not (isinstance(layout, Infix) and isinstance(layout.right, Grid)):
        return plain(layout)
    cells = [[plain(cell) for cell in row] for row in layout.right.rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    start = f"{plain(layout.left)} {layout.operator} "
    rows = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    return "\n".join((start if i == 0 else " " * len(start)) + f"[{row}]" for i, row in enumerate(rows))


def _plain_root(degree: int | Layout) -> str:
    return {"2": "√", "3": "∛"}.get(shown := str(degree) if isinstance(degree, int) else plain(degree), f"root_{shown}")


def _plain_row(row: Row) -> str:
    """Boxes with spaces as people type them."""
    text = ""
    for place, item in enumerate(row.items):
        apart = isinstance(item, Sign) and item.kind in {"binary", "relation"} and item.text != "·"
        space = apart or (place > 0 and _parted(row.items[place - 1], item))
        text += (" " if space else "") + plain(item) + (" " if apart else "")
    return re.sub(" +", " ", text)


def _parted(left: Layout, right: Layout) -> bool:
    """Whether a space stands between two boxes that no operator parts."""
    if isinstance(left, Sign) and left.kind != "large":
        return left.kind == "punctuation" or (left.kind == "close" and isinstance(right, Operator))
    if isinstance(right, Sign) and right.kind not in {"open", "large"}:
        return False
    before, behind = (each.base if isinstance(each, Scripts) else each for each in (left, right))
    if any(isinstance(each, Sign) and each.kind == "large" for each in (before, behind)) or isinstance(
        behind, Operator
    ):
        return True
    if isinstance(before, Operator):
        return not (isinstance(right, Fence) or isinstance(behind, Sign))
    if isinstance(left, Ratio):
        return True
    return isinstance(left, Scripts) and not isinstance(behind, Fence | Sign | Space)


def _plain_marks(subscripts: tuple[str, ...]) -> str:
    return "_" + ",".join(subscripts) if subscripts else ""


def _plain_operand(layout: Layout, at_least: int) -> str:
    return plain(bracketed(layout, at_least))


_COMBINING = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0305", "tilde": "\u0303",
    "widetilde": "\u0303", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308",
}  # fmt: skip


def _plain_accent(box: Accent) -> str:
    inner = plain(box.inner)
    mark = unicodedata.normalize("NFC", inner + _COMBINING[box.mark])
    return mark if len(inner) == 1 else f"{box.mark}({inner})"


def _plain_scripts(box: Scripts) -> str:
    below, above = (plain(each) if each else "" for each in (box.below, box.above))
    raised = above.replace("−", "-")
    if re.fullmatch(r"[0-9T-]+", raised):
        above = raised.translate(_SUPERSCRIPTS)
    elif not re.fullmatch("′*", above):
        above = f"^{above}" if len(above) == 1 else f"^({above})"
    if below:
        below = f"_{below}" if re.fullmatch(r"[\w,]+", below) else f"_({below.replace(' ', '')})"
    return plain(box.base) + below + above


def _plain_array(box: Array) -> str:
    cells = [[text for cell in row if (text := plain(cell).strip())] for row in box.rows]
    if box.kind in {"cases", "aligned"}:
        between = ", " if box.kind == "cases" else " "
        return "; ".join(between.join(cell.removesuffix(",") for cell in row) for row in cells)
    left, right = (bracket.strip(".") for bracket in ARRAYS[box.kind])
    return left + "; ".join(", ".join(row) for row in cells) + right


_BOXES: dict[type, Callable[[Any], str]] = {
    Row: _plain_row,
    Sign: lambda box: box.text,
    Letters: lambda box: box.text,
    Words: lambda box: box.text,
    Operator: lambda box: box.name,
    Scripts: _plain_scripts,
    Accent: _plain_accent,
    Space: lambda box: " " if SPACES[box.name] > 3 else "",
    Array: _plain_array,
}
"""The boxes of authors' mathematics; those of formulas stand in `plain`."""
