"""What seems to have happened where an answer is wrong: single edits of the step, evaluated in one batch, with odds.

Explanations are tried in the order of their simplicity, on the student's own earlier values before the key's. The
first that meets the answer is named where chance would meet it less often than once in a hundred: the digits that
were written against the distinct values that were tried up to it. Since the order does not depend on the answer, no
more than one wrong answer in a hundred is named by accident, however many explanations there are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from grader.expression.readings import numeric
from grader.expression.tree import OPERATIONS, Apply, Expression, Index, Shape, names
from grader.kinds import Numbers
from grader.marking.slips import odds
from grader.marking.slips.edits import SIMPLEST, Edit, edits_of, known_before
from grader.marking.slips.numbers import put_in, typed
from grader.marking.slips.sentences import Words
from grader.marking.slips.written import RESULTS, written_otherwise
from grader.marking.words import with_odds
from grader.numeric import Array
from grader.solution import Solution, Step

MOST_NUMBERS = 2_000_000  # that are held at once
MOST_ENTRIES = 50_000  # of an answer that is looked at
NOISE = 1e-9  # of binary arithmetic, relative
FRACTION = 5e-4  # a number without a last place is taken as exact to about three digits

ORDER = {name: k for k, name in enumerate(SIMPLEST)}


@dataclass(frozen=True)
class Diagnosis:
    """The simplest edit that explains an answer: its name, a sentence for the student, the odds.

    `chance` is that of meeting the answer by accident with the `tried` distinct values up to this one, `formula` the
    edited formula with the student's numbers put in; empty where it is long, or where the slip is in the result.
    """

    name: str
    sentence: str
    chance: float
    tried: int
    formula: str = ""

    @property
    def told(self) -> str:
        """What a student reads: the sentence, and the odds."""
        return with_odds(self.sentence, self.chance)


@dataclass(frozen=True)
class Question:
    """Answers to one formula: what is right, its edits, the distinct pages `(…, n)`, and what these rest on."""

    right: Expression
    edits: tuple[Edit, ...]
    answers: Array
    windows: Array
    own: Mapping[str, Array]
    key: Mapping[str, Array]

    def part(self, chosen: slice) -> Question:
        """Some of the pages."""
        own = {name: array[..., chosen] if array.shape[-1] > 1 else array for name, array in self.own.items()}
        return Question(self.right, self.edits, self.answers[..., chosen], self.windows[..., chosen], own, self.key)


@dataclass(frozen=True)
class Try:
    """One explanation: an edit of the tree, or of the result, on the student's own values or on the key's."""

    name: str
    words: Words
    edit: Edit | None
    by_key: bool


def diagnose(
    step: Step,
    solution: Solution,
    values: Mapping[str, Array],
    answers: Array,
    windows: Array,
    who: np.ndarray,
    index: Index | None = None,
) -> dict[int, Diagnosis]:
    """What seems to have happened for each student of `who` whom a single edit explains and chance does not.

    `values` are what each student's step rests on, the last axis of length N or 1. `answers` are `(…, N)`, and
    `windows` how far rounding may have moved each; with an `index`, only that entry is looked at, by the edits of its
    own formula. Equal pages are looked at once.
    """
    if not who.size or not isinstance(step.kind, Numbers) or answers.shape[:-1] != step.shape:
        return {}
    if math.prod(step.shape) > MOST_ENTRIES:
        return {}
    tree = solution.entry(step.name.name, index)
    answers, windows = (array if index is None else array[index] for array in (answers, windows))
    own = own_arrays(step, solution, tree, values)
    mine = {name: array[..., who] if array.shape[-1] > 1 else array for name, array in own.items()}
    first, same = distinct(answers[..., who], windows[..., who], *mine.values())
    chosen = who[first]
    mine = {name: array[..., first] if array.shape[-1] > 1 else array for name, array in mine.items()}
    made = fitting(tree.shape, edits_of(tree, known_before(step, solution)))
    question = Question(tree, made, answers[..., chosen], windows[..., chosen], mine, solution.arrays)
    found = dict(explained(question))
    return {int(i): found[page] for i, page in zip(who, same, strict=True) if page in found}


def own_arrays(step: Step, solution: Solution, tree: Expression, values: Mapping[str, Array]) -> dict[str, Array]:
    """What a formula of a step and its edits rest on, by name; the key's where a student's has another shape."""
    key = solution.arrays
    made = edits_of(tree, known_before(step, solution))
    named = {name for edit in made for name in names(edit.expression)} | set(step.uses)
    return {
        name: values[name] if name in values and values[name].shape[:-1] == key[name].shape[:-1] else key[name]
        for name in sorted(named)
    }


def fitting(shape: Shape, made: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """As many edits as there is room for, the simplest."""
    return made[: max(1, MOST_NUMBERS // max(1, math.prod(shape)) // 4)]


def distinct(*arrays: Array) -> tuple[np.ndarray, np.ndarray]:
    """The first student of each group whose columns are all equal, and each student's group."""
    rows = [array.reshape(-1, array.shape[-1]) for array in arrays if array.shape[-1] > 1]
    if not rows:
        return np.zeros(1, dtype=int), np.zeros(1, dtype=int)
    table = np.ascontiguousarray(np.concatenate(rows).T)
    packed = table.view(np.dtype((np.void, table.dtype.itemsize * table.shape[1]))).reshape(-1)
    _, first, same = np.unique(packed, return_index=True, return_inverse=True)
    return first, same.reshape(-1)


def explained(question: Question) -> Iterator[tuple[int, Diagnosis]]:
    """The pages of a question that are explained, by number, in portions that fit in memory."""
    count = question.answers.shape[-1]
    entries = math.prod(question.answers.shape[:-1])
    portion = max(1, MOST_NUMBERS // (entries * 2 * (len(question.edits) + len(RESULTS))))
    for start in range(0, count, portion):
        some = question.part(slice(start, start + portion))
        yield from ((start + page, found) for page, found in named(some))


@np.errstate(all="ignore")
def named(question: Question) -> Iterator[tuple[int, Diagnosis]]:
    """The explanations that chance does not give, by page."""
    rights, tries, values = tried(question)
    answers, windows = question.answers, question.windows
    unwritten = np.isnan(answers)
    allowed = windows * (1 + NOISE) + NOISE * np.abs(answers)
    off = np.all([np.abs(answers - right) > allowed for right in rights], axis=0) & ~unwritten
    axes = tuple(range(answers.ndim - 1))
    agree = (np.abs(values - answers) <= allowed) | unwritten
    meets = agree.all(axis=tuple(axis + 1 for axis in axes)) & off.any(axis=axes)
    places = np.where(windows > 0, windows, FRACTION * np.abs(answers))
    for page in np.flatnonzero(meets.any(axis=0)):
        k = int(np.argmax(meets[:, page]))
        number = count_distinct(values[: k + 1, ..., page], [right[..., page] for right in rights], places[..., page])
        wrong = off[..., page]
        chance = odds.chance(answers[..., page][wrong], places[..., page][wrong], number)
        if chance < odds.SURE:
            alike = [tries[j] for j in np.flatnonzero(meets[:, page])]
            yield int(page), diagnosis(question, int(page), alike, chance, number)


def tried(question: Question) -> tuple[list[Array], list[Try], Array]:
    """What is right by own values and by the key's, and all explanations in order with their values `(T, …, n)`."""
    shape = question.answers.shape
    both = evaluated(question)
    halves = [both[..., :-1], np.broadcast_to(both[..., -1:], (len(both), *shape))]
    tries: list[Try] = []
    values: list[Array] = []
    for by_key, half in enumerate(halves):
        tries += [Try(edit.name, (edit.happened, edit.advice), edit, bool(by_key)) for edit in question.edits]
        values += list(half[1:])
        for name, words, value in written_otherwise(half[0], question.windows):
            tries.append(Try(name, words, None, bool(by_key)))
            values.append(value)
    order = sorted(range(len(tries)), key=lambda k: rank(tries[k]))
    return [half[0] for half in halves], [tries[k] for k in order], np.stack([values[k] for k in order])


def rank(each: Try) -> tuple[int, int]:
    """The simplest first: digits cut off, then what is on own values, on the key's, and any one digit at last."""
    late = {"cut-off": 0, "digit-miswritten": 3}.get(each.name, 2 if each.by_key else 1)
    return late, ORDER[each.name]


def evaluated(question: Question) -> Array:
    """The right formula and its edits for each page and, in the last column, for the key: `(1 + E, …, n + 1)`."""
    pages = question.answers.shape[-1]
    arrays = {name: both(own, question.key[name], pages) for name, own in question.own.items()}
    result = numeric(batch(question.right, question.edits), arrays)
    return np.broadcast_to(result, (*result.shape[:-1], pages + 1))


def both(own: Array, key: Array, pages: int) -> Array:
    """A column for each page and one for the key, or the one that all share."""
    if own is key:
        return key
    return np.concatenate([np.broadcast_to(own, (*own.shape[:-1], pages)), key], axis=-1)


@lru_cache(maxsize=1024)
def batch(right: Expression, made: tuple[Edit, ...]) -> Expression:
    """A formula and its edits as one tree, in which what they share stands once."""
    trees = (right, *(edit.expression for edit in made))
    return Apply(OPERATIONS["stack"], trees, (), (len(trees), *right.shape))


def count_distinct(values: Array, rights: Sequence[Array], places: Array) -> int:
    """How many different wrong values there are, `(T, …)`: what is equal to within the digits written counts once."""
    rows = values.reshape(len(values), -1)
    width = places.reshape(-1)
    wrong = np.isfinite(rows).all(axis=1)
    for right in rights:
        wrong &= (np.abs(rows - right.reshape(-1)) > width).any(axis=1)
    rows = rows[wrong]
    if rows.shape[1] == 1:
        return 1 + int((np.diff(np.sort(rows[:, 0])) > width[0]).sum()) if len(rows) else 0
    return len(np.unique(np.round(rows / np.where(width > 0, width, 1)), axis=0))


def diagnosis(question: Question, page: int, alike: Sequence[Try], chance: float, number: int) -> Diagnosis:
    """What is said of a page that the first of these explains, and the others too."""
    first = alike[0]
    formula = ""
    if first.edit is not None and not question.right.shape:
        arrays = question.key if first.by_key else question.own
        formula = put_in(first.edit.expression, arrays, page)
    happened, advice = first.words
    if first.by_key and first.edit is not None and not all(same(question, name, page) for name in question.own):
        happened += ", with the earlier values of the key"
    if formula:
        answer, window = float(question.answers[page]), float(question.windows[page])
        happened += f": {formula} is {typed(answer, window)}"
    return Diagnosis(first.name, f"It looks as if {happened}. {advice}", chance, max(1, number), formula)


def same(question: Question, name: str, page: int) -> bool:
    """Whether a page has the key's value of a quantity."""
    own, key = question.own[name], question.key[name]
    return bool(np.array_equal(own[..., page if own.shape[-1] > 1 else 0], key[..., 0]))
