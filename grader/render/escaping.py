"""Anybody's text on a page: it shows, and it does nothing. One function a format."""

from __future__ import annotations

import re
import unicodedata
from html import escape

from grader.expression.latex import escaped_latex
from grader.expression.typst import literal

LONGEST = 400  # characters of somebody's text on a page
_HIDDEN = {"Cc", "Cf", "Cs", "Co"}


def visible(text: str) -> str:
    """Text on one line, with nothing in it that hides or turns what stands around it.

    >>> visible("two\\nlines and \\u202e turned")
    'two lines and � turned'
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text
    line = re.sub(r"\s+", " ", text)
    return "".join("�" if unicodedata.category(c) in _HIDDEN or _is_no_character(c) else c for c in line)


def _is_no_character(character: str) -> bool:
    """Whether Unicode keeps the code for no character, so that XML refuses it."""
    code = ord(character)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def shortened(text: str) -> str:
    """Text of at most `LONGEST` characters, with a mark where the rest was left out."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def markdown(text: str) -> str:
    """Any text as CommonMark that shows it and starts nothing: no markup, no HTML, no mathematics, no list.

    >>> print(markdown("- <b>*w_1*</b> | $x$"))
    \\- \\<b\\>\\*w\\_1\\*\\</b\\> \\| \\$x\\$
    """
    escaped = re.sub(r"([\\`*_{}\[\]<>#|~$&^])", r"\\\1", visible(text))
    return re.sub(r"^(\s*)(?=[-+=](\s|[-+=]|$)|\d+[.)](\s|$))(\d*)", r"\1\4\\", escaped)


def code(text: str) -> str:
    """Any text as a code span that stands in a table too: typed text looks as it was typed."""
    return span(shortened(visible(text)).replace("|", r"\|"))


def span(text: str) -> str:
    """A code span of CommonMark, its fence longer than any inside."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if text[:1] in {"`", ""} or text[-1:] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def tex(text: str) -> str:
    """Any text as LaTeX that shows it."""
    return escaped_latex(visible(text))


def escape_html(text: str) -> str:
    """Any text as HTML or XML that shows it, between tags and between quotes.

    >>> print(escape_html("<b onclick='x'>&amp;"))
    &lt;b onclick=&#x27;x&#x27;&gt;&amp;amp;
    """
    return escape(visible(text))


def escape_typst(text: str) -> str:
    r"""Any text as Typst that shows it: a string literal, closed so that nothing behind it can be read as part of it.

    >>> print(escape_typst('#import "x": * // $y$'))
    #"#import \"x\": * // $y$";
    """
    return f"#{literal(visible(text))};"
