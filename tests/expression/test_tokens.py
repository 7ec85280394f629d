"""Tokens: one language from plain text, LaTeX, Unicode and NumPy; numbers in every habit; what is bounded."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UnreadableError
from grader.expression.signs import CHARACTERS, COMMANDS, RAISED
from grader.expression.tokens import LONGEST, LONGEST_NUMBER, LONGEST_WORD, MOST_TOKENS, tokens


def texts(text: str, decimal: str = "point") -> list[str]:
    return [sign for _, sign, _ in tokens(text, decimal)[:-1]]


def refusal(text: str, decimal: str = "point") -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        tokens(text, decimal)
    return caught.value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2(x+y)", ["2", "(", "x", "+", "y", ")"]),
        ("x**2", ["x", "**", "2"]),
        (r"\frac12", ["frac", "12"]),
        (r"\dfrac{1}{2}", ["frac", "{", "1", "}", "{", "2", "}"]),
        (r"\left( x \right)", ["(", "x", ")"]),
        (r"\bigl( x \bigr)", ["(", "x", ")"]),
        (r"$x \cdot y$", ["x", "·", "y"]),
        (r"\(x \times y\)", ["x", "×", "y"]),
        (r"x\,y\;z\quad w", ["x", "y", "z", "w"]),
        (r"\left|x\right|", ["|", "(", "x", ")", "|"]),
        (r"\lVert w \rVert_2", ["‖", "(", "w", ")", "‖", "_", "2"]),
        (r"\alpha\beta", ["alpha", "beta"]),
        (r"\mathbf{1}", ["⟦ones⟧"]),
        (r"\mathrm{d}", ["d"]),
        (r"\text{if }x", ["if", "x"]),
        (r"\tag{3}x", ["x"]),
        ("x²", ["x", "^", "{", "2", "}"]),
        ("x⁻¹", ["x", "^", "{", "-", "1", "}"]),
        ("Xᵀ", ["X", "^", "{", "T", "}"]),
        ("x₁₂", ["x", "_", "{", "12", "}"]),
        ("∑ᵢ₌₁ⁿ", ["sum", "_", "{", "i", "=", "1", "}", "^", "{", "n", "}"]),
        ("−½", ["-", "frac", "{", "1", "}", "{", "2", "}"]),
        ("𝑥＋１", ["x", "+", "1"]),
        ("①x", ["1", "x"]),
        ("x\u200b+\u2062y", ["x", "+", "y"]),
        ("np.linalg.inv(X.T @ X)", ["np.", "inv", "(", "X", "T", "@", "X", ")"]),
        ("x <= y != z", ["x", "≤", "y", "≠", "z"]),
        ("||x||", ["‖", "x", "‖"]),
        ("A .* B", ["A", "⊙", "B"]),
    ],
)
def test_one_language(text: str, found: list[str]) -> None:
    """Whatever is typed becomes the tokens that its plain spelling has."""
    assert texts(text) == found


@pytest.mark.parametrize(
    ("text", "decimal", "found"),
    [
        ("1e-3", "point", ["1e-3"]),
        ("1E+3", "point", ["1E+3"]),
        ("1e−3", "point", ["1e-3"]),
        (".5", "point", [".5"]),
        ("5.", "point", ["5."]),
        ("1 000", "point", ["1000"]),
        ("1\u202f000\u00a0000.25", "point", ["1000000.25"]),
        (r"1\,000", "point", ["1000"]),
        ("1,000.5", "point", ["1000.5"]),
        ("1{,}000", "point", ["1000"]),
        ("1,00", "point", ["1", ",", "00"]),
        ("1 00", "point", ["1", "00"]),
        ("[1,200]", "point", ["[", "1", ",", "200", "]"]),
        ("max(1,200)", "point", ["max", "(", "1", ",", "200", ")"]),
        (r"\max\{0,100\}", "point", ["max", "(", "0", ",", "100", ")"]),
        ("(1,200)", "point", ["(", "1200", ")"]),
        ("1..2", "point", ["1", ".", ".2"]),
        ("1,5", "comma", ["1.5"]),
        ("1.000,5", "comma", ["1000.5"]),
        ("1 000,5", "comma", ["1000.5"]),
        (",5", "comma", [".5"]),
        ("1.000", "comma", ["1000"]),
        ("1{,}5", "comma", ["1.5"]),
        ("max(0; 1,5)", "comma", ["max", "(", "0", ";", "1.5", ")"]),
        ("٣", "point", ["٣"]),
    ],
)
def test_numbers(text: str, decimal: str, found: list[str]) -> None:
    """Groups of thousands and either sign before the decimals; commas in a list stand between entries."""
    assert texts(text, decimal) == found


def test_columns() -> None:
    """Each token knows where it stands in what was typed, the end too."""
    assert [column for _, _, column in tokens(r"x² + \frac{1}{y} ")] == [
        1,
        2,
        2,
        2,
        2,
        4,
        6,
        11,
        12,
        13,
        14,
        15,
        16,
        17,
    ]


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        (r"x + \lamda", 5, r"unknown command \lamda; did you mean 'lambda'?"),
        (r"x + \include{y}", 5, r"unknown command \include"),
        ("x\\", 2, "a backslash with nothing behind it"),
        ("1½", 2, "a mixed number can be read in two ways: write 3/2 or 1.5"),
        ("x" * (LONGEST + 1), LONGEST, f"a formula of more than {LONGEST} characters"),
        ("+" * (MOST_TOKENS + 1), MOST_TOKENS + 1, f"a formula of more than {MOST_TOKENS} signs"),
        ("x+" + "1" * (LONGEST_NUMBER + 1), 3, f"a number of more than {LONGEST_NUMBER} characters"),
        ("x+" + "y" * (LONGEST_WORD + 1), 3, f"a word of more than {LONGEST_WORD} letters"),
        ("y" + "\u0301" * LONGEST_WORD, 1, f"a word of more than {LONGEST_WORD} letters"),
    ],
)
def test_refused(text: str, column: int, what: str) -> None:
    """What is no token, and what is too long, is told with its place."""
    error = refusal(text)
    assert error.what.startswith(what)
    assert error.column == column


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_read(name: str) -> None:
    """No row of the table is out of reach of the pattern."""
    assert len(tokens(f"\\{name} ")) <= 3


@pytest.mark.parametrize("character", sorted({*CHARACTERS, *RAISED}))
def test_every_character_is_read(character: str) -> None:
    """No row of the table is out of reach of the pattern."""
    assert len(tokens(character)) <= 5


@given(st.text(max_size=200), st.sampled_from(["point", "comma"]))
@settings(max_examples=300, deadline=None)
def test_any_text_is_cut(text: str, decimal: str) -> None:
    """Tokens stand in the text, in order, or an error says where none is."""
    columns: list[int | None] = []
    try:
        columns += [column for _, _, column in tokens(text, decimal)]
    except UnreadableError as error:
        columns.append(error.column)
    assert all(column is not None and 1 <= column <= len(text) + 1 for column in columns)
