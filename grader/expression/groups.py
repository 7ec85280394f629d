r"""What stands between brackets: groups, lists, matrices, sizes, choices by cases, roots."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from grader import expression as op
from grader.expression import algebra, atoms
from grader.expression.algebra import Row, Value
from grader.expression.atoms import CLOSING
from grader.expression.constants import constant
from grader.expression.functions import norm
from grader.expression.tree import OPERATIONS, Expression, as_expression

if TYPE_CHECKING:
    from grader.expression.parser import Parser

MATRICES = {"bmatrix", "pmatrix", "matrix", "Bmatrix", "smallmatrix", "array"}
OTHERWISE = {"“otherwise”", "“else”", "“sonst”"}
CONDITIONAL = {"“if”", "“for”", "“when”", "“where”", "“wenn”", "“falls”", "“für”"}
HIGHEST_ROOT = 100


def group(parser: Parser) -> Value:
    """One expression in brackets, or several: a vector of them, or a matrix of rows."""
    opening, column = parser.sign, parser.column
    if opening == "{" and (found := braced(parser)) is not None:
        return found
    parser.advance()
    rows = parser.within(opening, lambda: entries(parser, CLOSING[opening]))
    if not rows[0]:
        raise parser.error("expected something in the brackets", column)
    if len(rows) > 1:
        return grid(parser, rows)
    return rows[0][0] if len(rows[0]) == 1 else listed(parser, rows[0])


def braced(parser: Parser) -> Value | None:
    """A name in braces with subscripts behind these, as LaTeX has it: `{x}_1` is `x_1`."""
    kind, inner, column = parser.ahead()
    if kind != "v" or inner[1] or [parser.ahead(count)[1] for count in (2, 3)] != ["}", "_"]:
        return None
    parser.move(parser.at + 3)
    return atoms.named(parser, inner[0], (), column)


def entries(parser: Parser, closing: str) -> list[list[Value]]:
    """Rows of entries, to the bracket that closes them; numbers and lists may stand side by side in a list."""
    rows: list[list[Value]] = [[]]
    while not parser.take(closing):
        rows[-1].append(chosen(parser, parser.condition))
        if parser.take(";"):
            rows.append([])
        elif not parser.take(",") and not (closing == "]" and (parser.kind == "n" or parser.sign == "[")):
            parser.expect(closing)
            break
    return rows


def listed(parser: Parser, values: list[Value]) -> Expression:
    """A vector of numbers, or a matrix of vectors."""
    trees = [parser.checked(algebra.whole, value) for value in values]
    if len({tree.shape for tree in trees}) > 1:
        raise parser.error("a list whose entries have different shapes")
    tree: Expression = parser.checked(op.stack, *trees)
    return tree


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
    round_off = op.floor if parser.sign == "⌊" else op.ceiling
    return parser.checked(algebra.mapped, round_off, group(parser))


def inner(parser: Parser) -> Value:
    r"""`\langle x, y \rangle`, the dot product."""
    column = parser.column
    pair = group(parser)
    if not isinstance(pair, Expression) or len(pair.shape) != 2 or pair.shape[0] != 2:
        raise parser.error("expected two vectors in ⟨ , ⟩", column)
    return parser.checked(lambda: op.matmul(pair[0], pair[1]))


def bars(parser: Parser) -> Value:
    """An absolute value or a determinant between bars, a norm between double ones."""
    sign = parser.sign
    parser.advance()
    inside = parser.within(sign, parser.sum)
    parser.expect(sign)
    if sign == "|":
        flat = not isinstance(inside, Expression) or len(inside.shape) < 2
        return parser.checked(algebra.mapped, op.absolute if flat else OPERATIONS["determinant"], inside)
    order = as_expression(2)
    if parser.kind == "o" and parser.sign == "_":
        marks = atoms.subscripts(parser)
        order = {"1": as_expression(1), "2": order, "F": order}.get("".join(marks), as_expression(0))
    return parser.checked(lambda: norm(algebra.whole(inside), order))


def root(parser: Parser) -> Value:
    r"""`\sqrt{x}`, `\sqrt[3]{x}`, `√x`, `∛x`."""
    degree = 3 if parser.sign == "∛" else 2
    parser.advance()
    if degree == 2 and parser.take("["):
        column = parser.column
        found = parser.within("[", parser.sum)
        parser.expect("]")
        whole = constant(found) if isinstance(found, Expression) else None
        if whole is None or not 1 <= whole <= HIGHEST_ROOT:
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
    rows = parser.within("&", lambda: cells(parser, name, column))
    if name == "cases":
        return choice(parser, [row for row in rows if row])
    matrix = grid(parser, rows)
    return parser.checked(OPERATIONS["determinant"], algebra.whole(matrix)) if name == "vmatrix" else matrix


def cells(parser: Parser, name: str, column: int) -> list[list[Value]]:
    """The rows of an environment, to its end."""
    rows: list[list[Value]] = [[]]
    while parser.kind != "e":
        if parser.take("\\"):
            rows.append([])
        elif not parser.take("&"):
            rows[-1].append(case(parser) if name == "cases" else parser.sum())
            if name == "cases" and parser.kind == "o" and parser.sign in {",", ".", ";"}:
                parser.advance()
            if not parser.kind:
                raise parser.error(f"\\begin{{{name}}} has no end", column)
            if parser.kind != "e" and parser.sign not in {"&", "\\"}:
                raise parser.error("expected & or \\\\ between the entries")
        elif parser.kind == "e" or parser.sign in {"&", "\\"}:
            raise parser.error("an entry with nothing in it")
    if parser.sign != name:
        raise parser.error(f"\\begin{{{name}}} ends with \\end{{{parser.sign}}}")
    parser.advance()
    if not rows[0]:
        raise parser.error("a matrix with nothing in it", column)
    return rows


def case(parser: Parser) -> Value:
    """A value or a condition of a choice by cases; words such as `if` say nothing."""
    while parser.kind == "o" and parser.sign.startswith("“"):
        said = parser.sign
        parser.advance()
        if said in OTHERWISE:
            return algebra.ONE
    return parser.condition()


def choice(parser: Parser, rows: list[list[Value]]) -> Value:
    """The first value whose condition holds; where none does, there is no value."""
    tree: Expression = as_expression(0) / as_expression(0)
    for row in reversed(rows):
        if len(row) > 2:
            raise parser.error("expected a value and its condition in each case")
        trees = [parser.checked(algebra.whole, value) for value in row]
        always = len(trees) == 1 or trees[1] is algebra.ONE
        tree = trees[0] if always else parser.checked(op.where, trees[1], trees[0], tree)
    return tree


def chosen(parser: Parser, read: Callable[[], Value]) -> Value:
    """A value, or `value if condition, otherwise another`, as Python and our own pages write it."""
    rows = [[read()]]
    while parser.kind == "o" and parser.sign in CONDITIONAL:
        parser.advance()
        rows[-1].append(parser.condition())
        if (parser.sign in {",", ";"} and parser.ahead()[1] in OTHERWISE) and parser.kind == "o":
            parser.advance()
        if parser.kind != "o" or parser.sign not in OTHERWISE:
            break
        parser.advance()
        rows.append([read()])
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else choice(parser, rows)
