"""Numbers as people type them: their exact values, their digits, and where reading stopped."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UnreadableError
from grader.expression import read_numeral
from grader.expression.numerals import ALONE, EXPECTED, LONGEST, AmbiguousError, read_endless

tenth = Fraction(1, 10)


@pytest.mark.parametrize(
    ("text", "value", "unit", "digits"),
    [
        ("12", 12, 1, 2),
        ("0", 0, 1, 0),
        ("007", 7, 1, 1),
        ("1200", 1200, 1, 4),
        ("0.600", Fraction(3, 5), Fraction(1, 1000), 3),
        ("0.6", Fraction(3, 5), tenth, 1),
        ("0.1", tenth, tenth, 1),
        ("-0.024", Fraction(-3, 125), Fraction(1, 1000), 2),
        ("100.0", 100, tenth, 4),
        (".5", Fraction(1, 2), tenth, 1),
        ("-.5", Fraction(-1, 2), tenth, 1),
        ("5.", 5, 1, 1),
        ("+5", 5, 1, 1),
        ("-5", -5, 1, 1),
        ("−5", -5, 1, 1),  # U+2212, the minus sign
        ("–5", -5, 1, 1),  # U+2013, a dash, as word processors make of it
        ("1e-3", Fraction(1, 1000), Fraction(1, 1000), 1),
        ("1E−3", Fraction(1, 1000), Fraction(1, 1000), 1),
        ("1e3", 1000, 1000, 1),
        ("1e+3", 1000, 1000, 1),
        ("1.20e3", 1200, 10, 3),
        ("-2.50e-1", Fraction(-1, 4), Fraction(1, 1000), 3),
        ("1e999", 10**999, 10**999, 1),
        (" 0.5\t", Fraction(1, 2), tenth, 1),
        ("\u00a00.5\n", Fraction(1, 2), tenth, 1),
        ("9" * LONGEST, 10**LONGEST - 1, 1, LONGEST),
        ("3/4", Fraction(3, 4), 0, LONGEST),
        ("-3/4", Fraction(-3, 4), 0, LONGEST),
        ("−3/4", Fraction(-3, 4), 0, LONGEST),
        ("+6 / 8", Fraction(3, 4), 0, LONGEST),
        ("0/3", 0, 0, LONGEST),
    ],
)
def test_numbers(text: str, value: Fraction, unit: Fraction, digits: int) -> None:
    """The value is exact, the unit is one in the last place typed, and leading zeros are no digits."""
    numeral = read_numeral(text)
    assert (numeral.value, numeral.unit, numeral.digits) == (value, unit, digits)
    assert isinstance(numeral.value, Fraction)


def test_the_message_gives_examples() -> None:
    """What cannot be read is told with examples of what can."""
    assert EXPECTED == "expected a number such as 0.25, -3/4 or 1e-3"


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("", EXPECTED, 1),
        ("   ", EXPECTED, 4),
        ("abc", EXPECTED, 1),
        (".", EXPECTED, 1),
        ("-", EXPECTED, 1),
        ("--1", EXPECTED, 1),
        ("e5", EXPECTED, 1),
        ("1 2", EXPECTED, 2),
        ("  1 2", EXPECTED, 4),
        ("0.5x", EXPECTED, 4),
        ("0x10", EXPECTED, 2),
        ("1_000", EXPECTED, 2),
        ("1.2.3", EXPECTED, 4),
        ("1e", EXPECTED, 2),
        ("1e5.5", EXPECTED, 4),
        ("1e9999", EXPECTED, 6),
        ("1-", EXPECTED, 2),
        ("2^3", EXPECTED, 2),
        ("nan", EXPECTED, 1),
        ("-inf", EXPECTED, 1),
        ("Infinity", EXPECTED, 1),
        ("3/-4", EXPECTED, 2),
        ("1.5/2", EXPECTED, 4),
        ("1/2/3", EXPECTED, 2),
        ("1\n2", EXPECTED, 2),
        ("1\x00", EXPECTED, 2),
        ("__import__('os')", EXPECTED, 1),
        ("12,34,567", EXPECTED, 3),
        ("1.000.000", EXPECTED, 6),
        ("1.234 567", EXPECTED, 6),
        ("x² = 4", EXPECTED, 1),
        ("2x = 4", EXPECTED, 2),
        ("x + 1 = 4", EXPECTED, 1),
        ("w = ", EXPECTED, 4),
        ("w = 0.5x", EXPECTED, 8),
        ("$0.5x$", EXPECTED, 5),
        ("2³", EXPECTED, 2),
        ("1.5·10", EXPECTED, 4),
        (r"\frac{1}{2", EXPECTED, 1),
        (r"\frac{1.5}{2}", EXPECTED, 1),
        ("3/4%", EXPECTED, 4),
        ("0.5 m", ALONE, 4),
        ("0.5cm", ALONE, 4),
        (r"3\,\text{cm}", ALONE, 2),
        ("12 parameters", ALONE, 3),
        (r"\frac{1}{0}", "a fraction over zero", 9),
        ("1/0", "a fraction over zero", 3),
        ("-1/000", "a fraction over zero", 4),
        ("9" * (LONGEST + 1), f"a number of more than {LONGEST} characters", LONGEST),
        ("1" * 100, f"a number of more than {LONGEST} characters", LONGEST),
        ("1" * 1_000_000, f"a number of more than {LONGEST} characters", LONGEST),
        ("1" + " " * 1000, f"a number of more than {LONGEST} characters", LONGEST),
        ("1/" + "3" * 100, f"a number of more than {LONGEST} characters", LONGEST),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_is_no_number(text: str, message: str, column: int) -> None:
    """It is said what was expected and at which character reading stopped; the text is kept as it was."""
    with pytest.raises(UnreadableError) as caught:
        read_numeral(text)
    assert (str(caught.value), caught.value.column, caught.value.text) == (message, column, text)


HABITS = [
    ("1.5×10^{-3}", "0.0015", "0.0001", 2),
    ("1.5*10^-3", "0.0015", "0.0001", 2),
    ("1.5*10**-3", "0.0015", "0.0001", 2),
    ("1.5·10^(-3)", "0.0015", "0.0001", 2),
    (r"1.5 \cdot 10^{-3}", "0.0015", "0.0001", 2),
    (r"1.5 \times 10^{-3}", "0.0015", "0.0001", 2),
    ("1.5×10⁻³", "0.0015", "0.0001", 2),
    ("1.5 x 10^-3", "0.0015", "0.0001", 2),
    ("1.50×10^3", "1500", "10", 3),
    ("10^{-3}", "0.001", "0.001", 1),
    ("-10²", "-100", "100", 1),
    (r"\frac{3}{4}", "3/4", "0", LONGEST),
    (r"-\frac34", "-3/4", "0", LONGEST),
    (r"\dfrac{-3}{4}", "-3/4", "0", LONGEST),
    (r"\tfrac 3 4", "3/4", "0", LONGEST),
    ("3⁄4", "3/4", "0", LONGEST),
    ("½", "1/2", "0", LONGEST),
    ("-⅔", "-2/3", "0", LONGEST),
    ("50%", "0.5", "0.01", 2),
    (r"50 \%", "0.5", "0.01", 2),
    ("12.5 %", "0.125", "0.001", 3),
    ("５０％", "0.5", "0.01", 2),
    ("1 000", "1000", "1", 4),
    ("1 000 000.25", "1000000.25", "0.01", 9),
    ("1\u2009000\u2009000", "1000000", "1", 7),
    ("1\u202f000", "1000", "1", 4),
    ("1\u00a0000", "1000", "1", 4),
    (r"1\,000", "1000", "1", 4),
    ("1'000", "1000", "1", 4),
    ("1,000", "1000", "1", 4),
    ("1{,}000", "1000", "1", 4),
    ("-1,000.50", "-1000.5", "0.01", 6),
    ("１２．５", "12.5", "0.1", 3),
    ("١٢", "12", "1", 2),
    ("1٢", "12", "1", 2),
    ("٣٫١٤", "3.14", "0.01", 3),
    ("१२", "12", "1", 2),
    ("$0.5$", "0.5", "0.1", 1),
    ("$$ 0.5 $$", "0.5", "0.1", 1),
    (r"\(0.5\)", "0.5", "0.1", 1),
    (r"\[ 0.5 \]", "0.5", "0.1", 1),
    (r"$\boxed{0.5}$", "0.5", "0.1", 1),
    ("= 0.5", "0.5", "0.1", 1),
    ("≈0.5", "0.5", "0.1", 1),
    (r"\approx 0.5", "0.5", "0.1", 1),
    ("w = 0.5", "0.5", "0.1", 1),
    ("w_12 := 0.5", "0.5", "0.1", 1),
    ("ŷ₁ ≈ 0.5", "0.5", "0.1", 1),
    ("λ=.5", "0.5", "0.1", 1),
    (r"$\hat{y}_1 = 0.5$", "0.5", "0.1", 1),
    (r"\mathbf{w}_{1,2} = 0.5", "0.5", "0.1", 1),
    (r"W^{(2)}_{11} = 0.5", "0.5", "0.1", 1),
    ("w = 1/2", "1/2", "0", LONGEST),
    ("- 0.5", "-0.5", "0.1", 1),
    ("0.5\u200b", "0.5", "0.1", 1),
    ("np.float64(0.5)", "0.5", "0.1", 1),
]


@pytest.mark.parametrize(("text", "value", "unit", "digits"), HABITS)
def test_habits(text: str, value: str, unit: str, digits: int) -> None:
    """LaTeX, Unicode, groups of three, percent, other digits, a name in front: value, last place and digits."""
    numeral = read_numeral(text)
    assert (numeral.value, numeral.unit, numeral.digits) == (Fraction(value), Fraction(unit), digits)


@pytest.mark.parametrize(
    ("text", "value", "unit", "digits"),
    [
        ("1,5", "1.5", "0.1", 2),
        ("-,5", "-0.5", "0.1", 1),
        ("1{,}50", "1.5", "0.01", 3),
        ("1,500", "1.5", "0.001", 4),
        ("1.000,5", "1000.5", "0.1", 5),
        ("1 000,5", "1000.5", "0.1", 5),
        ("1.000.000", "1000000", "1", 7),
        ("1,5e-3", "0.0015", "0.0001", 2),
        ("1,5·10^{-3}", "0.0015", "0.0001", 2),
        ("12,5 %", "0.125", "0.001", 3),
        ("3/4", "3/4", "0", LONGEST),
        ("1e-3", "0.001", "0.001", 1),
        ("12", "12", "1", 2),
        ("0.125", "0.125", "0.001", 3),  # as a program writes it
        ("1.5", "1.5", "0.1", 2),
    ],
)
def test_decimal_commas(text: str, value: str, unit: str, digits: int) -> None:
    """Where the course says so, a comma stands before the decimals and a point between thousands."""
    numeral = read_numeral(text, "comma")
    assert (numeral.value, numeral.unit, numeral.digits) == (Fraction(value), Fraction(unit), digits)


@pytest.mark.parametrize(
    ("text", "decimal", "column"),
    [
        ("1,5", "point", 2),
        ("1,00", "point", 2),
        ("0,500", "point", 2),
        (",5", "point", 1),
        ("w = 1,2345", "point", 6),
        ("1,5e-3", "point", 2),
        ("12,5%", "point", 3),
        ("1 1/2", "point", 2),
        ("1½", "point", 2),
        (r"1\frac12", "point", 2),
        ("-2 1 / 3", "comma", 3),
        ("1.500", "comma", 2),
        ("-12.345", "comma", 4),
        ("1.234e3", "comma", 2),
    ],
)
def test_what_can_be_read_in_two_ways_is_not_read(text: str, decimal: str, column: int) -> None:
    """A decimal comma where points are meant, a mixed number, one point that may set thousands apart."""
    with pytest.raises(AmbiguousError, match="write ") as caught:
        read_numeral(text, decimal)
    assert (caught.value.column, caught.value.text) == (column, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("nan", math.nan), ("NaN", math.nan), (".nan", math.nan), ("np.nan", math.nan), ("float('nan')", math.nan),
        ("inf", math.inf), ("Infinity", math.inf), ("∞", math.inf), ("+∞", math.inf), (r"$\infty$", math.inf),
        ("-inf", -math.inf), ("−∞", -math.inf), (r"-\infty", -math.inf), ("-.inf", -math.inf), ("x = -∞", -math.inf),
        ("float('-inf')", -math.inf),
        ("5", None), ("info", None), ("nano", None), ("", None), ("nan" + " " * 1000 + "x", None), ("n" * 10**6, None),
    ],
)  # fmt: skip
def test_no_number_and_no_end(text: str, value: float | None) -> None:
    """NaN and infinities are values, however they are written; a number or a word is neither."""
    found = read_endless(text)
    assert found is value if value is None else repr(found) == repr(value)


def powers(times: str, opening: str = "^{", closing: str = "}") -> Callable[[Decimal], str]:
    """A way to write a decimal number with a power of ten."""

    def write(number: Decimal) -> str:
        mantissa, exponent = format(number, "E").split("E")
        return f"{mantissa}{times}10{opening}{int(exponent)}{closing}"

    return write


RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
ARABIC = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")
WIDE = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
COMMA = str.maketrans(",.", ".,")

POINT_HABITS: dict[str, Callable[[Decimal], str]] = {
    "printed": str,
    "cdot": powers(r" \cdot "),
    "times": powers(r" \times "),
    "cross": powers("×"),
    "star": powers("*", "^", ""),
    "python": powers(" * ", "**", ""),
    "brackets": powers("·", "^(", ")"),
    "raised": lambda number: powers("×", "", "")(number).partition("×")[0]
    + "×10" + str(int(format(number, "E").split("E")[1])).translate(RAISED),
    "minus sign": lambda number: str(number).replace("-", "−"),
    "dollars": lambda number: f"${number}$",
    "named": lambda number: rf"\hat{{y}}_{{12}} = {number}",
    "percent": lambda number: f"{number.scaleb(2)} %",
    "thousands": lambda number: f"{number:,}",
    "latex thousands": lambda number: f"{number:,}".replace(",", "{,}"),
    "thin spaces": lambda number: f"{number:,}".replace(",", "\u2009"),
    "spaces": lambda number: f"{number:,}".replace(",", " "),
    "latex spaces": lambda number: f"{number:,}".replace(",", r"\,"),
    "other digits": lambda number: str(number).translate(ARABIC),
    "wide digits": lambda number: str(number).translate(WIDE),
}  # fmt: skip
COMMA_HABITS: dict[str, Callable[[Decimal], str]] = {
    "printed": lambda number: str(number).translate(COMMA),
    "latex": lambda number: str(number).replace(".", "{,}"),
    "spaces": lambda number: f"{number:,}".replace(",", " ").replace(".", ","),
    "power": lambda number: powers("·")(number).translate(COMMA),
}
SHORT = st.builds(
    lambda sign, digits, exponent: Decimal((sign, tuple(map(int, str(digits))), exponent)),
    st.integers(0, 1),
    st.integers(0, 10**15),
    st.integers(-18, 3),
)


@settings(deadline=None, max_examples=200)
@given(SHORT)
def test_decimals_come_back_from_every_habit(number: Decimal) -> None:
    """However a decimal number is printed, its value, its last place and its significant digits come back."""
    expected = Fraction(number), Fraction(10) ** int(number.as_tuple().exponent)
    significant = len("".join(map(str, number.as_tuple().digits)).lstrip("0"))
    for decimal, habits in (("point", POINT_HABITS), ("comma", COMMA_HABITS)):
        for name, write in habits.items():
            numeral = read_numeral(write(number), decimal)
            assert (name, numeral.value, numeral.unit, numeral.digits) == (name, *expected, significant)


DECIMALS = st.builds(
    lambda sign, digits, exponent: Decimal((sign, tuple(digits), exponent)),
    st.integers(0, 1),
    st.lists(st.integers(0, 9), min_size=1, max_size=30),
    st.integers(-30, 30),
)


@settings(deadline=None, max_examples=200)
@given(DECIMALS)
def test_decimals_come_back(number: Decimal) -> None:
    """Whatever Python writes for a decimal number, its value, its last place and its digits come back."""
    numeral = read_numeral(format(number))
    assert numeral.value == Fraction(number)
    assert numeral.unit == Fraction(10) ** int(number.as_tuple().exponent)
    assert numeral.digits == len("".join(map(str, number.as_tuple().digits)).lstrip("0"))


@settings(deadline=None, max_examples=200)
@given(DECIMALS)
def test_decimals_written_out_come_back(number: Decimal) -> None:
    """Without a power of ten, too."""
    assert read_numeral(format(number, "f")).value == Fraction(number)


@settings(deadline=None, max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_come_back(number: float) -> None:
    """A float's own digits lead back to it, so that answers may be handed in from a program."""
    assert float(read_numeral(repr(number)).value) == number


@settings(deadline=None, max_examples=200)
@given(st.integers(-(10**30), 10**30), st.integers(1, 10**30))
def test_ratios_come_back(above: int, below: int) -> None:
    """A ratio is exact and has no last place."""
    numeral = read_numeral(f"{above}/{below}")
    assert (numeral.value, numeral.unit) == (Fraction(above, below), 0)


@settings(deadline=None, max_examples=200)
@given(
    st.text(alphabet="0123456789+-−.eE/ xa", max_size=12)
    | st.text(alphabet="0123,. '%$^{}()\\\\½⁻³×=w", max_size=14)
    | st.text(max_size=8),
    st.sampled_from(["point", "comma"]),
)
def test_any_text_is_a_number_or_unreadable(text: str, decimal: str) -> None:
    """Nothing that a student types gives any other error, and the column lies in the text or just behind it."""
    columns = [1]
    read_endless(text)
    try:
        read_numeral(text, decimal)
    except UnreadableError as error:
        columns.append(error.column or 0)
    assert all(1 <= column <= len(text) + 1 for column in columns)
