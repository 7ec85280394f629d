"""The cells between the switches of a formula: where |x|, max, a comparison or a choice turns from one branch to another.

Formulas with switches are compared in every cell that is met by thousands of points at several scales: those of the
numbers in the formulas, so that max(x, 1000) is seen to turn, and points close to them on both sides.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np

from grader.expression.arranging import item
from grader.expression.domains import WHOLE
from grader.expression.points import Key, digest
from grader.expression.readings import numeric
from grader.expression.tree import Apply, Expression, Name, Number
from grader.numeric import Array

DRAWS = 1500
MOST_CELLS = 40
MOST_SWITCHES = 60
SIZES = (0.1, 1.0, 10.0)


def _operand(tree: Apply) -> Iterator[Expression]:
    yield tree.operands[0]


def _difference(tree: Apply) -> Iterator[Expression]:
    yield tree.operands[0] - tree.operands[1]


def _entries(tree: Apply) -> Iterator[Expression]:
    shape = tree.operands[0].shape
    each = [item(tree.operands[0], index=index) for index in itertools.islice(np.ndindex(*shape), 8)]
    for one, other in itertools.combinations(each, 2):
        yield one - other


SWITCHES: dict[str, Callable[[Apply], Iterator[Expression]]] = {
    "abs": _operand, "relu": _operand, "sign": _operand, "maximum": _difference, "minimum": _difference,
    "less": _difference, "equal": _difference, "max": _entries, "min": _entries, "argmax": _entries,
    "argmin": _entries, "floor": _operand, "ceiling": _operand,
}  # fmt: skip
"""Operations that switch, and the expressions at whose zeros they do."""


def parts(tree: Expression) -> Iterator[Apply]:
    """Every operation in a tree, each once."""
    stack, seen = [tree], set()
    while stack:
        current = stack.pop()
        if isinstance(current, Apply) and id(current) not in seen:
            seen.add(id(current))
            stack.extend(current.operands)
            yield current


def switches(*trees: Expression) -> list[Expression]:
    """The expressions at whose zeros the trees switch, up to a bound."""
    found = (switch for tree in trees for part in parts(tree) for switch in SWITCHES.get(part.operation.name, _none)(part))
    return list(itertools.islice(found, MOST_SWITCHES))


def _none(tree: Apply) -> Iterator[Expression]:
    return iter(())


def numbers(*trees: Expression) -> list[float]:
    """The sizes of the numbers in trees, and their roots and logarithms, where a switch may turn."""
    stack, seen = list(trees), set()
    found: set[float] = set()
    while stack:
        current = stack.pop()
        if isinstance(current, Number) and 0 < abs(current.value) < 10**12:
            size = abs(float(current.value))
            found |= {size, 1 / size, math.sqrt(size), abs(math.log(size)), size * size if size < 1e6 else size}
        elif isinstance(current, Apply) and id(current) not in seen:
            seen.add(id(current))
            stack.extend(current.operands)
    return sorted(each for each in found if each)[:24]


def cell_points(keys: Sequence[Key], trees: Sequence[Expression]) -> list[dict[str, list[Fraction]]]:
    """A point in every cell that is met, all of them exact."""
    turning = switches(*trees)
    if not turning:
        return []
    drawn = draws(keys, numbers(*trees))
    signs = []
    for switch in turning:
        value = numeric(switch, drawn)
        flat = value.reshape(-1, value.shape[-1])
        signs.extend(np.broadcast_to(np.sign(np.nan_to_num(row)), (DRAWS,)) for row in flat[:20])
    patterns = np.array(signs, dtype=np.int8)
    _, first = np.unique(patterns, axis=1, return_index=True)
    return [
        {name: [Fraction(float(value)) for value in drawn[name][..., at].reshape(-1)] for name, _, _ in keys}
        for at in sorted(first.tolist())[:MOST_CELLS]
    ]


def draws(keys: Sequence[Key], sizes: Sequence[float]) -> Mapping[str, Array]:
    """Floats for every name at many points: at several scales, and close to the given sizes on both sides."""
    values: dict[str, Array] = {}
    scales = np.array([*SIZES, *sizes, *(10 * size for size in sizes[-2:])])
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
        whole = np.round(value)
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
