"""Verdicts for a whole cohort: each step is evaluated once on the key's values and once on the students' own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grader.errors import ShapeError
from grader.expression import Expression, numeric, shape_with
from grader.expression.tree import Shape
from grader.kinds import BLANK, READ, UNREADABLE
from grader.marking.answers import Column
from grader.numeric import Array
from grader.parts import Part
from grader.solution import Solution, Step

CODES = ("correct", "follows", "slip", "wrong", "blank", "unreadable")
"""Verdicts by their codes in an array."""

CORRECT, FOLLOWS, SLIP, WRONG, NOTHING, UNREAD = range(len(CODES))

SHARE = 1e-3  # of the key's size, unless the problem says otherwise
DIGITS = 3  # significant, unless the problem says otherwise
NOISE = 1e-12  # of binary arithmetic, relative to the largest entry


@dataclass(frozen=True)
class Judged:
    """One step for a cohort: a verdict an entry, `(…, N)`, and for each student the slip that was made, from 1."""

    codes: np.ndarray
    slips: np.ndarray


@np.errstate(all="ignore")
def near(column: Column, target: Array, part: Part, exact: bool = False) -> np.ndarray:
    """Where answers equal the target within what the problem allows, or to the digits given where these suffice."""
    if exact and bool(np.all(target == np.round(target))):
        return np.asarray(column.values == target)
    off = np.abs(column.values - target)
    size = np.abs(target)
    noise = NOISE * np.maximum(
        1.0, np.max(size, axis=tuple(range(size.ndim - 1)), initial=0.0, where=np.isfinite(size))
    )
    if part.decimals is not None:
        allowed = np.full_like(size, 0.5 * 10.0**-part.decimals)
    elif part.digits is not None:
        allowed = 0.5 * 10.0 ** (magnitude(target) + 1 - part.digits)
    else:
        allowed = SHARE * size
    if part.share is not None or part.amount is not None:
        stated = (part.share or 0.0) * size + (part.amount or 0.0)
        allowed = stated if part.decimals is None and part.digits is None else np.maximum(stated, allowed)
    within = off <= allowed * (1 + 1e-9) + noise
    rounded = off <= column.half_units * (1 + 1e-9) + noise
    same = (column.values == target) | (np.isnan(column.values) & np.isnan(target))
    return np.asarray(np.where(np.isfinite(target), within | (rounded & enough(column, part)), same))


def enough(column: Column, part: Part) -> np.ndarray:
    """Where as many digits were written as the part asks for."""
    if part.decimals is not None:
        return np.asarray(2 * column.half_units <= 10.0**-part.decimals * (1 + 1e-9))
    return np.asarray(column.digits >= (part.digits or DIGITS))


def magnitude(values: Array) -> Array:
    """The power of ten of the leading digit; 0 for zero."""
    size = np.abs(values)
    return np.where(size > 0, np.floor(np.log10(np.where(size > 0, size, 1.0))), 0.0)


@dataclass(frozen=True)
class Own:
    """A cohort's own values: what each step comes to on earlier answers, and the values that later steps rest on."""

    led_to: dict[str, Array | None]
    carried: dict[str, Array]


def own_values(solution: Solution, columns: Mapping[str, Column], shapes: Mapping[str, Shape]) -> Own:
    """What each step comes to on a student's own earlier answers; where one is missing, on what those before lead to.

    One call of the numeric reading a step, for all students. None where the answers' shapes do not fit the step.
    """
    carried: dict[str, Array] = dict(solution.given_arrays)
    own: dict[str, Array | None] = {}
    for name, step in solution.items():
        if name in solution.symbolic:
            continue
        led_to = evaluate(step.expression, carried, shapes)
        own[name] = led_to
        if name not in columns:
            carried[name] = solution.arrays[name] if led_to is None else led_to
        elif led_to is None or led_to.shape[:-1] != columns[name].values.shape[:-1]:
            carried[name] = columns[name].values
        else:
            carried[name] = np.where(np.isnan(columns[name].values), led_to, columns[name].values)
    return Own(own, carried)


def evaluate(expression: Expression, values: Mapping[str, Array], shapes: Mapping[str, Shape]) -> Array | None:
    """An expression on values of those shapes; None where they do not fit."""
    try:
        shape_with(expression, shapes)
    except ShapeError:
        return None
    return numeric(expression, values)


def trivial(step: Step, solution: Solution, columns: Mapping[str, Column]) -> np.ndarray | bool:
    """The students whose own earlier value leaves nothing to compute: all zeros where the key's is not."""
    result: np.ndarray | bool = False
    for name in step.uses:
        if name in columns and bool(np.any(solution.arrays[name])):
            values = columns[name].values
            result = result | np.all(values == 0, axis=tuple(range(values.ndim - 1)))
    return result


def judge(
    part: Part, solution: Solution, columns: Mapping[str, Column], own: Own, shapes: Mapping[str, Shape]
) -> Judged:
    """The verdicts of one part."""
    step, column = solution[part.step], columns[part.step]
    size = column.values.shape
    nobody = np.zeros(size[-1], dtype=int)
    states = [column.states == BLANK, column.states == UNREADABLE]

    def equal(target: Array | None) -> np.ndarray:
        if target is None or target.shape[:-1] != size[:-1]:
            return np.zeros(size, dtype=bool)
        return np.broadcast_to(near(column, target, part, step.kind.exact), size)

    right = equal(solution.arrays[part.step])
    earned = ~np.asarray(trivial(step, solution, columns))
    follows = equal(own.led_to[part.step]) & earned
    unexplained = ~flat(right | follows | (column.states != READ)).all(axis=0)
    slips = nobody
    for number, slip in enumerate(step.slips if unexplained.any() else (), start=1):
        by_key = equal(evaluate(slip.expression, solution.arrays, {}))
        by_own = equal(evaluate(slip.expression, own.carried, shapes)) & earned
        made = flat(by_key).all(axis=0) | flat(by_own).all(axis=0)
        slips = np.where((slips == 0) & unexplained & made, number, slips)
    slipped = np.broadcast_to(slips > 0, size)
    codes = np.select([*states, right, follows, slipped], [NOTHING, UNREAD, CORRECT, FOLLOWS, SLIP], default=WRONG)
    return Judged(codes, slips)


def flat(entries: np.ndarray) -> np.ndarray:
    """All entries of each student in one column."""
    return entries.reshape(-1, entries.shape[-1])


def overall(codes: np.ndarray) -> np.ndarray:
    """One verdict a student from those of the entries.

    All blank is blank; one entry that cannot be read leaves the whole for a person; one that is wrong or missing makes
    it wrong; one that a slip explains makes it a slip, one that follows makes it follow.
    """
    entries = flat(codes)

    def some(code: int) -> np.ndarray:
        return np.asarray((entries == code).any(axis=0))

    order = [UNREAD, WRONG, NOTHING, SLIP, FOLLOWS]
    verdicts = [UNREAD, WRONG, WRONG, SLIP, FOLLOWS]
    everything_blank = (entries == NOTHING).all(axis=0)
    return np.select([everything_blank, *map(some, order)], [NOTHING, *verdicts], default=CORRECT)
