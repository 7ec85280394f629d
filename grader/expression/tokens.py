r"""What students type, cut into tokens: plain text, LaTeX, Unicode, NumPy, all at once. Nothing is executed.

A LaTeX command or a Unicode sign is one entry of a table here and becomes the token that its plain spelling has: the
parser knows one language. Signs without meaning (spacing, `\left`, dollar signs) leave no token.

>>> [text for _, text, _ in tokens(r"\dfrac{1}{2} \cdot x²")]
['frac', '{', '1', '}', '{', '2', '}', '·', 'x', '^', '{', '2', '}', '']
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from grader.errors import UnreadableError, did_you_mean

Token = tuple[str, str, int]
"""Kind, text, and the column (from 1) where it stands."""

LONGEST = 4000  # characters in a formula
MOST_TOKENS = 1200
LONGEST_NUMBER = 120  # characters

RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀᵏᵗᵈᵐᵖˣʸᶻᵃᵇᶜᵉᴺ", "0123456789+-=()niTktdmpxyzabceN", strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵢⱼₖₙₜₘₗₚₓₐₑₒₛᵣᵤ", "0123456789+-=()ijkntmlpxaeosru", strict=True))

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi",
    "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi",
    "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "ℓ": "ell",
}  # fmt: skip
ACCENTS = {"\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0303": "tilde", "\u0307": "dot", "\u20d7": ""}

_FUNCTIONS = (
    "exp log ln lg sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh max min det tr argmax argmin softmax "
    "sigmoid diag rank sgn"
)
_TRANSPARENT = (
    "mathbf boldsymbol bm mathbb mathcal mathsf mathtt mathfrak mathit vec displaystyle textstyle scriptstyle limits "
    "nolimits quad qquad thinspace medspace thickspace enspace boxed left right big Big bigg Bigg bigl bigr Bigl Bigr "
    "biggl biggr Biggl Biggr bigm Bigm middle underline nonumber notag phantom bf rm it sf hline"
)
_LETTERS = {word: ("w", word) for word in [*GREEK.values(), *_FUNCTIONS.split()]}
_SIGNS = {
    "cdot": "·", "times": "×", "ast": "*", "star": "*", "bullet": "·", "div": "/", "odot": "⊙", "circ": "⊙",
    "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥", "geq": "≥", "geqslant": "≥", "lt": "<", "gt": ">", "ne": "≠",
    "neq": "≠", "implies": "⟹", "Rightarrow": "⟹", "Longrightarrow": "⟹", "iff": "⟹", "Leftrightarrow": "⟹",
    "therefore": "⟹", "to": "⟹", "rightarrow": "⟹", "in": "∈", "lVert": "‖", "rVert": "‖", "Vert": "‖", "|": "‖",
    "lvert": "|", "rvert": "|", "vert": "|", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "{": "(",
    "}": ")", "langle": "⟨", "rangle": "⟩", "lbrack": "[", "rbrack": "]", "lparen": "(", "rparen": ")", "%": "%",
    "\\": "\\", "newline": "\\", "cr": "\\", "prime": "'", "colon": ":", "approx": "≈", "equiv": "=", "coloneqq": "=",
    "ldots": "…", "cdots": "…", "dots": "…", "dotsc": "…", "dotsb": "…", "vdots": "…", "ddots": "…", "_": "_",
    "slash": "/", "cap": "∩", "cup": "∪", "pm": "±", "mp": "±",
}  # fmt: skip
_ARROWS = {"⟹": "=>", "≈": "~"}
COMMANDS: dict[str, tuple[str, str] | None] = {
    **_LETTERS,
    **{word: ("o", sign) for word, sign in _SIGNS.items()},
    **dict.fromkeys([*_TRANSPARENT.split(), *",;:!> ()[]\n\t$"]),
    "varepsilon": ("w", "epsilon"), "vartheta": ("w", "theta"), "varphi": ("w", "phi"), "varsigma": ("w", "sigma"),
    "ell": ("w", "ell"), "infty": ("w", "infty"), "top": ("w", "⊤"), "intercal": ("w", "⊤"), "mathrm": None,
    "frac": ("f", "frac"), "dfrac": ("f", "frac"), "tfrac": ("f", "frac"), "cfrac": ("f", "frac"),
    "binom": ("f", "binom"), "dbinom": ("f", "binom"), "tbinom": ("f", "binom"), "sqrt": ("r", "√"),
    "hat": ("a", "hat"), "widehat": ("a", "hat"), "bar": ("a", "bar"), "overline": ("a", "bar"),
    "tilde": ("a", "tilde"), "widetilde": ("a", "tilde"), "dot": ("a", "dot"),
    "partial": ("d", "∂"), "nabla": ("d", "∇"), "sum": ("s", "sum"), "prod": ("s", "prod"),
}  # fmt: skip
"""LaTeX commands by name: the token that each becomes, None where it has no meaning of its own."""

CHARACTERS: dict[str, tuple[str, str] | None] = {
    "−": ("o", "-"), "–": ("o", "-"), "—": ("o", "-"), "‐": ("o", "-"), "﹣": ("o", "-"), "⋅": ("o", "·"),
    "∙": ("o", "·"), "•": ("o", "·"), "∗": ("o", "*"), "⋆": ("o", "*"), "✕": ("o", "×"), "÷": ("o", "/"),
    "∕": ("o", "/"), "⁄": ("o", "/"), "∘": ("o", "⊙"), "⩽": ("o", "≤"), "⩾": ("o", "≥"), "⇒": ("o", "⟹"),
    "→": ("o", "⟹"), "⇔": ("o", "⟹"), "∴": ("o", "⟹"), "∥": ("o", "‖"), "∣": ("o", "|"), "≡": ("o", "="),
    "′": ("o", "'"), "’": ("o", "'"), "√": ("r", "√"), "∛": ("r", "∛"), "∂": ("d", "∂"), "∇": ("d", "∇"),
    "∑": ("s", "sum"), "∏": ("s", "prod"), "∞": ("w", "infty"), "⊤": ("w", "⊤"), "$": None, "~": None, "\u200b": None,
    "\u2061": None, "\u2062": None, "\u2063": None, "\ufeff": None, "\u00ad": None, "\u200e": None, "\u200f": None,
}  # fmt: skip
"""Single characters: the token that each becomes. What stands for itself is not listed."""

_SUPERSCRIPTS = "".join(RAISED) + "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_SUBSCRIPTS = "".join(LOWERED)
_COMBINING = "\u0300-\u036f\u20d7"
_SPACES = "[ \u00a0\u2007\u2009\u202f]"
_SPACED = rf"\d{{1,3}}(?:(?:{_SPACES}|\\,)\d{{3}})+(?!\d)|\d+"
_POINT = rf"(?:\d{{1,3}}(?:(?:,|\{{,\}})\d{{3}})+(?![\d,])|{_SPACED})(?:\.(?!\.)\d*)?|\.\d+"
_COMMA = rf"(?:\d{{1,3}}(?:\.\d{{3}})+(?![\d.])|{_SPACED})(?:(?:,|\{{,\}})\d+)?|[.,]\d+"


def _pattern(number: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?P<space>\s+|\\[ ,;:!>\n]|&&)
        |(?P<number>(?:{number})(?:[eE][+\-−]?\d{{1,5}}(?!\.))?)
        |(?P<library>(?:np|numpy|math|torch|scipy|sp|jnp|tf)(?:\.(?:linalg|special|nn|functional))*\.(?=[A-Za-z]))
        |(?P<word>[^\W\d_{_SUPERSCRIPTS}{_SUBSCRIPTS}\u2133∞⊤][{_COMBINING}]*
            (?:(?:[^\W_{_SUPERSCRIPTS}{_SUBSCRIPTS}∞⊤]|_(?=[^\W_]))[{_COMBINING}]*)*)
        |(?P<raised>[{"".join(RAISED)}]+)
        |(?P<lowered>[{_SUBSCRIPTS}]+)
        |(?P<worded>\\(?:mathrm|text|operatorname\*?|textrm|textit|textbf|mbox|mathop|mathit)\s*\{{(?P<words>[^{{}}]*)\}})
        |(?P<ones>\\(?:mathbf|mathbb|boldsymbol|bm|vec)\s*(?:\{{\s*(?P<one>[01])\s*\}}|(?P<bare>[01])))
        |(?P<skipped>\\(?:tag|label)\*?\s*\{{[^{{}}]*\}}|\\(?:left|right|[bB]igg?[lrm]?)\s*\.)
        |(?P<begin>\\begin\s*\{{(?P<opened>\w+)\*?\}}(?:\s*\{{[lcr|\s]*\}})?)
        |(?P<end>\\end\s*\{{(?P<closed>\w+)\*?\}})
        |(?P<command>\\(?:[A-Za-z]+|.|$))
        |(?P<method>\.(?:T|sum|mean|dot|transpose|max|min|exp|log|trace|flatten)\b)
        |(?P<sign>\*\*|\|\||<=|>=|!=|==|=>|:=|\.\*|\.\^|.)""",
        re.VERBOSE | re.DOTALL,
    )


_PATTERNS = {"point": _pattern(_POINT.replace(" ", r"\ ")), "comma": _pattern(_COMMA.replace(" ", r"\ "))}
_SPELLED = {"||": "‖", "<=": "≤", ">=": "≥", "!=": "≠", "==": "=", "=>": "⟹", ":=": "=", ".*": "⊙", ".^": "^"}
_GROUPS = re.compile(r"[,\s\u00a0\u2007\u2009\u202f]|\\,|\{,\}")
_HALVES = re.compile(r"(-?\d+)\u2044(\d+)")


@lru_cache(maxsize=8192)
def tokens(text: str, decimal: str = "point") -> tuple[Token, ...]:
    """The tokens of a formula, the last of which is the end. Raises `UnreadableError` with the column of what is none.

    `decimal` says whether a point or a comma stands before the decimals.
    """
    if len(text) > LONGEST:
        raise UnreadableError(f"a formula of more than {LONGEST} characters", text[:LONGEST], LONGEST)
    found = cut(text, decimal, 0, text)
    if len(found) > MOST_TOKENS:
        raise UnreadableError(f"a formula of more than {MOST_TOKENS} signs", text, found[MOST_TOKENS][2])
    found.append(("", "", len(text.rstrip()) + 1))
    return tuple(found)


def cut(text: str, decimal: str, offset: int, whole: str) -> list[Token]:
    """The tokens of `text`, which stands `offset` characters into `whole`."""
    found: list[Token] = []
    listing: list[bool] = []  # of each open bracket: whether commas in it stand between entries
    for match in _PATTERNS[decimal].finditer(text):
        kind = match.lastgroup
        column = offset + match.start() + 1
        if kind == "space":
            continue
        if kind == "number":
            if listing and listing[-1] and "," in match[0]:
                found.extend(entries(match[0], column))
            else:
                found.append(("n", number(match[0], decimal, whole, column), column))
        elif kind == "word":
            found.append(("w", match[0], column))
        elif kind == "sign":
            if match[0] in "([":
                listing.append(match[0] == "[" or (bool(found) and found[-1][0] == "w"))
            elif match[0] in ")]" and listing:
                listing.pop()
            found.extend(sign(match[0], column, whole))
        else:
            found.extend(_READERS[kind or ""](match, column, whole))
    return found


def entries(text: str, column: int) -> list[Token]:
    """Numbers with commas between them."""
    found: list[Token] = []
    for entry in text.split(","):
        found += [("n", entry, column), ("o", ",", column + len(entry))]
        column += len(entry) + 1
    return found[:-1]


def number(text: str, decimal: str, whole: str, column: int) -> str:
    """A number without its group signs, with a point before its decimals."""
    if text.isascii() and text.isalnum() and len(text) < LONGEST_NUMBER:
        return text
    if len(text) > LONGEST_NUMBER:
        raise UnreadableError(f"a number of more than {LONGEST_NUMBER} characters", whole, column)
    if decimal == "comma":
        head, comma, tail = text.replace("{,}", ",").rpartition(",")
        text = head.replace(".", "") + "." + tail if comma else (tail if tail[:1] == "." else tail.replace(".", ""))
    return unicodedata.normalize("NFKC", _GROUPS.sub("", text)).replace("−", "-")


def sign(text: str, column: int, whole: str) -> list[Token]:
    """An operator, a bracket, or a character that stands for something."""
    if text in CHARACTERS:
        known = CHARACTERS[text]
        return [(*known, column)] if known else []
    if text in _SPELLED:
        return [("o", _SPELLED[text], column)]
    halves = _HALVES.fullmatch(unicodedata.normalize("NFKC", text))
    if halves:
        return [("f", "frac", column), ("n", halves[1], column), ("n", halves[2], column)]
    plain = unicodedata.normalize("NFKC", text)
    if plain != text and len(plain) == 1:
        return cut(plain, "point", column - 1, whole)
    return [("o", text, column)]


def _scripted(match: re.Match[str], column: int, whole: str) -> list[Token]:
    raised = match.lastgroup == "raised"
    inner = "".join((RAISED if raised else LOWERED)[character] for character in match[0])
    group = cut(inner, "point", column - 1, whole)
    return [("o", "^" if raised else "_", column), ("o", "{", column), *group, ("o", "}", column)]


def _worded(match: re.Match[str], column: int, whole: str) -> list[Token]:
    words = match["words"].replace("\\,", "").replace("\\", "").strip()
    if not words:
        return []
    return [("t" if match["worded"].startswith(("\\te", "\\mb")) or not words.isidentifier() else "w", words, column)]


def _ones(match: re.Match[str], column: int, whole: str) -> list[Token]:
    return [("w", "⟦ones⟧", column) if (match["one"] or match["bare"]) == "1" else ("n", "0", column)]


def _command(match: re.Match[str], column: int, whole: str) -> list[Token]:
    name = match[0][1:]
    if name not in COMMANDS:
        hint = did_you_mean(name, [word for word in COMMANDS if len(word) > 1]) if name.isalpha() else ""
        what = f"unknown command \\{name}" if name.strip() else "a backslash with nothing behind it"
        raise UnreadableError(f"{what}{'; ' + hint if hint.startswith('did') else ''}", whole, column)
    known = COMMANDS[name]
    return [(*known, column)] if known else []


def _nothing(match: re.Match[str], column: int, whole: str) -> list[Token]:
    return []


_READERS = {
    "raised": _scripted,
    "lowered": _scripted,
    "worded": _worded,
    "words": _worded,
    "ones": _ones,
    "one": _ones,
    "bare": _ones,
    "skipped": _nothing,
    "library": lambda match, column, whole: [("o", "np.", column)],
    "begin": lambda match, column, whole: [("b", match["opened"], column)],
    "end": lambda match, column, whole: [("e", match["closed"], column)],
    "command": _command,
    "method": lambda match, column, whole: [("m", match[0][1:], column)],
}
