"""A derivation, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from grader.document import Entries, Items, Node, Text
from grader.errors import Place, SpecError
from grader.expression import formats, layout
from grader.families import family
from grader.families.givens import ListOf, OneOf, Setting, Written, is_text, shown
from grader.kinds import PROSE
from grader.solution import Page

DOMAINS = {"real": "real", "positive": "positive", "whole": "whole-numbered"}


@dataclass(frozen=True)
class Symbol:
    """What a symbol stands for: its shape, in lengths or names of lengths, and the domain of its entries."""

    shape: tuple[str, ...] = ()
    domain: str = "real"

    def __str__(self) -> str:
        lengths = " × ".join(f"${length}$" for length in self.shape)
        domain = DOMAINS[self.domain]
        match len(self.shape):
            case 0:
                return f"a {domain.removesuffix('-numbered')} number"
            case 1:
                return f"a {domain} vector of {lengths} entries"
        return f"a {domain} {lengths} matrix"


@dataclass(frozen=True)
class SymbolsOf(Setting):
    """Symbols by name, with shapes and domains."""

    expects: str = "a mapping of names to a shape such as [n, d], a domain (real, positive, whole), or {shape, domain}"

    def read(self, node: Node, place: Place) -> tuple[tuple[str, Symbol], ...]:
        if not isinstance(node, Entries):
            raise SpecError(f"expected {self.expects}, got {shown(node)}", place)
        for name in node:
            if not name.isidentifier():
                raise SpecError(f"{name!r} is no name", place, "use letters, digits and _, as in w_1")
        return tuple((name, self.symbol(each, place.within(name, node.line_of(name)))) for name, each in node.items())

    def symbol(self, node: Node, place: Place) -> Symbol:
        if isinstance(node, Text):
            return Symbol(domain=OneOf(tuple(DOMAINS)).read(node, place))
        if isinstance(node, Items) and len(node) <= 2 and all(isinstance(each, Text) for each in node):
            lengths = tuple(str(each) for each in node)
            if all(each.isidentifier() or each.isdecimal() for each in lengths):
                return Symbol(lengths)
        if isinstance(node, Entries) and set(node) == {"shape", "domain"}:
            shape = self.symbol(node["shape"], place.within("shape")).shape
            return Symbol(shape, OneOf(tuple(DOMAINS)).read(node["domain"], place.within("domain")))
        raise SpecError(f"expected a shape such as [n, d], a domain, or both, got {shown(node)}", place)


Line = Written("a line of LaTeX, without dollar signs", r"[^$]*[^$\s][^$]*")
Formula = Annotated[str, Line]
Lines = Annotated[list[str], ListOf(Line, is_text)]
Symbols = Annotated[tuple[tuple[str, Symbol], ...], SymbolsOf()]


@family
def derivation(s: Page, *, start: Formula, goal: Formula, symbols: Symbols | None = None, lines: Lines) -> None:
    r"""A derivation from one formula to another, each line from the one before.

    `start`, `goal` and the expected `lines` are LaTeX without dollar signs. `symbols` says what the letters stand for:
    a shape in lengths or their names, a domain, or both. The expected lines stand on the key and on no page for
    students. A person reads the student's lines beside them: the verdict is `review`.

    Example::

        start: L(w) = \frac{1}{2}(y - wx)^2
        goal: \frac{dL}{dw} = -(y - wx)x
        symbols: {w: real, x: real, y: real}
        lines:
          - \frac{dL}{dw} = \frac{1}{2} \cdot 2 (y - wx) \cdot \frac{d}{dw}(y - wx)
          - \frac{dL}{dw} = (y - wx)(-x)
          - \frac{dL}{dw} = -(y - wx)x
    """
    told = [f"${formats.latex(layout.symbol(name))}$ is {symbol}" for name, symbol in symbols or ()]
    s.ask(f"Start from ${start}$.", f"Arrive at ${goal}$.", *([f"Here {'; '.join(told)}."] if told else []))
    sentence = "Write one line below the other, each so that it follows from the line before."
    s.step("lines", 0, sentence, kind=PROSE, key=[f"${line}$" for line in lines])
