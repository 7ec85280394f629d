"""The distinct marks on a problem, as lines of JSON, and what pages of them earn."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import msgspec
import numpy as np

from grader.marking.handed import numbered
from grader.marking.marked import Marked
from grader.marking.marks import Body, share
from grader.parts import ROUND, VERDICTS, total
from grader.problem import Problem

_ENCODE = msgspec.json.Encoder().encode
POSITIONS = {verdict: position for position, verdict in enumerate(VERDICTS)}
LARGEST = 2**62  # of a sum of whole numbers that is surely held by 64 bits


class Bodies:
    """The distinct marks on a problem, in the order in which they are found."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.lines = numbered()
        self._found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._ends: list[int] = []

    def put(self, bodies: Sequence[Body]) -> np.ndarray:
        """The numbers of some marks."""
        verdicts = [POSITIONS[body.verdict] for body in bodies]
        return self.put_lines([_ENCODE(body).decode() for body in bodies], verdicts, [body.credit for body in bodies])

    def put_lines(
        self, lines: Sequence[str], verdicts: Sequence[int] | np.ndarray, credits: Sequence[float] | np.ndarray
    ) -> np.ndarray:
        """The numbers of some marks that are lines of JSON, with their verdicts and the share of the points."""
        known = self.lines
        codes = np.fromiter(map(known.__getitem__, lines), np.int32, len(lines))
        self._found.append((codes, np.asarray(verdicts, dtype=np.uint8), np.asarray(credits, dtype=float)))
        self._ends.append(len(known))
        return codes

    def marked(self, codes: np.ndarray) -> Marked:
        """Pages that have these marks, `(parts, N)`."""
        verdicts, credits = np.zeros(len(self.lines), dtype=np.uint8), np.zeros(len(self.lines))
        for some, those, shares in self._found:
            verdicts[some], credits[some] = those, shares
        points, totals = earned(self.problem, codes, credits)
        parts = tuple(part.step for part in self.problem.parts)
        return Marked(self.problem.id, parts, self.together(), verdicts, codes, points, totals)

    def together(self) -> bytes:
        """All lines, encoded in portions: a text with one sign that is not ASCII takes twice the room and more."""
        lines = [*self.lines]
        bounds = zip([0, *self._ends], self._ends, strict=False)
        return b"".join(["\n".join([*lines[start:end], ""]).encode() for start, end in bounds])


def earned(problem: Problem, codes: np.ndarray, credits: np.ndarray) -> tuple[tuple[Fraction, ...], np.ndarray]:
    """The distinct totals of pages that have some marks, and which of them each page has, `(N,)`."""
    distinct, which = np.unique(credits, return_inverse=True)
    shares = [share(credit) for credit in distinct.tolist()]
    points = [share(float(part.points)) for part in problem.parts]
    below, each = (lcm(1, *(number.denominator for number in numbers)) for numbers in (shares, points))
    numerators, worth = [int(number * below) for number in shares], [int(number * each) for number in points]
    largest = max(map(abs, numerators), default=0) * sum(worth)
    table = np.array(numerators, dtype=np.int64 if largest < LARGEST else object)[which]
    sums = np.zeros(codes.shape[1], dtype=table.dtype)
    for row, points_of_row in zip(codes, worth, strict=True):
        sums = sums + table[row] * points_of_row
    found, totals = np.unique(sums, return_inverse=True)
    step = problem.policy.get(ROUND, Fraction(0))
    most = problem.points if step else Fraction(0)
    all_told = [total([Fraction(int(number), below * each)], most, step) for number in found.tolist()]
    known = numbered()
    table = np.array([known[each] for each in all_told], dtype=np.int32)
    return tuple(known), table[totals.reshape(-1)].astype(np.int32)
