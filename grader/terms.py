"""What formulas of a page mean where it is more than its names say.

A page in symbols may lump things together: R for "the other exponentials". A student's sum over k needs the scores
themselves. So a family may give a page samples to evaluate formulas at (scores z of four classes), say what the page's
symbols come to in them (R = e^(z_3) + e^(z_4)), and which other words students use (ŷ for p).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.expression.tree import Expression, Name, Operand, Shape, as_expression


@dataclass
class Terms:
    """The samples, meanings and words of a page."""

    domains: dict[str, str] = field(default_factory=dict)
    """Domains of names by declaration, such as `positive`; a name without one is real."""
    meanings: dict[str, Expression] = field(default_factory=dict)
    words: dict[str, Expression] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    """Letters that stand for a position, from 0."""
    lengths: dict[str, int] = field(default_factory=dict)
    lie: bool = False
    """Whether the page's vectors are rows, as where samples stand in columns."""

    def sample(self, name: str, shape: Shape = (), domain: str = "real") -> Name:
        """A quantity that formulas are evaluated at, which students may name and pages do not show."""
        sampled = Name(name, shape)
        self.words[name] = sampled
        self.domains[name] = domain
        return sampled

    def mean(self, symbol: Expression, tree: Operand) -> None:
        """Say what a symbol of the page comes to in the samples."""
        assert isinstance(symbol, Name)
        self.meanings[symbol.name] = as_expression(tree)

    def rows(self, n: Expression, y: Expression, others: Mapping[str, int]) -> None:
        """Say that n counts the rows of the data, the entries of y, and how long other lengths are."""
        self.mean(n, len(y))
        self.lengths |= {"n": len(y), **others}
        self.places |= {"i": 0, "j": 1}

    def word(self, name: str, tree: Expression) -> None:
        """Another name that students may use, and what it stands for."""
        self.words[name] = tree
