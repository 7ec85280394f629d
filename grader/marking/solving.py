"""Whether an equation follows from another one for the same unknown: solved at sample points, and tested there.

Newton's method on floats from a fixed start; each step solves the linear system of the slopes, so that an equation
linear in its unknown is solved by the first.
"""

from __future__ import annotations

import numpy as np

from grader.errors import GraderError
from grader.expression import algebra, numeric
from grader.expression.algebra import Value
from grader.expression.points import float_points
from grader.expression.scope import Scope
from grader.expression.slopes import gradient
from grader.expression.tree import Expression, Name, leaves
from grader.numeric import Array
from grader.vocabulary import Vocabulary

STEPS = 40
NEAR = 1e-8
POINTS = 4

Equation = tuple[Value, Value]


def follows_from(first: Equation, second: Equation, scope: Scope, vocabulary: Vocabulary, unknown: str) -> bool:
    """Whether `second` holds wherever the unknown solves `first`, at several points of all other symbols."""
    trees = [scope.expanded(residual(each)) for each in (first, second)]
    found = {leaf.name: leaf for tree in trees for leaf in leaves(tree) if isinstance(leaf, Name)}
    if unknown not in found:
        return False
    name = found.pop(unknown)
    try:
        slopes = gradient(trees[0], name)
    except GraderError:
        return False
    for values in float_points(tuple(found.values()), vocabulary.domains, POINTS):
        solved = newton(trees[0], slopes, name, values)
        if solved is None:
            return False
        off = numeric(trees[1], {**values, unknown: solved})
        size = max(1.0, float(np.max(np.abs(solved))))
        if not np.max(np.abs(off)) <= NEAR * size:
            return False
    return True


def residual(equation: Equation) -> Expression:
    """What an equation says is zero."""
    one, other = algebra.paired(*equation)
    return one - other


def newton(tree: Expression, slopes: Expression, name: Name, values: dict[str, Array]) -> Array | None:
    """The unknown where a tree vanishes; None where no step brings it there."""
    guess = np.linspace(0.5, 1.5, max(1, int(np.prod(name.shape)))).reshape((*name.shape, 1))
    for _ in range(STEPS):
        at = {**values, name.name: guess}
        off, jacobian = numeric(tree, at)[..., 0].reshape(-1), numeric(slopes, at)[..., 0]
        if not (np.isfinite(off).all() and np.isfinite(jacobian).all()):
            return None
        step, *_ = np.linalg.lstsq(jacobian.reshape(off.size, guess.size), off, rcond=None)
        size = max(1.0, float(np.max(np.abs(guess))))
        guess = guess - step.reshape(guess.shape)
        if np.max(np.abs(step)) <= NEAR * 1e-3 * size:
            solved = np.max(np.abs(off)) <= NEAR * max(1.0, float(np.max(np.abs(jacobian))) * size)
            return guess if solved else None
    return None
