"""Layouts as text: LaTeX for pages, plain Unicode for the terminal. A further format is one more function here."""

from __future__ import annotations

import re
import unicodedata

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

_LATEX_OPERATORS = {"−": "-", "·": r"\cdot", "⋆": r"\star", "⊙": r"\odot", "∗": "*", "<": "<", "=": "="}
_LATEX_GREEK = {letter: "\\" + word for word, letter in {**GREEK, "pi": "π"}.items()}
_LATEX_FUNCTIONS = {
    "exp", "log", "max", "min", "det", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh",
}  # fmt: skip
_LATEX_BRACKETS = {
    "()": ("(", ")"),
    "[]": ("[", "]"),
    "⌊⌋": (r"\lfloor", r"\rfloor"),
    "⌈⌉": (r"\lceil", r"\rceil"),
    "||": ("|", "|"),
}


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
            return f"{a} {b}" if operator == "·" and _may_touch(left, right) else f"{a} {sign} {b}"
        case Negative(inner):
            return "-" + latex(inner)
        case Ratio(a, b):
            return rf"\frac{{{latex(a)}}}{{{latex(b)}}}"
        case Power(base, exponent):
            return f"{latex(base)}^{{{latex(exponent)}}}"
        case Fence(inner, brackets):
            left_bracket, right_bracket = _LATEX_BRACKETS[brackets]
            return rf"\left{left_bracket} {latex(inner)} \right{right_bracket}"
        case Postfix(inner, sign):
            return latex(inner) + sign
        case Root(inner, degree):
            return rf"\sqrt{'' if degree == 2 else f'[{degree}]'}{{{latex(inner)}}}"
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


def _latex_number(text: str) -> str:
    mantissa, _, exponent = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def _latex_symbol(symbol: Symbol) -> str:
    base = _LATEX_GREEK.get(symbol.base, symbol.base)
    if len(symbol.base) > 1:
        base = rf"\text{{{escaped_latex(symbol.base)}}}"
    base = rf"\hat{{{base}}}" if symbol.hat else base
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


def _may_touch(left: Layout, right: Layout) -> bool:
    """Whether a product may be written without its dot: never before a digit, nor where only numbers meet."""
    last, first = _edge(left, -1), _edge(right, 0)
    return not isinstance(first, Numeric | Ratio) and not (isinstance(last, Numeric) and isinstance(first, Fence))


def _edge(layout: Layout, end: int) -> Layout:
    """The first (0) or last (-1) box of a row."""
    match layout:
        case Infix(left, _, right):
            return _edge(left if end == 0 else right, end)
        case Negative(inner):
            return layout if end == 0 else _edge(inner, end)
        case Power(base) if end == 0:
            return _edge(base, end)
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
            return brackets[0] + plain(inner) + brackets[1]
        case Postfix(inner, sign):
            return plain(inner) + sign
        case Root(inner, degree):
            return f"{'√' if degree == 2 else '∛' if degree == 3 else f'root_{degree}'}({plain(inner)})"
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


def _plain_marks(subscripts: tuple[str, ...]) -> str:
    return "_" + ",".join(subscripts) if subscripts else ""


def _plain_operand(layout: Layout, at_least: int) -> str:
    return plain(bracketed(layout, at_least))
