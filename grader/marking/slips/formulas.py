"""What seems to have happened where a formula is wrong: the single edit of the key's that it is the same as."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from grader.errors import GraderError
from grader.expression.compare import compare_trees
from grader.expression.readings import numeric, plain_of
from grader.expression.slopes import upward
from grader.expression.tree import Expression, Name
from grader.marking.slips.diagnosis import Diagnosis
from grader.marking.slips.edits import Edit, edits, edits_of
from grader.numeric import Array
from grader.solution import Solution, Step

if TYPE_CHECKING:
    from grader.expression.scope import Scope
    from grader.marking.formulas import Answer

POINTS = 3  # at which formulas are looked at before they are compared
CLOSE = 1e-9
MOST_COMPARED = 5  # edits that agree there


def formula_slip(answer: Answer, step: Step, solution: Solution) -> Diagnosis | None:
    """The simplest edit of a step that a wrong formula is proved to be the same as: there is no chance in it."""
    if answer.implicit:
        return None
    return alike(answer.tree(), edits(step, solution), answer.scope, lambda edited: proved(answer, edited))


def line_slip(left: Expression, right: Expression, scope: Scope, domains: Mapping[str, str]) -> Diagnosis | None:
    """The simplest edit of one side of a line that the other side is the same as, where the two are not."""

    def same(edited: Expression) -> bool:
        return compare_trees(scope.expanded(right), scope.expanded(edited), domains).verdict == "same"

    return alike(right, edits_of(left, ()), scope, same)


def alike(
    mine: Expression, made: Sequence[Edit], scope: Scope, proved: Callable[[Expression], bool]
) -> Diagnosis | None:
    """The first edit that a formula is proved to be; numbers at a few points leave out nearly all others before."""
    at = Samples(scope, (mine, *(edit.expression for edit in made[:1])))
    value, known = value_at(mine, at, {}), dict[int, Array]()
    near = (k for k, edit in enumerate(made) if agree(value, value_at(edit.expression, at, known)))
    for k in itertools.islice(near, MOST_COMPARED):
        if proved(made[k].expression):
            return Diagnosis(made[k].name, made[k].sentence, 0.0, k + 1, plain_of(made[k].expression))
    return None


class Samples(Mapping[str, Array]):
    """Numbers at a few points for every name of a page, the same at each call: what is defined by its definition."""

    def __init__(self, scope: Scope, trees: Iterable[Expression]) -> None:
        self.definitions = scope.definitions
        seen = (node for tree in (*scope.definitions.values(), *trees) for node in upward(tree))
        named = [*(value for value in scope.values.values()), *seen]
        self.shapes = {each.name: each.shape for each in named if isinstance(each, Name)}
        self._known: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        if name not in self._known:
            if name in self.definitions:
                self._known[name] = numeric(self.definitions[name], self)
            else:
                random = np.random.default_rng(zlib.crc32(name.encode("utf-8", "replace")))
                self._known[name] = random.uniform(0.4, 1.6, (*self.shapes[name], POINTS))
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.shapes)

    def __len__(self) -> int:
        return len(self.shapes)


def value_at(tree: Expression, at: Mapping[str, Array], known: dict[int, Array]) -> Array:
    """A tree at the sample points, its entries in one column each; `known` are parts that other trees have too."""
    value = numeric(tree, at, known)
    return np.broadcast_to(value.reshape(-1, value.shape[-1]), (value.size // value.shape[-1], POINTS))


def agree(a: Array, b: Array) -> bool:
    """Whether two formulas come to the same numbers wherever both have some."""
    if a.shape != b.shape:
        return False
    both = np.isfinite(a) & np.isfinite(b)
    near = np.abs(a - b) <= CLOSE * np.maximum(1.0, np.abs(a))
    return bool(both.any() and near[both].all())


def proved(answer: Answer, edited: Expression) -> bool:
    try:
        return answer.compared(edited).verdict == "same"
    except GraderError:  # it does not fit what the answer is about
        return False
