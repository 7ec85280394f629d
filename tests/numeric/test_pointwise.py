"""Activation functions against SciPy, far out and without warnings."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special  # type: ignore[import-untyped, unused-ignore]

from grader.numeric import Array, relu, root, sigmoid, softmax


def arrays(dimensions: int) -> st.SearchStrategy[Array]:
    shapes = hnp.array_shapes(min_dims=dimensions, max_dims=3, max_side=4)
    return hnp.arrays(np.float64, shapes, elements=st.floats(-1000.0, 1000.0))


@settings(deadline=None, max_examples=200)
@given(arrays(1))
def test_sigmoid(z: Array) -> None:
    """SciPy's expit, to the last digits even where the result is tiny, and no floating-point error."""
    with np.errstate(all="raise"):
        values = sigmoid(z)
    assert_allclose(values, special.expit(z), rtol=1e-14, atol=1e-300, strict=True)


@settings(deadline=None, max_examples=100)
@given(arrays(1))
def test_sigmoid_symmetry(z: Array) -> None:
    """sigmoid(z) + sigmoid(-z) = 1."""
    assert_allclose(sigmoid(z) + sigmoid(-z), 1.0, rtol=1e-15)


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        (0.0, 0.5),
        (1000.0, 1.0),
        (-1000.0, 0.0),
        (np.inf, 1.0),
        (-np.inf, 0.0),
        (np.nan, np.nan),
        (np.log(3.0), 0.75),
    ],
)
@pytest.mark.filterwarnings("error")
def test_sigmoid_values(z: float, expected: float) -> None:
    """Known values, the limits and NaN."""
    assert_allclose(sigmoid(np.array([z])), [expected], rtol=1e-15)


@settings(deadline=None, max_examples=100)
@given(arrays(1))
def test_relu(z: Array) -> None:
    """Positive entries stay, all others become 0."""
    expected = [max(entry, 0.0) for entry in z.flat]
    assert_array_equal(relu(z).ravel(), expected)


def test_relu_nan() -> None:
    """NaN stays NaN and does not turn into a mark-worthy 0."""
    assert_array_equal(relu(np.array([np.nan, -1.0, np.inf])), [np.nan, 0.0, np.inf])


@settings(deadline=None, max_examples=200)
@given(arrays(1), st.integers(1, 9))
def test_root(a: Array, n: int) -> None:
    """The power undoes the root, real for negative numbers where n is odd; SciPy's cbrt is the same for n = 3."""
    with np.errstate(invalid="ignore"):
        roots = root(a, n)
    expected = a if n % 2 else np.where(a >= 0, a, np.nan)
    assert_allclose(roots**n, expected, rtol=1e-12, atol=1e-300)
    if n == 3:
        assert_allclose(roots, special.cbrt(a), rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize(
    ("a", "n", "expected"),
    [
        (-8.0, 3, -2.0), (-16.0, 4, np.nan), (0.0, 3, 0.0), (0.0, 2, 0.0), (-np.inf, 3, -np.inf), (np.inf, 2, np.inf),
        (np.nan, 3, np.nan), (-7.0, 1, -7.0), (1e-300, 3, 1e-100),
    ],
)  # fmt: skip
def test_root_values(a: float, n: int, expected: float) -> None:
    """Known values, the limits and NaN."""
    with np.errstate(invalid="ignore"):
        assert_allclose(root(np.array([a]), n), [expected], rtol=1e-13)


@settings(deadline=None, max_examples=200)
@given(arrays(2))
def test_softmax(z: Array) -> None:
    """SciPy's softmax over the axis before the students', without a floating-point error."""
    with np.errstate(all="raise"):
        values = softmax(z)
    assert_allclose(values, special.softmax(z, axis=-2), rtol=1e-12, atol=1e-300, strict=True)


@settings(deadline=None, max_examples=100)
@given(arrays(2), st.integers(-1000, 1000))
def test_softmax_distribution(z: Array, shift: int) -> None:
    """The classes of every student sum to 1, and a shift common to all classes changes nothing."""
    values = softmax(z)
    assert_allclose(values.sum(axis=-2), 1.0, rtol=1e-14)
    assert_allclose(softmax(z + shift), values, rtol=1e-11, atol=1e-300)


def test_softmax_of_two_is_sigmoid() -> None:
    """With two classes, softmax is the sigmoid of the difference."""
    z = np.array([[1000.0, 2.0, -3.0, 0.0], [-1000.0, 1.0, 5.0, 0.0]])
    assert_allclose(softmax(z)[0], sigmoid(z[0] - z[1]), rtol=1e-14)


def test_softmax_keeps_nan_with_its_student() -> None:
    """NaN among the classes of one student reaches no other student."""
    z = np.zeros((2, 3))
    z[0, 1] = np.nan
    assert_array_equal(softmax(z), [[0.5, np.nan, 0.5]] * 2)


@pytest.mark.parametrize("function", [sigmoid, relu])
def test_shapes(function: Callable[[Array], Array]) -> None:
    """Scalars (N,), matrices (r, c, N) and no students at all keep their shape."""
    shapes: list[tuple[int, ...]] = [(4,), (2, 3, 4), (2, 0)]
    for shape in shapes:
        assert function(np.zeros(shape)).shape == shape
