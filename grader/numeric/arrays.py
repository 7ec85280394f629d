"""The array type of the numeric core.

Everywhere in this package the students are the last axis: a scalar is (N,), a matrix (r, c, N),
and a value that all students share has a last axis of length 1.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
