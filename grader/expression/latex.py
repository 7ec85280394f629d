"""Layouts as LaTeX, with what amsmath has; any text as LaTeX that shows it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from grader.expression.alphabets import parted
from grader.expression.decimals import scientific
from grader.expression.glyphs import FUNCTIONS, LIMITS, SIGNS, SIZES
from grader.expression.glyphs import GREEK as LETTERS
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
from grader.expression.typeset import Accent, Array, Letters, Operator, Row, Scripts, Sign, Space, Words

_LATEX_OPERATORS = {"−": "-", "·": r"\cdot", "⋆": r"\star", "⊙": r"\odot", "∗": "*", "×": r"\times", "<": "<", "=": "="}
_LATEX_GREEK = {letter: "\\" + word for word, letter in {**LETTERS, **GREEK, "ldots": "…"}.items()}
_LATEX_FUNCTIONS = {
    "exp", "log", "max", "min", "det", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh",
}  # fmt: skip
_LATEX_BRACKETS = {
    "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil", "⟨": r"\langle", "⟩": r"\rangle", "{": r"\{",
    "}": r"\}", "‖": r"\Vert",
}  # fmt: skip


def latex(layout: Layout) -> str:
    """A layout as LaTeX mathematics.

    >>> from grader.expression import Name, latex_of
    >>> latex_of(Name("w") - Name("lr") * Name("grad_w"))
    'w - \\\\alpha g_{w}'
    """
    match layout:
        case Numeric(text):
            return _latex_number(text)
        case Symbol():
            return _latex_symbol(layout)
        case Infix(left, operator, right):
            sign = _LATEX_OPERATORS.get(operator, operator)
            a, b = latex(left), latex(right)
            return f"{a} {b}" if operator == "·" and may_touch(left, right) else f"{a} {sign} {b}"
        case Negative(inner):
            return "-" + latex(inner)
        case Ratio(a, b):
            return rf"\frac{{{latex(a)}}}{{{latex(b)}}}"
        case Power(base, exponent):
            return f"{latex(base)}^{{{latex(exponent)}}}"
        case Fence(inner, brackets):
            left_bracket, right_bracket = (_LATEX_BRACKETS.get(each, each) for each in brackets)
            return rf"\left{left_bracket} {latex(inner)} \right{right_bracket}"
        case Postfix(inner, sign):
            return latex(inner) + sign
        case Root(inner, degree):
            shown = str(degree) if isinstance(degree, int) else latex(degree)
            return rf"\sqrt{'' if degree == 2 else f'[{shown}]'}{{{latex(inner)}}}"
        case Call("entry", (inner,), below):
            return rf"\left( {latex(inner)} \right)_{{{below}}}"
        case Call(function, arguments, below):
            return _latex_call(function, arguments, below)
        case Total(inner, index):
            return rf"\sum_{{{index}}} {latex(inner)}"
        case Derivative(of, by):
            return rf"\frac{{\partial}}{{\partial {latex(by)}}} {latex(bracketed(of, PRODUCT))}"
        case Grid(rows):
            body = r" \\ ".join(" & ".join(map(latex, row)) for row in rows)
            return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"
        case Cases(condition, then, otherwise):
            lines = rf"{latex(then)} & {latex(condition)} \\ {latex(otherwise)} & \text{{otherwise}}"
            return rf"\begin{{cases}} {lines} \end{{cases}}"
    return _LATEX_SIGNS[type(layout)](layout)


def _latex_row(row: Row) -> str:
    """Boxes with a space where LaTeX needs one, and where a reader of the source wants one."""
    text = ""
    for place, item in enumerate(row.items):
        piece = latex(item)
        space = place > 0 and _latex_parted(row.items[place - 1], item, text)
        text += (" " if space and text[-1:] != " " else "") + piece
    return text


def _latex_parted(left: Layout, right: Layout, text: str) -> bool:
    """Whether a space stands between two boxes of a row; `text` ends with the first."""
    signs = (each.base if isinstance(each, Scripts) else each for each in (left, right))
    first, second = (each.kind if isinstance(each, Sign) else "" for each in signs)
    if "binary" in (first, second) or "relation" in (first, second) or first == "punctuation":
        return True
    if re.search(r"\\[A-Za-z]+$", text):
        return second not in {"open", "close", "punctuation", "ordinary"}
    if isinstance(right, Numeric) and text[-1:].isdecimal():
        return True
    written_out = len(text) > 1 and (text[-1] == "}" or re.search(r"[_^].$", text))
    return bool(written_out) and first not in {"open", "prefix"} and second not in {"close", "punctuation", "ordinary"}


_COMMANDS = {sign: f"\\{command}" for command, sign in reversed(SIGNS.items())}
_NAMED = frozenset("{}%#&_|")  # characters that LaTeX has another use for, or that say too little
_TYPED = {"−": "-", "∗": "*"}


def _latex_sign(sign: Sign) -> str:
    named = _COMMANDS.get((sign.text, "binary" if sign.kind == "prefix" else sign.kind))
    typed = sign.text.isascii() and sign.text not in _NAMED and (sign.text, sign.kind) != (":", "punctuation")
    command = _TYPED.get(sign.text, sign.text if typed or named is None else named)
    if not sign.size:
        return command
    side = {"open": "l", "close": "r"}.get(sign.kind, "")
    return f"\\{SIZES[sign.size]}{side}{command}"


def _latex_scripts(box: Scripts) -> str:
    primes = box.above and _latex_primes(box.above)
    base = latex(box.base)
    if isinstance(box.base, Row | Scripts | Infix | Power) or (isinstance(box.base, Symbol) and box.base.subscripts):
        base = f"{{{base}}}"
    below = f"_{_latex_group(box.below)}" if box.below else ""
    above = primes or (f"^{_latex_group(box.above)}" if box.above else "")
    return f"{base}{primes or ''}{below}" if primes else f"{base}{below}{above}"


def _latex_primes(above: Layout | None) -> str:
    """Primes, where nothing else stands above."""
    return "'" * len(above.text) if isinstance(above, Sign) and not above.text.strip("′") else ""


def _latex_group(inner: Layout) -> str:
    text = latex(inner)
    return text if len(text) == 1 else f"{{{text}}}"


def _latex_array(box: Array) -> str:
    lines = r" \\ ".join(" & ".join(map(latex, row)) for row in box.rows)
    return rf"\begin{{{box.kind}}} {lines} \end{{{box.kind}}}"


_LATEX_SIGNS: dict[type, Callable[[Any], str]] = {
    Row: _latex_row,
    Sign: _latex_sign,
    Letters: lambda box: rf"\{box.face}{{{''.join(_LATEX_GREEK.get(each, each) for each in box.text)}}}",
    Words: lambda box: rf"\text{{{escaped_latex(box.text)}}}",
    Operator: lambda box: _latex_operator(box),
    Scripts: _latex_scripts,
    Accent: lambda box: rf"\{box.mark}{{{latex(box.inner)}}}",
    Space: lambda box: rf"\{box.name}",
    Array: _latex_array,
}
"""The boxes of authors' mathematics; those of formulas stand in `latex`."""


def _latex_operator(box: Operator) -> str:
    if box.name in FUNCTIONS or (box.name in LIMITS and not box.name.startswith("arg")):
        return f"\\{box.name}"
    return rf"\operatorname{'*' if box.under else ''}{{{box.name}}}"


def _latex_number(text: str) -> str:
    mantissa, exponent = scientific(text)
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if exponent else mantissa


def _latex_symbol(symbol: Symbol) -> str:
    letter, primes = parted(symbol.base)
    base = _LATEX_GREEK.get(letter, letter)
    if len(letter) > 1:
        base = rf"\text{{{escaped_latex(letter)}}}"
    base = (rf"\hat{{{base}}}" if symbol.hat else base) + primes
    marks = ",".join(_latex_subscript(mark) for mark in symbol.subscripts)
    return f"{base}_{{{marks}}}" if marks else base


def _latex_subscript(mark: str) -> str:
    if mark.isalpha() and len(mark) > 1:
        return rf"\text{{{mark}}}"
    return _LATEX_GREEK.get(mark, mark)


def _latex_call(function: str, arguments: tuple[Layout, ...], below: str) -> str:
    known = function in GREEK or function in _LATEX_FUNCTIONS
    name = f"\\{function}" if known else rf"\operatorname{{{function}}}"
    set_below = below.replace("×", r" \times ")
    name += f"_{{{set_below}}}" if below else ""
    return rf"{name}\left( {', '.join(map(latex, arguments))} \right)"


def may_touch(left: Layout, right: Layout) -> bool:
    """Whether a product may be written without its dot: never before a digit, nor where only numbers meet."""
    last, first = edge(left, -1), edge(right, 0)
    return not isinstance(first, Numeric | Ratio) and not (isinstance(last, Numeric) and isinstance(first, Fence))


def edge(layout: Layout, end: int) -> Layout:
    """The first (0) or last (-1) box of a row."""
    match layout:
        case Infix(left, _, right):
            return edge(left if end == 0 else right, end)
        case Negative(inner):
            return layout if end == 0 else edge(inner, end)
        case Power(base) if end == 0:
            return edge(base, end)
        case Fence(inner) if _only_numbers(inner):
            return Numeric("0")
    return layout


def _only_numbers(layout: Layout) -> bool:
    match layout:
        case Numeric():
            return True
        case Negative(inner) | Fence(inner) | Root(inner):
            return _only_numbers(inner)
        case Infix(left, _, right) | Ratio(left, right) | Power(left, right):
            return _only_numbers(left) and _only_numbers(right)
    return False


_ESCAPES = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    character: "\\" + character for character in "#$%&_{}"
}


_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀᵏⁿᵗⁱ", "0123456789+-Tknti", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₙₜ", "0123456789ijknt", strict=True))
_MATHEMATICS = (
    {letter: rf"$\{word}$" for word, letter in GREEK.items()}
    | {letter: f"$^{{{mark}}}$" for letter, mark in _RAISED.items()}
    | {letter: f"$_{{{mark}}}$" for letter, mark in _LOWERED.items()}
    | {
        "−": "$-$", "·": r"$\cdot$", "×": r"$\times$", "÷": r"$\div$", "±": r"$\pm$", "≈": r"$\approx$", "≠": r"$\neq$",
        "≤": r"$\leq$", "≥": r"$\geq$", "→": r"$\to$", "←": r"$\leftarrow$", "∂": r"$\partial$", "∇": r"$\nabla$",
        "√": r"$\surd$", "∞": r"$\infty$", "‖": r"$\|$", "⌊": r"$\lfloor$", "⌋": r"$\rfloor$", "⌈": r"$\lceil$",
        "⌉": r"$\rceil$", "⋆": r"$\star$", "∗": "$*$", "′": r"$\prime$", "½": r"$\frac12$", "°": r"$^\circ$",
        "τ": r"$\tau$", "π": r"$\pi$", "…": r"\dots{}", "ŷ": r"$\hat{y}$", "∈": r"$\in$",
        "<": "$<$", ">": "$>$", "|": "$|$",
    }
)  # fmt: skip
_PLAIN_LATEX = re.compile(r"[\x20-\x7e\u00a1-\u017f‘’“”–—]")


def escaped_latex(text: str) -> str:
    r"""Any text as LaTeX that sets it and runs nothing; a character that a plain pdflatex has not is named by its code.

    >>> print(escaped_latex("50% of ŷ"), escaped_latex("漢"))
    50\% of $\hat{y}$ [U+6F22]
    """
    return "".join(map(_escaped, unicodedata.normalize("NFC", text)))


def _escaped(character: str) -> str:
    known = _ESCAPES.get(character) or _MATHEMATICS.get(character)
    return known or (character if _PLAIN_LATEX.match(character) else f"[U+{ord(character):04X}]")
