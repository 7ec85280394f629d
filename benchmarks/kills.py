"""Runs that are killed at random, and then run to their end: is what they write what one would have written at once?"""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from measured import ROOT, kill, started
from students import ID, write_cohort

CUT_OFF = str(ROOT / "benchmarks" / "cut_off.py")
PORTION = 50_000  # bytes of a piece
CALLS = {
    "pwrite64": 200, "write": 80, "fsync": 6, "fdatasync": 8, "ftruncate": 4, "rename": 4, "unlink": 8, "openat": 900,
}  # fmt: skip
"""Calls of the system at which runs are killed, and how many of each there are about."""
STORE = ("grades.sqlite", "grades.sqlite-wal", "grades.sqlite-shm")


@dataclass(frozen=True)
class Scene:
    """A cohort's folder, an engine, and whether a whole run over other answers went before."""

    folder: Path
    engine: str
    before: bool

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def begin(self) -> None:
        """The results as they stand before the run that is killed."""
        shutil.rmtree(self.out, ignore_errors=True)
        if self.before:
            shutil.copytree(self.folder / "last", self.out)

    def command(self, *driver: str) -> list[str]:
        """`grader grade` of the cohort, in small pieces."""
        grade = ["grade", str(self.folder / "cohort.jsonl"), "--problems", str(self.folder / "problems")]
        engine = ["--engine", self.engine, *(["--workers", "2"] if self.engine != "serial" else [])]
        options = ["--portion", str(PORTION), *driver]
        return [sys.executable, CUT_OFF, *options, "--", *grade, "--out", str(self.out), *engine]

    def run(self, *driver: str) -> float:
        """Run to the end. The seconds that it took."""
        begun = time.perf_counter()
        with tempfile.TemporaryFile() as said:
            status = started(self.command(*driver), said.fileno()).wait()
            said.seek(0)
            if status not in {0, 1} or b"Traceback" in (text := said.read()):
                raise SystemExit(f"grade ended with {status}: {text.decode()[-2000:]}")
        return time.perf_counter() - begun

    def written(self) -> dict[str, str]:
        """Digests of all that runs wrote beside the store."""
        files = [path for path in self.out.rglob("*") if path.is_file() and path.name not in STORE]
        return {str(path.relative_to(self.out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def state(self) -> str:
        """What a killed run has left: the rows of the store, and how many files beside it."""
        with tempfile.TemporaryDirectory() as copy:
            for name in STORE:
                if (self.out / name).exists():
                    shutil.copy(self.out / name, copy)
            chunks = rows_of(Path(copy) / STORE[0])
        return f"{chunks}, {len(self.written())} files"


def rows_of(store: Path) -> str:
    """How many chunks a store has."""
    if not store.exists():
        return "no store"
    connection = sqlite3.connect(store)
    try:
        (count,) = connection.execute("SELECT count(*) FROM chunk").fetchone()
    except sqlite3.Error:
        return "no tables"
    finally:
        connection.close()
    return f"{count} chunks"


def scenes(where: Path, students: int) -> list[Scene]:
    """Each engine, on an empty folder and on the results of a run over answers that have changed since."""
    for name, seed in (("other", 2), ("now", 1)):
        write_cohort(where / name / "cohort.jsonl", students, seed)
    other = (where / "other" / "cohort.jsonl").read_text().splitlines(keepends=True)
    now = (where / "now" / "cohort.jsonl").read_text().splitlines(keepends=True)
    mixed = [old if i % 10 == 0 else new for i, (old, new) in enumerate(zip(other, now, strict=True))]
    (where / "other" / "cohort.jsonl").write_text("".join(mixed))
    shutil.rmtree(where / "now" / "last", ignore_errors=True)
    last = Scene(where / "other", "serial", before=False)
    last.begin()
    last.run()
    last.out.rename(where / "now" / "last")
    return [Scene(where / "now", engine, before) for engine in ("serial", "processes") for before in (False, True)]


def at_a_time(scene: Scene, whole: float, draw: random.Random) -> str:
    """Kill after a part of what a whole run takes."""
    after = draw.uniform(0, 1.05 * whole)
    process = started(scene.command(), subprocess.DEVNULL)
    time.sleep(after)
    kill(process)
    process.wait()
    return f"after {after:.2f} of {whole:.2f} s"


def at_an_event(scene: Scene, events: list[str], draw: random.Random) -> str:
    """Kill before something that the run does, each kind of it as likely as the next."""
    kind = draw.choice(list(dict.fromkeys(event.split(":")[0] for event in events)))
    at = draw.choice([event for event in events if event.startswith(f"{kind}:")])
    started(scene.command("--at", at), subprocess.DEVNULL).wait()
    return f"before {at}"


def at_a_call(scene: Scene, draw: random.Random) -> str:
    """Kill in a call of the system: a page of the store that is written, a rename, anything between."""
    while True:
        scene.begin()
        call = draw.choice(list(CALLS))
        nth = draw.randint(1, CALLS[call])
        stated = ["-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={nth}"]
        process = started(["strace", *stated, *scene.command()], subprocess.DEVNULL)
        status = process.wait()
        kill(process)
        if status:  # else there were not so many calls
            return f"in {call} {nth}"


def kills(where: Path, count: int, students: int, seed: int) -> Iterator[tuple[str, str, str, str, str]]:
    """Engine, what went before, where killed, what was found then, and whether the end is the same.

    A run that is killed behind its last commit has ended: the next one compares with it, and finds no change.
    """
    draw = random.Random(seed)
    found = scenes(where, students)
    expected, twice, took, events = {}, {}, {}, {}
    for scene in found:
        scene.begin()
        log = where / "events.txt"
        took[scene] = scene.run("--events", str(log))
        events[scene], expected[scene] = log.read_text().split(), scene.written()
        scene.run()
        twice[scene] = scene.written()
    for k in range(count):
        scene = found[k % len(found)]
        scene.begin()
        way = (k // len(found)) % (3 if shutil.which("strace") else 2)
        if way == 0:
            place = at_a_time(scene, took[scene], draw)
        else:
            place = at_an_event(scene, events[scene], draw) if way == 1 else at_a_call(scene, draw)
        state, ended = scene.state(), scene.written() == expected[scene]
        scene.run()
        same = scene.written() == expected[scene] or (ended and scene.written() == twice[scene])
        yield scene.engine, "a run" if scene.before else "nothing", place, state, "yes" if same else "NO"


def table(where: Path, count: int, students: int, seed: int) -> bool:
    """Print a line a kill, and how many there were; whether all ended the same."""
    print(f"{students} students of {ID}, pieces of {PORTION // 1000} kB")
    print("  #  engine     before   killed                       found                     the same bytes")
    lost = 0
    for number, (engine, before, place, state, same) in enumerate(kills(where, count, students, seed), start=1):
        lost += same == "NO"
        print(f"{number:3}  {engine:<9}  {before:<7}  {place:<27}  {state:<24}  {same}", flush=True)
    print(f"{count} kills, {count - lost} ended with the same bytes as a run that nobody killed")
    return not lost
