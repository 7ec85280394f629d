"""A run's files while its portions come in: written as they come, and again where what comes changes the first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.intake.reviewed import Reviewed
from grader.run.changes import Comparison
from grader.run.cohort import Portion
from grader.run.decisions import Decisions
from grader.run.last import LastRun
from grader.run.outputs import Feedback, Final, Outputs, final_of
from grader.run.records import Spec
from grader.run.session import Session

MOST_PAGES = 1000  # feedback pages that are written without being asked for


class Files:
    """The drafts of a run's files, for the problems that were handed in so far.

    Everybody has marks on every problem that somebody handed in. So where another problem turns up, or a student hands
    in again, what was written so far is given up, and all is written at the end, from what the store holds.
    """

    def __init__(self, out: Path, session: Session, reviewed: Reviewed | None, format: str) -> None:
        self.out, self.session, self.reviewed, self.format = out, session, reviewed, format
        self.last = LastRun(session.store)
        self._outputs: Outputs | None = None
        self._stale = False
        self._few: list[Final] = []

    def add(self, portion: Portion) -> None:
        """Write what becomes of a portion, the last one that the session took in."""
        if self._stale:
            return
        if self._outputs is None:
            self._outputs = self._begun()
        elif list(self._outputs.problems) != self.session.problems() or self.session.cohort.torn:
            self._give_up()
            return
        self._write(self._outputs, portion)

    def _begun(self) -> Outputs:
        problems = {id: self.session.folder[id] for id in self.session.problems()}
        comparison = None
        if self.last:
            broken = self.session.folder.broken
            comparison = Comparison(self.last, self.specs(), self.session.program, broken)
        return Outputs(self.out, problems, self.reviewed, comparison)

    def _write(self, outputs: Outputs, portion: Portion) -> None:
        if not portion.counts.any():
            return
        final = outputs.add(self.session.pages(portion, list(outputs.problems)))
        if outputs.tally.students <= MOST_PAGES:
            self._few.append(final)
        else:
            self._few.clear()

    def _give_up(self) -> None:
        self._stale = True
        self._few.clear()
        if self._outputs is not None:
            self._outputs.drop()
        self._outputs = None

    def whole(self) -> Outputs | None:
        """The drafts with everybody in them; None where nobody handed in anything that can be marked."""
        if self._stale:
            self._outputs = self._begun()
            for portion in self.session.cohort:
                self._write(self._outputs, portion)
        return self._outputs if self._outputs and self._outputs.problems and self._outputs.tally.students else None

    def specs(self) -> dict[str, Spec]:
        """What the marks in the files come from, by problem."""
        return {id: self.session.specs[id] for id in self.session.problems()}

    def everybody(self) -> Iterator[str]:
        """The students who count."""
        for portion in self.session.cohort:
            yield from self.session.students(portion.counting())

    def feedback(self, outputs: Outputs) -> Feedback | None:
        """Write a page a student, where a format was asked for or the students are few."""
        if not self.format and outputs.tally.students > MOST_PAGES:
            return None
        pages = Feedback(self.out, self.format or "md", outputs.problems)
        for final in self._few or self._again(outputs):
            pages.write(final)
        return pages

    def _again(self, outputs: Outputs) -> Iterator[Final]:
        decisions = Decisions(outputs.reviewed)
        for portion in self.session.cohort:
            if portion.counts.any():
                yield final_of(self.session.pages(portion, list(outputs.problems)), outputs.problems, decisions)

    def drop(self) -> None:
        """Leave what was there where it has not been replaced."""
        if self._outputs is not None:
            self._outputs.drop()
