"""The autoencoder against NumPy and SciPy."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, special

import grader
from grader.checks import AGREEMENT
from grader.document import from_python
from grader.errors import SpecError
from grader.problem import Problem, read_problem
from grader.solution import Solution

FUNCTIONS = {"none": lambda z: z, "relu": lambda z: np.maximum(z, 0), "sigmoid": special.expit, "tanh": np.tanh}
GIVEN: dict[str, Any] = {
    "x": [1, 2, 3],
    "W1": [["0.2", "0.1", "0.3"], ["0.5", "-0.4", "0.2"]],
    "b1": ["0.1", "0.2"],
    "W2": [["0.5", 1], [1, -1], [2, "0.5"]],
    "b2": ["0.2", "0.3", "-0.1"],
}


def problem(**given: Any) -> Problem:
    return read_problem(from_python({"family": "autoencoder", "given": given}), "autoencoder")


def solved(**given: Any) -> Solution:
    return problem(**given).solution


tenths = st.integers(-30, 30).map(lambda n: Fraction(n, 10))


@st.composite
def autoencoders(draw: st.DrawFn) -> dict[str, Any]:
    d, h = draw(st.integers(1, 4)), draw(st.integers(1, 4))

    def table(rows: int, columns: int) -> list[list[Fraction]]:
        return [[draw(tenths) for _ in range(columns)] for _ in range(rows)]

    given = {"x": table(1, d)[0], "W1": table(h, d), "W2": table(d, h)}
    if draw(st.booleans()):
        given |= {"b1": table(1, h)[0], "b2": table(1, d)[0]}
    functions = {name: draw(st.sampled_from([*FUNCTIONS])) for name in ("activation", "output_activation")}
    return given | functions | {"reduction": draw(st.sampled_from(["mean", "sum", "half_sum"]))}


@given(autoencoders())
@settings(max_examples=200, deadline=None)
def test_readings_agree_and_are_numpys(given: dict[str, Any]) -> None:
    """Both readings agree on every step, and code, reconstruction and loss are NumPy's and SciPy's."""
    solution = solved(**given)
    assert max(solution.agreement(name) for name in solution) < AGREEMENT
    x, W1, W2 = (np.array(given[name], float) for name in ("x", "W1", "W2"))
    b1, b2 = (np.array(given.get(name, [0] * n), float) for name, n in (("b1", len(W1)), ("b2", len(x))))
    code = FUNCTIONS[given["activation"]](W1 @ x + b1)
    out = FUNCTIONS[given["output_activation"]](W2 @ code + b2)
    np.testing.assert_allclose(solution["code"].value, code, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(solution["reconstruction"].value, out, rtol=1e-11, atol=1e-11)
    squares = (x - out) ** 2
    loss = {"mean": squares.mean(), "sum": squares.sum(), "half_sum": squares.sum() / 2}[given["reduction"]]
    assert solution["loss"].value == pytest.approx(loss, rel=1e-9, abs=1e-9)


def test_principal_components_are_a_linear_autoencoder() -> None:
    """With the first right singular vector both ways, SciPy's best approximation of rank one comes back."""
    X = np.array([[2.0, 1.0, 0.5], [4.0, 2.2, 0.9], [-2.0, -0.9, -0.6]])
    U, S, Vt = linalg.svd(X)
    best = S[0] * np.outer(U[:, 0], Vt[0])
    for x, expected in zip(X, best, strict=True):
        given = {"x": list(map(str, x)), "W1": [list(map(str, Vt[0]))], "W2": [[str(v)] for v in Vt[0]]}
        solution = solved(**given)
        np.testing.assert_allclose(solution["reconstruction"].value, expected, atol=1e-12)
        assert solution["loss"].value == pytest.approx(((x - expected) ** 2).mean(), abs=1e-12)


def test_identity_loses_nothing() -> None:
    """A code as long as the input that copies it has no loss."""
    solution = solved(x=[3, -1], W1=[[1, 0], [0, 1]], W2=[[1, 0], [0, 1]])
    assert (solution["reconstruction"].value.tolist(), solution["loss"].value) == ([3, -1], 0)


@pytest.mark.parametrize(("h", "kind"), [(1, "undercomplete"), (2, "complete"), (3, "overcomplete")])
def test_kind_is_by_the_length_of_the_code(h: int, kind: str) -> None:
    """A shorter code, one as long, a longer one; the word is marked, in any case."""
    asked = problem(x=[1, 2], W1=[[1, 1]] * h, W2=[[1] * h] * 2)
    assert grader.grade(asked, {"kind": kind.upper()})["kind"].verdict == "correct"
    other = "complete" if kind != "complete" else "overcomplete"
    assert grader.grade(asked, {"kind": other})["kind"].verdict == "wrong"


def test_steps_stand_in_the_order_of_the_catalogue() -> None:
    """Code, reconstruction, loss, kind."""
    assert list(solved(**GIVEN)) == ["code", "reconstruction", "loss", "kind"]


X = np.array([1.0, 2.0, 3.0])
W1, B1 = np.array([[0.2, 0.1, 0.3], [0.5, -0.4, 0.2]]), np.array([0.1, 0.2])
W2, B2 = np.array([[0.5, 1], [1, -1], [2, 0.5]]), np.array([0.2, 0.3, -0.1])
H = W1 @ X + B1
R = W2 @ H + B2
SLIPS = [
    ({}, "code", W1 @ X, "bias-left-out"),
    ({"activation": "sigmoid"}, "code", H, "activation-left-out"),
    ({"activation": "sigmoid"}, "code", np.exp(H), "exponential-alone"),
    ({"activation": "tanh"}, "code", H, "activation-left-out"),
    ({}, "reconstruction", W2 @ H, "bias-left-out"),
    ({}, "loss", ((X - R) ** 2).sum(), "sum-for-mean"),
    ({}, "loss", ((X - R) ** 2).sum() / 2, "half-sum-for-mean"),
    ({"reduction": "sum"}, "loss", ((X - R) ** 2).mean(), "mean-for-sum"),
    ({}, "loss", (X - R).mean(), "not-squared"),
    ({}, "loss", np.sqrt(((X - R) ** 2).mean()), "root"),
]


@pytest.mark.parametrize(("given", "part", "value", "slip"), SLIPS)
def test_slips_are_named(given: dict[str, Any], part: str, value: Any, slip: str) -> None:
    """Each mistake, computed here by NumPy, is called by its name."""
    mark = grader.grade(problem(**GIVEN | given), {part: np.asarray(value).tolist()})[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


def test_a_square_matrix_may_be_transposed_by_mistake() -> None:
    """Columns taken for rows are named where the shapes let it pass."""
    asked = problem(x=[1, 2], W1=[[1, 2], [3, 4]], W2=[[1, 0], [0, 1]])
    assert grader.grade(asked, {"code": [7, 10]})["code"].slip == "transposed"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": [1, 2]}, "given.W1: expected 2 columns, one for each entry of x, got 3"),
        ({"W2": [[1, 2, 3], [4, 5, 6]]}, "given.W2: expected 3×2 numbers, from the code back to the input, got 2×3"),
        ({"b1": [1, 2, 3]}, "given.b1: expected 2 numbers, one for each neuron, got 3"),
        ({"b2": [1]}, "given.b2: expected 3 numbers, one for each neuron, got 1"),
        ({"activation": "softmax"}, "given.activation: expected one of none, relu, sigmoid, tanh, got 'softmax'"),
    ],
)
def test_refusals(given: dict[str, Any], message: str) -> None:
    """Matrices and biases that do not fit together are refused, with what was expected."""
    with pytest.raises(SpecError) as refusal:
        solved(**GIVEN | given)
    assert str(refusal.value).startswith(message)
