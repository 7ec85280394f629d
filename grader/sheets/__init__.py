"""Sheets for a class: who gets which numbers, the code that says so, and the form that brings the answers back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from grader import variants
from grader.codes import FORMS, code, form_name, is_form, number_of
from grader.errors import GraderError, SpecError
from grader.problem import Problem
from grader.sheets.roster import Student


@dataclass(frozen=True)
class Worksheet:
    """The problems of one student, or of one form, with the numbers that were drawn for them."""

    name: str
    """What its files are called by: the student, or `form-A`."""
    problems: tuple[Problem, ...]
    student: str = ""
    """Nobody's for a form."""
    seed: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    """What the sheet says of the numbers of each problem that varies."""
    more: Mapping[str, str] = field(default_factory=dict)
    """What a roster says of the student besides."""

    @property
    def variant(self) -> str:
        """The code of the sheet: one, or all there are, in the order of the problems."""
        return " ".join(dict.fromkeys(self.codes.values()))

    @property
    def title(self) -> str:
        """The course's."""
        return next((problem.course.title for problem in self.problems if problem.course.title), "Worksheet")

    @property
    def points(self) -> Fraction:
        """Of all problems together."""
        return sum((problem.points for problem in self.problems), Fraction(0))


def for_roster(
    problems: Sequence[Problem], students: Iterable[Student], seed: str
) -> Iterator[Worksheet | GraderError]:
    """A sheet a student, no two with the same numbers in a problem as long as there are others.

    What is drawn for a student hangs on those before in the roster only through the code, from which it is drawn again.
    """
    decks = [variants.Deck(problem, seed) for problem in problems]
    for student in students:
        try:
            dealt = [deck.deal(student.name) for deck in decks]
        except GraderError as error:
            yield error
            continue
        codes = {
            deck.problem.id: code(deck.seed, student.name, number)
            for deck, (number, _) in zip(decks, dealt, strict=True)
            if deck.problem.varies
        }
        drawn = tuple(problem for _, problem in dealt)
        yield Worksheet(student.name, drawn, student.name, seed, codes, student.more)


def for_forms(problems: Sequence[Problem], seed: str, count: int) -> Iterator[Worksheet | GraderError]:
    """So many forms, A and on, no two alike as long as there are others."""
    decks = [variants.Deck(problem, seed) for problem in problems]
    for letter in FORMS[:count]:
        try:
            drawn = tuple(deck.deal(form_name(letter))[1] for deck in decks)
        except GraderError as error:
            yield error
            return
        codes = {problem.id: letter for problem in problems if problem.varies} or {"": letter}
        yield Worksheet(f"form-{letter}", drawn, "", seed, codes)


def for_student(problems: Sequence[Problem], student: str, seed: str, variant: str = "") -> Worksheet:
    """One student's sheet, as a code says it or else by their first draws.

    Raises `SpecError` where the code is not theirs, or nothing can be drawn.
    """
    if variant and not is_form(variant):
        for problem in problems:
            if problem.varies and number_of(variant, seed or problem.seed, student) is None:
                what = f"'{variant[:20]}' is not a variant of student '{student}' and seed '{seed or problem.seed}'"
                raise SpecError(what, hint="copy the three as they stand on the sheet")
    drawn = tuple(variants.of(problem, seed, student, variant) for problem in problems)
    codes = {
        problem.id: variant.strip().upper() or code(seed or problem.seed, student)
        for problem in problems
        if problem.varies and (seed or problem.seed)
    }
    return Worksheet(student or f"form-{variant.strip().upper()}", drawn, student, seed, codes)


def seed_of(problems: Iterable[Problem], stated: str = "") -> str:
    """The seed as it is stated, or else the course's.

    Raises `SpecError` where there is none and a problem varies.
    """
    varying = [problem for problem in problems if problem.varies]
    seeds = {problem.seed for problem in varying}
    if varying and not stated.strip() and "" in seeds:
        hint = "name one with --seed 42, or in course.yaml"
        raise SpecError(f"{varying[0].id} varies, and no seed says how", hint=hint)
    return stated.strip() or (seeds.pop() if len(seeds) == 1 else "")
