"""Two trees in balls at sample points: where they differ, where only one has a value, or that no point tells them apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import arb, ctx, fmpq

from grader.expression import balls, cells, points
from grader.expression.balls import UNDEFINED, Scalar
from grader.expression.domains import WHOLE
from grader.expression.objects import Objects, elementwise
from grader.expression.points import POINTS, SHOWN, Slot, as_balls, whole_tensor
from grader.expression.question import Comparison, Question
from grader.expression.tree import Shape, by

NEITHER, AGREE, OPEN, FIRST_LACKS, SECOND_LACKS, DIFFER = range(6)
"""What two trees do at a point, by what counts more: neither has a value, … , they certainly differ."""

COARSE = 128  # bits at which differences are looked for
FINE = (1024, 4096, 16384)  # bits at which formulas are taken to be the same
SLOWNESS = {1024: 5, 4096: 35, 16384: 400}  # of a function, in microseconds
LONGEST = 5_000  # microseconds at one precision
COARSE_WORK = 24_000  # operations on entries at all points
FEW = 5  # random points that are looked at first
ENOUGH, ENOUGH_WHOLE = 3, 6  # points at which nothing is left open
FAR = 1e9


@dataclass(frozen=True, eq=False)
class Sample:
    """Points for the slots of a question: the values to be shown, and the same as balls."""

    slots: Sequence[Slot]
    count: int
    floats: Sequence[npt.NDArray[Any]] | None = None
    """Values for each slot, `(*shape, count)`; None for the points that all comparisons have."""
    at: Sequence[int] = ()
    """Which of those."""

    def taken(self, at: Sequence[int]) -> Sample:
        """Some of the points."""
        if self.floats is None:
            return Sample(self.slots, len(at), None, [self.at[i] for i in at])
        return Sample(self.slots, len(at), [values[..., at] for values in self.floats])

    def shown(self) -> Sequence[npt.NDArray[Any]]:
        """Fractions or floats for each slot."""
        return [points.ratios(slot)[..., self.at] for slot in self.slots] if self.floats is None else self.floats

    def balls(self, bits: int) -> list[Objects]:
        if self.floats is None:
            return [points.balls(slot, bits)[..., self.at] for slot in self.slots]
        found = []
        with ctx.workprec(bits):
            for slot, values in zip(self.slots, self.floats, strict=True):
                found.append(whole_tensor(as_balls(values, slot.domain, bits), slot.domain))
        return found


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

    def bits_needed(self) -> list[float]:
        """At each point, how many bits it takes that nothing between is lost."""
        most = np.zeros(self.sample.count)
        sizes = [_bits(value) for value in self.values]
        for size in (*sizes, *(_exponent(self.values[i]) for i in self.question.saturating)):
            most = np.maximum(most, size.reshape(-1, size.shape[-1]).max(axis=0).astype(float))
        return [4 * size + 64 for size in most.tolist()]


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


def by_balls(question: Question) -> Comparison | None:
    """The verdict of balls."""
    if not question.names:
        return of_constants(question)
    work = sum(question.work)
    some = range(SHOWN + FEW if work * (SHOWN + FEW) <= COARSE_WORK else SHOWN + 1)
    settled: list[int] = []
    for at in (some, range(len(some), POINTS if work * POINTS <= 2 * COARSE_WORK else len(some))):
        if not at:
            break
        seen = Seen(question, Sample(question.slots, len(at), None, at), COARSE)
        generic = [i for i, point in enumerate(at) if point >= SHOWN]
        if found := proof(seen, generic):
            return found
        if question.turns:
            return in_cells(seen, generic)
        found = settle(seen, generic)
        if isinstance(found, Comparison):
            return found
        settled += found
        if len(settled) >= enough(question):
            break
    return conclusion(question, len(settled))


def enough(question: Question) -> int:
    """At how many points nothing must be left open."""
    return ENOUGH_WHOLE if question.whole else ENOUGH


def proof(seen: Seen, generic: Sequence[int]) -> Comparison | None:
    """That the two differ for certain; `generic` points stand for many around them."""
    own = [seen.codes[i] for i in generic]
    if DIFFER in own or (DIFFER in seen.codes and not seen.question.jumps):
        return difference(seen, "balls")
    lacking = [code for code in own if code in (FIRST_LACKS, SECOND_LACKS)]
    return hole(seen) if len(lacking) >= 2 else None


def conclusion(question: Question, settled: int) -> Comparison:
    """That the two are the same, if there are points enough."""
    if settled < enough(question):
        return question.undecided("too few of the points that were tried have a value that is sure", settled)
    return Comparison("same", "balls", points=settled, domain=question.domain, chance=2.0 ** -(FINE[0] // 2))


def settle(seen: Seen, at: Sequence[int]) -> Comparison | list[int]:
    """At which of the points the two are the same with nothing left open, or a proof that they differ."""
    agreed = [i for i in at if seen.codes[i] == AGREE]
    wanted = enough(seen.question)
    settled: list[int] = []
    for some in (agreed[:wanted], agreed[wanted:]):
        found = settled_among(seen, some) if some and len(settled) < wanted else []
        if isinstance(found, Comparison):
            return found
        settled += found
    return settled


def settled_among(seen: Seen, at: Sequence[int]) -> Comparison | list[int]:
    """As `settle`, of these points and no more than can be had in time."""
    question, settled = seen.question, []
    hard = sum(w for step, w in zip(question.program.steps, question.work, strict=True) if not step.operation.rational)
    rest = list(at)
    for bits in FINE:
        cost = hard * SLOWNESS[bits] + sum(question.work)
        rest = rest[: LONGEST // max(1, cost)]
        if not rest:
            break
        closer = Seen(question, seen.sample.taken(rest), bits)
        if DIFFER in closer.codes:
            return difference(closer, "balls")
        found = list(zip(rest, closer.codes, closer.bits_needed(), strict=True))
        settled += [i for i, code, needed in found if code == AGREE and needed <= bits]
        rest = [i for i, code, needed in found if bits < needed <= FINE[-1] or (code == OPEN and needed <= bits)]
    return settled


def in_cells(seen: Seen, generic: list[int]) -> Comparison:
    """Formulas that turn, or have no value everywhere: in every cell that floats meet."""
    question = seen.question
    program, steps = question.program, cells.turning(question.program)
    if any(not 1 / cells.LARGEST < abs(leaf.value) < cells.LARGEST for _, leaf in program.numbers if leaf.value):
        return question.undecided("a formula by cases with numbers too large or too small")
    draws = min(cells.DRAWS, cells.MOST_FLOATS // sum(question.work))
    floats = points.scattered(question.slots, cells.sizes(program), draws)
    values = cells.run(program, floats)
    kinds = cells.patterns(program, steps, values, draws)
    chosen = cells.chosen(kinds, floats, draws)
    suspects = cells.suspects(values[question.one], values[question.other], draws)
    there = Seen(question, Sample(question.slots, draws, floats).taken([*chosen, *suspects]), COARSE)
    if found := proof(there, range(there.sample.count)):
        return found
    if any(code in (FIRST_LACKS, SECOND_LACKS) for code in (*(seen.codes[i] for i in generic), *there.codes)):
        return question.undecided("one of them may have no value where the other has one")
    settled = settle(seen, generic)
    if isinstance(settled, Comparison):
        return settled
    return cell_by_cell(there, kinds[chosen].tolist(), len(settled))


def cell_by_cell(there: Seen, kinds: Sequence[int], settled: int) -> Comparison:
    """Whether every kind of cell has a point that leaves nothing open, or no value of either, or is far out."""
    fine = {kind for kind, code in zip(kinds, there.codes, strict=False) if code == NEITHER}
    points_settled = 0
    for first in (True, False):
        seen_kinds: set[int] = set()
        some = []
        for i, kind in enumerate(kinds):
            if kind not in fine and (kind in seen_kinds) != first:
                some.append(i)
            seen_kinds.add(kind)
        found = settled_among(there, some)
        if isinstance(found, Comparison):
            return found
        fine |= {kinds[i] for i in found}
        points_settled += len(found)
    near = [needed <= FINE[0] for needed in there.bits_needed()]
    if any(kind not in fine and close for kind, close in zip(kinds, near, strict=False)):
        reason = "in some of the cases the two could not be told apart nor shown to be the same"
        return there.question.undecided(reason)
    return conclusion(there.question, settled + points_settled)


def of_constants(question: Question) -> Comparison:
    """Two numbers."""
    for bits in (COARSE, 512, 2048, 8192):
        seen = Seen(question, Sample([], 1), bits)
        code = seen.codes[0]
        if code == DIFFER:
            return difference(seen, "balls")
        if code in (FIRST_LACKS, SECOND_LACKS):
            return hole(seen)
        if code == NEITHER:
            return question.undecided("neither has a value")
        if code == AGREE and bits > COARSE and seen.bits_needed()[0] <= bits:
            return Comparison("same", "balls", points=1, chance=2.0 ** -min(bits // 2, 900))
    return question.undecided("the two agree as far as they were computed")


def example(question: Question, rule: str) -> Comparison | None:
    """A place in small numbers where two trees certainly differ."""
    at = range(SHOWN + 2)
    seen = Seen(question, Sample(question.slots, len(at), None, at) if question.names else Sample([], 1), COARSE)
    return difference(seen, rule) if DIFFER in seen.codes else None


def at_one_point(question: Question, bits: int) -> Comparison | None:
    """That two trees differ at a random point, if they do."""
    sample = Sample(question.slots, 1, None, [SHOWN]) if question.names else Sample([], 1)
    seen = Seen(question, sample, min(bits, FINE[1]))
    return difference(seen, "balls") if DIFFER in seen.codes else None


def difference(seen: Seen, rule: str) -> Comparison:
    """The first point where the two differ."""
    point = seen.codes.index(DIFFER)
    place = int(np.flatnonzero(seen.entries[:, point] == DIFFER)[0])
    shape = seen.roots[0].shape[:-1]
    index = tuple(int(i) for i in np.unravel_index(place, shape)) if shape else ()
    reason = f"entry {by([i + 1 for i in index]).replace('×', ',')} differs" if index else ""
    return told(seen, rule, reason, point, index)


def hole(seen: Seen) -> Comparison:
    """The first point where only one of the two has a value."""
    point = next(i for i, code in enumerate(seen.codes) if code in (FIRST_LACKS, SECOND_LACKS))
    which = ("first", "second")[seen.codes[point] - FIRST_LACKS]
    place = int(np.flatnonzero(seen.entries[:, point] == seen.codes[point])[0])
    shape = seen.roots[0].shape[:-1]
    index = tuple(int(i) for i in np.unravel_index(place, shape)) if shape else ()
    at = ", ".join(f"{name} = {value}" for name, value in shown_at(seen, point))
    reason = f"the {which} has no value{' at ' if at else ''}{at}, and the other has one"
    return told(seen, "undefined", reason, point, index)


def told(seen: Seen, rule: str, reason: str, point: int, index: tuple[int, ...]) -> Comparison:
    """A difference with its evidence."""
    values = texts(*(root[(*index, point)] for root in seen.roots))
    example = shown_at(seen, point) or None
    return Comparison("different", rule, reason, example, values, seen.sample.count, seen.question.domain)


def shown_at(seen: Seen, point: int) -> tuple[tuple[str, str], ...]:
    """A point as names and values to be read, in the order of the names."""
    named = zip(seen.question.program.names, seen.sample.shown(), strict=True)
    found = [(name.name, nested([ratio(v) for v in values[..., point].flat], name.shape)) for (_, name), values in named]
    return tuple(sorted(found))


def nested(entries: Sequence[str], shape: Shape) -> str:
    """Entries, row by row, as a number, a list or a list of lists."""
    if not shape:
        return entries[0]
    step = len(entries) // shape[0]
    rows = [nested(entries[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]
    return f"[{', '.join(rows)}]"


def ratio(value: Any) -> str:
    """A number to be read: as it is where that is short."""
    exact = Fraction(*value.as_integer_ratio())
    return str(exact) if exact.denominator <= 8 and abs(exact) < 10**6 else f"{float(value):.6g}"


def texts(a: Scalar, b: Scalar) -> tuple[str, str]:
    """Two values to six digits, or to so many that they differ."""
    for digits in (6, 12, 20, 40, 80):
        found = text(a, digits), text(b, digits)
        if found[0] != found[1]:
            return found
    return found


def text(value: Scalar, digits: int) -> str:
    """A value to so many digits, without zeros that say nothing."""
    if value is UNDEFINED:
        return "no value"
    if type(value) is fmpq and value.q == 1 and abs(value) < 10**15:
        return str(value)
    written: str = balls.ball(value).str(digits, radius=False)
    mantissa, mark, exponent = written.partition("e")
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + mark + exponent
