"""One number in every habit of writing it, and numbers that are nearly the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction

from tests.corpus.dialects import SUPERSCRIPTS

Habit = Callable[[Decimal], str | None]


def plain(value: Decimal) -> str:
    return format(value, "f")


def grouped(separator: str) -> Habit:
    """Groups of three before the point, for numbers that have at least four digits there."""
    return lambda value: format(value, ",f").replace(",", separator) if abs(value) >= 1000 else None


def scientific(pattern: str, superscript: bool = False) -> Habit:
    def written(value: Decimal) -> str:
        mantissa, exponent = format(value, "e").split("e")
        power = str(int(exponent))
        return pattern.format(m=mantissa, p=power.translate(SUPERSCRIPTS) if superscript else power)

    return written


def fraction(pattern: str) -> Habit:
    def written(value: Decimal) -> str | None:
        exact = Fraction(value)
        sign = "-" if exact < 0 else ""
        return pattern.format(s=sign, n=abs(exact.numerator), d=exact.denominator) if exact.denominator != 1 else None

    return written


def tight_fraction(value: Decimal) -> str | None:
    exact = Fraction(value)
    small = 0 < exact.numerator < 10 and 1 < exact.denominator < 10
    return f"\\frac{exact.numerator}{exact.denominator}" if small else None


def percent(sign: str) -> Habit:
    return lambda value: plain((value * 100).normalize()) + sign if abs(value) < 1000 else None


def without_zero(value: Decimal) -> str | None:
    text = plain(value)
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else None


def trailing_point(value: Decimal) -> str | None:
    return f"{plain(value)}." if value == int(value) else None


def digits(zero: int) -> Habit:
    table = {ord("0") + i: chr(zero + i) for i in range(10)}
    return lambda value: plain(value).translate(table)


HABITS: dict[str, Habit] = {
    "as a decimal": plain,
    "with zeros behind": lambda value: plain(value) + ("00" if "." in plain(value) else ".00"),
    "with a plus": lambda value: "+" + plain(value) if value >= 0 else None,
    "with a Unicode minus": lambda value: plain(value).replace("-", "−") if value < 0 else None,
    "without the leading zero": without_zero,
    "with a trailing point": trailing_point,
    "with e": scientific("{m}e{p}"),
    "with E": scientific("{m}E{p}"),
    "with × and braces": scientific("{m}×10^{{{p}}}"),
    "with * and ^": scientific("{m}*10^{p}"),
    "with ** and brackets": scientific("{m}*10**({p})"),
    "with \\cdot": scientific("{m} \\cdot 10^{{{p}}}"),
    "with \\times": scientific("${m} \\times 10^{{{p}}}$"),
    "with superscripts": scientific("{m}·10{p}", superscript=True),
    "as a ratio": fraction("{s}{n}/{d}"),
    "as \\frac": fraction("{s}\\frac{{{n}}}{{{d}}}"),
    "as \\dfrac": fraction("${s}\\dfrac{{{n}}}{{{d}}}$"),
    "as \\frac without braces": tight_fraction,
    "in brackets": lambda value: f"({plain(value)})",
    "in percent": percent("%"),
    "in percent, in LaTeX": percent("\\%"),
    "with commas": grouped(","),
    "with thin spaces": grouped("\u2009"),
    "with spaces": grouped(" "),
    "with LaTeX's spaces": grouped("\\,"),
    "in dollars": lambda value: f"${plain(value)}$",
    "in \\( \\)": lambda value: f"\\({plain(value)}\\)",
    "boxed": lambda value: f"\\boxed{{{plain(value)}}}",
    "in full width": digits(0xFF10),
    "in Arabic digits": digits(0x0660),
}
VALUES = (
    "0.25", "-0.25", "1.5", "-8", "0.5", "3", "1200", "-1234.5", "0.001", "0.6", "1e-7", "1234567", "0.375", "-2.125",
    "12", "0.05", "1000000", "99.9", "0.125", "7",
)  # fmt: skip


def entries(count: int) -> Iterator[tuple[str, str, str, str]]:
    """`(one, other, expected, why)`: two habits of one number, or of two that differ."""
    draw = random.Random("numbers")
    habits = list(HABITS.items())
    for turn in range(count):
        value = Decimal(draw.choice(VALUES))
        written = [(how, text) for how, habit in habits if (text := habit(value)) is not None]
        how, one = next(iter([pair for pair in written if pair[0] == habits[turn % len(habits)][0]]), written[0])
        if turn % 4:
            other_how, other = draw.choice([pair for pair in written if pair[0] != how])
            yield one, other, "same", f"{how}, {other_how}"
        else:
            off = draw.choice([-value, value * 10, value + Decimal("0.001"), value / 100])
            other_how, other = draw.choice([(h, t) for h, habit in habits if (t := habit(off)) is not None])
            yield one, other, "different", f"{how}, {other_how}"
