"""Linear algebra on stacks of small matrices, one per student, the students on the last axis."""

import numpy as np
import numpy.typing as npt

from grader.numeric.arrays import Array

_PRODUCTS = {
    (3, 3): "ijn,jkn->ikn",
    (3, 2): "ijn,jn->in",
    (2, 3): "jn,jkn->kn",
    (2, 2): "jn,jn->n",
}


def matmul(A: Array, B: Array) -> Array:
    """Product A @ B of every student: matrices are (r, c, N) and vectors (n, N), as numpy's @ before N.

    matrix @ matrix is (r, k, N), matrix @ vector (r, N), vector @ matrix (k, N), vector @ vector (N,).
    Source: Golub & Van Loan, Matrix Computations (4th ed., 2013), section 1.1.

    >>> A = np.array([[1.0, 2.0], [3.0, 4.0]])[..., np.newaxis]
    >>> vectors = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    >>> matmul(A, vectors)
    array([[1., 2., 3.],
           [3., 4., 7.]])
    """
    subscripts = _PRODUCTS.get((A.ndim, B.ndim))
    # einsum would stretch an inner axis of length 1, which @ refuses
    if subscripts is None or A.shape[-2] != B.shape[0]:
        raise ValueError(f"matmul: the shapes {A.shape} and {B.shape} (students last) do not fit")
    product: Array = np.einsum(subscripts, A, B)
    return product


def solve(A: Array, b: Array) -> Array:
    """Solution x of A x = b for every student: A (n, n, N), b (n, N) or (n, m, N), x shaped as b.

    A student whose matrix is singular to working precision gets NaN, the others their solution.
    Source: LU with partial pivoting, Golub & Van Loan, Matrix Computations (2013), section 3.4.

    >>> A = np.array([[[2.0, 1.0], [0.0, 2.0]], [[0.0, 2.0], [4.0, 4.0]]])
    >>> solve(A, np.array([[2.0], [4.0]]))
    array([[ 1., nan],
           [ 1., nan]])
    """
    if A.ndim != 3 or A.shape[0] != A.shape[1] or b.ndim not in (2, 3):
        raise ValueError(f"solve: the shapes {A.shape} and {b.shape} (students last) do not fit")
    matrices = np.moveaxis(A, -1, 0)
    columns = b if b.ndim == 3 else b[:, np.newaxis]
    singular = _singular(matrices)
    regular = np.where(singular[:, np.newaxis, np.newaxis], np.eye(A.shape[0]), matrices)
    solutions = np.moveaxis(np.linalg.solve(regular, np.moveaxis(columns, -1, 0)), 0, -1)
    x = np.where(singular, np.nan, solutions)
    return x if b.ndim == 3 else x[:, 0]


def inverse(A: Array) -> Array:
    """The inverse of every student's matrix (n, n, N); NaN where it is singular to working precision."""
    return solve(A, np.broadcast_to(np.eye(len(A))[..., np.newaxis], A.shape))


def determinant(A: Array) -> Array:
    """The determinant of every student's matrix (n, n, N)."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.linalg.det(np.moveaxis(A, -1, 0)))


def transpose(A: Array) -> Array:
    """Transposed matrix of every student: A (r, c, N), result (c, r, N); as numpy's T before N.

    Source: Golub & Van Loan, Matrix Computations (4th ed., 2013), section 1.1.

    >>> transpose(np.zeros((2, 3, 5))).shape
    (3, 2, 5)
    """
    return np.moveaxis(A.T, 0, -1)


def _singular(matrices: Array) -> npt.NDArray[np.bool_]:
    """Which of the matrices (N, n, n) are singular to working precision, as LAPACK's dgesvx decides."""
    # Rounding hides most singular matrices from the pivots, so the condition number decides. It is
    # taken after scaling rows and columns: units of measurement must not make a matrix singular.
    with np.errstate(all="ignore"):
        scaled = matrices / np.abs(matrices).max(axis=-1, keepdims=True)
        scaled /= np.abs(scaled).max(axis=-2, keepdims=True)
        regular: npt.NDArray[np.bool_] = np.linalg.cond(scaled, 1) < 1.0 / np.finfo(np.float64).eps
        # a zero pivot of the unscaled matrix is what makes np.linalg.solve raise
        regular &= np.linalg.slogdet(matrices).sign != 0
    return ~regular
