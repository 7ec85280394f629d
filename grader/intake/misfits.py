"""What a submission answers that no problem asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from grader.codes import is_form, number_of
from grader.document import Entries
from grader.errors import Place, SubmissionError, did_you_mean
from grader.intake.records import Submission
from grader.problem import Problem

MOST_KEPT = 10_000
"""Different ways of answering some of the steps that are remembered."""


class Misfits:
    """What submissions answer that no problem asks: an error each, with what may have been meant.

    Of a problem whose own spec is `broken` nothing is said: its author has been told. Which steps are answered is
    looked at once for all students who answer the same ones. `ids` are the names that may have been meant, where
    walking over the problems would read their specs.
    """

    def __init__(
        self, problems: Mapping[str, Problem], broken: Collection[str] = (), ids: Collection[str] | None = None
    ) -> None:
        self.problems, self.broken, self.ids = problems, broken, problems if ids is None else ids
        self._asked: set[tuple[str, tuple[str, ...] | None]] = set()

    def of(self, submission: Submission) -> Sequence[SubmissionError]:
        """What is wrong with one submission, most often nothing."""
        found = list(_foreign_variants(submission, self.problems)) if submission.variant else []
        for problem, steps in submission.answers.items():
            answered = problem, tuple(steps) if isinstance(steps, dict) else None
            if answered in self._asked:
                continue
            wrong = list(self._wrong(submission, problem, steps))
            if answered[1] and not wrong and len(self._asked) < MOST_KEPT:
                self._asked.add(answered)
            found += wrong
        return found

    def _wrong(self, submission: Submission, problem: str, steps: object) -> Iterator[SubmissionError]:
        if problem in self.broken:
            return
        place = Place(submission.place.file, submission.line_of(problem), f"answers.{problem}")
        if problem not in self.problems:
            yield SubmissionError(f"unknown problem '{problem}'", place, did_you_mean(problem, self.ids))
        elif isinstance(steps, dict):
            yield from _unknown_steps(self.problems[problem], steps, place)
        elif steps:
            yield SubmissionError("expected a mapping of steps to answers", place, "write them as w_1: 0.524")


def misfits(
    submission: Submission, problems: Mapping[str, Problem], broken: Collection[str] = ()
) -> Sequence[SubmissionError]:
    """What one submission answers that no problem asks."""
    return Misfits(problems, broken).of(submission)


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


def _unknown_steps(problem: Problem, steps: Mapping[str, object], place: Place) -> Iterable[SubmissionError]:
    for step in steps:
        if step not in problem.solution:
            here = place.within(step, steps.line_of(step) if isinstance(steps, Entries) else None)
            yield SubmissionError(f"'{problem.id}' has no step '{step}'", here, did_you_mean(step, problem.solution))
