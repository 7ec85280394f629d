r"""Formulas as people type them, read into the tree that families write. Nothing is executed.

The grammar, loosest first: sums; products entry by entry (⊙); products and quotients, where factors may stand side by
side; a sign; powers; what stands behind a factor (`'`, `!`, `%`, `.T`, an index); atoms. An atom is one row of `ATOMS`:
to read one more thing, add a row. Words become names in a `Scope`; sums, derivatives and products of matrices become
operations of the one table.

>>> from grader.expression import plain_of
>>> plain_of(parse(r"\frac{1}{2}(x - 1)^2 + e^{-x}", Scope({}, free=True)))
'1/2·(x − 1)² + e^(−x)'
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader import expression as op
from grader.errors import MisfitError, UnreadableError
from grader.expression import algebra, atoms, binders, derivatives, groups, operators
from grader.expression.algebra import Value
from grader.expression.constants import folded
from grader.expression.cursor import Cursor, bars
from grader.expression.operators import COMPARISONS, HINTS, POSTFIX, PRODUCTS, norm_squared
from grader.expression.scope import Scope
from grader.expression.tokens import Token, tokens
from grader.expression.tree import Apply, Expression, Index, Number
from grader.expression.words import Resolved, resolved


def parse(text: str, scope: Scope, decimal: str = "point", tight: bool = False) -> Expression:
    """The expression that `text` writes in the names of `scope`; a row comes as the vector that it is.

    With `tight` factors side by side hold together more closely than a division: `1/2x` is 1/(2x). Raises
    `UnreadableError` with the column where reading stopped, `MisfitError` where shapes do not fit.
    """
    parser = Parser(tokens(text, decimal), scope, text, tight)
    return parser.checked(algebra.whole, parser.everything())


class Parser(Cursor):
    """Precedence climbing over the tokens of one formula."""

    first = 1
    """Where positions in square brackets count from; in NumPy's way of writing from 0."""
    products = PRODUCTS

    def __init__(self, found: Sequence[Token], scope: Scope, text: str, tight: bool = False) -> None:
        self.scope, self.tight = scope, tight
        self.numpy = any(kind == "m" or (kind == "o" and sign in {"np.", "@"}) for kind, sign, _ in found)
        if self.numpy:
            self.first = 0
        self.running: frozenset[str] = frozenset()  # letters of the sums around what is read
        self.ambiguous = False
        super().__init__(self.resolved(found, text), text)

    def resolved(self, found: Sequence[Token], text: str) -> list[Resolved]:
        """The tokens with every word taken apart into names and functions."""
        return resolved(found, self.scope, text)

    def everything(self) -> Value:
        """The whole formula, to its end. Two bars that close nothing as a norm are tried as one and one."""
        try:
            return self.formula()
        except MisfitError:
            raise
        except UnreadableError:
            if not any(token[:2] == ("o", "‖") for token in self.tokens):
                raise
            before = self.tokens
            self.tokens = [bar for token in before for bar in (bars(token[2]) if token[:2] == ("o", "‖") else [token])]
            try:
                self.start()
                return self.formula()
            except UnreadableError:
                self.tokens = before
            raise

    def formula(self) -> Value:
        """One formula, and nothing behind it."""
        if not self.kind:
            raise self.error("expected a formula, got nothing")
        return self.whole(lambda: groups.chosen(self, self.sum))

    def whole(self, read: Callable[[], Value]) -> Value:
        """What is read, where it goes to the end; a sentence may end with a full stop."""
        value = read()
        while self.kind == "o" and self.sign in {".", ",", ";"} and not self.ahead()[0]:
            self.advance()
        if self.kind:
            raise self.error(self.unexpected())
        return value

    def unexpected(self) -> str:
        """What is wrong with the token that stands here."""
        if self.kind == "n":
            return "expected an operator before a number"
        if self.kind == "t" or str(self.sign).startswith("“"):
            return f"cannot read the words {self.sign}"
        if self.sign in COMPARISONS or self.sign in ARROWS:
            return f"expected one expression, got '{self.sign}'"
        if self.sign in HINTS:
            return f"'{self.sign}' is not expected here: {HINTS[self.sign]}"
        shown = self.sign if isinstance(self.sign, str) else "_".join((self.sign[0], *self.sign[1]))
        return f"'{shown}' is not expected here"

    def sum(self) -> Value:
        left = self.entrywise()
        while self.kind == "o" and (self.sign == "+" or self.sign == "-"):
            join = op.plus if self.sign == "+" else op.minus
            self.advance()
            left = self.checked(operators.joined, left, self.entrywise(), join, self.numpy)
        return left

    def entrywise(self) -> Value:
        """A product, or several joined entry by entry: `a ⊙ X b` is a ⊙ (X b)."""
        left = self.product()
        while self.kind == "o" and self.sign == "⊙":
            self.advance()
            left = self.checked(operators.joined, left, self.product(), op.times, self.numpy)
        return left

    def product(self) -> Value:
        left = self.signed()
        while True:
            if self.kind == "o" and self.sign in self.products:
                sign = self.sign
                self.advance()
                right = self.signed()
                if sign == "/" and self.starts_factor():
                    self.ambiguous = True
                    while self.tight and self.starts_factor():
                        right = self.checked(algebra.times, right, self.power())
                left = self.checked(self.products[sign], left, right, self.numpy)
            elif self.starts_factor():
                left = self.checked(self.products["*"], left, self.power(), self.numpy)
            else:
                return left

    def starts_factor(self) -> bool:
        """Whether what comes next multiplies what stands before it."""
        if self.kind == "n":  # 2^x 3^x
            return self.ahead()[1] == "^" and self.tokens[self.at - 1][0] != "n"
        if self.kind != "o":
            return self.kind in FACTORS
        if self.sign == "[" and self.apart():
            return False
        return self.sign in OPENING or (self.sign in {"|", "‖"} and self.inside not in {"|", "‖"})

    def apart(self) -> bool:
        """Whether a list starts here behind another in a list, as NumPy prints the rows of a matrix."""
        _, sign, column = self.tokens[self.at - 1]
        return self.inside == "[" and sign == "]" and self.column > column + 1

    def signed(self) -> Value:
        minus = 0
        while self.kind == "o" and (self.sign == "-" or self.sign == "+"):
            minus += self.sign == "-"
            self.advance()
        value = self.power()
        for _ in range(minus):
            value = self.checked(algebra.mapped, op.negative, value)
        return value

    def power(self) -> Value:
        """A factor with its power. What stands inside something else is read here: here depth is bounded."""
        self.deeper()
        if self.kind == "v" and self.sign == ("e", ()) and self.scope.customary("e"):
            value = self.euler()
        else:
            value = self.postfix(self.atom())
        while self.kind == "o" and (self.sign == "^" or self.sign == "**"):
            value = self.postfix(self.exponent(value))
        self.depth -= 1
        return value

    def euler(self) -> Value:
        """Euler's number, with what it is raised to."""
        self.advance()
        power: Value = algebra.ONE
        if self.kind == "o" and self.sign in {"^", "**"}:
            self.advance()
            power = self.signed()
        return self.checked(algebra.mapped, op.exp, power)

    def exponent(self, base: Value) -> Value:
        """What stands above: a power, an inverse or the mark of a transpose."""
        self.advance()
        signs = [self.ahead(count)[1] for count in range(4)]
        if signs[0] in TRANSPOSED:
            self.advance()
            return self.checked(TRANSPOSED[signs[0]], base)
        if signs[0] in {"{", "("} and signs[1] in TRANSPOSED and signs[2] in {"}", ")"}:
            self.move(self.at + 3)
            return self.checked(TRANSPOSED[signs[1]], base)
        if signs[0] in {"{", "("} and signs[1] == "-" and signs[2] in TRANSPOSED and signs[3] in {"}", ")"}:
            self.move(self.at + 4)
            return self.checked(algebra.transposed, self.checked(algebra.inverse, base))
        power = self.signed()
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
            elif self.kind != "o" or self.sign not in POSTFIX:
                return value
            elif self.sign == "_":
                value = self.checked(algebra.entry, value, self.scope.positions, atoms.subscripts(self))
            elif self.sign == "[":
                if self.apart() or not (self.numpy or algebra.lengthy(value)):
                    return value
                value = self.item(value, atoms.entry(self))
            else:
                sign = self.sign
                self.advance()
                value = self.checked(POSTFIX[sign], value)

    def item(self, value: Value, index: Index) -> Value:
        """An entry by its position; one that is not there is no entry."""
        try:
            return self.checked(lambda: op.item(algebra.whole(value), index=index))
        except MisfitError as error:
            raise self.error(error.what) from error

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
            expected = not self.kind or (self.kind == "o" and not self.sign.startswith("“") and self.sign not in HINTS)
            raise self.error("expected a number, a name or a bracket" if expected else self.unexpected())
        return read(self)

    def condition(self) -> Value:
        """An expression, or a comparison that counts as 1 or 0."""
        left, result = self.sum(), None
        while self.kind == "o" and self.sign in COMPARISONS:
            compare = COMPARISONS[self.sign]
            self.advance()
            right = self.sum()
            held = self.checked(lambda a, b, c=compare: c(algebra.whole(a), algebra.whole(b)), left, right)
            result, left = held if result is None else self.checked(op.times, result, held), right
        return left if result is None else result


ARROWS = {"⟹", "≈"}
TRANSPOSED = {"⊤": algebra.transposed, "'": POSTFIX["'"]}
OPENING = frozenset("([{⌊⌈⟨")
FACTORS = frozenset("vFfrsbd")
"""Kinds of token that may follow a factor and multiply it."""

ATOMS: dict[str, Callable[[Parser], Value]] = {
    "n": atoms.number, "v": derivatives.quantity, "F": binders.function, "s": binders.over, "f": derivatives.fraction,
    "d": derivatives.partial, "r": groups.root, "b": groups.environment, "(": groups.group, "[": groups.group,
    "{": groups.group, "⌊": groups.floor, "⌈": groups.floor, "⟨": groups.inner, "|": groups.bars, "‖": groups.bars,
}  # fmt: skip
"""What an atom may start with: a kind of token, or a sign."""
