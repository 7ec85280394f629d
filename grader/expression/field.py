"""The field column: integers modulo the prime 2⁶¹ − 1, in which identities of rational formulas hold or fail exactly.

A formula of sums, products, quotients and whole powers has a value in the field. Two such formulas that differ as
rational functions differ at a random point but with a chance of degree/2⁶¹ (Schwartz, Fast probabilistic algorithms
for verification of polynomial identities, 1980). Every other function is *some* function there: a residue mixed from
those of its operands, the same wherever the operands are the same, odd and even as the function is. So equal residues
show an identity that holds whatever the function is, and unequal ones show nothing.

The reading of an operation is its NumPy column, on arrays of objects, where that only adds, multiplies or arranges;
else a row of `FIELD`. To add a function, add `unknown(name)` there. Division by zero raises `ZeroDivisionError`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
from flint import fmpq, nmod, nmod_mat

from grader.expression import objects
from grader.expression.objects import ONE, ZERO, Objects
from grader.expression.program import Program
from grader.expression.tree import Expression, Operation

P = 2**61 - 1
LONGEST_POWER = 4096  # bits of a power of a ratio that is still kept as a ratio


def field(tree: Expression, values: Mapping[str, Objects]) -> Objects:
    """The value of a tree modulo 2⁶¹ − 1; what holds no name stays an exact ratio.

    >>> from grader.expression.tree import Name
    >>> x = Name("x")
    >>> field((x**2 - 1) / (x - 1), {"x": residues([5, 7])})
    array([6, 8], dtype=object)
    """
    program = Program(tree)
    return run(program, [values[name.name] for _, name in program.names])[program.roots[0]]


def run(program: Program, names: list[Objects]) -> list[Objects]:
    """The residues at every place of a program."""
    return program.run(column, objects.number, names)


def column(operation: Operation) -> Callable[..., Objects]:
    return FIELD.get(operation.name) or objects.arithmetic(operation)


def residues(numbers: list[int]) -> Objects:
    """Whole numbers as elements of the field."""
    return np.array([nmod(each, P) for each in numbers], dtype=object)


def residue(value: Any) -> int:
    """An element of the field, or a ratio, as a whole number below the prime."""
    return int(value) if type(value) is nmod else int(nmod(value, P))


def is_zero(value: Any) -> bool:
    return bool(value == 0)


def mixed(mark: int, *operands: int) -> nmod:
    """A residue that depends on all of these and looks random."""
    return nmod(hash((mark, *operands)), P)  # whole numbers hash alike in every run


def marked(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=7).digest())


def unknown(name: str, operands: int = 1, symmetric: bool = False) -> Callable[..., Objects]:
    """Some function, entry by entry: the same residue for the same operands, in any order if `symmetric`."""
    mark = marked(name)

    def at(*values: Any) -> nmod:
        found = [residue(value) for value in values]
        return mixed(mark, *(sorted(found) if symmetric else found))

    return objects.elementwise(at, operands)


def even(name: str) -> Callable[..., Objects]:
    """Some function with f(−x) = f(x)."""
    mark = marked(name)

    def at(value: Any) -> nmod:
        r = residue(value)
        return mixed(mark, min(r, P - r))

    return objects.elementwise(at)


def odd(name: str) -> Callable[..., Objects]:
    """Some function with f(−x) = −f(x)."""
    mark = marked(name)

    def at(value: Any) -> Any:
        r = residue(value)
        return nmod(0, P) if not r else mixed(mark, r) if r <= P // 2 else -mixed(mark, P - r)

    return objects.elementwise(at)


def _exponential(value: Any) -> Any:
    r = residue(value)
    return nmod(1, P) if not r else mixed(_EXP, r) if r <= P // 2 else 1 / mixed(_EXP, P - r)


_EXP = marked("exp")
exponential = objects.elementwise(_exponential)
"""Some function with f(−x) = 1/f(x) and f(0) = 1."""


def sigmoid(z: Objects) -> Objects:
    return ONE / (ONE + exponential(-z))


def tanh(z: Objects) -> Objects:
    return 2 * sigmoid(2 * z) - ONE


def sinh(z: Objects) -> Objects:
    return (exponential(z) - exponential(-z)) / fmpq(2)


def cosh(z: Objects) -> Objects:
    return (exponential(z) + exponential(-z)) / fmpq(2)


def softmax(z: Objects) -> Objects:
    weights = exponential(z)
    return np.asarray(weights / weights.sum(axis=-2, keepdims=True))


def _power(base: Any, exponent: Any) -> Any:
    if type(exponent) is not fmpq:
        return mixed(_POWER, residue(base), residue(exponent))
    n, q = int(exponent.p), int(exponent.q)
    if q != 1:
        base = mixed(_POWER, residue(base), q)  # the q-th root
    elif type(base) is fmpq and base.height_bits() * abs(n) > LONGEST_POWER:
        base = nmod(base, P)
    return base**n


_POWER = marked("power")
power = objects.elementwise(_power, 2)
"""Whole powers, and those of some root; with a name in the exponent some function of base and exponent."""


def root(a: Objects, n: int) -> Objects:
    return power(a, fmpq(1, n))


def _relu(z: Objects) -> Objects:
    return _larger(z, ZERO)


def along(fold: Callable[[Objects], Any]) -> Callable[..., Objects]:
    """A function of all entries, or of those along an axis, as a column: `fold` has the entries at one point."""

    def column(a: Objects, axis: int | None = None) -> Objects:
        rows = objects.rows(a, axis)
        result = np.empty(rows.shape[1:], dtype=object)
        for index in np.ndindex(result.shape):
            result[index] = fold(rows[(slice(None), *index)])
        return result

    return column


def extreme(name: str) -> Callable[..., Objects]:
    """Some function of entries in any order; of two it is the function of two of that name."""
    mark = marked(name)
    return along(lambda entries: mixed(mark, *sorted(map(residue, entries))) if len(entries) > 1 else entries[0])


def position(name: str) -> Callable[..., Objects]:
    """Some function of entries in their order."""
    mark = marked(name)
    return along(lambda entries: mixed(mark, *map(residue, entries)))


def _matrix(A: Objects) -> Any:
    rows, columns = A.shape
    return nmod_mat(rows, columns, [residue(value) for value in A.flat], P)


def _solved(A: Objects, B: Objects) -> Objects:
    return np.array(_matrix(A).solve(_matrix(B)).tolist(), dtype=object)


_larger, _smaller = unknown("max", 2, symmetric=True), unknown("min", 2, symmetric=True)
_floor = unknown("floor")
solve = objects.solve(_solved)


def pi() -> Objects:
    return residues([marked("pi")])


FIELD: dict[str, Callable[..., Objects]] = {
    "power": power, "root": root, "sqrt": lambda a: root(a, n=2), "mean": objects.mean, "pi": pi,
    "exp": exponential, "sigmoid": sigmoid, "tanh": tanh, "sinh": sinh, "cosh": cosh, "softmax": softmax,
    "sin": odd("sin"), "cos": even("cos"), "tan": odd("tan"), "arcsin": odd("arcsin"), "arccos": unknown("arccos"),
    "arctan": odd("arctan"), "log": unknown("log"), "xlogy": unknown("xlogy", 2), "choose": unknown("choose", 2),
    "factorial": unknown("factorial"), "abs": even("abs"), "sign": odd("sign"), "relu": _relu, "floor": _floor,
    "ceiling": lambda a: -_floor(-a), "maximum": _larger, "minimum": _smaller, "less": unknown("less", 2),
    "equal": unknown("equal", 2, symmetric=True), "where": unknown("where", 3), "max": extreme("max"),
    "min": extreme("min"), "argmax": position("argmax"), "argmin": position("argmin"), "solve": solve,
    "inverse": objects.inverse(solve), "determinant": objects.determinant(lambda A: _matrix(A).det()),
    "identity": objects.identity, "diagonal": objects.diagonal,
}  # fmt: skip
"""What the operations are in the field, by name, where it is not their NumPy column."""
