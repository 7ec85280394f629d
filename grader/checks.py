"""The author's tests of a problem: two readings, proofs, full marks for the key, every page, tests, draws."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader import variants
from grader.author_tests import Case, Expected
from grader.document import Node, from_python
from grader.errors import GraderError, Place, SpecError, UnreadableError
from grader.expression import Expression, latex_of, numeric
from grader.kinds import Lines, Numbers
from grader.marking import Sheet, mark
from grader.marking.answers import as_typed
from grader.marking.marks import Mark, one_line
from grader.problem import Problem
from grader.solution import Step

AGREEMENT = 1e-9  # between the exact and the numeric reading, relative
CREDIT_STEP = 1e-9  # two credits that are less than this apart are the same
DRAWS = 20  # of a problem that varies
LONGEST_ANSWER = 60  # characters of an answer that a message shows


@dataclass
class Checked:
    """What was checked of one problem, and what is wrong with it."""

    steps: int = 0
    proofs: int = 0
    slips: int = 0
    pages: int = 0
    tests: int = 0
    draws: int = 0
    space: int = 1
    errors: list[GraderError] = field(default_factory=list)


def check(problem: Problem, draws: int = DRAWS) -> Checked:
    """Check one problem, and so many draws of it if it varies."""
    checked = Checked(steps=len(problem.solution))
    checked.errors += readings_agree(problem)
    for name, step in problem.solution.items():
        checked.proofs += len(step.claims)
        if step.claims and not problem.solution.prove(name):
            what = "what the step claims of its formula (a derivative, a root, an equal) could not be proved"
            hint = "mend the claim if it is the spec's own; if not, this is a defect of the program: please report it"
            checked.errors.append(SpecError(what, Place(problem.path, path=name), hint))
    checked.errors += key_earns_all(problem)
    checked.slips = slips_are_found(problem)
    unread = prose_reads(problem)
    checked.errors += unread
    checked.pages = 0 if unread else bring_out_pages(problem)
    checked.tests = sum(len(case.expected) for case in problem.tests)
    checked.errors += cases_hold(problem)
    checked.space = variants.space(problem)
    if problem.varies:
        checked.draws, errors = draws_are_well_posed(problem, draws)
        checked.errors += errors
    return checked


def readings_agree(problem: Problem) -> list[GraderError]:
    """The exact and the numeric reading of every step must be the same value."""
    off = {name: problem.solution.agreement(name) for name in problem.solution}
    return [
        SpecError(
            f"the exact and the numeric value differ by {difference:.3g}",
            Place(problem.path, path=name),
            "this is a defect of the program; please report it",
        )
        for name, difference in off.items()
        if not difference <= AGREEMENT
    ]


def draws_are_well_posed(problem: Problem, draws: int) -> tuple[int, list[GraderError]]:
    """Draw for so many students: the readings must agree and the key must earn all. How many were drawn, and errors.

    The first draw at fault is told, with what was drawn; requirements hold by the way draws are made.
    """
    for number in range(1, draws + 1):
        try:
            drawn = variants.draw(problem, "check", str(number))
        except GraderError as error:
            return number - 1, [error]
        if found := [*readings_agree(drawn), *key_earns_all(drawn)]:
            with_numbers = one_line({path: as_typed(node) for path, node in drawn.drawn.items()})
            what = f"with {with_numbers}: {found[0].place.path}: {found[0].what}"
            place = Place(problem.path, problem.spec.line_of("vary"), "vary")
            return number, [SpecError(what, place, found[0].hint or "leave such numbers out with require or not")]
    return draws, []


def cases_hold(problem: Problem) -> list[GraderError]:
    """What the author's own tests expect must be what the marks say."""
    marked = mark(problem, [Sheet(case.name, case.answers) for case in problem.tests])
    return [
        SpecError(f"{shown_answer(case, part)} {disagreement}", Place(problem.path, expected.line, case.name), case.why)
        for case, marks in zip(problem.tests, marked, strict=True)
        for part, expected in case.expected.items()
        if (disagreement := compared(marks[part], expected))
    ]


def compared(found: Mark, expected: Expected) -> str:
    """What a mark says and what the spec expects, where these differ; else nothing."""
    if found.verdict != expected.verdict or (expected.slip and found.slip != expected.slip):
        wanted = in_words(expected.verdict, expected.slip)
        return f"is marked {in_words(found.verdict, found.slip)}, the spec expects {wanted}"
    if expected.credit is not None and abs(found.credit - float(expected.credit)) > CREDIT_STEP:
        return f"is marked {found.verdict} with credit {found.credit:g}, the spec expects {float(expected.credit):g}"
    return ""


def in_words(verdict: str, slip: str | None) -> str:
    return f"{verdict} ({slip})" if slip else verdict


def shown_answer(case: Case, part: str) -> str:
    """A part and what was handed in for it."""
    answer = case.answers.get(part)
    if answer is None:
        return f"{part}, which is not answered,"
    text = one_line(as_typed(answer))
    return f"{part} = {text if len(text) <= LONGEST_ANSWER else text[: LONGEST_ANSWER - 1] + '…'}"


def key_earns_all(problem: Problem) -> list[GraderError]:
    """Every part must have a value, and the key, handed in to the last digit, must earn every point."""
    (marks,) = mark(problem, [Sheet("key", key_answers(problem))])
    errors: list[GraderError] = []
    for each in marks:
        place = Place(problem.path, path=f"ask.{each.part}")
        value = problem.solution.arrays.get(each.part)
        if value is not None and not np.isfinite(value).all():
            what = "this step has no value for these givens (a division by zero, or a singular matrix)"
            hint = (
                f"it comes from {', '.join(sorted(problem.solution.roots(each.part)))}: change one, or ask another step"
            )
            errors.append(SpecError(what, place, hint))
        elif each.verdict != "correct" and not read_by_a_person(problem, each.part, each.verdict):
            errors.append(SpecError(f"the key's own value is marked {each.verdict}", place))
    return errors


def read_by_a_person(problem: Problem, part: str, verdict: str) -> bool:
    """Whether a mark waits for a person as it should: prose does, lines that cannot be judged should not."""
    return verdict == "review" and problem.solution[part].kind.judge == "person"


def slips_are_found(problem: Problem) -> int:
    """Hand in each slip's own value, and count those that are found; one that comes out as the key cannot be."""
    found = 0
    for part in problem.parts:
        step = problem.solution[part.step]
        for slip in step.slips:
            (marks,) = mark(
                problem, [Sheet("slip", {part.step: from_python(handed_in(problem, step, slip.expression))})]
            )
            found += marks[part.step].verdict == "slip"
    return found


def key_answers(problem: Problem) -> dict[str, Node]:
    """The key as a student would hand it in."""
    steps = (problem.solution[part.step] for part in problem.parts)
    return {step.name.name: from_python(handed_in(problem, step, step.expression)) for step in steps}


def handed_in(problem: Problem, step: Step, expression: Expression) -> Any:
    """An expression as an answer: numbers to the last digit, words, a formula as LaTeX, a derivation's lines."""
    if isinstance(step.kind, Lines):
        return list(step.kind.lines)
    if step.kind.judge:
        return latex_of(expression)
    value = numeric(expression, problem.solution.arrays)[..., 0]
    return value if isinstance(step.kind, Numbers) else step.kind.show(value)


def prose_reads(problem: Problem) -> list[GraderError]:
    """What the problem's author and its family wrote must be prose whose mathematics every page can set."""
    from grader.render.prose import prose

    errors: list[GraderError] = []
    for place, text in written(problem):
        try:
            prose(text)
        except UnreadableError as error:
            errors.append(SpecError(error.what, place))
    return errors


def written(problem: Problem) -> Iterator[tuple[Place, str]]:
    """All prose of a problem and its solution, with where it stands."""
    spec, root = problem.spec, Place(problem.path)
    yield root.within("statement", spec.line_of("statement")), problem.statement
    for hint in problem.hints:
        yield root.within("hints", spec.line_of("hints")), hint
    given = root.within("given", spec.line_of("given"))
    for paragraph in problem.solution.question:
        yield given, paragraph
    for name, step in problem.solution.items():
        for text in (step.sentence, *step.key, *(slip.sentence for slip in step.slips)):
            yield given._replace(path=name), text


def bring_out_pages(problem: Problem) -> int:
    """Make every page in every format, PDF as far as its source, and count them."""
    from grader.render import pages

    made = [make(problem, format) for make in (pages.key, pages.worksheet) for format in ("md", "tex", "html", "pdf")]
    return len([*made, pages.solution(problem)])


def summary(checked: Checked) -> str:
    """What was checked, in numbers.

    >>> summary(Checked(steps=31, proofs=10, slips=52, pages=9, tests=1, draws=20, space=136080))
    '31 steps by both readings, 10 proofs, 52 slips, 9 pages, 1 test, 20 draws of 136,080'
    """
    counts = [
        f"{counted(checked.steps, 'step')} by both readings",
        counted(checked.proofs, "proof"),
        counted(checked.slips, "slip"),
        counted(checked.pages, "page"),
    ]
    if checked.tests:
        counts.append(counted(checked.tests, "test"))
    if checked.space > 1:
        counts.append(f"{counted(checked.draws, 'draw')} of {many(checked.space)}")
    return ", ".join(counts)


def counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def many(count: int) -> str:
    """A number for people, a power of ten where it is long.

    >>> many(136080), many(3**40)
    ('136,080', 'about 10^19')
    """
    return f"{count:,}" if count < 10**9 else f"about 10^{math.log10(count):.0f}"
