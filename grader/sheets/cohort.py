"""The keys of a class at once: where only numbers differ, one tree is evaluated for all, students on the last axis.

What is drawn for whom is what `variants.Deck` deals: a draw is taken from here only where its requirements hold or fail
beyond the doubt of floats, and everything else is drawn as for a sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader import variants
from grader.document import Entries, Node
from grader.drawing import replaced
from grader.errors import GraderError, Place
from grader.expression import Name, Table, numeric
from grader.expression.readings import nearest
from grader.expression.tree import Apply, Leaf, fold
from grader.numeric import Array
from grader.problem import Problem
from grader.requirements import COMPARED, DOUBT, ENDLESS, Condition, conditions
from grader.solution import Solution

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
    known, steps = _together(problem, seed, students) if only_numbers_differ(problem) else ({}, {})
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


class Watched(Table):
    """A table that notices when somebody looks at its numbers."""

    __slots__ = ("looked",)

    def __getattribute__(self, name: str) -> Any:
        if name == "entries":
            object.__setattr__(self, "looked", True)
        return super().__getattribute__(name)


def only_numbers_differ(problem: Problem) -> bool:
    """Whether draws of a problem have one tree: the family does not look at the numbers that vary, only names them."""
    watched = {}
    for name in {way.path.partition(".")[0] for way in problem.vary}:
        table = problem.given.get(name)
        if not isinstance(table, Table):
            return False
        watched[name] = Watched(table.shape, table.entries)
    solution = problem.family.solve({**problem.given, **watched})
    return all(solution.tables.get(name) is table and not hasattr(table, "looked") for name, table in watched.items())


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
        drawn = {student: next(each) for student, each in tries.items()}
        tables = {student: read for student, each in drawn.items() if (read := tables_of(problem, each)) is not None}
        if not tables:
            break
        arrays = stacked(problem, list(tables.values()))
        good, bad = judged(problem, required, arrays, len(tables))
        taken = [k for k, student in enumerate(tables) if good[k]]
        known |= {student.strip(): repr(drawn[student]) for student, fits in zip(tables, good, strict=True) if fits}
        columns.append({name: _wide(arrays[name], len(tables))[..., taken] for name in numbered(problem.solution)})
        tries = {student: tries[student] for student, fails in zip(tables, bad, strict=True) if fails}
    steps = {name: np.concatenate([each[name] for each in columns], axis=-1) for name in columns[0]} if columns else {}
    return known, steps


def tables_of(problem: Problem, drawn: Mapping[str, Node]) -> dict[str, Table] | None:
    """What a draw puts in place of the givens; None where that does not have their shapes."""
    given = given_with(problem, drawn)
    assert isinstance(given, Entries)
    tables = {}
    for name in {way.path.partition(".")[0] for way in problem.vary}:
        try:
            table = problem.family.givens[name].kind.read(given[name], Place())
        except GraderError:
            return None
        if table.shape != problem.given[name].shape:
            return None
        tables[name] = table
    return tables


def _wide(array: Array, count: int) -> Array:
    return np.broadcast_to(array, (*array.shape[:-1], count))


def stacked(problem: Problem, drawn: Sequence[Mapping[str, Table]]) -> dict[str, Array]:
    """Every given and step, students on the last axis."""
    arrays = dict(problem.solution.given_arrays)
    for name, table in drawn[0].items():
        entries = np.array([[nearest(entry) for entry in each[name].entries] for each in drawn])
        arrays[name] = entries.T.reshape((*table.shape, len(drawn)))
    for name in numbered(problem.solution):
        arrays[name] = numeric(problem.solution[name].expression, arrays)
    return arrays


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
    sure, known = np.ones(count, dtype=bool), dict(arrays)

    def leaf(node: Leaf) -> Array:
        return known[node.name] if isinstance(node, Name) else np.array([nearest(node.value)])

    def node(apply: Apply, *operands: Array) -> Array:
        if apply.operation.name in COMPARED:
            one, other = operands
            scale = np.maximum(1.0, np.maximum(np.abs(one), np.abs(other)))
            apart = np.abs(one - other) > DOUBT * scale
            np.logical_and(sure, _every(apart | (one == other), count), out=sure)
        return apply.operation.numeric(*operands, **dict(apply.options))

    with np.errstate(all="ignore"):
        for name, (measure, tree) in condition.measured.items():
            known[name] = MEASURES[measure](numeric(tree, arrays))
        found = fold(condition.tree, leaf, node)
    sure &= _every(np.isfinite(found), count)
    return _every(found == 1, count), sure


def _every(mask: np.ndarray, count: int) -> np.ndarray:
    """Whether it is so of every entry, for each student."""
    return np.broadcast_to(mask.all(axis=tuple(range(mask.ndim - 1))), (count,))


def decimals(values: Array) -> Array:
    """How many decimals the longest entry has, by its float; `ENDLESS` where they do not end."""
    found = np.full(values.shape, np.inf)
    for places in range(MOST_DECIMALS, -1, -1):
        moved = values * 10.0**places
        found[np.abs(moved - np.round(moved)) <= 1e-9 * np.maximum(1.0, np.abs(moved))] = places
    longest: Array = found.max(axis=tuple(range(values.ndim - 1)))
    bounded: Array = np.minimum(longest, float(ENDLESS))
    return bounded


def whole(values: Array) -> Array:
    """1 where all entries are whole numbers, by their floats."""
    found: Array = (decimals(values) == 0).astype(float)
    return found


MEASURES = {"integer": whole, "decimals": decimals}
"""What conditions may measure, by floats."""
