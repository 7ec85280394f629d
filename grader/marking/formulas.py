"""Formulas that students hand in: what they come to beside the key, and what to say of it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.claims import Root, Same
from grader.comparison import judged
from grader.errors import MisfitError, ShapeError, UnreadableError
from grader.expression import algebra
from grader.expression.algebra import Row, Value, whole
from grader.expression.compare import Comparison, compare_trees
from grader.expression.forms import FORMS, FormError
from grader.expression.program import Program
from grader.expression.readings import plain_of
from grader.expression.scope import replaced
from grader.expression.slope_rules import zeros
from grader.expression.tree import Expression, Name, names
from grader.kinds import explain
from grader.marking import words
from grader.marking.stated import Judgement, Own
from grader.statements import Side, Statement, statement

if TYPE_CHECKING:
    from grader.parts import Part
    from grader.problem import Problem
    from grader.solution import Solution, Step
    from grader.vocabulary import Vocabulary


def judge_formula(problem: Problem, part: Part, text: str, own: Own = ()) -> Judgement:
    """The verdict on a formula beside the key's.

    `correct` where it is the same, in the form that the part asks for; `incomplete` where it is true and not finished;
    `follows` where it is what the student's own earlier formulas lead to; `slip` where it is the same as a named
    mistake; else `wrong`, with a place where the two differ.
    """
    vocabulary = problem.vocabulary
    found = judge_in(vocabulary, problem, part, text, own)
    if vocabulary.lie and found.verdict in {"wrong", "unreadable"}:
        standing = judge_in(replace(vocabulary, lie=False), problem, part, text, own)
        return found if standing.verdict in {"wrong", "unreadable"} else standing
    return found


def judge_in(vocabulary: Vocabulary, problem: Problem, part: Part, text: str, own: Own) -> Judgement:
    """The verdict where names mean what the vocabulary says."""
    step = problem.solution[part.step]
    try:
        answer = Answer(vocabulary, step, statement(text, problem.decimal))
        if own or (key := answer.key) is None:
            return judge_answer(answer, problem, part, own)
        if (part, key) not in problem.judged:
            problem.judged[part, key] = judge_answer(answer, problem, part, own)
        return problem.judged[part, key]
    except MisfitError as error:
        return Judgement("wrong", words.misfit(explain(error), words.key_of(step)))
    except UnreadableError as error:
        return Judgement("unreadable", words.unreadable(explain(error)))


def judge_answer(answer: Answer, problem: Problem, part: Part, own: Own) -> Judgement:
    """The verdict on a formula that has been read."""
    step, vocabulary = answer.step, answer.vocabulary
    found = answer.compared(step.expression)
    if found.verdict == "same":
        return answer.finished(part)
    if found.verdict == "undecided":
        return Judgement("undecided", words.undecided(found.reason))
    answers, followed = [answer], None
    if own and (trees := own_trees(vocabulary, problem, own)) and not any(map(nothing, trees.values())):
        with suppress(MisfitError, ShapeError):  # what it names has another shape in the student's own formulas
            by_own = Answer(with_own(vocabulary, trees), step, answer.stated)
            followed = follows(by_own, trees)
            answers.append(by_own)
    if slip := followed or slipped(answers, problem.solution):
        return slip
    return Judgement("wrong", words.differs(found, words.key_of(step)))


def slipped(answers: Sequence[Answer], solution: Solution) -> Judgement | None:
    """That an answer is a named mistake, by the key's formulas or by the student's own, or one that is found."""
    from grader.marking.slips.formulas import formula_slip

    step = answers[0].step
    named = (
        slip for slip in step.slips if any(answer.compared(slip.expression).verdict == "same" for answer in answers)
    )
    empty = nothing(answers[0].scope.expanded(answers[0].tree()))
    slip = next(named, None) or (None if empty else formula_slip(answers[0], step, solution))
    return Judgement("slip", words.slipped(slip.sentence, words.key_of(step)), slip.name) if slip else None


def follows(answer: Answer, trees: Mapping[str, Expression]) -> Judgement | None:
    """That an answer is what a student's own earlier formulas lead to, by the step or by what it claims to be."""
    step = answer.step
    if isinstance(step.expression, Name) and not step.claims:
        return None
    for route in (step.expression, *(claim.of for claim in step.claims if isinstance(claim, Same))):
        if answer.compared(route).verdict == "same":
            own = plain_of(replaced(route, led_to(answer.vocabulary, trees)))
            return Judgement("follows", words.follows([*trees], own, words.key_of(step)), own=own)
    return None


def led_to(vocabulary: Vocabulary, trees: Mapping[str, Expression]) -> dict[str, Expression]:
    """A student's own formulas, and those of the page that come from them, written out down to them."""
    found: dict[str, Expression] = {}
    for name, tree in vocabulary.definitions.items():
        if name in trees:
            found[name] = trees[name]
        elif not found.keys().isdisjoint(names(tree)):
            found[name] = replaced(tree, found)
    return found


def nothing(tree: Expression) -> bool:
    """Whether a formula is zero everywhere, so that nothing is left to do in what follows from it."""
    return compare_trees(tree, zeros(tree.shape)).verdict == "same"


def own_trees(vocabulary: Vocabulary, problem: Problem, own: Own) -> dict[str, Expression]:
    """A student's own formulas in the page's symbols, by step; without those whose shapes do not fit.

    What one of them names is what the student has said of it.
    """
    trees: dict[str, Expression] = {}
    for name, text in own:
        step = problem.solution[name]
        try:
            answer = Answer(with_own(vocabulary, trees), step, statement(text, problem.decimal))
            tree = answer.scope.expanded(answer.tree())
        except (MisfitError, ShapeError):  # on own formulas before it that have another shape
            continue
        if tree.shape == step.shape:
            trees[name] = tree
    return trees


def named_in(problem: Problem, step: str, text: str) -> tuple[str, ...]:
    """What a formula that answers a step names, as it is written; nothing where it cannot be read."""
    try:
        return names(Answer(problem.vocabulary, problem.solution[step], statement(text, problem.decimal)).tree())
    except (MisfitError, ShapeError, UnreadableError):
        return ()


def with_own(vocabulary: Vocabulary, trees: Mapping[str, Expression]) -> Vocabulary:
    """The vocabulary where some steps are a student's own, in the order of the page."""
    return replace(
        vocabulary, definitions={name: trees.get(name, tree) for name, tree in vocabulary.definitions.items()}
    )


class Answer:
    """One formula that answers a step, read in the names of its page."""

    def __init__(self, vocabulary: Vocabulary, step: Step, stated: Statement) -> None:
        self.step, self.stated = step, stated
        self.unknown = next((claim.by for claim in step.claims if isinstance(claim, Root)), None)
        self.vocabulary = vocabulary
        self.scope = self.vocabulary.scope()
        if self.unknown is not None:
            solution = self.scope.expanded(step.expression)
            self.scope.definitions = {self.unknown.name: solution, **self.scope.definitions}
        self.implicit = self.is_implicit()
        self.values = [side.read(self.scope) for side in self.sides()]

    @property
    def key(self) -> Hashable | None:
        """What it says, the same for every way to write it; None where that cannot be told, or there are two."""
        trees = [value for value, ambiguous in self.values if isinstance(value, Expression) and not ambiguous]
        if len(trees) < len(self.values):
            return None
        return self.vocabulary.lie, self.implicit, Program(*trees).key

    def is_implicit(self) -> bool:
        """Whether it is an equation that the unknown solves, rather than one that says what something is."""
        sides = self.stated.sides
        return len(sides) > 1 and self.unknown is not None and not sides[0].label

    def sides(self) -> tuple[Side, ...]:
        """What is to be compared: the last side of a chain, or both of an equation to be solved."""
        return (self.stated.sides[0], self.stated.sides[-1]) if self.implicit else self.stated.sides[-1:]

    def compared(self, key: Expression) -> Comparison:
        """The answer beside a formula of the page; an equation beside its own other side, at the true solution."""
        first = self.values[0][0]
        second: Value = self.values[1][0] if self.implicit else key
        found = self._judged(first, second)
        if found.verdict == "different" and any(ambiguous for _, ambiguous in self.values):
            tight = [side.read(self.scope, tight=True)[0] for side in self.sides()]
            if self._judged(tight[0], tight[1] if self.implicit else key).verdict == "same":
                return replace(found, verdict="undecided", rule="two readings", reason=words.TWO_READINGS)
        return found

    def _judged(self, first: Value, second: Value) -> Comparison:
        """Two values beside each other; a page's vectors neither stand nor lie, so that a row is one too."""
        pair = [each.vector if isinstance(each, Row) else each for each in (first, second)]
        if self.implicit:
            try:
                pair = list(algebra.paired(*pair))
            except ShapeError as error:
                return Comparison("different", "shape", error.what)
        return judged(pair[0], pair[1], self.vocabulary, self.scope)

    def finished(self, part: Part) -> Judgement:
        """The verdict on an answer that is true: whether it is also solved for the unknown, in the form asked for."""
        if self.unknown is not None:
            held = self.implicit or self.unknown.name in names(self.scope.expanded(self.tree(), keep=self.unknown.name))
            if held and self.says_nothing(self.unknown):
                return Judgement("wrong", words.says_nothing(plain_of(self.unknown)))
            if held:
                return Judgement("incomplete", words.unsolved(plain_of(self.unknown), self.implicit))
        try:
            trouble = FORMS[part.form].holds(self.tree()) if part.form else ""
        except FormError as error:
            return Judgement("undecided", words.undecided(error.what))
        return Judgement("incomplete", words.another_form(trouble)) if trouble else Judgement("correct")

    def says_nothing(self, unknown: Name) -> bool:
        """Whether the equation holds for every value of the unknown: `w = w`."""
        self.scope.definitions = {name: tree for name, tree in self.scope.definitions.items() if name != unknown.name}
        first: Value = self.values[0][0] if self.implicit else unknown
        return self._judged(first, self.values[-1][0]).verdict == "same"

    def tree(self) -> Expression:
        return whole(self.values[-1][0])
