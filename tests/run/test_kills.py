"""A run that is killed anywhere, and started again, ends with the same bytes as one that nobody disturbed."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from tests.run import cohorts
from tests.run.cohorts import ENGINES, Course, Events, Files

KILLS = 12
SHARES = (0.0, 0.35, 0.7, 1.0)


@pytest.mark.parametrize(("nth", "engine"), cohorts.alternating(range(KILLS)))
def test_killed_at_what_it_does(cohort: Course, undisturbed: Files, events: Events, nth: int, engine: str) -> None:
    """At a statement of the store, or at a file that is written, renamed or removed; nothing is left over."""
    where = places(events[engine])
    cohort = cohort.but(engine=engine)
    killed = cohort.cut(where[nth * len(where) // KILLS])
    assert killed.status == -signal.SIGKILL
    assert cohort.run().plain
    assert cohort.written() == undisturbed


def places(events: list[str]) -> list[str]:
    """The first, the middle and the last event of every kind, in the order in which they happen."""
    chosen = set()
    for kind in dict.fromkeys(event.split(":")[0] for event in events):
        mine = [event for event in events if event.startswith(kind + ":")]
        chosen |= {mine[0], mine[len(mine) // 2], mine[-1]}
    return [event for event in events if event in chosen]


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
        os.killpg(process.pid, signal.SIGKILL)  # there still where it has ended: nobody has waited for it
        cohorts.ended(process)
    assert cohort.run().plain
    assert cohort.written() == undisturbed


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_at_every_commit_in_turn(cohort: Course, undisturbed: Files, events: Events, engine: str) -> None:
    """Each run gets one piece further than the one before it, and what is written is never told twice."""
    cohort = cohort.but(engine=engine)
    for _ in cohorts.commits(events[engine]):
        if cohort.cut("COMMIT:2").status != -signal.SIGKILL:
            break
    assert cohort.run().plain
    assert cohort.written() == undisturbed


@pytest.fixture(scope="session", params=ENGINES)
def remarked(
    request: pytest.FixtureRequest, original: tuple[Course, Files], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Course, list[str], Files]:
    """A cohort that was marked and has changed since, where its next run commits, and what that one writes."""
    marked = original[0].copied(tmp_path_factory.mktemp("remarked") / "cohort").but(engine=request.param)
    cohorts.changed(marked)
    other = marked.copied(marked.folder.with_name("other"))
    commits = cohorts.commits(other.events())
    return marked, commits, other.written()


@pytest.mark.parametrize("share", SHARES)
def test_changes_since_the_last_whole_run(
    remarked: tuple[Course, list[str], Files], share: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Killed while it marks what has changed: what differs is told of the run before, all of it and once."""
    marked, commits, written = remarked
    cohort = marked.copied(tmp_path_factory.mktemp("killed") / "cohort")
    assert len(written["changes.csv"].splitlines()) > cohorts.STUDENTS // 7
    assert cohort.cut(at(share, commits)).status == -signal.SIGKILL
    assert cohort.run().plain
    assert cohort.written() == written


def at(share: float, commits: list[str]) -> str:
    """A commit so far into a run."""
    return commits[round(share * (len(commits) - 1))]


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_done_is_not_done_again(cohort: Course, events: Events, engine: str) -> None:
    """A run after one that was killed half way commits fewer pieces than the whole has."""
    cohort = cohort.but(engine=engine)
    commits = cohorts.commits(events[engine])
    assert len(commits) > 4
    cohort.cut(at(0.6, commits))
    assert len(cohorts.commits(cohort.events())) < len(commits)


def test_the_main_process_killed_alone_leaves_none_behind(cohort: Course, undisturbed: Files, events: Events) -> None:
    """Workers end when there is nobody any more whom they work for."""
    cohort = cohort.but(engine="processes")
    where = at(0.5, cohorts.commits(events[cohort.engine]))
    process = cohort.but(driver=("--at", where, "--sign", "KILL", "--alone")).start()
    process.wait(cohorts.PATIENCE)
    try:
        assert cohorts.eventually(lambda: not cohorts.alive(process.pid))
    finally:
        for left in cohorts.alive(process.pid):
            os.kill(left, signal.SIGKILL)
        cohorts.ended(process)
    cohort.run()
    assert cohort.written() == undisturbed


def test_a_worker_that_is_killed(cohort: Course, undisturbed: Files, events: Events) -> None:
    """As by a system that is out of memory: the run ends with a message, or does the work again; never with less."""
    cohort = cohort.but(engine="processes")
    where = at(0.3, cohorts.commits(events[cohort.engine]))
    process = cohort.but(driver=("--at", where, "--sign", "STOP", "--alone")).start()
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


@pytest.mark.parametrize(("share", "engine"), cohorts.alternating(SHARES))
def test_interrupted(cohort: Course, undisturbed: Files, events: Events, engine: str, share: float) -> None:
    """Ctrl-C ends a run with 130 and one sentence that says how it goes on; it goes on."""
    cohort = cohort.but(engine=engine)
    said = cohort.cut(at(share, cohorts.commits(events[engine])), "INT")
    assert said.status == 130
    assert said.plain
    assert "it goes on from there" in said.error
    assert cohort.run().plain
    assert cohort.written() == undisturbed
