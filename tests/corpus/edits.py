"""Single edits of a formula, as slips of the pen make them: what results is judged in mpmath before it is used.

An edit is a function from one node to what it may become; add one to `EDITS`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction

from tests.corpus.formulas import Formula, names_in, num, of

Edit = Callable[[Formula, list[str]], list[Formula]]


def sign(f: Formula, names: list[str]) -> list[Formula]:
    return [of({"+": "-", "-": "+"}[f.head], *f.parts)] if f.head in {"+", "-"} else []


def dropped_sign(f: Formula, names: list[str]) -> list[Formula]:
    return [f.parts[0]] if f.head == "neg" else []


def dropped_term(f: Formula, names: list[str]) -> list[Formula]:
    return list(f.parts) if f.head in {"+", "-"} else []


def dropped_factor(f: Formula, names: list[str]) -> list[Formula]:
    return list(f.parts) if f.head in {"*", "@"} else []


def coefficient(f: Formula, names: list[str]) -> list[Formula]:
    if f.number is None:
        return []
    return [num(f.number + 1), num(f.number - 1), num(f.number * 2)]


def name_for_name(f: Formula, names: list[str]) -> list[Formula]:
    return [Formula(each) for each in names if f.head in names and each != f.head]


def upside_down(f: Formula, names: list[str]) -> list[Formula]:
    return [of("/", f.parts[1], f.parts[0])] if f.head == "/" else []


def lost_denominator(f: Formula, names: list[str]) -> list[Formula]:
    return [f.parts[0]] if f.head == "/" else []


def exponent(f: Formula, names: list[str]) -> list[Formula]:
    if f.head != "^":
        return []
    return [of("^", f.parts[0], of("+", f.parts[1], 1)), f.parts[0]]


def argument_sign(f: Formula, names: list[str]) -> list[Formula]:
    if f.head not in {"exp", "sigmoid", "tanh", "sin", "relu"}:
        return []
    inner = f.parts[0]
    return [of(f.head, inner.parts[0] if inner.head == "neg" else of("neg", inner))]


WHOLE = {"factorial", "choose"}
LIKE = {
    "sin": "cos", "cos": "sin", "sigmoid": "tanh", "tanh": "sigmoid", "max": "min", "min": "max", "exp": "sigmoid",
    "relu": "abs", "abs": "relu", "floor": "ceil", "ceil": "floor", "sqrt": "log", "log": "sqrt", "sinh": "cosh",
}  # fmt: skip


def function_for_function(f: Formula, names: list[str]) -> list[Formula]:
    return [of(LIKE[f.head], *f.parts)] if f.head in LIKE else []


def lost_function(f: Formula, names: list[str]) -> list[Formula]:
    return [f.parts[0]] if len(f.parts) == 1 and f.head not in {"neg", "factorial"} else []


def slight(f: Formula, names: list[str]) -> list[Formula]:
    """A number off by very little: what comparing decimals would let pass."""
    return [num(f.number + Fraction(1, 10**6))] if f.number is not None else []


EDITS: dict[str, Edit] = {
    "a sign": sign, "a sign dropped": dropped_sign, "a term dropped": dropped_term, "a factor dropped": dropped_factor,
    "a number": coefficient, "one name for another": name_for_name, "upside down": upside_down,
    "a denominator lost": lost_denominator, "an exponent": exponent, "the sign of an argument": argument_sign,
    "one function for another": function_for_function, "a function lost": lost_function, "a number, slightly": slight,
}  # fmt: skip


def replaced(formula: Formula, edit: Edit, names: list[str]) -> Iterator[Formula]:
    """The formula with one node edited, for each node and each way."""
    yield from edit(formula, names)
    for index, part in enumerate(formula.parts[:1] if formula.head == "root" else formula.parts):
        for changed in replaced(part, edit, names):
            parts = (*formula.parts[:index], changed, *formula.parts[index + 1 :])
            yield Formula(formula.head, parts, formula.number)


def single_edits(formula: Formula, draw: random.Random, count: int) -> list[tuple[str, Formula]]:
    """Up to `count` edits of different kinds, each with the name of its kind."""
    names = names_in(formula)
    ways = {kind: list(replaced(formula, edit, names)) for kind, edit in EDITS.items()}
    if any(part.head in WHOLE for part in formula):
        del ways["a number, slightly"]
    kinds = [kind for kind, found in ways.items() if found]
    chosen = draw.sample(kinds, min(count, len(kinds)))
    return [(kind, draw.choice(ways[kind])) for kind in chosen]
