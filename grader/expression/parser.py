r"""Formulas as people type them, read into the tree that families write. Nothing is executed.

The grammar, loosest first: sums; products and quotients, where factors may stand side by side; a sign; powers; what
stands behind a factor (`'`, `!`, `%`, `.T`, an index); atoms. An atom is one row of `ATOMS`, to read one
more thing, add a row. Words become names in a `Scope`; sums, derivatives and products of matrices become operations of
the one table.

>>> from grader.expression import plain_of
>>> from grader.expression.scope import Scope, folded
>>> plain_of(parse(r"\frac{1}{2}(x - 1)^2 + e^{-x}", Scope({}, free=True)))
'1/2·(x − 1)² + e^(−x)'
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from grader import expression as op
from grader.errors import MisfitError, ShapeError, UnreadableError
from grader.expression import algebra, atoms, binders, groups
from grader.expression.algebra import Value
from grader.expression.scope import Scope, folded
from grader.expression.tokens import Token, tokens
from grader.expression.tree import OPERATIONS, Apply, Expression, Number
from grader.expression.words import resolved

DEEPEST = 40  # brackets, signs and powers inside each other
MOST_OPERATIONS = 3000  # in one formula, sums written out
MOST_ENTRIES = 10_000  # of a tensor that a formula makes


def parse(text: str, scope: Scope, decimal: str = "point", tight: bool = False) -> Expression:
    """The expression that `text` writes in the names of `scope`; a row comes as the vector that it is.

    With `tight` factors side by side hold together more closely than a division: `1/2x` is 1/(2x). Raises
    `UnreadableError` with the column where reading stopped, `MisfitError` where shapes do not fit.
    """
    parser = Parser(tokens(text, decimal), scope, text, tight)
    value = parser.everything()
    return parser.checked(algebra.whole, value)


class Parser:
    """Precedence climbing over the tokens of one formula."""

    def __init__(self, found: Sequence[Token], scope: Scope, text: str, tight: bool = False) -> None:
        self.scope, self.text, self.tight = scope, text, tight
        self.numpy = any(kind == "m" or sign in {"np.", "@"} for kind, sign, _ in found)
        self.tokens: list[tuple[str, Any, int]] = resolved(found, scope, text)
        self.at = self.depth = self.operations = self.bars = 0
        self.ambiguous = False
        self.kind, self.sign, self.column = self.tokens[0]

    def move(self, to: int) -> None:
        """Go to a token."""
        self.at = to
        self.kind, self.sign, self.column = self.tokens[to]

    def advance(self) -> None:
        self.move(self.at + 1)

    def error(self, what: str, column: int | None = None) -> UnreadableError:
        return UnreadableError(what, self.text, column or self.column)

    def take(self, sign: str) -> bool:
        if self.kind == "o" and self.sign == sign:
            self.advance()
            return True
        return False

    def expect(self, sign: str) -> None:
        if sign == "|" and self.sign == "‖":  # two bars that close what two bars opened, or |x||y|
            self.tokens[self.at : self.at + 1] = [("o", "|", self.column), ("o", "|", self.column + 1)]
            self.move(self.at)
        if not self.take(sign):
            found = f", got '{self.sign}'" if self.sign and isinstance(self.sign, str) else ""
            raise self.error(f"expected '{sign}'{found}")

    def checked(self, make: Callable[..., Any], *operands: Any, **options: Any) -> Any:
        """Apply an operation within the budget; shapes that do not fit are an error here."""
        self.operations += 1
        if self.operations > MOST_OPERATIONS:
            raise self.error(f"more than {MOST_OPERATIONS} operations")
        try:
            value = make(*operands, **options)
        except MisfitError:
            raise
        except UnreadableError as error:
            raise self.error(error.what) from error
        except ShapeError as error:
            raise MisfitError(error.what, self.text, self.column) from error
        if isinstance(value, Expression) and value.shape and math.prod(value.shape) > MOST_ENTRIES:
            raise self.error(f"more than {MOST_ENTRIES} entries")
        return value

    def nested(self, read: Callable[[], Any]) -> Any:
        """Something inside something, within the budget of depth."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"nested more than {DEEPEST} deep")
        value = read()
        self.depth -= 1
        return value

    def everything(self) -> Value:
        """The whole formula, to its end."""
        if not self.kind:
            raise self.error("expected a formula, got nothing")
        value = self.sum()
        while self.kind == "o" and self.sign in {".", ",", ";"} and not self.tokens[self.at + 1][0]:
            self.advance()
        if self.kind:
            raise self.error(self.unexpected())
        return value

    def unexpected(self) -> str:
        if self.kind == "n":
            return "expected an operator before a number"
        if self.kind == "t":
            return f"cannot read the words '{self.sign}'"
        if self.sign in {"=", "<", ">", "≤", "≥", "≠", "⟹", "~"}:
            return f"expected one expression, got '{self.sign}'"
        return f"'{self.sign}' is not expected here"

    def sum(self) -> Value:
        left = self.product()
        while self.kind == "o" and (self.sign == "+" or self.sign == "-"):
            join = op.plus if self.sign == "+" else op.minus
            self.advance()
            left = self.checked(algebra.plus, left, self.product(), join)
        return left

    def product(self) -> Value:
        left = self.signed()
        while True:
            if self.kind == "o" and self.sign in PRODUCTS:
                sign = self.sign
                self.advance()
                right = self.signed()
                if sign == "/" and self.starts_factor():
                    self.ambiguous = True
                    while self.tight and self.starts_factor():
                        right = self.checked(algebra.times, right, self.power())
                left = self.checked(PRODUCTS[sign], left, right, self.numpy)
            elif self.starts_factor():
                left = self.checked(algebra.times, left, self.power())
            else:
                return left

    def starts_factor(self) -> bool:
        """Whether what comes next multiplies what stands before it."""
        if self.kind == "o":
            return self.sign in "([{⌊⌈⟨" or (self.sign in "|‖" and not self.bars)
        return self.kind in FACTORS

    def signed(self) -> Value:
        if self.kind == "o" and self.sign == "-":
            self.advance()
            inner = self.nested(self.signed)
            return self.checked(algebra.mapped, op.negative, inner)
        if self.kind == "o" and self.sign == "+":
            self.advance()
            return self.nested(self.signed)
        return self.power()

    def power(self) -> Value:
        if self.kind == "v" and self.sign == ("e", ()) and "e" not in self.scope.values:
            self.advance()
            return self.euler()
        base = self.postfix(self.atom())
        while self.kind == "o" and self.sign in {"^", "**"}:
            base = self.postfix(self.exponent(base))
        return base

    def euler(self) -> Value:
        """Euler's number, with what it is raised to."""
        power: Value = algebra.ONE
        if self.kind == "o" and self.sign in {"^", "**"}:
            self.advance()
            power = self.nested(self.signed)
        return self.checked(algebra.mapped, op.exp, power)

    def exponent(self, base: Value) -> Value:
        """What stands above: a power, an inverse or the mark of a transpose."""
        self.advance()
        start = self.at
        if self.take("⊤"):
            return self.checked(algebra.transposed, base)
        if self.kind == "o" and self.sign in "{(":
            marks = [token[1] for token in self.tokens[start + 1 : start + 4]]
            if marks[:1] == ["⊤"]:
                self.move(start + 3)
                return self.checked(algebra.transposed, base)
            if marks[:2] == ["-", "⊤"]:
                self.move(start + 4)
                return self.checked(algebra.transposed, self.checked(algebra.inverse, base))
        power = self.nested(self.signed)
        if isinstance(power, Apply):
            power = folded(power)
        if isinstance(power, Number) and power.value == 2:
            inside = norm_squared(base)
            if inside is not None:
                return inside
        return self.checked(algebra.raised, base, power, self.numpy)

    def postfix(self, value: Value) -> Value:
        while True:
            if self.kind == "m":
                value = self.method(value)
            elif self.kind == "o" and self.sign in POSTFIX:
                sign = self.sign
                self.advance()
                value = self.checked(POSTFIX[sign], value)
            elif self.kind == "o" and self.sign == "[" and self.numpy and getattr(value, "shape", ()):
                value = self.checked(op.item, value, index=atoms.entry(self))
            else:
                return value

    def method(self, value: Value) -> Value:
        """What NumPy writes behind a dot: `X.T`, `r.sum()`."""
        name = self.sign
        self.advance()
        if name == "T":
            flat = isinstance(value, Expression) and len(value.shape) == 1
            return value if flat else self.checked(algebra.transposed, value)
        self.expect("(")
        return atoms.arguments(self, name, [value])

    def atom(self) -> Value:
        read = ATOMS.get(self.sign if self.kind == "o" else self.kind)
        if read is None:
            raise self.error("expected a number, a name or a bracket" if not self.kind else self.unexpected())
        return read(self)

    def condition(self) -> Value:
        """An expression, or a comparison that counts as 1 or 0."""
        left, result = self.sum(), None
        while self.kind == "o" and self.sign in COMPARISONS:
            compare = COMPARISONS[self.sign]
            self.advance()
            right = self.sum()
            held = self.checked(compare, algebra.whole(left), algebra.whole(right))
            result, left = held if result is None else self.checked(op.times, result, held), right
        return left if result is None else result


def norm_squared(base: Value) -> Expression | None:
    """The square of a root of a sum of squares, which is that sum; None for anything else."""
    inside = getattr(base, "operands", (None,))[0]
    squares = getattr(base, "operation", None) is OPERATIONS["sqrt"] and getattr(inside, "operation", None)
    return inside if squares is OPERATIONS["sum"] else None


def _matrix_product(a: Value, b: Value, numpy: bool) -> Value:
    return algebra.plus(a, b, op.times) if numpy else algebra.times(a, b)


def _crossed(a: Value, b: Value, numpy: bool) -> Value:
    three = isinstance(a, Expression) and isinstance(b, Expression) and a.shape == b.shape == (3,)
    return op.cross(a, b) if three else algebra.times(a, b)


def _primed(value: Value) -> Value:
    if isinstance(value, Expression) and not value.shape:
        raise UnreadableError("a prime behind a number: write the derivative as d/dx")
    return algebra.transposed(value)


PRODUCTS: dict[str, Callable[..., Value]] = {
    "*": _matrix_product, "·": lambda a, b, numpy: algebra.times(a, b, dotted=True), "×": _crossed,
    "@": lambda a, b, numpy: algebra.times(a, b, dotted=True), "⊙": lambda a, b, numpy: algebra.plus(a, b, op.times),
    "/": lambda a, b, numpy: algebra.divided(a, b),
}  # fmt: skip
"""Signs between factors."""

POSTFIX: dict[str, Callable[[Value], Value]] = {
    "'": _primed,
    "!": lambda a: OPERATIONS["factorial"](algebra.whole(a)),
    "%": lambda a: algebra.divided(a, Number(Fraction(100))),
}  # fmt: skip
"""Signs behind a factor."""

COMPARISONS: dict[str, Callable[[Expression, Expression], Expression]] = {
    "<": lambda a, b: op.less(a, b), ">": lambda a, b: op.less(b, a), "≤": lambda a, b: op.minus(1, op.less(b, a)),
    "≥": lambda a, b: op.minus(1, op.less(a, b)), "=": lambda a, b: op.equal(a, b),
    "≠": lambda a, b: op.minus(1, op.equal(a, b)),
}  # fmt: skip
"""Comparisons, each 1 or 0."""

FACTORS = frozenset("vFfrsbd")
"""Kinds of token that may follow a factor and multiply it."""

ATOMS: dict[str, Callable[[Parser], Value]] = {
    "n": atoms.number, "v": atoms.name, "F": atoms.call, "s": binders.over, "f": binders.fraction, "d": binders.partial,
    "r": groups.root, "b": groups.environment, "(": groups.group, "[": groups.group, "{": groups.group,
    "⌊": groups.floor, "⌈": groups.floor, "⟨": groups.inner, "|": groups.bars, "‖": groups.bars,
}  # fmt: skip
"""What an atom may start with: a kind of token, or a sign."""
