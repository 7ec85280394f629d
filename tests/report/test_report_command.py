"""`grader report`, as a user calls it."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from tests.render.test_escaping import ATTACKS
from tests.report.folder import mark, rows, write_marks
from tests.run.folder import grade


def report(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["report", *arguments], catch_exceptions=False)


@pytest.mark.usefixtures("course")
def test_the_command_writes_the_report_beside_the_marks() -> None:
    """Titles from the problems, links to the pages that are there, twice the same bytes."""
    grade()
    result = report("out")
    assert (result.exit_code, result.stderr) == (0, "")
    text = Path("out/report.md").read_text(encoding="utf-8")
    assert "[ann](feedback/ann.md)" in text
    assert "Two samples" in text
    assert "3 answers wait for a person in review.csv." in result.stdout
    assert "out/report.md" in result.stdout.splitlines()[-1]
    report("out", "--problems", "problems")
    assert Path("out/report.md").read_text(encoding="utf-8") == text
    Path("out/feedback/ann.md").unlink()
    report("out", "--problems", "problems/line.yaml")
    text = Path("out/report.md").read_text(encoding="utf-8")
    assert "[ann]" not in text
    assert "[bob](feedback/bob.md)" in text
    assert "| words |" in text


def test_links_are_to_the_files_that_grade_writes(tmp_path: Path) -> None:
    """Names that no file may have lead to the page of that student all the same."""
    found = write_marks(tmp_path, [mark(name, "w", "correct") for name in ("../a b/ü", ".._a_b_ü")])
    (tmp_path / "feedback").mkdir()
    for name in ("a_b_ü.md", "a_b_ü-2.md", "a_b_ü-2.html"):
        (tmp_path / "feedback" / name).write_text("")
    report(str(found))
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "[../a b/ü](feedback/a_b_%C3%BC.md)" in text
    assert "[..\\_a\\_b\\_ü](feedback/a_b_%C3%BC-2.html)" in text


@pytest.mark.parametrize("attack", [*ATTACKS, "x" * 10_000, "\x1b[2J\x1b]0;title\x07", "[red]bold[/red]"])
def test_the_terminal_shows_hostile_text_and_does_nothing(tmp_path: Path, attack: str) -> None:
    """No control sign reaches it, and no line is long."""
    write_marks(tmp_path, [row | {"part": attack + row["part"], "problem": attack} for row in rows(attack)])
    result = report(str(tmp_path))
    assert result.exit_code == 0
    assert not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for sign in result.output.replace("\n", ""))
    assert max(map(len, result.output.splitlines()[:-1])) < 200
    if attack == "[red]bold[/red]":
        assert attack in result.output


def test_a_folder_without_marks_ends_with_one(tmp_path: Path) -> None:
    """And says what to do first."""
    result = report(str(tmp_path))
    assert result.exit_code == 1
    assert "marks.jsonl: cannot be opened" in result.stderr
    assert "grader grade" in result.stderr


def test_what_cannot_be_used_is_named_and_the_rest_reported(tmp_path: Path) -> None:
    """The exit status is 1 then."""
    path = write_marks(tmp_path, rows()) / "marks.jsonl"
    path.write_text(path.read_text() + "{}\n")
    result = report(str(tmp_path))
    assert result.exit_code == 1
    assert "missing required field `student`" in result.stderr
    assert (tmp_path / "report.md").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Where the page should stand is a folder."""
    write_marks(tmp_path, rows())
    (tmp_path / "report.md").mkdir()
    result = report(str(tmp_path))
    assert result.exit_code == 1
    assert "report.md: cannot be written" in result.stderr


@pytest.mark.usefixtures("course")
def test_problems_that_are_named_and_not_there_are_told() -> None:
    """The report has ids in place of titles then."""
    grade()
    result = report("out", "--problems", "nowhere")
    assert result.exit_code == 1
    assert "nowhere: no such file or folder" in result.stderr
    assert "| words |" in Path("out/report.md").read_text(encoding="utf-8")


def test_the_bytes_do_not_hang_on_the_interpreter(tmp_path: Path) -> None:
    """Python's hashes, of which answers are compared, differ from run to run; the page does not."""
    found = [mark(f"s{i:02}", "w", "wrong", answer=f"{i % 4}.5", expected="1") for i in range(24)]
    write_marks(tmp_path, found)
    code = "import sys; from grader.cli import main; main(['report', sys.argv[1]])"
    pages = []
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=environment, check=True, capture_output=True)
        pages.append((tmp_path / "report.md").read_bytes())
    assert pages[0] == pages[1]
    assert pages[0].count(b"give the same wrong answer") == 3


def test_names_of_ours_only_load_when_called() -> None:
    """The report's module is not part of the start of the command line."""
    code = "import sys; from grader.cli import main; sys.exit('grader.report' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
