"""Formulas as people type them: plain text, Unicode, numbers, names, errors with their columns, and budgets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import MisfitError, UnreadableError, pointed
from grader.expression import Expression, Name, latex_of, numeric, plain_of
from grader.expression.budget import MOST_NODES, MOST_OPERATIONS
from grader.expression.cursor import DEEPEST
from grader.expression.parser import Parser, parse
from grader.expression.scope import Scope
from grader.expression.signs import COMMANDS
from grader.expression.tokens import LONGEST, MOST_TOKENS, tokens


def free() -> Scope:
    return Scope({}, free=True, lengths={"n": 3})


def declared() -> Scope:
    names = {
        "x": Name("x"),
        "y": Name("y"),
        "lr": Name("lr"),
        "w": Name("w", (2,)),
        "z": Name("z", (3,)),
        "X": Name("X", (3, 2)),
        "M": Name("M", (2, 2)),
        "yhat": Name("yhat", (3,)),
        "sse_before": Name("sse_before"),
    }
    definitions = {"L": names["x"] ** 2 * names["lr"]}
    return Scope(names | {"L": Name("L")}, lengths={"n": 3, "d": 2}, letters={"i": 0, "j": 1}, definitions=definitions)


def shown(text: str, scope: Callable[[], Scope] = free) -> str:
    return plain_of(parse(text, scope()))


def refusal(text: str, scope: Callable[[], Scope] = free) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        parse(text, scope())
    return caught.value


def outcome(text: str, scope: Scope) -> Expression | UnreadableError:
    """The tree, or the error."""
    try:
        return parse(text, scope)
    except UnreadableError as error:
        return error


def told(found: Expression | UnreadableError, text: str) -> str:
    """The tree as text, or the error with its caret, which stands in the text."""
    if isinstance(found, Expression):
        return repr(found)
    assert found.column is not None
    assert 1 <= found.column <= len(text) + 1
    return pointed(found)


PLAIN = [
    ("2(x+y)", "2·(x + y)"),
    ("2x+2y", "2·x + 2·y"),
    ("x^2", "x²"),
    ("x**2", "x²"),
    ("exp(-z)", "e^(−z)"),
    ("e^{-z}", "e^(−z)"),
    ("e^-z", "e^(−z)"),
    ("xe^x", "x·e^(x)"),
    ("e", "e¹"),
    ("xy", "x·y"),
    ("x y", "x·y"),
    ("x(y+1)", "x·(y + 1)"),
    ("f(x)", "f·x"),
    ("-x^2", "−x²"),
    ("(-x)^2", "(−x)²"),
    ("2^-x", "2^(−x)"),
    ("x^y^z", "x^(y^(z))"),
    ("x--y", "x − (−y)"),
    ("x*-y", "x·(−y)"),
    ("a/b/c", "a/b/c"),
    ("a/b*c", "a/b·c"),
    ("1/2x", "1/2·x"),
    ("2 sin x cos y", "2·sin(x)·cos(y)"),
    ("sin 2x", "sin(2·x)"),
    ("sin2x", "sin(2·x)"),
    ("sin²x + cos²x", "sin(x)² + cos(x)²"),
    ("sin^2(x)", "sin(x)²"),
    ("sin^-1 x", "arcsin(x)"),
    ("sinxcosx", "sin(x)·cos(x)"),
    ("2xsin(x)", "2·x·sin(x)"),
    ("log x/y", "log(x)/y"),
    ("log_2(8)", "log(8)/log(2)"),
    ("log_b x", "log(x)/log(b)"),
    ("log2(8)", "log(8)/log(2)"),
    ("ln x^2", "log(x²)"),
    ("sqrt 2", "√(2)"),
    ("|x-1|", "|x − 1|"),
    ("|x||y|", "|x|·|y|"),
    ("||x|-1|", "||x| − 1|"),
    ("||x|-|y||", "||x| − |y||"),
    ("2|x|y", "2·|x|·y"),
    ("max(0,x)", "max(0, x)"),
    ("max(x, y, 1)", "max(max(x, y), 1)"),
    ("relu(x)", "ReLU(x)"),
    ("sigmoid(x)", "σ(x)"),
    ("logit(p)", "log(p/(1 − p))"),
    ("n!/2", "3!/2"),
    ("C(5,2)", "C(5, 2)"),
    ("C(x+1)", "C·(x + 1)"),
    ("x if x > 0 else 0", "x if 0 < x, otherwise 0"),
    ("x if x > 0, otherwise -x if x < -1, otherwise 1", "x if 0 < x, otherwise −x if x < (−1), otherwise 1"),
    ("1_{x>0}", "0 < x"),
    ("1[0<x]", "0 < x"),
    ("x,", "x"),
    ("x.", "x"),
]

UNICODE = [
    ("x²y³", "x²·y³"),
    ("x⁻¹", "x⁻¹"),
    ("x₁²", "x_1²"),
    ("x₁₂", "x_12"),
    ("x·y×z", "x·y·z"),
    ("x−y", "x − y"),
    ("√2/2", "√(2)/2"),
    ("√(x+1)", "√(x + 1)"),
    ("√x²", "√(x)²"),
    ("2πr", "2·arccos(−1)·r"),
    ("λμ", "λ·μ"),
    ("lambda x", "λ·x"),
    ("σ(z)(1−σ(z))", "σ(z)·(1 − σ(z))"),
    ("σ²", "σ²"),
    ("ŷ−y", "ŷ − y"),
    ("y\u0302_1", "ŷ_1"),
    ("½x", "1/2·x"),
    ("x÷y", "x/y"),
    ("⌊x⌋+⌈y⌉", "⌊x⌋ + ⌈y⌉"),
    ("𝑥²+ｘ", "x² + x"),
    ("∑ᵢ₌₁³ xᵢ", "x_1 + x_2 + x_3"),
    ("Σ_{k=1}^n z_k", "z_1 + z_2 + z_3"),
    ("∏_{k=1}^3 k", "1·2·3"),
    ("x ≤ y", None),
]

NUMBERS = [
    ("1e-3", "0.001"),
    ("1.5×10^{-3}", "1.5·10⁻³"),
    ("1.5*10^-3", "1.5·10⁻³"),
    ("3/4", "3/4"),
    ("50%", "50/100"),
    (".5", "0.5"),
    ("5.", "5"),
    ("1 000", "1000"),
    ("1,000.5", "1000.5"),
    ("−2", "−2"),
    ("2e3x", "2000·x"),
    ("٣x", "3·x"),
]

FREE_NAMES = [
    ("x1", "x_1"),
    ("x_1", "x_1"),
    ("x_{1}", "x_1"),
    ("x_{ij}", "x_i,j"),
    ("x_{i,j}", "x_i,j"),
    ("lr", "l·r"),
    ("T", "T"),
    ("d", "d"),
    ("I", "I"),
    ("i", "i"),
    ("ℓ", "ell"),
    ("é", "e\u0301"),
]


@pytest.mark.parametrize(("text", "tree"), [*PLAIN, *NUMBERS, *FREE_NAMES, *[row for row in UNICODE if row[1]]])
def test_without_declarations(text: str, tree: str) -> None:
    """Every letter is a number of its own."""
    assert shown(text) == tree


DECLARED = [
    ("lrx", "α·x"),
    ("xlr", "x·α"),
    ("2lr", "2·α"),
    ("α x", "α·x"),
    ("sse before", "sse before"),
    ("sse_before - x", "sse before − x"),
    ("n x", "3·x"),
    ("x/n", "x/3"),
    ("z_i", "z_1"),
    ("z_{2}", "z_2"),
    ("z_n", "z_3"),
    ("z[2]", "z_2"),
    ("X_{2,1}", "X_2,1"),
    ("X_{21}", "X_2,1"),
    ("X_ij", "X_1,2"),
    ("ŷ_i", "ŷ_1"),
    ("yhat_i", "ŷ_1"),
    ("z^{(i)}", "z_1"),
    ("(2z)_i", "(2·z)[1]"),
    ("softmax(z)_i", "(softmax(z))[1]"),
    ("δ_{ij}", "0"),
    ("dL/dx", "2·x·α"),
    ("∂L/∂x", "2·x·α"),
    ("d/dx x²", "2·x"),
    ("∂/∂x (x²y)", "2·x·y"),
    ("Σ_i z_i", "z_1 + z_2 + z_3"),
    ("Σ(z_i−ŷ_i)²", "(z_1 − ŷ_1)² + (z_2 − ŷ_2)² + (z_3 − ŷ_3)²"),
    ("Σ z_i", "z_1 + z_2 + z_3"),
    ("sum(z_i)", "z_1 + z_2 + z_3"),
    ("sum(z)", "Σ_i z_i"),
    ("mean(z_i)", "(z_1 + z_2 + z_3)/3"),
    ("max_k z_k", "max(z_1, z_2, z_3)"),
    ("y", "y"),
]


@pytest.mark.parametrize(("text", "tree"), DECLARED)
def test_with_declarations(text: str, tree: str) -> None:
    """Declared names are one word; subscripts are positions; letters of shapes are lengths."""
    assert shown(text, declared) == tree


ERRORS = [
    ("", 1, "expected a formula, got nothing"),
    ("((x)", 5, "expected ')'"),
    ("x+", 3, "expected a number, a name or a bracket"),
    ("2 3", 3, "expected an operator before a number"),
    ("x 2", 3, "expected an operator before a number"),
    ("x = 2", 3, "expected one expression, got '='"),
    ("0 < x < 1", 3, "expected one expression, got '<'"),
    ("x)", 2, "')' is not expected here"),
    ("a \\pm b", 3, "'±' is not expected here: write one of the two values"),
    ("1 + 2 + \\ldots + x", 9, "'…' is not expected here: write every term"),
    ("1,00", 2, "',' is not expected here: decimals stand behind a point"),
    ("x : y", 3, "':' is not expected here: write / for a ratio"),
    ("f'(x)", 3, "a prime behind a number"),
    ("x^{\\prime}", 11, "a prime behind a number"),
    ("1e999x", 1, "too large a number"),
    ("9" * 302, 0, "a number of more than"),
    ("sin + 1", 5, "expected what sin is to be taken of"),
    ("exp(x, y)", 9, "exp takes 1 argument, got 2"),
    ("max(x,y", 8, "expected ')'"),
    ("sum(x)", 6, "the sum of a single number"),
    ("\\sum_{k=1}^{x} k", 13, "the bounds of a sum are whole numbers"),
    ("\\sum_{k=1}^{10^{30}} k", 0, ""),
    ("\\text{the answer is } x", 1, "cannot read the words"),
    ("x otherwise", 3, "cannot read the words"),
    ("[[1,2],[3]]", 0, "a list whose entries have different shapes"),
    ("[1,2;3]", 0, "a matrix whose rows are not equally long"),
    ("∂x", 3, "expected a derivative such as ∂L/∂w"),
    ("dy/dx", 6, "nothing says what y depends on"),
    ("(x+y)_1", 8, "a single number has no entries"),
    ("\\begin{bmatrix} 1 & 2", 1, "\\begin{bmatrix} has no end"),
    ("\\begin{align} x \\end{align}", 1, "cannot read \\begin{align} here"),
    ("\ud800x", 1, "expected a number, a name or a bracket"),
    ("x\x00", 2, "'\x00' is not expected here"),
]


@pytest.mark.parametrize(("text", "column", "what"), [row for row in ERRORS if row[2]])
def test_errors_name_the_column(text: str, column: int, what: str) -> None:
    """Where reading stopped and what could stand there."""
    error = refusal(text)
    assert error.what.startswith(what)
    assert error.text == text
    assert column in {0, error.column}


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("lrr*x", 1, "unknown name 'lrr'; did you mean 'lr'?"),
        ("x + q", 5, "unknown name 'q'; known here: "),
        ("x_1", 1, "unknown name 'x_1'"),
        ("z_4", 4, "there is no entry 4 among 3"),
        ("z[0]", 5, "no entry 0 in 3"),
        ("z_q", 4, "'q' is no position here"),
        ("∂ŷ/∂x", 6, "nothing says what yhat depends on"),
        ("Σ_k x", 5, "nothing says how far the sum over k goes"),
    ],
)
def test_errors_of_names(text: str, column: int, what: str) -> None:
    """A name that the problem does not know is said so, with what may be meant."""
    error = refusal(text, declared)
    assert error.what.startswith(what)
    assert error.column == column
    assert not isinstance(error, MisfitError)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("2(ŷ + 1", ["  2(ŷ + 1", "         ^"]),
        ("2(y\u0302 + 1", ["  2(y\u0302 + 1", "         ^"]),
        ("漢 + (x", ["  漢 + (x", "  ^"]),
        ("x + 漢 + )", ["  x + 漢 + )", "      ^"]),
        ("x\ud800)", ["  x\ufffd)", "   ^"]),
        ("x +\n y +", ["   y +", "      ^"]),
        ("\u202e)x", ["  \ufffd)x", "  ^"]),
    ],
)
def test_caret(text: str, lines: list[str]) -> None:
    """The caret stands under the place, by cells of a terminal; nothing in the text moves the cursor."""
    assert pointed(refusal(text, declared)).split("\n")[1:] == lines


def test_caret_in_a_long_text() -> None:
    """A long line is cut around the place."""
    message, line, caret = pointed(refusal("x+" * 100 + ")" + "+x" * 100)).split("\n")
    assert len(line) < 80
    assert line[caret.index("^")] == ")"
    assert message == "expected a number, a name or a bracket"


def test_two_readings_of_a_division() -> None:
    """`1/2x` is (1/2)x, and is told apart from what can be read in one way only; `tight` reads 1/(2x)."""
    for text, ambiguous in (("1/2x", True), ("1/(2x)", False), ("1/2*x", False), ("a/b c", True), ("x/2", False)):
        parser = Parser(tokens(text), free(), text)
        parser.everything()
        assert parser.ambiguous == ambiguous
    assert plain_of(parse("1/2x", free(), tight=True)) == "1/(2·x)"


def test_decimal_comma() -> None:
    """Where a course says so, a comma stands before the decimals and a semicolon between arguments."""
    assert plain_of(parse("1,5x + max(0; 0,25)", free(), "comma")) == "1.5·x + max(0, 0.25)"


def test_an_error_leaves_the_scope_as_it_was() -> None:
    """What a broken sum bound is free again for the next formula."""
    scope = declared()
    before = dict(scope.letters)
    for text in ("\\sum_{k=1}^{3} z_{k", "\\sum_k q_k", "\\sum_k \\sum_j (z_k + q)"):
        with pytest.raises(UnreadableError):
            parse(text, scope)
    assert scope.letters == before
    assert repr(parse("z_j", scope)) == "item(z, index=(1,))"


HOSTILE = [
    *(
        piece * (LONGEST // len(piece))
        for piece in (
            "(",
            "[",
            "{",
            "|",
            "||",
            "^",
            "_",
            "x_",
            "x^",
            "-",
            "√",
            "e^",
            "x!",
            "x%",
            "x'",
            "sin",
            "sin ",
            "log_",
            "exp(",
            "max_k ",
            "Σ",
            "Σ_",
            "Σ(x",
            "∂",
            "∇_",
            "d/dx ",
            "dx/dy",
            "x if ",
            "1_{",
            "1(",
            "[x;",
            "X.T",
            "x.sum(",
            "X^T",
            "M^{-T}",
            "∂/∂x ",
            "\\hat",
            "\\hat{",
            "\\bm",
            "\\frac",
            "\\frac1",
            "\\frac{",
            "\\frac{d{",
            "\\frac{d}{dx}",
            "\\sqrt",
            "\\sqrt[",
            "\\text{",
            "\\sum_i",
            "\\sum_{k=\\sum_{k=",
            "\\sum_{i=1}^{400}",
            "\\begin{cases}",
            "\\begin{bmatrix}1&",
            "\\left|",
            "\\mathbb{1}[",
            "1 000 ",
            "1,000",
            "1e",
            "½",
            "⁰",
            "₀",
            "x⁻",
            "\u0301",
            "x\u0302",
            "\ud800",
            "\x00",
            "\u202e",
            "①",
            "ﷺ",
            "\\",
            "$",
            "\n",
        )
    ),
    "x" + "\u0301" * (LONGEST - 1),
    "\\sum_{i=1}^{400}\\sum_{j=1}^{400} x_{ij}",
    "\\sum_{k=1}^{1e300} k",
    "\\frac{d}{dx}" * 8 + "sin(sin(sin(x^x)))",
    "\\frac{\\partial}{\\partial X}" * 4 + "(X X^T X)",
    "(" * 38 + "M" + "^{12})" * 38,
    "x^{" + "*".join(["1e300"] * 150) + "}",
    "x^{" + "+".join(["1"] * 590) + "}",
    "9" * 120 + "^" + "9" * 120,
    "np.ones(100,100)",
    "{" * 38 + "x" + "}_1" * 38,
]


def deep(frames: int, act: Callable[[], None]) -> None:
    """Call from so many frames further down."""
    deep(frames - 1, act) if frames else act()


@pytest.mark.parametrize("scope", [free, declared])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:24]))
def test_hostile_text_is_a_tree_or_an_error(text: str, scope: Callable[[], Scope]) -> None:
    """At the default limit of recursion, from two hundred frames down; what is read can be evaluated and printed."""

    def act() -> None:
        found = outcome(text, scope())
        assert told(found, text)
        if isinstance(found, Expression):
            assert plain_of(found)
            assert latex_of(found)

    deep(200, act)


NESTED = [
    "({})",
    "[{}]",
    "{{{}}}",
    "|({})|",
    "sin({})",
    "sin {}",
    "√{}",
    "\\sqrt[3]{{{}}}",
    "x^{{{}}}",
    "x^{}",
    "e^{}",
    "\\frac{{{}}}{{2}}",
    "\\frac12{{{}}}",
    "max(1, {})",
    "\\sum_{{k=1}}^{{1}} {}",
    "\\begin{{cases}} {} & x > 0 \\end{{cases}}",
    "log_{{{}}} 2",
    "({} if x > 0 else 0)",
    "\\begin{{bmatrix}} {} \\end{{bmatrix}}",
    "d/dx ({})",
    "\\left|{}\\right|",
    "⌊{}⌋",
    "1_{{{} > 0}}",
    "\\hat{{x}}_1 ({})",
]


@pytest.mark.parametrize("around", NESTED)
def test_depth_is_bounded_in_every_way_to_nest(around: str) -> None:
    """Thirty deep is read or too deep, a hundred deep is refused, from two hundred frames down."""
    for count, refused in ((30, False), (100, True)):
        text = "x"
        for _ in range(count):
            text = around.format(text)

        def act(text: str = text[:LONGEST], refused: bool = refused) -> None:
            if refused:
                refusal(text)
                return
            found = outcome(text, free())
            if isinstance(found, Expression):
                assert np.ndim(numeric(found, {name: np.array([0.5]) for name in ("x", "xhat_1")})) == 1
            else:
                assert "nested" in found.what or "more than" in found.what

        deep(200, act)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x" * (LONGEST + 1), f"a formula of more than {LONGEST} characters"),
        ("x" * 100_000, f"a formula of more than {LONGEST} characters"),
        ("+" * (MOST_TOKENS + 1), f"a formula of more than {MOST_TOKENS} signs"),
        ("(" * (DEEPEST + 1) + "x", f"nested more than {DEEPEST} deep"),
        ("+".join(["x"] * (MOST_OPERATIONS + 2)), f"more than {MOST_OPERATIONS} operations inside each other"),
        ("\\sum_{k=1}^{401} k", "a sum of more than 400 terms"),
        ("\\sum_{j=1}^{300}\\sum_{k=1}^{300} k", "a formula that takes too long to read"),
        ("(" * 12 + "x" + "^2+x)!" * 12 + "!" * 200, "more than"),
        ("(((M^{12})^{12})^{12})^{12}", f"a formula of more than {MOST_NODES} parts"),
    ],
)
def test_budgets(text: str, what: str) -> None:
    """Each budget says what is too much."""
    assert refusal(text, declared).what.startswith(what)


PIECES = [
    *"xyzwXM()[]{}|^_+-*/=<>,;.!%'&",
    *"0123456789",
    "1.5",
    "1e3",
    "\\frac",
    "\\sum_{k=1}^{n}",
    "\\text{if}",
    "\\left(",
    "\\right)",
    "\\begin{bmatrix}",
    "\\end{bmatrix}",
    "\\\\",
    "sin",
    "max",
    "np.",
    ".T",
    "@",
    "²",
    "ᵀ",
    "₁",
    "½",
    "√",
    "Σ",
    "∂",
    "d",
    " ",
    "\n",
    "\u0302",
]


@given(st.sampled_from([text for text, _ in [*PLAIN, *DECLARED, *UNICODE]]), st.data())
@settings(max_examples=600, deadline=None)
def test_a_single_edit_crashes_nothing(text: str, data: st.DataObject) -> None:
    """A sign too many, too few or another one: a tree that has a value, or an error in the text."""
    at = data.draw(st.integers(0, len(text)))
    piece = data.draw(st.sampled_from(["", *PIECES]))
    text = text[:at] + piece + text[at + data.draw(st.integers(0, 1)) :]
    values = {"x": np.array([0.5]), "y": np.array([2.0]), "lr": np.array([0.1]), "L": np.array([1.0])}
    values |= {"w": np.ones((2, 1)), "z": np.ones((3, 1)), "yhat": np.ones((3, 1)), "sse_before": np.array([2.0])}
    values |= {"X": np.ones((3, 2, 1)), "M": np.eye(2)[..., None]}
    found = outcome(text, declared())
    assert told(found, text)
    if isinstance(found, Expression):
        assert numeric(found, values).shape[:-1] == found.shape


@given(st.lists(st.sampled_from([*PIECES, *("\\" + name for name in COMMANDS)]), max_size=16).map("".join))
@settings(max_examples=800, deadline=None)
def test_any_tokens_are_a_tree_or_an_error(text: str) -> None:
    """Whatever tokens come, reading ends with a tree or says where it stopped, and does so again."""
    for scope in (free(), declared()):
        assert told(outcome(text, scope), text) == told(outcome(text, scope), text)


FOUND = [
    "ΣΣ",
    "\\max_k z_klog\\_k0--- e^{z_k}",
    "d{L/dx + d/ddx + d/dx x}^x x}^2",
    "1",
    "1x",
    "02xsin(x" + "x\\|Xw\\|" * 60,
]


@pytest.mark.parametrize("text", FOUND)
def test_what_the_fuzzer_found(text: str) -> None:
    """Texts that `tools/fuzz_parser.py` broke an earlier version with."""
    scope = free()
    assert told(outcome(text, scope), text) == told(outcome(text, scope), text)
