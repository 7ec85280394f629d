"""Activation functions, element by element, for every student at once."""

import numpy as np

from grader.numeric.arrays import Array


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
