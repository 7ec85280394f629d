r"""What students type, cut into tokens: plain text, LaTeX, Unicode, NumPy, all at once. Nothing is executed.

A LaTeX command or a Unicode sign is one entry of a table in `signs.py` and becomes the token that its plain spelling
has: the parser knows one language. Signs without meaning (spacing, dollar signs) leave no token.

>>> [text for _, text, _ in tokens(r"\dfrac{1}{2} \cdot x²")]
['frac', '{', '1', '}', '{', '2', '}', '·', 'x', '^', '{', '2', '}', '']
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from grader.errors import UnreadableError, did_you_mean
from grader.expression.signs import CHARACTERS, COMMANDS, GREEK, LOWERED, RAISED, SPELLED

Token = tuple[str, str, int]
"""Kind, text, and the column (from 1) where it stands."""

LONGEST = 4000  # characters in a formula
MOST_TOKENS = 1200
LONGEST_NUMBER = 120  # characters
LONGEST_WORD = 100  # letters in a row
LONGEST_KEPT = 160  # characters of a formula whose tokens are remembered: a class writes the same answers again

_SCRIPTS = "".join([*RAISED, *LOWERED])
_FRACTIONS = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_COMBINING = "\u0300-\u036f\u20d7"
_LETTER = rf"[^\W_{_SCRIPTS}{_FRACTIONS}∞⊤]"
_SPACES = r"[\ \u00a0\u2007\u2009\u202f]"
_SPACED = rf"\d{{1,3}}(?:(?:{_SPACES}|\\,)\d{{3}}){{1,40}}+(?!\d)|\d++"
_POINT = rf"(?:\d{{1,3}}(?:(?:,|\{{,\}})\d{{3}}){{1,40}}+(?![\d,])|{_SPACED})(?:\.(?!\.)\d*+)?|\.\d++"
_COMMA = rf"(?:\d{{1,3}}(?:\.\d{{3}}){{1,40}}+(?![\d.])|{_SPACED})(?:(?:,|\{{,\}})\d++)?|[.,]\d++"
_BAR = r"\s*(?:\||\\\||\\[lr]?[vV]ert(?![A-Za-z]))"


def _pattern(number: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?P<space>\s+|\\[ ,;:!>\n]|&&)
        |(?P<ones>\\(?:mathbf|mathbb|boldsymbol|bm|vec|mathds)\s*(?:\{{\s*(?P<one>[01])\s*\}}|(?P<bare>[01]))|[𝟏𝟙])
        |(?P<number>(?:{number})(?:[eE][+\-−]?\d{{1,5}}+(?!\.))?)
        |(?P<library>(?:np|numpy|math|torch|scipy|sp|jnp|tf)(?:\.(?:linalg|special|nn|functional))*\.(?=[A-Za-z]))
        |(?P<word>(?!\d){_LETTER}[{_COMBINING}]*(?:(?:{_LETTER}|_(?=[^\W_]))[{_COMBINING}]*)*)
        |(?P<raised>[{"".join(RAISED)}]+)
        |(?P<lowered>[{"".join(LOWERED)}]+)
        |(?P<worded>\\(?:mathrm|text|operatorname\*?|textrm|textit|textbf|mbox|mathop|mathit)\s*\{{(?P<words>[^{{}}]*)\}})
        |(?P<left>\\(?:left|[bB]igg?l){_BAR}|\\l[vV]ert(?![A-Za-z]))
        |(?P<right>\\(?:right|[bB]igg?r){_BAR}|\\r[vV]ert(?![A-Za-z]))
        |(?P<skipped>\{{\s*\}}|\\(?:tag|label)\*?\s*\{{[^{{}}]*\}}|\\(?:left|right|[bB]igg?[lrm]?)\s*\.)
        |(?P<begin>\\begin\s*\{{(?P<opened>\w+)\*?\}}(?:\s*\{{[lcr|\s]*\}})?)
        |(?P<end>\\end\s*\{{(?P<closed>\w+)\*?\}})
        |(?P<command>\\(?:[A-Za-z]+|.|$))
        |(?P<method>\.(?:T|sum|mean|dot|transpose|max|min|exp|log|trace|flatten)\b)
        |(?P<sign>\*\*|\|\||<=|>=|!=|==|=>|:=|\.\*|\./|\.\^|.)""",
        re.VERBOSE | re.DOTALL,
    )


_PATTERNS = {"point": _pattern(_POINT), "comma": _pattern(_COMMA)}
_GROUPS = re.compile(r"[,\s\u00a0\u2007\u2009\u202f]|\\,|\{,\}")
_RATIO = re.compile(r"(\d+)\u2044(\d+)")


def tokens(text: str, decimal: str = "point") -> tuple[Token, ...]:
    """The tokens of a formula, the last of which is the end. Raises `UnreadableError` with the column of what is none.

    `decimal` says whether a point or a comma stands before the decimals.
    """
    return _kept(text, decimal) if len(text) <= LONGEST_KEPT else _tokens(text, decimal)


def _tokens(text: str, decimal: str) -> tuple[Token, ...]:
    if len(text) > LONGEST:
        raise UnreadableError(f"a formula of more than {LONGEST} characters", text[:LONGEST], LONGEST)
    found = cut(text, decimal, 0, text)
    if len(found) > MOST_TOKENS:
        raise UnreadableError(f"a formula of more than {MOST_TOKENS} signs", text, found[MOST_TOKENS][2])
    found.append(("", "", len(text.rstrip()) + 1))
    return tuple(found)


_kept = lru_cache(maxsize=2048)(_tokens)


def cut(text: str, decimal: str, offset: int, whole: str) -> list[Token]:
    """The tokens of `text`, which stands `offset` characters into `whole`."""
    found: list[Token] = []
    listing: list[bool] = []  # of each open bracket: whether commas in it stand between entries
    for match in _PATTERNS[decimal].finditer(text):
        kind = match.lastgroup or ""
        if kind == "space":
            continue
        column = offset + match.start() + 1
        if kind == "number":
            if "," in match[0] and decimal == "point" and listing and listing[-1]:
                found.extend(_entries(match[0], column))
            else:
                found.append(("n", number(match[0], decimal, whole, column), column))
        elif kind == "word" and match[0].isascii():
            found.append(("w", _bounded(match[0], whole, column), column))
        else:
            before = found[-1][0] if found else ""
            if before == "n" and match[0] in _FRACTIONS:
                raise UnreadableError("a mixed number can be read in two ways: write 3/2 or 1.5", whole, column)
            found.extend(_READERS[kind](match[0], match, column, whole))
            if kind in {"sign", "command"} and found and found[-1][2] == column:
                _track(listing, found[-1][1], before == "w" or match[0] == "\\{")
    return found


def _track(listing: list[bool], sign: str, lists: bool) -> None:
    """Note a bracket that opens, or forget the one that closes."""
    if sign in {"(", "["}:
        listing.append(lists or sign == "[")
    elif sign in {")", "]"} and listing:
        listing.pop()


def _entries(text: str, column: int) -> list[Token]:
    """Numbers with commas between them."""
    found: list[Token] = []
    for entry in text.split(","):
        found += [("n", entry, column), ("o", ",", column + len(entry))]
        column += len(entry) + 1
    return found[:-1]


def number(text: str, decimal: str, whole: str, column: int) -> str:
    """A number without its group signs, with a point before its decimals."""
    if len(text) > LONGEST_NUMBER:
        raise UnreadableError(f"a number of more than {LONGEST_NUMBER} characters", whole, column)
    if text.isascii() and text.isalnum():
        return text
    if decimal == "comma":
        head, comma, tail = text.replace("{,}", ",").rpartition(",")
        text = head.replace(".", "") + "." + tail if comma else (tail if tail[:1] == "." else tail.replace(".", ""))
    return unicodedata.normalize("NFKC", _GROUPS.sub("", text)).replace("−", "-")


def _bounded(word: str, whole: str, column: int) -> str:
    if len(word) > LONGEST_WORD:
        raise UnreadableError(f"a word of more than {LONGEST_WORD} letters", whole, column)
    return word


def _word(text: str, match: re.Match[str], column: int, whole: str) -> list[Token]:
    """A word in the plain forms of its letters (𝑥 is x), or what else its characters stand for (① is 1)."""
    _bounded(text, whole, column)
    plain = "".join(each if each in GREEK else unicodedata.normalize("NFKC", each) for each in text)
    if plain != text and not plain[0].isalpha():
        return cut(plain, "point", column - 1, whole)
    return [("w", plain, column)]


def _sign(text: str, match: re.Match[str], column: int, whole: str) -> list[Token]:
    """An operator, a bracket, or a character that stands for something."""
    if text in CHARACTERS:
        known = CHARACTERS[text]
        return [(*known, column)] if known else []
    if text in SPELLED or text.isascii():
        return [("o", SPELLED.get(text, text), column)]
    plain = unicodedata.normalize("NFKC", text)
    if ratio := _RATIO.fullmatch(plain):
        braced = [(("o", "{", column), ("n", part, column), ("o", "}", column)) for part in ratio.groups()]
        return [("f", "frac", column), *braced[0], *braced[1]]
    if plain != text and len(plain) == 1:
        return cut(plain, "point", column - 1, whole)
    return [("o", text, column)]


def _scripted(text: str, match: re.Match[str], column: int, whole: str) -> list[Token]:
    raised = match.lastgroup == "raised"
    inner = "".join((RAISED if raised else LOWERED)[character] for character in text)
    group = cut(inner, "point", column - 1, whole)
    return [("o", "^" if raised else "_", column), ("o", "{", column), *group, ("o", "}", column)]


def _worded(text: str, match: re.Match[str], column: int, whole: str) -> list[Token]:
    """A word in upright letters; a single letter is what it is in italics."""
    words = match["words"].replace("\\,", "").replace("\\", "").strip()
    if not words:
        return []
    single = len(words) == 1 and words.isalpha() and not text.startswith("\\text")
    return [("w" if single else "t", _bounded(words, whole, column), column)]


def _ones(text: str, match: re.Match[str], column: int, whole: str) -> list[Token]:
    return [("n", "0", column) if "0" in {match["one"], match["bare"]} else ("w", "⟦ones⟧", column)]


def _leaning(text: str, match: re.Match[str], column: int, whole: str) -> list[Token]:
    """A bar that says which way it leans: a bracket inside it keeps other bars from closing it."""
    bar = "‖" if text.endswith(("\\|", "Vert")) else "|"
    return [("o", bar, column), ("o", "(", column)] if match["left"] else [("o", ")", column), ("o", bar, column)]


def _command(text: str, match: re.Match[str], column: int, whole: str) -> list[Token]:
    name = text[1:]
    if name not in COMMANDS:
        hint = did_you_mean(name, [word for word in COMMANDS if len(word) > 1]) if len(name) < 20 else ""
        what = f"unknown command \\{name[:20]}" if name.isalpha() else "a backslash with nothing behind it"
        raise UnreadableError(f"{what}{'; ' + hint if hint.startswith('did') else ''}", whole, column)
    known = COMMANDS[name]
    return [(*known, column)] if known else []


_READERS: dict[str, Callable[[str, re.Match[str], int, str], list[Token]]] = {
    "word": _word, "raised": _scripted, "lowered": _scripted, "worded": _worded, "ones": _ones, "left": _leaning,
    "right": _leaning, "command": _command, "sign": _sign,
    "skipped": lambda text, match, column, whole: [],
    "library": lambda text, match, column, whole: [("o", "np.", column)],
    "begin": lambda text, match, column, whole: [("b", match["opened"], column)],
    "end": lambda text, match, column, whole: [("e", match["closed"], column)],
    "method": lambda text, match, column, whole: [("m", text[1:], column)],
}  # fmt: skip
"""What each group of the pattern becomes."""
