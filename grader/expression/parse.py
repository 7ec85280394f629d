"""Formulas that authors write in specs, read into the same tree that families write. Nothing is executed.

The grammar, loosest first: a comparison `a < b`; sums; products and quotients (`*`, `·`, `/`, `@`), where two factors
may stand side by side; a sign; powers (`^` or `**`, from the right); calls `exp(x)`, entries `x[1]` counted from 1,
brackets, numbers, names. A number never stands right behind a factor: `2 x` is a product and `x 2` a mistake.

>>> from grader.expression import Name, plain_of
>>> plain_of(parse("2 (x + 1)^2 - exp(-x)/3", {"x": Name("x")}))
'2·(x + 1)² − e^(−x)/3'
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

from grader import expression as op
from grader.errors import ShapeError, UnreadableError, did_you_mean
from grader.expression.numerals import read_numeral
from grader.expression.tree import Expression, Number

LONGEST = 2000  # characters
DEEPEST = 40  # brackets, signs and powers inside each other
MOST_OPERATIONS = 150  # in one formula
MOST_ENTRIES = 10_000  # of a tensor that a formula makes
LARGEST = 10**300  # number that a formula writes
TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|.))", re.DOTALL
)


def over(entries: Callable[..., Expression], pair: Callable[..., Expression]) -> Callable[..., Expression]:
    """A function of one tensor's entries, or of as many arguments as stand there."""
    return lambda first, *rest: reduce(pair, rest, first) if rest else entries(first)


FUNCTIONS: dict[str, Callable[..., Expression]] = {
    "abs": op.absolute, "arccos": op.arccos, "argmax": op.argmax, "argmin": op.argmin, "ceil": op.ceiling,
    "choose": op.choose, "cos": op.cos, "cross": op.cross, "equal": op.equal, "exp": op.exp, "floor": op.floor,
    "ln": op.log, "log": op.log, "matmul": op.matmul, "max": over(op.largest, op.maximum), "mean": op.mean,
    "min": over(op.smallest, op.minimum), "outer": op.outer, "relu": op.relu, "sigmoid": op.sigmoid, "sign": op.sign,
    "sin": op.sin, "softmax": op.softmax, "solve": op.solve,
    "sqrt": op.sqrt, "sum": op.total, "tanh": op.tanh, "transpose": op.transpose, "where": op.where,
}  # fmt: skip
"""What an author may call, by the name to call it."""

ARGUMENTS = {"choose": 2, "cross": 2, "equal": 2, "matmul": 2, "outer": 2, "solve": 2, "where": 3}
"""How many arguments a function takes where it is not one; `max` and `min` take any number."""


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


def free_names(text: str) -> tuple[str, ...]:
    """The names in a formula that are not called like a function, in the order they are written.

    >>> free_names("a x^2 + exp(x) - sin(b)")
    ('a', 'x', 'b')
    """
    tokens = Parser(text, {}).tokens
    called = [after.text == "(" for after in tokens[1:]]
    found = [token.text for token, call in zip(tokens, called, strict=False) if token.kind == "name" and not call]
    return tuple(dict.fromkeys(found))


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
        self.at = self.depth = self.operations = 0

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
        self.operations += 1
        if self.operations > MOST_OPERATIONS:
            raise self.error(f"more than {MOST_OPERATIONS} operations", "name its parts as steps of their own")
        try:
            tree = make(*operands)
        except ShapeError as error:
            raise self.error(error.what) from error
        if math.prod(tree.shape) > MOST_ENTRIES:
            raise self.error(f"more than {MOST_ENTRIES} entries")
        return tree

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
            elif self.token.kind == "name" or self.token.text == "(":
                left = self.build(op.times, left, self.power())
            elif self.token.kind == "number":
                raise self.error("expected an operator before a number")
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
            return self.number(token)
        if token.kind == "name":
            self.at += 1
            return self.called(token) if self.token.text == "(" and self.calls(token) else self.named(token)
        if self.take("("):
            tree = self.nested(self.comparison)
            self.expect(")")
            return tree
        raise self.error("expected a number, a name or a bracket")

    def number(self, token: Token) -> Expression:
        try:
            value = read_numeral(token.text).value
        except UnreadableError as error:
            raise self.error(error.what) from error
        if value > LARGEST:
            raise self.error("too large a number")
        self.at += 1
        return Number(value)

    def calls(self, token: Token) -> bool:
        """Whether a name before a bracket is a function's, and not a quantity that the bracket multiplies."""
        if token.text in FUNCTIONS and token.text in self.names:
            self.at -= 1
            what = f"'{token.text}' is a function and a quantity here"
            raise self.error(what, f"rename the quantity, or write {token.text}*(…)")
        return token.text not in self.names

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
        wanted = ARGUMENTS.get(token.text, 1)
        if len(arguments) != wanted and token.text not in {"max", "min"}:
            count = "1 argument" if wanted == 1 else f"{wanted} arguments"
            raise self.error(f"{token.text} takes {count}, got {len(arguments)}")
        self.expect(")")
        return self.build(FUNCTIONS[token.text], *arguments)
