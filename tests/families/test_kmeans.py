"""k-means against scikit-learn's, SciPy's nearest centroids, a loop over fractions, and an exercise of a textbook."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.cluster import vq  # type: ignore[import-untyped, unused-ignore]
from scipy.spatial import distance  # type: ignore[import-untyped, unused-ignore]

import grader
from grader.checks import AGREEMENT
from grader.document import from_python
from grader.errors import SpecError
from grader.families.kmeans import rounds_until_stable
from grader.problem import read_problem
from grader.solution import Solution

Rows = list[tuple[Fraction, ...]]
EACH = ["distances", "labels", "membership", "sizes", "centroids", "errors", "sse"]


def solved(**given: Any) -> Solution:
    return read_problem(from_python({"family": "kmeans", "given": given}), "clusters").solution


def apart(x: tuple[Fraction, ...], c: tuple[Fraction, ...]) -> Fraction:
    return sum(((a - b) ** 2 for a, b in zip(x, c, strict=True)), Fraction(0))


def lloyd(points: Rows, centroids: Rows) -> list[tuple[list[int], Rows, Fraction]]:
    """Labels, centroids and SSE, round by round until the SSE no longer falls, by fractions and from the definition."""
    done: list[tuple[list[int], Rows, Fraction]] = []
    while len(done) < 2 or done[-1][2] < done[-2][2]:
        squares = [[apart(x, c) for c in centroids] for x in points]
        labels = [row.index(min(row)) for row in squares]
        moved = []
        for j, old in enumerate(centroids):
            mine = [x for x, l in zip(points, labels, strict=True) if l == j]
            moved.append(tuple(sum(axis) / Fraction(len(mine)) for axis in zip(*mine, strict=True)) if mine else old)
        centroids = moved
        pairs = zip(points, labels, strict=True)
        sse = sum((apart(x, centroids[l]) for x, l in pairs), Fraction(0))
        done.append(([l + 1 for l in labels], centroids, sse))
    return done


few = st.integers(-3, 3).map(Fraction)
tenths = st.integers(-40, 40).map(lambda n: Fraction(n, 10))


@st.composite
def clusterings(draw: st.DrawFn) -> tuple[Rows, Rows]:
    """Points and centroids to start from: on a coarse grid there are ties, twins and empty clusters."""
    d, number = draw(st.integers(1, 2)), draw(st.sampled_from([few, tenths]))
    row = st.tuples(*[number] * d)
    return draw(st.lists(row, min_size=1, max_size=6)), draw(st.lists(row, min_size=1, max_size=3))


@given(clusterings())
@settings(max_examples=200, deadline=None)
def test_readings_agree_and_the_loop_says_the_same(drawn: tuple[Rows, Rows]) -> None:
    """SymPy and NumPy agree on every step, and the exact labels, centroids and SSE are the loop's to the last digit."""
    points, centroids = drawn
    solution, expected = solved(points=points, centroids=centroids), lloyd(points, centroids)
    assert list(solution) == [f"{name}_{t}" for t in range(1, len(expected) + 1) for name in EACH]
    assert {name: gap for name in solution if not (gap := solution.agreement(name)) < AGREEMENT} == {}
    for t, (labels, moved, sse) in enumerate(expected, start=1):
        assert list(solution[f"labels_{t}"].exact) == labels
        assert fractions(solution[f"centroids_{t}"].exact) == [each for row in moved for each in row]
        assert fractions([solution[f"sse_{t}"].exact]) == [sse]
        assert list(solution[f"sizes_{t}"].exact) == [labels.count(j + 1) for j in range(len(centroids))]


def fractions(exact: Any) -> list[Fraction]:
    flat = exact.reshape(len(exact)) if hasattr(exact, "reshape") else exact
    return [Fraction(int(each.p), int(each.q)) for each in flat]


@pytest.mark.parametrize("seed", range(12))
def test_scikit_learn(seed: int) -> None:
    """Twelve scattered points: scikit-learn's Lloyd ends with the same centroids, labels and inertia.

    After one round alone it has the same centroids too.
    """
    from sklearn import cluster

    random = np.random.default_rng(seed)
    points = random.integers(-500, 500, (12, 2)) / 100
    start = points[random.choice(12, 3, replace=False)]
    solution = solved(points=points.tolist(), centroids=start.tolist())
    rounds = len(solution) // len(EACH)
    model = cluster.KMeans(3, init=start, n_init=1, algorithm="lloyd", tol=0).fit(points)
    assert_allclose(solution[f"centroids_{rounds}"].value, model.cluster_centers_, atol=1e-12)
    assert_array_equal(solution[f"labels_{rounds}"].value, model.labels_ + 1)
    assert solution[f"sse_{rounds}"].value == pytest.approx(model.inertia_)
    once = cluster.KMeans(3, init=start, n_init=1, algorithm="lloyd", tol=0, max_iter=1).fit(points)
    assert_allclose(solution["centroids_1"].value, once.cluster_centers_, atol=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_scipy(seed: int) -> None:
    """Each round by SciPy: distances, the nearest centroid of each point, and the centroids of one round of kmeans2."""
    random = np.random.default_rng(100 + seed)
    points, start = random.integers(-500, 500, (9, 3)) / 100, random.integers(-500, 500, (2, 3)) / 100
    solution = solved(points=points.tolist(), centroids=start.tolist(), n_steps=3)
    centroids = start
    for t in (1, 2, 3):
        assert_allclose(solution[f"distances_{t}"].value, distance.cdist(points, centroids), atol=1e-12)
        labels, lengths = vq.vq(points, centroids)
        assert_array_equal(solution[f"labels_{t}"].value, labels + 1)
        assert_allclose(solution[f"distances_{t}"].value.min(axis=1), lengths, atol=1e-12)
        if len(set(labels)) == 2:
            centroids, _ = vq.kmeans2(points, centroids, iter=1, minit="matrix")
        assert_allclose(solution[f"centroids_{t}"].value[np.unique(labels)], centroids[np.unique(labels)], atol=1e-12)


def test_textbook() -> None:
    """Han, Kamber and Pei, Data Mining (2012), exercise 10.2: eight points, three clusters from A1, B1 and C1.

    After the first round the centres are (2, 10), (6, 6) and (1.5, 3.5); in the end A1, B1, C2 are together, A3, B2,
    B3, and A2, C1.
    """
    points = [[2, 10], [2, 5], [8, 4], [5, 8], [7, 5], [6, 4], [1, 2], [4, 9]]
    solution = solved(points=points, centroids=[points[0], points[3], points[6]])
    assert solution["centroids_1"].value.tolist() == [[2, 10], [6, 6], [1.5, 3.5]]
    last = list(solution)[-1].rpartition("_")[2]
    assert solution[f"labels_{last}"].value.tolist() == [1, 3, 2, 1, 2, 2, 3, 1]
    assert_allclose(solution[f"centroids_{last}"].value, [[11 / 3, 9], [7, 13 / 3], [1.5, 3.5]])


def test_sse_falls_and_then_stays() -> None:
    """The shipped problem has as many rounds as it takes: the SSE falls in each and stays in the last."""
    solution = grader.load("problems/convolution-regression-kmeans/two-clusters.yaml").solution
    errors = [solution[f"sse_{t}"].exact for t in range(1, len(solution) // len(EACH) + 1)]
    assert all(one > other for one, other in itertools.pairwise(errors[:-1]))
    assert errors[-1] == errors[-2]


@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_rounds_that_are_asked_for(rounds: int) -> None:
    """`n_steps` rounds are worked, fewer or more than it takes."""
    solution = solved(points=[[0], [1], [9]], centroids=[[0], [1]], n_steps=rounds)
    assert [name for name in solution if name.startswith("sse")] == [f"sse_{t}" for t in range(1, rounds + 1)]
    assert rounds_until_stable([(Fraction(0),), (Fraction(1),), (Fraction(9),)], [(Fraction(0),), (Fraction(1),)]) == 3


def test_ties_go_to_the_lower_label() -> None:
    """A point in the middle takes label 1, also where binary rounding would set its distances apart."""
    assert solved(points=[["0.2"]], centroids=[["0.1"], ["0.3"]], n_steps=1)["labels_1"].value.tolist() == [1]
    assert solved(points=[["0.2"]], centroids=[["0.3"], ["0.1"]], n_steps=1)["labels_1"].value.tolist() == [1]


def test_empty_cluster_keeps_its_centroid() -> None:
    """A centroid that is nearest to no point stays where it is, by both readings."""
    solution = solved(points=[[0, 0], [1, 1]], centroids=[[0, 0], [9, 9]])
    assert solution["sizes_1"].value.tolist() == [2, 0]
    assert solution["centroids_1"].value.tolist() == [[0.5, 0.5], [9, 9]]
    assert solution["centroids_1"].exact[1, 0] == 9


def test_squared() -> None:
    """Distances are not squared unless that is asked for; labels are the same."""
    given: dict[str, Any] = {"points": [[3, 4], [0, 1]], "centroids": [[0, 0], [0, 2]], "n_steps": 1}
    plain, squared = solved(**given), solved(**given, squared=True)
    assert plain["distances_1"].value[0, 0] == 5
    assert squared["distances_1"].value[0, 0] == 25
    assert plain["labels_1"].exact == squared["labels_1"].exact


def test_a_student_s_own_labels_are_followed() -> None:
    """Centroids and SSE that follow from a wrong label earn their points."""
    problem = grader.load("problems/convolution-regression-kmeans/two-clusters.yaml")
    answers = {"labels_1": [1, 2, 2, 2, 2, 2], "centroids_1": [[1, 1], [5, "4.4"]], "sse_1": "55.2"}
    marks = grader.grade(problem, answers)
    assert [marks[part].verdict for part in answers] == ["wrong", "follows", "follows"]


GIVEN: dict[str, Any] = {
    "points": [[0, 0], [1, 0], [5, 0], [6, 4], [10, 2]],
    "centroids": [[0, 0], [5, 1]],
    "n_steps": 1,
}


@pytest.mark.parametrize(
    ("part", "answer", "slip"),
    [
        ("distances_1", [[0, 26], [1, 17], [25, 1], [52, 10], [104, 26]], "root-forgotten"),
        ("distances_1", [[0, 6], [1, 5], [5, 1], [10, 4], [12, 6]], "along-the-axes"),
        ("labels_1", [2, 2, 1, 1, 1], "farthest"),
        ("labels_1", [0, 0, 1, 1, 1], "counted-from-zero"),
        ("centroids_1", [["0.5", 0], [6, 2]], "median"),
        ("centroids_1", [[1, 0], [21, 6]], "not-divided"),
        ("centroids_1", [["0.2", 0], ["4.2", "1.2"]], "divided-by-all"),
        ("centroids_1", [["4.4", "1.2"], ["4.4", "1.2"]], "mean-of-all"),
        ("centroids_1", [["1/3", 0], ["6.5", "1.75"]], "old-centroid-counted"),
        ("centroids_1", [[0, 0], [5, 1]], "not-moved"),
        ("sse_1", "9.06450", "not-squared"),
        ("sse_1", 38, "old-centroids"),
        ("sse_1", "4.5", "mean"),
    ],
)
def test_slips(part: str, answer: Any, slip: str) -> None:
    """Two clusters of two and three points: mistakes are named."""
    problem = read_problem(from_python({"family": "kmeans", "given": GIVEN}), "clusters")
    mark = grader.grade(problem, {part: answer})[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


def test_labels_taken_after_the_move() -> None:
    """Who moves the centroids first and labels then has the labels of the round after."""
    problem = grader.load("problems/convolution-regression-kmeans/two-clusters.yaml")
    mark = grader.grade(problem, {"labels_1": [1, 1, 1, 2, 2, 2]})["labels_1"]
    assert (mark.verdict, mark.slip) == ("slip", "moved-before-labels")


@given(st.lists(st.tuples(tenths, tenths), min_size=1, max_size=7), st.data())
@settings(max_examples=60, deadline=None)
def test_medians_are_numpys(points: Rows, data: st.DataObject) -> None:
    """The medians that the slip compares with are NumPy's, for clusters of odd and even sizes."""
    solution = solved(points=points, centroids=data.draw(st.lists(st.tuples(tenths, tenths), min_size=1, max_size=2)))
    slip = next(slip for slip in solution["centroids_1"].slips if slip.name == "median")
    medians = grader.expression.numeric(slip.expression, solution.arrays)[..., 0]
    labels = solution["labels_1"].value
    for j in np.unique(labels):
        mine = np.array(points, dtype=float)[labels == j]
        assert_allclose(medians[int(j) - 1], np.median(mine, axis=0), atol=1e-12)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"points": [[1, 2]], "centroids": [[1]]},
         "given.centroids: expected centroids of 2 numbers, as the points have, got 1"),
        ({"points": [1, 2], "centroids": [[1]]}, "given.points: expected points, one a row, got a list of 2"),
        ({"points": [], "centroids": [[1]]}, "given.points: expected points, one a row, got a list of 0"),
        ({"points": [[1]], "centroids": [[1]], "n_steps": 0},
         "given.n_steps: expected a whole number of at least 1, got '0'"),
    ],
)  # fmt: skip
def test_refusals(given: dict[str, Any], message: str) -> None:
    """Points and centroids that do not fit together are refused with the given named."""
    with pytest.raises(SpecError) as refusal:
        solved(**given)
    assert str(refusal.value).startswith(message)
