"""Activation functions, element by element, for every student at once."""

import numpy as np

from grader.numeric.arrays import Array

ROUNDING = 2e-15  # of a cosine, which is a quotient of sums and roots


def sigmoid(z: Array) -> Array:
    """Logistic function 1 / (1 + exp(-z)); z and the result have the same shape.

    Source: Goodfellow, Bengio & Courville, Deep Learning (2016), section 3.10.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    # exp of a negative number only, which cannot overflow
    with np.errstate(under="ignore"):
        decay = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, decay) / (1.0 + decay)


def relu(z: Array) -> Array:
    """Rectified linear unit max(0, z); z and the result have the same shape.

    Source: Goodfellow, Bengio & Courville, Deep Learning (2016), section 6.3.1.

    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    return np.maximum(z, 0.0)


def xlogy(x: Array, y: Array) -> Array:
    """x·log(y), and 0 where x is 0, whatever y is; x, y and the result broadcast.

    Source: Goodfellow, Bengio & Courville, Deep Learning (2016), section 3.13: 0 log 0 is taken as 0.

    >>> xlogy(np.array([0.0, 2.0]), np.array([0.0, 1.0]))
    array([0., 0.])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x == 0, 0.0, x * np.log(y))


def root(a: Array, n: int) -> Array:
    """The real nth root, of a negative number too where n is odd.

    >>> root(np.array([-8.0, 27.0]), 3)
    array([-2.,  3.])
    """
    return np.sign(a) * np.abs(a) ** (1 / n) if n % 2 else a ** (1 / n)


def arccos(c: Array) -> Array:
    """Angle in [0, π] whose cosine is c; what rounding alone sets apart from ±1 counts as ±1.

    >>> arccos(np.array([1.0 + 2e-16, 0.0, -1.0 + 2e-16]))
    array([0.        , 1.57079633, 3.14159265])
    """
    return np.arccos(np.where(np.abs(np.abs(c) - 1.0) < ROUNDING, np.sign(c), c))


def softmax(z: Array) -> Array:
    """Softmax exp(z_i) / sum_j exp(z_j) over the classes: z (..., classes, N), result the same shape.

    Source: Goodfellow, Bengio & Courville, Deep Learning (2016), section 6.2.2.3.

    >>> softmax(np.array([[1000.0, 0.0], [1000.0, np.log(3.0)]]))
    array([[0.5 , 0.25],
           [0.5 , 0.75]])
    """
    # the shift by the maximum cancels in the quotient and keeps exp from overflowing
    with np.errstate(under="ignore"):
        weights = np.exp(z - z.max(axis=-2, keepdims=True))
        quotients: Array = weights / weights.sum(axis=-2, keepdims=True)
    return quotients
