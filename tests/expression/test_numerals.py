"""Numbers and tables as people type them: their exact values, their digits, and where reading stopped."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.document import Entries, Text, from_python, read_yaml
from grader.errors import UnreadableError
from grader.expression import read_numeral, read_table
from grader.expression.numerals import LONGEST

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


EXPECTED = "expected a number such as 0.25, -3/4 or 1e-3"


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
        ("1,5", EXPECTED, 2),
        ("0x10", EXPECTED, 2),
        ("1_000", EXPECTED, 2),
        ("1.2.3", EXPECTED, 4),
        ("1e", EXPECTED, 2),
        ("1e5.5", EXPECTED, 4),
        ("1e9999", EXPECTED, 6),
        ("5%", EXPECTED, 2),
        ("1-", EXPECTED, 2),
        ("2^3", EXPECTED, 2),
        ("nan", EXPECTED, 1),
        ("-inf", EXPECTED, 1),
        ("Infinity", EXPECTED, 1),
        ("١٢", EXPECTED, 1),
        ("1٢", EXPECTED, 2),
        ("１２", EXPECTED, 1),
        ("½", EXPECTED, 1),
        ("10²", EXPECTED, 3),
        ("3/-4", EXPECTED, 2),
        ("1.5/2", EXPECTED, 4),
        ("1/2/3", EXPECTED, 2),
        ("1\n2", EXPECTED, 2),
        ("1\x00", EXPECTED, 2),
        ("__import__('os')", EXPECTED, 1),
        ("1/0", "a fraction over zero", 3),
        ("-1/000", "a fraction over zero", 4),
        ("9" * (LONGEST + 1), f"a number of more than {LONGEST} characters", LONGEST),
        ("1" * 100, f"a number of more than {LONGEST} characters", LONGEST),
        ("1" * 1_000_000, f"a number of more than {LONGEST} characters", LONGEST),
        ("1/" + "3" * 100, f"a number of more than {LONGEST} characters", LONGEST),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_is_no_number(text: str, message: str, column: int) -> None:
    """It is said what was expected and at which character reading stopped; the text is kept as it was."""
    with pytest.raises(UnreadableError) as caught:
        read_numeral(text)
    assert (str(caught.value), caught.value.column, caught.value.text) == (message, column, text)


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
@given(st.text(alphabet="0123456789+-−.eE/ xa", max_size=12) | st.text(max_size=8))
def test_any_text_is_a_number_or_unreadable(text: str) -> None:
    """Nothing that a student types gives any other error, and the column lies in the text or just behind it."""
    columns = [1]
    try:
        read_numeral(text)
    except UnreadableError as error:
        columns.append(error.column or 0)
    assert all(1 <= column <= len(text) + 1 for column in columns)


# Tables.


@pytest.mark.parametrize(
    ("node", "shape", "entries"),
    [
        ("0.600", (), ["0.600"]),
        ("", (), [""]),
        ("3/4", (), ["3/4"]),
        ("3 / 4", (), ["3 / 4"]),
        ("w + 1", (), ["w + 1"]),
        ("a, b", (), ["a, b"]),
        (["1", "2"], (2,), ["1", "2"]),
        ([1, 0.5, Fraction(1, 3)], (3,), ["1", "0.5", "1/3"]),
        ([["1", "2", "3"], ["4", "5", "6"]], (2, 3), list("123456")),
        ([[["1"], ["2"]]], (1, 2, 1), ["1", "2"]),
        ([], (0,), []),
        ([[], []], (2, 0), []),
        (["1", None, "3"], (3,), ["1", "", "3"]),
        ("[1, 2]", (2,), ["1", "2"]),
        ("[1 2]", (2,), ["1", "2"]),
        ("(1, 2)", (2,), ["1", "2"]),
        (" [ 1,2 ] ", (2,), ["1", "2"]),
        ("[]", (0,), []),
        ("[5]", (1,), ["5"]),
        ("[[1, 2], [3, 4]]", (2, 2), list("1234")),
        ("[[1 2]\n [3 4]]", (2, 2), list("1234")),
        ("[(1, 2), (3, 4)]", (2, 2), list("1234")),
        ("[[[1, 2]], [[3, 4]]]", (2, 1, 2), list("1234")),
        ("[-1.5, −2, 1e-3, 3/4, 1 / 2]", (5,), ["-1.5", "−2", "1e-3", "3/4", "1 / 2"]),
        ("[1/2, 3/ 4, 5 /6]", (3,), ["1/2", "3/ 4", "5 /6"]),
        ("[1, 2; 3, 4]", (2, 2), list("1234")),
        ("[1 2; 3 4; 5 6]", (3, 2), list("123456")),
        ("[1,,2]", (3,), ["1", "", "2"]),
        ("[,1]", (2,), ["", "1"]),
        ("[1, 2,]", (2,), ["1", "2"]),
        ("[[1, ], [, 2]]", None, "a ragged table: row 2 has 2 entries where row 1 has 1 entry"),
        ("[1, x, 3]", (3,), ["1", "x", "3"]),
        ("1 2 3", (3,), ["1", "2", "3"]),
        ("1, 2, 3", (3,), ["1", "2", "3"]),
        ("-1, .5", (2,), ["-1", ".5"]),
        ("1/2, 3/4", (2,), ["1/2", "3/4"]),
        ("1, 2; 3, 4", (2, 2), list("1234")),
        ("1 2\n3 4", (2, 2), list("1234")),
        ("1 2\r\n3 4\r\n", (2, 2), list("1234")),
        ("\n1 2\n\n3 4\n", (2, 2), list("1234")),
        ("1;2;3", (3, 1), list("123")),
        ("3x4", (2,), ["3", "4"]),
        ("3×4", (2,), ["3", "4"]),
        ("6 x 28 x 28", (3,), ["6", "28", "28"]),
        ([["1", "2"], ["3"]], None, "a ragged table: row 2 has 1 entry where row 1 has 2 entries"),
        (["1", ["2"]], None, "a ragged table: row 2 has 1 entry where row 1 has a single number"),
        ([["1"], "2"], None, "a ragged table: row 2 has a single number where row 1 has 1 entry"),
        ([["1"], []], None, "a ragged table: row 2 has 0 entries where row 1 has 1 entry"),
        ([[["1"]], [["1", "2"]]], None, "a ragged table: row 2 has 1×2 entries where row 1 has 1×1 entries"),
        ("[[1, 2], [3]]", None, "a ragged table: row 2 has 1 entry where row 1 has 2 entries"),
        ("1 2\n3", None, "a ragged table: row 2 has 1 entry where row 1 has 2 entries"),
        ("[[1, 2]", None, "a bracket is not closed"),
        ("[1, 2]]", None, "a bracket closes that was not opened"),
        ("[1, 2] [3, 4]", None, "more than one list"),
        ("[1], [2]", None, "more than one list"),
        ({"a": "1"}, None, "expected numbers in a list, got a mapping"),
        ([{"a": "1"}], None, "expected numbers in a list, got a mapping"),
        (["1", {"a": "1"}], None, "expected numbers in a list, got a mapping"),
        ([["1"], [{"a": "1"}]], None, "expected numbers in a list, got a mapping"),
        ("[" * 9 + "1" + "]" * 9, None, "brackets nested more than 8 deep"),
        ("[" * 1000 + "]" * 1000, None, "brackets nested more than 8 deep"),
        ("(" * 100_000 + ")", None, "brackets nested more than 8 deep"),
        ("[" * 8 + "1" + "]" * 8, (1,) * 8, ["1"]),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_tables(node: Any, shape: tuple[int, ...] | None, entries: list[str] | str) -> None:
    """The shape and the entries as they were typed, or what is wrong with the table."""
    if shape is None:
        with pytest.raises(UnreadableError) as caught:
            read_table(from_python(node))
        assert str(caught.value) == entries
    else:
        assert read_table(from_python(node)) == (shape, tuple(entries))


@pytest.mark.parametrize(("text", "column"), [("[1, 2]]", 7), ("[[1, 2]", 7), ("[[[[[[[[[1]]]]]]]]]", 9), ("(1))", 4)])
def test_the_place_of_a_bad_bracket(text: str, column: int) -> None:
    """The bracket that does not fit, or the end where one is missing."""
    with pytest.raises(UnreadableError) as caught:
        read_table(Text(text))
    assert caught.value.column == column


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "().__class__.__bases__[0]",
        "exec('1')",
        "[x for x in range(10**9)]",
        "9**9**9**9",
        "1e999999999",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "\\input{/etc/passwd}",
        "1; rm -rf /",
        "[1, 2",
        "lambda: 0",
        "\u202e12",
        "\x00",
        "'" * 100_000,
    ],
    ids=lambda text: repr(text)[:40],
)
def test_hostile_text_is_only_text(text: str) -> None:
    """Nothing is evaluated: what is not a number stays the text that it was, and cannot be read."""
    with pytest.raises(UnreadableError):
        [read_numeral(each) for each in read_table(Text(text))[1]]


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_a_matrix_is_read_however_it_is_written(data: st.DataObject) -> None:
    """As lists, as text with brackets, as NumPy prints it, and in rows: one table."""
    shape = data.draw(st.tuples(st.integers(2, 4), st.integers(2, 4)))
    numbers = np.array(data.draw(st.lists(st.integers(-99, 99), min_size=16, max_size=16)))[: shape[0] * shape[1]]
    matrix = numbers.reshape(shape)
    rows = matrix.tolist()
    expected = (shape, tuple(map(str, numbers.tolist())))
    written = [str(rows), str(matrix), "\n".join(" ".join(map(str, row)) for row in rows), str(rows).replace("-", "−")]
    assert read_table(from_python(rows)) == expected
    assert read_table(read_yaml(str(rows))) == expected
    for text in written:
        assert read_table(Text(text.replace("−", "-"))) == expected
        assert read_table(Text(text))[0] == shape


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="[]()12,; \n/.x×-", max_size=20) | st.text(max_size=10))
def test_any_text_is_a_table_or_unreadable(text: str) -> None:
    """No text breaks the reader; what comes out has as many entries as its shape says."""
    with contextlib.suppress(UnreadableError):
        shape, entries = read_table(Text(text))
        assert len(entries) == int(np.prod(shape, dtype=int))


def test_a_mapping_is_no_table() -> None:
    """Nor is an empty one."""
    with pytest.raises(UnreadableError, match="mapping"):
        read_table(Entries())
