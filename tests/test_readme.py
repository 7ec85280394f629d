"""The README, run: its spec is the shipped one, its output is what really prints, its commands work."""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import grader
from grader.cli import COMMANDS, main
from grader.document import read_yaml
from grader.families import load_all
from grader.problem import read_problem

README = Path("README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def test_the_spec_is_the_shipped_one() -> None:
    """Its givens and its solution are those of the problem that ships."""
    (spec,) = blocks("yaml")
    shipped = grader.load("problems/class-notes/sgd-line.yaml")
    shown = read_problem(read_yaml(spec), "sgd-line")
    assert shown.given == shipped.given
    assert {part.step for part in shown.parts} <= {part.step for part in shipped.parts}


def test_the_table_and_the_mark_are_what_prints(tmp_path: Path) -> None:
    """The first command's output, and a line of its marks, stand in the README to the letter."""
    command = blocks("sh")[0].split("&& .venv/bin/grader ")[1].split()
    command[-1] = str(tmp_path)
    result = CliRunner().invoke(main, command, catch_exceptions=False)
    printed = [line.rstrip() for line in result.stdout.replace(str(tmp_path), "out").splitlines()]
    (shown,) = blocks("text")
    lines = [line for line in shown.splitlines() if line != "…"]
    assert lines == [line for line in printed if line in lines]
    assert len(lines) > 8
    (mark,) = blocks("json")
    assert mark in (tmp_path / "marks.jsonl").read_text(encoding="utf-8")


GRADEBOOK = """Student,ID,SIS User ID,SIS Login ID,Section,Homework 3 (13)
    Points Possible,,,,,343
"Notes, Ann",101,S1,notes,A,
"Report, Bo",102,S2,report,A,
"""


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first command of the list leaves behind."""
    out = tmp_path_factory.mktemp("readme") / "out"
    arguments = ["grade", "submissions/", "--problems", "problems/", "--out", str(out)]
    assert CliRunner().invoke(main, arguments, catch_exceptions=False).exit_code == 0
    return out


@pytest.mark.parametrize("line", blocks("sh")[1].splitlines())
def test_each_command_runs(line: str, marked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line of the list of commands, as it stands, beside the problems, the submissions, marks and a roster."""
    shutil.copytree(marked, tmp_path / "out")
    for folder in ("problems", "submissions"):
        (tmp_path / folder).symlink_to(Path(folder).absolute())
    (tmp_path / "roster.csv").write_text("student\ns001\ns002\n", encoding="utf-8")
    (tmp_path / "gradebook.csv").write_text(GRADEBOOK, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    words = shlex.split(line.partition("   #")[0])[1:]
    assert words[0] in COMMANDS
    for folder in words[1:3] if words[0] == "merge" else ():
        share = ["grade", "submissions/", "--shard", f"{folder[4]}/2", "--out", folder]
        assert CliRunner().invoke(main, share, catch_exceptions=False).exit_code == 0
    assert CliRunner().invoke(main, words, catch_exceptions=False).exit_code == 0


def test_the_counts_are_right() -> None:
    """As many families and problems come with it as the README says."""
    problems = [path for path in Path("problems").rglob("*.yaml") if path.name != "course.yaml"]
    assert f"{len(load_all())} families" in README
    assert f"{len(problems)} problems" in README


def test_every_command_is_listed() -> None:
    """The list leaves none out."""
    assert {line.split()[1] for line in blocks("sh")[1].splitlines()} == set(COMMANDS)


def test_the_python_examples_run() -> None:
    """What the README shows of the Python face is what it does."""
    (example,) = blocks("python")
    test = doctest.DocTestParser().get_doctest(example, {}, "README", "README.md", 0)
    failed, attempted = doctest.DocTestRunner().run(test)
    assert failed == 0
    assert attempted > 0
