"""A store that is broken, foreign or of another version: moved aside and told, never taken for what it is not."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.run import cohorts
from tests.run.cohorts import Course, Files

OLDEST = """\
CREATE TABLE problem (id TEXT PRIMARY KEY, spec TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sheet (student TEXT, problem TEXT, digest BLOB NOT NULL, program BLOB NOT NULL, answers BLOB NOT NULL,
                    marks BLOB NOT NULL, decided BLOB, PRIMARY KEY (student, problem)) WITHOUT ROWID;
INSERT INTO problem VALUES ('sgd-cohort', '{}');
INSERT INTO sheet VALUES ('s000007', 'sgd-cohort', x'00', x'00', x'00', x'7b7d0a', NULL);
PRAGMA application_id = 0x67726164;
PRAGMA user_version = 1;
"""
"""The first store that there was, with a mark in it."""


@pytest.mark.parametrize("version", [1, 99])
def test_a_store_of_another_version(cohort: Course, undisturbed: Files, version: int) -> None:
    """It is moved aside or brought up to date, and in any case said; no mark in it is taken for one of this version."""
    cohort.results.mkdir()
    with sqlite3.connect(cohort.store) as store:
        store.executescript(OLDEST.replace("user_version = 1", f"user_version = {version}"))
    store.close()
    said = cohort.run()
    assert said.plain
    assert cohort.store.name in said.error
    assert aside(cohort) == undisturbed
    assert cohort.run().error == ""


def aside(course: Course) -> Files:
    """All that was written, but for stores that were moved aside."""
    return {name: data for name, data in course.written().items() if not name.startswith("grades.sqlite")}


def garbage(store: Path) -> None:
    store.write_bytes(b"no database at all " * 400)


def header_and_garbage(store: Path) -> None:
    store.write_bytes(store.read_bytes()[:100] + b"\xff\x00" * 20_000)


def middle_lost(store: Path) -> None:
    data = store.read_bytes()
    store.write_bytes(data[: len(data) // 3] + b"\0" * (len(data) // 3) + data[2 * len(data) // 3 :])


def cut_short(share: float) -> Callable[[Path], None]:
    def cut(store: Path) -> None:
        os.truncate(store, int(store.stat().st_size * share))

    return cut


BROKEN = {
    "garbage": garbage,
    "header and garbage": header_and_garbage,
    "middle lost": middle_lost,
    "a hundredth": cut_short(0.01),
    "a half": cut_short(0.5),
    "nearly whole": cut_short(0.95),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_store(cohort: Course, undisturbed: Files, how: str) -> None:
    """It is moved aside, not deleted, and told; everything is marked anew."""
    cohort.run()
    BROKEN[how](cohort.store)
    size = cohort.store.stat().st_size
    said = cohort.run()
    assert said.plain
    assert "it is now out/grades.sqlite.bad" in said.error
    assert (cohort.results / "grades.sqlite.bad").stat().st_size >= size
    assert aside(cohort) == undisturbed


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_garbage_beside_the_store(cohort: Course, undisturbed: Files, ending: str) -> None:
    """What lies beside the store and is none of its own does no harm."""
    cohort.run()
    Path(f"{cohort.store}{ending}").write_bytes(b"\x37\x7f\x06\x82" + os.urandom(70_000))
    assert cohort.run().plain
    Path(f"{cohort.store}-journal").unlink(missing_ok=True)
    assert aside(cohort) == undisturbed


def test_a_store_that_is_a_folder(cohort: Course) -> None:
    cohort.store.mkdir(parents=True)
    cohorts.refused(cohort.run(), "grades.sqlite")
