r"""LaTeX in its dialects, and the round trip: what our own pages print is read back."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from grader import expression as op
from grader.errors import UnreadableError
from grader.expression import Expression, Name, Number, latex_of, numeric, plain_of
from grader.expression.parser import parse
from grader.expression.scope import Scope
from grader.expression.tree import Apply


def free() -> Scope:
    return Scope({}, free=True, lengths={"n": 3}, letters={"i": 0, "j": 1})


def shown(text: str) -> str:
    return plain_of(parse(text, free()))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        (r"\frac{1}{2} x", "1/2·x"),
        (r"\frac12x", "1/2·x"),
        (r"\dfrac1x + \tfrac{x}2", "1/x + x/2"),
        (r"\left(\frac{a}{b}\right)^{-2}", "(a/b)⁻²"),
        (r"\bigl(a+b\bigr)\Bigl[c\Bigr]", "(a + b)·c"),
        (r"\sqrt{x} + \sqrt2", "√(x) + √(2)"),
        (r"\sqrt{x}^{2}", "√(x)²"),
        (r"\cdot", None),
        (r"x \cdot y \times z * w \div 2", "x·y·z·w/2"),
        (r"e^{-\frac{x^2}{2}}", "e^(−x²/2)"),
        (r"\mathrm{e}^{x}", "e^(x)"),
        (r"\exp\left(-\frac{x^2}{2}\right)", "e^(−x²/2)"),
        (r"\log_2 x + \log_{10}(y) + \ln z", "log(x)/log(2) + log(y)/log(10) + log(z)"),
        (r"\sin^2 x + \cos^{2}(x)", "sin(x)² + cos(x)²"),
        (r"\sin\theta\cos\theta", "sin(θ)·cos(θ)"),
        (r"\operatorname{ReLU}(z) + \mathrm{ReLU}(z) + \text{ReLU}(z)", "ReLU(z) + ReLU(z) + ReLU(z)"),
        (r"\sigma(z)(1-\sigma(z))", "σ(z)·(1 − σ(z))"),
        (r"\max(0, x) + \max\{0,x\}", "max(0, x) + max(0, x)"),
        (r"\hat y_i + \hat{y}_i + \hat{y_i} + \widehat{y}_{i}", "ŷ_1 + ŷ_1 + ŷ_1 + ŷ_1"),
        (r"\hat{\mathbf{y}}_1 + \mathbf{\hat y}_1", "ŷ_1 + ŷ_1"),
        (r"\bar{x} + \tilde{\beta}_1", "xbar + betatilde_1"),
        (r"\mathbf{x}_1 + \boldsymbol{\theta} + {\bf x}_1 + \vec{x}_1", "x_1 + θ + x_1 + x_1"),
        (r"\mathbf{Xw}", "X·w"),
        (r"\lvert x \rvert + \left| y \right| + \vert z \vert", "|x| + |y| + |z|"),
        (r"\left|\left|x\right| - \left|y\right|\right|", "||x| − |y||"),
        (r"\lfloor x \rfloor + \lceil y \rceil", "⌊x⌋ + ⌈y⌉"),
        (r"\binom{5}{2} + n!", "C(5, 2) + 3!"),
        (r"\sum_{k=1}^{n} x_k^2", "x_1² + x_2² + x_3²"),
        (r"\sum_k z_k", "z_1 + z_2 + z_3"),
        (r"\sum\limits_{k=1}^n e^{z_k}", "e^(z_1) + e^(z_2) + e^(z_3)"),
        (r"\sum_{i \neq j} x_i", "x_1 + x_3"),
        (r"\sum_{k=1, k \neq 2}^{n} x_k", "x_1 + x_3"),
        (r"\sum_{i<j} x_i x_j", "x_1·x_2 + x_1·x_3 + x_2·x_3"),
        (r"\sum_{i=1}^2 \sum_{j=1}^2 x_{ij}", "x_1,1 + x_1,2 + x_2,1 + x_2,2"),
        (r"\sum_{i=1}^{n-1} x_{i+1}", "x_2 + x_3"),
        (r"\frac1n \sum_{i=1}^n y^{(i)}", "1/3·(y_1 + y_2 + y_3)"),
        (r"\prod_{k=1}^{3} k", "1·2·3"),
        (r"\sum_{k=1}^{0} x_k", "0"),
        (r"\max_k z_k", "max(z_1, z_2, z_3)"),
        (r"\begin{cases} x & \text{if } x>0 \\ 0 & \text{otherwise} \end{cases}", "x if 0 < x, otherwise 0"),
        (r"\begin{cases} x, & x>0, \\ 0, & \text{else.} \end{cases}", None),
        (r"\begin{cases} x & x > 0 \\ -x & \end{cases}", None),
        (r"\begin{bmatrix} 1 & x \\ y & 2 \end{bmatrix}", "[[1, x], [y, 2]]"),
        (r"\frac{d}{dx} x^2", "2·x"),
        (r"\frac{\mathrm{d}}{\mathrm{d}x} x^2", "2·x"),
        (r"\frac{\partial}{\partial x}\left( x^2 y \right)", "2·x·y"),
        (r"\frac{d^2}{dx^2} x^3", "3·2·x"),
        (r"\frac{d}{2}", "d/2"),
        (r"\frac{d x}{2}", "d·x/2"),
        (r"\mathbb{1}[x>0] + \mathbf{1}\{x>0\}", "(0 < x) + (0 < x)"),
        (r"$x+1$", "x + 1"),
        (r"\(x+1\)", "x + 1"),
        (r"\[x+1\]", "x + 1"),
        (r"\displaystyle \boxed{x+1} \tag{3}", "x + 1"),
        (r"x\,y\;z\!w\quad v~u", "x·y·z·w·v·u"),
        (r"1\,000 + 1{,}000", "1000 + 1000"),
        (r"\text{bias} \cdot x", "bias·x"),
        (r"3{}\cdot{}x", "3·x"),
        ("2^x 3^x", "2^(x)·3^(x)"),
        (r"{x}^{2}_{}", None),
    ],
)
def test_dialects(text: str, tree: str | None) -> None:
    """Each dialect comes to the tree of its plain spelling; what says nothing is refused."""
    if tree is None:
        with pytest.raises(UnreadableError):
            parse(text, free())
    else:
        assert shown(text) == tree


X, W, Y, V, S, T, B = (
    Name("X", (3, 2)),
    Name("w", (2,)),
    Name("y", (3,)),
    Name("yhat", (3,)),
    Name("lr"),
    Name("x_1"),
    Name("grad_bias"),
)
NAMES = {each.name: each for each in (X, W, Y, V, S, T, B)}
VALUES = {
    "X": np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.25]])[..., None],
    "w": np.array([0.5, -2.0])[:, None],
    "y": np.array([1.0, -0.5, 2.0])[:, None],
    "yhat": np.array([0.25, 0.5, 1.5])[:, None],
    "lr": np.array([0.125]),
    "x_1": np.array([1.75]),
    "grad_bias": np.array([-0.75]),
}


def known() -> Scope:
    return Scope(NAMES, lengths={"n": 3, "d": 2}, letters={"i": 0, "j": 1})


BINARY: tuple[Callable[..., Expression], ...] = (operator.add, operator.sub, operator.mul, operator.truediv)
ENTRYWISE = (
    operator.neg,
    op.exp,
    op.sqrt,
    op.absolute,
    op.tanh,
    op.sigmoid,
    op.relu,
    op.sin,
    op.floor,
    op.sign,
    op.log,
)
OF_ONE = (
    *ENTRYWISE,
    lambda a: a**2,
    lambda a: a**-1,
    lambda a: a ** Fraction(1, 2),
    lambda a: op.maximum(0, a),
    lambda a: op.where(a < 1, a, 2),
)
OF_MANY = (
    op.total,
    op.mean,
    op.largest,
    op.smallest,
    lambda a: a[1],
    lambda a: op.total(a * a),
    lambda a: op.matmul(Y, a),
)


def scalars(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    two = st.tuples(st.sampled_from(BINARY), inner, inner).map(lambda t: t[0](t[1], t[2]))
    return st.one_of(two, st.tuples(st.sampled_from(OF_ONE), inner).map(lambda t: t[0](t[1])))


def vectors(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    two = st.tuples(st.sampled_from(BINARY), inner, inner).map(lambda t: t[0](t[1], t[2]))
    scaled = inner.map(lambda a: S * a)
    one = st.tuples(st.sampled_from(ENTRYWISE), inner).map(lambda t: t[0](t[1]))
    return st.one_of(two, scaled, one, inner.map(op.softmax), inner.map(lambda a: X @ (op.transpose(X) @ a)))


SCALARS = st.recursive(
    st.one_of(st.fractions(-9, 9, max_denominator=8).map(Number), st.sampled_from([S, T, B, Y[0], X[1, 0]])),
    scalars,
    max_leaves=7,
)
VECTORS = st.recursive(st.sampled_from([Y, V, X @ W]), vectors, max_leaves=4)
TREES = st.one_of(SCALARS, VECTORS, st.tuples(st.sampled_from(OF_MANY), VECTORS).map(lambda t: t[0](t[1])))


def nodes(tree: Expression) -> list[tuple[str, tuple[Expression, ...]]]:
    """The operations in a tree by name, with their operands."""
    operands = getattr(tree, "operands", ())
    here = [(tree.operation.name, operands)] if isinstance(tree, Apply) else []
    return here + [node for operand in operands for node in nodes(operand)]


def chooses_twice(tree: Expression) -> bool:
    """Whether a choice stands in the first value of a choice: a page writes no bracket there."""
    return any(name == "where" and "where" in dict(nodes(operands[1])) for name, operands in nodes(tree))


def loses_a_dot(tree: Expression) -> bool:
    """Whether two vectors make a dot product: LaTeX leaves the dot out, and side by side they multiply by entries."""
    return any(name == "matmul" and all(len(a.shape) == 1 for a in operands) for name, operands in nodes(tree))


def loses_a_bracket(tree: Expression) -> bool:
    """Whether a matrix stands before a ratio of vectors, or a vector before a product: y·(X·w) is printed as y·X·w."""
    return any(
        name == "matmul" and ("divide" in dict(nodes(operands[1])) or len(operands[0].shape) == 1)
        for name, operands in nodes(tree)
    )


def same(found: Expression, tree: Expression) -> None:
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(numeric(found, VALUES), numeric(tree, VALUES), rtol=1e-7, atol=1e-9)


@given(TREES)
@example(op.matmul(Y, V))
@example(op.outer(Y, V))
@example(op.choose(5, 2) / op.equal(S, 1))
@example(op.solve(op.identity(n=2) + op.transpose(X) @ X, W))
@example(Y - op.softmax(V) * Y)
@settings(max_examples=500, deadline=None)
def test_what_pages_print_is_read_back(tree: Expression) -> None:
    """A tree as LaTeX and as plain text has the same value when it is read again."""
    assume(not chooses_twice(tree))
    if not loses_a_bracket(tree):
        same(parse(plain_of(tree), known()), tree)
    if not loses_a_dot(tree):
        same(parse(latex_of(tree), known()), tree)
