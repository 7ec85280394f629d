"""Which of a student's own earlier answers a step rests on, nearest first, for many students at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from grader.marking.following import Students, Way
from grader.marking.programs import uses as named_in


def sources(way: Way, step: str, read: Mapping[str, np.ndarray], who: Students) -> Iterator[tuple[list[str], Students]]:
    """The answers that a step rests on, and the students for whom it is these; all students of `who`, in parts.

    `read` says of each step that has answers who gave one that can be read, `(N,)`. What a student did not answer rests
    on what comes before it.
    """
    pending = [(list(uses), list[str](), some) for uses, some in way.rest_on(step, who)]
    while pending:
        uses, found, some = pending.pop()
        while uses:
            name = uses.pop(0)
            if name not in way.solution:
                continue
            there = read[name][some] if name in read else np.zeros(len(some), dtype=bool)
            if there.all():
                found.append(name)
                continue
            if there.any():
                pending.append((uses.copy(), [*found, name], some[there]))
            some = some[~there]
            extend(uses, named_in(way.solution[name].expression))
        yield list(dict.fromkeys(found)), some


def extend(pending: list[str], uses: Sequence[str]) -> None:
    """Add what is not there yet."""
    pending.extend(use for use in uses if use not in pending)
