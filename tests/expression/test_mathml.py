"""Formulas as MathML Core."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from grader.expression.formats import mathml, plain
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
from tests.shipped import formulas

_CORE = (
    "math mrow mi mn mo mfrac msqrt mroot msub msup msubsup mover munder munderover mtable mtr mtd mtext mspace mpadded"
)
_ATTRIBUTES = (
    "display alttext stretchy form accent mathvariant class displaystyle width minsize maxsize lspace rspace "
    "movablelimits"
)
CORE, ATTRIBUTES = set(_CORE.split()), set(_ATTRIBUTES.split())
x, y, two = Symbol("x"), Symbol("y"), Numeric("2")

BOXES: list[tuple[Layout, str]] = [
    (Numeric("-2.5"), "<mrow><mo>−</mo><mn>2.5</mn></mrow>"),
    (Numeric("1e-8"), "<mrow><mn>1</mn><mo>⋅</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>8</mn></mrow></msup></mrow>"),
    (symbol("lr"), "<mi>α</mi>"),
    (symbol("feature_map_2"), "<msub><mtext>feature map</mtext><mn>2</mn></msub>"),
    (symbol("grad_w_1"), "<msub><mi>g</mi><mrow><mi>w</mi><mo>,</mo><mn>1</mn></mrow></msub>"),
    (Symbol("x'"), "<msup><mi>x</mi><mo>′</mo></msup>"),
    (times(two, x), "<mrow><mn>2</mn><mi>x</mi></mrow>"),
    (times(two, two), "<mrow><mn>2</mn><mo>⋅</mo><mn>2</mn></mrow>"),
    (Infix(x, "<", y, 0), "<mrow><mi>x</mi><mo>&lt;</mo><mi>y</mi></mrow>"),
    (Negative(x), "<mrow><mo>−</mo><mi>x</mi></mrow>"),
    (Ratio(x, y), "<mfrac><mi>x</mi><mi>y</mi></mfrac>"),
    (Power(symbol("w_1"), two), "<msubsup><mi>w</mi><mn>1</mn><mn>2</mn></msubsup>"),
    (
        Power(Fence(x), two),
        '<msup><mrow><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo></mrow><mn>2</mn></msup>',
    ),
    (Postfix(x, "!"), "<mrow><mi>x</mi><mo>!</mo></mrow>"),
    (Fence(x, "⌊⌋"), '<mrow><mo stretchy="false">⌊</mo><mi>x</mi><mo stretchy="false">⌋</mo></mrow>'),
    (
        Fence(x, "||"),
        '<mrow><mo form="prefix" stretchy="false">|</mo><mi>x</mi><mo form="postfix" stretchy="false">|</mo></mrow>',
    ),
    (Root(x), "<msqrt><mi>x</mi></msqrt>"),
    (Root(x, 3), "<mroot><mi>x</mi><mn>3</mn></mroot>"),
    (
        Call("sigma", (x,)),
        '<mrow><mi>σ</mi><mo>\u2061</mo><mrow><mo stretchy="false">(</mo>'
        '<mi>x</mi><mo stretchy="false">)</mo></mrow></mrow>',
    ),
    (Total(x, "i"), "<mrow><munder><mo>∑</mo><mi>i</mi></munder><mi>x</mi></mrow>"),
    (
        Derivative(x, y),
        "<mrow><mfrac><mi>∂</mi><mrow><mi>∂</mi><mi>y</mi></mrow></mfrac><mi>x</mi></mrow>",
    ),
    (
        Grid(((x, two),)),
        "<mrow><mo>[</mo><mtable><mtr><mtd><mi>x</mi></mtd><mtd><mn>2</mn></mtd></mtr></mtable><mo>]</mo></mrow>",
    ),
    (
        Cases(x, y, two),
        '<mrow><mo>{</mo><mtable class="cases"><mtr><mtd><mi>y</mi></mtd><mtd><mi>x</mi></mtd></mtr>'
        "<mtr><mtd><mn>2</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow>",
    ),
    (Letters("w", "mathbf"), "<mi>𝐰</mi>"),
    (Letters("d", "mathrm"), '<mi mathvariant="normal">d</mi>'),
    (Letters("R", "mathbb"), "<mi>ℝ</mi>"),
    (Words(" if "), "<mtext>\u00a0if\u00a0</mtext>"),
    (Row((Operator("log"), x)), '<mrow><mi>log</mi><mo>\u2061</mo><mspace width="0.167em"></mspace><mi>x</mi></mrow>'),
    (Row((Sign("−", "prefix"), x)), '<mrow><mo form="prefix">−</mo><mi>x</mi></mrow>'),
    (Row((Sign("=", "relation"), x)), '<mrow><mo form="infix">=</mo><mi>x</mi></mrow>'),
    (Scripts(Sign("∑", "large"), x, y), "<munderover><mo>∑</mo><mi>x</mi><mi>y</mi></munderover>"),
    (Scripts(x, two), "<msub><mi>x</mi><mn>2</mn></msub>"),
    (Accent(x, "vec"), '<mover accent="true"><mi>x</mi><mo stretchy="false">→</mo></mover>'),
    (Space("quad"), '<mspace width="1.000em"></mspace>'),
    (
        Array(((x, y),), "aligned"),
        '<mrow><mtable class="aligned" displaystyle="true"><mtr><mtd><mi>x</mi></mtd><mtd><mi>y</mi></mtd></mtr>'
        "</mtable></mrow>",
    ),
    (Sign("(", "open", 2), '<mo form="prefix" minsize="1.8em" maxsize="1.8em" stretchy="true">(</mo>'),
]


@pytest.mark.parametrize(("layout", "text"), BOXES, ids=[type(row[0]).__name__ for row in BOXES])
def test_each_box(layout: Layout, text: str) -> None:
    """Operators stand in rows of their own, so that browsers read their form off the place."""
    assert mathml(layout).partition(">")[2].removesuffix("</math>") == text


def test_display_and_what_a_screen_reader_says() -> None:
    assert mathml(Infix(x, "<", y, 0), display=True).startswith('<math display="block" alttext="x &lt; y">')


def test_every_shipped_formula_is_core() -> None:
    """All parse as XML, use the elements and attributes of MathML Core alone, and give every element its children."""
    for layout in formulas():
        root = ElementTree.fromstring(mathml(layout))
        assert root.get("alttext") == plain(layout).replace("\n", " ")
        for element in root.iter():
            assert element.tag in CORE
            assert set(element.keys()) <= ATTRIBUTES
            wanted = {"mfrac": 2, "msub": 2, "msup": 2, "mover": 2, "munder": 2, "mroot": 2, "msubsup": 3}
            assert len(element) == wanted.get(element.tag, len(element))
            assert "-" not in (element.text or "") or element.tag == "mtext"


@pytest.mark.parametrize("attack", ["<script>", '"><img src=x>', "</math>", "&amp;", "]]>", "<!--"])
def test_markup_in_names_is_text(attack: str) -> None:
    """Wherever a box holds a text."""
    boxes: list[Layout] = [
        Symbol(attack, subscripts=(attack,)),
        Numeric(attack),
        Words(attack),
        Operator(attack),
        Letters(attack, "mathrm"),
        Sign(attack, "ordinary"),
        Call(attack, (), below=attack),
        Total(x, attack),
        Infix(x, attack, x, 0),
    ]
    for box in boxes:
        elements = list(ElementTree.fromstring(mathml(box)).iter())
        assert {element.tag for element in elements} <= CORE
        assert all(set(element.keys()) <= ATTRIBUTES for element in elements)
