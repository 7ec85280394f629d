"""The report as LaTeX and as PDF: what stands there, that it is set, and that hostile text does nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.render import charts
from grader.render.environment import FORMATS
from grader.render.report import drawn, page
from grader.report import ClassReport, class_report
from tests.render.test_escaping import ATTACKS
from tests.render.test_pdf import ATTACKS as TYPST_ATTACKS
from tests.render.test_tex_feedback import needs_pdflatex, set_by_latex
from tests.report.folder import mark, rows, table, write_marks
from tests.run.folder import grade

HOSTILE = [*ATTACKS, "x" * 10_000, "[3pt]", "\\end{document}", "李雷 😀 नमस्ते مرحبا"]


def report(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["report", *arguments], catch_exceptions=False)


def report_on(folder: Path, found: list[dict[str, object]]) -> ClassReport:
    return class_report(write_marks(folder, found))[0]


def hostile(folder: Path, attack: str) -> ClassReport:
    """A class whose names, answers, parts, slips and problem are this."""
    found = rows(attack)
    for row in found:
        row |= {"part": attack + row["part"], "problem": attack} | ({"slip": attack} if "slip" in row else {})
    return report_on(folder, found)


@pytest.fixture
def pressed() -> Callable[[str], bytes]:
    pytest.importorskip("typst", reason="the extra grader[pdf] is not installed")
    return FORMATS["pdf"].finished


def words_of(content: bytes, path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine")
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
    return re.sub(r"\s+", " ", done.stdout.decode().replace("\u200b", ""))


SAID = ("11 students, 1 problem, 4 points.", "Nothing was handed in by ss12.", "1 answer waits for a person",
        "The problem", "uphill", "3 (27%)", "give the same wrong answer", "Students by name", "Students by points",
        "for whom an answer waits")  # fmt: skip


def test_latex_says_what_the_report_says(tmp_path: Path) -> None:
    """Numbers, a slip with its cost, a place, a student in a line with a link; the histogram as a table."""
    found = report_on(tmp_path, rows())
    text = page(found, "tex", {"p": "The problem"}, {"ss07": "feedback/s%20s07.pdf"}, "A course")
    for said in SAID:
        assert said.replace("%", "\\%") in text
    assert r"{\href{feedback/s\%20s07.pdf}{ss07}} & 4 & 4 & 1 & – & $\cdot$ \\" in text
    assert r"{ss04} & 0 & 4 & 1 & The problem: \texttt{w\_1} & $\cdot$ \\" in text
    bins = re.findall(r"^[\d.]+–[\d.]+ & (\d+) & \\rule\{([\d.]+)\\linewidth\}", text, re.MULTILINE)
    assert [int(count) for count, _ in bins] == list(found.totals.bins)
    assert max(float(width) for _, width in bins) == 0.5
    assert "<svg" not in text


def test_the_pdf_says_what_the_report_says(tmp_path: Path, pressed: Callable[[str], bytes]) -> None:
    """Under PDF/UA-1, its charts with words in their place, the same bytes each time."""
    found = report_on(tmp_path, rows())
    source = page(found, "pdf", {"p": "The problem"}, {"ss07": "feedback/ss07.pdf"}, "A course")
    made = pressed(source)
    assert b"pdfuaid" in made
    assert pressed(source) == made
    for chart in (charts.histogram(found.totals, "a"), charts.difficulty(found.problems[0].parts, "b")):
        picture = drawn(chart)
        assert picture.title
        assert picture.description
        assert f'"{picture.title}. {picture.description}"' in source
    assert b"feedback/ss07.pdf" in made
    text = words_of(made, tmp_path / "report.pdf")
    for said in SAID:
        assert said in text, said


@pytest.mark.parametrize("count", range(1, 6))
def test_small_classes_are_told_that_they_are(tmp_path: Path, pressed: Callable[[str], bytes], count: int) -> None:
    """No mean, no correlation, no chart."""
    found = report_on(tmp_path, table(["101"] * count))
    for text in (page(found, "tex"), page(found, "pdf")):
        assert "Too few students to say how the points are distributed." in text
        assert "too few students handed in everything" in text
        assert not {"<svg", "nan"} & set(re.findall("<svg|nan", text))
    assert pressed(page(found, "pdf")).startswith(b"%PDF")


@pytest.mark.parametrize("attack", HOSTILE, ids=lambda text: ascii(text[:24]))
def test_hostile_text_is_text_in_latex(tmp_path: Path, attack: str) -> None:
    """The commands are those of a harmless class's page, and of signs; nothing is longer than wanted."""
    texts = [page(hostile(tmp_path, each), "tex") for each in ("harmless", attack)]
    commands = [set(re.findall(r"\\(?:[a-zA-Z]+|.)", text)) for text in texts]
    signs = {"\\textbackslash", "\\textasciitilde", "\\textasciicircum", "\\mayend", "\\dots", "\\hat", "\\to"}
    assert commands[1] - commands[0] <= signs | {f"\\{sign}" for sign in "#$%&_{}"}
    assert "x" * 30 not in texts[1]


@needs_pdflatex
@pytest.mark.parametrize("attack", ["ada", *HOSTILE], ids=lambda text: ascii(text[:24]))
def test_latex_sets_the_report(tmp_path: Path, attack: str) -> None:
    """With no error, and inside the page."""
    set_by_latex(page(hostile(tmp_path, attack), "tex", {}, {attack + "s01": "feedback/a%20b.md"}), tmp_path)


@needs_pdflatex
def test_long_tables_break_over_pages(tmp_path: Path) -> None:
    """Three hundred students in a line each, twice."""
    found = report_on(tmp_path, [mark(f"s{i}", f"w_{i % 70}", "correct") for i in range(300)])
    said = set_by_latex(page(found, "tex"), tmp_path)
    assert int(re.findall(r"\((\d+) pages", said)[0]) > 10
    assert "Overfull \\vbox" not in said


@pytest.mark.parametrize("attack", [*TYPST_ATTACKS, "</svg><script>", "]]>"], ids=lambda text: ascii(text[:24]))
def test_hostile_text_is_text_in_the_pdf(tmp_path: Path, pressed: Callable[[str], bytes], attack: str) -> None:
    """It is set under PDF/UA-1, its links lead where they should, and no file in reach is read."""
    attack = attack.encode("utf-8", "replace").decode()
    found = hostile(tmp_path, attack)
    links = {student.name: "feedback/a%20b.md" for student in found.students}
    made = pressed(page(found, "pdf", {}, links, attack))
    assert b"pdfuaid" in made
    assert set(re.findall(rb"/URI \(([^)]*)\)", made)) <= {b"feedback/a%20b.md"}
    assert "root:x:0:0" not in words_of(made, tmp_path / "report.pdf")


@pytest.mark.usefixtures("course")
def test_the_command_writes_the_formats_that_are_asked_for() -> None:
    """Markdown and HTML where none is; with links to the pages in PDF where there are only those."""
    grade()
    assert report("out").exit_code == 0
    assert {path.name for path in Path("out").glob("report.*")} == {"report.md", "report.html"}
    for path in Path("out").glob("report.*"):
        path.unlink()
    result = report("out", "--format", "tex", "--format", "tex")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [path.name for path in Path("out").glob("report.*")] == ["report.tex"]
    assert result.stdout.splitlines()[-1] == "The whole report is in out/report.tex."
    for path in Path("out/feedback").glob("*.md"):
        path.rename(path.with_suffix(".pdf"))
    report("out", "--format", "tex")
    assert r"\href{feedback/ann.pdf}{ann}" in Path("out/report.tex").read_text(encoding="utf-8")
    assert report("out", "--format", "docx").exit_code == 2


@pytest.mark.usefixtures("course")
def test_the_command_writes_pdf(pressed: Callable[[str], bytes]) -> None:
    """Beside another format, in the order in which they are asked for."""
    grade()
    result = report("out", "--format", "pdf", "--format", "md")
    assert result.stdout.splitlines()[-1] == "The whole report is in out/report.pdf and out/report.md."
    assert Path("out/report.pdf").read_bytes().startswith(b"%PDF")
    assert pressed


def test_without_the_extra_one_message_says_what_to_install(tmp_path: Path) -> None:
    """And the status is that of a bad call."""
    code = "import sys; sys.modules['typst'] = None; from grader.cli import main; main(prog_name='grader')"
    call = [sys.executable, "-c", code, "report", str(tmp_path), "--format", "pdf"]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("pip install 'grader[pdf]'") == 1
    assert "Traceback" not in done.stderr
