"""What of a spec decides the marks, as plain data, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.parts import ROUND, VERDICTS, Part
from grader.problem import Problem
from grader.spreadsheet import decimal

WORDS = frozenset({"title", "statement", "hints", "tests", "ask", "policy"})
"""Keys of a spec that decide no mark, or that are described as they were read."""
LONGEST = 40  # characters of a value that is shown in full


@dataclass(frozen=True)
class Difference:
    """One place where two specs differ: the keys to it, and what stood and stands there."""

    path: tuple[str, ...]
    before: str
    after: str

    def __str__(self) -> str:
        kind = self.path[0] if self.path[0] in {"policy", "course"} else "spec"
        keys = self.path if kind == "spec" else self.path[1:]
        return f"{kind}: {_joined(keys)} {self.before} → {self.after}"


def described(problem: Problem) -> dict[str, Any]:
    """All that decides the marks of a problem, a course's policy included, as texts, lists and mappings.

    Givens are as typed; what is asked is by step, patterns written out; the credit of every verdict is there.
    """
    return {
        **{key: value for key, value in problem.spec.items() if key not in WORDS},
        "ask": {part.step: _asked(part) for part in problem.parts},
        "policy": {verdict: exactly(problem.credit(verdict)) for verdict in VERDICTS}
        | ({ROUND: exactly(problem.policy[ROUND])} if problem.policy.get(ROUND) else {}),
        "course": {"decimal": problem.decimal},
    }


def _asked(part: Part) -> dict[str, str]:
    share = None if part.share is None else f"{100 * part.share:.12g}%"
    amount = None if part.amount is None else f"{part.amount:.12g}"
    stated = {"within": share or amount, "decimals": part.decimals, "digits": part.digits, "form": part.form or None}
    return {"points": exactly(part.points)} | {key: str(value) for key, value in stated.items() if value is not None}


def exactly(number: Fraction) -> str:
    """A number as a decimal where it is one, else as a ratio.

    >>> exactly(Fraction(1, 4)), exactly(Fraction(1, 3)), exactly(Fraction(-1))
    ('0.25', '1/3', '-1')
    """
    return shown if Fraction(shown := decimal(number)) == number else str(number)


def differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[Difference]:
    """Where two nested values differ, as deep as both have the same form; entries of lists count from 1.

    >>> [str(each) for each in differences({"given": {"lr": "1", "x": ["1", "2"]}}, {"given": {"x": ["1", "3"]}})]
    ['spec: given.lr 1 → (none)', 'spec: given.x[2] 2 → 3']
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from differences(before.get(key), after.get(key), (*path, str(key)))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True), start=1):
            yield from differences(one, other, (*path, f"[{number}]"))
    elif before != after:
        yield Difference(path, shortened(before), shortened(after))


def shortened(value: Any) -> str:
    """A value on one line.

    >>> shortened(None), shortened({"points": "2", "within": "1%"}), shortened("x" * 50)
    ('(none)', '{points: 2, within: 1%}', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…')
    """
    words = "(none)" if value is None else " ".join(_line(value).split())
    text = "".join(each if each.isprintable() else "\ufffd" for each in words)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_line(each)}" for key, each in value.items()) + "}"
    return "[" + ", ".join(map(_line, value)) + "]" if isinstance(value, list) else str(value)


def _joined(path: tuple[str, ...]) -> str:
    return ".".join(path).replace(".[", "[")
