r"""What runs over an index (`\sum_{k=1}^{n}`, `\max_k`) or differentiates (`\frac{\partial L}{\partial w}`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import TYPE_CHECKING

from grader import expression as op
from grader.errors import UnreadableError
from grader.expression import algebra, atoms
from grader.expression.algebra import Value
from grader.expression.scope import constant
from grader.expression.tree import Apply, Expression, Index, Name

if TYPE_CHECKING:
    from grader.expression.parser import Parser

MOST_TERMS = 400  # of a sum


def _joined(pair: Callable[..., Expression]) -> Callable[[list[Value]], Value]:
    return lambda terms: reduce(lambda a, b: algebra.plus(a, b, pair), terms)


def _listed(name: str) -> Callable[[list[Value]], Value]:
    return lambda terms: op.OPERATIONS[name](op.stack(*map(algebra.whole, terms)))


OVER: dict[str, Callable[[list[Value]], Value]] = {
    "sum": _joined(op.plus), "prod": _joined(op.times), "max": _listed("max"), "min": _listed("min"),
    "argmax": _listed("argmax"), "argmin": _listed("argmin"),
}  # fmt: skip
"""What becomes of the terms, one for each place of the index."""


def over(parser: Parser) -> Value:
    """A sum, product or extreme over one index or several: its body is read once for each place."""
    name, column = parser.sign, parser.column
    parser.advance()
    if parser.kind == "o" and parser.sign == "(" and name in {"sum", "prod", "max", "min"}:
        return atoms.applied(parser, name, [parser.nested(lambda: atoms.argument(parser))], {}, column)
    if not parser.take("_"):
        raise parser.error("expected the index of the sum below it, as in \\sum_{k=1}^{n}")
    letters, first, avoid = below(parser)
    last = above(parser)
    scope, start = parser.scope, parser.at
    outer = {letter: scope.letters.get(letter) for letter in letters}
    terms: list[Value] = []
    for letter in letters[:1]:
        places = range(first, last + 1) if last is not None else range(1, length_of(parser, letter, start) + 1)
        if len(places) > MOST_TERMS:
            raise parser.error(f"a sum of more than {MOST_TERMS} terms", column)
        for place in places:
            if place - 1 != avoid:
                terms.extend(bodies(parser, letters, place - 1, len(places), start))
    if not terms:
        parser.move(start)
        scope.letters |= dict.fromkeys(letters, 0)
        parser.nested(parser.product)
        terms = [algebra.as_expression(int(name == "prod"))]
    for letter, place in outer.items():
        if place is None:
            scope.letters.pop(letter, None)
        else:
            scope.letters[letter] = place
    return parser.checked(OVER[name], terms)


def bodies(parser: Parser, letters: tuple[str, ...], place: int, count: int, start: int) -> Iterable[Value]:
    """The body at one place of the first letter, and all places of a second."""
    parser.scope.letters[letters[0]] = place
    for second in range(count) if len(letters) > 1 else (0,):
        if len(letters) > 1:
            parser.scope.letters[letters[1]] = second
        parser.move(start)
        yield parser.nested(parser.product)


def below(parser: Parser) -> tuple[tuple[str, ...], int, int | None]:
    """What stands below: the letters, where the first starts, and the place that it leaves out (from 0)."""
    braced = parser.take("{")
    letters, first, avoid = [letter(parser)], 1, None
    if braced:
        if parser.take("="):
            first = bound(parser)
        elif parser.take("≠"):
            other = letter(parser)
            avoid = parser.scope.letters.get(other)
            if avoid is None:
                raise parser.error(f"'{other}' has no place here")
        while parser.take(","):
            letters.append(letter(parser))
        parser.expect("}")
    if len(letters) > 2:
        raise parser.error("a sum over more than two letters")
    return tuple(letters), first, avoid


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
    return bound(parser, parser.atom)


def bound(parser: Parser, read: Callable[[], Value] | None = None) -> int:
    """A whole number that a sum starts or ends with."""
    column = parser.column
    value = (read or parser.sum)()
    number = constant(value) if isinstance(value, Expression) else None
    if number is None:
        raise parser.error("the bounds of a sum are whole numbers or known lengths", column)
    return number


def length_of(parser: Parser, letter: str, start: int) -> int:
    """How many places a letter has: the length of what it is an index of in the body."""
    scope = parser.scope
    before, scope.probing, scope.seen = (scope.probing, scope.seen), letter, set()
    outer = scope.letters.get(letter)
    scope.letters[letter] = 0
    parser.move(start)
    parser.nested(parser.product)
    seen = scope.seen
    scope.probing, scope.seen = before
    if outer is None:
        scope.letters.pop(letter)
    else:
        scope.letters[letter] = outer
    if len(seen) != 1 or not all(seen):
        raise parser.error(f"nothing says how far the sum over {letter} goes: write its bounds")
    return seen.pop()


def fraction(parser: Parser) -> Value:
    r"""`\frac`, which may be a derivative, or `\binom`."""
    kind = parser.sign
    parser.advance()
    if kind == "frac" and (found := derivative(parser)) is not None:
        return found
    above, below = group(parser), group(parser)
    if kind == "binom":
        return parser.checked(op.choose, algebra.whole(above), algebra.whole(below))
    return parser.checked(algebra.divided, above, below)


def group(parser: Parser) -> Value:
    """What stands in braces, or the one sign without them; of a number its first digit, as TeX has it."""
    if parser.kind == "n" and len(parser.sign) > 1 and parser.sign.isdecimal():
        kind, digits, column = parser.tokens[parser.at]
        parser.tokens[parser.at : parser.at + 1] = [(kind, digits[0], column), (kind, digits[1:], column + 1)]
        parser.move(parser.at)
    return parser.nested(parser.atom)


def derivative(parser: Parser) -> Value | None:
    """The derivative that a fraction writes; None, with nothing read, where it writes none."""
    start = parser.at
    if not parser.take("{") or not differential(parser):
        parser.move(start)
        return None
    order = 1
    if parser.take("^"):
        order = bound(parser, parser.atom)
    inner = parser.at
    target: Value | None = None
    if not parser.take("}"):
        target = parser.nested(parser.product)
        if not parser.take("}"):
            parser.move(start)
            return None
    wrt: list[Expression] = []
    if not parser.take("{"):
        parser.move(start)
        return None
    while differential(parser):
        name = parser.checked(algebra.whole, parser.nested(lambda: parser.postfix(parser.atom())))
        times = bound(parser, parser.atom) if parser.take("^") else 1
        wrt += [name] * times
    if not wrt or not parser.take("}"):
        parser.move(start)
        return None
    if len(wrt) != order or order > 2:
        raise parser.error("expected a first or second derivative", parser.tokens[inner][2])
    column = parser.column
    if target is None:
        target = parser.nested(parser.power)
    return differentiated(parser, algebra.whole(target), wrt, column)


def differential(parser: Parser) -> bool:
    """Whether a d or ∂ stands here, which is then read; `dw` is one too."""
    if parser.kind == "d" and parser.sign == "∂":
        parser.advance()
        return True
    if parser.kind == "v" and parser.sign == ("d", ()) and "d" not in parser.scope.values:
        parser.advance()
        return True
    return False


def differentiated(parser: Parser, target: Expression, wrt: list[Expression], column: int) -> Expression:
    """The derivative of what is known of a quantity, by names or their entries."""
    from grader.expression.slopes import gradient, slope

    scope = parser.scope
    tree = target
    for each in wrt:
        name, index = variable(parser, each)
        unknown = isinstance(tree, Name) and tree.name not in scope.definitions and tree != name
        if unknown and not (scope.known and not scope.free and tree.shape):
            raise UnreadableError(f"nothing says what {tree} depends on", parser.text, column)
        tree = scope.expanded(tree, keep=name.name)
        tree = parser.checked(gradient, tree, name) if index is None else parser.checked(slope, tree, name, index)
    return tree


def variable(parser: Parser, tree: Expression) -> tuple[Name, Index | None]:
    """The name that a derivative is by, and which entry of it; None for all of them."""
    if isinstance(tree, Name):
        return tree, None if tree.shape else ()
    entry = isinstance(tree, Apply) and tree.operation.name == "item" and not tree.shape
    if entry and isinstance(tree.operands[0], Name):
        return tree.operands[0], dict(tree.options)["index"]
    raise parser.error("expected a derivative by a name")


def partial(parser: Parser) -> Value:
    """`∂L/∂w` on one line, and `∇_w L`."""
    if parser.sign == "∇":
        parser.advance()
        if not parser.take("_"):
            raise parser.error("expected the name that the gradient is by, as in \\nabla_w L")
        name = parser.checked(algebra.whole, parser.nested(parser.atom))
        column = parser.column
        return differentiated(parser, algebra.whole(parser.nested(parser.power)), [name], column)
    parser.advance()
    column = parser.column
    target = algebra.whole(parser.nested(lambda: parser.postfix(parser.atom())))
    if not parser.take("/") or not differential(parser):
        raise parser.error("expected a derivative such as ∂L/∂w")
    name = parser.checked(algebra.whole, parser.nested(lambda: parser.postfix(parser.atom())))
    return differentiated(parser, target, [name], column)
