"""What the optimisers with a step size of its own for each weight have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from grader.expression import Expression, Name, sqrt
from grader.families.givens import OneOf
from grader.families.line import slips
from grader.solution import Page

Epsilon = Annotated[str, OneOf(("inside", "outside"))]

FORGOTTEN = "It carries over what it was before this sample."
EXCHANGED = "The share β belongs to the average as it was, the rest to this sample."
SHARES = "In an average the shares add up to 1."
NOT_SQUARED = "The slope comes in squared."
ROOT = "Divide by the root, which has the unit of the slope."
PLAIN = "That is the plain step; here each weight's step is scaled."


@dataclass(frozen=True)
class Divisor:
    """What a step is divided by, with ε inside the root or outside."""

    eps: Expression
    epsilon: str

    def root(self, G: Expression) -> Expression:
        """√(G + ε), or √G + ε."""
        return sqrt(G + self.eps) if self.epsilon == "inside" else sqrt(G) + self.eps

    def square(self, G: Expression) -> Expression:
        """What those who leave out the root divide by."""
        return G + self.eps


def squares(
    s: Page,
    name: str,
    called: str,
    G: Expression,
    g: Expression,
    beta: Expression,
    other: Expression | None = None,
) -> Name:
    """A running average of squared slopes: G = βG + (1 − β)g²; `other` is a rate that it may be taken for."""
    step = s.step(
        name, beta * G + (1 - beta) * g**2, f"Average the square of the slope in {called} with those before it."
    )
    slips(
        s, step,
        ("not-squared", beta * G + (1 - beta) * g, NOT_SQUARED),
        ("beta-exchanged", (1 - beta) * G + beta * g**2, EXCHANGED),
        ("not-averaged", G + g**2, "That adds up without forgetting; here old squares fade."),
        ("history-forgotten", (1 - beta) * g**2, FORGOTTEN),
        ("share-left-out", beta * G + g**2, SHARES),
    )  # fmt: skip
    if other is not None:
        s.slip(
            step, "other-beta", other * G + (1 - other) * g**2, "Each average has a β of its own; this took the other."
        )
    return step
