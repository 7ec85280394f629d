"""The author's own tests of a problem, `tests:` in its spec: pages of answers and the verdicts that they deserve.

Either a page as a submission has it, or single answers to a step, each handed in by itself::

    tests:
      - why: the bracket is lost in the fourth slope
        answers: {grad_w_4: 3.864}
        verdicts: {grad_w_4: wrong}
      - w_1: {"0.524": correct, "0.476": {slip: uphill, credit: 0.5}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.document import Entries, Items, Node, Text
from grader.errors import Place, SpecError, did_you_mean
from grader.families.givens import shown
from grader.parts import VERDICTS, Part, read_amount
from grader.solution import Solution

PAGE = ("why", "answers", "verdicts")
EXPECTED = ("verdict", "slip", "credit")
EXAMPLE = "write - answers: {w_1: 0.5} and verdicts: {w_1: wrong}"


@dataclass(frozen=True)
class Expected:
    """What an author expects of a mark: its verdict, and where they say so the slip and the credit."""

    verdict: str
    slip: str = ""
    credit: Fraction | None = None
    line: int | None = None


@dataclass(frozen=True)
class Case:
    """A page of answers, and what is expected of its marks by part; `name` is where it stands, as `tests.1`."""

    name: str
    answers: Mapping[str, Node]
    expected: Mapping[str, Expected]
    why: str = ""


def read_tests(node: Node | None, solution: Solution, parts: Sequence[Part], place: Place) -> tuple[Case, ...]:
    """The cases in their order.

    Raises `SpecError` for what is no step, no verdict or not asked.
    """
    if node is None:
        return ()
    if not isinstance(node, Items):
        raise SpecError("expected a list of tests", place, EXAMPLE)
    reader = Reader(solution, tuple(part.step for part in parts))
    return tuple(
        case for k, each in enumerate(node, start=1) for case in reader.cases(each, place.within(str(k), each.line))
    )


@dataclass(frozen=True)
class Reader:
    """Reads tests in the names of a solution, of which some steps are asked."""

    solution: Solution
    asked: tuple[str, ...]

    def cases(self, node: Node, place: Place) -> Iterator[Case]:
        """One page, or a page for each answer of the short form."""
        if not isinstance(node, Entries) or not node:
            raise SpecError("expected a mapping with answers and verdicts", place, EXAMPLE)
        why = node.get("why", Text(""))
        if not isinstance(why, Text):
            raise SpecError("expected text", place.within("why", node.line_of("why")))
        if "answers" in node or "verdicts" in node:
            yield self.page(node, why.strip(), place)
        else:
            yield from self.singles(node, why.strip(), place)

    def page(self, node: Entries, why: str, place: Place) -> Case:
        """Answers by step and verdicts by part."""
        for key in node:
            if key not in PAGE:
                raise SpecError(f"unknown key '{key}'", place.within(key, node.line_of(key)), did_you_mean(key, PAGE))
        answers = mapping(node, "answers", place)
        for step in answers:
            self.known(step, place.within(f"answers.{step}", answers.line_of(step)))
        verdicts = mapping(node, "verdicts", place)
        if not verdicts:
            raise SpecError("expected verdicts", place, "write verdicts: {w_1: correct}")
        expected = {}
        for part, value in verdicts.items():
            here = place.within(f"verdicts.{part}", verdicts.line_of(part))
            expected[self.part(part, here)] = read_expected(value, here)
        return Case(place.path, answers, expected, why)

    def singles(self, node: Entries, why: str, place: Place) -> Iterator[Case]:
        """Answers to a step, each alone on its page."""
        for step, answers in node.items():
            if step == "why":
                continue
            here = place.within(step, node.line_of(step))
            self.part(step, here)
            if not isinstance(answers, Entries) or not answers:
                hint = f'write {step}: {{"0.524": correct}}'
                raise SpecError(f"expected a mapping of answers to verdicts, got {shown(answers)}", here, hint)
            for answer, value in answers.items():
                line = answers.line_of(answer)
                expected = read_expected(value, here.within(f"'{answer}'", line))
                yield Case(place.path, {step: Text(answer, line)}, {step: expected}, why)

    def known(self, step: str, place: Place) -> str:
        if step not in self.solution:
            raise SpecError(f"no step '{step}' in this solution", place, did_you_mean(step, self.solution))
        return step

    def part(self, step: str, place: Place) -> str:
        if self.known(step, place) not in self.asked:
            raise SpecError(f"'{step}' is not asked, so that it has no verdict", place, "add it to ask")
        return step


def mapping(node: Entries, key: str, place: Place) -> Entries:
    value = node.get(key, Entries())
    if not isinstance(value, Entries):
        raise SpecError(f"expected a mapping of steps, got {shown(value)}", place.within(key, node.line_of(key)))
    return value


def read_expected(node: Node, place: Place) -> Expected:
    """A verdict, or a mapping with it; a slip's name alone means the verdict slip."""
    if isinstance(node, Text):
        return Expected(read_verdict(node, place), line=place.line)
    if not isinstance(node, Entries) or not node:
        raise SpecError(f"expected a verdict, got {shown(node)}", place, "write slip, or {verdict: slip, credit: 0.5}")
    for key in node:
        if key not in EXPECTED:
            here = place.within(key, node.line_of(key))
            raise SpecError(f"unknown key '{key}'", here, did_you_mean(key, EXPECTED))
    verdict, slip = node.get("verdict", Text("slip")), str(node.get("slip", ""))
    if "verdict" not in node and not slip:
        raise SpecError("expected a verdict", place, "write {verdict: wrong, credit: 0}")
    if slip and verdict != "slip":
        raise SpecError(f"a mark with the verdict {verdict} names no slip", place, "leave out one of them")
    credit = read_credit(node["credit"], place.within("credit")) if "credit" in node else None
    return Expected(read_verdict(verdict, place), slip, credit, place.line)


def read_credit(node: Node, place: Place) -> Fraction:
    credit = read_amount(node, place, "a credit from 0 to 1")
    if credit > 1:
        raise SpecError(f"expected a credit from 0 to 1, got '{node}'", place)
    return credit


def read_verdict(node: Node, place: Place) -> str:
    if not isinstance(node, Text) or node not in VERDICTS:
        raise SpecError(f"unknown verdict {shown(node)}", place, did_you_mean(str(node), VERDICTS))
    return str(node)
