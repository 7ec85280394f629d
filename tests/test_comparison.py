"""`grader.compare`: two texts, a verdict of four, and evidence that holds up."""

from __future__ import annotations

import math

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import grader
from grader.comparison import merged
from grader.errors import GraderError
from grader.expression.compare import Comparison

RIDGE = {"X": "matrix(n,d)", "y": "vector(n)", "λ": "positive"}
LEAST = {"X": "matrix(n,d)", "y": "vector(n)"}
VECTOR = {"x": "vector(n)"}


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ("2(x+y)", "2x+2y", "same"),
        ("2(x+y)", "2x+y", "different"),
        ("x^2", "x**2", "same"),
        ("exp(-z)", r"e^{-z}", "same"),
        (r"\frac{1}{1+e^{-z}}", "σ(z)", "same"),
        ("sqrt(8)", "2 sqrt(2)", "same"),
        ("0.5", "1/2", "same"),
        ("0.333", "1/3", "different"),
        ("(x^2-1)/(x-1)", "x+1", "same"),
        ("sqrt(x^2)", "x", "different"),
        ("log(x^2)", "2 log x", "different"),
        ("x + 10^{-300}", "x", "different"),
    ],
)
def test_formulas_without_declarations(one: str, other: str, verdict: str) -> None:
    """Every letter is a real number of its own; the order of the two does not matter."""
    assert grader.compare(one, other).verdict == verdict
    assert grader.compare(other, one).verdict == verdict


@pytest.mark.parametrize(
    ("one", "other", "symbols", "verdict", "rule"),
    [
        (r"(X^T X + n λ I)^{-1} X^T y", r"X^T (X X^T + n λ I)^{-1} y", RIDGE, "same", "field"),
        (r"(X^T X + n λ I)^{-1} X^T y", r"(X X^T + n λ I)^{-1} X y", RIDGE, "different", "shape"),
        (r"(X^T X + n λ I)^{-1} X^T y", r"(X^T X + λ I)^{-1} X^T y", RIDGE, "different", "field"),
        ("np.linalg.inv(X.T @ X) @ X.T @ y", r"(X^T X)^{-1} X^T y", LEAST, "same", "identical"),
        (r"(X X^T)^{-1} X y", r"(y^T X^T (X X^T)^{-1})^T", {"X": "matrix(d,n)", "y": "vector(n)"}, "same", "field"),
        (r"\sum_{i=1}^n x_i", r"\mathbf{1}^T x", VECTOR, "same", "field"),
        ("x^T", "x", VECTOR, "different", "shape"),
        ("x", "x + 1", {"x": "vector(3)"}, "different", "field"),
        ("sqrt(x^2)", "x", {"x": "positive"}, "same", "balls"),
        ("log(x^2)", "2 log x", {"x": "positive"}, "same", "balls"),
        ("2 lr", "lr + lr", {"lr": "real"}, "same", "field"),
    ],
)
def test_declared_symbols(one: str, other: str, symbols: dict[str, str], verdict: str, rule: str) -> None:
    """Shapes and domains are what the problem declares; the rule that decided is named."""
    found = grader.compare(one, other, symbols=symbols)
    assert (found.verdict, found.rule) == (verdict, rule)


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ("2x = 4", "x = 2", "same"),
        ("2x = 4", "x = 3", "different"),
        ("x + y = 1", "y = 1 - x", "same"),
        ("x + y = 1", "2y = 1 - x", "different"),
        ("x^2 = 1", "x = 1", "different"),
        ("x = x", "y = y", "same"),
        ("x = x", "y = 1", "different"),
        ("w = 2x", "w = x + x", "same"),
        ("w = 2x", "w = 3x", "different"),
        ("w = 2x", "2x", "same"),
        ("x + x", r"\frac{dL}{dw} = 2x", "same"),
        ("a = b = c", "c", "same"),
        ("a = b = 2c", "c", "different"),
        ("L(w) = w^2", "w*w", "same"),
    ],
)
def test_equations_and_chains(one: str, other: str, verdict: str) -> None:
    """An equation is what it says of its symbols; a label is read away, and a chain ends in its last side."""
    assert grader.compare(one, other).verdict == verdict
    assert grader.compare(other, one).verdict == verdict


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ("1/2x", "1/(2x)", "undecided"),
        ("1/2x", "x/2", "same"),
        ("1/2x", "x/3", "different"),
        ("1/(2x)", r"\frac{1}{2x}", "same"),
        ("1/2x = y", "y", "same"),
    ],
)
def test_two_readings(one: str, other: str, verdict: str) -> None:
    """1/2x is x/2 here; where the other reading is meant nobody is called wrong, and brackets are asked for."""
    found = grader.compare(one, other)
    assert found.verdict == verdict
    assert ("brackets" in found.reason) == (verdict == "undecided")


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ("nan", "NaN", "same"),
        ("nan", "1", "different"),
        ("inf", "∞", "same"),
        ("inf", "-inf", "different"),
        (r"\infty", "inf", "same"),
        ("inf", "1", "different"),
    ],
)
def test_what_is_no_number(one: str, other: str, verdict: str) -> None:
    """NaN is NaN, and an infinity the infinity of its sign."""
    assert grader.compare(one, other).verdict == verdict


@pytest.mark.parametrize(("one", "other"), [("n", "4"), ("4 n", "n^2"), ("n + d", "7"), (r"\sum_{i=1}^n 1", "4")])
def test_right_for_one_length_alone(one: str, other: str) -> None:
    """What holds for 4 rows and 3 columns alone is different: lengths are looked at in several worlds."""
    assert grader.compare(one, other, symbols=RIDGE).verdict == "different"


def test_a_gram_matrix_without_an_inverse() -> None:
    """With more columns than rows XᵀX has no inverse; the worlds where it has one settle the verdict."""
    assert grader.compare(r"(X^T X)^{-1} X^T y", r"(n X^T X / n)^{-1} X^T y", symbols=LEAST).verdict == "same"
    assert grader.compare(r"(X^T X)^{-1} X^T y", r"(X^T X / n)^{-1} X^T y", symbols=LEAST).verdict == "different"


def test_worlds_are_merged() -> None:
    """One world that differs decides; one without values needs two that agree; chances of error add up."""
    same = Comparison("same", "field", points=2, chance=0.25)
    none, other = Comparison("undecided", "balls"), Comparison("different", "field")
    assert merged([same, other]) is other
    assert merged([same, none]) is none
    assert merged([none, none]) is none
    assert merged([none, same, same]) == merged([same, same]) == Comparison("same", "field", points=4, chance=0.5)


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        (r"\delta_{ij} x_i", r"\delta_{ij} x_j", "same"),
        (r"\delta_{ij} x_i", "x_i", "different"),
        (r"\delta_{ij} x_i", "0", "different"),
        ("x_i (δ_{ij} - x_j)", "δ_{ij} x_j - x_i x_j", "same"),
        ("x_i", "x_j", "different"),
    ],
)
def test_kronecker(one: str, other: str, verdict: str) -> None:
    """Distinct letters are distinct positions, unless a δ is in play: then equal ones are tried too."""
    assert grader.compare(one, other, symbols=VECTOR).verdict == verdict


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("2x +", "  2x +", 6), ("2(x + 1", "  2(x + 1", 9), ("x ? y", "  x ? y", 4), ("ŷ + )", "  ŷ + )", 6)],
)
def test_unreadable_text_is_shown_with_a_caret(text: str, line: str, column: int) -> None:
    """The message, the line as typed, and a caret under the place."""
    found = grader.compare(text, "x")
    assert (found.verdict, found.rule) == ("unreadable", "unreadable")
    assert found.reason.splitlines()[1:] == [line, " " * column + "^"]


def test_unknown_names_are_told() -> None:
    """Where symbols are declared, a name that is none of them is told, with what may be meant."""
    found = grader.compare("2 lambd", "2 lam", symbols={"lam": "real"})
    assert found.verdict == "unreadable"
    assert "did you mean 'lam'?" in found.reason


def test_decimal_comma() -> None:
    """A comma stands before decimals where it is asked for, and nowhere else."""
    assert grader.compare("0,5 x", "x/2", decimal="comma").verdict == "same"
    assert grader.compare("1.000,5", "1000 + 1/2", decimal="comma").verdict == "same"
    assert grader.compare("0,5 x", "x/2").verdict == "unreadable"


def test_declarations_that_say_nothing() -> None:
    """A declaration is the caller's: what is wrong with it is an error and no verdict."""
    with pytest.raises(GraderError, match="unknown domain 'complex'"):
        grader.compare("x", "x", symbols={"x": "complex"})


@given(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9))
def test_counterexamples_are_counterexamples(a: int, b: int, c: int) -> None:
    """SymPy finds the two values at the place that is shown, where two random parabolas differ."""
    x = sympy.Symbol("x")
    one, other = f"{a} x^2 + {b} x", f"({c} x + {b}) x"
    found = grader.compare(one, other)
    assert found.verdict == ("same" if a == c else "different")
    if a != c:
        assert found.counterexample is not None
        assert found.values is not None
        at = sympy.Rational(dict(found.counterexample)["x"])
        values = [(a * x**2 + b * x).subs(x, at), ((c * x + b) * x).subs(x, at)]
        assert values[0] != values[1]
        assert [float(value) for value in found.values] == pytest.approx(list(map(float, values)), rel=1e-5)


def test_evidence_of_same() -> None:
    """What was sampled, at how many points, and a bound on the chance of error."""
    found = grader.compare("2(x+y)", "2x+2y", symbols={"x": "positive", "y": "real"})
    assert (found.points, found.domain) == (2, "x positive; y real")
    assert 0 < found.chance < 1e-30
    assert math.isclose(grader.compare("1/2", "0.5").chance, 0)


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ("X w = X", "w = y", "unreadable"),
        ("X w = X", "X w = y", "different"),
        ("X w = y", "X w = X", "different"),
        ("λ y_i y = X", "λ y_i y = X", "unreadable"),
    ],
)
def test_an_equation_whose_own_sides_do_not_fit(one: str, other: str, verdict: str) -> None:
    """It is told apart from one that fits, and says where; two such equations are no pair to compare."""
    symbols = {"X": "matrix(n,d)", "y": "vector(n)", "w": "vector(d)", "λ": "positive"}
    found = grader.compare(one, other, symbols)
    assert found.verdict == verdict
    assert "do not fit" in found.reason
