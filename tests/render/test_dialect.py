"""The dialect of LaTeX that authors write mathematics in."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UnreadableError
from grader.expression import glyphs
from grader.expression.formats import latex, mathml, plain, typst
from grader.expression.layout import Layout
from grader.render import dialect
from grader.render.dialect import mathematics
from tests.shipped import formulas

READ = [
    # what is written, LaTeX again, plain, Typst
    (r"w_1 x_1 + b", r"w_1 x_1 + b", "w_1 x_1 + b", "w_(1) x_(1) + b"),
    (r"\hat{y}=wx", r"\hat{y} = wx", "ŷ = wx", "hat(y) = w x"),
    (r"\hat y", r"\hat{y}", "ŷ", "hat(y)"),
    (r"\frac12 x", r"\frac{1}{2} x", "1/2 x", "frac(1, 2) x"),
    (r"\sqrt[3]{x} \sqrt{2}", r"\sqrt[3]{x} \sqrt{2}", "∛(x)√(2)", "root(3, x) sqrt(2)"),
    (r"\sqrt[n]{x}", r"\sqrt[n]{x}", "root_n(x)", "root(n, x)"),
    (r"-x - -1", "-x - -1", "−x − −1", "− x − − 1"),
    (r"a = -b", "a = -b", "a = −b", "a = − b"),
    (r"e^{-z}", "e^{-z}", "e^(−z)", "e^(− z)"),
    (r"x_i^2", "x_i^2", "x_i²", "x_(i)^(2)"),
    (r"f'(x) = f''", "f'(x) = f''", "f′(x) = f′′", r"f' \( x \) = f''"),
    (r"X^T", "X^T", "Xᵀ", "X^(T)"),
    (r"\sum_{i=1}^n r_i", r"\sum_{i = 1}^n r_i", "∑_(i=1)^n r_i", "∑_(i = 1)^(n) r_(i)"),
    (r"\log p", r"\log p", "log p", 'op("log") p'),
    (r"\log(p)", r"\log(p)", "log(p)", r'op("log") \( p \)'),
    (r"\max_j z_j", r"\max_j z_j", "max_j z_j", 'op("max", limits: #true)_(j) z_(j)'),
    (r"\operatorname{tr} A", r"\operatorname{tr} A", "tr A", 'op("tr") A'),
    (
        r"\operatorname*{argmin}_w L",
        r"\operatorname*{argmin}_w L",
        "argmin_w L",
        'op("argmin", limits: #true)_(w) L',
    ),
    (r"|w|", r"\lvert w\rvert", "|w|", r'class("opening", \|) w class("closing", \|)'),
    (r"\|w\|_2", r"\lVert w\rVert_2", "‖w‖_2", 'class("opening", ‖) w class("closing", ‖)_(2)'),
    (r"P(A \mid B)", r"P(A \mid B)", "P(A ∣ B)", r"P \( A ∣ B \)"),
    (r"\left( \frac{a}{b} \right]", r"\left( \frac{a}{b} \right]", "(a/b]", r"lr(\( frac(a, b) \])"),
    (r"\left. x \right|_0", r"\left. x \right|_0", "x|_0", r"lr(x \|)_(0)"),
    (r"\bigl( x \Bigr)", r"\bigl(x\Bigr)", "(x)", r"lr(size: #1.2em, \() x lr(size: #1.8em, \))"),
    (r"\lfloor x \rfloor", r"\lfloor x\rfloor", "⌊x⌋", "⌊ x ⌋"),
    (r"\{1, 2\}", r"\lbrace 1, 2\rbrace", "{1, 2}", r"\{ 1 \, 2 \}"),
    (r"\mathbf{w} \in \mathbb{R}^d", r"\mathbf{w} \in \mathbb{R}^d", "w ∈ R^d", "upright(bold(w)) ∈ bb(R)^(d)"),
    (r"x \text{ if } y", r"x\text{ if } y", "x if y", 'x" if "y'),
    (r"\text{50\% \_}", r"\text{50\% \_}", "50% _", '"50% _"'),
    (
        r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \\ \end{bmatrix}",
        r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}",
        "[[1, 2], [3, 4]]",
        'mat(delim: "[", 1, 2; 3, 4)',
    ),
    (
        r"\begin{pmatrix} a \\ b \end{pmatrix}",
        r"\begin{pmatrix} a \\ b \end{pmatrix}",
        "(a; b)",
        'mat(delim: "(", a; b)',
    ),
    (
        r"\begin{cases} x & x > 0 \\ 0 & \text{else} \end{cases}",
        r"\begin{cases} x & x > 0 \\ 0 & \text{else} \end{cases}",
        "x, x > 0; 0, else",
        'cases(x & #h(1em) x > 0, 0 & #h(1em) "else")',
    ),
    (
        r"\begin{aligned} a &= b \\ &= c \end{aligned}",
        r"\begin{aligned} a & = b \\  & = c \end{aligned}",
        "a = b; = c",
        r'a & = b \ "" & = c',
    ),
    (r"α ≤ λ × 3", r"\alpha \le \lambda \times 3", "α ≤ λ × 3", "α ≤ λ × 3"),
    (r"{}^T", "{}^T", "ᵀ", '""^(T)'),
    (r"a\,b\quad c", r"a\,b\quad c", "ab c", "a #h(0.167em) b #h(1.000em) c"),
]


@pytest.mark.parametrize(("text", "tex", "line", "typ"), READ, ids=[row[0] for row in READ])
def test_what_is_read_and_printed(text: str, tex: str, line: str, typ: str) -> None:
    layout = mathematics(text)
    assert (latex(layout), plain(layout).strip(), typst(layout)) == (tex, line, f"${typ}$")
    ElementTree.fromstring(mathml(layout))
    assert latex(mathematics(latex(layout))) == latex(layout)


REFUSED = [
    # what is written, what is said, and a caret under the place
    (r"a + \foo", r"\foo is not in the dialect", "    ^"),
    (r"a \leftarow b", r"\leftarow is not in the dialect; did you mean \leftarrow?", "  ^"),
    (r"\frac{a}", "expected more, but the formula ends", "        ^"),
    (r"\frac{a}{b", "expected }, but the formula ends", "          ^"),
    (r"a }", "} is not in the dialect", "  ^"),
    (r"\left( x", r"expected \right, but the formula ends", "        ^"),
    (r"x^12", "only the first digit of 12 belongs to the script; write {12}", "  ^"),
    (r"x_1_2", "a second _ at one base; use braces", "   ^"),
    (r"x^2^3", "a second ^ at one base; use braces", "   ^"),
    (r"x & y", "& is not in the dialect", "  ^"),
    (r"\begin{tabular} x \end{tabular}", r"\begin{tabular} is not in the dialect", "^"),
    (r"\begin{cases} x \end{matrix}", r"\end{matrix} is not in the dialect", "                ^"),
    (r"\left x \right)", "expected a bracket, got x", "      ^"),
    (r"\mathbf{x + y}", r"\mathbf takes letters and digits alone", "             ^"),
    (r"\text{a $b$}", "expected plain text and }", "     ^"),
    (r"\text{a \bf}", r"\b inside of words", "        ^"),
    (r"a \\ b", r"\\ is not in the dialect", "  ^"),
    (r"\begin{cases} a \\[2pt] b \end{cases}", r"\\[2pt] is not in the dialect", "                ^"),
    ("漢", "漢 is not in the dialect", "^"),
    ("a % b", "% is not in the dialect", "  ^"),
    ("a #b", "# is not in the dialect", "  ^"),
    ("", "expected a formula between the dollars", "^"),
    ("{" * 60, "more than 40 groups in one another", " " * 40 + "^"),
    ("a\\", r"\ is not in the dialect", " ^"),
]


@pytest.mark.parametrize(("text", "what", "caret"), REFUSED, ids=[row[0][:20] for row in REFUSED])
def test_what_is_not_known_is_said_with_its_column(text: str, what: str, caret: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        mathematics(text)
    assert caught.value.what == what
    assert caught.value.column == caret.index("^") + 1


@pytest.mark.parametrize("name", sorted({*glyphs.SIGNS, *glyphs.GREEK, *glyphs.FUNCTIONS, *glyphs.LIMITS}))
def test_every_command_prints_in_every_format(name: str) -> None:
    """And its LaTeX reads as the same box."""
    layout = mathematics(rf"a \{name} b")
    assert mathematics(latex(layout)) == layout
    ElementTree.fromstring(mathml(layout))
    assert typst(layout)
    assert plain(layout)


def test_what_the_house_prints_is_in_the_dialect() -> None:
    """Every shipped formula's LaTeX reads, and prints again as it was, up to braces and spaces."""

    def bare(text: str) -> str:
        return text.translate(str.maketrans("", "", "{} "))

    for layout in formulas():
        text = latex(layout)
        assert bare(latex(mathematics(text))) == bare(text)


PIECES = [
    "x",
    "2",
    r"\alpha",
    "_i",
    "^2",
    "'",
    r"\frac",
    "{",
    "}",
    "+",
    "-",
    "=",
    "(",
    ")",
    "|",
    r"\|",
    r"\sum",
    r"\hat",
]
PIECES += [r"\left(", r"\right)", r"\text{a b}", r"\sqrt", "[", "]", r"\log", "&", r"\\", r"\quad", r"\mathbf", ","]


def read(text: str) -> tuple[Layout | None, int]:
    """A formula, or the column where it cannot be read."""
    try:
        return mathematics(text), 0
    except UnreadableError as error:
        return None, error.column or 0


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join))
def test_whatever_is_written_is_read_or_refused_with_its_column(text: str) -> None:
    """What is read prints as LaTeX that reads as the same mathematics."""
    layout, column = read(text)
    if layout is None:
        assert 1 <= column <= len(text) + 1
        return
    ElementTree.fromstring(mathml(layout))
    again = mathematics(latex(layout)) if latex(layout) else layout
    assert plain(again) == plain(layout)
    assert typst(again) == typst(layout)


def test_the_page_of_the_dialect_is_whole() -> None:
    """The table of the module and every command stand in the documentation."""
    page = Path("docs/prose.md").read_text(encoding="utf-8")
    assert dialect.__doc__ is not None
    assert dialect.__doc__[dialect.__doc__.index("| what") :].partition("\n\n")[0] in page
    assert glyphs.commands() in page
