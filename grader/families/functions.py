"""Functions that authors write as formulas: their variables, their slopes and where these vanish."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from grader.claims import symbol
from grader.errors import ShapeError, UnreadableError
from grader.expression import Expression, Name, Number, Table, exact, latex_of, names, numeric
from grader.expression.exact import Exact
from grader.expression.from_sympy import from_sympy
from grader.expression.parse import free_names, parse
from grader.expression.readings import numeric_table
from grader.families.givens import Bind, Tensor
from grader.kinds import explain
from grader.lazy import sympy
from grader.solution import Page


@dataclass(frozen=True)
class PointOf(Tensor):
    """A number or one for each variable, with a symbol of its own on pages."""

    symbol: str

    def bind(self, name: str, value: Table, bind: Bind) -> Name:
        return bind(name, value, self.symbol)


@dataclass(frozen=True)
class Function:
    """A number that depends on some variables, as its author wrote it."""

    text: str
    variables: tuple[str, ...]

    def at(self, *values: Expression) -> Expression:
        """Its formula with expressions for the variables."""
        try:
            tree = parse(self.text, dict(zip(self.variables, values, strict=True)))
        except UnreadableError as error:
            raise ShapeError(explain(error), "f") from error
        if tree.shape:
            raise ShapeError("expected a formula of one number, got one of several", "f")
        return tree

    def symbols(self) -> list[Exact]:
        """SymPy's symbols for the variables."""
        return [symbol(Name(variable)) for variable in self.variables]

    def derivative(self, *by: str) -> Exact:
        """Its derivative by one variable after another, in SymPy; the function itself by none."""
        return derived(self, by)

    def slope(self, *by: str, at: Sequence[Expression]) -> Expression:
        """Its derivative by one variable after another, as a formula in what stands for the variables."""
        derivative = self.derivative(*by)
        try:
            return from_sympy(derivative, dict(zip(self.variables, at, strict=True)))
        except KeyError as error:
            what = f"expected a function with a slope in closed form; the slope in {by[-1]} holds {error.args[0]}"
            raise ShapeError(what, "f") from error


@lru_cache(maxsize=1024)
def derived(f: Function, by: tuple[str, ...]) -> Exact:
    """A function's derivative by one variable after another, in SymPy."""
    if by:
        return sympy.diff(derived(f, by[:-1]), symbol(Name(by[-1])))
    return exact(f.at(*map(Name, f.variables)), dict(zip(f.variables, f.symbols(), strict=True)))


CONSTANTS = {"e": "exp(1)", "pi": "3.14159"}


def function(text: str, variables: Sequence[str] | None) -> Function:
    """The function that a spec writes; its variables in the order of the alphabet unless they are listed."""
    try:
        found = free_names(text)
    except UnreadableError as error:
        raise ShapeError(explain(error), "f") from error
    for constant, instead in CONSTANTS.items():
        if variables is None and constant in found:
            what = f"{constant!r} would be a variable here"
            raise ShapeError(f"{what}; write {instead} for the number, or list it in variables", "f")
    listed = tuple(sorted(found)) if variables is None else tuple(variables)
    if not listed:
        raise ShapeError("expected a formula with a variable, such as x^2", "f")
    if len(set(listed)) < len(listed):
        raise ShapeError("expected every variable once", "variables")
    return Function(text, listed)


def state(s: Page, f: Function, reserved: str) -> list[Name]:
    """Write the function on the page, and its variables as symbols; some names are taken by steps."""
    for variable in f.variables:
        if variable in s.names or re.fullmatch(reserved, variable):
            raise ShapeError(f"the variable {variable!r} has the name of something else here; call it u or v", "f")
    symbols = [s.symbol(variable) for variable in f.variables]
    arguments = ", ".join(map(latex_of, symbols))
    s.terms.word("f", f.at(*symbols))
    s.ask(f"$f({arguments}) = {latex_of(f.at(*symbols))}$")
    return symbols


def parts(point: Expression, f: Function, given: str) -> list[Expression]:
    """A point's coordinates, one for each variable."""
    if (len(point) if point.shape else 1) != len(f.variables):
        got = f"a list of {len(point)}" if point.shape else "a single number"
        wanted = f"a number for each variable of f ({', '.join(f.variables)})"
        raise ShapeError(f"expected {wanted}, got {got}", given)
    return list(point) if point.shape else [point]


def require_numbers(s: Page, given: str) -> None:
    """Refuse givens where a step has no value: a root of what is negative, a division by zero, an overflow."""
    arrays = {name: numeric_table(table) for name, table in s.tables.items()}
    for name, step in s.steps.items():
        if not all(use in arrays for use in names(step.expression)):
            continue
        arrays[name] = numeric(step.expression, arrays)
        if not np.isfinite(arrays[name]).all():
            raise ShapeError(f"{name} is no number here: f or its slope is not defined, or grows without bound", given)


@dataclass(frozen=True)
class Point:
    """A stationary point: its coordinates as formulas, the same as SymPy has them, and whether nothing was rounded."""

    coordinates: tuple[Expression, ...]
    values: tuple[Exact, ...]
    exact: bool


DIGITS = 30  # of a coordinate without a closed form
MOST_CHOICES = 5000  # of coordinates for a point


def stationary_points(f: Function) -> list[Point]:
    """Where every slope vanishes, by coordinates.

    None where they are infinitely many, where SymPy does not find them, and where f has no second derivative in closed
    form.
    """
    try:
        for first, second in itertools.product(f.variables, repeat=2):
            f.slope(first, second, at=[Name(variable) for variable in f.variables])
        found = roots_of_one(f) if len(f.variables) == 1 else roots_of_many(f)
    except (NotImplementedError, ShapeError):
        return []
    real = [tuple(map(as_real, point)) for point in found]
    points = {tuple(value for value in point if value is not None) for point in real}
    whole = [point for point in points if len(point) == len(f.variables)]
    return [as_point(point) for point in sorted(whole, key=lambda point: tuple(map(float, point)))]


def roots_of_one(f: Function) -> list[tuple[Exact, ...]]:
    """The zeros of the slope of a function of one variable."""
    slope, (x,) = f.derivative(*f.variables), f.symbols()
    if slope.is_polynomial(x):
        return [] if slope.is_zero else [(root,) for root in sympy.real_roots(sympy.Poly(slope, x))]
    found = sympy.solveset(slope, x, sympy.Reals)
    return [(root,) for root in found] if isinstance(found, sympy.FiniteSet) else []


def roots_of_many(f: Function) -> list[tuple[Exact, ...]]:
    """The common zeros of the slopes of a function of several variables, where these come down to polynomials.

    Each coordinate is a zero of the polynomial in its variable alone that the system implies (a Gröbner basis); every
    choice of such zeros is tried.
    """
    slopes, symbols = [f.derivative(variable) for variable in f.variables], f.symbols()
    system = [polynomial_part(slope) for slope in slopes]
    if not all(part.is_polynomial(*symbols) for part in system):
        return []
    roots = [real_coordinates(system, [*symbols[:k], *symbols[k + 1 :], symbols[k]]) for k in range(len(symbols))]
    if math.prod(map(len, roots)) > MOST_CHOICES:
        return []
    choices = (dict(zip(symbols, point, strict=True)) for point in itertools.product(*roots))
    return [tuple(at.values()) for at in choices if all(vanishes(slope.subs(at)) for slope in slopes)]


def polynomial_part(slope: Exact) -> Exact:
    """The numerator of a slope without its exponentials, which are never zero."""
    factors = sympy.Mul.make_args(sympy.factor(sympy.numer(sympy.together(slope))))
    return sympy.Mul(*(factor for factor in factors if not isinstance(factor, sympy.exp)))


def real_coordinates(system: Sequence[Exact], order: Sequence[Exact]) -> list[Exact]:
    """The real zeros of the polynomial in the last variable alone; none where solutions are infinitely many."""
    basis = sympy.groebner(system, *order, order="lex")
    if not basis.is_zero_dimensional:
        return []
    return sorted(set(sympy.real_roots(sympy.Poly(basis.exprs[-1], order[-1]))))


def vanishes(value: Exact) -> bool:
    """Whether a number is zero as far as its digits tell."""
    number = value.evalf(2 * DIGITS)
    return bool(number.is_finite and abs(number) < 10**-DIGITS)


def as_real(value: Exact) -> Exact | None:
    """A coordinate, if it is a real number; what SymPy cannot tell is told by its digits."""
    if value.is_real is None:
        real, imaginary = value.evalf(2 * DIGITS).as_real_imag()
        return real if abs(imaginary) < 10**-DIGITS else None
    return value if value.is_real else None


def as_point(values: tuple[Exact, ...]) -> Point:
    """A stationary point with formulas for its coordinates, rounded where there is none in closed form."""
    closed = [closed_form(value) for value in values]
    rounded = [Number(Fraction(str(value.evalf(DIGITS)))) for value in values]
    coordinates = (each if each is not None else near for each, near in zip(closed, rounded, strict=True))
    return Point(tuple(coordinates), values, None not in closed)


def closed_form(value: Exact) -> Expression | None:
    """A number as a formula; None where the table of operations has none for it."""
    try:
        return from_sympy(value, {})
    except KeyError:
        return None
