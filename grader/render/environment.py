"""One Jinja environment a format. What a template prints is escaped for its format unless it is a formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup

from grader.expression import formats
from grader.expression.layout import Layout
from grader.marking import ASTRAY
from grader.marking.marks import earned, one_line
from grader.render.escaping import LONGEST, code, markdown, shortened, tex, visible
from grader.render.prose import Document, prose
from grader.render.prose_formats import to_latex, to_markdown, to_plain
from grader.resources import shipped

__all__ = ["FORMATS", "LONGEST", "Format", "code", "environment", "markdown", "points", "tex", "visible"]

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
    about: str
    """The sign for about equal."""
    prose: Callable[[Document], str]
    """What an author wrote."""
    broken: Callable[[str, Sequence[str]], str]
    """A chain of equals that takes several lines."""


def chain(format: Format, terms: Sequence[tuple[Layout, bool]]) -> str:
    """Terms joined by equals signs, by the sign for about equal before those that were rounded.

    A chain that is too wide for a page goes on a line for each term.
    """
    texts = [format.mathematics(term) for term, _ in terms]
    signs = ["=" if exact else format.about for _, exact in terms]
    width = sum(len(formats.plain(term)) + 3 for term, _ in terms)
    if width <= WIDEST or len(terms) < 3:
        return " ".join([texts[0], *(f"{sign} {text}" for sign, text in zip(signs[1:], texts[1:], strict=True))])
    return format.broken(texts[0], [f"{sign} {text}" for sign, text in zip(signs[1:], texts[1:], strict=True)])


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


LATEX: dict[str, Any] = {"mathematics": formats.latex, "display": formats.latex, "about": r"\approx", "broken": aligned}
PLAIN: dict[str, Any] = {"mathematics": formats.plain, "display": formats.plain_block, "about": "≈", "broken": below}
FORMATS = {
    "md": Format(ending=".md", escape=markdown, code=code, prose=to_markdown, **LATEX),
    "tex": Format(
        ending=".tex", escape=tex, code=lambda text: rf"\texttt{{{tex(shortened(text))}}}", prose=to_latex, **LATEX
    ),
    "txt": Format(ending=".txt", escape=visible, code=visible, prose=to_plain, **PLAIN),
}
"""The formats by name."""


@cache
def environment(name: str) -> jinja2.Environment:
    """The environment of a format: its templates, its filters, its escaping."""
    format = FORMATS[name]

    def escaped(value: Any) -> Any:
        if isinstance(value, Markup | jinja2.Undefined):
            return value
        return Markup(format.escape(shortened(str(value))))

    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(shipped("templates") / name),
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
    env.filters["chain"] = lambda line: Markup(chain(format, line.terms))
    env.filters["typed"] = one_line
    env.filters["earned"] = earned
    env.filters["columns"] = lambda table: Markup(in_columns([[format.mathematics(c) for c in row] for row in table]))
    env.tests["rounds"] = lambda step: hasattr(step, "heads")
    env.tests["astray"] = lambda mark: mark.verdict in ASTRAY
    env.filters["prose"] = lambda text: Markup(format.prose(prose(text)))
    return env
