"""Submissions in: files and folders, a format a file, read as students typed them. What cannot be read is listed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.codes import is_form, number_of
from grader.document import Entries, Items, Node, Text, files, read_document, read_json, read_text
from grader.errors import DocumentError, GraderError, Place, SubmissionError, did_you_mean
from grader.problem import Problem

KEYS = ("student", "seed", "variant", "answers")


@dataclass(frozen=True)
class Submission:
    """What one student handed in: answers as typed, a mapping of problems to mappings of steps."""

    student: str
    answers: Entries
    place: Place
    seed: str = ""
    variant: Text | Entries = field(default_factory=lambda: Text(""))
    """What the sheet says of its numbers: a code or the letter of a form, one for all problems or one for each."""

    def variant_of(self, problem: str) -> str:
        """What the sheet says of the numbers of one problem."""
        found = self.variant.get(problem, "") if isinstance(self.variant, Entries) else self.variant
        return str(found).strip()

    def sheet(self, problem: str) -> Entries:
        """The answers to one problem, by step."""
        steps = self.answers.get(problem)
        return steps if isinstance(steps, Entries) else Entries()


def read(path: Path) -> Iterator[Submission | GraderError]:
    """Every submission of a file or folder, and an error for each that cannot be used, in the order of names."""
    seen: dict[str, Place] = {}
    for item in _unchecked(path):
        if isinstance(item, Submission) and item.student in seen:
            first = seen[item.student]
            what = f"'{item.student}' has already handed in, with {first}"
            yield SubmissionError(what, item.place, "the first is marked; remove one of them")
            continue
        if isinstance(item, Submission):
            seen[item.student] = item.place
        yield item


def _unchecked(path: Path) -> Iterator[Submission | GraderError]:
    for file in files(path):
        if isinstance(file, GraderError):
            yield file
            continue
        try:
            yield from _read_file(file)
        except GraderError as error:
            yield error


def _read_file(path: Path) -> Iterator[Submission | GraderError]:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        what = f"a file of this kind ('{path.suffix or path.name}') is not a submission"
        raise DocumentError(what, Place(str(path)), "expected " + ", ".join(READERS))
    yield from reader(path)


def read_one(path: Path) -> Iterator[Submission | GraderError]:
    """A file of one student: YAML or JSON."""
    yield submission(read_document(path), Place(str(path)))


def read_lines(path: Path) -> Iterator[Submission | GraderError]:
    """JSON lines: a student a line; a broken line does not touch the others."""
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.strip():
            place = Place(str(path), number)
            try:
                yield submission(read_json(line, place), place)
            except GraderError as error:
                yield error.at(place)


def read_csv(path: Path) -> Iterator[Submission | GraderError]:
    """A table with a student a row: the columns `student` and `problem.step`."""
    rows = csv.DictReader(io.StringIO(read_text(path), newline=""), restkey="", strict=True)
    columns = [column.strip() for column in rows.fieldnames or []]
    rows.fieldnames = columns
    if "student" not in columns:
        raise DocumentError("expected a column named student", Place(str(path), 1), did_you_mean("student", columns))
    for column in columns:
        if column not in {"student", "seed", "variant"} and "." not in column:
            raise DocumentError(f"the column '{column}' names no step", Place(str(path), 1), "expected problem.step")
    try:
        for row in rows:
            yield _from_row(row, Place(str(path), rows.line_num))
    except csv.Error as error:
        raise DocumentError(f"not CSV: {error}", Place(str(path), rows.line_num)) from error


def _from_row(row: Mapping[str, str | None], place: Place) -> Submission | GraderError:
    if "" in row:
        return SubmissionError("more cells than columns", place, "quote the cells that hold commas")
    answers = Entries(place.line)
    for column, cell in row.items():
        problem, dot, step = column.rpartition(".")
        if dot and cell:
            steps = answers.setdefault(problem, Entries(place.line))
            assert isinstance(steps, Entries)
            steps.put(step, Text(cell, place.line), place.line)
    student = (row["student"] or "").strip()
    if not student:
        return SubmissionError("no student is named", place, "fill in the column student")
    variant = Text((row.get("variant") or "").strip(), place.line)
    return Submission(student, answers, place, (row.get("seed") or "").strip(), variant)


def read_markdown(path: Path) -> Iterator[Submission | GraderError]:
    """A file of one student: a heading for each problem, and `name = value` lines; lines that say nothing are named."""
    from grader.intake.forms import document

    node, troubles = document(read_text(path), Place(str(path)))
    yield from troubles
    yield submission(node, Place(str(path)))


def submission(node: Node, root: Place) -> Submission:
    """One submission from a document: a mapping with `student` and `answers`."""
    if not isinstance(node, Entries):
        raise SubmissionError("expected a mapping with student and answers", root)
    for key in node:
        if key not in KEYS:
            place = Place(root.file, node.line_of(key), key)
            raise SubmissionError(f"unknown key '{key}'", place, did_you_mean(key, KEYS))
    student = node.get("student")
    if not isinstance(student, Text) or not student.strip():
        raise SubmissionError("no student is named", root, "write student: and an identifier")
    answers = node.get("answers", Entries())
    if not isinstance(answers, Entries):
        if answers:
            raise SubmissionError("expected a mapping of problems to answers", root.within("answers", answers.line))
        answers = Entries()
    seed, variant = node.get("seed", Text("")), node.get("variant", Text(""))
    if not isinstance(seed, Text):
        raise SubmissionError("expected text", root.within("seed", node.line_of("seed")), "write seed: 42")
    if isinstance(variant, Items) or (isinstance(variant, Entries) and not texts(variant)):
        hint = "write it as it stands on the sheet"
        raise SubmissionError("expected a code, or one for each problem", root.within("variant", variant.line), hint)
    return Submission(student.strip(), answers, root, str(seed), variant)


def texts(entries: Entries) -> bool:
    """Whether a mapping holds nothing but texts."""
    return all(isinstance(value, Text) for value in entries.values())


READERS: dict[str, Callable[[Path], Iterator[Submission | GraderError]]] = {
    ".yaml": read_one,
    ".yml": read_one,
    ".json": read_one,
    ".jsonl": read_lines,
    ".csv": read_csv,
    ".md": read_markdown,
}
"""The formats by the ending of a file's name."""


def misfits(
    submission: Submission, problems: Mapping[str, Problem], broken: Collection[str] = ()
) -> Iterable[SubmissionError]:
    """What a submission answers that no problem asks: an error each, with what may have been meant.

    Of a problem whose own spec is `broken` nothing is said: its author has been told.
    """
    yield from _foreign_variants(submission, problems)
    answers, file = submission.answers, submission.place.file
    for problem, steps in answers.items():
        place = Place(file, answers.line_of(problem) or submission.place.line, f"answers.{problem}")
        if problem in broken:
            continue
        if problem not in problems:
            yield SubmissionError(f"unknown problem '{problem}'", place, did_you_mean(problem, problems))
        elif isinstance(steps, Entries):
            yield from _unknown_steps(problems[problem], steps, place)
        elif steps:
            yield SubmissionError("expected a mapping of steps to answers", place, "write them as w_1: 0.524")


def _foreign_variants(submission: Submission, problems: Mapping[str, Problem]) -> Iterable[SubmissionError]:
    """Codes that do not go with the student and the seed, each said once."""
    said, variants = set(), submission.variant
    for id in submission.answers:
        variant = submission.variant_of(id)
        if not variant or is_form(variant) or id not in problems or not problems[id].varies:
            continue
        seed = submission.seed.strip() or problems[id].seed
        if variant in said or number_of(variant, seed, submission.student) is not None:
            continue
        said.add(variant)
        line = variants.line_of(id) if isinstance(variants, Entries) else variants.line
        what = f"'{variant[:20]}' is not a variant of student '{submission.student}' and seed '{seed}'"
        if not seed:
            what = "a variant says nothing without a seed"
        hint = "copy student, seed and variant from the sheet; the first draw is marked"
        yield SubmissionError(what, Place(submission.place.file, line or submission.place.line, "variant"), hint)


def _unknown_steps(problem: Problem, steps: Entries, place: Place) -> Iterable[SubmissionError]:
    for step in steps:
        if step not in problem.solution:
            here = place.within(step, steps.line_of(step))
            yield SubmissionError(f"'{problem.id}' has no step '{step}'", here, did_you_mean(step, problem.solution))
