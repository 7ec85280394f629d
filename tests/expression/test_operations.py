"""Every row of the table through both columns, NumPy for several students at once and SymPy for each alone."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from numpy.testing import assert_allclose, assert_array_equal
from scipy import signal, special

from grader.expression import (
    OPERATIONS,
    Expression,
    Name,
    Table,
    absolute,
    arccos,
    arcsin,
    arctan,
    argmax,
    argmin,
    beside,
    ceiling,
    choose,
    concatenate,
    conv2d,
    cos,
    cosh,
    cross,
    determinant,
    diagonal,
    entry,
    equal,
    exact,
    exp,
    expand,
    factorial,
    floor,
    identity,
    inverse,
    largest,
    log,
    maximum,
    mean,
    minimum,
    numeric,
    outer,
    pad,
    pi,
    pool,
    ravel,
    relu,
    root,
    sigmoid,
    sign,
    sin,
    sinh,
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
    xlogy,
)
from grader.expression.readings import exact_table, numeric_table
from grader.expression.tree import Apply, Number, leaves
from grader.numeric import Array

STUDENTS = 3

a, b, c = Name("a"), Name("b"), Name("c")
v, u, w = Name("v", (3,)), Name("u", (3,)), Name("w", (2,))
M, K, col = Name("M", (2, 3)), Name("K", (2, 3)), Name("col", (2, 1))
P, Q = Name("P", (3, 2)), Name("Q", (2, 2, 3))
A1, A2, A3, b1, B2 = Name("A1", (1, 1)), Name("A2", (2, 2)), Name("A3", (3, 3)), Name("b1", (1,)), Name("B2", (2, 3))
I34, I44, I55 = Name("I34", (3, 4)), Name("I44", (4, 4)), Name("I55", (5, 5))
C44, BC33, k22, k23 = Name("C44", (2, 4, 4)), Name("BC33", (2, 2, 3, 3)), Name("k22", (2, 2)), Name("k23", (2, 3))
c22, o22, k122 = Name("c22", (2, 2, 2)), Name("o22", (3, 2, 2, 2)), Name("k122", (1, 2, 2))

RATIONALS = st.builds(Fraction, st.integers(-12, 12), st.sampled_from([1, 1, 1, 2, 3, 4, 5, 8]))
FEW = st.integers(-1, 1).map(Fraction)  # ties, zeros, singular matrices
HALVES = st.integers(-4, 4).map(lambda n: Fraction(n, 2))
COUNTS = st.integers(0, 9).map(Fraction)
EXPONENTS = st.sampled_from([Fraction(n, 2) for n in (-6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6)])


class Case(NamedTuple):
    """A row of the table on some operands, and the rationals that each name is drawn from."""

    note: str
    tree: Expression
    values: st.SearchStrategy[Fraction] = RATIONALS
    others: tuple[tuple[str, st.SearchStrategy[Fraction]], ...] = ()

    @property
    def row(self) -> str:
        assert isinstance(self.tree, Apply)
        return self.tree.operation.name

    @property
    def names(self) -> dict[str, Name]:
        return {leaf.name: leaf for leaf in leaves(self.tree) if isinstance(leaf, Name)}


OF_ONE = [
    "negative", "exp", "log", "sqrt", "abs", "sign", "floor", "ceiling", "tanh", "sigmoid", "relu", "sin", "cos", "tan",
    "arcsin", "arccos", "arctan", "sinh", "cosh", "factorial",
]  # fmt: skip


def entry_by_entry() -> Iterator[Case]:
    for name in ("plus", "minus", "times", "divide", "maximum", "minimum", "less", "equal"):
        operation = OPERATIONS[name]
        yield Case("scalars", operation(a, b))
        yield Case("scalars, few values", operation(a, b), FEW)
        yield Case("a matrix and a row", operation(M, v))
        yield Case("a column and a row", operation(col, v), FEW)
        yield Case("a number", operation(v, 1), FEW)
    for name in OF_ONE:
        operation = OPERATIONS[name]
        yield Case("a scalar", operation(a))
        yield Case("a matrix", operation(M))
        yield Case("halves", operation(a), HALVES)
    yield Case("scalars", a**b, RATIONALS, (("b", EXPONENTS),))
    yield Case("zero and negative bases", a**b, FEW, (("b", EXPONENTS),))
    yield Case("whole numbers", a**3)
    yield Case("entry by entry", M ** Number(Fraction(-2)), FEW)
    yield Case("scalars", xlogy(a, b))
    yield Case("often zero", xlogy(v, u), FEW)
    yield Case("of whole numbers", choose(a, b), COUNTS)
    yield Case("each of some", choose(9, v), COUNTS)
    for n in (2, 3, 4, 5):
        yield Case(f"{n}", root(a, n=n))
        yield Case(f"{n}, entry by entry", root(M, n=n), FEW)
    yield Case("beside a name", pi() * a)
    yield Case("alone", pi())
    yield Case("of whole numbers", factorial(v), COUNTS)
    yield Case("scalars", where(a < b, a, b))
    yield Case("equal", where(a < b, a + 1, b), FEW)
    yield Case("by entry", where(v < 0, u, 7))
    yield Case("one condition for all", where(a < 0, M, v))
    yield Case("a number as the condition", where(a, b, c), HALVES)


def reductions() -> Iterator[Case]:
    for operation in (total, mean, largest, smallest, argmax, argmin):
        yield Case("a scalar", operation(a))
        yield Case("a vector", operation(v))
        yield Case("a vector with ties", operation(v), FEW)
        yield Case("a matrix", operation(M), FEW)
        yield Case("down", operation(M, axis=0), FEW)
        yield Case("across", operation(M, axis=1))
        yield Case("the middle of three axes", operation(Q, axis=1), FEW)


MATRICES = [
    Case("matrix matrix", M @ P),
    Case("matrix vector", M @ v),
    Case("vector matrix", w @ M),
    Case("vector vector", v @ u),
    Case("of few values", P @ A2, FEW),
    Case("a matrix", M.T),
    Case("a vector", v.T),
    Case("three axes", Q.T),
    Case("a scalar", a.T),
    Case("one equation", solve(A1, b1), FEW),
    Case("two equations", solve(A2, w)),
    Case("two equations, often singular", solve(A2, w), FEW),
    Case("two equations in thirds", solve(A2, w), FEW.map(lambda n: n / 3), (("w", RATIONALS),)),
    Case("three equations, often singular", solve(A3, v), FEW),
    Case("several right sides", solve(A2, B2), HALVES),
    Case("one entry", inverse(A1), FEW),
    Case("two by two, often singular", inverse(A2), FEW),
    Case("three by three", inverse(A3), HALVES),
    Case("one entry", determinant(A1)),
    Case("two by two, often singular", determinant(A2), FEW),
    Case("three by three", determinant(A3), HALVES),
    Case("one entry", trace(A1)),
    Case("three by three", trace(A3)),
    Case("a vector", softmax(v)),
    Case("ties", softmax(v), FEW),
    Case("each row", softmax(M)),
    Case("three axes", softmax(Q), FEW),
]

APART_AND_TOGETHER = [
    Case("an entry", M[1, 2]),
    Case("a row", M[1]),
    Case("a matrix of three axes", Q[1]),
    Case("an entry of three axes", Q[0, 1, 2]),
    Case("the whole", M[()]),
    Case("numbers", stack(a, b, 3)),
    Case("one", stack(a)),
    Case("vectors", stack(v, u)),
    Case("matrices", stack(M, K, M)),
    Case("a scalar", ravel(a)),
    Case("a vector", ravel(v)),
    Case("a matrix", ravel(M)),
    Case("three axes", ravel(Q)),
    Case("a matrix, a vector and a number", beside(P, v, a)),
    Case("a number first", beside(1, M)),
    Case("two lengths", concatenate(v, w, v)),
    Case("one", concatenate(v)),
    Case("numbers first", concatenate(stack(1, 2), v)),
    Case("one for each channel", expand(v, 2)),
    Case("a scalar", expand(a, 1)),
    Case("a matrix", expand(M, 1)),
    Case("no more axes", expand(M, 0)),
    Case("two lengths", outer(v, w)),
    Case("with itself", outer(v, v), FEW),
    Case("vectors", beside(v, u, v)),
    Case("a number between matrices", beside(M, 0, K)),
    Case("one matrix", beside(M)),
    Case("of three", identity(n=3)),
    Case("of one", identity(n=1)),
    Case("a vector", diagonal(v)),
    Case("of one", diagonal(stack(a))),
    Case("two vectors", cross(v, u)),
    Case("parallel", cross(v, 2 * v), FEW),
]


def conv(note: str, X: Expression, kernel: Expression, **options: Any) -> Case:
    return Case(note, conv2d(X, kernel, **options))


CONVOLUTIONS = [
    conv("an image", I34, k22),
    conv("flipped", I34, k23, flip=True),
    conv("stride", I55, k22, stride=(2, 1)),
    conv("stride beyond the image", I44, k22, stride=(5, 7)),
    conv("dilation", I55, k22, dilation=(2, 3)),
    conv("dilation, stride, flipped", I55, k23, dilation=(2, 2), stride=(1, 2), flip=True),
    conv("a kernel as large as the image", K, k23),
    conv("padded", pad(I34, padding=((1, 1), (1, 1))), k23, stride=(2, 2)),
    conv("one channel named in the kernel", I34, k122),
    conv("channels", C44, c22),
    conv("channels, flipped", C44, c22, flip=True, stride=(2, 2)),
    conv("filters", C44, o22, stride=(2, 2)),
    conv("batch", BC33, c22),
    conv("batch and filters", BC33, o22),
]


def pooling(
    note: str, X: Expression, *options: Any, values: st.SearchStrategy[Fraction] = RATIONALS, **more: Any
) -> Iterator[Case]:
    for mode in ("max", "avg"):
        yield Case(f"{note}, {mode}", pool(X, *options, mode=mode, **more), values)


IMAGES = [
    Case("a frame", pad(M, padding=((1, 1), (1, 1)))),
    Case("four different sides", pad(M, padding=((0, 2), (1, 0)))),
    Case("no padding", pad(M, padding=((0, 0), (0, 0)))),
    Case("each channel", pad(Q, padding=((1, 0), (0, 1)))),
    Case("a batch", pad(BC33, padding=((1, 0), (0, 0)))),
    *CONVOLUTIONS,
    *pooling("an image", I44, (2, 2)),
    *pooling("ties", I44, (2, 2), values=FEW),
    *pooling("rows lost at the end", I34, (2, 3)),
    *pooling("overlap", I44, (3, 2), (1, 1)),
    *pooling("single entries, stride beyond the image", I34, (1, 1), (5, 5)),
    *pooling("the whole image", I34, (3, 4)),
    *pooling("rounding up", I55, (2, 2), ceil=True),
    *pooling("rounding up, stride wider than the window", I55, (2, 1), (3, 3), ceil=True),
    *pooling("padded", I34, (2, 2), padding=((1, 1), (1, 1)), values=RATIONALS.map(lambda x: -abs(x))),
    *pooling("padded on two sides, rounding up", I34, (3, 3), (2, 2), padding=((1, 0), (0, 1)), ceil=True),
    *pooling("padded, no window starts in the padding", I44, (3, 3), (3, 3), padding=((1, 1), (1, 1)), ceil=True),
    *pooling("channels", C44, (2, 2)),
    *pooling("batch", BC33, (2, 2), (1, 1)),
]

CASES = [*entry_by_entry(), *reductions(), *MATRICES, *APART_AND_TOGETHER, *IMAGES]
every_case = pytest.mark.parametrize("case", CASES, ids=[f"{case.row}: {case.note}" for case in CASES])

Given = dict[str, list[Table]]


@st.composite
def givens(draw: st.DrawFn, case: Case) -> Given:
    """A table for each name: one that all students share, or one for each."""
    own = dict(case.others)
    tables = {}
    for name, node in case.names.items():
        size = int(np.prod(node.shape, dtype=int))
        entries = st.lists(own.get(name, case.values), min_size=size, max_size=size).map(tuple)
        count = draw(st.sampled_from([1, STUDENTS]))
        tables[name] = [Table(node.shape, draw(entries)) for _ in range(count)]
    return tables


def arrays(tables: Given) -> dict[str, Array]:
    return {name: np.concatenate([numeric_table(table) for table in own], axis=-1) for name, own in tables.items()}


def of_student(tables: Given, student: int) -> dict[str, Any]:
    return {name: exact_table(own[student % len(own)]) for name, own in tables.items()}


def as_float(value: Any) -> float:
    """A SymPy value as a float, NaN where it is no finite real number: 1/0, the root of −1, a singular system."""
    if value in (sympy.true, sympy.false):
        return float(bool(value))
    if value is sympy.nan or value.is_infinite:
        return float("nan")
    if value.is_Rational:
        return int(value.p) / int(value.q)
    number = complex(value.evalf(25))
    return number.real if abs(number.imag) < 1e-18 else float("nan")


def as_array(value: Any, shape: tuple[int, ...]) -> Array:
    return np.array([as_float(value[index] if index else value) for index in np.ndindex(*shape)]).reshape(shape)


def finite(value: Array) -> Array:
    return np.where(np.isfinite(value), value, np.nan)


def test_every_row_has_a_case() -> None:
    """A row that nobody takes through both columns has one witness only."""
    assert {case.row for case in CASES} == set(OPERATIONS)


@every_case
@settings(deadline=None, max_examples=12)
@given(data=st.data())
def test_both_columns_agree(case: Case, data: st.DataObject) -> None:
    """Each student's share of the NumPy value is what SymPy gives for that student alone."""
    tables = data.draw(givens(case))
    values = finite(numeric(case.tree, arrays(tables)))
    students = max(map(len, tables.values()), default=1)
    for student in range(students):
        value = exact(case.tree, of_student(tables, student))
        expected = as_array(value, case.tree.shape)
        assert_allclose(values[..., student % values.shape[-1]], expected, rtol=1e-11, atol=1e-11)


@every_case
def test_the_static_shape_is_the_values(case: Case) -> None:
    """The shape that a tree carries is that of its value by either reading, the students' axis aside."""
    counting = iter(range(1, 10_000))
    tables = {
        name: [
            Table(node.shape, tuple(Fraction(next(counting)) for _ in np.ndindex(*node.shape))) for _ in range(count)
        ]
        for (name, node), count in zip(case.names.items(), (STUDENTS, 1, STUDENTS), strict=False)
    }
    students = STUDENTS if tables else 1
    assert numeric(case.tree, arrays(tables)).shape == (*case.tree.shape, students)
    assert getattr(exact(case.tree, of_student(tables, 0)), "shape", ()) == case.tree.shape


@every_case
@settings(deadline=None, max_examples=5)
@given(data=st.data())
def test_an_entry_is_that_entry_of_the_whole(case: Case, data: st.DataObject) -> None:
    """The formula of one cell, as the page writes it out, has the value that stands in that cell."""
    values = arrays(data.draw(givens(case)))
    whole = finite(numeric(case.tree, values))
    for index in np.ndindex(*case.tree.shape):
        cell = entry(case.tree, index)
        assert cell.shape == ()
        single = np.broadcast_to(finite(numeric(cell, values)), whole[index].shape)
        assert_allclose(single, whole[index], rtol=1e-11, atol=1e-11)


@every_case
def test_nobody_handed_in(case: Case) -> None:
    """Where there are no students there are no values, of the same shape as ever."""
    nobody = {name: np.zeros((*node.shape, 0)) for name, node in case.names.items()}
    assert numeric(case.tree, nobody).shape == (*case.tree.shape, 0 if nobody else 1)


@every_case
def test_what_is_given_is_not_written_to(case: Case) -> None:
    """A step's arrays serve every later step, so that no reading may change them."""
    values = {name: np.full((*node.shape, 2), 3.0) for name, node in case.names.items()}
    numeric(case.tree, values)
    for array in values.values():
        assert_array_equal(array, 3.0)


# Degenerate operands, with the values that definitions give.

half, third = Fraction(1, 2), Fraction(1, 3)
nan = float("nan")
IMAGE = [[-1, -2, -3], [-4, -5, -6], [-7, -8, -9]]
X33 = Name("X33", (3, 3))
FRAME = ((1, 1), (1, 1))

DEGENERATE = [
    ("the first of equals is the largest", argmax(v), {"v": [1, 2, 2]}, 2),
    ("the first of equals is the smallest", argmin(v), {"v": [2, 1, 1]}, 2),
    ("all are equal", argmax(v), {"v": [0, 0, 0]}, 1),
    ("positions count row by row", argmax(M), {"M": [[1, 2, 3], [4, 9, 9]]}, 5),
    ("positions in each column", argmin(M, axis=0), {"M": [[1, 2, 3], [1, 0, 9]]}, [1, 2, 1]),
    ("equal is not less", a < b, {"a": 1, "b": 1}, 0),
    ("less", a < b, {"a": -1, "b": 0}, 1),
    ("equal", equal(v, u), {"v": [1, half, 0], "u": [1, third, 0]}, [1, 0, 1]),
    ("the signs", sign(v), {"v": [-half, 0, 7]}, [-1, 0, 1]),
    ("ways to choose", choose(5, v), {"v": [0, 2, 5]}, [1, 10, 1]),
    ("more than there are", choose(2, a), {"a": 3}, 0),
    ("many", choose(60, a), {"a": 30}, 118264581564861424),
    ("of nothing and of one", factorial(v), {"v": [0, 1, 5]}, [1, 1, 120]),
    ("the largest that floats hold", factorial(a) / factorial(a - 1), {"a": 170}, 170),
    ("the odd root of a negative number", root(a, n=3), {"a": -8}, -2),
    ("the even root of a negative number", root(a, n=4), {"a": -16}, nan),
    ("the root of nothing", stack(root(a, n=3), root(a, n=2)), {"a": 0}, [0, 0]),
    ("the number itself", root(a, n=1), {"a": -third}, -third),
    ("half a turn", stack(sin(pi() / 6), cos(pi())), {}, [half, -1]),
    ("equal rows", determinant(A2), {"A2": [[1, 2], [1, 2]]}, 0),
    ("a swap", determinant(A2), {"A2": [[0, 1], [1, 0]]}, -1),
    ("zeros on the diagonal", trace(A2), {"A2": [[0, 5], [7, 0]]}, 0),
    ("no inverse", inverse(A2), {"A2": [[1, 2], [2, 4]]}, [[nan, nan], [nan, nan]]),
    ("its own inverse", inverse(A2), {"A2": [[0, 1], [1, 0]]}, [[0, 1], [1, 0]]),
    ("beyond the sine", stack(arcsin(a), arccos(a)), {"a": 2}, [nan, nan]),
    ("odd and even", stack(sinh(a), cosh(a), tan(a), arctan(a), arcsin(a)), {"a": 0}, [0, 1, 0, 0, 0]),
    ("perpendicular", cross(v, u), {"v": [1, 0, 0], "u": [0, 1, 0]}, [0, 0, 1]),
    ("every product", outer(w, v), {"w": [0, 2], "v": [1, -1, half]}, [[0, 0, 0], [2, -2, 1]]),
    ("no angle", arccos(a), {"a": 1}, 0),
    ("at zero", stack(sin(a), cos(a)), {"a": 0}, [0, 1]),
    ("the hinge", relu(v), {"v": [-1, 0, half]}, [0, 0, half]),
    ("below a negative half", floor(a), {"a": -half}, -1),
    ("above a negative half", ceiling(a), {"a": -half}, 0),
    ("a whole number is its own floor", floor(a), {"a": -2}, -2),
    ("the size of a negative number", absolute(a), {"a": -third}, third),
    ("anything to the power of zero", a**0, {"a": 0}, 1),
    ("e to the power of zero", exp(a), {"a": 0}, 1),
    ("the logarithm of one", log(a), {"a": 1}, 0),
    ("nothing times the logarithm of nothing", xlogy(v, u), {"v": [0, 0, 2], "u": [0, 1, 1]}, [0, 0, 0]),
    ("zeros beside the diagonal", diagonal(w), {"w": [2, -1]}, [[2, 0], [0, -1]]),
    ("the root of zero", sqrt(a), {"a": 0}, 0),
    ("the middle of the sigmoid", sigmoid(a), {"a": 0}, half),
    ("the middle of tanh", tanh(a), {"a": 0}, 0),
    ("equal scores share equally", softmax(v), {"v": [7, 7, 7]}, [third] * 3),
    ("larger of equals", maximum(a, b), {"a": 2, "b": 2}, 2),
    ("smaller across a row", minimum(col, v), {"col": [[0], [2]], "v": [1, 2, 3]}, [[0, 0, 0], [1, 2, 2]]),
    ("largest in each row", largest(M, axis=1), {"M": [[1, 3, 3], [-1, -2, -3]]}, [3, -1]),
    ("smallest of all", smallest(M), {"M": [[1, 3, 3], [-1, -2, -3]]}, -3),
    ("mean down", mean(M, axis=0), {"M": [[1, 2, 3], [2, 2, 2]]}, [Fraction(3, 2), 2, Fraction(5, 2)]),
    ("total across", total(M, axis=1), {"M": [[1, 2, 3], [0, 0, 0]]}, [6, 0]),
    ("a singular matrix", solve(A2, w), {"A2": [[1, 2], [2, 4]], "w": [1, 2]}, [nan, nan]),
    ("a matrix of zeros", solve(A1, b1), {"A1": [[0]], "b1": [0]}, [nan]),
    ("a regular matrix", solve(A2, w), {"A2": [[0, 2], [4, 0]], "w": [1, 2]}, [half, half]),
    ("only the first window", conv2d(X33, k22, stride=(3, 3)), {"X33": IMAGE, "k22": [[1, 0], [0, 1]]}, [[-6]]),
    ("as printed", conv2d(X33, k22), {"X33": IMAGE, "k22": [[1, 0], [0, 2]]}, [[-11, -14], [-20, -23]]),
    ("flipped", conv2d(X33, k22, flip=True), {"X33": IMAGE, "k22": [[1, 0], [0, 2]]}, [[-7, -10], [-16, -19]]),
    ("the corners", conv2d(X33, k22, dilation=(2, 2)), {"X33": IMAGE, "k22": [[1, 1], [1, 0]]}, [[-11]]),
    ("padding is no entry in a maximum", pool(X33, (3, 3), padding=FRAME), {"X33": IMAGE}, [[-1]]),
    ("padding is zeros in a mean", pool(X33, (3, 3), mode="avg", padding=FRAME), {"X33": IMAGE}, [[Fraction(-4, 3)]]),
    ("the overhang has fewer entries", pool(X33, (2, 2), mode="avg", ceil=True), {"X33": IMAGE},
     [[-3, Fraction(-9, 2)], [Fraction(-15, 2), -9]]),
    ("the overhang is left out", pool(X33, (2, 2)), {"X33": IMAGE}, [[-1]]),
    ("a frame of zeros", pad(M, padding=((1, 0), (0, 1))), {"M": [[1, 2, 3], [4, 5, 6]]},
     [[0, 0, 0, 0], [1, 2, 3, 0], [4, 5, 6, 0]]),
]  # fmt: skip


def table(nested: Any) -> Table:
    entries = np.array(nested, dtype=object)
    return Table(entries.shape, tuple(map(Fraction, entries.reshape(-1))))


@pytest.mark.parametrize(
    ("tree", "values", "expected"), [row[1:] for row in DEGENERATE], ids=[row[0] for row in DEGENERATE]
)
def test_degenerate_operands(tree: Expression, values: dict[str, Any], expected: Any) -> None:
    """Ties, zeros, negative numbers, singular matrices, padding and overhang: what the definitions give, twice."""
    tables = {name: [table(value)] for name, value in values.items()}
    wanted = np.array(expected, dtype=float)
    assert_allclose(numeric(tree, arrays(tables))[..., 0], wanted, rtol=1e-15, atol=0)
    assert_allclose(as_array(exact(tree, of_student(tables, 0)), tree.shape), wanted, rtol=1e-15, atol=0)


UNKNOWN = solve(Name("A2", (2, 2)), w)
lost = UNKNOWN[0]

AFTER_A_SINGULAR_SYSTEM = [
    lost + 1, lost * 0, -lost, lost / 2, lost**2, 2**lost, absolute(lost), sign(lost), exp(lost), floor(lost),
    sigmoid(lost), tanh(lost), cos(lost), tan(lost), arcsin(lost), arctan(lost), sinh(lost), cosh(lost), relu(lost),
    factorial(lost), root(lost, n=3), pi() * lost, determinant(stack(UNKNOWN, w)), trace(stack(UNKNOWN, w)),
    inverse(stack(UNKNOWN, w))[0, 0], maximum(lost, 0), minimum(0, lost), lost < 1, lost > 1,
    equal(lost, 1), equal(1, lost), choose(5, lost), choose(lost, 2), choose(lost, 0), xlogy(lost, 1), xlogy(1, lost),
    where(lost, 1, 1), where(lost < 1, 1, 2), total(UNKNOWN), mean(UNKNOWN), largest(UNKNOWN), smallest(UNKNOWN),
    argmax(UNKNOWN), argmin(UNKNOWN), softmax(UNKNOWN)[0], UNKNOWN @ w, outer(UNKNOWN, w)[0, 0],
    cross(stack(1, 2, lost), v)[0], diagonal(UNKNOWN)[0, 0], beside(w, UNKNOWN)[0, 1],
    pool(stack(UNKNOWN, UNKNOWN), (2, 2))[0, 0],
]  # fmt: skip


@pytest.mark.parametrize("tree", AFTER_A_SINGULAR_SYSTEM, ids=repr)
def test_what_follows_from_no_solution_is_no_number(tree: Expression) -> None:
    """A singular system has no solution, and neither reading makes a number or a crash of what is computed from it."""
    tables = {"A2": [table([[1, 2], [2, 4]])], "w": [table([1, 1])], "v": [table([1, 2, 3])]}
    assert np.isnan(numeric(tree, arrays(tables))).all()
    assert exact(tree, of_student(tables, 0)) is sympy.nan


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ((a < b) * 3, 3),
        (1 - (a < b), 0),
        (total(v < u), 2),
        (mean(v < u), Fraction(2, 3)),
        (largest(stack(a < b, b < a)), 1),
        (where((a < b) * (b < a), 5, 6), 6),
    ],
    ids=repr,
)
def test_a_comparison_counts(tree: Expression, expected: Fraction) -> None:
    """A comparison is 1 or 0, so that a sum of comparisons counts, as an accuracy does."""
    tables = {"a": [table(1)], "b": [table(2)], "v": [table([1, 2, 3])], "u": [table([2, 3, 3])]}
    assert numeric(tree, arrays(tables)) == pytest.approx([float(expected)])
    assert exact(tree, of_student(tables, 0)) == sympy.Rational(expected)


# Third witnesses.


@st.composite
def matrices(draw: st.DrawFn, *shapes: tuple[int, int]) -> list[list[list[Fraction]]]:
    return [[[draw(RATIONALS) for _ in range(columns)] for _ in range(rows)] for rows, columns in shapes]


@pytest.mark.parametrize(
    ("flip", "witness"), [(False, signal.correlate2d), (True, signal.convolve2d)], ids=["correlate2d", "convolve2d"]
)
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_scipy_convolves_alike(flip: bool, witness: Any, data: st.DataObject) -> None:
    """SciPy's correlate2d, and its convolve2d where the kernel is flipped, also padded all around."""
    h, k = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    more = data.draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
    image, kernel = data.draw(matrices((h + more[0], k + more[1]), (h, k)))
    tables = {"X": [table(image)], "k": [table(kernel)]}
    X, ker = (Name(name, own[0].shape) for name, own in tables.items())
    for mode, tree in [
        ("valid", conv2d(X, ker, flip=flip)),
        ("full", conv2d(pad(X, padding=((h - 1, h - 1), (k - 1, k - 1))), ker, flip=flip)),
    ]:
        expected = witness(np.array(image, float), np.array(kernel, float), mode)
        assert_allclose(numeric(tree, arrays(tables))[..., 0], expected, rtol=0, atol=1e-10)
        assert_allclose(as_array(exact(tree, of_student(tables, 0)), tree.shape), expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize(("mode", "fold"), [("max", np.max), ("avg", np.mean)])
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_numpy_pools_alike(mode: str, fold: Any, data: st.DataObject) -> None:
    """NumPy's own view of the windows, folded; without padding."""
    (image,) = data.draw(matrices((4, 5)))
    size, stride = (data.draw(st.tuples(st.integers(1, 4), st.integers(1, 4))) for _ in range(2))
    tree = pool(Name("X", (4, 5)), size, stride, mode)
    tables = {"X": [table(image)]}
    windows = sliding_window_view(np.array(image, float), size)[:: stride[0], :: stride[1]]
    expected = fold(windows, axis=(-2, -1))
    assert_allclose(numeric(tree, arrays(tables))[..., 0], expected, rtol=0, atol=1e-13)
    assert_allclose(as_array(exact(tree, of_student(tables, 0)), tree.shape), expected, rtol=0, atol=1e-13)


@settings(deadline=None, max_examples=50)
@given(st.lists(RATIONALS, min_size=3, max_size=3))
def test_scipy_has_the_same_sigmoid_and_softmax(scores: list[Fraction]) -> None:
    """SciPy's expit and softmax."""
    tables, floats = {"v": [table(scores)]}, np.array(scores, float)
    for tree, expected in [(sigmoid(v), special.expit(floats)), (softmax(v), special.softmax(floats))]:
        assert_allclose(numeric(tree, arrays(tables))[..., 0], expected, rtol=1e-14, atol=1e-300)
        assert_allclose(as_array(exact(tree, of_student(tables, 0)), tree.shape), expected, rtol=1e-14, atol=1e-300)


@pytest.mark.parametrize(
    ("function", "witness", "least"),
    [
        (exp, mpmath.exp, -12),
        (log, mpmath.log, Fraction(1, 8)),
        (sqrt, mpmath.sqrt, 0),
        (tanh, mpmath.tanh, -12),
        (sin, mpmath.sin, -12),
        (cos, mpmath.cos, -12),
        (sigmoid, lambda x: 1 / (1 + mpmath.exp(-x)), -12),
        (tan, mpmath.tan, -12),
        (arctan, mpmath.atan, -12),
        (sinh, mpmath.sinh, -12),
        (cosh, mpmath.cosh, -12),
        (lambda a: arcsin(a / 12), lambda x: mpmath.asin(x / 12), -12),
        (lambda a: arccos(a / 12), lambda x: mpmath.acos(x / 12), -12),
        (lambda a: root(a, n=3), lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)), -12),
        (lambda a: root(a, n=6), lambda x: mpmath.root(x, 6), 0),
        (lambda a: pi() * a, lambda x: mpmath.pi * x, -12),
    ],
    ids=[
        "exp", "log", "sqrt", "tanh", "sin", "cos", "sigmoid", "tan", "arctan", "sinh", "cosh", "arcsin", "arccos",
        "the third root", "the sixth root", "pi",
    ],
)  # fmt: skip
@settings(deadline=None, max_examples=50)
@given(value=RATIONALS)
def test_mpmath_has_the_same_functions(function: Any, witness: Any, least: Fraction, value: Fraction) -> None:
    """mpmath's functions, to thirty digits for the exact column."""
    value = max(value, Fraction(least))
    tables = {"a": [table(value)]}
    with mpmath.workdps(40):
        expected = witness(mpmath.mpf(value.numerator) / value.denominator)
        digits = mpmath.mpf(str(exact(function(a), of_student(tables, 0)).evalf(35)))
        assert mpmath.almosteq(digits, expected, rel_eps=mpmath.mpf(10) ** -30, abs_eps=mpmath.mpf(10) ** -60)
    assert_allclose(numeric(function(a), arrays(tables)), [float(expected)], rtol=1e-14)


@settings(deadline=None, max_examples=50)
@given(st.lists(RATIONALS, min_size=3, max_size=3), st.lists(RATIONALS, min_size=3, max_size=3))
def test_numpy_has_the_same_products_of_vectors(one: list[Fraction], other: list[Fraction]) -> None:
    """NumPy's cross, outer and inner, on one student's vectors."""
    tables = {"v": [table(one)], "u": [table(other)]}
    x, y = np.array(one, float), np.array(other, float)
    for tree, expected in [(cross(v, u), np.cross(x, y)), (outer(v, u), np.outer(x, y)), (v @ u, np.inner(x, y))]:
        assert_allclose(numeric(tree, arrays(tables))[..., 0], expected, rtol=0, atol=1e-11)
        assert_allclose(as_array(exact(tree, of_student(tables, 0)), tree.shape), expected, rtol=0, atol=1e-11)


@settings(deadline=None, max_examples=50)
@given(RATIONALS, RATIONALS.map(abs))
def test_scipy_has_the_same_entropy(x: Fraction, y: Fraction) -> None:
    """SciPy's xlogy, which is 0 for 0 log 0."""
    tables = {"a": [table(x)], "b": [table(y)]}
    expected = finite(special.xlogy([float(x)], float(y)))
    assert_allclose(finite(numeric(xlogy(a, b), arrays(tables))), expected, rtol=1e-14)
    assert_allclose(as_array(exact(xlogy(a, b), of_student(tables, 0)), ()), expected[0], rtol=1e-14)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 40), st.integers(0, 40))
def test_scipy_chooses_alike(n: int, k: int) -> None:
    """SciPy's comb, which is 0 where more are chosen than there are."""
    tables = {"a": [table(n)], "b": [table(k)]}
    assert exact(choose(a, b), of_student(tables, 0)) == special.comb(n, k, exact=True)
    assert_allclose(numeric(choose(a, b), arrays(tables)), [special.comb(n, k)], rtol=1e-13)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 100))
def test_scipy_has_the_same_factorials(n: int) -> None:
    """SciPy's factorial, exactly and in floats."""
    tables = {"a": [table(n)]}
    assert exact(factorial(a), of_student(tables, 0)) == special.factorial(n, exact=True)
    assert_allclose(numeric(factorial(a), arrays(tables)), [special.factorial(n)], rtol=1e-13)


@settings(deadline=None, max_examples=50)
@given(matrices((3, 3)))
def test_numpy_has_the_same_determinant_trace_and_inverse(drawn: list[list[list[Fraction]]]) -> None:
    """NumPy's linalg.det, trace and linalg.inv, the last of matrices far from singular."""
    (square,) = drawn
    dominant = square + 40 * np.eye(3, dtype=int)
    tables, S = {"A3": [table(dominant)]}, dominant.astype(float)
    for tree, expected in [
        (determinant(A3), np.linalg.det(S)), (trace(A3), np.trace(S)), (inverse(A3), np.linalg.inv(S)),
    ]:  # fmt: skip
        assert_allclose(numeric(tree, arrays(tables))[..., 0], expected, rtol=1e-11, atol=1e-13)
        assert_allclose(as_array(exact(tree, of_student(tables, 0)), tree.shape), expected, rtol=1e-11, atol=1e-13)


@settings(deadline=None, max_examples=50)
@given(matrices((3, 3), (3, 2)))
def test_numpy_multiplies_and_solves_alike(drawn: list[list[list[Fraction]]]) -> None:
    """NumPy's @, .T, hstack and diag on one student's matrices, and linalg.solve where those are far from singular."""
    square, right = drawn
    tables = {"A3": [table(square)], "P": [table(right)], "w": [table([1, -2])]}
    S, R = np.array(square, float), np.array(right, float)
    for tree, expected in [
        (A3 @ P, S @ R),
        (P.T @ A3, R.T @ S),
        (P.T, R.T),
        (beside(A3, P, 1), np.hstack([S, R, np.ones((3, 1))])),
        (diagonal(P @ w) @ P, np.diag(R @ [1.0, -2.0]) @ R),
    ]:
        assert_allclose(numeric(tree, arrays(tables))[..., 0], expected, rtol=0, atol=1e-11)
        assert_allclose(as_array(exact(tree, of_student(tables, 0)), tree.shape), expected, rtol=0, atol=1e-11)
    dominant = {**tables, "A3": [table(square + 40 * np.eye(3, dtype=int))]}
    expected = np.linalg.solve(S + 40 * np.eye(3), R)
    assert_allclose(numeric(solve(A3, P), arrays(dominant))[..., 0], expected, rtol=1e-11, atol=1e-12)
    assert_allclose(as_array(exact(solve(A3, P), of_student(dominant, 0)), (3, 2)), expected, rtol=1e-11, atol=1e-12)
