"""Diagnoses: a wrong value that a single edit explains is named with its odds, and one that chance explains is not."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from grader.document import read_yaml
from grader.expression.readings import numeric
from grader.kinds import Numbers, read_answer
from grader.marking.diagnosis import Diagnosis, diagnose, diagnose_entry
from grader.marking.edits import edits
from grader.marking.odds import SURE
from grader.problem import Problem, load_folder
from grader.solution import Solution, Step

ONE = np.array([0])


@pytest.fixture(scope="module")
def problems() -> dict[str, Problem]:
    return load_folder("problems")[0]


def asked(solution: Solution, part: str, typed: str, own: dict[str, str]) -> Diagnosis | None:
    """What is said of one answer, as typed, by a student who wrote `own` before."""
    values = dict(solution.arrays)
    for name, step in solution.items():
        if name in own:
            values[name] = read_answer(step.kind, read_yaml(own[name])).values.reshape((*step.shape, 1))
        elif name not in solution.symbolic:
            values[name] = numeric(step.expression, values)
    answer = read_answer(solution[part].kind, read_yaml(typed))
    shape = (*solution[part].shape, 1)
    answers, windows = answer.values.reshape(shape), answer.half_units.reshape(shape)
    return diagnose(solution[part], solution, values, solution.arrays, answers, windows, ONE).get(0)


LINE = {"yhat_4": "3.216", "grad_w_4": "3.864"}


@pytest.mark.parametrize(
    ("problem", "part", "typed", "own", "name", "sentence"),
    [
        # From the class notes.
        (
            "sgd-line", "grad_w_4", "3.864", LINE, "bracket-lost",
            "It looks as if only ŷ_4 were multiplied by x_4: −(9 − 3.216·4) is 3.864. The bracket is worked out first.",
        ),
        (
            "sgd-line", "grad_b_4", "-5.136", LINE, "other-quantity",
            "It looks as if g_w,4 stood where ŷ_4 belongs: −(9 − 3.864) is −5.136. "
            "Look up which quantity the formula names.",
        ),
        (
            "momentum-line", "grad_b_2", "-3.82", {"yhat_2": "1.17"}, "cut-off",
            "It looks as if digits were cut off. The last digit that is kept is rounded.",
        ),
        # One of each kind, by hand.
        ("sgd-line", "grad_w_4", "23.1232", {}, "sign", None),
        ("sgd-line", "grad_b_4", "-5.8708", {}, "digits-swapped", None),
        ("sgd-line", "mse_after", "45.903", {}, "factor-left-out", None),
        ("sgd-line", "mse_after", "0.459029", {}, "point-moved", None),
        ("sgd-line", "yhat_4", "1.968", {"w_3": "0.4670", "b_3": "0.1000", "w_2": "0.4"}, None, None),
        ("distance-in-space", "magnitude_u", "21.000", {}, "root-left-out", None),
    ],
)  # fmt: skip
def test_what_happened(
    problems: dict[str, Problem], problem: str, part: str, typed: str, own: dict[str, str], name: str | None,
    sentence: str | None,
) -> None:  # fmt: skip
    found = asked(problems[problem].solution, part, typed, own)
    assert (found and found.name) == name
    assert sentence is None or (found is not None and found.sentence == sentence)
    assert found is None or 0 <= found.chance < SURE


@pytest.mark.parametrize("typed", ["3.86", "4", "-23.12", "-23.1232", "", "NaN"])
def test_nothing_is_said(problems: dict[str, Problem], typed: str) -> None:
    """Where the digits are too few, where the answer is right, and where nothing is written."""
    assert asked(problems["sgd-line"].solution, "grad_w_4", typed, {}) is None


def test_odds_are_digits_against_tries(problems: dict[str, Problem]) -> None:
    """Four digits, the seventh of the distinct values that were tried: 7 in 9,000."""
    found = asked(problems["sgd-line"].solution, "grad_w_4", "3.864", LINE)
    assert found is not None
    assert found.chance == pytest.approx(found.tried / 9000)


def with_numbers(problems: dict[str, Problem]) -> Iterator[tuple[Solution, Step]]:
    for problem in problems.values():
        for name, step in problem.solution.items():
            if isinstance(step.kind, Numbers) and name not in problem.solution.symbolic:
                yield problem.solution, step


def rounded(values: np.ndarray, digits: int) -> tuple[np.ndarray, np.ndarray]:
    """Values to so many significant digits, and half of one in the last place."""
    size = np.where(values == 0, 1.0, np.abs(values))
    unit = 10.0 ** (np.floor(np.log10(size)) + 1 - digits)
    return np.round(values / unit) * unit, unit / 2


def test_every_edit_is_found_again(problems: dict[str, Problem]) -> None:
    """On every family: the value of an edit, to five digits, is explained by an edit of that value, or by chance."""
    named = 0
    for solution, step in list(with_numbers(problems))[::5]:
        key = solution.arrays
        made = edits(step, solution)
        columns = [numeric(edit.expression, key)[..., :1] for edit in made]
        columns = [column for column in columns if np.isfinite(column).all()]
        if not columns:
            continue
        answers, windows = rounded(np.concatenate(columns, axis=-1), 5)
        found = diagnose(step, solution, key, key, answers, windows, np.arange(answers.shape[-1]))
        for i, diagnosis in found.items():
            named += 1
            same_name = [numeric(edit.expression, key)[..., 0] for edit in made if edit.name == diagnosis.name]
            near = [bool((np.abs(value - answers[..., i]) <= windows[..., i] * 1.001).all()) for value in same_name]
            assert any(near) or diagnosis.name in {"cut-off", "point-moved", "digits-swapped"}
            assert diagnosis.chance < SURE
        for i in set(range(answers.shape[-1])) - set(found):
            off = np.abs(answers[..., i] - key[step.name.name][..., 0]) > windows[..., i] * 1.001
            digits = {f"{value:.5g}" for value in answers[..., i][off]}
            assert len(digits) < 2, (
                step.name,
                answers[..., i],
            )  # one number at most: right, or few digits for the tries
    assert named > 1000


@pytest.mark.parametrize("digits", [3, 4])
def test_chance_is_seldom_named(problems: dict[str, Problem], digits: int) -> None:
    """Random wrong numbers of the right size are named in fewer than one case in a hundred."""
    random = np.random.default_rng(digits)
    steps = [(solution, step) for solution, step in with_numbers(problems) if not step.shape]
    drawn = named = 0
    for solution, step in steps:
        right = float(solution.arrays[step.name.name][0])
        if right == 0:
            continue
        unit = 10.0 ** (np.floor(np.log10(abs(right))) + 1 - digits)
        answers = random.integers(10 ** (digits - 1), 10**digits, 7) * unit * np.sign(right)
        key = solution.arrays
        found = diagnose(step, solution, key, key, answers, np.full(7, unit / 2), np.arange(7))
        drawn, named = drawn + 7, named + len(found)
    assert drawn >= 2000
    assert named / drawn < SURE


def test_named_slips_are_found_by_themselves(problems: dict[str, Problem]) -> None:
    """Most of the slips that families name are single edits: their values are explained without being told."""
    tried = found = 0
    for solution, step in with_numbers(problems):
        for slip in step.slips:
            value = numeric(slip.expression, solution.arrays)[..., :1]
            if value.shape[:-1] != step.shape or not np.isfinite(value).all():
                continue
            answers, windows = rounded(value, 5)
            tried += 1
            found += bool(diagnose(step, solution, solution.arrays, solution.arrays, answers, windows, ONE))
    assert found / tried > 0.6


def test_own_values_come_before_the_keys(problems: dict[str, Problem]) -> None:
    """A slip on the student's own earlier value is shown with that; one on the key's says so."""
    solution = problems["sgd-line"].solution
    own = asked(solution, "grad_w_4", "22.8", {"yhat_4": "3.3"})
    key = asked(solution, "grad_w_4", "23.1232", {"yhat_4": "3.3"})
    assert own is not None
    assert own.formula == "−(−(9 − 3.3)·4)"
    assert key is not None
    assert "with the earlier values of the key" in key.sentence


def test_equal_pages_are_looked_at_once(problems: dict[str, Problem]) -> None:
    """Copies get the same diagnosis, and a student who is not asked about gets none."""
    solution = problems["sgd-line"].solution
    step, key = solution["grad_w_4"], solution.arrays
    answers = np.where(np.arange(1000) % 2 == 0, 23.123, 11.111)
    found = diagnose(step, solution, key, key, answers, np.full(1000, 0.0005), np.arange(500))
    assert sorted(found) == list(range(0, 500, 2))
    assert len({id(diagnosis) for diagnosis in found.values()}) == 1


def test_a_cohort_is_quick(problems: dict[str, Problem]) -> None:
    """Ten thousand different wrong pages take a part of a second."""
    solution = problems["sgd-line"].solution
    step, key = solution["grad_w_4"], solution.arrays
    random = np.random.default_rng(1)
    own = {**key, "yhat_4": 3 + random.random(10_000)}
    answers = np.round(random.random(10_000), 4)
    start = time.perf_counter()
    diagnose(step, solution, own, key, answers, np.full(10_000, 0.00005), np.arange(10_000))
    assert time.perf_counter() - start < 2


def test_an_entry_alone(problems: dict[str, Problem]) -> None:
    """One cell of a product of matrices: its own sum of products, with one of them added the wrong way."""
    solution = problems["ridge-numbers"].solution
    step, key = solution["gram"], solution.arrays
    X = solution.arrays["X"][..., 0]
    wrong = float(X[:, 0] @ X[:, 1] - 2 * X[-1, 0] * X[-1, 1])
    found = diagnose_entry(step, solution, key, (0, 1), wrong, 5e-6)
    assert found is not None
    assert found.name == "sign"


def test_a_matrix_the_other_way_round(problems: dict[str, Problem]) -> None:
    """All entries together need few digits each."""
    solution = problems["four-rows-by-two"].solution
    step, key = solution["product"], solution.arrays
    answers = -key["product"]
    found = diagnose(step, solution, key, key, answers, np.full_like(answers, 0.5), ONE)
    assert found[0].name == "sign"


def test_an_answer_of_another_shape_is_left_alone(problems: dict[str, Problem]) -> None:
    solution = problems["four-rows-by-two"].solution
    key = solution.arrays
    assert diagnose(solution["product"], solution, key, key, np.zeros((2, 2, 1)), np.zeros((2, 2, 1)), ONE) == {}
