"""The report as it is read, in Markdown, in HTML and on the terminal, where hostile names and answers do nothing."""

from __future__ import annotations

import html.parser
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pytest
from markdown_it import MarkdownIt

from grader.render import charts
from grader.render import environment as formats
from grader.render.report import LONGEST_NAME, MOST_IN_THREE, MOST_LINES, page, views
from grader.report import ClassReport, class_report
from grader.report.statistics import distribution
from tests.render.test_escaping import ATTACKS
from tests.report.folder import mark, rows, table, write_marks

STUB = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{% block title %}{% endblock %}</title></head>
<body>{% block content %}{% endblock %}</body></html>
"""
VOID = {"meta", "br", "hr", "img", "link", "wbr", "input", "path", "rect"}


@pytest.fixture(scope="module")
def html_page() -> Callable[..., str]:
    """The report as HTML; in a base of the tests' own where there is none."""
    if "html" in formats.FORMATS:
        return lambda report, **more: page(report, "html", **more)

    def escape(text: str) -> str:
        return html.escape(formats.visible(text))

    def stubbed(report: ClassReport, **more: Any) -> str:
        code = "<code>{}</code>".format
        typed = {"escape": escape, "code": lambda text: code(escape(text[:400]))}
        formats.FORMATS["html"] = replace(formats.FORMATS["txt"], ending=".html", **typed)
        env = formats.environment.__wrapped__("html")
        env.autoescape = True
        env.loader = jinja2.ChoiceLoader([env.loader or jinja2.DictLoader({}), jinja2.DictLoader({"base.j2": STUB})])
        plain = formats.environment
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(formats, "environment", lambda name: env if name == "html" else plain(name))
            try:
                return page(report, "html", **more)
            finally:
                del formats.FORMATS["html"]

    return stubbed


class Outline(html.parser.HTMLParser):
    """The elements of a page, their attributes and their text; fails where they do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def report_on(folder: Path, found: list[dict[str, Any]]) -> ClassReport:
    return class_report(write_marks(folder, found))[0]


def test_the_page_in_html_is_what_a_screen_reader_needs(tmp_path: Path, html_page: Callable[..., str]) -> None:
    """Elements nest; each table has a caption and heads with a scope; headings go down one by one; ids are unique."""
    outline = Outline(html_page(report_on(tmp_path, rows()), titles={"p": "A problem"}, course="Course"))
    tags = [tag for tag, _ in outline.elements]
    assert tags.count("table") == tags.count("caption") == tags.count("thead")
    assert tags.count("table") >= 7
    assert all(attributes.get("scope") in {"col", "row"} for tag, attributes in outline.elements if tag == "th")
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    ids = [str(attributes["id"]) for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    used = {
        each
        for _, attributes in outline.elements
        for name in ("aria-labelledby", "href")
        for each in str(attributes.get(name, "")).replace("#", "").split()
    }
    assert {each for each in used if "/" not in each} <= set(ids)
    assert not {"script", "img", "iframe", "link", "object", "form"} & set(tags)
    assert not any(name.startswith("on") or name == "style" for _, found in outline.elements for name in found)
    assert tags.count("svg") == 2


def test_students_stand_in_three_orders_without_a_script(tmp_path: Path, html_page: Callable[..., str]) -> None:
    """By points, by name, and those who wait; one is open at a time."""
    report = report_on(tmp_path, rows())
    orders = {view.name: [student.name for student in view.students] for view in views(report)}
    assert list(orders) == ["by points", "by name", "for whom an answer waits"]
    points = {student.name: student.earned for student in report.students}
    assert [points[name] for name in orders["by points"]] == sorted(points.values(), reverse=True)
    assert orders["by name"] == sorted(points)
    assert orders["for whom an answer waits"] == ["ss05"]
    details = [found for tag, found in Outline(html_page(report)).elements if tag == "details" and "name" in found]
    assert [found["name"] for found in details] == ["students"] * 3
    assert ["open" in found for found in details] == [True, False, False]


def test_large_classes_stand_in_one_order(tmp_path: Path) -> None:
    """And of very many the first two thousand, which is told."""
    report = report_on(tmp_path, [mark(f"s{i}", "w", "correct") for i in range(MOST_LINES + 1)])
    assert MOST_LINES > MOST_IN_THREE
    assert [(view.name, len(view.students), view.left_out) for view in views(report)] == [("by points", MOST_LINES, 1)]
    text = page(report, "md")
    assert "1 more stand in `marks.csv`." in text


def test_markdown_says_what_the_report_says(tmp_path: Path) -> None:
    """Numbers, a slip with the sentence and its cost, a place, a part to look at, a student in a line."""
    report = report_on(tmp_path, rows())
    text = page(report, "md", {"p": "The *problem*"}, {"ss07": "feedback/ss07.md"})
    assert "11 students, 1 problem, 4 points." in text
    assert "Nothing was handed in by ss12." in text
    assert "**1 answer waits for a person**" in text
    assert re.search(r"\| 3 \(27%\) \| The \\\*problem\\\* \| uphill \| `w_4`\xa0\(3\), `w_3`\xa0\(1\) \| 2 \|", text)
    assert "| [ss07](feedback/ss07.md) | 4 | 4 | 1 | – | · |" in text
    assert "| ss04 | 0 | 4 | 1 | The \\*problem\\*: `w_1` | · |" in text
    assert "give the same wrong answer" in text


@pytest.mark.parametrize("count", range(1, 6))
def test_small_classes_are_told_that_they_are(tmp_path: Path, html_page: Callable[..., str], count: int) -> None:
    """No mean, no correlation, no chart; each student in a line."""
    report = report_on(tmp_path, table(["101"] * count))
    for text in (page(report, "md"), html_page(report)):
        assert "Too few students to say how the points are distributed." in text
        assert "too few students handed in everything" in text
        assert "<svg" not in text
        assert "nan" not in text
        assert "%" not in re.sub("100% is easy, 0% is hard", "", text.partition("<h1>")[2] or text)
        assert not re.search(r"\b(mean|deviation|alpha) (is )?\**\d", text)
    assert page(report, "md").count("\n| s0") == 2 * count


@pytest.mark.parametrize("attack", [*ATTACKS, "x" * 10_000, "\x1b[2J\x1b]0;title\x07", "</table></details><script>"])
def test_hostile_names_and_answers_are_text(tmp_path: Path, html_page: Callable[..., str], attack: str) -> None:
    """On both pages the same elements come out as for a harmless name, none of them longer than wanted."""
    harmless, hostile = report_on(tmp_path, rows("n")), report_on(tmp_path, rows(attack))
    shape = [[tag for tag, _ in Outline(html_page(each)).elements] for each in (harmless, hostile)]
    assert shape[0] == shape[1]
    parse = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse
    tokens = [
        [child.type for token in parse(page(each, "md")) for child in (token, *(token.children or []))]
        for each in (harmless, hostile)
    ]
    kept = [[each for each in found if each not in {"text", "text_special", "softbreak"}] for found in tokens]
    assert kept[0] == kept[1]
    for text in (page(hostile, "md"), html_page(hostile)):
        assert not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for sign in text.replace("\n", ""))
        assert "x" * 401 not in text


def test_long_names_are_shortened(tmp_path: Path) -> None:
    """A name takes sixty characters at the most."""
    text = page(report_on(tmp_path, rows("x" * 10_000)), "md")
    assert "x" * LONGEST_NAME not in text.partition("## Students")[2]


def test_charts_are_xml_with_a_title_and_a_description(tmp_path: Path) -> None:
    """Whatever parts are called; every count and share is said in words too."""
    found = rows()
    for row in found:
        row["part"] = row["part"].replace("w", "<w>&\x00\u202e")
    report = report_on(tmp_path, found)
    for chart in (charts.histogram(report.totals, "a"), charts.difficulty(report.problems[0].parts, "b")):
        root = ElementTree.fromstring(chart)
        space = "{http://www.w3.org/2000/svg}"
        titles = [root.find(f"{space}{name}") for name in ("title", "desc")]
        assert all(each is not None and each.text for each in titles)
        assert root.get("aria-labelledby") == " ".join(str(each.get("id")) for each in titles if each is not None)
        assert not any(name.startswith("on") or name == "style" for each in root.iter() for name in each.attrib)
    bars = [each for each in ElementTree.fromstring(charts.histogram(report.totals, "a")).iter() if "rect" in each.tag]
    heights = [float(str(each.get("height"))) for each in bars]
    assert [round(height * max(report.totals.bins) / max(heights)) for height in heights] == list(report.totals.bins)


def test_charts_say_nothing_of_few() -> None:
    """No students, no chart."""
    assert charts.histogram(distribution(np.zeros(5), 4), "a") == ""
    assert charts.difficulty([], "a") == ""
