"""What rounding may do to a step, beside two other witnesses: a search for its extremes, and mpmath's intervals."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import iv

from grader.document import from_python
from grader.expression import numeric
from grader.marking import rounding
from grader.problem import Problem, load_folder, read_problem
from grader.solution import Solution

HALF = 5e-4  # of one in the last of three decimals
GRID = np.array([-1, -0.5, 0, 0.5, 1])


@cache
def steps() -> dict[str, tuple[Solution, str]]:
    """The steps of all shipped problems that rest on earlier ones; one of each name in a family, whatever the round."""
    found = {}
    for problem in load_folder("problems")[0].values():
        solution = problem.solution
        for name, step in solution.items():
            numbers = name not in solution.symbolic and not step.kind.judge and not step.kind.exact
            if numbers and any(use in solution for use in step.uses):
                found.setdefault(f"{problem.family.name}.{re.sub(r'[0-9]+', '', name)}", (solution, name))
    return found


WIDE = {
    "kmeans.errors_": "each distance is weighed by a membership, which is 0 or 1 and never off",
    "formula.mae": "|e| turns at an error of zero, and its ball does not see that it is never negative",
    "binomial.cdf": "it has values at whole outcomes only",
}
UNKNOWN = {"kmeans.membership_": "it jumps where a label changes"}


class Box:
    """A step, and the values that it uses with those of earlier steps off by half a unit at most."""

    def __init__(self, solution: Solution, name: str, half: float = HALF) -> None:
        self.solution, self.name, self.step = solution, name, solution[name]
        self.values = {use: solution.arrays[use] for use in self.step.uses}
        blurred = [use for use in self.step.uses if use in solution]
        self.radii = {use: np.full_like(self.values[use], half) for use in blurred}
        self.size = sum(radius.size for radius in self.radii.values())

    def at(self, places: np.ndarray) -> np.ndarray:
        """The step at places of the box, `(…, n)`; these have a row an entry that is off, from −1 to 1, `(rows, n)`."""
        values, rows = dict(self.values), iter(np.atleast_2d(places))
        for use, radius in self.radii.items():
            off = np.stack([next(rows) for _ in range(radius.size)]).reshape((*radius.shape[:-1], -1))
            values[use] = values[use] + off * radius
        with np.errstate(all="ignore"):
            found = numeric(self.step.expression, values)
        return np.broadcast_to(found, (*self.step.shape, places.shape[-1]))

    def samples(self, count: int = 100, seed: int = 0) -> np.ndarray:
        """The step at random places inside and at random corners."""
        random = np.random.default_rng(seed)
        inside, corners = random.uniform(-1, 1, (self.size, count)), random.choice([-1.0, 1.0], (self.size, count))
        return self.at(np.hstack([inside, corners]))

    def extreme(self, index: tuple[int, ...], sign: int) -> float:
        """The greatest (1) or least (−1) value of an entry that a search entry by entry finds."""
        place = np.zeros(self.size)
        for _ in range(3):
            tries = np.repeat(place[:, None], self.size * len(GRID), axis=1)
            tries[np.repeat(np.arange(self.size), len(GRID)), np.arange(tries.shape[1])] = np.tile(GRID, self.size)
            found = sign * self.at(tries)[index].reshape(self.size, len(GRID))
            place = GRID[np.argmax(np.where(np.isnan(found), -np.inf, found), axis=1)]
        return float(self.at(place[:, None])[index][0])

    def range(self, index: tuple[int, ...]) -> tuple[float, float]:
        low, high = rounding.ranges(self.solution, self.name, index, self.values, self.radii)
        return float(low[0]), float(high[0])

    def entries(self, most: int = 4) -> Iterator[tuple[int, ...]]:
        """Some entries of the step, spread over it."""
        every = list(np.ndindex(*self.step.shape))
        yield from every[:: max(1, len(every) // most)]


@pytest.mark.parametrize("step", steps())
def test_a_range_holds_every_value_and_little_more(step: str) -> None:
    """No honest value is left out, at places inside and at corners; and no room is given away."""
    box = Box(*steps()[step])
    samples = box.samples()
    for index in box.entries():
        low, high = box.range(index)
        tiny = 1e-12 * max(1.0, float(np.nanmax(np.abs(samples[index]), initial=0.0)))
        assert not np.any((samples[index] < low - tiny) | (samples[index] > high + tiny))
        least, most = box.extreme(index, -1), box.extreme(index, 1)
        if not np.isnan(low):
            assert low - tiny <= least <= most <= high + tiny
            assert high - low <= 1.05 * (most - least) + 1e-9 or step in WIDE
        else:
            assert step in UNKNOWN


@pytest.mark.parametrize("step", [step for step in steps() if step not in WIDE | UNKNOWN])
def test_a_bound_of_first_order_decides_nothing_wrongly(step: str) -> None:
    """What it says is clearly within is reached by some value in the box, and no value is clearly beyond."""
    box = Box(*steps()[step])
    bounds = rounding.bounds(box.solution, box.name, box.values, box.radii)
    middle = box.at(np.zeros((box.size, 1)))
    for index in box.entries():
        found, gaps = bounds[(slice(None), *index)], np.linspace(0, 2, 101) * np.max(np.nan_to_num(bounds))
        reached = max(abs(box.extreme(index, sign) - middle[index][0]) for sign in (-1, 1))
        within, beyond = rounding.decided(gaps, gaps, found)
        noise = 1e-9 * max(1.0, abs(middle[index][0]))
        assert not (within & (gaps > reached + noise)).any()
        assert not (beyond & (gaps < reached - noise)).any()


@pytest.mark.parametrize("formula", ["1 / (a - b)", "(a - b)^2", "log(a - b)", "a / (a - b)", "exp(100 (a - b))"])
def test_values_that_nearly_cancel_are_not_left_to_slopes(formula: str) -> None:
    """Of nearly equal values that are taken from each other, the slope is not that at the ends of their ranges."""
    box = Box(of_typed(formula, {"a": "0.334", "b": "0.333"}).solution, "v")
    found = rounding.bounds(box.solution, "v", box.values, box.radii)
    gaps = np.linspace(0, 10, 1001) * np.abs(box.at(np.zeros((2, 1)))[0])
    within, beyond = rounding.decided(gaps, gaps, found)
    assert not (within | beyond).any() or formula.startswith("exp")


Iv = Any
FORMULAS: list[tuple[str, Callable[..., Iv], dict[str, str]]] = [
    ("a * b / c", lambda a, b, c: a * b / c, {"a": "1.25", "b": "-0.50", "c": "2.00"}),
    ("(a - b) / (a + c)", lambda a, b, c: (a - b) / (a + c), {"a": "0.73", "b": "0.71", "c": "0.10"}),
    ("exp(-a^2/4) + b", lambda a, b: iv.exp(-(a**2) / 4) + b, {"a": "1.20", "b": "0.30"}),
    ("1/(1+exp(-a))", lambda a: 1 / (1 + iv.exp(-a)), {"a": "0.64"}),
    ("-(y - sigmoid(a)) sigmoid(a) (1 - sigmoid(a))", lambda a, y: _slope(a, y), {"a": "-0.40", "y": "1.00"}),
    ("sqrt(1 + a^2)", lambda a: iv.sqrt(1 + a**2), {"a": "0.20"}),
    ("log(a) - log(b)", lambda a, b: iv.log(a) - iv.log(b), {"a": "1.01", "b": "0.99"}),
    ("a^3 - 3 a", lambda a: a**3 - 3 * a, {"a": "1.00"}),
    ("a^4/4 - a^3/3 - a^2 + 1", lambda a: a**4 / 4 - a**3 / 3 - a**2 + 1, {"a": "0.00"}),
    ("sin(a) cos(b)", lambda a, b: iv.sin(a) * iv.cos(b), {"a": "1.57", "b": "0.00"}),
    ("a / sqrt(b + c)", lambda a, b, c: a / iv.sqrt(b + c), {"a": "0.10", "b": "0.01", "c": "0.05"}),
]  # fmt: skip


def _slope(a: Iv, y: Iv) -> Iv:
    s = 1 / (1 + iv.exp(-a))
    return -(y - s) * s * (1 - s)


def of_typed(formula: str, values: dict[str, str]) -> Problem:
    """A page on which the values are steps, so that they may be off, and the formula comes from them."""
    steps = {name: f"k * {value}" for name, value in values.items()} | {"v": formula}
    return read_problem(from_python({"family": "formula", "given": {"values": {"k": "1"}, "steps": steps}}), "p")


def by_intervals(of: Callable[..., Iv], values: dict[str, str], pieces: int) -> tuple[float, float]:
    """What intervals say that a formula comes to on two decimals, each cut into so many pieces."""
    sides = []
    for value in values.values():
        ends = np.linspace(float(value) - 0.005, float(value) + 0.005, pieces + 1)
        sides.append([iv.mpf([low, high]) for low, high in itertools.pairwise(ends)])
    found = [of(*piece) for piece in itertools.product(*sides)]
    return float(min(each.a for each in found)), float(max(each.b for each in found))


@pytest.mark.parametrize(("formula", "of", "values"), FORMULAS)
def test_ranges_beside_intervals(formula: str, of: Callable[..., Iv], values: dict[str, str]) -> None:
    """As narrow as mpmath's intervals on many small pieces, and never narrower than a search finds."""
    box = Box(of_typed(formula, values).solution, "v", 0.005)
    low, high = box.range(())
    least, most = by_intervals(of, values, 40 if len(values) < 3 else 12)
    assert low <= box.extreme((), -1)
    assert box.extreme((), 1) <= high
    assert high - low <= 1.1 * (most - least) + 1e-9
    assert box.at(np.zeros((box.size, 1)))[0] == pytest.approx(float(of(*map(iv.mpf, values.values())).mid))


@settings(max_examples=60, deadline=None)
@given(
    X=st.lists(st.integers(-30, 30), min_size=16, max_size=16),
    K=st.lists(st.integers(-20, 20), min_size=4, max_size=4),
    pool=st.sampled_from(["max", "avg"]),
    half=st.sampled_from([0.05, 0.5]),
)
def test_maps_and_their_pooling(X: list[int], K: list[int], pool: str, half: float) -> None:
    """A maximum of entries that are nearly equal takes part of each; a mean stays within half a unit."""
    given = {
        "X": [[str(x / 10) for x in X[i : i + 4]] for i in range(0, 16, 4)],
        "K": [[str(k / 10) for k in K[i : i + 2]] for i in (0, 2)],
        "pool": {"size": "2", "stride": "1", "mode": pool},
    }  # fmt: skip
    solution = read_problem(from_python({"family": "cnn", "given": given}), "p").solution
    box = Box(solution, "pooled_1", half)
    found = solution.arrays["feature_map_1"][..., 0]
    samples = box.samples()
    for i, j in np.ndindex(2, 2):
        low, high = box.range((i, j))
        window = found[i : i + 2, j : j + 2]
        middle = window.max() if pool == "max" else window.mean()
        assert (low, high) == pytest.approx((middle - half, middle + half))
        assert low - 1e-9 <= samples[i, j].min() <= samples[i, j].max() <= high + 1e-9


@pytest.mark.parametrize(
    ("formula", "value", "none"),
    [("sqrt(a)", "-1.00", True), ("sqrt(a)", "0.00", False), ("log(a)", "-0.01", True), ("log(a)", "0.00", False),
     ("1/a", "0.00", False), ("sqrt(a)", "2.00", False)],
)  # fmt: skip
def test_where_a_step_has_no_value(formula: str, value: str, none: bool) -> None:
    """The root of what is certainly negative has none; of what may be zero it may have one."""
    solution = of_typed(formula, {"a": "2"}).solution
    values, radii = {"a": np.array([float(value)])}, {"a": np.array([0.005])}
    with np.errstate(all="ignore"):
        assert rounding.nowhere(solution, "v", values, radii).tolist() == [none]


def test_ranges_of_a_cohort_are_those_of_each_student() -> None:
    """Students are on the last axis, and do not touch each other."""
    solution = of_typed("a / (b - a)", {"a": "1.00", "b": "2.00"}).solution
    a, b = np.array([1.0, 1.1, 1.99]), np.array([2.0, 2.2, 2.0])
    half = np.full(3, 0.005)
    together = np.array(rounding.ranges(solution, "v", (), {"a": a, "b": b}, {"a": half, "b": half}))
    for i in range(3):
        one = {"a": a[i : i + 1], "b": b[i : i + 1]}
        alone = np.array(rounding.ranges(solution, "v", (), one, {"a": half[:1], "b": half[:1]}))
        np.testing.assert_array_equal(together[:, i], alone[:, 0])
    assert np.isnan(together[:, 2]).all()  # b - a may be zero
    assert np.isfinite(together[:, :2]).all()


def test_a_bound_of_zero_decides_nothing() -> None:
    """The slope of a step that jumps is zero, and says nothing of the jump."""
    gaps = np.array([0.0, 0.1, 1.0])
    for decided in rounding.decided(gaps, gaps, np.zeros((3, 3))):
        assert not decided.any()
