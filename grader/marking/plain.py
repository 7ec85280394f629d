"""Plain decimals, nearly all that a cohort types, read many at once; `answers.Reader` reads the rest one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.numeric import Array

LONGEST = 16  # characters of a text that is read here: a sign, a point and 15 digits, which a float holds exactly
MARKS = {"point": ".", "comma": ","}


@dataclass(frozen=True)
class Decimals:
    """Texts as decimals, `(n,)` each; what is no plain decimal has `plain` false and nothing that counts."""

    plain: np.ndarray
    values: Array
    half_units: Array
    digits: Array


def decimals(texts: Sequence[str], decimal: str = "point") -> Decimals:
    """Signs, digits and at most one point; the same as `read_numeral` makes of these.

    >>> found = decimals(["0.600", "-12", "1e3", ""])
    >>> found.plain.tolist(), found.values[:2].tolist(), found.half_units[:2].tolist(), found.digits[:2].tolist()
    ([True, True, False, False], [0.6, -12.0], [0.0005, 0.5], [3.0, 2.0])
    """
    short = np.array(texts, dtype=f"U{LONGEST}") if texts else np.zeros(0, dtype=f"U{LONGEST}")
    signs = np.ascontiguousarray(short.view(np.uint32).reshape(len(texts), LONGEST).T)
    length = np.fromiter(map(len, texts), np.intp, len(texts))
    digit, point = (signs >= ord("0")) & (signs <= ord("9")), signs == ord(MARKS[decimal])
    minus = signs[0] == ord("-")
    known = digit.sum(axis=0) + point.sum(axis=0) + (minus | (signs[0] == ord("+")))
    plain = (known == length) & (length <= LONGEST) & (point.sum(axis=0) <= 1) & digit.any(axis=0)
    number, places, written = np.zeros((3, len(texts)), dtype=np.int64)
    behind = np.zeros(len(texts), dtype=bool)
    width = min(LONGEST, int(length.max(initial=0)))
    for sign, is_digit, is_point in zip(signs[:width], digit[:width], point[:width], strict=True):
        number = np.where(is_digit, 10 * number + sign - ord("0"), number)
        written += is_digit & (number > 0)
        behind |= is_point
        places += is_digit & behind
    plain &= written < LONGEST
    unit = 1 / 10.0**places
    values = np.where(plain, number / 10.0**places, np.nan)
    return Decimals(plain, np.where(minus & (number > 0), -values, values), unit / 2, written.astype(float))
