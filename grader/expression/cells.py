"""The cells of a formula by cases: between places where |x|, max, a comparison or a choice turns from branch to branch.

A formula is read in floats at hundreds of points: at all scales, and close to the numbers in it on both sides, so that
max(x, 1000) is seen to turn. Each row of `TURNS` says on which branch an operation is there. Balls then judge points of
every pattern of branches that was met, and all points where the floats of two formulas look different.

A new operation that turns needs a row in `TURNS`, in `JUMPS` if its value jumps there; one that has no value for some
numbers a row in `TURNS` and in `PARTIAL`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from grader import numeric
from grader.expression.program import Program, Step
from grader.expression.readings import nearest
from grader.expression.tree import Name, Number
from grader.numeric import Array

DRAWS = 600
MOST_FLOATS = 300_000  # in all steps at all points
MOST_CELLS = 48
MOST_SUSPECTS = 6
LARGEST = 1e100  # of a number in a formula near which is looked
MOST_SIZES = 40
APART = 1e-7  # of their size that two floats may differ by rounding


def _side(a: Array, **_: Any) -> Array:
    return np.sign(a)


def _sides(a: Array, b: Array) -> Array:
    return np.sign(a - b)


def _within_one(a: Array) -> Array:
    return np.sign(a - 1) + np.sign(a + 1)


def _largest_pixel(X: Array, mode: str, **_: Any) -> Array:
    return numeric.argmax(X) if mode == "max" else np.zeros(1)


TURNS: dict[str, Callable[..., Array]] = {
    "abs": _side, "relu": _side, "sign": _side, "floor": np.floor, "ceiling": np.floor, "maximum": _sides,
    "minimum": _sides, "less": _sides, "equal": _sides, "where": lambda c, a, b: np.sign(np.abs(c)),
    "max": numeric.argmax, "min": numeric.argmin, "argmax": numeric.argmax, "argmin": numeric.argmin,
    "pool": _largest_pixel, "log": _side, "sqrt": _side, "root": _side, "xlogy": lambda a, b: np.sign(b),
    "power": lambda a, b: np.sign(a), "arcsin": _within_one, "arccos": _within_one,
    "factorial": lambda a: np.sign(a + 1), "tan": lambda a: np.round(a / np.pi), "arctan": _side,
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


def whole_power(program: Program, step: Step) -> bool:
    """Whether a step is a power with a whole number for an exponent."""
    exponent = program.nodes[step.operands[1]] if step.operation.name == "power" else None
    return isinstance(exponent, Number) and exponent.value.denominator == 1


def turning(program: Program) -> list[Step]:
    """The steps that turn somewhere or have no value somewhere."""
    return [step for step in program.steps if step.operation.name in TURNS and not whole_power(program, step)]


def constants(program: Program) -> list[float]:
    """The sizes of all numbers in a formula, and of what they come to before they meet a name."""
    found = [abs(nearest(leaf.value)) for _, leaf in program.numbers]
    named = program.has_below(lambda leaf: isinstance(leaf, Name), lambda step: False)
    with np.errstate(all="ignore"):
        if any(not named[step.at] for step in program.steps):
            values = run(program, [np.full((*name.shape, 1), np.nan) for _, name in program.names])
            found += [float(abs(value)) for step in program.steps if not named[step.at] for value in values[step.at].flat]
    return found


def sizes(program: Program) -> list[float]:
    """Near which numbers a formula may turn: those in it and their negatives, roots, reciprocals, ratios and logarithms."""
    found = constants(program)
    plain = sorted({size for size in found if 1 / LARGEST < size < LARGEST and size != 1})[:12]
    more = [f(size) for size in plain for f in (math.sqrt, lambda size: 1 / size, lambda size: abs(math.log(size)))]
    ratios = [a / b for a in plain for b in plain if a != b]
    every = [*plain, *more, *ratios, *(a * b for a in plain for b in plain)]
    return list(dict.fromkeys(size for size in every if 1 / LARGEST < size < LARGEST))[:MOST_SIZES]


def run(program: Program, values: Sequence[Array]) -> list[Any]:
    """A program in floats."""
    with np.errstate(all="ignore"):
        return program.run(lambda operation: operation.numeric, lambda leaf: np.array([nearest(leaf.value)]), values)


def patterns(program: Program, steps: Sequence[Step], values: Sequence[Any], draws: int) -> npt.NDArray[np.int64]:
    """A number for each point, equal where all steps are on the same branch."""
    found = np.zeros(draws, dtype=np.int64)
    with np.errstate(all="ignore"):
        for step in steps:
            side = TURNS[step.operation.name](*[values[i] for i in step.operands], **step.options)
            rows = np.clip(np.nan_to_num(side, nan=-9), -1e9, 1e9).astype(np.int64).reshape(-1, side.shape[-1])
            for row in rows:
                found = found * 1_000_003 + row  # wraps around, which is as good
    return found


def chosen(kinds: npt.NDArray[np.int64], values: Sequence[Array], draws: int) -> list[int]:
    """A point of each kind, those of middling size, and a second one of each."""
    entries = np.concatenate([np.broadcast_to(value, (*value.shape[:-1], draws)).reshape(-1, draws) for value in values])
    with np.errstate(all="ignore"):
        far = np.abs(np.log2(np.abs(entries) + 1e-300)).max(axis=0)
    order = np.argsort(far, kind="stable")
    _, first = np.unique(kinds[order], return_index=True)
    one = order[first]
    rest = np.delete(order, first)
    _, second = np.unique(kinds[rest], return_index=True)
    return [*one[:MOST_CELLS].tolist(), *rest[second][: MOST_CELLS // 2].tolist()]


def suspects(a: Array, b: Array, draws: int) -> list[int]:
    """Points where the floats of two formulas look different, or only one is a number."""
    a, b = (np.broadcast_to(each, (*each.shape[:-1], draws)).reshape(-1, draws) for each in (a, b))
    with np.errstate(all="ignore"):
        off = np.abs(a - b) > APART * (np.abs(a) + np.abs(b))
    apart, alone = off.any(axis=0), (np.isfinite(a) != np.isfinite(b)).any(axis=0)
    return [*np.flatnonzero(apart)[:MOST_SUSPECTS].tolist(), *np.flatnonzero(alone & ~apart)[:MOST_SUSPECTS].tolist()]
