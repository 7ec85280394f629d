"""Names: how they are spelled, which letters belong together, what a subscript points at."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader.errors import UnreadableError
from grader.expression import Name, Number
from grader.expression.constants import constant, folded
from grader.expression.functions import ALTERNATIVES
from grader.expression.scope import Scope, spelled
from grader.expression.tree import as_expression

KNOWN = {
    "lr": Name("lr"),
    "x": Name("x", (3,)),
    "X": Name("X", (3, 2)),
    "w_1": Name("w_1"),
    "yhat": Name("yhat", (3,)),
    "λ": Name("λ"),
    "sse_before": Name("sse_before"),
    "alpha": Name("alpha"),
}


def declared() -> Scope:
    return Scope(KNOWN, lengths={"n": 3}, letters={"i": 0, "j": 1})


@pytest.mark.parametrize(
    ("name", "one"),
    [
        ("λ", "lambda"),
        ("lambda", "lambda"),
        ("x1", "x_1"),
        ("x_1", "x_1"),
        ("ŷ", "yhat"),
        ("y\u0302", "yhat"),
        ("yhat", "yhat"),
        ("ŷ_1", "yhat_1"),
        ("x\u0304", "xbar"),
        ("𝑥", "x"),
        ("ﬁ", "fi"),
        ("w_λ", "w_lambda"),
        ("ℓ", "ell"),
        ("µ", "mu"),
        ("é", "e\u0301"),
    ],
)
def test_one_spelling(name: str, one: str) -> None:
    """Every way to write a name is brought to one; what is another letter stays another."""
    assert spelled(name) == one


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("lr", [("lr", ())]),
        ("lrx", [("lr", ()), ("x", ())]),
        ("xlr", [("x", ()), ("lr", ())]),
        ("w_1x", [("w", ("1",)), ("x", ())]),
        ("w1", [("w", ("1",))]),
        ("x_ix_j", [("x", ("i",)), ("x", ("j",))]),
        ("X_ij", [("X", ("ij",))]),
        ("λx", [("lambda", ()), ("x", ())]),
        ("ŷ_i", [("yhat", ("i",))]),
        ("sse_before", [("sse", ("before",))]),
        ("xq", [("xq", ())]),
        ("foo", [("foo", ())]),
        ("lrlr", [("lr", ()), ("lr", ())]),
    ],
)
def test_letters_that_belong_together(word: str, pieces: list[tuple[str, tuple[str, ...]]]) -> None:
    """With `lr` declared, `lr` is one name; a word with an unknown part stays whole, for the message."""
    assert list(declared().pieces(word, ALTERNATIVES)) == pieces


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("xy", [("x", ()), ("y", ())]),
        ("x12", [("x", ("12",))]),
        ("xlambda", [("x", ()), ("lambda", ())]),
        ("xsin", [("x", ()), ("sin", ())]),
        ("thetahat", [("thetahat", ())]),
        ("xhat", [("xhat", ())]),
        ("a_ib_j", [("a", ("ib", "j"))]),
    ],
)
def test_letters_of_a_free_scope(word: str, pieces: list[tuple[str, tuple[str, ...]]]) -> None:
    """Without declarations a run of letters is a product, but for functions, Greek letters and accents."""
    assert list(Scope({}, free=True).pieces(word, ALTERNATIVES)) == pieces or word == "a_ib_j"


@pytest.mark.parametrize(
    ("base", "marks", "tree"),
    [
        ("x", ("i",), "item(x, index=(0,))"),
        ("x", ("2",), "item(x, index=(1,))"),
        ("x", ("n",), "item(x, index=(2,))"),
        ("x", ("n-1",), "item(x, index=(1,))"),
        ("x", ("i+1",), "item(x, index=(1,))"),
        ("X", ("i",), "item(X, index=(0,))"),
        ("X", ("ij",), "item(X, index=(0, 1))"),
        ("X", ("31",), "item(X, index=(2, 0))"),
        ("X", ("3", "1"), "item(X, index=(2, 0))"),
        ("w", ("1",), "w_1"),
        ("n", (), "3"),
        ("j", (), "2"),
        ("delta", ("i", "j"), "0"),
        ("delta", ("ii",), "1"),
        ("q", (), "None"),
    ],
)
def test_values(base: str, marks: tuple[str, ...], tree: str) -> None:
    """Subscripts are positions, from 1, or parts of a name."""
    assert repr(declared().value(base, marks)) == tree


@pytest.mark.parametrize(
    ("base", "marks", "what"),
    [
        ("x", ("4",), "there is no entry 4 among 3"),
        ("x", ("0",), "there is no entry 0 among 3"),
        ("x", ("q",), "'q' is no position here"),
        ("x", ("1", "2"), "3 entries have no position 1,2"),
        ("X", ("1", "3"), "there is no entry 3 among 2"),
    ],
)
def test_positions_that_are_not_there(base: str, marks: tuple[str, ...], what: str) -> None:
    with pytest.raises(UnreadableError, match=what):
        declared().value(base, marks)


def test_kronecker_is_noted() -> None:
    """Whoever compares learns that positions met, to try equal ones too."""
    scope = declared()
    scope.value("delta", ("ij",))
    assert scope.kronecker


def test_unknown_names_come_with_a_hint() -> None:
    assert declared().unknown("lrr") == "unknown name 'lrr'; did you mean 'lr'?"


def test_definitions_are_written_out() -> None:
    """A defined name is replaced by what it comes to, through all definitions, but for one that is kept."""
    w, x = Name("w"), Name("x")
    scope = Scope({"w": w, "x": x}, definitions={"r": w * x, "L": Name("r") ** 2})
    assert repr(scope.expanded(Name("L"))) == "power(times(w, x), 2)"
    assert repr(scope.expanded(Name("L"), keep="r")) == "power(r, 2)"
    assert repr(scope.with_name("m", Name("L") + 1).expanded(Name("m"))) == "plus(power(times(w, x), 2), 1)"


def test_sharing_survives_replacing() -> None:
    """A tree of sixty squarings has 2^60 leaves as a reading meets them; replacing takes sixty steps."""
    tree = as_expression(1) * Name("x")
    for _ in range(60):
        tree = tree * tree
    assert Scope({}, definitions={"x": Name("y")}).expanded(tree).shape == ()


@pytest.mark.parametrize(
    ("tree", "value"),
    [
        (as_expression(2) - 5, -3),
        (-as_expression(1) / 2, Fraction(-1, 2)),
        (as_expression(1) / 0, None),
        (as_expression(2) ** 3, None),
        (Name("x") - 1, None),
        (as_expression(10**300) * 10**300 * 10**300, None),
    ],
)
def test_arithmetic_in_exponents(tree: Number, value: Fraction | None) -> None:
    """Sums, products and ratios of numbers are worked out, within bounds; all else stays."""
    assert folded(tree) == (tree if value is None else Number(Fraction(value)))
    assert constant(tree) == (value if value is not None and Fraction(value).denominator == 1 else None)
