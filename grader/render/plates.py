"""Where the pictures of a solution stand on a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from grader.problem import Problem
from grader.render.pictures import Picture, pictures
from grader.render.rounds import Rounds
from grader.render.work import Work


def plates(problem: Problem, work: Sequence[Work | Rounds]) -> Mapping[int, list[Picture]]:
    """The pictures behind each item of a worked solution, by its position; -1 has those before the first.

    A picture of a step that stands in the table of an iteration comes behind the table.
    """
    order = {name: k for k, name in enumerate(problem.solution)}
    found: defaultdict[int, list[Picture]] = defaultdict(list)
    for picture in pictures(problem, f"{problem.id}-"):
        found[place(picture.after, work, order)].append(picture)
    return found


def place(step: str, work: Sequence[Work | Rounds], order: Mapping[str, int]) -> int:
    """The position of the item that shows a step: its own, or else the table behind the last item before it."""
    worked = {item.name: k for k, item in enumerate(work) if isinstance(item, Work)}
    if step in worked or step not in order:
        return worked.get(step, -1)
    before = max((k for name, k in worked.items() if order[name] < order[step]), default=-1)
    tabled = before + 1 < len(work) and isinstance(work[before + 1], Rounds)
    return before + tabled
