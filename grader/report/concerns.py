"""Parts to look at: where the key, the question or the spec may be at fault, or a person is waited for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from grader.marking.marks import WAITING, one_line
from grader.report.columns import Columns
from grader.report.parts import PartReport
from grader.report.scores import Sheets
from grader.report.statistics import ENOUGH

MARGINAL = 0.2  # discrimination below which a part is poor: Ebel and Frisbie, 1991, p. 232
MANY = 30  # students from whom a low discrimination is told
EASY = 0.95  # mean share from which a low discrimination says nothing
NOBODY = 0.1  # of the students, right, below which the key is suspect
TOO_MANY_DIGITS = 0.2  # of the students, right but for their digits
ALIKE = 3  # students with the same wrong answer
ALIKE_SHARE = 0.05
ANSWERS = 3  # wrong answers that are shown of a part


@dataclass(frozen=True)
class Concern:
    """Why a part should be looked at; `answer` and `expected` as typed where a wrong answer is the reason."""

    problem: str
    part: str
    kind: str
    sentence: str
    answer: str | None = None
    expected: str | None = None


def concerns(
    columns: Columns, sheets: Sheets, parts: list[PartReport], overruled: Mapping[tuple[str, str], int]
) -> list[Concern]:
    """Everything to look at, in the order of the parts; `overruled` says how often a person did so, by part."""
    coarse = np.bincount(columns.part, columns.coarse, len(columns.parts))
    alike = equal_answers(columns, sheets, parts)
    found = []
    for i, part in enumerate(parts):
        sentences = [
            *waiting(part),
            *disputed(overruled.get((part.problem, part.name), 0)),
            *too_coarse(part, int(coarse[i])),
            *right_or_not(part),
            *apart(part),
        ]
        found += [Concern(part.problem, part.name, kind, sentence) for kind, sentence in sentences]
        found += alike.get(i, [])
    return found


def waiting(part: PartReport) -> Iterator[tuple[str, str]]:
    """That answers wait for a person, by their verdicts."""
    counts = [f"{part.verdicts[verdict]} {verdict}" for verdict in sorted(WAITING) if verdict in part.verdicts]
    if counts:
        yield "waiting", f"For a person to decide: {', '.join(counts)}."


def disputed(count: int) -> Iterator[tuple[str, str]]:
    """That a person gave other points than the program."""
    if count:
        students = f"{count} students" if count > 1 else "one student"
        yield "disputed", f"A person overruled the mark of {students}: are the key and the spec right?"


def too_coarse(part: PartReport, count: int) -> Iterator[tuple[str, str]]:
    """That many answers are right but for their digits."""
    if count >= ALIKE and count >= TOO_MANY_DIGITS * part.count:
        yield "digits", f"The spec asks for more digits than students write: {count} of {part.count} have too few."


def right_or_not(part: PartReport) -> Iterator[tuple[str, str]]:
    """That nearly nobody is right, or everybody."""
    if part.decided < ENOUGH:
        return
    if part.right < NOBODY * part.decided:
        yield "nobody", f"Right for {part.right} of {part.decided}: is the key right, and the question clear?"
    elif part.right == part.decided:
        yield "everybody", f"Right for all {part.decided}: it does not tell students apart."


def apart(part: PartReport) -> Iterator[tuple[str, str]]:
    """That those who do well elsewhere do not do well here."""
    r, n = part.discrimination, part.decided
    if r is None:
        return
    if r < 0:
        chance = f"; with {n} students this may be chance" if may_be_chance(r, n) else ""
        yield "negative", f"Who does well elsewhere does worse here (discrimination {signed(r)}{chance})."
    elif r < MARGINAL and n >= MANY and (part.share or 0) < EASY:
        yield "low", f"It hardly goes with the rest (discrimination {signed(r)})."


def may_be_chance(r: float, n: int) -> bool:
    """Whether a negative correlation is within 95% of what chance does where there is none, by Fisher's z.

    >>> may_be_chance(-0.3, 20), may_be_chance(-0.3, 100)
    (True, False)
    """
    return r > -1 and math.atanh(r) * math.sqrt(n - 3) > -1.96


def signed(r: float) -> str:
    """A correlation as it is printed.

    >>> signed(-0.456), signed(0.3)
    ('−0.46', '0.30')
    """
    return f"{r:.2f}".replace("-", "−")


def equal_answers(columns: Columns, sheets: Sheets, parts: list[PartReport]) -> dict[int, list[Concern]]:
    """Wrong answers that several students give and no slip explains, by the part."""
    rows = np.flatnonzero((columns.alike != 0) & sheets.handed_in[sheets.of])
    found, first, counts = np.unique(
        np.stack([columns.part[rows], columns.alike[rows]]), axis=1, return_index=True, return_counts=True
    )
    concerns: dict[int, list[Concern]] = {}
    for k in np.lexsort([first, -counts]):
        part, count = int(found[0, k]), int(counts[k])
        shown = concerns.setdefault(part, [])
        if count >= ALIKE and count >= ALIKE_SHARE * parts[part].count and len(shown) < ANSWERS:
            shown.append(_equal(columns, parts[part], int(rows[first[k]]), count))
    return concerns


def _equal(columns: Columns, part: PartReport, row: int, count: int) -> Concern:
    mark = columns.mark(row)
    sentence = f"{count} of {part.count} give the same wrong answer: is the key right, or is this a slip to name?"
    answer, expected = (None if value is None else one_line(value) for value in (mark.answer, mark.expected))
    return Concern(part.problem, part.name, "equal-answers", sentence, answer, expected)
