"""Where a tree certainly has no value: the root or logarithm of what is negative, a division by zero.

A ball that is NaN may only be unsettled; here only what is certain counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from flint import arb

from grader.expression.rings import _read, each, one  # noqa: F401
from grader.expression.tree import Apply, Expression, Leaf, Name, Number, fold

Mask = Any
"""For each point whether there is certainly no value."""


def undefined(tree: Expression, values: Mapping[str, Any], count: int) -> Mask:
    """For each of `count` points whether some entry of a tree certainly has no value."""

    def leaf(node: Leaf) -> tuple[Any, Mask]:
        value = values[node.name] if isinstance(node, Name) else _number(node)
        return value, np.zeros(count, dtype=bool)

    def node(apply: Apply, *operands: tuple[Any, Mask]) -> tuple[Any, Mask]:
        arrays, masks = [value for value, _ in operands], [mask for _, mask in operands]
        value = _applied(apply, arrays)
        if apply.operation.name == "where":
            return value, masks[0] | _chosen(arrays[0], masks[1], masks[2], count)
        outside = OUTSIDE.get(apply.operation.name)
        here = _over_entries(outside(apply, *arrays), count) if outside else np.zeros(count, dtype=bool)
        return value, np.logical_or.reduce([here, *masks])

    return fold(tree, leaf, node)[1]


def _number(node: Number) -> Any:
    return one(arb(node.value.numerator) / node.value.denominator)


def _applied(apply: Apply, arrays: list[Any]) -> Any:
    from grader.expression.rings import power

    if apply.operation.name == "power":
        return power(apply.operands[1], *arrays)
    return (apply.operation.ring or apply.operation.numeric)(*arrays, **dict(apply.options))


def _over_entries(mask: Any, count: int) -> Mask:
    flat = np.asarray(mask, dtype=bool)
    return np.broadcast_to(flat.reshape(-1, flat.shape[-1]).any(axis=0), (count,))


def _chosen(condition: Any, then: Mask, otherwise: Mask, count: int) -> Mask:
    if condition.ndim > 1:
        return then & otherwise
    holds = np.broadcast_to(np.array([bool(c != 0) for c in condition]), (count,))
    fails = np.broadcast_to(np.array([bool(c == 0) for c in condition]), (count,))
    return (holds & then) | (fails & otherwise)


def _below(apply: Apply, a: Any) -> Any:
    return a < 0


def _not_above(apply: Apply, a: Any) -> Any:
    return a <= 0


def _beyond_one(apply: Apply, a: Any) -> Any:
    return np.abs(a) > 1


def _over_zero(apply: Apply, a: Any, b: Any) -> Any:
    return b == 0


def _no_power(apply: Apply, base: Any, exponent: Any) -> Any:
    number = apply.operands[1]
    if isinstance(number, Number):
        if number.value.denominator == 1:
            return (base == 0) & (number.value < 0)
        return ((base < 0) & (number.value.denominator % 2 == 0)) | ((base == 0) & (number.value < 0))
    whole = each(lambda e: bool(e.contains_integer()))(exponent).astype(bool)
    return ((base < 0) & ~whole) | ((base == 0) & (exponent < 0))


def _no_root(apply: Apply, a: Any) -> Any:
    return (a < 0) & (dict(apply.options)["n"] % 2 == 0)


OUTSIDE: dict[str, Callable[..., Any]] = {
    "log": _not_above, "sqrt": _below, "arccos": _beyond_one, "arcsin": _beyond_one, "divide": _over_zero,
    "power": _no_power, "root": _no_root, "factorial": _below,
}  # fmt: skip
"""Where operations certainly have no value."""
