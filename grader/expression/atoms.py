"""Atoms of a formula: numbers, names with their subscripts, calls of functions."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from grader import expression as op
from grader.expression import algebra
from grader.expression.algebra import Eye, Ones, Value
from grader.expression.constants import folded
from grader.expression.functions import ALONG_AN_AXIS, FUNCTIONS
from grader.expression.tree import OPERATIONS, Apply, Number

if TYPE_CHECKING:
    from grader.expression.parser import Parser

LARGEST_EXPONENT = 300  # of a number in scientific notation
LARGEST = 10**LARGEST_EXPONENT

CONSTANTS: dict[str, Value] = {"pi": OPERATIONS["arccos"](-1), "I": Eye(), "⟦ones⟧": Ones()}
"""Names that stand for themselves unless the problem declares them."""

RELATIONS = {"<", ">", "≤", "≥", "=", "≠"}
CLOSING = {"(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉", "⟨": "⟩"}


@lru_cache(maxsize=4096)
def literal(text: str) -> Number | None:
    """A number as it was typed; None where it is out of bounds."""
    mantissa, _, exponent = text.lower().partition("e")
    if abs(int(exponent or 0)) > LARGEST_EXPONENT:
        return None
    value = Fraction(mantissa) * Fraction(10) ** int(exponent or 0)
    return Number(value) if value <= LARGEST else None


def number(parser: Parser) -> Value:
    """A number; a 1 with a condition beside or below it is 1 where that holds and else 0."""
    value = literal(parser.sign)
    if value is None:
        raise parser.error("too large a number")
    parser.step()
    parser.advance()
    held = indicator(parser) if value.value == 1 else None
    return value if held is None else held


def indicator(parser: Parser) -> Value | None:
    """The condition in brackets, beside or below, that stands next; None where none does."""
    start = parser.at
    parser.take("_")
    if parser.kind == "o" and parser.sign in CLOSING:
        depth = 0
        for kind, sign, _ in parser.tokens[parser.at :]:
            depth += (kind == "o" and sign in CLOSING) - (kind == "o" and sign in CLOSING.values())
            if depth == 1 and kind == "o" and sign in RELATIONS:
                return parser.atom()
            if depth == 0:
                break
    parser.move(start)
    return None


def name(parser: Parser) -> Value:
    """A name with its subscripts, or a constant."""
    (base, marks), column = parser.sign, parser.column
    parser.step()
    parser.advance()
    return named(parser, base, marks, column)


def named(parser: Parser, base: str, marks: tuple[str, ...], column: int) -> Value:
    """What a name stands for, with the subscripts that follow."""
    while True:
        if parser.kind == "o" and parser.sign == "_" and (base != "⟦ones⟧"):
            marks = (*marks, *subscripts(parser))
        elif parser.kind == "o" and parser.sign == "^" and (position := sample(parser)):
            marks = (*marks, position)
        elif parser.kind == "o" and parser.sign == "," and second(parser, base, marks):
            parser.advance()
            marks = (*marks, mark(parser))
        else:
            break
    value: Value | None = parser.checked(parser.scope.value, base, marks)
    if value is None and not marks and parser.scope.customary(base):
        value = indicator(parser) if base == "⟦ones⟧" else None
        value = CONSTANTS.get(base) if value is None else value
    if value is None:
        raise parser.error(parser.scope.unknown("_".join((base, *marks))), column)
    return value


def sample(parser: Parser) -> str:
    """The letter of a position in `x^{(i)}`, which is then read; empty where there is none."""
    signs = [parser.ahead(count)[:2] for count in range(1, 6)]
    (_, first), (_, second), (kind, inner), (_, third), (_, fourth) = signs
    if (first, second, third, fourth) != ("{", "(", ")", "}") or kind != "v" or inner[1]:
        return ""
    if inner[0] not in parser.scope.letters:
        return ""
    parser.move(parser.at + 6)
    return str(inner[0])


def second(parser: Parser, base: str, marks: tuple[str, ...]) -> bool:
    """Whether a matrix's column follows its row without braces or spaces, as our own pages write `X_2,1`."""
    named = parser.scope.values.get(base)
    if named is None or not len(marks) < len(named.shape) or not marks:
        return False
    kind, _, column = parser.ahead()
    return kind in {"n", "v"} and column == parser.column + 1 and not parser.text[parser.column - 2].isspace()


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
    kind, sign, column = parser.kind, parser.sign, parser.column
    if not kind:
        raise parser.error("expected a subscript")
    parser.advance()
    if kind == "n" or (kind == "o" and sign in {"+", "-"}):
        return str(sign)
    if kind == "v":
        return "_".join((sign[0], *sign[1]))
    if kind in {"F", "s"}:
        return str(sign)
    raise parser.error("expected a subscript", column)


def call(parser: Parser) -> Value:
    """A function of what stands behind it, in brackets or not."""
    name, column = parser.sign, parser.column
    parser.advance()
    power: Value | None = None
    if parser.kind == "o" and parser.sign in {"^", "**"} and FUNCTIONS[name].entrywise:
        parser.advance()
        power = parser.signed()
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
    value = parser.checked(algebra.mapped, op.log, argument(parser))
    value = parser.checked(algebra.plus, value, parser.checked(op.log, base), op.divide)
    return value if power is None else parser.checked(algebra.raised, value, power, True)


def argument(parser: Parser) -> Value:
    """What a function without brackets is taken of: `sin 2x` is the sine of 2x."""
    bracketed = parser.kind == "o" and parser.sign in {"(", "{", "["}
    value = parser.power()
    while not bracketed and parser.kind == "v":
        value = parser.checked(algebra.times, value, parser.power())
    return value


def arguments(parser: Parser, name: str, values: list[Value]) -> Value:
    """A call's arguments up to its closing bracket, after those that stand before it."""
    options: dict[str, Any] = {}
    while not values or not (parser.kind == "o" and parser.sign == ")"):
        if parser.kind == "v" and parser.ahead()[:2] == ("o", "="):
            options |= setting(parser, name, values)
        else:
            values.append(parser.within("(", parser.condition))
        if not (parser.take(",") or parser.take(";")):
            break
    column = parser.column
    if parser.kind != "o" or parser.sign != ")":
        parser.expect(")")
    value = applied(parser, name, values, options, column)
    parser.advance()
    return value


def setting(parser: Parser, name: str, values: list[Value]) -> dict[str, int]:
    """`axis=0`, the one setting that a function takes."""
    option = parser.sign[0]
    if option not in {"axis", "dim"} or name not in ALONG_AN_AXIS or not values:
        raise parser.error(f"{name} takes no setting '{option}' here")
    parser.move(parser.at + 2)
    back = parser.take("-")
    axis = whole_number(parser)
    return {"axis": len(getattr(values[0], "shape", ())) - axis if back else axis}


def applied(parser: Parser, name: str, values: list[Value], options: dict[str, Any], column: int) -> Value:
    """A function of so many arguments, within the budget."""
    function = FUNCTIONS[name]
    if not function.least <= len(values) <= function.most:
        count = f"{function.least} argument{'s' if function.least > 1 else ''}"
        raise parser.error(f"{name} takes {count}, got {len(values)}", column)
    if name in {"sum", "mean"} and not parser.numpy and algebra.scalar(values[0]):
        raise parser.error(f"the {name} of a single number: write its index", column)
    if len(values) > 1:
        options = {}
    return parser.checked(function.build, *values, **options)


def entry(parser: Parser) -> tuple[int, ...]:
    """An index in square brackets."""
    parser.advance()
    index = [position(parser)]
    while parser.take(","):
        index.append(position(parser))
    parser.expect("]")
    return tuple(index)


def position(parser: Parser) -> int:
    if parser.kind != "n" or not parser.sign.isdecimal() or len(parser.sign) > 6:
        raise parser.error(f"expected a position, a whole number from {parser.first}")
    return whole_number(parser) - parser.first


def whole_number(parser: Parser) -> int:
    if parser.kind != "n" or not parser.sign.isdecimal() or len(parser.sign) > 6:
        raise parser.error("expected a whole number")
    parser.advance()
    return int(parser.tokens[parser.at - 1][1])
