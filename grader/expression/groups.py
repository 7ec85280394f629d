r"""What stands between brackets: groups, lists, matrices, sizes, choices by cases, roots."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from grader import expression as op
from grader.errors import UnreadableError
from grader.expression import algebra, atoms
from grader.expression.algebra import Row, Value
from grader.expression.functions import norm
from grader.expression.scope import constant
from grader.expression.tree import OPERATIONS, Expression, Number, as_expression

if TYPE_CHECKING:
    from grader.expression.parser import Parser

CLOSING = {"(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉", "⟨": "⟩"}
MATRICES = {"bmatrix", "pmatrix", "matrix", "Bmatrix", "smallmatrix", "array"}
OTHERWISE = {"“otherwise”", "“else”", "“sonst”", "“otherwise.”"}


def group(parser: Parser) -> Value:
    """One expression in brackets, or several: a vector of them, or a matrix of rows."""
    opening, column = parser.sign, parser.column
    parser.advance()
    bars, parser.bars = parser.bars, 0
    rows: list[list[Value]] = [[]]
    while not parser.take(CLOSING[opening]):
        rows[-1].append(parser.nested(parser.condition))
        if parser.take(";"):
            rows.append([])
        elif not parser.take(","):
            parser.expect(CLOSING[opening])
            break
    parser.bars = bars
    if not rows[0]:
        raise parser.error("expected something in the brackets", column)
    if len(rows) > 1:
        return grid(parser, rows)
    return rows[0][0] if len(rows[0]) == 1 else listed(parser, rows[0])


def listed(parser: Parser, entries: list[Value]) -> Expression:
    """A vector of numbers, or a matrix of vectors."""
    return parser.checked(lambda: op.stack(*map(algebra.whole, entries)))


def grid(parser: Parser, rows: list[list[Value]]) -> Value:
    """A matrix by its rows; one column is a vector, one row a row."""
    rows = [row for row in rows if row]
    if len({len(row) for row in rows}) != 1:
        raise parser.error("a matrix whose rows are not equally long")
    if len(rows) == 1:
        return rows[0][0] if len(rows[0]) == 1 else Row(listed(parser, rows[0]))
    if len(rows[0]) == 1:
        return listed(parser, [row[0] for row in rows])
    return listed(parser, [listed(parser, row) for row in rows])


def floor(parser: Parser) -> Value:
    opening = parser.sign
    round_off = op.floor if opening == "⌊" else op.ceiling
    return parser.checked(algebra.mapped, round_off, group(parser))


def inner(parser: Parser) -> Value:
    r"""`\langle x, y \rangle`, the dot product."""
    pair = group(parser)
    if not isinstance(pair, Expression) or len(pair.shape) != 2 or pair.shape[0] != 2:
        raise parser.error("expected two vectors in ⟨ , ⟩")
    return parser.checked(op.matmul, pair[0], pair[1])


def bars(parser: Parser) -> Value:
    """An absolute value or a determinant between bars, a norm between double ones."""
    sign = parser.sign
    parser.advance()
    parser.bars += 1
    inside = parser.nested(parser.sum)
    parser.bars -= 1
    parser.expect(sign)
    if sign == "|":
        flat = not isinstance(inside, Expression) or len(inside.shape) < 2
        return parser.checked(algebra.mapped, op.absolute if flat else OPERATIONS["determinant"], inside)
    order = as_expression(2)
    if parser.kind == "o" and parser.sign == "_":
        marks = atoms.subscripts(parser)
        order = {"1": as_expression(1), "2": order, "F": order}.get("".join(marks), as_expression(0))
    return parser.checked(norm, algebra.whole(inside), order)


def root(parser: Parser) -> Value:
    r"""`\sqrt{x}`, `\sqrt[3]{x}`, `√x`, `∛x`."""
    degree = 3 if parser.sign == "∛" else 2
    parser.advance()
    if parser.take("["):
        column = parser.column
        found = parser.sum()
        parser.expect("]")
        whole = constant(found) if isinstance(found, Expression) else None
        if whole is None or not 1 <= whole <= 100:
            raise parser.error("expected a whole number as the degree of a root", column)
        degree = whole
    inside = parser.nested(parser.atom)
    if degree == 2:
        return parser.checked(algebra.mapped, op.sqrt, inside)
    return parser.checked(algebra.mapped, lambda value: OPERATIONS["root"](value, n=degree), inside)


def environment(parser: Parser) -> Value:
    r"""`\begin{bmatrix}` and its kin, and `\begin{cases}`."""
    name, column = parser.sign, parser.column
    if name not in MATRICES and name not in {"cases", "vmatrix"}:
        raise parser.error(f"cannot read \\begin{{{name}}} here", column)
    parser.advance()
    rows: list[list[Value]] = [[]]
    read = parser.sum if name != "cases" else lambda: case(parser)
    while parser.kind != "e":
        if parser.take("\\"):
            rows.append([])
        elif not parser.take("&"):
            rows[-1].append(parser.nested(read))
            if parser.kind == "o" and parser.sign in ",.;":
                parser.advance()
        if not parser.kind:
            raise parser.error(f"\\begin{{{name}}} has no end", column)
    if parser.sign != name:
        raise parser.error(f"\\begin{{{name}}} ends with \\end{{{parser.sign}}}")
    parser.advance()
    if not rows[0]:
        raise parser.error("a matrix with nothing in it", column)
    if name == "cases":
        return choices(parser, rows)
    matrix = grid(parser, rows)
    return parser.checked(OPERATIONS["determinant"], algebra.whole(matrix)) if name == "vmatrix" else matrix


def case(parser: Parser) -> Value:
    """A value or a condition of a choice by cases; words such as `if` say nothing."""
    while parser.kind == "o" and parser.sign.startswith("“"):
        if parser.sign in OTHERWISE:
            parser.advance()
            return as_expression(1)
        parser.advance()
    return parser.condition()


def choices(parser: Parser, rows: list[list[Value]]) -> Value:
    """The first value whose condition holds; where none does, there is no value."""
    tree: Expression = as_expression(0) / as_expression(0)
    for row in reversed([row for row in rows if row]):
        if len(row) > 2:
            raise parser.error("expected a value and its condition in each case")
        value = algebra.whole(row[0])
        tree = value if len(row) == 1 or row[1] == Number(Fraction(1)) else parser.checked(
            op.where, algebra.whole(row[1]), value, tree
        )  # fmt: skip
    return tree


def words(parser: Parser) -> Value:
    raise UnreadableError(f"cannot read {parser.sign} here", parser.text, parser.column)
