"""Vectorised numerics over many students at once: the last axis of every array is the students'."""

from grader.numeric.arrays import Array
from grader.numeric.entries import (
    argmax,
    argmin,
    beside,
    choose,
    concatenate,
    cross,
    equal,
    factorial,
    largest,
    less,
    mean,
    ravel,
    sign,
    smallest,
    stack,
    total,
    where,
)
from grader.numeric.linear import determinant, inverse, matmul, solve, transpose
from grader.numeric.pointwise import arccos, relu, root, sigmoid, softmax, xlogy
from grader.numeric.windows import conv2d, pad, pool, windows_along

__all__ = [
    "Array", "arccos", "argmax", "argmin", "beside", "choose", "concatenate", "conv2d", "cross",
    "determinant", "equal", "factorial", "inverse", "largest", "less", "matmul", "mean", "pad", "pool", "ravel", "relu",
    "root", "sigmoid", "sign", "smallest",
    "softmax", "solve", "stack", "total", "transpose", "where", "windows_along", "xlogy",
]  # fmt: skip
