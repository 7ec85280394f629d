"""The wrong quantity in a formula: an older value, the neighbour, an entry beside, or another one that is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import TypeGuard

from grader.expression.operations import power
from grader.expression.tree import OPERATIONS, Apply, Expression, Index, Name, as_expression
from grader.marking import edit_words as say
from grader.marking.edit_rules import Change

NEAREST = 4  # neighbours of a quantity that are tried, and other quantities


def is_entry(tree: Expression) -> TypeGuard[Apply]:
    """Whether a tree is one entry of a quantity."""
    return isinstance(tree, Apply) and tree.operation.name == "item" and isinstance(tree.operands[0], Name)


def at(node: Expression, known: Sequence[Name]) -> Iterator[Change]:
    """The changes of a name, or of an entry of a name, on a page that has named some quantities before."""
    found: list[tuple[str, Expression]]
    if isinstance(node, Name):
        found = [*related(node, known), *others(node, known)]
    elif is_entry(node):
        found = [*beside(node), *entries_of_others(node, known)]
    else:
        return
    for name, other in found:
        words = say.stale(other, node) if name == "stale" else say.taken_for(other, node)
        yield Change(name, partial(as_expression, other), words)
    if not node.shape:
        yield Change("squared", lambda: power(node, 2), say.raised(node))


@lru_cache(maxsize=4096)
def taken_apart(name: str) -> tuple[str, tuple[int, ...]]:
    """A name without its numbers, and these: quantities of one stem are the same at different places.

    >>> taken_apart("grad_w_3"), taken_apart("w")
    (('grad_w', (3,)), ('w', ()))
    """
    return re.sub(r"_\d+", "", name), tuple(map(int, re.findall(r"_(\d+)", name)))


def related(name: Name, known: Sequence[Name]) -> list[tuple[str, Name]]:
    """Known quantities of the same stem and shape: the ones just before, the first, those beside."""
    stem, place = taken_apart(name.name)
    same = [other for other in known if taken_apart(other.name)[0] == stem and other != name]
    fitting = [other for other in same if other.shape == name.shape]
    older = [other for other in fitting if taken_apart(other.name)[1][-1:] < place[-1:]]
    chosen = list(dict.fromkeys([*older[::-1][: NEAREST - 2], *older[:1], *fitting[::-1][:NEAREST]]))
    return [("stale" if other in older else "neighbour", other) for other in chosen]


def others(name: Name, known: Sequence[Name]) -> list[tuple[str, Name]]:
    """Known quantities of another stem with the same shape: those at the same place first, then the latest."""
    stem, place = taken_apart(name.name)
    apart = [other for other in known[::-1] if other.shape == name.shape and taken_apart(other.name)[0] != stem]
    apart.sort(key=lambda other: taken_apart(other.name)[1] != place)
    return [("other-quantity", other) for other in apart[: 2 * NEAREST]]


def beside(node: Apply) -> Iterator[tuple[str, Expression]]:
    """The entries before and behind an entry, along each axis, and the one across the diagonal."""
    (name,), index = node.operands, dict(node.options)["index"]
    places: list[Index] = [
        (*index[:axis], index[axis] + step, *index[axis + 1 :]) for axis in range(len(index)) for step in (-1, 1)
    ]
    for place in dict.fromkeys([*places, index[::-1]]):
        if place != index and all(0 <= i < n for i, n in zip(place, name.shape, strict=False)):
            yield "neighbour", OPERATIONS["item"](name, index=place)


def entries_of_others(node: Apply, known: Sequence[Name]) -> Iterator[tuple[str, Expression]]:
    """The same entry of other quantities of the same shape, and known quantities of the entry's own shape and place."""
    (name,), index = node.operands, dict(node.options)["index"]
    alike = [other for other in known[::-1] if other != name and name.shape and other.shape == name.shape]
    for other in alike[:NEAREST]:
        yield "other-quantity", OPERATIONS["item"](other, index=index)
    place = (index[-1] + 1,)
    here = [other for other in known if other.shape == node.shape and taken_apart(other.name)[1][-1:] == place]
    for quantity in here[::-1][:NEAREST]:
        yield "other-quantity", quantity
