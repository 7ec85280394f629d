"""Tables as people type them: their shapes, their entries as they were typed, and where reading stopped."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.document import Entries, Text, from_python, read_yaml
from grader.errors import UnreadableError
from grader.expression import read_numeral, read_table
from grader.expression.rows import LARGEST
from grader.expression.tables import LONGEST_TEXT


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


@pytest.mark.parametrize(
    ("text", "shape", "entries"),
    [
        (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", (2, 2), list("1234")),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \\ \end{pmatrix}", (2, 2), list("1234")),
        (r"\begin{matrix}1&2\end{matrix}", (1, 2), ["1", "2"]),
        (r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}", (2, 1), ["1", "2"]),
        (r"$$\left[\begin{array}{cc} 1 & 2 \\ \hline 3 & 4 \end{array}\right]$$", (2, 2), list("1234")),
        (r"\left(\begin{array}{r|r}1&2\\3&4\end{array}\right)", (2, 2), list("1234")),
        (r"\bigl(\begin{smallmatrix} 1 & 2 \end{smallmatrix}\bigr)", (1, 2), ["1", "2"]),
        (
            r"A = \begin{bmatrix} \frac{1}{2} & -1.5 \times 10^{-3} \\[2pt] 3 & \end{bmatrix}",
            (2, 2),
            [r"\frac{1}{2}", r"-1.5 \times 10^{-3}", "3", ""],
        ),
        (r"1 & 2 \\ 3 & 4", (2, 2), list("1234")),
        (r"1 & 2", (2,), ["1", "2"]),
        (r"[1 & 2 \\ 3 & 4]", (2, 2), list("1234")),
        (r"\left( 1, \frac{2}{3} \right)", (2,), ["1", r"\frac{2}{3}"]),
        (r"\{1, 2\}", (2,), ["1", "2"]),
        ("{1, 2}", (2,), ["1", "2"]),
        ("{{1, 2}, {3, 4}}", (2, 2), list("1234")),
        ("$1, 2$", (2,), ["1", "2"]),
        (r"\( [1, 2] \)", (2,), ["1", "2"]),
        ("w = [1, 2]", (2,), ["1", "2"]),
        (r"\hat{y} = 1, 2", (2,), ["1", "2"]),
        ("np.array([[1, 2], [3, 4]])", (2, 2), list("1234")),
        ("numpy.array([1, 2])", (2,), ["1", "2"]),
        ("array([1., 2.], dtype=float32)", (2,), ["1.", "2."]),
        ("array([[1., 2.],\n       [3., 4.]])", (2, 2), ["1.", "2.", "3.", "4."]),
        ("torch.tensor([[1.0, 2.0]], dtype=torch.float64, requires_grad=True)", (1, 2), ["1.0", "2.0"]),
        ("tensor([0.5000, 0.2500], grad_fn=<AddBackward0>)", (2,), ["0.5000", "0.2500"]),
        ("tensor(0.5)", (), ["0.5"]),
        ("[np.float64(0.5), np.float64(1.5)]", (2,), ["np.float64(0.5)", "np.float64(1.5)"]),
        ("[[1. 2.]\n [3. 4.]]", (2, 2), ["1.", "2.", "3.", "4."]),
        ("[1, 2]^T", (2,), ["1", "2"]),
        (r"[1, 2]^{\top}", (2,), ["1", "2"]),
        ("(1, 2)ᵀ", (2,), ["1", "2"]),
        ("[[1, 2], [3, 4]]^T", (2, 2), list("1324")),
        ("[1 2 3; 4 5 6]'", (3, 2), list("142536")),
        ("np.array([[1, 2]]).T", (2, 1), ["1", "2"]),
        (r"\begin{bmatrix} 1 & 2 \end{bmatrix}^\top", (2, 1), ["1", "2"]),
        ("1\t2\n3\t4", (2, 2), list("1234")),
        ("1 000\t2 000", (2,), ["1 000", "2 000"]),
        ("1,\t2,\t3", (3,), list("123")),
        ("1; 2\n3; 4", (2, 2), list("1234")),
        ("1 2;\n3 4;", (2, 2), list("1234")),
        ("[1 2; 3 4;]", (2, 2), list("1234")),
        ("[[1, 2]; [3, 4]]", (2, 2), list("1234")),
        ("[1 000, 2 000]", (2,), ["1 000", "2 000"]),
        ("[1 / 2 3]", (2,), ["1 / 2", "3"]),
        ("[1.5 × 10^-3 2]", (2,), ["1.5 × 10^-3", "2"]),
        ("[1.5·10^(-3), 2]", (2,), ["1.5·10^(-3)", "2"]),
        ("1 -2", (2,), ["1", "-2"]),
        ("50% 20%", (2,), ["50%", "20%"]),
        ("½ ¼", (2,), ["½", "¼"]),
        ("nan, -∞", (2,), ["nan", "-∞"]),
        (r"6 \times 28 \times 28", (3,), ["6", "28", "28"]),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_tables_in_every_dialect(text: str, shape: tuple[int, ...], entries: list[str]) -> None:
    """LaTeX, NumPy, PyTorch, MATLAB, spreadsheets, and rows with semicolons."""
    assert read_table(Text(text)) == (shape, tuple(entries))


@pytest.mark.parametrize(
    ("text", "shape", "entries"),
    [
        ("[sqrt(2)/2, e^{-1}, (1+2)/3]", (3,), ["sqrt(2)/2", "e^{-1}", "(1+2)/3"]),
        ("[[max(1, 2), 3]]", (1, 2), ["max(1, 2)", "3"]),
        ("√2/2, 1/2", (2,), ["√2/2", "1/2"]),
        ("sqrt(2), 1", (2,), ["sqrt(2)", "1"]),
        ("[1 - 2, 3]", (2,), ["1 - 2", "3"]),
        ("[a_{1,2}, 3]", (2,), ["a_{1,2}", "3"]),
        ("(1+2)/(3+4)", (), ["(1+2)/(3+4)"]),
        ("(1+2)(3+4)", (), ["(1+2)(3+4)"]),
        ("1 - 2", (), ["1 - 2"]),
        ("2 pi", (), ["2 pi"]),
        ("x = 1, y = 2", (), ["x = 1, y = 2"]),
    ],
)
def test_formulas_stay_whole(text: str, shape: tuple[int, ...], entries: list[str]) -> None:
    """The brackets, spaces and commas of a formula are its own."""
    assert read_table(Text(text)) == (shape, tuple(entries))


@pytest.mark.parametrize(
    ("text", "shape", "entries"),
    [
        ("[1,5; 2,5]", (2,), ["1,5", "2,5"]),
        ("1,5; 2,5", (2,), ["1,5", "2,5"]),
        ("1,5 2,5", (2,), ["1,5", "2,5"]),
        ("1,5\t2,5", (2,), ["1,5", "2,5"]),
        ("1,5 2,5\n3 4", (2, 2), ["1,5", "2,5", "3", "4"]),
        ("1,5; 2,5\n3; 4", (2, 2), ["1,5", "2,5", "3", "4"]),
        ("[1,5 2,5; 3 4]", (2, 2), ["1,5", "2,5", "3", "4"]),
        ("[[1,5; 2,5]; [3; 4]]", (2, 2), ["1,5", "2,5", "3", "4"]),
        ("[1,5, 2,5]", (2,), ["1,5", "2,5"]),
        ("[1, 2]", (2,), ["1", "2"]),
        ("[1,2]", (1,), ["1,2"]),
        ("1,5", (), ["1,5"]),
        ("1 000,5", (), ["1 000,5"]),
        (r"\begin{bmatrix} 1,5 & 2 \end{bmatrix}", (1, 2), ["1,5", "2"]),
    ],
)
def test_tables_with_a_decimal_comma(text: str, shape: tuple[int, ...], entries: list[str]) -> None:
    """A comma between digits is within a number; semicolons, spaces and commas with a space stand between entries."""
    assert read_table(Text(text), "comma") == (shape, tuple(entries))


@pytest.mark.parametrize(
    ("text", "unknown", "one", "several"),
    [
        # text, its shape where nothing is known, where one number is expected, where two or three are
        ("1 000", (), (), (2,)),
        ("12 345", (2,), (), (2,)),
        ("100 200 300", (3,), (), (3,)),
        ("1\u2009234", (), (), (2,)),
        ("1,234", (), (), (2,)),
        ("100,200,300", (), (), (3,)),
        ("1,000.5", (), (), (2,)),
        ("1,5", (2,), (), (2,)),
        ("0,05", (), (), (2,)),
        ("1 1/2", (), (), (2,)),
        ("3x4", (2,), (), (2,)),
        (r"\frac 3 4", (), (), ()),
        ("1 2", (2,), (2,), (2,)),
    ],
)
def test_one_number_or_several(
    text: str, unknown: tuple[int, ...], one: tuple[int, ...], several: tuple[int, ...]
) -> None:
    """The shape that is expected settles what a space or a comma between digits means."""
    expected = several if len(several) == 1 else (2,)
    shapes = [read_table(Text(text), "point", shape)[0] for shape in (None, (), expected)]
    assert shapes == [unknown, one, several]


@pytest.mark.parametrize(
    ("text", "expected", "shape"),
    [
        ("[[1], [2]]", (2,), (2,)),
        ("[[1, 2]]", (2,), (2,)),
        ("1; 2", (2,), (2,)),
        ("[1, 2]", (2, 1), (2, 1)),
        ("[1, 2]", (1, 2), (1, 2)),
        ("[[1, 2]]", (2, 1), (1, 2)),
        ("[[1], [2]]", (3,), (2, 1)),
        ("[1, 2, 3, 4]", (2, 2), (4,)),
        ("5", (1, 1), ()),
    ],
)
def test_a_row_or_a_column_is_the_vector_expected(text: str, expected: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """A vector may be written as a matrix of one row or column, and so the other way; a row is no column."""
    assert read_table(Text(text), "point", expected)[0] == shape


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        (r"\begin{vmatrix}1&2\\3&4\end{vmatrix}", "expected a matrix such as bmatrix, got vmatrix", 8),
        (r"  \begin{bmatrix}1&2", r"expected \end{bmatrix} here", 21),
        (r"\begin{bmatrix}1&2\end{pmatrix}", r"expected \end{bmatrix} here", 32),
        (r"\begin{bmatrix}1&\begin{bmatrix}2\end{bmatrix}\end{bmatrix}", "a matrix inside a matrix", 18),
        (
            r"\begin{bmatrix}1 & 2 \\ 3\end{bmatrix}",
            "a ragged table: row 2 has 1 entry where row 1 has 2 entries",
            None,
        ),
        ("np.array([1, 2)])", "a bracket closes that was not opened", 16),
        ("$ [1, 2]] $", "a bracket closes that was not opened", 9),
        ("w = [[1, 2]", "a bracket is not closed", 11),
        ("[{1, 2]", "a bracket is not closed", 7),
        ("[[[1]]]^T", "a transpose of 1×1×1 entries; expected a matrix or a vector", None),
        ("1" * (LONGEST_TEXT + 1), f"a text of more than {LONGEST_TEXT} characters", LONGEST_TEXT),
        ("1 " * (LARGEST + 1), f"more than {LARGEST} entries", None),
        ("1\n" * (LARGEST + 1), f"more than {LARGEST} entries", None),
        ("[" + "1," * (2 * LARGEST + 1) + "]", f"more than {LARGEST} entries", None),
        (
            "[" + "[]," * LARGEST + "1]",
            "a ragged table: row 100001 has a single number where row 1 has 0 entries",
            None,
        ),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_table(text: str, message: str, column: int | None) -> None:
    """What is wrong, and at which character of the whole text."""
    with pytest.raises(UnreadableError) as caught:
        read_table(Text(text))
    assert (str(caught.value), caught.value.column) == (message, column)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("1 " * 50_000, (50_000,)),
        ("[" + "1," * 50_000 + "]", (50_000,)),
        ("1;" * 50_000, (50_000, 1)),
        ("1\t" * 50_000, (50_000,)),
        ("1" + " " * 100_000 + "2", (2,)),
        (r"\begin{bmatrix}" + "1&" * 50_000 + r"\end{bmatrix}", (1, 50_001)),
        ("np.array([1]" + " " * 100_000 + ")", (1,)),
        ("[1]" + " " * 100_000 + "^T", ()),
        ("[" * 100_000, ()),
        ("[]" * 50_000, None),
        ("[" + "(1)/" * 25_000 + "1]", (1,)),
        ("[" + "{a" * 50_000 + "]", None),
        ("[" + "a(" * 40_000 + ")" * 40_000 + "]", (1,)),
        ("[" + "+ " * 50_000 + "]", (1,)),
        ("array([1]" + ",a=1" * 25_000 + ")", ()),
        ("1," * 50_000, ()),
        ("{" * 50_000 + "}" * 50_000, None),
        ("$" * 100_000, ()),
        ("1e" * 50_000, ()),
        ("\\" * 100_000, ()),
        ("x_" * 50_000, ()),
    ],
    ids=lambda value: repr(value)[:20],
)
@pytest.mark.parametrize("decimal", ["point", "comma"])
def test_long_texts_are_read_or_refused(text: str, shape: tuple[int, ...] | None, decimal: str) -> None:
    """A hundred thousand characters of anything come to an end: a table, a text, or an error."""
    if shape is None:
        with pytest.raises(UnreadableError):
            read_table(Text(text), decimal)
    else:
        found, entries = read_table(Text(text), decimal)
        assert found == shape or decimal == "comma"
        assert len(entries) == int(np.prod(found))


WRITTEN = {
    "bmatrix": lambda rows: r"\begin{bmatrix}" + r" \\ ".join(" & ".join(row) for row in rows) + r"\end{bmatrix}",
    "lists": lambda rows: "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]",
    "array": lambda rows: "np.array([" + ",\n  ".join("(" + ",".join(row) + ")" for row in rows) + "])",
    "numpy": lambda rows: "[" + "\n ".join("[" + " ".join(row) + "]" for row in rows) + "]",
    "semicolons": lambda rows: "[" + "; ".join(", ".join(row) for row in rows) + "]",
    "tabs": lambda rows: "\n".join("\t".join(row) for row in rows),
    "spaces": lambda rows: "\n".join("  ".join(row) for row in rows),
    "braces": lambda rows: "{" + ", ".join("{" + ", ".join(row) + "}" for row in rows) + "}",
    "transposed": lambda rows: "[" + "; ".join(", ".join(row) for row in zip(*rows, strict=True)) + "]^T",
}
SPELLED = st.decimals(-999, 999, places=2).map(str) | st.sampled_from(["1/2", "−3", "1e-3", "½", "25%", ".5", "5."])


@settings(deadline=None, max_examples=200)
@given(st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(SPELLED, min_size=n, max_size=n), min_size=2, max_size=4)))
def test_a_table_is_the_same_in_every_dialect(rows: list[list[str]]) -> None:
    """Nine ways to write a matrix come to one shape and the same entries."""
    expected = (len(rows), len(rows[0])), tuple(entry for row in rows for entry in row)
    assert {name: read_table(Text(write(rows))) for name, write in WRITTEN.items()} == dict.fromkeys(WRITTEN, expected)


PIECES = [r"\begin{bmatrix}", r"\end{bmatrix}", r"\\", "&", "np.array(", ")", "[", "]", "1", ",", ";", r"\left", "^T"]
PIECES += ["$", "w = ", "dtype=int", "(", "{", "}", " ", "\n", "\t", "0.5", "-2", "/"]


@settings(deadline=None, max_examples=300)
@given(
    st.text(alphabet="[](){}12,; \n\t/.&\\-^T'x√", max_size=24)
    | st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    st.sampled_from(["point", "comma"]),
    st.sampled_from([None, (), (2,), (1, 2)]),
)
def test_any_dialect_is_a_table_or_unreadable(text: str, decimal: str, shape: tuple[int, ...] | None) -> None:
    """Pieces of all dialects in any order: as many entries as the shape says, or an error with its place."""
    columns: list[int | None] = [1]
    try:
        found, entries = read_table(Text(text), decimal, shape)
        assert len(entries) == int(np.prod(found, dtype=int))
    except UnreadableError as error:
        columns.append(error.column)
    assert all(column is None or 1 <= column <= len(text) + 1 for column in columns)
