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
from grader.expression.tokens import ACCENTS, Token

Resolved = tuple[str, Any, int]

NOISE = {"if", "for", "when", "where", "otherwise", "else", "and", "with", "wenn", "falls", "sonst", "für"}
"""Words that say nothing by themselves."""

BINDING = {"sum", "prod", "max", "min", "argmax", "argmin"}
"""Words that, with something below them, run over an index."""


def resolved(found: Sequence[Token], scope: Scope, text: str) -> list[Resolved]:
    """The tokens with every word taken apart."""
    if all(kind != "a" and kind != "t" for kind, _, _ in found):
        result: list[Resolved] = []
        for at, token in enumerate(found):
            if token[0] == "w":
                result.extend(word(token, at, found, scope))
            elif token[1] != "np.":
                result.append(token)
        return result
    return resolved(_plain(found, scope, text), scope, text)


def word(token: Token, at: int, found: Sequence[Token], scope: Scope) -> list[Resolved]:
    """One word: a sign, a function, or names side by side."""
    _, typed, column = token
    if typed == "⊤" or (typed == "T" and not scope.free and _raised(at, found) and typed not in scope.values):
        return [("o", "⊤", column)]
    if typed == "infty" or (typed in {"inf", "nan", "NaN"} and typed not in scope.values):
        return [("t", typed, column)]
    if typed in NOISE and typed not in scope.values:
        return [("o", f"“{typed}”", column)]
    if typed == "Σ" and found[at + 1][1] == "_" and "Sigma" not in scope.values:
        return [("s", "sum", column)]
    if typed in BINDING and found[at + 1][1] == "_" and typed not in scope.values:
        return [("s", typed, column)]
    raised = not scope.free and at > 0 and found[at - 1][1] == "^" and len(typed) > 1 and typed[0] in "T⊤"
    if raised and typed not in scope.values and "T" not in scope.values:
        return [("o", "⊤", column), *word(("w", typed[1:], column + 1), at, found, scope)]
    if typed == "⟦ones⟧":
        return [("v", (typed, ()), column)]
    if typed not in scope.values and (known := function(typed)):
        return [("F", known, column)]
    pieces = scope.pieces(typed, ALTERNATIVES)
    result: list[Resolved] = []
    for base, marks in pieces:
        base = "sum" if base == "Sigma" and marks and "Sigma" not in scope.values else base
        if base in BINDING and marks and base not in scope.values:
            below = "_".join(marks)
            result += [("s", base, column), ("o", "_", column), ("o", "{", column), ("v", (below, ()), column)]
            result.append(("o", "}", column))
        elif base in FUNCTIONS and base not in scope.values and not marks:
            result.append(("F", base, column))
        elif f"{base}_{''.join(marks)}" in FUNCTIONS and base not in scope.values:
            result.append(("F", f"{base}_{''.join(marks)}", column))
        else:
            result.append(("v", (base, marks), column))
    bracket = found[at + 1][1] == "("
    if result[-1][:2] == ("v", ("sigma", ())) and bracket and "sigma" not in scope.values:
        result[-1] = ("F", "sigmoid", result[-1][2])
    if result[-1][0] == "F" and result[-1][1] in BINDING and found[at + 1][1] == "_":
        result[-1] = ("s", result[-1][1], column)
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


def _plain(found: Sequence[Token], scope: Scope, text: str) -> list[Token]:
    """The tokens without accents and words in text: each is put into the letter or the name that it belongs to."""
    result: list[Token] = []
    at = 0
    while at < len(found):
        kind, sign, column = found[at]
        if kind == "a":
            token, at = _accented(found, at, text)
            result.append(token)
            continue
        if kind == "t":
            name = "".join(sign.split())
            known = spelled(name) in scope.values or function(name)
            quoted = not known and not (name.isidentifier() and sign not in NOISE)
            result.append(("o", f"“{sign}”", column) if quoted else ("w", name, column))
        else:
            result.append(found[at])
        at += 1
    return result


def _accented(found: Sequence[Token], at: int, text: str) -> tuple[Token, int]:
    """The letter under a hat, and where reading goes on."""
    accent, column = found[at][1], found[at][2]
    marks = {name: mark for mark, name in ACCENTS.items() if name}
    behind, braces = at + 1, 0
    while found[behind][1] == "{":
        behind, braces = behind + 1, braces + 1
    kind, letter, _ = found[behind]
    if kind != "w":
        raise UnreadableError(f"expected a letter under \\{accent}", text, column)
    rest = behind + 1
    for _ in range(braces):
        if found[rest][1] != "}":
            raise UnreadableError(f"expected one letter under \\{accent}", text, found[rest][2] or column)
        rest += 1
    spelled = letter if letter.split("_")[0] in _GREEK else ""
    return ("w", f"{spelled}{accent}" if spelled else letter[0] + marks[accent] + letter[1:], column), rest


_GREEK = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "tau",
        "upsilon",
        "phi",
        "chi",
        "psi",
        "omega",
        "ell",
    ]
)
