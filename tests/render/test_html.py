"""HTML pages: whole in one file, well-formed, and nothing in them but what they were made to hold."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import grader
from grader.problem import Problem
from grader.render import pages

PROBLEMS = [path for path in sorted(Path("problems").rglob("*.yaml")) if path.name != "course.yaml"]
FORBIDDEN = frozenset({"script", "link", "iframe", "object", "embed", "form", "img", "base"})
VOID = frozenset({"meta", "br", "wbr"})
ADDRESSES = frozenset({"http://www.w3.org/2000/svg"})  # a name of XML, which nobody fetches


class Read(HTMLParser):
    """A page's elements in order with their attributes, and its words; fails where something is not closed."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        assert len(attrs) == len(dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def stands_alone(page: str) -> Read:
    """Nothing runs, nothing is fetched, the policy names the style that is there, ids and links meet."""
    read = Read(page)
    assert not {"script", "link", "iframe", "object", "embed", "form", "img", "base"} & {
        tag for tag, _ in read.elements
    }
    for tag, attributes in read.elements:
        assert not {name for name in attributes if name.startswith("on") or name == "style"}, (tag, attributes)
        for name in ("src", "href", "xlink:href", "action"):
            address = attributes.get(name)
            assert address is None or address.startswith("#") or (tag == "a" and re.match("https?://|mailto:", address))
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = [each["content"] for each in read.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; font-src data:; img-src data:"
    assert set(re.findall(r"url\((?!data:)[^)]*\)|@import", style)) == set()
    assert ("<math" in page) == ("@font-face" in style)
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(each["href"])[1:] for each in read.all("a") if str(each["href"]).startswith("#")}
    assert targets <= set(ids)
    for name in ("aria-labelledby", "aria-describedby"):
        assert {id for _, each in read.elements for id in str(each.get(name) or "").split()} <= set(ids)
    return read


def in_order(read: Read) -> bool:
    """Whether there is one first heading and none skips a level."""
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch("h[1-6]", tag)]
    steps = itertools.pairwise(levels)
    return levels[0] == 1 and levels.count(1) == 1 and all(b <= a + 1 for a, b in steps)


@pytest.fixture(params=PROBLEMS, ids=lambda path: path.stem)
def problem(request: pytest.FixtureRequest) -> Problem:
    return grader.load(request.param)


def test_a_key_stands_alone(problem: Problem) -> None:
    """Every shipped problem's key: its steps, its pictures, its title, the same bytes each time."""
    page = pages.key(problem, "html")
    read = stands_alone(page)
    assert in_order(read)
    assert read.all("html") == [{"lang": "en"}]
    assert f"{problem.title}: the key" in read.text
    assert page == pages.key(problem, "html")
