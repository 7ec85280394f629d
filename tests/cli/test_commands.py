"""The commands, as a user calls them."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import grader
from grader.cli import COMMANDS, main
from grader.families import load_all

ROOT = Path(__file__).parent.parent.parent


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_help_loads_nothing_heavy() -> None:
    """The command line starts without NumPy, SymPy, Jinja or rich in memory."""
    code = (
        "import sys; from click.testing import CliRunner; from grader.cli import main;"
        "assert 'families' in CliRunner().invoke(main, ['--help']).output;"
        "print({'numpy', 'sympy', 'jinja2', 'rich', 'yaml', 'msgspec'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_grading_does_not_need_sympy(tmp_path: Path) -> None:
    """Marking is numbers; SymPy's third of a second is for keys, proofs and what an author asks to differentiate."""
    code = (
        "import sys; from click.testing import CliRunner; from grader.cli import main;"
        f"call = ['grade', 'submissions', '--problems', 'problems/class-notes', '--out', {str(tmp_path)!r}];"
        "assert CliRunner().invoke(main, call).exit_code == 1;"
        "print(type(sys.modules.get('sympy.core')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "<class 'NoneType'>"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example(command: str) -> None:
    """Help ends with a line to paste."""
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"grader {command}" in result.output.partition("Example")[2]


@pytest.mark.usefixtures("checkout")
def test_grade_writes_marks_and_feedback(tmp_path: Path) -> None:
    """A line a mark, a row a student, a page a student, and a table on the terminal."""
    result = run("grade", "submissions/", "--problems", "problems/", "--out", str(tmp_path))
    assert result.exit_code == 0
    marks = [json.loads(line) for line in (tmp_path / "marks.jsonl").read_text().splitlines()]
    assert {mark["student"] for mark in marks} == {"notes", "report"}
    problems = {mark["problem"] for mark in marks}
    asked = sum(len(grader.load(path).parts) for path in (ROOT / "problems").rglob("*.yaml") if path.stem in problems)
    assert len(marks) == 2 * asked
    with (tmp_path / "marks.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["student"]: row["exercise-2-maps"] for row in rows} == {"notes": "0", "report": "68"}
    page = (tmp_path / "feedback" / "notes.md").read_text()
    assert "**Look first at `grad_w_4`: there the page leaves the right path.** It looks as if only ŷ" in page
    assert "Your method is right in `mse_after`: what stands there follows from your own earlier values" in page
    assert "grad_w_4" in result.stdout


@pytest.mark.usefixtures("checkout")
def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two runs write equal files."""
    for name in ("one", "two"):
        run("grade", "submissions/", "--out", str(tmp_path / name))
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert len(files) == 6
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_an_installed_grader_works_in_an_empty_folder(here: Path) -> None:
    """The shipped problems are found where there are none."""
    result = run("show", "sgd-line")
    assert result.exit_code == 0
    assert "w_1 = w − α·g_w,1 = 0.5 − 0.01·(−2.4) = 0.524" in result.stdout


@pytest.mark.parametrize("format", ["md", "tex"])
@pytest.mark.parametrize("command", ["key", "worksheet"])
def test_pages_are_written_one_a_problem(here: Path, command: str, format: str) -> None:
    """Each path is printed as it is written."""
    result = run(command, str(ROOT / "problems"), "--format", format, "--out", "pages")
    written = sorted(Path("pages", command).iterdir())
    assert result.exit_code == 0
    assert sorted(result.stdout.split()) == [str(path) for path in written]
    assert {path.stem for path in written} >= {"sgd-line", "exercise-2-maps", "cnn-two-kernels", "padded-convolution"}
    assert {path.suffix for path in written} == {f".{format}"}


@pytest.mark.usefixtures("checkout")
def test_check_passes_the_shipped_problems() -> None:
    """Both readings, every proof, every page."""
    result = run("check")
    assert result.exit_code == 0
    assert "✓ sgd-line: 31 steps by both readings, 10 proofs, 52 slips, 9 pages" in result.stdout


def test_check_names_a_step_without_a_value(here: Path) -> None:
    """What a zero vector or a singular matrix leaves undefined cannot be asked, and the givens at fault are named."""
    Path("zero.yaml").write_text("family: vectors\ngiven: {u: [0, 0], v: [1, 2]}\nask: {magnitude_u: 1, unit_u: 2}\n")
    result = run("check", "zero.yaml")
    assert result.exit_code == 1
    assert result.stderr == (
        "cannot use zero.yaml: ask.unit_u: this step has no value for these givens (a division by zero, or a singular "
        "matrix); it comes from u: change one, or ask another step\n"
    )


def test_families_are_listed_and_described(here: Path) -> None:
    """A line each; one by name with its givens and steps."""
    listed = run("families").stdout
    assert all(name in listed for name in load_all())
    described = run("families", "sgd").stdout
    assert "lr  a number" in described
    assert "grad_w_1" in described


@pytest.mark.parametrize("family", sorted(load_all()))
def test_a_new_spec_works_as_it_stands(here: Path, family: str) -> None:
    """What `new` prints passes `check`."""
    Path("spec.yaml").write_text(run("new", family).stdout)
    result = run("check", "spec.yaml")
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_cohort_is_summed_up_by_problem(here: Path) -> None:
    """For many students the table has a row a problem, and says where most go wrong."""
    Path("problems").mkdir()
    Path("problems/p.yaml").write_text(run("new", "sgd").stdout)
    lines = [
        json.dumps({"student": f"s{i:03}", "answers": {"p": {"yhat_1": 0.6 if i % 3 else 0.7}}}) for i in range(60)
    ]
    Path("cohort.jsonl").write_text("\n".join(lines))
    result = run("grade", "cohort.jsonl")
    assert result.exit_code == 0
    assert "yhat_1 (20)" in result.stdout
    assert len(list(Path("out/feedback").iterdir())) == 60


def test_formats_of_submissions_are_marked_alike(here: Path) -> None:
    """YAML, JSON, JSON lines and CSV hold the same answers."""
    Path("problems").mkdir()
    Path("problems/p.yaml").write_text(run("new", "sgd").stdout)
    Path("s").mkdir()
    Path("s/a.yaml").write_text("student: a\nanswers:\n  p:\n    yhat_1: 0.60\n    w_1: 0.5240\n")
    Path("s/b.json").write_text('{"student": "b", "answers": {"p": {"yhat_1": 0.60, "w_1": 0.5240}}}')
    Path("s/c.jsonl").write_text('\n{"student": "c", "answers": {"p": {"yhat_1": "0.60", "w_1": 0.5240}}}\n')
    Path("s/d.csv").write_text("student,p.yhat_1,p.w_1\nd,0.60,0.5240\n")
    assert run("grade", "s").exit_code == 0
    by_student: dict[str, list[dict[str, object]]] = {}
    for line in Path("out/marks.jsonl").read_text().splitlines():
        mark = json.loads(line)
        by_student.setdefault(mark.pop("student"), []).append(mark)
    assert by_student["a"] == by_student["b"] == by_student["c"] == by_student["d"]
    assert [mark["answer"] for mark in by_student["a"] if "answer" in mark] == ["0.60", "0.5240"]


def test_progress_stays_off_pipes(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bar is for a terminal; the items go by all the same."""
    from grader.cli import terminal

    monkeypatch.setattr(terminal, "PATIENCE", 0.0)
    assert list(terminal.progress(range(5), "Counting")) == [0, 1, 2, 3, 4]
    assert capsys.readouterr().err == ""


def test_progress_shows_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, work that lasts shows what it does and how far it is."""
    import pty

    code = (
        "import time; from grader.cli import terminal; terminal.PATIENCE = 0.0;"
        "[time.sleep(0.15) for _ in terminal.progress(range(5), 'Counting')]"
    )
    try:
        pid, terminal = pty.fork()
    except OSError as error:
        pytest.skip(f"no pseudo-terminal on this machine: {error}")
    if pid == 0:
        import os

        os.environ["TERM"] = "xterm"
        os.execv(sys.executable, [sys.executable, "-c", code])
    shown = read_all(terminal)
    assert "Counting" in shown
    assert "/5" in shown


def read_all(descriptor: int) -> str:
    """All that a terminal shows until its program ends."""
    import os

    chunks = []
    while True:
        try:
            chunk = os.read(descriptor, 4096)
        except OSError:  # Linux reports the end of a pseudo-terminal as an error
            break
        if not chunk:
            break
        chunks.append(chunk)
    return b"".join(chunks).decode(errors="replace")
