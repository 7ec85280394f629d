"""A document run from its first block to its last in a folder of its own."""

from __future__ import annotations

import contextlib
import doctest
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from grader.cli import main
from tests.docs.pages import Block, agrees, missing, patched, with_keys

CHECKOUT = Path(__file__).parent.parent.parent
COPIED = ("grader", "problems", "templates", "tests")
GRADER = '#!/bin/sh\nexec "$PYTHON" -c "from grader.cli import main; main(prog_name=\'grader\')" "$@"\n'
PYTHON = '#!/bin/sh\nexec "$PYTHON" "$@"\n'
PYTEST = '#!/bin/sh\nexec "$PYTHON" -m pytest -n 0 -p no:cacheprovider "$@"\n'


@dataclass
class Outcome:
    """What became of a block: why it failed, or why it was not run."""

    failed: str = ""
    skipped: str = ""


@dataclass
class Run:
    """A document on its way: the folder, what the last block printed, the specs as they were first written."""

    folder: Path
    home: Path
    checkout: bool
    printed: str = ""
    bases: dict[str, str] = field(default_factory=dict)

    def block(self, block: Block) -> str:
        """Do what a block is for; what is wrong with it."""
        if block.language == "text":
            return "" if agrees(block.text, self.printed) else f"printed:\n{self.printed}\nshown:\n{block.text}"
        if block.file:
            return self.written(block)
        if block.language == "sh":
            return self.ran(block.text, int(block.options.get("exit", "0")))
        if block.language == "python":
            return self.session(block)
        return f"nothing says what this {block.language} is for"

    def written(self, block: Block) -> str:
        """Write a file, or change it; a changed spec must check unless what it prints is shown next."""
        path = self.folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        if block.language == "diff":
            path.write_text(patched(path.read_text("utf-8"), block.text), encoding="utf-8")
        elif "change" in block.options:
            path.write_text(with_keys(self.bases[block.file], block.text), encoding="utf-8")
            return self.checked(block.file, int(block.options.get("exit", "0")))
        else:
            self.bases[block.file] = block.text
            path.write_text(block.text, encoding="utf-8")
        return ""

    def checked(self, file: str, status: int) -> str:
        """What `grader check` says of a spec, called in this process where the program is this checkout's own."""
        if self.checkout:
            return self.ran(f"grader check {file}", status)
        with contextlib.chdir(self.folder):
            done = CliRunner().invoke(main, ["check", file], catch_exceptions=False)
        self.printed = done.output
        return "" if done.exit_code == status else f"ended with {done.exit_code}:\n{done.output}"

    def session(self, block: Block) -> str:
        """Run a session of Python in the folder."""
        path = self.home / "session.txt"
        path.write_text(block.text, encoding="utf-8")
        assert doctest.DocTestParser().get_examples(block.text), "no example"
        return self.ran(f"python -m doctest -o NORMALIZE_WHITESPACE -o ELLIPSIS '{path}'", 0)

    def ran(self, commands: str, status: int) -> str:
        """Run commands in the shell; what is wrong is that they end otherwise than said."""
        script = f"set -e\n{commands}"
        done = subprocess.run(
            ["sh", "-c", script], cwd=self.folder, env=self.environment, text=True, timeout=300, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.printed = done.stdout
        return "" if done.returncode == status else f"ended with {done.returncode}:\n{done.stdout}"

    @property
    def environment(self) -> dict[str, str]:
        own = self.folder if self.checkout else CHECKOUT
        path = f"{self.home}{os.pathsep}{os.environ['PATH']}"
        return {
            **os.environ, "PATH": path, "PYTHONPATH": str(own), "PYTHON": sys.executable, "LC_ALL": "C.UTF-8",
            "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip


def started(home: Path, checkout: bool) -> Run:
    """A folder with nothing in it, or with a copy of the checkout, and beside it the commands."""
    folder, commands = home / "work", home / "bin"
    folder.mkdir(parents=True)
    commands.mkdir()
    for name, script in {"grader": GRADER, "python": PYTHON, "pytest": PYTEST}.items():
        (commands / name).write_text(script)
        (commands / name).chmod(0o755)
    if checkout:
        for name in COPIED:
            shutil.copytree(CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "docs"))
        shutil.copy(CHECKOUT / "pyproject.toml", folder)
    return Run(folder, commands, checkout)


def outcomes(run: Run, document: list[Block]) -> Iterator[Outcome]:
    """What becomes of each block; what follows a skipped one in its section rests on it and is skipped too.

    A guide to the program's own code makes what it calls.
    """
    skipped: dict[str, str] = {}
    for block in document:
        reason = "" if run.checkout else skipped.get(block.section) or missing(block)
        if reason:
            skipped[block.section] = reason
            yield Outcome(skipped=f"line {block.line}: {reason}")
        else:
            yield Outcome(failed=run.block(block))
