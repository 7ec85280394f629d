"""The cells of a formula by cases: between places where |x|, max, a comparison or a choice turns from branch to branch.

A formula is read in floats at hundreds of points: at all scales, close to the numbers in it on both sides, so that
max(x, 1000) is seen to turn, and ever closer to where it turns between two of those. Each row of `TURNS` says on which
branch an operation is there. Balls then judge points of every pattern of branches that was met, and points where the
floats of two formulas look different.

A new operation that turns needs a row in `TURNS`, in `JUMPS` if its value jumps there; one that has no value for some
numbers a row in `TURNS` and in `PARTIAL`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from grader import numeric
from grader.expression.points import scattered
from grader.expression.program import Program, Step
from grader.expression.question import Question
from grader.expression.readings import nearest
from grader.expression.tree import Number
from grader.numeric import Array

DRAWS, DRAWS_WHOLE = 600, 2400  # points; more where none are sought beside turns
PAIRS, SECTIONS, ROUNDS = 5, 94, 4  # lines between branches, parts they are cut into, and how often
MOST_FLOATS = 300_000  # in all steps at all points
MOST_CELLS = 48
MOST_BALLS = 6_000  # in all steps at those points
MOST_SUSPECTS = 6
LARGEST = 1e100  # of a number in a formula near which is looked
MOST_SIZES = 40
ODD = (3, 5, 7, 9)
APART = 1e-7  # of their size that two floats may differ by rounding


def _side(a: Array, **_: Any) -> Array:
    return np.sign(a)


def _sides(a: Array, b: Array) -> Array:
    return np.sign(a - b)


def _within_one(a: Array) -> Array:
    return np.sign(a - 1) + np.sign(a + 1)


TURNS: dict[str, Callable[..., Array]] = {
    "abs": _side, "relu": _side, "sign": _side, "floor": np.floor, "ceiling": np.floor, "maximum": _sides,
    "minimum": _sides, "less": _sides, "equal": _sides, "where": lambda c, a, b: np.sign(np.abs(c)),
    "max": numeric.argmax, "min": numeric.argmin, "argmax": numeric.argmax, "argmin": numeric.argmin,
    "log": _side, "sqrt": _side, "root": _side, "xlogy": lambda a, b: np.sign(b), "power": lambda a, b: np.sign(a),
    "arcsin": _within_one, "arccos": _within_one, "factorial": lambda a: np.sign(a + 1),
    "tan": lambda a: np.clip(np.round(a / np.pi), -4, 4), "arctan": _side,
}  # fmt: skip
"""From an operation's operands, in floats, on which branch it is."""

PARTIAL = frozenset({"log", "sqrt", "root", "xlogy", "power", "arcsin", "arccos", "choose", "factorial"})
"""Operations without a value for some numbers, and more than here and there."""

JUMPS = frozenset({"floor", "ceiling", "sign", "less", "equal", "where", "argmax", "argmin"})
"""Operations whose value may jump from one branch to the next."""

SATURATES = frozenset({"sigmoid", "tanh", "softmax"})
"""Operations that come exponentially near to a limit, where differences are lost early."""

BRANCHED = frozenset(TURNS) - PARTIAL - {"tan", "arctan"}
"""Operations that are one formula here and another there."""


class Drawn(NamedTuple):
    """Two trees in floats at many points."""

    floats: list[Array]
    """The names' values, in the order of the program, `(*shape, P)`."""
    kinds: Any
    """A number for each point, equal where all steps are on the same branch."""
    one: Array
    other: Array
    """The trees' entries, `(entries, P)`."""

    def at(self, points: Any) -> Drawn:
        """Some of the points."""
        return Drawn([each[..., points] for each in self.floats], self.kinds[points],
                     self.one[:, points], self.other[:, points])  # fmt: skip

    def suspects(self) -> list[int]:
        """Points where the two look different, the most different first, or where only one is a number."""
        with np.errstate(all="ignore"):
            size = np.abs(self.one) + np.abs(self.other)
            off = np.fmax.reduce(np.abs(self.one - self.other) / np.where(size, size, 1.0))
        alone = (np.isfinite(self.one) != np.isfinite(self.other)).any(axis=0)
        order = np.argsort(-off, kind="stable")[:MOST_SUSPECTS]
        return [*order[off[order] > APART].tolist(), *np.flatnonzero(alone)[:MOST_SUSPECTS].tolist()]

    def cells(self, most: int) -> list[int]:
        """A point of each kind, those of middling size, and then a second one of each."""
        entries = np.concatenate([_rows(value) for value in self.floats])
        with np.errstate(all="ignore"):
            far = np.abs(np.log2(np.abs(entries) + 1e-300)).max(axis=0)
        order = np.argsort(far, kind="stable")
        _, first = np.unique(self.kinds[order], return_index=True)
        rest = np.delete(order, first)
        _, second = np.unique(self.kinds[rest], return_index=True)
        return [*order[first[:most]].tolist(), *rest[second[: most // 2]].tolist()]


def turning(program: Program) -> list[Step]:
    """The steps that turn somewhere or have no value somewhere."""
    return [step for step in program.steps if step.operation.name in TURNS and not _whole_power(program, step)]


def jumping(program: Program) -> bool:
    """Whether values may jump, so that a difference at one point may be one there alone."""
    numbers = {at for at, _ in program.numbers}
    powers = (step.operands[1] for step in program.steps if step.operation.name == "power")
    return any(step.operation.name in JUMPS for step in program.steps) or any(at not in numbers for at in powers)


def _whole_power(program: Program, step: Step) -> bool:
    exponent = program.nodes[step.operands[1]] if step.operation.name == "power" else None
    return isinstance(exponent, Number) and exponent.value.denominator == 1


def sizes(program: Program) -> list[float]:
    """Near which numbers a formula may turn: those in it, their roots, reciprocals, logarithms, ratios and products."""
    found = constants(program)
    plain = sorted({size for size in found if 1 / LARGEST < size < LARGEST and size != 1})[:12]
    more = [f(size) for size in plain for f in (math.sqrt, lambda size: 1 / size, lambda size: abs(math.log(size)))]
    ratios = [a / b for a in plain for b in plain if a != b]
    every = [*plain, *more, *ratios, *(a * b for a in plain for b in plain)]
    return list(dict.fromkeys(size for size in every if 1 / LARGEST < size < LARGEST))[:MOST_SIZES]


def constants(program: Program) -> list[float]:
    """The sizes of all numbers in a formula, and of what they come to before they meet a name."""
    found = [abs(nearest(leaf.value)) for _, leaf in program.numbers]
    named = program.holding(lambda step: False, names=True)
    if any(not named[step.at] for step in program.steps):
        values = run(program, [np.full((*name.shape, 1), np.nan) for _, name in program.names])
        found += [float(abs(value)) for step in program.steps if not named[step.at] for value in values[step.at].flat]
    return found


def real_power(a: Array, b: Array) -> Array:
    """Powers of floats, of negative ones too where the exponent is a ratio over a small odd number."""
    value: Array = np.power(a, b)
    for below in ODD if np.isnan(value).any() else ():
        above = np.round(b * below)
        real = np.isnan(value) & (np.abs(b * below - above) < 1e-9)
        value = np.where(real, np.where(above % 2, -1.0, 1.0) * np.abs(a) ** b, value)
    return value


def real_choose(n: Array, k: Array) -> Array:
    """Binomial coefficients of floats, whole or not."""
    whole = numeric.choose(n, k)
    if not np.isnan(whole).any():
        return whole
    below = numeric.factorial(np.asarray(k)) * numeric.factorial(np.asarray(n - k))
    return np.where(np.isnan(whole), numeric.factorial(n) / below, whole)


FLOATS: dict[str, Callable[..., Array]] = {"power": real_power, "choose": real_choose}
"""What operations are in floats, where balls have a value and the NumPy column has none."""


def run(program: Program, floats: Sequence[Array]) -> list[Any]:
    """A program in floats."""
    with np.errstate(all="ignore"):
        return program.run(
            lambda operation: FLOATS.get(operation.name, operation.numeric),
            lambda leaf: np.array([nearest(leaf.value)]),
            floats,
        )


def looked_at(question: Question) -> tuple[Drawn, int, int]:
    """Points for balls to judge, those of every cell first; how many those are, and of how many that were drawn."""
    program, steps = question.program, turning(question.program)
    most = MOST_FLOATS // sum(question.work)
    draws = min(DRAWS_WHOLE if question.whole else DRAWS, most)
    far = _read(question, steps, scattered(question.slots, sizes(program), draws))
    cells = max(2, min(MOST_CELLS, MOST_BALLS // sum(question.work)))
    chosen = far.cells(cells)
    pairs = 0 if question.whole else min(PAIRS, most // (ROUNDS * SECTIONS))
    near = _joined([far.at([]), *_beside(question, steps, far, chosen, pairs)])
    fresh = near.at(~np.isin(near.kinds, far.kinds))
    found = [far.at(chosen), fresh.at(fresh.cells(cells)), far.at(far.suspects()), near.at(near.suspects())]
    return _joined(found), len(found[0].kinds) + len(found[1].kinds), len(far.kinds) + len(near.kinds)


def _rows(value: Array) -> Array:
    """All entries, a row each, the points on the last axis."""
    return value.reshape(math.prod(value.shape[:-1]), value.shape[-1])


def _joined(found: Sequence[Drawn]) -> Drawn:
    floats, *rest = zip(*found, strict=True)
    values = [np.concatenate(each, axis=-1) for each in zip(*floats, strict=True)]
    return Drawn(values, *(np.concatenate(each, axis=-1) for each in rest))


def _read(question: Question, steps: Sequence[Step], floats: list[Array]) -> Drawn:
    points = floats[0].shape[-1]
    values = run(question.program, floats)
    roots = [values[at] for at in (question.one, question.other)]
    one, other = (_rows(np.broadcast_to(root, (*root.shape[:-1], points))) for root in roots)
    kinds = np.zeros(points, dtype=np.int64)
    with np.errstate(all="ignore"):
        for step in steps:
            side = TURNS[step.operation.name](*[values[i] for i in step.operands], **step.options)
            for row in _rows(np.fmin(np.fmax(side, -1e9), 1e9).astype(np.int64)):
                kinds = kinds * 1_000_003 + row  # wraps around, which is as good
    return Drawn(floats, kinds, one, other)


_SHARES = np.array([0, *(np.arange(SECTIONS) + 0.37) / SECTIONS, 1])
"""Where a line is cut: nowhere in its middle, so that what turns at a round number is not met there."""


def _beside(question: Question, steps: Sequence[Step], far: Drawn, chosen: Sequence[int], most: int) -> list[Drawn]:
    """Points on lines between points on different branches, ever closer to the first place where the branch changes."""
    pairs = [(i, j) for i, j in itertools.pairwise(chosen) if far.kinds[i] != far.kinds[j]][:most]
    if not pairs:
        return []
    found = []
    ends = [[each[..., [pair[k] for pair in pairs]] for each in far.floats] for k in (0, 1)]
    for _ in range(ROUNDS):
        lines = [a[..., None] + (b - a)[..., None] * _SHARES for a, b in zip(*ends, strict=True)]
        some = _read(question, steps, [line.reshape(*line.shape[:-2], -1) for line in lines])
        found.append(some)
        kinds = some.kinds.reshape(len(pairs), len(_SHARES))
        turn = np.argmax(kinds[:, 1:] != kinds[:, :-1], axis=1)
        ends = [[line[..., np.arange(len(pairs)), turn + k] for line in lines] for k in (0, 1)]
    return found
