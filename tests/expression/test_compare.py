"""Pairs of trees by kind, with the verdict and the rule that must come out, and what every verdict promises."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import mpmath
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader import expression as op
from grader.expression import Expression, Name, exact, points
from grader.expression.compare import Comparison, compare_trees
from grader.expression.from_sympy import from_sympy
from grader.expression.parse import parse
from grader.expression.points import slots
from grader.expression.tree import as_expression

NAMES = {name: Name(name) for name in "abnptxyz"}
SHAPED = {
    "v": Name("v", (3,)),
    "u": Name("u", (3,)),
    "w": Name("w", (4,)),
    "X": Name("X", (4, 3)),
    "A": Name("A", (3, 3)),
}
x, y, z, n, p, X, A, v, u, w = (
    (NAMES | SHAPED)[name] for name in ("x", "y", "z", "n", "p", "X", "A", "v", "u", "w")
)  # fmt: skip
PI = op.pi()

Pair = tuple[str, str, str, dict[str, str]]
EITHER = "different|undecided"

PAIRS: dict[str, list[Pair]] = {
    "rational": [
        ("2*(x+y)", "2*x+2*y", "same", {}), ("(x^2-1)/(x-1)", "x+1", "same", {}), ("x/x", "1", "same", {}),
        ("1/(1/x)", "x", "same", {}), ("(x+y)^2", "x^2+y^2", "different", {}), ("x", "x+1e-40", "different", {}),
        ("x", "x+1e-300", "different", {}), ("1e-80*x", "0", "different", {}), ("x^5-x", "0", "different", {}),
        ("x^(10^9)", "x^(10^9)*x/x", "same", {}), ("x^(10^30)", "x^(10^30)*x/x", "same|undecided", {}),
        ("x*(x-1)*(x-2)*(x-3)*(x-4)*(x-5)", "0", "different", {"x": "natural"}),
    ],
    "modulo the prime": [
        ("2305843009213693951*x", "0", "different", {}), ("x^2305843009213693950", "1", "different", {}),
        ("x^2305843009213693951", "x", "different", {}), ("sin(2305843009213693951*x)", "0", "different", {}),
        ("exp(2305843009213693951*x)", "1", "different", {}), ("sin(2305843009213693951)", "0", "different", {}),
        ("exp(2305843009213693951)", "1", "different", {}), ("cos(x+2305843009213693951)", "cos(x)", "different", {}),
    ],
    "numbers": [
        ("1/3+1/6", "1/2", "same", {}), ("355/113", "3.14159292035398", "different", {}),
        ("exp(1)^2", "exp(2)", "same", {}), ("log(6)", "log(2)+log(3)", "same", {}),
        ("sqrt(2)*sqrt(3)", "sqrt(6)", "same", {}), ("sqrt(5+2*sqrt(6))", "sqrt(2)+sqrt(3)", "same", {}),
        ("10^(10^10)", "10^(10^10)+1", EITHER, {}), ("exp(exp(exp(exp(exp(10)))))", "0", EITHER, {}),
        ("log(0-1)", "log(0-2)", "undecided", {}), ("log(0-1)", "1", EITHER, {}),
    ],
    "functions": [
        ("exp(x+y)", "exp(x)*exp(y)", "same", {}), ("sigmoid(x)", "1/(1+exp(-x))", "same", {}),
        ("sigmoid(x)*(1-sigmoid(x))", "exp(-x)/(1+exp(-x))^2", "same", {}), ("sin(x)^2+cos(x)^2", "1", "same", {}),
        ("tanh(x)", "2*sigmoid(2*x)-1", "same", {}), ("tanh(x)", "(exp(x)-exp(-x))/(exp(x)+exp(-x))", "same", {}),
        ("log(1+exp(x))", "x+log(1+exp(-x))", "same", {}), ("tan(x)", "sin(x)/cos(x)", "same", {}),
        ("exp(x)*(x-2)/(x-2)", "exp(x)", "same", {}), ("log(exp(x))", "x", "same", {}),
        ("log(1+exp(x))", "max(x,0)", "different", {}), ("exp(x)", "exp(x)+1e-40", "different", {}),
        ("sin(1099511627776*3.14159265358979*x)", "0", "different", {}), ("sin(x)", "x", "different", {}),
        ("x^2-2*1.41421356237309504880168872420969807856967187537694*x+2", "(x-sqrt(2))^2", "different", {}),
    ],
    "lost beside what is larger": [
        ("exp(x)", "exp(x)+exp(-1000*(x^2+1))", EITHER, {}), ("exp(x)", "exp(x)+exp(-10^30*(x^2+1))", EITHER, {}),
        ("sigmoid(10^30*(1+x^2))", "1", EITHER, {}), ("tanh(10^5*(1+x^2))", "1", EITHER, {}),
        ("exp(10^(-200)*10^(-200)*10^(-200)*x)", "1", EITHER, {}),
        ("exp(-1000*x)", "0", "different", {"x": "positive"}),
        ("x+exp(-1000000*x)", "x", "different", {"x": "positive"}), ("tanh(10^20*x)", "sign(x)", EITHER, {}),
        ("sqrt(x^2+10^(-60))", "abs(x)", EITHER, {}), ("exp(exp(exp(x)))", "exp(exp(exp(x)))+1", EITHER, {}),
        ("log(1+exp(1000*x))/1000", "max(x,0)", EITHER, {}),
    ],
    "domains": [
        ("log(x^2)", "2*log(x)", "different", {}), ("log(x^2)", "2*log(x)", "same", {"x": "positive"}),
        ("log(x^2)", "2*log(abs(x))", "same", {}), ("sqrt(x)^2", "x", "different", {}),
        ("sqrt(x)^2", "x", "same", {"x": "positive"}), ("sqrt(x^2)", "x", "different", {}),
        ("sqrt(x^2)", "x", "same", {"x": "nonnegative"}), ("sqrt(x^2)", "-x", "same", {"x": "negative"}),
        ("sqrt(x^2)", "abs(x)", "same", {}), ("log(x*y)", "log(x)+log(y)", "different", {}),
        ("log(x*y)", "log(x)+log(y)", "same", {"x": "positive", "y": "positive"}), ("0*log(x)", "0", "different", {}),
        ("log(x)-log(x)+x", "x", "different", {}), ("exp(log(x))", "x", "different", {}),
        ("x^y*x^z", "x^(y+z)", "same", {"x": "positive"}), ("x^y", "exp(y*log(x))", "same", {"x": "positive"}),
        ("(x^3)^(1/3)", "x", "same", {}), ("x^(2/3)", "(x^2)^(1/3)", "same", {}), ("x^0.5*x^0.5", "x", "different", {}),
        ("arctan(x)+arctan(1/x)", "2*arctan(1)", "different", {}),
        ("arctan(x)+arctan(1/x)", "2*arctan(1)", "same", {"x": "positive"}),
        ("arcsin(x)+arccos(x)", "2*arctan(1)", "different", {}),
        ("arcsin(x)+arccos(x)", "2*arctan(1)", "same", {"x": "probability"}),
        ("1/(x-x)", "2/(x-x)", "undecided", {}), ("1/(x-x)", "5", EITHER, {}),
        ("log(-x^2-1)", "log(-x^2-2)", "undecided", {}), ("sqrt(x^2+2*x+1)", "x+1", "same", {"x": "probability"}),
    ],
    "branches": [
        ("sqrt((x-1000)^2)", "1000-x", "different", {}), ("sqrt((x-1000)^2)", "abs(x-1000)", "same", {}),
        ("abs(x-1000)", "where(x<1000,1000-x,x-1000+1e-60)", "different", {}), ("max(x,10^6)", "10^6", "different", {}),
        ("max(x,10^40)", "10^40", "different", {}), ("max(x,y)", "(x+y+abs(x-y))/2", "same", {}),
        ("max(x,y,z)", "max(z,max(y,x))", "same", {}), ("relu(x)-relu(-x)", "x", "same", {}),
        ("relu(x)", "x*where(0<x,1,0)", "same", {}), ("relu(x)/relu(x)", "1", "different", {}),
        ("abs(x-1)-abs(x-1.0001)", "2*x-2.0001", "different", {}), ("sign(x)^2", "1", "same", {}),
        ("sign(x)", "x/abs(x)", "same", {}), ("abs(x)/x", "x/abs(x)", "same", {}),
        ("floor(x)+1", "ceil(x)", "same", {}), ("floor(x)", "x", "different", {}),
        ("where(x<0.001,0,1)", "where(x<0.0011,0,1)", "different", {}),
        ("relu(x-y-0.001)", "relu(x-y)", "different", {}),
        ("where(x<y,y,x)", "max(x,y)", "same", {}), ("where(x<y,y,x)", "where(x<y,y,x+exp(-50))", "different", {}),
        ("where(x*y<-400,x,relu(x))", "relu(x)", "different", {}), ("where(x<10^9,x,10^9)", "min(x,10^9)", "same", {}),
        ("where(1.2345<x,where(x<1.2346,0,x),x)", "x", "different", {}),
        ("where(x+y<-12345,x,relu(x))", "relu(x)", "different", {}),
    ],
    "narrow differences": [
        ("where(x^3+x<5,0,1)", "where(x^3+x<5.0001,0,1)", "different", {}),
        ("where(x^3+x<5,0,1)", "where(x^3+x<5.0000001,0,1)", "different", {}),
        ("where(exp(x)+x<7,x,1)", "where(exp(x)+x<7.001,x,1)", "different", {}),
        ("where(x^2+y^2<9,1,0)", "where(x^2+y^2<9.001,1,0)", "different", {}),
    ],
    "whole numbers": [
        ("floor((n-3)/2)+1", "floor((n-1)/2)", "same", {"n": "natural"}),
        ("floor(n/2)", "n/2", "different", {"n": "natural"}),
        ("(-1)^(2*n)", "1", "same", {"n": "integer"}), ("(-1)^(n+1)", "-(-1)^n", "same", {"n": "integer"}),
        ("(-1)^n", "1", "different", {"n": "integer"}), ("choose(n,2)", "n*(n-1)/2", "same", {"n": "natural"}),
        ("floor(n/7)", "floor((n+0.1)/7)", "same", {"n": "natural"}),
        ("floor(n/97)", "floor((n+1)/97)", "different", {"n": "natural"}),
        ("floor(n/1000)", "floor((n+1)/1000)", "different", {"n": "natural"}),
        ("relu(n-200)", "relu(n-201)", "different", {"n": "integer"}),
        ("where(n<1234567,1,0)", "where(n<1234568,1,0)", "different", {"n": "integer"}),
        ("where(3*n<700,1,0)", "where(3*n<702,1,0)", "same", {"n": "integer"}),
        ("x*(x-1)*(x-2)*(x-3)*(x-4)*(x-5)*exp(x)", "0", "different", {"x": "natural"}),
    ],
    "vectors": [
        ("softmax(v)", "exp(v)/sum(exp(v))", "same", {}), ("softmax(v)", "softmax(v-max(v))", "same", {}),
        ("max(v)", "v[1]", "different", {}), ("max(v)", "-min(-v)", "same", {}),
        ("argmax(v)", "argmax(exp(v))", "same", {}), ("argmax(v)", "argmax(-v)", "different", {}),
        ("log(sum(exp(v)))", "log(sum(exp(v-max(v))))+max(v)", "same", {}), ("sum(v*u)", "v@u", "same", {}),
        ("-log(softmax(v)[1])", "log(sum(exp(v)))-v[1]", "same", {}), ("sum(v)", "v", "different", {}),
        ("sum(v*log(v))", "sum(v*log(v))+sum(v)-1", "same", {"v": "distribution"}),
        ("sum(v*log(v))", "sum(v*log(v))+sum(v)-1", "different", {"v": "positive"}),
        ("A@v", "v@A", "different", {}), ("A@v", "v@A", "same", {"A": "symmetric"}),
    ],
}  # fmt: skip

EVERY = [(kind, *pair) for kind, pairs in PAIRS.items() for pair in pairs]
every_pair = pytest.mark.parametrize(
    ("kind", "one", "other", "expected", "domains"),
    EVERY,
    ids=[f"{kind}: {a} and {b} {d or ''}" for kind, a, b, _, d in EVERY],
)


def trees(*texts: str) -> list[Expression]:
    return [parse(text, NAMES | SHAPED) for text in texts]


@every_pair
def test_verdicts(kind: str, one: str, other: str, expected: str, domains: dict[str, str]) -> None:
    """Either way round, and with evidence that belongs to the verdict."""
    pair = trees(one, other)
    for found in (compare_trees(*pair, domains), compare_trees(*pair[::-1], domains)):
        assert found.verdict in expected.split("|"), found
        check_evidence(found)


def check_evidence(found: Comparison) -> None:
    assert 0 <= found.chance < 0.1
    assert found.rule in {"shape", "identical", "numbers", "field", "balls", "undefined", "budget", "no reading"}
    if found.verdict == "undecided":
        assert found.reason
    if found.counterexample:
        assert found.verdict == "different"
        assert found.values is not None
        assert found.values[0] != found.values[1]


@every_pair
def test_counterexamples_are_some(kind: str, one: str, other: str, expected: str, domains: dict[str, str]) -> None:
    """At the point that is shown, SymPy's values are those that are shown, and differ."""
    pair = trees(one, other)
    found = compare_trees(*pair, domains)
    if found.counterexample is None or found.rule == "undefined" or kind == "lost beside what is larger":
        return
    at = {name: parsed(text) for name, text in found.counterexample}
    if "2305843009213693951" in one or any("." in str(value) and "[" in str(value) for value in at.values()):
        return
    assert found.values is not None
    for tree, shown in zip(pair, found.values, strict=True):
        value = exact(tree, at)
        if tree.shape == ():
            with mpmath.workdps(60):
                assert mpmath.almosteq(
                    mpmath.mpf(str(sympy.N(value, 60))), mpmath.mpf(shown.split()[0]), rel_eps=1e-4, abs_eps=1e-60
                )


def parsed(text: str) -> Any:
    if text.startswith("["):
        return sympy.Array([parsed(each) for each in text[1:-1].split(", ")]) if "[" not in text[1:] else matrix(text)
    return sympy.Rational(text)


def matrix(text: str) -> Any:
    return sympy.Array([[sympy.Rational(each) for each in row.split(", ")] for row in text[2:-2].split("], [")])


@pytest.mark.parametrize(
    ("one", "other", "rule", "reason"),
    [
        (x + 1, x + 1, "identical", ""),
        (op.sqrt(x) * 2, op.sqrt(x) * 2, "identical", ""),
        (v, x, "shape", "one is 3 entries, the other a single number"),
        (X, X.T, "shape", "one is 4×3 entries, the other 3×4 entries"),
        (as_expression(1) / 3, as_expression(2) / 6, "numbers", ""),
        (as_expression(1) / 3, as_expression(1) / 2, "numbers", ""),
        (x * 2, x + x, "field", ""),
        (x * 2, x * 3, "field", ""),
        (op.exp(x) ** 2, op.exp(2 * x), "balls", ""),
        (op.sqrt(x), op.sqrt(x) + x - x + 1, "balls", ""),
        (v, op.stack(v[0], v[1], 2 * v[2]), "field", "entry 3 differs"),
        (X, op.where(X < 100, X, X) + op.pad(X, padding=((0, 0), (0, 0))), "no reading", "'pad' cannot be compared"),
    ],
    ids=lambda each: str(each)[:60],
)
def test_rules(one: Expression, other: Expression, rule: str, reason: str) -> None:
    found = compare_trees(one, other)
    assert (found.rule, found.reason) == (rule, reason)


@pytest.mark.parametrize(
    ("one", "other", "point", "values"),
    [
        ("(x+y)^2", "x^2+y^2", (("x", "2"), ("y", "3")), ("25", "13")),
        ("exp(x)", "exp(2*x)", (("x", "2"),), ("7.38906", "54.5982")),
        ("sqrt(x^2)", "x", (("x", "-3"),), ("3", "-3")),
        ("sum(v)", "v[1]+v[2]", (("v", "[2, 3, 5]"),), ("10", "5")),
        ("max(x,10^6)", "10^6", (("x", "1000001"),), None),
        ("x*(x-2)*exp(x)", "0", (("x", "1/2"),), ("-1.23654", "0")),
        ("1/3", "0.333", None, ("0.333333", "0.333")),
        ("where(x<-4,x,relu(x))", "relu(x)", None, None),
    ],
)
def test_what_is_shown(one: str, other: str, point: Any, values: tuple[str, str] | None) -> None:
    """The first of the small points that tells them apart, in numbers of few digits."""
    found = compare_trees(*trees(one, other))
    assert found.verdict == "different"
    if point is not None and values is not None:
        assert found.counterexample == point
    assert values is None or found.values == values
    for _, text in found.counterexample or ():
        assert len(text) <= 16


def test_what_is_undefined_says_where() -> None:
    """And that a positive symbol would do, where it would."""
    found = compare_trees(*trees("log(x^2)", "2*log(x)"))
    assert found.rule == "undefined"
    assert found.reason == (
        "the second has no value at x = -3, and the other has one; with x declared positive they are the same"
    )
    assert found.values == ("2.19722", "no value")
    assert "positive" not in compare_trees(*trees("log(x^2)", "3*log(x)")).reason


def test_what_was_sampled() -> None:
    found = compare_trees(*trees("x*(y+n)", "x*y+x*n"), {"n": "natural", "y": "positive"})
    assert found.domain == "n whole and positive; x real; y positive"
    assert found.points == 2


PUSHED = op.solve(X.T @ X + y * op.identity(n=3), X.T @ w)
MATRICES: list[tuple[Expression, Expression, str, Mapping[str, str]]] = [
    (PUSHED, X.T @ op.solve(X @ X.T + y * op.identity(n=4), w), "same", {"y": "positive"}),
    (PUSHED, op.inverse(X.T @ X + y * op.identity(n=3)) @ X.T @ w, "same", {"y": "positive"}),
    (PUSHED, op.solve(X.T @ X + 2 * y * op.identity(n=3), X.T @ w), "different", {"y": "positive"}),
    (op.trace(X.T @ X), op.total(X**2), "same", {}),
    (op.determinant(2 * A), 8 * op.determinant(A), "same", {}),
    (op.determinant(2 * A), 2 * op.determinant(A), "different", {}),
    (op.inverse(A @ A), op.inverse(A) @ op.inverse(A), "same", {}),
    (A @ A.T, A.T @ A, "different", {}),
    ((A @ v) @ u, v @ (A.T @ u), "same", {}),
    (op.log(op.determinant(A @ A.T)), 2 * op.log(op.absolute(op.determinant(A))), "same", {}),
]


@pytest.mark.parametrize(("one", "other", "expected", "domains"), MATRICES, ids=range(len(MATRICES)))
def test_matrices(one: Expression, other: Expression, expected: str, domains: Mapping[str, str]) -> None:
    assert compare_trees(one, other, domains).verdict == expected


@pytest.mark.parametrize(
    ("one", "other", "expected", "domains"),
    [
        (op.sin(PI * n), x - x, "same", {"n": "integer"}), (op.cos(PI * n), (0 - x / x) ** n, "same", {"n": "integer"}),
        (op.sin(x), op.cos(x - PI / 2), "same", {}), (op.sin(x + PI), -op.sin(x), "same", {}),
        (PI + x - x, as_expression(Fraction(355, 113)), "different", {}),
        (op.sin(x), op.cos(x - Fraction(15707963267948966192313216916397514420985, 10**40)), "different", {}),
    ],
    ids=range(6),
)  # fmt: skip
def test_pi(one: Expression, other: Expression, expected: str, domains: Mapping[str, str]) -> None:
    assert compare_trees(one, other, domains).verdict == expected


def test_verdicts_do_not_hang_on_the_hash_seed() -> None:
    """All evidence is the same in every process."""
    code = (
        "from grader.expression import Name; from grader.expression.parse import parse;"
        "from grader.expression.compare import compare_trees as c; N = {k: Name(k) for k in 'xyz'};"
        "print([c(parse(a, N), parse(b, N)) for a, b in [('max(x,y)', '(x+y+abs(x-y))/2'), ('log(x^2)', '2*log(x)'),"
        "('exp(x)*y', 'exp(x+y)'), ('sqrt((x-1000)^2)', '1000-x'), ('sigmoid(x)', '1/(1+exp(-x))')]])"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(found) == 1


SYMBOLS = sympy.symbols("x y")
ATOMS = st.sampled_from([*SYMBOLS, *map(sympy.Integer, (1, 2, 3, -1)), sympy.Rational(1, 2)])


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.builds(lambda a, b: a + b, inner, inner),
        st.builds(lambda a, b: a * b, inner, inner),
        st.builds(lambda a, b: a - b, inner, inner),
        st.builds(lambda a, k: a**k, inner, st.sampled_from([2, 3])),
        st.builds(lambda f, a: f(a), st.sampled_from([sympy.exp, sympy.sin, sympy.cos, sympy.tanh]), inner),
    )


FORMULAS = st.recursive(ATOMS, grown, max_leaves=6)


def as_tree(formula: Any) -> Expression:
    return from_sympy(formula, {str(symbol): NAMES[str(symbol)] for symbol in SYMBOLS})


@settings(deadline=None, max_examples=150)
@given(FORMULAS, st.sampled_from([sympy.expand, sympy.factor, sympy.powsimp, sympy.expand_trig, sympy.together]))
def test_a_rewrite_is_never_different(formula: Any, rewrite: Any) -> None:
    """What SymPy makes of a formula is the formula."""
    assume(formula.is_finite is not False and sympy.count_ops(formula) < 40)
    one, other = as_tree(formula), as_tree(rewrite(formula))
    assert compare_trees(one, other).verdict != "different"


@settings(deadline=None, max_examples=150)
@given(FORMULAS, FORMULAS)
def test_what_differs_at_a_point_is_never_the_same(one: Any, other: Any) -> None:
    """mpmath's values at a point that no comparison looks at are a witness."""
    with mpmath.workdps(60):
        at = {symbol: sympy.Rational(3, 7) + k for k, symbol in enumerate(SYMBOLS)}
        a, b = (sympy.N(formula.subs(at), 60) for formula in (one, other))
    assume(abs(a) < 10**30 and abs(b) < 10**30)
    verdict = compare_trees(as_tree(one), as_tree(other)).verdict
    assert verdict != "same" if abs(a - b) > sympy.Rational(1, 10**40) else verdict != "different" or one != other


def total(terms: Iterable[Expression]) -> Expression:
    return sum(terms, x)


LARGE = {
    "a long sum of powers": (sum((x**k for k in range(1, 700)), x), sum((x**k for k in range(1, 700)), x + 1)),
    "a product of a hundred sums": (op.exp(x) * 1, op.exp(x) + 0 * sum((op.sin(k * x) for k in range(300)), x)),
    "a hundred maxima": (
        sum((op.maximum(x, k) for k in range(100)), x),
        sum((op.maximum(k, x) for k in range(100)), x),
    ),
    "maxima one by one": (
        sum((op.maximum(x, k) for k in range(100)), x),
        sum((op.relu(x - k) + k for k in range(100)), x),
    ),
    "a large matrix": (Name("M", (70, 70)) @ Name("M", (70, 70)), 2 * Name("M", (70, 70))),
    "a large vector": (op.softmax(Name("M", (100, 100))), 2 * Name("M", (100, 100))),
    "towers": (x ** (x**x) ** x, x ** (x ** (x**x))),
    "huge exponents": (op.exp(op.exp(op.exp(op.exp(x)))), op.exp(op.exp(op.exp(op.exp(x)))) + 1),
    "huge powers": ((x + op.exp(x)) ** (10**40), (op.exp(x) + x) ** (10**40 + 1)),
}


@pytest.mark.parametrize("what", LARGE)
def test_time(what: str) -> None:
    """Whatever comes in, an answer comes out soon; ten times what is measured on a quiet machine."""
    started = time.process_time()
    found = compare_trees(*LARGE[what])
    assert time.process_time() - started < 0.25
    check_evidence(found)


def test_too_large() -> None:
    M = Name("M", (40, 40))
    found = compare_trees(M @ M, 2 * M)
    assert (found.verdict, found.rule) == ("undecided", "budget")


def vanishing(name: Name, at: Iterable[Fraction]) -> Expression:
    """A polynomial that is zero at these places alone."""
    return reduce(lambda product, place: product * (name - place), at, as_expression(1))


@pytest.mark.parametrize("domain", ["real", "positive", "integer", "natural"])
def test_nobody_can_write_for_known_points(domain: str) -> None:
    """What vanishes at all points that short formulas are compared at is told from zero all the same."""
    (slot,) = slots([x], {"x": domain})
    places = [Fraction(int(each.numerator), int(each.denominator)) for each in points.ratios(slot).flat]
    for some in (places, places[: points.SHOWN + 5], places[points.SHOWN :]):
        for one in (op.exp(x), op.exp(x) + op.absolute(x), x):
            found = compare_trees(one, one + vanishing(x, some), {"x": domain})
            assert found.verdict == "different"


def test_nobody_can_write_for_known_residues() -> None:
    """Nor at those in the field, and at the point where balls look once more."""
    (slot,) = slots([x], {})
    residues = [Fraction(int(each)) for each in points.residues(slot, 0).flat]
    point = points.ratios(slot)[points.SHOWN]
    for some in (residues, [*residues, Fraction(int(point.numerator), int(point.denominator))]):
        assert compare_trees(x, x + vanishing(x, some)).verdict == "different"
        assert compare_trees(op.sin(x), op.sin(x) + vanishing(x, some)).verdict == "different"


def test_shared_squares_of_whole_numbers_stay_short() -> None:
    """Whole numbers are kept exact only as long as they are short, at whichever of the points they grow."""
    one = reduce(lambda tree, _: tree * tree + 1, range(200), x)
    other = reduce(lambda tree, _: 1 + tree**2, range(200), x)
    started = time.process_time()
    assert compare_trees(one, other, {"x": "natural"}).verdict in {"same", "undecided"}
    assert time.process_time() - started < 0.25


def test_values_beyond_floats_warn_of_nothing() -> None:
    """What saturates is asked how large its operand is, even where no float is that large."""
    one, other = op.where(y < y, y, x), op.where(y < y / 3 + y * Fraction(2, 3), y, x)
    found = compare_trees(op.arctan(op.tanh(op.exp(one))), op.arctan(op.tanh(1 / op.exp(-other))))
    assert found.verdict != "different"
