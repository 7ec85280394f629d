r"""Derivatives as they are written: `\frac{\partial L}{\partial w}`, `dL/dw`, `∂/∂x (…)`, `\nabla_w L`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader import expression as op
from grader.expression import algebra, atoms
from grader.expression.algebra import Value
from grader.expression.binders import bound
from grader.expression.budget import BudgetError
from grader.expression.tree import Apply, Expression, Index, Name

if TYPE_CHECKING:
    from grader.expression.parser import Parser

LARGEST = 4000  # nodes of what is differentiated, times the entries that it is differentiated by
LONGEST = 12  # tokens of a quantity above the d of dL/dw


def fraction(parser: Parser) -> Value:
    r"""`\frac`, which may be a derivative, or `\binom`."""
    kind = parser.sign
    parser.advance()
    if kind == "frac" and (found := derivative(parser)) is not None:
        return found
    above, below = part(parser), part(parser)
    if kind == "binom":
        return parser.checked(lambda: op.choose(algebra.whole(above), algebra.whole(below)))
    return parser.checked(algebra.divided, above, below)


def part(parser: Parser) -> Value:
    """What stands in braces, or the one sign without them; of a number its first digit, as TeX has it."""
    if parser.kind == "n" and len(parser.sign) > 1 and parser.sign.isdecimal():
        kind, digits, column = parser.tokens[parser.at]
        parser.tokens[parser.at : parser.at + 1] = [(kind, digits[0], column), (kind, digits[1:], column + 1)]
        parser.move(parser.at)
    return parser.nested(parser.atom)


def derivative(parser: Parser) -> Value | None:
    """The derivative that a fraction writes; None, with nothing read, where it writes none."""
    if not slope_in_braces(parser):
        return None
    parser.advance()
    order = differential(parser)
    target = None
    if not parser.take("}"):
        target = parser.entrywise()
        parser.expect("}")
    parser.expect("{")
    names = variables(parser)
    parser.expect("}")
    return differentiated(parser, target, names, order)


def slope_in_braces(parser: Parser) -> bool:
    """Whether a d or ∂ stands first above and below, and a name behind the one below."""
    if parser.sign != "{" or not differs(parser, parser.ahead()):
        return False
    depth = count = 0
    for _, sign, _ in parser.tokens[parser.at :]:
        depth += (sign == "{") - (sign == "}")
        count += 1
        if not depth:
            break
    below = parser.ahead(count)[1] == "{" and differs(parser, parser.ahead(count + 1))
    return below and parser.ahead(count + 2)[0] == "v"


def differs(parser: Parser, token: tuple[str, Any, int]) -> bool:
    """Whether a token is the d or ∂ of a derivative."""
    return token[:2] == ("d", "∂") or (token[:2] == ("v", ("d", ())) and parser.scope.differential)


def differential(parser: Parser) -> int:
    """Read the d or ∂ that stands here; its order."""
    parser.advance()
    return bound(parser, lambda: parser.nested(parser.atom)) if parser.take("^") else 1


def variables(parser: Parser) -> list[Expression]:
    """The names that stand below, each as often as it is differentiated by."""
    found: list[Expression] = []
    while differs(parser, (parser.kind, parser.sign, 0)):
        parser.advance()
        name = parser.checked(algebra.whole, factor(parser))
        found += [name] * (bound(parser, lambda: parser.nested(parser.atom)) if parser.take("^") else 1)
        if len(found) > 2:
            raise parser.error("expected a first or second derivative")
    return found


def factor(parser: Parser) -> Value:
    value: Value = parser.nested(lambda: parser.postfix(parser.atom()))
    return value


def quantity(parser: Parser) -> Value:
    """A name, or the derivative that `dL/dw` and `d/dx` are where d is no name."""
    if parser.sign == ("d", ()) and parser.scope.differential and slope_ahead(parser):
        return partial(parser)
    return atoms.name(parser)


def slope_ahead(parser: Parser) -> bool:
    """Whether a d that stands here is divided by another."""
    for count in range(1, LONGEST):
        kind, sign, _ = parser.ahead(count)
        if (kind, sign) == ("o", "/"):
            kind, sign, _ = parser.ahead(count + 1)
            return (kind, sign) == ("v", ("d", ())) and parser.ahead(count + 2)[0] == "v"
        if kind not in {"v", "n"} and (kind != "o" or sign not in {"_", "{", "}", "^", ","}):
            return False
    return False


def partial(parser: Parser) -> Value:
    """`∂L/∂w` or `∂/∂w L` on one line, and `∇_w L`."""
    if parser.sign == "∇":
        parser.advance()
        if not parser.take("_"):
            raise parser.error("expected the name that the gradient is by, as in \\nabla_w L")
        names = [parser.checked(algebra.whole, parser.nested(parser.atom))]
        return differentiated(parser, None, names, 1)
    order = differential(parser)
    target = None if parser.kind == "o" and parser.sign == "/" else factor(parser)
    if not parser.take("/") or not differs(parser, (parser.kind, parser.sign, 0)):
        raise parser.error("expected a derivative such as ∂L/∂w")
    return differentiated(parser, target, variables(parser), order)


def differentiated(parser: Parser, target: Value | None, names: list[Expression], order: int) -> Expression:
    """The derivative of a quantity, or of what stands next, by names or their entries."""
    column = parser.column
    if len(names) != order:
        raise parser.error(f"a derivative of order {order} by {len(names)} names")
    if target is None:
        target = parser.power()
    tree: Expression = parser.checked(algebra.whole, target)
    for each in names:
        tree = slope_by(parser, tree, *variable(parser, each), column)
    return tree


def slope_by(parser: Parser, tree: Expression, name: Name, index: Index | None, column: int) -> Expression:
    """The derivative of what is known of a quantity, by a name or one of its entries."""
    from grader.expression.slopes import gradient, slope

    scope = parser.scope
    target = tree.operands[0] if isinstance(tree, Apply) and tree.operation.name == "item" else tree
    if isinstance(target, Name) and target.name not in scope.definitions and target.name != name.name:
        raise parser.error(f"nothing says what {target} depends on", column)
    tree = parser.checked(scope.expanded, tree, keep=name.name)
    entries = 1
    for length in name.shape if index is None else ():
        entries *= length
    parser.checked(affordable, parser.budget.measure(tree) * entries)
    found: Expression = (
        parser.checked(gradient, tree, name) if index is None else parser.checked(slope, tree, name, index)
    )
    return found


def affordable(nodes: int) -> None:
    if nodes > LARGEST:
        raise BudgetError("too large a formula for its derivative")


def variable(parser: Parser, tree: Expression) -> tuple[Name, Index | None]:
    """The name that a derivative is by, and which entry of it; None for all of them."""
    if isinstance(tree, Name):
        return tree, None if tree.shape else ()
    if isinstance(tree, Apply) and tree.operation.name == "item" and not tree.shape:
        inner = tree.operands[0]
        if isinstance(inner, Name):
            return inner, dict(tree.options)["index"]
    raise parser.error("expected a derivative by a name")
