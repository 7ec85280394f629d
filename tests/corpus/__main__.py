"""The corpus table: verdicts and times by category, and the worst inputs.

python -m tests.corpus              the table and the ten worst in time
python -m tests.corpus --memory     and the ten worst in memory, each in a process of its own
python -m tests.corpus --list WORD  the entries of the categories whose name holds the word
python -m tests.corpus --misses     what came out otherwise than expected
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence

from tests.corpus import VERDICTS, Entry, entries
from tests.corpus.running import Run, megabytes, run_all


def quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def row(what: str, runs: list[Run]) -> str:
    """One line of the table."""
    counts = [sum(run.verdict == verdict for run in runs) for verdict in (*VERDICTS, "crash")]
    misses = sum(not run.as_expected for run in runs)
    times = [1e3 * run.seconds for run in runs]
    cells = "".join(f"{count:>12}" for count in (len(runs), *counts, misses))
    return f"{what:22}{cells}{statistics.median(times):>10.2f}{quantile(times, 0.999):>10.2f}{max(times):>10.2f}"


def table(runs: list[Run]) -> str:
    """All categories, and the sum of them."""
    heads = ("entries", *VERDICTS, "crash", "unexpected")
    lines = [f"{'':22}{''.join(f'{head:>12}' for head in heads)}{'median ms':>10}{'99.9%':>10}{'worst':>10}"]
    for category in dict.fromkeys(run.entry.category for run in runs):
        lines.append(row(category, [run for run in runs if run.entry.category == category]))
    return "\n".join([*lines, row("all", runs)])


def shown(entry: Entry) -> str:
    text = repr(entry.one) if len(entry.one) <= 60 else f"{entry.one[:57]!r}… ({len(entry.one):,} characters)"
    beside = entry.why if entry.category == "resource bombs" else f"beside {entry.other[:60]!r}"
    return f"{entry.category}: {text} {beside}"


def main(arguments: list[str]) -> None:
    if "--list" in arguments:
        word = arguments[-1]
        print(*(f"{' or '.join(e.expect)}: {e}" for e in entries() if word in e.category), sep="\n")
        return
    runs = run_all()
    if "--misses" in arguments:
        print(*(run for run in runs if not run.as_expected), sep="\n")
        return
    print(table(runs))
    print("\nTen worst in time")
    for run in sorted(runs, key=lambda run: -run.seconds)[:10]:
        print(f"{1e3 * run.seconds:10.1f} ms  {shown(run.entry)}")
    if "--memory" in arguments:
        print("\nTen worst in memory")
        for risen, entry in sorted(((megabytes(e), e) for e in entries()), key=lambda pair: -pair[0])[:10]:
            print(f"{risen:10.1f} MB  {shown(entry)}")


if __name__ == "__main__":
    main(sys.argv[1:])
