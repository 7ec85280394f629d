"""Matrix products: whether there is one, its shape and its entries."""

from __future__ import annotations

from grader.expression import Expression, Name, equal, stack, transpose
from grader.families import family
from grader.families.givens import Matrix
from grader.kinds import YES_NO
from grader.solution import Page


@family
def matmul(s: Page, *, A: Matrix, B: Matrix) -> None:
    """The product of two matrices, where it is defined, and the transposes of both.

    A·B is defined where A has as many columns as B has rows. It has the rows of A and the columns of B, and its entry
    in row i and column j is row i of A times column j of B, Σₖ AᵢₖBₖⱼ. Where it is not defined there are `defined` (no)
    and the transposes only. `transpose` is that of A, `transpose_B` that of B. A vector is a matrix of one column.
    Source: Strang, Introduction to Linear Algebra (2016), sections 2.4 and 2.7.

    Example::

        A: [[1, 2], [3, 4], [5, 6]]
        B: [[1, 0, 2], [-1, 3, 1]]
    """
    rows_A, columns_A = s.let("rows_A", A.shape[0]), s.let("columns_A", A.shape[1])
    rows_B, columns_B = s.let("rows_B", B.shape[0]), s.let("columns_B", B.shape[1])
    sentence = "Compare the columns of the first matrix with the rows of the second."
    s.step("defined", equal(columns_A, rows_B), sentence, kind=YES_NO)
    if A.shape[1] == B.shape[0]:
        shape = s.step("shape", stack(rows_A, columns_B), "Give the rows and the columns of the product.")
        s.slip(shape, "inner-lengths", stack(columns_A, rows_B), "These two lengths meet inside and vanish.")
        s.slip(shape, "turned", stack(columns_B, rows_A), "Rows come first, then columns.")
        s.slip(shape, "first-matrix", stack(rows_A, columns_A), "This is the shape of A. How many columns come out?")
        s.slip(shape, "second-matrix", stack(rows_B, columns_B), "This is the shape of B. How many rows come out?")
        entries(s, A, B)
    transposed(s, "transpose", A, "A")
    transposed(s, "transpose_B", B, "B")


def entries(s: Page, A: Expression, B: Expression) -> None:
    """The product, and what comes out where rows and columns are mixed up."""
    product = s.step("product", A @ B, "Take each row of the first matrix times each column of the second.", symbol="P")
    if B.shape[1] == A.shape[0]:
        s.slip(product, "order-swapped", B @ A, "This is B·A; the order of the factors matters.")
    if A.shape == B.shape:
        s.slip(product, "entry-by-entry", A * B, "This is entry by entry; a product is row times column.")
        s.slip(product, "rows-by-rows", A @ B.T, "This is rows times rows; take columns of the second.")
        s.slip(product, "columns-by-columns", A.T @ B, "This is columns times columns; take rows of the first.")
        s.slip(product, "added", A + B, "This is the sum of the matrices.")
    s.slip(product, "transposed", transpose(A @ B), "Rows and columns of the result are exchanged.")


def transposed(s: Page, name: str, A: Expression, letter: str) -> Name:
    """A transpose, and the turns that are taken for it."""
    rows, columns = A.shape
    step = s.step(name, transpose(A), "Write each row as a column.", symbol=f"T_{letter}")
    quarter = stack(*(stack(*(A[i, j] for i in reversed(range(rows)))) for j in range(columns)))
    back = stack(*(stack(*(A[i, j] for i in range(rows))) for j in reversed(range(columns))))
    turned = "This matrix was turned by a quarter; a transpose keeps the first row first, as a column."
    s.slip(step, "not-transposed", A, "This is the matrix itself; its rows become columns.")
    s.slip(step, "turned-clockwise", quarter, turned)
    s.slip(step, "turned-back", back, turned)
    s.slip(step, "sign-changed", -transpose(A), "A transpose moves entries and leaves their signs alone.")
    return step
