"""The forms that a problem may ask for: tables of what has them and what has not, with SymPy as the witness."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from functools import reduce

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.expression import OPERATIONS, Expression, Name, Number, exact, exp, log, sin, softmax, sqrt, total
from grader.expression.forms import FORMS, TEN, FormError
from grader.expression.polynomials import number, polynomial, splits
from grader.expression.tree import Shape

x, y, z, n = Name("x"), Name("y"), Name("z"), Name("n")
v, M = Name("v", (3,)), Name("M", (3, 3))
pi = Name("pi")
two, three = Number(Fraction(2)), Number(Fraction(3))

HOLDS: dict[str, list[Expression]] = {
    "expanded": [
        x, two, -x, x + 1, 2 * x + 3 * y, x**2 + 2 * x + 1, x * y - y, 3 - x, x / 2 + y / 3, x**2 - x, 2 * x * y,
        x * x + x, (x + 1) / 2, (x + 1) / y, -((x + 1) / 2), x / (x + 1) ** 2, exp(2 * (x + 1)) + x, sin(x) * x,
        sqrt(two) * x + x, (x * y) ** 2, x ** (y + 1), (x + 1) ** n, sqrt((x + 1) ** 2), x + 1 / x, (x + 1) ** -2,
        2 * exp(x) + 3 * exp(y), log(x) + x * log(x), total(v * (v + 1)) + 1, x + (y + z), 1 / x + 1 / x**2,
        x**100 + x, x ** (10**300) - x,
    ],
    "factored": [
        x, two, x + 1, 2 * (x + 1), (x + 1) * (x - 1), (x + 1) ** 2, x * (x + 1), x**2 * y, -(x + 1), -x * (x - 1) / 2,
        x**2 + 1, x**2 - 2, 2 * x + 4, (x**2 + x + 1) * 3, (x + y) * (x - y), x**1000 * (x + 1), exp(x) * (x + 1),
        (x + 1) / (x - 1), sqrt(x**2 - 1), sqrt(two) * x + sqrt(two), exp(x) + 1, (x + 1) ** n, x**4 + x + 1,
        softmax(v)[0] * (1 - softmax(v)[0]), x + x, x**2 + y**2 + 1, x / 2 + Number(Fraction(1, 3)), (1 + two) * x,
    ],
    "single fraction": [
        x, x / y, (x + 1) / (x - 1), -(x / y), (x * y) / 2, x + 1, x**2 / y**3, exp(-(x**2) / 2) / sqrt(2 * pi),
        -x / (2 * y), two / 3, Number(Fraction(1, 2)) * x, (x + 1) ** 2 / y, x ** (two / 3),
    ],
    "no negative exponents": [
        x, x**2, 1 / x, x / y**2, exp(-x), x**n, x**-n, x ** (two / 3), x**0, sqrt(x) - 1, 2 ** (-x), exp(-two),
    ],
    "numeric": [
        two, -two, Number(Fraction(-1, 2)), Number(Fraction(1234, 1000)), two * TEN**3, -(two * TEN ** -two),
    ],
    "simplified fraction": [
        two / 3, -(two / 3), -two / 3, two / -three, two, -two, Number(Fraction(0)), (-two) / -three,
    ],
}  # fmt: skip

LACKS: dict[str, list[tuple[Expression, str]]] = {
    "expanded": [
        (2 * (x + 1), "multiply 2·(x + 1) out"),
        ((x + 1) * (x + 2), "multiply (x + 1)·(x + 2) out"),
        (x + y * (x - 1), "multiply y·(x − 1) out"),
        ((x + 1) ** 2, "multiply (x + 1)² out"),
        (-(x + 1), "multiply −(x + 1) out"),
        (3 - (x + 1), "multiply −(x + 1) out"),
        (3 - -(x + 1), "multiply −(−(x + 1)) out"),
        (2 * ((x + 1) / 3), "multiply 2·(x + 1)/3 out"),
        (2 * -(x + 1), "multiply 2·(−(x + 1)) out"),
        (x * (x + 1) / 2, "multiply x·(x + 1) out"),
        (2 * x + 3 * x, "collect 2·x and 3·x"),
        (x + y - x, "collect x and x"),
        (x * y + y * x, "collect x·y and y·x"),
        (x + 2 + 3, "collect 2 and 3"),
        (x**2 + x * x, "collect x² and x·x"),
        (1 / x + x**-1, "collect 1/x and x⁻¹"),
        ((x + x) / y, "collect x and x"),
        (x / 2 + x / 3, "collect x/2 and x/3"),
        (x * exp(y) - 2 * exp(y) * x, "collect x·e^(y) and 2·e^(y)·x"),
        (x**100 + 2 * x**99 * x, "collect x¹⁰⁰ and 2·x⁹⁹·x"),
        (y + pi + 2 * pi, "collect pi and 2·pi"),
    ],
    "factored": [
        (x**2 - 1, "x² − 1 factors further"),
        (x**2 + x, "x² + x factors further"),
        (3 * (x**2 - 1), "x² − 1 factors further"),
        (x**2 + 2 * x + 1, "x² + 2·x + 1 factors further"),
        ((x**2 - y**2) * (x + 1), "x² − y² factors further"),
        ((x**2 - 1) ** 3, "x² − 1 factors further"),
        (-(x**2 - 1), "x² − 1 factors further"),
        ((x**2 - 1) / (x - 2), "x² − 1 factors further"),
        (2 / (x**2 - 1), "x² − 1 factors further"),
        (x * y + x * z, "x·y + x·z factors further"),
        (x * exp(x) + exp(x), "x·e^(x) + e^(x) factors further"),
        (x**2 / 4 - Number(Fraction(1, 9)), "x²/4 − 1/9 factors further"),
        (x / y + z / y, "x/y + z/y factors further"),
        (1 - x * x, "1 − x·x factors further"),
        (x**4 + 4, "x⁴ + 4 factors further"),
        ((x + 1) * x + (x + 1), "(x + 1)·x + x + 1 factors further"),
    ],
    "single fraction": [
        (x / y + 1, "write x/y + 1 over one denominator"),
        (x * (1 / y), "write x·1/y over one denominator"),
        (x**-1, "write x⁻¹ over one denominator"),
        (-(x / y + 1), "write −(x/y + 1) over one denominator"),
        ((x / 2 + 1) / y, "write x/2 + 1 without a fraction in it"),
        (x / (1 + 1 / y), "write 1 + 1/y without a fraction in it"),
        (x / y / z, "write x/y without a fraction in it"),
        (x**-1 / y, "write x⁻¹ without a fraction in it"),
        ((x / y) ** 2, "write (x/y)² over one denominator"),
    ],
    "no negative exponents": [
        (x**-1, "write x⁻¹ without a negative exponent"),
        (y + x**-2 * y, "write x⁻² without a negative exponent"),
        (exp(x**-1), "write x⁻¹ without a negative exponent"),
        (x ** -(two / 3), "write x^(−2/3) without a negative exponent"),
        (total(v**-1), "write v⁻¹ without a negative exponent"),
    ],
    "numeric": [
        (two / 3, "work 2/3 out"),
        (two + 3, "work 2 + 3 out"),
        (x, "work x out"),
        (two * three**2, "work 2·3² out"),
        (two * TEN**x, "work 2·10^(x) out"),
        (x * TEN**2, "work x·10² out"),
        (sqrt(two), "work √(2) out"),
        (-(two * 3), "work −2·3 out"),
    ],
    "simplified fraction": [
        (two / 4, "2/4 can be shortened"),
        (-(two / 4), "−2/4 can be shortened"),
        (three / 1, "3/1 can be shortened"),
        (Number(Fraction(1, 2)), "write 0.5 as a ratio of whole numbers"),
        (two / 0, "write 2/0 as a ratio of whole numbers"),
        (x / 2, "write x/2 as a ratio of whole numbers"),
        (two / 3 / 5, "write 2/3/5 as a ratio of whole numbers"),
        (two + 1, "write 2 + 1 as a ratio of whole numbers"),
    ],
}


@pytest.mark.parametrize(("form", "tree"), [(form, tree) for form, trees in HOLDS.items() for tree in trees], ids=str)
def test_what_has_a_form(form: str, tree: Expression) -> None:
    assert FORMS[form].holds(tree) == ""


@pytest.mark.parametrize(
    ("form", "tree", "sentence"), [(form, *pair) for form, pairs in LACKS.items() for pair in pairs], ids=str
)
def test_what_lacks_a_form(form: str, tree: Expression, sentence: str) -> None:
    """The sentence says where, and what to do."""
    assert FORMS[form].holds(tree) == sentence


def test_every_form_has_both_kinds_of_cases() -> None:
    assert set(FORMS) == set(HOLDS) == set(LACKS)


def test_forms_know_their_names() -> None:
    """A problem's page can say what is asked for."""
    assert all(form.name == name and form.asks.endswith(".") for name, form in FORMS.items())


def test_the_inverse_of_a_matrix_is_no_negative_exponent() -> None:
    """M⁻¹ is a row of its own, or a linear system."""
    rows = [OPERATIONS["solve"](M, v)] + ([OPERATIONS["inverse"](M)] if "inverse" in OPERATIONS else [])
    assert [FORMS["no negative exponents"].holds(tree) for tree in rows] == [""] * len(rows)


SMALL = st.integers(-3, 3).map(lambda value: Number(Fraction(value)))
POLYNOMIALS = st.recursive(
    st.sampled_from([x, y]) | SMALL,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["plus", "minus", "times"]), inner, inner).map(lambda t: OPERATIONS[t[0]](*t[1:])),
        inner.map(lambda tree: -tree),
        st.tuples(inner, st.integers(0, 2)).map(lambda pair: pair[0] ** pair[1]),
        st.tuples(inner, st.integers(1, 4)).map(lambda pair: pair[0] / pair[1]),
    ),
    max_leaves=7,
)
SYMBOLS = {"x": sympy.Symbol("x"), "y": sympy.Symbol("y")}


def in_sympy(tree: Expression) -> sympy.Poly:
    return sympy.Poly(exact(tree, SYMBOLS), *SYMBOLS.values(), domain="QQ")


@settings(deadline=None, max_examples=200)
@given(tree=POLYNOMIALS)
def test_polynomials_have_the_coefficients_that_sympy_finds(tree: Expression) -> None:
    """Our own multiplication against SymPy's, term by term."""
    unknowns: dict[Expression, int] = {}
    found = polynomial(tree, unknowns)
    named = [(unknowns.get(x), 0), (unknowns.get(y), 1)]
    terms = {}
    for monomial, coefficient in found.items():
        powers = dict(monomial)
        terms[tuple(powers.get(key, 0) if key is not None else 0 for key, _ in named)] = coefficient
    expected = {powers: Fraction(int(c.p), int(c.q)) for powers, c in in_sympy(tree).terms() if c}
    assert terms == expected


@settings(deadline=None, max_examples=200)
@given(tree=POLYNOMIALS)
def test_what_splits_is_what_sympy_factors(tree: Expression) -> None:
    """Factors counted with their multiplicity, numbers left out."""
    whole = in_sympy(tree)
    many = 0 if whole.is_zero else sum(count for _, count in whole.factor_list()[1])
    assert splits(tree) == (many > 1)


@settings(deadline=None, max_examples=100)
@given(tree=POLYNOMIALS)
def test_what_sympy_expands_is_expanded(tree: Expression) -> None:
    """A sum of SymPy's terms has the form; so does a product of its factors have the other."""
    whole = in_sympy(tree)
    terms = [Number(Fraction(int(c.p), int(c.q))) * x**i * y**j for (i, j), c in whole.terms()]
    assert FORMS["expanded"].holds(reduce(lambda a, b: a + b, terms)) == ""
    constant, parts = whole.factor_list()
    product: Expression = Number(Fraction(int(constant.p), int(constant.q)))
    for part, count in parts:
        own = [Number(Fraction(int(c.p), int(c.q))) * x**i * y**j for (i, j), c in part.terms()]
        product = product * reduce(lambda a, b: a + b, own) ** count
    assert FORMS["factored"].holds(product) == ""


@pytest.mark.parametrize(
    ("tree", "expected"),
    [(two / 3, Fraction(2, 3)), (-(two + 1), Fraction(-3)), (two / 0, None), (x - x, None), (sqrt(two), None)],
    ids=str,
)
def test_numbers(tree: Expression, expected: Fraction | None) -> None:
    assert number(tree) == expected


def many(count: int, step: Callable[[Expression], Expression], tree: Expression = x) -> Expression:
    for _ in range(count):
        tree = step(tree)
    return tree


def letters(count: int, shape: Shape = ()) -> list[Expression]:
    return [Name(f"a_{i}", shape) for i in range(count)]


HUGE = Number(Fraction(10**300 + 1))


@pytest.mark.parametrize(
    ("form", "tree"),
    [
        ("expanded", many(400, lambda tree: tree + 1)),
        ("expanded", many(40, lambda tree: tree * tree)),
        ("expanded", reduce(lambda a, b: a + b, letters(120)) / (x + 1) + 1),
        ("factored", x**61 - 1),
        ("factored", (x + 1) ** 70 * y + 1),
        ("factored", reduce(lambda a, b: a + b, letters(30)) ** 50 + 1),
        ("factored", (x + HUGE) ** 50 + 1),
        ("factored", (two * x) ** (10**9) + 1),
        ("factored", x ** (10**300) + y),
        ("factored", reduce(lambda a, b: a + b, letters(13)) + 1),
        ("numeric", many(3000, lambda tree: -tree)),
    ],
)
def test_what_is_too_large_is_refused_in_time(form: str, tree: Expression) -> None:
    """Neither time nor Python's stack gives way, whatever the answer holds."""
    started = time.perf_counter()
    with pytest.raises(FormError, match="too large"):
        FORMS[form].holds(tree)
    assert time.perf_counter() - started < 0.5
