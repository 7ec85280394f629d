"""Words as names and functions: which letters belong together, in the names that a problem has.

Tokens come in with words as typed (`2xsin`, `w_ix_i`) and go out with a token for each name ("v", its base and
subscripts), function ("F") or sign that they are made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.errors import UnreadableError
from grader.expression.functions import ALTERNATIVES, FUNCTIONS
from grader.expression.scope import Scope, spelled
from grader.expression.signs import ACCENTS, GREEK
from grader.expression.tokens import Token

Resolved = tuple[str, Any, int]

NOISE = {"if", "for", "when", "where", "otherwise", "else", "and", "with", "wenn", "falls", "sonst", "für"}
"""Words that say nothing by themselves."""

BINDING = {"sum", "prod", "max", "min", "argmax", "argmin"}
"""Words that, with something below them, run over an index."""

PHRASES = 4  # words of which a name may be made, as `sse before` on a page

_MARKS = {name: mark for mark, name in ACCENTS.items() if name}
_GREEK = frozenset(GREEK.values())
_SPECIAL = frozenset("TCΣ")
"""Single letters that are more than a name where they stand in certain places."""


def resolved(found: Sequence[Token], scope: Scope, text: str) -> list[Resolved]:
    """The tokens with every word taken apart."""
    if any(kind == "a" or kind == "t" for kind, _, _ in found):
        found = _plain(found, scope, text)
    result: list[Resolved] = []
    past = 0
    for at, token in enumerate(found):
        kind, typed, column = token
        if at < past or (kind == "o" and typed == "np."):
            continue
        if kind != "w":
            result.append(token)
        elif len(typed) == 1 and typed.isascii() and typed not in _SPECIAL:
            result.append(("v", (typed, ()), column))
        elif (past := phrase(at, found, scope)) > at + 1:
            result.append(("v", (spelled("".join(each[1] for each in found[at:past])), ()), column))
        else:
            result.extend(word(typed, column, at, found, scope))
    return result


def phrase(at: int, found: Sequence[Token], scope: Scope) -> int:
    """Where a name of several words ends that starts here; where the word itself ends, if there is none."""
    end = at + 1
    while end < len(found) and end < at + PHRASES and found[end][0] == "w":
        end += 1
    for stop in range(end, at + 1, -1):
        words = [each[1] for each in found[at:stop]]
        if all(len(each) > 1 and each.isalpha() for each in words) and spelled("".join(words)) in scope.values:
            return stop
    return at + 1


def word(typed: str, column: int, at: int, found: Sequence[Token], scope: Scope) -> list[Resolved]:
    """One word: a sign, a function, or names side by side."""
    if typed in scope.values:
        return [("v", (typed, ()), column)]
    follows = found[at + 1][1]
    if typed == "⊤" or (typed == "T" and not scope.free and _raised(at, found)):
        return [("o", "⊤", column)]
    if typed in {"infty", "inf", "nan", "NaN"}:
        return [("t", typed, column)]
    if typed in NOISE:
        return [("o", f"“{typed}”", column)]
    if typed[0] == "Σ" and "Sigma" not in scope.values and (typed[1:2].isalpha() or (typed == "Σ" and follows in "_(")):
        return [("s", "sum", column), *(word(typed[1:], column + 1, at, found, scope) if typed[1:] else [])]
    if typed in BINDING and follows == "_":
        return [("s", typed, column)]
    if not scope.free and at and found[at - 1][1] == "^" and len(typed) > 1 and typed[0] == "T" and "T" not in scope.values:
        return [("o", "⊤", column), *word(typed[1:], column + 1, at, found, scope)]
    if typed == "C" and follows == "(" and _pair(at + 1, found):
        return [("F", "choose", column)]
    if known := function(typed):
        return [("F", known, column)]
    return names(typed, column, follows, scope)


def names(typed: str, column: int, follows: str, scope: Scope) -> list[Resolved]:
    """A run of letters as the names and functions that it is made of."""
    result: list[Resolved] = []
    for base, marks in scope.pieces(typed, ALTERNATIVES):
        base = "sum" if base == "Sigma" and marks and "Sigma" not in scope.values else base
        if base in BINDING and marks and base not in scope.values:
            below = ("v", ("_".join(marks), ()), column)
            result += [("s", base, column), ("o", "_", column), ("o", "{", column), below, ("o", "}", column)]
        elif base in FUNCTIONS and base not in scope.values and not marks:
            result.append(("F", base, column))
        elif f"{base}_{''.join(marks)}" in FUNCTIONS and base not in scope.values:
            result.append(("F", f"{base}_{''.join(marks)}", column))
        else:
            result.append(("v", (base, marks), column))
    last = result[-1]
    if last[:2] == ("v", ("sigma", ())) and follows == "(" and "sigma" not in scope.values:
        result[-1] = ("F", "sigmoid", last[2])
    if last[0] == "F" and last[1] in BINDING and follows == "_":
        result[-1] = ("s", last[1], last[2])
    return result


def function(typed: str) -> str:
    """The function that a word calls, however it is capitalised; empty where it calls none."""
    if typed in FUNCTIONS:
        return typed
    lower = typed.lower()
    return lower if len(typed) > 2 and lower in FUNCTIONS else ""


def _raised(at: int, found: Sequence[Token]) -> bool:
    """Whether a token stands alone above something."""
    if at and found[at - 1][1] in {"^", "**"}:
        return True
    before = [token[1] for token in found[max(0, at - 3) : at]]
    alone = found[at + 1][1] in {"}", ")"}
    return alone and (before[-2:] in (["^", "{"], ["^", "("]) or before in (["^", "{", "-"], ["^", "(", "-"]))


def _pair(at: int, found: Sequence[Token]) -> bool:
    """Whether the bracket that opens here holds two things with a comma between."""
    depth = 0
    for kind, sign, _ in found[at:]:
        if kind == "o" and sign in {"(", "[", "{"}:
            depth += 1
        elif kind == "o" and sign in {")", "]", "}"}:
            depth -= 1
            if depth <= 0:
                return False
        elif kind == "o" and sign == "," and depth == 1:
            return True
    return False


def _plain(found: Sequence[Token], scope: Scope, text: str) -> list[Token]:
    """The tokens without accents and words in text: each is put into the letter or the name that it belongs to."""
    result: list[Any] = []
    dropped: set[int] = set()
    at = 0
    while at < len(found):
        kind, sign, column = found[at]
        if kind == "a":
            token, at = _accented(found, at, dropped, text)
            result.extend(token)
            continue
        if kind == "t":
            result.append(_upright(sign, column, scope))
        elif at not in dropped:
            result.append(found[at])
        at += 1
    return result


def _upright(sign: str, column: int, scope: Scope) -> Resolved:
    """A word in upright letters: a function, a name of its own, or words that say something."""
    name = "".join(sign.split())
    if spelled(name) in scope.values:
        return ("v", (spelled(name), ()), column)
    if sign in {"T", "d"} or (name.isidentifier() and (function(name) or not scope.free) and sign == name and name not in NOISE):
        return ("w", name, column)
    if not name.isidentifier() or sign in NOISE or sign != name:
        return ("o", f"“{sign}”", column)
    return ("v", (spelled(name), ()), column)


def _accented(found: Sequence[Token], at: int, dropped: set[int], text: str) -> tuple[list[Token], int]:
    """The letter under accents, and where reading goes on; the braces around it are dropped."""
    accents, column, braces = "", found[at][2], 0
    name = found[at][1]
    behind = at
    while found[behind][0] == "a" or found[behind][1] == "{":
        accents += _MARKS.get(found[behind][1], "") if found[behind][0] == "a" else ""
        braces += found[behind][1] == "{"
        behind += 1
    kind, letter, _ = found[behind]
    end = _closing(found, behind, braces)
    alone = kind == "w" and all(sign in "_{}" or kind == "n" or len(sign) == 1 for kind, sign, _ in found[behind + 1 : end])
    if braces and alone:
        dropped.update(_outer(found, behind, end, braces))
    if not accents:
        if braces and not alone:
            return [], at + 1
        return ([], behind) if kind != "w" else ([("w", letter, column)], behind + 1)
    if kind != "w" or (braces and (not alone or len(letter.split("_")[0]) > 1 and letter.split("_")[0] not in _GREEK)):
        raise UnreadableError(f"expected one letter under \\{name or 'hat'}", text, found[behind][2] or column)
    if letter.split("_")[0] in _GREEK:
        base, *rest = letter.split("_")
        words = "".join(word for mark, word in ACCENTS.items() if mark in accents)
        return [("w", "_".join([base + words, *rest]), column)], behind + 1
    return [("w", letter[0] + accents + letter[1:], column)], behind + 1
