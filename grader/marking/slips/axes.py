"""Windows over an image: what their number along an axis is made of, read off a step's formula.

Dumoulin & Visin, A guide to convolution arithmetic for deep learning (2016), relationships 6 and 15.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from grader.expression.tree import Apply, Expression, Name
from grader.solution import Solution


@dataclass(frozen=True)
class Axis:
    """One axis of an image, and the windows along it; without a window, the padded image itself."""

    length: int
    before: int = 0
    after: int = 0
    window: int = 0
    stride: int = 1
    dilation: int = 1
    ceil: bool = False
    first: int = 1
    """The window where it starts, the + 1 of the formula."""

    @property
    def span(self) -> int:
        """The entries that a window reaches over."""
        return self.dilation * (self.window - 1) + 1

    @property
    def room(self) -> int:
        """How far a window can move."""
        return self.length + self.before + self.after - self.span

    @property
    def rounded(self) -> str:
        return "up" if self.ceil else "down"

    @property
    def count(self) -> int:
        """The windows along the axis; 0 or less where none fits.

        >>> Axis(5, 1, 1, window=3).count, Axis(6, window=3, stride=2, ceil=True).count
        (5, 3)
        """
        if not self.window:
            return self.length + self.before + self.after
        return (self._up - self._late if self.ceil else self.room // self.stride) + self.first

    @property
    def _up(self) -> int:
        """The steps that the window takes where the last may hang over."""
        return -(-self.room // self.stride)

    @property
    def _late(self) -> int:
        """How many of these start behind the image, and do not count."""
        return max(0, self._up - (self.before + self.length - 1) // self.stride)

    def __str__(self) -> str:
        """The count as the formula has it.

        >>> print(Axis(5, 1, 1, window=3), "and", Axis(6, window=3, stride=2), "and", Axis(5, 1, 1))
        (5 + 2·1 − 3)/1 + 1 = 5 and ⌊(6 − 3)/2⌋ + 1 = 2 and 5 + 2·1 = 7
        """
        zeros = f"2·{self.before}" if self.before == self.after else str(self.before + self.after)
        padded = f"{self.length} + {zeros}" if self.before + self.after else str(self.length)
        if not self.window:
            return f"{padded} = {self.count}" if self.before + self.after else padded
        span = f"{self.dilation}·({self.window} − 1) − 1" if self.dilation > 1 else str(self.window)
        quotient = f"({padded} − {span})/{self.stride}"
        if self.room % self.stride:
            quotient = f"⌈{quotient}⌉" if self.ceil else f"⌊{quotient}⌋"
        if self.ceil and self._late:
            quotient += f" − {self._late}"
        return f"{quotient}{' + 1' * self.first} = {self.count}"


@dataclass(frozen=True)
class Windows:
    """A convolution, a pooling or a padding: its two axes, and how its result is called."""

    kind: str
    down: Axis
    across: Axis

    @property
    def padded(self) -> bool:
        return any((self.down.before, self.down.after, self.across.before, self.across.after))


def windows_of(tree: Expression, solution: Solution) -> Windows | None:
    """The convolution, pooling or padding that gives a tree its last two axes; None where there is none.

    What works entry by entry is looked through, and so are the steps that it names.
    """
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, Name) and node.name in solution:
            pending.append(solution[node.name].expression)
        elif isinstance(node, Apply) and node.shape[-2:] == tree.shape[-2:]:
            if node.operation.name in READ:
                return READ[node.operation.name](node, solution)
            if node.operation.elementwise:
                pending.extend(reversed(node.operands))
    return None


def _framed(image: Expression, solution: Solution) -> tuple[Axis, Axis]:
    """The axes of an image, with the padding that it or the step behind it has got."""
    node = solution[image.name].expression if isinstance(image, Name) and image.name in solution else image
    if isinstance(node, Apply) and node.operation.name == "pad":
        (down, across), (rows, columns) = dict(node.options)["padding"], node.operands[0].shape[-2:]
        return Axis(rows, *down), Axis(columns, *across)
    return Axis(image.shape[-2]), Axis(image.shape[-1])


def _convolution(node: Apply, solution: Solution) -> Windows:
    image, kernel = node.operands
    options = dict(node.options)
    sides = zip(_framed(image, solution), kernel.shape[-2:], options["stride"], options["dilation"], strict=True)
    down, across = (replace(axis, window=k, stride=s, dilation=d) for axis, k, s, d in sides)
    return Windows("map", down, across)


def _pooling(node: Apply, solution: Solution) -> Windows:
    options, lengths = dict(node.options), node.operands[0].shape[-2:]
    ceil = options["ceil"]
    sides = zip(lengths, options["padding"], options["size"], options["stride"], strict=True)
    down, across = (Axis(n, before, after, k, s, ceil=ceil) for n, (before, after), k, s in sides)
    return Windows("pooled map", down, across)


def _padding(node: Apply, solution: Solution) -> Windows:
    (down, across), (rows, columns) = dict(node.options)["padding"], node.operands[0].shape[-2:]
    return Windows("padded image", Axis(rows, *down), Axis(columns, *across))


READ: dict[str, Callable[[Apply, Solution], Windows]] = {
    "conv2d": _convolution, "pool": _pooling, "pad": _padding,
}  # fmt: skip
"""How the axes of an operation on images are read off its node."""
