"""A place among the tokens of one formula, and what may be done there within the budget."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from grader.errors import GraderError, MisfitError, ShapeError, UnreadableError
from grader.expression.budget import Budget, BudgetError
from grader.expression.tree import Apply, Expression
from grader.expression.words import Resolved

T = TypeVar("T")

DEEPEST = 40  # brackets, powers and functions inside each other
MOST_ENTRIES = 10_000  # of a tensor that a formula makes


class Cursor:
    """The token that stands next, and what is read around it."""

    def __init__(self, tokens: Sequence[Resolved], text: str) -> None:
        self.tokens, self.text = list(tokens), text
        self.budget = Budget()
        self.start()

    def start(self) -> None:
        """Go to the first token."""
        self.depth = 0
        self.inside = ""  # the bracket around what is read; a bar closes what a bar opened
        self.move(0)

    def move(self, to: int) -> None:
        """Go to a token."""
        self.at = to
        self.kind, self.sign, self.column = self.tokens[to]

    def advance(self) -> None:
        self.move(self.at + 1)

    def ahead(self, count: int = 1) -> tuple[str, Any, int]:
        """A token further on; the end where there is none."""
        return self.tokens[min(self.at + count, len(self.tokens) - 1)]

    def error(self, what: str, column: int | None = None) -> UnreadableError:
        return UnreadableError(what, self.text, column or self.column)

    def take(self, sign: str) -> bool:
        if self.kind == "o" and self.sign == sign:
            self.advance()
            return True
        return False

    def expect(self, sign: str) -> None:
        if sign == "|" and self.kind == "o" and self.sign == "‖":  # |x||y|
            self.tokens[self.at : self.at + 1] = bars(self.column)
            self.move(self.at)
        if not self.take(sign):
            found = f", got '{self.sign}'" if self.sign and isinstance(self.sign, str) else ""
            raise self.error(f"expected '{sign}'{found}")

    def step(self) -> None:
        """Take one step of the budget."""
        try:
            self.budget.step()
        except BudgetError as error:
            raise self.error(error.what) from error

    def checked(self, make: Callable[..., T], *operands: Any, **options: Any) -> T:
        """Apply an operation within the budget; shapes that do not fit are an error here."""
        try:
            self.budget.step()
            value = make(*operands, **options)
            if isinstance(value, Apply):
                self.budget.measure(value)
        except MisfitError:
            raise
        except ShapeError as error:
            raise MisfitError(error.what, self.text, self.column) from error
        except UnreadableError as error:
            raise self.error(error.what, error.column) from error
        except GraderError as error:
            raise self.error(error.what) from error
        if isinstance(value, Expression) and value.shape and math.prod(value.shape) > MOST_ENTRIES:
            raise self.error(f"more than {MOST_ENTRIES} entries")
        return value

    def deeper(self) -> None:
        """Go one further inside; who calls takes one off `depth` when it is read."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"nested more than {DEEPEST} deep")

    def nested(self, read: Callable[[], T]) -> T:
        """What stands inside something else, within the budget of depth."""
        self.deeper()
        value = read()
        self.depth -= 1
        return value

    def within(self, bracket: str, read: Callable[[], T]) -> T:
        """What is read inside a bracket."""
        outside, self.inside = self.inside, bracket
        value = read()
        self.inside = outside
        return value


def bars(column: int) -> list[tuple[str, Any, int]]:
    """Two bars that stand side by side."""
    return [("o", "|", column), ("o", "|", column + 1)]
