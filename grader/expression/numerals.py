r"""Numbers as people type them: the value, exactly, and how many digits were given.

A way to write a sign is a row in `spelling.py`, a way to write a number a row of `HABITS`. What can be read in two ways
is not read; its row in `AMBIGUOUS` says so.

>>> read_numeral("0.600")
Numeral(value=Fraction(3, 5), unit=Fraction(1, 1000), digits=3)
>>> [str(read_numeral(text).value) for text in (r"w = 1.5 \times 10^{-3}", "1,000.5", "50 %", "½")]
['3/2000', '2001/2', '1/2', '1/2']
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from grader.errors import UnreadableError
from grader.expression.rows import LONGEST
from grader.expression.spelling import MINUS, Spelled, respelled, unwrapped
from grader.expression.tables import Table, read_table

__all__ = ["LONGEST", "AmbiguousError", "Numeral", "Table", "read_endless", "read_numeral", "read_table"]

EXPECTED = "expected a number such as 0.25, -3/4 or 1e-3"


class AmbiguousError(UnreadableError):
    """A number that can be read in two ways, of which it is not ours to choose one."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as it was typed. `unit` is one in its last place, 0 for a fraction, which has no rounding."""

    value: Fraction
    unit: Fraction
    digits: int
    """Significant digits, leading zeros not counted: 3 for 0.600, 2 for -0.024, 4 for 1200."""


def _simple(mark: str) -> re.Pattern[str]:
    return re.compile(
        rf"\s*([+\-{MINUS}]?)(?={mark}?[0-9])([0-9]*)(?:{mark}([0-9]*))?(?:[eE]([+\-{MINUS}]?[0-9]{{1,3}}))?\s*"
    )


_SIMPLE = {"point": _simple(r"\."), "comma": _simple(",")}  # nearly all numbers: these cost one match
_MINUS = str.maketrans(MINUS, "-" * len(MINUS))


@lru_cache(maxsize=65536)
def read_numeral(text: str, decimal: str = "point") -> Numeral:
    r"""The number in `text`: 12, -0.5, .5, 1e-3, 1.5×10^{-3}, 3/4, \frac34, 50%, 1 000 or 1,000.5, also as `w = 12`.

    `decimal` says what stands before the decimals, a "point" or a "comma". Raises `UnreadableError` with the column
    where reading stopped, and `AmbiguousError` where a number can be read in two ways.
    """
    simple = _SIMPLE[decimal].fullmatch(text) if len(text) <= LONGEST else None
    if simple:
        sign, whole, part, exponent = simple.groups("")
        return _numeral(sign, whole, part, int(exponent.translate(_MINUS)) if exponent else 0)
    start, stop = unwrapped(text)
    if stop - start > LONGEST or len(text) > 10 * LONGEST:  # what is read is kept, and all of it with it
        raise UnreadableError(f"a number of more than {LONGEST} characters", text, LONGEST)
    return _read(text, respelled(text, start, stop), decimal)


def _read(text: str, spelled: Spelled, decimal: str) -> Numeral:
    plain, columns = spelled.text, spelled.columns
    for ambiguous, message in AMBIGUOUS[decimal]:
        if match := ambiguous.fullmatch(plain):
            raise AmbiguousError(message, text, columns[match.start("place")])
    stopped = 0
    for habit in (*HABITS, _DECIMALS[decimal]):
        match = habit.match(plain)
        if match and match.end() == len(plain):
            return _ratio(match, text, columns) if "below" in habit.groupindex else _decimal(match)
        stopped = max(stopped, match.end() if match else 0)
    unit = _UNIT.fullmatch(plain, stopped) if stopped else None
    raise UnreadableError(ALONE if unit else EXPECTED, text, columns[stopped])


def _numeral(sign: str, whole: str, part: str, exponent: int) -> Numeral:
    """A number from the digits before and behind its point, and the power of ten that it is taken by."""
    digits = whole + part
    unit = _power_of_ten(exponent - len(part))
    number = -int(digits) if sign and sign != "+" else int(digits)
    value = Fraction(number, unit.denominator) if unit.numerator == 1 else number * unit
    return Numeral(value, unit, len(digits.lstrip("0")))


@lru_cache(maxsize=4096)
def _power_of_ten(exponent: int) -> Fraction:
    return Fraction(10) ** exponent


def _decimal(match: re.Match[str]) -> Numeral:
    found = defaultdict(str, match.groupdict(""))
    exponent = int(_kept(found["e"] + found["raised"]) or 0) - 2 * bool(found["percent"])
    return _numeral(found["sign"], _kept(found["whole"]), found["part"] + found["only"], exponent)


def _ratio(match: re.Match[str], text: str, columns: tuple[int, ...]) -> Numeral:
    above, below = int(_kept(match["above"])), int(_kept(match["below"]))
    if below == 0:
        raise UnreadableError("a fraction over zero", text, columns[match.start("below")])
    return Numeral(Fraction(-above if match["sign"] == "-" else above, below), Fraction(0), LONGEST)


def _kept(written: str) -> str:
    """Sign and digits, without what stands around and between them."""
    return re.sub(r"[^\d+-]", "", written)


_RAISED = r"\^\s*(?P<raised>[+-]?\d{1,3}|\{\s*[+-]?\s*\d{1,3}\s*\}|\(\s*[+-]?\s*\d{1,3}\s*\))"


def _habit(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<sign>[+-]?)\s*{pattern}", re.ASCII)


def _decimals(groups: str, point: str, first: str) -> re.Pattern[str]:
    """Decimals: one of `groups` between thousands, `point` behind the whole part, `first` where there is none."""
    return _habit(
        rf"(?:(?P<whole>[1-9]\d{{0,2}}(?P<group>[{groups}])\d{{3}}(?:(?P=group)\d{{3}})*+(?!\d)|\d+)"
        rf"(?:{point}(?P<part>\d*))?|{first}(?P<only>\d+))"
        rf"(?:[eE](?P<e>[+-]?\d{{1,3}})|\s*\*\s*10\s*{_RAISED})?(?P<percent>\s*%)?"
    )


HABITS = (
    _habit(r"\\frac\s*(?P<above>\d|\{\s*[+-]?\s*\d+\s*\})\s*(?P<below>\d|\{\s*\d+\s*\})"),
    _habit(r"(?P<above>\d+)\s*/\s*(?P<below>\d++)(?!\s*[/.,])"),
    _habit(rf"(?P<whole>1)0\s*{_RAISED}"),
)
"""Ways to write a number, in the spelling of `respelled`; the first that takes the whole text is meant."""

_DECIMALS = {"point": _decimals(" ,'", r"\.", r"\."), "comma": _decimals(" .'", "(?(group),|[.,])", "[.,]")}

_MIXED = (
    re.compile(r"[+-]?\s*\d+(?P<place>\s+(?=\d+\s*/)|\s*(?=\\frac)).*", re.ASCII | re.DOTALL),
    "a whole number beside a fraction can be read in two ways; write 3/2 or 1.5",
)
_TAIL = r"(?:[eE][+-]?\d+|\s*\*\s*10\s*\^.*)?(?:\s*%)?"
AMBIGUOUS = {
    "point": (
        _MIXED,
        (
            re.compile(rf"[+-]?\s*(?![1-9]\d{{0,2}},\d{{3}}(?!\d))\d*(?P<place>,)\d+{_TAIL}", re.ASCII | re.DOTALL),
            "a comma stands between thousands here, before three digits each; write decimals with a point, as in 1.5",
        ),
    ),
    "comma": (
        _MIXED,
        (
            re.compile(rf"[+-]?\s*[1-9]\d{{0,2}}(?P<place>\.)\d{{3}}{_TAIL}", re.ASCII | re.DOTALL),
            "a point before three digits can be read in two ways; write 1500 or 1,500",
        ),
    ),
}
"""What can be read in two ways, where, and what to say."""

ALONE = "expected a number alone; leave out the unit or the word behind it"
_UNIT = re.compile(
    r"\s*(?:\\(?:text|mathrm)\s*\{[^{}]*\}|(?:[mckµn]?m|[kmµ]?g|[mµn]?s|min|h|[kM]?B|bits?|px|[kM]?Hz|°C?|€|\\?\$)"
    r"(?:\s*(?:/|per)\s*[A-Za-z]+|\^?\{?\d\}?)?)|\s+[A-Za-z]{3,}(?:\s+[A-Za-z]+)*"
)

_ENDLESS = re.compile(
    r"(?P<sign>[+-]?)\s*(?:float\s*\(\s*['\"])?(?P<inner>[+-]?)(?:np\.|numpy\.|math\.|torch\.|\.)?"
    r"(?:(?P<nan>nan)|∞|inf(?:ty|inity)?)(?:['\"]\s*\))?",
    re.IGNORECASE,
)


def read_endless(text: str) -> float | None:
    """What people write where there is no number: NaN or an infinity, None where `text` says neither.

    >>> read_endless("x = −∞"), read_endless("NaN"), read_endless("5")
    (-inf, nan, None)
    """
    start, stop = unwrapped(text)
    match = _ENDLESS.fullmatch(respelled(text, start, stop).text) if stop - start <= LONGEST else None
    if not match:
        return None
    return math.nan if match["nan"] else math.inf * (-1) ** f"{match['sign']}{match['inner']}".count("-")
