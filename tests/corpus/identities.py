"""Pairs of scalar formulas that are equal, by subject and domain.

A row is `(one, other)`. Add a row to a table; `test_corpus.py` evaluates every row in mpmath, without the grader, so
that a wrong row is found at once. Some rows come from a generator, with numbers drawn from a fixed seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.corpus.formulas import Formula, function, names, names_in, num

EXP, LOG, SQRT, ROOT = map(function, ("exp", "log", "sqrt", "root"))
SIN, COS, TAN, SINH, COSH, TANH = map(function, ("sin", "cos", "tan", "sinh", "cosh", "tanh"))
ARCTAN, ARCSIN, ARCCOS = map(function, ("arctan", "arcsin", "arccos"))
SIGMOID, RELU, ABS, MAX, MIN, SIGN = map(function, ("sigmoid", "relu", "abs", "max", "min", "sign"))
FLOOR, CEIL, FACTORIAL, CHOOSE, LOG2, LOG10 = map(function, ("floor", "ceil", "factorial", "choose", "log2", "log10"))

a, b, c, k, n, p, q, r, t, u, v, w, x, y, z = names("a b c k n p q r t u v w x y z")
alpha, beta, eta, lam, mu, rho, sigma, tau, theta = names("alpha beta eta lambda mu rho sigma tau theta")
z_1, z_2, z_3, p_1, p_2, p_3, y_1, y_2, y_3 = names("z_1 z_2 z_3 p_1 p_2 p_3 y_1 y_2 y_3")
x_1, x_2, x_3, w_1, w_2, w_t, g_t, v_t, m_t = names("x_1 x_2 x_3 w_1 w_2 w_t g_t v_t m_t")
yhat, H, C, N = names("yhat H C N")
e, pi = names("e pi")
half = num("1/2")
SUM_EXP = EXP(z_1) + EXP(z_2) + EXP(z_3)

Row = tuple[Formula, Formula]


@dataclass(frozen=True)
class Identity:
    """Two equal formulas and what their names stand for (None: nothing declared, all real)."""

    one: Formula
    other: Formula
    symbols: Mapping[str, str] | None
    subject: str


EXPANDED: list[Row] = [
    (2 * (x + y), 2 * x + 2 * y),
    ((x + y) ** 2, x**2 + 2 * x * y + y**2),
    ((x - y) ** 2, x**2 - 2 * x * y + y**2),
    ((x + y) * (x - y), x**2 - y**2),
    ((x + 1) ** 3, x**3 + 3 * x**2 + 3 * x + 1),
    ((a - b) ** 3, a**3 - 3 * a**2 * b + 3 * a * b**2 - b**3),
    (a**3 - b**3, (a - b) * (a**2 + a * b + b**2)),
    (a**3 + b**3, (a + b) * (a**2 - a * b + b**2)),
    (x**4 - y**4, (x - y) * (x + y) * (x**2 + y**2)),
    (x**4 + 4, (x**2 + 2 * x + 2) * (x**2 - 2 * x + 2)),
    ((a + b + c) ** 2, a**2 + b**2 + c**2 + 2 * a * b + 2 * a * c + 2 * b * c),
    (x * (y + z) + y * (z - x), z * (x + y)),
    ((x + 2) ** 2 - (x - 2) ** 2, 8 * x),
    (x**2 - 5 * x + 6, (x - 2) * (x - 3)),
    (6 * x**2 + x - 2, (2 * x - 1) * (3 * x + 2)),
    (a * x + a * y + b * x + b * y, (a + b) * (x + y)),
    (x**3 - x, x * (x - 1) * (x + 1)),
    ((2 * x - 3 * y) ** 2, 4 * x**2 - 12 * x * y + 9 * y**2),
    ((x**2 + 1) ** 2, x**4 + 2 * x**2 + 1),
    (x - (y - z), x - y + z),
    (-(x - y), y - x),
    ((a * b) ** 2, a**2 * b**2),
    (x**2 * x**3, x**5),
    ((x**2) ** 3, x**6),
    (num("0.5") * x + num("0.25"), (2 * x + 1) / 4),
    (x / 2 + x / 3, 5 * x / 6),
    ((w * x + b - y) ** 2, (y - w * x - b) ** 2),
    (a * (b - c) + b * (c - a) + c * (a - b), num(0)),
    ((a**2 + b**2) * (x**2 + y**2), (a * x + b * y) ** 2 + (a * y - b * x) ** 2),
    ((1 - x) * (1 + x + x**2 + x**3), 1 - x**4),
]

RATIONAL: list[Row] = [
    (1 / x + 1 / y, (x + y) / (x * y)),
    (1 / x - 1 / (x + 1), 1 / (x * (x + 1))),
    ((x**2 - 1) / (x - 1), x + 1),
    (x / (x + 1), 1 - 1 / (x + 1)),
    (1 / (1 + 1 / x), x / (x + 1)),
    ((x + y) / 2, x / 2 + y / 2),
    (x ** num(-1), 1 / x),
    (x ** num(-2) * y, y / x**2),
    ((a / b) / (c / t), a * t / (b * c)),
    ((x / y) ** 2, x**2 / y**2),
    (1 / (x - 1) - 1 / (x + 1), 2 / (x**2 - 1)),
    ((x**3 - 8) / (x - 2), x**2 + 2 * x + 4),
    (a / (b * c), (a / b) / c),
    ((1 / a + 1 / b) ** num(-1), a * b / (a + b)),
    (x / y - y / x, (x**2 - y**2) / (x * y)),
    ((2 * x + 4) / 6, (x + 2) / 3),
    (3 / (4 * x) + 1 / (6 * x), num(11) / (12 * x)),
    (-x / y, x / (-y)),
    ((a - b) / (c - t), (b - a) / (t - c)),
    (1 / (1 + x**2), 1 - x**2 / (1 + x**2)),
    ((x**2 + 3 * x + 2) / (x + 1), x + 2),
    (x**2 / (x**2 + 1) + 1 / (x**2 + 1), num(1)),
    ((n * x - x) / (n - 1), x),
    (2 * x * y / (x + y), 2 / (1 / x + 1 / y)),
    ((H - k + 2 * p) / t + 1, (H - k + 2 * p + t) / t),
    (N * (k * k * C + 1), N * k**2 * C + N),
]

TRIGONOMETRIC: list[Row] = [
    (SIN(x) ** 2 + COS(x) ** 2, num(1)),
    (SIN(2 * x), 2 * SIN(x) * COS(x)),
    (COS(2 * x), 1 - 2 * SIN(x) ** 2),
    (COS(2 * x), 2 * COS(x) ** 2 - 1),
    (TAN(x), SIN(x) / COS(x)),
    (1 + TAN(x) ** 2, 1 / COS(x) ** 2),
    (SIN(x + y), SIN(x) * COS(y) + COS(x) * SIN(y)),
    (COS(x - y), COS(x) * COS(y) + SIN(x) * SIN(y)),
    (SIN(-x), -SIN(x)),
    (COS(-x), COS(x)),
    (SIN(x + pi), -SIN(x)),
    (SIN(pi / 2 - x), COS(x)),
    (COS(x + 2 * pi), COS(x)),
    (SIN(x) ** 2, (1 - COS(2 * x)) / 2),
    (SIN(3 * x), 3 * SIN(x) - 4 * SIN(x) ** 3),
    (COS(3 * x), 4 * COS(x) ** 3 - 3 * COS(x)),
    (2 * SIN(x) * SIN(y), COS(x - y) - COS(x + y)),
    (TAN(2 * x), 2 * TAN(x) / (1 - TAN(x) ** 2)),
    (SIN(ARCTAN(x)), x / SQRT(1 + x**2)),
    (ARCTAN(x) + ARCTAN(y), ARCTAN(y) + ARCTAN(x)),
    (ARCTAN(-x), -ARCTAN(x)),
    ((SIN(x) + COS(x)) ** 2, 1 + SIN(2 * x)),
    (COS(x) ** 4 - SIN(x) ** 4, COS(2 * x)),
    (SIN(pi / 6), half),
    (COS(pi / 4), SQRT(num(2)) / 2),
    (4 * ARCTAN(num(1)), pi),
]

EXPONENTIAL: list[Row] = [
    (EXP(x + y), EXP(x) * EXP(y)),
    (EXP(x - y), EXP(x) / EXP(y)),
    (EXP(-x), 1 / EXP(x)),
    (EXP(2 * x), EXP(x) ** 2),
    ((EXP(x) + 1) ** 2, EXP(2 * x) + 2 * EXP(x) + 1),
    (EXP(x / 2) * EXP(x / 2), EXP(x)),
    (LOG(EXP(x)), x),
    (8 * num(2) ** x, num(2) ** (x + 3)),
    (num(2) ** x, EXP(x * LOG(num(2)))),
    (num(4) ** x, num(2) ** (2 * x)),
    (EXP(x + LOG(num(3))), 3 * EXP(x)),
    (COSH(x), (EXP(x) + EXP(-x)) / 2),
    (SINH(x), (EXP(x) - EXP(-x)) / 2),
    (COSH(x) ** 2 - SINH(x) ** 2, num(1)),
    (SINH(2 * x), 2 * SINH(x) * COSH(x)),
    (TANH(x), (EXP(x) - EXP(-x)) / (EXP(x) + EXP(-x))),
    (TANH(x), (EXP(2 * x) - 1) / (EXP(2 * x) + 1)),
    (LOG(1 + EXP(x)), x + LOG(1 + EXP(-x))),
    (LOG(EXP(x) + EXP(y)), x + LOG(1 + EXP(y - x))),
    (EXP(-(x**2) / 2), 1 / EXP(x**2 / 2)),
    (EXP(-((x - mu) ** 2)), EXP(-(x**2) + 2 * mu * x - mu**2)),
    ((EXP(x) - 1) * (EXP(x) + 1), EXP(2 * x) - 1),
    (x * EXP(-x) + EXP(-x), (x + 1) * EXP(-x)),
    (EXP(3 * x) / EXP(x), EXP(2 * x)),
    (e**2 * EXP(x), EXP(x + 2)),
]

LEARNING: list[Row] = [
    (SIGMOID(x), 1 / (1 + EXP(-x))),
    (SIGMOID(x), EXP(x) / (1 + EXP(x))),
    (SIGMOID(-x), 1 - SIGMOID(x)),
    (SIGMOID(x) * (1 - SIGMOID(x)), EXP(-x) / (1 + EXP(-x)) ** 2),
    (SIGMOID(x) * SIGMOID(-x), SIGMOID(x) - SIGMOID(x) ** 2),
    (TANH(x), 2 * SIGMOID(2 * x) - 1),
    (1 - TANH(x) ** 2, 1 / COSH(x) ** 2),
    (1 - TANH(x) ** 2, (1 - TANH(x)) * (1 + TANH(x))),
    (SIGMOID(x), (1 + TANH(x / 2)) / 2),
    (LOG(SIGMOID(x)), -LOG(1 + EXP(-x))),
    (-LOG(SIGMOID(z)), LOG(1 + EXP(-z))),
    (-LOG(1 - SIGMOID(z)), z + LOG(1 + EXP(-z))),
    (SIGMOID(w * x + b), 1 / (1 + EXP(-(w * x) - b))),
    (EXP(z_1) / SUM_EXP, 1 / (1 + EXP(z_2 - z_1) + EXP(z_3 - z_1))),
    (EXP(z_1) / (EXP(z_1) + EXP(z_2)), SIGMOID(z_1 - z_2)),
    (EXP(z_1) / SUM_EXP + EXP(z_2) / SUM_EXP + EXP(z_3) / SUM_EXP, num(1)),
    (EXP(z_1) * EXP(z_2) / SUM_EXP**2, (EXP(z_1) / SUM_EXP) * (EXP(z_2) / SUM_EXP)),
    ((EXP(z_1) * SUM_EXP - EXP(z_1) * EXP(z_1)) / SUM_EXP**2, EXP(z_1) / SUM_EXP * (1 - EXP(z_1) / SUM_EXP)),
    (LOG(EXP(z_1) / SUM_EXP), z_1 - LOG(SUM_EXP)),
    (-LOG(EXP(z_2) / SUM_EXP), LOG(SUM_EXP) - z_2),
    (EXP(z_1 - c) / (EXP(z_1 - c) + EXP(z_2 - c)), EXP(z_1) / (EXP(z_1) + EXP(z_2))),
    (half * (y - w * x - b) ** 2, (w * x + b - y) ** 2 / 2),
    (-(y - w * x - b) * x, w * x**2 + b * x - x * y),
    (w - eta * (w * x + b - y) * x, w + eta * x * (y - w * x - b)),
    (((x_1 - y_1) ** 2 + (x_2 - y_2) ** 2) / 2, half * (x_1 - y_1) ** 2 + half * (x_2 - y_2) ** 2),
    (
        num(2) / 3 * ((w * x_1 - y_1) * x_1 + (w * x_2 - y_2) * x_2),
        2 * (w * (x_1**2 + x_2**2) - x_1 * y_1 - x_2 * y_2) / 3,
    ),
    (w_t - alpha * (g_t + lam * w_t), (1 - alpha * lam) * w_t - alpha * g_t),
    (beta * v_t + (1 - beta) * g_t, g_t + beta * (v_t - g_t)),
    (beta * (beta * v + (1 - beta) * g_t) + (1 - beta) * u, beta**2 * v + beta * (1 - beta) * g_t + (1 - beta) * u),
    (y - SIGMOID(x) * y, y * SIGMOID(-x)),
    (x * SIGMOID(x), x / (1 + EXP(-x))),
    (SIGMOID(x) + x * SIGMOID(x) * (1 - SIGMOID(x)), SIGMOID(x) * (1 + x * (1 - SIGMOID(x)))),
    ((p_1 - y_1) * x, x * p_1 - x * y_1),
    (-y_1 * (1 - p_1) + y_2 * p_1, p_1 * (y_1 + y_2) - y_1),
    ((x_1 + x_2 + x_3) / 3, x_1 / 3 + x_2 / 3 + x_3 / 3),
    (((x_1 - x_2) ** 2) / 4, ((x_1 - (x_1 + x_2) / 2) ** 2 + (x_2 - (x_1 + x_2) / 2) ** 2) / 2),
    (n * p * (1 - p), n * p - n * p**2),
    ((1 - lam) * x + lam * y, x + lam * (y - x)),
    (mu**2 - 2 * mu * x + x**2, (x - mu) ** 2),
    (1 / (1 + EXP(-(z_1 - z_2))), EXP(z_1) / (EXP(z_1) + EXP(z_2))),
]

POSITIVE: list[Row] = [
    (LOG(x * y), LOG(x) + LOG(y)),
    (LOG(x / y), LOG(x) - LOG(y)),
    (LOG(x**2), 2 * LOG(x)),
    (LOG(1 / x), -LOG(x)),
    (LOG(SQRT(x)), LOG(x) / 2),
    (EXP(2 * LOG(x)), x**2),
    (x**a, EXP(a * LOG(x))),
    (x**a * x**b, x ** (a + b)),
    ((x**a) ** b, x ** (a * b)),
    ((x * y) ** a, x**a * y**a),
    (SQRT(x**2), x),
    (SQRT(x * y), SQRT(x) * SQRT(y)),
    (SQRT(x / y), SQRT(x) / SQRT(y)),
    (x ** num("1/2"), SQRT(x)),
    (x ** num("3/2"), x * SQRT(x)),
    (1 / SQRT(x), SQRT(x) / x),
    (SQRT(4 * x**2 * y), 2 * x * SQRT(y)),
    ((SQRT(x) + SQRT(y)) ** 2, x + y + 2 * SQRT(x * y)),
    ((SQRT(x) - SQRT(y)) * (SQRT(x) + SQRT(y)), x - y),
    (LOG(x) / LOG(num(2)), LOG2(x)),
    (LOG10(1000 * x), LOG10(x) + 3),
    (LOG2(x**3), 3 * LOG2(x)),
    (LOG10(x), LOG(x) / LOG(num(10))),
    (ABS(x), x),
    (RELU(x), x),
    (MAX(x, -x), x),
    (SIGN(x), num(1)),
    (x ** LOG(y), y ** LOG(x)),
    (eta / SQRT(x + y), eta * (x + y) ** num("-1/2")),
    (-half * LOG(2 * pi * sigma**2), -LOG(sigma) - LOG(2 * pi) / 2),
    (EXP(-((x - mu) ** 2) / (2 * sigma**2)), EXP(-half * ((x - mu) / sigma) ** 2)),
    (1 / (sigma * SQRT(2 * pi)), 1 / SQRT(2 * pi * sigma**2)),
    (LOG(x + SQRT(x**2 + 1)), -LOG(SQRT(x**2 + 1) - x)),
    ((x + y) ** 2 / (4 * x * y), (x / y + 2 + y / x) / 4),
    (ARCTAN(x) + ARCTAN(1 / x), pi / 2),
]

PROBABILITIES: list[Row] = [
    (-y * LOG(p) - (1 - y) * LOG(1 - p), -(y * LOG(p) + (1 - y) * LOG(1 - p))),
    (-y / p + (1 - y) / (1 - p), (p - y) / (p * (1 - p))),
    ((p - y) / (p * (1 - p)) * p * (1 - p), p - y),
    (LOG(p / (1 - p)), LOG(p) - LOG(1 - p)),
    (SIGMOID(LOG(p / (1 - p))), p),
    (p**2 + 2 * p * (1 - p) + (1 - p) ** 2, num(1)),
    (-LOG(p), LOG(1 / p)),
    (p * LOG(p / q), p * LOG(p) - p * LOG(q)),
    (-p * LOG(p) - (1 - p) * LOG(1 - p), p * LOG(1 / p) + (1 - p) * LOG(1 / (1 - p))),
    (SQRT((1 - p) ** 2), 1 - p),
    (ABS(p - 1), 1 - p),
    (LOG(p * q * (1 - p)), LOG(p) + LOG(q) + LOG(1 - p)),
    (1 - p - q + p * q, (1 - p) * (1 - q)),
    (p * (1 - p), num("1/4") - (p - half) ** 2),
]

PIECEWISE: list[Row] = [
    (ABS(x), MAX(x, -x)),
    (ABS(x), SQRT(x**2)),
    (RELU(x), MAX(num(0), x)),
    (RELU(x), (x + ABS(x)) / 2),
    (RELU(x) - RELU(-x), x),
    (RELU(x) + RELU(-x), ABS(x)),
    (MAX(x, y), (x + y + ABS(x - y)) / 2),
    (MIN(x, y), (x + y - ABS(x - y)) / 2),
    (MAX(x, y) + MIN(x, y), x + y),
    (MIN(x, y), -MAX(-x, -y)),
    (ABS(x * y), ABS(x) * ABS(y)),
    (ABS(-x), ABS(x)),
    (ABS(x) ** 2, x**2),
    (x * SIGN(x), ABS(x)),
    (RELU(2 * x), 2 * RELU(x)),
    (MAX(num(0), 1 - y * x), RELU(1 - x * y)),
    (ABS(x - y), ABS(y - x)),
    (MAX(x + z, y + z), MAX(x, y) + z),
    (FLOOR(x + 1), FLOOR(x) + 1),
    (CEIL(x), -FLOOR(-x)),
    (FLOOR((H - k + 2 * p) / 2) + 1, FLOOR((H - k + 2 * p + 2) / 2)),
    (RELU(RELU(x)), RELU(x)),
    (ABS(ABS(x) - 1), MAX(ABS(x) - 1, 1 - ABS(x))),
    (ROOT(-x, 3), -ROOT(x, 3)),
    (ROOT(x**3, 3), x),
    (ROOT(x, 3) ** 3, x),
    (ROOT(8 * x, 3), 2 * ROOT(x, 3)),
]

NUMBERS: list[Row] = [
    (SQRT(num(8)), 2 * SQRT(num(2))),
    (SQRT(num(2)) * SQRT(num(2)), num(2)),
    (1 / SQRT(num(2)), SQRT(num(2)) / 2),
    (SQRT(num(12)) + SQRT(num(27)), 5 * SQRT(num(3))),
    (1 / (SQRT(num(3)) - 1), (SQRT(num(3)) + 1) / 2),
    (SQRT(3 + 2 * SQRT(num(2))), 1 + SQRT(num(2))),
    (LOG(num(8)), 3 * LOG(num(2))),
    (LOG(num(6)), LOG(num(2)) + LOG(num(3))),
    (LOG2(num(8)), num(3)),
    (LOG10(num("0.01")), num(-2)),
    (EXP(LOG(num(5))), num(5)),
    (num("1/3") + num("1/6"), half),
    (num("0.5") ** 2, num("1/4")),
    (ROOT(num(-8), 3), num(-2)),
    (ROOT(num(16), 3), 2 * ROOT(num(2), 3)),
    (FACTORIAL(num(5)), num(120)),
    (CHOOSE(num(5), num(2)), num(10)),
    (SIGMOID(num(0)), half),
    (TANH(num(0)) + EXP(num(0)), num(1)),
    (SIN(pi / 3), SQRT(num(3)) / 2),
    (EXP(num(1)), e),
    (num(2) ** num(10), num(1024)),
    (num("0.1") + num("0.2"), num("0.3")),
    ((1 + SQRT(num(5))) / 2, 2 / (SQRT(num(5)) - 1)),
    (FLOOR(num("7/2")), num(3)),
]

WHOLE: list[Row] = [
    (n * (n + 1) / 2, (n**2 + n) / 2),
    (FACTORIAL(n + 1), (n + 1) * FACTORIAL(n)),
    (CHOOSE(n, 2), n * (n - 1) / 2),
    (num(-1) ** (2 * n), num(1)),
    (COS(n * pi), num(-1) ** n),
    (FLOOR(n), n),
    (2 * num(2) ** n - num(2) ** n, num(2) ** n),
    (CHOOSE(n, 1) + 1, n + 1),
    (1 - num("1/2") ** n, (num(2) ** n - 1) / num(2) ** n),
    (SQRT(n**2), n),
]

DECLARED: list[Row] = [
    (yhat * (1 - yhat), yhat - yhat**2),
    ((y - yhat) ** 2 / 2, half * (yhat - y) ** 2),
    (w - eta * (yhat - y) * x, w + eta * x * (y - yhat)),
    (-(y - yhat), yhat - y),
    (theta - alpha * 2 * theta, theta * (1 - 2 * alpha)),
    (tau * rho / (rho * tau + rho), tau / (tau + 1)),
]

TABLES: dict[str, tuple[list[Row], str | None]] = {
    "expanded": (EXPANDED, None), "rational": (RATIONAL, None), "trigonometric": (TRIGONOMETRIC, None),
    "exponential": (EXPONENTIAL, None), "learning": (LEARNING, None), "positive": (POSITIVE, "positive"),
    "probabilities": (PROBABILITIES, "probability"), "piecewise": (PIECEWISE, None), "numbers": (NUMBERS, None),
    "whole": (WHOLE, "natural"), "declared": (DECLARED, "real"),
}  # fmt: skip


def symbols_of(one: Formula, other: Formula, domain: str | None) -> dict[str, str] | None:
    """What the names are declared to be, where something is."""
    return dict.fromkeys(names_in(one) + names_in(other), domain) if domain else None


def drawn(count: int) -> Iterator[Row]:
    """Polynomials and fractions with drawn numbers, multiplied out here and not by a library."""
    random_ = random.Random("identities")

    def nonzero() -> int:
        return random_.choice([-1, 1]) * random_.randint(2, 9)

    for turn in range(count):
        i, j, m, s = (nonzero() for _ in range(4))
        yield [
            ((i * x + j) * (m * x + s), i * m * x**2 + (i * s + j * m) * x + num(j * s)),
            ((i * x + j * y) * (x - m * y), i * x**2 + (j - i * m) * x * y - j * m * y**2),
            (num(i) / (x + 1) + num(j) / (x + 2), ((i + j) * x + (2 * i + j)) / ((x + 1) * (x + 2))),
            ((x + i) ** 2 + m, x**2 + 2 * i * x + (i * i + m)),
            (EXP(i * x) * (EXP(j * x) + m), EXP((i + j) * x) + m * EXP(i * x)),
            ((i * a + j * b) / (m * s), num(i) / (m * s) * a + num(j) / (m * s) * b),
        ][turn % 6]


def identities() -> list[Identity]:
    """All of them, in order."""
    made = [
        Identity(one, other, symbols_of(one, other, domain), subject)
        for subject, (rows, domain) in TABLES.items()
        for one, other in rows
    ]
    return made + [Identity(one, other, None, "drawn") for one, other in drawn(48)]
