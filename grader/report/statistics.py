"""Statistics of marks as functions of arrays: distributions, difficulty, discrimination, reliability.

The definitions are those of the textbooks of test theory: R. L. Ebel and D. A. Frisbie, *Essentials of Educational
Measurement*, 5th ed., 1991; L. Crocker and J. Algina, *Introduction to Classical and Modern Test Theory*, 1986.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FEW = 6  # students below whom a mean or a quartile says nothing
ENOUGH = 10  # students from whom a correlation is worked out
BINS = 10  # of a histogram
FLAT = 1e-12  # variance that counts as none


@dataclass(frozen=True)
class Summary:
    """Where points lie: `deviation` is the standard deviation, over n − 1."""

    mean: float
    median: float
    lower: float
    """The quartiles, by linear interpolation between the values in order."""
    upper: float
    deviation: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class Distribution:
    """The points of `count` students out of `possible`; no summary and no histogram of fewer than six."""

    count: int
    possible: float
    summary: Summary | None = None
    bins: tuple[int, ...] = ()
    """How many earn up to a tenth of the points, up to two tenths, …; a tenth belongs to the bin that it starts."""


def distribution(points: np.ndarray, possible: float) -> Distribution:
    """How the points of some students, `(N,)`, are distributed.

    >>> shown = distribution(np.array([0.0, 4, 5, 6, 9, 10]), 10)
    >>> shown.bins, shown.summary.mean, shown.summary.median
    ((1, 0, 0, 0, 1, 1, 1, 0, 0, 2), 5.666666666666667, 5.5)
    """
    if len(points) < FEW or possible <= 0:
        return Distribution(len(points), possible)
    lower, median, upper = np.percentile(points, [25, 50, 75])
    tenths = np.floor(points / possible * BINS + 1e-9).astype(np.int64)
    return Distribution(
        len(points),
        possible,
        Summary(
            mean=float(points.mean()),
            median=float(median),
            lower=float(lower),
            upper=float(upper),
            deviation=float(points.std(ddof=1)),
            lowest=float(points.min()),
            highest=float(points.max()),
        ),
        tuple(np.bincount(np.clip(tenths, 0, BINS - 1), minlength=BINS).tolist()),
    )


def means(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """The mean of each group, `(groups,)`; NaN where it is empty."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.bincount(group, values, groups) / np.bincount(group, minlength=groups))


def correlations(x: np.ndarray, y: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Pearson's correlation of x and y within each group, `(groups,)`.

    NaN where a group has fewer than ten members, or x or y does not vary in it.

    >>> correlations(np.arange(10.0), -np.arange(10.0), np.zeros(10, dtype=int), 2)
    array([-1., nan])
    """
    off_x, off_y = x - means(x, group, groups)[group], y - means(y, group, groups)[group]
    xx, yy, xy = (np.bincount(group, values, groups) for values in (off_x * off_x, off_y * off_y, off_x * off_y))
    counts = np.bincount(group, minlength=groups)
    known = (counts >= ENOUGH) & (xx > FLAT * counts) & (yy > FLAT * counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, np.clip(xy / np.sqrt(xx * yy), -1, 1), np.nan)


def discrimination(
    student: np.ndarray, part: np.ndarray, earned: np.ndarray, points: np.ndarray, students: int, parts: int
) -> np.ndarray:
    """The corrected item–rest correlation of each part, `(parts,)`; an entry a mark in every argument.

    It correlates the points earned in a part with the share of the points earned in all other parts. The part itself
    is left out of the rest, or it would correlate with itself (Henrysson, *Correction of item-total correlations in
    item analysis*, Psychometrika 28, 1963; Crocker and Algina on item analysis). Where everybody has marks for the
    same parts this is the correlation with the total of the others.
    """
    rest = np.bincount(student, earned, students)[student] - earned
    others = np.bincount(student, points, students)[student] - points
    usable = others > 0
    share = rest[usable] / others[usable]
    return correlations(earned[usable], share, part[usable], parts)


@dataclass(frozen=True)
class Reliability:
    """Cronbach's alpha over the students who have all of some parts; None where it cannot be said."""

    students: int
    parts: int
    alpha: float | None


def reliability(student: np.ndarray, part: np.ndarray, earned: np.ndarray, students: int, parts: int) -> Reliability:
    """Cronbach's alpha, k/(k − 1) · (1 − Σ var(part) / var(total)), over the students with a mark for every part.

    Cronbach, *Coefficient alpha and the internal structure of tests*, Psychometrika 16, 1951; for parts that are right
    or wrong it is Kuder and Richardson's formula 20.
    """
    asked = np.unique(part)
    complete = np.bincount(student, minlength=students) == len(asked)
    rows, count = complete[student], int(complete.sum())
    if count < ENOUGH or len(asked) < 2:
        return Reliability(count, len(asked), None)
    total = np.bincount(student[rows], earned[rows], students)[complete]
    off = earned[rows] - means(earned[rows], part[rows], parts)[part[rows]]
    within, whole = float(np.sum(off * off)), float(np.sum((total - total.mean()) ** 2))
    if whole <= FLAT * count:
        return Reliability(count, len(asked), None)
    k = len(asked)
    return Reliability(count, k, k / (k - 1) * (1 - within / whole))
