"""The main job: submissions in, marks out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from grader import intake
from grader.document import make_folder, write_text, writing
from grader.errors import GraderError
from grader.export.tables import flattened, write_csv, write_jsonl
from grader.intake import Submission
from grader.marking import Sheet, mark
from grader.marking.marks import Marks
from grader.problem import Problem, load_folder

T = TypeVar("T")
MOST_PAGES = 1000  # feedback pages that are written without being asked for


class Progress(Protocol):
    """Shows how far some work has come, while its items go by."""

    def __call__(self, items: Iterable[T], what: str) -> Iterable[T]:
        """The same items."""


def silent(items: Iterable[T], what: str) -> Iterable[T]:
    """Progress that shows nothing."""
    return items


@dataclass
class Graded:
    """A cohort's marks by student and problem, and what could not be used."""

    problems: dict[str, Problem] = field(default_factory=dict)
    marks: dict[str, dict[str, Marks]] = field(default_factory=dict)
    errors: list[GraderError] = field(default_factory=list)


def grade(submissions: Path, problems: Path, progress: Progress = silent) -> Graded:
    """Mark every submission against every problem that somebody handed in.

    What cannot be used (a file, a problem, a name) is listed in `errors` and the rest is marked.
    """
    known, errors = load_folder(problems)
    graded = Graded(errors=errors)
    broken = {Path(error.place.file).stem for error in errors}
    read: list[Submission] = []
    for item in progress(intake.read(submissions), "Reading submissions"):
        if isinstance(item, Submission):
            read.append(item)
            graded.errors.extend(intake.misfits(item, known, broken))
        else:
            graded.errors.append(item)
    handed_in = {problem for submission in read for problem in submission.answers}
    graded.problems = {id: problem for id, problem in known.items() if id in handed_in}
    graded.marks = {submission.student: {} for submission in read}
    for problem in progress(graded.problems.values(), "Marking"):
        sheets = [Sheet(submission.student, submission.sheet(problem.id)) for submission in read]
        for sheet, marks in zip(sheets, mark(problem, sheets), strict=True):
            graded.marks[sheet.student][problem.id] = marks
    return graded


def write(graded: Graded, out: Path, pages: bool, progress: Progress = silent) -> None:
    """Write `marks.jsonl`, `marks.csv` and, where wanted, a feedback page a student.

    Raises `DocumentError` where something cannot be written.
    """
    from grader.render.feedback import SheetView, page

    make_folder(out)
    with writing(out):
        write_jsonl(out / "marks.jsonl", flattened(graded.marks, list(graded.problems)))
        write_csv(out / "marks.csv", graded.problems, graded.marks)
    if not pages:
        return
    folder = make_folder(out / "feedback")
    names = file_names(graded.marks)
    for student in progress(graded.marks, "Writing feedback"):
        sheets = [SheetView(problem, graded.marks[student][id]) for id, problem in graded.problems.items()]
        write_text(folder / f"{names[student]}.md", page(student, sheets))


def file_names(students: Iterable[str]) -> Mapping[str, str]:
    """A file's name for each student: letters, digits, dots and dashes, and no two alike.

    >>> dict(file_names(["s001", "../s/1", ".._s_1"]))
    {'s001': 's001', '../s/1': 's_1', '.._s_1': 's_1-2'}
    """
    taken: set[str] = set()
    names = {}
    for student in students:
        plain = "".join(c if c.isalnum() or c in "-." else "_" for c in student).strip("._")[:80] or "student"
        name, count = plain, 1
        while name.casefold() in taken:
            count += 1
            name = f"{plain}-{count}"
        taken.add(name.casefold())
        names[student] = name
    return names
