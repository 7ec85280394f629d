"""Momentum and Nesterov's accelerated gradient against a loop over fractions, PyTorch and the class notes."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.checks import AGREEMENT
from grader.document import from_python, read_document
from grader.errors import SpecError
from grader.problem import Problem, read_problem
from grader.solution import Solution

NOTES: dict[str, Any] = {"w": "0.5", "b": "0.1", "lr": "0.01", "beta": "0.9", "x": [1, 2, 3], "y": [3, 5, 7]}
FOUR = NOTES | {"x": [1, 2, 3, -1], "y": [3, 5, 7, "0.5"]}


def problem(family: str, **given: Any) -> Problem:
    return read_problem(from_python({"family": family, "given": given}), "line")


def solved(family: str, **given: Any) -> Solution:
    return problem(family, **given).solution


def epoch(kind: str, given: dict[str, Fraction], samples: list[tuple[Fraction, Fraction]]) -> dict[str, Fraction]:
    """One epoch by its definition, every quantity of a round by name."""
    weight, v = {k: given[k] for k in "wb"}, {k: given[f"v_{k}"] for k in "wb"}
    lr, beta = given["lr"], given["beta"]
    values = {}
    for t, (x, y) in enumerate(samples, start=1):
        at = {k: weight[k] - beta * v[k] for k in "wb"} if kind == "nesterov" else weight
        miss = at["w"] * x + at["b"] - y
        g = {"w": miss * x, "b": miss}
        for k in "wb":
            v[k] = beta * v[k] + ((1 - beta) if kind == "average" else lr) * g[k]
        weight = {k: weight[k] - (lr if kind == "average" else 1) * v[k] for k in "wb"}
        values[f"yhat_{t}"] = miss + y
        for k in "wb":
            values |= {f"grad_{k}_{t}": g[k], f"v_{k}_{t}": v[k], f"{k}_{t}": weight[k]}
    return values


hundredths = st.integers(-900, 900).map(lambda n: Fraction(n, 100))
givens = st.fixed_dictionaries(
    {
        "w": hundredths, "b": hundredths, "v_w": hundredths, "v_b": hundredths,
        "lr": st.integers(-10, 100).map(lambda n: Fraction(n, 100)),
        "beta": st.integers(0, 99).map(lambda n: Fraction(n, 100)),
    }
)  # fmt: skip
KINDS = {
    "momentum": ("momentum", {}),
    "average": ("momentum", {"velocity": "average"}),
    "nesterov": ("nesterov", {}),
}


@given(st.sampled_from(list(KINDS)), givens, st.lists(st.tuples(hundredths, hundredths), min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_both_readings_are_the_loop(
    kind: str, given: dict[str, Fraction], samples: list[tuple[Fraction, Fraction]]
) -> None:
    """Every step equals the loop's value: the exact reading to the last digit, the numeric one to rounding."""
    family, more = KINDS[kind]
    x, y = map(list, zip(*samples, strict=True))
    solution = solved(family, **given, **more, x=x, y=y)
    expected = epoch(kind, given, samples)
    assert {name: Fraction(str(solution[name].exact)) for name in expected} == expected
    assert max(map(solution.agreement, solution)) < AGREEMENT


PYTORCH = {  # torch 2.14.1, float64: SGD(lr=0.01, momentum=0.9, nesterov=…), a sample at a time, loss ½(y − ŷ)²
    "momentum": [(0.524, 0.124), (0.62216, 0.18388), (0.8589932, 0.2872684), (1.061425832, 0.391035208)],
    "nesterov": [
        (0.5456, 0.1456), (0.7080416, 0.2365408), (1.0509435008, 0.3726660736), (1.2119059116032, 0.4758120813568),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("t", "figures"), list(enumerate(PYTORCH["momentum"], start=1)))
def test_momentum_is_pytorchs(t: int, figures: tuple[float, float]) -> None:
    """With a constant rate PyTorch's velocity is ours without its factor, and the weights are the same."""
    solution = solved("momentum", **FOUR)
    assert (solution[f"w_{t}"].value, solution[f"b_{t}"].value) == pytest.approx(figures, rel=1e-13)


@pytest.mark.parametrize(("t", "figures"), list(enumerate(PYTORCH["nesterov"], start=1)))
def test_nesterov_is_pytorchs(t: int, figures: tuple[float, float]) -> None:
    """PyTorch keeps the weights that are looked ahead to: after round t they are w − βv."""
    solution = solved("nesterov", **FOUR)
    ahead = [solution[f"{k}_{t}"].value - 0.9 * solution[f"v_{k}_{t}"].value for k in "wb"]
    assert ahead == pytest.approx(figures, rel=1e-13)


@pytest.mark.parametrize("family", ["momentum", "nesterov"])
def test_without_a_share_it_is_sgd(family: str) -> None:
    """With β = 0 nothing is kept, and both are plain descent (Sutskever and others 2013, section 2)."""
    without = {name: value for name, value in FOUR.items() if name != "beta"}
    plain = solved("sgd", **without)
    solution = solved(family, **FOUR | {"beta": 0})
    assert {name: solution[name].exact for name in plain} == {name: plain[name].exact for name in plain}


def test_nesterov_starts_as_momentum() -> None:
    """From rest the first round looks ahead to where it stands."""
    one, other = solved("momentum", **FOUR), solved("nesterov", **FOUR)
    assert one["w_1"].exact == other["w_1"].exact
    assert one["w_2"].exact != other["w_2"].exact


@pytest.mark.parametrize(
    ("step", "figure"),
    [("mse_before", 8.355), ("v_w_2", -0.09816), ("w_2", 0.62216), ("v_w_3", -0.2368332), ("w_3", 0.8589932)],
)
def test_class_notes(step: str, figure: float) -> None:
    """The three samples of the class notes, by hand."""
    assert solved("momentum", **NOTES)[step].value == pytest.approx(figure, rel=1e-12)


def test_steps_stand_in_the_order_of_the_catalogue() -> None:
    """Prediction, slopes, velocities, weights, a round after another between the two errors."""
    named = ["yhat", "grad_w", "grad_b", "v_w", "v_b", "w", "b"]
    expected = ["mse_before", *(f"{name}_{t}" for t in (1, 2, 3) for name in named), "mse_after"]
    for family in ("momentum", "nesterov"):
        assert [name for name in solved(family, **NOTES) if name in set(expected)] == expected


@pytest.mark.parametrize(
    ("family", "part", "answer", "slip"),
    [
        ("momentum", "v_w_2", "-0.07656", "velocity-forgotten"),
        ("momentum", "v_w_3", "-0.170089", "stale-velocity"),  # the notes write 0.9 · (−0.025) again in the third round
        ("momentum", "v_w_2", "-0.10056", "share-left-out"),
        ("momentum", "v_w_2", "-7.6776", "rate-left-out"),
        ("momentum", "v_w_2", "-0.7872", "averaged"),
        ("momentum", "v_w_2", "-0.07896", "beta-exchanged"),
        ("momentum", "v_w_2", "0.05496", "sign"),
        ("momentum", "grad_w_1", "2.4", "sign"),
        ("momentum", "yhat_2", "1.1", "stale-weights"),
        ("momentum", "w_2", "0.60056", "velocity-forgotten"),
        ("momentum", "w_2", "0.548", "stale-velocity"),
        ("momentum", "w_2", "0.5249816", "rate-twice"),
        ("momentum", "w_2", "0.42584", "uphill"),
        ("nesterov", "ahead_w_2", "0.524", "not-ahead"),
        ("nesterov", "ahead_w_2", "0.548", "share-left-out"),
        ("nesterov", "ahead_w_2", "0.5024", "backwards"),
        ("nesterov", "yhat_2", "1.172", "not-ahead"),
    ],
)
def test_a_slip_is_named(family: str, part: str, answer: str, slip: str) -> None:
    """The mistakes of the notes, and those that are near, by name."""
    mark = grader.grade(problem(family, **NOTES), {part: answer})[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"beta": 1}, "given.beta: expected a number of at least 0 and below 1, got '1'"),
        ({"beta": "-0.1"}, "given.beta: expected a number of at least 0 and below 1, got '-0.1'"),
        ({"y": [3, 5]}, "given.y: expected as many targets as inputs: x has 3 and y has 2"),
        ({"velocity": "mean"}, "given.velocity: expected one of steps, average, got 'mean'"),
    ],
)
def test_givens_that_do_not_work_are_refused(change: dict[str, Any], message: str) -> None:
    """With the given named, and what is expected of it."""
    with pytest.raises(SpecError) as refusal:
        solved("momentum", **NOTES | change)
    assert str(refusal.value).startswith(message)


def test_the_page_of_the_notes() -> None:
    """What a careful person says of the notes, with the reason where it is not plain."""
    sheet = read_document(Path("submissions/notes.yaml"))["answers"]["momentum-line"]
    marks = grader.grade(grader.load("problems/class-notes/momentum-line.yaml"), sheet)
    assert {mark.part: mark.verdict for mark in marks if mark.verdict != "correct"} == {
        "grad_b_2": "rounded",  # −3.82, where their own 1.17 stands for up to 1.175, which leads to −3.825
        "v_w_2": "wrong",  # −0.099: they write −0.025 for their −0.024
        "v_b_2": "blank",
        "w_2": "follows",
        "yhat_3": "follows",
        "grad_b_3": "incomplete",  # −4.9 for −4.94964: too few digits to tell
        "w_3": "follows",
        "mse_after": "rounded",
    }
