"""The gradient of a function that the author writes as a formula, and its stationary points."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from operator import mul as times
from typing import Annotated, Any

from grader.expression import Expression, Name, Number, less, stack, where
from grader.families import family
from grader.families.functions import (
    Function,
    Point,
    PointOf,
    function,
    parts,
    require_numbers,
    state,
    stationary_points,
    vanishes,
)
from grader.families.givens import Formula, Names
from grader.families.gradient_descent import gradient_at as slopes_at
from grader.families.gradient_descent import partial
from grader.kinds import Words
from grader.solution import Page

KINDS = Words(("minimum", "maximum", "saddle"))
MINIMUM, MAXIMUM, SADDLE = range(3)

At = Annotated[Expression, PointOf("a number, or one for each variable", (0, 1), "p")]


@family
def gradient(s: Page, *, f: Formula, at: At | None = None, variables: Names | None = None) -> None:
    """The partial derivatives of a function written as a formula, its gradient at a point, its stationary points.

    The variables are the names in `f` in the order of the alphabet, unless `variables` lists them; `at` is a number, or
    a list with one for each. A step `df_dv` for each variable v; `gradient_at`, where `at` is given; the stationary
    points, where every partial derivative is zero, the smallest first coordinate first: a single one as a number or a
    list, several as a list of such. Each is a minimum, a maximum or a saddle (with one variable: a point of inflection)
    by the second derivative, or the Hessian's minors (Sylvester): the steps `second_derivative`, or `hessian` and
    `determinant`, then `kind`, with the point's number behind where there are several (`kind_1`, `kind_2`). Left out
    are points that are infinitely many or not found in closed form, and the kind where the Hessian does not decide it.

    Example::

        f: x^2 + y^2
        at: [1, 2]
    """
    of = function(f, variables)
    symbols = state(s, of, r"gradient_at|stationary_points|(kind|hessian|determinant|second_derivative)(_\d+)?|df_d\w+")
    slopes = [partial(s, of, symbols, variable) for variable in symbols]
    if at is not None:
        put_in(s, of, at, slopes)
    points = stationary_points(of)
    if points:
        place = find(s, of, points)
        for k, point in enumerate(points, start=1):
            here = place if len(points) == 1 else place[k - 1]
            classify(s, of, point, parts(here, of, "f"), f"_{k}" if len(points) > 1 else "")
    require_numbers(s, "f" if at is None else "at")


def put_in(s: Page, f: Function, at: Expression, slopes: Sequence[Name]) -> None:
    """The gradient at a point."""
    values = parts(at, f, "at")
    put = stack(*slopes) if at.shape else slopes[0], dict(zip(f.variables, values, strict=True))
    here = s.step("gradient_at", slopes_at(f, at), "Put the point into each derivative.", symbol="g", put=put)
    s.slip(here, "sign", -slopes_at(f, at), "The gradient points up, where f grows.")
    if not at.shape:
        s.slip(here, "height-for-slope", f.at(*values), "This is f itself; how fast does it grow?")
    if len(values) > 1:
        there = [f.slope(variable, at=values) for variable in f.variables]
        s.slip(here, "order", stack(*there[::-1]), "The derivatives stand in the order of the variables.")
        swapped = [f.slope(variable, at=values[::-1]) for variable in f.variables]
        s.slip(here, "coordinates-exchanged", stack(*swapped), "Which coordinate belongs to which variable?")


def find(s: Page, f: Function, points: Sequence[Point]) -> Name:
    """The stationary points, which make every partial derivative zero."""
    single = [point.coordinates[0] if len(f.variables) == 1 else stack(*point.coordinates) for point in points]
    tree = single[0] if len(single) == 1 else stack(*single)
    name = Name("stationary_points", tree.shape)
    claim = (residuals(f, name, len(points)), name) if all(point.exact for point in points) else None
    sentence = "Find where every derivative is zero, the smallest first."
    found = s.step("stationary_points", tree, sentence, symbol="s", root=claim)
    if len(f.variables) == 1:
        heights = [f.at(*point.coordinates) for point in points]
        high = heights[0] if len(heights) == 1 else stack(*heights)
        s.slip(found, "heights-for-points", high, "These are the values of f there; where are they?")
    s.slip(found, "sign", -tree, "Solve once more: the sign of what you bring to the other side changes.")
    return found


def residuals(f: Function, points: Name, count: int) -> Expression:
    """Every partial derivative at every point."""
    each = [points] if count == 1 else list(points)
    return stack(*(f.slope(variable, at=parts(point, f, "f")) for point in each for variable in f.variables))


def classify(s: Page, f: Function, point: Point, here: Sequence[Expression], number: str) -> None:
    """Whether a stationary point is a minimum, a maximum or a saddle."""
    if len(f.variables) == 1:
        bend(s, f, point, here, number)
    else:
        bends(s, f, point, here, number)


def bend(s: Page, f: Function, point: Point, here: Sequence[Expression], number: str) -> None:
    """Of one variable: by the first derivative from the second on that is not zero."""
    (x,), (symbol,), (value,) = f.variables, f.symbols(), point.values
    order = 2
    second = s.step(
        f"second_derivative{number}",
        f.slope(x, x, at=here),
        "Put the point into the second derivative.",
        symbol=f"f_xx{number}",
    )
    while vanishes(f.derivative(*[x] * order).subs(symbol, value)):
        order += 1
    decides = second if order == 2 else f.slope(*[x] * order, at=here)
    upwards = where(less(0, decides), MINIMUM, MAXIMUM)
    sentence = "Name the kind by the way the curve bends."
    if order > 2:
        sentence = "Name the kind: the second derivative is zero, so look at the first one after it that is not."
    kind = s.step(f"kind{number}", Number(Fraction(SADDLE)) if order % 2 else upwards, sentence, kind=KINDS)
    exchanged(s, kind, decides)


def exchanged(s: Page, kind: Name, decides: Expression) -> None:
    s.slip(kind, "exchanged", where(less(0, decides), MAXIMUM, MINIMUM), "Around a minimum the curve bends upwards.")


def bends(s: Page, f: Function, point: Point, here: Sequence[Expression], number: str) -> None:
    """Of several variables: by the leading minors of the Hessian, where its determinant is not zero."""
    rows = [stack(*(f.slope(u, v, at=here) for v in f.variables)) for u in f.variables]
    H = s.step(f"hessian{number}", stack(*rows), "Put the point into the second derivatives.", symbol=f"H{number}")
    at = dict(zip(f.symbols(), point.values, strict=True))
    minors = [determinant([[H[i, j] for j in range(k)] for i in range(k)]) for k in range(1, len(at) + 1)]
    D = s.step(f"determinant{number}", minors[-1], "Find the determinant of these.", symbol=f"D{number}")
    s.slip(D, "sign", -minors[-1], "Which diagonal counts, and which is taken away?")
    s.slip(D, "diagonal-only", reduce(times, (H[i, i] for i in range(len(at)))), "The mixed derivatives count too.")
    if vanishes(determinant([[f.derivative(u, v).subs(at) for v in f.variables] for u in f.variables])):
        return
    sentence = "Name the kind: f may bend up in every direction, down in every direction, or both."
    kind = s.step(f"kind{number}", by_minors([*minors[:-1], D]), sentence, kind=KINDS)
    exchanged(s, kind, H[0, 0])
    s.slip(
        kind, "first-only", where(less(0, H[0, 0]), MINIMUM, MAXIMUM), "One direction does not tell for all of them."
    )


def determinant(rows: Sequence[Sequence[Any]]) -> Any:
    """By the first row (Laplace), of formulas or of SymPy's values."""
    if len(rows) == 1:
        return rows[0][0]
    minors = (determinant([[*row[:j], *row[j + 1 :]] for row in rows[1:]]) for j in range(len(rows)))
    terms = [each * minor for each, minor in zip(rows[0], minors, strict=True)]
    return reduce(lambda so_far, j: so_far - terms[j] if j % 2 else so_far + terms[j], range(1, len(terms)), terms[0])


def by_minors(minors: Sequence[Expression]) -> Expression:
    """The kind by the signs of the Hessian's leading minors: all above 0, or in turn below and above, or else."""
    if len(minors) == 2:
        return where(less(minors[1], 0), SADDLE, where(less(0, minors[0]), MINIMUM, MAXIMUM))
    turned = [-minor if k % 2 else minor for k, minor in enumerate(minors, start=1)]
    return where(every_positive(minors), MINIMUM, where(every_positive(turned), MAXIMUM, SADDLE))


def every_positive(values: Sequence[Expression]) -> Expression:
    """1 where all are above 0, 0 where not."""
    return reduce(times, (less(0, value) for value in values))
