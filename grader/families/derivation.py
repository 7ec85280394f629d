"""A derivation, line by line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from grader.document import Entries, Items, Node, Text
from grader.errors import GraderError, Place, SpecError
from grader.expression import formats, layout
from grader.expression.domains import DOMAINS, Declaration, declared
from grader.families import family
from grader.families.givens import ListOf, Setting, Written, is_text, shown
from grader.kinds import Lines as LinesKind
from grader.solution import Page


@dataclass(frozen=True)
class SymbolsOf(Setting):
    """Symbols by name, with shapes and domains."""

    expects: str = "a mapping of names to a shape such as [n, d], a domain (real, positive, …), or {shape, domain}"

    def read(self, node: Node, place: Place) -> tuple[tuple[str, Declaration], ...]:
        if not isinstance(node, Entries):
            raise SpecError(f"expected {self.expects}, got {shown(node)}", place)
        for name in node:
            if not name.isidentifier():
                raise SpecError(f"{name!r} is no name", place, "use letters, digits and _, as in w_1")
        return tuple((name, self.symbol(each, place.within(name, node.line_of(name)))) for name, each in node.items())

    def symbol(self, node: Node, place: Place) -> Declaration:
        try:
            return self._symbol(node, place)
        except GraderError as error:
            raise SpecError(error.what, place, error.hint) from error

    def _symbol(self, node: Node, place: Place) -> Declaration:
        if isinstance(node, Text):
            return declared(str(node))
        if isinstance(node, Items) and len(node) <= 2 and all(isinstance(each, Text) for each in node):
            lengths = tuple(str(each) for each in node)
            if all(each.isidentifier() or each.isdecimal() for each in lengths):
                return Declaration(lengths=lengths)
        if isinstance(node, Entries) and set(node) == {"shape", "domain"}:
            shaped = self._symbol(node["shape"], place.within("shape"))
            if str(node["domain"]) in DOMAINS:
                return replace(shaped, domain=str(node["domain"]))
            return replace(shaped, domain=declared(str(node["domain"])).domain)
        raise SpecError(f"expected a shape such as [n, d], a domain, or both, got {shown(node)}", place)


def told(declaration: Declaration) -> str:
    """A declaration in words."""
    lengths = " × ".join(f"${length}$" for length in declaration.lengths)
    domain = declaration.domain
    before, behind = ("", f" {DOMAINS[domain]}") if " " in DOMAINS[domain] else (f"{DOMAINS[domain]} ", "")
    match len(declaration.lengths):
        case 0:
            return f"a {before}number{behind}"
        case 1 if domain == "distribution":
            return f"a vector of {lengths} positive entries that add up to 1"
        case 1:
            return f"a {before}vector of {lengths} entries" + (f" that are{behind}" if behind else "")
    return f"a {before}{lengths} matrix" + (f" with entries{behind}" if behind else "")


Line = Written("a line of LaTeX, without dollar signs", r"[^$]*[^$\s][^$]*")
Formula = Annotated[str, Line]
Lines = Annotated[list[str], ListOf(Line, is_text)]
Symbols = Annotated[tuple[tuple[str, Declaration], ...], SymbolsOf()]


@family
def derivation(
    s: Page,
    *,
    start: Formula,
    goal: Formula,
    symbols: Symbols | None = None,
    definitions: Lines | None = None,
    unknown: Formula | None = None,
    lines: Lines,
    results: Lines | None = None,
) -> None:
    r"""A derivation from one formula to another, each line judged against the one before.

    `start`, `goal` and all lines are LaTeX without dollar signs. `symbols` says what the letters stand for: a shape in
    lengths or their names, a domain, or both. `start`, where a name stands on its left, and `definitions` say what
    quantities come to in other symbols. With an `unknown`, equations for it are judged at the true solution, which the
    last of the expected `lines` gives. `results` are what a page must arrive at (the last of the lines, unless they are
    given), written in no other symbols. The expected lines stand on the key and on no page for students.

    A student's line is a chain `a = b = c`, goes on from the line above with `= d`, or names a new quantity. It is
    right if its sides are equal for all values of the symbols, or at the true solution.

    Example::

        start: L = \frac{1}{2}(y - wx)^2
        goal: \frac{dL}{dw} = -(y - wx)x
        symbols: {w: real, x: real, y: real}
        lines:
          - \frac{dL}{dw} = \frac{1}{2} \cdot 2 (y - wx) \cdot \frac{d}{dw}(y - wx)
          - \frac{dL}{dw} = (y - wx)(-x)
          - \frac{dL}{dw} = -(y - wx)x
    """
    described = [f"${formats.latex(layout.symbol(name))}$ is {told(symbol)}" for name, symbol in symbols or ()]
    where = [f"Here {'; '.join(described)}."] if described else []
    given = [f"Take ${'$, $'.join(definitions)}$."] if definitions else []
    s.ask(f"Start from ${start}$.", *given, f"Arrive at ${goal}$.", *where)
    sentence = "Write one line below the other, each so that it follows from the line before."
    asked = LinesKind(
        "derivation",
        symbols=tuple(symbols or ()),
        definitions=(*(definitions or ()), start),
        unknown=unknown or "",
        lines=tuple(lines),
        results=tuple(results or lines[-1:]),
    )
    s.step("lines", 0, sentence, kind=asked, key=[f"${line}$" for line in lines])
