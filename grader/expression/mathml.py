"""Layouts as MathML Core: every browser sets it, with no script and no fonts but one for mathematics.

A box is one row of `_BOXES`. Cells of `cases` and `aligned` stand left and right by the rules in `STYLE`, which a page
carries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from grader.expression.alphabets import faced, parted
from grader.expression.elements import (
    AMBIGUOUS,
    element,
    fenced,
    identifier,
    marks,
    number,
    operator,
    primed,
    row,
    spaced,
)
from grader.expression.glyphs import ACCENTS, ARRAYS, FACES, SPACES
from grader.expression.joining import STARTS
from grader.expression.latex import edge, may_touch
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

STYLE = """
mtable.cases mtd, mtable.aligned mtd:nth-child(even) { text-align: left; }
mtable.aligned mtd:nth-child(odd) { text-align: right; }
mtable.aligned mtd { padding-left: 0; padding-right: 0; }
""".strip()
"""What a page's style sheet says of formulas."""

_SMALL = "()[]{}⌊⌋⌈⌉⟨⟩/" + AMBIGUOUS  # what grows unless it is told not to
_SIZES = ("", "1.2em", "1.8em", "2.4em", "3em")
_THIN = '<mspace width="0.167em"></mspace>'


def mathml(layout: Layout, display: bool = False) -> str:
    """A layout as MathML, on a line of its own where it is for `display`.

    >>> from grader.expression.layout import symbol
    >>> print(mathml(symbol("yhat_1")))
    <math alttext="ŷ_1"><msub><mover accent="true"><mi>y</mi><mo stretchy="false">^</mo></mover><mn>1</mn></msub></math>
    """
    block = ' display="block"' if display else ""
    return f'<math{block} alttext="{escape(plain(layout))}">{_set(layout)}</math>'


def _set(layout: Layout) -> str:
    return _BOXES[type(layout)](layout)


def _symbol(symbol: Symbol) -> str:
    return _raised(symbol, "")


def _raised(symbol: Symbol, above: str) -> str:
    """A name with its index below and what is above it, primes before anything else."""
    letter, primes = parted(symbol.base)
    base = identifier(letter)
    if symbol.hat:
        base = element("mover", base, operator("^", stretchy="false"), accent="true")
    above = row(*filter(None, [primed(len(primes)), above])) if primes or above else ""
    below = marks(",".join(symbol.subscripts)) if symbol.subscripts else ""
    name = "msubsup" if below and above else "msub" if below else "msup"
    return element(name, base, below, above) if below or above else base


def _infix(box: Infix) -> str:
    between = operator(box.operator)
    if box.operator == "·" and may_touch(box.left, box.right):
        between = _THIN if isinstance(edge(box.right, 0), Call) else ""
    return row(_set(box.left), between, _set(box.right))


def _power(box: Power) -> str:
    above = _set(box.exponent)
    return _raised(box.base, above) if isinstance(box.base, Symbol) else element("msup", _set(box.base), above)


def _called(box: Call) -> str:
    if box.function == "entry":
        return element("msub", fenced(_set(box.arguments[0]), "()"), marks(box.below))
    name = element("mi", escape(GREEK.get(box.function, box.function)))
    named = element("msub", name, marks(box.below)) if box.below else name
    return row(named, operator("\u2061"), fenced(_listed(box.arguments), "()"))


def _listed(arguments: Iterable[Layout]) -> str:
    pieces = [piece for each in arguments for piece in (operator(","), _set(each))]
    return row(*pieces[1:])


def _root(box: Root) -> str:
    if box.degree == 2:
        return element("msqrt", _set(box.inner))
    degree = number(str(box.degree)) if isinstance(box.degree, int) else _set(box.degree)
    return element("mroot", _set(box.inner), degree)


def _derivative(box: Derivative) -> str:
    fraction = element("mfrac", "<mi>∂</mi>", row("<mi>∂</mi>", _set(box.by)))
    return row(fraction, _set(bracketed(box.of, PRODUCT)))


def _table(rows: Iterable[Iterable[str]], kind: str = "") -> str:
    lines = (element("mtr", *(element("mtd", cell) for cell in row)) for row in rows)
    return element("mtable", *lines, class_=kind, displaystyle="true" if kind == "aligned" else "")


def _grid(box: Grid) -> str:
    return fenced(_table(map(_set, row) for row in box.rows), "[]")


def _cases(box: Cases) -> str:
    rows = [[_set(box.then), _set(box.condition)], [_set(box.otherwise), "<mtext>otherwise</mtext>"]]
    return fenced(_table(rows, "cases"), "{.")


def _array(box: Array) -> str:
    kind = box.kind if box.kind in {"cases", "aligned"} else ""
    return fenced(_table((map(_set, row) for row in box.rows), kind), ARRAYS[box.kind])


def _in_a_row(box: Row) -> str:
    last = len(box.items) - 1
    pieces: list[str] = []
    for place, item in enumerate(box.items):
        if place and _names_a_function(item) and not _starts_something(box.items[place - 1]):
            pieces.append(_THIN)
        pieces.append(_sign(item, place in {0, last}) if isinstance(item, Sign) else _set(item))
        if place < last and _names_a_function(item):
            pieces += _applied(box.items[place + 1])
    return row(*pieces) if pieces else "<mrow></mrow>"


def _starts_something(box: Layout) -> bool:
    """Whether nothing needs to part it from a function behind it."""
    return isinstance(box, Space | Words) or _names_a_function(box) or (isinstance(box, Sign) and box.kind in STARTS)


def _names_a_function(box: Layout) -> bool:
    return isinstance(box, Operator) or (isinstance(box, Scripts) and isinstance(box.base, Operator))


def _applied(argument: Layout) -> list[str]:
    """What stands between a function's name and what is behind it: a thin space before all but a bracket."""
    bracket = isinstance(argument, Fence) or (isinstance(argument, Sign) and argument.kind in {"open", "relation"})
    return [operator("\u2061")] + ([] if bracket else [_THIN])


def _sign(box: Sign, at_an_end: bool = True) -> str:
    """A sign; at the end of a row its form is said, since browsers read it off the place."""
    if box.text.strip("′") == "":
        return primed(len(box.text))
    if box.kind == "ordinary" and box.text not in _SMALL + "!":
        return identifier(box.text)
    fixed = {"stretchy": "false"} if box.text in _SMALL and not box.size else {}
    sized = {"minsize": _SIZES[box.size], "maxsize": _SIZES[box.size], "stretchy": "true"} if box.size else {}
    return operator(box.text, **_form(box, at_an_end), **fixed, **sized)


def _form(box: Sign, at_an_end: bool) -> dict[str, str]:
    match box.kind:
        case "open":
            return {"form": "prefix"}
        case "close":
            return {"form": "postfix"}
        case "prefix":
            return {"form": "prefix"}
        case "binary" | "relation" if at_an_end:
            return {"form": "infix"}
        case "ordinary" if box.text in _SMALL:
            return {"lspace": "0", "rspace": "0"}
    return {}


def _letters(box: Letters) -> str:
    if box.face == "mathrm":
        return element("mi", escape(box.text), mathvariant="normal" if len(box.text) == 1 else "")
    text = "".join(faced(letter, FACES[box.face].upper()) for letter in box.text)
    return element("mn" if box.text.isdecimal() else "mi", escape(text))


def _function(box: Operator) -> str:
    if box.under:
        return operator(box.name, form="prefix", movablelimits="true", lspace="0", rspace="0")
    return element("mi", escape(box.name))


def _scripts(box: Scripts) -> str:
    under = isinstance(box.base, Operator) and box.base.under
    large = isinstance(box.base, Sign) and box.base.kind == "large" and box.base.text not in "∫∬∮"
    names = ("munder", "mover", "munderover") if under or large else ("msub", "msup", "msubsup")
    name = names[2] if box.below and box.above else names[0] if box.below else names[1]
    return element(name, _set(box.base), *(_set(each) for each in (box.below, box.above) if each))


def _accent(box: Accent) -> str:
    wide = box.mark in {"widehat", "overline", "widetilde"}
    mark = operator(ACCENTS[box.mark], stretchy="true" if wide else "false")
    return element("mover", _set(box.inner), mark, accent="true")


_BOXES: dict[type, Callable[[Any], str]] = {
    Numeric: lambda box: number(box.text),
    Symbol: _symbol,
    Infix: _infix,
    Negative: lambda box: row(operator("−"), _set(box.inner)),
    Ratio: lambda box: element("mfrac", _set(box.numerator), _set(box.denominator)),
    Power: _power,
    Postfix: lambda box: row(_set(box.inner), operator(box.sign)),
    Fence: lambda box: fenced(_set(box.inner), box.brackets),
    Root: _root,
    Call: _called,
    Total: lambda box: row(element("munder", operator("∑"), marks(box.index)), _set(box.inner)),
    Derivative: _derivative,
    Grid: _grid,
    Cases: _cases,
    Row: _in_a_row,
    Sign: _sign,
    Letters: _letters,
    Words: lambda box: element("mtext", spaced(box.text)),
    Operator: _function,
    Scripts: _scripts,
    Accent: _accent,
    Space: lambda box: element("mspace", width=f"{SPACES[box.name] / 18:.3f}em"),
    Array: _array,
}
