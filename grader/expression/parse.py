"""Formulas that authors write in specs: read by the parser that reads students' formulas, with stricter words.

A word is one name, as a spec spells it, or a function; no letter means anything by itself. Products are entry by
entry and `@` is the matrix product, as in NumPy; positions count from 1; a comparison counts as 1 or 0.

>>> from grader.expression import Name, plain_of
>>> plain_of(parse("2 (x + 1)^2 - exp(-x)/3", {"x": Name("x")}))
'2·(x + 1)² − e^(−x)/3'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader import expression as op
from grader.errors import UnreadableError, did_you_mean
from grader.expression import algebra
from grader.expression.algebra import Value
from grader.expression.functions import FUNCTIONS
from grader.expression.operators import PRODUCTS, joined
from grader.expression.parser import Parser
from grader.expression.scope import Scope
from grader.expression.tokens import Token, tokens
from grader.expression.tree import Expression
from grader.expression.words import Resolved


def parse(text: str, names: Mapping[str, Expression]) -> Expression:
    """The expression that `text` writes in `names`.

    Raises `UnreadableError` with the column where reading stopped.
    """
    parser = Author(tokens(text), Names(names), text)
    return parser.checked(algebra.whole, parser.everything())


def free_names(text: str) -> tuple[str, ...]:
    """The names in a formula that are not called like a function, in the order they are written.

    >>> free_names("a x^2 + exp(x) - sin(b)")
    ('a', 'x', 'b')
    """
    found = tokens(text)
    called = [after[1] == "(" for after in found[1:]]
    words = [word for (kind, word, _), call in zip(found, called, strict=False) if kind == "w" and not call]
    return tuple(dict.fromkeys(words))


class Names(Scope):
    """Names as a spec spells them, and nothing else."""

    def __init__(self, names: Mapping[str, Expression]) -> None:
        super().__init__({})
        self.known = self.values = dict(names)

    def customary(self, base: str) -> bool:
        """No letter means anything by itself."""
        return False


class Author(Parser):
    """NumPy's products, positions from 1, comparisons."""

    products = PRODUCTS | dict.fromkeys("·×", lambda a, b, numpy: joined(a, b, op.times, numpy))

    def __init__(self, found: Sequence[Token], scope: Names, text: str) -> None:
        super().__init__(found, scope, text)
        self.numpy, self.first = True, 1

    def resolved(self, found: Sequence[Token], text: str) -> list[Resolved]:
        """Words as names, or as functions where a bracket follows."""
        result: list[Resolved] = []
        depth = 0
        for (kind, word, column), (_, follows, _) in zip(found, (*found[1:], ("", "", 0)), strict=True):
            depth += (word in {"(", "["}) - (word in {")", "]"})
            if word == "=" and not depth:
                raise UnreadableError("expected one formula, got '='; write equal(…, …)", text, column)
            if kind in {"a", "d", "s", "t", "m"} or word == "np.":
                raise UnreadableError(f"cannot read '{word}' in a spec", text, column)
            if kind != "w":
                result.append((kind, word, column))
            elif follows == "(" and self.calls(word, text, column):
                result.append(("F", word, column))
            else:
                result.append(("v", (word, ()), column))
        return result

    def calls(self, word: str, text: str, column: int) -> bool:
        """Whether a name before a bracket is a function's, and not a quantity that the bracket multiplies."""
        if word in self.scope.values and word in FUNCTIONS:
            what = f"'{word}' is a function and a quantity here; rename the quantity, or write {word}*(…)"
            raise UnreadableError(what, text, column)
        if word in self.scope.values:
            return False
        if word not in FUNCTIONS:
            raise UnreadableError(f"unknown function '{word}'; {did_you_mean(word, FUNCTIONS)}", text, column)
        return True

    def formula(self) -> Value:
        return self.whole(self.condition)
