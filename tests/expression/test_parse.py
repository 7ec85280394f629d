"""Formulas of authors: the grammar, its errors with their columns, and nothing that hostile text could do."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.parsing.sympy_parser import parse_expr

from grader.errors import UnreadableError
from grader.expression import Expression, Name, Number, exact, exp, latex_of, numeric, plain_of, sigmoid, sqrt, tanh
from grader.expression.budget import MOST_OPERATIONS
from grader.expression.cursor import DEEPEST
from grader.expression.functions import FUNCTIONS
from grader.expression.parse import free_names, parse
from grader.expression.tokens import LONGEST, MOST_TOKENS

NAMES = {
    "x": Name("x"), "y": Name("y"), "w_1": Name("w_1"), "α": Name("α"),
    "v": Name("v", (3,)), "A": Name("A", (3, 3)), "T": Name("T", (2, 3, 3)),
}  # fmt: skip
SAMPLE = {"x": Fraction(3, 7), "y": Fraction(-5, 4), "w_1": Fraction(2)}


def shown(text: str) -> str:
    return repr(parse(text, NAMES))


def refusal(text: str, names: dict[str, Name] = NAMES) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        parse(text, names)
    return caught.value


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("x", "x"),
        ("  x  ", "x"),
        (".5", "1/2"),
        ("1.", "1"),
        ("2e-3", "1/500"),
        ("x + y - 1", "minus(plus(x, y), 1)"),
        ("x - y - 1", "minus(minus(x, y), 1)"),
        ("x − y", "minus(x, y)"),
        ("x / y / 2", "divide(divide(x, y), 2)"),
        ("x / y * 2", "times(divide(x, y), 2)"),
        ("x·y×2", "times(times(x, y), 2)"),
        ("2x", "times(2, x)"),
        ("2 x y", "times(times(2, x), y)"),
        ("2 (x + 1)", "times(2, plus(x, 1))"),
        ("(x)(y)", "times(x, y)"),
        ("x (y)", "times(x, y)"),
        ("1/2 x", "times(divide(1, 2), x)"),
        ("-x^2", "negative(power(x, 2))"),
        ("(-x)^2", "power(negative(x), 2)"),
        ("x^-2", "power(x, -2)"),
        ("2^3^2", "power(2, power(3, 2))"),
        ("x**2", "power(x, 2)"),
        ("2 x^2", "times(2, power(x, 2))"),
        ("- -x", "negative(negative(x))"),
        ("+x", "x"),
        ("x - -y", "minus(x, negative(y))"),
        ("x*-y", "times(x, negative(y))"),
        ("A@v", "matmul(A, v)"),
        ("v@v", "matmul(v, v)"),
        ("v[1]", "item(v, index=(0,))"),
        ("A[2,3]", "item(A, index=(1, 2))"),
        ("A[2][3]", "item(item(A, index=(1,)), index=(2,))"),
        ("x < y + 1", "less(x, plus(y, 1))"),
        ("x < y < 1", "times(less(x, y), less(y, 1))"),
        ("x²", "power(x, 2)"),
        ("٣", "3"),
        (r"\frac{x}{y}", "divide(x, y)"),
        ("x > y", "less(y, x)"),
        ("where(x < 0, -x, x)", "where(less(x, 0), negative(x), x)"),
        ("max(v)", "max(v)"),
        ("max(x, y)", "maximum(x, y)"),
        ("max(x, y, 1)", "maximum(maximum(x, y), 1)"),
        ("min(v)", "min(v)"),
        ("ln(x)", "log(x)"),
        ("sum((v - 1)^2)", "sum(power(minus(v, 1), 2))"),
        ("α + w_1", "plus(α, w_1)"),
    ],
)
def test_grammar(text: str, tree: str) -> None:
    """What binds tighter, what goes left to right, and what may be left out."""
    assert shown(text) == tree


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("", 1, "expected a number, a name or a bracket"),
        ("   ", 1, "expected a number, a name or a bracket"),
        ("x +", 4, "expected a number, a name or a bracket"),
        ("x + * y", 5, "expected a number, a name or a bracket"),
        ("(x", 3, "expected ')'"),
        ("x)", 2, "')' is not expected here"),
        ("x = y", 3, "expected one formula, got '='; write equal(…, …)"),
        ("x 2", 3, "expected an operator before a number"),
        ("1.2.3", 4, "expected an operator before a number"),
        ("2 * z", 5, "unknown name 'z'"),
        ("sigmod(x)", 1, "unknown function 'sigmod'; did you mean 'sigmoid'?"),
        ("x + q(y)", 5, "unknown function 'q'"),
        ("exp", 1, "unknown name 'exp'"),
        ("exp()", 5, "expected a number, a name or a bracket"),
        ("exp(x, y)", 9, "exp takes 1 argument, got 2"),
        ("choose(x)", 9, "choose takes 2 arguments, got 1"),
        ("where(x, y)", 11, "where takes 3 arguments, got 2"),
        ("v[0]", 5, "no entry 0 in 3"),
        ("v[4]", 5, "no entry 4 in 3"),
        ("v[-1]", 3, "expected a position, a whole number from 1"),
        ("v[x]", 3, "expected a position, a whole number from 1"),
        ("v[1.5]", 3, "expected a position, a whole number from 1"),
        ("v[1", 4, "expected ']'"),
        ("x[1]", 5, "no entry 1 in a single number"),
        ("A@x", 4, "a matrix product takes vectors and matrices, got 3×3 and a single number"),
        ("v + T@v", 8, "a matrix product takes vectors and matrices, got 2×3×3 and 3"),
        ("1e999", 1, "too large a number"),
        ("x + 1e9999", 5, "too large a number"),
        ("z²", 1, "unknown name 'z'"),
        ("xy", 1, "unknown name 'xy'; did you mean"),
        ("e^x", 1, "unknown name 'e'"),
        ("π x", 1, "unknown name 'π'"),
        (r"\sum_{k} x", 1, "cannot read 'sum' in a spec"),
        ("np.exp(x)", 1, "cannot read 'np.' in a spec"),
        ("x;y", 2, "';' is not expected here"),
        ("x.real", 2, "'.' is not expected here"),
        ("__import__('os')", 1, "expected a number, a name or a bracket"),
        ("x if y else 1", 3, "unknown name 'if'"),
        ("lambda: x", 1, "unknown name 'lambda'"),
        ('"x"', 1, "expected a number, a name or a bracket"),
        ("\x00", 1, "expected a number, a name or a bracket"),
    ],
)
def test_errors_name_the_column_and_what_was_expected(text: str, column: int, what: str) -> None:
    """An author who mistypes learns where reading stopped and what could stand there."""
    error = refusal(text)
    assert error.column == column
    assert error.what.startswith(what)
    assert error.text == text


def test_name_that_shadows_a_function() -> None:
    """A quantity may have a function's name; only where a bracket follows must the author say which is meant."""
    names = {"mean": Name("mean"), "x": Name("x")}
    assert repr(parse("mean * (x + 1)", names)) == "times(mean, plus(x, 1))"
    assert repr(parse("2 mean", names)) == "times(2, mean)"
    error = refusal("x + mean(x)", names)
    assert error.column == 5
    assert error.what == "'mean' is a function and a quantity here; rename the quantity, or write mean*(…)"


def test_named_quantity_before_a_bracket_is_a_factor() -> None:
    """`x(y + 1)` is a product, for a quantity is no function."""
    assert shown("x(y + 1)") == "times(x, plus(y, 1))"


def test_free_names() -> None:
    """The names of quantities in a formula, each once and in order; what is called is none."""
    assert free_names("a x^2 + exp(b x) - c (a)") == ("a", "x", "b")


MATRICES = {"matmul", "transpose", "solve", "tr", "trace", "det", "inv", "inverse", "flatten", "ravel"}
VECTORS = {"cross", "outer", "softmax", "diag", "dot", "inner", "join", "concatenate", "norm"}
LENGTHS = {"eye", "identity", "ones", "zeros", "choose", "binom", "comb"}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_takes_its_arguments(name: str) -> None:
    """Each function builds a tree that has a value, and refuses one argument more."""
    function = FUNCTIONS[name]
    argument = "A" if name in MATRICES else "v" if name in VECTORS else "2" if name in LENGTHS else "x"
    tree = parse(f"{name}({', '.join([argument] * function.least)})", NAMES)
    values = {"x": np.array([0.5]), "A": np.eye(3)[..., None], "v": np.array([[1.0], [2.0], [3.0]])}
    assert np.isfinite(numeric(tree, values)).all()
    many = ", ".join([argument] * (function.most + 1))
    assert f"got {function.most + 1}" in refusal(f"{name}({many})").what


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x" * (LONGEST + 1), f"a formula of more than {LONGEST} characters"),
        ("(" * (DEEPEST + 1) + "x" + ")" * (DEEPEST + 1), f"nested more than {DEEPEST} deep"),
        ("-" * (MOST_OPERATIONS + 1) + "x", f"more than {MOST_OPERATIONS} operations"),
        ("^".join(["x"] * (DEEPEST + 2)), f"nested more than {DEEPEST} deep"),
        ("(" * MOST_TOKENS, f"nested more than {DEEPEST} deep"),
        ("exp(" * (DEEPEST + 1) + "x", f"nested more than {DEEPEST} deep"),
        ("+".join(["x"] * (MOST_OPERATIONS + 2)), f"more than {MOST_OPERATIONS} operations"),
        ("v" + "[1]" * 300, "no entry 1 in a single number"),
    ],
)
def test_limits(text: str, what: str) -> None:
    """A formula is bounded in length, depth and operations before anything reads it recursively."""
    assert what in refusal(text).what


def test_longest_formula_is_read_in_every_way() -> None:
    """A formula of as many operations as are allowed is evaluated and printed like any other."""
    tree = parse("+".join(["x"] * (MOST_OPERATIONS + 1)), NAMES)
    assert numeric(tree, {"x": np.array([1.0])}) == MOST_OPERATIONS + 1
    assert exact(tree, {"x": sympy.Integer(1)}) == MOST_OPERATIONS + 1
    assert latex_of(tree).count("+") == plain_of(tree).count("+") == MOST_OPERATIONS


def test_tensor_of_too_many_entries() -> None:
    """An outer product that nobody could write down is refused before it is made."""
    assert refusal("outer(u, u)", {"u": Name("u", (101,))}).what == "more than 10000 entries"


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_tree_or_an_error_with_a_column(text: str) -> None:
    """Whatever is typed, reading ends with a tree or says where it stopped."""
    try:
        tree = parse(text, NAMES)
    except UnreadableError as error:
        column = error.column
    else:
        assert isinstance(tree, Expression)
        return
    assert column is not None
    assert 1 <= column <= len(text) + 1


tokens = st.sampled_from(
    [*"xyvA()[],+-*/^@<>.12", "exp", "max", "sum", "where(", "(", " ", "w_1", "1e3", "**", "−", "'"]
)


@given(st.lists(tokens, max_size=14).map("".join))
@settings(max_examples=600, deadline=None)
def test_any_tokens_are_a_tree_that_evaluates_or_an_error(text: str) -> None:
    """What is read at all has a value of the shape that the tree says."""
    values = {"x": np.array([0.5]), "y": np.array([2.0]), "w_1": np.array([3.0]), "α": np.array([1.0])}
    values |= {"v": np.ones((3, 1)), "A": np.eye(3)[..., None], "T": np.ones((2, 3, 3, 1))}
    try:
        tree = parse(text, NAMES)
    except UnreadableError:
        return
    assert numeric(tree, values).shape[:-1] == tree.shape
    assert plain_of(tree)


def joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Formulas of smaller ones, as people and hostile people type them."""
    space = st.sampled_from(["", " "])
    sign = st.sampled_from("+-*/")
    infix = st.tuples(parts, space, sign, space, parts).map("".join)
    raised = st.tuples(parts, st.sampled_from(["2", "3", "-1", "0"])).map(lambda p: f"({p[0]})**{p[1]}")
    return st.one_of(infix, raised, parts.map("({})".format), parts.map("-{}".format), parts.map("exp({})".format))


formulas = st.recursive(st.sampled_from(["x", "y", "w_1", "2", "0.5", "3"]), joined, max_leaves=8)


@given(formulas)
@settings(max_examples=300, deadline=None)
def test_reads_as_sympy_reads(text: str) -> None:
    """SymPy's own parser, a witness that we did not write, understands the same text in the same way."""
    symbols = {name: sympy.Symbol(name) for name in ("x", "y", "w_1")}
    values = {symbols[name]: sympy.Rational(value.numerator, value.denominator) for name, value in SAMPLE.items()}
    mine = exact(parse(text, NAMES), {name: values[symbol] for name, symbol in symbols.items()})
    theirs = parse_expr(text.replace("0.5", "(1/2)"), local_dict=dict(symbols)).subs(values)
    gap = sympy.N(mine - theirs, 20) if mine.is_finite and theirs.is_finite else int(mine.is_finite != theirs.is_finite)
    assert gap == 0 or abs(gap) < 1e-12 * max(1, abs(sympy.N(theirs)))


numbers = st.fractions(-9, 9, max_denominator=8).map(Number)
leaves = st.one_of(numbers, st.sampled_from([NAMES["x"], NAMES["y"], NAMES["w_1"]]))
BINARY: tuple[Callable[..., Expression], ...] = (operator.add, operator.sub, operator.mul, operator.truediv)
UNARY: tuple[Callable[..., Expression], ...] = (operator.neg, tanh, sqrt, sigmoid)


def trees(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    binary = st.tuples(st.sampled_from(BINARY), inner, inner).map(lambda t: t[0](t[1], t[2]))
    power = st.tuples(inner, st.integers(-3, 3)).map(lambda t: t[0] ** t[1])
    unary = st.tuples(st.sampled_from(UNARY), inner).map(lambda t: t[0](t[1]))
    return st.one_of(binary, power, unary, inner.map(lambda tree: exp(tree * NAMES["x"])))


grown = st.recursive(leaves, trees, max_leaves=8)
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def typed(plain: str) -> str:
    """A printed formula as an author would type it: powers, roots and exponentials by their keys."""
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda found: "^(" + found[0].translate(RAISED) + ")", plain)
    return re.sub(r"\be\^\(", "exp(", text.replace("√(", "sqrt(").replace("σ(", "sigmoid("))


@given(grown)
@settings(max_examples=400, deadline=None)
def test_what_is_printed_is_read_back(tree: Expression) -> None:
    """A formula as the terminal prints it, typed again, has the same value: no bracket is lost on either way."""
    values = {name: np.array([float(value)]) for name, value in SAMPLE.items()}
    before, after = numeric(tree, values), numeric(parse(typed(plain_of(tree)), NAMES), values)
    np.testing.assert_allclose(after, before, rtol=1e-9)


def written(tree: Expression) -> str:
    """A tree with every bracket."""
    if isinstance(tree, Number):
        return f"({tree.value})"
    if isinstance(tree, Name):
        return tree.name
    name, operands = tree.operation.name, [written(operand) for operand in tree.operands]  # type: ignore[attr-defined]
    infix = {"plus": "+", "minus": "-", "times": "*", "divide": "/", "power": "^"}
    if name in infix:
        return f"({operands[0]}{infix[name]}{operands[1]})"
    return f"(-{operands[0]})" if name == "negative" else f"{name}({operands[0]})"


@given(st.recursive(st.sampled_from([NAMES["x"], NAMES["y"], Number(Fraction(2))]), trees, max_leaves=8))
@settings(max_examples=200, deadline=None)
def test_written_with_every_bracket_the_tree_comes_back(tree: Expression) -> None:
    """The very tree is read from its text, where nothing is left to precedence."""
    found, expected = (re.sub(r"negative\((\d+)\)", r"-\1", repr(each)) for each in (parse(written(tree), NAMES), tree))
    assert found == expected
