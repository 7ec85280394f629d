"""Matrix formulas: products that do not commute, transposes, inverses, norms, I and ones, shapes that do not fit."""

from __future__ import annotations

import numpy as np
import pytest

from grader.errors import MisfitError, UnreadableError
from grader.expression import Name, numeric, plain_of
from grader.expression.parser import parse
from grader.expression.scope import Scope

RANDOM = np.random.RandomState(0)
X, M = RANDOM.randn(3, 2), RANDOM.randn(2, 2)
Y, Z, P, W = RANDOM.randn(3), RANDOM.randn(3), np.array([0.2, 0.3, 0.5]), RANDOM.randn(2)
LAM, N, D = 0.75, 3, 2
ARRAYS = {"X": X, "M": M, "y": Y, "z": Z, "p": P, "w": W, "lam": np.array(LAM)}
NAMES = {name: Name(name, array.shape) for name, array in ARRAYS.items()}


def scope() -> Scope:
    return Scope(NAMES, lengths={"n": N, "d": D}, letters={"i": 0, "j": 1})


def value(text: str) -> np.ndarray:
    return numeric(parse(text, scope()), {name: array[..., None] for name, array in ARRAYS.items()})[..., 0]


RIDGE = np.linalg.inv(X.T @ X + N * LAM * np.eye(D)) @ X.T @ Y


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(XᵀX + nλI)⁻¹Xᵀy", RIDGE),
        (r"(X^T X + n \lambda I)^{-1} X^T y", RIDGE),
        (r"\left(X^{\top}X + n\lambda I\right)^{-1}X^{\top}y", RIDGE),
        ("Xᵀ(XXᵀ + nλI)⁻¹y", RIDGE),
        ("inv(X'X + nλI) X'y", RIDGE),
        ("np.linalg.inv(X.T @ X + n*lam*np.eye(2)) @ X.T @ y", RIDGE),
        ("np.linalg.solve(X.T @ X + n * lam * np.eye(d), X.T @ y)", RIDGE),
        (r"\frac{2}{n} X^T(Xw - y) + 2\lambda w", 2 / N * X.T @ (X @ W - Y) + 2 * LAM * W),
        (r"\frac{2}{n} \sum_{i=1}^{n} (X_i w - y_i) X_i", 2 / N * X.T @ (X @ W - Y)),
        (r"\frac{1}{n}\|Xw - y\|^2 + \lambda\|w\|_2^2", np.sum((X @ W - Y) ** 2) / N + LAM * W @ W),
        (r"\lVert w \rVert_1", np.sum(np.abs(W))),
        ("||y - z||", np.linalg.norm(Y - Z)),
        ("yᵀy", Y @ Y),
        ("y^T z", Y @ Z),
        ("y·z", Y @ Z),
        (r"\langle y, z \rangle", Y @ Z),
        ("y @ z", Y @ Z),
        ("np.dot(y, z)", Y @ Z),
        ("y zᵀ", np.outer(Y, Z)),
        ("y*z", Y * Z),
        ("yz", Y * Z),
        (r"y \odot z", Y * Z),
        (r"y \circ Xw", Y * (X @ W)),
        ("y × z", np.cross(Y, Z)),
        ("1/y", 1 / Y),
        ("y/z", Y / Z),
        ("e^y", np.exp(Y)),
        ("y²", Y**2),
        ("w^{-1}", 1 / W),
        ("y + 1", Y + 1),
        ("M²", M @ M),
        ("M^3", M @ M @ M),
        ("M^{-1}", np.linalg.inv(M)),
        ("M^{-2}", np.linalg.inv(M @ M)),
        ("M^{-T}", np.linalg.inv(M).T),
        ("M**2 @ w", (M**2) @ W),
        ("X * X @ w", (X * X) @ W),
        ("(X * X) @ w", (X * X) @ W),
        ("M'w", M.T @ W),
        ("tr(XᵀX)", np.trace(X.T @ X)),
        (r"\det M + |M|", 2 * np.linalg.det(M)),
        (r"\begin{vmatrix} 1 & 2 \\ 3 & 4 \end{vmatrix}", -2.0),
        ("diag(p) − p pᵀ", np.diag(P) - np.outer(P, P)),
        ("p_i(δ_{ij} - p_j)", -P[0] * P[1]),
        ("softmax(z)_2", np.exp(Z[1]) / np.sum(np.exp(Z))),
        (r"\frac{e^{z}}{\sum_k e^{z_k}}", np.exp(Z) / np.sum(np.exp(Z))),
        ("I w", W),
        ("X⊤y", X.T @ Y),
        ("𝟏ᵀ y", np.sum(Y)),
        (r"\frac{2}{n} \sum_{i=1}^{n} (X_i w - y_i) X_i^T + 2 λ w", 2 / N * X.T @ (X @ W - Y) + 2 * LAM * W),
        ("(M + I) w", M @ W + W),
        ("(1 - λ)M + λI", (1 - LAM) * M + LAM * np.eye(2)),
        (r"\mathbf{1}^T y", np.sum(Y)),
        (r"X^T \mathbf{1}", np.sum(X, axis=0)),
        (r"y - \mathbf{1}", Y - 1),
        (r"\frac{1}{n}\mathbf{1}^\top (y - Xw)", np.mean(Y - X @ W)),
        ("np.sum((y - z)**2)/n", np.mean((Y - Z) ** 2)),
        ("((y - z)**2).mean()", np.mean((Y - Z) ** 2)),
        ("X.sum(axis=0)", X.sum(axis=0)),
        ("np.max(X, axis=1)", X.max(axis=1)),
        ("np.argmax(z)", float(np.argmax(Z)) + 1),
        ("np.array([[1, 2], [3, 4.5]])", np.array([[1, 2], [3, 4.5]])),
        ("[[1, 2], [3, 4]]", np.array([[1, 2], [3, 4]])),
        ("[[1 2]\n [3 4]]", np.array([[1, 2], [3, 4]])),
        ("[1, 2; 3, 4]", np.array([[1, 2], [3, 4]])),
        ("[1 2 3]", np.array([1, 2, 3])),
        ("[1; 2; 3]", np.array([1, 2, 3])),
        ("np.array([3])", np.array([3])),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} w", np.array([[1, 2], [3, 4]]) @ W),
        (r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}", np.array([1, 2])),
        ("y - [1, 2, 3]", Y - np.array([1, 2, 3])),
        ("X_2", X[1]),
        ("X_{i}", X[0]),
        ("X_{2,1}", X[1, 0]),
        ("X_{21}", X[1, 0]),
        ("(Xw)_3", (X @ W)[2]),
        (r"\left(Xw\right)_{i}", (X @ W)[0]),
        (r"\sum_{j} X_{2j} w_j", X[1] @ W),
        (r"\sum_{i,j} X_{ij}", X.sum()),
        (r"\sum_{i=1}^n \sum_{j=1}^d X_{ij}^2", (X**2).sum()),
        (r"\sum_i (y_i - z_i)^2", np.sum((Y - Z) ** 2)),
        (r"\sum_i (y - z)^2", np.sum((Y - Z) ** 2)),
        (r"\nabla_w \|Xw-y\|^2", 2 * X.T @ (X @ W - Y)),
        (r"\frac{\partial}{\partial w} \left( y^T X w \right)", X.T @ Y),
        (r"\frac{\partial \|w\|^2}{\partial w_1}", 2 * W[0]),
        (r"\sum_i y_i^2", np.sum(Y**2)),
    ],
)
def test_values(text: str, expected: np.ndarray) -> None:
    """Read as NumPy, a witness that we did not write, computes it."""
    np.testing.assert_allclose(value(text), expected, rtol=1e-10)


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("X y", 4, "3×2 times 3: 2 columns meet 3 rows"),
        ("X + y", 6, "a 3×2 matrix and a column of 3 do not fit together"),
        ("y + w", 6, "a column of 3 and a column of 2 do not fit together"),
        ("y X", 4, "a column of 3 times a 3×2 matrix: a column stands on the right of a matrix"),
        ("y + yᵀ", 7, "a column of 3 and a row of 3 do not fit together"),
        ("X^{-1}", 7, "a power of a 3×2 matrix: only a square matrix has one"),
        ("X²", 3, "a power of a 3×2 matrix: only a square matrix has one"),
        ("y/M", 4, "a column of 3 divided by a matrix: write the inverse"),
        ("X + I", 6, "I is a square matrix and does not fit beside a 3×2 matrix"),
        ("M^{1/2}", 8, "a power of a 2×2 matrix takes a whole number up to 12 as its exponent"),
    ],
)
def test_shapes_that_do_not_fit(text: str, column: int, what: str) -> None:
    """A formula that can be read and has no value says which shapes meet."""
    with pytest.raises(MisfitError) as caught:
        parse(text, scope())
    assert caught.value.what == what
    assert caught.value.column == column


@pytest.mark.parametrize("text", ["2I", "I", r"\mathbf{1}", "y𝟏ᵀ 𝟏"])
def test_sizes_that_nothing_says(text: str) -> None:
    """I and the vector of ones have the size that fits; alone they have none, which is no clash of shapes."""
    with pytest.raises(UnreadableError, match="nothing says how large") as caught:
        parse(text, scope())
    assert not isinstance(caught.value, MisfitError)


def test_products_keep_their_order() -> None:
    """Nothing commutes or is worked out on the way in."""
    assert plain_of(parse("X M w - X (M w)", scope())) == "X·M·w − X·M·w"
    assert repr(parse("X M w", scope())) == "matmul(matmul(X, M), w)"
    assert repr(parse("X (M w)", scope())) == "matmul(X, matmul(M, w))"
