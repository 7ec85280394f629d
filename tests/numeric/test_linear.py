"""Products, solutions and transposes against NumPy and SciPy, one student at a time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import linalg  # type: ignore[import-untyped, unused-ignore]

from grader.numeric import Array, determinant, inverse, matmul, solve, transpose


def whole_numbers(shape: tuple[int, ...], seed: int) -> Array:
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(np.float64)


def diagonally_dominant(n: int, students: int, seed: int) -> Array:
    """Matrices (n, n, students) that are far from singular."""
    return whole_numbers((n, n, students), seed) + 20.0 * n * np.eye(n)[..., np.newaxis]


def of(A: Array, student: int) -> Array:
    return A[..., min(student, A.shape[-1] - 1)]


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(["matrix matrix", "matrix vector", "vector matrix", "vector vector"]),
    st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4)),
    st.sampled_from([(1, 1), (1, 3), (3, 1), (3, 3)]),
    st.integers(0, 99),
)
def test_matmul(kinds: str, sizes: tuple[int, int, int], students: tuple[int, int], seed: int) -> None:
    """Every student's product is NumPy's @ of the student's factors."""
    left, right = kinds.split()
    r, k, c = sizes
    A = whole_numbers(((r, k) if left == "matrix" else (k,)) + students[:1], seed)
    B = whole_numbers(((k, c) if right == "matrix" else (k,)) + students[1:], seed + 100)
    product = matmul(A, B)
    expected = np.stack([of(A, n) @ of(B, n) for n in range(max(students))], axis=-1)
    assert_array_equal(product, expected, strict=True)


@pytest.mark.parametrize(
    ("A", "B", "complaint"),
    [
        ((2, 3, 5), (2, 3, 5), "matmul: the shapes"),
        ((2, 1, 5), (3, 2, 5), "matmul: the shapes"),
        ((2, 3, 5), (1, 2, 5), "matmul: the shapes"),
        ((3, 5), (2, 5), "matmul: the shapes"),
        ((5,), (3, 5), "matmul: the shapes"),
        ((2, 2, 2, 5), (2, 5), "matmul: the shapes"),
        ((2, 2, 5), (2, 4), "broadcast"),
    ],
)
def test_matmul_misfits(A: tuple[int, ...], B: tuple[int, ...], complaint: str) -> None:
    """Inner sizes, ranks and students that do not fit are refused, an inner size of 1 included."""
    with pytest.raises(ValueError, match=complaint):
        matmul(np.ones(A), np.ones(B))


def test_matmul_keeps_nan_with_its_student() -> None:
    """NaN in one student's factor reaches no other student's product."""
    A = np.ones((2, 2, 3))
    A[0, 0, 1] = np.nan
    assert_array_equal(matmul(A, np.ones((2, 1)))[0], [2.0, np.nan, 2.0])


@settings(deadline=None, max_examples=200)
@given(
    st.integers(1, 5),
    st.sampled_from([(), (1,), (3,)]),
    st.sampled_from([(1, 1), (1, 4), (4, 1), (4, 4)]),
    st.integers(0, 99),
)
def test_solve(n: int, right_sides: tuple[int, ...], students: tuple[int, int], seed: int) -> None:
    """Every student's solution is SciPy's, whoever shares the matrix or the right side."""
    A = diagonally_dominant(n, students[0], seed)
    b = whole_numbers((n, *right_sides, students[1]), seed + 100)
    expected = np.stack([linalg.solve(of(A, i), of(b, i)) for i in range(max(students))], axis=-1)
    assert_allclose(solve(A, b), expected, rtol=1e-10, atol=1e-12, strict=True)


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 5), st.integers(0, 99))
def test_solve_undoes_matmul(n: int, seed: int) -> None:
    """A x = b gives back the x that b was made of."""
    A, x = diagonally_dominant(n, 3, seed), whole_numbers((n, 3), seed + 100)
    assert_allclose(solve(A, matmul(A, x)), x, rtol=1e-12, atol=1e-12)


SINGULAR = {
    "zero": [[0.0, 0.0, 0.0]] * 3,
    "equal rows": [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [4.0, 5.0, 7.0]],
    "zero column": [[1.0, 0.0, 3.0], [2.0, 0.0, 1.0], [4.0, 0.0, 7.0]],
    "pivots hidden by rounding": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]],
    "decimals": [[0.1, 0.2, 0.0], [0.3, 0.6, 0.0], [0.0, 0.0, 1.0]],
    "NaN": [[1.0, 0.0, 0.0], [0.0, np.nan, 0.0], [0.0, 0.0, 1.0]],
    "infinity": [[1.0, 0.0, 0.0], [0.0, np.inf, 0.0], [0.0, 0.0, 1.0]],
    # regular, but elimination meets an exact zero, at which numpy.linalg.solve raises
    "pivot lost to the scale": [[1.0, 1e20, 1e20], [1.0, 1.0, 2.0], [1.0, 2.0, 0.0]],
}


@pytest.mark.parametrize("matrix", SINGULAR.values(), ids=SINGULAR.keys())
@pytest.mark.parametrize("right_sides", [(), (2,)])
@pytest.mark.filterwarnings("error")
def test_singular_for_one_student(matrix: list[list[float]], right_sides: tuple[int, ...]) -> None:
    """A matrix that cannot be solved gives NaN to its student, without a warning, and to nobody else."""
    A = diagonally_dominant(3, 4, seed=0)
    b = whole_numbers((3, *right_sides, 4), seed=1)
    expected = solve(A, b)
    A[..., 2] = matrix
    expected[..., 2] = np.nan
    assert_array_equal(solve(A, b), expected)


@settings(deadline=None, max_examples=200)
@given(st.integers(2, 6), st.integers(0, 10**6), st.sampled_from([1.0, 10.0, 100.0]))
def test_rank_deficient(n: int, seed: int, unit: float) -> None:
    """A last row that is the sum of the others is singular, whatever rounding does to the decimals."""
    A = whole_numbers((n, n, 1), seed) / unit
    A[-1] = A[:-1].sum(axis=0)
    assert np.isnan(solve(A, np.ones((n, 1)))).all()


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 99))
def test_inverse_and_determinant(n: int, students: int, seed: int) -> None:
    """Every student's inverse and determinant are SciPy's."""
    A = diagonally_dominant(n, students, seed)
    inverses = np.stack([linalg.inv(of(A, i)) for i in range(students)], axis=-1)
    assert_allclose(inverse(A), inverses, rtol=1e-10, atol=1e-12, strict=True)
    determinants = np.array([linalg.det(of(A, i)) for i in range(students)])
    assert_allclose(determinant(A), determinants, rtol=1e-12, strict=True)


def test_inverse_and_determinant_of_a_singular_matrix() -> None:
    """No inverse for that student, and a determinant of 0; the others keep theirs."""
    A = np.stack([[[2.0, 0.0], [0.0, 4.0]], [[1.0, 2.0], [2.0, 4.0]], [[np.nan, 0.0], [0.0, 1.0]]], axis=-1)
    assert_array_equal(inverse(A)[..., 0], [[0.5, 0.0], [0.0, 0.25]])
    assert np.isnan(inverse(A)[..., 1:]).all()
    assert_allclose(determinant(A), [8.0, 0.0, np.nan], rtol=1e-15)


def test_inverse_of_nobody() -> None:
    """No students, no inverses, no determinants."""
    nobody = np.zeros((2, 2, 0))
    assert inverse(nobody).shape == (2, 2, 0)
    assert determinant(nobody).shape == (0,)


@pytest.mark.parametrize("small", [1e-12, 1e-20, 1e-150])
def test_units_do_not_make_singular(small: float) -> None:
    """A regular matrix in badly mixed units is solved: the scale of rows and columns is no defect."""
    units = np.array([1.0, small])
    A = np.array([[2.0, 1.0], [1.0, 3.0]]) * np.outer(units, units)
    x = solve(A[..., np.newaxis], (A @ (1.0 / units))[:, np.newaxis])
    assert_allclose(x[:, 0], 1.0 / units, rtol=1e-12)


def test_hilbert() -> None:
    """A Hilbert matrix of order 8 is ill-conditioned, not singular: SciPy's solution comes out."""
    H = linalg.hilbert(8)
    x = solve(H[..., np.newaxis], H.sum(axis=1)[:, np.newaxis])
    assert_allclose(x[:, 0], 1.0, rtol=1e-5)
    assert_allclose(x[:, 0], linalg.solve(H, H.sum(axis=1)), rtol=1e-5)


def test_solve_keeps_nan_with_its_student() -> None:
    """NaN on the right side of one student reaches no other student's solution."""
    b = np.ones((2, 3))
    b[0, 1] = np.nan
    x = solve(2.0 * np.eye(2)[..., np.newaxis], b)
    assert_array_equal(x[:, [0, 2]], 0.5)
    assert np.isnan(x[0, 1])


@pytest.mark.parametrize(
    ("A", "b", "complaint"),
    [
        ((2, 3, 4), (2, 4), "solve: the shapes"),
        ((2, 4), (2, 4), "solve: the shapes"),
        ((2, 2, 4), (4,), "solve: the shapes"),
        ((2, 2, 4), (2, 2, 2, 4), "solve: the shapes"),
        ((2, 2, 4), (3, 4), "mismatch"),
        ((2, 2, 4), (2, 3), "broadcast"),
    ],
)
def test_solve_misfits(A: tuple[int, ...], b: tuple[int, ...], complaint: str) -> None:
    """Matrices that are not square and right sides or students that do not fit are refused."""
    with pytest.raises(ValueError, match=complaint):
        solve(np.ones(A), np.ones(b))


@pytest.mark.parametrize("shape", [(3, 4, 2), (1, 4, 2), (3, 3, 1), (3, 2), (2,)])
def test_transpose(shape: tuple[int, ...]) -> None:
    """Every student's matrix is NumPy's T of it; a vector and a scalar are their own."""
    A = whole_numbers(shape, seed=0)
    expected = np.stack([A[..., n].T for n in range(shape[-1])], axis=-1)
    assert_array_equal(transpose(A), expected, strict=True)


@pytest.mark.parametrize("N", [0, 1, 5])
def test_number_of_students(N: int) -> None:
    """Any number of students will do, none included."""
    A = np.broadcast_to(np.eye(2)[..., np.newaxis], (2, 2, N))
    assert_array_equal(solve(A, np.ones((2, N))), np.ones((2, N)), strict=True)
    assert_array_equal(matmul(A, np.ones((2, N))), np.ones((2, N)), strict=True)
