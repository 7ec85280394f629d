"""Derivations: what the student is told, what only the key shows, and that lines are judged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from scipy.special import softmax

from grader.checks import check
from grader.document import from_python
from grader.errors import SpecError
from grader.marking import Sheet, mark
from grader.problem import Problem, load, read_problem
from grader.render import pages

SPEC: dict[str, Any] = {"start": "f(x) = x^2", "goal": "f'(x)", "lines": [r"f'(x) = 2 \cdot x"]}


def problem(**given: Any) -> Problem:
    return read_problem(from_python({"family": "derivation", "given": SPEC | given}), "lines")


def refusal(**given: Any) -> str:
    with pytest.raises(SpecError) as caught:
        problem(**given)
    return str(caught.value)


@pytest.mark.parametrize("format", ["md", "tex"])
def test_lines_stand_on_the_key_alone(format: str) -> None:
    """The student reads where to start and where to arrive; the lines between are the key's."""
    own = problem()
    worksheet, key = pages.worksheet(own, format), pages.key(own, format)
    assert "$f(x) = x^2$" in worksheet
    assert r"2 \cdot x" not in worksheet
    assert r"$f'(x) = 2 \cdot x$" in key


@pytest.mark.parametrize(
    ("symbols", "told"),
    [
        ({"x": "real"}, "Here $x$ is a real number."),
        ({"lam": "positive"}, r"Here $\lambda$ is a positive number."),
        ({"n": "integer"}, "Here $n$ is a whole number."),
        ({"p": "probability"}, "Here $p$ is a number between 0 and 1."),
        ({"v": "vector(3)"}, "Here $v$ is a real vector of $3$ entries."),
        ({"A": "symmetric matrix(n, n)"}, "Here $A$ is a symmetric $n$ × $n$ matrix."),
        ({"q": "probability vector(n)"}, "Here $q$ is a vector of $n$ entries that are between 0 and 1."),
        ({"y": "distribution(n)"}, "Here $y$ is a vector of $n$ positive entries that add up to 1."),
        ({"y": ["n"]}, "Here $y$ is a real vector of $n$ entries."),
        ({"X": ["n", "d"], "w": ["3"]}, "Here $X$ is a real $n$ × $d$ matrix; $w$ is a real vector of $3$ entries."),
        ({"yhat": {"shape": ["n"], "domain": "positive"}}, r"Here $\hat{y}$ is a positive vector of $n$ entries."),
    ],
)
def test_symbols_are_told(symbols: Any, told: str) -> None:
    """Every symbol's shape and domain stand on the page, written as the field writes them."""
    assert problem(symbols=symbols).solution.question[-1] == told


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": "$x$"}, "given.start: expected a line of LaTeX, without dollar signs, got '$x$'"),
        ({"goal": " "}, "given.goal: expected a line of LaTeX, without dollar signs, got ' '"),
        ({"lines": []}, "given.lines: expected a list, each entry a line of LaTeX, without dollar signs, got []"),
        ({"lines": ["x", "$"]}, "given.lines.2: expected a line of LaTeX, without dollar signs, got '$'"),
        ({"symbols": ["x"]}, "given.symbols: expected a mapping of names to a shape such as [n, d]"),
        ({"symbols": {"x": "complex"}}, "given.symbols.x: unknown domain 'complex'; known here: "),
        ({"symbols": {"x": ["n", "d", "k"]}}, "given.symbols.x: expected a shape such as [n, d], a domain, or both"),
        ({"symbols": {"x": ["\\n"]}}, "given.symbols.x: expected a shape such as [n, d], a domain, or both"),
        ({"symbols": {"x": {"shape": ["n"]}}}, "given.symbols.x: expected a shape such as [n, d], a domain, or both"),
        ({"symbols": {"x y": "real"}}, "given.symbols: 'x y' is no name"),
    ],
)
def test_derivation_that_cannot_be_used(change: dict[str, Any], message: str) -> None:
    """What is wrong with a derivation is told to its author, and where."""
    assert refusal(**change).startswith(message)


@pytest.mark.parametrize("answer", [["f'(x) = x + x", "= 2x"], "f'(x) = x + x", "f'(x) = x + x\n= 2x"])
def test_lines_are_judged(answer: Any) -> None:
    """Lines are judged, however they are typed."""
    (marks,) = mark(problem(), [Sheet("s", {"lines": from_python(answer)})])
    assert (marks["lines"].verdict, set(marks["lines"].cells)) == ("correct", {"correct"})


@pytest.mark.parametrize("id", ["softmax-derivation", "cross-entropy-derivation", "ridge-derivation"])
def test_shipped_derivations(id: str) -> None:
    """The three derivations of the exercise report have their pages, and a key that ends at the goal."""
    shipped = load(f"problems/exercise-2-report/{id}.yaml")
    assert check(shipped).errors == []
    assert len(shipped.solution["lines"].key) >= 5


def test_keys_of_softmax_and_cross_entropy_against_finite_differences() -> None:
    """The last lines of both keys: ŷ_i(1 − ŷ_i) and −ŷ_i ŷ_j; ŷ_j − y_j (Bishop 2006, equations 4.106 and 4.108)."""
    z, y, h = np.array([0.3, -1.2, 2.0]), np.array([0.0, 1.0, 0.0]), 1e-6
    p = softmax(z)
    steps = h * np.eye(3)
    jacobian = np.array([(softmax(z + step) - softmax(z - step)) / (2 * h) for step in steps]).T
    np.testing.assert_allclose(jacobian, np.diag(p) - np.outer(p, p), atol=1e-9)
    losses = [[-y @ np.log(softmax(z + sign * step)) for sign in (1, -1)] for step in steps]
    np.testing.assert_allclose([(a - b) / (2 * h) for a, b in losses], p - y, atol=1e-8)


def test_key_of_ridge_against_sympy() -> None:
    """The last line of the ridge key is where the gradient of its first line vanishes."""
    X, y, lam = sympy.Matrix([[1, 2], [3, -1], [0, 2]]), sympy.Matrix([1, 0, 2]), sympy.Rational(1, 3)
    w = sympy.Matrix(sympy.symbols("w1 w2"))
    residual = X * w - y
    loss = (residual.T * residual)[0] / 3 + lam * (w.T * w)[0]
    closed = (X.T * X + 3 * lam * sympy.eye(2)).inv() * X.T * y
    assert sympy.solve([sympy.diff(loss, each) for each in w], list(w)) == dict(zip(w, closed, strict=True))
