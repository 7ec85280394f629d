"""Formulas by cases in floats."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from grader import expression as op
from grader.expression import OPERATIONS, Expression, Name
from grader.expression.cells import (
    BRANCHED,
    JUMPS,
    PARTIAL,
    SATURATES,
    TURNS,
    jumping,
    looked_at,
    sizes,
    turning,
)
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
