"""One Jinja environment a format. What a template prints is escaped for its format unless it is a formula."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from grader.document import write_bytes
from grader.expression import formats
from grader.expression.layout import Layout
from grader.expression.typst import equation
from grader.marking import ASTRAY
from grader.marking.marks import earned, one_line
from grader.render import html, setting
from grader.render.escaping import LONGEST, code, escape_html, markdown, shortened, tex, visible
from grader.render.pdf import pdf
from grader.render.prose import Document, prose
from grader.render.prose_formats import to_html, to_latex, to_markdown, to_plain, to_typst
from grader.render.tex import code as typed
from grader.render.tex import words
from grader.resources import shipped

__all__ = ["FORMATS", "LONGEST", "Format", "code", "environment", "markdown", "points", "tex", "visible", "write_page"]

Terms = Sequence[tuple[Layout, bool]]
"""What stands between equals signs, each with whether it is exact."""
WIDEST = 92  # characters of a chain of equals, set plainly, before it takes several lines


@dataclass(frozen=True, kw_only=True)
class Format:
    """A page format."""

    ending: str
    escape: Callable[[str], str]
    """Any text, so that it shows and does nothing."""
    code: Callable[[str], str]
    """Any text, as it was typed."""
    mathematics: Callable[[Layout], str]
    """A formula in a line of text."""
    display: Callable[[Layout], str]
    """A formula on lines of its own."""
    chain: Callable[[Terms], str]
    """Terms joined by equals signs, by the sign for about equal before those that were rounded."""
    prose: Callable[[Document], str]
    """What an author wrote."""
    folder: str = ""
    """Where its templates are, if not in a folder of its name."""
    finished: Callable[[str], bytes] = str.encode
    """A page's text as the file that people get."""
    pictured: bool = False
    """Whether keys hold pictures."""
    filters: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    """What its templates alone need; a `Markup` that one makes comes out as it is."""


def chained(
    mathematics: Callable[[Layout], str], about: str, broken: Callable[[str, Sequence[str]], str], terms: Terms
) -> str:
    """A chain as text; one that is too wide for a page goes on a line for each term."""
    texts = [mathematics(term) for term, _ in terms]
    rest = [f"{'=' if exact else about} {text}" for (_, exact), text in zip(terms[1:], texts[1:], strict=True)]
    width = sum(len(formats.plain(term)) + 3 for term, _ in terms)
    return " ".join([texts[0], *rest]) if width <= WIDEST or len(terms) < 3 else broken(texts[0], rest)


def aligned(first: str, rest: Sequence[str]) -> str:
    """A chain of LaTeX on several lines, its signs below each other."""
    lines = " \\\\ ".join(f"& {term}" for term in rest)
    return rf"\begin{{aligned}} {first} {lines} \end{{aligned}}"


def below(first: str, rest: Sequence[str]) -> str:
    """A chain on several lines of a terminal, its signs below each other."""
    return f"{first} " + ("\n" + " " * (len(first) + 1)).join(rest)


def in_columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of a terminal's table, their columns in line."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in rows)


def points(value: Fraction) -> str:
    """Points as people write them.

    >>> points(Fraction(5, 2)), points(Fraction(3)), points(Fraction(1, 3))
    ('2.5', '3', '0.33')
    """
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


LATEX: dict[str, Any] = {
    "mathematics": formats.latex, "display": formats.latex,
    "chain": partial(chained, formats.latex, r"\approx", aligned),
}  # fmt: skip
PLAIN: dict[str, Any] = {
    "mathematics": formats.plain, "display": formats.plain_block,
    "chain": partial(chained, formats.plain, "≈", below),
}  # fmt: skip
TYPST: dict[str, Any] = {"mathematics": equation, "display": setting.display, "chain": setting.chain}
MATHML: dict[str, Any] = {"mathematics": formats.mathml, "display": html.display, "chain": html.chain}


def marked(filter: Callable[..., str]) -> Callable[..., Markup]:
    """A filter whose outcome is not to be escaped again."""
    return lambda *values: Markup(filter(*values))


FORMATS = {
    "html": Format(
        ending=".html", escape=escape_html, code=lambda text: f"<code>{escape_html(shortened(text))}</code>",
        prose=to_html, pictured=True, **MATHML,
        filters={
            "cell": marked(html.cell), "plain": formats.plain, "product": math.prod, "long": html.long,
            "stylesheet": marked(html.stylesheet), "policy": lambda style: Markup(html.policy(str(style))),
        },
    ),
    "md": Format(ending=".md", escape=markdown, code=code, prose=to_markdown, **LATEX),
    "tex": Format(
        ending=".tex", escape=words, code=typed, prose=to_latex, **LATEX
    ),
    "txt": Format(ending=".txt", escape=visible, code=visible, prose=to_plain, **PLAIN),
    "pdf": Format(
        ending=".pdf", escape=setting.words, code=setting.code, prose=to_typst, **TYPST,
        folder="typ", finished=pdf, pictured=True,
         filters={"quoted": marked(setting.quoted), "picture": marked(setting.picture)},
    ),
}  # fmt: skip
"""The formats by name."""


@cache
def environment(name: str) -> jinja2.Environment:
    """The environment of a format: its templates, its filters, its escaping."""
    format = FORMATS[name]

    def escaped(value: Any) -> Any:
        if isinstance(value, Markup | jinja2.Undefined | int):  # a count stands in a template's code too
            return value
        return Markup(format.escape(shortened(str(value))))

    env = jinja2.Environment(
        autoescape=name == "html",
        loader=jinja2.FileSystemLoader(shipped("templates") / (format.folder or name)),
        undefined=jinja2.StrictUndefined,
        finalize=escaped,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    env.filters["mathematics"] = lambda layout: Markup(format.mathematics(layout))
    env.filters["display"] = lambda layout: Markup(format.display(layout))
    env.filters["code"] = lambda text: Markup(format.code(str(text)))
    env.filters["points"] = points
    env.filters["chain"] = lambda line: Markup(format.chain(line.terms))
    env.filters["typed"] = one_line
    env.filters["earned"] = earned
    env.filters["columns"] = lambda table: Markup(in_columns([[format.mathematics(c) for c in row] for row in table]))
    for filter, made in format.filters.items():
        env.filters[filter] = made
    env.tests["rounds"] = lambda step: hasattr(step, "heads")
    env.tests["astray"] = lambda mark: mark.verdict in ASTRAY
    env.filters["prose"] = lambda text: Markup(format.prose(prose(text)))
    return env


def write_page(path: Path, format: str, text: str) -> None:
    """Write a page as people get it. Raises `DocumentError` where that fails."""
    write_bytes(path, FORMATS[format].finished(text))
