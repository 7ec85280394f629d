"""What was made last is kept, as long as there is room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")
ROOM = 64_000_000  # bytes


class Recent(Generic[V]):
    """Makes things by their keys, and keeps those that were asked for last within some room.

    >>> recent = Recent(lambda key: key * 2, len, room=5)
    >>> recent("ab"), recent("c"), recent.kept
    ('abab', 'cc', [('c',)])
    """

    def __init__(self, make: Callable[..., V], size: Callable[[V], int], room: int = ROOM) -> None:
        self._make, self._size, self._room = make, size, room
        self._kept: dict[tuple[object, ...], V] = {}
        self._taken = 0

    def __call__(self, *key: object) -> V:
        if key in self._kept:
            self._kept[key] = found = self._kept.pop(key)
            return found
        found = self._make(*key)
        self.put(found, *key)
        return found

    def put(self, thing: V, *key: object) -> None:
        """Keep a thing that is known already."""
        self._kept[key] = thing
        self._taken += self._size(thing)
        while self._taken > self._room and len(self._kept) > 1:
            self._taken -= self._size(self._kept.pop(next(iter(self._kept))))

    @property
    def kept(self) -> list[tuple[object, ...]]:
        """The keys of what is kept, the one that was asked for last at the end."""
        return list(self._kept)
