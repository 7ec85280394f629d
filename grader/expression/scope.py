"""The names that a formula may use: what each stands for, and how people spell it.

>>> from grader.expression import Name
>>> scope = Scope({"lr": Name("lr"), "yhat": Name("yhat", (3,))}, letters={"i": 0})
>>> scope.pieces("lrŷ_i")
(('lr', ()), ('yhat', ('i',)))
>>> scope.value("yhat", ("i",))
item(yhat, index=(0,))
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from grader.errors import UnreadableError, did_you_mean
from grader.expression.arranging import item
from grader.expression.naming import characters, letter, spelled, spellings
from grader.expression.signs import ACCENTS, GREEK
from grader.expression.slopes import upward
from grader.expression.tree import Apply, Expression, Index, Name, as_expression, by

__all__ = ["Scope", "characters", "replaced", "spelled"]

Piece = tuple[str, tuple[str, ...]]
"""The base of a name, spelled out, and its subscripts."""

CUSTOMARY = frozenset({"e", "pi", "I", "d", "delta", "Sigma", "sigma", "⟦ones⟧"})
"""What a formula may use though no problem declares it."""

USUAL_LENGTH = 4  # of what a sum without bounds runs over, where nothing says how long it is
MOST_KEPT = 4096  # words of which a scope remembers the pieces
LONGEST_BASE = 12  # letters in a function's name, or a Greek letter's with its accent

INDICES = frozenset("ijklmn")
"""Letters of which a subscript may hold several: x_{ij} is x_{i,j}."""

_SHIFTED = re.compile(r"([A-Za-z])([+-]\d)")
_WORDS = frozenset(GREEK.values())
_ACCENTED = re.compile("|".join(sorted(filter(None, ACCENTS.values()))))


class Scope:
    """What names stand for. In a `free` scope every letter is a real number of its own.

    `lengths` are letters with a whole number for a value (n rows), `letters` those that stand for a position, from 0.
    `definitions` say what a name comes to in other names. `letters`, `probing` and `seen` change while a sum is read;
    `kronecker` tells afterwards whether δᵢⱼ was met.
    """

    def __init__(
        self,
        values: Mapping[str, Expression],
        *,
        lengths: Mapping[str, int] | None = None,
        letters: Mapping[str, int] | None = None,
        definitions: Mapping[str, Expression] | None = None,
        free: bool = False,
    ) -> None:
        self.known = values
        self.values: dict[str, Expression] = {}
        for value in values.values():
            for spelling in spellings(value) if isinstance(value, Name) else ():
                self.values.setdefault(spelling, value)
        for name, value in values.items():
            self.values[spelled(name)] = value
        self.lengths = {spelled(name): length for name, length in (lengths or {}).items()}
        self.values |= {name: as_expression(length) for name, length in self.lengths.items() if name not in self.values}
        self.letters = dict(letters or {})
        self.definitions = dict(definitions or {})
        self._meanings: dict[tuple[str, int], tuple[Mapping[str, Expression], dict[str, Expression]]] = {}
        self.free = free
        self.kronecker = False
        self.seen: set[int] = set()
        self.bound: frozenset[str] = frozenset()
        self.probing = ""
        self._bases = {name.split("_")[0] for name in self.values}
        self._longest = max([LONGEST_BASE, *map(len, self._bases)])
        self._pieces: dict[str, tuple[Piece, ...]] = {}

    def with_name(self, name: str, meaning: Expression) -> Scope:
        """The same with one more name, and what it comes to."""
        return Scope(
            {**self.known, name: Name(name, meaning.shape)},
            lengths=self.lengths,
            letters=self.letters,
            definitions={**self.definitions, name: meaning},
            free=self.free,
        )

    def customary(self, base: str) -> bool:
        """Whether a name stands for what it does without a problem: e, π, I, the d of a derivative."""
        return base in CUSTOMARY and base not in self.values

    @property
    def differential(self) -> bool:
        """Whether d may be the d of dL/dw; where it is a length, dL/dw is a derivative all the same."""
        return self.customary("d") or "d" in self.lengths

    def pieces(self, word: str, functions: Iterable[str] = ()) -> tuple[Piece, ...]:
        """The names that a run of letters, digits and underscores is made of: `xy_1` is x and y_1."""
        if word not in self._pieces:
            if len(self._pieces) >= MOST_KEPT:
                self._pieces.clear()
            base, *marks = spelled(word).split("_")
            known = spelled(word) in self.values
            self._pieces[word] = ((base, tuple(marks)),) if known else self._split(word, frozenset(functions))
        return self._pieces[word]

    def _split(self, word: str, functions: frozenset[str]) -> tuple[Piece, ...]:
        units = characters(word)
        letters = [letter(unit) for unit in units]
        found, at = [], 0
        while at < len(units):
            base, at = self._base(units, letters, at, functions)
            marks: list[str] = []
            while at < len(units) and (units[at] == "_" or units[at].isdecimal()):
                mark, at = self._mark(units, letters, at + (units[at] == "_"), base)
                marks.append(mark)
            found.append((base, tuple(marks)))
        unknown = not self.free and any(not self._meant(base, functions) for base, _ in found)
        return ((word, ()),) if unknown else tuple(found)

    def _meant(self, base: str, functions: frozenset[str]) -> bool:
        return base in self._bases or base in functions or base in self.letters or base in CUSTOMARY

    def _base(self, units: list[str], letters: list[str], at: int, functions: frozenset[str]) -> tuple[str, int]:
        """The longest name, function or Greek letter that starts here; else one letter."""
        end = at
        while end < len(units) and end < at + self._longest and units[end] != "_" and not units[end].isdecimal():
            end += 1
        for stop in range(end, at + 1, -1):
            word = "".join(letters[at:stop])
            if word in self._bases or word in _WORDS or word in functions or _accented(word):
                return word, stop
            if len(word) > 3 and word.lower() in functions:
                return word.lower(), stop
        return letters[at], at + 1

    def _mark(self, units: list[str], letters: list[str], at: int, base: str) -> tuple[str, int]:
        """One subscript: digits, what makes a known name, or a letter where more follows."""
        end = at
        digits = at < len(units) and units[at].isdecimal()
        while end < len(units) and units[end] != "_" and (units[end].isdecimal() or not digits):
            end += 1
        whole = "".join(letters[at:end])
        if digits or f"{base}_{whole}" in self.values or (whole and set(whole) <= set(self.letters)):
            return whole, end
        single = letters[at] if at < len(units) else ""
        indexed = single in self.letters or f"{base}_{single}" in self.values
        if end - at > 1 and (indexed or (end < len(units) and units[end] == "_")):
            return single, at + 1
        return whole, end

    def value(self, base: str, marks: tuple[str, ...]) -> Expression | None:
        """What a name with subscripts stands for; None where nothing is known of it.

        Raises `UnreadableError` for a position that is not there.
        """
        found = self.values.get("_".join((base, *marks)))
        if found is not None and self.bound.isdisjoint(marks):
            return found
        if not marks:
            return as_expression(self.letters[base] + 1) if base in self.letters else self._free(base, ())
        for count in range(len(marks) - 1, -1, -1):
            named = self.values.get("_".join((base, *marks[:count])))
            if named is not None and named.shape:
                return item(named, index=self.positions(named, marks[count:]))
        if base == "delta" and (index := self._both(marks)):
            self.kronecker = True
            return as_expression(int(index[0] == index[1]))
        split = tuple(character for mark in marks for character in mark)
        if split != marks and "_".join((base, *split)) in self.values:
            return self.values["_".join((base, *split))]
        return self._free(base, marks)

    def _free(self, base: str, marks: tuple[str, ...]) -> Expression | None:
        if not self.free or (base in {"pi", "⟦ones⟧"} and not marks):
            return None
        places = [part for mark in marks for part in (mark if mark.isalpha() and set(mark) <= INDICES else [mark])]
        if any(place == self.probing or place[:-2] == self.probing for place in places):
            self.seen.add(self.lengths.get("n", USUAL_LENGTH))
        name = "_".join((base, *map(self._placed, places)))
        return Name(name)

    def _placed(self, mark: str) -> str:
        """A subscript with the position that its letter stands for."""
        shifted = _SHIFTED.fullmatch(mark)
        base, shift = (shifted[1], int(shifted[2])) if shifted else (mark, 0)
        return str(self.letters[base] + 1 + shift) if base in self.letters else mark

    def _both(self, marks: tuple[str, ...]) -> tuple[int, ...]:
        """The positions of a Kronecker delta's two letters; nothing where these are none."""
        letters = [each for mark in marks for each in mark]
        known = len(letters) == 2 and set(letters) <= set(self.letters)
        return tuple(self.letters[each] for each in letters) if known else ()

    def positions(self, named: Expression, marks: tuple[str, ...]) -> Index:
        """The entry that subscripts point at; `x_{12}` of a matrix is row 1, column 2."""
        wide = [part for mark in marks for part in (mark if self._several(mark, len(named.shape)) else [mark])]
        index = []
        for axis, mark in enumerate(wide):
            if axis >= len(named.shape):
                raise UnreadableError(f"{by(named.shape)} entries have no position {','.join(marks)}")
            index.append(self.position(mark, named.shape[axis]))
        return tuple(index)

    def _several(self, mark: str, rank: int) -> bool:
        return len(mark) == rank > 1 and all(each.isdecimal() or each in self.letters for each in mark)

    def position(self, mark: str, length: int) -> int:
        """One position, from 0. Notes the length where the letter is one that a sum is looking for."""
        shifted = _SHIFTED.fullmatch(mark)
        base, shift = (shifted[1], int(shifted[2])) if shifted else (mark, 0)
        if base == self.probing:
            self.seen.add(length)
            return 0
        if base.isdecimal():
            place = int(base) - 1
        elif base in self.letters:
            place = self.letters[base] + shift
        elif base in self.lengths:
            place = self.lengths[base] + shift - 1
        else:
            raise UnreadableError(f"'{mark}' is no position here")
        if not 0 <= place < length:
            raise UnreadableError(f"there is no entry {place + 1} among {length}")
        return place

    def unknown(self, name: str) -> str:
        """That a name is not known, and what may be meant."""
        called = {spelled(known): known for known in self.known}
        return f"unknown name '{name}'; {did_you_mean(name, [*called.values(), *self.lengths])}".removesuffix("; ")

    def expanded(self, tree: Expression, keep: str = "") -> Expression:
        """A tree with every defined name, but `keep`, written out in what it comes to.

        A definition is in names without one, and in those that are defined before it.
        """
        if not self.definitions:
            return tree
        key = keep, id(self.definitions)  # which is kept beside what it comes to, so that the id stays its own
        if key not in self._meanings:
            found: dict[str, Expression] = {}
            for name, meaning in self.definitions.items():
                if name != keep:
                    found[name] = replaced(meaning, found)
            self._meanings[key] = self.definitions, found
        return replaced(tree, self._meanings[key][1])


def replaced(tree: Expression, trees: Mapping[str, Expression]) -> Expression:
    """A tree with other trees in place of some names; what it shares stays shared."""
    done: dict[int, Expression] = {}
    for node in upward(tree):
        new = trees.get(node.name, node) if isinstance(node, Name) else node
        if isinstance(node, Apply):
            operands = [done[id(operand)] for operand in node.operands]
            if any(one is not other for one, other in zip(operands, node.operands, strict=True)):
                new = node.operation(*operands, **dict(node.options))
        done[id(node)] = new
    return done[id(tree)]


def _accented(word: str) -> bool:
    """Whether a word is a letter with the name of an accent behind it."""
    accent = _ACCENTED.search(word)
    if accent is None or accent.end() < len(word):
        return False
    return accent.start() == 1 or word[: accent.start()] in _WORDS
