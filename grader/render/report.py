"""The class report as pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape

from markupsafe import Markup

from grader.marking.marks import Mark
from grader.render import charts
from grader.render.feedback import said
from grader.render.pictures import Picture
from grader.report import ClassReport, Student
from grader.report.columns import VERDICTS
from grader.report.concerns import signed
from grader.report.mistakes import FirstWrong
from grader.report.parts import PartReport
from grader.report.statistics import ENOUGH, FEW

LONGEST_NAME = 60  # characters of a student's name
MOST_NAMES = 40  # of those who did not hand in
MOST_LINES = 2000  # of a table of students
MOST_STARTS = 8  # parts of a problem where pages first go wrong
MOST_IN_THREE = 500  # students up to whom they stand in several orders
BLOCKS = 30  # of a histogram in text


@dataclass(frozen=True)
class View:
    """The students in one order."""

    name: str
    students: Sequence[Student]
    left_out: int


def page(
    report: ClassReport,
    format: str,
    titles: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    course: str = "",
) -> str:
    """The report in a format of `FORMATS`: `titles` of the problems by their ids, `links` to the pages of students."""
    from grader.render.environment import environment

    known, pages = titles or {}, links or {}
    return environment(format).get_template("report.j2").render(
        report=report, course=course, views=views(report), title=lambda id: known.get(id, id).strip() or "–",
        link=lambda student: Markup(pages[student]) if student in pages else None, verdicts=verdicts,
        charts=charts, name=short, names=names, percent=percent, part_of=part_of, fate=fate, signed=signed,
        sentence=sentence, number=number, bar=bar, starts=starts, drawn=drawn, few=FEW, enough=ENOUGH,
    )  # fmt: skip


def drawn(chart: Markup) -> Picture:
    """A chart as a picture with a title and a description, which its SVG holds.

    >>> found = drawn(Markup('<svg><title id="a">Points</title><desc id="b">0&#39;s: 3</desc></svg>'))
    >>> found.title, found.description
    ('Points', "0's: 3")
    """
    title, description = (unescape(found[1]) for found in re.finditer("<(?:title|desc)[^>]*>([^<]*)<", chart))
    return Picture("", title, description, str(chart))


def views(report: ClassReport) -> list[View]:
    """The students by points, by name, and those for whom an answer waits; of a large class only by points."""
    by_name = sorted(report.students, key=lambda student: (student.name.casefold(), student.name))
    by_points = sorted(by_name, key=lambda student: -round(student.earned, 6))
    orders = {"by points": by_points}
    if len(report.students) <= MOST_IN_THREE:
        orders["by name"] = by_name
        wait = sorted((student for student in by_name if student.waiting), key=lambda student: -student.waiting)
        orders |= {"for whom an answer waits": wait} if wait else {}
    return [View(name, order[:MOST_LINES], max(0, len(order) - MOST_LINES)) for name, order in orders.items()]


def short(name: str) -> str:
    """A student's name of at most sixty characters."""
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def names(students: Sequence[str]) -> tuple[Sequence[str], int]:
    """The first of some names, and how many more there are."""
    return [short(student) for student in students[:MOST_NAMES]], max(0, len(students) - MOST_NAMES)


def percent(share: float) -> str:
    """A share as people write it.

    >>> percent(0.256), percent(-0.5)
    ('26%', '−50%')
    """
    return f"{100 * share:.0f}%".replace("-", "−")


def part_of(count: int, whole: int) -> str:
    """How many of how many: with a share, unless these are too few for one to mean anything.

    >>> part_of(15, 60), part_of(1, 3)
    ('15 (25%)', '1 of 3')
    """
    return f"{count} ({percent(count / whole)})" if whole >= FEW else f"{count} of {whole}"


def fate(count: int, start: FirstWrong) -> str:
    """How many of the parts behind a place, of all pages that first go wrong there."""
    if not start.later:
        return "–"
    return percent(count / start.later) if start.handed_in >= FEW else f"{count} of {start.later}"


def number(value: float) -> str:
    """Points with two decimals at the most.

    >>> number(7.0), number(12.504), number(-0.5)
    ('7', '12.5', '−0.5')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-", "−")


def verdicts(parts: Sequence[PartReport]) -> list[str]:
    """The verdicts that occur in some parts, in their order."""
    return [verdict for verdict in VERDICTS if any(verdict in part.verdicts for part in parts)]


def starts(found: Sequence[FirstWrong]) -> tuple[Sequence[FirstWrong], int]:
    """The places where most pages first go wrong, and how many others there are."""
    return found[:MOST_STARTS], max(0, len(found) - MOST_STARTS)


def sentence(mark: Mark) -> str:
    """What a student read beside a mark, without the key's value."""
    return said(mark)


def bar(count: int, most: int) -> str:
    """A bar of a histogram in text.

    >>> bar(5, 10), bar(0, 10)
    ('███████████████', '')
    """
    return "█" * round(BLOCKS * count / most)
