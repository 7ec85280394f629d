"""Shapes: the few elements that pictures are made of, in colours that a page's style may change.

A colour stands twice on an element: as an attribute, which every reader of SVG knows and any style sheet overrides, and
as a class, by which `STYLE` follows the variables of the page in the light and in the dark.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

Point = tuple[float, float]

PALETTE = {
    "ink": ("#1a1a1a", "#ececec"),
    "paper": ("#ffffff", "#16181d"),
    "muted": ("#555555", "#b4b4b4"),
    "rule": ("#767676", "#8c8c8c"),
    "faint": ("#dddddd", "#3a3d44"),
    "blue": ("#0b57a4", "#8ab8ff"),
    "red": ("#b3261e", "#ff9d94"),
    "green": ("#1e6b34", "#86d39a"),
    "violet": ("#6a3d9a", "#cdb0f2"),
    "tint": ("#d6e6f9", "#1f3b60"),
    "warm": ("#fbe6c8", "#54401a"),
}
"""Each colour in the light and in the dark. Those that write and draw have a contrast of at least 4.5 on paper."""

SMALL, TEXT, LARGE = 11, 13, 15  # px of type
THIN, MIDDLE, THICK = 1.2, 2.0, 2.8  # px of lines
DASHES = "5 4"
FONT = "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"


def style() -> str:
    """The style sheet of a page with pictures: its variables `--ink`, `--paper` and so on count, and else these do."""
    rules = [
        f".picture .f-{name}{{fill:var(--{name},{light})}}.picture .s-{name}{{stroke:var(--{name},{light})}}"
        for name, (light, _) in PALETTE.items()
    ]
    dark = ";".join(f"--{name}:{shade}" for name, (_, shade) in PALETTE.items())
    return "\n".join(
        [
            ".picture{max-width:100%;height:auto;font-family:inherit}",
            f".picture.f-ink{{fill:var(--ink,{PALETTE['ink'][0]})}}",
            *rules,
            f"@media screen and (prefers-color-scheme:dark){{.picture{{{dark}}}}}",
        ]
    )


@dataclass(frozen=True, slots=True)
class Shape:
    """One element: its attributes as they are written, of our own numbers and names alone, and its words.

    Words are (text, attributes) each: the first stands as it is, the others are subscripts and what follows them.
    """

    tag: str
    attributes: str
    words: tuple[tuple[str, str], ...] = ()


def px(value: float) -> str:
    """A length or coordinate, to two decimals.

    >>> px(3), px(-0.001), px(1 / 3)
    ('3', '0', '0.33')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@cache
def painted(fill: str, stroke: str, width: float = THIN, dashed: bool = False) -> str:
    """The attributes of a fill and a line, by the names of their colours; an empty name is none.

    >>> painted("", "ink")
    'fill="none" stroke="#1a1a1a" stroke-width="1.2" class="s-ink"'
    """
    paint = f'fill="{PALETTE[fill][0] if fill else "none"}"'
    if stroke:
        paint += f' stroke="{PALETTE[stroke][0]}" stroke-width="{px(width)}"'
        if dashed:
            paint += f' stroke-dasharray="{DASHES}"'
    classes = " ".join([f"f-{fill}"] * bool(fill) + [f"s-{stroke}"] * bool(stroke))
    return f'{paint} class="{classes}"' if classes else paint


def rect(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    fill: str = "",
    stroke: str = "",
    line: float = THIN,
    dashed: bool = False,
    round: float = 0,
) -> Shape:
    place = f'x="{px(x)}" y="{px(y)}" width="{px(width)}" height="{px(height)}"'
    corners = f' rx="{px(round)}"' if round else ""
    return Shape("rect", f"{place}{corners} {painted(fill, stroke, line, dashed)}")


def circle(x: float, y: float, r: float, *, fill: str = "", stroke: str = "", line: float = THIN) -> Shape:
    return Shape("circle", f'cx="{px(x)}" cy="{px(y)}" r="{px(r)}" {painted(fill, stroke, line)}')


def segment(a: Point, b: Point, stroke: str = "ink", line: float = THIN, dashed: bool = False) -> Shape:
    """A straight line."""
    place = f'x1="{px(a[0])}" y1="{px(a[1])}" x2="{px(b[0])}" y2="{px(b[1])}"'
    return Shape("line", f"{place} {painted('', stroke, line, dashed)}")


def curve(points: Iterable[Point], stroke: str, line: float = MIDDLE) -> Shape:
    """A line through points."""
    place = " ".join(f"{px(x)},{px(y)}" for x, y in points)
    return Shape("polyline", f'points="{place}" {painted("", stroke, line)} stroke-linejoin="round"')


def area(points: Iterable[Point], fill: str) -> Shape:
    """A filled polygon."""
    place = " ".join(f"{px(x)},{px(y)}" for x, y in points)
    return Shape("polygon", f'points="{place}" {painted(fill, "")}')


def strokes(ends: Sequence[float], stroke: str, line: float = THIN, dashed: bool = False) -> Shape:
    """Many straight lines as one path: x, y, x, y of each."""
    path = ("M%.2f %.2fL%.2f %.2f" * (len(ends) // 4)) % tuple(ends)
    return Shape("path", f'd="{path}" {painted("", stroke, line, dashed)}')


def arrow(a: Point, b: Point, stroke: str = "ink", line: float = MIDDLE) -> list[Shape]:
    """A line with a head at its end; where it is too short for a head, nothing."""
    length = math.dist(a, b)
    size = min(4 + 2.5 * line, length)
    if length < 1:
        return []
    ux, uy = (b[0] - a[0]) / length, (b[1] - a[1]) / length
    foot = (b[0] - size * ux, b[1] - size * uy)
    side = 0.42 * size
    wings = [(foot[0] - side * uy, foot[1] + side * ux), (foot[0] + side * uy, foot[1] - side * ux)]
    return [segment(a, foot, stroke, line), area([b, *wings], stroke)]


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = TEXT,
    fill: str = "ink",
    anchor: str = "middle",
    bold: bool = False,
) -> Shape:
    """Words whose middle is at the height y.

    The picture itself sets words of 13 px in ink around their middle, so that only what differs is written.
    """
    place = f'x="{px(x)}" y="{px(y + 0.35 * size)}"{type_of(size, fill, anchor, bold)}'
    return Shape("text", place, subscripted(words, size) if "_" in words else ((words, ""),))


def plated(
    x: float,
    y: float,
    words: str,
    *,
    size: float = SMALL + 1,
    fill: str = "ink",
    anchor: str = "middle",
    bold: bool = False,
) -> list[Shape]:
    """Words on a plate of the paper's colour, so that what lies below does not touch them."""
    wide = width_of(words, size) + 4
    left = {"start": x - 2, "middle": x - wide / 2, "end": x - wide + 2}[anchor]
    plate = rect(left, y - size / 2 - 1, wide, size + 2, fill="paper")
    return [plate, text(x, y, words, size=size, fill=fill, anchor=anchor, bold=bold)]


@cache
def type_of(size: float, fill: str, anchor: str, bold: bool) -> str:
    """The attributes of words, where they are not those of the picture."""
    attributes = f' font-size="{px(size)}"' if size != TEXT else ""
    attributes += f' text-anchor="{anchor}"' if anchor != "middle" else ""
    attributes += ' font-weight="bold"' if bold else ""
    return attributes + (f" {painted(fill, '')}" if fill != "ink" else "")


def subscripted(words: str, size: float) -> tuple[tuple[str, str], ...]:
    """Words in which what follows an underscore stands lower and smaller.

    >>> subscripted("F_2,2", 10)
    (('F', ''), ('2,2', 'dy="2.5" font-size="7.5"'))
    """
    first, *rest = re.split(r"_(\w+(?:,\w+)*)", words)
    small, back = f'dy="{px(0.25 * size)}" font-size="{px(0.75 * size)}"', f'dy="{px(-0.25 * size)}"'
    after = [(piece, small if k % 2 == 0 else back) for k, piece in enumerate(rest)]
    return ((first, ""), *(part for part in after if part[0]))


def width_of(words: str, size: float = TEXT) -> float:
    """About how wide words are set, in px: on the wide side, since fonts differ."""
    narrow = sum(map(words.count, " .,·()il|:'"))
    return size * (0.61 * (len(words) - words.count("_")) - 0.28 * narrow)


def wrapped(words: Sequence[str], width: float, size: float = TEXT) -> list[str]:
    """Words on as many lines as they take."""
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
