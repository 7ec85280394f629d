"""Identities of matrices and vectors, and near misses of them: judged in NumPy at drawn matrices of two sizes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from tests.corpus.dialects import DIALECTS, Dialect, write
from tests.corpus.formulas import MATRIX, Formula, function, judged, names, names_in, num

INV, TR, DET, DIAG, NORM, NORM1 = map(function, ("inv", "tr", "det", "diag", "norm", "norm1"))
OUTER, DOT, HADAMARD, SOFTMAX, SUM = map(function, ("outer", "dot", "⊙", "softmax", "sum"))
EYE, ONES, EXP, LOG, SIGMOID = map(function, ("eye", "ones", "exp", "log", "sigmoid"))

X, W, A, B, C, S, y, w, u, v, a, b, z, p, t, n, d, lam, eta, c = names("X W A B C S y w u v a b z p t n d lambda eta c")
Row = tuple[Formula, Formula]

SYMBOLS = {
    "X": "matrix(n,d)", "W": "matrix(m,d)", "A": "matrix(n,n)", "B": "matrix(n,n)", "C": "matrix(n,n)",
    "S": "symmetric matrix(n,n)", "y": "vector(n)", "w": "vector(d)", "u": "vector(n)", "v": "vector(n)",
    "a": "vector(d)", "b": "vector(m)", "z": "vector(n)", "p": "distribution(n)", "t": "positive vector(n)",
    "lambda": "positive", "eta": "real", "c": "real",
}  # fmt: skip

RIDGE = INV(X.T @ X + n * lam * EYE(d)) @ X.T @ y

EQUAL: list[Row] = [
    (RIDGE, X.T @ INV(X @ X.T + n * lam * EYE(n)) @ y),
    (INV(X.T @ X + lam * EYE(d)) @ (X.T @ y), X.T @ (INV(X @ X.T + lam * EYE(n)) @ y)),
    (RIDGE, INV((X.T @ X) / n + lam * EYE(d)) @ (X.T @ y) / n),
    (num(2) / n * (X.T @ (X @ w - y)) + 2 * lam * w, num(2) / n * (X.T @ X @ w - X.T @ y + n * lam * w)),
    (X.T @ (X @ w - y), X.T @ X @ w - X.T @ y),
    (-(X.T @ (y - X @ w)), X.T @ (X @ w - y)),
    ((X @ w - y).T @ (X @ w - y), NORM(X @ w - y) ** 2),
    (NORM(X @ w - y) ** 2, w.T @ X.T @ X @ w - 2 * (y.T @ X @ w) + y.T @ y),
    (NORM(y - X @ w) ** 2 / n + lam * NORM(w) ** 2, NORM(X @ w - y) ** 2 / n + lam * (w.T @ w)),
    (w - eta * (num(2) / n * (X.T @ (X @ w - y))), w + 2 * eta / n * (X.T @ (y - X @ w))),
    ((A @ B).T, B.T @ A.T),
    (INV(A @ B), INV(B) @ INV(A)),
    (INV(A.T), INV(A).T),
    (A.T.T, A),
    (INV(INV(A)), A),
    ((A + B).T, A.T + B.T),
    (A @ (B + C), A @ B + A @ C),
    ((A + B) @ C, A @ C + B @ C),
    ((A + B) @ (A - B), A @ A - A @ B + B @ A - B @ B),
    ((A + B) ** 2, A**2 + A @ B + B @ A + B**2),
    (A @ INV(A), EYE(n)),
    (INV(A) @ A @ B, B),
    (A @ EYE(n), A),
    (TR(A @ B), TR(B @ A)),
    (TR(A @ B @ C), TR(C @ A @ B)),
    (TR(A), TR(A.T)),
    (TR(A + B), TR(A) + TR(B)),
    (TR(c * A), c * TR(A)),
    (TR(OUTER(u, v)), u.T @ v),
    (u.T @ A @ v, v.T @ A.T @ u),
    (u.T @ S @ v, v.T @ S @ u),
    (S.T, S),
    (u.T @ v, v.T @ u),
    (OUTER(u, v).T, OUTER(v, u)),
    (OUTER(u, v) @ z, u * (v.T @ z)),
    (DIAG(u) @ v, HADAMARD(u, v)),
    (DIAG(u) @ DIAG(v), DIAG(HADAMARD(u, v))),
    (HADAMARD(u, v), HADAMARD(v, u)),
    (HADAMARD(u, v + z), HADAMARD(u, v) + HADAMARD(u, z)),
    (DET(A @ B), DET(A) * DET(B)),
    (DET(A.T), DET(A)),
    (DET(INV(A)), 1 / DET(A)),
    (NORM(u) ** 2, u.T @ u),
    (NORM(c * u) ** 2, c**2 * NORM(u) ** 2),
    (NORM(u + v) ** 2, NORM(u) ** 2 + 2 * (u.T @ v) + NORM(v) ** 2),
    (NORM(u - v) ** 2 + NORM(u + v) ** 2, 2 * NORM(u) ** 2 + 2 * NORM(v) ** 2),
    (ONES(n).T @ u, SUM(u)),
    (SUM(p), num(1)),
    (ONES(n).T @ p, num(1)),
    ((DIAG(p) - OUTER(p, p)) @ z, HADAMARD(p, z) - p * (p.T @ z)),
    ((DIAG(p) - OUTER(p, p)) @ z, HADAMARD(p, z - (p.T @ z) * ONES(n))),
    ((DIAG(p) - OUTER(p, p)).T, DIAG(p) - OUTER(p, p)),
    ((DIAG(p) - OUTER(p, p)) @ ONES(n), p - p),
    (SUM(SOFTMAX(z)), num(1)),
    (SOFTMAX(z), EXP(z) / SUM(EXP(z))),
    (SOFTMAX(z + c * ONES(n)), SOFTMAX(z)),
    (SUM(HADAMARD(u, v)), u.T @ v),
    (-SUM(HADAMARD(p, LOG(t))), -(p.T @ LOG(t))),
    (W.T @ (W @ a + b), W.T @ W @ a + W.T @ b),
    ((W @ w + b).T @ b, w.T @ W.T @ b + NORM(b) ** 2),
    (OUTER(b, w) @ a, (w.T @ a) * b),
    (INV(EYE(n) + OUTER(u, u)) @ u, u / (1 + u.T @ u)),
    (INV(A + OUTER(u, v)) @ u * (1 + v.T @ INV(A) @ u), INV(A) @ u),
    (DET(EYE(n) + OUTER(u, v)), 1 + u.T @ v),
    (A @ INV(EYE(n) + B @ A), INV(EYE(n) + A @ B) @ A),
    (INV(A) - INV(B), INV(A) @ (B - A) @ INV(B)),
    (w.T @ (X.T @ X) @ w, NORM(X @ w) ** 2),
    (TR(X.T @ X), TR(X @ X.T)),
    (TR(X @ W.T @ W @ X.T), TR(W @ X.T @ X @ W.T)),
    (X @ (X.T @ X + lam * EYE(d)), (X @ X.T + lam * EYE(n)) @ X),
    (2 * (S @ u), (S + S.T) @ u),
    (c * (u + v), c * u + c * v),
    (u / 2 + u / 2, u),
    (SIGMOID(u), 1 / (1 + EXP(-u))),
    (EXP(u + v), HADAMARD(EXP(u), EXP(v))),
    (LOG(HADAMARD(t, t)), 2 * LOG(t)),
    (NORM1(t), SUM(t)),
]

DIFFERENT: list[Row] = [
    (RIDGE, INV(X @ X.T + n * lam * EYE(n)) @ X @ w),
    (RIDGE, INV(X.T @ X + lam * EYE(d)) @ X.T @ y),
    (RIDGE, INV(X.T @ X) @ X.T @ y + n * lam * w),
    (RIDGE, X.T @ INV(X @ X.T + lam * EYE(n)) @ y),
    (INV(X.T @ X + lam * EYE(d)) @ X.T @ y, INV(X.T @ X - lam * EYE(d)) @ X.T @ y),
    (num(2) / n * (X.T @ (X @ w - y)), num(2) / n * (X.T @ (y - X @ w))),
    (num(2) / n * (X.T @ (X @ w - y)), num(1) / n * (X.T @ (X @ w - y))),
    (num(2) / n * (X.T @ (X @ w - y)) + 2 * lam * w, num(2) / n * (X.T @ (X @ w - y)) + lam * w),
    (num(1) / n * (X.T @ (X @ w - y)) + lam * w, num(1) / (n * lam) * (X.T @ (y - X @ w))),
    (A @ B, B @ A),
    ((A @ B).T, A.T @ B.T),
    (INV(A @ B), INV(A) @ INV(B)),
    (INV(A + B), INV(A) + INV(B)),
    ((A + B) ** 2, A**2 + 2 * (A @ B) + B**2),
    ((A + B) @ (A - B), A**2 - B**2),
    (A @ B @ INV(A), B),
    (A, A.T),
    (A @ A.T, A.T @ A),
    (TR(A @ B), TR(A) * TR(B)),
    (TR(A @ B @ C), TR(A @ C @ B)),
    (DET(A + B), DET(A) + DET(B)),
    (DET(2 * A), 2 * DET(A)),
    (u.T @ A @ v, v.T @ A @ u),
    (OUTER(u, v), OUTER(v, u)),
    (OUTER(u, v), u.T @ v),
    (NORM(u + v), NORM(u) + NORM(v)),
    (NORM(u - v) ** 2, NORM(u) ** 2 - NORM(v) ** 2),
    (NORM(u) ** 2, NORM(u)),
    (NORM(u), NORM1(u)),
    (NORM1(u), SUM(u)),
    ((DIAG(p) - OUTER(p, p)) @ z, (DIAG(p) + OUTER(p, p)) @ z),
    (DIAG(p) - OUTER(p, p), DIAG(p) - DIAG(HADAMARD(p, p))),
    (DIAG(p) - OUTER(p, p), OUTER(p, p) - DIAG(p)),
    (SOFTMAX(z), EXP(z)),
    (SOFTMAX(2 * z), SOFTMAX(z)),
    (HADAMARD(u, v), u.T @ v),
    (DIAG(u) @ A, A @ DIAG(u)),
    (ONES(n).T @ u, u),
    (X @ w, X.T @ y),
    (X.T @ X, X @ X.T),
    (W.T @ (W @ a + b), W.T @ W @ a + b.T @ b),
    (S @ A, A @ S),
    (u / NORM(u), u / NORM(u) ** 2),
    (A @ (B + C), A @ B + C @ A),
]

PRINTED: tuple[Dialect, ...] = tuple(
    DIALECTS[each] for each in ("latex", "numpy", "unicode", "latex roman", "plain", "latex cfrac", "latex boxed")
)


def declared(*formulas: Formula) -> dict[str, str]:
    """The declarations that a pair needs."""
    wanted = {each for formula in formulas for each in names_in(formula)}
    return {each: text for each, text in SYMBOLS.items() if each in wanted}


def dialects(*formulas: Formula) -> list[Dialect]:
    """Those that write the formulas without changing them: `**` of a matrix is entry by entry in NumPy."""
    nodes = [node for formula in formulas for node in formula]
    powers = any(node.head == "^" and node.parts[0].head not in {"norm", "c"} for node in nodes)
    ones = any(node.head == "ones" for node in nodes)
    return [each for each in PRINTED if not (powers and each.style == "numpy") and not (ones and each.style == "plain")]


def entries() -> Iterator[tuple[str, str, Mapping[str, str], str]]:
    """`(one, other, symbols, expected)`: each identity in one dialect and in two, each near miss in two."""
    draw = random.Random("matrices")
    for rows, expected in ((EQUAL, "same"), (DIFFERENT, "different")):
        for one, other in rows:
            first, second, third = draw.sample(dialects(one, other), 3)
            symbols = declared(one, other)
            yield write(one, first), write(other, second), symbols, expected
            if expected == "same" or draw.random() < 0.3:
                yield write(other, third), write(one, first), symbols, expected


def misjudged() -> list[str]:
    """Rows that NumPy does not bear out."""
    return [
        f"{write(one, DIALECTS['plain'])} | {write(other, DIALECTS['plain'])}"
        for rows, expected in ((EQUAL, "same"), (DIFFERENT, "different"))
        for one, other in rows
        if judged(one, other, declared(one, other), MATRIX) != expected
    ]
