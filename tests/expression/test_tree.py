"""The tree: built by Python's operators, immutable, compared by structure, with shapes that fit or a ShapeError."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import ShapeError
from grader.expression import (
    OPERATIONS,
    Expression,
    Name,
    Number,
    beside,
    concatenate,
    conv2d,
    cross,
    diagonal,
    entry,
    largest,
    mean,
    names,
    outer,
    pad,
    pool,
    ravel,
    shape_with,
    softmax,
    solve,
    stack,
    total,
    where,
)
from grader.expression.tree import Apply, Leaf, Shape, as_expression, broadcast, by, fold, leaves

a, b, c = Name("a"), Name("b"), Name("c")
v, u = Name("v", (3,)), Name("u", (3,))
M, S = Name("M", (2, 3)), Name("S", (3, 3))
X, K = Name("X", (5, 6)), Name("K", (2, 3))
op = OPERATIONS


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (a + b, op["plus"](a, b)),
        (a - b, op["minus"](a, b)),
        (a * b, op["times"](a, b)),
        (a / b, op["divide"](a, b)),
        (a**b, op["power"](a, b)),
        (-a, op["negative"](a)),
        (M @ v, op["matmul"](M, v)),
        (a < b, op["less"](a, b)),
        (a > b, op["less"](b, a)),
        (M.T, op["transpose"](M)),
        (v[1], op["item"](v, index=(1,))),
        (M[1, 2], op["item"](M, index=(1, 2))),
        (2 + a, op["plus"](2, a)),
        (2 - a, op["minus"](2, a)),
        (2 * a, op["times"](2, a)),
        (2 / a, op["divide"](2, a)),
        (2**a, op["power"](2, a)),
        (a + 2, op["plus"](a, 2)),
        (a < 2, op["less"](a, 2)),
        (a > 2, op["less"](2, a)),
        (Fraction(1, 2) * a, op["times"](Number(Fraction(1, 2)), a)),
        (a + b * c, op["plus"](a, op["times"](b, c))),
        ((a + b) * c, op["times"](op["plus"](a, b), c)),
        (a - b - c, op["minus"](op["minus"](a, b), c)),
        (a - (b - c), op["minus"](a, op["minus"](b, c))),
        (a / b / c, op["divide"](op["divide"](a, b), c)),
        (a / b * c, op["times"](op["divide"](a, b), c)),
        (a**b**c, op["power"](a, op["power"](b, c))),
        (-(a**2), op["negative"](op["power"](a, 2))),
        ((-a) ** 2, op["power"](op["negative"](a), 2)),
        (-a * b, op["times"](op["negative"](a), b)),
        (a**-b, op["power"](a, op["negative"](b))),
        (M @ v + 1, op["plus"](op["matmul"](M, v), 1)),
        (a + b < c * 2, op["less"](op["plus"](a, b), op["times"](c, 2))),
        (-v[0], op["negative"](op["item"](v, index=(0,)))),
    ],
    ids=repr,
)
def test_operators_build_what_python_reads(tree: Expression, expected: Expression) -> None:
    """Operators are rows of the table, and Python's precedence says which is inside which."""
    assert tree == expected


def test_a_tree_is_not_rearranged() -> None:
    """What its author wrote stays: nothing cancels, nothing is sorted, no numbers are folded."""
    assert repr(b * a - a * b + 1 - 1) == "minus(plus(minus(times(b, a), times(a, b)), 1), 1)"


def test_a_tensor_is_taken_apart_by_iterating() -> None:
    """Entries along the first axis, as a family's loop has them."""
    assert list(v) == [v[0], v[1], v[2]]
    assert [row.shape for row in M] == [(3,), (3,)]
    assert len(M) == 2


def test_a_scalar_has_no_entries() -> None:
    """Neither a length nor an iteration."""
    with pytest.raises(TypeError, match="scalar"):
        len(a)
    with pytest.raises(TypeError, match="scalar"):
        list(a)


@pytest.mark.parametrize("tree", [a < b, v < u, a, M], ids=repr)
def test_a_formula_is_neither_true_nor_false(tree: Expression) -> None:
    """Python's `if`, `max` and `a < b < c` would choose a branch unseen; a formula refuses to be asked."""
    with pytest.raises(TypeError):
        bool(tree)
    with pytest.raises(TypeError):
        max(tree, tree + 1)


@pytest.mark.parametrize(
    "number", [0.5, 0.0, float("nan"), 1j, "1", None, np.float64(0.5), Decimal("0.5"), [1]], ids=repr
)
@pytest.mark.parametrize(
    "write",
    [
        lambda x: a + x,
        lambda x: x + a,
        lambda x: a * x,
        lambda x: x * a,
        lambda x: a - x,
        lambda x: x / a,
        lambda x: a**x,
        lambda x: a < x,
        as_expression,
        lambda x: stack(a, x),
    ],
)
def test_binary_floats_are_refused(write: Callable[[Any], Any], number: Any) -> None:
    """Nobody writes 0.1 and means 0.1000000000000000055; what is no exact number is refused."""
    with pytest.raises(TypeError, match="whole numbers and Fractions"):
        write(number)


TREES = [a, Number(Fraction(1, 2)), a + 1, where(a < b, a, b), M @ v, conv2d(X, K, stride=(2, 1)), entry(M, (0, 1))]


@pytest.mark.parametrize("tree", TREES, ids=repr)
@pytest.mark.parametrize("attribute", ["shape", "value", "name", "operands", "options", "operation", "note"])
def test_a_tree_cannot_be_changed(tree: Expression, attribute: str) -> None:
    """No attribute can be set or removed, be it there or not."""
    with pytest.raises((FrozenInstanceError, TypeError)):
        setattr(tree, attribute, 1)
    with pytest.raises((FrozenInstanceError, TypeError)):
        delattr(tree, attribute)


def again(tree: Expression) -> Expression:
    """The same tree, built anew from its leaves."""
    match tree:
        case Number(value):
            return Number(Fraction(value))
        case Name(name, shape, symbol):
            return Name(name, tuple(shape), symbol)
        case Apply(operation, operands, options):
            return operation(*map(again, operands), **dict(options))
    raise AssertionError(tree)


@pytest.mark.parametrize("tree", TREES, ids=repr)
def test_equal_structure_is_equal(tree: Expression) -> None:
    """Trees built apart are equal and hash alike, so that they serve as keys."""
    assert again(tree) is not tree
    assert again(tree) == tree
    assert {again(tree): "found"}[tree] == "found"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (a, b),
        (a, Name("a", (3,))),
        (a, Name("a", symbol="alpha")),
        (Number(Fraction(1)), Number(Fraction(2))),
        (a + b, b + a),
        (a + b, a - b),
        (a + b + c, a + (b + c)),
        (2 * a, a * 2),
        (-a, -1 * a),
        (a, a + 0),
        (total(M, axis=0), total(M, axis=1)),
        (conv2d(X, K), conv2d(X, K, flip=True)),
        (v[0], v[1]),
        (stack(a, b), stack(a, b, c)),
        (Number(Fraction(1)), 1),
        (a, "a"),
    ],
    ids=repr,
)
def test_another_structure_is_another_tree(one: Expression, other: object) -> None:
    """Equality is of what is written, not of what it comes to."""
    assert one != other


def test_the_order_of_options_does_not_matter() -> None:
    """An option is found by its name."""
    frame, pair = ((0, 0), (0, 0)), (2, 2)
    one = op["pool"](X, size=pair, stride=pair, mode="max", padding=frame, ceil=False)
    assert one == op["pool"](X, ceil=False, padding=frame, mode="max", stride=pair, size=pair)


SHAPES = st.lists(st.integers(0, 3), max_size=4).map(tuple)


@settings(deadline=None, max_examples=200)
@given(st.lists(SHAPES, min_size=1, max_size=3))
def test_broadcasting_is_numpys(shapes: list[Shape]) -> None:
    """Shapes fit together where NumPy's do, to the shape that NumPy says, and are a ShapeError elsewhere."""
    try:
        expected = np.broadcast_shapes(*shapes)
    except ValueError:
        with pytest.raises(ShapeError, match="do not fit together"):
            broadcast(*shapes)
    else:
        assert broadcast(*shapes) == expected


@settings(deadline=None, max_examples=200)
@given(SHAPES, SHAPES, SHAPES)
def test_operators_broadcast(first: Shape, second: Shape, third: Shape) -> None:
    """Every element-wise node has the shape that NumPy gives its operands, or is refused as it is written."""
    x, y, z = Name("x", first), Name("y", second), Name("z", third)
    try:
        expected = np.broadcast_shapes(first, second, third)
    except ValueError:
        with pytest.raises(ShapeError):
            where(x < y, x * y, z - 1)
    else:
        assert where(x < y, x * y, z - 1).shape == expected


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (Number(Fraction(1)) + 1, ()),
        (b * a + b, ("b", "a")),
        (where(c < b, a, b), ("c", "b", "a")),
        (a > b, ("b", "a")),
        (solve(S.T @ S, S.T @ v), ("S", "v")),
        (stack(c, b, a)[0], ("c", "b", "a")),
        (conv2d(pad(X, padding=((1, 1), (1, 1))), K) + a, ("X", "K", "a")),
    ],
    ids=repr,
)
def test_names_stand_once_in_the_order_written(tree: Expression, expected: tuple[str, ...]) -> None:
    """What a formula uses is what it names."""
    assert names(tree) == expected


DEPTH = 50_000


def height(tree: Expression) -> int:
    return fold(tree, lambda leaf: 0, lambda apply, *operands: 1 + max(operands, default=-1))


def test_a_fold_is_as_deep_as_memory() -> None:
    """A tree deeper than Python recurses is read all the same, on whichever side it is deep."""
    left, right = a, a
    for _ in range(DEPTH):
        left, right = left + 1, 1 + right
    assert (height(left), height(right)) == (DEPTH, DEPTH)
    assert names(left) == names(right) == ("a",)


def test_a_fold_reads_a_shared_part_once() -> None:
    """A doubling of a doubling … has as many parts as lines, not 2 to that power."""
    read: list[object] = []

    def leaf(node: Leaf) -> int:
        read.append(node)
        return 1

    tree: Expression = a
    for _ in range(200):
        tree = tree + tree
    assert fold(tree, leaf, lambda apply, *operands: sum(operands)) == 2**200
    assert read == [a]
    assert names(tree * b) == ("a", "b")


def test_a_fold_gives_operands_in_their_order() -> None:
    """Each operation gets what was read of its operands, as they are written, and of itself alone where it has none."""
    text = fold(
        where(a < b, stack(a, b)[0], 2) - op["pi"](),
        repr,
        lambda apply, *operands: f"{apply.operation}[{' '.join(operands)}]",
    )
    assert text == "minus[where[less[a b] item[stack[a b]] 2] pi[]]"


def test_leaves_stand_as_often_as_they_are_written() -> None:
    """From left to right."""
    tree = a + b * a
    assert leaves(tree) == (a, b, a)
    assert leaves(tree / tree) == (a, b, a) * 2
    assert leaves(a) == (a,)


@pytest.mark.parametrize(
    ("tree", "shapes", "expected"),
    [
        (a + 1, {}, ()),
        (a + 1, {"a": (4,)}, (4,)),
        (a + 1, {"b": (4,)}, ()),
        (a * b, {"a": (4, 1), "b": (3,)}, (4, 3)),
        (M @ v, {"M": (7, 3)}, (7,)),
        (M @ v, {"M": (7, 2), "v": (2, 5)}, (7, 5)),
        (M.T, {"M": (4, 6)}, (6, 4)),
        (op["inverse"](S), {"S": (7, 7)}, (7, 7)),
        (op["determinant"](S), {"S": (7, 7)}, ()),
        (op["trace"](S) * v, {"S": (7, 7)}, (3,)),
        (op["root"](M, n=3), {"M": (4, 6)}, (4, 6)),
        (op["pi"]() * v, {"v": (5,)}, (5,)),
        (conv2d(X, K, stride=(2, 1)), {"X": (3, 9, 9), "K": (4, 3, 2, 2)}, (4, 4, 8)),
        (pool(X, (2, 2)), {"X": (6, 28, 28)}, (6, 14, 14)),
        (ravel(X), {"X": (2, 2, 2)}, (8,)),
        (total(M, axis=0), {"M": (4, 6)}, (6,)),
        (concatenate(v, u), {"u": (1,)}, (4,)),
        (stack(v, u), {"v": (2, 2), "u": (2, 2)}, (2, 2, 2)),
        (v[2], {"v": (5, 4)}, (4,)),
    ],
    ids=repr,
)
def test_a_tree_on_other_shapes(tree: Expression, shapes: dict[str, Shape], expected: Shape) -> None:
    """A formula says the shape of its value where a student's earlier values have a shape of their own."""
    assert shape_with(tree, shapes) == expected


@pytest.mark.parametrize(
    ("tree", "shapes", "message"),
    [
        (v + u, {"u": (2,)}, "shapes 3 and 2 do not fit together"),
        (M @ v, {"v": (2,)}, "2×3 times 2: 3 columns meet 2 rows"),
        (solve(S, v), {"S": (3, 2)}, "a linear system takes a square matrix, got 3×2"),
        (v[2], {"v": (2,)}, "no entry 3 in 2"),
        (v[2], {"v": ()}, "no entry 3 in a single number"),
        (total(M, axis=1), {"M": (3,)}, "no axis 1 in 3"),
        (conv2d(X, K), {"X": (1, 9)}, "a kernel that spans 2×3 is larger than the (padded) image, 1×9"),
        (stack(v, u), {"u": (2,)}, "stacking takes equal shapes, got 3, 2"),
    ],
    ids=repr,
)
def test_a_tree_on_shapes_that_do_not_fit(tree: Expression, shapes: dict[str, Shape], message: str) -> None:
    """It is said what met what."""
    with pytest.raises(ShapeError) as caught:
        shape_with(tree, shapes)
    assert str(caught.value) == message


FRAME = ((0, 0), (0, 0))


@pytest.mark.parametrize(
    ("write", "message", "given_name"),
    [
        (lambda: v + Name("w", (4,)), "shapes 3 and 4 do not fit together", ""),
        (lambda: where(v < 0, M, Name("w", (2, 2))), "shapes 3 and 2×3 and 2×2 do not fit together", ""),
        (lambda: total(v, axis=1), "no axis 1 in 3", ""),
        (lambda: mean(M, axis=-1), "no axis -1 in 2×3", ""),
        (lambda: largest(a, axis=0), "no axis 0 in a single number", ""),
        (lambda: M @ M, "2×3 times 2×3: 3 columns meet 2 rows", ""),
        (lambda: v @ a, "a matrix product takes vectors and matrices, got 3 and a single number", ""),
        (lambda: 2 @ v, "a matrix product takes vectors and matrices, got a single number and 3", ""),
        (lambda: solve(M, v), "a linear system takes a square matrix, got 2×3", ""),
        (lambda: solve(S, Name("w", (2,))), "a system of 3 equations with a right side of 2", ""),
        (lambda: solve(S, a), "a system of 3 equations with a right side of a single number", ""),
        (lambda: softmax(a), "softmax takes a vector, got a single number", ""),
        (lambda: v[3], "no entry 4 in 3", ""),
        (lambda: M[0, 3], "no entry 1×4 in 2×3", ""),
        (lambda: M[0, 0, 0], "no entry 1×1×1 in 2×3", ""),
        (lambda: a[0], "no entry 1 in a single number", ""),
        (lambda: stack(a, v), "stacking takes equal shapes, got a single number, 3", ""),
        (lambda: concatenate(v, M), "joining takes vectors, got 3, 2×3", ""),
        (lambda: beside(M, v), "side by side stand matrices and vectors of as many rows, got 2×3, 3", ""),
        (lambda: beside(a), "side by side stand matrices and vectors of as many rows, got a single number", ""),
        (lambda: outer(M, v), "an outer product takes two vectors, got 2×3 and 3", ""),
        (lambda: diagonal(M), "a diagonal takes a vector, got 2×3", ""),
        (lambda: cross(v, Name("w", (2,))), "a cross product takes two vectors of 3 entries, got 3 and 2", ""),
        (lambda: op["inverse"](M), "expected a square matrix, got 2×3", ""),
        (lambda: op["determinant"](v), "expected a square matrix, got 3", ""),
        (lambda: op["trace"](a), "expected a square matrix, got a single number", ""),
        (lambda: pad(v, padding=FRAME), "padding takes an image of at least 2 axes, got 3", ""),
        (lambda: conv2d(v, K), "convolution takes an image and a kernel of 2 to 4 axes, got 3 and 2×3", ""),
        (lambda: conv2d(Name("X", (3, 5, 5)), K), "an image of 3 channels and a kernel of 1", "K"),
        (lambda: conv2d(K, X), "a kernel that spans 5×6 is larger than the (padded) image, 2×3", "K"),
        (lambda: conv2d(X, K, dilation=(5, 1)), "a kernel that spans 6×3 is larger than the (padded) image, 5×6", "K"),
        (lambda: pool(v, (2, 2)), "pooling takes an image of at least 2 axes, got 3", ""),
        (lambda: pool(X, (6, 2)), "a window of 6×2 is larger than the (padded) image, 5×6", "size"),
        (lambda: pool(X, (2, 2), padding=((2, 0), (0, 0))), "padding of more than half the window of 2×2", "padding"),
        (lambda: entry(Name("Y", (8, 8)) @ Name("Z", (8,)), (8,)), "no entry 9×1 in 8×8", ""),
        (lambda: entry(total(Name("Y", (31,))), ()), "31 terms are too many to write out", ""),
        (lambda: entry(conv2d(Name("Y", (6, 6)), Name("L", (6, 6))), (0, 0)),
         "36 products are too many to write out", ""),
        (lambda: entry(pool(Name("Y", (6, 6)), (6, 6)), (0, 0)), "36 entries are too many to write out", ""),
    ],
)  # fmt: skip
def test_what_does_not_fit(write: Callable[[], object], message: str, given_name: str) -> None:
    """Operands that do not fit are refused as they are written: shapes as people write them, and the given at fault."""
    with pytest.raises(ShapeError) as caught:
        write()
    assert (str(caught.value), caught.value.given) == (message, given_name)


@pytest.mark.parametrize(
    ("shape", "text"), [((), "a single number"), ((5,), "5"), ((3, 4), "3×4"), ((2, 3, 4), "2×3×4"), ((0,), "0")]
)
def test_a_shape_as_people_write_it(shape: Shape, text: str) -> None:
    """With a cross between the lengths."""
    assert by(shape) == text
