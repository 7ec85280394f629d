"""The store: what it holds is used, what it cannot hold is moved aside, and ending a run anywhere loses nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader import run
from grader.intake import Submission
from grader.marking.marked import unpacked
from grader.run.digests import program_digest
from grader.run.marker import Marker
from grader.run.records import Body
from grader.run.store import checked, intact
from tests.run.folder import LINE, SHEETS, fill_in, grade, hand_in, points, table

ROOT = Path(__file__).parent.parent.parent


def results() -> dict[str, bytes]:
    """All that a run wrote, beside its store."""
    files = [path for path in Path("out").rglob("*") if path.is_file() and not path.name.startswith("grades.sqlite")]
    return {str(path): path.read_bytes() for path in files}


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The pages that are marked from here on, by student and problem."""
    pages: list[tuple[str, str]] = []

    body = Marker.body

    def marking(marker: Marker, id: str, submissions: Sequence[Submission], *told: Any) -> bytes:
        pages.extend((submission.student, id) for submission in submissions)
        return body(marker, id, submissions, *told)

    monkeypatch.setattr(Marker, "body", marking)
    return pages


def test_only_what_changed_is_marked(course: Path, marked: list[tuple[str, str]]) -> None:
    """Nothing the second time; one student after an answer, one problem after its spec."""
    grade()
    assert len(marked) == 6
    marked.clear()
    grade()
    assert marked == []
    hand_in("bob", SHEETS["bob"] | {"words": {"text": "New."}})
    grade()
    assert marked == [("bob", "line"), ("bob", "words")]
    marked.clear()
    Path("problems/line.yaml").write_text(LINE.replace("Two samples", "A new title"))
    grade()
    assert marked == []
    Path("problems/line.yaml").write_text(LINE.replace("0.01", "0.02"))
    grade()
    assert sorted(marked) == [("ann", "line"), ("bob", "line"), ("eve", "line")]


def test_another_program_marks_anew(
    course: Path, marked: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marks of another version of the source are not taken, and where they differ the reason says so."""
    grade()
    marked.clear()
    monkeypatch.setattr(run, "program_digest", lambda: b"another")
    monkeypatch.setattr("grader.marking.words.blank", lambda: "Nothing here.")
    assert "6 pages marked anew, and no mark changed" in grade().stdout
    assert len(marked) == 6


def test_the_program_is_named_where_a_mark_differs(course: Path) -> None:
    """A mark that an older version gave, and this one does not."""
    grade()
    with sqlite3.connect("out/grades.sqlite") as store:
        (packed,) = store.execute("SELECT body FROM marked WHERE problem = 'line'").fetchone()
        marked = unpacked(Body.unpacked(intact(packed)).marked)
        older = replace(marked, bodies=marked.bodies.replace(b'"correct","credit":1.0', b'"wrong","credit":0.0', 1))
        row = (checked(Body([], older.packed()).packed()),)
        store.execute("UPDATE marked SET body = ? WHERE problem = 'line'", row)
        store.execute("UPDATE chunk SET program = ?", (b"older",))
    store.close()
    grade()
    changes = table("changes.csv")
    assert [change["student"] for change in changes] == ["ann", "eve"]
    assert {(change["part"], change["difference"], change["why"]) for change in changes} == {
        ("yhat_1", "1", "the program changed")
    }


def test_the_same_bytes_as_without_the_store(course: Path) -> None:
    """After edits, decisions and runs in between, the results are those of a first run over the same folder."""

    def decide(row: dict[str, str]) -> None:
        row["earned"] = "1" if row["student"] == "bob" else ""

    grade()
    fill_in(decide)
    hand_in("ann", SHEETS["ann"] | {"line": {"yhat_1": "0.7"}})
    grade()
    hand_in("zoe", {"line": {"yhat_1": "0.6"}, "words": {"text": "x"}})
    Path("problems/line.yaml").write_text(LINE + "policy: {wrong: -0.5}\n")
    grade()
    grade()
    kept = results()
    review = Path("out/review.csv").read_bytes()
    Path("out").rename("before")
    Path("out").mkdir()
    Path("out/review.csv").write_bytes(review)
    grade()
    assert results() == kept


def test_the_program_is_digested_quickly() -> None:
    """All of our source, in less than a hundredth of a second or so."""
    program_digest.cache_clear()
    started = time.process_time()
    program_digest()
    assert time.process_time() - started < 0.1


FOREIGN = [b"not a database, and longer than a header is " * 40, b"SQLite format 3\0" + b"\1" * 5000]


@pytest.mark.parametrize("content", FOREIGN)
def test_a_file_that_is_no_store(course: Path, content: bytes) -> None:
    """It is moved aside and kept, twice if need be; everything is marked anew."""
    Path("out").mkdir()
    for name in ("grades.sqlite.bad", "grades.sqlite.bad-2"):
        Path("out/grades.sqlite").write_bytes(content)
        result = grade()
        assert result.stderr.startswith("cannot use out/grades.sqlite: not a store of marks: ")
        assert result.stderr.endswith(f"it is now out/{name}, and everything is marked anew\n")
        assert Path("out", name).read_bytes() == content
        assert points()["ann"] == "4"
        assert grade().stderr == ""


def test_another_programs_database(course: Path) -> None:
    """A database that is not ours is no place for ours."""
    Path("out").mkdir()
    with sqlite3.connect("out/grades.sqlite") as other:
        other.execute("CREATE TABLE photos (name TEXT)")
    other.close()
    assert "not a store of marks: a database of another program" in grade().stderr
    with sqlite3.connect("out/grades.sqlite.bad") as other:
        assert other.execute("SELECT count(*) FROM photos").fetchone() == (0,)
    other.close()


def test_a_store_that_was_damaged(course: Path) -> None:
    """Bytes lost inside a store of ours."""
    grade()
    path = Path("out/grades.sqlite")
    data = bytearray(path.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    path.write_bytes(data)
    result = grade()
    assert "everything is marked anew" in result.stderr
    assert Path("out/grades.sqlite.bad").read_bytes() == data
    assert "Nothing changed since the last run." in grade().stdout


def test_two_runs_at_once(course: Path) -> None:
    """The second says so, touches nothing and ends with 2."""
    grade()
    kept = results()
    hand_in("ann", {})
    other = sqlite3.connect("out/grades.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    result = grade()
    assert result.exit_code == 2
    assert result.stderr == (
        "cannot use out/grades.sqlite: another run is marking into this folder; "
        "wait for it to end, or give another --out\n"
    )
    assert results() == kept
    other.execute("ROLLBACK")
    other.close()
    assert grade().exit_code == 0


KILLED_AT = [
    "store.Store.add", "files.Files.add", "files.Files.feedback", "outputs.Outputs.keep", "outputs.Outputs._put",
    "unread.Unread.keep", "session.Session.finish", "store.Store.finish",
]  # fmt: skip


@pytest.mark.parametrize("place", KILLED_AT)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_is_killed(course: Path, place: str, when: str) -> None:
    """Killed anywhere between its files, a run is as if it had not been: the next gives what it would have given."""

    def decide(row: dict[str, str]) -> None:
        row["earned"] = "1"

    grade()
    fill_in(decide)
    hand_in("ann", SHEETS["ann"] | {"line": {"yhat_1": "0.7"}})
    review = Path("out/review.csv").read_bytes()
    killed(place, when)
    grade()
    kept = results()
    if not (place.endswith(".finish") and when == "after"):  # after which that run was whole
        whys = {row["why"] for row in table("changes.csv")}
        assert whys >= {"decided by a person", "the answer changed: 0.6 → 0.7"}
    assert [row["earned"] for row in table("review.csv")] == ["1", "1", "1"]
    Path("out").rename("killed")
    Path("out").mkdir()
    Path("out/review.csv").write_bytes(review)
    grade()
    assert results() == {name: data for name, data in kept.items() if name != "out/changes.csv"}


def killed(place: str, when: str) -> None:
    """A run in a process of its own that ends, without any tidying up, at a place in `grader.run`."""
    module, name, method = place.split(".")
    code = (
        "import os, signal\n"
        f"from grader.run.{module} import {name}\n"
        "from grader.cli import main\n"
        f"real = {name}.{method}\n"
        "def fatal(*arguments, **options):\n"
        f"    {'real(*arguments, **options)' if when == 'after' else 'pass'}\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        f"{name}.{method} = fatal\n"
        "main(['grade', 'submissions'])\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=False)
    assert done.returncode == -signal.SIGKILL


def test_a_folder_that_may_not_be_written(course: Path, request: pytest.FixtureRequest) -> None:
    """It is said so in one line."""
    Path("out").mkdir()
    Path("out/grades.sqlite").mkdir()
    result = grade()
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "out/grades.sqlite: cannot be written: unable to open database file" in result.stderr
