"""The cells between the branches of a formula: where |x|, max, a root or a choice turns from one branch to another.

What is analytic is the same everywhere if it is the same at random points. A formula with branches is not: so it is
looked at in floats at thousands of points of many scales, those of the numbers in it among them, and on both sides of
the places where it turns. Points where the two formulas seem to differ, and one in every cell, are then judged by balls.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np

from grader import expression as op
from grader.expression.arranging import item
from grader.expression.domains import WHOLE
from grader.expression.points import Key, digest
from grader.expression.readings import numeric
from grader.expression.tree import Apply, Expression, Leaf, Name, Number, fold
from grader.numeric import Array

DRAWS = 1500
MOST_CELLS = 40
MOST_SWITCHES = 60
MOST_DOUBTS = 12  # points where floats differ that are judged by balls
BISECTED = 4  # switches whose zeros are sought
HALVINGS = 40
SIZES = (0.1, 1.0, 10.0, 1.0, 10.0, 1.0, *(10.0**k for k in range(2, 13)))
BESIDE = (1e-9, 1e-7, 1e-5, 3e-4, 1e-2)  # steps from a zero to either side

Point = dict[str, list[Fraction]]


def _operand(tree: Apply) -> Iterator[Expression]:
    yield tree.operands[0]


def _difference(tree: Apply) -> Iterator[Expression]:
    yield tree.operands[0] - tree.operands[1]


def _whole(tree: Apply) -> Iterator[Expression]:
    yield op.sin(op.times(op.pi(), tree.operands[0]))


def _entries(tree: Apply) -> Iterator[Expression]:
    shape = tree.operands[0].shape
    each = [item(tree.operands[0], index=index) for index in itertools.islice(np.ndindex(*shape), 8)]
    for one, other in itertools.combinations(each, 2):
        yield one - other


SWITCHES: dict[str, Callable[[Apply], Iterator[Expression]]] = {
    "abs": _operand, "relu": _operand, "sign": _operand, "maximum": _difference, "minimum": _difference,
    "less": _difference, "equal": _difference, "max": _entries, "min": _entries, "argmax": _entries,
    "argmin": _entries, "floor": _whole, "ceiling": _whole,
}  # fmt: skip
"""Operations that switch, and the expressions at whose zeros they do."""

BRANCHES = frozenset({*SWITCHES, "where", "sqrt", "root", "log", "xlogy", "arccos", "arcsin", "arctan", "factorial"})
"""Operations that are not analytic everywhere."""


def parts(tree: Expression) -> Iterator[Apply]:
    """Every operation in a tree, each once."""
    stack, seen = [tree], set()
    while stack:
        current = stack.pop()
        if isinstance(current, Apply) and id(current) not in seen:
            seen.add(id(current))
            stack.extend(current.operands)
            yield current


def branching(*trees: Expression) -> bool:
    """Whether trees have branches."""
    return any(part.operation.name in BRANCHES or root(part) for tree in trees for part in parts(tree))


def root(part: Apply) -> bool:
    """Whether a power has another than a whole exponent."""
    exponent = part.operands[1] if part.operation.name == "power" else None
    return exponent is not None and not (isinstance(exponent, Number) and exponent.value.denominator == 1)


def switches(*trees: Expression) -> list[Expression]:
    """The expressions at whose zeros the trees switch, up to a bound."""
    found = (
        switch
        for tree in trees
        for part in parts(tree)
        if part.operation.name in SWITCHES
        for switch in SWITCHES[part.operation.name](part)
    )
    return list(itertools.islice(found, MOST_SWITCHES))


def numbers(*trees: Expression) -> list[float]:
    """The sizes of what is constant in trees, with roots and logarithms: where a switch may turn."""
    found: set[float] = set()

    def leaf(node: Leaf) -> float | None:
        if isinstance(node, Name):
            return None
        value = float(node.value) if abs(node.value) < 10**300 else math.inf
        found.add(abs(value))
        return value

    def node(apply: Apply, *operands: float | None) -> float | None:
        if apply.shape or None in operands:
            return None
        value = float(apply.operation.numeric(*(np.array([each]) for each in operands), **dict(apply.options))[0])
        found.add(abs(value))
        return value

    with np.errstate(all="ignore"):
        for tree in trees:
            fold(tree, leaf, node)
    sizes = {size for size in found if 1e-12 < size < 1e15}
    sizes |= {each for size in sizes for each in (1 / size, math.sqrt(size), abs(math.log(size)), size * size)}
    return sorted(size for size in sizes if 1e-9 < size < 1e15)[:40]


def doubtful_points(keys: Sequence[Key], one: Expression, other: Expression) -> list[Point]:
    """Points where two trees with branches seem to differ in floats, and one in every cell that is met."""
    drawn = draws(keys, numbers(one, other))
    turning = switches(one, other)
    found = [point_at(keys, drawn, at) for at in [*differing(one, other, drawn), *cells(turning, drawn)]]
    if not any(domain in WHOLE for _, _, domain in keys):
        for switch in turning[:BISECTED]:
            beside = sides(keys, switch, drawn)
            if beside is not None:
                found += [point_at(keys, beside, at) for at in differing(one, other, beside)]
    return found


def differing(one: Expression, other: Expression, drawn: Mapping[str, Array]) -> list[int]:
    """Where floats of two trees are apart, or one has a value and the other none."""
    a, b = (rows(numeric(tree, drawn)) for tree in (one, other))
    with np.errstate(all="ignore"):
        apart = np.abs(a - b) > 1e-6 * (np.abs(a) + np.abs(b)) + 1e-12
    apart = (apart | (np.isfinite(a) != np.isfinite(b))).any(axis=0)
    return [int(at) for at in np.flatnonzero(apart)[:MOST_DOUBTS]]


def rows(values: Array) -> Array:
    """All entries, a row each, the points on the last axis."""
    return values.reshape(-1, values.shape[-1])


def cells(turning: Sequence[Expression], drawn: Mapping[str, Array]) -> list[int]:
    """A point for every pattern of signs."""
    count = next(iter(drawn.values())).shape[-1]
    signs = [np.sign(np.nan_to_num(row)) for switch in turning for row in rows(numeric(switch, drawn))[:20]]
    if not signs:
        return []
    patterns = np.array([np.broadcast_to(row, (count,)) for row in signs], dtype=np.int8)
    _, first = np.unique(patterns, axis=1, return_index=True)
    return sorted(first.tolist())[:MOST_CELLS]


def sides(keys: Sequence[Key], switch: Expression, drawn: Mapping[str, Array]) -> dict[str, Array] | None:
    """Points close to zeros of a switch on both sides, found by halving between points where its sign differs."""
    values = rows(numeric(switch, drawn))[0]
    below, above = np.flatnonzero(values < 0)[:6], np.flatnonzero(values > 0)[:6]
    count = min(len(below), len(above))
    if not count or values.shape[-1] == 1:
        return None
    low = {name: drawn[name][..., below[:count]] for name, _, _ in keys}
    high = {name: drawn[name][..., above[:count]] for name, _, _ in keys}
    for _ in range(HALVINGS):
        middle = {name: (low[name] + high[name]) / 2 for name in low}
        under = rows(numeric(switch, middle))[0] < 0
        low = {name: np.where(under, middle[name], low[name]) for name in low}
        high = {name: np.where(under, high[name], middle[name]) for name in high}
    steps = np.array([0.0, *BESIDE, *(-step for step in BESIDE)])
    return {
        name: (low[name][..., None] + steps * np.maximum(1.0, np.abs(low[name]))[..., None]).reshape(
            (*low[name].shape[:-1], -1)
        )
        for name in low
    }


def point_at(keys: Sequence[Key], drawn: Mapping[str, Array], at: int) -> Point:
    return {name: [Fraction(float(value)) for value in drawn[name][..., at].reshape(-1)] for name, _, _ in keys}


def draws(keys: Sequence[Key], sizes: Sequence[float]) -> Mapping[str, Array]:
    """Floats for every name at many points: at several scales, and close to the given sizes on both sides."""
    values: dict[str, Array] = {}
    scales = np.array([*SIZES, *sizes, *sizes])
    for name, shape, domain in keys:
        random = np.random.default_rng(digest(name, shape, domain))
        size = (math.prod(shape), DRAWS)
        scale = random.choice(scales, size)
        near = scale * random.choice([-1.0, 1.0], size) * (1 + random.choice([1e-3, -1e-3, 0.3, -0.3], size))
        value = np.where(random.random(size) < 0.4, near, scale * random.standard_normal(size))
        values[name] = drawn_within(value, domain, shape).reshape((*shape, DRAWS))
    return values


def drawn_within(value: Array, domain: str, shape: tuple[int, ...]) -> Array:
    """Floats of a domain in place of real ones."""
    if domain in {"positive", "nonnegative"}:
        return np.abs(value)
    if domain == "negative":
        return -np.abs(value)
    if domain == "probability":
        return np.abs(value) / (1 + np.abs(value))
    if domain == "distribution":
        return np.abs(value) / np.abs(value).sum(axis=0)
    if domain in WHOLE:
        whole = np.round(np.clip(value, -1e9, 1e9))
        return whole if domain == "integer" else np.abs(whole) + 1
    if domain == "symmetric":
        n = shape[0]
        square = value.reshape(n, n, -1)
        upper = np.triu(np.ones((n, n)), 0)[..., None]
        return (square * upper + np.swapaxes(square * upper, 0, 1) * (1 - upper)).reshape(value.shape)
    return value


def names_of(*trees: Expression) -> list[Name]:
    """The names in trees, each once."""
    stack: list[Expression] = list(trees)
    seen: set[int] = set()
    found: dict[str, Name] = {}
    while stack:
        current = stack.pop()
        if isinstance(current, Name):
            found.setdefault(current.name, current)
        elif isinstance(current, Apply) and id(current) not in seen:
            seen.add(id(current))
            stack.extend(current.operands)
    return list(found.values())
