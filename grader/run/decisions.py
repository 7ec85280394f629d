"""What a person decided takes the place of the program's marks; what still waits for one is listed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import msgspec

from grader.errors import GraderError, Place, SubmissionError
from grader.export.review import COLUMNS, as_cell, row_of, write_review
from grader.intake.reviewed import Reviewed, Row, read_earned, unknown
from grader.marking.marks import WAITING, Mark, Marks
from grader.problem import Problem

Key = tuple[str, str, str]
READ = "Read by a person."


@dataclass
class Decisions:
    """Marks by a person, by student, problem and part; the table's next rows; what could not be used."""

    marks: dict[Key, Mark] = field(default_factory=dict)
    rows: list[list[str]] = field(default_factory=list)
    waiting: int = 0
    errors: list[GraderError] = field(default_factory=list)


def decide(reviewed: Reviewed, marks: Mapping[str, Mapping[str, Marks]], problems: Mapping[str, Problem]) -> Decisions:
    """Bring a person's decisions and the program's marks together.

    A decision holds while the answer is the one that it was made for. Rows that cannot be used stay as typed.
    """
    made = Decisions()
    rows, odd = _by_key(reviewed, marks, problems, made.errors)
    for by_problem in marks.values():
        for id, each in by_problem.items():
            for mark in each:
                row = rows.get((mark.student, mark.problem, mark.part)) if rows else None
                if row is not None or mark.verdict in WAITING:
                    _settle(made, mark, row, problems[id], reviewed)
    made.rows += [_as_typed(row, reviewed.extra) for row in odd]
    return made


def _by_key(
    reviewed: Reviewed,
    marks: Mapping[str, Mapping[str, Marks]],
    problems: Mapping[str, Problem],
    errors: list[GraderError],
) -> tuple[dict[Key, Row], list[Row]]:
    """The row for each mark, and the rows that are kept and count for none."""
    rows: dict[Key, Row] = {}
    odd: list[Row] = []
    for row in reviewed.rows:
        error = _misfit(row, marks, problems, Place(str(reviewed.path), row.line), rows.get(row.key))
        if error:
            errors.append(error)
            odd.append(row)
            continue
        spare: Row | None = row
        if not _absent(row, marks) and (row["earned"].strip() or row.key not in rows):
            spare = rows.get(row.key)  # a row that nobody filled in gives way to one that somebody did
            rows[row.key] = row
        if spare and (spare["earned"].strip() or _noted(spare, reviewed)):
            odd.append(spare)
    return rows, odd


def _misfit(
    row: Row,
    marks: Mapping[str, Mapping[str, Marks]],
    problems: Mapping[str, Problem],
    place: Place,
    first: Row | None,
) -> SubmissionError | None:
    """Why a row cannot count. What the program listed itself, in a run over other submissions, may well be absent."""
    student, problem, part = row.key
    if row.surplus:
        return SubmissionError("more cells than columns", place, "quote the cells that hold commas")
    if first is not None and first["earned"].strip() and row["earned"].strip():
        return SubmissionError("this answer is decided twice", place, f"the first is on line {first.line}")
    if row["verdict"].strip():
        return None
    if student not in marks:
        return unknown("student", student, marks, place)
    if problem not in problems:
        return unknown("problem", problem, problems, place)
    asked = {mark.part: mark for mark in marks[student][problem]}
    return None if part in asked else unknown("part", part, asked, place)


def _absent(row: Row, marks: Mapping[str, Mapping[str, Marks]]) -> bool:
    """Whether a row is about a mark that this run has not."""
    student, problem, part = row.key
    return all(mark.part != part for mark in marks.get(student, {}).get(problem, ()))


def _noted(row: Row, reviewed: Reviewed) -> bool:
    """Whether a person wrote something in a row beside what it is worth."""
    return any(row[column].strip() for column in ("comment", *reviewed.extra))


def _settle(made: Decisions, mark: Mark, row: Row | None, problem: Problem, reviewed: Reviewed) -> None:
    """Count one row, and write it as it stands next time."""
    cells = row_of(mark, problem.solution[mark.part])
    if row is not None:
        cells |= {column: row[column] for column in ("earned", "comment", *reviewed.extra)}
        try:
            decided = _decision(mark, row, Place(str(reviewed.path), row.line))
        except _ChangedError as error:
            cells |= {"earned": "", "comment": _reopened(row)}
            made.errors.append(error)
            decided = None
        except SubmissionError as error:
            made.errors.append(error)
            decided = None
        if decided is not None:
            made.marks[row.key] = decided
        elif mark.verdict not in WAITING and not any(cells[each] for each in ("earned", "comment", *reviewed.extra)):
            return
    made.waiting += mark.verdict in WAITING and (mark.student, mark.problem, mark.part) not in made.marks
    made.rows.append([cells[column] for column in (*COLUMNS, *reviewed.extra)])


class _ChangedError(SubmissionError):
    """A decision on an answer that is no longer there."""


def _decision(mark: Mark, row: Row, place: Place) -> Mark | None:
    """The mark that a row makes of the program's; None where nobody has decided yet."""
    if not row["earned"].strip():
        return None
    if (row["verdict"].strip() or row["answer"]) and not same_answer(row["answer"], as_cell(mark.answer)):
        what = f"the answer of '{mark.student}' to {mark.problem}.{mark.part} has changed since"
        raise _ChangedError(what, place, "decide again")
    points = Fraction(mark.points).limit_denominator(10**6)
    return decided(mark, read_earned(row["earned"], points, place), points, _NOTE.sub("", row["comment"]).strip())


def decided(mark: Mark, earned: Fraction, points: Fraction, comment: str) -> Mark:
    """A mark as a person gives it.

    >>> mark = Mark(student="s", problem="p", part="text", verdict="review", credit=0, points=4)
    >>> half = decided(mark, Fraction(2), Fraction(4), "")
    >>> half.verdict, half.credit, half.message
    ('incomplete', 0.5, 'Read by a person.')
    """
    verdict = "correct" if earned == points else "incomplete" if earned else "wrong"
    credit = float(earned / points) if points else 1.0
    expected = None if verdict == "correct" else mark.expected
    return msgspec.structs.replace(
        mark, verdict=verdict, credit=credit, expected=expected, slip=None, cells=None, message=comment or READ
    )


_PLAIN = re.compile(r"-?\d{1,30}(?:[.,]\d{0,30})?")


def same_answer(one: str, other: str) -> bool:
    """Whether two cells hold the same answer, whatever a spreadsheet did to line breaks and to a number's zeros.

    >>> same_answer("a\\r\\nb", "a\\nb"), same_answer("0,6", "0.600"), same_answer("x", "y")
    (True, True, False)
    """
    one, other = ("\n".join(text.splitlines()).strip() for text in (one, other))
    if one == other:
        return True
    return all(map(_PLAIN.fullmatch, (one, other))) and _value(one) == _value(other)


def _value(number: str) -> Fraction:
    return Fraction(number.replace(",", ".").rstrip("."))


_ROUND_BRACKETS = str.maketrans("[]", "()")
_NOTE = re.compile(r"\s*\[Decided before: [^\[\]]*\]")  # for whoever decides, not for the student


def _reopened(row: Row) -> str:
    """The comment that keeps a decision on an answer that has changed."""
    answer = " ".join(row["answer"].split())
    shown = answer if len(answer) <= 60 else answer[:59] + "…"
    note = f"Decided before: {row['earned'].strip()}, for the answer '{shown}'".translate(_ROUND_BRACKETS)
    return f"{row['comment'].strip()} [{note}]".strip()


def _as_typed(row: Row, extra: Iterable[str]) -> list[str]:
    return [*(row[column] for column in (*COLUMNS, *extra)), *row.surplus]


def write_decisions(reviewed: Reviewed, made: Decisions) -> list[GraderError]:
    """Write the table for the next run, unless somebody has saved another one meanwhile, which is told."""
    path = reviewed.path
    now = path.read_bytes() if path.exists() else None
    if now != reviewed.data:
        return [SubmissionError("was saved while this ran", Place(str(path)), "it is left as it is; run grade again")]
    if made.rows:
        write_review(path, reviewed.extra, made.rows, reviewed.delimiter)
    else:
        path.unlink(missing_ok=True)
    return []
