"""One tree, several readings: numbers for all students, exact values within a budget, one formula with its values."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from grader.document import from_python, read_yaml
from grader.expression import (
    Expression,
    Name,
    Number,
    Table,
    absolute,
    conv2d,
    exact,
    exp,
    floor,
    log,
    maximum,
    minimum,
    numeric,
    read_numeral,
    read_table,
    relu,
    sigmoid,
    solve,
    sqrt,
    stack,
    tanh,
    total,
    where,
)
from grader.expression.readings import (
    LONGEST_RATIO,
    MOST_OPERATIONS,
    exact_table,
    numeric_table,
    settled,
    substituted,
    written_out,
)

a, b, c = map(Name, "abc")
v, M = Name("v", (2,)), Name("M", (2, 2))
SHAPES: dict[str, tuple[int, ...]] = {"a": (), "b": (), "c": (), "v": (2,), "M": (2, 2)}
STUDENTS = 2

QUARTERS = st.integers(-12, 12).map(lambda n: Fraction(n, 4))  # sums and products of a few are exact in floats


@st.composite
def cohorts(draw: st.DrawFn) -> list[dict[str, Table]]:
    """A table for every name, a student each."""
    return [
        {
            name: Table(shape, tuple(draw(QUARTERS) for _ in range(int(np.prod(shape, dtype=int)))))
            for name, shape in SHAPES.items()
        }
        for _ in range(STUDENTS)
    ]


def side_by_side(cohort: list[dict[str, Table]]) -> dict[str, Any]:
    return {name: np.concatenate([numeric_table(tables[name]) for tables in cohort], axis=-1) for name in SHAPES}


def alone(tables: dict[str, Table]) -> dict[str, Any]:
    return {name: exact_table(table) for name, table in tables.items()}


def entries(value: Any) -> list[Any]:
    return sympy.flatten(value.tolist()) if getattr(value, "shape", ()) else [value]


LEAVES = st.one_of(st.sampled_from([a, b, c, v, M]), QUARTERS.map(Number))


def exact_in_floats(trees: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pairs = [st.builds(f, trees, trees) for f in (operator.add, operator.sub, operator.mul, maximum, minimum)]
    singles = [trees.map(f) for f in (operator.neg, absolute, relu, floor)]
    return st.one_of(*pairs, *singles, st.builds(lambda x, y, z: where(x < y, y, z), trees, trees, trees))


def smooth(trees: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pairs = [st.builds(f, trees, trees) for f in (operator.add, operator.sub, operator.mul)]
    functions: list[Callable[[Expression], Expression]] = [
        tanh, sigmoid,
        lambda x: exp(-(x**2)), lambda x: sqrt(1 + x**2), lambda x: log(1 + x**2), lambda x: x / (2 + x**2),
    ]  # fmt: skip
    return st.one_of(*pairs, *[trees.map(f) for f in functions])


@settings(deadline=None, max_examples=200)
@given(st.recursive(LEAVES, exact_in_floats, max_leaves=5), cohorts())
def test_numbers_are_exact_where_floats_are(tree: Expression, cohort: list[dict[str, Table]]) -> None:
    """On quarters, sums, products and comparisons of a few names leave nothing to rounding: both readings are equal."""
    values = numeric(tree, side_by_side(cohort))
    for student, tables in enumerate(cohort):
        expected = [Fraction(int(x.p), int(x.q)) for x in entries(exact(tree, alone(tables)))]
        own = values[..., student % values.shape[-1]].reshape(-1)
        assert [Fraction(float(x)) for x in own] == expected


@settings(deadline=None, max_examples=100)
@given(st.recursive(LEAVES, smooth, max_leaves=4), cohorts())
def test_smooth_formulas_agree(tree: Expression, cohort: list[dict[str, Table]]) -> None:
    """Exponentials, roots and quotients of names agree with SymPy's own digits."""
    values = numeric(tree, side_by_side(cohort))
    for student, tables in enumerate(cohort):
        expected = [float(x.evalf(20)) for x in entries(exact(tree, alone(tables)))]
        own = values[..., student % values.shape[-1]].reshape(-1)
        assert_allclose(own, expected, rtol=1e-9, atol=1e-9)


@settings(deadline=None, max_examples=100)
@given(st.recursive(LEAVES, exact_in_floats, max_leaves=5), cohorts())
def test_each_student_alone(tree: Expression, cohort: list[dict[str, Table]]) -> None:
    """Reading a tree for all students at once is reading it for each."""
    values = np.broadcast_to(numeric(tree, side_by_side(cohort)), (*tree.shape, STUDENTS))
    for student, tables in enumerate(cohort):
        assert_array_equal(values[..., student : student + 1], numeric(tree, side_by_side([tables])))


def test_every_student_has_values_of_their_own() -> None:
    """What all share has one column, what is a student's own has one for each."""
    tree = a * v + 1
    values = numeric(tree, {"a": np.array([1.0, 2.0, 3.0]), "v": np.array([[10.0], [20.0]])})
    assert_array_equal(values, [[11, 21, 31], [21, 41, 61]])


def test_symbols_may_stand_for_names() -> None:
    """The exact reading differentiates: SymPy's derivative of the loss is the slope as a family writes it."""
    w, x, y = sympy.symbols("w x y")
    values = {"a": w, "b": x, "c": y}
    loss, slope = (c - a * b) ** 2 / 2, -(c - a * b) * b
    assert sympy.expand(sympy.diff(exact(loss, values), w) - exact(slope, values)) == 0


@pytest.mark.parametrize(
    "tree", [a / 0, a / (a - a), log(a - a), log(-a), sqrt(-a), (-a) ** Fraction(1, 2), (a - a) ** -1]
)
def test_what_has_no_value_gives_no_warning(tree: Expression) -> None:
    """A student's values may divide by zero: that is no number, and nobody is warned."""
    value = numeric(tree, {"a": np.array([2.0])})
    assert not np.isfinite(value).any()


def test_a_number_too_large_for_a_float_is_infinite() -> None:
    """1e999 may be typed; it is not a crash."""
    huge = read_numeral("1e999").value
    assert_array_equal(numeric_table(Table((2,), (huge, -huge))), [[np.inf], [-np.inf]])
    assert_array_equal(numeric(a + Number(huge), {"a": np.array([1.0])}), [np.inf])
    assert_array_equal(numeric(a - Number(huge), {"a": np.array([1.0])}), [-np.inf])


# The budget.


def test_a_long_chain_of_squares_stays_within_its_budget() -> None:
    """Forty squarings of 1/3 have half a billion digits; thirty of them are kept, and they are right."""
    value = sympy.Rational(1, 3)
    for _ in range(40):
        value = settled(exact(a**2, {"a": value}))
    assert value.is_Float
    with mpmath.workdps(80):
        expected = (mpmath.mpf(1) / 3) ** (2**40)
        found = mpmath.mpf(value._mpf_)
        assert abs(found / expected - 1) < mpmath.mpf(10) ** -29


@pytest.mark.parametrize("squarings", range(8))
def test_short_ratios_stay_ratios(squarings: int) -> None:
    """As long as they have at most 120 digits."""
    value = sympy.Rational(1, 3)
    for _ in range(squarings):
        value = settled(exact(a**2, {"a": value}))
    assert value == sympy.Rational(1, 3 ** (2**squarings))


@pytest.mark.parametrize(
    "value",
    [
        sympy.Integer(0),
        sympy.Rational(-22, 7),
        sympy.Rational(10**LONGEST_RATIO - 1, 10**LONGEST_RATIO - 3),
        sympy.sqrt(2),
        (1 + sympy.sqrt(5)) / 2,
        sympy.sqrt(2) + sympy.sqrt(3) + sympy.sqrt(6),
        sympy.exp(-1),
        1 / (1 + sympy.exp(sympy.Rational(-1, 2))),
        sympy.pi,
        sympy.nan,
        sympy.Symbol("x"),
        sum(sympy.Symbol("x") ** n for n in range(MOST_OPERATIONS)),
    ],
    ids=lambda value: str(value)[:40],
)
def test_ratios_and_simple_roots_are_kept(value: Any) -> None:
    """What a page can print stays exact."""
    assert settled(value) == value
    assert not settled(value).has(sympy.Float)


GROWN = sum(sympy.exp(sympy.Rational(1, n)) * sympy.sqrt(n) for n in range(2, 40))


@pytest.mark.parametrize(
    "value",
    [
        sympy.Rational(10**LONGEST_RATIO + 1, 3),
        sympy.Rational(1, 10**LONGEST_RATIO),
        sympy.Rational(2, 3) ** 300,
        GROWN,
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_grows_becomes_thirty_digits(value: Any) -> None:
    """Of the same value."""
    kept = settled(value)
    assert kept.is_Float
    with mpmath.workdps(60):
        wanted = mpmath.mpf(str(value.evalf(50)))
        assert mpmath.almosteq(mpmath.mpf(kept._mpf_), wanted, rel_eps=mpmath.mpf(10) ** -29)


def test_each_entry_has_a_budget_of_its_own() -> None:
    """A tensor keeps its shape, and the entries that stay exact stay."""
    value = settled(sympy.ImmutableDenseNDimArray([sympy.Rational(1, 3), GROWN, sympy.sqrt(2), 0], (2, 2)))
    assert value.shape == (2, 2)
    assert (value[0, 0], value[1, 0], value[1, 1]) == (sympy.Rational(1, 3), sympy.sqrt(2), 0)
    assert value[0, 1].is_Float


# Numbers as they were typed.


@pytest.mark.parametrize(
    "node", [from_python("0.1"), from_python(0.1), read_yaml("0.1"), read_yaml("1e-1"), read_yaml("1/10")]
)
def test_a_tenth_is_a_tenth(node: Any) -> None:
    """0.1 in a text is 1/10, never a binary float, and three of them are 0.3."""
    (text,) = read_table(node)[1]
    table = Table((), (read_numeral(text).value,))
    assert exact_table(table) == sympy.Rational(1, 10)
    assert exact(a + a + a, {"a": exact_table(table)}) == sympy.Rational(3, 10)


@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 2), (4, 1), (1, 2, 2)])
def test_tables_as_both_readings_have_them(shape: tuple[int, ...]) -> None:
    """Row by row, the last axis of the numbers that all students share of length 1."""
    size = int(np.prod(shape, dtype=int))
    table = Table(shape, tuple(Fraction(n, 4) for n in range(size)))
    assert numeric_table(table).shape == (*shape, 1)
    assert_array_equal(numeric_table(table).reshape(-1), np.arange(size) / 4)
    assert getattr(exact_table(table), "shape", ()) == shape
    assert entries(exact_table(table)) == [sympy.Rational(n, 4) for n in range(size)]


# One formula with its values.

VALUES = {
    "a": Fraction(1, 2),
    "b": Fraction(-3),
    "M": {(0, 0): 1, (0, 1): 2, (1, 0): 3, (1, 1): 4},
    "v": {(0,): 5, (1,): 6},
}


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (a, "1/2"),
        (a - b * a, "minus(1/2, times(-3, 1/2))"),
        (-(b**2), "negative(power(-3, 2))"),
        (M[1, 0] * v[1], "times(3, 6)"),
        (written_out(M @ v, (1,)), "plus(times(3, 5), times(4, 6))"),
        (written_out(total(v * v)), "plus(times(5, 5), times(6, 6))"),
        (maximum(a, v[0]), "maximum(1/2, 5)"),
    ],
    ids=repr,
)
def test_values_stand_where_names_stood(tree: Expression, expected: str) -> None:
    """The formula with its values put in, not worked out."""
    assert repr(substituted(tree, VALUES)) == expected


@pytest.mark.parametrize(
    ("tree", "index", "expected"),
    [
        (a + b, (), a + b),
        (v * 2, (1,), v[1] * 2),
        (v + M, (0, 1), v[1] + M[0, 1]),
        (M.T, (0, 1), M[1, 0]),
        (solve(M, v), (1,), solve(M, v)[1]),
        (total(v), (), v[0] + v[1]),
        (stack(a, b), (1,), b),
        (conv2d(M, Name("k", (1, 2))), (1, 0), M[1, 0] * Name("k", (1, 2))[0, 0] + M[1, 1] * Name("k", (1, 2))[0, 1]),
        (total(Name("long", (1000,))), (), None),
    ],
    ids=repr,
)
def test_an_entry_is_written_out(tree: Expression, index: tuple[int, ...], expected: Expression | None) -> None:
    """In scalars, in the order of the definition; what is too long to read is not."""
    assert written_out(tree, index) == expected
