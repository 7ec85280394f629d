"""An author's own formulas: values by three witnesses, claims, slips, and every way to write them wrong."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.checks import check
from grader.document import from_python, read_yaml
from grader.errors import SpecError
from grader.marking import Sheet, mark
from grader.problem import Problem, load, read_problem

SIGMOID = "problems/forward-and-backward/sigmoid-value-and-slope.yaml"
ERRORS = "problems/lesson-0/absolute-or-squared-error.yaml"


def problem(steps: Any, values: Any = None, **spec: Any) -> Problem:
    given = {"steps": steps} | ({} if values is None else {"values": values})
    return read_problem(from_python({"family": "formula", "given": given, **spec}), "own")


def refusal(steps: Any, values: Any = None) -> str:
    with pytest.raises(SpecError) as caught:
        problem(steps, values)
    return str(caught.value)


def told(spec: str) -> str:
    """The whole message for a spec in YAML, with its line."""
    with pytest.raises(SpecError) as caught:
        read_problem(read_yaml(spec), "own", "own.yaml")
    return str(caught.value)


A, X = [[2, 1], [1, 3]], [3, -4]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("A@x", np.array(A) @ X),
        ("solve(A, x)", np.linalg.solve(A, X)),
        ("transpose(A)@A", np.array(A).T @ A),
        ("A@A@x", np.linalg.matrix_power(np.array(A), 2) @ X),
        ("outer(x, x)", np.outer(X, X)),
        ("softmax(x)", scipy.special.softmax(X)),
        ("sigmoid(x)", scipy.special.expit(X)),
        ("choose(12, 5)", math.comb(12, 5)),
        ("sum(x^2)^(1/2)", np.linalg.norm(X)),
        ("sqrt(x@x)", np.linalg.norm(X)),
        ("mean(abs(x))", 3.5),
        ("max(x) - min(x)", np.ptp(X)),
        ("argmin(x)", 2),
        ("where(x < 0, 0, x)", np.maximum(X, 0)),
        ("arccos(x[1]/5)", math.acos(0.6)),
        ("A[2, 1]*x[2]", -4),
        ("equal(x, 3)", [1, 0]),
    ],
)
def test_value_is_that_of_numpy_and_scipy(formula: str, expected: Any) -> None:
    """A formula has the value that NumPy, SciPy and the standard library give it, by both readings."""
    solution = problem({"a": formula}, {"A": A, "x": X}).solution
    np.testing.assert_allclose(solution["a"].value, expected, rtol=1e-12)
    assert solution.agreement("a") < 1e-9


def test_steps_use_what_comes_before_them() -> None:
    """Values and earlier steps are named in a formula, and are what the step follows from."""
    solution = problem({"z": "w*x + b", "a": "sigmoid(z)", "c": "a - y"}, {"w": 2, "x": 3, "b": 1, "y": "1/2"}).solution
    assert {name: step.uses for name, step in solution.items()} == {
        "z": ("w", "x", "b"), "a": ("z",), "c": ("a", "y"),
    }  # fmt: skip
    assert solution["z"].exact == 7
    assert solution["z"].sentence == "Compute z."


def test_steps_as_a_list_keep_their_order() -> None:
    """A list of formulas is read like a mapping."""
    assert list(problem([{"b": "2"}, {"a": "b + 1", "c": "a*b"}]).solution) == ["b", "a", "c"]


def test_values_may_be_left_out() -> None:
    """A chain may rest on the numbers in its formulas alone."""
    assert problem({"a": "2^10"}).solution["a"].exact == 1024


def test_symbol_and_sentence_reach_the_page() -> None:
    """What the author writes beside a formula is what pages show."""
    step = problem({"a": {"formula": "2", "symbol": "yhat_1", "sentence": "Say two."}}).solution["a"]
    assert (step.name.symbol, step.sentence) == ("yhat_1", "Say two.")


rates = st.fractions(-3, 3, max_denominator=20)
vectors = st.lists(rates, min_size=1, max_size=5)


@given(vectors, rates, st.data())
@settings(max_examples=200, deadline=None)
def test_both_readings_agree(x: list[Fraction], b: Fraction, data: st.DataObject) -> None:
    """A neuron by an author's formulas: SymPy and NumPy agree, and so does SciPy; zeros and single inputs included."""
    w = data.draw(st.lists(rates, min_size=len(x), max_size=len(x)))
    steps = {"z": "w@x + b", "a": "1/(1 + exp(-z))", "loss": "(a - 1/2)^2/2", "slope": "(a - 1/2)*a*(1 - a)*x"}
    solution = problem(steps, {"w": w, "x": x, "b": b}).solution
    assert max(solution.agreement(name) for name in solution) < 1e-9
    z = sum((w_k * x_k for w_k, x_k in zip(w, x, strict=True)), b)
    assert solution["a"].value == pytest.approx(scipy.special.expit(float(z)), rel=1e-12)


@given(st.integers(2, 4), st.data())
@settings(max_examples=200, deadline=None)
def test_linear_systems_agree(n: int, data: st.DataObject) -> None:
    """Solving is exact by one reading and within the condition of the matrix by the other."""
    entries = st.integers(-4, 4)
    A = data.draw(st.lists(st.lists(entries, min_size=n, max_size=n), min_size=n, max_size=n))
    b = data.draw(st.lists(entries, min_size=n, max_size=n))
    steps, values = {"w": "solve(A, b)", "back": "A@w - b"}, {"A": A, "b": b}
    if round(np.linalg.det(np.array(A, dtype=float))) == 0:
        assert "is not a number with these values of A, b" in refusal(steps, values)
        return
    solution = problem(steps, values).solution
    assert solution.agreement("w") < 1e-9  # whole entries up to 4: the condition stays below 1e6
    assert solution.exact("back").tolist() == [0] * n


def test_claimed_derivatives_are_proved() -> None:
    """The sigmoid problem's slopes in z, w and b are proved, for all values."""
    checked = check(load(SIGMOID))
    assert (checked.proofs, checked.errors) == (3, [])


def test_false_claim_is_told() -> None:
    """A slope that has lost its inner derivative is found by the author's tests."""
    own = problem({"z": "(2*x - 1)^2", "s": {"formula": "2*(2*x - 1)", "derivative": {"of": "z", "by": "x"}}}, {"x": 3})
    assert [error.place.path for error in check(own).errors] == ["s"]


def test_sigmoid_by_hand() -> None:
    """Figures of the sigmoid from the literature: σ(0.5) = 0.6225 and its slope 0.2350 (tables of the logistic)."""
    solution = load(SIGMOID).solution
    assert solution["z"].exact == Fraction(1, 2)
    assert solution["yhat"].value == pytest.approx(0.6224593312, abs=1e-10)
    assert solution["slope"].value == pytest.approx(0.2350037122, abs=1e-10)


def test_slips_are_found_and_told() -> None:
    """Each slip of the two problems that an author wrote is recognised by its value."""
    assert check(load(SIGMOID)).slips == 9
    assert check(load(ERRORS)).slips == 7


def test_students_own_values_are_followed() -> None:
    """A wrong weighted sum with the right sigmoid of it is right by the student's own values."""
    sheet = Sheet("s", {"z": from_python(0.4), "yhat": from_python(0.59869), "slope": from_python(0.24026)})
    (marks,) = mark(load(SIGMOID), [sheet])
    assert [marks[part].verdict for part in ("z", "yhat", "slope")] == ["slip", "follows", "follows"]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ({"a": "1 + b", "b": "2"}, "'b' is a later step, and a formula uses what comes before it"),
        ({"a": "1 + a"}, "'a' is this step itself, and a formula uses what comes before it"),
        ({"a": "b", "b": "c", "c": "a"}, "'b' is a later step, and a formula uses what comes before it"),
        ({"a": "2 * q"}, "unknown name 'q'; known here: A, x; reading stopped at 'q' (character 5 of '2 * q')"),
        ({"a": "exp(2"}, "expected ')'; reading stopped at 'the end' (character 6 of 'exp(2')"),
        ({"a": ""}, "expected a number, a name or a bracket; reading stopped at 'the end' (character 1 of '')"),
        ({"a": "x + A@A@x[1]"}, "a matrix product takes vectors and matrices"),
        ({"x": "2"}, "x is named already"),
        ([{"a": "1"}, {"a": "2"}], "a is named already"),
        ({"a": "1/0"}, "1/0 is not a number; look for a division by zero"),
        ({"a": "x/(x[1] - 3)"}, "x/(x_1 − 3) is not a number with these values of x; look for"),
        ({"a": "log(-1)"}, "log(−1) is not a number; look for"),
        ({"a": "(-8)^(1/3)"}, "(−8)^(1/3) is not a number; look for"),
        ({"a": "arccos(2)"}, "arccos(2) is not a number; look for"),
        ({"a": "solve(A*0, x)"}, "is not a number with these values of A, x; look for"),
        ({"a": {"sentence": "Think."}}, "expected a formula"),
        ({"a": {"formula": "1", "sentance": "x"}}, "unknown key 'sentance'"),
        ({"a": {"formula": ["1"]}}, "expected text"),
        ({"a": {"formula": "1", "symbol": "\\input{x}"}}, "is no symbol; write it as yhat_1 or sigma"),
        ({"a": {"formula": "1", "slips": {"b": "2"}}}, "expected a mapping with formula, sentence, got '2'"),
        ({"a": {"formula": "1", "slips": {"b": {"formula": "2"}}}}, "slips.b: expected a sentence"),
        ({"a": {"formula": "1", "slips": {"b": {"formula": "x", "sentence": "y"}}}}, "slips.b: expected a single"),
        ({"a": {"formula": "1", "slips": {"b": {"formula": "a", "sentence": "y"}}}}, "'a' is this step itself"),
        ({"a": {"formula": "1", "slips": {"b": {"formula": "2 +", "sentence": "y"}}}}, "slips.b: expected a number"),
        ({"a": {"formula": "1", "derivative": {"of": "2"}}}, "derivative: expected a by"),
        ({"a": {"formula": "1", "derivative": {"of": "x", "by": "x"}}}, "expected a derivative of a scalar, got 2"),
        ({"a": {"formula": "1", "derivative": {"of": "x@x", "by": "2*x"}}}, "a derivative by a name, got '2*x'"),
        ({"a": {"formula": "1", "derivative": {"of": "x@x", "by": "x"}}}, "expected the shape of x, 2, got a single"),
        ({"a b": "1"}, "'a b' is no name; use letters, digits and _"),
        ({"1a": "1"}, "'1a' is no name"),
        ({"a*": "1"}, "'a*' is no name"),
        ({"a" * 41: "1"}, "is no name"),
        ({}, "got none"),
        ([], "got none"),
        ("a = 1", "expected a mapping, or a list, of name: formula"),
        (["a"], "expected a mapping, or a list, of name: formula"),
    ],
)  # fmt: skip
def test_steps_that_cannot_be_used(steps: Any, message: str) -> None:
    """Every mistake in a chain is told by its step and by what was expected."""
    assert message in refusal(steps, {"A": A, "x": X})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1], "given.values: expected a mapping of names to numbers, lists or matrices, got ['1']"),
        ({"w": "abc"}, "given.values.w: expected a number, a list or a matrix, got 'abc'"),
        ({"w": {"v": 1}}, "given.values.w: expected a number, a list or a matrix"),
        ({"w": [[1, 2], [3]]}, "a ragged matrix: row 2 has 1 entries where row 1 has 2"),
        ({"w": []}, "given.values.w: expected a number, a list or a matrix, got none"),
        ({"w 1": 1}, "'w 1' is no name"),
        ({"$w$": 1}, "'$w$' is no name"),
    ],
)
def test_values_that_cannot_be_used(values: Any, message: str) -> None:
    """Values are numbers under names that a formula can write."""
    assert message in refusal({"a": "1"}, values)


@pytest.mark.parametrize(
    "formula",
    [
        "9^9^9^9", "exp(exp(exp(exp(9))))", "exp(1000)", "choose(1000000000, 500000000)", "choose(1/2, 1000000000)",
        "1e200^2", "sigmoid(9^9^9)", "0*9^9^9^9", "where(1 < 2, 1, 9^9^9^9)",
    ],
)  # fmt: skip
def test_number_that_nothing_can_hold(formula: str) -> None:
    """A formula that would take all memory to work out is refused before anything exact is tried."""
    assert "is too large a number" in refusal({"a": formula})


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("1.000000000001^1000000000", 1.00100050016670784),
        ("0.5^1000000000", 0.0),
        ("(1 + sqrt(2))^(-1000000)", 0.0),
        ("(99/100)^100000", 0.99**100000),
    ],
)
def test_power_of_more_digits_than_anybody_reads(formula: str, value: float) -> None:
    """A power whose digits would fill books is rounded, and both readings still agree (mpmath's value)."""
    solution = problem({"a": formula}).solution
    assert float(solution["a"].exact) == pytest.approx(value, rel=1e-14, abs=1e-300)
    assert solution.agreement("a") < 1e-7  # binary 1.000000000001 is off by 9e-17, and the power by 1e9 times that


def test_product_that_would_fill_a_page() -> None:
    """Twenty matrices in one product have a million terms an entry; they are refused, and fine in steps."""
    assert "an entry of this has more than 2000 terms" in refusal({"a": "@".join(["A"] * 20)}, {"A": A})
    steps = {f"P_{k}": f"P_{k - 1}@A" if k > 1 else "A@A" for k in range(1, 20)}
    last = problem(steps, {"A": A}).solution["P_19"]
    np.testing.assert_allclose(last.value, np.linalg.matrix_power(np.array(A, dtype=float), 20))


def test_function_and_quantity_of_one_name() -> None:
    """A step may be called `mean`; where a bracket follows it the author is asked which is meant."""
    steps = {"mean": "mean(x)", "b": "mean*(1 + 1)"}
    assert problem(steps, {"x": X}).solution["b"].exact == -1
    assert "'mean' is a function and a quantity here" in refusal(steps | {"c": "mean(x)"}, {"x": X})


def test_error_names_file_line_step_and_column() -> None:
    """The place is that of the formula, down to the character."""
    spec = "family: formula\ngiven:\n  values: {x: 2}\n  steps:\n    a: x + 1\n    b:\n      formula: a * (x\n"
    expected = "expected ')'; reading stopped at 'the end' (character 7 of 'a * (x')"
    assert told(spec) == f"own.yaml:7: given.steps.b: {expected}"


def test_error_in_a_slip_names_it() -> None:
    """A slip's formula is at fault by its own name and line."""
    spec = (
        "family: formula\ngiven:\n  steps:\n    a:\n      formula: 2\n      slips:\n"
        "        halved:\n          formula: 2/y\n          sentence: Think.\n"
    )
    assert told(spec).startswith("own.yaml:8: given.steps.a.slips.halved: unknown name 'y'")


def test_comma_in_braces_is_explained() -> None:
    """YAML splits a formula with commas inside braces; the message says how to keep it whole."""
    spec = "family: formula\ngiven:\n  steps:\n    a: {formula: max(1, 2)}\n"
    assert told(spec) == "own.yaml:4: given.steps.a.2): unknown key '2)'; quote a formula that has commas"


@given(st.text(max_size=40), st.text(max_size=12))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_problem_or_a_spec_error(formula: str, name: str) -> None:
    """Hostile text in a formula or a name ends in a problem that solves, or in an error for its author."""
    try:
        solution = problem({"a": formula, name: "a + x"}, {"x": 2}).solution
    except SpecError:
        return
    assert all(math.isfinite(step.value) for step in solution.values())
