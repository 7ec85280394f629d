"""Mathematics on HTML pages, and what a page carries so that it needs nothing else: its style, its font, its policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from grader.expression import formats
from grader.expression.layout import Grid, Infix, Layout, Numeric, Ratio
from grader.expression.mathml import STYLE, mathml
from grader.expression.typeset import Row, Sign
from grader.render.escaping import escape_html
from grader.render.pictures.shapes import PALETTE, style
from grader.resources import shipped

NARROW = 30  # characters, set plainly, of what fits on a telephone
LONG = 64  # entries of a tensor that a page folds away
SHADE = ("#f4f5f7", "#22252c")


def chain(terms: Sequence[tuple[Layout, bool]]) -> str:
    """Terms joined by equals signs, by the sign for about equal before those that were rounded.

    A line breaks between terms and, in a long sum, before its signs, as narrow as the page may be.
    """
    pieces = [piece for term, exact in terms[1:] for piece in parted(term, "=" if exact else "≈")]
    rest = f"<div>{'<wbr>'.join(map(mathml, pieces))}</div>" if pieces else ""
    line = f'<div class="chain">{mathml(terms[0][0])}{rest}</div>'
    return scrolling(line) if max(map(extent, [terms[0][0], *pieces])) > NARROW else line


def parted(term: Layout, sign: str) -> Iterator[Layout]:
    """A term behind a sign, a long sum as pieces between which a line may break."""
    if isinstance(term, Infix) and term.operator in {"+", "−"} and extent(term) > NARROW:
        yield from parted(term.left, sign)
        yield Row((Sign(term.operator, "binary"), term.right))
    else:
        yield Row((Sign(sign, "relation" if sign in "=≈" else "binary"), term))


def extent(layout: Layout) -> int:
    """About how wide a layout is, in characters."""
    match layout:
        case Infix(left, _, right):
            return extent(left) + 3 + extent(right)
        case Ratio(numerator, denominator):
            return max(extent(numerator), extent(denominator))
        case Row(items):
            return sum(map(extent, items)) + 2
        case Grid(rows):
            return sum(max(map(extent, column)) + 2 for column in zip(*rows, strict=True))
    return len(formats.plain(layout))


def display(layout: Layout) -> str:
    """A formula on a line of its own; what a telephone has no room for can be moved sideways."""
    return scrolling(mathml(layout)) if extent(layout) > NARROW else f"<div>{mathml(layout)}</div>"


def scrolling(inner: str) -> str:
    """What may be wider than the page, to be reached by keys too."""
    return f'<div class="scroll" role="group" aria-label="A wide formula" tabindex="0">{inner}</div>'


def cell(layout: Layout) -> str:
    """A value in a table: a number as text, so that digits stand below each other.

    >>> cell(Numeric("-2.5"))
    '−2.5'
    """
    return escape_html(formats.plain(layout)) if isinstance(layout, Numeric) else mathml(layout)


def long(grids: Sequence[Layout]) -> bool:
    """Whether a tensor has so many entries that a page folds it away."""
    found = [grid.right for grid in grids if isinstance(grid, Infix) and isinstance(grid.right, Grid)]
    return sum(len(grid.rows) * len(grid.rows[0]) for grid in found) > LONG


def stylesheet(body: str) -> str:
    """The style sheet of a page: one that holds no mathematics carries no font."""
    return _stylesheet("<math" in body)


@cache
def _stylesheet(mathematics: bool) -> str:
    light, dark = (
        ";".join(f"--{name}:{shades[tone]}" for name, shades in {**PALETTE, "shade": SHADE}.items()) for tone in (0, 1)
    )
    rules = [f":root{{{light}}}", f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"]
    sheets = sorted(
        (shipped("templates") / "html").glob("*.css"), key=lambda sheet: (sheet.stem != "style", sheet.stem)
    )
    written = "\n".join(sheet.read_text(encoding="utf-8").strip() for sheet in sheets)
    return "\n".join([*([_font()] if mathematics else []), *rules, written, STYLE, style()])


def _font() -> str:
    font = base64.b64encode((shipped("templates") / "html" / "math.woff2").read_bytes()).decode("ascii")
    return f'@font-face{{font-family:mathematics;src:url(data:font/woff2;base64,{font}) format("woff2")}}'


@lru_cache(maxsize=8)
def policy(style: str) -> str:
    """The content policy of a page: nothing runs, nothing is fetched, and no style counts but this one."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; font-src data:; img-src data:"
