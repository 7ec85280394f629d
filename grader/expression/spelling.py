r"""The many ways to write the same signs: keyboards, word processors, LaTeX, the digits of other scripts.

`unwrapped` finds what a text says within dollar signs and behind `w =`; `respelled` gives every sign of a number one
spelling and keeps the column where each stood. A new way to write a sign is a row of `SPELLINGS`.

>>> respelled(r"−1{,}500 × 10⁻³").text, respelled(r"\dfrac{3}{4}\,\%").text
('-1,500 * 10^{-3}', '\\frac{3}{4} %')
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MINUS = "−–‐‑‒﹣－"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_LOWERED = str.maketrans(_RAISED, "0123456789+-")
HALVES = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒↉"
_HIDDEN = "\u200b\u200c\u200d\u200e\u200f\u2060-\u2063\ufeff\u00ad"

SPELLINGS = (
    (rf"[{MINUS}]", "-"),
    (r"\*\*", "^"),
    (r"\\(?:times|cdot|ast)(?![A-Za-z])|[×·⋅∙•∗✕]", "*"),
    (rf"(?<=[\d\s])[xX](?=\s*10\s*(?:\^|\*\*|[{_RAISED}]))", "*"),
    (r"[⁄∕÷]|\\(?:div|slash)(?![A-Za-z])", "/"),
    (r"\\[dtc]?frac(?![A-Za-z])", r"\frac"),
    (r"\\infty(?![A-Za-z])", "∞"),
    (r"\\[,;: >]|\\(?:quad|thinspace)(?![A-Za-z])|[~\u00a0\u2000-\u200a\u202f\u205f\u3000]", " "),
    (rf"\\!|\\(?:displaystyle|left|right)(?![A-Za-z])|[{_HIDDEN}]", ""),
    (r"\{,\}", ","),
    (r"\{\.\}|[٫]", "."),
    (r"[٬]", ","),
    (r"[’]", "'"),
    (r"\\%|[٪﹪]", "%"),
)
"""A sign as people write it, as a pattern, and its one spelling."""

_SIGN = re.compile("|".join(f"({written})" for written, _ in SPELLINGS) + f"|([{_RAISED}]+)|.", re.DOTALL)
_PLAIN = ("", *(spelling for _, spelling in SPELLINGS))

_LETTER = rf"(?:[^\W\d_{_RAISED}{HALVES}][\u0300-\u036f]*)"
_DECORATION = r"\\(?:wide)?(?:hat|bar|tilde|vec|dot|overline|mathbf|mathrm|boldsymbol|bm|text)(?![A-Za-z])\s*\{?\s*"
_NAME = (
    rf"(?:{_DECORATION})*+(?:\\[A-Za-z]+|{_LETTER}(?:{_LETTER}|[\d_])*+)\}}*+"
    r"(?:\^\{?\(\w+\)\}?)?(?:(?:(?<=_)|_)(?:\{[^{}=]*\}|\w+))?(?:\^\{?\(\w+\)\}?)?(?:\[[\d,\s]*\])?['′*]*"
)
_LABEL = re.compile(rf"\s*(?:{_NAME}\s*)?(?::=|==?|[≈≃≅]|\\(?:approx|simeq|doteq)(?![A-Za-z]))\s*")
_LONGEST_LABEL = 80

_FENCES = (
    ("$$", "$$"),
    ("$", "$"),
    ("\\(", "\\)"),
    ("\\[", "\\]"),
    ("\\boxed{", "}"),
    ("np.float64(", ")"),
    ("np.float32(", ")"),
    ("np.int64(", ")"),
)


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text in one spelling, and the column (from 1) in the original of each character and of the end."""

    text: str
    columns: tuple[int, ...]


def respelled(text: str, start: int = 0, stop: int | None = None) -> Spelled:
    """The signs of `text[start:stop]`, each in its one spelling."""
    stop = len(text) if stop is None else stop
    pieces: list[str] = []
    columns: list[int] = []
    for match in _SIGN.finditer(text, start, stop):
        pieces.append(piece := _spelling(match))
        columns += [match.start() + 1] * len(piece)
    return Spelled("".join(pieces), (*columns, stop + 1))


def _spelling(match: re.Match[str]) -> str:
    if match.lastindex == len(_PLAIN):
        return "^{" + match[0].translate(_LOWERED) + "}"
    if match.lastindex:
        return _PLAIN[match.lastindex]
    sign = match[0]
    if sign.isascii():
        return sign
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    common = unicodedata.normalize("NFKC", sign)
    if sign in HALVES:
        above, below = common.split("⁄")
        return rf"\frac{{{above}}}{{{below}}}"
    return common if len(common) == 1 else sign


def unwrapped(text: str) -> tuple[int, int]:
    r"""Where a text starts and stops without spaces, dollar signs and a name it is given to.

    >>> [text[slice(*unwrapped(text))] for text in ("$w_1 = 0.5$", r"\( \hat{y} \approx 2 \)")]
    ['0.5', '2']
    """
    start, stop = _stripped(text, 0, len(text))
    for _ in range(3):
        before = start, stop
        for opens, closes in _FENCES:
            inside = stop - start >= len(opens) + len(closes)
            if inside and text.startswith(opens, start, stop) and text.endswith(closes, start, stop):
                start, stop = _stripped(text, start + len(opens), stop - len(closes))
        if label := _LABEL.match(text, start, min(stop, start + _LONGEST_LABEL)):
            start = label.end()
        if (start, stop) == before:
            break
    return start, stop


def _stripped(text: str, start: int, stop: int) -> tuple[int, int]:
    inner = text[start:stop]
    start += len(inner) - len(inner.lstrip())
    return start, start + len(inner.strip())
