"""A simulated cohort on one page of twenty-five numbers: JSON lines, the same for the same seed wherever they are made.

Each student writes so many decimals by habit and goes on with what is written or with all digits. Three in five have
everything right; the others make one or two mistakes and go on from what they have then.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from grader.expression import Expression, numeric
from grader.marking.slips.edits import edits
from grader.problem import Problem, load
from grader.solution import Step

ID = "sgd-cohort"
SPEC = """\
title: One epoch of SGD, as a cohort works it
family: sgd
given:
  w: 0.7
  b: -0.4
  lr: 0.15
  x: [1.2, 0.7, 2.5, 1.9, 3.1]
  y: [4.1, 2.4, 9.6, 3.2, 12.9]
ask: {"yhat_*": 1, "grad_*": 1, "w_*": 1, "b_*": 1}
"""
STEPS = [f"{name}_{t}" for t in range(1, 6) for name in ("yhat", "grad_w", "grad_b", "w", "b")]
CHUNK = 20_000  # students drawn from one stream, so that a smaller cohort is the beginning of a larger one

DECIMALS, OF_DECIMALS = (2, 3, 4, 5, 6), (0.06, 0.42, 0.38, 0.07, 0.07)
FAULTY, TWICE, WRITTEN_ON = 0.4, 0.3, 0.6  # shares of students
FIXED, STRIPPED = 0.65, 0.15  # "0.600" and "0.6" as texts; the others hand in bare numbers
BLANK, UNREADABLE, HABIT = 0.01, 0.002, 0.001  # shares of answers
NAMED, EDITED, SWAPPED = 0.35, 0.3, 0.15  # kinds of mistake; the others are slips of arithmetic
EDITS = ("sign", "factor-left-out", "stale", "bracket-lost", "neighbour")
NONSENSE = ("?", "see back", "-2.4.1", "0.5 or 0.6", "1,234.5.6", "x", "½½", "12..3", "n/a?", "#REF!")


def write_cohort(file: Path, students: int, seed: int = 1) -> Path:
    """Write a cohort's answers, and the spec beside them in `problems/`; the spec's path."""
    file.parent.mkdir(parents=True, exist_ok=True)
    spec = file.parent / "problems" / f"{ID}.yaml"
    spec.parent.mkdir(exist_ok=True)
    spec.write_text(SPEC, encoding="utf-8")
    problem = load(spec)
    with file.open("w", encoding="utf-8", newline="\n") as out:
        for start in range(0, students, CHUNK):
            out.writelines(lines(problem, start, min(CHUNK, students - start), seed))
    return spec


def lines(problem: Problem, start: int, count: int, seed: int) -> Iterator[str]:
    """The lines of the students from `start` on, at most a chunk."""
    random = np.random.default_rng([seed, start // CHUNK])
    decimals = random.choice(DECIMALS, CHUNK, p=OF_DECIMALS)
    values, swaps = worked(problem, decimals, random)
    cells = odd_cells(values, decimals, swaps, random)
    styles = np.searchsorted((FIXED, FIXED + STRIPPED), random.random(CHUNK), side="right")
    for i, row in enumerate(values[:, :count].T.tolist()):
        texts = [typed(value, int(decimals[i]), int(styles[i])) for value in row]
        for step, text in cells.get(i, {}).items():
            texts[step] = text
        answers = ", ".join([f'"{step}": {text}' for step, text in zip(STEPS, texts, strict=True)])
        yield f'{{"student": "s{start + i + 1:06d}", "answers": {{"{ID}": {{{answers}}}}}}}\n'


def typed(value: float, decimals: int, style: int) -> str:
    """A number as JSON, the way a student types it.

    >>> typed(0.6, 3, 0), typed(0.6, 3, 1), typed(2.0, 3, 2)
    ('"0.600"', '"0.6"', '2')
    """
    text = f"{value:.{decimals}f}"
    if style:
        text = text.rstrip("0").rstrip(".")
    return text if style == 2 else f'"{text}"'


def worked(problem: Problem, decimals: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """What each student has written, rounded, `(25, N)`, and where two digits of it are swapped, `(25, N)`."""
    count = len(decimals)
    faulty = random.random(count) < FAULTY
    twice = faulty & (random.random(count) < TWICE)
    at = np.where(faulty, random.integers(len(STEPS), size=count), -1)
    again = np.where(twice, random.integers(len(STEPS), size=count), -1)
    goes_on = random.random(count) < WRITTEN_ON
    carried = dict(problem.solution.given_arrays)
    written, swaps = np.empty((len(STEPS), count)), np.zeros((len(STEPS), count), dtype=bool)
    for k, name in enumerate(STEPS):
        step = problem.solution[name]
        value = np.broadcast_to(numeric(step.expression, carried), (count,)).copy()
        wrong = np.flatnonzero((at == k) | (again == k))
        swaps[k, wrong[mistake(problem, step, carried, value, wrong, random)]] = True
        written[k] = rounded(value, decimals)
        for i in np.flatnonzero(swaps[k]):
            value[i] = written[k, i] = swapped(written[k, i], int(decimals[i]))
        carried[name] = np.where(goes_on, written[k], value)
    return written, swaps


def mistake(
    problem: Problem,
    step: Step,
    carried: dict[str, np.ndarray],
    value: np.ndarray,
    wrong: np.ndarray,
    random: np.random.Generator,
) -> np.ndarray:
    """Put wrong values, `(N,)`, for the students who make a mistake at a step; who of them swaps two digits instead."""
    kinds = np.searchsorted(np.cumsum((NAMED, EDITED, SWAPPED)), random.random(len(wrong)), side="right")
    named = [slip.expression for slip in step.slips]
    edited = [edit.expression for edit in edits(step, problem.solution) if edit.name.startswith(EDITS)]
    for kind, trees in enumerate((named or edited, edited)):
        alter(trees, carried, value, wrong[kinds == kind], random)
    slipped = wrong[kinds == 3]
    off = random.choice([-1, 1], len(slipped)) * 10 ** random.uniform(-2, 0, len(slipped))
    value[slipped] = value[slipped] * (1 + off)
    return np.asarray(kinds == 2)


def alter(
    trees: Sequence[Expression],
    carried: dict[str, np.ndarray],
    value: np.ndarray,
    who: np.ndarray,
    random: np.random.Generator,
) -> None:
    """Put for some students what one of several altered formulas comes to on their own values."""
    choices = random.integers(len(trees), size=len(who))
    for choice in np.unique(choices):
        chosen = who[choices == choice]
        own = {name: array if array.shape[-1] == 1 else array[..., chosen] for name, array in carried.items()}
        value[chosen] = numeric(trees[choice], own)


def rounded(value: np.ndarray, decimals: np.ndarray) -> np.ndarray:
    """Values to so many decimals each, without a minus before zero."""
    found = np.empty_like(value)
    for each in DECIMALS:
        found[decimals == each] = np.round(value[decimals == each], each) + 0.0
    return found


def swapped(value: float, decimals: int) -> float:
    """A number with the first two neighbouring digits swapped that differ.

    >>> swapped(-2.4, 2), swapped(1.52, 2)
    (-4.2, 5.12)
    """
    text = f"{value:.{decimals}f}"
    digits = [i for i, sign in enumerate(text) if sign.isdigit()]
    for i, j in itertools.pairwise(digits):
        if text[i] != text[j]:
            signs = list(text)
            signs[i], signs[j] = signs[j], signs[i]
            return float("".join(signs))
    return value


def odd_cells(
    values: np.ndarray, decimals: np.ndarray, swaps: np.ndarray, random: np.random.Generator
) -> dict[int, dict[int, str]]:
    """The answers that are blank, cannot be read or are written in a way of their own, as JSON by student and step."""
    draw = random.random(values.shape)
    cells: dict[int, dict[int, str]] = {}
    for step, i in np.argwhere(draw < BLANK + UNREADABLE + HABIT):
        if draw[step, i] < BLANK:
            text = '""'
        elif draw[step, i] < BLANK + UNREADABLE:
            text = f'"{NONSENSE[random.integers(len(NONSENSE))]}"'
        else:
            text = f'"{in_a_habit(values[step, i], int(decimals[i]), int(random.integers(4)))}"'
        cells.setdefault(int(i), {})[int(step)] = text
    return cells


def in_a_habit(value: float, decimals: int, habit: int) -> str:
    """A number as few write it.

    >>> [in_a_habit(-0.75, 2, habit) for habit in range(4)]
    ['-75/100', '-7.50e-01', '-0,75', '−.75']
    """
    text = f"{value:.{decimals}f}"
    return (
        f"{round(value * 10**decimals)}/{10**decimals}",
        f"{value:.{decimals}e}",
        text.replace(".", ","),
        text.replace("-", "−").replace("0.", ".", 1) if abs(value) < 1 else text.replace("-", "−"),
    )[habit]
