"""Vectors against NumPy's norm and cross product, SciPy's distances, mpmath's angle, and the figures of textbooks."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath  # type: ignore[import-untyped, unused-ignore]
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.spatial import distance  # type: ignore[import-untyped, unused-ignore]

import grader
from grader.checks import AGREEMENT
from grader.document import from_python
from grader.errors import SpecError
from grader.problem import read_problem
from grader.solution import Solution

STEPS = ["magnitude_u", "unit_u", "magnitude_v", "unit_v", "dot", "cross", "distance", "cosine", "angle", "parallel",
         "same_direction"]  # fmt: skip
DIRECTION = {"unit_u", "unit_v", "cosine", "angle"}  # what a zero vector does not have
Rationals = list[Fraction]


def solved(**given: Any) -> Solution:
    return read_problem(from_python({"family": "vectors", "given": given}), "pair").solution


tenths = st.integers(-30, 30).map(lambda n: Fraction(n, 10))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Rationals, Rationals]:
    """Two vectors of 1 to 4 entries, at times multiples of each other or zero."""
    n = draw(st.integers(1, 4))
    u = draw(st.lists(tenths, min_size=n, max_size=n))
    factor = draw(st.none() | tenths)
    v = draw(st.lists(tenths, min_size=n, max_size=n)) if factor is None else [factor * each for each in u]
    return u, v


def multiples(u: Rationals, v: Rationals) -> bool:
    """Whether neither is zero and all ratios of entries are one number, by fractions."""
    i = next((i for i, each in enumerate(u) if each), None)
    return i is not None and any(v) and all(u[i] * y == v[i] * x for x, y in zip(u, v, strict=True))


@given(pairs())
@settings(max_examples=200, deadline=None)
def test_readings_agree_and_others_say_the_same(pair: tuple[Rationals, Rationals]) -> None:
    """SymPy and NumPy agree on every step, and with fractions, NumPy's linalg, SciPy and mpmath."""
    u, v = pair
    solution = solved(u=u, v=v)
    assert {name: gap for name in solution if not (gap := solution.agreement(name)) < AGREEMENT} == {}
    a, b = np.array(u, dtype=float), np.array(v, dtype=float)
    assert solution["magnitude_u"].value == pytest.approx(np.linalg.norm(a), abs=1e-12)
    assert solution["magnitude_v"].value == pytest.approx(np.linalg.norm(b), abs=1e-12)
    exact_dot = solution["dot"].exact
    assert Fraction(int(exact_dot.p), int(exact_dot.q)) == sum(x * y for x, y in zip(u, v, strict=True))
    assert solution["distance"].value == pytest.approx(distance.euclidean(a, b), abs=1e-12)
    if len(u) == 3:
        assert_allclose(solution["cross"].value, np.cross(a, b), atol=1e-12)
    if any(u) and any(v):
        assert solution["cosine"].value == pytest.approx(1 - distance.cosine(a, b), abs=1e-12)
        assert solution["angle"].value == pytest.approx(angle_of(u, v), abs=1e-10)
    assert solution["parallel"].value == multiples(u, v)
    assert solution["same_direction"].value == (multiples(u, v) and a @ b > 0)


def angle_of(u: Rationals, v: Rationals) -> float:
    """The angle by mpmath, from unit vectors by Kahan's formula and to fifty digits."""
    with mpmath.workdps(50):
        unit_u, unit_v = (
            [mpmath.mpf(x.numerator) / x.denominator / root for x in w]
            for w, root in (
                (w, mpmath.sqrt(sum(mpmath.mpf(x.numerator**2) / x.denominator**2 for x in w))) for w in (u, v)
            )
        )
        apart = mpmath.norm([x - y for x, y in zip(unit_u, unit_v, strict=True)])
        together = mpmath.norm([x + y for x, y in zip(unit_u, unit_v, strict=True)])
        return float(2 * mpmath.atan2(apart, together))


@given(st.integers(3, 9), st.sampled_from([1, -1]), st.sampled_from([-8, 0, 8]))
@settings(max_examples=40, deadline=None)
def test_nearly_parallel(digits: int, sign: int, power: int) -> None:
    """An angle near 0 or π is as good as its cosine lets it be, the root of the rounding; and it is not parallel.

    A short distance between long vectors is as good as the entries that are subtracted.
    """
    scale = Fraction(10) ** power
    u, v = [scale, scale], [sign * scale, sign * (1 + Fraction(1, 10**digits)) * scale]
    solution = solved(u=u, v=v)
    assert solution.agreement("angle") < math.sqrt(2 * 4e-15)
    assert solution.agreement("distance") < max(AGREEMENT, 4e-16 * float(scale))
    others = [name for name in solution if name not in {"angle", "distance"}]
    assert {name: gap for name in others if not (gap := solution.agreement(name)) < AGREEMENT} == {}
    assert float(solution["angle"].exact.evalf(40)) == pytest.approx(angle_of(u, v), abs=1e-15)
    assert solution["parallel"].value == 0


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_steps_stand_in_the_order_of_the_catalogue(n: int) -> None:
    """A cross product is there for three entries only."""
    assert list(solved(u=[1] * n, v=[2] * n)) == [name for name in STEPS if n == 3 or name != "cross"]


@pytest.mark.parametrize(("u", "v"), [([0, 0, 0], [1, 2, 3]), ([1, 2, 3], [0, 0, 0]), ([0], [0])])
def test_zero_vector(u: list[int], v: list[int]) -> None:
    """A zero vector has a magnitude, products and a distance; its direction is undefined by both readings."""
    solution = solved(u=u, v=v)
    assert all(solution.agreement(name) == 0 for name in solution)
    undefined = {name for name in solution if np.isnan(solution[name].value).any()}
    assert undefined == DIRECTION - ({"unit_u"} if any(u) else set()) - ({"unit_v"} if any(v) else set())
    assert solution["dot"].value == solution["parallel"].value == solution["same_direction"].value == 0


def test_opposite_vectors() -> None:
    """They are parallel and do not point the same way, at an angle of exactly π."""
    solution = solved(u=["0.1", "0.2", "0.3"], v=["-0.3", "-0.6", "-0.9"])
    assert (solution["parallel"].value, solution["same_direction"].value) == (1, 0)
    assert solution["angle"].value == math.pi


@pytest.mark.parametrize(
    ("u", "v", "figures", "source"),
    [
        ([2, 2, -1], [5, -3, 2], {"dot": 2, "cosine": 2 / (3 * math.sqrt(38)), "angle": 1.46},
         "Stewart, Calculus: Early Transcendentals, section 12.3, example 3"),
        ([1, 3, 4], [2, 7, -5], {"cross": [-43, 13, 1]}, "Stewart, section 12.4, example 1"),
        ([4, 2], [-1, 2], {"dot": 0, "angle": math.pi / 2}, "Strang, Linear Algebra, section 1.2, example 1"),
        ([3, 4], [0, 0], {"magnitude_u": 5, "unit_u": [0.6, 0.8], "distance": 5}, "Euclid, Elements I.47, at 3, 4, 5"),
    ],
)  # fmt: skip
def test_literature(u: list[int], v: list[int], figures: dict[str, Any], source: str) -> None:
    """Figures that are printed in textbooks, to the digits printed."""
    solution = solved(u=u, v=v)
    for step, figure in figures.items():
        assert_allclose(solution[step].value, figure, atol=0.005 if step == "angle" else 1e-12, err_msg=source)


def test_lesson() -> None:
    """(2, 4, 6) and (3, 6, 9) have the magnitudes √56 and √126 and one unit vector; (1, 2, 3) and (4, 5, 6) give 32."""
    solution = solved(u=[2, 4, 6], v=[3, 6, 9])
    assert [solution[name].value ** 2 for name in ("magnitude_u", "magnitude_v")] == pytest.approx([56, 126])
    assert solution["unit_u"].exact == solution["unit_v"].exact
    assert solution["same_direction"].value == 1
    assert grader.load("problems/lesson-0/dot-and-cross.yaml").solution["dot"].value == 32


def test_degrees() -> None:
    """An angle is in radians unless degrees are asked for."""
    assert solved(u=[1, 0], v=[1, 1])["angle"].value == pytest.approx(math.pi / 4)
    assert solved(u=[1, 0], v=[1, 1], angle_unit="degrees")["angle"].value == pytest.approx(45)


GIVEN: dict[str, Any] = {"u": [1, 2, 2], "v": [4, 0, 3]}


@pytest.mark.parametrize(
    ("part", "answer", "slip"),
    [
        ("magnitude_u", 9, "root-forgotten"),
        ("magnitude_v", 7, "sum-of-entries"),
        ("unit_v", ["0.16", 0, "0.12"], "square-for-magnitude"),
        ("unit_u", [1, 2, 2], "not-divided"),
        ("dot", [4, 0, 6], "not-added"),
        ("dot", [6, 5, -8], "cross-product"),
        ("dot", 15, "product-of-magnitudes"),
        ("cross", 10, "dot-product"),
        ("cross", [-6, -5, 8], "order-swapped"),
        ("cross", [6, -5, -8], "middle-sign"),
        ("distance", 14, "root-forgotten"),
        ("distance", 6, "sum-of-differences"),
        ("cosine", 10, "not-divided"),
        ("cosine", "1.25", "divided-by-sum"),
        ("angle", "48.19", "degrees"),
        ("angle", "0.7297", "sine"),
    ],
)
def test_slips(part: str, answer: Any, slip: str) -> None:
    """Mistakes are named, among them the lesson's: a scalar given as the cross product."""
    problem = read_problem(from_python({"family": "vectors", "given": GIVEN}), "pair")
    mark = grader.grade(problem, {part: answer})[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"u": [1, 2], "v": [1]}, "given.v: expected as many entries as u has, 2, got 1"),
        ({"u": [], "v": []}, "given.u: expected a list of numbers, got none"),
        ({"u": [1], "v": [[1]]}, "given.v: expected a list of numbers, got 1×1 numbers"),
        (
            {"u": [1], "v": [1], "angle_unit": "grads"},
            "given.angle_unit: expected one of radians, degrees, got 'grads'",
        ),
    ],
)
def test_refusals(given: dict[str, Any], message: str) -> None:
    """Vectors that do not fit together are refused with the given named."""
    with pytest.raises(SpecError) as refusal:
        solved(**given)
    assert str(refusal.value).startswith(message)
