"""Boxes for mathematics that an author wrote out sign by sign, beside those of `layout` that formulas come as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.expression.layout import Layout


@dataclass(frozen=True, slots=True)
class Row:
    """Boxes one behind the other."""

    items: tuple[Layout, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign, its kind as `glyphs.KINDS` has it; `size` is 1 to 4 for brackets of a stated size."""

    text: str
    kind: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters or digits in a face of `glyphs.FACES`."""

    text: str
    face: str


@dataclass(frozen=True, slots=True)
class Words:
    """Text inside a formula."""

    text: str


@dataclass(frozen=True, slots=True)
class Operator:
    """The name of a function; `under` where what is below it stands under it, as with max."""

    name: str
    under: bool = False


@dataclass(frozen=True, slots=True)
class Scripts:
    """A base with something below, above or both."""

    base: Layout
    below: Layout | None = None
    above: Layout | None = None


@dataclass(frozen=True, slots=True)
class Accent:
    """Something under a mark of `glyphs.ACCENTS`."""

    inner: Layout
    mark: str


@dataclass(frozen=True, slots=True)
class Space:
    """A space of `glyphs.SPACES`."""

    name: str


@dataclass(frozen=True, slots=True)
class Array:
    """Rows of cells in an environment of `glyphs.ARRAYS`."""

    rows: tuple[tuple[Layout, ...], ...]
    kind: str
