"""What is kept of a chunk of students, and of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import numpy as np

from grader.run.told import Told


class Aside(msgspec.Struct, frozen=True, omit_defaults=True):
    """What few submissions say beside their answers."""

    seed: str = ""
    variant: str | dict[str, str] = ""
    time: str = ""

    def variant_of(self, problem: str) -> str:
        """What the sheet says of the numbers of one problem."""
        found = self.variant.get(problem, "") if isinstance(self.variant, dict) else self.variant
        return found.strip()


class Spec(NamedTuple):
    """What marks on a problem come from beside the answers: a digest, and all that it is a digest of."""

    basis: bytes
    spec: Any


class Head(msgspec.Struct, frozen=True):
    """Who is in a chunk: `students` in order with their keys, the problems that they answered, known or not, what some
    say besides.

    For each problem there is a bit a student, who answered it; none at all where everybody did. What is told of a
    submission as a whole is there too, by row.
    """

    students: list[str]
    keys: bytes
    mentioned: dict[str, bytes]
    asides: dict[int, Aside] = {}
    told: list[tuple[int, Told]] = []

    def handed_in(self, rows: np.ndarray) -> Iterator[str]:
        """The problems that some of these students answered."""
        for problem, bits in self.mentioned.items():
            if len(rows) and (not bits or np.unpackbits(np.frombuffer(bits, np.uint8))[rows].any()):
                yield problem


class Body(msgspec.Struct, frozen=True, array_like=True):
    """A chunk's marks on one problem as they are kept: what is told of them, by row, and the marks."""

    told: list[tuple[int, Told]]
    marked: bytes

    def packed(self) -> bytes:
        return msgspec.msgpack.encode(self)

    @staticmethod
    def unpacked(data: bytes) -> Body:
        return _BODY.decode(data)


_BODY = msgspec.msgpack.Decoder(Body)
