"""AdaGrad, RMSProp and Adam against mpmath at fifty digits, PyTorch, the papers and the class notes."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

import grader
from grader.checks import AGREEMENT
from grader.document import from_python, read_document
from grader.errors import SpecError
from grader.problem import Problem, read_problem
from grader.solution import Solution

LINE: dict[str, Any] = {"w": "0.5", "b": "0.1", "x": [1, 2, 3], "y": [3, 5, 7], "eps": "1e-8"}
MORE: dict[str, dict[str, Any]] = {
    "adagrad": {"lr": "0.1"},
    "rmsprop": {"lr": "0.01", "beta": "0.9"},
    "adam": {"lr": "0.01", "beta1": "0.9", "beta2": "0.999"},
}
NOTES: dict[str, Any] = {"w": "0.5", "lr": "0.1", "eps": "1e-8", "x": [3, 4], "y": [4, 5]}


def problem(family: str, **given: Any) -> Problem:
    return read_problem(from_python({"family": family, "given": given}), "line")


def solved(family: str, **given: Any) -> Solution:
    return problem(family, **given).solution


def real(value: Fraction) -> mpf:
    return mpf(value.numerator) / value.denominator


def epoch(family: str, inside: bool, given: dict[str, Fraction], samples: list[tuple[Fraction, Fraction]]) -> Any:
    """The weights after every round, by the papers' tables, to fifty digits."""
    at = {name: real(value) for name, value in given.items()}
    weight, first, second = {k: at[k] for k in "wb"}, dict.fromkeys("wb", mpf(0)), dict.fromkeys("wb", mpf(0))
    values = {}
    for t, (x, y) in enumerate(samples, start=1):
        miss = weight["w"] * real(x) + weight["b"] - real(y)
        g = {"w": miss * real(x), "b": miss}
        for k in "wb":
            move, square = g[k], g[k] ** 2
            if family == "adagrad":
                second[k] = G = second[k] + square
            elif family == "rmsprop":
                second[k] = G = at["beta"] * second[k] + (1 - at["beta"]) * square
            else:
                first[k] = at["beta1"] * first[k] + (1 - at["beta1"]) * g[k]
                second[k] = at["beta2"] * second[k] + (1 - at["beta2"]) * square
                move, G = first[k] / (1 - at["beta1"] ** t), second[k] / (1 - at["beta2"] ** t)
            under = mp.sqrt(G + at["eps"]) if inside else mp.sqrt(G) + at["eps"]
            weight[k] = weight[k] - at["lr"] * move / under
            values[f"{k}_{t}"] = weight[k]
    return values


tenths = st.integers(-90, 90).map(lambda n: Fraction(n, 10))
shares = st.integers(0, 99).map(lambda n: Fraction(n, 100))
givens = st.fixed_dictionaries(
    {
        "w": tenths, "b": tenths, "beta": shares, "beta1": shares, "beta2": shares,
        "lr": st.integers(-10, 50).map(lambda n: Fraction(n, 100)),
        "eps": st.integers(0, 8).map(lambda n: Fraction(1, 10**n)),
    }
)  # fmt: skip
TAKEN = {"adagrad": (), "rmsprop": ("beta",), "adam": ("beta1", "beta2")}


@given(
    st.sampled_from(list(TAKEN)),
    st.sampled_from(["inside", "outside"]),
    givens,
    st.lists(st.tuples(tenths, tenths), min_size=1, max_size=3),
)
@settings(max_examples=200, deadline=None)
def test_both_readings_agree_with_mpmath(
    family: str, epsilon: str, given: dict[str, Fraction], samples: list[tuple[Fraction, Fraction]]
) -> None:
    """Every weight to 25 digits by the exact reading, and every step by the numeric one.

    A step divides by √G + ε, so that rounding (about 1e-15) of a slope that is zero on paper moves a weight by up to
    α·1e-15/ε; the bound allows for the smallest ε drawn, 1e-8, and for the rounds after it.
    """
    taken = {name: given[name] for name in ("w", "b", "lr", "eps", *TAKEN[family])}
    x, y = map(list, zip(*samples, strict=True))
    solution = solved(family, **taken, x=x, y=y, epsilon=epsilon)
    with mp.workdps(50):
        for name, value in epoch(family, epsilon == "inside", given, samples).items():
            exact = mpf(str(solution[name].exact.evalf(40)))
            assert abs(exact - value) <= mpf(10) ** -25 * max(1, abs(value)), name
    assert max(map(solution.agreement, solution)) < 1e-5


@pytest.mark.parametrize("family", TAKEN)
def test_readings_agree_where_slopes_are_not_zero(family: str) -> None:
    """Away from that cancellation the two readings agree as everywhere."""
    solution = solved(family, **LINE, **MORE[family])
    assert max(map(solution.agreement, solution)) < AGREEMENT


PYTORCH = {  # torch 2.14.1, float64, ε = 0.001 outside the root, a sample at a time, loss ½(y − ŷ)²
    "adagrad": [
        (0.599958350687214, 0.199958350687214), (0.694814511737341, 0.283145042592363),
        (0.78257357589966, 0.356214001292366), (0.776733730735169, 0.370672301743063),
    ],
    "rmsprop": [
        (0.531581164763428, 0.131581164763428), (0.561865144975648, 0.158697978788336),
        (0.590287837108855, 0.183187680324464), (0.588533488285058, 0.187683225972235),
    ],
    "adam": [
        (0.509995835068721, 0.109995835068721), (0.519085659893993, 0.119847816064537),
        (0.527960924065118, 0.129651285424009), (0.534930450238885, 0.138355604258829),
    ],
}  # fmt: skip


@pytest.mark.parametrize("family", PYTORCH)
def test_weights_are_pytorchs(family: str) -> None:
    """Four samples, with the rates that PyTorch was given."""
    samples = {"x": [1, 2, 3, -1], "y": [3, 5, 7, "0.5"], "eps": "0.001", "epsilon": "outside"}
    solution = solved(family, **LINE | samples | MORE[family])
    for t, figures in enumerate(PYTORCH[family], start=1):
        assert (solution[f"w_{t}"].value, solution[f"b_{t}"].value) == pytest.approx(figures, abs=2e-15 * 10)


@given(tenths, tenths, st.lists(st.tuples(tenths, tenths), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_no_step_of_adam_is_longer_than_the_papers_bound(
    w: Fraction, b: Fraction, samples: list[tuple[Fraction, Fraction]]
) -> None:
    """Kingma and Ba 2015, section 2.1: |Δ| ≤ α(1 − β₁)/√(1 − β₂) where 1 − β₁ is the larger."""
    x, y = map(list, zip(*samples, strict=True))
    solution = solved("adam", **LINE | MORE["adam"] | {"w": w, "b": b, "x": x, "y": y})
    places = [float(w), *(solution[f"w_{t}"].value for t in range(1, len(x) + 1))]
    steps = [abs(after - before) for before, after in pairwise(places)]
    assert max(steps) <= 0.01 * 0.1 / 0.001**0.5 * (1 + 1e-9)


def test_adam_starts_with_the_rate_itself() -> None:
    """Bias corrected, the first averages are the slope and its square: the first step is α against the slope's sign."""
    solution = solved("adam", **LINE | MORE["adam"])
    assert solution["m_hat_w_1"].exact == solution["grad_w_1"].exact
    assert solution["v_hat_w_1"].exact == solution["grad_w_1"].exact ** 2
    assert solution["w_1"].value == pytest.approx(0.5 + 0.01, abs=1e-9)


def test_adams_second_average_is_the_papers_sum() -> None:
    """Kingma and Ba 2015, equation 1: v_t = (1 − β₂) Σ β₂^(t−i) g_i²."""
    solution = solved("adam", **LINE | MORE["adam"])
    rate = Fraction(999, 1000)
    slopes = [solution[f"grad_w_{i}"].value for i in (1, 2, 3)]
    v = float(1 - rate) * sum(float(rate) ** (3 - i) * g**2 for i, g in enumerate(slopes, start=1))
    assert solution["v_w_3"].value == pytest.approx(v, rel=1e-12)


@pytest.mark.parametrize(
    ("step", "figure"),
    [("G_w_1", 56.25), ("step_size_w_1", 1 / 75), ("w_1", 0.6), ("grad_w_2", -10.4), ("G_w_2", 164.41),
     ("step_size_w_2", 0.1 / 164.41**0.5), ("w_2", 0.6 + 1.04 / 164.41**0.5)],
)  # fmt: skip
def test_class_notes(step: str, figure: float) -> None:
    """The two samples of the class notes, by hand; ε moves the last digits."""
    assert solved("adagrad", **NOTES)[step].value == pytest.approx(figure, rel=1e-9)


def test_steps_of_adagrad_without_a_bias() -> None:
    """The steps that the catalogue names, in its order; with b each has its like."""
    named = [f"{name}_{t}" for t in (1, 2) for name in ("yhat", "grad_w", "G_w", "step_size_w", "w")]
    assert list(solved("adagrad", **NOTES)) == named
    assert [name for name in solved("adagrad", **NOTES, b=1) if name in named] == named
    assert {"grad_b_2", "G_b_2", "step_size_b_2", "b_2"} <= set(solved("adagrad", **NOTES, b=1))


@pytest.mark.parametrize(
    ("family", "named"),
    [
        ("rmsprop", ["yhat", "grad_w", "grad_b", "G_w", "G_b", "w", "b"]),
        ("adam", ["yhat", "grad_w", "grad_b", "m_w", "v_w", "m_hat_w", "v_hat_w", "w", "b"]),
    ],
)
def test_steps_stand_in_the_order_of_the_catalogue(family: str, named: list[str]) -> None:
    """Every running average is a step, before the update that rests on it."""
    expected = ["mse_before", *(f"{name}_{t}" for t in (1, 2, 3) for name in named), "mse_after"]
    assert [name for name in solved(family, **LINE, **MORE[family]) if name in set(expected)] == expected


@pytest.mark.parametrize(
    ("part", "answer", "slip"),
    [
        ("G_w_1", "7.5", "root-taken"),  # as the class notes write it
        ("G_w_2", "108.16", "not-accumulated"),  # as the class notes do
        ("G_w_2", "45.85", "not-squared"),
        ("G_w_2", "2103.4", "squared-after"),
        ("step_size_w_1", "0.00177778", "root-left-out"),
        ("step_size_w_1", "0.133333", "rate-left-out"),
        ("step_size_w_2", "0.00961538", "newest-only"),
        ("step_size_w_1", "0.1", "not-divided"),
        ("w_1", "0.4", "uphill"),
        ("w_1", "1.25", "not-scaled"),
        ("w_1", "0.486667", "slope-left-out"),
        ("w_1", "0.51", "rate-twice"),
        ("yhat_2", "2", "stale-weights"),
    ],
)
def test_a_slip_of_adagrad_is_named(part: str, answer: str, slip: str) -> None:
    """The mistakes of the notes, and those that are near, by name."""
    mark = grader.grade(problem("adagrad", **NOTES), {part: answer})[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


@pytest.mark.parametrize(
    ("family", "part", "answer", "slip"),
    [
        ("rmsprop", "G_w_1", "5.184", "beta-exchanged"),
        ("rmsprop", "G_w_1", "-0.24", "not-squared"),
        ("rmsprop", "G_w_1", "5.76", "not-averaged"),
        ("rmsprop", "w_1", "0.468377", "uphill"),
        ("rmsprop", "w_1", "0.541667", "root-left-out"),
        ("rmsprop", "w_1", "3.66228", "rate-left-out"),
        ("rmsprop", "w_1", "0.524", "not-scaled"),
        ("adam", "m_w_1", "-2.16", "beta-exchanged"),
        ("adam", "m_w_1", "0.576", "squared"),
        ("adam", "v_w_1", "0.576", "other-beta"),
        ("adam", "v_w_1", "5.75424", "beta-exchanged"),
        ("adam", "m_hat_w_1", "-0.24", "not-corrected"),
        ("adam", "m_hat_w_2", "-9.9", "power-left-out"),
        ("adam", "w_1", "0.49", "uphill"),
        ("adam", "w_1", "0.531623", "bias-correction-left-out"),
        ("adam", "w_1", "0.504167", "root-left-out"),
        ("adam", "w_1", "1.5", "rate-left-out"),
    ],
)
def test_a_slip_of_the_averages_is_named(family: str, part: str, answer: str, slip: str) -> None:
    """On the line of the class notes: figures by hand."""
    mark = grader.grade(problem(family, **LINE, **MORE[family]), {part: answer})[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


@pytest.mark.parametrize(
    ("family", "change", "message"),
    [
        ("adagrad", {"eps": 0}, "given.eps: expected a number above 0, got '0'"),
        ("rmsprop", {"eps": "-1e-8"}, "given.eps: expected a number above 0, got '-1e-8'"),
        ("adam", {"beta2": 1}, "given.beta2: expected a number of at least 0 and below 1, got '1'"),
        ("adam", {"epsilon": "within"}, "given.epsilon: expected one of inside, outside, got 'within'"),
        ("rmsprop", {"y": [1]}, "given.y: expected as many targets as inputs: x has 3 and y has 1"),
    ],
)
def test_givens_that_do_not_work_are_refused(family: str, change: dict[str, Any], message: str) -> None:
    """With the given named, and what is expected of it."""
    with pytest.raises(SpecError) as refusal:
        solved(family, **LINE | MORE[family] | change)
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize("family", TAKEN)
def test_a_line_that_fits_stays(family: str) -> None:
    """Slopes of zero are divided by ε alone: no weight moves."""
    solution = solved(family, **LINE | MORE[family] | {"w": 2, "b": 1})
    assert (solution["w_3"].exact, solution["b_3"].exact) == (2, 1)


def test_the_page_of_the_notes() -> None:
    """What a careful person says of the notes: the root too early, the sum forgotten, and the rest their own values."""
    sheet = read_document(Path("submissions/notes.yaml"))["answers"]["adagrad-weight"]
    marks = grader.grade(grader.load("problems/class-notes/adagrad-weight.yaml"), sheet)
    assert {mark.part: mark.slip or mark.verdict for mark in marks} == {
        "yhat_1": "correct", "grad_w_1": "correct", "G_w_1": "root-taken",
        "step_size_w_1": "correct",  # 0.013 to the three decimals asked for
        "w_1": "rounded", "yhat_2": "rounded", "grad_w_2": "rounded", "G_w_2": "not-accumulated",
        "step_size_w_2": "follows", "w_2": "follows",
    }  # fmt: skip
