"""Verdicts for a whole cohort: each step is evaluated once on the key's values and once on the students' own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grader.errors import ShapeError
from grader.expression import numeric, shape_with
from grader.expression.tree import Shape
from grader.marking.answers import BLANK, UNREADABLE, Column
from grader.numeric import Array
from grader.problem import Part
from grader.solution import Solution, Step

CODES = ("correct", "follows", "wrong", "blank", "unreadable")
"""Verdicts in the order of their codes in an array, from the best to what needs a person."""

SHARE = 1e-3  # of the key's size, unless the problem says otherwise
DIGITS = 3  # significant, unless the problem says otherwise
NOISE = 1e-12  # of binary arithmetic, relative to the largest entry


@dataclass(frozen=True)
class Judged:
    """One step for a cohort: a verdict an entry, `(…, N)`, and what the students' own values lead to."""

    codes: np.ndarray
    own: Array | None


@np.errstate(all="ignore")
def near(column: Column, target: Array, part: Part) -> np.ndarray:
    """Where answers equal the target within what the problem allows, or to the digits given where these suffice."""
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
    return np.asarray(within | (rounded & enough(column, part)))


def enough(column: Column, part: Part) -> np.ndarray:
    """Where as many digits were written as the part asks for."""
    if part.decimals is not None:
        return np.asarray(2 * column.half_units <= 10.0**-part.decimals * (1 + 1e-9))
    return np.asarray(column.digits >= (part.digits or DIGITS))


def magnitude(values: Array) -> Array:
    """The power of ten of the leading digit; 0 for zero."""
    size = np.abs(values)
    return np.where(size > 0, np.floor(np.log10(np.where(size > 0, size, 1.0))), 0.0)


def own_values(
    solution: Solution, columns: Mapping[str, Column], shapes: Mapping[str, Shape]
) -> dict[str, Array | None]:
    """What each step comes to on a student's own earlier answers; where one is missing, on what those before lead to.

    One call of the numeric reading a step, for all students. None where the answers' shapes do not fit the step.
    """
    carried: dict[str, Array] = dict(solution.given_arrays)
    own: dict[str, Array | None] = {}
    for name, step in solution.items():
        try:
            shape_with(step.expression, shapes)
            led_to = numeric(step.expression, carried)
        except ShapeError:
            led_to = None
        own[name] = led_to
        if name not in columns:
            carried[name] = solution.arrays[name] if led_to is None else led_to
        elif led_to is None or led_to.shape[:-1] != columns[name].values.shape[:-1]:
            carried[name] = columns[name].values
        else:
            carried[name] = np.where(np.isnan(columns[name].values), led_to, columns[name].values)
    return own


def trivial(step: Step, solution: Solution, columns: Mapping[str, Column]) -> np.ndarray | bool:
    """The students whose own earlier value leaves nothing to compute: all zeros where the key's is not."""
    result: np.ndarray | bool = False
    for name in step.uses:
        if name in columns and bool(np.any(solution.arrays[name])):
            values = columns[name].values
            result = result | np.all(values == 0, axis=tuple(range(values.ndim - 1)))
    return result


def judge(part: Part, solution: Solution, columns: Mapping[str, Column], own: Mapping[str, Array | None]) -> Judged:
    """The verdicts of one part."""
    step, column = solution[part.step], columns[part.step]
    key, led_to = solution.arrays[part.step], own[part.step]
    right = follows = np.zeros(column.values.shape, dtype=bool)
    if key.shape[:-1] == column.values.shape[:-1]:
        right = near(column, key, part)
    if led_to is not None and led_to.shape[:-1] == column.values.shape[:-1]:
        follows = near(column, led_to, part) & ~np.asarray(trivial(step, solution, columns))
    codes = np.select(
        [column.states == BLANK, column.states == UNREADABLE, right, follows], [3, 4, 0, 1], default=2
    )  # fmt: skip
    return Judged(codes, led_to)


def overall(codes: np.ndarray) -> np.ndarray:
    """One verdict a student from those of the entries.

    All blank is blank; one entry that cannot be read leaves the whole for a person; one that is wrong or missing makes
    it wrong; one that follows makes it follow.
    """
    entries = codes.reshape(-1, codes.shape[-1])
    return np.select(
        [
            (entries == 3).all(axis=0),
            (entries == 4).any(axis=0),
            (entries >= 2).any(axis=0),
            (entries == 1).any(axis=0),
        ],
        [3, 4, 2, 1],
        default=0,
    )
