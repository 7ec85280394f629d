"""Layouts as Typst mathematics. Every name and word is a string literal, every sign escaped: nothing in it runs.

A box is one row of `_BOXES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from grader.expression.alphabets import parted
from grader.expression.decimals import scientific
from grader.expression.glyphs import ARRAYS, SPACES
from grader.expression.latex import may_touch
from grader.expression.layout import (
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
from grader.expression.plain import plain
from grader.expression.typeset import Accent, Array, Letters, Operator, Row, Scripts, Sign, Space, Words

_FACES = {
    "mathbf": "upright(bold({}))", "boldsymbol": "bold({})", "mathrm": "upright({})", "mathit": "italic({})",
    "mathbb": "bb({})", "mathcal": "cal({})", "mathsf": "sans({})", "mathtt": "mono({})",
}  # fmt: skip
_ACCENTS = {
    "hat": "hat", "widehat": "hat", "bar": "macron", "overline": "overline", "tilde": "tilde", "widetilde": "tilde",
    "vec": "arrow", "dot": "dot", "ddot": "dot.double",
}  # fmt: skip
_SYNTAX = frozenset("""\\#$%&_^'"`/*-|!?()[]{},;:.~@""")
_SIZES = ("", "1.2em", "1.8em", "2.4em", "3em")
_CLASSES = {"open": "opening", "close": "closing"}


def typst(layout: Layout, display: bool = False) -> str:
    """A layout as Typst mathematics between dollars, on a line of its own where it is for `display`.

    >>> from grader.expression.layout import symbol
    >>> print(typst(symbol("yhat_1")), typst(symbol("feature_map")))
    $hat(y)_(1)$ $"feature map"$
    """
    space = " " if display else ""
    return f"${space}{_set(layout)}{space}$"


def equation(layout: Layout, display: bool = False) -> str:
    """The same as an element that says itself to a screen reader, as PDF/UA asks.

    >>> from grader.expression.layout import symbol
    >>> print(equation(symbol("w_1")))
    #math.equation(alt: "w_1", $w_(1)$);
    """
    block = "block: true, " if display else ""
    return f"#math.equation({block}alt: {literal(plain(layout))}, {typst(layout, display)});"


def literal(text: str) -> str:
    r"""A string literal of Typst.

    >>> print(literal('a "b" \\c'))
    "a \"b\" \\c"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda each: f"\\u{{{ord(each[0]):x}}}", escaped) + '"'


def _set(layout: Layout) -> str:
    return _BOXES[type(layout)](layout)


def _sign(text: str) -> str:
    """Signs as characters, those that the syntax knows behind a backslash."""
    return " ".join("⋅" if each == "·" else f"\\{each}" if each in _SYNTAX else each for each in text)


def _identifier(text: str) -> str:
    if len(text) > 1:
        return literal(text)
    return text if text.isalnum() else _sign(text) if text in "…⋯⋮⋱" else literal(text)


def _number(text: str) -> str:
    mantissa, exponent = scientific(text)
    digits = _digits(mantissa.removeprefix("-"))
    if exponent:
        digits = f"{digits} ⋅ 10^({_number(exponent)})"
    return f"−{digits}" if text.startswith("-") else digits


def _digits(text: str) -> str:
    return text if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII) else literal(text)


def _marks(text: str) -> str:
    """An index as it was written: numbers, letters, words, signs."""
    return " ".join(map(_mark, re.findall(r"\d+|[^\W\d_]+|[^\s]", text)))


def _mark(text: str) -> str:
    if text.isdecimal():
        return _digits(text)
    return _identifier(text) if text.isalpha() else _sign(text)


def _symbol(symbol: Symbol) -> str:
    letter, primes = parted(symbol.base)
    base = _identifier(letter)
    base = (f"hat({base})" if symbol.hat else base) + primes
    return f"{base}_({_marks(','.join(symbol.subscripts))})" if symbol.subscripts else base


def _infix(box: Infix) -> str:
    joined = box.operator == "·" and may_touch(box.left, box.right)
    return f"{_set(box.left)} {'' if joined else _sign(box.operator) + ' '}{_set(box.right)}"


def _fenced(inner: str, brackets: str) -> str:
    left, right = ("" if bracket == "." else f"{_sign(bracket)} " for bracket in brackets)
    return f"lr({left}{inner} {right}".rstrip() + ")"


def _called(box: Call) -> str:
    if box.function == "entry":
        return f"{_fenced(_set(box.arguments[0]), '()')}_({_marks(box.below)})"
    name = GREEK.get(box.function, box.function)
    named = name if len(name) == 1 and name.isalpha() else f"op({literal(name)})"
    below = f"_({_marks(box.below)})" if box.below else ""
    arguments = r" \, ".join(map(_set, box.arguments))
    return f"{named}{below} {_fenced(arguments, '()')}"


def _root(box: Root) -> str:
    if box.degree == 2:
        return f"sqrt({_set(box.inner)})"
    degree = str(box.degree) if isinstance(box.degree, int) else _set(box.degree)
    return f"root({degree}, {_set(box.inner)})"


def _lines(rows: Iterable[Iterable[Layout]], between: str) -> str:
    return between.join(", ".join(map(_set, row)) for row in rows)


def _in_a_row(box: Row) -> str:
    """Boxes with spaces between; none beside words, where Typst would show them."""
    text = ""
    for place, item in enumerate(box.items):
        close = place == 0 or isinstance(item, Words) or isinstance(box.items[place - 1], Words)
        text += ("" if close else " ") + _set(item)
    return text or '""'


def _cases(box: Cases) -> str:
    rows = (box.then, box.condition), (box.otherwise, Words("otherwise"))
    return _array(Array(rows, "cases"))


def _array(box: Array) -> str:
    if box.kind == "cases":
        return f"cases({', '.join(' & #h(1em) '.join(map(_set, row)) for row in box.rows)})"
    if box.kind == "aligned":
        return " \\ ".join(" & ".join(map(_set, row)) for row in box.rows)
    left = ARRAYS[box.kind][0]
    return f"mat(delim: {'#none' if left == '.' else literal(left)}, {_lines(box.rows, '; ')})"


def _one_sign(box: Sign) -> str:
    if box.size:
        return f"lr(size: #{_SIZES[box.size]}, {_sign(box.text)})"
    if box.text in "|‖":
        return f'class("{_CLASSES.get(box.kind, "normal")}", {_sign(box.text)})'
    return _sign(box.text)


def _scripts(box: Scripts) -> str:
    below = f"_({_set(box.below)})" if box.below else ""
    primes = _primes(box.above)
    above = f"^({_set(box.above)})" if box.above and not primes else ""
    base = _set(box.base)
    if not _whole(box.base) or (box.below and isinstance(box.base, Symbol) and box.base.subscripts):
        base = f"attach({base})"
    return f"{base}{primes}{below}{above}"


def _primes(above: Layout | None) -> str:
    """Primes, where nothing else stands above."""
    return "'" * len(above.text) if isinstance(above, Sign) and not above.text.strip("′") else ""


def _whole(box: Layout) -> bool:
    """Whether what stands behind it belongs to all of it."""
    match box:
        case Row(()):
            return True
        case Row((only,)):
            return _whole(only)
        case Row() | Infix() | Negative() | Postfix() | Total() | Derivative() | Power() | Scripts() | Call():
            return False
        case Numeric(text):
            return text.isalnum() and "e" not in text
        case Array(_, kind):
            return kind != "aligned"
    return True


_BOXES: dict[type, Callable[[Any], str]] = {
    Numeric: lambda box: _number(box.text),
    Symbol: _symbol,
    Infix: _infix,
    Negative: lambda box: f"−{_set(box.inner)}",
    Ratio: lambda box: f"frac({_set(box.numerator)}, {_set(box.denominator)})",
    Power: lambda box: _set(Scripts(box.base, above=box.exponent)),
    Postfix: lambda box: f"{_set(box.inner)} {_sign(box.sign)}",
    Fence: lambda box: _fenced(_set(box.inner), box.brackets),
    Root: _root,
    Call: _called,
    Total: lambda box: f"∑_({_marks(box.index)}) {_set(box.inner)}",
    Derivative: lambda box: f"frac(∂, ∂ {_set(box.by)}) {_set(bracketed(box.of, PRODUCT))}",
    Grid: lambda box: f'mat(delim: "[", {_lines(box.rows, "; ")})',
    Cases: _cases,
    Row: _in_a_row,
    Sign: _one_sign,
    Letters: lambda box: _FACES[box.face].format(" ".join(map(_identifier, box.text))),
    Words: lambda box: literal(box.text),
    Operator: lambda box: f"op({literal(box.name)}{', limits: #true' if box.under else ''})",
    Scripts: _scripts,
    Accent: lambda box: f"{_ACCENTS[box.mark]}({_set(box.inner)})",
    Space: lambda box: f"#h({SPACES[box.name] / 18:.3f}em)",
    Array: _array,
}
