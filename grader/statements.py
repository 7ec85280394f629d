r"""What a student states in one line: an expression, or a chain `a = b = c`, with the case that it holds for.

>>> stated = statement(r"\frac{dL}{dw} = 2x = x + x, \quad i \neq j")
>>> [side.text for side in stated.sides], stated.apart
(['\\frac{dL}{dw}', '2x', 'x + x'], (('i', 'j'),))
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.expression.algebra import Value, whole
from grader.expression.parser import Parser
from grader.expression.scope import Scope
from grader.expression.tokens import Token, tokens
from grader.expression.tree import Expression

OPENING, CLOSING = {"(", "[", "{", "⌊", "⌈", "⟨"}, {")", "]", "}", "⌋", "⌉", "⟩"}
ENVELOPES = {"aligned", "align", "align*", "split", "gathered", "equation", "eqnarray"}
LEADING = {
    "let", "so", "thus", "hence", "therefore", "then", "with", "where", "set", "define", "and", "now", "we get",
    "we have",
}  # fmt: skip
"""Words in front of a statement that are no part of it."""
_NAME = r"\\?[^\W\d][\w']*(?:\s*\{[^{}]*\})?"
_LABEL = re.compile(rf"\s*{_NAME}(?:_(?:\w+|\{{[^{{}}]*\}}))*(?:\s*\([^()=+*/−-]*\))?\s*")
_CALLED = re.compile(r"[^()]*\([^()=+*/−\d\s-][^()=+*/−-]*\)\s*")
_SLOPE = re.compile(r"\s*(?:\\frac\s*\{\s*(?:\\partial|d|\\mathrm\s*\{d\})|\\nabla|∇|∂|\\partial|d\w+\s*/\s*d)")

_DERIVATIVE = re.compile(
    r"\\(?:partial|nabla)(?![a-zA-Z])|[∂∇]|\\frac\s*\{\s*(?:d|\\mathrm\s*\{d\})|\bd\w*\s*/\s*d|'\s*\("
)


@dataclass(frozen=True)
class Side:
    """One side of a chain of equations, as tokens of the whole text."""

    tokens: tuple[Token, ...]
    whole: str
    text: str

    def read(self, scope: Scope, tight: bool = False) -> tuple[Value, bool]:
        """What it comes to, and whether it may be read in two ways."""
        parser = Parser(self.tokens, scope, self.whole, tight)
        return parser.everything(), parser.ambiguous

    def tree(self, scope: Scope, tight: bool = False) -> Expression:
        """What it comes to; a row comes as the vector that it is."""
        parser = Parser(self.tokens, scope, self.whole, tight)
        tree: Expression = parser.checked(whole, parser.everything())
        return tree

    @property
    def said(self) -> tuple[object, ...]:
        """What it says, wherever in a text it stands: the signs, and how far each is from the first."""
        start = self.tokens[0][2]
        return tuple((kind, sign, column - start) for kind, sign, column in self.tokens)

    @property
    def named(self) -> bool:
        """Whether it is a name, with an index or arguments perhaps: `w_1`, `L(w)`."""
        return bool(_LABEL.fullmatch(self.text))

    @property
    def called(self) -> bool:
        """Whether it is a name with arguments: `L(w)`, `f(x, y)`."""
        return self.named and bool(_CALLED.fullmatch(self.text))

    @property
    def slope(self) -> bool:
        """Whether it is a derivative by name: `dL/dw`, `\\nabla_w L`."""
        return bool(_SLOPE.match(self.text))

    @property
    def derives(self) -> bool:
        """Whether a derivative in it is still to be worked out."""
        return bool(_DERIVATIVE.search(self.text))

    @property
    def label(self) -> bool:
        """Whether it may be a mere name for what stands on the other side: `L(w)`, `w_1`, `dL/dw`."""
        return self.named or self.slope


@dataclass(frozen=True)
class Statement:
    """A chain of sides; one that `goes_on` starts with a sign of equality, from what stands before it."""

    text: str
    sides: tuple[Side, ...]
    goes_on: bool = False
    together: tuple[tuple[str, str], ...] = ()
    """Letters that stand for the same position: the case i = j."""
    apart: tuple[tuple[str, str], ...] = ()
    """Letters that stand for different ones: the case i ≠ j."""


def statement(text: str, decimal: str = "point") -> Statement:
    """A line as it was typed. Raises `UnreadableError` with the column of what is no token."""
    found = [token for token in tokens(text, decimal)[:-1] if token[0] not in "be" or token[1] not in ENVELOPES]
    whole = list(trimmed(list(aligned(found))))
    found, together, apart = without_cases(whole)
    parts, signs = split(found)
    goes_on = bool(signs) and not parts[0]
    end = whole[len(found)][2] if len(found) < len(whole) else len(text.rstrip()) + 1
    starts = [parts[0][0][2] if parts[0] else 1, *(sign + 1 for sign in signs)]
    sides = tuple(side(part, start, stop, text) for part, start, stop in zip(parts, starts, [*signs, end], strict=True))
    return Statement(text, sides[1:] if goes_on else sides, goes_on, together, apart)


def side(part: Sequence[Token], start: int, stop: int, text: str) -> Side:
    """Some tokens with an end behind them, and the text that they were cut from."""
    return Side((*part, ("", "", stop)), text, text[start - 1 : stop - 1].strip())


def aligned(found: Sequence[Token]) -> Iterator[Token]:
    """Without the marks that align lines; those between the entries of a matrix stay."""
    depth = 0
    for token in found:
        depth += (token[0] == "b") - (token[0] == "e")
        if depth > 0 or token[:2] != ("o", "&"):
            yield token


def trimmed(found: Sequence[Token]) -> Sequence[Token]:
    """Without arrows and words such as "let" in front and line breaks and stops behind."""
    start, stop = 0, len(found)
    while start < stop and (found[start][1] in {"⟹", "\\", ":"} or leading(found[start : start + 2])):
        start += 1
    while stop > start and found[stop - 1][0] == "o" and found[stop - 1][1] in {"\\", ",", ".", ";"}:
        stop -= 1
    return found[start:stop]


def leading(found: Sequence[Token]) -> bool:
    """Whether a word in front of a statement, such as "let" or "hence", is no part of it."""
    (kind, word, _), behind = found[0], found[1:]
    if (kind, word) == ("o", ","):
        return True
    apart = bool(behind) and (behind[0][0] != "o" or behind[0][1] in {",", ":", "(", "\\"})
    return apart and kind in {"w", "t"} and word.casefold() in LEADING


def split(found: Sequence[Token]) -> tuple[list[list[Token]], list[int]]:
    """The tokens between signs of equality that stand in no bracket, and the columns of these signs."""
    parts: list[list[Token]] = [[]]
    signs: list[int] = []
    depth = 0
    for token in found:
        kind, sign, column = token
        if kind == "b" or (kind == "o" and sign in OPENING):
            depth += 1
        elif kind == "e" or (kind == "o" and sign in CLOSING):
            depth -= 1
        if kind == "o" and sign == "=" and depth <= 0:
            parts.append([])
            signs.append(column)
        else:
            parts[-1].append(token)
    return parts, signs


Pairs = tuple[tuple[str, str], ...]


def without_cases(found: list[Token]) -> tuple[list[Token], Pairs, Pairs]:
    """The tokens without a case such as `(i ≠ j)` or `for i = j` at their end, and the letters in it."""
    cut = list(found)
    closing = bool(cut) and cut[-1][1] == ")"
    core = cut[-4:-1] if closing else cut[-3:]
    letters = [token[1] for token in core]
    single = len(core) == 3 and core[0][0] == core[2][0] == "w" and letters[1] in {"=", "≠"}
    if not single or not all(len(letters[k]) == 1 and letters[k] in "ijklm" for k in (0, 2)):
        return cut, (), ()
    rest = cut[: -4 - 1] if closing else cut[:-3]
    before = cut[-5] if closing and len(cut) >= 5 else cut[-4] if not closing and len(cut) >= 4 else None
    marked = closing and before is not None and before[1] == "("
    said = not closing and before is not None and (before[0] == "t" or before[1] in {",", ";", "for", "if", "when"})
    if not marked and not said:
        return cut, (), ()
    while rest and (rest[-1][0] == "t" or rest[-1][1] in {",", ";", "for", "if", "when", ":"}):
        rest.pop()
    pair = ((letters[0], letters[2]),)
    return rest, pair if letters[1] == "=" else (), pair if letters[1] == "≠" else ()
