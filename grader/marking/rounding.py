"""What the rounding of earlier values may do to a step: a bound of first order for a cohort, and balls for the rest.

A value as typed stands for every number that rounds to it. Carried through a step, these make an interval. To first
order it reaches Σ |∂f/∂v| h about the step's value, for values v that are off by h at most; where that is nearly the
same over the whole range, it decides. Where it is not, the step is evaluated on balls, which hold every value that it
can take (Moore, Kearfott & Cloud, Introduction to Interval Analysis, 2009, chapters 5 and 6).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from grader.expression import Expression, Name
from grader.expression.tree import Index
from grader.marking.programs import uses, value
from grader.numeric import Array
from grader.solution import Solution

if TYPE_CHECKING:
    from grader.expression.objects import Objects

MOST_SLOPES = 64  # rounded entries that a step depends on, for a bound of first order
MOST_IN_A_FORM = 16  # rounded entries that a step depends on, for its mean-value form
STEADY = 1.5  # how much the bound may change over the range of values and still decide
CLEAR = 1.1  # how far outside of the bound is clearly outside, and inside

Radii = Mapping[str, Array]
"""How far the values that a step uses may be off, `(…, N)` each; what is not there has no rounding."""


def bounds(solution: Solution, name: str, values: Mapping[str, Array], radii: Radii) -> Array:
    """How far a step's value may be off, to first order: three times, `(3, …, N)`.

    From the slopes at the values themselves, and in the two corners of their ranges to which these point, where what is
    nearly equal and taken from each other comes nearest to zero. NaN where a slope is not known or there are too many.
    """
    width = max(radius.shape[-1] for radius in radii.values())
    found = np.zeros((3, *solution[name].shape, width))
    found[..., too_many(radii, MOST_SLOPES)] = np.nan
    if np.isnan(found).all():
        return found
    rising = {use: np.array(np.broadcast_to(radius, (*radius.shape[:-1], width))) for use, radius in radii.items()}
    known: list[tuple[Expression | Array, Array]] = []  # a slope, or what comes of one that is the same everywhere
    for (use, at), tree, radius in slopes(solution, name, None, radii):
        if tree is None:
            found[..., radius != 0] = np.nan
        else:
            steep = value(tree, values)
            reach = far(steep, radius)
            found[0] += reach
            rising[use][at] *= np.where(leaning(steep) < 0, -1, 1)
            known.append((tree if any(name in radii for name in uses(tree)) else reach, radius))
    for bound, side in zip(found[1:], (-1, 1), strict=True):
        corner = {**values, **{use: values[use] + side * off for use, off in rising.items()}}
        for slope, radius in known:
            bound += slope if isinstance(slope, np.ndarray) else far(value(slope, corner), radius)
    return found


def far(slope: Array, radius: Array) -> Array:
    """How far what is off by a radius moves what rises by a slope; not at all where the radius is zero."""
    return np.where(radius != 0, np.abs(slope) * radius, 0.0)


def too_many(radii: Radii, most: int) -> np.ndarray:
    """The students who have more rounded entries than that, `(N,)`."""
    counts = ((radius != 0).reshape(-1, radius.shape[-1]).sum(axis=0) for radius in radii.values())
    return np.asarray(sum(counts, np.zeros(1, dtype=int)) > most)


def leaning(slope: Array) -> Array:
    """Whether a step's entries rise or fall, `(N,)`; no two count the same, so that a softmax's do not cancel."""
    entries = slope.reshape(-1, slope.shape[-1])
    if len(entries) == 1:
        return np.asarray(entries[0])
    return np.asarray((np.linspace(1, 2, len(entries))[:, None] * entries).sum(axis=0))


def sides(values: Mapping[str, Array], radii: Radii) -> list[dict[str, Array]]:
    """The values themselves, and all of them at either end of their ranges."""
    return [{**values, **{each: values[each] + side * radii[each] for each in radii}} for side in (0, -1, 1)]


def nowhere(solution: Solution, name: str, values: Mapping[str, Array], radii: Radii) -> np.ndarray:
    """Where a step has no value, as √(−1) has none, neither at the values nor at the ends of their ranges, `(…, N)`."""
    found = [np.isnan(value(solution[name].expression, corner)) for corner in sides(values, radii)]
    return np.asarray(np.logical_and.reduce(np.broadcast_arrays(*found)))


def slopes(
    solution: Solution, name: str, index: Index | None, radii: Radii
) -> Iterator[tuple[tuple[str, Index], Expression | None, Array]]:
    """Each rounded entry of what a step uses, the step's slope by it, and how far it is off; None where not known."""
    for each, radius in radii.items():
        by = Name(each, radius.shape[:-1])
        for at in np.ndindex(*by.shape):
            if radius[at].any():
                yield (each, at), solution.slope(name, index, by, at), radius[at]


def decided(least_gaps: Array, gaps: Array, found: Array) -> tuple[np.ndarray, np.ndarray]:
    """Where some gaps are clearly within bounds of first order, and where others are clearly beyond them.

    A bound of zero decides nothing: it may be that of a step that jumps, such as the nearest of some points.
    """
    least, most = found.min(axis=0), found.max(axis=0)
    steady = (least > 0) & (most <= STEADY * least)
    return steady & (least_gaps * CLEAR <= least), steady & (gaps >= CLEAR * most)


def ranges(
    solution: Solution, name: str, index: Index, values: Mapping[str, Array], radii: Radii
) -> tuple[Array, Array]:
    """The least and the greatest value of an entry of a step, `(N,)` each; NaN where nothing is known.

    The entry on balls, and its mean-value form f(m) ± Σ |∂f/∂v| h with slopes on balls, of which both hold every value
    that it can take.
    """
    tree = solution.entry(name, index)
    wide = as_balls(values, radii)
    low, high = ends(evaluated(tree, wide))
    middle = ends(evaluated(tree, as_balls(values, {})))[0]
    form = ~np.isnan(low) & ~too_many(radii, MOST_IN_A_FORM)  # a step that may jump has no mean-value form
    if not form.any():
        return low, high
    reach = np.zeros(len(low))
    for _, slope, radius in slopes(solution, name, index, radii):
        if slope is None:
            form &= radius == 0
            continue
        steepest = np.max(np.abs(ends(evaluated(slope, wide))), axis=0)
        reach = reach + far(steepest, radius)
    with np.errstate(invalid="ignore"):
        return np.where(form, np.fmax(low, middle - reach), low), np.where(form, np.fmin(high, middle + reach), high)


def as_balls(values: Mapping[str, Array], radii: Radii) -> dict[str, Objects]:
    """Arrays of balls about values, students last."""
    from flint import arb

    ball = np.frompyfunc(arb, 2, 1)
    return {name: ball(value, radii.get(name, 0.0)) for name, value in values.items()}


def evaluated(tree: Expression, values: Mapping[str, Objects]) -> Objects:
    from grader.expression.balls import balls

    return balls(tree, values, bits=64)


def ends(found: Objects) -> Array:
    """The lower and upper ends of balls, `(2, N)`; NaN where there is certainly or possibly no value."""
    return np.array([pair(value) for value in found.ravel()]).T


def pair(value: object) -> Sequence[float]:
    from flint import arb, fmpq

    if isinstance(value, fmpq):
        return float(value.p) / float(value.q), float(value.p) / float(value.q)
    if not isinstance(value, arb) or not value.is_finite():
        return np.nan, np.nan
    return float(value.lower()), float(value.upper())
