"""Formulas by cases in floats."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq

from grader import expression as op
from grader.expression import OPERATIONS, Expression, Name
from grader.expression.balls import run as run_balls
from grader.expression.cells import (
    BRANCHED,
    JUMPS,
    PARTIAL,
    SATURATES,
    TURNS,
    jumping,
    looked_at,
    run,
    sizes,
    turning,
)
from grader.expression.compare import compare_trees
from grader.expression.program import Program
from grader.expression.question import Question

x, y = Name("x"), Name("y")
v = Name("v", (3,))


def test_the_tables_name_operations() -> None:
    assert {*TURNS} | PARTIAL | JUMPS | SATURATES | BRANCHED <= {*OPERATIONS}


@pytest.mark.parametrize(
    ("tree", "turns", "jumps"),
    [
        (x * y + op.exp(x), False, False),
        (x**3 / y, False, False),
        (op.absolute(x), True, False),
        (op.relu(x - y), True, False),
        (x < y, True, True),
        (op.floor(x), True, True),
        (op.sqrt(x), True, False),
        (op.power(x, y), True, True),
        (op.largest(v), True, False),
        (op.argmax(v), True, True),
    ],
    ids=str,
)
def test_what_turns_and_jumps(tree: Expression, turns: bool, jumps: bool) -> None:
    assert bool(turning(Program(tree))) == turns
    assert jumping(Program(tree)) == jumps


def test_sizes() -> None:
    """Numbers, what they come to, and what makes them of a power or a logarithm."""
    found = sizes(Program(op.maximum(x**2, 10 * x + 49)))
    assert {10.0, 49.0, 7.0, 0.1} <= {round(each, 9) for each in found}


@pytest.mark.parametrize("edge", ["1000", "1/1000", "-40", "1000000", "123456789"])
def test_both_sides_of_a_number_are_met(edge: str) -> None:
    number = Fraction(edge)
    here, cells, drawn = looked_at(Question(op.maximum(x, number), op.where(x < number, number, x), {}))
    assert cells <= len(here.kinds) < drawn
    values = here.floats[0][:cells]
    assert (values < float(number)).any()
    assert (values > float(number)).any()


def test_a_narrow_difference_is_a_suspect() -> None:
    """Two thresholds at a root that no number in the formula tells are found by going closer to one of them."""
    one, other = op.where(x**3 + x < 5, 0, 1), op.where(x**3 + x < op.divide(500001, 100000), 0, 1)
    here, _, _ = looked_at(Question(one, other, {}))
    differ = (here.one != here.other).any(axis=0)
    assert differ.any()
    (between,) = [here.floats[0][differ]]
    assert np.all((between**3 + between >= 5) & (between**3 + between <= 5.00001))


def test_equal_formulas_have_no_suspects() -> None:
    here, cells, _ = looked_at(Question(op.maximum(x, y), (x + y + op.absolute(x - y)) / 2, {}))
    assert np.allclose(here.one, here.other)
    assert cells >= 2


ENTRIES = {
    "xlogy": op.xlogy(x, y), "root": op.root(x, n=3), "choose": op.choose(x, y), "power": op.power(x, y),
    "where": op.where(x < y, x, y), "power of a third": x ** Fraction(1, 3), "power of two fifths": x ** Fraction(2, 5),
    "power of minus three sevenths": x ** Fraction(-3, 7), "power of a half": x ** Fraction(1, 2),
    "chosen": op.choose(x, 2),
    **{name: row(x, y) for name in ("plus", "minus", "times", "divide", "maximum", "minimum", "less", "equal")
       if (row := OPERATIONS[name])},
    **{name: row(x) for name in (
        "negative", "exp", "log", "sqrt", "abs", "floor", "ceiling", "tanh", "sigmoid", "relu", "sin", "cos", "tan",
        "arcsin", "arccos", "arctan", "sinh", "cosh", "sign", "factorial") if (row := OPERATIONS[name])},
}  # fmt: skip


def test_every_row_of_entries_is_looked_at() -> None:
    assert {name for name, row in OPERATIONS.items() if row.elementwise} <= {*ENTRIES, "pi"}


@pytest.mark.parametrize("name", ENTRIES)
def test_floats_have_a_value_where_balls_have_one(name: str) -> None:
    """And the same; else all points where the floats have none would look like one cell."""
    program = Program(ENTRIES[name])
    first = np.array([-7.25, -2.5, -1.5, -0.75, -0.3, 0.2, 0.6, 0.9, 2.5, 7.25])
    points = [first, np.resize([0.43, -1.31, 2.71, -0.64], first.shape)][: len(program.names)]
    floats = run(program, points)[program.roots[0]]
    exact = [np.array([arb(value) for value in each]) for each in points]
    balls = run_balls(program, exact, 128)[program.roots[0]]
    for value, ball in zip(floats, balls, strict=True):
        known = isinstance(ball, fmpq) or (isinstance(ball, arb) and ball.is_finite())
        assert np.isfinite(value) == known
        assert not known or value == pytest.approx(float(ball), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("base", [lambda d: d, lambda d: d * op.exp(x)])
@pytest.mark.parametrize(
    "factor",
    [x ** Fraction(1, 3), x ** Fraction(-3, 5), op.root(x, n=3), op.choose(x, 2), op.factorial(x), op.xlogy(y, y * y)],
    ids=str,
)
def test_cells_below_zero_are_seen(factor: Expression, base: Callable[[Expression], Expression]) -> None:
    """A difference below −3 is found, whatever stands beside it."""
    one, other = ((op.sqrt(y) - inner) / base(factor) for inner in (x + 3, op.absolute(x + 3)))
    assert compare_trees(op.relu(one), op.relu(other)).verdict == "different"
