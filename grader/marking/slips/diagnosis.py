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

import numpy as np

from grader.expression.tree import Index
from grader.kinds import Numbers
from grader.marking.slips import odds
from grader.marking.slips.numbers import put_in, typed
from grader.marking.slips.prepared import MOST_FOUND, MOST_NUMBERS, Prepared, Try, prepared
from grader.marking.slips.written import RESULTS, written_otherwise
from grader.marking.words import with_odds
from grader.numeric import Array
from grader.solution import Solution, Step

MOST_ENTRIES = 50_000  # of an answer that is looked at
MOST_KEPT = 64  # numbers of a page whose explanation is kept for the next time
NOISE = 1e-9  # of binary arithmetic, relative
FRACTION = 5e-4  # a number without a last place is taken as exact to about three digits


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
    """Answers to one formula: the formula and its edits, the distinct pages `(…, n)`, and what these rest on."""

    formula: Prepared
    answers: Array
    windows: Array
    own: Mapping[str, Array]
    key: Mapping[str, Array]

    def part(self, chosen: slice | np.ndarray) -> Question:
        """Some of the pages."""
        own = {name: array[..., chosen] if array.shape[-1] > 1 else array for name, array in self.own.items()}
        return Question(self.formula, self.answers[..., chosen], self.windows[..., chosen], own, self.key)


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
    formula = prepared(solution, step, index)
    answers, windows = (array if index is None else array[index] for array in (answers, windows))
    own = own_arrays(formula, values)
    mine = {name: array[..., who] if array.shape[-1] > 1 else array for name, array in own.items()}
    question = Question(formula, answers[..., who], windows[..., who], mine, solution.arrays)
    return {i: found for i, found in zip(who.tolist(), looked_up(question), strict=True) if found}


def looked_up(question: Question) -> list[Diagnosis | None]:
    """What seems to have happened on each page, equal ones looked at once, and not again where they were before."""
    varying = tuple(name for name, array in question.own.items() if array.shape[-1] > 1)
    rows = packed(question.answers, question.windows, *(question.own[name] for name in varying))
    shared = b"".join(array.tobytes() for array in question.own.values() if array.shape[-1] == 1)
    small = len(rows[0]) + len(shared) <= 8 * MOST_KEPT
    found = question.formula.found if small else {}
    if len(found) > MOST_FOUND:
        found.clear()
    keys = [(row, shared, varying) for row in rows]
    new = {key: page for page, key in enumerate(keys) if key not in found}
    if new:
        pages = np.array([*new.values()])
        found |= dict.fromkeys(new)
        told = [*new]
        found |= {told[page]: each for page, each in explained(question.part(pages))}
    return [found[key] for key in keys]


def packed(*arrays: Array) -> list[bytes]:
    """The numbers of each page as bytes."""
    table = np.ascontiguousarray(np.concatenate([array.reshape(-1, array.shape[-1]) for array in arrays]).T)
    return table.view(f"V{table.dtype.itemsize * table.shape[1]}").reshape(-1).tolist()


def own_arrays(formula: Prepared, values: Mapping[str, Array]) -> dict[str, Array]:
    """What a formula of a step and its edits rest on, by name; the key's where a student's has another shape."""
    key = formula.solution.arrays
    return {
        name: values[name] if name in values and values[name].shape[:-1] == key[name].shape[:-1] else key[name]
        for name in formula.named
    }


def explained(question: Question) -> Iterator[tuple[int, Diagnosis]]:
    """The pages of a question that are explained, by number, in portions that fit in memory."""
    count = question.answers.shape[-1]
    entries = math.prod(question.answers.shape[:-1])
    portion = max(1, MOST_NUMBERS // (entries * 2 * (len(question.formula.fitting) + len(RESULTS))))
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
    pages = np.flatnonzero(meets.any(axis=0))
    firsts = np.argmax(meets[:, pages], axis=0)
    for page, k, (chance, number) in zip(pages.tolist(), firsts.tolist(), weighed(
        values[..., pages], [right[..., pages] for right in rights], answers[..., pages], places[..., pages],
        off[..., pages], firsts,
    ), strict=True):  # fmt: skip
        if chance < odds.SURE:
            yield page, diagnosis(question, page, tries[k], chance, number)


def weighed(
    values: Array, rights: Sequence[Array], answers: Array, places: Array, off: np.ndarray, firsts: np.ndarray
) -> Iterator[tuple[float, int]]:
    """The chance that each page is met by accident, and the distinct values tried up to the first that did."""
    if answers.ndim == 1:
        numbers = counted(values, rights, places, firsts)
        chances = np.minimum(1.0, numbers * odds.likeness(answers, places))
        yield from zip(chances.tolist(), numbers.tolist(), strict=True)
        return
    for page, k in enumerate(firsts.tolist()):
        number = count_distinct(values[: k + 1, ..., page], [right[..., page] for right in rights], places[..., page])
        wrong = off[..., page]
        yield odds.chance(answers[..., page][wrong], places[..., page][wrong], number), number


def counted(values: Array, rights: Sequence[Array], places: Array, firsts: np.ndarray) -> np.ndarray:
    """`count_distinct` of the values `(T, n)` up to the first that meets each page, for single numbers, `(n,)`."""
    wrong = np.isfinite(values) & (np.arange(len(values))[:, None] <= firsts)
    for right in rights:
        wrong &= np.abs(values - right) > places
    rows = np.sort(np.where(wrong, values, np.inf), axis=0)
    with np.errstate(invalid="ignore"):
        apart = (np.diff(rows, axis=0) > places) & np.isfinite(rows[1:])
    return np.asarray(np.isfinite(rows[0]) + apart.sum(axis=0))


def tried(question: Question) -> tuple[list[Array], list[Try], Array]:
    """What is right by own values and by the key's, and all explanations in order with their values `(T, …, n)`."""
    pages = question.answers.shape[-1]
    both = evaluated(question)
    own, key = both[..., :-1], np.repeat(both[..., -1:], pages, axis=-1)
    windows = np.concatenate([question.windows, question.windows], axis=-1)
    results = written_otherwise(np.concatenate([own[0], key[0]], axis=-1), windows)
    values = np.concatenate([own[1:], results[..., :pages], key[1:], results[..., pages:]])
    tries, order = question.formula.tries
    return [own[0], key[0]], tries, values[order]


def evaluated(question: Question) -> Array:
    """The right formula and its edits for each page and, in the last column, for the key: `(1 + E, …, n + 1)`."""
    pages = question.answers.shape[-1]
    arrays = {name: both(own, question.key[name], pages) for name, own in question.own.items()}
    result = question.formula.together(arrays)
    return np.broadcast_to(result, (*result.shape[:-1], pages + 1))


def both(own: Array, key: Array, pages: int) -> Array:
    """A column for each page and one for the key, or the one that all share."""
    if own is key:
        return key
    mine = own if own.shape[-1] == pages else np.broadcast_to(own, (*own.shape[:-1], pages))
    return np.concatenate([mine, key], axis=-1)


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


def diagnosis(question: Question, page: int, first: Try, chance: float, number: int) -> Diagnosis:
    """What is said of a page that this explains."""
    formula = ""
    if first.edit is not None and not question.formula.right.shape:
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
