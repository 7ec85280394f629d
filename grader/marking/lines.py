"""The lines of a derivation in one world, where lengths such as n and d have certain values.

A side of a line holds if it equals the side before it, with every quantity written out in what the problem says of it:
for all values of the symbols, or, where the problem asks to solve for an unknown, at the true solution. What does not
hold may still follow from a wrong line before it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from grader import expression as op
from grader.errors import MisfitError, ShapeError, UnreadableError
from grader.expression import algebra
from grader.expression.algebra import Value
from grader.expression.compare import Comparison, compare_trees
from grader.expression.scope import replaced, spelled
from grader.expression.tree import Expression, Name, as_expression, names
from grader.kinds import Lines, explain
from grader.marking import words
from grader.marking.kept import Kept
from grader.marking.said import Equation, Line, Page, worst
from grader.marking.slips.diagnosis import Diagnosis
from grader.marking.slips.formulas import line_slip
from grader.marking.solving import follows_from
from grader.statements import Side, Statement, statement
from grader.vocabulary import Vocabulary, entry_by_entry, quantity

PRIME = re.compile(r"\s*(\w+)'\s*\(\s*(\w+)\s*\)\s*")
ZERO = as_expression(0)
FOLLOWING = "it comes from a line that does not hold"


class InWorld:
    """The judge of a derivation's lines in one world."""

    def __init__(self, kind: Lines, vocabulary: Vocabulary) -> None:
        self.vocabulary, self.unknown = vocabulary, spelled(kind.unknown)
        self.goals = [self.goal(text) for text in kind.results]
        self.solution = self.goal(kind.lines[-1])[0] if self.unknown else None
        self.followed = Kept[bool]()
        self.solved = Kept[dict[str, Expression]]()
        self.values, self.compared, self.slips = Kept[Value](), Kept[Comparison](), Kept[Diagnosis | None]()

    def goal(self, text: str) -> tuple[Expression, frozenset[str]]:
        """A line of the key that a derivation is to arrive at: what it comes to, and the names it is written in."""
        stated = statement(text)
        tree = stated.sides[-1].tree(self.vocabulary.with_cases(stated.together).scope())
        return tree, frozenset(names(tree))

    def valued(self) -> bool:
        """Whether the goals have values, which XᵀX without an inverse takes from them."""
        scope = self.vocabulary.scope()
        trees = [scope.expanded(tree) for tree, _ in self.goals]
        twice = [(op.plus(tree, tree), op.times(2, tree)) for tree in trees]
        return all(compare_trees(*pair, self.vocabulary.domains).verdict == "same" for pair in twice)

    def lines(self, texts: Sequence[str], decimal: str = "point") -> list[Line]:
        """The verdicts on the lines of a page."""
        page = Page(self.vocabulary, self.vocabulary.scope())
        return [self.line(page, text, decimal) for text in texts]

    def line(self, page: Page, text: str, decimal: str) -> Line:
        """The verdict on one line, after which the page holds it."""
        stated: Statement | None = None
        try:
            stated = statement(text, decimal)
            page.scope.letters = dict(self.vocabulary.with_cases(stated.together).letters)
            return self.judged(page, stated)
        except MisfitError as error:
            found = Line(text, "wrong", f"the shapes do not fit: {explain(error)}")
        except UnreadableError as error:
            found = Line(text, "unreadable", explain(error))
        except ShapeError as error:
            found = Line(text, "wrong", f"the shapes do not fit: {error.what}")
        if stated is None or not stated.goes_on:
            page.head = page.last = None if stated is None else self.start_of(page, stated)
        return found

    def start_of(self, page: Page, stated: Statement) -> Value | None:
        """What the first side of a line comes to whose rest cannot be read; None where that cannot either."""
        try:
            return self.value(page, stated.sides[0]) if len(stated.sides) > 1 else None
        except (UnreadableError, ShapeError):
            return None

    def judged(self, page: Page, stated: Statement) -> Line:
        """The verdict on a line that can be cut into sides."""
        sides = stated.sides
        if stated.goes_on and page.last is None:
            return Line(stated.text, "unreadable", "it goes on from a line that is missing or cannot be read")
        if len(sides) < 2 and not stated.goes_on:
            return Line(stated.text, "unreadable", "expected an equation, or = and what follows")
        if not stated.goes_on and (name := self.introduced(page, sides[0])):
            return self.introduce(page, name, stated)
        values = [self.value(page, side) for side in sides]
        before = None
        if stated.goes_on:
            assert page.last is not None
            values.insert(0, page.last)
        else:
            values[0] = self.laid(sides[0], values)
            page.head, before = values[0], page.before(values[0])
        found = self.chain(page, values, before)
        self.remember(page, sides[0], values, found.verdict, stated.goes_on)
        arrives = found.verdict == "correct" and not sides[-1].derives
        reached = self.reached(page, values[-1]) if arrives else frozenset()
        return replace(found, text=stated.text, reached=reached)

    def remember(self, page: Page, first: Side, values: Sequence[Value], verdict: str, goes_on: bool) -> None:
        """Note what a line says of its first side; a slope is taken for an equation, since it will be set to 0."""
        assert page.head is not None
        page.last = values[-1]
        page.say(page.head, values[-1])
        if (
            self.unknown
            and first.slope
            and not goes_on
            and verdict in {"wrong", "slip", "follows"}
            and values[-1] != ZERO
        ):
            page.equation = Equation((values[-1], ZERO), holds=False)
        if verdict != "correct" or not isinstance(values[0], Name) or not isinstance(values[-1], Expression):
            return
        if not page.introduced.keys().isdisjoint(names(values[-1])):
            page.define(values[0].name, values[-1])

    def value(self, page: Page, side: Side) -> Value:
        """What a side comes to; `L(w)` is L where the problem defines L, and `f'(x)` its derivative."""
        if prime := PRIME.fullmatch(side.text):
            side = statement(rf"\frac{{d {prime[1]}}}{{d {prime[2]}}}").sides[0]
        if side.called and (name := quantity(side)) in page.scope.definitions:
            return page.scope.values[name]
        if page.introduced:
            return side.read(page.scope)[0]
        return self.values((), (side.said, *page.scope.letters.items()), lambda: side.read(page.scope)[0])

    def laid(self, side: Side, values: Sequence[Value]) -> Value:
        """The first side; a gradient as a row where the page writes it as one, as many books do."""
        return algebra.transposed(values[0]) if side.slope and algebra.lies(values[1]) else values[0]

    def chain(self, page: Page, values: Sequence[Value], before: Value | None) -> Line:
        """The worst verdict on the steps of a chain."""
        steps = [self.step_in_chain(page, left, right, before) for left, right in itertools.pairwise(values)]
        return worst(steps)

    def step_in_chain(self, page: Page, left: Value, right: Value, before: Value | None) -> Line:
        """The verdict on one step, seen beside the first side of its chain and what was said of that before."""
        step = self.step(page, left, right)
        later = page.head is not None and left is not page.head
        if step.verdict == "wrong":
            if later and self.holds(page, page.head, right) == "same":
                return Line("", "correct", "it does not come from what stands before it", leaps=True)
            if before is not None and self.holds(page, before, right) == "same":
                return Line("", "follows", FOLLOWING)
            return self.slipped(page, left, right) or step
        if step.verdict == "correct" and later and self.holds(page, page.head, right) == "different":
            return Line("", "follows", FOLLOWING)
        return step

    def slipped(self, page: Page, left: Value, right: Value) -> Line | None:
        """What seems to have happened between two sides, if a single edit explains it."""
        meaning = page.scope.definitions.get(left.name, left) if isinstance(left, Name) else left
        if not isinstance(meaning, Expression) or not isinstance(right, Expression) or meaning.shape != right.shape:
            return None
        find = partial(line_slip, meaning, right, page.scope, page.vocabulary.domains)
        found = find() if page.introduced else self.slips((meaning, right), "", find)
        return Line("", "slip", found.sentence, slip=found.name) if found else None

    def step(self, page: Page, left: Value, right: Value) -> Line:
        """Whether two sides are the same: always, at the true solution, or where the equation before them holds."""
        found = self.same(page, left, right)
        if found.verdict == "same":
            return Line("", "correct")
        if not self.unknown:
            return refused(found)
        before, solved = page.equation, self.same(page, left, right, solved=True)
        if not (isinstance(left, Name) and left.name in page.scope.definitions):
            page.equation = Equation((left, right), solved.verdict == "same")
        astray = before is not None and not before.holds
        comes = astray and self.comes_from(page, before, (left, right))
        if solved.verdict == "same":
            return Line("", "correct", leaps=astray and not comes)
        return Line("", "follows", FOLLOWING) if comes else refused(solved)

    def comes_from(self, page: Page, before: Equation | None, sides: tuple[Value, Value]) -> bool:
        """Whether an equation holds wherever the one before it does."""
        if before is None:
            return False
        find = partial(follows_from, before.sides, sides, page.scope, page.vocabulary, self.unknown)
        return find() if page.introduced else self.followed((*before.sides, *sides), "", find)

    def holds(self, page: Page, left: Value | None, right: Value) -> str:
        """Whether two sides are `same` or `different`, always or at the true solution."""
        assert left is not None
        try:
            found = self.same(page, left, right)
            if found.verdict != "same" and self.unknown:
                found = self.same(page, left, right, solved=True)
        except ShapeError:
            return "different"
        return found.verdict

    def same(self, page: Page, left: Value, right: Value, solved: bool = False) -> Comparison:
        """Whether two sides are the same, for every value of the unknown or, if `solved`, at the true solution."""
        find = partial(self.found, page, left, right, solved)
        return find() if page.introduced else self.compared((left, right), solved, find)

    def found(self, page: Page, left: Value, right: Value, solved: bool) -> Comparison:
        """What a comparison finds by the definitions of a page."""
        one, other = algebra.paired(left, right)
        scope = page.scope
        before = scope.definitions
        if solved and self.solution is not None:
            scope.definitions = self.solved((before,), "", partial(dict, {self.unknown: self.solution} | before))
        trees = scope.expanded(one), scope.expanded(other)
        scope.definitions = before
        return compare_trees(*trees, page.vocabulary.domains)

    def introduced(self, page: Page, side: Side) -> str:
        """The name of a new quantity that a side is; empty where it says something already, or is no name."""
        name = quantity(side)
        if not name or name in page.scope.values or name.split("_")[0] in page.scope.values:
            return ""
        try:
            side.read(page.scope)
        except MisfitError:
            return ""
        except UnreadableError:
            return name
        return ""

    def introduce(self, page: Page, name: str, stated: Statement) -> Line:
        """Take a new quantity for what the line says it is."""
        values = [side.read(page.scope)[0] for side in stated.sides[1:]]
        meaning = entry_by_entry(page.vocabulary, stated)
        page.introduced[name] = algebra.whole(values[0]) if meaning is None else meaning
        page.define(name, page.introduced[name])
        page.head, page.last = values[0], values[-1]
        found = self.chain(page, values, None) if len(values) > 1 else Line("", "correct")
        return replace(found, text=stated.text)

    def reached(self, page: Page, value: Value) -> frozenset[int]:
        """The goals that a side states, in no other names than the goal's."""
        value = value.vector if isinstance(value, algebra.Row) else value
        if not isinstance(value, Expression):
            return frozenset()
        for name, meaning in reversed(page.introduced.items()):
            value = replaced(value, {name: meaning})
        said = frozenset(names(value))
        return frozenset(
            number
            for number, (goal, allowed) in enumerate(self.goals)
            if said <= allowed and goal.shape == value.shape and self.same(page, value, goal).verdict == "same"
        )


def refused(found: Comparison) -> Line:
    """The verdict on a step whose sides are not the same."""
    if found.verdict == "undecided":
        return Line("", "undecided", found.reason)
    return Line("", "wrong", words.apart(found))
