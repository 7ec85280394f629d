"""Disks that are full, folders that are locked, stores that are broken, clocks and tongues: nothing is ever lost."""

from __future__ import annotations

import functools
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.run import cohorts
from tests.run.cohorts import ENGINES, Course, Files, Said

SPARE = 64_000_000  # bytes, enough for all that a run writes
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


def refused(said: Said, what: str) -> None:
    """That a run ended with a message, and not with a program's own trouble."""
    assert said.status != 0
    assert said.plain
    assert what in said.error


SIZES = ["32k", "128k", "400k", "900k"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("size", SIZES)
def test_a_full_disk(cohort: Course, undisturbed: Files, size: str, engine: str) -> None:
    """The run says what cannot be written; once there is room, the next one ends as if nothing had been."""
    cohort = cohort.but(engine=engine)
    with cohorts.disk(cohort.results, size) as mounted:
        if not mounted:
            pytest.skip("this user may mount no disk")
        refused(cohort.run(), "cannot be written")
        assert cohorts.mount("-o", f"remount,size={SPARE}", str(cohort.results))
        assert cohort.run().plain
        assert cohort.written() == undisturbed


@pytest.mark.parametrize("most", [10_000, 60_000, 200_000, 400_000])
def test_no_room_for_a_file(cohort: Course, undisturbed: Files, most: int) -> None:
    """A limit on what a file may hold is told likewise, at whatever file it is met."""
    refused(cohort.run(preexec_fn=functools.partial(cohorts.small_files, most)), "cannot be written")
    assert cohort.run().plain
    assert cohort.written() == undisturbed


def test_a_disk_that_is_full_when_marks_are_there(cohort: Course, undisturbed: Files) -> None:
    """Results of the run before stay whole where the new ones have no room."""
    cohort.run()
    before = cohort.written()
    assert before == undisturbed
    cohorts.changed(cohort)
    refused(cohort.run(preexec_fn=functools.partial(cohorts.small_files, 60_000)), "cannot be written")
    after = cohort.written()
    assert after["marks.jsonl"] == before["marks.jsonl"]
    assert after.keys() == before.keys()


def test_a_folder_that_may_only_be_read(cohort: Course) -> None:
    """Said with its name and what to do; nothing is written anywhere."""
    with cohorts.disk(cohort.results, "1m") as mounted:
        if mounted:
            cohorts.mount("-o", "remount,ro", str(cohort.results))
        elif os.getuid() == 0:
            pytest.skip("nothing is read-only for this user")
        else:
            cohort.results.chmod(0o555)
        said = cohort.run()
        refused(said, "cannot be written")
        assert cohort.out in said.error
        assert "--out" in said.error
        assert not cohort.written()


@pytest.mark.parametrize("engine", ENGINES)
def test_two_runs_on_one_folder(cohort: Course, undisturbed: Files, engine: str) -> None:
    """The second ends with 2 and says so, at whatever point of the first; the first does not notice."""
    cohort = cohort.but(engine=engine)
    commits = cohort.commits()
    first = cohort.but(driver=("--at", commits[len(commits) // 2], "--sign", "STOP")).start()
    assert cohorts.eventually(lambda: cohorts.state(first.pid) == "T")
    second = cohort.run()
    os.killpg(first.pid, signal.SIGCONT)
    assert second.status == 2
    assert second.plain
    assert "another run is marking into this folder" in second.error
    assert cohorts.ended(first).plain
    assert cohort.written() == undisturbed


def test_runs_that_start_together(cohort: Course, undisturbed: Files) -> None:
    """Of four at once one marks, or one after the other; none is unclear, and the result is one run's."""
    said = [cohorts.ended(each) for each in [cohort.start() for _ in range(4)]]
    assert {each.status for each in said} <= {0, 1, 2}
    assert any(each.status != 2 for each in said)
    assert all(each.plain for each in said)
    assert cohort.written() == undisturbed


@pytest.mark.parametrize("year", [1971, 2099])
def test_files_of_another_time(cohort: Course, undisturbed: Files, year: int) -> None:
    """When a file was written says nothing of what is in it."""
    then = (year - 1970) * 31_556_952
    cut_in_the_middle(cohort)
    for path in [cohort.answers, cohort.spec, *cohort.results.iterdir()]:
        os.utime(path, (then, then))
    cohort.run()
    assert cohort.written() == undisturbed
    lines = cohort.lines()
    lines[0]["answers"]["sgd-cohort"]["yhat_1"] = "0.45"
    cohort.hand_in(lines)
    os.utime(cohort.answers, (then, then))
    cohort.run()
    assert cohort.written()["marks.jsonl"] != undisturbed["marks.jsonl"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("by", [-1e9, 3600.0])
def test_a_clock_that_jumps(cohort: Course, undisturbed: Files, by: float, engine: str) -> None:
    """Back by thirty years, or an hour to and fro."""
    cohort = cohort.but(engine=engine, driver=("--clock", str(by)))
    cut_in_the_middle(cohort)
    cohort.run()
    assert cohort.written() == undisturbed


def cut_in_the_middle(course: Course) -> None:
    """Kill a run when it has half of its commits behind it."""
    commits = course.commits()
    assert course.cut(commits[len(commits) // 2]).status == -signal.SIGKILL


def respelled(course: Course) -> None:
    course.spec.write_text(course.spec.read_text().replace("w: 0.7", "w: 0.8"))


def softer(course: Course) -> None:
    course.spec.write_text(course.spec.read_text() + "policy: {follows: 0.5}\n")


def shifted(course: Course) -> None:
    """Everybody stands in another piece than before."""
    lines = course.lines()
    course.hand_in([lines[0] | {"student": "first"}, *reversed(lines)])


def shorter(course: Course) -> None:
    course.hand_in(course.lines()[: cohorts.STUDENTS // 2])


def a_line_broken(course: Course) -> None:
    lines = course.answers.read_bytes().splitlines(keepends=True)
    course.answers.write_bytes(b"".join([*lines[:50], b'{"student": \n', *lines[50:]]))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("change", [respelled, softer, shifted, shorter, a_line_broken, cohorts.changed])
def test_changed_in_between(cohort: Course, change: Callable[[Course], None], engine: str) -> None:
    """What was marked before the kill counts only where it still holds: the same as marked in one go."""
    cohort = cohort.but(engine=engine)
    cut_in_the_middle(cohort)
    change(cohort)
    cohort.run()
    fresh = cohort.but(out="fresh")
    fresh.run()
    assert cohort.written() == fresh.written()


ENVIRONMENTS = [
    {"PYTHONHASHSEED": "0"},
    {"PYTHONHASHSEED": "1"},
    {"PYTHONHASHSEED": "random"},
    {"LC_ALL": "C"},
    {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
    {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"},
    {"LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "tr"},
    {"TZ": "Pacific/Kiritimati"},
    {"TZ": "America/St_Johns"},
    {"TZ": "nowhere"},
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: " ".join(f"{k}={v}" for k, v in each.items()))
def test_the_same_bytes_everywhere(
    cohort: Course, undisturbed: Files, environment: dict[str, str], engine: str
) -> None:
    """Whatever the seed of hashes, the language (one that is not installed counts as C) and the zone of time."""
    said = cohort.but(engine=engine, environment=environment).run()
    assert said.plain
    assert cohort.written() == undisturbed


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
    before = cohort.store.read_bytes()
    said = cohort.run()
    assert said.plain
    assert "it is now out/grades.sqlite.bad" in said.error
    assert (cohort.results / "grades.sqlite.bad").read_bytes()[:100] == before[:100]
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
    refused(cohort.run(), "grades.sqlite")


def test_results_that_were_deleted(cohort: Course, undisturbed: Files) -> None:
    """Whatever of them is gone or altered is written again."""
    cohort.run()
    for name in ("marks.csv", "review.csv"):
        (cohort.results / name).unlink()
    (cohort.results / "marks.jsonl").write_bytes(b"")
    cohort.run()
    assert cohort.written() == undisturbed


@pytest.mark.parametrize("engine", ENGINES)
def test_answers_that_are_cut_off_while_they_are_read(cohort: Course, undisturbed: Files, engine: str) -> None:
    """The file loses its end after the first pieces are marked: no crash, and the next run has all of it again."""
    cohort = cohort.but(engine=engine)
    first = cohort.but(driver=("--at", cohort.commits()[1], "--sign", "STOP")).start()
    assert cohorts.eventually(lambda: cohorts.state(first.pid) == "T")
    whole = cohort.answers.read_bytes()
    os.truncate(cohort.answers, len(whole) // 2 + 7)
    os.killpg(first.pid, signal.SIGCONT)
    assert cohorts.ended(first).plain
    cohort.answers.write_bytes(whole)
    cohort.run()
    written = cohort.written()
    del written["changes.csv"]
    assert written == {name: data for name, data in undisturbed.items() if name != "changes.csv"}
