"""The keys of a class at once: where only numbers differ, one tree is evaluated for all, students on the last axis.

What is drawn for whom is what `variants.Deck` deals: a draw is taken from here only where its requirements hold or fail
beyond the doubt of floats, and everything else is drawn as for a sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from grader import variants
from grader.document import Node
from grader.drawing import replaced
from grader.errors import GraderError, Place
from grader.expression import Name, Table, numeric
from grader.expression.readings import nearest
from grader.expression.tree import Apply, Leaf, fold
from grader.numeric import Array
from grader.problem import Problem, with_givens
from grader.requirements import COMPARED, DOUBT, Condition, conditions
from grader.solution import Solution

PROBES = 4  # draws that are traced in full, to see whether only numbers differ
ROUNDS = 12  # tries that are made for all together
MOST_DECIMALS = 12


@dataclass(frozen=True)
class Keys:
    """The keys of some students: their names, and every step that has numbers, `(…, students)`."""

    problem: Problem
    students: Sequence[str]
    steps: Mapping[str, Array]


def keys(problem: Problem, seed: str, students: Sequence[str]) -> Iterator[Keys | GraderError]:
    """Everybody's key: most together, some alone; an error for each whose draw is not possible.

    A problem that does not vary is everybody's alike.
    """
    if not problem.varies:
        yield Keys(problem, students, {name: problem.solution.arrays[name] for name in numbered(problem.solution)})
        return
    seed = seed.strip() or problem.seed
    known, steps = _together(problem, seed, students) if only_numbers_differ(problem, seed) else ({}, {})
    columns = {student: column for column, student in enumerate(known)}
    deck, chosen, alone = variants.Deck(problem, seed, known), [], []
    for student in students:
        try:
            number = deck.number(student)
        except GraderError as error:
            yield error
            continue
        if number == 0 and student in columns:
            chosen.append(student)
        else:
            alone.append((student, number))
    if chosen:
        places = [columns[student] for student in chosen]
        yield Keys(problem, chosen, {name: array[..., places] for name, array in steps.items()})
    for student, number in alone:
        try:
            solution = variants.draw(problem, seed, student, number).solution
        except GraderError as error:
            yield error
            continue
        yield Keys(problem, [student], {name: solution.arrays[name] for name in numbered(solution)})


def numbered(solution: Solution) -> list[str]:
    """The steps that have numbers."""
    return [name for name in solution if name not in solution.symbolic]


def only_numbers_differ(problem: Problem, seed: str) -> bool:
    """Whether draws have the steps and formulas of the spec's own, and differ in numbers that the givens hold."""
    base = problem.solution
    varied = {way.path.partition(".")[0] for way in problem.vary}
    if not all(isinstance(problem.given.get(name), Table) for name in varied):
        return False
    for drawn in islice(variants.values(problem, seed, "probe", 0), PROBES):
        try:
            variant = with_givens(problem, given_with(problem, drawn), drawn)
        except GraderError:
            return False
        found = variant.solution
        trees = {name: step.expression for name, step in found.items()}
        held = {name: variant.given[name] if name in varied else base.tables[name] for name in base.tables}
        if trees != {name: step.expression for name, step in base.items()} or found.tables != held:
            return False
    return True


def given_with(problem: Problem, drawn: Mapping[str, Node]) -> Node:
    """The givens of a spec with what was drawn."""
    given: Node = problem.spec["given"]
    for path, value in drawn.items():
        given = replaced(given, path, value)
    return given


def _together(problem: Problem, seed: str, students: Sequence[str]) -> tuple[dict[str, str], dict[str, Array]]:
    """What the first draws of students come to, as a deck knows them, and their steps in the same order."""
    required = [each for text in problem.require for each in conditions(text, problem.solution)]
    tries = {student: variants.values(problem, seed, student.strip(), 0) for student in students}
    known: dict[str, str] = {}
    columns: list[dict[str, Array]] = []
    for _ in range(ROUNDS):
        if not tries:
            break
        drawn = {student: next(each) for student, each in tries.items()}
        arrays = stacked(problem, list(drawn.values()))
        good, bad = judged(problem, required, arrays, len(drawn))
        taken = [(student, k) for k, student in enumerate(drawn) if good[k]]
        known |= {student.strip(): repr(drawn[student]) for student, _ in taken}
        picked = [k for _, k in taken]
        columns.append({name: _wide(arrays[name], len(drawn))[..., picked] for name in numbered(problem.solution)})
        tries = {student: tries[student] for k, student in enumerate(drawn) if bad[k]}
    steps = {name: np.concatenate([each[name] for each in columns], axis=-1) for name in numbered(problem.solution)}
    return known, steps


def _wide(array: Array, count: int) -> Array:
    return np.broadcast_to(array, (*array.shape[:-1], count))


def stacked(problem: Problem, drawn: Sequence[Mapping[str, Node]]) -> dict[str, Array]:
    """Every given and step, students on the last axis."""
    arrays = dict(problem.solution.given_arrays)
    for name in {way.path.partition(".")[0] for way in problem.vary}:
        read = problem.family.givens[name].kind.read
        tables = [read(_part(given_with(problem, each), name), Place()) for each in drawn]
        arrays[name] = np.array([[nearest(entry) for entry in table.entries] for table in tables]).T
        arrays[name] = arrays[name].reshape((*tables[0].shape, len(drawn)))
    for name in numbered(problem.solution):
        arrays[name] = numeric(problem.solution[name].expression, arrays)
    return arrays


def _part(given: Node, name: str) -> Node:
    assert isinstance(given, dict)
    return given[name]


def judged(
    problem: Problem, required: Sequence[Condition], arrays: Mapping[str, Array], count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Whose draw is usable, and whose is not; where floats leave a doubt, neither."""
    good, bad = np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
    for part in problem.parts:
        if part.step in arrays:
            good &= _every(np.isfinite(arrays[part.step]), count)
    bad |= ~good
    for condition in required:
        holds, sure = judge(condition, arrays, count)
        good &= holds & sure
        bad |= ~holds & sure
    return good & ~bad, bad


def judge(condition: Condition, arrays: Mapping[str, Array], count: int) -> tuple[np.ndarray, np.ndarray]:
    """For whom a condition holds, and for whom its floats say so beyond doubt: far apart, or the same number."""
    sure = np.ones(count, dtype=bool)
    measured = {name: MEASURES[measure](numeric(tree, arrays)) for name, (measure, tree) in condition.measured.items()}

    def leaf(node: Leaf) -> Array:
        return {**arrays, **measured}[node.name] if isinstance(node, Name) else np.array([nearest(node.value)])

    def node(apply: Apply, *operands: Array) -> Array:
        if apply.operation.name in COMPARED:
            one, other = operands
            scale = np.maximum(1.0, np.maximum(np.abs(one), np.abs(other)))
            apart = np.abs(one - other) > DOUBT * scale
            np.logical_and(sure, _every(apart | (one == other), count), out=sure)
        return apply.operation.numeric(*operands, **dict(apply.options))

    with np.errstate(all="ignore"):
        found = fold(condition.tree, leaf, node)
    sure &= _every(np.isfinite(found), count)
    return _every(found == 1, count), sure


def _every(mask: np.ndarray, count: int) -> np.ndarray:
    """Whether it is so of every entry, for each student."""
    return np.broadcast_to(mask.reshape(-1, mask.shape[-1]).all(axis=0), (count,))


def decimals(values: Array) -> Array:
    """How many decimals the longest entry has, by its float; as many as there are floats where they do not end."""
    found = np.full(values.shape, np.inf)
    for places in range(MOST_DECIMALS, -1, -1):
        moved = values * 10.0**places
        found[np.abs(moved - np.round(moved)) <= 1e-9 * np.maximum(1.0, np.abs(moved))] = places
    longest: Array = found.reshape(-1, found.shape[-1]).max(axis=0)
    return np.where(np.isfinite(longest), longest, 10.0**6)


def whole(values: Array) -> Array:
    """1 where all entries are whole numbers, by their floats."""
    return (decimals(values) == 0).astype(float)


MEASURES = {"integer": whole, "decimals": decimals}
"""What conditions may measure, by floats."""
