"""The expression and its readings.

>>> w, lr, g = Name("w"), Name("lr"), Name("g")
>>> update = w - lr * g
>>> plain_of(update)
'w − α·g'
>>> import numpy as np
>>> numeric(update, {"w": np.array([0.5]), "lr": np.array([0.01]), "g": np.array([-2.4, -2.0])})
array([0.524, 0.52 ])
"""

from grader.expression.arranging import (
    beside,
    concatenate,
    expand,
    item,
    ravel,
    stack,
)
from grader.expression.images import (
    conv2d,
    pad,
    pool,
)
from grader.expression.matrices import (
    cross,
    determinant,
    diagonal,
    identity,
    inverse,
    matmul,
    outer,
    softmax,
    solve,
    trace,
    transpose,
)
from grader.expression.numerals import Numeral, Table, read_numeral, read_table
from grader.expression.operations import (
    absolute,
    arccos,
    arcsin,
    arctan,
    argmax,
    argmin,
    ceiling,
    choose,
    cos,
    cosh,
    divide,
    equal,
    exp,
    factorial,
    floor,
    largest,
    less,
    log,
    maximum,
    mean,
    minimum,
    minus,
    negative,
    pi,
    plus,
    power,
    relu,
    root,
    sigmoid,
    sign,
    sin,
    sinh,
    smallest,
    sqrt,
    tan,
    tanh,
    times,
    total,
    where,
    xlogy,
)
from grader.expression.readings import exact, latex_of, numeric, plain_of
from grader.expression.tree import OPERATIONS, Expression, Name, Number, Operation, by, entry, names, shape_with

__all__ = [
    "OPERATIONS", "Expression", "Name", "Number", "Numeral", "Operation", "Table", "absolute", "arccos",
    "arcsin", "arctan", "argmax", "argmin", "beside", "by", "ceiling", "choose", "concatenate", "conv2d", "cos",
    "cosh", "cross", "determinant", "diagonal", "divide", "entry", "equal", "exact", "exp", "expand",
    "factorial", "floor", "identity", "inverse", "item", "largest", "latex_of", "less", "log", "matmul",
    "maximum", "mean", "minimum", "minus", "names", "negative", "numeric", "outer", "pad", "pi", "plain_of",
    "plus", "pool", "power", "ravel", "read_numeral", "read_table", "relu", "root", "shape_with", "sigmoid",
    "sign", "sin", "sinh", "smallest", "softmax", "solve", "sqrt", "stack", "tan", "tanh", "times", "total",
    "trace", "transpose", "where", "xlogy",
]  # fmt: skip
