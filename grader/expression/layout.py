"""Mathematics as it is set on a page: a small tree of boxes, in the order the author wrote, read by each page format.

An operation says once how it looks (`layout` in its row); a format is one function from these boxes to its own text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from grader.expression.decimals import terminating as terminating
from grader.expression.typeset import Accent, Array, Letters, Operator, Row, Scripts, Sign, Space, Words

RELATION, SUM, PRODUCT, FRACTION, ATOM = range(5)  # how tightly a layout holds together


@dataclass(frozen=True, slots=True)
class Numeric:
    """A number, as text."""

    text: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name: `yhat_1` is y with a hat and the subscript 1; a word of several letters stands upright."""

    base: str
    hat: bool = False
    subscripts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Infix:
    """Operands with an operator between; `·` between factors may be left unwritten."""

    left: Layout
    operator: str
    right: Layout
    level: int


@dataclass(frozen=True, slots=True)
class Negative:
    """A leading minus."""

    inner: Layout


@dataclass(frozen=True, slots=True)
class Ratio:
    """A fraction."""

    numerator: Layout
    denominator: Layout


@dataclass(frozen=True, slots=True)
class Power:
    """A base and what is raised beside it: an exponent or the mark of a transpose."""

    base: Layout
    exponent: Layout


@dataclass(frozen=True, slots=True)
class Postfix:
    """A sign behind something: n!."""

    inner: Layout
    sign: str


@dataclass(frozen=True, slots=True)
class Fence:
    """Something between brackets: `()`, `[]`, `⌊⌋` or `||`."""

    inner: Layout
    brackets: str = "()"


@dataclass(frozen=True, slots=True)
class Root:
    """A square root, or one of another degree."""

    inner: Layout
    degree: int | Layout = 2


@dataclass(frozen=True, slots=True)
class Call:
    """A named function of arguments, with what stands below its name."""

    function: str
    arguments: tuple[Layout, ...]
    below: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over an index."""

    inner: Layout
    index: str


@dataclass(frozen=True, slots=True)
class Derivative:
    """The derivative of something by a name."""

    of: Layout
    by: Layout


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix; a vector is one row."""

    rows: tuple[tuple[Layout, ...], ...]


@dataclass(frozen=True, slots=True)
class Cases:
    """A choice of two by a condition."""

    condition: Layout
    then: Layout
    otherwise: Layout


Layout = (
    Numeric
    | Symbol
    | Infix
    | Negative
    | Ratio
    | Power
    | Postfix
    | Fence
    | Root
    | Call
    | Total
    | Derivative
    | Grid
    | Cases
    | Row
    | Sign
    | Letters
    | Words
    | Operator
    | Scripts
    | Accent
    | Space
    | Array
)


def level(layout: Layout) -> int:
    """How tightly it holds together: whether it needs brackets as an operand."""
    match layout:
        case Infix():
            return layout.level
        case Negative() | Total() | Derivative():
            return PRODUCT
        case Row((Sign("∂"), _)) | Scripts(_, _, None):
            return ATOM
        case Ratio() | Power() | Postfix() | Scripts():
            return FRACTION
        case Numeric(text):
            return FRACTION if "/" in text or "e" in text else ATOM
        case Cases():
            return RELATION
        case Row(items):
            return min([PRODUCT, *map(_hold, items)])
    return ATOM


_HOLD = {"relation": RELATION, "punctuation": RELATION, "binary": SUM, "prefix": SUM, "large": PRODUCT}


def _hold(item: Layout) -> int:
    """How tightly a row holds together at one of its boxes."""
    if isinstance(item, Sign):
        return _HOLD.get(item.kind, ATOM)
    return level(item)


def signed(layout: Layout) -> bool:
    """Whether it starts with a minus, and so needs brackets anywhere but first."""
    match layout:
        case Numeric(text):
            return text.startswith("-")
        case Infix(left):
            return signed(left)
        case Negative():
            return True
        case Row((Sign(_, "prefix"), *_)):
            return True
    return False


def bracketed(layout: Layout, at_least: int, first: bool = False) -> Layout:
    """`layout`, in brackets where it does not hold together `at_least` so tightly or would start with a minus."""
    bare = level(layout) >= at_least and (first or not signed(layout))
    return layout if bare else Fence(layout)


def plus(a: Layout, b: Layout) -> Layout:
    return Infix(bracketed(a, SUM, first=True), "+", bracketed(b, SUM), SUM)


def minus(a: Layout, b: Layout) -> Layout:
    return Infix(bracketed(a, SUM, first=True), "−", bracketed(b, PRODUCT), SUM)


def times(a: Layout, b: Layout) -> Layout:
    return Infix(bracketed(a, PRODUCT, first=True), "·", bracketed(b, PRODUCT), PRODUCT)


def negative(a: Layout) -> Layout:
    return Negative(bracketed(a, PRODUCT))


def factorial(a: Layout) -> Layout:
    return Postfix(bracketed(a, ATOM), "!")


def power(a: Layout, b: Layout) -> Layout:
    return Power(bracketed(a, ATOM), b)


def between(operator: str, level: int = RELATION) -> object:
    """The layout of an infix operator whose operands are bracketed when they hold together less tightly."""
    return lambda a, b: Infix(bracketed(a, level + 1, first=True), operator, bracketed(b, level + 1), level)


def equality(a: Layout, b: Layout) -> Layout:
    """An equality that counts as 1 or 0: in Iverson's brackets, since it may stand in a chain of equals."""
    return Fence(Infix(a, "=", b, SUM), "[]")


def chosen(condition: Layout, then: Layout, otherwise: Layout) -> Layout:
    """The layout of a choice; an equality needs no brackets there."""
    if isinstance(condition, Fence) and condition.brackets == "[]":
        condition = condition.inner
    return Cases(condition, then, otherwise)


def subscripted(layout: Layout, index: Sequence[int | str]) -> Layout:
    """`layout` with an index below it; positions are counted from 1, as on paper."""
    marks = tuple(str(i + 1) if isinstance(i, int) else i for i in index)
    if isinstance(layout, Symbol):
        return Symbol(layout.base, layout.hat, (*layout.subscripts, *marks))
    return Call("entry", (layout,), ",".join(marks))


GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ", "lambda": "λ",
    "mu": "μ", "rho": "ρ", "sigma": "σ", "phi": "φ", "Delta": "Δ", "Sigma": "Σ",
}  # fmt: skip
SPOKEN = {"lr": "alpha", "lam": "lambda", "eps": "epsilon", "grad": "g"}


@lru_cache(maxsize=4096)
def symbol(name: str) -> Symbol:
    """How a name is written.

    >>> symbol("yhat_1")
    Symbol(base='y', hat=True, subscripts=('1',))
    >>> symbol("lr")
    Symbol(base='α', hat=False, subscripts=())
    >>> symbol("beta1")
    Symbol(base='β', hat=False, subscripts=('1',))
    >>> symbol("feature_map_2")
    Symbol(base='feature map', hat=False, subscripts=('2',))
    """
    words = re.sub(r"^([A-Za-z]+)(\d+)", r"\1_\2", name).split("_")
    head = SPOKEN.get(words[0], words[0])
    hat = re.fullmatch(r"([A-Za-z])hat", head)
    base = hat[1] if hat else GREEK.get(head, head)
    rest = words[1:]
    if len(base) > 1:
        tail = [word for word in rest if word.isdigit()]
        base = " ".join([base, *(word for word in rest if not word.isdigit())])
        rest = tail
    return Symbol(base, bool(hat), tuple(GREEK.get(word, word) for word in rest))


def numeric(value: Fraction) -> Layout:
    """An exact number: a decimal where that is short, a power of ten where it is very small, otherwise a ratio."""
    decimal = terminating(value)
    if decimal is not None:
        return Numeric(decimal)
    if abs(value) < 1 and Fraction(text := f"{float(value):.6g}") == value:
        return Numeric(text)
    ratio = Ratio(Numeric(str(abs(value.numerator))), Numeric(str(value.denominator)))
    return Negative(ratio) if value < 0 else ratio
