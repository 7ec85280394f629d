"""The wrong quantity in a formula: an older value, the neighbour, an entry beside, or another one that is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import TypeGuard

from grader.expression.operations import power, times
from grader.expression.tree import OPERATIONS, Apply, Expression, Index, Leaf, Name, as_expression, fold, leaves
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
    stem, _ = taken_apart(name.name)
    same = [other for other in known if taken_apart(other.name)[0] == stem and other != name]
    fitting = [other for other in same if other.shape == name.shape]
    before = older(name, known)
    chosen = list(dict.fromkeys([*before[::-1][: NEAREST - 2], *before[:1], *fitting[::-1][:NEAREST]]))
    return [("stale" if other in before else "neighbour", other) for other in chosen]


def a_round_before(tree: Expression, known: Sequence[Name]) -> Iterator[Change]:
    """All running quantities of a formula taken from the round before, or from before the first."""
    running = {
        leaf: old for leaf in dict.fromkeys(leaves(tree)) if isinstance(leaf, Name) and (old := older(leaf, known))
    }
    for which, when in ((-1, "of the round before"), (0, "from before the first round")):
        chosen = {name: old[which] for name, old in running.items()}
        if len(chosen) > 1:
            yield Change("stale", partial(renamed, tree, chosen), say.all_stale(when))


def older(name: Name, known: Sequence[Name]) -> list[Name]:
    """Known quantities of the same stem and shape with a smaller number at the end, or none."""
    stem, place = taken_apart(name.name)
    alike = [other for other in known if other.shape == name.shape and taken_apart(other.name)[0] == stem]
    return [other for other in alike if taken_apart(other.name)[1][-1:] < place[-1:]]


def renamed(tree: Expression, names: Mapping[Name, Name]) -> Expression:
    """A tree with other quantities in the place of some."""

    def leaf(node: Leaf) -> Expression:
        return names.get(node, node) if isinstance(node, Name) else node

    def node(apply: Apply, *operands: Expression) -> Expression:
        return apply.operation(*operands, **dict(apply.options))

    return fold(tree, leaf, node)


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


def with_a_factor(tree: Expression, known: Sequence[Name]) -> Iterator[Change]:
    """The result times one quantity more, of the formula or of the same place on the page."""
    inside = [leaf for leaf in dict.fromkeys(leaves(tree)) if isinstance(leaf, Name)]
    places = {taken_apart(name.name)[1] for name in inside}
    here = [name for name in known[::-1] if taken_apart(name.name)[1] in places]
    factors: list[Expression] = [name for name in [*inside, *here] if not name.shape]
    for factor in list(dict.fromkeys([*factors, *entries_at(places, known)]))[: 2 * NEAREST]:
        yield Change("extra-factor", partial(times, tree, factor), say.extra_factor(factor))


def entries_at(places: set[tuple[int, ...]], known: Sequence[Name]) -> list[Expression]:
    """The entries of given vectors where a page that numbers its quantities by them stands."""
    numbers = {place[0] for place in places if len(place) == 1}
    vectors = [name for name in known if len(name.shape) == 1]
    return [name[i - 1] for i in numbers for name in vectors if 0 < i <= name.shape[0]]
