"""Two trees in balls at sample points: what they do at each, and whether they agree to the last digit that counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq

from grader.expression import balls, points
from grader.expression.balls import UNDEFINED, Scalar
from grader.expression.cells import SATURATES
from grader.expression.objects import Objects, elementwise
from grader.expression.points import Slot, as_balls, whole_tensor
from grader.expression.question import Question

NEITHER, AGREE, OPEN, FIRST_LACKS, SECOND_LACKS, DIFFER = range(6)
"""What two trees do at a point, by what counts more: neither has a value, … , they certainly differ."""

DIFFERS, LACKS = frozenset({DIFFER}), frozenset({FIRST_LACKS, SECOND_LACKS})

COARSE = 128  # bits at which differences are looked for
FINE = (1024, 4096, 16384)  # bits at which formulas are taken to be the same
FAR = 1e9


@dataclass(frozen=True, eq=False)
class Sample:
    """Points for the slots of a question: the values to be shown, and the same as balls."""

    slots: Sequence[Slot]
    count: int
    floats: Sequence[Any] | None = None
    """Values for each slot, `(*shape, count)`; None for the points that all comparisons have."""
    at: Sequence[int] = ()
    """Which of those."""

    def taken(self, at: Sequence[int]) -> Sample:
        """Some of the points."""
        if self.floats is None:
            return Sample(self.slots, len(at), None, [self.at[i] for i in at])
        return Sample(self.slots, len(at), [values[..., at] for values in self.floats])

    def shown(self) -> Sequence[Any]:
        """Fractions or floats for each slot."""
        return [points.ratios(slot)[..., self.at] for slot in self.slots] if self.floats is None else self.floats

    def balls(self, bits: int) -> list[Objects]:
        if self.floats is None:
            return [points.balls(slot, bits)[..., self.at] for slot in self.slots]
        with ctx.workprec(bits):
            return [
                whole_tensor(as_balls(values, slot.domain, bits), slot.domain)
                for slot, values in zip(self.slots, self.floats, strict=True)
            ]


def numbered(question: Question, at: Sequence[int]) -> Sample:
    """Some of the points that all comparisons have; a single one where there are no names."""
    return Sample(question.slots, len(at), None, at) if question.names else Sample([], 1)


class Seen:
    """Two trees at the points of a sample, at a precision."""

    def __init__(self, question: Question, sample: Sample, bits: int) -> None:
        self.question, self.sample, self.bits = question, sample, bits
        self.values = balls.run(question.program, sample.balls(bits), bits)
        self.roots = [spread(self.values[i], sample.count) for i in (question.one, question.other)]
        with ctx.workprec(bits):
            codes = judged(bits)(*self.roots)
        self.entries = codes.astype(np.int8).reshape(-1, sample.count)
        self.codes: list[int] = self.entries.max(axis=0).tolist()

    def bits_needed(self, at: Sequence[int]) -> list[float]:
        """At each of some points, how many bits it takes that nothing between is lost."""
        most = np.zeros(len(at))
        values = [value[..., at] if value.shape[-1] == self.sample.count else value for value in self.values]
        saturating = [step.operands[0] for step in self.question.program.steps if step.operation.name in SATURATES]
        with np.errstate(all="ignore"):  # of balls too wide for a float
            for size in (*map(_bits, values), *(_exponent(values[i]) for i in saturating)):
                most = np.maximum(most, size.reshape(-1, size.shape[-1]).max(axis=0).astype(float))
        return [4 * float(size) + 64 for size in most]


def spread(values: Any, count: int) -> Any:
    """Values at each of `count` points."""
    return values if values.shape[-1] == count else np.broadcast_to(values, (*values.shape[:-1], count))


def judged(bits: int) -> Callable[..., Objects]:
    """What two values do, at a precision."""
    tolerance = 2.0 ** -min(bits // 2, 900)

    def judge(a: Scalar, b: Scalar) -> int:
        if a is UNDEFINED or b is UNDEFINED:
            if a is b:
                return NEITHER
            known, code = (b, FIRST_LACKS) if a is UNDEFINED else (a, SECOND_LACKS)
            return code if type(known) is fmpq or known.is_finite() else OPEN
        off = a - b
        if type(off) is fmpq:
            return DIFFER if off != 0 else AGREE
        if off > 0 or off < 0:
            return DIFFER
        return AGREE if off.is_finite() and _small(off, a, tolerance) else OPEN

    return elementwise(judge, 2)


def _small(off: arb, value: Scalar, tolerance: float) -> bool:
    """Whether a difference that may be zero is known to many digits beside the value."""
    radius, size = float(off.rad()), abs(float(balls.ball(value).mid()))
    if math.isfinite(size) and math.isfinite(radius):
        return radius <= tolerance * (1 + size)
    return bool(off.rad() <= arb(tolerance) * abs(value))


def _bits_of(value: Scalar) -> float:
    """The size of a value, or of its reciprocal, as a power of two; 0 for what may be zero or has no value."""
    if type(value) is fmpq:
        return float(value.height_bits())
    if value is UNDEFINED or value.contains(0):
        return 0.0
    size = abs(float(value.mid()))
    if 0 < size < math.inf:
        return abs(math.log2(size))
    return abs(float(value.abs_lower().log().mid())) * 1.4427 if value.is_finite() else 0.0


def _exponent_of(value: Scalar) -> float:
    """How many bits a saturating function of a value is away from its limit."""
    return 0.0 if value is UNDEFINED else min(FAR, 3 * abs(float(balls.ball(value).mid())))


_bits, _exponent = elementwise(_bits_of), elementwise(_exponent_of)
