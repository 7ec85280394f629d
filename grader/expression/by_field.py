"""Two trees at random points of the finite field: whether they are the same whatever the functions in them are.

Equal residues mean the same formula but for the chance that random points hide a difference, at most the degree over
the prime at each point (Schwartz 1980, Zippel 1979). Where numbers could be so large that they vanish modulo the prime,
balls look too. Unequal residues prove a difference if the formulas are rational, and nothing if they are not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flint import fmpq

from grader.expression import field, points
from grader.expression.cells import BRANCHED, PARTIAL
from grader.expression.evidence import difference
from grader.expression.field import P
from grader.expression.objects import Objects
from grader.expression.points import SHOWN
from grader.expression.program import Step
from grader.expression.question import Comparison, Question
from grader.expression.samples import COARSE, DIFFER, FINE, Seen, numbered

TRIES = 3
LARGEST_CHANCE = 1e-12  # that equal residues are accepted with
SAFE_BITS = 60  # up to which no coefficient can be a multiple of the prime

_DIVISOR = {"divide": 1, "solve": 0, "inverse": 0, "power": 0}


def by_field(question: Question) -> Comparison | None:
    """The verdict of the field; None where it has none."""
    values = residues(question)
    if values is None:
        return None
    a, b = values[question.one], values[question.other]
    if any(difference != 0 for difference in (a - b).flat):
        if not all(is_rational(step, values) for step in question.program.steps):
            return None
        rule = "field" if question.names else "numbers"
        reason = "they differ as ratios of polynomials"
        return seen_apart(question, range(SHOWN + 1), COARSE, rule) or Comparison(
            "different", rule, reason, domain=question.domain
        )
    if all(type(value) is fmpq for value in (*a.flat, *b.flat)):
        return Comparison("same", "numbers", points=1)
    size = growth(question, values)
    chance = min(1.0, 2 * size / P) ** a.shape[-1]
    if chance > LARGEST_CHANCE or not places_agree(question, values):
        return None
    if size >= SAFE_BITS and (found := seen_apart(question, [SHOWN], bits_of_numbers(question), "balls")):
        return found
    return Comparison("same", "field", points=a.shape[-1], domain=question.domain, chance=chance)


def seen_apart(question: Question, at: Sequence[int], bits: int, rule: str) -> Comparison | None:
    """That two trees certainly differ at one of the points, if they do."""
    seen = Seen(question, numbered(question, at), bits)
    return difference(seen, rule) if DIFFER in seen.codes else None


def residues(question: Question) -> list[Any] | None:
    """The residues at every place of the program; None where denominators vanish at every try."""
    for attempt in range(TRIES):
        try:
            return field.run(question.program, [points.residues(slot, attempt) for slot in question.slots])
        except ZeroDivisionError:
            continue
    return None


def is_rational(step: Step, values: Sequence[Objects]) -> bool:
    """Whether a step makes a ratio of polynomials of its operands."""
    if step.operation.name != "power":
        return step.operation.rational
    return all(type(exponent) is fmpq and exponent.q == 1 for exponent in values[step.operands[1]].flat)


def growth(question: Question, values: Sequence[Objects]) -> int:
    """A bound on the degree of both trees and on the bits of their coefficients."""
    program = question.program
    sizes = [1] * len(program.nodes)
    for at, number in program.numbers:
        sizes[at] = number.value.numerator.bit_length() + number.value.denominator.bit_length() - 1
    for step, work in zip(program.steps, question.work, strict=True):
        if step.operation.name == "power":
            exponents = (exponent for exponent in values[step.operands[1]].flat if type(exponent) is fmpq)
            times = max((abs(int(exponent.p)) for exponent in exponents), default=1)
            sizes[step.at] = times * sizes[step.operands[0]]
            continue
        entries = max(1, math.prod(program.nodes[step.at].shape))
        sizes[step.at] = -(-work // entries) * (1 + sum(sizes[i] for i in step.operands))
    return sizes[question.one] + sizes[question.other]


def bits_of_numbers(question: Question) -> int:
    """At how many bits no number in the trees gets lost beside another."""
    ratios = [leaf.value for _, leaf in question.program.numbers]
    return min(FINE[1], 256 + 4 * sum(each.numerator.bit_length() + each.denominator.bit_length() for each in ratios))


def places_agree(question: Question, values: Sequence[Objects]) -> bool:
    """Whether two trees that are the same in the field surely have values at the same places."""
    steps = question.program.steps
    partial = [step for step in steps if step.operation.name in PARTIAL and not is_rational(step, values)]
    branched = [step for step in steps if step.operation.name in BRANCHED]
    if branched:
        by_cases = question.program.holding(lambda step: step.operation.name in BRANCHED)
        divisors = (step.operands[_DIVISOR[step.operation.name]] for step in steps if step.operation.name in _DIVISOR)
        if partial or any(by_cases[i] for i in divisors):
            return False
    return not partial or _found(question.one, question, partial, values) == _found(
        question.other, question, partial, values
    )


def _found(root: int, question: Question, partial: Sequence[Step], values: Sequence[Objects]) -> set[Any]:
    """What in a tree may have no value: the residues of it."""
    reached = question.program.reached(root)
    return {tuple(field.residue(value) for value in values[step.at].flat) for step in partial if reached[step.at]}
