"""Rounding: honest students must not lose by it, and nobody may hide a slip in it.

    .venv/bin/python benchmarks/rounding.py

Chains of 5 to 25 steps, drawn at random, are worked by simulated students who write 2, 3 or 4 decimals. An honest
student goes on with the number as written, or with all digits of it, or now with the one and now with the other. A
student with one slip does the same, and one step is off by a share between 0.1% and 100%, or has two digits swapped.

Accepted is what is marked correct, rounded or follows. Beside it stands what exact propagation allows: the range of
the step over all numbers that round to those written, found by SciPy's bounded optimisation from every corner; and a
relative tolerance about the key and about what the student's own numbers lead to.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize

from grader.document import Entries, Text, from_python
from grader.errors import SpecError
from grader.expression import numeric
from grader.marking import Sheet, mark
from grader.problem import Problem, read_problem

LENGTHS = (5, 10, 15, 20, 25)
DECIMALS = (2, 3, 4)
TOLERANCES = (1e-3, 1e-2, 5e-2)
CHAINS, STUDENTS = 12, 40
ACCEPTED = {"correct", "rounded", "follows"}
FORMS = (
    "{a} * {v} + {b}", "{a} - {v} * {b}", "({a} + {b}) / {u}", "{a} * {b} / {u}", "{v} * {a}^2 + {b}",
    "exp(-{a}^2 / 4) + {b}", "1 / (1 + exp(-{a}))", "sqrt(1 + {a}^2)", "-({b} - {a}) * {v}",
    "{a} - {v} * ({a} - {b})", "log(1 + {a}^2) * {u}", "tanh({a}) + {v}",
)  # fmt: skip
"""Steps in two earlier values a and b and two that are given."""

random = np.random.default_rng(20)


def chain(length: int, decimals: int) -> Problem:
    """A problem whose steps are drawn from the forms, each from the step before it and an earlier one."""
    while True:
        given = {name: f"{value:.1f}" for name, value in zip("pqrs", random.uniform(0.3, 2.5, 4), strict=True)}
        steps: dict[str, str] = {}
        for k in range(1, length + 1):
            known = [*given, *steps]
            v, u = random.choice(list(given), 2)
            names = {"a": known[-1], "b": random.choice(known), "v": v, "u": u}
            steps[f"x_{k}"] = str(random.choice(FORMS)).format(**names)
        spec = {
            "family": "formula", "given": {"values": given, "steps": steps},
            "ask": {"x_*": {"points": "1", "decimals": str(decimals)}},
        }  # fmt: skip
        try:
            problem = read_problem(from_python(spec), "chain")
        except SpecError:  # its numbers grow too large: another one is drawn
            continue
        values = np.abs([problem.solution.arrays[step][0] for step in steps])
        if np.isfinite(values).all() and values.max() < 60 and values.min() > 0.05:
            return problem


@dataclass
class Worked:
    """One student's page: what was written, and where the slip is."""

    written: dict[str, float]
    slip: str = ""


def work(problem: Problem, decimals: int, habit: str, slip: str = "") -> Worked:
    """A page worked by a student of some habit: goes on with what is `written`, `kept`, or `mixed`."""
    full = {name: float(value[0]) for name, value in problem.solution.given_arrays.items()}
    written = dict(full)
    for name, step in problem.solution.items():
        taken = {use: np.array([(written if rounded(habit) else full)[use]]) for use in step.uses}
        value = float(numeric(step.expression, taken)[0])
        if name == slip:
            value = slipped(value, decimals)
        full[name], written[name] = value, round(value, decimals)
    return Worked({name: written[name] for name in problem.solution}, slip)


def rounded(habit: str) -> bool:
    return habit == "written" or (habit == "mixed" and bool(random.integers(2)))


def slipped(value: float, decimals: int) -> float:
    """A value with a slip in it that shows in its digits."""
    while True:
        if random.integers(3):
            wrong = value * (1 + random.choice([-1, 1]) * 10 ** random.uniform(-3, 0))
        else:
            digits = list(f"{value:.{decimals}f}")
            places = [i for i in range(len(digits) - 1) if digits[i].isdigit() and digits[i + 1].isdigit()]
            i = int(random.choice(places))
            digits[i], digits[i + 1] = digits[i + 1], digits[i]
            wrong = float("".join(digits))
        if round(wrong, decimals) != round(value, decimals):
            return float(wrong)


def allowed(problem: Problem, page: Worked, name: str, decimals: int) -> bool:
    """Whether exact propagation allows what is written: by the key, or by some numbers that round to those written."""
    half = 0.5 * 10.0**-decimals
    given, key = page.written[name], float(problem.solution.arrays[name][0])
    if abs(given - key) <= half * (1 + 1e-9):
        return True
    low, high = extent(problem, page, name, half)
    return bool(low - half * (1 + 1e-9) <= given <= high + half * (1 + 1e-9))


def extent(problem: Problem, page: Worked, name: str, half: float) -> tuple[float, float]:
    """The least and the greatest value of a step over all numbers that round to those written."""
    step = problem.solution[name]
    fixed = {use: problem.solution.arrays[use] for use in step.uses if use not in page.written}
    free = [use for use in step.uses if use in page.written]

    def value(at: Any) -> float:
        return float(numeric(step.expression, fixed | {use: np.array([x]) for use, x in zip(free, at, strict=True)})[0])

    box = [(page.written[use] - half, page.written[use] + half) for use in free]
    corners = list(itertools.product(*box))
    found = [value(corner) for corner in corners]
    if free:
        found += [sign * search(lambda at, sign=sign: sign * value(at), box) for sign in (1, -1)]  # type: ignore[misc]
    return min(found), max(found)


def search(function: Callable[[Any], float], box: list[tuple[float, float]]) -> float:
    middle = [(low + high) / 2 for low, high in box]
    return float(optimize.minimize(function, middle, bounds=box, method="L-BFGS-B").fun)


def by_tolerance(problem: Problem, page: Worked, name: str, share: float) -> bool:
    """Whether a relative tolerance about the key, or about what the student's own numbers lead to, accepts."""
    step = problem.solution[name]
    own = {use: np.array([page.written[use]]) for use in step.uses if use in page.written}
    values = {**problem.solution.arrays, **own}
    targets = float(problem.solution.arrays[name][0]), float(numeric(step.expression, values)[0])
    return any(abs(page.written[name] - target) <= share * abs(target) for target in targets)


def sheet(page: Worked, decimals: int) -> Sheet:
    answers = Entries()
    for name, value in page.written.items():
        answers.put(name, Text(f"{value:.{decimals}f}"), None)
    return Sheet("student", answers)


def measure(length: int, decimals: int) -> list[float]:
    """Shares in one cell of the table: honest steps accepted by ours and by tolerances, then slips likewise."""
    counts = np.zeros((2, 2 + len(TOLERANCES)))
    totals = np.zeros(2)
    for _ in range(CHAINS):
        problem = chain(length, decimals)
        names = list(problem.solution)
        habits = itertools.cycle(("written", "kept", "mixed"))
        pages = [work(problem, decimals, next(habits)) for _ in range(STUDENTS)]
        pages += [work(problem, decimals, next(habits), str(random.choice(names))) for _ in range(STUDENTS)]
        for page, marks in zip(pages, mark(problem, [sheet(page, decimals) for page in pages]), strict=True):
            for name in [page.slip] if page.slip else names:
                row = int(bool(page.slip))
                totals[row] += 1
                ours = marks[name].verdict in ACCEPTED
                exact = allowed(problem, page, name, decimals) if row else True
                counts[row] += [ours, exact, *(by_tolerance(problem, page, name, share) for share in TOLERANCES)]
    return list((100 * counts / totals[:, None]).ravel())


def main() -> None:
    heads = ["ours", "exact", *(f"rtol {share:g}" for share in TOLERANCES)]
    print("accepted, % of steps" + "honest students".rjust(22) + "the step with the slip".rjust(62))
    print("steps decimals  " + "".join(f"{head:>11}" for head in [*heads[:1], *heads[2:], "", *heads]))
    for length, decimals in itertools.product(LENGTHS, DECIMALS):
        found = measure(length, decimals)
        honest, slip = found[: len(heads)], found[len(heads) :]
        cells = [*(f"{each:.2f}" for each in [honest[0], *honest[2:]]), "", *(f"{each:.2f}" for each in slip)]
        print(f"{length:5} {decimals:8}  " + "".join(f"{cell:>11}" for cell in cells))


if __name__ == "__main__":
    main()
