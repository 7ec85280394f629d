"""A small cohort marked by the command line in processes of its own, which can be ended, stopped and crowded."""

from __future__ import annotations

import itertools
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
BENCHMARKS = ROOT / "benchmarks"
STUDENTS = 60
PORTION = 4000  # bytes of a piece: about eight in this cohort
ENGINES = ("serial", "processes")
NAMES = ("Zoë Müller", "李雷", "Ωμέγα λ", "İpek Işık", "Ада 🎓")
PATIENCE = 120  # seconds that no run here takes

STORES = ("grades.sqlite", "grades.sqlite-wal", "grades.sqlite-shm")
Files = dict[str, bytes]
Events = dict[str, list[str]]
"""All that an undisturbed run does, by engine."""


@dataclass(frozen=True)
class Course:
    """A folder with a cohort's answers, its problem, and room for results."""

    folder: Path
    engine: str = "serial"
    portion: int = PORTION
    out: str = "out"
    driver: tuple[str, ...] = ()
    """Options of `benchmarks/cut_off.py`."""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def answers(self) -> Path:
        return self.folder / "cohort.jsonl"

    @property
    def spec(self) -> Path:
        return self.folder / "problems" / "sgd-cohort.yaml"

    @property
    def results(self) -> Path:
        return self.folder / self.out

    @property
    def store(self) -> Path:
        return self.results / "grades.sqlite"

    def but(self, **changes: Any) -> Course:
        """The same, with some of it otherwise."""
        return replace(self, **changes)

    def command(self, *options: str) -> list[str]:
        """`grader grade` of the cohort."""
        driver = [sys.executable, str(BENCHMARKS / "cut_off.py"), "--portion", str(self.portion), *self.driver, "--"]
        engine = ["--engine", self.engine, *(["--workers", "2"] if self.engine != "serial" else [])]
        return [*driver, "grade", self.answers.name, "--problems", "problems", "--out", self.out, *engine, *options]

    def start(self, *options: str, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
        """A run that goes on beside the test, in a session of its own; `before` is called in it before all else."""
        python = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        known = {**os.environ, "PYTHONPATH": python, "COLUMNS": "100", **self.environment}
        return subprocess.Popen(
            self.command(*options), cwd=self.folder, env=known, text=True, encoding="utf-8", errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            preexec_fn=before,
        )  # fmt: skip

    def run(self, *options: str, before: Callable[[], None] | None = None) -> Said:
        """A run to its end."""
        return ended(self.start(*options, before=before))

    def cut(self, at: str, sign: str = "KILL", alone: bool = False) -> Said:
        """A run that gets a signal at one of the things that it does."""
        driver = ("--at", at, "--sign", sign, *(["--alone"] if alone else []))
        return self.but(driver=(*self.driver, *driver)).run()

    def copied(self, folder: Path) -> Course:
        """The same folder once more, results and store included."""
        shutil.copytree(self.folder, folder)
        return self.but(folder=folder)

    def events(self) -> list[str]:
        """Run to the end, and tell all that the run did which `cut` can name, in order."""
        log = self.folder.with_name(f"{self.folder.name}-events.txt")
        assert self.but(driver=(*self.driver, "--events", str(log))).run().plain
        return log.read_text().split()

    def written(self) -> Files:
        """All that runs wrote, beside the store."""
        files = [path for path in self.results.rglob("*") if path.is_file() and path.name not in STORES]
        return {path.relative_to(self.results).as_posix(): path.read_bytes() for path in sorted(files)}

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.answers.read_text(encoding="utf-8").splitlines()]

    def hand_in(self, lines: list[dict[str, Any]]) -> None:
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        self.answers.write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Said:
    """How a run ended, and what it printed."""

    status: int
    out: str
    error: str

    @property
    def plain(self) -> bool:
        """Whether nothing that it printed is a program's own trouble."""
        return "Traceback" not in self.out + self.error


def alternating(cases: Sequence[Any]) -> list[tuple[Any, str]]:
    """Each case with one of the engines."""
    return list(zip(cases, itertools.cycle(ENGINES), strict=False))


def refused(said: Said, what: str) -> None:
    """That a run ended with a message, and not with a program's own trouble."""
    assert said.status != 0
    assert said.plain
    assert what in said.error


def ended(process: subprocess.Popen[str]) -> Said:
    """Wait for a run to end; one that hangs is ended with all that it started."""
    try:
        out, error = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return Said(process.returncode, out, error)


def make(folder: Path, students: int = STUDENTS, seed: int = 1) -> Course:
    """A course with a simulated cohort, a few of whose names are in other scripts."""
    folder.mkdir(parents=True, exist_ok=True)
    course = Course(folder)
    script = [sys.executable, str(BENCHMARKS / "cohort.py"), "make", "--students", str(students), "--seed", str(seed)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([*script, "--out", str(course.answers)], env=environment, check=True, capture_output=True)
    named = [line | {"student": name} for line, name in zip(course.lines(), NAMES, strict=False)]
    course.hand_in([*named, *course.lines()[len(named) :]])
    return course


def changed(course: Course) -> None:
    """Let some students hand in other answers, one nothing any more, and a new one something."""
    lines = course.lines()
    for line in lines[::7]:
        line["answers"]["sgd-cohort"] |= {"yhat_1": "0.45", "b_5": "1.3"}
    del lines[3]
    course.hand_in([*lines, lines[0] | {"student": "new"}])


def commits(events: list[str]) -> list[str]:
    """The events at which the store keeps what a run has done so far."""
    return [event for event in events if event.startswith("COMMIT:")]


def state(process: int) -> str:
    """What a process does: `S` where it waits, `T` where a signal has stopped it, `Z` where it has ended."""
    return _stat(process)[0]


def alive(session: int) -> list[int]:
    """The processes of a session that have not ended."""
    known = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    stats = {process: _stat(process) for process in known}
    return [process for process, (now, its) in stats.items() if its == session and now not in {"", "Z"}]


def _stat(process: int) -> tuple[str, int]:
    """The state of a process, and the session that it belongs to."""
    try:
        words = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return "", 0
    return words[0], int(words[3])


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold while one waits for it."""
    until = time.monotonic() + PATIENCE / 4
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def small_files(most: int) -> None:
    """Let this process write no file larger than that, as on a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def disk(folder: Path, size: str) -> Iterator[bool]:
    """A disk of that size at a folder; false where this user may mount none."""
    folder.mkdir(parents=True, exist_ok=True)
    made = mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield made
    finally:
        if made:
            subprocess.run(["umount", str(folder)], check=True)


def mount(*arguments: str) -> bool:
    """Whether a mount could be made or altered."""
    try:
        return subprocess.run(["mount", *arguments], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False
