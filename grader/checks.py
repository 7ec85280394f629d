"""The author's tests of a problem: two readings, proofs, full marks for the key, every page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.document import Node, from_python
from grader.errors import GraderError, Place, SpecError
from grader.expression import Expression, latex_of, numeric
from grader.kinds import Lines, Numbers
from grader.marking import Sheet, mark
from grader.problem import Problem
from grader.solution import Step

AGREEMENT = 1e-9  # between the exact and the numeric reading, relative


@dataclass
class Checked:
    """What was checked of one problem, and what is wrong with it."""

    steps: int = 0
    proofs: int = 0
    slips: int = 0
    pages: int = 0
    errors: list[GraderError] = field(default_factory=list)


def check(problem: Problem) -> Checked:
    """Check one problem."""
    checked = Checked()
    for name, step in problem.solution.items():
        place = Place(problem.path, path=name)
        difference = problem.solution.agreement(name)
        checked.steps += 1
        if not difference <= AGREEMENT:
            what = f"the exact and the numeric value differ by {difference:.3g}"
            checked.errors.append(SpecError(what, place, "this is a defect of the program; please report it"))
        if step.claims:
            checked.proofs += len(step.claims)
            if not problem.solution.prove(name):
                what = "what the step claims of its formula (a derivative, a root, an equal) could not be proved"
                hint = (
                    "mend the claim if it is the spec's own; if not, this is a defect of the program: please report it"
                )
                checked.errors.append(SpecError(what, place, hint))
    checked.errors += key_earns_all(problem)
    checked.slips = slips_are_found(problem)
    checked.pages = bring_out_pages(problem)
    return checked


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


def bring_out_pages(problem: Problem) -> int:
    """Make every page in every format, and count them."""
    from grader.render import pages

    made = [make(problem, format) for make in (pages.key, pages.worksheet) for format in ("md", "tex")]
    return len([*made, pages.solution(problem)])
