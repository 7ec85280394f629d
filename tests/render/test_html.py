"""HTML pages: whole in one file, well-formed, and nothing in them but what they were made to hold."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

import grader
from grader.cli import main
from grader.document import read_yaml
from grader.problem import Problem, read_problem
from grader.render import feedback, pages, sheets
from grader.render.environment import points, visible
from grader.render.escaping import shortened
from grader.render.feedback import SheetView
from grader.sheets import Worksheet

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


def test_a_worksheet_stands_alone(problem: Problem) -> None:
    """Every shipped problem's worksheet: each part with its points and room to write, and none of the values."""
    page = pages.worksheet(problem, "html")
    read = stands_alone(page)
    assert in_order(read)
    assert [attributes for tag, attributes in read.elements if "room" in str(attributes.get("class")).split()]
    for part in problem.parts:
        assert f"{part.step} {points(part.points)} point" in read.text
    assert page == pages.worksheet(problem, "html")


def test_room_to_write_fits_what_is_asked() -> None:
    """A grid for a matrix, a line for each on the left, a tick for each option, lines for a derivation."""

    def room(id: str) -> Read:
        return Read(pages.worksheet(grader.load(next(Path("problems").rglob(f"{id}.yaml"))), "html"))

    grids = [each for each in room("exercise-2-maps").all("table") if "blank" in str(each.get("class"))]
    assert [each["aria-label"] for each in grids] == ["Room for 5 × 5 numbers"] * 3
    batch = [each for each in room("batch-convolution").all("table") if "blank" in str(each.get("class"))]
    assert [each["aria-label"] for each in batch][-4:] == ["Room for 2 × 2 numbers"] * 4
    assert len(room("maps-and-filters").all("td")) == 3
    assert {"tick"} == {each.get("class") for each in room("over-and-underfitting").all("li")} - {"whole", None}
    assert "Room for a derivation" in str(room("ridge-derivation").elements)


def test_a_class_has_whose_it_is_on_every_sheet() -> None:
    """The name and the variant stand at the head of each problem's sheet, which print repeats on each page."""
    problems = tuple(grader.load(path) for path in PROBLEMS[:3])
    name = "Ada <i>L</i>"
    page = sheets.worksheet(Worksheet(name, problems, name, "42", {problem.id: "K7Q2" for problem in problems}), "html")
    read = stands_alone(page)
    assert read.text.count("Ada <i>L</i>") == 3
    assert read.text.count("Variant K7Q2") == 3
    assert [each.get("class") for each in read.all("div")].count("running") == 3


MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) **bold** | cell |",
    "&lt;b&gt; &copy; &amp;amp;",
    "{{ 7 * 7 }} {% raw %} {# gone #}",
    "\u202egnp.exe a\u200bb\u0000c",
    "\\input{/etc/passwd} \\write18{id} %x #1 _a^b ~ &",
    '\'" onmouseover=alert(1) x="',
    "</code></td></table></style><script>x</script>",
    "<!-- gone",
    "]]>",
    "<![CDATA[",
    "&#x202e;&#60;b&#62;&notanentity;",
    "$\\text{<b>}$ \\unicode{x3c}",
    "\u05e9\u05dc\u05d5\u05dd \u2067x\u2069",
    "\ud800 \udfff",
    "\ufffe\uffff\x1b[31m",
    "x" * 10_000,
    "<" * 10_000,
]


def marked(attack: str) -> str:
    """A feedback page on which everything that a student may write is the attack."""
    line = grader.load("problems/class-notes/sgd-line.yaml")
    maps = grader.load("problems/exercise-2-report/exercise-2-maps.yaml")
    lines = grader.load("problems/exercise-2-report/softmax-derivation.yaml")
    own = [["-8", attack, "1", "1", "1"], *([["1"] * 5] * 4)]
    sheets = [
        SheetView(line, grader.grade(line, {"yhat_1": attack, "w_5": "1"}, student=attack)),
        SheetView(maps, grader.grade(maps, {"map_sobel_x": own, "map_sobel_y": attack})),
        SheetView(lines, grader.grade(lines, {"lines": ["ok", attack]})),
    ]
    return feedback.page(attack, sheets, "html")


@pytest.mark.parametrize("attack", MARKUP, ids=range(len(MARKUP)))
def test_nothing_on_a_page_is_made_of_what_students_write(attack: str) -> None:
    """Whatever a name and answers hold, the page has the elements of its own templates, and shows the text."""
    page = marked(attack)
    read = stands_alone(page)
    own = {"html", "head", "meta", "title", "style", "body", "a", "header", "main", "h1", "h2", "h3", "p", "strong"}
    own |= {"ul", "li", "section", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "code", "span", "bdi"}
    assert {tag for tag, _ in read.elements} <= own | {"del", "ins", "em"}
    assert {name for _, attributes in read.elements for name in attributes} <= {
        "lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "role", "aria-label", "tabindex",
        "scope", "title", "aria-hidden",
    }  # fmt: skip
    shown = shortened(visible(attack)).strip()
    assert re.sub(r"\s+", " ", shown) in read.text
    assert not set(page) & set("\u202e\u2067\u0000\ufffe\ud800\x1b")
    page.encode()


def test_names_in_a_spec_are_text() -> None:
    """Titles, words and names of a problem that somebody else wrote are escaped like answers."""
    attack = "</title><script>alert(1)</script>&amp;'\""
    spec = f"family: sgd\ntitle: {json.dumps(attack)}\nstatement: '<b onclick=x>bold</b> & so on'\n"
    spec += "given: {w: 1, b: 0, lr: 1, x: [1, 2], y: [1, 2]}\n"
    problem = read_problem(read_yaml(spec), "p")
    for page in (pages.key(problem, "html"), pages.worksheet(problem, "html")):
        read = stands_alone(page)
        assert read.text.count(attack) >= 2
        assert "<b onclick=x>bold</b> & so on" in read.text


def test_what_a_feedback_page_says() -> None:
    """Where to look first, what follows, what is wrong in a tensor, the key beside it."""
    problem = grader.load("problems/class-notes/sgd-line.yaml")
    marks = grader.grade(problem, {"mse_before": "16.83", "yhat_1": "0.6", "grad_w_1": "2.4", "w_1": "0.476"})
    page = feedback.page("s", [SheetView(problem, marks)], "html")
    read = Read(page)
    assert "Look first at grad_w_1: there the page leaves the right path." in read.text
    assert "The 2 steps before it are right." in read.text
    assert "Your method is right in w_1" in read.text
    assert "look first at grad_w_1 2.4 -2.4" in read.text
    assert page.count('class="verdict verdict-blank"') == len(problem.parts) - 4
    assert "@font-face" not in page
    maps = grader.load("problems/exercise-2-report/exercise-2-maps.yaml")
    wrong = [
        [-8, -5, -10, 11, 18],
        [-19, -5, -2, 0, 21],
        [-23, 4, 3, -14, 26],
        [-12, 7, -17, -9, 29],
        [-3, 1, -19, 5, 22],
    ]
    marks = grader.grade(maps, {"map_sobel_x": wrong, "map_laplacian": [[1, 2], [3, 4]]})
    page = feedback.page("s", [SheetView(maps, marks)], "html")
    assert page.count("<del>") == page.count('class="off"') == 1
    assert 'title="wrong: yours is 3, the key has -3"' in page
    assert "-27 13 -20" in re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", page))


def test_solutions_are_folded_in_where_the_course_says_so() -> None:
    """With its pictures and its font, under a summary."""
    problem = grader.load("problems/class-notes/sgd-line.yaml")
    open = replace(problem, course=replace(problem.course, solutions=True))
    page = feedback.page("s", [SheetView(open, grader.grade(open, {"w_5": "1"}))], "html")
    read = stands_alone(page)
    assert in_order(read)
    assert "The worked solution of" in read.text
    assert page.count("<svg") == 2
    assert "@font-face" in page


def test_commands_write_html(tmp_path: Path) -> None:
    """`key`, `worksheet` and `grade` write pages with this ending."""
    run = CliRunner().invoke
    one = "problems/class-notes/sgd-line.yaml"
    for command, name in (("key", "key/sgd-line.html"), ("worksheet", "worksheet/sgd-line.html")):
        done = run(main, [command, one, "--format", "html", "--out", str(tmp_path)])
        assert done.exit_code == 0, done.output
        stands_alone((tmp_path / name).read_text(encoding="utf-8"))
    (tmp_path / "s.yaml").write_text("student: s1\nanswers: {sgd-line: {w_5: 1}}\n", encoding="utf-8")
    done = run(
        main, ["grade", str(tmp_path / "s.yaml"), "--problems", one, "--feedback", "html", "--out", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    assert [path.name for path in (tmp_path / "feedback").iterdir()] == ["s1.html"]
    stands_alone((tmp_path / "feedback/s1.html").read_text(encoding="utf-8"))
