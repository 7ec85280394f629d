"""Exact numbers as decimals."""

from __future__ import annotations

import re
from fractions import Fraction


def terminating(value: Fraction, places: int = 12) -> str | None:
    """`value` as a decimal with at most `places` places, or None where it does not end by then.

    >>> terminating(Fraction(3, 5)), terminating(Fraction(-24)), terminating(Fraction(1, 3))
    ('0.6', '-24', None)
    """
    for count in range(places + 1):
        scaled = value * 10**count
        if scaled.denominator == 1:
            digits = str(abs(scaled.numerator)).rjust(count + 1, "0")
            split = len(digits) - count
            text = digits[:split] + ("." + digits[split:] if count else "")
            return "-" + text if value < 0 else text
    return None


def scientific(text: str) -> tuple[str, str]:
    """A number's digits and its power of ten, which is empty where none is written.

    >>> scientific("-1.5e-08"), scientific("0.5")
    (('-1.5', '-8'), ('0.5', ''))
    """
    found = re.fullmatch(r"(.*)e([+-]?[0-9]+)", text)
    return (found[1], str(int(found[2]))) if found else (text, "")
