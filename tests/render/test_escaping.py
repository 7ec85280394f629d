"""Names and answers may hold anything: on a page they are text and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import grader
from grader.render.environment import FORMATS, LONGEST, code, markdown, tex, visible
from grader.render.feedback import SheetView, page

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![x](http://example.invalid/a.png)",
    "<http://example.invalid>",
    "**bold** _em_ `code` ~~gone~~",
    "| cell | cell |",
    "a\n\n# heading\n\n- item",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "12) item",
    "> quote",
    "---",
    "===",
    "``` fence",
    "$x$ and $$y$$",
    "&lt;b&gt; &copy;",
    "\\*not\\*",
    "{{ 7 * 7 }} {% raw %}",
    "\u202egnp.exe",
    "a\u200bb\u0000c",
    "back`tick`` and ```",
    "`",
    "\\input{/etc/passwd} \\write18{id} %x #1 _a^b ~ &",
]


def rendered(text: str) -> str:
    """The text that a reader of this Markdown sees, if nothing in it is markup; fails if something is."""
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text)
    assert [token.type for token in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])
    children = [child for token in tokens for child in token.children or []]
    assert {child.type for child in children} <= {"text", "text_special", "code_inline"}
    return "".join(child.content for child in children)


@pytest.mark.parametrize("attack", ATTACKS)
def test_markdown_shows_text_and_starts_nothing(attack: str) -> None:
    """One paragraph of plain text comes out, with the characters that went in."""
    assert rendered(markdown(attack)) == visible(attack).strip()
    assert not any(sign in markdown(attack).replace("\\$", "") for sign in "$")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab1 .)(<>&*_`~$#|[]{}\\!-+=^\n\u202e", max_size=40))
def test_markdown_shows_any_text(text: str) -> None:
    """The same for whatever Hypothesis comes up with."""
    assert rendered(markdown(text)) == visible(text).strip()


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab1 <>&*_`~$#|\\", max_size=40))
def test_code_spans_hold_any_text(text: str) -> None:
    """A code span shows what was typed, in a cell of a table too."""
    table = f"| a |\n|---|\n| {code(text)} |\n"
    tokens = MarkdownIt("commonmark").enable("table").parse(table)
    cell = [token for token in tokens if token.type == "inline"][-1]
    assert [child.type for child in cell.children or []] == ["code_inline"]
    assert (cell.children or [])[0].content.strip() == visible(text).strip()


@pytest.mark.parametrize("attack", ATTACKS)
def test_latex_shows_text_and_runs_nothing(attack: str) -> None:
    """Every character that LaTeX would act on is a command that prints it."""
    left = tex(attack)
    for command in ("\\textbackslash{}", "\\textasciitilde{}", "\\textasciicircum{}", *("\\" + c for c in "#$%&_{}")):
        left = left.replace(command, "")
    left = re.sub(r"\$[<>|]\$", "", left)
    assert not set(left) & set("\\#$%&_{}~^")


@pytest.mark.parametrize("attack", [*ATTACKS, "x" * 10_000])
def test_a_feedback_page_survives_a_hostile_name_and_answer(attack: str) -> None:
    """A page of headings, paragraphs and tables comes out whatever a student writes, and no HTML."""
    problem = grader.load("problems/class-notes/sgd-line.yaml")
    marks = grader.grade(problem, {"yhat_1": attack, "w_5": "1"}, student=attack)
    sheet = SheetView(problem, marks)
    text = page(attack, [sheet])
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    types = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or []}
    assert not types & {"html_block", "html_inline", "link_open", "image", "bullet_list_open", "fence"}
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1", "h2"]
    rows = [token for token in tokens if token.type == "tr_open"]
    assert len(rows) == 1 + len(problem.parts) + 1 + len(sheet.told)
    assert max(map(len, text.splitlines())) < 8 * LONGEST


@pytest.mark.parametrize("attack", [*ATTACKS, "x" * 10_000, "a = b", "\\text{<b>} = | 1 |", "let q = `x`"])
def test_lines_and_formulas_on_a_feedback_page(attack: str) -> None:
    """A derivation's lines stand in a table of their own, a row each, and a formula's message in its cell."""
    derivation = grader.load("problems/exercise-2-report/softmax-derivation.yaml")
    formula = grader.load("problems/exercise-2-report/softmax-derivative.yaml")
    sheets = [
        SheetView(derivation, grader.grade(derivation, {"lines": [attack, r"= \hat{y}_i", attack]})),
        SheetView(formula, grader.grade(formula, {"same": attack})),
    ]
    text = page("s", sheets)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    types = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or []}
    assert not types & {"html_block", "html_inline", "link_open", "image", "bullet_list_open", "fence"}
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1", "h2", "h2"]
    rows = [token for token in tokens if token.type == "tr_open"]
    lines = [attack, "=", attack] if attack.strip() else ["="]
    told = sum(1 + len(sheet.told) for sheet in sheets if sheet.told)
    assert len(rows) == (1 + len(derivation.parts)) + (1 + len(lines)) + (1 + len(formula.parts)) + told
    assert max(map(len, text.splitlines())) < 8 * LONGEST


def test_what_a_page_of_lines_says() -> None:
    """Each line as typed with its verdict, what goes wrong in bold; an unfinished answer is not called right."""
    derivation = grader.load("problems/exercise-2-report/softmax-derivation.yaml")
    marks = grader.grade(derivation, {"lines": [r"\hat{y}_i = e^{z_i}", derivation.solution["lines"].kind.lines[0]]})
    text = page("s", [SheetView(derivation, marks)])
    assert "| 1 | `\\hat{y}_i = e^{z_i}` | **wrong** |" in text
    assert "| 2 | `" in text
    ridge = grader.load("problems/exercise-2-report/exercise-2-ridge.yaml")
    closed = r"(X^T X + n λ I) w = X^T y"
    gradient = r"\frac2n X^T(Xw - y) + 2 λ w"
    text = page("s", [SheetView(ridge, grader.grade(ridge, {"gradient": gradient, "closed_form": closed}))])
    assert "> Nothing that is written here is wrong; what is marked `incomplete` can be finished." in text
    assert "This equation holds; solve it for w." in text


@pytest.mark.parametrize("format", ["md", "tex", "html", "pdf"])
def test_hints_stand_where_something_is_wrong(format: str) -> None:
    """And nowhere else; they are prose, with mathematics."""
    problem = grader.load("problems/lesson-0/dot-and-cross.yaml")
    assert problem.hints
    wrong = page("s", [SheetView(problem, grader.grade(problem, {"dot": "1"}))], format)
    assert wrong.count("Hint") == len(problem.hints)
    right = grader.grade(problem, {"dot": str(problem.solution["dot"].value)})
    assert "Hint" not in page("s", [SheetView(problem, [right["dot"]])], format)


def test_every_format_escapes_by_default() -> None:
    """A template that prints a value gets it escaped without asking."""
    from grader.render.environment import environment

    for name in FORMATS:
        shown = environment(name).from_string("{{ value }}").render(value="<b> & \u202e \\x $y$")
        assert "\u202e" not in shown
        assert shown == FORMATS[name].escape("<b> & \u202e \\x $y$")
