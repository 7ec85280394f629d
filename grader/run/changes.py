"""What differs from the last run: whose marks, by how much, and why."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np

from grader.marking.marked import Marked, positions
from grader.marking.marks import Mark, Marks, earned
from grader.parts import ROUND, total
from grader.run.cohort import NOBODY, Places, Portion, keys_of
from grader.run.last import LastRun, Side
from grader.run.records import Spec
from grader.run.specs import Difference, differences, shortened
from grader.run.summary import Change

COLUMNS = (
    "student", "problem", "part", "verdict_before", "verdict", "earned_before", "earned", "difference", "why",
)  # fmt: skip
ROUNDING = "(rounding)"  # what a total has beside the sum of its parts
MOST_REASONS = 3


@dataclass(frozen=True)
class Page:
    """One student's marks on one problem in the last run and in this one."""

    student: str
    problem: str
    before: Side | None
    after: Side | None
    spec: Sequence[Difference]
    rounds: tuple[str, str]
    """What totals were, and are, rounded to."""


@dataclass(frozen=True)
class Now:
    """A portion of this run: each student's name and place in the store, what they handed in, the marks by problem."""

    students: Sequence[str]
    portion: Portion
    answers: Sequence[bytes]
    by_program: Mapping[str, Marked]
    final: Mapping[str, Marked]
    decided: Mapping[str, Mapping[int, Marks]]


class Outcome(msgspec.Struct, frozen=True):
    """What counts of a mark."""

    verdict: str
    credit: float
    points: float


_OUTCOME = msgspec.json.Decoder(Outcome)


class Comparison:
    """This run beside the last one, portion by portion. A problem whose spec cannot be read now is left out."""

    def __init__(self, last: LastRun, specs: Mapping[str, Spec], program: bytes, broken: Container[str]) -> None:
        self.last, self.specs, self.program = last, specs, program
        gone = [id for id in last.specs if id not in specs and id not in broken]
        self.problems = [*specs, *gone]
        self.differences = {
            id: tuple(differences(last.specs[id].spec, spec.spec)) for id, spec in specs.items() if id in last.specs
        }
        self._known: dict[Any, int] = {}
        self.same = {id for id, spec in specs.items() if id in last.specs and last.specs[id].basis == spec.basis}

    def changes(self, now: Now) -> Iterator[tuple[str, list[Change]]]:
        """The marks that differ, of each student for whom some do, in order."""
        places = self.last.places.find(keys_of(now.students))
        alike = {id: self._alike(now, id, places) for id in self.problems}
        differs = ~np.logical_and.reduce([np.ones(len(places), dtype=bool), *alike.values()])
        for row in np.flatnonzero(differs).tolist():
            pages = (self._on_page(now, id, row, int(places[row])) for id in self.problems if not alike[id][row])
            if found := [change for page in pages for change in page]:
                yield now.students[row], found

    def _alike(self, now: Now, id: str, places: np.ndarray) -> np.ndarray:
        """The students who have the same verdicts and points on a problem as in the last run, `(n,)`."""
        found = np.zeros(len(places), dtype=bool)
        if id not in now.final or id not in self.last.specs:
            return found
        chunks, rows = self.last.at(places)
        if id in self.same:
            found |= (chunks == now.portion.chunks) & (rows == now.portion.rows)
        for chunk in np.unique(chunks[~found & (chunks != NOBODY)]).tolist():
            here = np.flatnonzero((chunks == chunk) & ~found)
            found[here] = self._same_outcomes(self.last.marked(chunk, id), rows[here], now.final[id], here)
        found[list(now.decided.get(id, ()))] = False
        if self.last.decided:
            found[[row for row, student in enumerate(now.students) if (student, id) in self.last.decided]] = False
        return found

    def _same_outcomes(
        self, before: Marked | None, old: np.ndarray, after: Marked, new: np.ndarray
    ) -> np.ndarray | bool:
        if before is None or before.parts != after.parts:
            return False
        (one, sums), (other, totals) = self._outcomes(before), self._outcomes(after)
        marks = (one[before.codes[:, old]] == other[after.codes[:, new]]).all(axis=0)
        return np.asarray(marks & (sums[before.totals[old]] == totals[after.totals[new]]))

    def _outcomes(self, marked: Marked) -> tuple[np.ndarray, np.ndarray]:
        """Whole numbers for what counts of each distinct mark and for each distinct total, equal for equal ones."""
        counts = positions(map(_OUTCOME.decode, marked.lines), self._known)
        return counts, positions(marked.points, self._known)

    def _on_page(self, now: Now, id: str, row: int, place: int) -> list[Change]:
        student = now.students[row]
        before, after = self.last.side(student, id, place), self._after(now, id, row)
        if before is None and after is None:
            return []
        rounds = _round(self.last.specs.get(id)), _round(self.specs.get(id))
        return on_page(Page(student, id, before, after, self.differences.get(id, ()), rounds))

    def _after(self, now: Now, id: str, row: int) -> Side | None:
        if id not in now.final:
            return None
        student = now.students[row]
        own = now.by_program[id].page(student, row) if row in now.decided.get(id, {}) else None
        marks = now.final[id].page(student, row)
        return Side(marks, self.specs[id].basis, self.program, now.answers[row], own)

    def gone(self, there: Places) -> Iterator[tuple[str, list[Change]]]:
        """The same for the students who are not there any more; `there` has the keys of all who are."""
        start = 0
        for portion in self.last.portions():
            students = self.last.students(portion)
            for row in np.flatnonzero(there.find(keys_of(students)) == NOBODY).tolist():
                found = [change for id in self.problems for change in self._gone(students[row], id, start + row)]
                if found:
                    yield students[row], found
            start += len(portion)

    def _gone(self, student: str, id: str, place: int) -> list[Change]:
        before = self.last.side(student, id, place)
        return on_page(Page(student, id, before, None, (), (_round(self.last.specs.get(id)), "0"))) if before else []


def _round(spec: Spec | None) -> str:
    return str(spec.spec["policy"].get(ROUND, "0")) if spec else "0"


def on_page(page: Page) -> list[Change]:
    """The parts whose verdict or points differ, and what rounding adds to that."""
    old, new = (Marks() if side is None else side.marks for side in (page.before, page.after))
    before, after = ({mark.part: mark for mark in marks} for marks in (old, new))
    found = []
    for part in dict.fromkeys((*after, *before)):
        one, other = before.get(part), after.get(part)
        if _outcome(one) != _outcome(other):
            found.append(_change(page, part, one, other, _why(page, one, other, before, after)))
    rounding = [_rounding(marks, step) for marks, step in zip((old, new), page.rounds, strict=True)]
    if rounding[0] != rounding[1]:
        reason = "; ".join(str(each) for each in page.spec if each.path == ("policy", ROUND))
        why = reason or "the sum of the parts changed"
        found.append(Change(page.student, page.problem, ROUNDING, "", "", rounding[0], rounding[1], why))
    return found


def _rounding(marks: Marks, step: str) -> Fraction:
    """What a total is beside the sum of its parts."""
    points = sum((Fraction(mark.points).limit_denominator(10**6) for mark in marks), Fraction(0))
    return total(map(earned, marks), points, Fraction(step)) - sum(map(earned, marks), Fraction(0))


def _outcome(mark: Mark | None) -> tuple[str, Fraction]:
    """What counts of a mark; a part that is blank and one that is not there come to the same."""
    return (mark.verdict, earned(mark)) if mark else ("blank", Fraction(0))


def _change(page: Page, part: str, one: Mark | None, other: Mark | None, why: str) -> Change:
    verdicts = [mark.verdict if mark else "" for mark in (one, other)]
    points = [earned(mark) if mark else Fraction(0) for mark in (one, other)]
    return Change(page.student, page.problem, part, verdicts[0], verdicts[1], points[0], points[1], why)


def _why(
    page: Page, one: Mark | None, other: Mark | None, before: Mapping[str, Mark], after: Mapping[str, Mark]
) -> str:
    """Everything that changed and that this mark depends on."""
    if page.after is None:
        return "not handed in any more"
    if one is None and page.before is not None:
        return "part added"
    if other is None:
        return "part removed"
    if one is None or page.before is None or (one.verdict == "blank" and one.answer != other.answer):
        return "handed in since"
    if page.after.decided(other):
        return "decided by a person"
    reasons = _answered(page, one, other, before, after)
    if page.before.decided(one):
        reasons.append("no longer decided by a person")
    reasons += map(str, _touching(page.spec, one, other))
    if page.before.program != page.after.program:
        reasons.append("the program changed")
    reasons = reasons or [str(each) for each in page.spec]
    more = [f"and {len(reasons) - MOST_REASONS} more"] if len(reasons) > MOST_REASONS else []
    return "; ".join((*reasons[:MOST_REASONS], *more)) or "marked anew"


def _answered(page: Page, one: Mark, other: Mark, before: Mapping[str, Mark], after: Mapping[str, Mark]) -> list[str]:
    """What the student changed: this answer, or others that it may follow from."""
    if one.answer != other.answer:
        return [f"the answer changed: {shortened(one.answer)} → {shortened(other.answer)}"]
    assert page.before is not None
    assert page.after is not None
    if page.before.answers == page.after.answers:
        return []
    others = [
        f"{part} {shortened(before[part].answer)} → {shortened(mark.answer)}"
        for part, mark in after.items()
        if part in before and before[part].answer != mark.answer
    ]
    return [f"another answer changed: {each}" for each in others[:1]] or ["another answer on the page changed"]


def _touching(spec: Sequence[Difference], one: Mark, other: Mark) -> list[Difference]:
    """The differences of the spec that touch a mark: of other parts' points, and of other verdicts' credit, none."""
    verdicts = {mark.verdict for mark in (one, other)} | set(_leaves([one.cells, other.cells]))
    return [
        each
        for each in spec
        if not (each.path[0] == "ask" and each.path[1] != one.part)
        and not (each.path[0] == "policy" and each.path[1] not in verdicts)
    ]


def _leaves(value: Any) -> Iterable[str]:
    if isinstance(value, list | tuple):
        return {leaf for each in value for leaf in _leaves(each)}
    return {str(value)}
