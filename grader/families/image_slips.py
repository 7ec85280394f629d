"""The mistakes that students make on images: convolution, pooling and flattening as they then come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.expression import Expression, Name, Table, absolute, concatenate, minimum, pad, ravel, stack
from grader.expression import conv2d as convolve
from grader.expression.tree import Shape, as_expression
from grader.families.activations import ACTIVATIONS
from grader.families.images import KERNELS, Pool, Zeros, kernel_table, pooled, sides
from grader.solution import Page

Mistake = tuple[str, Expression, str]
"""A slip's name, the value as it then comes out, and a sentence that helps."""


@dataclass(frozen=True)
class Convolution:
    """A convolution as a problem asks for it: the image as given and as framed, the kernel, the settings."""

    X: Expression
    padded: Expression
    K: Expression
    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    flip: bool = False

    def map(self) -> Expression:
        return convolve(self.padded, self.K, self.stride, self.dilation, self.flip)

    @property
    def spans(self) -> tuple[int, ...]:
        """The rows and columns that the kernel reaches over."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.K.shape[-2:], self.dilation, strict=True))


def mistaken_maps(c: Convolution, others: Mapping[str, Expression]) -> Iterator[Mistake]:
    """A convolution map as mistakes have it; `others` are kernels by name that may be taken for its own."""
    turned = "The kernel is to be turned by 180° first." if c.flip else "The kernel is laid on as it is printed."
    yield "kernel-flipped", replace(c, flip=not c.flip).map(), turned
    for name, kernel in others.items():
        if kernel.shape == c.K.shape:
            yield f"{name.replace('_', '-')}-used", replace(c, K=kernel).map(), OTHER_KERNEL
    if len(c.K.shape) == 2 and c.K.shape[0] == c.K.shape[1]:
        yield "kernel-transposed", replace(c, K=c.K.T).map(), "Do the kernel's rows lie across the image here?"
    yield from misplaced(c)
    if len(c.K.shape) > 2 and c.K.shape[-3] > 1:
        yield "channels-not-summed", by_channel(c, c.padded, c.K, stack), "What the channels give is added up."
        yield "first-channel-only", by_channel(c, c.padded, c.K, first), "The other channels are part of each sum too."
    yield "averaged", c.map() / (c.K.shape[-2] * c.K.shape[-1]), "The products are added up and left undivided."


def frame_slips(s: Page, step: Name, X: Expression, zeros: Zeros) -> None:
    """The mistakes of a framed image."""
    down, across = zeros
    s.slip(step, "padding-left-out", X, "The image gets a frame of zeros first.")
    s.slip(step, "one-end-only", pad(X, padding=((0, down[1]), (0, across[1]))), "The frame goes all the way round.")
    s.slip(step, "rows-only", pad(X, padding=(down, (0, 0))), "There are zeros to the left and right too.")


OTHER_KERNEL = "This is another kernel's map: compare where this kernel is positive and where it is negative."


def misplaced(c: Convolution) -> Iterator[Mistake]:
    """A map with its windows in the wrong places."""
    if c.stride != (1, 1):
        yield "stride-ignored", replace(c, stride=(1, 1)).map(), "These are the places at stride 1."
    elif c.spans != (1, 1):
        side_by_side = replace(c, stride=(c.spans[0], c.spans[1]))
        yield "windows-side-by-side", side_by_side.map(), "Neighbouring windows overlap where the stride is small."
    if c.dilation != (1, 1):
        yield (
            "dilation-ignored",
            replace(c, dilation=(1, 1)).map(),
            "Dilation leaves gaps between the kernel's entries.",
        )
    if c.padded.shape != c.X.shape:
        if all(span <= length for span, length in zip(c.spans, c.X.shape[-2:], strict=True)):
            yield "padding-ignored", replace(c, padded=c.X).map(), "The image gets its frame of zeros first."
    elif c.spans != (1, 1):
        zeros = sides("same", c.X.shape, c.K.shape, (1, 1), c.dilation)
        yield "padding-added", replace(c, padded=pad(c.X, padding=zeros)).map(), "Nothing is put around the image here."


def by_channel(c: Convolution, X: Expression, K: Expression, join: Callable[..., Expression]) -> Expression:
    """The maps of single channels, joined, for each image of a batch and each filter."""
    if len(X.shape) == 4:
        return stack(*[by_channel(c, image, K, join) for image in X])
    if len(K.shape) == 4:
        return stack(*[by_channel(c, X, kernel, join) for kernel in K])
    return join(*[replace(c, padded=image, K=kernel).map() for image, kernel in zip(X, K, strict=True)])


def first(*maps: Expression) -> Expression:
    return maps[0]


def constant(rows: Sequence[Sequence[int]]) -> Expression:
    """A matrix of whole numbers."""
    return stack(*[stack(*map(as_expression, row)) for row in rows])


def neighbours(K: Expression, tables: Mapping[str, Table]) -> dict[str, Expression]:
    """The other kernels that have a name, where K is one of them."""
    table = tables[K.name] if isinstance(K, Name) else None
    if not any(kernel_table(name) == table for name in KERNELS):
        return {}
    return {name: constant(rows) for name, rows in KERNELS.items() if kernel_table(name) != table}


def mistaken_pools(X: Expression, p: Pool) -> Iterator[Mistake]:
    """A pooled map as mistakes have it."""
    other = replace(p, mode="max" if p.mode == "avg" else "avg")
    yield "other-mode", pooled(X, other), MODES[p.mode]
    if p.stride != p.size:
        yield "stride-of-the-window", pooled(X, replace(p, stride=p.size)), "The stride here is not the window's size."
    if p.stride != (1, 1):
        yield "stride-ignored", pooled(X, replace(p, stride=(1, 1))), "The window moves by more than one place."
    if p.ceil:
        yield "floor-for-ceil", pooled(X, replace(p, ceil=False)), "A window that hangs over the end counts here."
    else:
        yield "ceil-for-floor", pooled(X, replace(p, ceil=True)), "A window that hangs over the end does not count."
    if p.padding != (0, 0) and fits(p.size, X.shape):
        yield "padding-ignored", pooled(X, replace(p, padding=(0, 0))), "The image gets its padding first."
    if p.mode == "max":
        yield "smallest", -pooled(-X, p), "This is the smallest entry under each window."
    elif not p.ceil:
        yield "sum-for-mean", pooled(X, p) * (p.size[0] * p.size[1]), "A mean divides by the number of entries."


MODES = {
    "max": "These are the means: which single entry of the window stays?",
    "avg": "These are the largest entries: every entry of the window counts here.",
}


def fits(window: Sequence[int], image: Shape) -> bool:
    return all(k <= n for k, n in zip(window, image[-2:], strict=True))


def mistaken_activations(z: Expression, name: str) -> Iterator[Mistake]:
    """Activated entries as mistakes have them."""
    yield "activation-forgotten", z, "These are the entries as they were before the activation."
    if name == "relu":
        yield "sign-dropped", absolute(z), "What becomes of an entry below zero is not its size."
        yield "negative-part", minimum(z, 0), "ReLU keeps the other half."
    for other in ("sigmoid", "tanh"):
        function = ACTIVATIONS[other]
        if other != name and function is not None:
            yield f"{other}-used", function(z), "This is another activation than the one asked for."


def mistaken_vectors(maps: Sequence[Expression]) -> Iterator[Mistake]:
    """Flattened maps as mistakes have them."""
    alike = len({each.shape for each in maps}) == 1
    if all(len(each.shape) == 2 for each in maps):
        down = [ravel(each.T) for each in maps]
        yield "column-by-column", joined(down), "Each map is read along its rows."
    if len(maps) > 1 and alike:
        yield "maps-interleaved", ravel(stack(*map(ravel, maps)).T), "One map is written out before the next begins."
    if len(maps) > 1:
        yield "maps-reversed", joined([ravel(each) for each in reversed(maps)]), "The first map comes first."
        yield "first-map-only", ravel(maps[0]), "The vector takes in every map."
    if alike:
        unflattened = stack(*maps) if len(maps) > 1 else maps[0]
        yield "not-flattened", unflattened, "The entries are right; a dense layer takes them in a single list."


def joined(vectors: Sequence[Expression]) -> Expression:
    """Vectors one after the other."""
    return concatenate(*vectors) if len(vectors) > 1 else vectors[0]
