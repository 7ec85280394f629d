"""The main job: submissions in, marks out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from grader import intake, variants
from grader.codes import is_form
from grader.document import make_folder, writing
from grader.errors import DocumentError, GraderError, Place, SpecError
from grader.export.tables import flattened, write_csv, write_jsonl
from grader.intake import Submission
from grader.intake.reviewed import Reviewed, read_reviewed
from grader.marking import Sheet, mark
from grader.marking.marks import Marks
from grader.problem import Problem, load_folder
from grader.run.changes import Change, changed, write_changes
from grader.run.decisions import Decisions, decide, write_decisions
from grader.run.specs import described
from grader.run.store import Kept, SheetKey, Store, answers_digest, decoded, digest, encoded, opened, program_digest

T = TypeVar("T")
STORE, REVIEW, CHANGES = "grades.sqlite", "review.csv", "changes.csv"
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
    submissions: list[Submission] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """Problems whose specs cannot be read."""
    anew: int = 0
    """Pages that were marked in this run, a page being one student's answers to one problem."""
    waiting: int = 0
    """Answers that a person must decide."""
    written: bool = False
    changes: list[Change] | None = None
    """What differs from the last run, None where there was none."""


def read(submissions: Path, problems: Path, progress: Progress = silent, mapping: Path | None = None) -> Graded:
    """Every submission, and the problems that somebody handed in; what cannot be used is listed in `errors`.

    `mapping` is a file that says what the columns of tables are.
    """
    known, errors = load_folder(problems)
    graded = Graded(errors=errors, broken={Path(error.place.file).stem for error in errors})
    for item in progress(intake.read(submissions, mapping), "Reading submissions"):
        if isinstance(item, Submission):
            graded.submissions.append(item)
            graded.errors.extend(intake.misfits(item, known, graded.broken))
        else:
            graded.errors.append(item)
    handed_in = {problem for submission in graded.submissions for problem in submission.answers}
    graded.problems = {id: problem for id, problem in known.items() if id in handed_in}
    graded.marks = {submission.student: {} for submission in graded.submissions}
    return graded


def grade(submissions: Path, problems: Path, progress: Progress = silent) -> Graded:
    """Mark every submission against every problem that somebody handed in.

    What cannot be used (a file, a problem, a name) is listed in `errors` and the rest is marked.
    """
    graded = read(submissions, problems, progress)
    for problem in progress(graded.problems.values(), "Marking"):
        mark_pages(graded, problem, graded.submissions)
    return graded


def mark_pages(graded: Graded, problem: Problem, submissions: Sequence[Submission]) -> None:
    """Mark what those students handed in for a problem, each by the variant that they were given."""
    for variant, members in by_variant(graded, problem, submissions):
        sheets = [Sheet(submission.student, submission.sheet(problem.id)) for submission in members]
        for sheet, marks in zip(sheets, mark(variant, sheets), strict=True):
            graded.marks[sheet.student][problem.id] = marks
        graded.anew += len(sheets)


def by_variant(
    graded: Graded, problem: Problem, submissions: Sequence[Submission]
) -> Iterable[tuple[Problem, Sequence[Submission]]]:
    """The submissions to a problem, those with the same numbers together; where none can be drawn, the spec's own."""
    shared: dict[int, tuple[Problem, list[Submission]]] = {}
    for submission in submissions:
        variant = given_to(problem, submission, graded.errors)
        if variant is problem or is_form(submission.variant_of(problem.id)):
            shared.setdefault(id(variant), (variant, []))[1].append(submission)
        else:
            yield variant, [submission]
    yield from shared.values()


def given_to(problem: Problem, submission: Submission, errors: list[GraderError]) -> Problem:
    """The variant that a student was given; the spec's own givens where none can be drawn, which is told."""
    try:
        return variants.of(problem, submission.seed, submission.student, submission.variant_of(problem.id))
    except GraderError as error:
        errors.append(error)
        return problem


def run(
    submissions: Path,
    problems: Path,
    out: Path,
    *,
    fresh: bool = False,
    pages: str = "",
    mapping: Path | None = None,
    progress: Progress = silent,
) -> Graded:
    """Mark a cohort into a folder: take from the last run what has not changed and from `review.csv` what a person
    decided, mark the rest, write everything, and say what differs.

    `fresh` marks everything anew; `pages` is a format of feedback pages that are written however many students there
    are. Raises `BusyError` where another run has the folder. What cannot be written is the last of the `errors`.
    """
    graded = read(submissions, problems, progress, mapping)
    if not graded.marks or not graded.problems:
        return graded
    try:
        make_folder(out)
        with opened(out / STORE, graded.errors) as store:
            _run(graded, out, store, fresh, pages or ("md" if len(graded.marks) <= MOST_PAGES else ""), progress)
    except DocumentError as error:
        graded.errors.append(error)
    return graded


def _run(graded: Graded, out: Path, store: Store, fresh: bool, pages: str, progress: Progress) -> None:
    last = bool(store.sheets)
    specs = {id: described(problem) for id, problem in graded.problems.items()}
    sheets = mark_what_differs(graded, specs, {} if fresh else store.sheets, progress)
    reviewed = _reviewed(out / REVIEW, graded.errors)
    made = decide(reviewed or Reviewed(out / REVIEW), graded.marks, graded.problems)
    graded.errors += made.errors
    graded.waiting = made.waiting
    sheets = _with_decisions(graded, sheets, made)
    for key, kept in store.sheets.items():
        if key[1] in graded.broken and key[1] not in graded.problems and key[1] in store.specs:
            sheets[key], specs[key[1]] = kept, store.specs[key[1]]
    graded.changes = changed(store, specs, sheets) if last else None
    write(graded, out, pages, progress)
    with writing(out):
        if reviewed:
            graded.errors += write_decisions(reviewed, made)
        write_changes(out / CHANGES, graded.changes or ())
    store.write(specs, sheets)
    graded.written = True


def _reviewed(path: Path, errors: list[GraderError]) -> Reviewed | None:
    """What a person decided; None where the file cannot be used, which is then left as it is."""
    try:
        return read_reviewed(path)
    except DocumentError as error:
        errors.append(error)
        return None


def mark_what_differs(
    graded: Graded, specs: Mapping[str, Any], stored: Mapping[SheetKey, Kept], progress: Progress
) -> dict[SheetKey, Kept]:
    """Fill in all marks: those that were stored for the same spec, answers and program, and the others marked now."""
    sheets: dict[SheetKey, Kept] = {}
    for id, problem in progress(graded.problems.items(), "Marking"):
        spec, program = digest(specs[id]), program_digest()
        answers = {each.student: answers_digest(each.sheet(id), drawn_by(each, problem)) for each in graded.submissions}
        rest = []
        for submission in graded.submissions:
            key = (submission.student, id)
            kept = stored.get(key)
            if kept and (kept.digest, kept.program, kept.answers) == (spec, program, answers[submission.student]):
                graded.marks[submission.student][id] = decoded(kept.marks)
                sheets[key] = kept
            else:
                rest.append(submission)
        mark_pages(graded, problem, rest)
        for student in (each.student for each in rest):
            marks = encoded(graded.marks[student][id])
            sheets[student, id] = Kept(spec, program, answers[student], marks)
    return sheets


def drawn_by(submission: Submission, problem: Problem) -> str:
    """What a student's numbers hang on besides the name: the seed and, where the sheet says one, the variant."""
    if not problem.varies:
        return ""
    variant = submission.variant_of(problem.id)
    return (submission.seed or problem.seed) + (f"\n{variant}" if variant else "")


def _with_decisions(graded: Graded, sheets: Mapping[SheetKey, Kept], made: Decisions) -> dict[SheetKey, Kept]:
    """Put a person's marks in place of the program's; the pages with them beside."""
    final = {key: kept if kept.decided is None else replace(kept, decided=None) for key, kept in sheets.items()}
    for student, id in dict.fromkeys(key[:2] for key in made.marks):
        before = graded.marks[student][id]
        marks = Marks(made.marks.get((student, id, mark.part), mark) for mark in before)
        graded.marks[student][id] = marks
        final[student, id] = replace(final[student, id], decided=encoded(marks))
    return final


def write(graded: Graded, out: Path, pages: str, progress: Progress = silent) -> None:
    """Write `marks.jsonl`, `marks.csv` and, where a format is named, a feedback page a student.

    Raises `DocumentError` where something cannot be written.
    """
    from grader.render.environment import FORMATS, write_page
    from grader.render.feedback import SheetView, page
    from grader.render.pages import Solved

    make_folder(out)
    with writing(out):
        write_jsonl(out / "marks.jsonl", flattened(graded.marks, list(graded.problems)))
        write_csv(out / "marks.csv", graded.problems, graded.marks)
    if not pages:
        return
    folder = make_folder(out / "feedback")
    names, solved = file_names(graded.marks), Solved(pages)
    for submission in progress(graded.submissions, "Writing feedback"):
        student = submission.student
        sheets = [
            SheetView(given_to(problem, submission, []), graded.marks[student][id])
            for id, problem in graded.problems.items()
        ]
        path = folder / (names[student] + FORMATS[pages].ending)
        try:
            write_page(path, pages, page(student, sheets, pages, solved))
        except SpecError as error:
            graded.errors.append(error.at(Place(str(path))))


def file_names(students: Iterable[str]) -> Mapping[str, str]:
    """A file's name for each student: letters, digits, dots and dashes, and no two alike.

    >>> dict(file_names(["s001", "../s/1", ".._s_1"]))
    {'s001': 's001', '../s/1': 's_1', '.._s_1': 's_1-2'}
    """
    taken: set[str] = set()
    names = {}
    for student in students:
        plain = (
            "".join(c if c.isalnum() or c in "-." else "_" for c in student).strip("._").lstrip("-._")[:80] or "student"
        )
        name, count = plain, 1
        while name.casefold() in taken:
            count += 1
            name = f"{plain}-{count}"
        taken.add(name.casefold())
        names[student] = name
    return names
