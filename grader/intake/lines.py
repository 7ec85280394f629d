"""JSON lines: a portion of a file, and the students that stand in it.

A line is decoded in one go where that is sure to say what `submission(read_json(line))` says, and by that otherwise:
what is no submission, what stands twice, what is nested too deep and all that needs a message goes the long way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec

from grader.document import DEEPEST, LARGEST, Text, decoded, read_json
from grader.errors import GraderError, Place
from grader.intake.records import Origins, Submission, identifier, submission

BLANK = b" \t\r\n\xef\xbb\xbf"
"""What a blank line may hold, a byte order mark among it."""
MINUS_ZERO = re.compile(rb"-0(?![.\deE])")
ESCAPED_COLON = b"\\u003"


class _Line(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A line as most of them are."""

    student: str | int
    answers: dict[str, dict[str, Any]]
    seed: str | int | msgspec.UnsetType = msgspec.UNSET
    variant: str | int | msgspec.UnsetType = msgspec.UNSET
    time: str | msgspec.UnsetType = msgspec.UNSET


_DECODER = msgspec.json.Decoder(_Line, float_hook=str)


@dataclass(frozen=True)
class Lines:
    """A portion of a file of JSON lines, cut at line ends.

    >>> data = b'{"student": "s1", "answers": {"line": {"w": 0.50}}}\\n\\n{"student": "s2"}\\n{'
    >>> portion = Lines("class.jsonl", 7, data)
    >>> for item in portion.read():
    ...     print(item if isinstance(item, GraderError) else (item.student, dict(item.answers), item.place.line))
    ('s1', {'line': {'w': '0.50'}}, 7)
    ('s2', {}, 9)
    class.jsonl:10: not JSON: Expecting property name enclosed in double quotes at column 2
    >>> len(portion.digests())
    3
    """

    file: str
    """Its name for messages."""
    first: int
    """The number of its first line, counted from 1."""
    data: bytes
    student: str = ""
    """Whose it is, where the file need not say."""

    def __len__(self) -> int:
        """How many lines are not blank."""
        return sum(1 for _ in self._lines())

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(self.data)

    def origins(self, rows: Sequence[int]) -> Origins:
        """Where the lines at these positions stand."""
        numbers = [number for number, _ in self._lines()]
        return Origins((self.file,), [0] * len(rows), [numbers[row] for row in rows])

    def digests(self) -> list[bytes]:
        """16 bytes for each line that is not blank, whatever its number and the file's name."""
        start = blake2b(self.student.encode() + b"\0" if self.student else b"", digest_size=16)
        found = []
        for _, line in self._lines():
            each = start.copy()
            each.update(line)
            found.append(each.digest())
        return found

    def read(self, rows: Iterable[int] | None = None) -> list[Submission | GraderError]:
        """What each line that is not blank says, or an error; `rows` are the positions of some among these lines."""
        lines: Iterable[tuple[int, bytes]] = self._lines()
        if rows is not None:
            every = list(lines)
            lines = [every[row] for row in rows]
        doubtful, lists = self._doubtful(), b"[" in self.data
        return [
            self._slowly(number, line) if number in doubtful else self._read(number, line, lists)
            for number, line in lines
        ]

    def _doubtful(self) -> set[int]:
        """The numbers of the lines in which -0 may stand, which is not what msgspec makes of it."""
        found, number, at = set(), self.first, 0
        for match in MINUS_ZERO.finditer(self.data):
            number += self.data.count(b"\n", at, match.start())
            at = match.start()
            found.add(number)
        return found

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """The lines that are not blank, with their numbers, without their ends."""
        ended = b"\r" in self.data
        for number, line in enumerate(self.data.split(b"\n"), self.first):
            if line[:1] == b"{" or line.strip(BLANK) or len(line) > LARGEST:
                yield number, line.rstrip(b"\r") if ended else line

    def _read(self, number: int, line: bytes, lists: bool) -> Submission | GraderError:
        try:
            found = _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._slowly(number, line)
        student = identifier(str(found.student))
        if not student or not _certain(line, found, lists) or len(line) > LARGEST:
            return self._slowly(number, line)
        return _plain(found, student, Place(self.file, number))

    def _slowly(self, number: int, line: bytes) -> Submission | GraderError:
        place = Place(self.file, number)
        try:
            return submission(read_json(decoded(line, place), place), place, self.student)
        except GraderError as error:
            return error.at(place)


def _plain(found: _Line, student: str, place: Place) -> Submission:
    if found.seed is found.variant is found.time is msgspec.UNSET:
        return Submission(student, found.answers, place)
    variant = Text("") if found.variant is msgspec.UNSET else Text(str(found.variant), place.line)
    return Submission(student, found.answers, place, _text(found.seed), variant, _text(found.time).strip())


def _text(value: object) -> str:
    return "" if value is msgspec.UNSET else str(value)


def _certain(line: bytes, found: _Line, lists: bool) -> bool:
    """Whether what was decoded is all that the line says, and is not nested too deep; without `lists` none is in it.

    Every key that is typed has its colon. So where there are no more colons than keys were decoded, and in texts, no
    key stood twice. Where there are as many as keys down to the steps, no answer is a mapping with anything in it.
    """
    keys = 2 + len(found.answers) + sum(map(len, found.answers.values()))
    colons = line.count(b":")
    if colons == keys:
        return not lists or line.count(b"[") < DEEPEST - 3 or not _deep(found.answers)
    return ESCAPED_COLON not in line and colons == _colons(found) and not _deep(found.answers)


def _colons(found: _Line) -> int:
    """How many colons are typed where every key stands once and none is escaped."""
    count, level = 0, [msgspec.structs.asdict(found)]
    level[0] = {key: value for key, value in level[0].items() if value is not msgspec.UNSET}
    stack: list[Any] = list(level)
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            count += value.count(":")
        elif isinstance(value, dict):
            count += len(value)
            stack.extend(value)
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return count


def _deep(answers: dict[str, Any]) -> bool:
    """Whether answers are nested deeper than a document may be, which has them one level down."""
    level: list[Any] = [answers]
    for _ in range(DEEPEST - 1):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value
