"""Wrong formulas carried on: through a chain rule, through other routes, into numbers; and where that earns nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from grader.document import from_python
from grader.marking import Sheet, mark
from grader.marking.marks import Mark, Marks
from grader.problem import Problem, load, read_problem

CHAIN = "problems/forward-and-backward/sigmoid-neuron-gradient.yaml"
Page = dict[str, Any]


@cache
def shipped(id: str) -> Problem:
    return load(f"problems/lesson-0/{id}.yaml")


@cache
def neuron() -> Problem:
    """The shipped neuron with every step asked, down to the new weight."""
    return read_problem(from_python({"family": "neuron", "given": {}}), "neuron")


def cohort(problem: Problem, *pages: Page) -> list[Marks]:
    return mark(problem, [Sheet(f"s{i}", {name: from_python(text) for name, text in page.items()}) for i, page in
                          enumerate(pages)])  # fmt: skip


def verdicts(problem: Problem, page: Page) -> dict[str, str]:
    """What a student's answers get, by step."""
    (marks,) = cohort(problem, page)
    return {each.part: each.verdict for each in marks if each.part in page}


WRONG = {
    "y - a": "slip",  # the sign
    "a^2": "wrong",
    "x": "wrong",
    "2 (y - a) + exp(a)": "wrong",
    "-(y - 1)": "wrong",
    r"\frac{y}{a}": "wrong",
}


@pytest.mark.parametrize("first", WRONG)
def test_a_wrong_slope_is_carried_through_the_chain_rule(first: str) -> None:
    """From dL/da to the new weight, written out or by name."""
    out = f"({first}) a (1 - a)"
    written_out = {
        "dL_da": first, "da_dz": "a (1 - a)", "dL_dz": out, "grad_w": f"{out} x", "grad_b": out,
        "w_new": f"w - lr {out} x", "b_new": f"b - lr {out}",
    }  # fmt: skip
    named = {
        "dL_da": first, "dL_dz": f"({first}) da_dz", "grad_w": f"({first}) da_dz x",
        "w_new": f"w - lr ({first}) da_dz x",
    }  # fmt: skip
    for page in (written_out, named):
        found = verdicts(neuron(), page)
        assert found.pop("dL_da") == WRONG[first]
        assert found.pop("da_dz", "correct") == "correct"
        assert set(found.values()) == {"follows"}, found


def test_the_shipped_chain() -> None:
    """As it ships, with the message and the outcome of the student's own."""
    (marks,) = cohort(load(CHAIN), {"dL_da": "a^2", "dL_dz": "a^3 (1-a)", "grad_w": "a^3 (1-a) x"})
    assert [marks[part].verdict for part in ("dL_da", "dL_dz", "grad_w")] == ["wrong", "follows", "follows"]
    through: Mark = marks["dL_dz"]
    assert through.own == "σ(w·x + b)²·d_a"
    assert (
        through.message
        == f"Right by your own earlier values: your own dL_da leads to {through.own}. The key has g_a·d_a."
    )
    assert marks["grad_w"].message.startswith("Right by your own earlier values: your own dL_dz leads to ")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        # Two wrong formulas in one.
        ({"dL_da": "a^2", "da_dz": "a", "dL_dz": "a^3"}, {"dL_dz": "follows"}),
        # A step left out is made up for by what it rests on.
        ({"dL_da": "a^2", "grad_w": "a^3 (1 - a) x"}, {"grad_w": "follows"}),
        # The last wrong formula counts.
        ({"dL_da": "a^2", "dL_dz": "y a", "grad_w": "y a x"}, {"dL_dz": "wrong", "grad_w": "follows"}),
        ({"dL_da": "a^2", "dL_dz": "y a", "grad_w": "a^3 (1 - a) x"}, {"grad_w": "wrong"}),
        # Right by the key is right, whatever came before.
        ({"dL_da": "a^2", "dL_dz": "(a - y) a (1 - a)"}, {"dL_dz": "correct"}),
        # A formula names an earlier wrong one, and is right as it is written.
        ({"z": "w x", "a": "sigmoid(z)", "dL_da": "-(y - sigmoid(w x))"}, {"a": "correct", "dL_da": "follows"}),
        ({"z": "w x", "a": "sigmoid(w x)", "dL_da": "-(y - sigmoid(w x))"}, {"a": "follows", "dL_da": "follows"}),
        # It names the quantities, so that the wrong one is left behind.
        ({"z": "w x", "a": "sigmoid(w x + b)", "dL_da": "-(y - sigmoid(w x))"}, {"a": "correct", "dL_da": "wrong"}),
        # A wrong formula that names a wrong formula.
        ({"dL_da": "y - a", "dL_dz": "3 dL_da da_dz", "grad_w": "3 (y - a) a (1 - a) x"}, {"grad_w": "follows"}),
        # Two that name each other come to an end.
        ({"dL_da": "dL_dz", "dL_dz": "dL_da", "grad_w": "dL_da x"}, {"dL_da": "wrong", "grad_w": "follows"}),
    ],
)  # fmt: skip
def test_what_is_carried(page: Page, expected: dict[str, str]) -> None:
    """The student's own formulas, in the order of the page."""
    found = verdicts(neuron(), page)
    assert {step: found[step] for step in expected} == expected


@pytest.mark.parametrize(
    "page",
    [
        {"dL_da": "0", "dL_dz": "0", "grad_w": "0", "grad_b": "0"},
        {"dL_da": "y - y", "dL_dz": "0 a", "grad_w": "0 x"},
        {"dL_dz": "a - a", "grad_w": "x - x", "grad_b": "0"},
    ],
)
def test_a_slope_of_zero_leaves_nothing_to_do(page: Page) -> None:
    """No credit for zeros that come of a zero, nor by the name of a slip."""
    found = verdicts(neuron(), page)
    first = next(iter(page))
    assert {step: verdict for step, verdict in found.items() if step != first} == dict.fromkeys(list(page)[1:], "wrong")


def test_a_repetition_is_not_followed_without_a_claim() -> None:
    """b's slope is δ again, and claimed to be the loss's derivative, so that it follows; a mere copy earns nothing."""
    claimed = verdicts(neuron(), {"dL_dz": "a^2", "grad_b": "a^2"})
    assert claimed == {"dL_dz": "wrong", "grad_b": "follows"}
    given = {"values": {"k": "3"}, "steps": {"u": "k + 2", "again": "u", "twice": "2 u"}}
    numbers = read_problem(from_python({"family": "formula", "given": given}), "p")
    assert verdicts(numbers, {"u": "7", "again": "7", "twice": "14"}) == {
        "u": "wrong", "again": "wrong", "twice": "follows"
    }  # fmt: skip
    assert verdicts(numbers, {"u": "5", "again": "5"}) == {"u": "correct", "again": "correct"}


def test_another_route_for_numbers() -> None:
    """By its formula p − y the last slope rests on no wrong one; through the probabilities it does, as is claimed."""
    problem = load("problems/exercise-2-report/cross-entropy-numbers.yaml")
    y, p = (problem.solution.arrays[name][..., 0] for name in ("y", "p"))
    wrong = y / p  # the sign
    through = (np.diag(p) - np.outer(p, p)) @ wrong
    page = {"dL_dp": [f"{each:.6f}" for each in wrong], "dL_dz": [f"{each:.6f}" for each in through]}
    (marks,) = cohort(problem, page)
    assert [marks[part].verdict for part in page] == ["slip", "follows"]
    assert np.array(marks["dL_dz"].own, dtype=float) == pytest.approx(through, abs=1e-5)
    assert "your own dL_dp" in marks["dL_dz"].message


def test_another_route_for_formulas() -> None:
    """A wrong slope in p carried through the softmax, which the step claims to be the same."""
    problem = load("problems/exercise-2-report/cross-entropy-derivative.yaml")
    (marks,) = cohort(problem, {"dL_dp": "y_i / p_i", "dL_dz": "y_i (1 - p_i) + (1 - y_i) p_i"})
    assert [marks[part].verdict for part in ("dL_dp", "dL_dz")] == ["slip", "follows"]
    assert "your own dL_dp" in marks["dL_dz"].message


def descent(gradient: Callable[[float], float], places: int = 4, steps: int = 4) -> Page:
    """Four steps down from −1 at a rate of a quarter."""
    page, x = {}, -1.0
    for t in range(1, steps + 1):
        slope = gradient(x)
        x -= slope / 4
        page |= {f"grad_{t}": f"{slope:.{places}f}", f"x_{t}": f"{x:.{places}f}"}
    return page


def test_wrong_gradients_put_into_numbers_in_one_cohort() -> None:
    """Two different wrong formulas and a right one: each is followed by its own, as if alone."""
    pages = [
        {"gradient": "x", **descent(lambda x: x)},
        {"gradient": "2x + 1", **descent(lambda x: 2 * x + 1)},
        {"gradient": "2x", **descent(lambda x: 2 * x)},
        {"gradient": "x", **descent(lambda x: 2 * x)},  # the numbers are right all the same
        {"gradient": "x^2", **descent(lambda x: x)},  # neither
        {"gradient": "2x", **descent(lambda x: x)},
    ]
    marks = cohort(shipped("descent-parabola"), *pages)
    assert [list(each) for each in marks] == [
        [replace(found, student=f"s{i}") for found in cohort(shipped("descent-parabola"), page)[0]]
        for i, page in enumerate(pages)
    ]
    wrong, other, right, numbers, neither, without = marks
    for own in (wrong, other):
        assert own["gradient"].verdict in {"wrong", "slip"}
        assert {own[f"{name}_{t}"].verdict for name in ("grad", "x") for t in range(1, 5)} == {"follows"}
    assert {each.verdict for each in (*right, *numbers) if each.part[0] in "gx" and each.part[-1] in "1234"} == {
        "correct"
    }
    assert wrong["grad_1"].message == (
        "Right by your own earlier values: your own gradient = x leads to -1. The key has -2."
    )
    assert other["grad_2"].message == (
        "Right by your own earlier values: your own gradient = 2x + 1 and x_1 = -0.75 lead to -0.5. The key has -1."
    )
    assert not {neither["grad_1"].verdict, without["grad_1"].verdict} & {"correct", "rounded", "follows"}


@pytest.mark.parametrize("places", [3, 4, 6])
@pytest.mark.parametrize("kept", [False, True])
def test_a_wrong_gradient_and_rounding_together(places: int, kept: bool) -> None:
    """Digits that are kept and not written are allowed for by the student's own formula, not by the key's."""
    given = {"f": "x^3/3 - x", "x0": "0.73", "lr": "0.37", "n_steps": "4", "tolerance": "0.1"}
    ask = {name: {"points": "1", "decimals": str(places)} for name in ("grad_*", "x_*")} | {"gradient": "1"}
    problem = read_problem(from_python({"family": "gradient_descent", "given": given, "ask": ask}), "p")
    page, x = {"gradient": "x^2 + 1"}, 0.73
    for t in range(1, 5):
        slope = x * x + 1
        page[f"grad_{t}"] = f"{slope:.{places}f}"
        x -= 0.37 * (slope if kept else float(page[f"grad_{t}"]))
        page[f"x_{t}"] = f"{x:.{places}f}"
        x = x if kept else float(page[f"x_{t}"])
    found = verdicts(problem, page)
    assert found.pop("gradient") in {"wrong", "slip"}
    assert set(found.values()) == {"follows"}


@pytest.mark.parametrize(
    ("id", "page", "expected"),
    [
        ("partial-derivatives", {"df_dx": "x", "gradient_at": ["1", "4"]}, {"gradient_at": "follows"}),
        ("partial-derivatives", {"df_dx": "x", "df_dy": "3y", "gradient_at": ["1", "6"]}, {"gradient_at": "follows"}),
        ("partial-derivatives", {"df_dx": "x", "gradient_at": ["1", "5"]}, {"gradient_at": "wrong"}),
        ("partial-derivatives", {"df_dx": "x", "gradient_at": ["2", "4"]}, {"gradient_at": "correct"}),
        ("raised-bowl", {"df_dx": "2x + 1", "grad_1": ["3", "4"], "x_1": ["0.25", "1"], "grad_2": ["1.5", "2"]},
         {"grad_1": "follows", "x_1": "follows", "grad_2": "follows"}),
        ("raised-bowl", {"df_dx": "2x + y", "df_dy": "2y + x", "grad_1": ["4", "5"], "x_1": ["0", "0.75"]},
         {"grad_1": "follows", "x_1": "follows"}),
        # A gradient of zero leaves nothing to do.
        ("descent-parabola", {"gradient": "0", "grad_1": "0", "x_1": "-1", "grad_2": "0"},
         {"grad_1": "wrong", "x_1": "wrong", "grad_2": "wrong"}),
        ("descent-parabola", {"gradient": "x - x", "grad_1": "0", "x_1": "-1"}, {"grad_1": "wrong", "x_1": "wrong"}),
    ],
)  # fmt: skip
def test_gradient_formulas_put_into_numbers(id: str, page: Page, expected: dict[str, str]) -> None:
    """Partial slopes too, one of them wrong or both."""
    found = verdicts(shipped(id), page)
    assert {step: found[step] for step in expected} == expected


HOSTILE = [
    "__import__('os').system('true')", "(" * 4000, "9" * 5000, "x" * 3000, "2x; import os", "lambda: 0", "1/0", "0/0",
    "log(-x^2 - 1)", "x^x^x^x^x^x", "[x, 2]", "[[1, 2], [3, 4]]", "nan", "\\infty", "2x = 3x = x", "\x00", "∑",
    "e^(e^(e^(e^(9x))))",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_or_strange_formula_is_never_a_crash(text: str) -> None:
    """Whatever stands for the earlier formula, what is right later stays right, and nobody else is touched."""
    page = {"gradient": text, "grad_1": "-2", "x_1": "-0.5", "grad_2": "-1", "x_2": "7"}
    first, second = cohort(shipped("descent-parabola"), page, {"gradient": "x", "grad_1": "-1"})
    assert first["gradient"].verdict not in {"correct", "rounded", "follows"}
    assert [first[part].verdict for part in ("grad_1", "x_1", "grad_2")] == ["correct"] * 3
    assert first["x_2"].verdict in {"wrong", "slip"}
    assert second["grad_1"].verdict == "follows"
    chain = verdicts(neuron(), {"dL_da": text, "dL_dz": "-(y - a) a (1 - a)", "grad_w": "a"})
    assert chain["dL_dz"] == "correct"
    assert chain["grad_w"] in {"wrong", "slip"}
