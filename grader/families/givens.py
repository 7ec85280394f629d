"""The kinds of given that a family's signature declares: how each is read from a spec, and what the family receives.

A family writes `def sgd(s, *, w: Scalar, x: Vector, ...)`. Tensors reach it as names on its page, so that they can be
varied and followed; settings (a stride, a mode) reach it as plain values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Protocol

from grader.document import Entries, Items, Node, Text
from grader.errors import Place, SpecError, UnreadableError, did_you_mean
from grader.expression import Expression, Name, Table, by, read_numeral, read_table
from grader.expression.tree import Shape

Bind = Callable[..., Name]
"""Makes a name on the page: `bind(name, table)`, or `bind(name, table, symbol)`."""


class Kind(Protocol):
    """One kind of given."""

    @property
    def expects(self) -> str:
        """What an author should write, in words."""

    def read(self, node: Node, place: Place) -> Any:
        """The given as a frozen value; raises `SpecError` at its place."""

    def bind(self, name: str, value: Any, bind: Bind) -> Any:
        """What the family receives; `bind` makes a name on its page."""


class Setting:
    """A given that is a plain value for the family."""

    def bind(self, name: str, value: Any, bind: Bind) -> Any:
        return value


@dataclass(frozen=True)
class Tensor:
    """Numbers of one of some ranks."""

    expects: str
    ranks: tuple[int, ...]

    def read(self, node: Node, place: Place) -> Table:
        table = read_numbers(node, place, self.expects)
        if len(table.shape) not in self.ranks:
            raise SpecError(f"expected {self.expects}, got {described(table.shape)}", place)
        if not table.entries:
            raise SpecError(f"expected {self.expects}, got none", place)
        return table

    def bind(self, name: str, value: Table, bind: Bind) -> Name:
        return bind(name, value)


@dataclass(frozen=True)
class Limited(Tensor):
    """Numbers that must each lie within limits."""

    fits: Callable[[Fraction], bool]

    def read(self, node: Node, place: Place) -> Table:
        table = super().read(node, place)
        if not all(map(self.fits, table.entries)):
            raise SpecError(f"expected {self.expects}, got {shown(node)}", place)
        return table


def read_numbers(node: Node, place: Place, expects: str) -> Table:
    """A table of exact numbers; ragged rows and what is not a number are errors that name the entry."""
    if isinstance(node, Items):
        for number, row in enumerate(node, start=1):
            read_lengths(node, number, row, place)
    try:
        shape, texts = read_table(node)
    except UnreadableError as error:
        raise SpecError(f"expected {expects}; {error.what}", place) from error
    values = []
    for position, text in enumerate(texts):
        try:
            values.append(read_numeral(text).value)
            float(values[-1])
        except (UnreadableError, OverflowError) as error:
            where = f"; entry {position + 1} is" if shape else ", got"
            hint = "write a number as 0.25, -3/4 or 1e-3"
            raise SpecError(f"expected {expects}{where} {str(text)!r}", place, hint) from error
    return Table(shape, tuple(values))


def described(shape: Shape) -> str:
    """A shape in words."""
    if len(shape) == 1:
        return f"a list of {shape[0]}"
    return f"{by(shape)} numbers" if shape else "a single number"


def read_lengths(rows: Items, number: int, row: Node, place: Place) -> None:
    """Point at the line of the first row that is longer or shorter than the first."""
    first = rows[0]
    if isinstance(first, Items) and isinstance(row, Items) and len(row) != len(first):
        what = f"a ragged matrix: row {number} has {len(row)} entries where row 1 has {len(first)}"
        raise SpecError(what, Place(place.file, row.line, place.path), "give every row as many entries")


@dataclass(frozen=True)
class Whole(Setting):
    """A whole number of at least `least`."""

    least: int = 1

    @property
    def expects(self) -> str:
        return f"a whole number of at least {self.least}"

    def read(self, node: Node, place: Place) -> int:
        return read_whole(node, place, self)


def read_whole(node: Node, place: Place, whole: Whole) -> int:
    try:
        value = read_numeral(node).value if isinstance(node, Text) else Fraction(1, 2)
    except UnreadableError:
        value = Fraction(1, 2)
    if value.denominator != 1 or value < whole.least:
        raise SpecError(f"expected {whole.expects}, got {shown(node)}", place)
    return int(value)


@dataclass(frozen=True)
class PairOf(Setting):
    """A whole number for both image axes, or one for each: 2 or [2, 1]."""

    least: int = 1

    @property
    def expects(self) -> str:
        return f"a whole number of at least {self.least}, or a pair [down, across] of them"

    def read(self, node: Node, place: Place) -> tuple[int, int]:
        whole = Whole(self.least)
        if isinstance(node, Items):
            if len(node) != 2:
                raise SpecError(f"expected {self.expects}, got {len(node)} entries", place)
            return read_whole(node[0], place, whole), read_whole(node[1], place, whole)
        value = read_whole(node, place, whole)
        return value, value


@dataclass(frozen=True)
class OneOf(Setting):
    """One of some words."""

    words: tuple[str, ...]

    @property
    def expects(self) -> str:
        return "one of " + ", ".join(self.words)

    def read(self, node: Node, place: Place) -> str:
        if str(node) not in self.words or not isinstance(node, Text):
            raise SpecError(f"expected {self.expects}, got {shown(node)}", place, did_you_mean(str(node), self.words))
        return str(node)


@dataclass(frozen=True)
class YesNo(Setting):
    """true or false."""

    expects: str = "true or false"

    def read(self, node: Node, place: Place) -> bool:
        if isinstance(node, Text) and node.lower() in {"true", "false"}:
            return node.lower() == "true"
        raise SpecError(f"expected {self.expects}, got {shown(node)}", place)


@dataclass(frozen=True)
class ListOf:
    """A list of one kind; its members are named `K_1`, `K_2`, … A single member may stand without the list."""

    kind: Kind
    single: Callable[[Node], bool]

    @property
    def expects(self) -> str:
        return f"a list, each entry {self.kind.expects}"

    def read(self, node: Node, place: Place) -> tuple[Any, ...]:
        nodes = [node] if self.single(node) else node
        if not isinstance(nodes, list) or not nodes:
            raise SpecError(f"expected {self.expects}, got {shown(node)}", place)
        return tuple(self.kind.read(each, place.within(str(i), each.line)) for i, each in enumerate(nodes, start=1))

    def bind(self, name: str, value: tuple[Any, ...], bind: Bind) -> list[Any]:
        return [self.kind.bind(f"{name}_{i}", each, bind) for i, each in enumerate(value, start=1)]


@dataclass(frozen=True)
class Written(Setting):
    """Text that the family reads by itself, such as a formula whose names are known only there."""

    expects: str
    pattern: str = r".*\S.*"

    def read(self, node: Node, place: Place) -> str:
        if not isinstance(node, Text) or not re.fullmatch(self.pattern, node, re.DOTALL):
            raise SpecError(f"expected {self.expects}, got {shown(node)}", place)
        return str(node).strip()


def read_entries(node: Entries, kinds: Mapping[str, Kind], place: Place) -> dict[str, Any]:
    """A small mapping of settings, each of its kind; an unknown name is an error."""
    for name in node:
        if name not in kinds:
            raise SpecError(
                f"unknown setting {name!r}", place.within(name, node.line_of(name)), did_you_mean(name, kinds)
            )
    return {name: kinds[name].read(each, place.within(name, node.line_of(name))) for name, each in node.items()}


def shown(node: Node) -> str:
    """What somebody wrote, short enough for a message."""
    if isinstance(node, Entries):
        return "a mapping"
    text = f"{node!s}" if isinstance(node, Items) else repr(str(node))
    return text if len(text) <= 60 else text[:57] + "…"


def is_text(node: Node) -> bool:
    """Whether it is a scalar."""
    return isinstance(node, Text)


def whole(least: int) -> Limited:
    """A whole number that is a name on the page, so that it can be varied and followed."""
    return Limited(f"a whole number of at least {least}", (0,), lambda value: value.denominator == 1 and value >= least)


Scalar = Annotated[Expression, Tensor("a number", (0,))]
Positive = Annotated[Expression, Limited("a number above 0", (0,), lambda value: value > 0)]
AtLeastOne = Annotated[Expression, whole(1)]
AtLeastZero = Annotated[Expression, whole(0)]
Decay = Annotated[Expression, Limited("a number of at least 0 and below 1", (0,), lambda value: 0 <= value < 1)]
Formula = Annotated[str, Written("a formula, such as x^2 + 3*y")]
Names = Annotated[list[str], ListOf(Written("a name, such as x or w_1", r"\s*[^\W\d]\w*\s*"), is_text)]
Vector = Annotated[Expression, Tensor("a list of numbers", (1,))]
NumberOrVector = Annotated[Expression, Tensor("a number or a list of numbers", (0, 1))]
Matrix = Annotated[Expression, Tensor("a matrix", (2,))]
Image = Annotated[Expression, Tensor("an image (H,W), (C,H,W) or (B,C,H,W)", (2, 3, 4))]
Biases = Annotated[Expression, Tensor("a number, or one for each filter", (0, 1))]
Scalars = Annotated[list[Expression], ListOf(Tensor("a number", (0,)), is_text)]
Count = Annotated[int, Whole(1)]
Pair = Annotated[tuple[int, int], PairOf(1)]
PoolMode = Annotated[str, OneOf(("max", "avg"))]
Flag = Annotated[bool, YesNo()]
