"""Factorials of every student's numbers against SciPy, at the poles and beyond what floats hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special  # type: ignore[import-untyped, unused-ignore]

from grader.numeric import factorial


@settings(deadline=None, max_examples=200)
@given(st.lists(st.floats(-50, 170).filter(lambda n: n > -1 or abs(n - round(n)) > 1e-3), min_size=1, max_size=5))
def test_factorial(numbers: list[float]) -> None:
    """Γ(n + 1), as SciPy has it, whole or not, negative or not."""
    assert_allclose(factorial(np.array(numbers)), special.gamma(np.array(numbers) + 1), rtol=1e-10)


def test_whole_factorials_are_exact() -> None:
    """As long as a float holds them."""
    assert [factorial(np.array([float(n)]))[0] for n in range(19)] == [math.factorial(n) for n in range(19)]


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (-1.0, np.nan), (-2.0, np.nan), (-1e9, np.nan), (np.nan, np.nan), (-np.inf, np.nan), (171.0, np.inf),
        (1e300, np.inf), (np.inf, np.inf), (-0.5, math.sqrt(math.pi)),
    ],
)  # fmt: skip
def test_factorials_at_the_edge(n: float, expected: float) -> None:
    """None at the poles, infinite where a float cannot hold it, and what is no number stays none."""
    assert_allclose(factorial(np.array([n])), [expected], rtol=1e-15)


@pytest.mark.parametrize("shape", [(4,), (2, 3, 4), (2, 0)])
def test_factorials_keep_the_shape(shape: tuple[int, ...]) -> None:
    """Scalars (N,), matrices (r, c, N) and no students at all."""
    assert_array_equal(factorial(np.zeros(shape)), np.ones(shape), strict=True)
