"""What differs from the last run: whose marks, by how much, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from grader.marking.marks import Mark, Marks, earned
from grader.parts import ROUND, total
from grader.run.specs import Difference, differences, shortened
from grader.run.store import Kept, SheetKey, Store, decoded
from grader.spreadsheet import replacing_text, write_rows

COLUMNS = (
    "student", "problem", "part", "verdict_before", "verdict", "earned_before", "earned", "difference", "why",
)  # fmt: skip
ROUNDING = "(rounding)"  # what a total has beside the sum of its parts
MOST_REASONS = 3


@dataclass(frozen=True)
class Change:
    """One mark that differs from the last run's."""

    student: str
    problem: str
    part: str
    verdict_before: str
    verdict: str
    earned_before: Fraction
    earned: Fraction
    why: str

    @property
    def difference(self) -> Fraction:
        return self.earned - self.earned_before


@dataclass(frozen=True)
class Page:
    """One student's marks on one problem in the last run and in this one, and what they come from."""

    student: str
    problem: str
    before: Kept | None
    after: Kept | None
    spec: Sequence[Difference]
    rounds: tuple[str, str]
    """What totals were, and are, rounded to."""


def changed(store: Store, specs: Mapping[str, Any], sheets: Mapping[SheetKey, Kept]) -> list[Change]:
    """Every mark that differs, by student, problem and part. A problem whose spec cannot be read now is left out."""
    found: list[Change] = []
    diffs = {id: tuple(differences(store.specs[id], spec)) for id, spec in specs.items() if id in store.specs}
    for student, problem in dict.fromkeys((*sheets, *store.sheets)):
        before, after = store.sheets.get((student, problem)), sheets.get((student, problem))
        if before and after and before.final == after.final and before.digest == after.digest:
            continue
        rounds = (_round(store.specs.get(problem)), _round(specs.get(problem)))
        found += _on_page(Page(student, problem, before, after, diffs.get(problem, ()), rounds))
    return found


def _round(spec: Any) -> str:
    return str(spec["policy"].get(ROUND, "0")) if spec else "0"


def _on_page(page: Page) -> list[Change]:
    """The parts whose verdict or points differ, and what rounding adds to that."""
    old, new = (Marks() if kept is None else decoded(kept.final) for kept in (page.before, page.after))
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
    if _decided(page.after, other):
        return "decided by a person"
    reasons = _answered(page, one, other, before, after)
    if _decided(page.before, one):
        reasons.append("no longer decided by a person")
    reasons += map(str, _touching(page.spec, one, other))
    if page.before.program != page.after.program:
        reasons.append("the program changed")
    reasons = reasons or [str(each) for each in page.spec]
    more = [f"and {len(reasons) - MOST_REASONS} more"] if len(reasons) > MOST_REASONS else []
    return "; ".join((*reasons[:MOST_REASONS], *more)) or "marked anew"


def _decided(kept: Kept, mark: Mark) -> bool:
    """Whether a mark that counts is a person's."""
    return kept.decided is not None and decoded(kept.marks)[mark.part] != mark


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


def write_changes(path: Path, changes: Sequence[Change]) -> None:
    """`changes.csv`: a row a mark that differs; no file where none does."""
    if not changes:
        path.unlink(missing_ok=True)
        return
    with replacing_text(path) as file:
        write_rows(file, [COLUMNS, *map(_cells, changes)])


def _cells(change: Change) -> list[str | Fraction]:
    names = (change.student, change.problem, change.part, change.verdict_before, change.verdict)
    return [*names, change.earned_before, change.earned, change.difference, change.why]
