"""Two trees in balls at sample points: where they differ, where one has no value, or that no point tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.expression import cells
from grader.expression.evidence import difference, hole, rounded
from grader.expression.points import SHOWN, last_point
from grader.expression.question import Comparison, Question
from grader.expression.samples import (
    AGREE,
    COARSE,
    DIFFER,
    DIFFERS,
    FINE,
    LACKS,
    NEITHER,
    OPEN,
    Sample,
    Seen,
    numbered,
)

SLOWNESS = {1024: 5, 4096: 35, 16384: 400}  # of a function, in microseconds
LONGEST = 5_000  # microseconds at one precision
COARSE_WORK = 24_000  # operations on entries at all points
FEW = 5  # random points that are looked at first
ENOUGH, ENOUGH_WHOLE = 3, 6  # points at which nothing is left open
PRECISIONS = (COARSE, 512, 2048, 8192)  # for two numbers


def by_balls(question: Question) -> Comparison:
    """The verdict of balls."""
    if not question.names:
        return of_constants(question)
    work = sum(question.work)
    last = last_point(question.slots)
    some = range(min(last, SHOWN + FEW if work * (SHOWN + FEW) <= COARSE_WORK else SHOWN + 1))
    settled = 0
    for at in (some, range(len(some), last if work * last <= 2 * COARSE_WORK else len(some))):
        if not at:
            break
        seen = Seen(question, numbered(question, at), COARSE)
        generic = [i for i, point in enumerate(at) if point >= SHOWN]
        if found := proof(seen, generic):
            return found
        if cells.turning(question.program):
            return in_cells(seen, generic)
        more = settle(seen, generic)
        if isinstance(more, Comparison):
            return more
        settled += len(more)
        if settled >= enough(question):
            break
    return conclusion(question, settled)


def enough(question: Question) -> int:
    """At how many points nothing must be left open."""
    return ENOUGH_WHOLE if question.whole else ENOUGH


def proof(seen: Seen, generic: Sequence[int]) -> Comparison | None:
    """That the two differ for certain; `generic` points stand for many around them."""
    own = [seen.codes[i] for i in generic]
    alone = not seen.question.whole and cells.jumping(seen.question.program)
    if DIFFER in own or (DIFFER in seen.codes and not alone):
        return difference(rounded(seen, DIFFERS), "balls")
    return hole(rounded(seen, LACKS)) if sum(code in LACKS for code in own) >= 2 else None


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


def settled_among(seen: Seen, at: Sequence[int], precisions: Sequence[int] = FINE) -> Comparison | list[int]:
    """As `settle`, of these points and no more than can be had in time."""
    question = seen.question
    settled: list[int] = []
    hard = sum(w for step, w in zip(question.program.steps, question.work, strict=True) if not step.operation.rational)
    rest = list(at)
    for bits in precisions:
        rest = rest[: LONGEST // max(1, hard * SLOWNESS[bits] + sum(question.work))]
        if not rest:
            break
        closer = Seen(question, seen.sample.taken(rest), bits)
        if DIFFER in closer.codes:
            return difference(closer, "balls")
        found = list(zip(rest, closer.codes, closer.bits_needed(), strict=True))
        settled += [i for i, code, needed in found if code == AGREE and needed <= bits]
        rest = [i for i, code, needed in found if bits < needed <= precisions[-1] or (code == OPEN and needed <= bits)]
    return settled


def in_cells(seen: Seen, generic: Sequence[int]) -> Comparison:
    """Formulas that turn, or have no value everywhere: in every cell that floats meet."""
    question = seen.question
    numbers = (abs(leaf.value) for _, leaf in question.program.numbers if leaf.value)
    if any(not 1 / cells.LARGEST < number < cells.LARGEST for number in numbers):
        return question.undecided("a formula by cases with numbers too large or too small")
    here, chosen, draws = cells.looked_at(question)
    there = Seen(question, Sample(question.slots, len(here.kinds), here.floats), COARSE)
    if found := proof(there, range(there.sample.count)):
        return hole(seen) if found.rule == "undefined" and LACKS & {*seen.codes} else found
    if LACKS & {*(seen.codes[i] for i in generic), *there.codes}:
        return question.undecided("one of them may have no value where the other has one")
    settled = settle(seen, generic)
    if isinstance(settled, Comparison):
        return settled
    found = cell_by_cell(there, here.kinds[:chosen].tolist(), len(settled))
    return replace(found, chance=0.99**draws) if found.verdict == "same" else found


def cell_by_cell(there: Seen, kinds: Sequence[int], settled: int) -> Comparison:
    """Whether every kind of cell has a point that leaves nothing open, or no value of either, or is far out."""
    fine = {kind for kind, code in zip(kinds, there.codes, strict=False) if code == NEITHER}
    firsts = {kind: i for i, kind in reversed(list(enumerate(kinds)))}
    for again in (False, True):
        some = [i for i, kind in enumerate(kinds) if kind not in fine and (firsts[kind] != i) == again]
        found = settled_among(there, some, FINE[:2])
        if isinstance(found, Comparison):
            return found
        fine |= {kinds[i] for i in found}
        settled += len(found)
    rest = {i for i, kind in enumerate(kinds) if kind not in fine}
    if rest and any(needed <= FINE[0] for i, needed in enumerate(there.bits_needed()) if i in rest):
        reason = "in some of the cases the two could not be told apart nor shown to be the same"
        return there.question.undecided(reason)
    return conclusion(there.question, settled)


def of_constants(question: Question) -> Comparison:
    """Two numbers."""
    for bits in PRECISIONS:
        seen = Seen(question, numbered(question, ()), bits)
        code = seen.codes[0]
        if code == DIFFER:
            return difference(seen, "balls")
        if code in LACKS:
            return hole(seen)
        if code == NEITHER:
            return question.undecided("neither has a value")
        if code == AGREE and bits > COARSE and seen.bits_needed()[0] <= bits:
            return Comparison("same", "balls", points=1, chance=2.0 ** -min(bits // 2, 900))
    return question.undecided("the two agree as far as they were computed")
