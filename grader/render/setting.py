"""What stands on a PDF's page, as calls of the functions in `templates/typ/style.j2`. Words come as string literals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.expression.layout import Layout
from grader.expression.plain import plain
from grader.expression.typst import equation, literal, typst
from grader.render.escaping import shortened, visible

if TYPE_CHECKING:
    from grader.render.pictures import Picture

SURE = 60  # characters of a formula, set plainly, that fits on a line in any case
LONGEST_WORD = 24  # characters in a row that a line of a table keeps together
POINTS_A_PIXEL = 0.62
_FONTS = re.compile(r'(<svg [^>]*?)font-family="[^"]*"')


def quoted(text: object) -> str:
    """Any text as a string in Typst's code.

    >>> print(quoted('a "b"'))
    "a \\"b\\""
    """
    return literal(shortened(visible(str(text))))


def display(layout: Layout) -> str:
    """A formula on lines of its own, made smaller where it is wider than the page."""
    made = "line" if len(plain(layout)) <= SURE else "wide"
    return f"#{made}[{equation(layout, display=True)}];"


def chain(terms: Sequence[tuple[Layout, bool]]) -> str:
    """Terms joined by equals signs, by the sign for about equal before those that were rounded.

    >>> from grader.expression.layout import numeric, symbol
    >>> print(chain([(symbol("w"), True), (numeric(2), False)]))
    #line[#math.equation(block: true, alt: "w ≈ 2", $w ≈ 2$);];
    """
    signs = ["", *("= " if exact else "≈ " for _, exact in terms[1:])]
    words = [sign + plain(term) for sign, (term, _) in zip(signs, terms, strict=True)]
    texts = [sign + typst(term)[1:-1] for sign, (term, _) in zip(signs, terms, strict=True)]
    alt = literal(" ".join(words))
    if len(alt) <= SURE:
        return f"#line[#math.equation(block: true, alt: {alt}, ${' '.join(texts)}$);];"
    pairs = ", ".join(f"({literal(said)}, ${text}$)" for said, text in zip(words, texts, strict=True))
    return f"#chain({alt}, {pairs});"


def code(text: str) -> str:
    """Any text as it was typed; what is long may be broken where it has no space."""
    return f"#code({literal(breakable(shortened(visible(text))))});"


def words(text: str) -> str:
    """Any text in a sentence."""
    return f"#{literal(breakable(visible(text)))};"


def breakable(text: str) -> str:
    """A text with places inside its longest words where a line may end.

    >>> breakable("short " + "x" * 30) == "short " + "\\u200b".join(["x" * 12, "x" * 12, "x" * 6])
    True
    """
    longer = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
    return longer.sub(lambda word: "\u200b".join(re.findall(".{1,12}", word[0])), text)


def picture(drawn: Picture) -> str:
    """A picture with its title below; its description is read in its place."""
    width = re.search(r' width="(\d+)"', drawn.svg)
    size = int(width[1]) * POINTS_A_PIXEL if width else 300
    svg = _FONTS.sub(r'\1font-family="Libertinus Serif"', drawn.svg, count=1)
    alt = f"{drawn.title}. {drawn.description}"
    return f"#plate({literal(svg)}, {literal(alt)}, {size:.1f}pt, {literal(drawn.title)});"
