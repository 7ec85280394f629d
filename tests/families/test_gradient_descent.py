"""Gradient descent on formulas against a loop over fractions, mpmath's differentiation and the lesson's figures."""

from fractions import Fraction
from typing import Any

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from scipy.optimize import rosen, rosen_der

import grader
from grader.checks import AGREEMENT
from grader.document import from_python
from grader.errors import SpecError
from grader.expression import plain_of
from grader.problem import Problem, read_problem
from grader.solution import Solution

LESSON: dict[str, Any] = {"f": "x^2", "x0": -1, "lr": "0.25", "n_steps": 4, "tolerance": "0.1"}
VALLEYS: dict[str, Any] = {"f": "x^4/4 - x^3/3 - x^2 + 1", "lr": "0.2", "n_steps": 40}


def problem(**given: Any) -> Problem:
    return read_problem(from_python({"family": "gradient_descent", "given": given}), "hill")


def solved(**given: Any) -> Solution:
    return problem(**given).solution


def said(solution: Solution, step: str = "converged") -> str:
    return str(solution[step].kind.show(solution.arrays[step][..., 0]))


tenths = st.integers(-30, 30).map(lambda n: Fraction(n, 10))
rates = st.integers(-5, 30).map(lambda n: Fraction(n, 100))


@given(tenths, tenths, tenths, tenths, tenths, rates, st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_descent_on_a_quadratic_is_the_loop(
    a: Fraction, b: Fraction, c: Fraction, x: Fraction, y: Fraction, lr: Fraction, n: int
) -> None:
    """On ax² + bxy + cy² + x every point equals the loop's exactly; the numeric reading agrees."""
    f = f"({a})*x^2 + ({b})*x*y + ({c})*y^2 + x"
    solution = solved(f=f, x0=[x, y], lr=lr, n_steps=n)
    for t in range(1, n + 1):
        slope = (2 * a * x + b * y + 1, b * x + 2 * c * y)
        assert tuple(Fraction(str(each)) for each in solution[f"grad_{t}"].exact) == slope
        x, y = x - lr * slope[0], y - lr * slope[1]
        assert tuple(Fraction(str(each)) for each in solution[f"x_{t}"].exact) == (x, y)
    assert Fraction(str(solution["minimum"].exact)) == a * x**2 + b * x * y + c * y**2 + x
    assert max(map(solution.agreement, solution)) < AGREEMENT


HILLS = {
    "exp(x) - 2*x": lambda x: mp.exp(x) - 2 * x,
    "x*sin(x) + x^2/4": lambda x: x * mp.sin(x) + x**2 / 4,
    "log(1 + exp(x)) - x/3": lambda x: mp.log(1 + mp.exp(x)) - x / 3,
    "sqrt(x^2 + 1)": lambda x: mp.sqrt(x**2 + 1),
    "(x - 1)^2/(x^2 + 1)": lambda x: (x - 1) ** 2 / (x**2 + 1),
    "tanh(x)^2 - cos(2*x)": lambda x: mp.tanh(x) ** 2 - mp.cos(2 * x),
    "sigmoid(x) + x^2": lambda x: 1 / (1 + mp.exp(-x)) + x**2,
}


@given(st.sampled_from(list(HILLS)), tenths, st.integers(1, 20).map(lambda n: Fraction(n, 100)))
@settings(max_examples=40, deadline=None)
def test_slopes_are_mpmaths(f: str, x0: Fraction, lr: Fraction) -> None:
    """A descent with mpmath's numerical differentiation at fifty digits comes by the same points."""
    solution = solved(f=f, x0=x0, lr=lr, n_steps=3)
    with mp.workdps(50):
        x = mpf(x0.numerator) / x0.denominator
        for t in (1, 2, 3):
            x -= mpf(lr.numerator) / lr.denominator * mpmath.diff(HILLS[f], x)
            assert abs(mpf(str(solution[f"x_{t}"].exact.evalf(40))) - x) < mpf(10) ** -20
    assert all(solution.prove(name) for name in solution)
    assert max(map(solution.agreement, solution)) < AGREEMENT


def test_rosenbrocks_valley_is_scipys() -> None:
    """SciPy's own function and gradient, from the usual start (−1.2, 1), where the gradient is (−215.6, −88)."""
    solution = solved(f="100*(y - x^2)^2 + (1 - x)^2", x0=["-1.2", 1], lr="0.001", n_steps=10)
    assert solution["grad_1"].value == pytest.approx([-215.6, -88], rel=1e-12)
    x = [-1.2, 1.0]
    for t in range(1, 11):
        assert solution[f"grad_{t}"].value == pytest.approx(rosen_der(x), rel=1e-9)
        x = x - 0.001 * rosen_der(x)
    assert solution["x_10"].value == pytest.approx(x, rel=1e-9)
    assert solution["minimum"].value == pytest.approx(rosen(x), rel=1e-9)


def test_the_lessons_descent() -> None:
    """From −1 by a quarter: −0.5, −0.25, −0.125, −0.0625."""
    solution = solved(**LESSON)
    assert [solution[f"x_{t}"].value for t in range(1, 5)] == [-0.5, -0.25, -0.125, -0.0625]
    assert [solution[f"grad_{t}"].value for t in range(1, 5)] == [-2, -1, -0.5, -0.25]
    assert plain_of(solution["gradient"].expression) == "2·x"
    assert solution["minimum"].exact == Fraction(1, 256)
    assert list(solution)[:3] == ["gradient", "grad_1", "x_1"]
    assert list(solution)[-2:] == ["converged", "minimum"]


def test_the_lessons_descent_that_diverges() -> None:
    """With the rate 10 the first step lands on 19, and every step is longer than the one before."""
    solution = solved(**LESSON | {"lr": 10})
    assert [solution[f"x_{t}"].value for t in (1, 2, 3)] == [19, -361, 6859]
    assert said(solution) == "no"


@pytest.mark.parametrize(("tolerance", "settles"), [("0.1", "yes"), ("0.0625", "no"), ("0.0626", "yes")])
def test_settling_is_a_step_shorter_than_the_tolerance(tolerance: str, settles: str) -> None:
    """The last step is 1/16 long: a tolerance just as long is not enough."""
    assert said(solved(**LESSON | {"tolerance": tolerance})) == settles


def test_tolerance_without_a_word_is_the_lessons() -> None:
    """A millionth: the twentieth step from −1 is 2⁻²⁰ long, the nineteenth was 2⁻¹⁹."""
    given = {name: value for name, value in LESSON.items() if name != "tolerance"}
    assert [said(solved(**given | {"n_steps": n})) for n in (19, 20)] == ["no", "yes"]


@pytest.mark.parametrize(("x0", "lands", "low"), [("-0.5", -1, 7 / 12), (1, 2, -5 / 3), (0, 0, 1)])
def test_several_starts_find_several_minima(x0: Any, lands: float, low: float) -> None:
    """From the left the shallow valley, from the right the deep one; from the crest the descent never leaves."""
    solution = solved(**VALLEYS, x0=x0)
    assert solution["x_40"].value == pytest.approx(lands, abs=1e-6)
    assert solution["minimum"].value == pytest.approx(low, abs=1e-9)
    assert said(solution) == "yes"


def test_a_vector_moves_by_its_length() -> None:
    """Two variables: the step's length by Euclid, and a slope for each variable before the gradient."""
    solution = solved(f="x^2 + y^2", x0=[3, 4], lr="0.5", n_steps=1, tolerance="5.001")
    assert list(solution)[:3] == ["df_dx", "df_dy", "gradient"]
    assert solution["x_1"].value.tolist() == [0, 0]
    assert said(solution) == "yes"
    assert said(solved(f="x^2 + y^2", x0=[3, 4], lr="0.5", n_steps=1, tolerance=5)) == "no"


def test_variables_stand_in_the_order_that_is_listed() -> None:
    """Alphabetical unless it is said otherwise."""
    given = {"f": "a + 2*b^2", "x0": [1, 10], "lr": 0, "n_steps": 1}
    assert solved(**given)["grad_1"].value.tolist() == [1, 40]
    assert solved(**given, variables=["b", "a"])["grad_1"].value.tolist() == [4, 1]


@pytest.mark.parametrize(
    ("part", "answer", "slip"),
    [
        ("grad_1", "2", "sign"),
        ("grad_1", "1", "height-for-slope"),
        ("grad_2", "-2", "at-the-start"),
        ("x_1", "-1.5", "uphill"),
        ("x_1", "1", "rate-left-out"),
        ("x_1", "-1.25", "gradient-left-out"),
        ("x_1", "0.5", "point-left-out"),
        ("x_3", "-0.875", "from-the-start"),
        ("minimum", "1", "at-the-start"),
        ("minimum", "-0.0625", "the-point"),
        ("converged", "no", "height-of-tolerance"),
    ],
)
def test_a_slip_is_named(part: str, answer: str, slip: str) -> None:
    """On the lesson's parabola."""
    mark = grader.grade(problem(**LESSON), {part: answer})[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


def test_a_long_step_down_has_not_settled() -> None:
    """The lesson compares x_new − x_old with the threshold, its sign included."""
    mark = grader.grade(problem(**LESSON | {"x0": 1, "tolerance": "0.01"}), {"converged": "yes"})["converged"]
    assert (mark.verdict, mark.slip) == ("slip", "sign-counted")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"f": "x^2 +"}, "given.f: expected a number, a name or a bracket; reading stopped at 'the end'"),
        ({"f": "sinn(x)"}, "given.f: unknown function 'sinn'; did you mean 'sin'?"),
        ({"f": "x^2 + y^2"}, "given.x0: expected a number for each variable of f (x, y), got a single number"),
        ({"f": "7"}, "given.f: expected a formula with a variable, such as x^2"),
        ({"f": "e^x"}, "given.f: 'e' would be a variable here; write exp(1) for the number"),
        ({"f": "lr^2"}, "given.f: the variable 'lr' has the name of something else here; call it u or v"),
        ({"f": "x_1^2"}, "given.f: the variable 'x_1' has the name of something else here; call it u or v"),
        ({"f": "relu(x)"}, "given.f: expected a function with a slope in closed form; the slope in x holds Heaviside"),
        ({"f": "sqrt(x)"}, "given.x0: grad_1 is no number here"),
        ({"f": "1/x", "x0": 0}, "given.x0: grad_1 is no number here"),
        ({"lr": 10, "n_steps": 400}, "given.x0: grad_242 is no number here"),
        ({"n_steps": 0}, "given.n_steps: expected a whole number of at least 1, got '0'"),
        ({"tolerance": 0}, "given.tolerance: expected a number above 0, got '0'"),
        ({"variables": ["x", "x"]}, "given.variables: expected every variable once"),
        ({"variables": ["2x"]}, "given.variables.1: expected a name, such as x or w_1, got '2x'"),
        ({"f": ["x"]}, "given.f: expected a formula, such as x^2 + 3*y, got ['x']"),
    ],
)
def test_givens_that_do_not_work_are_refused(change: dict[str, Any], message: str) -> None:
    """With the given named, and what is expected of it."""
    with pytest.raises(SpecError) as refusal:
        solved(**LESSON | change)
    assert str(refusal.value).startswith(message)
