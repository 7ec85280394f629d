"""Lines as they are typed: cut at their signs of equality, cleared of what only sets them out."""

from __future__ import annotations

import pytest

from grader.errors import UnreadableError
from grader.statements import statement


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("2x", ["2x"]),
        ("w = 2x", ["w", "2x"]),
        ("a = b = c", ["a", "b", "c"]),
        (r"\frac{dL}{dw} = 2x \\", [r"\frac{dL}{dw}", r"2x \\"]),
        (r"a &= b + c \\", ["a &", r"b + c \\"]),
        (r"\begin{aligned} a &= b \end{aligned}", [r"\begin{aligned} a &", r"b \end{aligned}"]),
        (r"\sum_{k=1}^n x_k = 3", [r"\sum_{k=1}^n x_k", "3"]),
        (r"f(x=1) = 2", ["f(x=1)", "2"]),
        (r"\implies w = 2", ["w", "2"]),
        ("⟹ w = 2", ["w", "2"]),
        (r"\Rightarrow w = 2.", ["w", "2."]),
        ("", [""]),
    ],
)
def test_sides(text: str, sides: list[str]) -> None:
    """Signs of equality in brackets and below sums part nothing; what aligns and ends lines is no part of a side."""
    found = statement(text).sides
    assert len(found) == len(sides)
    read = ["".join(token[1] for token in side.tokens) for side in found]
    assert read == ["".join(token[1] for token in statement(each).sides[0].tokens) for each in sides]


@pytest.mark.parametrize(
    "text", ["let r = 2x", "Let r = 2x", r"\text{let } r = 2x", "Thus, r = 2x", "so r = 2x", "Hence: r = 2x", "r = 2x."]
)
def test_words_in_front(text: str) -> None:
    """A word that leads in a line is no part of it."""
    assert [side.text for side in statement(text).sides][-1].startswith("2x")
    assert [token[1] for token in statement(text).sides[0].tokens] == ["r", ""]


@pytest.mark.parametrize("text", ["so = 2x", "let = 3", "set^2 = 4"])
def test_names_that_look_like_words(text: str) -> None:
    """A word before a sign of equality or an operator is a name."""
    assert statement(text).sides[0].tokens[0][1] in {"so", "let", "set"}


@pytest.mark.parametrize(
    ("text", "goes_on", "sides"), [("= 2x", True, 1), ("&= 2x = x + x", True, 2), ("2x", False, 1), ("= ", True, 1)]
)
def test_lines_that_go_on(text: str, goes_on: bool, sides: int) -> None:
    """A line may start with the sign of equality."""
    assert (statement(text).goes_on, len(statement(text).sides)) == (goes_on, sides)


@pytest.mark.parametrize(
    ("text", "together", "apart"),
    [
        (r"a = b \quad (i \neq j)", (), (("i", "j"),)),
        (r"a = b, \quad i \neq j", (), (("i", "j"),)),
        (r"a = b \text{ for } i = j", (("i", "j"),), ()),
        ("a = b (i = j)", (("i", "j"),), ()),
        ("a = b if k ≠ j", (), (("k", "j"),)),
        (r"a = b \text{ if } i = k", (("i", "k"),), ()),
        ("a = i = j", (), ()),
        ("a = b (x = y)", (), ()),
    ],
)
def test_cases(text: str, together: tuple[tuple[str, str], ...], apart: tuple[tuple[str, str], ...]) -> None:
    """A case at the end of a line says which letters stand for one position."""
    found = statement(text)
    assert (found.together, found.apart) == (together, apart)
    if together or apart:
        assert [len(side.tokens) for side in found.sides] == [2, 2]


@pytest.mark.parametrize(
    ("text", "named", "called", "slope"),
    [
        ("w", True, False, False),
        ("w_1", True, False, False),
        (r"\hat{y}_i", True, False, False),
        ("L(w)", True, True, False),
        (r"L(y, \hat{y})", True, True, False),
        ("f(2)", True, False, False),
        ("2w", False, False, False),
        ("dL/dw", False, False, True),
        (r"\frac{\partial L}{\partial w}", False, False, True),
        (r"\nabla_w L", False, False, True),
        (r"\frac{1}{2}", False, False, False),
    ],
)
def test_labels(text: str, named: bool, called: bool, slope: bool) -> None:
    """What may be a mere name for what stands on the other side."""
    side = statement(f"{text} = 1").sides[0]
    assert (side.named, side.called, side.slope) == (named, called, slope)
    assert side.label == (named or slope)


def test_decimal_comma() -> None:
    """Numbers are read as the course writes them."""
    assert statement("a = 0,5", "comma").sides[1].tokens[0][:2] == ("n", "0.5")


def test_what_is_no_token() -> None:
    """The column of what is no token is told."""
    with pytest.raises(UnreadableError) as caught:
        statement("a = \\nonsense")
    assert caught.value.column == 5
