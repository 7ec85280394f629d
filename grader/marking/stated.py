"""Answers that state something, a formula or a derivation: judged text by text, and marked."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from grader.claims import Put, Same, written_out
from grader.document import Node, Text
from grader.expression import Expression, names
from grader.marking import words
from grader.marking.answers import as_typed
from grader.marking.marks import Body
from grader.parts import Part
from grader.problem import Problem
from grader.solution import Step


@dataclass(frozen=True)
class Judgement:
    """A verdict on one answer as a whole, with what the student reads."""

    verdict: str
    message: str | None = None
    slip: str | None = None
    cells: tuple[str, ...] | None = None
    """For a derivation a verdict a line."""
    own: str | None = None
    """What the student's own earlier formulas lead to."""
    arrives: bool = True
    """Whether a derivation reaches its results."""


Own = tuple[tuple[str, str], ...]
"""A student's own earlier formulas that are not the key's, by step, as typed."""


class Texts:
    """Judges what students state, each distinct text once for what it rests on."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.parts = problem, {part.step: part for part in problem.parts}
        self._judged: dict[tuple[str, str, Own], Judgement] = {}
        self._named: dict[tuple[str, str], tuple[str, ...]] = {}
        self.putting = [name for name, step in problem.solution.items() if puts(step)]

    def __call__(self, step: str, answers: Mapping[str, Node]) -> Judgement:
        """The verdict on one answer of a student's."""
        node = answers.get(step)
        own = self.own(step, answers)
        key = (step, "" if node is None else repr(as_typed(node)), own)
        if key not in self._judged:
            if len(self._judged) >= MOST_KEPT:
                self._judged.clear()
            part = self.parts.get(step) or Part(step)
            found = self._judged[key] = judged(self.problem, part, node, own)
            return found
        return self._judged[key]

    def own(self, step: str, answers: Mapping[str, Node]) -> Own:
        """The student's own earlier formulas that a step rests on and that are not the key's, in order."""
        solution, found = self.problem.solution, set[str]()
        pending = [*rests_on(solution[step])]
        while pending:
            name = pending.pop()
            if name not in solution or name in found:
                continue
            if solution[name].kind.judge == "formula" and (text := str(answers.get(name, "")).strip()):
                if self(name, answers).verdict in OFF:
                    found.add(name)
                pending += self.named(name, text)
            else:
                pending += rests_on(solution[name])
        return tuple((name, str(answers[name])) for name in solution if name in found)

    def named(self, step: str, text: str) -> tuple[str, ...]:
        """The earlier formulas that a student's own formula names."""
        from grader.marking.formulas import named_in

        if (step, text) not in self._named:
            if len(self._named) >= MOST_KEPT:
                self._named.clear()
            before = itertools.takewhile(lambda name: name != step, self.problem.solution)
            used = named_in(self.problem, step, text)
            self._named[step, text] = tuple(name for name in before if name in used)
        return self._named[step, text]

    @property
    def formulas(self) -> list[str]:
        """The steps that take formulas."""
        return [name for name, step in self.problem.solution.items() if step.kind.judge == "formula"]

    def put(self, answers: Mapping[str, Node]) -> Own:
        """The student's own earlier formulas that are not the key's and that later steps put values into."""
        found = {each: None for step in self.putting for each in self.own(step, answers)}
        return tuple(found)


MOST_KEPT = 20_000  # judgements of a problem
MOST_PROBLEMS = 64  # whose judgements are kept
_TEXTS: dict[int, Texts] = {}


def texts_of(problem: Problem) -> Texts:
    """What judges the texts that answer a problem, with what it judged before."""
    if id(problem) not in _TEXTS:
        if len(_TEXTS) >= MOST_PROBLEMS:
            _TEXTS.clear()
        _TEXTS[id(problem)] = Texts(problem)
    return _TEXTS[id(problem)]


OFF = frozenset({"wrong", "slip", "follows"})
"""The verdicts on a formula that is not the key's."""


def puts(step: Step) -> Put | None:
    """What a step says of the formulas that it puts values into."""
    return next((claim for claim in step.claims if isinstance(claim, Put)), None)


def own_formulas(problem: Problem, own: Own) -> dict[str, Expression]:
    """The steps that put values into formulas, with a student's own in place of the key's."""
    from grader.marking.formulas import own_trees

    formulas = written_out(problem.solution, own_trees(problem.vocabulary, problem, own))
    putting = {name: claim for name, step in problem.solution.items() if (claim := puts(step))}
    return {name: claim.tree(formulas) for name, claim in putting.items()}


def rests_on(step: Step) -> Iterator[str]:
    """What a step names, in its formula, in the formula that it puts values into, or in another way to it."""
    yield from step.uses
    for claim in step.claims:
        if isinstance(claim, Same | Put):
            yield from names(claim.of)


def judged(problem: Problem, part: Part, node: Node | None, own: Own = ()) -> Judgement:
    """The verdict on what one student typed."""
    if node is None or not str(node).strip() or not as_typed(node):
        return Judgement("blank", words.blank())
    return JUDGES[problem.solution[part.step].kind.judge](problem, part, node, own)


def _formula(problem: Problem, part: Part, node: Node, own: Own) -> Judgement:
    from grader.marking.formulas import judge_formula

    if not isinstance(node, Text):
        return Judgement("unreadable", words.unreadable("expected a formula, got a list or a mapping"))
    return judge_formula(problem, part, str(node), own)


def _derivation(problem: Problem, part: Part, node: Node, own: Own) -> Judgement:
    from grader.marking.derivations import judge_derivation

    return judge_derivation(problem, part, node)


def _person(problem: Problem, part: Part, node: Node, own: Own) -> Judgement:
    return Judgement("review", words.review())


JUDGES: dict[str, Callable[[Problem, Part, Node, Own], Judgement]] = {
    "formula": _formula, "derivation": _derivation, "person": _person,
}  # fmt: skip
"""Who judges, by what a kind of answer asks for."""


def body_of(problem: Problem, part: Part, node: Node | None, found: Judgement) -> Body:
    """The mark that a judgement earns."""
    return Body(
        part=part.step,
        verdict=found.verdict,
        credit=float(earned_by(problem, found)),
        points=float(part.points),
        answer=None if node is None else as_typed(node),
        expected=words.key_of(problem.solution[part.step]) if found.verdict != "correct" else None,
        own=found.own,
        slip=found.slip,
        message=found.message,
        cells=list(found.cells) if found.cells else None,
    )


def earned_by(problem: Problem, found: Judgement) -> Fraction:
    """The share of the points; of a derivation that goes wrong, the share of its lines that are right.

    One that does not arrive earns no more than one that is only not finished.
    """
    if not found.cells or found.verdict not in {"wrong", "slip", "incomplete"}:
        return problem.credit(found.verdict)
    share = sum((problem.credit(cell) for cell in found.cells), Fraction(0)) / len(found.cells)
    arrives = found.arrives and found.verdict != "incomplete"
    return share if arrives else min(share, problem.credit("incomplete"))
