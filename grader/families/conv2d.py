"""Convolution maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.errors import ShapeError
from grader.expression import Expression, expand, pad
from grader.families import family
from grader.families.givens import Biases, Flag, Image, Pair
from grader.families.image_slips import Convolution, frame_slips, mistaken_maps, neighbours
from grader.families.images import Kernels, Padding, count_windows, sides
from grader.solution import Page


@family
def conv2d(
    s: Page,
    *,
    X: Image,
    K: Kernels,
    bias: Biases | None = None,
    stride: Pair = (1, 1),
    padding: Padding = (0, 0),
    dilation: Pair = (1, 1),
    flip: Flag = False,
) -> None:
    """The convolution of an image with a kernel.

    Cross-correlation, as networks compute it: the kernel is laid on the image as it is printed. `flip: true` turns it
    by 180° first, which is the convolution of mathematics. Padding is with zeros: a number for all sides, a pair [down,
    across], `valid` for none, or `same` for as many windows as the image has entries over the stride. The image is
    (H,W), (C,H,W) or (B,C,H,W) and the kernel (h,w), (C,h,w) or (O,C,h,w); channels are summed.

    K may also be a name (sobel_x, sobel_y, prewitt_x, prewitt_y, laplacian). Several kernels, as a list of names or a
    mapping of names to kernels, give a step map_NAME each in place of feature_map. Sobel's and Prewitt's x kernels have
    their positive column on the left, their y kernels their positive row at the top.

    Example::

        X: [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]]
        K: [[1, 0], [0, -1]]
        stride: 1
        padding: 0
    """
    kernels = K if isinstance(K, dict) else {"": K}
    first = next(iter(kernels.values()))
    if any(kernel.shape != first.shape for kernel in kernels.values()):
        raise ShapeError("kernels of one problem must have one shape", "K")
    zeros = sides(padding, X.shape, first.shape, stride, dilation)
    announced = Convolution(X, pad(X, padding=zeros), first, stride, dilation, flip)
    shape = announced.map().shape
    count_windows(
        s, shape, X.shape, zeros, announced.spans, stride, "Count the places where the kernel fits, down and across."
    )
    framed = any(map(any, zeros))
    sentence = "Frame the image with zeros." if framed else "Leave the image as it is: there is no padding."
    X_padded = s.step("X_padded", announced.padded, sentence, symbol="X_pad")
    if framed:
        frame_slips(s, X_padded, X, zeros)
    for name, kernel in kernels.items():
        others = {f"kernel-{other}": kernels[other] for other in kernels if other != name}
        feature_map(s, name, replace(announced, padded=X_padded, K=kernel), bias, others)


def feature_map(s: Page, name: str, c: Convolution, bias: Expression | None, others: Mapping[str, Expression]) -> None:
    """One kernel's map, with what goes wrong on the way to it."""

    def biased(plain: Expression) -> Expression:
        return plain if bias is None or len(plain.shape) != len(c.map().shape) else plain + broadcast(bias, c.K)

    step = s.step(
        f"map_{name}" if name else "feature_map",
        biased(c.map()),
        "Lay the kernel on each place, multiply entry by entry and add up.",
        symbol="" if name else "F",
    )
    if bias is not None:
        s.slip(step, "bias-left-out", c.map(), "The bias is added to every entry.")
        s.slip(step, "bias-subtracted", c.map() - broadcast(bias, c.K), "The bias is added, whatever its sign.")
    for slip, mistaken, sentence in mistaken_maps(c, neighbours(c.K, s.tables) | dict(others)):
        s.slip(step, slip, biased(mistaken), sentence)


def broadcast(bias: Expression, kernel: Expression) -> Expression:
    """The bias, laid out so that each filter's is added to the whole of its map."""
    if not bias.shape:
        return bias
    filters = kernel.shape[0] if len(kernel.shape) == 4 else 1
    if bias.shape[0] != filters:
        raise ShapeError(f"expected {filters} numbers, one for each filter, got {bias.shape[0]}", "bias")
    return expand(bias, 2) if len(kernel.shape) == 4 else bias[0]
