r"""Authors' mathematics: a declared dialect of LaTeX, read into the boxes that every page format prints.

| what | how it is written |
|---|---|
| letters, numbers, Greek | `x`, `0.5`, `\alpha` … `\Omega`, or the letters themselves |
| signs | the commands of `glyphs.SIGNS`: `\times \cdot \le \ne \approx \in \to \leftarrow \partial \nabla \sum` … |
| functions | `\exp \log \sin \max \arg` …, `\operatorname{name}`, `\operatorname*{name}` with its index underneath |
| fractions, roots | `\frac{a}{b}`, `\sqrt{x}`, `\sqrt[3]{x}` |
| indices, powers, primes | `x_1`, `x_{ij}^{2}`, `f'(x)` |
| marks above | `\hat \bar \tilde \vec \dot \ddot \widehat \widetilde \overline` |
| faces | `\mathbf{w} \mathrm{d} \mathbb{R} \mathcal{L} \boldsymbol \mathit \mathsf \mathtt`, of letters and digits |
| words | `\text{for all}` |
| brackets | `( [ \{ | \| \lfloor \lceil \langle \lvert \lVert`; `\left( … \right)`; `\bigl( \Bigr) \biggl \Biggr` |
| rows and columns | `\begin{bmatrix} a & b \\ c & d \end{bmatrix}`, also `pmatrix vmatrix matrix cases aligned` |
| spaces | `\, \: \; \! \quad \qquad`, `\ ` and `~` |

Nothing else: what is not here is an error with its column. To know one more sign, add it to its line in
`expression/glyphs.py`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from grader.errors import UnreadableError
from grader.expression.glyphs import (
    ACCENTS,
    ARRAYS,
    BRACKETS,
    CHARACTERS,
    FACES,
    FUNCTIONS,
    GREEK,
    LIMITS,
    SIGNS,
    SIZES,
    SPACES,
)
from grader.expression.joining import joined
from grader.expression.layout import Fence, Grid, Layout, Numeric, Ratio, Root, Symbol
from grader.expression.typeset import Accent, Array, Letters, Operator, Row, Scripts, Sign, Space, Words

DEEPEST = 40  # of groups in one another
_TOKEN = re.compile(
    r"\\(?:begin|end)\s*\{[A-Za-z]+\*?\}|\\(?:[A-Za-z]+|\\\[[^\]]*\]|.|$)|\d+(?:\.\d+)?|\.\d+|[^\s]", re.DOTALL
)
_RUN = re.compile(r"\{([A-Za-z0-9]+)\}")
_LETTERS = frozenset(GREEK.values())
_SIDES = {"": "ordinary", "l": "open", "r": "close", "m": "relation"}
_SIZED = {f"{size}{side}": (SIZES.index(size), kind) for size in SIZES[1:] for side, kind in _SIDES.items()}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a formula, with where it starts and ends."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def mathematics(text: str) -> Layout:
    r"""A formula in the dialect, without its dollars. Raises `UnreadableError` with the column of what is not known.

    >>> from grader.expression import formats
    >>> formats.plain(mathematics(r"\hat{y} = \frac{1}{2} w x^2"))
    'ŷ = 1/2 wx²'
    """
    reader = Reader(text)
    if reader.next is None:
        raise UnreadableError("expected a formula between the dollars", text, 1)
    return reader.row()


class Reader:
    """Reads tokens from the left."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [Token(each[0], *each.span()) for each in _TOKEN.finditer(text)]
        self.at = self.depth = 0

    @property
    def next(self) -> str | None:
        return self.tokens[self.at].text if self.at < len(self.tokens) else None

    def error(self, what: str, back: int = 0) -> UnreadableError:
        """An error at the next token, or so many before it."""
        at = self.at - back
        column = self.tokens[at].start + 1 if at < len(self.tokens) else len(self.text) + 1
        return UnreadableError(what, self.text, column)

    def take(self, expected: str = "") -> str:
        """The next token, which is `expected` where that is said."""
        token = self.next
        if token is None or (expected and token != expected):
            raise self.error(
                f"expected {expected or 'more'}" + (f", got {token}" if token else ", but the formula ends")
            )
        self.at += 1
        return token

    def row(self, *stops: str) -> Layout:
        """Boxes up to one of `stops`, or to the end where there is none."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"more than {DEEPEST} groups in one another")
        items: list[Layout] = []
        while self.next not in stops and not (self.next is None and not stops):
            if self.next is None:
                raise self.error(f"expected {' or '.join(stops)}, but the formula ends")
            items.append(self.scripted())
        self.depth -= 1
        return joined(items)

    def group(self) -> Layout:
        self.take("{")
        inner = self.row("}")
        self.take("}")
        return inner

    def argument(self) -> Layout:
        """What a command takes: a group, or one letter, digit or command."""
        if self.next == "{":
            return self.group()
        token = self.tokens[self.at] if self.next else None
        if token and len(token.text) > 1 and token.text.isdecimal():  # \frac12 is a half
            self.tokens[self.at : self.at + 1] = [
                Token(digit, token.start + k, token.start + k + 1) for k, digit in enumerate(token.text)
            ]
        return self.atom()

    def scripted(self) -> Layout:
        """A box with what stands below and above it."""
        base: Layout = Row(()) if self.next in {"_", "^"} else self.atom()
        below: Layout | None = None
        above: list[Layout] = []
        raised, primes = False, ""
        while self.next in {"_", "^", "'"}:
            sign = self.take()
            if sign == "'":
                if raised:
                    raise self.error("a prime behind a power; write f'^2", back=1)
                primes += "′"
            elif (sign == "_" and below is not None) or (sign == "^" and raised):
                raise self.error(f"a second {sign} at one base; use braces", back=1)
            elif sign == "_":
                below = self.script()
            else:
                above.append(self.script())
                raised = True
        if primes:
            above[:0] = [Sign("′", "ordinary")] * len(primes) if raised else [Sign(primes, "ordinary")]
        return Scripts(base, below, joined(above) if above else None) if above or below is not None else base

    def script(self) -> Layout:
        if self.next and re.fullmatch(r"[\d.]{2,}", self.next):
            raise self.error(f"only the first digit of {self.next} belongs to the script; write {{{self.next}}}")
        return self.argument()

    def atom(self) -> Layout:
        """One box."""
        token = self.next
        if token == "{":
            return self.group()
        self.take()
        if token is None or token[0] == "\\":
            return self.command(token or "")
        if token[-1].isdecimal():
            return Numeric(token)
        if (token.isalpha() and token.isascii()) or token in _LETTERS:
            return Symbol(token)
        if token == "~":
            return Space(" ")
        if token in CHARACTERS:
            return Sign(*CHARACTERS[token])
        raise self.error(f"{token} is not in the dialect", back=1)

    def command(self, token: str) -> Layout:
        """What a command that has been taken stands for."""
        name = token[1:]
        if token.startswith("\\begin"):
            return self.environment(token)
        for known, make in _KINDS.items():
            if name in known:
                return make(self, name)
        what = f"{token or 'a lone backslash'} is not in the dialect"
        near = difflib.get_close_matches(name, _NAMES, 1, cutoff=0.75)
        raise self.error(f"{what}; did you mean \\{near[0]}?" if near else what, back=1)

    def raw(self) -> str:
        """The text of a group as it stands."""
        if self.next != "{":
            raise self.error("expected {")
        start = self.tokens[self.at].end
        found = re.compile(r"((?:[^{}\\$]|\\.)*)\}").match(self.text, start)
        if not found:
            raise self.error("expected plain text and }")
        while self.at < len(self.tokens) and self.tokens[self.at].start < found.end():
            self.at += 1
        if command := re.search(r"\\[^%&_#{}$ ]", found[1]):
            raise UnreadableError(f"{command[0]} inside of words", self.text, start + command.start() + 1)
        return re.sub(r"\\(.)", r"\1", found[1])

    def face(self, name: str) -> Layout:
        if self.next == "{" and (
            found := re.compile(r"\{([A-Za-z0-9]+)\}").match(self.text, self.tokens[self.at].start)
        ):
            self.raw()
            return Letters(found[1], name)
        inner = self.argument()
        if isinstance(inner, Symbol | Numeric):
            return Letters(inner.base if isinstance(inner, Symbol) else inner.text, name)
        raise self.error(f"\\{name} takes letters and digits alone", back=1)

    def sign(self, name: str) -> Layout:
        return Sign(*SIGNS[name])

    def accent(self, name: str) -> Layout:
        return Accent(self.argument(), name)

    def operator(self, name: str) -> Layout:
        if name != "operatorname":
            return Operator(name, name in LIMITS)
        under = self.next == "*"
        if under:
            self.take()
        return Operator(self.raw().strip(), under)

    def bracket(self) -> str:
        token = self.take()
        bracket = SIGNS[token[1:]][0] if token[1:] in SIGNS else {"<": "⟨", ">": "⟩"}.get(token, token)
        if bracket not in BRACKETS:
            raise self.error(f"expected a bracket, got {token}", back=1)
        return bracket

    def sized(self, name: str) -> Layout:
        size, kind = _SIZED[name]
        return Sign(self.bracket(), kind, size)

    def fenced(self, name: str) -> Layout:
        left = self.bracket()
        inner = self.row("\\right")
        self.take()
        return Fence(inner, left + self.bracket())

    def root(self, name: str) -> Layout:
        if self.next != "[":
            return Root(self.argument())
        self.take()
        degree = self.row("]")
        self.take()
        simple = isinstance(degree, Numeric) and degree.text.isdecimal()
        return Root(self.argument(), int(degree.text) if simple and isinstance(degree, Numeric) else degree)

    def environment(self, token: str) -> Layout:
        name = token.partition("{")[2].rstrip("}")
        if name not in ARRAYS:
            raise self.error(f"{token} is not in the dialect", back=1)
        end = token.replace("\\begin", "\\end")
        rows: list[list[Layout]] = [[]]
        while True:
            rows[-1].append(self.row("&", "\\\\", end))
            stop = self.take()
            if stop == end:
                break
            if stop == "\\\\":
                rows.append([])
        if rows[-1] == [Row(())]:
            rows.pop()
        cells = tuple(map(tuple, rows))
        return Grid(cells) if name == "bmatrix" else Array(cells, name)


_KINDS: dict[frozenset[str], Callable[[Reader, str], Layout]] = {
    frozenset(GREEK): lambda _, name: Symbol(GREEK[name]),
    frozenset(SIGNS): Reader.sign,
    frozenset([*FUNCTIONS, *LIMITS, "operatorname"]): Reader.operator,
    frozenset(SPACES): lambda _, name: Space(name),
    frozenset(FACES): Reader.face,
    frozenset(ACCENTS): Reader.accent,
    frozenset(["frac"]): lambda reader, _: Ratio(reader.argument(), reader.argument()),
    frozenset(["sqrt"]): Reader.root,
    frozenset(["text"]): lambda reader, _: Words(reader.raw()),
    frozenset(["left"]): Reader.fenced,
    frozenset(_SIZED): Reader.sized,
}
_NAMES = sorted(name for names in _KINDS for name in names if len(name) > 1)
