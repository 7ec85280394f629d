"""`grader`, with a signal sent to it at one of the things that it does.

    .venv/bin/python benchmarks/cut_off.py --at COMMIT:2 --sign KILL -- grade cohort.jsonl --problems problems/

Counted are the statements of the store, by their first word, and files that are opened for writing, renamed and
removed: `--at EVENT:N` names the N-th of a kind, before it happens. What is counted goes to the file `--events`. The
signal goes to all processes of the group, as Ctrl-C in a terminal does, or with `--alone` to the main one only.
"""

from __future__ import annotations

import argparse
import functools
import os
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

FILES = {"os.rename": "rename", "os.remove": "remove", "os.mkdir": "mkdir", "os.truncate": "truncate"}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at", default="", help="EVENT:N")
    parser.add_argument("--sign", default="KILL", help="the name of a signal")
    parser.add_argument("--alone", action="store_true", help="to the main process only")
    parser.add_argument("--portion", type=int, default=0, help="bytes of JSON lines that a piece has")
    parser.add_argument("--clock", type=float, default=0.0, help="seconds by which each look at the clock jumps")
    parser.add_argument("--events", default="", help="a file that gets a line an event")
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def watch(heard: Callable[[str], None]) -> None:
    """Tell of each event of this process, before it happens."""
    mine = os.getpid()

    def tell(event: str) -> None:
        if os.getpid() == mine:  # workers that are forked have this hook too
            heard(event)

    def hook(event: str, about: tuple[Any, ...]) -> None:
        if event in FILES:
            tell(FILES[event])
        elif event == "open" and len(about) == 3 and about[2] & (os.O_WRONLY | os.O_RDWR) and about[0] != os.devnull:
            tell("open")

    class Watched(sqlite3.Connection):
        def execute(self, statement: str, /, *stated: Any) -> sqlite3.Cursor:
            tell(first_word(statement))
            return super().execute(statement, *stated)

        def executemany(self, statement: str, /, *stated: Any) -> sqlite3.Cursor:
            tell(first_word(statement))
            return super().executemany(statement, *stated)

    sqlite3.connect = functools.partial(sqlite3.connect, factory=Watched)  # type: ignore[assignment]
    sys.addaudithook(hook)


def first_word(statement: str) -> str:
    return statement.split(None, 1)[0].upper()


def ending(at: str, sign: int, alone: bool, log: int | None) -> Callable[[str], None]:
    """Count events, and send the signal at the one that is named."""
    counts: Counter[str] = Counter()

    def heard(event: str) -> None:
        counts[event] += 1
        if log is not None:
            os.write(log, f"{event}:{counts[event]}\n".encode())
        if at == f"{event}:{counts[event]}":
            (os.kill if alone else os.killpg)(os.getpid() if alone else os.getpgrp(), sign)

    return heard


def jumping(by: float) -> Callable[[], float]:
    """A clock that goes back and forth by more each time that it is looked at."""
    looks, now = [0], time.time

    def clock() -> float:
        looks[0] += 1
        return now() + (by if looks[0] % 2 else -by) * looks[0]

    return clock


def cut_into(portion: int) -> None:
    """Make pieces of so many bytes in this process, in place of those of some megabytes."""
    from grader.intake.portions import PORTION
    from grader.run import Options

    known = Options.__init__.__defaults__ or ()
    Options.__init__.__defaults__ = tuple(portion if each == PORTION else each for each in known)


def main() -> None:
    stated = arguments()
    from grader.cli import main as grader

    if stated.portion:
        cut_into(stated.portion)
    if stated.clock:
        time.time = jumping(stated.clock)
    log = os.open(stated.events, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) if stated.events else None
    watch(ending(stated.at, getattr(signal, f"SIG{stated.sign}"), stated.alone, log))
    grader(stated.command)


if __name__ == "__main__":
    main()
