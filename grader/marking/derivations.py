"""Derivations line by line: which lines hold, which follow from the line before, and where a page first goes wrong.

A side of a line holds if it equals the side before it, with every quantity written out in what the problem says of it:
for all values of the symbols, or, where the problem asks to solve for an unknown, at the true solution. What does not
hold may still follow from a wrong line before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from grader.document import Entries, Items, Node, Text
from grader.errors import MisfitError, ShapeError, UnreadableError
from grader.expression import algebra, stack
from grader.expression.algebra import Value
from grader.expression.compare import Comparison, compare_trees
from grader.expression.scope import Scope, spelled
from grader.expression.tree import Expression, names
from grader.kinds import Lines, explain
from grader.marking import marks as words
from grader.marking.solving import follows_from
from grader.marking.stated import Judgement
from grader.statements import Side, Statement, statement
from grader.vocabulary import Vocabulary, worlds

if TYPE_CHECKING:
    from grader.parts import Part
    from grader.problem import Problem


@dataclass(frozen=True)
class Line:
    """The verdict on one line: `correct`, `follows`, `wrong`, `undecided` or `unreadable`.

    A line that is right though it does not come from the line before is `correct` and `leaps`.
    """

    text: str
    verdict: str
    reason: str = ""
    leaps: bool = False
    reached: frozenset[int] = frozenset()
    """Which of the goals it states, in the names that the goal is written in."""


@dataclass
class Page:
    """What stands on a page so far, in one world."""

    vocabulary: Vocabulary
    scope: Scope
    unknown: str = ""
    head: Value | None = None
    """The first side of the chain that a line may go on with."""
    last: Value | None = None
    equation: tuple[Value, Value] | None = None
    """The last equation between sides that differ for most values of the unknown."""
    by_name: dict[str, Value] = field(default_factory=dict)
    """What the page last said of a quantity, by how it wrote the quantity."""


def judge_derivation(problem: Problem, part: Part, node: Node) -> Judgement:
    """The verdict on a page: `correct` where all lines hold and the results are reached, `incomplete` where they are not.

    Where a line neither holds nor follows from the one before, the page is `wrong`, and the message names the first.
    """
    kind = problem.solution[part.step].kind
    assert isinstance(kind, Lines)
    texts = typed_lines(node)
    if len(texts) > MOST_LINES:
        return Judgement("unreadable", words.unreadable(f"more than {MOST_LINES} lines"))
    lines = judge_lines(kind, texts)
    cells = tuple(line.verdict for line in lines)
    first = next((i for i, line in enumerate(lines) if line.verdict not in {"correct", "follows"}), None)
    if first is None and "follows" not in cells:
        reached = frozenset[int]().union(*(line.reached for line in lines))
        missing = [kind.results[k] for k in range(len(kind.results)) if k not in reached]
        return Judgement("incomplete", words.not_reached(missing), cells=cells) if missing else Judgement("correct", cells=cells)
    verdict = "wrong" if "wrong" in cells or first is None else cells[first]
    return Judgement(verdict, told(lines), cells=cells)


def typed_lines(node: Node) -> list[str]:
    """The lines as a student handed them in: a list, a mapping with `lines`, or text with line breaks."""
    if isinstance(node, Entries):
        node = node.get("lines", Text(""))
    if isinstance(node, Items):
        return [str(line) for line in node if str(line).strip()]
    return [line for line in re.split(r"\n|\\\\(?!\w)", str(node)) if line.strip() and not ENVELOPE.fullmatch(line)]


ENVELOPE = re.compile(r"\s*\\(?:begin|end)\{\w+\*?\}\s*")
MOST_LINES = 100


def told(lines: Sequence[Line]) -> str:
    """The first line that does not follow, and what is right again after it."""
    said = []
    for number, line in enumerate(lines, start=1):
        if line.verdict in {"wrong", "undecided", "unreadable"}:
            said.append(words.line(number, line.verdict, line.reason))
    again = [number for number, line in enumerate(lines, start=1) if line.leaps]
    if again:
        said.append(words.right_again(again))
    return " ".join(said)


def judge_lines(kind: Lines, texts: Sequence[str]) -> list[Line]:
    """The verdicts on the lines of a derivation, the same in every world or else the worst of them."""
    found = [InWorld(kind, vocabulary).lines(texts) for vocabulary in vocabularies(kind)]
    return [worst(lines) for lines in zip(*found, strict=True)]


def vocabularies(kind: Lines) -> Iterator[Vocabulary]:
    """The names of a derivation with what its definitions say of them, in every world of its lengths."""
    for world in worlds(dict(kind.symbols)):
        for text in kind.definitions:
            world = defined(world, text)
        yield world


def defined(world: Vocabulary, text: str) -> Vocabulary:
    r"""The vocabulary with a quantity that a line defines: `\hat{y} = Xw`, `L(w) = …`, or entry by entry `\hat{y}_i = …`."""
    stated = statement(text)
    if len(stated.sides) < 2 or not (name := quantity(stated.sides[0])):
        return world
    named = world.scope().values.get(name)
    mark = INDEX.search(stated.sides[0].text)
    if named is not None and named.shape and mark and mark[1] in world.letters:
        entries = [
            stated.sides[-1].tree(replace(world, letters={**world.letters, mark[1]: place}).scope())
            for place in range(named.shape[0])
        ]
        return world.defining(name, stack(*entries))
    return world.defining(name, stated.sides[-1].tree(world.scope()))


INDEX = re.compile(r"_\{?([a-z])\}?\s*$")
_CALLED = re.compile(r"([^()]*)\([^()=+*/−-]*[^()=+*/−\d\s-][^()=+*/−-]*\)\s*")


def quantity(side: Side) -> str:
    """The name that a side is, without its arguments and its index; empty where it is no name."""
    if not side.named:
        return ""
    called = _CALLED.fullmatch(side.text)
    bare = INDEX.sub("", called[1] if called else side.text)
    found = [token[1] for token in statement(bare).sides[0].tokens if token[0] in "wa" and token[0]] if bare.strip() else []
    names = "".join(reversed(found)) if found[:1] and found[0] in {"hat", "bar", "tilde"} else "".join(found)
    return spelled(names) if names.replace("_", "").isalnum() else ""


ORDER = ("unreadable", "wrong", "undecided", "follows", "correct")


def worst(lines: Sequence[Line]) -> Line:
    return min(lines, key=lambda line: (ORDER.index(line.verdict), not line.leaps, len(line.reached)))


class InWorld:
    """A derivation's lines, judged where lengths have certain values."""

    def __init__(self, kind: Lines, vocabulary: Vocabulary) -> None:
        self.vocabulary, self.unknown = vocabulary, spelled(kind.unknown)
        self.goals = [self.goal(text) for text in kind.results]
        self.solution = self.goal(kind.lines[-1])[0] if self.unknown else None

    def goal(self, text: str) -> tuple[Expression, frozenset[str]]:
        """A line of the key that a derivation is to arrive at: what it comes to, and the names it is written in."""
        stated = statement(text)
        tree = stated.sides[-1].tree(self.vocabulary.with_cases(stated.together).scope())
        return tree, frozenset(names(tree))

    def lines(self, texts: Sequence[str]) -> list[Line]:
        page = Page(self.vocabulary, self.vocabulary.scope(), self.unknown)
        return [self.line(page, text) for text in texts]

    def line(self, page: Page, text: str) -> Line:
        """The verdict on one line, after which the page holds it."""
        try:
            stated = statement(text)
            page.scope.letters = dict(self.vocabulary.with_cases(stated.together).letters)
            return self.judged(page, stated)
        except MisfitError as error:
            return Line(text, "wrong", f"the shapes do not fit: {explain(error)}")
        except UnreadableError as error:
            return Line(text, "unreadable", explain(error))
        except ShapeError as error:
            return Line(text, "wrong", f"the shapes do not fit: {error.what}")

    def judged(self, page: Page, stated: Statement) -> Line:
        sides = stated.sides
        if stated.goes_on and page.last is None:
            return Line(stated.text, "unreadable", "nothing stands before the sign of equality")
        if not stated.goes_on and len(sides) > 1 and (name := self.introduced(page, sides[0])):
            return self.introduce(page, name, stated)
        values = [self.value(page, side) for side in sides]
        if not stated.goes_on:
            page.head, before = values[0], page.by_name.get(sides[0].text)
            pairs, label = list(zip(values, values[1:], strict=False)), sides[0].text
        else:
            assert page.last is not None
            before, label = page.last, ""
            pairs = list(zip([page.last, *values], values, strict=False))
        if not pairs:
            return Line(stated.text, "unreadable", "expected an equation, or = and what follows")
        found = self.chain(page, pairs, before if not stated.goes_on else None)
        page.last = values[-1]
        if label:
            page.by_name[label] = values[-1]
        reached = self.reached(page, values[-1]) if found.verdict == "correct" else frozenset()
        return Line(stated.text, found.verdict, found.reason, found.leaps, reached)

    def value(self, page: Page, side: Side) -> Value:
        """What a side comes to; `L(w)` is L where L is a quantity that the problem defines."""
        called = _CALLED.fullmatch(side.text)
        if called and (name := quantity(side)) in page.scope.definitions:
            return page.scope.values[name]
        return side.read(page.scope)[0]

    def chain(self, page: Page, pairs: Sequence[tuple[Value, Value]], before: Value | None) -> Line:
        """The worst verdict on the steps of a chain; the last side may also be right by the chain's first."""
        worst_line = Line("", "correct")
        for left, right in pairs:
            step = self.step(page, left, right)
            if step.verdict == "wrong" and page.head is not None and left is not page.head:
                truth = self.step(page, page.head, right)
                if truth.verdict == "correct":
                    step = Line("", "correct", "it does not come from what stands before it", leaps=True)
            if step.verdict == "correct" and not step.leaps and page.head is not None and left is not page.head:
                truth = self.step(page, page.head, right)
                if truth.verdict == "wrong":
                    step = Line("", "follows", "it comes from a line that does not hold")
            if step.verdict == "wrong" and before is not None and self.step(page, before, right).verdict == "correct":
                step = Line("", "follows", "it comes from a line that does not hold")
            if ORDER.index(step.verdict) < ORDER.index(worst_line.verdict) or step.leaps:
                worst_line = step
        return worst_line

    def step(self, page: Page, left: Value, right: Value) -> Line:
        """Whether two sides are the same: always, at the true solution, or where the equation before them holds."""
        found = self.same(page, left, right)
        if found.verdict == "same":
            return Line("", "correct")
        if found.verdict == "undecided":
            return Line("", "undecided", found.reason)
        if page.unknown:
            solved = self.same(page, left, right, solved=True)
            equation, page.equation = page.equation, (left, right)
            if solved.verdict == "same":
                return Line("", "correct")
            if equation is not None and follows_from(equation, (left, right), page.scope, page.vocabulary, page.unknown):
                return Line("", "follows", "it comes from a line that does not hold")
            found = solved
        return Line("", "wrong", difference(found))

    def same(self, page: Page, left: Value, right: Value, solved: bool = False) -> Comparison:
        one, other = algebra.paired(left, right)
        scope = page.scope
        before = scope.definitions
        if solved and self.solution is not None:
            scope.definitions = {page.unknown: self.solution, **before}
        trees = scope.expanded(one), scope.expanded(other)
        scope.definitions = before
        return compare_trees(*trees, page.vocabulary.domains)

    def introduced(self, page: Page, side: Side) -> str:
        """The name of a new quantity that a side is; empty where it is a known one, or no name."""
        name = quantity(side)
        return name if name and name not in page.scope.values and name.split("_")[0] not in page.scope.values else ""

    def introduce(self, page: Page, name: str, stated: Statement) -> Line:
        """Take a new quantity for what the line says it is."""
        values = [side.read(page.scope)[0] for side in stated.sides[1:]]
        page.vocabulary = page.vocabulary.defining(name, algebra.whole(values[-1]))
        letters, page.scope = page.scope.letters, page.vocabulary.scope()
        page.scope.letters = letters
        page.head = page.last = values[-1]
        pairs = list(zip(values, values[1:], strict=False))
        return self.chain(page, pairs, None) if pairs else Line(stated.text, "correct")

    def reached(self, page: Page, value: Value) -> frozenset[int]:
        """The goals that a side states, in no other names than the goal's."""
        if not isinstance(value, Expression):
            return frozenset()
        said = frozenset(names(value))
        return frozenset(
            number
            for number, (goal, allowed) in enumerate(self.goals)
            if said <= allowed and goal.shape == value.shape and self.same(page, value, goal).verdict == "same"
        )


def difference(found: Comparison) -> str:
    """Where two sides differ, with the values there."""
    if found.counterexample is None or found.values is None:
        return found.reason
    at = ", ".join(f"{name} = {value}" for name, value in found.counterexample)
    return f"at {at} the sides come to {found.values[0]} and {found.values[1]}"
