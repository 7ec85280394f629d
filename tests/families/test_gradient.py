"""Partial derivatives and stationary points against mpmath, NumPy's roots and eigenvalues, and textbook examples."""

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

import grader
from grader.checks import AGREEMENT, check
from grader.document import from_python
from grader.errors import SpecError
from grader.expression import plain_of
from grader.problem import Problem, read_problem
from grader.solution import Solution


def problem(**given: Any) -> Problem:
    return read_problem(from_python({"family": "gradient", "given": given}), "hill")


def solved(**given: Any) -> Solution:
    return problem(**given).solution


def points_of(solution: Solution) -> list[list[float]]:
    """The stationary points of a function of two variables."""
    return np.atleast_2d(solution["stationary_points"].value).tolist()  # type: ignore[no-any-return]


def kinds_of(solution: Solution) -> list[str]:
    return [
        str(solution[step].kind.show(solution.arrays[step][..., 0])) for step in solution if step.startswith("kind")
    ]


whole = st.integers(-4, 4)


@given(st.lists(whole, min_size=6, max_size=6), st.integers(-20, 20), st.integers(-20, 20))
@settings(max_examples=100, deadline=None)
def test_gradient_of_a_cubic_is_mpmaths(k: list[int], m: int, n: int) -> None:
    """Both readings agree, and mpmath's partial derivatives at fifty digits say the same."""
    f = f"({k[0]})*x^3 + ({k[1]})*x^2*y + ({k[2]})*x*y + ({k[3]})*y^2 + ({k[4]})*exp(x/10) + ({k[5]})*y"
    at = (Fraction(m, 10), Fraction(n, 10))
    solution = solved(f=f, variables=["x", "y"], at=list(at))

    def height(x: mpf, y: mpf) -> mpf:
        return k[0] * x**3 + k[1] * x**2 * y + k[2] * x * y + k[3] * y**2 + k[4] * mp.exp(x / 10) + k[5] * y

    with mp.workdps(50):
        place = tuple(mpf(each.numerator) / each.denominator for each in at)
        slopes = [mpmath.diff(height, place, order) for order in ((1, 0), (0, 1))]
        for mine, theirs in zip(solution["gradient_at"].exact, slopes, strict=True):
            assert abs(mpf(str(mine.evalf(40))) - theirs) < mpf(10) ** -20
    assert solution.prove("df_dx")
    assert solution.prove("df_dy")
    assert max(map(solution.agreement, solution)) < AGREEMENT


@given(st.lists(st.integers(-9, 9), min_size=3, max_size=5), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_stationary_points_of_a_polynomial_are_numpys_roots(coefficients: list[int], leading: int) -> None:
    """The real zeros of f′, each once, from the left to the right; f bends as its second derivative says.

    Roots that lie together are told apart by NumPy only to about the cube root of the rounding, so these are left out.
    """
    slope = [leading, *coefficients]
    degree = len(slope) - 1
    roots = np.roots(slope)
    apart = [abs(a - b) for i, a in enumerate(roots) for b in roots[:i]] + [abs(r.imag) for r in roots if r.imag]
    assume(min(apart, default=1) > 1e-3)
    f = " + ".join(f"({c})*x^{degree - i + 1}/{degree - i + 1}" for i, c in enumerate(slope))
    solution = solved(f=f)
    real = sorted(root.real for root in roots if root.imag == 0)
    assert ("stationary_points" in solution) == bool(real)
    if real:
        assert np.atleast_1d(solution["stationary_points"].value) == pytest.approx(real, abs=1e-7)
        bends = np.polyval(np.polyder(slope), real)
        assert kinds_of(solution) == ["minimum" if bend > 0 else "maximum" for bend in bends]
    assert max(map(solution.agreement, solution)) < AGREEMENT


@given(st.lists(whole, min_size=6, max_size=6), st.lists(whole, min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_kind_of_a_quadratic_form_is_told_by_its_eigenvalues(k: list[int], shift: list[int]) -> None:
    """Of three variables: all eigenvalues above 0, all below, or both; a shift moves the point and not its kind."""
    H = np.array([[2 * k[0], k[3], k[4]], [k[3], 2 * k[1], k[5]], [k[4], k[5], 2 * k[2]]], dtype=float)
    assume(abs(np.linalg.det(H)) > 0.5)
    x, y, z = (f"({name} - ({by}))" for name, by in zip("xyz", shift, strict=True))
    f = f"({k[0]})*{x}^2 + ({k[1]})*{y}^2 + ({k[2]})*{z}^2 + ({k[3]})*{x}*{y} + ({k[4]})*{x}*{z} + ({k[5]})*{y}*{z}"
    solution = solved(f=f, variables=["x", "y", "z"])
    eigenvalues = np.linalg.eigvalsh(H)
    kind = "minimum" if (eigenvalues > 0).all() else "maximum" if (eigenvalues < 0).all() else "saddle"
    assert points_of(solution) == [[float(by) for by in shift]]
    assert kinds_of(solution) == [kind]
    assert solution["determinant"].value == pytest.approx(np.linalg.det(H))
    assert solution.prove("stationary_points")


@pytest.mark.parametrize(
    ("f", "points", "kinds"),
    [
        # Stewart, Calculus, section 14.7, examples 1 to 3.
        ("x^2 + y^2 - 2*x - 6*y + 14", [[1, 3]], ["minimum"]),
        ("y^2 - x^2", [[0, 0]], ["saddle"]),
        ("x^4 + y^4 - 4*x*y + 1", [[-1, -1], [0, 0], [1, 1]], ["minimum", "saddle", "minimum"]),
        # The bowl of the lesson, as it is and raised.
        ("x^2 + y^2", [[0, 0]], ["minimum"]),
        ("x^2 + y^2 + 1", [[0, 0]], ["minimum"]),
        # Rosenbrock 1960: one minimum, at (1, 1).
        ("100*(y - x^2)^2 + (1 - x)^2", [[1, 1]], ["minimum"]),
        ("exp(-x^2 - y^2)", [[0, 0]], ["maximum"]),
    ],
)
def test_textbook_examples(f: str, points: list[list[float]], kinds: list[str]) -> None:
    """Points and kinds as they are printed."""
    solution = solved(f=f)
    assert points_of(solution) == points
    assert kinds_of(solution) == kinds


def test_himmelblaus_nine_points() -> None:
    """Himmelblau 1972: four minima and a maximum at the places that are published, and between them four saddles."""
    solution = solved(f="(x^2 + y - 11)^2 + (x + y^2 - 7)^2")
    found = dict(zip(map(tuple, points_of(solution)), kinds_of(solution), strict=True))
    by_kind = {kind: sorted(point for point in found if found[point] == kind) for kind in set(found.values())}
    minima = [(-3.779310, -3.283186), (-2.805118, 3.131312), (3, 2), (3.584428, -1.848126)]
    assert np.array(by_kind["minimum"]) == pytest.approx(np.array(minima), abs=1e-6)
    assert by_kind["maximum"][0] == pytest.approx((-0.270845, -0.923039), abs=1e-6)
    assert len(by_kind["saddle"]) == 4


@pytest.mark.parametrize(
    ("f", "kinds"),
    [("x^3", ["saddle"]), ("x^4", ["minimum"]), ("-x^6", ["maximum"]), ("x^3/3 - x^2 + x", ["saddle"]),
     ("x^3 - 3*x", ["maximum", "minimum"]), ("x*exp(x)", ["minimum"]), ("x^3*exp(-x)", ["saddle", "maximum"])],
)  # fmt: skip
def test_one_variable(f: str, kinds: list[str]) -> None:
    """Where the second derivative is zero, the first after it that is not decides."""
    assert kinds_of(solved(f=f)) == kinds


@pytest.mark.parametrize("f", ["3*x + 1", "sin(x)", "(x - y)^2", "x^2*y^2", "y*sin(x)", "abs(x)", "x + 2*y", "log(x)"])
def test_points_that_are_none_or_too_many_are_left_out(f: str) -> None:
    """The derivatives are asked for all the same."""
    solution = solved(f=f)
    assert "df_dx" in solution
    assert "stationary_points" not in solution


def test_kind_that_the_hessian_leaves_open_is_left_out() -> None:
    """x⁴ + y⁴ has a determinant of zero at its only stationary point."""
    solution = solved(f="x^4 + y^4")
    assert solution["determinant"].exact == 0
    assert kinds_of(solution) == []


def test_derivatives_of_the_lesson() -> None:
    """∂z/∂x = 2x, ∂z/∂y = 2y, and the gradient at a point."""
    solution = solved(f="x^2 + y^2", at=[1, 2])
    assert [plain_of(solution[name].expression) for name in ("df_dx", "df_dy")] == ["2·x", "2·y"]
    assert solution["gradient_at"].value.tolist() == [2, 4]
    assert list(solution)[:4] == ["df_dx", "df_dy", "gradient_at", "stationary_points"]


def test_points_without_a_closed_form_have_thirty_digits() -> None:
    """The three zeros of 4x³ − 6x + 1 are no roots of roots of ratios; nothing is claimed that is not exact."""
    solution = solved(f="x^4 - 3*x^2 + x")
    slopes = [4 * x**3 - 6 * x + 1 for x in solution["stationary_points"].exact]
    assert max(map(abs, slopes)) < Fraction(1, 10**25)
    assert solution["stationary_points"].claims == ()


@pytest.mark.parametrize(
    ("given", "part", "answer", "slip"),
    [
        ({"f": "x^2 + y^2", "at": [1, 2]}, "gradient_at", "[-2, -4]", "sign"),
        ({"f": "x^2 + y^3", "at": [1, 2]}, "gradient_at", "[12, 2]", "order"),
        ({"f": "x^2 + y^3", "at": [1, 2]}, "gradient_at", "[4, 3]", "coordinates-exchanged"),
        ({"f": "x^3", "at": 2}, "gradient_at", "8", "height-for-slope"),
        ({"f": "(x - 3)^2 + 5"}, "stationary_points", "5", "heights-for-points"),
        ({"f": "(x - 3)^2 + 5"}, "stationary_points", "-3", "sign"),
        ({"f": "(x - 3)^2 + 5"}, "kind", "maximum", "exchanged"),
        # The lesson takes every point with a gradient of zero for a minimum or a maximum.
        ({"f": "x^2 - y^2"}, "kind", "minimum", "first-only"),
        ({"f": "x^2 + y^2 + 3*x*y"}, "determinant", "4", "diagonal-only"),
    ],
)
def test_a_slip_is_named(given: dict[str, Any], part: str, answer: str, slip: str) -> None:
    """The mistakes of the lesson, and those that are near, by name."""
    node = [each.strip() for each in answer.strip("[]").split(",")] if answer.startswith("[") else answer
    mark = grader.grade(problem(**given), {part: node})[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


def test_an_author_may_ask_for_all_of_it() -> None:
    """The author's tests pass on a problem with several points, a formula each, and pages in every format."""
    checked = check(problem(f="x^4 + y^4 - 4*x*y + 1", at=["0.5", -2]))
    assert checked.errors == []
    assert checked.proofs == 4


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"f": "x*y", "at": 3}, "given.at: expected a number for each variable of f (x, y), got a single number"),
        ({"f": "x*y", "at": [1, 2, 3]}, "given.at: expected a number for each variable of f (x, y), got a list of 3"),
        ({"f": "x/(x - 1)", "at": 1}, "given.at: gradient_at is no number here"),
        ({"f": "a*x", "variables": ["x"]}, "given.f: unknown name 'a'; known here: x"),
        ({"f": "floor(x)*max(x, 2)"}, "given.f: expected a function with a slope in closed form"),
        ({"f": "kind_1"}, "given.f: the variable 'kind_1' has the name of something else here"),
    ],
)
def test_givens_that_do_not_work_are_refused(given: dict[str, Any], message: str) -> None:
    """With the given named, and what is expected of it."""
    with pytest.raises(SpecError) as refusal:
        solved(**given)
    assert str(refusal.value).startswith(message)
