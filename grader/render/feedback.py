"""What a student gets back, as a template needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from grader.document import from_python
from grader.expression import read_table
from grader.kinds import Lines, Numbers
from grader.marking import first_wrong
from grader.marking.answers import typed_lines
from grader.marking.marks import WAITING, Mark, one_line
from grader.problem import Problem
from grader.render.pages import Solved

RIGHT = frozenset({"correct", "rounded"})


@dataclass(frozen=True)
class Cell:
    """One entry of a tensor: as typed, its verdict, and the key's."""

    answer: str
    verdict: str
    expected: str

    @property
    def right(self) -> bool:
        return self.verdict in RIGHT or self.verdict == "follows"


@dataclass(frozen=True)
class Table:
    """A tensor's entries in rows, with what is not right."""

    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class LineView:
    """One line of a derivation: as typed, and its verdict."""

    number: int
    text: str
    verdict: str


@dataclass(frozen=True)
class SheetView:
    """One problem on a student's page."""

    problem: Problem
    marks: Sequence[Mark]

    @property
    def earned(self) -> Fraction:
        return self.problem.total(self.marks)

    @property
    def handed_in(self) -> bool:
        return any(mark.verdict != "blank" for mark in self.marks)

    @property
    def missing(self) -> bool:
        return any(mark.verdict == "blank" for mark in self.marks)

    @property
    def waiting(self) -> bool:
        return any(mark.verdict in WAITING for mark in self.marks)

    @property
    def unfinished(self) -> bool:
        return any(mark.verdict == "incomplete" for mark in self.marks)

    @cached_property
    def first_wrong(self) -> Mark | None:
        return first_wrong(self.marks)

    @property
    def hints(self) -> tuple[str, ...]:
        """The author's hints, for a page that goes wrong or is not finished."""
        return self.problem.hints if self.first_wrong or self.unfinished or self.missing else ()

    @property
    def followed(self) -> list[str]:
        """The parts that are right by the student's own earlier values, which are not right."""
        return [mark.part for mark in self.marks if mark.verdict == "follows"]

    @property
    def right(self) -> int:
        """How many parts are right, allowing for rounding."""
        return sum(mark.verdict in RIGHT for mark in self.marks)

    @property
    def before(self) -> int:
        """How many parts are right before the first that is not; 0 where one of them is left out."""
        verdicts = [mark.verdict for mark in self.marks]
        wrong = next((i for i, mark in enumerate(self.marks) if mark is self.first_wrong), 0)
        return wrong if all(verdict in RIGHT for verdict in verdicts[:wrong]) else 0

    @property
    def free(self) -> bool:
        """Whether following costs nothing."""
        return self.problem.credit("follows") == 1

    @cached_property
    def told(self) -> dict[str, str]:
        """What is said of each part, without the key's value, which has a column of its own."""
        return {mark.part: said(mark) for mark in self.marks if mark.message and mark.verdict != "blank"}

    @cached_property
    def tables(self) -> dict[str, Table]:
        kinds = {mark.part: self.problem.solution[mark.part].kind for mark in self.marks}
        return {
            mark.part: table(mark) for mark in self.marks if isinstance(kinds[mark.part], Numbers) and shows_cells(mark)
        }

    @cached_property
    def keys(self) -> dict[str, list[list[str]]]:
        """The keys of matrices that were answered with something of another shape, row by row."""
        return {
            mark.part: mark.expected
            for mark in self.marks
            if mark.verdict != "blank" and mark.part not in self.tables and is_matrix(mark.expected)
        }

    @property
    def more(self) -> frozenset[str]:
        """The parts of which something is set out at length."""
        return frozenset([*self.tables, *self.keys, *self.derivations])

    @cached_property
    def derivations(self) -> dict[str, list[LineView]]:
        """The lines of each derivation that was judged, and their verdicts."""
        kinds = {mark.part: self.problem.solution[mark.part].kind for mark in self.marks}
        return {mark.part: lines(mark) for mark in self.marks if isinstance(kinds[mark.part], Lines) and mark.cells}


def said(mark: Mark) -> str:
    """A mark's message for a page that shows the key's value beside it."""
    message = mark.message or ""
    for ending in ("The key has", "With all digits it is"):
        message = message.removesuffix(f" {ending} {one_line(mark.expected)}.")
    return message


def lines(mark: Mark) -> list[LineView]:
    """A derivation's lines as typed, each with its verdict."""
    texts = typed_lines(from_python(mark.answer))
    return [LineView(number, *line) for number, line in enumerate(zip(texts, mark.cells, strict=True), start=1)]


def shows_cells(mark: Mark) -> bool:
    """Whether a mark's entries are set out one by one: a vector or a matrix with something in it that is not right."""
    return bool(mark.cells) and mark.expected is not None and not isinstance(mark.cells[0][0], list)


def is_matrix(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, list) and not isinstance(row[0], list) for row in value)


def table(mark: Mark) -> Table:
    """A tensor that was read, entry by entry beside the key's."""
    shape, texts = read_table(from_python(mark.answer))
    verdicts, keys = (rows_of(value) for value in (mark.cells, mark.expected))
    width = shape[-1]
    return Table(
        tuple(tuple(map(Cell, texts[i * width : (i + 1) * width], row, keys[i])) for i, row in enumerate(verdicts)),
    )


def rows_of(value: Any) -> list[list[str]]:
    return value if isinstance(value[0], list) else [value]


def page(student: str, sheets: Sequence[SheetView], format: str = "md", solved: Solved | None = None) -> str:
    """A student's feedback: each problem's marks, where it first goes wrong, and why.

    `solved` keeps the worked solutions that many pages hold.
    """
    from grader.render.environment import environment

    total = sum((sheet.earned for sheet in sheets), Fraction(0))
    possible = sum((sheet.problem.points for sheet in sheets), Fraction(0))
    handed_in = [sheet for sheet in sheets if sheet.handed_in]
    missing = [sheet.problem for sheet in sheets if not sheet.handed_in]
    template = environment(format).get_template("feedback.j2")
    return template.render(
        student=student, sheets=handed_in, missing=missing, earned=total, possible=possible,
        solved=solved or Solved(format),
    )  # fmt: skip
