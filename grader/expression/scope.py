"""The names that a formula may use: what each stands for, and how people spell it.

>>> from grader.expression import Name
>>> scope = Scope({"lr": Name("lr"), "yhat": Name("yhat", (3,))}, letters={"i": 0})
>>> scope.pieces("lrŷ_i")
(('lr', ()), ('yhat', ('i',)))
>>> scope.value("yhat", ("i",))
item(yhat, index=(0,))
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache

from grader.errors import UnreadableError, did_you_mean
from grader.expression import layout
from grader.expression.arranging import item
from grader.expression.tokens import ACCENTS, GREEK
from grader.expression.tree import Apply, Expression, Index, Name, Number, as_expression, by, fold

Piece = tuple[str, tuple[str, ...]]
"""The base of a name, spelled out, and its subscripts."""

BUILT_IN = {"e", "pi", "I", "d", "delta", "Sigma", "sigma"}
"""What a formula may use though no problem declares it."""

_SHIFTED = re.compile(r"([A-Za-z])([+-]\d)")
_WORDS = frozenset(GREEK.values())
_ACCENTED = re.compile("|".join(sorted(filter(None, ACCENTS.values()))))


@lru_cache(maxsize=4096)
def spelled(name: str) -> str:
    """A name in the one spelling that all others are brought to.

    >>> spelled("λ"), spelled("ŷ_1"), spelled("x1"), spelled("𝑥")
    ('lambda', 'yhat_1', 'x_1', 'x')
    """
    base, *marks = re.sub(r"^([^\W\d_]+)(\d+)", r"\1_\2", unicodedata.normalize("NFKC", name)).split("_")
    return "_".join(["".join(map(letter, characters(base))), *marks])


def characters(word: str) -> list[str]:
    """The letters of a word, each with the accents above it."""
    return re.findall(r".[\u0300-\u036f\u20d7]*", unicodedata.normalize("NFD", word), re.DOTALL)


@lru_cache(maxsize=1024)
def letter(character: str) -> str:
    """A letter spelled out, its accents behind it."""
    plain, *marks = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", character))
    return GREEK.get(plain, plain) + "".join(ACCENTS.get(mark, "") for mark in marks)


def spellings(name: Name) -> Iterable[str]:
    """How a name may be written: as it is called, and as pages show it (`lr` is α there)."""
    yield spelled(name.name)
    if name.symbol:
        yield spelled(name.symbol)
    for shown in (name.name, name.symbol):
        if shown:
            drawn = layout.symbol(shown)
            base = spelled(drawn.base.replace(" ", "")) + ("hat" if drawn.hat else "")
            yield "_".join([base, *drawn.subscripts])


class Scope:
    """What names stand for. In a `free` scope every letter is a real number of its own.

    `lengths` are letters with a whole number for a value (n rows), `letters` those that stand for a position, from 0.
    `definitions` say what a name comes to in other names; `letters` and `seen` change while a sum is read.
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
        self.free = free
        self.kronecker = False
        self.seen: set[int] = set()
        self.probing = ""
        self._bases = {name.split("_")[0] for name in self.values}
        self._pieces: dict[str, tuple[Piece, ...]] = {}

    def pieces(self, word: str, functions: Iterable[str] = ()) -> tuple[Piece, ...]:
        """The names that a run of letters, digits and underscores is made of: `xy_1` is x and y_1."""
        if word not in self._pieces:
            self._pieces[word] = (
                ((spelled(word), ()),) if spelled(word) in self.values else self._split(word, functions)
            )
        return self._pieces[word]

    def _split(self, word: str, functions: Iterable[str]) -> tuple[Piece, ...]:
        units, found, at = characters(word), [], 0
        while at < len(units):
            base, at = self._base(units, at, frozenset(functions))
            marks: list[str] = []
            while at < len(units) and (units[at] == "_" or units[at].isdecimal()):
                mark, at = self._mark(units, at + (units[at] == "_"), base)
                marks.append(mark)
            found.append((base, tuple(marks)))
        unknown = not self.free and any(not self._meant(base, functions) for base, _ in found)
        return ((word, ()),) if unknown else tuple(found)

    def _meant(self, base: str, functions: Iterable[str]) -> bool:
        return base in self._bases or base in functions or base in self.letters or base in BUILT_IN

    def _base(self, units: list[str], at: int, functions: frozenset[str]) -> tuple[str, int]:
        """The longest name, function or Greek letter that starts here; else one letter."""
        end = at
        while end < len(units) and units[end] != "_" and not units[end].isdecimal():
            end += 1
        for stop in range(end, at + 1, -1):
            word = "".join(map(letter, units[at:stop]))
            if word in self._bases or word in _WORDS or _accented(word):
                return word, stop
            if word in functions or (len(word) > 3 and word.lower() in functions):
                return word.lower() if word not in functions else word, stop
        return letter(units[at]), max(end if end == at else at + 1, at + 1)

    def _mark(self, units: list[str], at: int, base: str) -> tuple[str, int]:
        """One subscript: digits, what makes a known name, or a letter where more follows."""
        end = at
        digits = at < len(units) and units[at].isdecimal()
        while end < len(units) and units[end] != "_" and (units[end].isdecimal() or not digits):
            end += 1
        whole = "".join(map(letter, units[at:end]))
        if digits or f"{base}_{whole}" in self.values:
            return whole, end
        single = letter(units[at]) if at < len(units) else ""
        indexed = single in self.letters or f"{base}_{single}" in self.values
        if end - at > 1 and (indexed or (end < len(units) and units[end] == "_")):
            return single, at + 1
        return whole, end

    def value(self, base: str, marks: tuple[str, ...]) -> Expression | None:
        """What a name with subscripts stands for; None where nothing is known of it.

        Raises `UnreadableError` for a position that is not there.
        """
        found = self.values.get("_".join((base, *marks)))
        if found is not None:
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
        if not self.free:
            return None
        places = [str(self.letters[mark] + 1) if mark in self.letters else mark for mark in marks]
        if self.probing in marks:
            self.seen.add(self.lengths.get("n", 0))
        name = "_".join((base, *places))
        return self.values.setdefault(name, Name(name))

    def _both(self, marks: tuple[str, ...]) -> tuple[int, ...]:
        letters = [each for mark in marks for each in mark]
        return tuple(self.letters[each] for each in letters) if set(letters) <= set(self.letters) else ()

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
        return len(mark) == rank > 1 and (mark.isdecimal() or all(each in self.letters for each in mark))

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
        """A tree with every defined name, but `keep`, written out in what it comes to."""
        for name in reversed(list(self.definitions)):
            if name != keep:
                tree = replaced(tree, {name: self.definitions[name]})
        return tree


def replaced(tree: Expression, trees: Mapping[str, Expression]) -> Expression:
    """A tree with other trees in place of some names."""
    return fold(
        tree,
        lambda leaf: trees.get(leaf.name, leaf) if isinstance(leaf, Name) else leaf,
        lambda apply, *operands: apply.operation(*operands, **dict(apply.options)),
    )


def _accented(word: str) -> bool:
    """Whether a word is a letter with the name of an accent behind it."""
    accent = _ACCENTED.search(word)
    return bool(accent) and accent.end() == len(word) and (accent.start() == 1 or word[: accent.start()] in _WORDS)


_ARITHMETIC: dict[str, Callable[..., Fraction]] = {
    "plus": operator.add, "minus": operator.sub, "times": operator.mul, "negative": operator.neg,
    "divide": operator.truediv,
}  # fmt: skip


def folded(tree: Expression) -> Expression:
    """A tree of numbers and simple arithmetic as the number that it comes to; any other as it is."""
    if not isinstance(tree, Apply) or tree.operation.name not in _ARITHMETIC:
        return tree
    operands = [folded(operand) for operand in tree.operands]
    numbers = [operand.value for operand in operands if isinstance(operand, Number)]
    if len(numbers) < len(operands) or (tree.operation.name == "divide" and not numbers[1]):
        return tree
    return Number(_ARITHMETIC[tree.operation.name](*numbers))


def constant(tree: Expression) -> int | None:
    """The whole number that a tree comes to; None where it is none."""
    number = folded(tree)
    return int(number.value) if isinstance(number, Number) and number.value.denominator == 1 else None
