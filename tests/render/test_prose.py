"""Authors' prose on every page format."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.checks import check
from grader.document import read_yaml
from grader.errors import UnreadableError
from grader.problem import read_problem
from grader.render.escaping import escape_html, escape_typst, visible
from grader.render.prose import Paragraph, Text, prose
from grader.render.prose_formats import to_html, to_latex, to_markdown, to_plain, to_typst
from tests.shipped import texts

PRINTED = [
    # prose, Markdown, LaTeX, HTML, plain
    ("50% of *it*", "50% of *it*", r"50\% of \emph{it}", "<p>50% of <em>it</em></p>", "50% of it"),
    ("a **b**", "a **b**", r"a \textbf{b}", "<p>a <strong>b</strong></p>", "a b"),
    ("`a_b`", "`a_b`", r"\texttt{a\_b}", "<p><code>a_b</code></p>", "a_b"),
    (
        "$w_1$ & <b>",
        r"$w_1$ \& \<b\>",
        r"$w_1$ \& $<$b$>$",
        '<p><math alttext="w_1"><msub><mi>w</mi><mn>1</mn></msub></math> &amp; &lt;b&gt;</p>',
        "w_1 & <b>",
    ),
    (r"5 \$ and \*", r"5 \$ and \*", r"5 \$ and *", "<p>5 $ and *</p>", "5 $ and *"),
    (
        "$$x$$",
        "$$x$$",
        r"\[ x \]",
        '<p><math display="block" alttext="x"><mi>x</mi></math></p>',
        "\n    x\n",
    ),
    ("- a\n- b", "- a\n- b", None, "<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
    (
        "3. a\n\n4. b",
        "3. a\n\n4. b",
        "\\begin{enumerate}\n\\setcounter{enumi}{2}\n\\item{} a\n\\item{} b\n\\end{enumerate}",
        '<ol start="3"><li><p>a</p></li><li><p>b</p></li></ol>',
        "3. a\n4. b",
    ),
    ("> a", "> a", "\\begin{quote}\na\n\\end{quote}", "<blockquote><p>a</p></blockquote>", "  a"),
    ("a\\\nb", "a\\\nb", "a\\newline\nb", "<p>a<br>b</p>", "a\nb"),
    (
        "[a](https://example.org/b_c)",
        "[a](<https://example.org/b_c>)",
        r"a (\texttt{https://example.org/b\_c})",
        '<p><a href="https://example.org/b_c" rel="noreferrer">a</a></p>',
        "a (https://example.org/b_c)",
    ),
    (
        "```\na  <b>\n```",
        "    a  <b>",
        "\\begin{quote}\\ttfamily\na~~$<$b$>$\n\\end{quote}",
        "<pre><code>a  &lt;b&gt;</code></pre>",
        "    a  <b>",
    ),
]


@pytest.mark.parametrize(("text", "md", "tex", "html", "line"), PRINTED, ids=[row[0] for row in PRINTED])
def test_each_kind_of_prose(text: str, md: str, tex: str | None, html: str, line: str) -> None:
    document = prose(text)
    assert to_markdown(document) == md
    assert tex is None or to_latex(document) == tex
    assert to_html(document) == html
    assert to_plain(document) == line
    assert to_markdown(prose(to_markdown(document))) == md


def test_prose_in_typst() -> None:
    """Words are string literals, each closed; formulas say themselves."""
    assert to_typst(prose("*a* $x$\n\n1. b")) == (
        '#emph[#"a";];#" ";#math.equation(alt: "x", $x$);\n\n#enum(start: 1, tight: true, [#"b";]);'
    )


REFUSED = [
    ("Take $x", r"no $ ends the formula $x; a dollar alone is \$"),
    ("$$x$ y", "no $$ ends the formula $$x$ y"),
    (r"Take $a \foo b$.", r"\foo is not in the dialect (column 3 of the formula $a \foo b$)"),
    ("# Big", "a heading cannot stand in prose"),
    ("Big\n===", "a heading cannot stand in prose"),
    ("![a](b.png)", "an image cannot stand in prose"),
    ("a\n\n---", "a rule across the page cannot stand in prose"),
    ("[a](javascript:x)", None),
    ("[a](/etc/passwd)", "a link leads to http://, https:// or mailto:, got /etc/passwd"),
    ("$ $", "expected a formula between the dollars"),
]


@pytest.mark.parametrize(("text", "what"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_refused(text: str, what: str | None) -> None:
    """With what to do; a link that CommonMark refuses stays text."""
    if what is None:
        assert to_plain(prose(text)) == text
        return
    with pytest.raises(UnreadableError) as caught:
        prose(text)
    assert caught.value.what.startswith(what)
    assert "docs/prose.md" in caught.value.what


def test_check_says_where() -> None:
    """The file, the line and the key, and the column in the formula."""
    spec = "family: sgd\nstatement: 'Take $a \\foo$.'\ngiven: {w: 1, b: 0, lr: 1, x: [1], y: [1]}\n"
    problem = read_problem(read_yaml(spec), "p", "p.yaml")
    (error,) = check(problem).errors
    assert str(error) == (
        r"p.yaml:2: statement: \foo is not in the dialect (column 3 of the formula $a \foo$); see docs/prose.md"
    )


def test_lines_of_a_display_start_no_list() -> None:
    document = prose("Before\n$$\na\n- b\n$$\nafter")
    assert to_markdown(document) == "Before\n\n$$a - b$$\n\nafter"


def test_nothing_vanishes() -> None:
    """What CommonMark would take for a definition, or for HTML, stays."""
    assert to_plain(prose("[a]: https://example.org")) == "[a]: https://example.org"
    assert to_plain(prose("a <!-- b -->")) == "a <!-- b -->"
    assert to_plain(prose("<div>a</div>")) == "<div>a</div>"


def test_all_shipped_prose_is_known() -> None:
    """Every statement, question, option, sentence and rubric prints in every format; HTML is well-formed."""
    assert len(texts()) > 600
    for text, place in texts().items():
        document = prose(text)
        root = ElementTree.fromstring(f"<div>{to_html(document)}</div>")
        assert len(root), place
        assert to_markdown(prose(to_markdown(document))) == to_markdown(document), place
        assert to_latex(document), place
        assert "$" not in to_plain(document), place


def test_sentences_say_what_they_say() -> None:
    """Words without mathematics or markup come out as they were written."""
    for text in texts():
        if not set(text) & set("$*`\\_[<&") and "\n" not in text:
            assert prose(text).blocks == (Paragraph((Text(text),)),)


def test_typst_sets_all_shipped_prose() -> None:
    """In one document, which passes Typst's own check of PDF/UA-1."""
    typst = pytest.importorskip("typst", reason="the extra [pdf] is not installed")
    source = "\n\n".join(to_typst(prose(text)) for text in [*texts(), *(row[0] for row in PRINTED)])
    document = typst.compile(f'#set document(title: "all")\n{source}'.encode(), pdf_standards=["ua-1"])
    assert document.startswith(b"%PDF")


ATTACKS = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</math></p><style>",
    "&lt; &amp;amp; &#x3c;",
    "]]> <!-- -->",
    '#import "@preview/x:1.0.0": *',
    '#panic("run")',
    '" ; #panic("run") ; "',
    "$x$ $$",
    "\\",
    '\\" #panic()',
    "*/ /* //",
    "// gone",
    "@label <label>",
    "= heading\n- item\n+ item\n/ term: x",
    "`raw` ```x```",
    "_a_ *b* ~ -- --- ... '",
    ".len() [x] (y)",
    "https://example.org",
    "\u202egnp.exe \u2066x\u2069 \u200f",
    "\ud800 lone \udfff",
    "a\u0000b\u0007\ufffe\U0001ffff",
    "漢字 🙂 שלום",
    "x" * 10_000,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_html_shows_anybodys_text(attack: str) -> None:
    """Between tags and between quotes, as an XML parser reads it and as an HTML one does."""
    escaped = escape_html(attack)
    root = ElementTree.fromstring(f'<p title="{escaped}">{escaped}</p>')
    assert root.text == root.get("title") == visible(attack)
    assert len(root) == 0
    assert not set(escaped) & set("<>\"'")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_html_shows_any_text(text: str) -> None:
    assert ElementTree.fromstring(f"<p>{escape_html(text)}</p>").text == (visible(text) or None)


def shown_by_typst(texts: list[str]) -> list[str]:
    """The texts as Typst finds them in a document, each with words behind it that could be read as code."""
    typst = pytest.importorskip("typst", reason="the extra [pdf] is not installed")
    source = "".join(f"#metadata([{escape_typst(text)}.len()(x)[y]].children.at(0).text) <shown>\n" for text in texts)
    assert typst.compile(source.encode()).startswith(b"%PDF")
    return [found["value"] for found in json.loads(typst.query(source.encode(), "<shown>"))]


def test_typst_shows_anybodys_text() -> None:
    """What Typst finds is the text that went in, and nothing else."""
    assert shown_by_typst(ATTACKS) == [visible(attack) for attack in ATTACKS]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=30), min_size=8, max_size=8))
def test_typst_shows_any_text(texts: list[str]) -> None:
    assert shown_by_typst(texts) == [visible(text) for text in texts]


def test_markdown_prose_round_trips_through_another_reader() -> None:
    """What is printed as Markdown holds no HTML, no heading and no image for whoever renders it."""
    for text in texts():
        tokens = MarkdownIt("commonmark").parse(to_markdown(prose(text)))
        types = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or []}
        assert not types & {"html_block", "html_inline", "image", "heading_open", "hr"}
