"""Feedback and sheets in LaTeX: what stands on them, that pdflatex sets them, and that hostile text does nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.cli import main
from grader.document import read_yaml
from grader.problem import Problem, read_problem
from grader.render import pages, sheets
from grader.render.feedback import SheetView, page
from grader.render.tex import code, words
from grader.sheets import Worksheet
from tests.render.test_escaping import ATTACKS

ROOT = Path(__file__).parent.parent.parent
MORE = ["[3pt] x", "*", "x" * 10_000, "x y " * 2_500, "李雷 😀 नमस्ते مرحبا Łukasz", "\\end{document}", "", " "]
NEEDED = "no pdflatex on this machine (Debian: texlive-latex-base, lmodern)"
needs_pdflatex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason=NEEDED)


def load(name: str) -> Problem:
    return grader.load(next((ROOT / "problems").rglob(f"{name}.yaml")))


def set_by_latex(text: str, folder: Path) -> str:
    """What pdflatex says of a page while it sets it; fails where it does not, or where something leaves the page."""
    (folder / "page.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=60)
    assert done.returncode == 0, done.stdout[-2000:]
    wide = [float(width) for width in re.findall(r"Overfull \\hbox \(([\d.]+)pt", done.stdout)]
    assert max(wide, default=0.0) < 6, done.stdout[-2000:]  # points: two millimetres of a margin of twenty-two
    return done.stdout


def hostile_page(attack: str) -> str:
    """Feedback for a student who writes this everywhere."""
    numbers, derivation, formula = map(load, ("sgd-line", "softmax-derivation", "softmax-derivative"))
    return page(
        attack,
        [
            SheetView(numbers, grader.grade(numbers, {"yhat_1": attack, "w_5": "1"}, student=attack)),
            SheetView(derivation, grader.grade(derivation, {"lines": [attack, r"= \hat{y}_i"]}, student=attack)),
            SheetView(formula, grader.grade(formula, {"same": attack}, student=attack)),
        ],
        "tex",
    )


def test_the_page_says_what_the_others_say() -> None:
    """Where to look first, each mark in a row, entries beside the key's, lines with their verdicts."""
    line, maps, lines = map(load, ("sgd-line", "average-pooling", "softmax-derivation"))
    text = page(
        "ada_l",
        [
            SheetView(line, grader.grade(line, {"yhat_1": "0.6", "grad_w_1": "-2.4", "w_1": "0.476"})),
            SheetView(maps, grader.grade(maps, {"pooled": [["12.5", "16.25"], ["10.5", "14"]]})),
            SheetView(lines, grader.grade(lines, {"lines": [r"\hat{y}_i = e^{z_i}", r"= \hat{y}_i"]})),
        ],
        "tex",
    )
    assert r"\section*{ada\_l}" in text
    assert r"\textbf{Look first at \texttt{w\_1}: there the page leaves the right path.}" in text
    row = next(row for row in text.splitlines() if row.startswith(r"\texttt{w\_1} &"))
    assert row == r"\texttt{w\_1} & \texttt{0.476} & \texttt{0.524} & $\to$~\textbf{slip} & 0.5 / 1 \\"
    assert r"{12.5} $\to$ \textbf{12.75} & {16.25} \\ \hline" in text
    assert re.search(r"^1 & \\texttt\{\\textbackslash\{\}hat.* & \\textbf\{wrong\} \\\\$", text, re.MULTILINE)


def test_a_column_of_own_values_stands_only_where_there_are_some() -> None:
    """What follows from an earlier slip has one."""
    problem = load("sgd-line")
    first = {"yhat_1": "0.6", "grad_w_1": "2.4", "w_1": "0.476"}
    views = [SheetView(problem, grader.grade(problem, answers)) for answers in ({"yhat_1": "0.6"}, first)]
    assert ["by your own values" in page("s", [view], "tex") for view in views] == [False, True]


def test_the_worked_solution_stands_there_where_the_course_says_so() -> None:
    """In full, without what only the key shows."""
    problem = load("max-pooling")
    view = SheetView(problem, grader.grade(problem, {"output_shape": "[2, 2]"}))
    with_it = page("s", [view], "tex")
    assert problem.course.solutions == ("The worked solution" in with_it)
    solution = pages.Solved("tex")(problem)
    assert solution in pages.key(problem, "tex")


def test_long_words_may_be_broken() -> None:
    """After every eight characters; what was typed, behind its joints; short ones nowhere."""
    assert words("a word") == "a word"
    assert words("漢") == r"[U+6F22]\mayend{}"
    assert words("x" * 17) == r"xxxxxxxx\mayend{}xxxxxxxx\mayend{}x"
    assert code("[[1,2],[3,4],[5]]").count(r"\mayend{}") == 4
    assert code("short") == r"\texttt{short}"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_breaking_loses_nothing(text: str) -> None:
    """Without the breaks, the text is as it would be without them."""
    from grader.render.escaping import tex

    for made, plain in ((words(text), tex(text)), (code(text), rf"\texttt{{{tex(text)}}}")):
        assert made.replace(r"\mayend{}", "").replace("{}", "") == plain.replace("{}", "")


def test_signs_stand_as_they_were_typed() -> None:
    """No font makes a dash or a quotation mark of two of them."""
    assert words("a -- b''") == "a -{}- b'{}'"


@pytest.mark.parametrize("attack", [*ATTACKS, *MORE], ids=lambda text: ascii(text[:24]))
def test_hostile_text_opens_nothing(attack: str) -> None:
    """The commands on the page are those of the page of a harmless student, and of signs."""
    commands = [set(re.findall(r"\\(?:[a-zA-Z]+|.)", hostile_page(each))) for each in ("harmless", attack)]
    signs = {"\\textbackslash", "\\textasciitilde", "\\textasciicircum", "\\mayend", "\\dots", "\\hat", "\\to"}
    assert commands[1] - commands[0] <= signs | {f"\\{sign}" for sign in "#$%&_{}"}


@needs_pdflatex
@pytest.mark.parametrize("attack", [*ATTACKS, *MORE], ids=lambda text: ascii(text[:24]))
def test_latex_sets_a_page_for_a_hostile_name_and_answer(attack: str, tmp_path: Path) -> None:
    """With no error, no file read, and nothing outside the page."""
    said = set_by_latex(hostile_page(attack), tmp_path)
    assert "/etc/passwd)" not in said


@needs_pdflatex
@pytest.mark.parametrize("attack", [*ATTACKS[::4], *MORE[:6]], ids=lambda text: ascii(text[:24]))
@pytest.mark.parametrize("made", [sheets.worksheet, sheets.key], ids=lambda made: made.__name__)
def test_latex_sets_a_sheet_for_a_hostile_name(made: object, attack: str, tmp_path: Path) -> None:
    """And for what a roster says besides; the whole name stands at the head, its beginning above each page."""
    assert callable(made)
    sheet = Worksheet(
        "s", (load("sgd-line"), load("padding-choice")), attack, "42", {"sgd-line": "K7Q2"}, {"group": attack}
    )
    set_by_latex(made(sheet, "tex"), tmp_path)


@needs_pdflatex
def test_tables_break_over_pages(tmp_path: Path) -> None:
    """A map of ninety rows with something wrong in it, and a derivation of eighty lines."""
    rows = [[f"{i}", f"{i + 1}"] for i in range(90)]
    spec = f"family: pool2d\ngiven: {{X: {rows}, size: 1, stride: 1, mode: max}}\n".replace("'", "")
    problem = read_problem(read_yaml(spec), "p")
    marks = grader.grade(problem, {"pooled": [["7", "8"], *rows[1:]]})
    view = SheetView(problem, marks)
    assert len(view.tables["pooled"].rows) == 90
    lines = load("softmax-derivation")
    long = SheetView(lines, grader.grade(lines, {"lines": [r"\hat{y}_i"] * 80}))
    said = set_by_latex(page("s", [view, long], "tex"), tmp_path)
    assert int(re.findall(r"\((\d+) pages", said)[0]) >= 4
    assert "Overfull \\vbox" not in said


def test_the_command_writes_latex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page a student, the same bytes twice."""
    monkeypatch.chdir(ROOT)
    answers = tmp_path / "answers.yaml"
    answers.write_text("student: ../ada\nanswers:\n  max-pooling:\n    output_shape: [2, 2]\n")
    found = []
    for out in ("one", "two"):
        call = ["grade", str(answers), "--problems", "problems/class-notes/max-pooling.yaml", "--feedback", "tex"]
        done = CliRunner().invoke(main, [*call, "--out", str(tmp_path / out)])
        assert done.exit_code == 0, done.output
        assert [path.name for path in (tmp_path / out / "feedback").iterdir()] == ["ada.tex"]
        found.append((tmp_path / out / "feedback" / "ada.tex").read_bytes())
    assert found[0] == found[1]
    assert b"\\section*{../ada}" in found[0]
