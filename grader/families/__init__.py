"""The families: one kind of exercise each, one file each, found by name in `FAMILIES`.

A family is a function that reads like the page it produces. Its signature declares its givens, its docstring states
its conventions and ends with an example of its givens; `s.step` names each quantity of the solution. To add a family,
add a file here: it is found by itself.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_type_hints

from grader.errors import Place, ShapeError, SpecError
from grader.expression import Number
from grader.families.givens import Kind
from grader.solution import Page, Solution

REQUIRED = inspect.Parameter.empty


@dataclass(frozen=True, eq=False)
class Given:
    """A given that a family takes: its kind, and its default unless it is required."""

    name: str
    kind: Kind
    default: Any

    @property
    def required(self) -> bool:
        return self.default is REQUIRED


@dataclass(frozen=True, eq=False)
class Family:
    """A kind of exercise."""

    name: str
    write: Callable[..., None]

    @cached_property
    def givens(self) -> dict[str, Given]:
        """The givens by name, from the function's signature."""
        hints = get_type_hints(self.write, include_extras=True)
        parameters = list(inspect.signature(self.write).parameters.values())[1:]
        return {p.name: Given(p.name, kind_of(hints[p.name]), p.default) for p in parameters}

    @cached_property
    def doc(self) -> str:
        """What it is, and its conventions."""
        return inspect.cleandoc(self.write.__doc__ or "").partition("Example::")[0].rstrip()

    @property
    def summary(self) -> str:
        return self.doc.partition("\n")[0]

    @cached_property
    def example(self) -> str:
        """The givens of a small example, as YAML."""
        text = inspect.cleandoc(self.write.__doc__ or "").partition("Example::")[2]
        return inspect.cleandoc(text) + "\n"

    def solve(self, values: Mapping[str, Any]) -> Solution:
        """The solution for givens that have been read; raises `SpecError` where they do not fit together."""
        page = Page()
        arguments = {}
        for name, given in self.givens.items():
            value = values.get(name, given.default)
            absent = value is None or name not in values
            arguments[name] = value if absent else given.kind.bind(name, value, page.given)
        try:
            self.write(page, **arguments)
        except ShapeError as error:
            raise SpecError(
                error.what, error.place.within(f"given.{error.given}" if error.given else "given")
            ) from error
        return Solution(page)


def kind_of(hint: Any) -> Kind:
    """The kind in an annotation such as `Scalar` or `Scalar | None`."""
    for part in (hint, *getattr(hint, "__args__", ())):
        for note in getattr(part, "__metadata__", ()):
            return note  # type: ignore[no-any-return]
    raise TypeError(f"{hint!r} declares no kind of given")


FAMILIES: dict[str, Family] = {}
"""Every family by name."""


def family(write: Callable[..., None]) -> Callable[..., None]:
    """Register a family under its function's name."""
    FAMILIES[write.__name__] = Family(write.__name__, write)
    return write


def load_all() -> dict[str, Family]:
    """`FAMILIES`, with every file in this folder read."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return FAMILIES


def find(name: str) -> Family | None:
    """The family of that name, None where there is none: the file of its name is read first, the rest if need be."""
    if name not in FAMILIES and any(module.name == name for module in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{name}")
    return FAMILIES.get(name) or load_all().get(name)


def starting_spec(family: Family) -> str:
    """A spec that works as it stands: the family's example, every step worth a point."""
    solution = example_solution(family)
    lines = ["title: A title for the page", f"family: {family.name}", "given:"]
    lines += [f"  {line}" for line in family.example.splitlines()]
    lines += ["ask:", *(f"  {step}: 1" for step in solution)]
    return "\n".join(lines) + "\n"


def example_solution(family: Family) -> Solution:
    """The solution of the family's own example."""
    from grader.document import read_yaml
    from grader.problem import read_givens

    return family.solve(read_givens(read_yaml(family.example), family, Place(family.name)))


def describe(family: Family) -> str:
    """What a family is, its givens, its steps and an example, for the terminal."""
    lines = [family.name, "", family.doc, "", "Givens"]
    width = max(map(len, family.givens))
    for given in family.givens.values():
        needed = "" if given.required else f"  [default: {default(given)}]"
        lines.append(f"  {given.name:{width}}  {given.kind.expects}{needed}")
    lines += ["", "Steps of the example"]
    solution = example_solution(family)
    width = max(map(len, solution))
    lines += [f"  {name:{width}}  {step.sentence}" for name, step in solution.items()]
    lines += ["", "Example", *(f"  {line}" for line in family.example.splitlines())]
    return "\n".join(lines) + "\n"


def default(given: Given) -> str:
    """A given's default as an author would write it."""
    if given.default is None:
        return "none"
    if isinstance(given.default, bool):
        return str(given.default).lower()
    if isinstance(given.default, tuple) and len(set(given.default)) == 1:
        return str(given.default[0])
    if isinstance(given.default, Number):
        return f"{float(given.default.value):g}"
    return str(given.default)
