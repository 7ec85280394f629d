"""How long work shows itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Shows how far some work has come, while its items go by."""

    def __call__(
        self, items: Iterable[T], what: str, step: Callable[[T], tuple[int, int]] = ..., total: int | None = None
    ) -> Iterable[T]:
        """The same items. `step` says how much of the `total` an item is, and how many students it has."""


def one(item: object) -> tuple[int, int]:
    """An item that counts as one."""
    return 1, 1


def silent(
    items: Iterable[T], what: str, step: Callable[[T], tuple[int, int]] = one, total: int | None = None
) -> Iterable[T]:
    """Progress that shows nothing."""
    return items
