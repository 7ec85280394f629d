"""The corpus through `grader.compare`: no crash, nothing run, no false `same`, and few that stay open.

`python -m tests.corpus` prints the table by category; `--misses` what came out otherwise than expected.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

from tests.corpus import attacks, entries, hostile, matrices
from tests.corpus.formulas import judged
from tests.corpus.identities import identities
from tests.corpus.running import DEFINITE, Run, run_all

ROOT = Path(__file__).parent.parent
LEAST = {
    "equal pairs": 500, "near misses": 450, "number habits": 240, "Unicode": 200, "LaTeX dialects": 300,
    "ambiguous names": 120, "branches and domains": 150, "matrices": 200, "derivations": 80, "resource bombs": 130,
    "code execution": 120,
}  # fmt: skip


@lru_cache(maxsize=1)
def runs() -> tuple[Run, ...]:
    return tuple(run_all())


def listed(found: list[Run]) -> str:
    return "\n".join(map(str, found))


def python(*arguments: str, cwd: Path, **environment: str) -> str:
    """What a Python of its own prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=True).stdout


def test_the_corpus_is_as_large_as_it_says() -> None:
    """2,500 comparisons and more, and enough of every category."""
    counts = Counter(entry.category for entry in entries())
    assert counts.total() >= 2500
    assert {category for category, least in LEAST.items() if counts[category] < least} == set()


def test_identities_hold_in_mpmath() -> None:
    """What generators call equal is equal by a witness that is not ours."""
    wrong = [each for each in identities() if judged(each.one, each.other, each.symbols or {}) != "same"]
    assert wrong == []


def test_matrix_identities_hold_in_numpy() -> None:
    """Equal where they should be and different where they should be, at drawn matrices of two sizes."""
    assert matrices.misjudged() == []


def test_the_corpus_is_the_same_in_every_run(tmp_path: Path) -> None:
    """Whatever Python's hash seed."""
    script = "import hashlib, tests.corpus as c; print(hashlib.sha256(repr(c.entries()).encode()).hexdigest())"
    assert len({python("-c", script, cwd=tmp_path, PYTHONHASHSEED=seed) for seed in ("1", "2")}) == 1


def test_nothing_crashes() -> None:
    """Whatever comes in, a verdict comes out."""
    assert listed([run for run in runs() if run.verdict == "crash"]) == ""


def test_no_bomb_goes_off() -> None:
    """Every bomb comes back; the time is ten times the budget, for the sake of slow machines."""
    found = [run for run in runs() if run.entry.category == "resource bombs"]
    assert len(found) == len(list(hostile.bombs()))
    assert listed([run for run in found if run.seconds > 0.5]) == ""


def test_nothing_is_called_the_same_that_is_not() -> None:
    """Not one."""
    assert listed([run for run in runs() if run.verdict == "same" and not run.as_expected]) == ""


def test_hardly_anything_is_called_different_that_is_not() -> None:
    """At most one in two hundred of what is the same."""
    alike = [run for run in runs() if run.entry.expect == ("same",)]
    wrong = [run for run in alike if run.verdict == "different"]
    assert len(wrong) <= 0.005 * len(alike), listed(wrong)


@pytest.mark.parametrize("verdict", ["undecided", "unreadable"])
def test_little_is_left_open(verdict: str) -> None:
    """At most three in a hundred of what has an answer."""
    definite = [run for run in runs() if run.entry.expect in DEFINITE]
    left = [run for run in definite if run.verdict == verdict]
    assert len(left) <= 0.03 * len(definite), listed(left)


def test_what_cannot_be_read_is_not_read() -> None:
    """A broken text, or a name that nobody declared, is never given a meaning."""
    broken = [run for run in runs() if run.entry.expect == ("unreadable",)]
    assert len(broken) > 35
    assert listed([run for run in broken if run.verdict != "unreadable"]) == ""


def test_nothing_is_executed(tmp_path: Path) -> None:
    """No file appears, and Python is not asked to compile, execute, import, open or start anything meanwhile."""
    heard = json.loads(python("-m", "tests.corpus.audit", cwd=tmp_path))
    assert heard == {"compared": len(list(attacks())), "events": []}
    assert list(tmp_path.iterdir()) == []
