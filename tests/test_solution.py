"""The recorded page: what its steps use, their values by both readings, and the proof of claimed derivatives."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from grader.checks import AGREEMENT
from grader.expression import (
    Expression,
    Name,
    Operation,
    Table,
    exp,
    largest,
    log,
    mean,
    relu,
    sigmoid,
    softmax,
    solve,
    sqrt,
    stack,
    tanh,
    total,
)
from grader.expression.tree import broadcast
from grader.solution import Page, Solution


def scalar(value: int | Fraction | str) -> Table:
    return Table((), (Fraction(value),))


def vector(*values: int | Fraction | str) -> Table:
    return Table((len(values),), tuple(map(Fraction, values)))


def matrix(*rows: tuple[int, ...]) -> Table:
    return Table((len(rows), len(rows[0])), tuple(Fraction(value) for row in rows for value in row))


def line() -> Solution:
    """A page with givens of every kind and a few steps."""
    page = Page()
    w, x, b = page.given("w", scalar("1/2")), page.given("x", vector(1, 2, 4)), page.given("b", scalar("0.1"))
    n = page.let("n", 3)
    prediction = page.step("prediction", b + w * x, "Predict.", symbol="yhat")
    average = page.step("average", total(prediction) / n, "Take the mean.")
    page.step("root", sqrt(average + average * 0 + b), "Take the root.")
    page.step("constant", 7, "Stand alone.")
    return Solution(page)


def test_uses_are_the_names_in_the_formula() -> None:
    """A step uses the givens and steps that its formula names, each once, in the order they are written."""
    assert {name: step.uses for name, step in line().items()} == {
        "prediction": ("b", "w", "x"),
        "average": ("prediction", "n"),
        "root": ("average", "b"),
        "constant": (),
    }


def test_exact_values() -> None:
    """Exact values are ratios and roots; givens and lets have them too, as they were written."""
    solution = line()
    assert solution["prediction"].exact.tolist() == [sympy.Rational(n, 10) for n in (6, 11, 21)]
    assert solution["average"].exact == sympy.Rational(38, 30)
    assert solution["root"].exact == sympy.sqrt(sympy.Rational(41, 30))
    assert solution["constant"].exact == 7
    assert solution.exact("b") == sympy.Rational(1, 10)
    assert solution.exact("x").tolist() == [1, 2, 4]
    assert solution.exact("n") == 3


def test_numeric_values() -> None:
    """A scalar step's value is a float, a tensor's an array of its own shape."""
    solution = line()
    assert isinstance(solution["average"].value, float)
    assert solution["average"].value == pytest.approx(38 / 30)
    assert solution["prediction"].value.shape == solution["prediction"].shape == (3,)
    assert_allclose(solution["prediction"].value, [0.6, 1.1, 2.1])


def test_latex_is_the_formula_as_written() -> None:
    """Formulas keep their author's order, and steps the symbols they were given."""
    solution = line()
    assert solution["prediction"].latex == "b + w x"
    assert r"\hat{y}" in solution["average"].latex


def test_solution_is_a_mapping_in_the_order_of_the_page() -> None:
    """Steps are looked up by name and listed as they were written; givens are no steps."""
    solution = line()
    order = ["prediction", "average", "root", "constant"]
    assert isinstance(solution, Mapping)
    assert list(solution) == list(solution.keys()) == order
    assert [step.name.name for step in solution.values()] == order
    assert len(solution) == 4
    assert "average" in solution
    assert "w" not in solution
    assert solution.get("w") is None
    assert solution["average"].sentence == "Take the mean."


@pytest.mark.parametrize("name", ["nobody", "w", "n"])
def test_no_such_step(name: str) -> None:
    """What is not a step is not found, whether it is a given, a let or nothing at all."""
    with pytest.raises(KeyError, match=name):
        line()[name]


def test_solution_cannot_be_written_to() -> None:
    """A solution is a record: its steps are not replaced."""
    solution = line()
    with pytest.raises(TypeError, match="item assignment"):
        solution["average"] = solution["root"]  # type: ignore[index]
    with pytest.raises(AttributeError, match="sentence"):
        solution["average"].sentence = "Guess."  # type: ignore[misc]


def record_given(page: Page) -> object:
    return page.given("q", scalar(1))


def record_let(page: Page) -> object:
    return page.let("q", 1)


def record_step(page: Page) -> object:
    return page.step("q", 1, "One.")


@pytest.mark.parametrize("first", [record_given, record_let, record_step])
@pytest.mark.parametrize("second", [record_given, record_let, record_step])
def test_a_name_stands_once(first: Callable[[Page], object], second: Callable[[Page], object]) -> None:
    """No two quantities of a page share a name, of whatever kind they are."""
    page = Page()
    first(page)
    with pytest.raises(ValueError, match="the page already has a quantity named 'q'"):
        second(page)


def test_binary_floats_are_refused() -> None:
    """A page takes whole numbers and fractions: nobody writes 0.1 and means its nearest float."""
    with pytest.raises(TypeError, match=r"got 0\.1"):
        Page().step("rate", 0.1, "A rate.")  # type: ignore[arg-type]


def test_a_page_goes_on_after_a_solution() -> None:
    """A solution holds the steps that the page had when it was made."""
    page = Page()
    page.step("one", 1, "One.")
    solution = Solution(page)
    page.step("two", 2, "Two.")
    assert list(solution) == ["one"]
    assert list(Solution(page)) == ["one", "two"]


def test_a_long_chain_of_steps() -> None:
    """Three thousand steps, each on the one before it, have a last value by both readings."""
    page = Page()
    value: Expression = page.given("v_0", scalar(0))
    for t in range(1, 3001):
        value = page.step(f"v_{t}", value + Fraction(1, 3), "Add a third.")
    solution = Solution(page)
    assert solution["v_3000"].exact == 1000
    assert solution["v_3000"].value == pytest.approx(1000)


def test_exact_has_a_budget() -> None:
    """Ratios whose digits double at every step end as thirty digits, and still agree with the floats."""
    page = Page()
    value: Expression = page.given("v_0", scalar("0.3"))
    for t in range(1, 31):
        value = page.step(f"v_{t}", Fraction(37, 10) * value * (1 - value) / 2, "Map it onto itself.")
    solution = Solution(page)
    assert solution["v_2"].exact.is_Rational
    assert not solution["v_30"].exact.is_Rational
    assert solution.agreement("v_30") <= AGREEMENT


POINTWISE: list[Callable[[Expression], Expression]] = [exp, sigmoid, tanh, relu, lambda v: v**2, lambda v: -v]
FOLDS: list[Callable[[Expression], Expression]] = [total, mean, largest, lambda v: v @ v, lambda v: v[0] - v[1]]
tenths = st.integers(-30, 30).map(lambda n: Fraction(n, 10))


@given(
    st.lists(tenths, min_size=3, max_size=3),
    st.lists(tenths, min_size=6, max_size=6),
    st.lists(st.sampled_from(POINTWISE), max_size=2),
    st.sampled_from([*FOLDS, lambda v: softmax(v) @ v]),
)
@settings(max_examples=150, deadline=None)
def test_readings_agree(
    x: list[Fraction], A: list[Fraction], chain: list[Callable[[Expression], Expression]], fold: Any
) -> None:
    """SymPy and NumPy agree on pages put together at random."""
    page = Page()
    product = page.step("product", page.given("A", Table((2, 3), tuple(A))) @ page.given("x", vector(*x)), "Multiply.")
    value: Expression = product / 20
    for t, apply in enumerate(chain):
        value = page.step(f"through_{t}", apply(value), "Apply.")
    page.step("folded", fold(value), "Fold.")
    solution = Solution(page)
    assert max(solution.agreement(name) for name in solution) <= AGREEMENT


def test_disagreement_is_seen() -> None:
    """An operation whose two columns differ by a thousandth gives a difference of a thousandth."""
    crooked = Operation(
        "crooked",
        shape=broadcast,
        numeric=lambda a: a + 0.001,
        exact=lambda a: a,
        layout=lambda a: a,
        elementwise=True,
    )
    page = Page()
    page.step("off", crooked(page.given("x", scalar("1/2"))), "Read it twice.")
    assert Solution(page).agreement("off") == pytest.approx(0.001)


def test_value_that_is_no_number_agrees_with_itself() -> None:
    """Where both readings say that there is no such number, they agree."""
    page = Page()
    A, b = page.given("A", matrix((1, 2), (2, 4))), page.given("b", vector(1, 1))
    page.step("x", solve(A, b), "Solve.")
    assert Solution(page).agreement("x") == 0


# Proofs. Each row: the loss, the name to differentiate by, its gradient, and what a student might write for it.


class Givens:
    """The names of a small regression, on a page of their own."""

    def __init__(self) -> None:
        self.page = Page()
        self.X = self.page.given("X", matrix((1, 2), (3, 4), (5, 7)))
        self.y = self.page.given("y", vector(1, 2, 4))
        self.w = self.page.given("w", vector(1, -1))
        self.b = self.page.given("b", scalar("1/3"))
        self.lam = self.page.given("lam", scalar("1/10"))
        self.W = self.page.given("W", matrix((1, 2), (0, -1), (3, 1)))
        self.n = self.page.let("n", 3)

    @property
    def r(self) -> Expression:
        return self.X @ self.w - self.y


Row = Callable[[Givens], tuple[Expression, Name, Expression, Expression]]


PROVED: dict[str, Row] = {
    "mean of squares": lambda g: (
        total((g.X @ g.w - g.y) ** 2) / g.n,
        g.w,
        2 / g.n * (g.X.T @ (g.X @ g.w - g.y)),
        1 / g.n * (g.X.T @ (g.X @ g.w - g.y)),
    ),
    "its sign": lambda g: (total(g.r**2), g.w, -2 * (g.X.T @ (g.y - g.X @ g.w)), 2 * (g.X.T @ (g.y - g.X @ g.w))),
    "ridge": lambda g: (
        total(g.r**2) / g.n + g.lam * total(g.w**2),
        g.w,
        2 / g.n * (g.X.T @ g.r) + 2 * g.lam * g.w,
        2 / g.n * (g.X.T @ g.r) + g.lam * g.w,
    ),
    "intercept": lambda g: (total((g.r + g.b) ** 2) / 2, g.b, total(g.r + g.b), mean(g.r + g.b)),
    "weights of a layer": lambda g: (
        total((g.W @ g.w - g.y) ** 2) / 2,
        g.W,
        stack(*((g.W @ g.w - g.y)[i] * g.w for i in range(3))),
        stack(*((g.W @ g.w - g.y)[0] * g.w for i in range(3))),
    ),
    "sigmoid": lambda g: (sigmoid(g.b * g.lam), g.b, g.lam * sigmoid(g.b * g.lam) * (1 - sigmoid(g.b * g.lam)), g.lam),
    "cross-entropy": lambda g: (
        -g.lam * log(sigmoid(g.b)) - (1 - g.lam) * log(1 - sigmoid(g.b)),
        g.b,
        sigmoid(g.b) - g.lam,
        g.lam - sigmoid(g.b),
    ),
    "softmax": lambda g: (
        softmax(g.w)[0],
        g.w,
        stack(softmax(g.w)[0] * (1 - softmax(g.w)[0]), -softmax(g.w)[0] * softmax(g.w)[1]),
        stack(softmax(g.w)[0] * (1 - softmax(g.w)[0]), softmax(g.w)[0] * softmax(g.w)[1]),
    ),
    "hyperbolic tangent": lambda g: (tanh(g.b), g.b, 1 - tanh(g.b) ** 2, 1 - tanh(g.b)),
    "of another name": lambda g: (g.lam**2, g.b, 0 * g.b, 2 * g.lam),
}


@pytest.mark.parametrize("row", PROVED.values(), ids=PROVED)
def test_true_and_false_gradients(row: Row) -> None:
    """A gradient is proved, entry by entry, and what differs from it by a factor, a sign or a term is not."""
    givens = Givens()
    loss, by, true, false = row(givens)
    givens.page.step("true", true, "Right.", derivative=(loss, by))
    givens.page.step("false", false, "Wrong.", derivative=(loss, by))
    solution = Solution(givens.page)
    assert solution.prove("true")
    assert not solution.prove("false")


@pytest.mark.parametrize("factor", ["0", "1/2", "-1", "1000001/1000000"])
def test_multiples_of_a_gradient_are_not_proved(factor: str) -> None:
    """A gradient that is off by any factor is no gradient, however near the factor is to 1."""
    g = Givens()
    g.page.step("g", Fraction(factor) * 2 / g.n * (g.X.T @ g.r), "Wrong.", derivative=(total(g.r**2) / g.n, g.w))
    assert not Solution(g.page).prove("g")


def test_gradient_values() -> None:
    """The gradient that is proved for all values is the gradient at the page's own."""
    g = Givens()
    g.page.step("gradient", 2 / g.n * (g.X.T @ g.r), "Differentiate.", derivative=(total(g.r**2) / g.n, g.w))
    gradient = Solution(g.page)["gradient"]
    X, y, w = np.array([[1, 2], [3, 4], [5, 7]]), np.array([1, 2, 4]), np.array([1, -1])
    assert_allclose(gradient.value, 2 / 3 * X.T @ (X @ w - y))
    assert gradient.exact.tolist() == [sympy.Rational(-82, 3), sympy.Rational(-116, 3)]
    assert gradient.uses == ("n", "X", "w", "y")


def test_proof_goes_through_earlier_steps() -> None:
    """A loss written in steps that come from w is differentiated through them: the chain rule is not forgotten."""
    g = Givens()
    prediction = g.page.step("prediction", g.X @ g.w, "Predict.")
    residual = g.page.step("residual", prediction - g.y, "Compare.")
    loss = g.page.step("loss", total(residual**2), "Add the squares up.")
    g.page.step("in_w", 2 * (g.X.T @ residual), "Through both.", derivative=(loss, g.w))
    g.page.step("in_prediction", 2 * residual, "Through one.", derivative=(loss, prediction))
    outer = 2 * stack(residual[0], residual[1])
    g.page.step("inner_lost", outer, "Stop early.", derivative=(loss, g.w))
    solution = Solution(g.page)
    assert solution.prove("in_w")
    assert solution.prove("in_prediction")
    assert not solution.prove("inner_lost")


@pytest.mark.parametrize("shape", ["number", "column"])
def test_a_gradient_has_the_shape_of_its_name(shape: str) -> None:
    """A number is no gradient by a vector, and neither is a matrix of the right entries."""
    g = Givens()
    gradient = 2 * g.w
    claim = total(gradient) if shape == "number" else stack(stack(gradient[0]), stack(gradient[1]))
    g.page.step("claim", claim, "Of another shape.", derivative=(total(g.w**2), g.w))
    assert not Solution(g.page).prove("claim")


def test_a_step_without_a_claim_has_nothing_to_prove() -> None:
    """Proving a plain step succeeds, so that all steps may be asked."""
    assert all(line().prove(name) for name in line())


def test_a_derivative_is_by_a_name() -> None:
    """Nothing is differentiated by a formula."""
    page = Page()
    w = page.given("w", scalar(1))
    with pytest.raises(TypeError, match=r"name, got plus\(w, 1\)"):
        page.step("g", w, "Wrong.", derivative=(w**2, w + 1))


def test_an_entry_is_not_the_scalar_of_the_same_name() -> None:
    """The second entry of x and a quantity named x_1 are two quantities, and a proof keeps them apart."""
    page = Page()
    x, other = page.given("x", vector(1, 2)), page.given("x_1", scalar(3))
    page.step("right", x[1], "The other factor.", derivative=(x[1] * other, other))
    page.step("wrong", 2 * x[1], "As of a square.", derivative=(x[1] * other, other))
    solution = Solution(page)
    assert solution.prove("right")
    assert not solution.prove("wrong")
