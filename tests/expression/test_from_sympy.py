"""SymPy's expressions as trees: the same value, and the page's own way of writing."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.expression import Name, exact, numeric, plain_of
from grader.expression.from_sympy import from_sympy
from grader.expression.parse import parse

x, y = sympy.symbols("x y", real=True)
NAMES = {"x": Name("x"), "y": Name("y")}
POINT = {"x": sympy.Rational(3, 7), "y": sympy.Rational(5, 4)}


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (sympy.Integer(-3), "−3"),
        (sympy.Rational(1, 3), "1/3"),
        (x - y, "x − y"),
        (-x - y, "−x − y"),
        (1 - x, "1 − x"),
        (-x / 2, "−x/2"),
        (2 * x**2 - 3 * x + 1, "2·x² − 3·x + 1"),
        (x**-2, "1/(x²)"),
        (x**-y, "1/(x^(y))"),
        (x**y, "x^(y)"),
        (sympy.sqrt(x), "√(x)"),
        (1 / sympy.sqrt(x), "1/√(x)"),
        (sympy.exp(-x) / y, "e^(−x)/y"),
        (sympy.E * x, "e¹·x"),
        (sympy.log(x) * sympy.sin(y), "log(x)·sin(y)"),
        (sympy.Max(x, y), "max(x, y)"),
        (sympy.diff(abs(x), x), "sign(x)"),
    ],
)
def test_printing(value: Any, plain: str) -> None:
    """What comes from SymPy is set as people write it: no factor −1, no power −1."""
    assert plain_of(from_sympy(value, NAMES)) == plain


@pytest.mark.parametrize("value", [sympy.gamma(x), sympy.Heaviside(x), sympy.pi * x, sympy.I, sympy.oo, sympy.nan])
def test_what_has_no_row_is_named(value: Any) -> None:
    """A function or a number without an operation of ours is an error that names it."""
    with pytest.raises(KeyError, match=r"gamma|Heaviside|Pi|ImaginaryUnit|Infinity|NaN"):
        from_sympy(value, NAMES)


def test_symbol_without_a_name() -> None:
    """A symbol that the page does not know is named."""
    with pytest.raises(KeyError, match="z"):
        from_sympy(sympy.Symbol("z") + x, NAMES)


def grown(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    infix = st.tuples(st.sampled_from((operator.add, operator.sub, operator.mul)), parts, parts)
    functions = (sympy.exp, sympy.sin, sympy.cos, sympy.tanh, lambda v: sympy.log(1 + v**2), lambda v: 1 / (2 + v**2))
    powers = st.tuples(parts, st.sampled_from([2, 3, sympy.Rational(1, 2), -2]))
    return st.one_of(
        infix.map(lambda t: t[0](t[1], t[2])),
        powers.map(lambda t: (1 + t[0] ** 2) ** t[1]),
        st.tuples(st.sampled_from(functions), parts).map(lambda t: t[0](t[1])),
    )


leaves = st.one_of(st.just(x), st.just(y), st.fractions(-3, 3, max_denominator=4).map(sympy.Rational))


@given(st.recursive(leaves, grown, max_leaves=5), st.booleans())
@settings(max_examples=200, deadline=None)
def test_value_is_kept(value: Any, differentiate: bool) -> None:
    """The tree of an expression, or of its derivative, has the value that SymPy gives it, by both readings."""
    value = sympy.diff(value, x) if differentiate else value
    target = float(value.subs({x: POINT["x"], y: POINT["y"]}).evalf(30))
    tree = from_sympy(value, NAMES)
    scale = 1e-9 * max(1.0, abs(target))
    assert abs(float(exact(tree, POINT)) - target) <= scale
    binary = numeric(tree, {name: np.array([float(each)]) for name, each in POINT.items()})[0]
    assume(np.isfinite(binary))
    assert abs(binary - target) <= scale


@given(st.recursive(st.sampled_from(["x", "y", "2", "(1 + x^2)"]), lambda p: st.one_of(
    st.tuples(p, st.sampled_from("+-*"), p).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
    st.tuples(st.sampled_from(["exp", "sin", "tanh", "sigmoid"]), p).map(lambda t: f"{t[0]}({t[1]}/4)"),
), max_leaves=5))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_slope_of_an_authors_formula(text: str) -> None:
    """From an author's text to a tree, to SymPy, differentiated and back: the slope that finite differences find."""
    formula = parse(text, NAMES)
    slope = from_sympy(sympy.diff(exact(formula, {"x": x, "y": y}), x), NAMES)
    at, h = {"x": np.array([0.3]), "y": np.array([-0.6])}, 1e-5
    ahead, behind = (numeric(formula, at | {"x": at["x"] + step})[0] for step in (h, -h))
    assert numeric(slope, at)[0] == pytest.approx((ahead - behind) / (2 * h), rel=1e-5, abs=1e-5)
