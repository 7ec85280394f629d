"""Formulas as they are printed: in the order their author wrote, and never with a bracket lost."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.expression import (
    Expression,
    Name,
    Number,
    absolute,
    argmax,
    argmin,
    ceiling,
    concatenate,
    conv2d,
    cosh,
    determinant,
    entry,
    equal,
    exp,
    expand,
    factorial,
    floor,
    inverse,
    largest,
    latex_of,
    log,
    maximum,
    mean,
    minimum,
    pad,
    pi,
    plain_of,
    pool,
    ravel,
    relu,
    root,
    sigmoid,
    sin,
    smallest,
    softmax,
    solve,
    sqrt,
    stack,
    tan,
    tanh,
    total,
    trace,
    where,
)
from grader.expression.tree import fold, leaves

a, b, c, x, y, z = map(Name, "abcxyz")
w, lr, g = Name("w"), Name("lr"), Name("g")
v, u = Name("v", (3,)), Name("u", (3,))
A, B, X, K = Name("A", (3, 3)), Name("B", (3, 3)), Name("X", (3, 3)), Name("K", (2, 2))
yhat, loss, beta = Name("yhat"), Name("loss"), Name("beta")
half, third = Fraction(1, 2), Fraction(1, 3)
FRAME = ((1, 1), (1, 1))

ORDER = [
    (w - lr * g, r"w - \alpha g", "w − α·g"),
    (-lr * g + w, r"-\alpha g + w", "−α·g + w"),
    (b + a, "b + a", "b + a"),
    (b * a, "b a", "b·a"),
    (x * 2, r"x \cdot 2", "x·2"),
    (2 * x, "2 x", "2·x"),
    (1 - x, "1 - x", "1 − x"),
    (-x + 1, "-x + 1", "−x + 1"),
    (x + 0, "x + 0", "x + 0"),
    (x * x, "x x", "x·x"),
    (b + (a - c), "b + a - c", "b + a − c"),
    (b * (a * c), "b a c", "b·a·c"),
]

SIGNS = [
    (a - (b - c), r"a - \left( b - c \right)", "a − (b − c)"),
    (a - (b + c), r"a - \left( b + c \right)", "a − (b + c)"),
    (a - b - c, "a - b - c", "a − b − c"),
    (a - (-b), r"a - \left( -b \right)", "a − (−b)"),
    (a + (-b), r"a + \left( -b \right)", "a + (−b)"),
    (a + (-b) * c, r"a + \left( -b c \right)", "a + (−b·c)"),
    (a - (-b) / c, r"a - \frac{-b}{c}", "a − (−b)/c"),
    (a * ((-b) / c), r"a \cdot \frac{-b}{c}", "a·(−b)/c"),
    (a + Fraction(-1, 2), r"a + \left( -0.5 \right)", "a + (−0.5)"),
    (a - Fraction(-1, 3), r"a - \left( -\frac{1}{3} \right)", "a − (−1/3)"),
    (operator.neg(-a), r"-\left( -a \right)", "−(−a)"),
    (-(a + b), r"-\left( a + b \right)", "−(a + b)"),
    (-(a * b), "-a b", "−a·b"),
    (-a * b, "-a b", "−a·b"),
    (a * -b, r"a \left( -b \right)", "a·(−b)"),
    (-(y - yhat) * x, r"-\left( y - \hat{y} \right) x", "−(y − ŷ)·x"),
    (-(a**2), "-a^{2}", "−a²"),
    ((-a) ** 2, r"\left( -a \right)^{2}", "(−a)²"),
    (a ** (-b), "a^{-b}", "a^(−b)"),
    (a**-1, "a^{-1}", "a⁻¹"),
    ((-2) ** a, r"\left( -2 \right)^{a}", "(−2)^(a)"),
]

FRACTIONS_AND_POWERS = [
    (a / b, r"\frac{a}{b}", "a/b"),
    ((a + b) / (a - b), r"\frac{a + b}{a - b}", "(a + b)/(a − b)"),
    (a / (b * c), r"\frac{a}{b c}", "a/(b·c)"),
    (a / b / c, r"\frac{\frac{a}{b}}{c}", "a/b/c"),
    (a / (b / c), r"\frac{a}{\frac{b}{c}}", "a/(b/c)"),
    (a / b * c, r"\frac{a}{b} c", "a/b·c"),
    (-a / b, r"\frac{-a}{b}", "(−a)/b"),
    (a / -2, r"\frac{a}{-2}", "a/(−2)"),
    (-(a / b), r"-\frac{a}{b}", "−a/b"),
    ((a + b) ** 2, r"\left( a + b \right)^{2}", "(a + b)²"),
    ((a * b) ** 2, r"\left( a b \right)^{2}", "(a·b)²"),
    ((a / b) ** 2, r"\left( \frac{a}{b} \right)^{2}", "(a/b)²"),
    ((a**2) ** 3, r"\left( a^{2} \right)^{3}", "(a²)³"),
    (a ** (b**2), "a^{b^{2}}", "a^(b²)"),
    (a ** (b + 1), "a^{b + 1}", "a^(b + 1)"),
    ((y - yhat) ** 2 / 2, r"\frac{\left( y - \hat{y} \right)^{2}}{2}", "(y − ŷ)²/2"),
    (a**10, "a^{10}", "a¹⁰"),
    (sqrt(a + b), r"\sqrt{a + b}", "√(a + b)"),
    (2 * sqrt(2), r"2 \sqrt{2}", "2·√(2)"),
    (exp(-a), "e^{-a}", "e^(−a)"),
    (1 / (1 + exp(-z)), r"\frac{1}{1 + e^{-z}}", "1/(1 + e^(−z))"),
    (exp(a) ** 2, r"\left( e^{a} \right)^{2}", "(e^(a))²"),
]

ROOTS_AND_FACTORIALS = [
    (root(a + b, n=2), r"\sqrt{a + b}", "√(a + b)"),
    (root(a + b, n=3), r"\sqrt[3]{a + b}", "∛(a + b)"),
    (2 * root(a, n=3), r"2 \sqrt[3]{a}", "2·∛(a)"),
    (root(root(a, n=3), n=4), r"\sqrt[4]{\sqrt[3]{a}}", "root_4(∛(a))"),
    (root(a, n=3) / b, r"\frac{\sqrt[3]{a}}{b}", "∛(a)/b"),
    (factorial(a), "a!", "a!"),
    (factorial(a + b), r"\left( a + b \right)!", "(a + b)!"),
    (factorial(a * b), r"\left( a b \right)!", "(a·b)!"),
    (a * factorial(b), "a b!", "a·b!"),
    (factorial(a) ** 2, r"\left( a! \right)^{2}", "(a!)²"),
    (factorial(a**2), r"\left( a^{2} \right)!", "(a²)!"),
    (factorial(factorial(a)), r"\left( a! \right)!", "(a!)!"),
    (-factorial(a), "-a!", "−a!"),
    (factorial(-a), r"\left( -a \right)!", "(−a)!"),
    (factorial(a / b), r"\left( \frac{a}{b} \right)!", "(a/b)!"),
    (factorial(Number(Fraction(-3))), r"\left( -3 \right)!", "(−3)!"),
    (factorial(Number(Fraction(5))) / 2, r"\frac{5!}{2}", "5!/2"),
    (factorial(v)[1], r"\left( v! \right)_{2}", "(v!)[2]"),
    (pi(), r"\pi", "π"),
    (2 * pi() * a, r"2 \pi a", "2·π·a"),
    (a ** pi(), r"a^{\pi}", "a^(π)"),
    (sin(pi() / 6), r"\sin\left( \frac{\pi}{6} \right)", "sin(π/6)"),
]

NUMBERS = [
    (a + 3, "a + 3", "a + 3"),
    (Fraction(3, 5) * a, "0.6 a", "0.6·a"),
    (third * a, r"\frac{1}{3} a", "1/3·a"),
    (a * third, r"a \cdot \frac{1}{3}", "a·1/3"),
    (Number(Fraction(2)) * 3, r"2 \cdot 3", "2·3"),
    (Number(Fraction(2)) * -3, r"2 \cdot \left( -3 \right)", "2·(−3)"),
    (Number(Fraction(-2)) * 3, r"-2 \cdot 3", "−2·3"),
    (2 * (Number(Fraction(1)) + 3), r"2 \cdot \left( 1 + 3 \right)", "2·(1 + 3)"),
    (2 * a * 3, r"2 a \cdot 3", "2·a·3"),
    (a**2 * 3, r"a^{2} \cdot 3", "a²·3"),
    (a * Number(Fraction(3)) ** 2, r"a \cdot 3^{2}", "a·3²"),
    (Number(half) ** 2, "0.5^{2}", "0.5²"),
    (Number(third) ** 2, r"\left( \frac{1}{3} \right)^{2}", "(1/3)²"),
    (Number(Fraction(1, 10**20)) * a, r"1 \cdot 10^{-20} a", "1e−20·a"),
    (Number(Fraction(1, 10**20)) ** 2, r"\left( 1 \cdot 10^{-20} \right)^{2}", "(1e−20)²"),
    (Number(Fraction(1, 8192)) + a, r"\frac{1}{8192} + a", "1/8192 + a"),
    (Number(Fraction(-1, 2**30)), r"-\frac{1}{1073741824}", "−1/1073741824"),
    (
        Number(Fraction(10**15 + 1, 10**14)),
        r"\frac{1000000000000001}{100000000000000}",
        "1000000000000001/100000000000000",
    ),
]

NAMES = [
    (Name("w_1"), "w_{1}", "w_1"),
    (Name("w_12"), "w_{12}", "w_12"),
    (Name("yhat_1"), r"\hat{y}_{1}", "ŷ_1"),
    (Name("phat"), r"\hat{p}", "p\u0302"),
    (Name("grad_w_1"), "g_{w,1}", "g_w,1"),
    (Name("lr"), r"\alpha", "α"),
    (Name("beta_1"), r"\beta_{1}", "β_1"),
    (Name("lam"), r"\lambda", "λ"),
    (Name("delta_out"), r"\delta_{\text{out}}", "δ_out"),
    (Name("x_mu"), r"x_{\mu}", "x_μ"),
    (loss, r"\text{loss}", "loss"),
    (Name("feature_map_2"), r"\text{feature map}_{2}", "feature map_2"),
    (Name("feature_map", symbol="F_1"), "F_{1}", "F_1"),
    (Name("w", (3,))[0], "w_{1}", "w_1"),
    (A[0, 2], "A_{1,3}", "A_1,3"),
    (A[1], "A_{2}", "A_2"),
    (Name("w_1", (3,))[2], "w_{1,3}", "w_1,3"),
    (a ** Name("x_1"), "a^{x_{1}}", "a^(x_1)"),
    (Name("w_1") ** 2, "w_{1}^{2}", "w_1²"),
    ((A + B)[0, 1], r"\left( A + B \right)_{1,2}", "(A + B)[1,2]"),
]

SUMS = [
    (total(v), r"\sum_{i} v_{i}", "Σ_i v_i"),
    (total(v * u), r"\sum_{i} v_{i} u_{i}", "Σ_i v_i·u_i"),
    (total((v - u) ** 2), r"\sum_{i} \left( v_{i} - u_{i} \right)^{2}", "Σ_i (v_i − u_i)²"),
    (total(v - u), r"\sum_{i} \left( v_{i} - u_{i} \right)", "Σ_i (v_i − u_i)"),
    (total(-v), r"\sum_{i} \left( -v_{i} \right)", "Σ_i (−v_i)"),
    (total(a * v), r"\sum_{i} a v_{i}", "Σ_i a·v_i"),
    (total(A), r"\sum_{i,j} A_{i,j}", "Σ_i,j A_i,j"),
    (total(A * v), r"\sum_{i,j} A_{i,j} v_{j}", "Σ_i,j A_i,j·v_j"),
    (total(v) / 3, r"\frac{\sum_{i} v_{i}}{3}", "Σ_i v_i/3"),
    (total(v) ** 2, r"\left( \sum_{i} v_{i} \right)^{2}", "(Σ_i v_i)²"),
    (total(v) + a, r"\sum_{i} v_{i} + a", "Σ_i v_i + a"),
    (a * total(v), r"a \sum_{i} v_{i}", "a·Σ_i v_i"),
    (entry(total(v), ()), "v_{1} + v_{2} + v_{3}", "v_1 + v_2 + v_3"),
    (entry(mean(v), ()), r"\frac{v_{1} + v_{2} + v_{3}}{3}", "(v_1 + v_2 + v_3)/3"),
    (entry(A @ v, (1,)), "A_{2,1} v_{1} + A_{2,2} v_{2} + A_{2,3} v_{3}", "A_2,1·v_1 + A_2,2·v_2 + A_2,3·v_3"),
    (entry(conv2d(X, K), (1, 0)),
     "X_{2,1} K_{1,1} + X_{2,2} K_{1,2} + X_{3,1} K_{2,1} + X_{3,2} K_{2,2}",
     "X_2,1·K_1,1 + X_2,2·K_1,2 + X_3,1·K_2,1 + X_3,2·K_2,2"),
    (entry(pool(X, (2, 2), (1, 1)), (0, 1)), r"\max\left( X_{1,2}, X_{1,3}, X_{2,2}, X_{2,3} \right)",
     "max(X_1,2, X_1,3, X_2,2, X_2,3)"),
]  # fmt: skip

FUNCTIONS = [
    (where(a < b, x, y), r"\begin{cases} x & a < b \\ y & \text{otherwise} \end{cases}", "x if a < b, otherwise y"),
    (where(a < b, x, y) + 1,
     r"\left( \begin{cases} x & a < b \\ y & \text{otherwise} \end{cases} \right) + 1",
     "(x if a < b, otherwise y) + 1"),
    (2 * where(a < b, x, y),
     r"2 \cdot \left( \begin{cases} x & a < b \\ y & \text{otherwise} \end{cases} \right)",
     "2·(x if a < b, otherwise y)"),
    ((a < b) + c, r"\left( a < b \right) + c", "(a < b) + c"),
    (c + (a < b), r"c + \left( a < b \right)", "c + (a < b)"),
    (a + c < b, "a + c < b", "a + c < b"),
    (equal(a, b) + c, r"\left[ a = b \right] + c", "[a = b] + c"),
    (where(equal(a, b), x, y),
     r"\begin{cases} x & a = b \\ y & \text{otherwise} \end{cases}", "x if a = b, otherwise y"),
    (conv2d(X, K), r"X \star K", "X ⋆ K"),
    (conv2d(X, K, flip=True), "X * K", "X ∗ K"),
    (conv2d(X, K) + b, r"X \star K + b", "X ⋆ K + b"),
    (conv2d(A + B, K), r"\left( A + B \right) \star K", "(A + B) ⋆ K"),
    (conv2d(A, Name("K_1", (2, 2))), r"A \star K_{1}", "A ⋆ K_1"),
    (conv2d(X, K) + expand(stack(a, b), 2), r"X \star K + \begin{bmatrix} a & b \end{bmatrix}", "X ⋆ K + [a, b]"),
    (pool(X, (2, 2)), r"\operatorname{maxpool}_{2 \times 2}\left( X \right)", "maxpool_2×2(X)"),
    (pool(X, (3, 2), mode="avg"), r"\operatorname{avgpool}_{3 \times 2}\left( X \right)", "avgpool_3×2(X)"),
    (pad(X, padding=FRAME), r"\operatorname{pad}\left( X \right)", "pad(X)"),
    (stack(a, b, 3), r"\begin{bmatrix} a & b & 3 \end{bmatrix}", "[a, b, 3]"),
    (stack(stack(a, b), stack(b, -c)), r"\begin{bmatrix} a & b \\ b & -c \end{bmatrix}", "[[a, b], [b, −c]]"),
    (concatenate(v, u), r"\operatorname{join}\left( v, u \right)", "join(v, u)"),
    (ravel(A), r"\operatorname{flatten}\left( A \right)", "flatten(A)"),
    (softmax(v), r"\operatorname{softmax}\left( v \right)", "softmax(v)"),
    (softmax(v)[1], r"\left( \operatorname{softmax}\left( v \right) \right)_{2}", "(softmax(v))[2]"),
    (sigmoid(z), r"\sigma\left( z \right)", "σ(z)"),
    (relu(a - b), r"\operatorname{ReLU}\left( a - b \right)", "ReLU(a − b)"),
    (tanh(z), r"\tanh\left( z \right)", "tanh(z)"),
    (tan(a) ** 2, r"\tan\left( a \right)^{2}", "tan(a)²"),
    (cosh(-a), r"\cosh\left( -a \right)", "cosh(−a)"),
    (log(a) * b, r"\log\left( a \right) b", "log(a)·b"),
    (maximum(a, 0), r"\max\left( a, 0 \right)", "max(a, 0)"),
    (minimum(a, -b), r"\min\left( a, -b \right)", "min(a, −b)"),
    (largest(v), r"\max\left( v \right)", "max(v)"),
    (smallest(stack(a, b)), r"\min\left( a, b \right)", "min(a, b)"),
    (argmax(v), r"\operatorname{argmax}\left( v \right)", "argmax(v)"),
    (argmin(v), r"\operatorname{argmin}\left( v \right)", "argmin(v)"),
    (mean(v), r"\operatorname{mean}\left( v \right)", "mean(v)"),
    (absolute(a - b), r"\left| a - b \right|", "|a − b|"),
    (floor(a / 2) + 1, r"\left\lfloor \frac{a}{2} \right\rfloor + 1", "⌊a/2⌋ + 1"),
    (ceiling(a), r"\left\lceil a \right\rceil", "⌈a⌉"),
]  # fmt: skip

MATRICES = [
    (A @ v, "A v", "A·v"),
    (A.T, "A^{T}", "Aᵀ"),
    ((A @ B).T, r"\left( A B \right)^{T}", "(A·B)ᵀ"),
    (A.T @ A @ v, "A^{T} A v", "Aᵀ·A·v"),
    ((A + B) @ v, r"\left( A + B \right) v", "(A + B)·v"),
    (solve(A, v), "A^{-1} v", "A⁻¹·v"),
    (solve(A.T @ A, A.T @ v), r"\left( A^{T} A \right)^{-1} A^{T} v", "(Aᵀ·A)⁻¹·Aᵀ·v"),
    (inverse(A), "A^{-1}", "A⁻¹"),
    (inverse(A.T @ A) @ v, r"\left( A^{T} A \right)^{-1} v", "(Aᵀ·A)⁻¹·v"),
    (inverse(A).T, r"\left( A^{-1} \right)^{T}", "(A⁻¹)ᵀ"),
    (inverse(inverse(A)), r"\left( A^{-1} \right)^{-1}", "(A⁻¹)⁻¹"),
    (determinant(A @ B) * a, r"\det\left( A B \right) a", "det(A·B)·a"),
    (trace(A.T @ B) + 1, r"\operatorname{tr}\left( A^{T} B \right) + 1", "tr(Aᵀ·B) + 1"),
    (solve(A, v + u), r"A^{-1} \left( v + u \right)", "A⁻¹·(v + u)"),
]

PRINTED = [*ORDER, *SIGNS, *FRACTIONS_AND_POWERS, *ROOTS_AND_FACTORIALS, *NUMBERS, *NAMES, *SUMS, *FUNCTIONS, *MATRICES]


@pytest.mark.parametrize(("tree", "latex"), [row[:2] for row in PRINTED], ids=[repr(row[0]) for row in PRINTED])
def test_latex(tree: Expression, latex: str) -> None:
    """The formula as a page sets it."""
    assert latex_of(tree) == latex


@pytest.mark.parametrize(
    ("tree", "plain"), [(row[0], row[2]) for row in PRINTED], ids=[repr(row[0]) for row in PRINTED]
)
def test_plain(tree: Expression, plain: str) -> None:
    """The formula on one line of a terminal."""
    assert plain_of(tree) == plain


@pytest.mark.parametrize("printed", [latex_of, plain_of])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (A * B, A @ B),
        (A * (B @ v), (A * B) @ v),
        (conv2d(A * B, K), A * conv2d(B, Name("K", (1, 1)))),
        (total(A @ v + u), total(A @ v) + u),
        (total(A, axis=0), total(A)),
        (total(A, axis=0), total(A, axis=1)),
        (where(a < b, x, y + 1), where(a < b, x, y) + 1),
        (a < b + c, (a < b) + c),
        (c + a < b, c + (a < b)),
        (exp(a) ** b, exp(a**b)),
        (sqrt(a) + b, sqrt(a + b)),
        (total(v) ** 2, total(v**2)),
        (log(a) * b, log(a * b)),
        (-absolute(a), absolute(-a)),
        (factorial(a) ** 2, factorial(a**2)),
        (-factorial(a), factorial(-a)),
        (2 * factorial(a), factorial(2 * a)),
        (root(a, n=3), root(a, n=4)),
        (root(a, n=3) * b, root(a * b, n=3)),
        (inverse(A) @ v, inverse(A * v) @ v),
        (determinant(A), trace(A)),
        (determinant(A) * a, determinant(A * a)),
        (A[0], A[1]),
        (largest(A), smallest(A)),
        (conv2d(X, K), conv2d(X, K, flip=True)),
        (pool(X, (2, 2)), pool(X, (2, 2), mode="avg")),
        (pool(X, (2, 1)), pool(X, (1, 2))),
    ],
    ids=repr,
)
def test_formulas_that_differ_do_not_look_alike(
    one: Expression, other: Expression, printed: Callable[[Expression], str]
) -> None:
    """Who reads the page can tell which of two different formulas stands there."""
    assert printed(one) != printed(other)


# Read back by a person's rules: products before sums, powers before products, from left to right, and no second sign
# beside a first. Both printers put a tree on the page; these readers know nothing of trees.

VALUES = {"a": Fraction(3), "b": Fraction(-2, 3), "c": Fraction(5, 2)}
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


class Unread(Exception):
    """The text is not a formula by these rules."""


class Reader:
    """A formula's tokens, read from left to right."""

    pattern: str

    def __init__(self, text: str) -> None:
        self.tokens = re.findall(self.pattern, text)
        if "".join(self.tokens) != text.replace(" ", ""):
            raise Unread(text)
        self.at = 0

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def accept(self, *tokens: str) -> str:
        if self.next not in tokens:
            return ""
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, token: str) -> None:
        if not self.accept(token):
            raise Unread(f"{token} expected at token {self.at + 1} of {' '.join(self.tokens)}")

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""

    def whole(self) -> Fraction:
        value = self.sum()
        self.expect_end()
        return value

    def expect_end(self) -> None:
        if self.next:
            raise Unread(f"more at token {self.at + 1} of {' '.join(self.tokens)}")

    def sum(self) -> Fraction:
        value = -self.product() if self.accept("−", "-") else self.product()
        while sign := self.accept("+", "−", "-"):
            value = value + self.product() if sign == "+" else value - self.product()
        return value

    def product(self) -> Fraction:
        raise NotImplementedError

    def name_or_number(self) -> Fraction:
        token = self.take()
        if token in VALUES:
            return VALUES[token]
        if not re.fullmatch(r"\d+(\.\d+)?", token):
            raise Unread(f"{token!r} is neither a name nor a number in {' '.join(self.tokens)}")
        return Fraction(token)


class PlainReader(Reader):
    """`a·b/(c − 1)²`."""

    pattern = r"\d+(?:\.\d+)?|[a-z]|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+|[-+−·/()]"

    def product(self) -> Fraction:
        value = self.power()
        while sign := self.accept("·", "/"):
            value = value * self.power() if sign == "·" else value / self.power()
        return value

    def power(self) -> Fraction:
        if self.accept("("):
            base = self.sum()
            self.expect(")")
        else:
            base = self.name_or_number()
        if re.fullmatch("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", self.next):
            base **= int(self.take().translate(SUPERSCRIPTS))
        return base


class LatexReader(Reader):
    r"""`\frac{a b}{\left( c - 1 \right)^{2}}`."""

    pattern = r"\d+(?:\.\d+)?|[a-z]|\\left\(|\\right\)|\\[a-z]+|[-+{}^]"

    def product(self) -> Fraction:
        value = self.power()
        while True:
            if self.accept(r"\cdot") or self.next in {*VALUES, r"\frac", r"\left("}:
                value *= self.power()
            elif self.next[:1].isdigit():
                raise Unread(f"a number touches what stands before it in {' '.join(self.tokens)}")
            else:
                return value

    def braces(self) -> Fraction:
        self.expect("{")
        value = self.sum()
        self.expect("}")
        return value

    def power(self) -> Fraction:
        if self.accept(r"\frac"):
            base = self.braces() / self.braces()
            if self.next == "^":
                raise Unread("a fraction is raised without brackets")
        elif self.accept(r"\left("):
            base = self.sum()
            self.expect(r"\right)")
        else:
            base = self.name_or_number()
        if self.accept("^"):
            exponent = self.braces()
            assert exponent.denominator == 1
            base **= int(exponent)
        if self.next == "^":
            raise Unread("two exponents on one base")
        return base


OPERATORS: dict[str, Callable[..., Fraction]] = {
    "plus": operator.add,
    "minus": operator.sub,
    "times": operator.mul,
    "divide": operator.truediv,
    "negative": operator.neg,
    "power": operator.pow,
}


def value_of(tree: Expression) -> Fraction:
    """The exact value of a tree of plus, minus, times, divide, negative and power, in Fractions."""
    return fold(
        tree,
        lambda leaf: VALUES[leaf.name] if isinstance(leaf, Name) else leaf.value,
        lambda apply, *operands: Fraction(OPERATORS[apply.operation.name](*operands)),
    )


LEAVES = st.one_of(
    st.sampled_from([a, b, c]),
    st.sampled_from([a, b, c]),
    st.integers(-3, 3).map(lambda n: Number(Fraction(n))),
    st.sampled_from([half, third, Fraction(-2, 3), Fraction(-5, 4)]).map(Number),
)


def grow(trees: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pairs = [st.builds(f, trees, trees) for f in (operator.add, operator.sub, operator.mul, operator.truediv)]
    return st.one_of(*pairs, trees.map(operator.neg), st.builds(operator.pow, trees, st.integers(-2, 3)))


FORMULAS = st.recursive(LEAVES, grow, max_leaves=8)


@pytest.mark.parametrize(("printed", "reader"), [(plain_of, PlainReader), (latex_of, LatexReader)])
@settings(deadline=None, max_examples=200)
@given(tree=FORMULAS)
def test_no_bracket_is_lost(printed: Callable[[Expression], str], reader: type[Reader], tree: Expression) -> None:
    """What is printed, read by a person's rules, has the value of the tree."""
    try:
        value = value_of(tree)
    except ZeroDivisionError:
        assume(False)
    assert reader(printed(tree)).whole() == value


@pytest.mark.parametrize("printed", [plain_of, latex_of])
@settings(deadline=None, max_examples=200)
@given(tree=FORMULAS)
def test_the_order_is_the_authors(printed: Callable[[Expression], str], tree: Expression) -> None:
    """Names stand on the page in the order in which they were written, each as often."""
    letters = re.findall("[abc]", re.sub(r"\\[a-z]+", "", printed(tree)))
    assert letters == [leaf.name for leaf in leaves(tree) if isinstance(leaf, Name)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a − (b − c)", Fraction(37, 6)),
        ("−a²/2", Fraction(-9, 2)),
        ("(−a)²·b/c", Fraction(-12, 5)),
        ("a⁻¹", third),
    ],
)
def test_the_plain_reader_reads(text: str, value: Fraction) -> None:
    """The witness itself: products before sums, powers before signs."""
    assert PlainReader(text).whole() == value


@pytest.mark.parametrize("text", ["a − −b", "a·−b", "a b", "a + ", "(a", "a)", "2..3", ""])
def test_the_plain_reader_refuses(text: str) -> None:
    """The witness is strict: two signs side by side are not a formula."""
    with pytest.raises(Unread):
        PlainReader(text).whole()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"a - \left( b - c \right)", Fraction(37, 6)),
        (r"-\frac{a^{2}}{2}", Fraction(-9, 2)),
        (r"2 a \cdot 3^{-1} b", Fraction(-4, 3)),
        (r"\left( -a \right)^{2}", Fraction(9)),
    ],
)
def test_the_latex_reader_reads(text: str, value: Fraction) -> None:
    """The witness itself: juxtaposition is a product."""
    assert LatexReader(text).whole() == value


@pytest.mark.parametrize(
    "text", [r"a - -b", r"a \cdot -b", "a 2", r"a^{2}^{3}", r"\frac{a}{b}^{2}", r"\left( a", "2 2", ""]
)
def test_the_latex_reader_refuses(text: str) -> None:
    """The witness is strict: a number never touches what stands before it."""
    with pytest.raises(Unread):
        LatexReader(text).whole()
