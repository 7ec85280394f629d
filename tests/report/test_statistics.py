"""The statistics beside NumPy, SciPy and printed examples."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from grader.report.statistics import (
    BINS,
    ENOUGH,
    FEW,
    Reliability,
    correlations,
    discrimination,
    distribution,
    means,
    reliability,
)

# K. Wuensch, KR20.txt (East Carolina University): ten students, ten items; he prints Σpq = 2.18 and a variance of the
# totals of 5.84.
QUIZ = """
    1111110110 1011011101 1111011001 0010001000 0000010010
    1110111111 1101110111 1111111101 0101111101 1101101110
"""
GRID = np.array([[float(sign) for sign in row] for row in QUIZ.split()])

SCORES = arrays(
    np.float64, st.tuples(st.integers(ENOUGH, 25), st.integers(2, 7)), elements=st.sampled_from([0, 0.5, 1])
)


def long(grid: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A table of students and parts as one mark after the other."""
    student, part = np.indices(grid.shape).reshape(2, -1)
    return student, part, grid.ravel()


def apart(grid: np.ndarray, points: np.ndarray) -> np.ndarray:
    student, part, credit = long(grid)
    return discrimination(student, part, credit * points[part], points[part], *grid.shape)


def test_alpha_of_a_printed_example() -> None:
    """Right or wrong, alpha is KR-20: 10/9 · (1 − 2.18/5.84)."""
    found = reliability(*long(GRID), *GRID.shape)
    assert (found.students, found.parts) == (10, 10)
    assert found.alpha == pytest.approx(10 / 9 * (1 - 2.18 / 5.84), abs=1e-12)
    assert round(found.alpha or 0, 3) == 0.696


@settings(max_examples=100, deadline=None)
@given(SCORES)
def test_alpha_by_the_covariance_matrix(grid: np.ndarray) -> None:
    """k/(k − 1) · (1 − trace/sum) of NumPy's covariances."""
    found = reliability(*long(grid), *grid.shape).alpha
    covariance = np.cov(grid.T)
    if covariance.sum() < 1e-9:
        assert found is None
    else:
        k = grid.shape[1]
        assert found == pytest.approx(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))


def test_alpha_of_parallel_parts_is_the_formula_of_spearman_and_brown() -> None:
    """Standardised parts that all correlate by r have alpha k·r/(1 + (k − 1)·r)."""
    random = np.random.default_rng(1)
    noise = np.linalg.qr(random.normal(size=(40, 5)) - 0)[0]
    noise = np.linalg.qr(noise - noise.mean(axis=0))[0]
    grid = noise[:, :4] * np.sqrt(0.4) + noise[:, 4:] * np.sqrt(0.6)
    assert reliability(*long(grid), *grid.shape).alpha == pytest.approx(4 * 0.6 / (1 + 3 * 0.6))


def test_alpha_counts_only_who_has_every_part() -> None:
    """A student without a mark for one part is left out; below ten there is none."""
    student, part, earned = long(np.vstack([GRID, GRID[:2]]))
    kept = ~((student == 11) & (part == 3))
    rows = student[kept], part[kept], earned[kept]
    assert reliability(*rows, 12, 10).students == 11
    student, part, earned = long(GRID)
    kept = ~((student == 4) & (part == 3))
    assert reliability(student[kept], part[kept], earned[kept], 10, 10) == Reliability(9, 10, None)


@settings(max_examples=100, deadline=None)
@given(SCORES, st.data())
def test_discrimination_beside_numpy(grid: np.ndarray, data: st.DataObject) -> None:
    """The correlation of each part with the total of all others, whatever the parts are worth."""
    worth = st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=grid.shape[1], max_size=grid.shape[1])
    points = np.array(data.draw(worth))
    earned = grid * points
    for j, found in enumerate(apart(grid, points)):
        rest = np.delete(earned, j, axis=1).sum(axis=1)
        if np.ptp(grid[:, j]) == 0 or np.ptp(rest) < 1e-9:
            assert np.isnan(found)
        else:
            assert found == pytest.approx(np.corrcoef(grid[:, j], rest)[0, 1], abs=1e-9)


def test_discrimination_is_scipys_point_biserial_correlation() -> None:
    """For parts that are right or wrong; without the part in the rest, or it would be higher."""
    for j, found in enumerate(apart(GRID, np.ones(10))):
        assert found == pytest.approx(stats.pointbiserialr(GRID[:, j], GRID.sum(axis=1) - GRID[:, j]).statistic)
        assert found < stats.pointbiserialr(GRID[:, j], GRID.sum(axis=1)).statistic


def test_the_rest_is_a_share_of_what_somebody_handed_in() -> None:
    """Who has marks for fewer parts is compared by the share of the points in these, worked out by hand."""
    random = np.random.default_rng(3)
    grid = random.integers(0, 2, size=(30, 6)).astype(float)
    there = random.random(grid.shape) < 0.8
    student, part = np.nonzero(there)
    found = discrimination(student, part, grid[there], np.ones(len(part)), *grid.shape)
    for j in range(6):
        rows = [i for i in range(30) if there[i, j] and there[i].sum() > 1]
        rest = [(grid[i][there[i]].sum() - grid[i, j]) / (there[i].sum() - 1) for i in rows]
        assert found[j] == pytest.approx(np.corrcoef(grid[rows, j], rest)[0, 1])


def test_correlations_need_ten_and_variance() -> None:
    """Nine are too few, and what does not vary does not correlate."""
    x, group = np.arange(10.0), np.zeros(10, dtype=int)
    assert correlations(x, 2 * x, group, 1) == pytest.approx(1)
    assert np.isnan(correlations(x[:9], x[:9], group[:9], 1)[0])
    assert np.isnan(correlations(x, np.full(10, 0.1), group, 1)[0])
    assert np.isnan(correlations(np.full(10, 0.3), x, group, 1)[0])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=FEW, max_size=60))
def test_distributions_beside_pythons_statistics(points: list[int]) -> None:
    """Mean, median, quartiles and deviation; every student in one bar, as NumPy puts them."""
    found = distribution(np.array(points) / 2, 20.0)
    halves = [point / 2 for point in points]
    lower, median, upper = statistics.quantiles(halves, method="inclusive")
    summary = found.summary
    assert summary is not None
    assert (summary.lower, summary.median, summary.upper) == pytest.approx((lower, median, upper))
    assert summary.mean == pytest.approx(statistics.mean(halves))
    assert summary.deviation == pytest.approx(statistics.stdev(halves))
    assert (summary.lowest, summary.highest) == (min(halves), max(halves))
    assert list(found.bins) == np.histogram(points, bins=BINS, range=(0, 40))[0].tolist()


def test_sums_of_tenths_stand_in_the_bar_that_they_start() -> None:
    """0.1 + 0.2 of 1 is three tenths, whatever binary arithmetic makes of it."""
    assert distribution(np.full(6, 0.1 + 0.2), 1.0).bins[3] == 6
    assert distribution(np.full(6, 0.1 * 3 - 1e-16), 1.0).bins[3] == 6


@pytest.mark.parametrize("count", range(FEW))
def test_of_few_students_nothing_is_said(count: int) -> None:
    """One to five students have no distribution."""
    found = distribution(np.arange(float(count)), 5.0)
    assert (found.count, found.summary, found.bins) == (count, None, ())


def test_means_of_groups() -> None:
    """A group without members has none."""
    assert means(np.array([1.0, 3, 5]), np.array([0, 0, 2]), 3) == pytest.approx([2, np.nan, 5], nan_ok=True)
