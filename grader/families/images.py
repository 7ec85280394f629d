"""What the families on images share: padding, kernels by name, pooling settings, and the sizes that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any

from grader.document import Entries, Items, Node, Text
from grader.errors import Place, SpecError, did_you_mean
from grader.expression import Expression, Name, Table, pool, stack
from grader.expression.tree import Shape, as_expression
from grader.families.counting import miscounts, windows, windows_over
from grader.families.givens import Bind, Kind, ListOf, OneOf, PairOf, Setting, Tensor, YesNo, read_entries, shown
from grader.kinds import COUNT
from grader.solution import Page

Zeros = tuple[tuple[int, int], tuple[int, int]]
"""Padding before and after, on each image axis."""

KERNELS: dict[str, tuple[tuple[int, ...], ...]] = {
    "sobel_x": ((1, 0, -1), (2, 0, -2), (1, 0, -1)),
    "sobel_y": ((1, 2, 1), (0, 0, 0), (-1, -2, -1)),
    "prewitt_x": ((1, 0, -1), (1, 0, -1), (1, 0, -1)),
    "prewitt_y": ((1, 1, 1), (0, 0, 0), (-1, -1, -1)),
    "laplacian": ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
}
"""Kernels by name, as they are laid on the image: bright on the left (or above) gives a positive entry."""


def kernel_table(name: str) -> Table:
    """A kernel by name.

    >>> kernel_table("laplacian").shape
    (3, 3)
    """
    rows = KERNELS[name]
    return Table((len(rows), len(rows[0])), tuple(Fraction(value) for row in rows for value in row))


@dataclass(frozen=True)
class Kernel:
    """A kernel: its numbers, or a name."""

    expects: str = "a kernel (h,w), (C,h,w) or (O,C,h,w), or a name: " + ", ".join(KERNELS)

    def read(self, node: Node, place: Place) -> Table:
        if isinstance(node, Text) and node.strip()[:1].isalpha():
            if node not in KERNELS:
                raise SpecError(f"unknown kernel {str(node)!r}", place, did_you_mean(node, KERNELS))
            return kernel_table(node)
        return Tensor(self.expects, (2, 3, 4)).read(node, place)

    def bind(self, name: str, value: Table, bind: Bind) -> Name:
        return bind(name, value)


@dataclass(frozen=True)
class KernelBank:
    """One kernel, or several by name: a list of known names, or a mapping of names to kernels."""

    expects: str = "a kernel, a list of kernels' names, or a mapping of names to kernels"

    def read(self, node: Node, place: Place) -> Table | tuple[tuple[str, Table], ...]:
        kernel = Kernel()
        if isinstance(node, Entries) and node:
            return tuple(
                (name, kernel.read(each, place.within(name, node.line_of(name)))) for name, each in node.items()
            )
        if isinstance(node, Items) and node and all(isinstance(each, Text) and each[:1].isalpha() for each in node):
            if twice := [each for i, each in enumerate(node) if each in node[:i]]:
                raise SpecError(f"the kernel '{twice[0]}' stands twice", place, "name each once")
            return tuple((str(each), kernel.read(each, place)) for each in node)
        return kernel.read(node, place)

    def bind(self, name: str, value: Any, bind: Bind) -> Name | dict[str, Name]:
        if isinstance(value, Table):
            return bind(name, value)
        return {each: bind(f"{name}_{each}", table) for each, table in value}


@dataclass(frozen=True)
class Pad(Setting):
    """Zeros around an image."""

    expects: str = "a whole number, a pair [down, across], valid or same"

    def read(self, node: Node, place: Place) -> str | tuple[int, int]:
        if isinstance(node, Text) and node in {"valid", "same"}:
            return str(node)
        try:
            return PairOf(0).read(node, place)
        except SpecError as error:
            raise SpecError(f"expected {self.expects}, got {shown(node)}", place) from error


def is_kernel(node: Node) -> bool:
    """Whether it is one kernel and not a list of them: a name, or a matrix."""
    if isinstance(node, Items) and node and isinstance(node[0], Items):
        return bool(node[0]) and isinstance(node[0][0], Text)
    return isinstance(node, Text)


Kernels = Annotated[Expression | dict[str, Expression], KernelBank()]
KernelList = Annotated[list[Expression], ListOf(Kernel(), is_kernel)]
Padding = Annotated[str | tuple[int, int], Pad()]
Sides = Annotated[tuple[int, int], PairOf(0)]


def sides(
    padding: str | tuple[int, int], lengths: Shape, kernel: Shape, stride: Shape, dilation: Shape = (1, 1)
) -> Zeros:
    """Zeros before and after on each image axis.

    `same` gives ⌈length/stride⌉ windows, with the odd zero after, as the large frameworks do.

    >>> sides("same", (5, 5), (3, 3), (1, 1)), sides((1, 2), (5, 5), (3, 3), (1, 1))
    (((1, 1), (1, 1)), ((1, 1), (2, 2)))
    """
    both = []
    for axis in range(2):
        if padding == "valid":
            before, after = 0, 0
        elif padding == "same":
            span = dilation[axis] * (kernel[-2:][axis] - 1) + 1
            windows = -(-lengths[-2:][axis] // stride[axis])
            missing = max((windows - 1) * stride[axis] + span - lengths[-2:][axis], 0)
            before, after = missing // 2, missing - missing // 2
        else:
            before = after = int(padding[axis])
        both.append((before, after))
    return both[0], both[1]


def count_windows(
    s: Page,
    shape: Shape,
    image: Shape,
    zeros: Zeros,
    window: Sequence[int],
    stride: Sequence[int],
    sentence: str,
    ceil: bool = False,
) -> Name:
    """The step `output_shape`: what leads a map's shape, then the windows down and across; with the miscounts."""
    lead = list(map(as_expression, shape[:-2]))
    axes = [
        axis_of(s, name, image[-2:][axis], sum(zeros[axis]), window[axis], stride[axis])
        for axis, name in enumerate("HW")
    ]
    count = windows_over if ceil else windows
    counts = [count(*axis) for axis in axes]
    step = s.step("output_shape", stack(*lead, *counts), sentence, kind=COUNT)
    for name, miscount, hint in miscounts(count):
        s.slip(step, name, stack(*lead, *(miscount(*axis) for axis in axes)), hint)
    if lead:
        s.slip(step, "one-map-only", stack(*counts), "This is the size of one map; how many are there?")
    return step


def axis_of(s: Page, name: str, length: int, zeros: int, window: int, stride: int) -> tuple[Name, Name, Name, Name]:
    """The numbers of the formula for one axis, named on the page: H, p_H, k_H, s_H."""
    n = s.let(name, length)
    p, k = s.let(f"p_{name}", Fraction(zeros, 2)), s.let(f"k_{name}", window)
    return n, p, k, s.let(f"s_{name}", stride)


@dataclass(frozen=True)
class Pool:
    """Pooling as a `cnn` asks for it."""

    size: tuple[int, int]
    stride: tuple[int, int]
    mode: str = "max"
    padding: tuple[int, int] = (0, 0)
    ceil: bool = False


@dataclass(frozen=True)
class PoolOf(Setting):
    """Pooling: its size, or a mapping with `size` and, if wanted, `stride`, `mode`, `padding`, `ceil`."""

    expects: str = "a window's size, or a mapping with size, stride, mode (max or avg), padding, ceil"

    def read(self, node: Node, place: Place) -> Pool:
        kinds: dict[str, Kind] = {
            "size": PairOf(1),
            "stride": PairOf(1),
            "mode": OneOf(("max", "avg")),
            "padding": PairOf(0),
            "ceil": YesNo(),
        }
        if not isinstance(node, Entries):
            size = PairOf(1).read(node, place)
            return Pool(size, size)
        values = read_entries(node, kinds, place)
        if "size" not in values:
            raise SpecError(f"expected {self.expects}; size is missing", place)
        return Pool(**{"stride": values["size"]} | values)


Pooling = Annotated[Pool, PoolOf()]


def both_sides(padding: Sequence[int]) -> Zeros:
    """The same padding before and after, on each axis."""
    return (padding[0], padding[0]), (padding[1], padding[1])


def pooled(X: Expression, p: Pool) -> Expression:
    """An image, pooled as the settings say."""
    return pool(X, p.size, p.stride, p.mode, both_sides(p.padding), p.ceil)


POOLED = {
    "max": "Take the largest entry under each window.",
    "avg": "Take the mean of the entries under each window.",
}
"""What a student does with each mode of pooling."""
