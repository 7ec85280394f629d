"""A wrong shape, explained by the formula that gives the right one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from grader.expression.tree import Apply, Expression, Shape, by
from grader.marking.slips.axes import Axis, Windows, windows_of
from grader.marking.words import sentence, wrong_shape
from grader.solution import Solution, Step

Change = tuple[str, Callable[[Axis], Axis]]
"""What is done otherwise, in words filled in from the axis that comes of it, and how."""

Changed = tuple[str, Axis, Axis]
"""The words, and the axes down and across as they then are."""

CHANGES: tuple[Change, ...] = (
    ("without padding", lambda a: replace(a, before=0, after=0)),
    ("with padding on one side only", lambda a: replace(a, before=0, after=max(a.before, a.after))),
    ("at stride 1", lambda a: replace(a, stride=1)),
    ("where the window moves by its own length", lambda a: replace(a, stride=a.window or 1)),
    ("without the + 1 for the first window", lambda a: replace(a, first=0)),
    ("rounded {0.rounded}", lambda a: replace(a, ceil=not a.ceil)),
    ("without the dilation", lambda a: replace(a, dilation=1)),
    ("with zeros around the image", lambda a: a if a.before or a.after else _same(a)),
    ("with a window of {0.window}", lambda a: replace(a, window=a.window - 1) if a.window > 1 else a),
    ("with a window of {0.window}", lambda a: replace(a, window=a.window + 1) if a.window else a),
    ("at stride {0.stride}", lambda a: replace(a, stride=a.stride + 1) if a.window else a),
)
"""One thing done otherwise, what is likeliest first."""

LIKELY = 8  # of these; the others are named where no likely one fits


def _same(axis: Axis) -> Axis:
    """Padded alike at both ends so that at stride 1 there would be as many windows as entries."""
    zeros = axis.span // 2 if axis.window and axis.span % 2 else 0
    return replace(axis, before=zeros, after=zeros)


def explained(step: Step, solution: Solution, given: Shape) -> str:
    """What a wrong shape has to do with the right one, by the step's own formula.

    `given` is the answer's shape, `()` for a single number.
    """
    found = windows_of(step.expression, solution) if len(step.shape) >= 2 else None
    if found:
        return _by_windows(found, step.shape, given)
    node = _outermost(step.expression, step.shape)
    said = RULES[node.operation.name](node) if node is not None else ""
    if not said:
        why = misfit(given, step.shape)
        return wrong_shape(given, step.shape) + (f" {sentence(why)}" if why else "")
    why = misfit(given, step.shape) or _factor(node, given)
    return f"{said}; yours {_entries(given)}{': ' if why else ''}{why}."


def _by_windows(found: Windows, expected: Shape, given: Shape) -> str:
    """The number of windows down and across, and what else comes to the numbers that were given."""
    lead = f", in each of {by(expected[:-2])} maps" if math.prod(expected[:-2]) > 1 else ""
    said = f"The {found.kind} has {_sides(found.down, found.across)}{lead}; yours {_entries(given)}"
    if why := misfit(given, expected):
        return f"{said}: {why}."
    if len(given) != len(expected) or given[:-2] != expected[:-2]:
        return f"{said}."
    sides = (given[-2], given[-1])
    likely = alternatives(found, sides, CHANGES[:LIKELY])
    before = _before(found, sides)
    if changed := likely or (not before and alternatives(found, sides, CHANGES[LIKELY:])):
        return f"{said}, which is what comes {', or '.join(changed[:2])}."
    return f"{said}{before}."


def _before(found: Windows, sides: tuple[int, int]) -> str:
    """That there are as many entries as before the windows were laid on."""
    axes = found.down, found.across
    if sides == tuple(axis.length for axis in axes):
        return ", the size of the image before"
    if sides == tuple(axis.length + axis.before + axis.after for axis in axes):
        return ", the size of the padded image"
    return ""


def _sides(down: Axis, across: Axis) -> str:
    if down == across:
        return f"{down} {'row and column' if down.count == 1 else 'rows and columns'}"
    rows, columns = "rows" if down.count != 1 else "row", "columns" if across.count != 1 else "column"
    return f"{down} {rows} and {across} {columns}"


def alternatives(found: Windows, sides: tuple[int, int], changes: Sequence[Change]) -> list[str]:
    """The single changes, on both axes or else on one of them, that come to so many rows and columns."""
    changed = [(words, change(found.down), change(found.across)) for words, change in changes]
    return list(_on_both(changed, sides)) or list(_on_one(changed, found, sides))


def _on_both(changed: Sequence[Changed], sides: tuple[int, int]) -> Iterator[str]:
    for words, down, across in changed:
        if (down.count, across.count) == sides:
            numbers = str(down) if down == across else f"{down} and {across}"
            yield f"{words.format(down)}: {numbers}"


def _on_one(changed: Sequence[Changed], found: Windows, sides: tuple[int, int]) -> Iterator[str]:
    for words, down, across in changed:
        if (down.count, found.across.count) == sides:
            yield f"{words.format(down)}, down only: {down}"
        elif (found.down.count, across.count) == sides:
            yield f"{words.format(across)}, across only: {across}"


def _outermost(tree: Expression, shape: Shape) -> Apply | None:
    """The first operation with a rule that gives a tree its shape, looked for through what works entry by entry."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, Apply) and node.shape == shape:
            if node.operation.name in RULES:
                return node
            if node.operation.elementwise:
                pending.extend(reversed(node.operands))
    return None


def _product(node: Apply) -> str:
    one, other = (operand.shape for operand in node.operands)
    entries = " entries" if len(node.shape) == 1 else ""
    return f"({by(one)}) · ({by(other)}) gives {by(node.shape)}{entries}" if node.shape else ""


def _transpose(node: Apply) -> str:
    return f"The transpose of {by(node.operands[0].shape)} entries has {by(node.shape)}"


def _joined(node: Apply) -> str:
    """The lengths that are joined, or the axes of what is written as one list."""
    lengths = [math.prod(operand.shape) for operand in node.operands]
    if len(lengths) > 1:
        return f"The list has {' + '.join(map(str, lengths))} = {sum(lengths)} entries"
    shape = node.operands[0].shape
    return f"The list has {'·'.join(map(str, shape))} = {lengths[0]} entries" if len(shape) > 1 else ""


RULES: dict[str, Callable[[Apply], str]] = {
    "matmul": _product, "transpose": _transpose, "ravel": _joined, "concatenate": _joined,
}  # fmt: skip
"""What an operation says of its size."""


def _factor(node: Apply | None, given: Shape) -> str:
    """That the shape given is one of an operand's."""
    shapes = [operand.shape for operand in node.operands] if node is not None else []
    if given not in shapes or node is None or node.operation.name not in {"matmul", "transpose"}:
        return ""
    if len(shapes) == 1:
        return "these are the rows and columns as they were"
    return f"this is the shape of the {('first', 'second')[shapes.index(given)]} factor"


def _entries(shape: Shape) -> str:
    """What an answer is or has, by its shape, however odd."""
    if not shape:
        return "is a single number"
    if len(shape) == 1:
        return f"is a list of {shape[0]}"
    return f"has {len(shape)} axes" if len(shape) > 4 else f"has {by(shape)}"


def misfit(given: Shape, expected: Shape) -> str:
    """What an answer's shape has to do with the one expected, whatever the step; empty where nothing.

    >>> misfit((3, 2), (2, 3)), misfit((4, 1), (4,))
    ('rows and columns are exchanged', 'this is a column; write its entries in a single list')
    """
    matrix = len(given) == len(expected) == 2
    if matrix and given == expected[::-1]:
        if 1 in expected:
            return "a row stands for a column" if expected[1] == 1 else "a column stands for a row"
        return "rows and columns are exchanged"
    if math.prod(given) == math.prod(expected):
        return _arranged(given, expected)
    if not expected:
        return "one number is asked for"
    if len(given) >= 1 and len(given) < len(expected) and given == expected[len(expected) - len(given) :]:
        part = {3: "channel", 4: "image"}.get(len(expected), "row")
        return f"this is one {part} of {expected[0]}" if len(given) == len(expected) - 1 else "this is one map only"
    if len(given) == len(expected) > 2 and given[-2:] == expected[-2:]:
        return "the size of a map is right, the number of maps is not"
    return _counted(given, expected) if len(given) == len(expected) == 1 else ""


def _arranged(given: Shape, expected: Shape) -> str:
    """The right number of entries in another arrangement."""
    plain = tuple(n for n in given if n != 1)
    if len(given) > len(expected) > 1 and given[-len(expected) :] == expected:
        return "the entries stand in more brackets than they need"
    if len(expected) == 1:
        if plain == expected and len(given) == 2:
            return f"this is a {'column' if given[1] == 1 else 'row'}; write its entries in a single list"
        return "as many entries as there should be; write them in a single list"
    if len(given) == 1:
        rows = f"{expected[-2]} rows of {expected[-1]}" if expected[-2] > 1 else "one row"
        return f"as many entries as there should be; write them in {rows if len(expected) == 2 else by(expected)}"
    return "as many entries as there should be, arranged otherwise"


def _counted(given: Shape, expected: Shape) -> str:
    off = given[0] - expected[0]
    many = "one entry is" if abs(off) == 1 else f"{abs(off)} entries are"
    return f"{many} {'too many' if off > 0 else 'missing'}"
