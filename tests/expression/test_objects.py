"""Every row of the table by balls and in the field, beside SymPy's exact value, and mpmath's for the functions."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from grader import expression as op
from grader.expression import OPERATIONS, Expression, Name, exact
from grader.expression.balls import BALLS, UNDEFINED, ball, balls
from grader.expression.field import FIELD, P, field, residue, residues
from grader.expression.objects import UnreadError
from grader.expression.tree import names

x, y = Name("x"), Name("y")
v, u = Name("v", (3,)), Name("u", (3,))
A, B = Name("A", (2, 2)), Name("B", (2, 2))
GIVEN: dict[str, Any] = {
    "x": Fraction(7, 5), "y": Fraction(2, 3), "v": (Fraction(1, 2), Fraction(-3), Fraction(4, 7)),
    "u": (Fraction(5), Fraction(1, 3), Fraction(-1, 4)), "A": ((2, Fraction(1, 3)), (Fraction(-5, 2), 1)),
    "B": ((Fraction(1, 2), 3), (4, Fraction(-1, 7))),
}  # fmt: skip

READ: dict[str, Expression] = {
    "plus": x + v, "minus": v - x, "times": v * u, "divide": v / x, "power": v**3, "negative": -v, "exp": op.exp(v),
    "log": op.log(x), "xlogy": op.xlogy(x, y), "sqrt": op.sqrt(x), "abs": op.absolute(v), "floor": op.floor(v),
    "ceiling": op.ceiling(v), "tanh": op.tanh(v), "sigmoid": op.sigmoid(v), "relu": op.relu(v), "sin": op.sin(v),
    "cos": op.cos(v), "arccos": op.arccos(y), "sign": op.sign(v), "tan": op.tan(v), "arcsin": op.arcsin(y),
    "arctan": op.arctan(v), "sinh": op.sinh(v), "cosh": op.cosh(v), "factorial": op.factorial(x - x + 6),
    "choose": op.choose(x - x + 9, 4), "maximum": op.maximum(v, u), "minimum": op.minimum(v, u), "less": v < u,
    "equal": op.equal(v, v[1]), "where": op.where(v < u, v, x), "root": op.root(v, n=3), "pi": op.pi() * x,
    "sum": op.total(A, axis=0), "mean": op.mean(A, axis=1), "max": op.largest(A, axis=0), "min": op.smallest(A),
    "argmax": op.argmax(v), "argmin": op.argmin(A, axis=1), "matmul": A @ B, "transpose": A.T,
    "solve": op.solve(A, B), "softmax": op.softmax(v), "outer": op.outer(v, u), "identity": A + op.identity(n=2),
    "diagonal": op.diagonal(v), "cross": op.cross(v, u), "inverse": op.inverse(A),
    "determinant": op.determinant(A), "trace": op.trace(A), "item": A[0, 1], "stack": op.stack(x, y, 2),
    "ravel": op.ravel(A), "beside": op.beside(A, B), "concatenate": op.concatenate(v, u), "expand": op.expand(v, 2),
}  # fmt: skip
"""A tree for each row of the table that formulas can hold."""

UNREAD = {"pad", "conv2d", "pool"}
"""Rows of images, which no formula that students write can hold."""

OFF_BY = sympy.Rational(1, 10**50)


def entries(value: Any) -> list[Fraction]:
    return [entry for row in value for entry in entries(row)] if isinstance(value, tuple) else [Fraction(value)]


def given_as(number: Callable[[Fraction], Any], tree: Expression) -> dict[str, Any]:
    """What is given for a tree's names, as arrays of objects at one point."""
    shapes = {name.name: name.shape for name in (x, y, v, u, A, B)}
    found = {}
    for name in names(tree):
        array = np.empty((len(entries(GIVEN[name])), 1), dtype=object)
        array[:, 0] = [number(entry) for entry in entries(GIVEN[name])]
        found[name] = array.reshape((*shapes[name], 1))
    return found


def by_sympy(tree: Expression) -> list[Any]:
    """Every entry of a tree's exact value."""

    def given_to(value: Any) -> Any:
        if isinstance(value, tuple):
            return sympy.Array([given_to(each) for each in value])
        return sympy.Rational(Fraction(value).numerator, Fraction(value).denominator)

    value = exact(tree, {name: given_to(GIVEN[name]) for name in names(tree)})
    return [value[index] if index else value for index in np.ndindex(*tree.shape)]


def a_ball(entry: Fraction) -> arb:
    return arb(entry.numerator) / entry.denominator


def a_residue(entry: Fraction) -> Any:
    return residues([entry.numerator])[0] / residues([entry.denominator])[0]


def test_every_row_is_read_or_refused() -> None:
    """A row that nobody reads in balls could only be undecided."""
    assert {*READ} | UNREAD == {*OPERATIONS}
    assert {*BALLS} | {*FIELD} <= {*READ}


@pytest.mark.parametrize("name", READ)
def test_the_ball_holds_the_value(name: str) -> None:
    """At 256 bits it is SymPy's value to fifty digits, and the ball is that narrow."""
    with ctx.workprec(256):
        found = balls(READ[name], given_as(a_ball, READ[name]), bits=256).reshape(-1)
        texts = [ball(entry).str(70, radius=False) for entry in found]
        assert all(ball(entry).rad() < arb(10) ** -60 for entry in found)
    for text, value in zip(texts, by_sympy(READ[name]), strict=True):
        assert abs(sympy.N(value, 80) - sympy.Rational(text)) < OFF_BY


@pytest.mark.parametrize("name", [name for name, tree in READ.items() if OPERATIONS[name].rational])
def test_the_field_reads_rational_rows(name: str) -> None:
    """The residue is the exact value modulo the prime."""
    found = field(READ[name], given_as(a_residue, READ[name])).reshape(-1)
    wanted = [int(value.p) * pow(int(value.q), -1, P) % P for value in by_sympy(READ[name])]
    assert [residue(entry) for entry in found] == wanted


@pytest.mark.parametrize("name", sorted(UNREAD))
def test_images_are_refused(name: str) -> None:
    """An operation on images can be read neither way."""
    I, K = Name("I", (4, 4)), Name("K", (2, 2))
    trees = {"pad": op.pad(I, padding=((1, 1), (1, 1))), "conv2d": op.conv2d(I, K), "pool": op.pool(I, (2, 2))}
    ones = {"I": np.full((4, 4, 1), fmpq(1)), "K": np.full((2, 2, 1), fmpq(1))}
    with pytest.raises(UnreadError, match=name):
        balls(trees[name], ones)
    with pytest.raises(UnreadError, match=name):
        field(trees[name], ones)


MPMATH = {
    op.exp: mpmath.exp, op.log: mpmath.log, op.sqrt: mpmath.sqrt, op.tanh: mpmath.tanh, op.sin: mpmath.sin,
    op.cos: mpmath.cos, op.tan: mpmath.tan, op.arctan: mpmath.atan, op.sinh: mpmath.sinh, op.cosh: mpmath.cosh,
    op.sigmoid: lambda t: 1 / (1 + mpmath.exp(-t)), op.factorial: mpmath.factorial, op.floor: mpmath.floor,
    op.ceiling: mpmath.ceil,
}  # fmt: skip


@pytest.mark.parametrize("function", MPMATH, ids=lambda function: function.name)
@given(t=st.fractions(Fraction(1, 100), 20, max_denominator=1000))
def test_functions_by_mpmath(function: Any, t: Fraction) -> None:
    """A witness that is neither SymPy's nor flint's."""
    values = {"x": np.array([a_ball(t)], dtype=object)}
    with ctx.workprec(256):
        text = ball(balls(function(x), {"x": np.array([fmpq(t.numerator, t.denominator)])}, bits=256)[0])
        assert text.overlaps(ball(balls(function(x), values, bits=53)[0]))
    with mpmath.workdps(70):
        value = MPMATH[function](mpmath.mpf(t.numerator) / t.denominator)
        assert mpmath.almosteq(value, mpmath.mpf(text.str(65, radius=False)), rel_eps=mpmath.mpf(10) ** -50)


@pytest.mark.parametrize(
    ("tree", "at"),
    [
        (op.log(x), 0), (op.log(x), -1), (op.sqrt(x), -1), (1 / x, 0), (x**-2, 0), (x ** Fraction(1, 2), -2),
        (op.arccos(x), 2), (op.arcsin(x), -2), (op.root(x, n=4), -1), (op.factorial(x), -3), (op.xlogy(x, -x), 1),
        (op.where(x < 1, op.log(x), x), -1), (op.solve(x * op.identity(n=2), op.stack(1, 2)), 0),
        (0 * op.log(x), -1), (x**y, -2),
    ],
    ids=str,
)  # fmt: skip
def test_without_a_value(tree: Expression, at: int) -> None:
    """What has certainly no real value says so, and so does what is computed from it."""
    found = balls(tree, {"x": np.array([fmpq(at)]), "y": np.array([fmpq(1, 2)])})
    assert all(entry is UNDEFINED for entry in found.flat)


def test_a_branch_not_taken_may_have_no_value() -> None:
    """`where` only looks at the branch that it takes."""
    (found,) = balls(op.where(x < 0, -x, op.log(x)), {"x": np.array([fmpq(-2)])})
    assert found == 2


@pytest.mark.parametrize("tree", [x < y, op.floor(x), op.sign(x), op.where(x < y, 1, 2), op.argmax(op.stack(x, y))])
def test_what_balls_do_not_settle(tree: Expression) -> None:
    """Two balls around one half that overlap have no order, and around a whole number no floor."""
    wide = arb(1, 0.1) - 1
    (found,) = balls(tree, {"x": np.array([wide]), "y": np.array([wide])})
    assert not ball(found).is_finite() or not ball(found).is_exact()


@pytest.mark.parametrize(("n", "value"), [(3, -2), (1, -8)])
def test_odd_roots_of_negative_numbers(n: int, value: int) -> None:
    """They are real, by either way of writing them."""
    at = {"x": np.array([fmpq(-8)])}
    assert ball(balls(op.root(x, n=n), at)[0]).contains(value)
    assert ball(balls(x ** Fraction(1, n), at)[0]).contains(value)


@pytest.mark.parametrize("tree", [op.exp(x), op.sin(x), op.absolute(x), op.log(x), x**y, op.softmax(v)])
def test_functions_of_the_field_depend_on_their_operands_alone(tree: Expression) -> None:
    """The same operands written otherwise give the same residue, other operands another."""
    at = given_as(a_residue, v + x + y)
    moved = {name: value + 1 for name, value in at.items()}
    assert (field(tree, at) == field(tree, {**at})).all()
    assert (field(tree, at) != field(tree, {**moved, "v": moved["v"] * moved["v"]})).all()


@pytest.mark.parametrize(
    "zero",
    [
        op.sin(-x) + op.sin(x), op.cos(-x) - op.cos(x), op.exp(x) * op.exp(-x) - 1, op.tanh(-x) + op.tanh(x),
        op.absolute(-x) - op.absolute(x), op.sqrt(x) ** 2 - op.root(x, n=2) ** 2, op.sigmoid(x) + op.sigmoid(-x) - 1,
        op.maximum(x, y) - op.maximum(y, x), op.ceiling(x) + op.floor(-x), op.cosh(x) ** 2 - op.sinh(x) ** 2 - 1,
    ],
    ids=str,
)  # fmt: skip
def test_laws_that_hold_in_the_field(zero: Expression) -> None:
    """Odd, even and symmetric functions are so in the field too."""
    assert field(zero, given_as(a_residue, x + y))[0] == 0


def test_residues_do_not_hang_on_the_hash_seed() -> None:
    """Residues of unknown functions are the same in every process."""
    code = (
        "from grader import expression as op; from grader.expression.field import field, residues;"
        "x = op.Name('x'); print(field(op.log(x) + op.maximum(x, op.exp(x)), {'x': residues([5])}))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(found) == 1
    assert next(iter(found)).strip()
