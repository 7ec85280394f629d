"""Pages as PDF: each kind is set under PDF/UA-1, hostile text shows and does nothing, equal input gives equal bytes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.cli import main
from grader.problem import Problem
from grader.render import pages, room, sheets
from grader.render.feedback import SheetView, page
from grader.render.pdf import numbered
from grader.sheets import Worksheet

pytest.importorskip("typst", reason="the extra grader[pdf] is not installed")

from grader.render.pdf import compiled, compiler, pdf

ROOT = Path(__file__).parent.parent.parent
PROBLEMS = sorted(path for path in (ROOT / "problems").rglob("*.yaml") if path.name != "course.yaml")
ATTACKS = [
    '#read("/etc/passwd")',
    '#import "/etc/passwd": *',
    '#include "/etc/passwd"',
    '#import "@preview/x:0.1.0"',
    '"; #read("/etc/passwd"); "',
    '"]; #panic("x")',
    "] #set page(width: 1pt) [",
    "}} {% raw %} {{ 7 * 7 }} {# c #}",
    "$ x^2 $ and $y$",
    "*bold* _em_ `code` ```raw```",
    "= heading",
    "- item",
    "+ item",
    "1. item",
    "/ term: words",
    "<label> @label",
    "// comment",
    "/* comment",
    "*/",
    "\\",
    "\\u{41} \\n \\",
    "http://example.invalid/a?b=c",
    "--- ... ~ '",
    "\u202egnp.exe \u2066x\u2069",
    "a\u200bb\u0000c\u0007\u001b[31m",
    "\ud800 lone \udfff",
    "\ufffe\uffff\U0010ffff\ue000",
    "李雷 😀 नमस्ते مرحبا",
    "x" * 10_000,
    "x y " * 2_500,
    "[" * 500,
    "",
    " ",
]


def load(name: str) -> Problem:
    return grader.load(next(path for path in PROBLEMS if path.stem == name))


def shown(content: bytes, path: Path) -> str:
    """The words on the pages, as a reader's program takes them out, without ends of lines."""
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
    return re.sub(r"\s+", "", done.stdout.decode().replace("\u200b", ""))


needs_pdftotext = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext on this machine")


@pytest.mark.parametrize("path", PROBLEMS, ids=lambda path: path.stem)
def test_every_key_and_worksheet_is_set_and_accessible(path: Path) -> None:
    """Typst holds each to PDF/UA-1: a title, a language, words for each picture and formula, headings in order."""
    problem = grader.load(path)
    for source in (pages.key(problem, "pdf"), pages.worksheet(problem, "pdf")):
        made = compiled(source)
        assert isinstance(made, bytes)
        assert made.startswith(b"%PDF")
        assert b"pdfuaid" in made


def test_equal_input_gives_equal_bytes() -> None:
    """Also where a compiler of another process makes it."""
    source = pages.key(load("sgd-line"), "pdf")
    first = pdf(source)
    pdf(pages.worksheet(load("lenet-5"), "pdf"))
    assert pdf(source) == first
    compiler.cache_clear()
    assert pdf(source) == first


@needs_pdftotext
def test_a_key_shows_formula_substitution_and_value(tmp_path: Path) -> None:
    """With the sign for about equal where something was rounded, the table of the rounds, and the pictures' titles."""
    words = shown(pdf(pages.key(load("sgd-line"), "pdf")), tmp_path / "key.pdf")
    for part in ("0.5−0.01⋅(−2.4)=0.524", "≈45.9029", "1.2736", "Thelinebeforeandafterthedescent", "32pointsinall"):
        assert part in words
    assert "page1of" in words
    assert "Exercisesinmachinelearning" in words


@needs_pdftotext
def test_a_worksheet_gives_nothing_away(tmp_path: Path) -> None:
    """It states the data and asks each part with its points, with the student's name and variant on each page."""
    problems = (load("sgd-line"), load("lenet-5"), load("ridge-numbers"))
    sheet = Worksheet("ada", problems, "Ada L.", "42", {"sgd-line": "K7Q2"})
    words = shown(pdf(sheets.worksheet(sheet, "pdf")), tmp_path / "sheet.pdf")
    count = int(re.findall(r"page\d+of(\d+)", words)[0])
    assert words.count("AdaL.") == words.count("VariantK7Q2") == words.count("page") == count >= 3
    assert "0.524" not in words
    assert "1.2736" not in words
    for problem in problems:
        assert re.sub(r"\s", "", problem.title) in words


def test_tasks_cover_what_is_asked_once() -> None:
    """Every part of every problem is in one task, and the tasks' points are the problem's."""
    for path in PROBLEMS:
        problem = grader.load(path)
        tasks = room.tasks(problem)
        assert sum(task.points for task in tasks) == problem.points
        asked = sum(sum(map(sum, task.table.rows)) if task.table else 1 for task in tasks)
        assert asked == len(problem.parts)


def test_a_tensor_gets_cells_of_its_own_size() -> None:
    """Five rows of five, four matrices for a batch, ruled lines for what is written in words."""
    assert [(each.rows, each.columns) for each in room.tasks(load("exercise-2-maps"))[0].blanks] == [(5, 5)]
    assert [(each.rows, each.columns) for each in room.tasks(load("batch-convolution"))[1].blanks] == [(2, 2)] * 4
    assert room.tasks(load("cnn-or-mlp"))[0].rules > 5
    assert room.tasks(load("padding-choice"))[0].ticks == ("a", "b", "c", "d")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: ascii(text[:24]))
def test_a_feedback_page_survives_a_hostile_name_and_answer(attack: str, tmp_path: Path) -> None:
    """It is set under PDF/UA-1, a file in reach is not read, and what was typed is shown."""
    numbers, derivation = load("sgd-line"), load("softmax-derivation")
    sheets = [
        SheetView(numbers, grader.grade(numbers, {"yhat_1": attack, "w_5": "1"}, student=attack)),
        SheetView(derivation, grader.grade(derivation, {"lines": [attack, r"= \hat{y}_i"]}, student=attack)),
    ]
    content = pdf(page(attack, sheets, "pdf"))
    assert b"pdfuaid" in content
    if shutil.which("pdftotext"):
        words = shown(content, tmp_path / "page.pdf")
        assert "root:x:0:0" not in words
        for typed in re.findall(r"[!-~]+", attack[:150]):
            assert typed in words


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='ab1 #$[](){}"\\/*_=-+<>@`~;:,.\n\u202e\u00e9李', max_size=40) | st.text(max_size=12))
def test_any_name_is_set(name: str) -> None:
    """The same for whatever Hypothesis comes up with, on a worksheet too."""
    problem = load("padding-choice")
    assert pdf(page(name, [], "pdf")).startswith(b"%PDF")
    sheet = Worksheet("x", (problem,), name, "42", {"padding-choice": name})
    assert pdf(sheets.worksheet(sheet, "pdf")).startswith(b"%PDF")


def test_typst_code_reads_no_file() -> None:
    """Even code of Typst's own, which no page lets through, finds nothing in its folder."""
    from grader.errors import SpecError

    for code in ('#read("/etc/passwd")', '#read("../../etc/passwd")', '#image("/etc/passwd")'):
        with pytest.raises(SpecError, match="cannot be set as PDF"):
            pdf('#set document(title: "x")\n' + code)


@needs_pdftotext
def test_what_no_font_has_stands_as_its_number(tmp_path: Path) -> None:
    words = shown(pdf(page("李雷 and Zoë", [], "pdf")), tmp_path / "page.pdf")
    assert "[U+674E][U+96F7]andZoë" in words
    assert numbered("aé", frozenset("aé")) == "a[U+00E9]"


def test_commands_write_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys, worksheets and feedback, as files."""
    monkeypatch.chdir(ROOT)
    spec = "problems/class-notes/max-pooling.yaml"
    for command in ("key", "worksheet"):
        done = CliRunner().invoke(main, [command, spec, "--format", "pdf", "--out", str(tmp_path)])
        assert done.exit_code == 0, done.output
        assert (tmp_path / command / "max-pooling.pdf").read_bytes().startswith(b"%PDF")
    answers = tmp_path / "answers.yaml"
    answers.write_text("student: ../ada\nanswers:\n  max-pooling:\n    output_shape: [2, 2]\n")
    done = CliRunner().invoke(
        main, ["grade", str(answers), "--problems", spec, "--out", str(tmp_path), "--feedback", "pdf"]
    )
    assert done.exit_code == 0, done.output
    assert [path.name for path in (tmp_path / "feedback").iterdir()] == ["ada.pdf"]


@pytest.mark.parametrize("call", [["key", "--format", "pdf"], ["grade", ".", "--feedback", "pdf"]])
def test_without_the_extra_one_message_says_what_to_install(call: list[str]) -> None:
    """And the status is that of a bad call."""
    code = "import sys; sys.modules['typst'] = None; from grader.cli import main; main(prog_name='grader')"
    done = subprocess.run([sys.executable, "-c", code, *call], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2
    assert done.stderr.count("pip install 'grader[pdf]'") == 1
    assert "Traceback" not in done.stderr
