"""Atoms of a formula: numbers, names with their subscripts, calls of functions."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from grader import expression as op
from grader.expression import algebra
from grader.expression.algebra import Eye, Ones, Value
from grader.expression.functions import ALONG_AN_AXIS, FUNCTIONS
from grader.expression.scope import folded
from grader.expression.tree import OPERATIONS, Apply, Number

if TYPE_CHECKING:
    from grader.expression.parser import Parser

LARGEST_EXPONENT = 400  # of a number in scientific notation

CONSTANTS: dict[str, Value] = {"pi": OPERATIONS["arccos"](-1), "I": Eye(), "⟦ones⟧": Ones()}
"""Names that stand for themselves unless the problem declares them."""


@lru_cache(maxsize=4096)
def literal(text: str) -> Number | None:
    """A number as it was typed; None where its exponent is out of bounds."""
    mantissa, _, exponent = text.lower().partition("e")
    if abs(int(exponent or 0)) > LARGEST_EXPONENT:
        return None
    return Number(Fraction(mantissa) * Fraction(10) ** int(exponent or 0))


def number(parser: Parser) -> Value:
    value = literal(parser.sign)
    if value is None:
        raise parser.error("a number beyond all bounds")
    parser.advance()
    return value


def name(parser: Parser) -> Value:
    """A name with its subscripts, or a constant."""
    (base, marks), column = parser.sign, parser.column
    parser.advance()
    while parser.kind == "o" and parser.sign == "_":
        marks = (*marks, *subscripts(parser))
    value = parser.checked(parser.scope.value, base, marks)
    if value is None and not marks:
        value = CONSTANTS.get(base)
    if value is None:
        raise parser.error(parser.scope.unknown("_".join((base, *marks))), column)
    return value


def subscripts(parser: Parser) -> tuple[str, ...]:
    """What stands below a name, each position or label by itself."""
    parser.advance()
    if not parser.take("{"):
        return (mark(parser),)
    marks, parts = [], [mark(parser)]
    while not parser.take("}"):
        if parser.take(","):
            marks.append("".join(parts))
            parts = []
        parts.append(mark(parser))
    return (*marks, "".join(parts))


def mark(parser: Parser) -> str:
    kind, sign = parser.kind, parser.sign
    parser.advance()
    if kind in {"n", "t"} or sign in {"+", "-"}:
        return str(sign)
    if kind == "v":
        return "_".join((sign[0], *sign[1]))
    if kind == "F":
        return str(sign)
    raise parser.error("expected a subscript", parser.tokens[parser.at - 1][2])


def call(parser: Parser) -> Value:
    """A function of what stands behind it, in brackets or not."""
    name, column = parser.sign, parser.column
    parser.advance()
    power: Value | None = None
    if parser.kind == "o" and parser.sign in {"^", "**"} and FUNCTIONS[name].entrywise:
        parser.advance()
        power = parser.nested(parser.signed)
        power = folded(power) if isinstance(power, Apply) else power
    if name == "log" and parser.kind == "o" and parser.sign == "_":
        return logarithm(parser, power)
    if isinstance(power, Number) and power.value == -1 and f"arc{name}" in FUNCTIONS:
        name, power = f"arc{name}", None
    if parser.take("("):
        value = arguments(parser, name, [])
    elif parser.kind and (parser.starts_factor() or parser.kind == "n"):
        value = applied(parser, name, [argument(parser)], {}, column)
    else:
        raise parser.error(f"expected what {name} is to be taken of")
    return value if power is None else parser.checked(algebra.raised, value, power, True)


def logarithm(parser: Parser, power: Value | None) -> Value:
    """A logarithm to the base that stands below it."""
    parser.advance()
    base = parser.checked(algebra.whole, parser.nested(parser.atom))
    value = parser.checked(algebra.mapped, op.log, parser.nested(lambda: argument(parser)))
    value = parser.checked(algebra.plus, value, parser.checked(op.log, base), op.divide)
    return value if power is None else parser.checked(algebra.raised, value, power, True)


def argument(parser: Parser) -> Value:
    """What a function without brackets is taken of: `sin 2x` is the sine of 2x."""
    bracketed = parser.kind == "o" and parser.sign in "({["
    value = parser.nested(parser.power)
    while not bracketed and parser.kind == "v":
        value = parser.checked(algebra.times, value, parser.power())
    return value


def arguments(parser: Parser, name: str, values: list[Value]) -> Value:
    """A call's arguments up to its closing bracket, after those that stand before it."""
    column, options = parser.column, {}
    while not parser.take(")"):
        if parser.kind == "v" and parser.tokens[parser.at + 1][1] == "=":
            option = parser.sign[0]
            parser.move(parser.at + 2)
            if option not in {"axis", "dim"} or name not in ALONG_AN_AXIS:
                raise parser.error(f"{name} takes no setting '{option}' here")
            options["axis"] = axis(parser, values)
        else:
            values.append(parser.nested(parser.condition))
        if not parser.take(","):
            parser.expect(")")
            break
    return applied(parser, name, values, options, column)


def axis(parser: Parser, values: list[Value]) -> int:
    back = parser.take("-")
    axis = whole_number(parser)
    rank = len(getattr(values[0], "shape", ())) if values else 0
    return rank - axis if back else axis


def applied(parser: Parser, name: str, values: list[Value], options: dict[str, Any], column: int) -> Value:
    function = FUNCTIONS[name]
    if not function.least <= len(values) <= function.most:
        count = f"{function.least} argument{'s' if function.least > 1 else ''}"
        raise parser.error(f"{name} takes {count}, got {len(values)}", column)
    if name == "softmax" or options.get("axis") is None:
        options = {}
    return parser.checked(function.build, *values, **options)


def entry(parser: Parser) -> tuple[int, ...]:
    """An index in square brackets; in NumPy's way of writing it counts from 0."""
    parser.advance()
    index = [whole_number(parser)]
    while parser.take(","):
        index.append(whole_number(parser))
    parser.expect("]")
    return tuple(index)


def whole_number(parser: Parser) -> int:
    if parser.kind != "n" or not parser.sign.isdecimal() or len(parser.sign) > 6:
        raise parser.error("expected a position, a whole number")
    parser.advance()
    return int(parser.tokens[parser.at - 1][1])
