"""Whether an equation follows from another: solved at sample points by Newton's method, and tested there."""

from __future__ import annotations

import pytest

from grader.expression import numeric
from grader.expression.points import float_points
from grader.expression.slopes import gradient
from grader.expression.tree import Name
from grader.marking.solving import follows_from, newton, residual
from grader.statements import statement
from grader.vocabulary import worlds

SYMBOLS = {
    "X": "matrix(n,d)",
    "y": "vector(n)",
    "w": "vector(d)",
    "lam": "positive",
    "a": "positive",
    "b": "real",
    "x": "real",
}


@pytest.mark.parametrize(
    ("first", "second", "unknown", "follows"),
    [
        ("2x = b", "x = b/2", "x", True),
        ("2x = b", "x = b", "x", False),
        ("2x = b", "4x - 2b = 0", "x", True),
        ("2x = b", "x^2 = b^2/4", "x", True),
        ("e^x = a", "x = log(a)", "x", True),
        ("e^x = a", "x = -log(a)", "x", False),
        ("x^3 = b", "x = cbrt(b)", "x", True),
        ("x^2 = -1", "x = 3", "x", False),
        ("b = a", "x = 3", "x", False),
        ("X^T X w + lam w = X^T y", r"w = (X^T X + λ I)^{-1} X^T y", "w", True),
        ("X^T X w + lam w = X^T y", r"w = (X^T X + 2 λ I)^{-1} X^T y", "w", False),
        ("X^T X w + 2 lam w = X^T y", r"w = (X^T X + 2 λ I)^{-1} X^T y", "w", True),
        ("2 w = X^T y", r"w = \\frac{1}{2} X^T y", "w", True),
    ],
)
def test_what_follows(first: str, second: str, unknown: str, follows: bool) -> None:
    """In every world the second equation holds where the first is solved, or does not."""
    for world in worlds(SYMBOLS):
        scope = world.scope()
        pair = [
            tuple(side.read(scope)[0] for side in statement(text.replace("\\\\", "\\")).sides)
            for text in (first, second)
        ]
        assert follows_from(pair[0], pair[1], scope, world, unknown) == follows


@pytest.mark.parametrize("text", ["3x = b", "x + e^x = b", "x^3 + x = b"])
def test_newton_solves(text: str) -> None:
    """The unknown that is found makes the residual vanish; where there is none, nothing is found."""
    (world,) = worlds({"x": "real", "b": "real"})
    tree = residual(tuple(side.read(world.scope())[0] for side in statement(text).sides))  # type: ignore[arg-type]
    x = Name("x")
    for values in float_points((Name("b"),), {}, 3):
        solved = newton(tree, gradient(tree, x), x, values)
        assert solved is not None
        assert abs(float(numeric(tree, {**values, "x": solved})[0])) < 1e-8


def test_newton_without_a_solution() -> None:
    """x² = −1 has no real solution, and log of a negative number no value."""
    (world,) = worlds({"x": "real"})
    x = Name("x")
    for text in ("x^2 = -1", "log(x - 3) = 0"):
        tree = residual(tuple(side.read(world.scope())[0] for side in statement(text).sides))  # type: ignore[arg-type]
        assert newton(tree, gradient(tree, x), x, {}) is None
