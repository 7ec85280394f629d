"""What a run has to say of what was handed in: each a line on the terminal, and a line of `unread.jsonl`."""

from __future__ import annotations

from typing import Any

import msgspec

from grader.errors import GraderError, Notice, Place


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error as plain data, which a store keeps and another process sends. `note` is one by which nothing is lost."""

    reason: str
    file: str = ""
    line: int | None = None
    path: str = ""
    hint: str = ""
    note: bool = False

    @staticmethod
    def of(error: GraderError) -> Told:
        """What an error says.

        >>> Told.of(GraderError("the file is empty", Place("a.yaml"), "fill it in"))
        Told(reason='the file is empty', file='a.yaml', line=None, path='', hint='fill it in', note=False)
        """
        place = error.place
        return Told(error.what, place.file, place.line, place.path, error.hint, isinstance(error, Notice))

    def error(self) -> GraderError:
        """The error again."""
        return (Notice if self.note else GraderError)(self.reason, Place(self.file, self.line, self.path), self.hint)

    def at(self, file: str, line: int | None) -> Told:
        """The same where its document stands now, if it says no place of its own."""
        return msgspec.structs.replace(self, file=self.file or file, line=self.line or line)

    def anywhere(self, line: int | None) -> Told:
        """The same wherever its document stands: without the file, and without the line if that is the document's."""
        return msgspec.structs.replace(self, file="", line=None if self.line == line else self.line)

    def record(self) -> dict[str, Any]:
        """A line of `unread.jsonl`: file, line, the keys to the place, the reason, what to do, where there are any."""
        shown = {"file": self.file, "line": self.line, "place": self.path, "reason": self.reason, "todo": self.hint}
        return {key: value for key, value in shown.items() if value}
