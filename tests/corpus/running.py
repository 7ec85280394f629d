"""Running the corpus: each entry's verdict and time, and in a process of its own its memory."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass

import grader
from tests.corpus import Entry, entries

DEFINITE = {("same",), ("different",)}


@dataclass(frozen=True)
class Run:
    """What came of an entry."""

    entry: Entry
    verdict: str
    rule: str
    seconds: float

    @property
    def as_expected(self) -> bool:
        return self.verdict in self.entry.expect

    def __str__(self) -> str:
        return f"{self.verdict} ({self.rule}), expected {' or '.join(self.entry.expect)}: {self.entry}"


def warm_up() -> None:
    """Load what loads late, on comparisons that are none of the corpus's."""
    grader.compare("s + t/7", r"\frac{7s + t}{7}")
    grader.compare("exp(s) - |t|", "tanh(s) + max(t, 5)")
    grader.compare("M (M + I)^{-1} s", "s^T M", {"M": "matrix(n,n)", "s": "vector(n)"})


def run(entry: Entry) -> Run:
    """Compare; an error that comes out is the verdict `crash`."""
    started = time.perf_counter()
    try:
        comparison = grader.compare(entry.one, entry.other, entry.symbols)
    except Exception as error:  # noqa: BLE001 - crashes are what is looked for
        return Run(entry, "crash", f"{type(error).__name__}: {error}", time.perf_counter() - started)
    return Run(entry, comparison.verdict, comparison.rule, time.perf_counter() - started)


def run_all(chosen: Iterable[Entry] | None = None) -> list[Run]:
    warm_up()
    return [run(entry) for entry in (entries() if chosen is None else chosen)]


def megabytes(entry: Entry) -> float:
    """How far the process's memory rises above where it stood, measured in a child of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        run(entry)
        risen = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        os.write(writing, str(risen / 1024).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return float(text or "inf")
