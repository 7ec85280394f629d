"""Where the wrong entries of a tensor lie: at the border, in one row, at every second place.

A place is named only where as many wrong entries would seldom fall so by accident: `hypergeometric`, times the places
that were looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from grader.expression.readings import plain_of, written_out
from grader.expression.tree import Apply, Expression, Index, Name, leaves
from grader.kinds import Numbers, Pairs
from grader.marking.slips.axes import Axis, Windows, windows_of
from grader.marking.slips.odds import SURE
from grader.marking.words import with_odds
from grader.numeric import Array
from grader.solution import Step

NOISE = 1e-12  # of binary arithmetic, relative to the largest entry
DIGIT = 0.1  # how often an entry is zero by accident
MOST_LEAVES = 8  # of such a formula
LONGEST = 80  # characters of an entry's formula that a message still quotes


@dataclass(frozen=True)
class Pattern:
    """What the wrong entries of a tensor have in common.

    `sentence` is for the student; `whole` says whether it explains the value of every wrong entry, `chance` how likely
    chance alone would do as well.
    """

    name: str
    sentence: str
    whole: bool
    chance: float

    @property
    def told(self) -> str:
        """What a student reads: the sentence, and the odds where it explains the values."""
        return with_odds(self.sentence, self.chance) if self.whole else self.sentence


@dataclass(frozen=True, eq=False)
class Entries:
    """One student's answer of a step's own shape: as typed (NaN blank), the right values, how far rounding may have
    moved each, and which are wrong.
    """

    step: Step
    given: Array
    key: Array
    half_units: Array
    wrong: np.ndarray

    @property
    def allowed(self) -> Array:
        """How far off each entry may be: its rounding, and the noise of binary arithmetic."""
        rounding = np.zeros_like(self.half_units) if self.step.kind.exact else self.half_units * (1 + 1e-9)
        return np.asarray(rounding + NOISE * max(1.0, float(np.max(np.abs(self.key)))))

    @property
    def many(self) -> int:
        return int(np.count_nonzero(self.wrong))

    def windows(self) -> Windows | None:
        """The convolution or pooling behind the step."""
        solution = self.step.solution
        return windows_of(self.step.expression, solution) if solution is not None and self.wrong.ndim > 1 else None


def hypergeometric(within: int, many: int, of: int) -> float:
    """The chance that so `many` entries, drawn from `of`, all fall among `within` of them.

    >>> hypergeometric(2, 2, 4) == 1 / 6
    True
    """
    drawn = np.arange(many)
    return float(np.prod((within - drawn) / (of - drawn)))


def place(entries: Entries) -> Pattern | None:
    """What the places of the wrong entries have in common; None where accident would do it too often."""
    if entries.many == 1:
        return one_entry(entries)
    windows = entries.windows()
    tried = [*_frame(entries, windows), *_zeros(entries), *_lattice(entries, windows), *_lines(entries)]
    found = (replace(each, chance=min(1.0, each.chance * len(tried))) for each in tried)
    return next((each for each in found if each.chance < SURE), None)


def one_entry(entries: Entries) -> Pattern | None:
    """A single wrong entry, and what it is made of; None where it is blank."""
    index = tuple(int(i) for i in np.argwhere(entries.wrong)[0])
    if np.isnan(entries.given[index]):
        return None
    if isinstance(entries.step.kind, Pairs):
        return Pattern("one-entry", f"Only '{entries.step.kind.left[index[0]]}' is not right.", False, 1.0)
    others = entries.wrong.size - 1
    rest = "The other entry is right" if others == 1 else f"All {others} others are right"
    turned = abs(entries.given[index] + entries.key[index]) <= entries.allowed[index]
    slip = "it has the right size and the wrong sign" if turned else "look for a slip of arithmetic there"
    of = made_of(entries, index) if isinstance(entries.step.kind, Numbers) else ""
    made = f" The entry is {of}." if of else ""
    return Pattern("one-entry", f"{rest}: {slip}.{made}", False, 1.0)


def made_of(entries: Entries, index: Index) -> str:
    """What an entry is computed from: its formula where that is short, or its window on the image."""
    formula = written_out(entries.step.expression, index)
    if isinstance(formula, Apply) and formula.operation.name != "item" and len(leaves(formula)) <= MOST_LEAVES:
        text = plain_of(formula)
        if len(text) <= LONGEST:
            return text
    windows = entries.windows()
    if windows is None or not windows.down.window:
        return ""
    down, across = (_reach(axis, i) for axis, i in zip((windows.down, windows.across), index[-2:], strict=True))
    doing = "the kernel laid on" if windows.kind == "map" else "what is pooled from"
    return f"{doing} row{down} and column{across} of the {'padded ' if windows.padded else ''}image"


def _reach(axis: Axis, i: int) -> str:
    """The places under the i-th window, as people count."""
    first = i * axis.stride + 1
    last = min(first + axis.span - 1, axis.length + axis.before + axis.after)
    return f"s {first} to {last}" if last > first else f" {first}"


def _lines(entries: Entries) -> Iterator[Pattern]:
    """All that is wrong in one row, column or channel; every line that could have held it counts as looked at."""
    wrong, shape = entries.wrong, entries.wrong.shape
    common = [lines_with(wrong, axis) for axis in range(wrong.ndim)]
    for axes in lines_of(wrong.ndim):
        lines = int(np.prod([shape[axis] for axis in axes]))
        size = wrong.size // lines
        met = lines > 1 < size and entries.many > 1 and all(len(common[axis]) == 1 for axis in axes)
        odds = hypergeometric(size, entries.many, wrong.size) if met else 1.0
        at = [int(common[axis][0]) for axis in axes]
        named = ", ".join(f"{line_name(wrong.ndim, axis)} {k + 1}" for axis, k in zip(axes, at, strict=True))
        last = line_name(wrong.ndim, axes[-1])
        hint = _behind(entries.step.expression, last, at[-1] + 1)
        said = (
            f"{named[:1].upper()}{named[1:]} is wrong throughout, and all else is right{hint}."
            if entries.many == size
            else f"All that is wrong is in {named}{hint}."
        )
        yield from [Pattern(f"one-{last}", said, False, odds)] * lines


def lines_of(rank: int) -> tuple[tuple[int, ...], ...]:
    """The axes along which a row, a column, a channel or an image has one position, the smallest of them first.

    >>> lines_of(2), lines_of(3)
    (((0,), (1,)), ((0, 1), (0, 2), (0,), (1,), (2,)))
    """
    depths = range(rank - 2, -1, -1)
    return tuple((*range(depth), axis) for depth in depths for axis in range(depth, rank))


def lines_with(wrong: np.ndarray, axis: int) -> np.ndarray:
    """The positions along an axis at which something is wrong."""
    return np.flatnonzero(wrong.any(axis=tuple(k for k in range(wrong.ndim) if k != axis)))


def line_name(rank: int, axis: int) -> str:
    """What lies at one position along an axis.

    >>> line_name(3, 0), line_name(2, 0), line_name(2, 1)
    ('channel', 'row', 'column')
    """
    return ("column", "row", "channel")[rank - axis - 1] if rank - axis < 4 else "image"


def _behind(tree: Expression, line: str, k: int) -> str:
    """What a whole line comes from."""
    if not isinstance(tree, Apply) or tree.operation.name not in {"matmul", "conv2d"}:
        return ""
    one, other = tree.operands
    if tree.operation.name == "conv2d":
        return f": look at kernel {k}" if line == "channel" else ""
    factor = one if line == "row" else other
    named = plain_of(factor) if isinstance(factor, Name) else f"the {'first' if line == 'row' else 'second'} factor"
    return f": it comes from {line} {k} of {named}"


def _frame(entries: Entries, windows: Windows | None) -> Iterator[Pattern]:
    """Wrong only where a window reaches over the padding."""
    if windows is None or not windows.padded:
        return
    over = np.logical_or.outer(_over(windows.down), _over(windows.across))
    if over.shape != entries.wrong.shape[-2:]:
        return
    edge = np.broadcast_to(over, entries.wrong.shape)
    met = not (entries.wrong & ~edge).any() and not edge.all()
    odds = hypergeometric(int(edge.sum()), entries.many, edge.size) if met else 1.0
    yield Pattern("border", _AT_THE_BORDER[windows.kind], False, odds)


_AT_THE_BORDER = {
    "map": "All that is wrong lies at the border, where the kernel reaches over the padding, and the inside is right: "
    "look at the zeros around the image.",
    "pooled map": "All that is wrong lies at the border, where the window reaches over the padding, and the inside is "
    "right: look at how the padding counts.",
    "padded image": "All that is wrong lies in the frame, and the image inside it is right: the frame is all zeros.",
}


def _over(axis: Axis) -> np.ndarray:
    """Which windows along an axis reach over its padding."""
    starts = np.arange(axis.count) * axis.stride
    return np.asarray((starts < axis.before) | (starts + max(axis.span, 1) > axis.before + axis.length))


def _lattice(entries: Entries, windows: Windows | None) -> Iterator[Pattern]:
    """Right only at every second or third place, or on one colour of a checkerboard."""
    if windows is None or not windows.down.window:
        return
    right, shape = ~entries.wrong, entries.wrong.shape[-2:]
    down, across = np.arange(shape[0])[:, None], np.arange(shape[1])
    stride = "×".join(map(str, dict.fromkeys((windows.down.stride, windows.across.stride))))
    hint = f"look at how far the window moves from one entry to the next; the stride is {stride}"
    for s in (2, 3) if max(shape) > 4 else (2,):
        word = {2: "second", 3: "third"}[s]
        both = (f"{word} entry, down and across,", (down % s == 0) & (across % s == 0))
        for which, mask in (both, (f"{word} row", down % s == 0), (f"{word} column", across % s == 0)):
            met = bool((right == mask).all())
            yield Pattern("stride", f"Only every {which} is right: {hint}.", False, _exactly(right) if met else 1.0)
    for colour in range(2):
        met = bool((right == ((down + across) % 2 == colour)).all())
        said = f"Right and wrong entries alternate as on a checkerboard: {hint}."
        yield Pattern("stride", said, False, _exactly(right) if met else 1.0)


def _exactly(mask: np.ndarray) -> float:
    """The chance of just this set among those of its size."""
    many = int(np.count_nonzero(mask))
    return hypergeometric(many, many, mask.size) if 0 < many < mask.size else 1.0


def _zeros(entries: Entries) -> Iterator[Pattern]:
    """Zeros where there should be values, or values where there should be zeros."""
    wrong, given, key, many = entries.wrong, entries.given, entries.key, entries.many
    empty = bool((given[wrong] == 0).all())
    cut = empty and bool((wrong == (key < 0)).all())
    said = "What is below zero has become zero, and all else is right: is there a ReLU one step too early?"
    yield Pattern("relu", said, True, hypergeometric(many, many, int(np.count_nonzero(key))) if cut else 1.0)
    said = "All that is wrong is zero, where there should be values: is something left out there?"
    yield Pattern("zeros", said, False, DIGIT**many if empty else 1.0)
    zeros = int(np.count_nonzero(key == 0))
    met = zeros >= many and bool((key[wrong] == 0).all()) and not np.isnan(given[wrong]).any()
    hint = ": what becomes of what is below zero?" if bool((given[wrong] < 0).all()) else "."
    said = f"All that is wrong are values where there should be zeros{hint}"
    yield Pattern("values-for-zeros", said, False, hypergeometric(zeros, many, key.size) if met else 1.0)
