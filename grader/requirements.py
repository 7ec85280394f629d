"""What a spec requires of a draw: conditions on its givens and steps, read by the parser of authors' formulas.

>>> from grader.document import read_yaml
>>> from grader.problem import read_problem
>>> spec = "{family: sgd, given: {w: 0.5, b: 0.1, lr: 0.01, x: [1, 2, 3], y: [3, 5, 7]}}"
>>> solution = read_problem(read_yaml(spec), "line").solution
>>> [holds(text, solution) for text in ("0 < w_3 < 2 and x_1 != x_2", "decimals(w_1) <= 3", "integer(w_3)")]
[True, True, False]
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.document import Node, Text
from grader.errors import Place, SpecError, UnreadableError, did_you_mean
from grader.expression import Expression, Name, exact, item, names
from grader.expression.exact import Exact
from grader.expression.operators import COMPARISONS
from grader.expression.parse import free_names, parse
from grader.expression.readings import nearest
from grader.expression.tokens import Token, tokens
from grader.expression.tree import Apply, Leaf, fold
from grader.kinds import explain
from grader.lazy import sympy
from grader.numeric import Array
from grader.solution import Solution, entries_of

ENDLESS = 10**6  # decimals of a value whose decimals do not end
DOUBT = 1e-6  # of two floats that are nearer than this the exact values decide; two readings agree to 1e-9
COMPARED = frozenset({"less", "equal"})
JUMPS = frozenset({"floor", "ceiling", "sign", "argmax", "argmin"})
EXAMPLE = "write a comparison such as abs(w_5) < 10, or integer(w_5)"


@dataclass(frozen=True)
class Condition:
    """One condition: a formula that is 1 where it holds, and what it measures of other formulas, by name."""

    tree: Expression
    measured: Mapping[str, tuple[str, Expression]]


def read_require(node: Node | None, solution: Solution, place: Place) -> tuple[Text, ...]:
    """The requirements of a spec, each read once in the names of its own solution.

    Raises `SpecError` with what cannot be read.
    """
    if node is None:
        return ()
    lines = [node] if isinstance(node, Text) else node
    if not isinstance(lines, list) or not all(isinstance(line, Text) for line in lines):
        raise SpecError("expected a list of conditions", place, EXAMPLE)
    found = tuple(line for line in lines if isinstance(line, Text))
    for number, line in enumerate(found, start=1):
        try:
            conditions(line, solution)
        except UnreadableError as error:
            raise SpecError(explain(error), place.within(str(number), line.line), error.hint) from error
    return found


def holds(text: str, solution: Solution) -> bool:
    """Whether a requirement holds, exactly; of tensors it must hold for every entry.

    Raises `UnreadableError` where it cannot be read in this solution's names.
    """
    return all(met(condition, solution) for condition in conditions(text, solution))


def met(condition: Condition, solution: Solution) -> bool:
    """Whether a condition holds; where something in it has no value it does not."""
    if not condition.measured and (plain := plainly(condition.tree, solution)) is not None:
        return plain
    values = {
        name: MEASURES[measure](entries_of(exact(tree, exact_values(tree, solution))))
        for name, (measure, tree) in condition.measured.items()
    }
    try:
        found = exact(condition.tree, exact_values(condition.tree, solution, values))
    except TypeError:  # SymPy compares with no complex infinity, as 1/0 is
        return False
    return all(entry == 1 for entry in entries_of(found))


def plainly(tree: Expression, solution: Solution) -> bool | None:
    """Whether a condition holds, where its floats leave no doubt: both sides of each comparison are far apart.

    None where they are near each other, or something in between jumps (a floor, a largest place).
    """
    sure = True

    def leaf(node: Leaf) -> Array:
        return solution.arrays[node.name] if isinstance(node, Name) else np.array([nearest(node.value)])

    def node(apply: Apply, *operands: Array) -> Array:
        nonlocal sure
        if apply.operation.name in COMPARED:
            one, other = operands
            scale = np.maximum(1.0, np.maximum(np.abs(one), np.abs(other)))
            sure = sure and bool((np.abs(one - other) > DOUBT * scale).all())
        elif apply.operation.name in JUMPS:
            sure = False
        return apply.operation.numeric(*operands, **dict(apply.options))

    with np.errstate(all="ignore"):
        found = fold(tree, leaf, node)
    return bool((found == 1).all()) if sure and np.isfinite(found).all() and not jumpy(tree, solution) else None


def jumpy(tree: Expression, solution: Solution) -> bool:
    """Whether a step that a formula comes from jumps: then a float may stand on the wrong side."""
    seen, pending = set[str](), list(names(tree))
    while pending:
        name = pending.pop()
        if name in seen or name not in solution:
            continue
        seen.add(name)
        trees = [solution[name].expression]
        while trees:
            each = trees.pop()
            if isinstance(each, Apply):
                if each.operation.name in JUMPS or each.operation.name in COMPARED:
                    return True
                trees.extend(each.operands)
            elif isinstance(each, Name):
                pending.append(each.name)
    return False


def exact_values(tree: Expression, solution: Solution, known: Mapping[str, Exact] | None = None) -> dict[str, Exact]:
    """The exact value of every name in a tree."""
    known = known or {}
    return {name: known[name] if name in known else solution.exact(name) for name in names(tree)}


def whole(entries: Sequence[Exact]) -> Exact:
    """1 where all entries are whole numbers, else 0."""
    return sympy.Integer(all(bool(entry.is_integer) for entry in entries))


def decimals(entries: Sequence[Exact]) -> Exact:
    """How many decimals the longest of some exact values has; `ENDLESS` where they do not end."""
    return sympy.Integer(max(map(decimals_of, entries)))


def decimals_of(value: Exact) -> int:
    """How many decimals a value has.

    >>> [decimals_of(sympy.Rational(text)) for text in ("3", "5/4", "1/3")]
    [0, 2, 1000000]
    """
    below = int(value.q) if value.is_Rational else 3
    twos = fives = 0
    while below % 2 == 0:
        below, twos = below // 2, twos + 1
    while below % 5 == 0:
        below, fives = below // 5, fives + 1
    return max(twos, fives) if below == 1 else ENDLESS


MEASURES: dict[str, Callable[[Sequence[Exact]], Exact]] = {"integer": whole, "decimals": decimals}
"""What conditions may ask of an exact value that no formula says."""


def conditions(text: str, solution: Solution) -> tuple[Condition, ...]:
    """The conditions in a text, parted by `and` or commas, in the names of a solution."""
    found = tokens(text)
    for kind, word, column in found:
        if kind == "w" and word in {"or", "not"}:
            raise UnreadableError(f"'{word}' is not read here: all conditions must hold", text, column)
    return tuple(condition(part, solution) for part in parts(text, found))


def parts(text: str, found: Sequence[Token]) -> Iterator[str]:
    """What stands between `and`s and commas outside brackets."""
    start = 1
    for (kind, word, column), depth in zip(found, depths(found), strict=True):
        if not kind or (not depth and (word in {",", "∧"} or (kind == "w" and word == "and"))):
            yield text[start - 1 : column - 1] if kind else text[start - 1 :]
            start = column + (3 if word == "and" else 1)


def depths(found: Sequence[Token]) -> list[int]:
    """How many brackets are open after each token."""
    turns = ((word in {"(", "[", "{"}) - (word in {")", "]", "}"}) if kind == "o" else 0 for kind, word, _ in found)
    return list(itertools.accumulate(turns))


def condition(text: str, solution: Solution) -> Condition:
    """One condition: a comparison, a chain of them, or `integer(…)`."""
    if not text.strip():
        raise UnreadableError(f"expected a condition, got nothing; {EXAMPLE}")
    plain, measures = without_measures(text)
    measured = {name: (measure, read(inner, {}, solution)) for name, (measure, inner) in measures.items()}
    tree = read(plain, {name: Name(name) for name in measured}, solution)
    found = tokens(plain)
    compared = any(word in COMPARISONS and not depth for (_, word, _), depth in zip(found, depths(found), strict=True))
    if not compared and [measure for measure, _ in measures.values()] != ["integer"]:
        raise UnreadableError(f"'{text.strip()}' says nothing that holds or does not; {EXAMPLE}")
    return Condition(tree, measured)


def without_measures(text: str) -> tuple[str, dict[str, tuple[str, str]]]:
    """The text with a name for each `integer(…)` and `decimals(…)` in it, and what these measure."""
    found = tokens(text)
    depth, plain, end = depths(found), "", 0
    measures: dict[str, tuple[str, str]] = {}
    for at, (kind, word, column) in enumerate(found):
        if kind != "w" or word not in MEASURES or found[at + 1][1] != "(" or column <= end:
            continue
        close = next((k for k in range(at + 2, len(found)) if depth[k] == depth[at]), None)
        if close is None:
            raise UnreadableError("expected ')'", text, len(text) + 1)
        name, stop = f"measured_{len(measures)}", found[close][2]
        measures[name] = (word, text[found[at + 1][2] : stop - 1])
        plain += text[end : column - 1] + name
        end = stop
    return plain + text[end:], measures


def read(text: str, more: Mapping[str, Expression], solution: Solution) -> Expression:
    """A formula, or a condition, in the names of a solution that have numbers.

    In brackets, where `=` compares as it does in mathematics.
    """
    known = {name: each for name, each in solution.names.items() if name not in solution.symbolic} | dict(more)
    for name in free_names(text):
        if name in solution.symbolic:
            raise UnreadableError(f"'{name}' has no number in this solution")
        if name not in known:
            if (entry := entry_of(name, known)) is None:
                raise UnreadableError(f"no given and no step is called '{name}'; {did_you_mean(name, known)}")
            known[name] = entry
    try:
        return parse(f"({text.strip()})", known)
    except UnreadableError as error:
        raise UnreadableError(error.what, text.strip(), (error.column or 2) - 1) from error


def entry_of(name: str, known: Mapping[str, Expression]) -> Expression | None:
    """The entry that `x_1` or `X_2_3` names where there is an x or X, rows counted from 1."""
    words = name.split("_")
    for count in range(1, len(words)):
        tensor, marks = known.get("_".join(words[:count])), words[count:]
        if tensor is not None and len(tensor.shape) == len(marks) and all(mark.isdecimal() for mark in marks):
            index = tuple(int(mark) - 1 for mark in marks)
            if all(0 <= k < length for k, length in zip(index, tensor.shape, strict=True)):
                return item(tensor, index=index)
    return None
