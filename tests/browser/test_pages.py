"""What a browser makes of the pages: silence, no request, brackets that stretch, room on a telephone, axe-core."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import grader
from grader.problem import load_folder
from grader.render import feedback, pages, sheets
from grader.render.feedback import SheetView
from grader.sheets import Worksheet

from .chromium import PROGRAM, Browser, Page, opened

PHONE, DESK = 360, 1000
AXE = Path(os.environ.get("AXE_CORE") or Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js")
NAMES = (
    "sgd-line", "exercise-2-maps", "two-clusters", "backpropagation", "lenet-5", "cnn-two-kernels", "ridge-derivation",
    "softmax-derivation", "maps-and-filters", "over-and-underfitting", "hundred-points", "batch-convolution",
)  # fmt: skip

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium on this machine: apt-get install chromium")

FENCES = """[...document.querySelectorAll('mrow')].filter(row => row.children.length == 3
    && row.children[1].localName == 'mtable' && row.children[0].localName == 'mo').map(row => {
  const [fence, rows] = [row.children[0], row.children[1]].map(each => each.getBoundingClientRect().height);
  return {fence, rows, count: row.children[1].children.length};
}).filter(each => each.rows > 0)"""
"""The heights of each matrix that is shown and of the bracket before it."""
WIDE = """[...document.querySelectorAll('body *')].filter(each => {
  const box = each.getBoundingClientRect();
  return box.width > 0 && box.right > innerWidth + 1 && !each.closest('.scroll, .unseen, .skip, pre');
}).map(each => each.localName + '.' + each.className)"""
"""What reaches beyond the window without a way to move it into sight."""
INK = "getComputedStyle(document.querySelector('.picture .f-ink, .picture.f-ink')).fill"
LOST = """[...document.querySelectorAll('.scroll')].filter(each => each.scrollWidth > each.clientWidth + 1
    && each.tabIndex < 0).map(each => each.textContent.slice(0, 80))"""
"""What can be moved with a finger and not with keys."""


def written(folder: Path) -> Iterator[Path]:
    """Keys, worksheets and a feedback page, as files."""
    known, _ = load_folder(Path("problems"))
    for name in NAMES:
        for kind, text in (("key", pages.key(known[name], "html")), ("sheet", pages.worksheet(known[name], "html"))):
            path = folder / f"{kind}-{name}.html"
            path.write_text(text, encoding="utf-8")
            yield path
    path = folder / "class.html"
    some = tuple(known[name] for name in NAMES[:3])
    sheet = Worksheet("Ada", some, "Ada", "42", dict.fromkeys(NAMES[:3], "K7Q2"))
    path.write_text(sheets.worksheet(sheet, "html"), encoding="utf-8")
    yield path
    path = folder / "feedback.html"
    path.write_text(student(), encoding="utf-8")
    yield path


def student() -> str:
    """A page with something of everything: right, wrong, following, a tensor, lines, a folded solution, no name."""
    answers = {
        "class-notes/sgd-line": {"mse_before": "16.83", "yhat_1": "0.6", "grad_w_1": "2.4", "w_1": "0.476"},
        "exercise-2-report/exercise-2-maps": {
            "map_sobel_x": [["-8", "", "-10", "11", "1e400"], *([["1"] * 5] * 4)],
            "map_laplacian": [[1, 2], [3, 4]],
        },
        "exercise-2-report/softmax-derivation": {"lines": [r"\hat{y}_i = e^{z_i}", "x" * 4000]},
    }
    sheets = []
    for name, given in answers.items():
        problem = grader.load(f"problems/{name}.yaml")
        problem = replace(problem, course=replace(problem.course, solutions=True))
        sheets.append(SheetView(problem, grader.grade(problem, given)))
    return feedback.page("<b>" + "Ω" * 300, sheets, "html")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened() as browser:
        yield browser


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    before = Path.cwd()
    os.chdir(Path(__file__).parent.parent.parent)
    try:
        return list(written(tmp_path_factory.mktemp("pages")))
    finally:
        os.chdir(before)


def unfolded(page: Page) -> None:
    """Open what is folded; the font is loaded when the first formula shows."""
    page.ask(
        "document.querySelectorAll('details').forEach(each => each.open = true); document.body.offsetHeight;"
        "document.fonts.ready.then(() => 1)"
    )


def test_pages_are_silent_and_ask_for_nothing(browser: Browser, files: list[Path]) -> None:
    """No message on the console, which is where a broken policy shows, and no request but the file and its font."""
    for path in files:
        page = browser.open(path, DESK)
        assert page.said == [], path.name
        assert [url[:40] for url in page.requests if not url.startswith("data:font/woff2")] == [path.as_uri()[:40]]
        page.close()


def test_nothing_runs_on_a_page(browser: Browser, tmp_path: Path) -> None:
    """The witness of the test before: a script and a picture from elsewhere are refused, and the console says so."""
    path = tmp_path / "bad.html"
    text = pages.worksheet(grader.load("problems/class-notes/sgd-line.yaml"), "html")
    more = '<script>document.title = "ran"</script><p style="color:red">x</p><img src="http://example.invalid/x.png">'
    path.write_text(text.replace("</main>", more + "</main>"), encoding="utf-8")
    page = browser.open(path)
    assert page.ask("document.title") == "One epoch of SGD on a line"
    assert len(page.said) >= 3
    page.close()


def test_brackets_stretch_in_the_font_of_the_page(browser: Browser, files: list[Path]) -> None:
    """The bracket of a matrix is as tall as its rows, and the font that the page carries sets it."""
    seen = 0
    for path in files:
        page = browser.open(path, DESK)
        unfolded(page)
        for each in page.ask(FENCES):
            least = 0.95 if each["count"] > 1 else 0.8  # a row has more room around it than its digits need
            assert each["fence"] >= least * each["rows"], (path.name, each)
            seen += each["count"] > 2
        if page.ask("document.querySelector('math') != null"):
            assert page.ask("[...document.fonts].map(font => font.status).join()") == "loaded", path.name
        page.close()
    assert seen > 20


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_pages_fit(browser: Browser, files: list[Path], width: int) -> None:
    """Nothing reaches beyond the window, on a telephone too, but what can be moved into sight, by keys as well."""
    for path in files:
        page = browser.open(path, width)
        unfolded(page)
        assert page.ask("document.documentElement.scrollWidth") <= width, path.name
        assert page.ask(WIDE) == [], path.name
        assert page.ask(LOST) == [], path.name
        page.close()


@pytest.mark.parametrize(("width", "dark"), [(PHONE, True), (DESK, False)], ids=["telephone-dark", "desk-light"])
@pytest.mark.skipif(not AXE.is_file(), reason="no axe-core: npm install --no-save axe-core")
def test_axe_finds_nothing(browser: Browser, files: list[Path], width: int, dark: bool) -> None:
    """No violation of any rule of axe-core, contrast in the light and in the dark among them."""
    axe = AXE.read_text(encoding="utf-8")
    for path in [*files[:8], *files[-6:]]:
        page = browser.open(path, width, dark)
        unfolded(page)
        page.ask(axe + ";0")
        found = page.ask(
            "axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations.map("
            "each => each.id + ': ' + each.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' | ')))"
        )
        assert found == [], path.name
        page.close()


def test_the_dark_is_dark(browser: Browser, files: list[Path]) -> None:
    """The page follows what the reader's machine prefers, its pictures with it."""
    light, dark = (browser.open(files[0], DESK, dark) for dark in (False, True))
    for of in ("getComputedStyle(document.documentElement).backgroundColor", INK):
        assert light.ask(of) != dark.ask(of)
    light.close()
    dark.close()


def test_a_page_prints(browser: Browser, files: list[Path]) -> None:
    """A4, and each problem of a class sheet from a page of its own."""
    page = browser.open(files[-2], DESK)
    printed = page.pdf()
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") >= 3
    page.close()
