"""Derivatives as trees: against differences of the NumPy reading, SymPy, mpmath, and what textbooks print."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from grader.errors import ShapeError
from grader.expression import (
    OPERATIONS,
    Expression,
    Name,
    beside,
    choose,
    concatenate,
    conv2d,
    cross,
    diagonal,
    equal,
    exact,
    exp,
    expand,
    floor,
    identity,
    largest,
    log,
    maximum,
    mean,
    minimum,
    numeric,
    outer,
    pad,
    pool,
    ravel,
    relu,
    sigmoid,
    sin,
    smallest,
    softmax,
    solve,
    stack,
    tanh,
    total,
    where,
    xlogy,
)
from grader.expression import exact as read_exact
from grader.expression.exact import build, get, indices
from grader.expression.slope_rules import DERIVATIVES, SLOPES
from grader.expression.slopes import SlopeError, gradient, slope
from grader.expression.tree import Apply, Number, leaves
from grader.numeric import Array

a, b, c = Name("a"), Name("b"), Name("c")
v, u, w = Name("v", (3,)), Name("u", (3,)), Name("w", (2,))
M, P, S = Name("M", (2, 3)), Name("P", (3, 2)), Name("S", (3, 3))
Q, X, K = Name("Q", (2, 3, 2)), Name("X", (3, 4)), Name("K", (2, 2))
op = OPERATIONS


def entry_by_entry() -> Iterator[Expression]:
    yield from (a + b, a + M, M + v, a - b, v - a, a * b, M * v, (a * v) * a, a / b, M / v, 1 / a, v / a)
    yield from (a**3, a**b, 2**a, v**a, a**v, a**-1, a ** Fraction(1, 2), a ** (Number(Fraction(1)) / 2), exp(1) ** a)
    yield from (op[name](a / 9) for name in sorted(DERIVATIVES) if name in op)
    yield from (op[name](v / 9) * a for name in sorted(DERIVATIVES) if name in op)
    yield from (op["root"](tree, n=3) for tree in (a, v * a) if "root" in op)
    yield from (-v, relu(a - 1), relu(v - 2), xlogy(a, b), xlogy(v, a), exp(-(v**2) / 2) + floor(a) + a)
    yield from (maximum(a, b), minimum(a, b), maximum(v, 2), minimum(M, v), maximum(1, a), where(a < b, a * b, a))
    yield from (where(v < u, v**2, a), where(equal(v, u), 1, v))


def of_many() -> Iterator[Expression]:
    for fold, tree in itertools.product((total, mean, largest, smallest), (a, v, v * u, M)):
        yield fold(tree)
    for fold, axis in itertools.product((total, mean, largest, smallest), (0, 1)):
        yield fold(M * v, axis=axis)
    yield from (total(Q, axis=1), mean(Q, axis=2), largest(Q, axis=0), largest(Q, axis=2), largest(stack(a, a, b)))
    yield from (softmax(v), softmax(M), softmax(Q), softmax(v * a)[1])
    yield from (M @ P, M @ v, w @ M, v @ u, v @ v, M.T, Q.T, v.T, S @ S, M @ M.T)
    yield from (solve(S, v), solve(S, P), solve(S @ S.T + identity(n=3), S @ v), solve(S + a * identity(n=3), u))
    yield from (outer(v, w), outer(v, v), diagonal(v), cross(v, u), cross(v, v * u))
    yield from (M[1, 2] * a, M[1], Q[1, 0], stack(a, 3, b * a), stack(v, u)[1], ravel(M), concatenate(v, w, v))
    yield from (beside(P, v, a), beside(1, v, a * a), expand(v, 1) * Q, expand(a, 1))
    yield from (pad(X, padding=((1, 0), (0, 2))), conv2d(X, K), conv2d(X, K, stride=(1, 2), flip=True))
    yield from (conv2d(X * a, K * a), conv2d(X, K, dilation=(2, 1)), pool(X, (2, 2), mode="avg"))
    yield from (
        op[name](tree) for name in ("trace", "inverse", "determinant") if name in op for tree in (S, S @ S, S * a)
    )


TREES = [*entry_by_entry(), *of_many()]
every_tree = pytest.mark.parametrize("tree", TREES, ids=str)


def names_of(tree: Expression) -> dict[str, Name]:
    return {leaf.name: leaf for leaf in leaves(tree) if isinstance(leaf, Name)}


def entries_of(tree: Expression) -> Iterator[tuple[Name, tuple[int, ...]]]:
    for name in names_of(tree).values():
        yield from ((name, index) for index in np.ndindex(*name.shape))


def points(tree: Expression, count: int = 4) -> dict[str, Array]:
    """Some values, none near another or near what switches."""
    generator = np.random.default_rng(7)
    sizes = {name: node.shape for name, node in names_of(tree).items()}
    return {
        name: generator.permuted(generator.uniform(0.3, 3, (*shape, count)), axis=-1) for name, shape in sizes.items()
    }


def difference(tree: Expression, values: dict[str, Array], by: Name, index: tuple[int, ...]) -> Array:
    """Central difference, with Richardson's extrapolation: an error of the fourth order."""

    def moved(step: float) -> Array:
        shifted = values[by.name].copy()
        shifted[index] += step
        return numeric(tree, values | {by.name: shifted})

    def central(step: float) -> Array:
        return (moved(step) - moved(-step)) / (2 * step)

    return (4 * central(5e-4) - central(1e-3)) / 3


def test_every_rule_has_a_tree() -> None:
    """A rule that no tree here goes through has no witness."""

    def rows(tree: Expression) -> set[str]:
        inside = set().union(*map(rows, tree.operands)) if isinstance(tree, Apply) else set()
        return inside | ({tree.operation.name} if isinstance(tree, Apply) else set())

    seen = set().union(*map(rows, TREES)) | {"sign", "ceiling", "argmax", "argmin", "identity", "pi"}
    assert set(SLOPES) & set(OPERATIONS) <= seen


def test_every_row_has_a_rule_or_is_known_to_have_none() -> None:
    """Who adds an operation decides whether it has a derivative."""
    assert set(OPERATIONS) - set(SLOPES) == {"choose", "factorial"}


@every_tree
def test_slopes_are_what_differences_tend_to(tree: Expression) -> None:
    """NumPy's values on either side of a point, for every entry of every name; the slope has the tree's shape."""
    values = points(tree)
    for by, index in entries_of(tree):
        found = slope(tree, by, index)
        assert found.shape == tree.shape
        shape = (*tree.shape, 4)
        wanted, got = difference(tree, values, by, index), numeric(found, values)
        assert_allclose(np.broadcast_to(got, shape), np.broadcast_to(wanted, shape), rtol=1e-6, atol=1e-6)


SWITCHING = ("max", "min", "solve", "where", "inverse", "floor")  # SymPy needs numbers, or minutes
SYMBOLIC = [tree for tree in TREES if not any(word in str(tree) for word in SWITCHING)]


@pytest.mark.parametrize("tree", SYMBOLIC, ids=str)
def test_slopes_are_what_sympy_derives(tree: Expression) -> None:
    """SymPy's derivative of the exact reading at positive symbols, and the exact reading of the slope, at a point."""
    symbols = {
        name: build(node.shape, lambda index, name=name: sympy.Symbol(f"{name}{index}", positive=True))
        for name, node in names_of(tree).items()
    }
    value = exact(tree, symbols)
    unknowns = sorted(set().union(*(get(value, at).free_symbols for at in indices(tree.shape))), key=str)
    point = {symbol: sympy.Rational(7 + 5 * i, 6 + i * i) for i, symbol in enumerate(unknowns)}
    for by, index in list(entries_of(tree))[:4]:
        found = exact(slope(tree, by, index), symbols)
        for at in list(indices(tree.shape))[:4]:
            wanted = sympy.diff(get(value, at), get(symbols[by.name], index))
            assert abs((wanted - get(found, at)).subs(point).evalf(20)) < 1e-15


@pytest.mark.parametrize("name", [name for name in sorted(DERIVATIVES) if name in OPERATIONS])
@pytest.mark.parametrize("at", ["0.3", "0.71", "-0.42"])
def test_functions_have_the_derivative_that_mpmath_finds(name: str, at: str) -> None:
    """Twenty digits of a numerical derivative of mpmath's own function."""
    own: dict[str, Callable[[Any], Any]] = {
        "abs": abs, "arccos": mpmath.acos, "arcsin": mpmath.asin, "arctan": mpmath.atan, "log": mpmath.log,
        "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    }  # fmt: skip
    if name in ("log", "sqrt") and at.startswith("-"):
        at = at[1:]
    with mpmath.workdps(40):
        wanted = mpmath.diff(own.get(name) or getattr(mpmath, name), mpmath.mpf(at))
        found = read_exact(slope(op[name](a), a), {"a": sympy.Rational(at)}).evalf(30)
        assert abs(mpmath.mpf(str(found)) - wanted) < mpmath.mpf(10) ** -18


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (a, "1"),
        (b, "0"),
        (a + b, "1"),
        (3 * a - b, "3"),
        (b - a, "-1"),
        (a * b, "b"),
        (b * a * c, "times(b, c)"),
        (a**2, "times(2, a)"),
        (a**3 / 3, "divide(times(3, power(a, 2)), 3)"),
        (a**1, "1"),
        (a**0, "0"),
        (1 / a, "divide(-1, power(a, 2))"),
        (a ** -Number(Fraction(1)), "negative(power(a, -2))"),
        (exp(2 * a), "times(exp(times(2, a)), 2)"),
        (exp(1) ** a, "power(exp(1), a)"),
        (log(a), "divide(1, a)"),
        (op["negative"](-a), "1"),
        (b + sin(b) ** 2, "0"),
        (sigmoid(a), "times(sigmoid(a), minus(1, sigmoid(a)))"),
        (relu(a), "where(less(0, a), 1, 0)"),
        (stack(a, b)[1], "0"),
        (stack(a * b, b)[0], "b"),
        (M[0, 1] * a - Q[0, 0, 0], "item(M, index=(0, 1))"),
        (a - a * Number(Fraction(1)), "0"),
        (op["floor"](a), "0"),
    ],
)
def test_slopes_are_short(tree: Expression, expected: str) -> None:
    """What is zero or one leaves no trace."""
    assert str(slope(tree, a)) == expected


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (a + M, (2, 3)),
        (w + a, (2,)),
        (expand(w, 1) * v, (2, 3)),
        (maximum(a, v), (3,)),
        (b * v, (3,)),
        (M @ v + a, (2,)),
    ],
)
def test_broadcasting_keeps_the_shape(tree: Expression, expected: tuple[int, ...]) -> None:
    """A number and a matrix make a matrix, and so does the slope."""
    for by, index in entries_of(tree):
        assert slope(tree, by, index).shape == expected
    assert slope(tree, c).shape == expected


@pytest.mark.parametrize(
    ("tree", "by"),
    [(total(v**2), v), (v * u, v), (softmax(v), v), (M @ v, M), (M @ v, v), (outer(v, w), v), (outer(v, w), a),
     (total(M * M), M), (a * Q, Q), (a * b, b), (M * a, a), (X, X), (total(Q * Q, axis=1), Q)],
    ids=str,
)  # fmt: skip
def test_gradients_have_the_axes_of_the_tree_before_those_of_the_name(tree: Expression, by: Name) -> None:
    """Every entry of a Jacobian is the slope of one entry by one entry."""
    found, values = gradient(tree, by), points(tree + total(by))
    assert found.shape == tree.shape + by.shape
    jacobian = numeric(found, values)
    for index in np.ndindex(*by.shape):
        one = numeric(slope(tree, by, index), values) if by.name in names_of(tree) else 0.0
        at = (..., *index, slice(None))
        assert_allclose(np.broadcast_to(jacobian, (*found.shape, 4))[at], np.broadcast_to(one, (*tree.shape, 4)))


def same_everywhere(one: Expression, other: Expression) -> None:
    """Two trees have one shape, and the same values at some points."""
    assert one.shape == other.shape
    values = points(stack(total(one), total(other)))
    assert_allclose(*(np.broadcast_to(numeric(tree, values), (*one.shape, 4)) for tree in (one, other)), rtol=1e-10)


def test_the_jacobian_of_softmax() -> None:
    """∂p_i/∂z_j = p_i (δ_ij − p_j): Bishop, Pattern Recognition and Machine Learning (2006), (4.106)."""
    p = softmax(v)
    same_everywhere(gradient(p, v), diagonal(p) - outer(p, p))


def test_the_gradient_of_cross_entropy() -> None:
    """∂L/∂z = p − y for L = −Σ y log p with Σ y = 1: Bishop (2006), (4.109)."""
    y = softmax(u)
    same_everywhere(gradient(-total(y * log(softmax(v))), v), softmax(v) - y)


def test_the_gradient_of_ridge_regression() -> None:
    """∇ (1/n ‖Xw − y‖² + λ‖w‖²) = 2/n Xᵀ(Xw − y) + 2λw."""
    loss = mean((P @ w - v) ** 2) + a * total(w**2)
    same_everywhere(gradient(loss, w), Fraction(2, 3) * (P.T @ (P @ w - v)) + 2 * a * w)


def test_the_gradient_of_logistic_regression() -> None:
    """∇ −Σ y log σ(Xw) + (1 − y) log(1 − σ(Xw)) = Xᵀ(σ(Xw) − y)."""
    p = sigmoid(P @ w)
    same_everywhere(gradient(-total(v * log(p) + (1 - v) * log(1 - p)), w), P.T @ (p - v))


def test_the_gradient_of_a_layer() -> None:
    """∂/∂W of ‖tanh(Wx) − y‖² is 2 (tanh(Wx) − y) ⊙ (1 − tanh²(Wx)) xᵀ."""
    h = tanh(M @ v)
    same_everywhere(gradient(total((h - w) ** 2), M), outer(2 * (h - w) * (1 - h**2), v))


def test_the_slope_of_the_largest_is_that_of_the_first_of_equals() -> None:
    """max(x, x) is x, and its slope 1, not 2."""
    for tree in (largest(stack(a, a)), smallest(stack(a, a)), largest(stack(stack(a, a), stack(a, a)))):
        assert_allclose(numeric(slope(tree, a), {"a": np.array([2.0, -1.0])}), 1.0)


SCALARS = st.recursive(
    st.sampled_from([a, b]) | st.integers(1, 4).map(lambda n: Number(Fraction(n))),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] - pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] / pair[1]),
        st.tuples(inner, st.integers(-2, 3)).map(lambda pair: pair[0] ** pair[1]),
        st.tuples(st.sampled_from(["exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "negative"]), inner).map(
            lambda pair: OPERATIONS[pair[0]](pair[1])
        ),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(tree=SCALARS)
def test_random_formulas_have_the_derivative_that_sympy_finds(tree: Expression) -> None:
    """At a point where both have a value; where the formula has one and is smooth there, its slope has one too."""
    symbols = {"a": sympy.Symbol("a", positive=True), "b": sympy.Symbol("b", positive=True)}
    point = {symbols["a"]: sympy.Rational(7, 5), symbols["b"]: sympy.Rational(4, 3)}
    value = exact(tree, symbols)
    assume(not value.has(sympy.nan, sympy.zoo, sympy.oo))
    wanted = sympy.diff(value, symbols["a"]).subs(point).evalf(25)
    found = exact(slope(tree, a), symbols).subs(point).evalf(25)
    assume(wanted.is_real and abs(wanted) < 1e12 and found.is_number)
    assert abs(wanted - found) <= 1e-12 * max(1, abs(wanted))


@pytest.mark.parametrize(
    ("tree", "by", "reason"),
    [
        (choose(a, 2), a, "the derivative of 'choose' is not known here"),
        (pool(X, (2, 2)), X, "the derivative of max pooling is not known here"),
        (largest(Q, axis=1), Q, "the derivative of 'max' along a middle axis is not known here"),
        (total(Name("Z", (30_000,))), Name("Z", (30_000,)), "too large to be written down"),
    ],
)
def test_what_has_no_rule_says_so(tree: Expression, by: Name, reason: str) -> None:
    """The function is named; what does not vary needs no rule."""
    with pytest.raises(SlopeError, match=reason):
        slope(tree, by, (0,) * len(by.shape))
    assert slope(tree, c).shape == tree.shape


@pytest.mark.parametrize(("by", "index"), [(v, ()), (v, (3,)), (a, (0,)), (M, (0, -1))])
def test_an_entry_that_is_not_there(by: Name, index: tuple[int, ...]) -> None:
    """An index must point into the name."""
    with pytest.raises(ShapeError, match="no entry"):
        slope(by * 2, by, index)


def nested(step: Callable[[Expression], Expression], times: int) -> Expression:
    tree: Expression = v
    for _ in range(times):
        tree = step(tree)
    return tree


@pytest.mark.parametrize("step", [softmax, lambda z: z / (z + 1), lambda z: z**z, lambda z: z * z, lambda z: z + z])
def test_what_grows_is_stopped(step: Callable[[Expression], Expression]) -> None:
    """A tree that shares its parts may unfold to any size: it is refused before anything reads it."""
    with pytest.raises(SlopeError, match="too large"):
        gradient(nested(step, 60), v)


def test_a_gradient_by_a_long_vector_is_refused() -> None:
    """Before any of its slopes is made."""
    long = Name("long", (10_000,))
    with pytest.raises(SlopeError, match="by 10000 entries are too many"):
        gradient(long[0] * long[5], long)
    assert str(slope(long[0] * long[5], long, (5,))) == "item(long, index=(0,))"


def test_long_chains_stay_in_reach_of_every_reading() -> None:
    """Neither the walk nor what reads its result runs out of Python's stack."""
    product: Expression = a
    for _ in range(90):
        product = product * a
    assert_allclose(numeric(slope(product, a), {"a": np.array([1.0])}), 91.0)
    for _ in range(5000):
        product = product + a
    with pytest.raises(SlopeError, match="too large"):
        slope(product, a)
