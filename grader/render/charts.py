"""Small charts of a class report, as SVG that takes its colour from the page around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup

from grader.report.parts import PartReport
from grader.report.statistics import BINS, Distribution
from grader.resources import shipped

if TYPE_CHECKING:
    import jinja2

WIDTH, HEIGHT, ROW = 640, 150, 20  # px
ROOM, VALUE = 280, 46  # px for a bar across, and for the number behind it
SIGN = 8  # px for each character of a part's name
LONGEST_NAME = 24
MOST_BARS = 60


@dataclass(frozen=True)
class Bar:
    """One bar: where it stands, in px, what stands beside it and below it."""

    x: float
    y: float
    width: float
    height: float
    value: str
    label: str = ""


@cache
def environment() -> jinja2.Environment:
    """The templates of charts; whatever they print is escaped."""
    import jinja2

    loader = jinja2.FileSystemLoader(shipped("templates") / "svg" / "report")
    return jinja2.Environment(
        loader=loader, undefined=jinja2.StrictUndefined, autoescape=True, trim_blocks=True, auto_reload=False
    )


def histogram(points: Distribution, id: str) -> Markup:
    """How many students earn how much, a bar for each tenth of the points; nothing for too few students.

    `id` goes before the ids in it.
    """
    if not points.bins:
        return Markup("")
    wide, most = WIDTH / BINS, max(points.bins)
    bars = [
        Bar(
            x=round(k * wide + 4, 1),
            y=round(HEIGHT * (1 - count / most), 1),
            width=wide - 8,
            height=round(HEIGHT * count / most, 1),
            value=str(count),
        )
        for k, count in enumerate(points.bins)
    ]
    edges = [(round(k * wide, 1), f"{points.possible * k / BINS:.4g}") for k in range(BINS + 1)]
    said = "; ".join(f"{span}: {count}" for span, count in zip(spans(points), points.bins, strict=True))
    chart = environment().get_template("histogram.j2")
    return Markup(chart.render(id=id, bars=bars, edges=edges, width=WIDTH, height=HEIGHT, said=said))


def spans(points: Distribution) -> list[str]:
    """The points of each bar of a histogram.

    >>> spans(Distribution(6, 5.0))[:2], spans(Distribution(6, 5.0))[-1]
    (['0–0.5', '0.5–1'], '4.5–5')
    """
    edges = [f"{points.possible * k / BINS:.4g}" for k in range(BINS + 1)]
    return [f"{low}–{high}" for low, high in pairwise(edges)]


def difficulty(parts: Sequence[PartReport], id: str) -> Markup:
    """The mean share of the points of each part, a bar each; nothing for too few students, or more than sixty parts."""
    from grader.render.environment import visible

    known = [(part, part.share) for part in parts if part.share is not None]
    if not known or len(known) > MOST_BARS:
        return Markup("")
    labels = [visible(part.name)[:LONGEST_NAME] for part, _ in known]
    start = SIGN * (1 + max(map(len, labels)))
    bars = [
        Bar(
            x=start,
            y=k * ROW + 3,
            width=round(ROOM * min(max(share, 0.0), 1.0), 1),
            height=ROW - 6,
            value=f"{100 * share:.0f}%".replace("-", "−"),
            label=labels[k],
        )
        for k, (_, share) in enumerate(known)
    ]
    said = "; ".join(f"{bar.label}: {bar.value}" for bar in bars)
    chart = environment().get_template("difficulty.j2")
    width = start + ROOM + VALUE
    return Markup(chart.render(id=id, bars=bars, room=ROOM, width=width, height=ROW * len(bars), said=said))
