"""A run that is killed anywhere, and started again, ends with the same bytes as one that nobody disturbed."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from tests.run import cohorts
from tests.run.cohorts import ENGINES, Course, Files

KILLS = 12


def places(events: list[str]) -> list[str]:
    """The first, the middle and the last event of every kind, in the order in which they happen."""
    kinds = dict.fromkeys(event.split(":")[0] for event in events)
    chosen = set()
    for kind in kinds:
        mine = [event for event in events if event.startswith(kind + ":")]
        chosen |= {mine[0], mine[len(mine) // 2], mine[-1]}
    return [event for event in events if event in chosen]


@pytest.fixture(scope="session", params=ENGINES)
def events(request: pytest.FixtureRequest, original: tuple[Course, Files]) -> tuple[str, list[str]]:
    """An engine, and where its runs are killed."""
    engine: str = request.param
    return engine, places(original[0].copied(f"counted-{engine}").but(engine=engine).events())


@pytest.mark.parametrize("nth", range(KILLS))
def test_killed_at_what_it_does(cohort: Course, undisturbed: Files, events: tuple[str, list[str]], nth: int) -> None:
    """At a statement of the store, or at a file that is written, renamed or removed; nothing is left over."""
    engine, where = events
    cohort = cohort.but(engine=engine)
    killed = cohort.cut(where[nth * len(where) // KILLS])
    assert killed.status == -signal.SIGKILL
    again = cohort.run()
    assert again.plain
    assert cohort.written() == undisturbed


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_at_any_time_again_and_again(cohort: Course, undisturbed: Files, engine: str) -> None:
    """Five kills in a row, at moments that nobody chose, and then a run to the end."""
    cohort = cohort.but(engine=engine)
    started = time.monotonic()
    cohort.but(out="timed").run()
    whole = time.monotonic() - started
    for share in random.Random(7).sample([k / 20 for k in range(21)], 5):
        process = cohort.start()
        time.sleep(share * whole)
        os.killpg(process.pid, signal.SIGKILL)  # the process is a zombie at least: nobody has waited for it
        cohorts.ended(process)
    assert cohort.run().plain
    assert cohort.written() == undisturbed


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("at", ["first", "middle", "last"])
def test_changes_since_the_last_whole_run(cohort: Course, engine: str, at: str) -> None:
    """Killed while it marks what has changed: what differs is still told of the run before, all of it and once."""
    cohort = cohort.but(engine=engine)
    cohort.run()
    other = cohort.copied("other")
    for each in (cohort, other):
        cohorts.changed(each)
    commits = other.commits()
    other.run()
    assert len(other.written()["changes.csv"].splitlines()) > cohorts.STUDENTS // 7
    where = {"first": 0, "middle": len(commits) // 2, "last": -1}[at]
    assert cohort.cut(commits[where]).status == -signal.SIGKILL
    cohort.run()
    assert cohort.written() == other.written()


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_done_is_not_done_again(cohort: Course, engine: str) -> None:
    """A run after one that was killed near its end commits fewer pieces than the whole has."""
    cohort = cohort.but(engine=engine)
    commits = cohort.commits()
    assert len(commits) > 4
    cohort.cut(commits[len(commits) // 2])
    assert len(cohort.commits()) < len(commits)


def test_the_main_process_killed_alone_leaves_none_behind(cohort: Course, undisturbed: Files) -> None:
    """Workers end when there is nobody any more whom they work for."""
    cohort = cohort.but(engine="processes")
    commits = cohort.commits()
    process = cohort.but(driver=("--at", commits[len(commits) // 2], "--sign", "KILL", "--alone")).start()
    process.wait(cohorts.PATIENCE)
    try:
        assert cohorts.eventually(lambda: not cohorts.alive(process.pid))
    finally:
        for left in cohorts.alive(process.pid):
            os.kill(left, signal.SIGKILL)
        cohorts.ended(process)
    cohort.run()
    assert cohort.written() == undisturbed


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 1.0])
def test_interrupted(cohort: Course, undisturbed: Files, engine: str, share: float) -> None:
    """Ctrl-C ends a run with 130 and one sentence that says how it goes on; it goes on."""
    cohort = cohort.but(engine=engine)
    commits = cohort.commits()
    said = cohort.cut(commits[round(share * (len(commits) - 1))], "INT")
    assert said.status == 130
    assert said.plain
    assert "grade again" in said.error
    assert cohort.run().plain
    assert cohort.written() == undisturbed


def test_a_worker_that_is_killed(cohort: Course, undisturbed: Files) -> None:
    """As by a system that is out of memory: the run ends with a message, or does the work again; never with less."""
    cohort = cohort.but(engine="processes")
    commits = cohort.commits()
    process = cohort.but(driver=("--at", commits[len(commits) // 3], "--sign", "STOP", "--alone")).start()
    assert cohorts.eventually(lambda: cohorts.state(process.pid) == "T")
    for worker in cohorts.alive(process.pid):
        if worker != process.pid:
            os.kill(worker, signal.SIGKILL)
    os.kill(process.pid, signal.SIGCONT)
    said = cohorts.ended(process)
    assert said.plain
    assert said.status == 0 or said.error
    cohort.run()
    assert cohort.written() == undisturbed
