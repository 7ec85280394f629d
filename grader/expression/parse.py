"""Formulas that authors write in specs, read into the same tree that families write. Nothing is executed.

The grammar, loosest first: a comparison `a < b`; sums; products and quotients (`*`, `·`, `/`, `@`), where two factors
may stand side by side; a sign; powers (`^` or `**`, from the right); calls `exp(x)`, entries `x[1]` counted from 1,
brackets, numbers, names.

>>> from grader.expression import Name, plain_of
>>> plain_of(parse("2 (x + 1)^2 - exp(-x)/3", {"x": Name("x")}))
'2·(x + 1)² − e^(−x)/3'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.errors import ShapeError, UnreadableError, did_you_mean
from grader.expression import operations as op
from grader.expression.numerals import read_numeral
from grader.expression.tree import Expression, Number, Operation

LONGEST = 2000  # characters
DEEPEST = 40  # brackets, signs and powers inside each other
TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|.))", re.DOTALL
)

FUNCTIONS: dict[str, Operation] = {
    "abs": op.absolute, "arccos": op.arccos, "argmax": op.argmax, "argmin": op.argmin, "ceil": op.ceiling,
    "choose": op.choose, "cos": op.cos, "cross": op.cross, "exp": op.exp, "floor": op.floor, "ln": op.log,
    "log": op.log, "matmul": op.matmul, "max": op.maximum, "mean": op.mean, "min": op.minimum, "outer": op.outer,
    "relu": op.relu, "sigmoid": op.sigmoid, "sign": op.sign, "sin": op.sin, "softmax": op.softmax, "solve": op.solve,
    "sqrt": op.sqrt, "sum": op.total, "tanh": op.tanh, "transpose": op.transpose, "where": op.where,
}  # fmt: skip
"""What an author may call, by the name to call it."""


def parse(text: str, names: Mapping[str, Expression]) -> Expression:
    """The expression that `text` writes in `names`.

    Raises `UnreadableError` with the column where reading stopped.
    """
    if len(text) > LONGEST:
        raise UnreadableError(f"a formula of more than {LONGEST} characters", text, LONGEST)
    parser = Parser(text, names)
    tree = parser.comparison()
    parser.expect("", "the end")
    return tree


@dataclass(frozen=True)
class Token:
    """A number, a name, a sign or the end, and the column where it stands."""

    kind: str
    text: str
    column: int


class Parser:
    """Precedence climbing over the tokens of a formula, a method a level."""

    def __init__(self, text: str, names: Mapping[str, Expression]) -> None:
        self.text, self.names = text, names
        found = [(match.lastgroup or "", match) for match in TOKEN.finditer(text.replace("−", "-").rstrip())]
        self.tokens = [Token(kind, match[kind], match.start(kind) + 1) for kind, match in found]
        self.tokens.append(Token("end", "", len(text.rstrip()) + 1))
        self.at = self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def error(self, what: str, hint: str = "") -> UnreadableError:
        return UnreadableError(f"{what}{'; ' + hint if hint else ''}", self.text, self.token.column)

    def take(self, *signs: str) -> str:
        """The next sign, if it is one of these; empty if not."""
        if self.token.kind == "sign" and self.token.text in signs:
            self.at += 1
            return self.tokens[self.at - 1].text
        return ""

    def expect(self, sign: str, called: str = "") -> None:
        if self.token.text != sign:
            raise self.error(f"expected {called or repr(sign)}")
        self.at += 1

    def build(self, make: Callable[..., Expression], *operands: Expression) -> Expression:
        """Apply an operation; operands whose shapes do not fit are an error here."""
        try:
            return make(*operands)
        except (ShapeError, TypeError) as error:
            raise self.error(getattr(error, "what", "a call with the wrong number of arguments")) from error

    def nested(self, read: Callable[[], Expression]) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"nested more than {DEEPEST} deep")
        tree = read()
        self.depth -= 1
        return tree

    def comparison(self) -> Expression:
        left = self.sum()
        if sign := self.take("<", ">"):
            right = self.sum()
            return self.build(op.less, left, right) if sign == "<" else self.build(op.less, right, left)
        return left

    def sum(self) -> Expression:
        left = self.product()
        while sign := self.take("+", "-"):
            left = self.build(op.plus if sign == "+" else op.minus, left, self.product())
        return left

    def product(self) -> Expression:
        signs = {"*": op.times, "·": op.times, "×": op.times, "/": op.divide, "@": op.matmul}
        left = self.signed()
        while True:
            if sign := self.take(*signs):
                left = self.build(signs[sign], left, self.signed())
            elif self.token.kind in {"number", "name"} or self.token.text == "(":
                left = self.build(op.times, left, self.power())
            else:
                return left

    def signed(self) -> Expression:
        if self.take("-"):
            return self.build(op.negative, self.nested(self.signed))
        self.take("+")
        return self.power()

    def power(self) -> Expression:
        base = self.entry()
        if self.take("^", "**"):
            return self.build(op.power, base, self.nested(self.signed))
        return base

    def entry(self) -> Expression:
        tree = self.atom()
        while self.take("["):
            index = [self.position()]
            while self.take(","):
                index.append(self.position())
            self.expect("]")
            tree = self.build(lambda of, index=tuple(index): op.item(of, index=index), tree)
        return tree

    def position(self) -> int:
        if self.token.kind != "number" or not self.token.text.isdecimal():
            raise self.error("expected a position, a whole number from 1")
        self.at += 1
        return int(self.tokens[self.at - 1].text) - 1

    def atom(self) -> Expression:
        token = self.token
        if token.kind == "number":
            self.at += 1
            return Number(read_numeral(token.text).value)
        if token.kind == "name":
            self.at += 1
            return self.called(token) if self.token.text == "(" and token.text not in self.names else self.named(token)
        if self.take("("):
            tree = self.nested(self.comparison)
            self.expect(")")
            return tree
        raise self.error("expected a number, a name or a bracket")

    def named(self, token: Token) -> Expression:
        if token.text in self.names:
            return self.names[token.text]
        self.at -= 1
        raise self.error(f"unknown name '{token.text}'", did_you_mean(token.text, self.names))

    def called(self, token: Token) -> Expression:
        if token.text not in FUNCTIONS:
            self.at -= 1
            raise self.error(f"unknown function '{token.text}'", did_you_mean(token.text, FUNCTIONS))
        self.expect("(")
        arguments = [self.nested(self.comparison)]
        while self.take(","):
            arguments.append(self.nested(self.comparison))
        self.expect(")")
        return self.build(FUNCTIONS[token.text], *arguments)
