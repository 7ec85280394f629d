"""Formulas by name, as specs give them: values, steps, and the mistakes that are made at a step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from grader.document import Entries, Items, Node, Text
from grader.errors import Place, SpecError, did_you_mean
from grader.expression import Name, Table
from grader.families.givens import Bind, Setting, Tensor, shown


@dataclass(frozen=True)
class Stated:
    """A formula as its author typed it, with what a student reads; `derivative` is the pair of what and by what."""

    text: Text
    sentence: str = ""
    symbol: str = ""
    derivative: tuple[Text, Text] | None = None
    slips: tuple[tuple[str, Stated], ...] = ()


@dataclass(frozen=True)
class ValuesOf:
    """Numbers by name."""

    expects: str = "a mapping of names to numbers, lists or matrices"

    def read(self, node: Node, place: Place) -> tuple[tuple[str, Table], ...]:
        tensor = Tensor("a number, a list or a matrix", (0, 1, 2, 3, 4))
        entries = mapping(node, place, self.expects)
        return tuple((each, tensor.read(value, here)) for each, value, here in named(entries, place))

    def bind(self, name: str, value: tuple[tuple[str, Table], ...], bind: Bind) -> dict[str, Name]:
        return {each: bind(each, table) for each, table in value}


@dataclass(frozen=True)
class StepsOf(Setting):
    """Formulas by name, in order."""

    expects: str = "a mapping, or a list, of name: formula, or name: {formula, sentence, symbol, derivative, slips}"

    def read(self, node: Node, place: Place) -> tuple[tuple[str, Stated], ...]:
        each = node if isinstance(node, Items) else [mapping(node, place, self.expects)]
        entries = [mapping(one, place, self.expects) for one in each]
        steps = [(name, read_step(value, here)) for one in entries for name, value, here in named(one, place)]
        if not steps:
            raise SpecError(f"expected {self.expects}, got none", place)
        return tuple(steps)


def named(entries: Entries, place: Place) -> Iterator[tuple[str, Node, Place]]:
    """The entries of a mapping with their places; a name that a formula could not write is an error."""
    for name, node in entries.items():
        here = place.within(name, entries.line_of(name))
        if not name.isidentifier() or len(name) > 40:
            raise SpecError(f"{name[:40]!r} is no name", here, "use letters, digits and _, as in w_1")
        yield name, node, here


def mapping(node: Node, place: Place, expects: str) -> Entries:
    if not isinstance(node, Entries):
        raise SpecError(f"expected {expects}, got {shown(node)}", place)
    return node


def read_step(node: Node, place: Place) -> Stated:
    """A step: its formula, or a mapping with it."""
    if isinstance(node, Text):
        return Stated(node)
    step = settings(node, place, ("formula", "sentence", "symbol", "derivative", "slips"))
    symbol = text(step, "symbol", place)
    if symbol and not symbol.isidentifier():
        raise SpecError(f"{symbol!r} is no symbol", place.within("symbol"), "write it as yhat_1 or sigma")
    derivative = None
    if "derivative" in step:
        here = place.within("derivative", step.line_of("derivative"))
        claim = settings(step["derivative"], here, ("of", "by"))
        derivative = required(claim, "of", here), required(claim, "by", here)
    here = place.within("slips", step.line_of("slips"))
    slips = mapping(step.get("slips", Entries()), here, "a mapping of names to {formula, sentence}")
    return Stated(
        required(step, "formula", place),
        text(step, "sentence", place),
        symbol,
        derivative,
        tuple((name, read_slip(slip, here.within(name, slips.line_of(name)))) for name, slip in slips.items()),
    )


def read_slip(node: Node, place: Place) -> Stated:
    slip = settings(node, place, ("formula", "sentence"))
    return Stated(required(slip, "formula", place), required(slip, "sentence", place))


def settings(node: Node, place: Place, known: tuple[str, ...]) -> Entries:
    """A mapping with no other keys than these."""
    entries = mapping(node, place, "a mapping with " + ", ".join(known))
    for key in entries:
        if key not in known:
            hint = "quote a formula that has commas" if "formula" in known else did_you_mean(key, known)
            raise SpecError(f"unknown key {key!r}", place.within(key, entries.line_of(key)), hint)
    return entries


def text(entries: Entries, key: str, place: Place) -> Text:
    value = entries.get(key, Text(""))
    if not isinstance(value, Text):
        raise SpecError("expected text", place.within(key, entries.line_of(key)))
    return value


def required(entries: Entries, key: str, place: Place) -> Text:
    if value := text(entries, key, place).strip():
        return Text(value, entries.line_of(key))
    raise SpecError(f"expected {'an' if key[0] in 'aeiou' else 'a'} {key}", place)


Values = Annotated[dict[str, Name], ValuesOf()]
Steps = Annotated[tuple[tuple[str, Stated], ...], StepsOf()]
