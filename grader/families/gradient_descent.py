"""Gradient descent on a function that the author writes as a formula."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from grader.expression import Expression, Name, Number, absolute, less, sqrt, stack, total
from grader.families import family
from grader.families.functions import Function, PointOf, function, parts, require_numbers, state
from grader.families.givens import Count, Formula, Names, Positive, Scalar
from grader.families.line import RATE, UPHILL, slips
from grader.kinds import YES_NO
from grader.solution import Page

Start = Annotated[Expression, PointOf("a number, or one for each variable", (0, 1), "x_0")]
TOLERANCE = Number(Fraction(1, 10**6))


@family
def gradient_descent(
    s: Page,
    *,
    f: Formula,
    x0: Start,
    lr: Scalar,
    n_steps: Count,
    tolerance: Positive = TOLERANCE,
    variables: Names | None = None,
) -> None:
    """Gradient descent x ← x − α∇f(x) on a function of one variable or several, written as a formula.

    The variables are the names in `f` in the order of the alphabet, unless `variables` lists them; `x0` is a number, or
    a list with one for each. All `n_steps` steps are taken. The descent has converged if the last of them was shorter
    than `tolerance`, |x_n − x_(n−1)| < tolerance, by Euclid's length where there are several variables. `minimum` is
    the value of f where the descent ends. (Cauchy, Méthode générale pour la résolution des systèmes d'équations
    simultanées, 1847; Goodfellow, Bengio and Courville, Deep Learning, 2016, section 4.3.)

    Example::

        f: x^2
        x0: -1
        lr: 0.25
        n_steps: 4
        tolerance: 0.1
    """
    of = function(f, variables)
    parts(x0, of, "x0")
    symbols = state(s, of, r"(x|grad)_\d+|gradient|converged|minimum|df_d\w+")
    gradient = formula_of_gradient(s, of, symbols, bool(x0.shape))
    before, x = x0, x0
    for t in range(1, n_steps + 1):
        grad = gradient_here(s, of, gradient, t, x, x0)
        before, x = x, step_down(s, t, x, lr, grad, x0)
    settled(s, x, before, tolerance)
    least = s.step("minimum", of.at(*parts(x, of, "x0")), "Give the value of f where the descent ends.", symbol="f_min")
    s.slip(least, "at-the-start", of.at(*parts(x0, of, "x0")), "This is f where the descent starts.")
    if not x.shape:
        s.slip(least, "the-point", x, "This is where the descent ends; how high is f there?")
    require_numbers(s, "x0")


def formula_of_gradient(s: Page, f: Function, symbols: list[Name], several: bool) -> Name:
    """The gradient as a formula; of several variables after each slope by itself."""
    height = f.at(*symbols)
    if not several:
        (x,) = symbols
        slope = s.formula(
            "gradient", f.slope(x.name, at=symbols), f"Differentiate f in {x.name}.", symbol="g", derivative=(height, x)
        )
        s.slip(slope, "not-differentiated", height, "This is f itself; how fast does it grow?")
        s.slip(slope, "sign", -f.slope(x.name, at=symbols), "The gradient points up; the minus comes with the step.")
        return slope
    slopes = [partial(s, f, symbols, x) for x in symbols]
    return s.formula("gradient", stack(*slopes), "Write the slopes as one vector.", symbol="g")


def partial(s: Page, f: Function, symbols: list[Name], by: Name) -> Name:
    """The slope in one variable, as a formula."""
    sentence = f"Differentiate f in {by.name}" + (", with every other variable held fixed." if symbols[1:] else ".")
    height = f.at(*symbols)
    slope = s.formula(
        f"df_d{by.name}", f.slope(by.name, at=symbols), sentence, symbol=f"f_{by.name}", derivative=(height, by)
    )
    s.slip(slope, "not-differentiated", height, "This is f itself; how fast does it grow?")
    s.slip(slope, "sign", -f.slope(by.name, at=symbols), "Check the sign: does f grow or fall here?")
    for other in symbols:
        if other != by:
            s.slip(slope, f"by-{other.name}", f.slope(other.name, at=symbols), f"This is the slope in {other.name}.")
    return slope


def gradient_at(f: Function, point: Expression) -> Expression:
    """The gradient at a point, of the point's shape."""
    values = parts(point, f, "x0")
    slopes = [f.slope(variable, at=values) for variable in f.variables]
    return stack(*slopes) if point.shape else slopes[0]


def gradient_here(s: Page, f: Function, gradient: Name, t: int, x: Expression, start: Expression) -> Name:
    """The gradient where the descent stands."""
    values = parts(x, f, "x0")
    here, height = gradient_at(f, x), f.at(*values)
    grad = s.step(
        f"grad_{t}", here, "Put the point where you stand into the gradient.", derivative=(height, x),
        put=(gradient, dict(zip(f.variables, values, strict=True))),
    )  # fmt: skip
    s.slip(grad, "sign", -here, "The gradient points up; the minus comes with the step.")
    if t > 1:
        s.slip(grad, "at-the-start", gradient_at(f, start), "The gradient is wanted where you stand now.")
    if not x.shape:
        s.slip(grad, "height-for-slope", height, "This is f itself; how fast does it grow?")
    return grad


def step_down(s: Page, t: int, x: Expression, lr: Expression, grad: Name, start: Expression) -> Name:
    """The point after a step against the gradient."""
    new = slips(
        s, s.step(f"x_{t}", x - lr * grad, "Step against the gradient."),
        ("uphill", x + lr * grad, UPHILL),
        ("rate-left-out", x - grad, RATE),
        ("gradient-left-out", x - lr, "The step is the learning rate times the gradient."),
        ("point-left-out", -lr * grad, "This is the step; it starts where you stand."),
    )  # fmt: skip
    if t > 1:
        s.slip(new, "from-the-start", start - lr * grad, "Each step starts where the one before it ended.")
    return new


def settled(s: Page, x: Expression, before: Expression, tolerance: Expression) -> None:
    """Whether the last step was short enough to stop."""
    moved = x - before
    length = sqrt(total(moved**2)) if x.shape else absolute(moved)
    sentence = "Say whether the descent has settled, which it has if its last step was shorter than the tolerance."
    converged = s.step("converged", less(length, tolerance), sentence, kind=YES_NO)
    signed = less(total(moved) if x.shape else moved, tolerance)
    s.slip(converged, "sign-counted", signed, "A long step down is long all the same: its length counts, not its sign.")
    s.slip(converged, "height-of-tolerance", less(tolerance, length), "A short last step is what settles a descent.")
