"""Words as names and functions: which letters belong together, in the names that a problem has.

Tokens come in with words as typed (`2xsin`, `w_ix_i`) and go out with a token for each name ("v", its base and
subscripts), function ("F") or sign that they are made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.errors import UnreadableError
from grader.expression.functions import ALTERNATIVES, FUNCTIONS
from grader.expression.scope import INDICES, Scope, characters, spelled
from grader.expression.signs import ACCENTS, GREEK
from grader.expression.tokens import Token

Resolved = tuple[str, Any, int]

NOISE = {"if", "for", "when", "where", "otherwise", "else", "and", "with", "wenn", "falls", "sonst", "für"}
"""Words that say nothing by themselves."""

BINDING = {"sum", "prod", "max", "min", "argmax", "argmin"}
"""Words that, with something below them, run over an index."""

MOST_BRACES = 100  # inside each other
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
        base, *marks = typed.split("_")
        return [("v", (base, tuple(marks)), column)]
    follows = found[at + 1][1]
    if typed == "⊤" or (typed == "T" and not scope.free and _raised(at, found)):
        return [("o", "⊤", column)]
    if typed in {"infty", "inf", "nan", "NaN"}:
        return [("t", typed, column)]
    if typed in NOISE:
        return [("o", f"“{typed}”", column)]
    if typed == "⟦ones⟧":
        return [("v", (typed, ()), column)]
    if typed[0] == "Σ" and "Sigma" not in scope.values and (typed[1:2].isalpha() or _summing(typed, follows, scope)):
        return [("s", "sum", column), *(word(typed[1:], column + 1, at, found, scope) if typed[1:] else [])]
    if typed in BINDING and follows == "_":
        return [("s", typed, column)]
    if typed[0] == "T" and not scope.free and at and found[at - 1][1] == "^" and "T" not in scope.values:
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
        elif base in FUNCTIONS and base not in scope.values:
            result += [("F", base, column), *marked(marks, column)]
        else:
            result.append(("v", (base, marks), column))
    last = result[-1]
    if last[:2] == ("v", ("sigma", ())) and follows == "(" and "sigma" not in scope.values:
        result[-1] = ("F", "sigmoid", last[2])
    if last[0] == "F" and last[1] in BINDING and follows == "_":
        result[-1] = ("s", last[1], last[2])
    return result


def marked(marks: Sequence[str], column: int) -> list[Resolved]:
    """What stands behind a function in the same word: `sin2` is the sine of 2, `log_b` a logarithm to the base b."""
    if all(mark.isdecimal() for mark in marks):
        return [("n", "".join(marks), column)]
    return [("o", "_", column), ("o", "{", column), ("v", ("_".join(marks), ()), column), ("o", "}", column)]


def _summing(typed: str, follows: str, scope: Scope) -> bool:
    """Whether a lone Σ is the sign of a sum and no letter."""
    indexed = len(follows) > 2 and follows[-2] == "_" and follows[-1] in INDICES
    return typed == "Σ" and (follows in {"_", "("} or indexed or (bool(follows) and not scope.free))


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


def _plain(found: Sequence[Token], scope: Scope, text: str) -> list[Resolved]:
    """The tokens without accents and words in text: each is put into the letter or the name that it belongs to."""
    closing = _braces(found, text)
    tokens: list[Resolved | None] = list(found)
    for at in reversed(range(len(found))):
        kind, sign, column = found[at]
        if kind == "a":
            _accent(tokens, at, closing, text)
        elif kind == "t":
            tokens[at] = _upright(sign, column, scope)
    return [token for token in tokens if token is not None]


def _upright(sign: str, column: int, scope: Scope) -> Resolved:
    """A word in upright letters: a function, a name of its own, or words that say something."""
    name = "".join(sign.split())
    if spelled(name) in scope.values:
        return ("v", (spelled(name), ()), column)
    if name != sign or sign in NOISE or not sign.isidentifier():
        return ("o", f"“{sign}”", column)
    if function(sign) or not scope.free or sign in {"T", "d", "e"}:
        return ("w", sign, column)
    return ("v", (spelled(sign), ()), column)


def _accent(tokens: list[Resolved | None], at: int, closing: dict[int, int], text: str) -> None:
    """Put an accent on the letter that it stands over, and drop the braces around that letter."""
    _, accent, column = tokens[at] or ("", "", 1)
    tokens[at] = None
    first = letter = _next(tokens, at)
    if first in closing:
        letter = _next(tokens, first)
        if _alone(tokens, letter, closing[first], closing):
            tokens[first] = tokens[closing[first]] = None
        else:
            letter = len(tokens) - 1
    kind, typed, place = tokens[letter] or ("", "", column)
    if kind == "w":
        tokens[letter] = ("w", _marked(typed, accent), place)
    elif accent:
        raise UnreadableError(f"expected one letter under \\{accent}", text, column)


def _alone(tokens: list[Resolved | None], at: int, end: int, closing: dict[int, int]) -> bool:
    """Whether one letter stands here, with what is below it, up to a closing brace."""
    kind, typed, _ = tokens[at] or ("", "", 0)
    if kind != "w" or not _single(typed):
        return False
    behind = _next(tokens, at)
    if behind == end or (tokens[behind] or ("", ""))[1] != "_":
        return behind == end
    below = _next(tokens, behind)
    return _next(tokens, closing.get(below, below)) == end


def _single(typed: str) -> bool:
    """Whether a word is one letter, perhaps with subscripts."""
    units = characters(typed)
    return typed.split("_")[0] in _GREEK or len(units) == 1 or units[1] == "_" or units[1].isdecimal()


def _marked(typed: str, accent: str) -> str:
    base, *rest = typed.split("_")
    return "_".join([base + accent, *rest]) if base in _GREEK else typed[0] + _MARKS.get(accent, "") + typed[1:]


def _next(tokens: Sequence[Resolved | None], at: int) -> int:
    """The next token that is not dropped."""
    at += 1
    while at < len(tokens) - 1 and tokens[at] is None:
        at += 1
    return at


def _braces(found: Sequence[Token], text: str) -> dict[int, int]:
    """Where each brace closes that opens."""
    closing: dict[int, int] = {}
    waiting: list[int] = []
    for at, (kind, sign, column) in enumerate(found):
        if kind == "o" and sign == "{":
            waiting.append(at)
            if len(waiting) > MOST_BRACES:
                raise UnreadableError(f"braces nested more than {MOST_BRACES} deep", text, column)
        elif kind == "o" and sign == "}" and waiting:
            closing[waiting.pop()] = at
    return closing
