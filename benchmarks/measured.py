"""A command in a fresh process: its time, and the memory of it and of all that it starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GRADER = (sys.executable, "-c", "from grader.cli import main; main()")
LOOK = 0.05  # seconds between two looks at memory
TRIES = 3

JSON_LOADS = """
import json, sys, time
def once():
    started = time.perf_counter()
    with open(sys.argv[1], "rb") as file:
        for line in file:
            json.loads(line)
    return time.perf_counter() - started
print(min(once() for _ in range(int(sys.argv[2]))))
"""


@dataclass
class Memory:
    """Resident memory of a session's processes, in bytes."""

    peaks: dict[int, int] = field(default_factory=dict)
    """Of each process the most that it ever had."""
    summed: int = 0
    """The most that all had at one time; pages that they share count in each."""

    def look(self, session: int) -> None:
        now = 0
        for process in members(session):
            peak, resident = resident_of(process)
            self.peaks[process] = max(peak, self.peaks.get(process, 0))
            now += resident
        self.summed = max(self.summed, now)

    @property
    def largest(self) -> int:
        return max(self.peaks.values(), default=0)


@dataclass(frozen=True)
class Run:
    """How a command went: seconds by the clock and of the processors, bytes of memory, and what it printed."""

    status: int
    wall: float
    cpu: float
    largest: int
    summed: int
    processes: int
    said: str


def members(session: int) -> list[int]:
    """The processes of a session."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                if os.getsid(int(entry)) == session:
                    found.append(int(entry))
            except ProcessLookupError:  # it has ended since
                continue
    return found


def resident_of(process: int) -> tuple[int, int]:
    """The most memory that a process ever had, and what it has now, in bytes."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.startswith(("VmHWM", "VmRSS"))}
    return sizes.get("VmHWM", 0), sizes.get("VmRSS", 0)


def started(arguments: Sequence[str], said: int, **environment: str) -> subprocess.Popen[bytes]:
    """A command as the leader of a session of its own, which writes what it says to a file."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    known = {**os.environ, "PYTHONPATH": path, **environment}
    return subprocess.Popen(list(arguments), stdout=said, stderr=said, env=known, start_new_session=True)


def run(arguments: Sequence[str], **environment: str) -> Run:
    """Run a command to its end, looking at its memory all the while."""
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        process = started(arguments, said.fileno(), **environment)
        memory, ended = Memory(), threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, memory, ended))
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        ended.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode(errors="replace")
    cpu = usage.ru_utime + usage.ru_stime
    largest = max(memory.largest, usage.ru_maxrss * 1024)
    return Run(process.returncode, wall, cpu, largest, max(memory.summed, largest), len(memory.peaks), text)


def _watch(session: int, memory: Memory, ended: threading.Event) -> None:
    while not ended.wait(LOOK):
        memory.look(session)


def grade(file: Path, out: Path, *options: str, **environment: str) -> Run:
    """`grader grade` of a cohort that `make` wrote."""
    problems = str(file.parent / "problems")
    return run([*GRADER, "grade", str(file), "--problems", problems, "--out", str(out), *options], **environment)


def json_seconds(file: Path, tries: int = TRIES) -> float:
    """What `json.loads` alone takes over the lines of a file, in a fresh process: the best of some tries."""
    done = subprocess.run([sys.executable, "-c", JSON_LOADS, str(file), str(tries)], capture_output=True, check=True)
    return float(done.stdout)


def kill(process: subprocess.Popen[bytes], sign: int = signal.SIGKILL) -> None:
    """Send a signal to a command and all that it started."""
    try:
        os.killpg(process.pid, sign)
    except ProcessLookupError:  # it has ended since
        return
