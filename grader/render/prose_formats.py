"""Prose on the pages: one function a format, from a `Document` to text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

from grader.expression.latex import escaped_latex, latex
from grader.expression.mathml import mathml
from grader.expression.plain import plain
from grader.expression.typst import equation, literal
from grader.render.escaping import escape_html, escape_typst, markdown, span, tex, visible
from grader.render.prose import (
    Block,
    Break,
    Code,
    Document,
    Emphasis,
    Formula,
    Inline,
    Link,
    Listing,
    Paragraph,
    Program,
    Quote,
    Text,
)

Write = Callable[[Inline], str]


def to_markdown(document: Document) -> str:
    """As CommonMark, mathematics between dollars.

    >>> from grader.render.prose import prose
    >>> print(to_markdown(prose("*Take* $w_1 < 2$ & more.")))
    *Take* $w_1 < 2$ \\& more.
    """
    return _apart(map(_markdown_block, document.blocks))


def _markdown_block(block: Block) -> str:
    match block:
        case Paragraph(inner):
            return _line(_markdown, inner)
        case Listing(items, first, tight):
            marks = [f"{first + k}. " if first is not None else "- " for k in range(len(items))]
            between = "\n" if tight else "\n\n"
            return between.join(
                mark + _indented(between.join(map(_markdown_block, item)), len(mark))
                for mark, item in zip(marks, items, strict=True)
            )
        case Quote(blocks):
            return "> " + _apart(map(_markdown_block, blocks)).replace("\n", "\n> ")
        case Program(text):
            return "    " + "\n    ".join(map(visible_line, text.split("\n")))


def _markdown(inline: Inline) -> str:
    match inline:
        case Text(text):
            return markdown(text)
        case Code(text):
            return span(visible(text))
        case Formula(layout, display):
            return f"$${latex(layout)}$$" if display else f"${latex(layout)}$"
        case Emphasis(inner, strong):
            mark = "**" if strong else "*"
            return mark + _line(_markdown, inner) + mark
        case Link(inner, address):
            return f"[{_line(_markdown, inner)}](<{address}>)"
        case Break():
            return "\\\n"


def to_latex(document: Document) -> str:
    """As LaTeX, with what amsmath has."""
    return _apart(map(_latex_block, document.blocks))


def _latex_block(block: Block) -> str:
    match block:
        case Paragraph(inner):
            return _line(_latex, inner)
        case Listing(items, first, _):
            kind = "itemize" if first is None else "enumerate"
            lines = [r"\item{} " + _apart(map(_latex_block, item)) for item in items]
            start = [rf"\setcounter{{enumi}}{{{first - 1}}}"] if first not in {None, 1} and first is not None else []
            return "\n".join([rf"\begin{{{kind}}}", *start, *lines, rf"\end{{{kind}}}"])
        case Quote(blocks):
            return "\\begin{quote}\n" + _apart(map(_latex_block, blocks)) + "\n\\end{quote}"
        case Program(text):
            lines = [escaped_latex(visible_line(line)).replace(" ", "~") or "~" for line in text.split("\n")]
            return "\\begin{quote}\\ttfamily\n" + "\\newline\n".join(lines) + "\n\\end{quote}"


def _latex(inline: Inline) -> str:
    match inline:
        case Text(text):
            return tex(text)
        case Code(text):
            return rf"\texttt{{{tex(text)}}}"
        case Formula(layout, display):
            return rf"\[ {latex(layout)} \]" if display else f"${latex(layout)}$"
        case Emphasis(inner, strong):
            return rf"\{'textbf' if strong else 'emph'}{{{_line(_latex, inner)}}}"
        case Link(inner, address):
            return rf"{_line(_latex, inner)} (\texttt{{{tex(address)}}})"
        case Break():
            return "\\newline\n"


def to_html(document: Document) -> str:
    """As HTML, mathematics as MathML."""
    return "\n".join(map(_html_block, document.blocks))


def _html_block(block: Block) -> str:
    match block:
        case Paragraph(inner):
            return f"<p>{_line(_html, inner)}</p>"
        case Listing(items, first, tight):
            kind = "ul" if first is None else "ol"
            start = "" if first in {None, 1} else f' start="{first}"'
            return f"<{kind}{start}>{''.join(f'<li>{_html_item(item, tight)}</li>' for item in items)}</{kind}>"
        case Quote(blocks):
            return f"<blockquote>{''.join(map(_html_block, blocks))}</blockquote>"
        case Program(text):
            return f"<pre><code>{escape_lines(text)}</code></pre>"


def _html_item(item: Sequence[Block], tight: bool) -> str:
    """An item; a tight one's words are no paragraph of their own."""
    return "".join(
        _line(_html, block.inner) if tight and isinstance(block, Paragraph) else _html_block(block) for block in item
    )


def escape_lines(text: str) -> str:
    return "\n".join(escape(visible_line(line)) for line in text.split("\n"))


def _html(inline: Inline) -> str:
    match inline:
        case Text(text):
            return escape_html(text)
        case Code(text):
            return f"<code>{escape_html(text)}</code>"
        case Formula(layout, display):
            return mathml(layout, display)
        case Emphasis(inner, strong):
            tag = "strong" if strong else "em"
            return f"<{tag}>{_line(_html, inner)}</{tag}>"
        case Link(inner, address):
            return f'<a href="{escape_html(address)}" rel="noreferrer">{_line(_html, inner)}</a>'
        case Break():
            return "<br>"


def to_typst(document: Document) -> str:
    """As Typst: words are string literals, formulas say themselves to a screen reader."""
    return _apart(map(_typst_block, document.blocks))


def _typst_block(block: Block) -> str:
    match block:
        case Paragraph(inner):
            return _line(_typst, inner)
        case Listing(items, first, tight):
            kind = "list" if first is None else "enum"
            start = "" if first is None else f"start: {first}, "
            bodies = ", ".join(f"[{_apart(map(_typst_block, item))}]" for item in items)
            return f"#{kind}({start}tight: {'true' if tight else 'false'}, {bodies});"
        case Quote(blocks):
            return f"#quote(block: true)[{_apart(map(_typst_block, blocks))}];"
        case Program(text):
            return f"#raw(block: true, {literal(chr(10).join(map(visible_line, text.split(chr(10)))))});"


def _typst(inline: Inline) -> str:
    match inline:
        case Text(text):
            return escape_typst(text)
        case Code(text):
            return f"#raw({literal(visible(text))});"
        case Formula(layout, display):
            return equation(layout, display)
        case Emphasis(inner, strong):
            return f"#{'strong' if strong else 'emph'}[{_line(_typst, inner)}];"
        case Link(inner, address):
            return f"#link({literal(address)})[{_line(_typst, inner)}];"
        case Break():
            return "#linebreak();"


def to_plain(document: Document) -> str:
    """As plain text for a terminal."""
    return _apart(map(_plain_block, document.blocks))


def _plain_block(block: Block) -> str:
    match block:
        case Paragraph(inner):
            return _line(_plain, inner)
        case Listing(items, first, _):
            marks = [f"{first + k}. " if first is not None else "- " for k in range(len(items))]
            return "\n".join(
                mark + _indented("\n".join(map(_plain_block, item)), len(mark))
                for mark, item in zip(marks, items, strict=True)
            )
        case Quote(blocks):
            return "  " + _indented(_apart(map(_plain_block, blocks)), 2)
        case Program(text):
            return "\n".join(f"    {visible_line(line)}" for line in text.split("\n"))


def _plain(inline: Inline) -> str:
    match inline:
        case Text(text) | Code(text):
            return visible(text)
        case Formula(layout, display):
            return f"\n    {plain(layout)}\n" if display else plain(layout)
        case Emphasis(inner):
            return _line(_plain, inner)
        case Link(inner, address):
            return f"{_line(_plain, inner)} ({visible(address)})"
        case Break():
            return "\n"


def visible_line(line: str) -> str:
    """A line of code with its spaces as they are."""
    return " ".join(map(visible, line.replace("\t", "    ").split(" ")))


def _line(write: Write, inner: Iterable[Inline]) -> str:
    return "".join(map(write, inner))


def _apart(blocks: Iterable[str]) -> str:
    return "\n\n".join(blocks)


def _indented(text: str, by: int) -> str:
    return text.replace("\n", "\n" + " " * by)
