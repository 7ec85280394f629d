"""A drawing and the SVG that it becomes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.expression import formats, layout
from grader.render.pictures.shapes import FONT, PALETTE, TEXT, Shape, px
from grader.render.values import DIGITS, symbol_of
from grader.resources import shipped

if TYPE_CHECKING:
    import jinja2

    from grader.solution import Solution

WIDEST = 640  # px
MARGIN = 12  # px around a drawing
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LONGEST_NAME = 24  # characters of a name in a picture
LONGEST_LINE = 120  # characters of a title
LONGEST_WORDS = 900  # characters of a description


@dataclass(frozen=True)
class Drawing:
    """What a picture shows: behind which step it stands, its words, its size in px and its shapes, lowest first."""

    after: str
    title: str
    description: str
    width: float
    height: float
    shapes: Sequence[Shape]


@cache
def template() -> jinja2.Template:
    """The template of all pictures, compiled once; whatever it prints is escaped."""
    import jinja2

    loader = jinja2.FileSystemLoader(shipped("templates") / "svg")
    env = jinja2.Environment(
        loader=loader, undefined=jinja2.StrictUndefined, autoescape=True, trim_blocks=True, auto_reload=False
    )
    return env.get_template("picture.j2")


def svg(drawing: Drawing, id: str) -> str:
    """A drawing as one `<svg>` element; `id` goes before the ids in it."""
    return template().render(
        id=id,
        font=FONT,
        size=TEXT,
        ink=PALETTE["ink"][0],
        title=clean(drawing.title, LONGEST_LINE),
        description=clean(drawing.description, LONGEST_WORDS),
        width=px(math.ceil(drawing.width)),
        height=px(math.ceil(drawing.height)),
        shapes=drawing.shapes,
    )


def clean(words: str, longest: int = LONGEST_NAME) -> str:
    """Words that may stand in XML, on one line, no longer than wanted.

    >>> clean("a\\u0000b\\n\\uffffc"), clean("x" * 30)
    ('a�b �c', 'xxxxxxxxxxxxxxxxxxxxxxx…')
    """
    from grader.render.environment import visible

    seen = re.sub("[\ufffe\uffff]", "�", visible(words))
    return seen if len(seen) <= longest else seen[: longest - 1] + "…"


def identifier(prefix: str) -> str:
    """A prefix as it may stand in an id; different ones stay different.

    >>> identifier("sgd-line "), identifier("sgd-line.")
    ('sgd-line_20_', 'sgd-line_2e_')
    """
    return re.sub(r"[^A-Za-z0-9-]", lambda sign: f"_{ord(sign[0]):x}_", prefix)


def symbol(solution: Solution, name: str) -> str:
    """A quantity's symbol in plain characters."""
    return clean(formats.plain(symbol_of(solution.names[name])))


@lru_cache(maxsize=65536)
def number(value: float, digits: int = DIGITS) -> str:
    """A number as pages show it: as it is where that is short, otherwise to six significant digits.

    >>> number(0.25), number(-1 / 3), number(1234567.0), number(130321.0, 4), number(2e-9, 4)
    ('0.25', '−0.333333', '1234567', '130300', '2·10⁻⁹')
    """
    if digits == DIGITS and abs(value) < 10**DIGITS * 10:
        exact = f"{value:.12g}"
        if "e" not in exact and len(exact.lstrip("-0.").replace(".", "")) <= DIGITS + 1:
            return minus(exact)
    short = f"{value:.{digits}g}"
    mantissa, _, power = short.partition("e")
    if not power:
        return minus(short)
    if digits == DIGITS:
        return formats.plain(layout.numeric(Fraction(short)))
    if -4 <= int(power) <= DIGITS:
        return minus(f"{float(short):.{max(0, digits - 1 - int(power))}f}")
    return f"{minus(mantissa)}·10{str(int(power)).translate(SUPERSCRIPTS)}"


def brief(value: float, digits: int) -> str:
    """A number with few digits, and where that is long with few places: for where there is little room.

    >>> brief(0.000131, 3), brief(2.5, 3), brief(130321.0, 6)
    ('0.000', '2.5', '130321')
    """
    words = number(value, digits)
    if len(words) <= digits + 3 or abs(value) >= 1:
        return words
    return minus(f"{value:.{digits}f}")


def minus(text: str) -> str:
    """A number's text with the sign that mathematics has for minus."""
    return "0" if text == "-0" else text.replace("-", "−")


def finite(*values: Any) -> bool:
    """Whether all numbers are there and of a size that can be drawn."""
    return all(bool(np.all(np.abs(value) < 1e12)) for value in values)


def listed(words: Iterable[str], most: int = 12) -> str:
    """Words with commas; of many the first and the last.

    >>> listed(map(str, range(20)), 4)
    '0, 1, 2, …, 19'
    """
    every = list(words)
    return ", ".join(every if len(every) <= most else [*every[: most - 1], "…", every[-1]])
