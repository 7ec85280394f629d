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
    diagonal,
    identity,
    matmul,
    outer,
    softmax,
    solve,
    transpose,
)
from grader.expression.numerals import Numeral, Table, read_numeral, read_table
from grader.expression.operations import (
    absolute,
    arccos,
    argmax,
    argmin,
    ceiling,
    choose,
    cos,
    divide,
    equal,
    exp,
    floor,
    largest,
    less,
    log,
    maximum,
    mean,
    minimum,
    minus,
    negative,
    plus,
    power,
    relu,
    sigmoid,
    sign,
    sin,
    smallest,
    sqrt,
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
    "argmax", "argmin", "beside", "by", "ceiling", "choose", "concatenate", "conv2d", "cos", "cross",
    "diagonal", "divide", "entry", "equal", "exact", "exp", "expand", "floor", "identity", "item", "largest",
    "latex_of", "less", "log", "matmul", "maximum", "mean", "minimum", "minus", "names", "negative", "numeric",
    "outer", "pad", "plain_of", "plus", "pool", "power", "ravel", "read_numeral", "read_table", "relu",
    "shape_with", "sigmoid", "sign", "sin", "smallest", "softmax", "solve", "sqrt", "stack", "tanh", "times",
    "total", "transpose", "where", "xlogy",
]  # fmt: skip
