"""What formulas may say: names with their shapes and domains, what they come to, and letters for positions.

Symbols with lengths such as n and d are looked at in two worlds, with other numbers of rows and columns in each, so
that what is right for 4 rows alone is not taken for right.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.errors import UnreadableError
from grader.expression.algebra import Row
from grader.expression.arranging import stack
from grader.expression.domains import POSITIVE, Declaration, Domain, declared
from grader.expression.numerals import Table
from grader.expression.scope import Scope, spelled
from grader.expression.tokens import Token
from grader.expression.tree import Expression, Index, Name, Number, leaves
from grader.statements import Side, Statement, statement

if TYPE_CHECKING:
    from grader.solution import Solution

WORLDS = ((4, 3, 5, 6, 7, 8), (3, 5, 4, 7, 6, 9))
"""Lengths for the letters of shapes, in order."""

MORE_WORLDS = (*WORLDS, (5, 2, 4, 3, 7, 6), (2, 6, 3, 4, 5, 7))
"""Where a formula has no value in one of the first, such as an inverse of XᵀX where X has too few rows."""

LETTERS = "ijklm"
"""Letters that stand for positions, the first for position 1, unless a problem declares them."""


class Lying(Scope):
    """A scope whose vectors are rows."""

    def value(self, base: str, marks: tuple[str, ...]) -> Any:
        """What a name stands for; a row where it has one index."""
        found = super().value(base, marks)
        return Row(found) if isinstance(found, Name) and len(found.shape) == 1 else found


@dataclass(frozen=True)
class Vocabulary:
    """The names of a problem, in one world."""

    names: Mapping[str, Expression] = field(default_factory=dict)
    definitions: Mapping[str, Expression] = field(default_factory=dict)
    domains: Mapping[str, Domain] = field(default_factory=dict)
    lengths: Mapping[str, int] = field(default_factory=dict)
    letters: Mapping[str, int] = field(default_factory=dict)
    free: bool = False
    lie: bool = False
    """Whether vectors are rows."""

    def scope(self) -> Scope:
        """A scope for reading one formula."""
        return (Lying if self.lie else Scope)(
            self.names,
            lengths=self.lengths,
            letters=self.letters,
            definitions=self.definitions,
            free=self.free,
        )

    def with_cases(self, together: Sequence[tuple[str, str]]) -> Vocabulary:
        """The same where letters of each pair stand for one position."""
        letters = dict(self.letters)
        for one, other in together:
            if one in letters:
                letters[other] = letters[one]
        return replace(self, letters=letters)

    def defining(self, name: str, tree: Expression) -> Vocabulary:
        """The same with a quantity that comes to a tree."""
        known = self.scope().values.get(name)
        named = known if isinstance(known, Name) else Name(name, tree.shape)
        others = {each: meaning for each, meaning in self.definitions.items() if each != named.name}
        return replace(self, names={**self.names, named.name: named}, definitions={**others, named.name: tree})

    def describe(self) -> str:
        """The lengths of this world in words."""
        return ", ".join(f"{name} = {length}" for name, length in self.lengths.items())


def worlds(
    symbols: Mapping[str, str | Declaration], lengths_of: Sequence[Sequence[int]] = WORLDS
) -> Iterator[Vocabulary]:
    """The vocabularies of declared symbols: one, or two where shapes have lengths that are letters.

    Raises `GraderError` for a declaration that says nothing.
    """
    declarations = {name: declared(each) if isinstance(each, str) else each for name, each in symbols.items()}
    letters = list(dict.fromkeys(
        length for each in declarations.values() for length in each.lengths if not length.isdecimal()
    ))  # fmt: skip
    for numbers in lengths_of if letters else WORLDS[:1]:
        lengths = dict(zip(letters, numbers, strict=False))
        names = {
            name: Name(name, tuple(lengths[each] if each in lengths else int(each) for each in declaration.lengths))
            for name, declaration in declarations.items()
        }
        yield Vocabulary(
            names,
            domains={name: declaration.domain for name, declaration in declarations.items()},
            lengths={name: length for name, length in lengths.items() if name not in names},
            letters=places(names, lengths, min([3, *(n for name in names.values() for n in name.shape)])),
        )


def places(names: Mapping[str, Expression], lengths: Mapping[str, int], most: int) -> dict[str, int]:
    """Positions for the letters that no name has."""
    taken = {spelled(name) for name in [*names, *lengths]}
    free = [letter for letter in LETTERS if letter not in taken]
    return {letter: position for position, letter in enumerate(free[:most])}


def free_worlds(found: Sequence[Sequence[Token]]) -> Iterator[Vocabulary]:
    """The vocabularies of formulas without declarations: where these hold sums, two lengths for what is summed."""
    ends = {name for tokens in found for name in sum_ends(tokens)}
    if not any(token[0] == "s" or token[1] in {"sum", "Σ"} for tokens in found for token in tokens):
        yield Vocabulary(free=True)
        return
    for length in (3, 4):
        lengths = dict.fromkeys(sorted(ends | {"n"}), length)
        yield Vocabulary(free=True, lengths=lengths, letters=places({}, lengths, length))


def sum_ends(tokens: Sequence[Token]) -> Iterator[str]:
    """The letters that sums run up to."""
    for at, (kind, sign, _) in enumerate(tokens):
        if kind == "s" or sign in {"sum", "prod", "Σ"}:
            window = tokens[at : at + 14]
            for before, after in itertools.pairwise(window):
                if before[1] == "^" and after[0] == "w":
                    yield spelled(after[1])
                    break
                if before[1] == "^" and after[1] == "{":
                    inner = tokens[tokens.index(after, at) + 1]
                    if inner[0] == "w":
                        yield spelled(inner[1])
                    break


def vocabulary_of(solution: Solution, symbols: Mapping[str, Declaration]) -> Vocabulary:
    """What a formula may say that answers a page: its givens, symbols and steps, and what its family adds.

    `symbols` are a problem's own declarations; they narrow the domain of a name of the page.
    """
    terms = solution.terms
    names: dict[str, Expression] = {**terms.words, **solution.names}
    for name in list(solution.names):
        base, _, last = name.rpartition("_")
        if last == "1" and base and base not in names and f"{base}_2" not in names:
            names[base] = solution.names[name]
    definitions = {name: constant_tree(table) for name, table in solution.tables.items()}
    definitions |= terms.meanings
    definitions |= {name: step.expression for name, step in solution.items()}
    domains = {name: declared(text).domain for name, text in terms.domains.items()}
    domains |= {name: POSITIVE for name in solution.positive if name not in domains}
    domains |= {name: each.domain for name, each in symbols.items()}
    known = {name: value for name, value in names.items() if name not in terms.lengths}
    return Vocabulary(known, definitions, domains, terms.lengths, terms.places, lie=terms.lie)


_INDEX = re.compile(r"_\s*\{?\s*([a-z])\s*\}?\s*$")
_CALL = re.compile(r"\([^()]*\)\s*$")


def quantity(side: Side) -> str:
    """The name that a side is, without its arguments and its index; empty where it is no name."""
    if not side.named or "'" in side.text:
        return ""
    bare = _INDEX.sub("", _CALL.sub("", side.text) if side.called else side.text)
    parts = statement(bare).sides[0].tokens if bare.strip() else ()
    found = [f"_{sign}" if kind == "n" else sign for kind, sign, _ in parts if kind in {"w", "a", "n"}]
    accented = found[:1] and found[0] in {"hat", "bar", "tilde"}
    name = "".join(reversed(found) if accented else found)
    return spelled(name) if name.replace("_", "").isalnum() else ""


def defined(world: Vocabulary, stated: Statement) -> Vocabulary:
    r"""The vocabulary with a quantity that a line defines: `\hat{y} = Xw`, `L(w) = …`, or by its entries `r_i = …`."""
    if len(stated.sides) < 2 or not (name := quantity(stated.sides[0])):
        return world
    meaning = entry_by_entry(world, stated)
    return world.defining(name, stated.sides[1].tree(world.scope()) if meaning is None else meaning)


def entry_by_entry(world: Vocabulary, stated: Statement) -> Expression | None:
    """The vector whose entries a line such as `r_i = y_i − x_i` states; None where it states no entries."""
    mark = _INDEX.search(stated.sides[0].text)
    if mark is None or mark[1] not in world.letters:
        return None
    entries: list[Expression] = []
    lengths = [*world.lengths.values(), *(length for name in world.names.values() for length in name.shape)]
    for place in range(max(lengths, default=0)):
        try:
            entries.append(stated.sides[1].tree(replace(world, letters={**world.letters, mark[1]: place}).scope()))
        except UnreadableError:
            if not entries:
                raise
            break
    return stack(*entries) if entries and any(entry != entries[0] for entry in entries) else None


def symbols_in(definitions: Sequence[str], lines: Sequence[str]) -> dict[str, str]:
    """The letters of formulas that declare none, each a real number, without the quantities that are defined."""
    found: dict[str, str] = {}
    for text in (*definitions, *lines):
        scope = Vocabulary(free=True).scope()
        names_in = leaves(statement(text).sides[-1].tree(scope))
        found |= {leaf.name: "real" for leaf in names_in if isinstance(leaf, Name)}
    known = {quantity(statement(text).sides[0]) for text in definitions}
    return {name: domain for name, domain in found.items() if name not in known}


def constant_tree(table: Table) -> Expression:
    """A table of numbers as a tree."""

    def at(index: Index) -> Expression:
        if len(index) == len(table.shape):
            return Number(entries[index])
        return stack(*(at((*index, i)) for i in range(table.shape[len(index)])))

    entries = dict(zip(np.ndindex(*table.shape), table.entries, strict=True))
    return at(())
