"""How a given varies: the values it is drawn from, and a stream that draws them the same way everywhere.

A draw hangs on texts alone, through SHA-256: not on the platform, the order of students, or what else is drawn.
"""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from grader.document import Entries, Items, Node, Text
from grader.expression.layout import terminating
from grader.expression.tree import Shape


@dataclass(frozen=True)
class Range:
    """Numbers at equal distances, without some of them; the k-th, from 0, is made when it is asked for.

    >>> few = Range(Fraction(1, 10), Fraction(1, 10), 9, without=(4,))
    >>> len(few), few[3], few[4], few[7]
    (8, '0.4', '0.6', '0.9')
    """

    first: Fraction
    step: Fraction
    count: int
    without: tuple[int, ...] = ()

    def __len__(self) -> int:
        return self.count - len(self.without)

    def __getitem__(self, k: int) -> Text:
        for left_out in self.without:
            k += k >= left_out
        return exact_text(self.first + k * self.step)


@dataclass(frozen=True)
class Way:
    """How what stands at one path among the givens is drawn: from `values`, once an entry of `shape`.

    A way without a shape draws one of some whole values.
    """

    path: str
    values: Range | tuple[Node, ...]
    shape: Shape | None = None
    distinct: bool = False
    sorted: bool = False
    line: int | None = None

    def draw(self, stream: Stream) -> Node:
        """A value, or a tensor of values row by row."""
        if self.shape is None:
            return self.values[stream.below(len(self.values))]
        many = math.prod(self.shape)
        places = stream.distinct(many, len(self.values)) if self.distinct else stream.places(many, len(self.values))
        found = (self.values[place] for place in (sorted(places) if self.sorted else places))
        return arranged(found, self.shape)

    @property
    def space(self) -> int:
        """How many different values there are to draw."""
        n, k = len(self.values), math.prod(self.shape or ())
        if self.sorted:
            return math.comb(n, k) if self.distinct else math.comb(n + k - 1, k)
        return math.perm(n, k) if self.distinct else n**k


class Stream:
    """Whole numbers that hang on some texts, each number of a range as likely as any other.

    >>> Stream("42", "sgd-line", "s001").places(8, 6) == Stream("42", "sgd-line", "s001").places(8, 6)
    True
    """

    def __init__(self, *texts: str) -> None:
        plain = (unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass") for text in texts)
        self._key = b"".join(len(text).to_bytes(8, "big") + text for text in plain)
        self._bytes = self._blocks()

    def _blocks(self) -> Iterator[int]:
        counter = 0
        while True:
            yield from hashlib.sha256(self._key + counter.to_bytes(8, "big")).digest()
            counter += 1

    def below(self, count: int) -> int:
        """A number from 0 to `count` − 1: just as many bits as that takes, drawn again where they say more."""
        bits = (count - 1).bit_length()
        size = -(-bits // 8)
        while True:
            drawn = int.from_bytes(bytes(next(self._bytes) for _ in range(size)), "big") >> (8 * size - bits)
            if drawn < count:
                return drawn

    def places(self, many: int, count: int) -> list[int]:
        """So many numbers below `count`."""
        return [self.below(count) for _ in range(many)]

    def distinct(self, many: int, count: int) -> list[int]:
        """So many numbers below `count`, no two alike: the head of a shuffle, in which only what moves is kept."""
        moved: dict[int, int] = {}
        drawn = []
        for first in range(many):
            place = first + self.below(count - first)
            drawn.append(moved.get(place, place))
            moved[place] = moved.get(first, first)
        return drawn


def exact_text(value: Fraction) -> Text:
    """An exact number as a spec writes it.

    >>> exact_text(Fraction(1, 4)), exact_text(Fraction(2, 3))
    ('0.25', '2/3')
    """
    return Text(terminating(value) or str(value))


def arranged(entries: Iterator[Node], shape: Shape) -> Node:
    """Entries row by row as nested lists."""
    if not shape:
        return next(entries)
    return Items([arranged(entries, shape[1:]) for _ in range(shape[0])])


def part_at(node: Node, path: str) -> Node:
    """What stands at a path of names and positions from 1: `layers.1.W`.

    Raises `KeyError` with the key that is not there.
    """
    for key in path.split("."):
        if isinstance(node, Entries) and key in node:
            node = node[key]
        elif isinstance(node, Items) and key.isdecimal() and 1 <= int(key) <= len(node):
            node = node[int(key) - 1]
        else:
            raise KeyError(key)
    return node


def replaced(node: Node, path: str, value: Node) -> Node:
    """The same with `value` at a path; what stands elsewhere keeps its line."""
    key, _, rest = path.partition(".")
    if isinstance(node, Items):
        items, place = Items(list(node), node.line), int(key) - 1
        items[place] = replaced(items[place], rest, value) if rest else value
        return items
    assert isinstance(node, Entries)
    entries = Entries(node.line)
    for name, each in node.items():
        entries.put(name, each, node.lines.get(name))
    entries.put(key, replaced(node[key], rest, value) if rest else value, node.line_of(key))
    return entries
