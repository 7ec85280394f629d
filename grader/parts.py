"""The parts of a problem: the steps it asks for, what each is worth, how near and in what form an answer must be."""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.document import Entries, Node, Text
from grader.errors import Place, SpecError, UnreadableError, did_you_mean
from grader.expression import read_numeral
from grader.expression.forms import FORMS
from grader.families.givens import Whole, read_whole
from grader.solution import Solution

CREDIT = {
    "correct": Fraction(1),
    "rounded": Fraction(1),
    "follows": Fraction(1),
    "slip": Fraction(1, 2),
    "incomplete": Fraction(1, 2),
}
"""The share of a step's points that a verdict earns unless the course or the problem says otherwise; 0 for the rest."""

ROUND = "round"  # beside the verdicts in a policy

LARGEST = 10**300  # of a number that marking works with, so that it has a float

VERDICTS = (*CREDIT, "wrong", "blank", "unreadable", "undecided", "review")


@dataclass(frozen=True)
class Part:
    """A step that is asked for: its points, and how near an answer must come.

    Without `within`, `decimals` or `digits` an answer may be off by 0.1%, or agree to the digits given where these are
    at least 3 significant ones. `within` is a share of the key's size (`0.1%`) or an amount (`0.05`).
    A formula may have to be in a `form`, such as `expanded`.
    """

    step: str
    points: Fraction = Fraction(1)
    share: float | None = None
    amount: float | None = None
    decimals: int | None = None
    digits: int | None = None
    form: str = ""


def read_ask(node: Node | None, solution: Solution, place: Place) -> tuple[Part, ...]:
    """The parts in the order of the solution. A name counts before a pattern, a later pattern before an earlier one."""
    if node is None:
        return tuple(Part(step) for step in solution)
    if not isinstance(node, Entries):
        raise SpecError("expected a mapping of steps to points, such as yhat_1: 1", place)
    asked: dict[str, Part] = {}
    for key in sorted(node, key=lambda key: key in solution):
        here = place.within(key, node.line_of(key))
        found = [key] if key in solution else fnmatch.filter(solution, key)
        if not found:
            raise SpecError(f"no step '{key}' in this solution", here, did_you_mean(key, solution))
        asked |= {str(step): read_part(str(step), node[key], here) for step in found}
    return tuple(asked[step] for step in solution if step in asked)


def read_part(step: str, node: Node, place: Place) -> Part:
    if isinstance(node, Text):
        return Part(step, read_amount(node, place, "points"))
    if not isinstance(node, Entries):
        raise SpecError("expected points, or a mapping such as {points: 2, within: 0.1%}", place)
    allowed = ("points", "within", "decimals", "digits", "form")
    for key in node:
        if key not in allowed:
            raise SpecError(f"unknown key '{key}'", place.within(key, node.line_of(key)), did_you_mean(key, allowed))
    values: dict[str, Any] = {}
    for key, value in node.items():
        here = place.within(key, node.line_of(key))
        if key == "within":
            text = str(value).strip()
            amount = read_amount(Text(text.removesuffix("%"), node.line), here, "a share such as 0.1% or an amount")
            values |= {"share": float(amount / 100)} if text.endswith("%") else {"amount": float(amount)}
        elif key == "points":
            values["points"] = read_amount(value, here, "points")
        elif key == "form":
            values["form"] = read_form(value, here)
        else:
            values[str(key)] = read_whole(value, here, Whole(0))
    return Part(step, **values)


def read_form(node: Node, place: Place) -> str:
    if str(node) not in FORMS:
        raise SpecError(f"unknown form '{node}'", place, did_you_mean(str(node), FORMS))
    return str(node)


def read_amount(node: Node, place: Place, expects: str) -> Fraction:
    try:
        value = read_numeral(node).value if isinstance(node, Text) else Fraction(-1)
    except UnreadableError:
        value = Fraction(-1)
    if not 0 <= value < LARGEST:
        raise SpecError(f"expected {expects}, a number of at least 0, got '{node}'", place)
    return value


def read_policy(node: Node | None, place: Place) -> dict[str, Fraction]:
    """Credit by verdict, each between 0 and 1, for `wrong` down to −1; and `round`, what a total is a multiple of."""
    if node is None:
        return {}
    if not isinstance(node, Entries):
        raise SpecError("expected a mapping of verdicts to credit, such as follows: 1", place)
    policy = {}
    for verdict, credit in node.items():
        here = place.within(verdict, node.line_of(verdict))
        if verdict == ROUND:
            policy[ROUND] = read_amount(credit, here, "what totals are rounded to, such as 0.5")
        elif verdict in VERDICTS:
            policy[str(verdict)] = read_credit(credit, here, penalty=verdict == "wrong")
        else:
            raise SpecError(f"unknown verdict '{verdict}'", here, did_you_mean(verdict, (*VERDICTS, ROUND)))
    return policy


def read_credit(node: Node, place: Place, penalty: bool) -> Fraction:
    """A share of a step's points; where a penalty is allowed, down to −1."""
    expects = f"a credit from {'-1' if penalty else '0'} to 1"
    typed = str(node).strip()
    minus = penalty and typed[:1] in tuple("-−") and typed[1:2] not in tuple("+-−")
    size = read_amount(Text(typed[1:], node.line) if minus else node, place, expects)
    if size > 1:
        raise SpecError(f"expected {expects}, got '{node}'", place)
    return -size if minus else size


def total(earned: Iterable[Fraction], points: Fraction, step: Fraction = Fraction(0)) -> Fraction:
    """What is earned in all, exactly: never below zero, and rounded to the nearest multiple of `step`, halves up.

    Rounding gives no more than what there is to earn.

    >>> total([Fraction(1, 10), Fraction(2, 10)], Fraction(1))
    Fraction(3, 10)
    >>> total([Fraction(5, 4)], Fraction(3), Fraction(1, 2)), total([Fraction(-1)], Fraction(3))
    (Fraction(3, 2), Fraction(0, 1))
    """
    whole = max(exact_sum(earned), Fraction(0))
    return min(math.floor(whole / step + Fraction(1, 2)) * step, points) if step else whole


def exact_sum(numbers: Iterable[Fraction]) -> Fraction:
    """A sum of many fractions of few denominators, each denominator's numerators first.

    >>> exact_sum([Fraction(1, 3), Fraction(1, 2), Fraction(2, 3)])
    Fraction(3, 2)
    """
    numerators: dict[int, int] = {}
    for number in numbers:
        numerators[number.denominator] = numerators.get(number.denominator, 0) + number.numerator
    return sum((Fraction(numerator, below) for below, numerator in numerators.items()), Fraction(0))
