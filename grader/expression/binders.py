r"""What runs over an index: `\sum_{k=1}^{n}`, `\max_k`, `Σ(y_i − ŷ_i)²`. The body is read once for each place."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from grader import expression as op
from grader.expression import algebra, atoms
from grader.expression.algebra import Value
from grader.expression.constants import constant
from grader.expression.tree import OPERATIONS, Expression, as_expression

if TYPE_CHECKING:
    from grader.expression.parser import Parser

MOST_TERMS = 400  # of a sum
MOST_LETTERS = 3  # that one sum runs over
IMPLIED = frozenset("ijklm")
"""Letters that a sum without an index may run over."""

CONDITIONS: dict[str, Callable[[int, int], bool]] = {
    "≠": lambda a, b: a != b, "<": lambda a, b: a < b, ">": lambda a, b: a > b, "≤": lambda a, b: a <= b,
    "≥": lambda a, b: a >= b,
}  # fmt: skip
"""What may stand below a sum beside an index and its first place."""


def balanced(join: Callable[..., Expression], terms: list[Value]) -> Value:
    """The terms joined in halves, so that a long sum is not a deep tree."""
    if len(terms) == 1:
        return terms[0]
    half = (len(terms) + 1) // 2
    return algebra.plus(balanced(join, terms[:half]), balanced(join, terms[half:]), join)


def listed(name: str, terms: list[Value]) -> Value:
    return OPERATIONS[name](op.stack(*map(algebra.whole, terms)))


def average(terms: list[Value]) -> Value:
    return algebra.divided(balanced(op.plus, terms), as_expression(len(terms)))


OVER: dict[str, Callable[[list[Value]], Value]] = {
    "sum": partial(balanced, op.plus), "prod": partial(balanced, op.times), "mean": average,
    "max": partial(listed, "max"), "min": partial(listed, "min"), "argmax": partial(listed, "argmax"),
    "argmin": partial(listed, "argmin"),
}  # fmt: skip
"""What becomes of the terms, one for each place of the index."""

NEUTRAL = {"sum": 0, "prod": 1}


@dataclass
class Place:
    """A letter that a sum runs over: where it starts, where it ends if that is said, and what it must satisfy."""

    letter: str
    first: int = 1
    last: int | None = None
    conditions: tuple[tuple[str, int], ...] = ()
    """Signs of comparison, each with the token where what is compared with starts."""


def over(parser: Parser) -> Value:
    """A sum, product or extreme over one index or several."""
    name = parser.sign
    parser.advance()
    if parser.take("_"):
        places = below(parser)
        last = above(parser)
        for place in places:
            place.last = last if place.last is None else place.last
        return summed(parser, name, places)
    letter = implied(parser)
    if letter:
        return summed(parser, name, [Place(letter)])
    return of_tensor(parser, name, parser.entrywise(), [])


def function(parser: Parser) -> Value:
    """A call; `sum(x_i)` is a sum over i."""
    name = parser.sign
    if name in {"sum", "prod", "mean"} and not parser.numpy and parser.ahead()[:2] == ("o", "("):
        parser.advance()
        if letter := implied(parser):
            return summed(parser, name, [Place(letter)], parser.atom)
        parser.move(parser.at - 1)
    return atoms.call(parser)


def implied(parser: Parser) -> str:
    """The first letter for a position in what stands next, where no sum around it runs over that letter."""
    depth = 0
    ahead = parser.tokens[parser.at :]
    for (kind, sign, _), (below, mark, _) in itertools.pairwise(ahead):
        depth += (kind == "o" and sign in {"(", "{", "["}) - (kind == "o" and sign in {")", "}", "]"})
        if depth < 0 or (depth == 0 and kind == "o" and sign in {"+", "-", "=", ","}):
            return ""
        found = sign[1] if kind == "v" else (mark[0],) if (kind, sign) == ("o", "_") and below == "v" else ()
        for letter in found:
            if letter in IMPLIED and letter not in parser.running and letter not in parser.scope.values:
                return str(letter)
    return ""


def summed(parser: Parser, name: str, places: list[Place], read: Callable[[], Value] | None = None) -> Value:
    """What the terms come to; of a tensor without the letters, the same over its entries."""
    scope, start, column = parser.scope, parser.at, parser.column
    read = read or parser.entrywise
    letters, running = scope.letters, parser.running
    parser.running = scope.bound = running | {place.letter for place in places}
    scope.letters = letters | dict.fromkeys((place.letter for place in places), 0)
    try:
        body = bounded(parser, places, read)
        if body is not None:
            return of_tensor(parser, name, body, [place.letter for place in places])
        terms, end = [], start
        for _ in placed(parser, places):
            if not all(held(parser, place) for place in places):
                continue
            parser.move(start)
            term = read()
            terms.append(term)
            end = parser.at
            if len(terms) > MOST_TERMS:
                raise parser.error(f"a sum of more than {MOST_TERMS} terms", column)
        if not terms and name not in NEUTRAL:
            raise parser.error(f"{name} over nothing", column)
        if not terms:
            scope.letters = scope.letters | dict.fromkeys((place.letter for place in places), 0)
            parser.move(start)
            read()
            end = parser.at
        parser.move(end)
        return parser.checked(OVER[name], terms or [as_expression(NEUTRAL[name])])
    finally:
        scope.letters, parser.running, scope.bound = letters, running, running


def placed(parser: Parser, places: list[Place]) -> Iterator[None]:
    """Set the letters to all their places, one after the other."""
    if not places:
        yield
        return
    place, *others = places
    assert place.last is not None
    if place.last - place.first >= MOST_TERMS:
        raise parser.error(f"a sum of more than {MOST_TERMS} terms")
    for number in range(place.first, place.last + 1):
        parser.scope.letters = parser.scope.letters | {place.letter: number - 1}
        parser.step()
        yield from placed(parser, others)


def held(parser: Parser, place: Place) -> bool:
    """Whether a letter is where the conditions below the sum let it be."""
    number = parser.scope.letters[place.letter] + 1
    for sign, at in place.conditions:
        parser.move(at)
        if not CONDITIONS[sign](number, bound(parser)):
            return False
    return True


def bounded(parser: Parser, places: list[Place], read: Callable[[], Value]) -> Value | None:
    """Find the ends that are not said in the lengths of what the letters are indices of.

    The body, if it is a tensor in which none of the letters stands.
    """
    scope, start = parser.scope, parser.at
    for place in [place for place in places if place.last is None]:
        before, scope.probing, scope.seen = (scope.probing, scope.seen), place.letter, set()
        try:
            body = read()
            seen = scope.seen
        finally:
            scope.probing, scope.seen = before
        if not seen and algebra.lengthy(body) and all(each.last is None for each in places):
            return body
        if len(seen) != 1:
            what = f"nothing says how far the sum over {place.letter} goes: write its bounds"
            raise parser.error(what, parser.tokens[start][2])
        (place.last,) = seen
        parser.move(start)
    return None


def of_tensor(parser: Parser, name: str, body: Value, letters: list[str]) -> Value:
    """A sum, mean or extreme of the entries of a tensor, or along the axis that a letter stands for."""
    if name not in {"sum", "mean", "max", "min", "argmax", "argmin"} or not algebra.lengthy(body):
        raise parser.error(f"expected the index of the {name} below it, as in \\{name}_{{k=1}}^{{n}}")
    tree = algebra.whole(body)
    if not letters or len(letters) == len(tree.shape) or len(tree.shape) == 1:
        return parser.checked(OPERATIONS[name], tree)
    axis = "ijkl".find(letters[0])
    if len(letters) > 1 or not 0 <= axis < len(tree.shape):
        raise parser.error(f"nothing says what the {name} runs over")
    return parser.checked(OPERATIONS[name], tree, axis=axis)


def below(parser: Parser) -> list[Place]:
    """What stands below: the letters, where they start, and what they must satisfy."""
    if not parser.take("{"):
        return [Place(letter(parser))]
    places = [clause(parser, [])]
    while parser.take(","):
        further = clause(parser, places)
        if further is not places[-1]:
            places.append(further)
    parser.expect("}")
    places += [Place(other) for place in places for other in beside(parser, place, {each.letter for each in places})]
    if len(places) > MOST_LETTERS:
        raise parser.error(f"a sum over more than {MOST_LETTERS} letters")
    return places


def clause(parser: Parser, places: list[Place]) -> Place:
    """A letter with what is said of it, or one more thing that is said of the last letter."""
    name = letter(parser)
    last = places[-1] if places and places[-1].letter == name else None
    place = last or Place(name)
    if parser.take("="):
        place.first = bound(parser)
    while parser.kind == "o" and parser.sign in CONDITIONS:
        sign = parser.sign
        parser.advance()
        at = parser.at
        if parser.kind != "v" or parser.sign[1]:
            bound(parser)
        else:
            parser.advance()
        place.conditions = (*place.conditions, (sign, at))
    return place


def beside(parser: Parser, place: Place, known: set[str]) -> Iterator[str]:
    """The letters that a sum over i < j runs over besides i."""
    for sign, at in place.conditions:
        kind, name, _ = parser.tokens[at]
        if (
            sign != "≠"
            and kind == "v"
            and name[0] in IMPLIED - known - parser.running
            and name[0] not in parser.scope.values
        ):
            yield name[0]


def letter(parser: Parser) -> str:
    if parser.kind != "v" or parser.sign[1]:
        raise parser.error("expected a letter that the sum runs over")
    parser.advance()
    return str(parser.tokens[parser.at - 1][1][0])


def above(parser: Parser) -> int | None:
    """The last place, where one is written."""
    if not (parser.take("^") or parser.take("**")):
        return None
    if parser.take("{"):
        last = bound(parser)
        parser.expect("}")
        return last
    return bound(parser, lambda: parser.nested(parser.atom))


def bound(parser: Parser, read: Callable[[], Value] | None = None) -> int:
    """A whole number that a sum starts or ends with."""
    column = parser.column
    value = (read or parser.sum)()
    number = constant(value) if isinstance(value, Expression) else None
    if number is None:
        raise parser.error("the bounds of a sum are whole numbers or known lengths", column)
    return number
