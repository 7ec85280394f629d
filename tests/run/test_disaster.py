"""Disks that are full, folders that are locked, stores that are broken, clocks and tongues: nothing is ever lost."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable

import pytest

from tests.run import cohorts
from tests.run.cohorts import ENGINES, Course, Events, Files

SPARE = 64_000_000  # bytes, enough for all that a run writes
RESULTS = ("marks.jsonl", "marks.csv", "review.csv")


SHARES = (0.05, 0.3, 0.6, 0.9)


@pytest.mark.parametrize(("share", "engine"), cohorts.alternating(SHARES))
def test_a_full_disk(cohort: Course, undisturbed: Files, share: float, engine: str) -> None:
    """The run says what cannot be written; once there is room, the next one ends as if nothing had been."""
    cohort = cohort.but(engine=engine)
    size = int(share * sum(map(len, undisturbed.values())))
    with cohorts.disk(cohort.results, str(size)) as mounted:
        if not mounted:
            pytest.skip("this user may mount no disk")
        cohorts.refused(cohort.run(), "cannot be written")
        assert cohorts.mount("-o", f"remount,size={SPARE}", str(cohort.results))
        assert cohort.run().plain
        assert cohort.written() == undisturbed


@pytest.mark.parametrize(("share", "engine"), cohorts.alternating(SHARES))
def test_no_room_for_a_file(cohort: Course, undisturbed: Files, share: float, engine: str) -> None:
    """A limit on what a file may hold is told likewise, at whatever file it is met."""
    cohort = cohort.but(engine=engine)
    most = int(share * len(undisturbed["marks.jsonl"]))
    cohorts.refused(cohort.run(before=functools.partial(cohorts.small_files, most)), "cannot be written")
    assert cohort.run().plain
    assert cohort.written() == undisturbed


def test_a_disk_that_is_full_when_marks_are_there(cohort: Course, undisturbed: Files) -> None:
    """Results of the run before stay whole where the new ones have no room."""
    cohort.run()
    before = cohort.written()
    assert before == undisturbed
    cohorts.changed(cohort)
    cohorts.refused(cohort.run(before=functools.partial(cohorts.small_files, 20_000)), "cannot be written")
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
        cohorts.refused(said, "cannot be written")
        assert cohort.out in said.error
        assert "--out" in said.error
        assert not cohort.written()


@pytest.mark.parametrize("engine", ENGINES)
def test_two_runs_on_one_folder(cohort: Course, undisturbed: Files, events: Events, engine: str) -> None:
    """The second ends with 2 and says so, at whatever point of the first; the first does not notice."""
    cohort = cohort.but(engine=engine)
    first = cohort.but(driver=("--at", middle(cohort, events), "--sign", "STOP")).start()
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
def test_files_of_another_time(cohort: Course, undisturbed: Files, events: Events, year: int) -> None:
    """When a file was written says nothing of what is in it."""
    then = (year - 1970) * 31_556_952
    cut_in_the_middle(cohort, events)
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


@pytest.mark.parametrize(("by", "engine"), [(-1e9, "serial"), (3600.0, "processes")])
def test_a_clock_that_jumps(cohort: Course, undisturbed: Files, events: Events, by: float, engine: str) -> None:
    """Back by thirty years, or an hour to and fro."""
    cohort = cohort.but(engine=engine, driver=("--clock", str(by)))
    cut_in_the_middle(cohort, events)
    cohort.run()
    assert cohort.written() == undisturbed


def cut_in_the_middle(course: Course, events: Events) -> None:
    """Kill a run when it has half of its commits behind it."""
    assert course.cut(middle(course, events)).status == -signal.SIGKILL


def middle(course: Course, events: Events) -> str:
    """The commit in the middle of an undisturbed run."""
    commits = cohorts.commits(events[course.engine])
    return commits[len(commits) // 2]


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


def many_lines_broken(course: Course) -> None:
    """So many that in some pieces there is nobody."""
    course.answers.write_bytes(b'{"student": \n' * 1000 + course.answers.read_bytes() + b'{"student": \n' * 1000)


def everybody_twice(course: Course) -> None:
    """Of the later pieces nothing counts."""
    course.answers.write_bytes(course.answers.read_bytes() * 2)


CHANGES = [respelled, softer, shifted, shorter, cohorts.changed, a_line_broken, many_lines_broken, everybody_twice]


@pytest.mark.parametrize(("change", "engine"), cohorts.alternating(CHANGES))
def test_changed_in_between(cohort: Course, events: Events, change: Callable[[Course], None], engine: str) -> None:
    """What was marked before the kill counts only where it still holds: the same as marked in one go."""
    cohort = cohort.but(engine=engine)
    cut_in_the_middle(cohort, events)
    change(cohort)
    assert cohort.run().plain
    fresh = cohort.but(out="fresh")
    assert fresh.run().plain
    kept = {name: data for name, data in cohort.written().items() if name in fresh.written() or "/" not in name}
    assert kept == fresh.written()  # pages of students who hand in nothing any more stay where they are


@pytest.mark.parametrize("change", [a_line_broken, many_lines_broken, everybody_twice])
def test_what_cannot_be_used_takes_nothing_from_the_rest(
    cohort: Course, undisturbed: Files, change: Callable[[Course], None]
) -> None:
    """Broken lines, one or pieces full of them, and second answers are told; the marks are those without them."""
    change(cohort)
    said = cohort.run()
    assert said.status == 1
    assert said.plain
    written = cohort.written()
    assert written["unread.jsonl"]
    assert {name: written.get(name) for name in RESULTS} == {name: undisturbed.get(name) for name in RESULTS}


@pytest.mark.parametrize("engine", ENGINES)
def test_everybody_hands_in_again(cohort: Course, undisturbed: Files, engine: str) -> None:
    """With times the later answers count: those of the first pieces all give way, and nothing of them is left."""
    cohort = cohort.but(engine=engine)
    lines = cohort.lines()
    first = [line | {"answers": {"sgd-cohort": {"yhat_1": "1"}}, "time": "2026-03-05 10:00"} for line in lines]
    cohort.hand_in([*first, *(line | {"time": "2026-03-05 11:00"} for line in lines)])
    assert cohort.run().plain
    written = cohort.written()
    assert {name: written.get(name) for name in RESULTS} == {name: undisturbed.get(name) for name in RESULTS}


ENVIRONMENTS = [
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "Pacific/Kiritimati"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de", "TZ": "America/St_Johns"},
    {"PYTHONHASHSEED": "random", "LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "tr", "TZ": "nowhere"},
    {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
]


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: " ".join(f"{k}={v}" for k, v in each.items()))
def test_the_same_bytes_everywhere(cohort: Course, undisturbed: Files, environment: dict[str, str]) -> None:
    """Whatever the seed of hashes, the language (one that is not installed counts as C) and the zone of time."""
    said = cohort.but(engine="processes", environment=environment).run()
    assert said.plain
    assert cohort.written() == undisturbed


def test_a_system_without_most_letters(cohort: Course, undisturbed: Files) -> None:
    """Names that its files and its terminal cannot spell are marked like all others."""
    environment = {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    assert cohort.but(environment=environment).run().plain
    written = cohort.written()
    assert {name: written.get(name) for name in RESULTS} == {name: undisturbed.get(name) for name in RESULTS}


def test_results_that_were_deleted(cohort: Course, undisturbed: Files) -> None:
    """Whatever of them is gone or altered is written again."""
    cohort.run()
    for name in ("marks.csv", "review.csv"):
        (cohort.results / name).unlink()
    (cohort.results / "marks.jsonl").write_bytes(b"")
    cohort.run()
    assert cohort.written() == undisturbed


@pytest.mark.parametrize("engine", ENGINES)
def test_answers_that_are_cut_off_while_they_are_read(
    cohort: Course, undisturbed: Files, events: Events, engine: str
) -> None:
    """The file loses its end after the first pieces are marked: no crash, and the next run has all of it again."""
    cohort = cohort.but(engine=engine)
    first = cohort.but(driver=("--at", cohorts.commits(events[engine])[1], "--sign", "STOP")).start()
    assert cohorts.eventually(lambda: cohorts.state(first.pid) == "T")
    whole = cohort.answers.read_bytes()
    os.truncate(cohort.answers, len(whole) // 2 + 7)
    os.killpg(first.pid, signal.SIGCONT)
    assert cohorts.ended(first).plain
    cohort.answers.write_bytes(whole)
    cohort.run()
    written = cohort.written()
    written.pop("changes.csv", None)  # none where all was read before the end was lost
    assert written == {name: data for name, data in undisturbed.items() if name != "changes.csv"}
