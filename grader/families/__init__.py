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

from grader.errors import ShapeError, SpecError
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
            raise SpecError(error.what, error.place.within(f"given.{error.given}" if error.given else "given")) from error
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
