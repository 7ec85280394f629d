"""What a spec says under `vary`, read: from which values each given is drawn, and in what shape."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from grader.document import Entries, Items, Node, Text
from grader.drawing import Range, Way, arranged, exact_text, part_at, replaced
from grader.errors import GraderError, Place, SpecError, UnreadableError, did_you_mean
from grader.expression import read_numeral, read_table
from grader.expression.tree import Shape
from grader.families import Family
from grader.families.givens import Whole, YesNo, read_whole, shown

SOURCES = ("from", "integers", "choose")
KEYS = ("from", "to", "step", "integers", "choose", "size", "distinct", "sorted", "not")
EXAMPLE = "write {from: 0.1, to: 0.9, step: 0.1}, {integers: [1, 9]} or {choose: [0.5, 2]}"
MOST_ENTRIES = 10_000  # of one given that is drawn
MOST_VALUES = 10**15  # that an entry is drawn from


def read_vary(node: Node | None, given: Node, family: Family, place: Place) -> tuple[Way, ...]:
    """How each given varies, by its path, in the order of the spec.

    Raises `SpecError` where a path, a way or a value that could be drawn does not fit the family's givens.
    """
    if node is None:
        return ()
    if not isinstance(node, Entries) or not node:
        raise SpecError("expected a mapping of givens to how they are drawn", place, EXAMPLE)
    ways: list[Way] = []
    for path, value in node.items():
        here = place.within(path, node.line_of(path))
        before = standing(given, path, family, here)
        for other in ways:
            if f"{path}.".startswith(f"{other.path}.") or f"{other.path}.".startswith(f"{path}."):
                inner, outer = sorted((path, other.path), key=len, reverse=True)
                raise SpecError(f"{inner} lies within {outer}, which varies too", here, "let one of them vary")
        way = replace(read_way(value, before, here), path=path, line=here.line)
        try_out(way, given, family, here)
        ways.append(way)
    return tuple(ways)


def standing(given: Node, path: str, family: Family, place: Place) -> Node | None:
    """What the spec has at a path; None for a given that is left to its default."""
    name = path.partition(".")[0]
    if name not in family.givens:
        raise SpecError(f"{family.name} has no given '{name}'", place, did_you_mean(name, family.givens))
    try:
        return part_at(given, path)
    except KeyError as error:
        if path == name:
            return None
        what = f"the spec's givens have no '{error.args[0]}' on the path {path}"
        raise SpecError(what, place, "write names, and positions counted from 1, as in layers.1.W") from error


def read_way(node: Node, before: Node | None, place: Place) -> Way:
    """One way, without its path."""
    if not isinstance(node, Entries):
        raise SpecError(f"expected a mapping that says what to draw, got {shown(node)}", place, EXAMPLE)
    for key in node:
        if key not in KEYS:
            raise SpecError(f"unknown key '{key}'", place.within(key, node.line_of(key)), did_you_mean(key, KEYS))
    sources = [key for key in SOURCES if key in node]
    if len(sources) != 1:
        got = " and ".join(sources) or "none"
        raise SpecError(f"expected one of from, integers and choose, got {got}", place, EXAMPLE)
    if stray := next((key for key in ("to", "step") if key in node and "from" not in node), None):
        raise SpecError(f"'{stray}' goes with from", place.within(stray, node.line_of(stray)), EXAMPLE)
    distinct, ordered = (
        YesNo().read(node.get(key, Text("false")), place.within(key)) for key in ("distinct", "sorted")
    )
    values = read_choices(node, ordered, place) if "choose" in node else read_range(node, place)
    way = Way("", values, read_shape(node, before, place), distinct, ordered)
    entries = math.prod(way.shape or ())
    if (distinct or ordered) and entries < 2:
        which = "distinct" if distinct else "sorted"
        raise SpecError(f"{which} is said of several entries, and one value is drawn here", place, "give a size")
    if distinct and len(values) < entries:
        raise SpecError(f"expected {entries} distinct entries, and there are {len(values)} values", place)
    return way


def read_range(node: Entries, place: Place) -> Range:
    """Numbers from one to another by a step, both ends among them, or whole numbers; without those under `not`."""
    if "integers" in node:
        first, last = read_integers(node["integers"], place.within("integers", node.line_of("integers")))
        step = Fraction(1)
    else:
        for key in ("to", "step"):
            if key not in node:
                raise SpecError(f"from needs {key} beside it", place, EXAMPLE)
        first, last, step = (read_number(node[key], place.within(key, node.line_of(key))) for key in KEYS[:3])
    count = steps_between(first, last, step, place) + 1
    left_out = read_left_out(node.get("not", Items()), place.within("not", node.line_of("not")))
    places = {(value - first) / step for value in left_out}
    without = sorted(int(k) for k in places if k.denominator == 1 and 0 <= k < count)
    if len(without) == count:
        raise SpecError("no value is left to draw from", place.within("not"), "leave out fewer")
    return Range(first, step, count, tuple(without))


def steps_between(first: Fraction, last: Fraction, step: Fraction, place: Place) -> int:
    if last < first or step <= 0:
        what = f"expected a way up, got {exact_text(first)} to {exact_text(last)} by {exact_text(step)}"
        raise SpecError(what, place, "write from ≤ to, and a step above 0")
    steps = (last - first) / step
    if steps.denominator != 1:
        below = exact_text(first + steps.__floor__() * step)
        what = f"steps of {exact_text(step)} from {exact_text(first)} miss {exact_text(last)}"
        raise SpecError(what, place, f"end at {below}, or take another step")
    if steps >= MOST_VALUES:
        raise SpecError(f"expected at most {MOST_VALUES:,} values", place, "take a longer step")
    return int(steps)


def read_integers(node: Node, place: Place) -> tuple[Fraction, Fraction]:
    ends = [read_number(each, place) for each in node] if isinstance(node, Items) else []
    if len(ends) != 2 or any(end.denominator != 1 for end in ends):
        raise SpecError(f"expected the first and the last whole number, got {shown(node)}", place, "as in [1, 9]")
    return ends[0], ends[1]


def read_left_out(node: Node, place: Place) -> list[Fraction]:
    return [read_number(each, place) for each in (node if isinstance(node, Items) else [node])]


def read_choices(node: Entries, ordered: bool, place: Place) -> tuple[Node, ...]:
    """The values to choose from; by size where the entries are to be sorted."""
    here = place.within("choose", node.line_of("choose"))
    if "not" in node:
        raise SpecError("'not' goes with numbers from a range", place, "leave the value out of choose")
    values = node["choose"]
    if not isinstance(values, Items) or not values:
        raise SpecError(f"expected a list of values to choose from, got {shown(values)}", here)
    alike = [known(value) for value in values]
    twice = next((value for k, value in enumerate(values) if alike[k] in alike[:k]), None)
    if twice is not None:
        raise SpecError(f"{shown(twice)} stands twice in choose", here, "each value once: all are as likely")
    if "size" in node and not all(isinstance(value, Text) for value in values):
        raise SpecError("expected single values, of which a tensor is made", here, "or leave out size")
    return tuple(sorted(values, key=lambda value: read_number(value, here)) if ordered else values)


def known(value: Node) -> object:
    """What tells a value from others: 0.5 and 0.50 are alike."""
    try:
        return read_numeral(value).value if isinstance(value, Text) else repr(value)
    except UnreadableError:
        return str(value)


def read_shape(node: Entries, before: Node | None, place: Place) -> Shape | None:
    """The shape said, or else that of what stands in the spec; none where whole values are chosen."""
    if "size" in node:
        here, size = place.within("size", node.line_of("size")), node["size"]
        shape = tuple(read_whole(each, here, Whole(1)) for each in (size if isinstance(size, Items) else [size]))
        if not 1 <= len(shape) <= 4 or math.prod(shape) > MOST_ENTRIES:
            what = f"expected a length, or a list of up to 4 lengths, for at most {MOST_ENTRIES:,} entries"
            raise SpecError(f"{what}, got {shown(size)}", here)
        return shape
    if "choose" in node:
        return None
    try:
        return () if before is None else read_table(before)[0]
    except UnreadableError as error:
        what = f"what stands in the spec is no table of numbers ({error.what})"
        raise SpecError(what, place, "give a size, or choose whole values") from error


def read_number(node: Node, place: Place) -> Fraction:
    try:
        return read_numeral(node).value if isinstance(node, Text) else read_numeral("").value
    except UnreadableError as error:
        raise SpecError(f"expected a number, got {shown(node)}", place, "write it as 0.25, -3/4 or 1e-3") from error


def try_out(way: Way, given: Node, family: Family, place: Place) -> None:
    """Read the given with what could be drawn for it: each whole value, or the first and the last for all entries."""
    name = way.path.partition(".")[0]
    kind = family.givens[name].kind
    for value in extremes(way):
        changed = replaced(given, way.path, value)
        assert isinstance(changed, Entries)
        try:
            kind.read(changed[name], place)
        except GraderError as error:
            raise SpecError(f"what is drawn does not fit: {error.what}", place, error.hint) from error


def extremes(way: Way) -> Iterator[Node]:
    if way.shape is None or isinstance(way.values, tuple):
        values: Sequence[Node] = tuple(way.values[k] for k in range(len(way.values)))
    else:
        values = (way.values[0], way.values[len(way.values) - 1])
    for value in values:
        entries = iter([value] * math.prod(way.shape or ()))
        yield value if way.shape is None else arranged(entries, way.shape)
