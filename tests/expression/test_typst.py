"""Formulas as Typst."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.expression.formats import typst
from grader.expression.layout import (
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
    symbol,
    times,
)
from grader.expression.typeset import Accent, Array, Letters, Operator, Row, Scripts, Sign, Space, Words
from grader.expression.typst import equation
from tests.shipped import formulas

x, y, two = Symbol("x"), Symbol("y"), Numeric("2")

BOXES: list[tuple[Layout, str]] = [
    (Numeric("-2.5"), "−2.5"),
    (Numeric("1e-8"), "1 ⋅ 10^(−8)"),
    (symbol("lr"), "α"),
    (symbol("feature_map_2"), '"feature map"_(2)'),
    (symbol("grad_w_1"), r"g_(w \, 1)"),
    (symbol("yhat_1"), "hat(y)_(1)"),
    (Symbol("x'"), "x'"),
    (times(two, x), "2 x"),
    (times(two, two), "2 ⋅ 2"),
    (Infix(x, "<", y, 0), "x < y"),
    (Negative(x), "−x"),
    (Ratio(x, y), "frac(x, y)"),
    (Power(symbol("w_1"), two), "w_(1)^(2)"),
    (Power(Fence(x), Symbol("T")), r"lr(\( x \))^(T)"),
    (Power(Negative(x), two), "attach(−x)^(2)"),
    (Postfix(x, "!"), r"x \!"),
    (Fence(x, "⌊⌋"), "lr(⌊ x ⌋)"),
    (Fence(x, "||"), r"lr(\| x \|)"),
    (Root(x), "sqrt(x)"),
    (Root(x, 3), "root(3, x)"),
    (Call("softmax", (x, y)), r'op("softmax") lr(\( x \, y \))'),
    (Call("max", (x,), below="2×2"), r'op("max")_(2 × 2) lr(\( x \))'),
    (Call("sigma", (x,)), r"σ lr(\( x \))"),
    (Total(x, "i"), "∑_(i) x"),
    (Derivative(x, y), "frac(∂, ∂ y) x"),
    (Grid(((x, two), (y, two))), 'mat(delim: "[", x, 2; y, 2)'),
    (Cases(x, y, two), 'cases(y & #h(1em) x, 2 & #h(1em) "otherwise")'),
    (Letters("w", "mathbf"), "upright(bold(w))"),
    (Words(' "if" '), r'" \"if\" "'),
    (Operator("max", under=True), 'op("max", limits: #true)'),
    (Row((Sign("|", "open"), x, Sign("|", "close"))), r'class("opening", \|) x class("closing", \|)'),
    (Scripts(x, two, y), "x_(2)^(y)"),
    (Scripts(x, None, Sign("′", "ordinary")), "x'"),
    (Accent(x, "bar"), "macron(x)"),
    (Space("quad"), "#h(1.000em)"),
    (Array(((x, y), (x, y)), "aligned"), r"x & y \ x & y"),
    (Sign("(", "open", 2), r"lr(size: #1.8em, \()"),
]


@pytest.mark.parametrize(("layout", "text"), BOXES, ids=[type(row[0]).__name__ for row in BOXES])
def test_each_box(layout: Layout, text: str) -> None:
    assert typst(layout) == f"${text}$"


def test_an_equation_says_itself() -> None:
    assert equation(Ratio(x, y), display=True) == '#math.equation(block: true, alt: "x/y", $ frac(x, y) $);'


def compiled(source: str, **options: object) -> bytes:
    """The PDF that Typst makes of it."""
    compiler = pytest.importorskip("typst", reason="the extra [pdf] is not installed")
    document = compiler.compile(source.encode(), **options)
    assert isinstance(document, bytes)
    return document


def test_typst_sets_every_box_and_every_shipped_formula() -> None:
    """In one document, which also passes Typst's own check of PDF/UA-1."""
    boxes = [layout for layout, _ in BOXES]
    source = "\n\n".join(equation(layout, display=True) for layout in [*boxes, *formulas()])
    assert compiled(f'#set document(title: "all")\n{source}', pdf_standards=["ua-1"]).startswith(b"%PDF")


SYNTAX = "#$\"\\/*@<>()[]{}_^&;:,.'`~-=+!|a1 "
HOSTILE = ['#panic("run")', "$", '"', "\\", '" #panic() "', "*/", "//", "@label", "<label>", "_^&", "])", "\x00\n", "`"]


def boxes_of(text: str) -> list[Layout]:
    """Every box that holds a text, with this one in it."""
    return [
        Symbol(text, subscripts=(text,)),
        Numeric(text),
        Words(text),
        Operator(text, under=True),
        Letters(text, "mathbf"),
        Sign(text, "ordinary"),
        Call(text, (x,), below=text),
        Total(x, text),
        Infix(x, text, x, 0),
    ]


def test_nothing_in_names_runs() -> None:
    """Each compiles, and panics nowhere."""
    source = "\n\n".join(equation(box) for text in HOSTILE for box in boxes_of(text))
    assert compiled(source).startswith(b"%PDF")


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.text(alphabet="#$\"\\/*@<>()[]{}_^&;:,.'`~-=+!|a1 ", min_size=1, max_size=12), min_size=5, max_size=5)
)
def test_no_text_runs(texts: list[str]) -> None:
    compiled("\n\n".join(equation(box) for text in texts for box in boxes_of(text)))
