"""What one student handed in, and how it is read from a document."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from grader.document import Entries, Items, Node, Text, from_python
from grader.errors import Place, SubmissionError, did_you_mean

HEAD = ("student", "seed", "variant", "time")
KEYS = (*HEAD, "answers")


class Submission(msgspec.Struct, frozen=True):
    """What one student handed in: answers as typed, a mapping of problems to mappings of steps.

    The answers of a whole class may be plain values (texts, whole numbers, true, false, None, lists and mappings of
    these): they mean what `document.from_python` makes of them, on the line of `place`.

    >>> handed_in = Submission("s001", {"line": {"w": 1, "b": "0.50", "c": None}}, Place("class.jsonl", 7))
    >>> handed_in.sheet("line"), handed_in.line_of("line")
    ({'w': '1', 'b': '0.50', 'c': ''}, 7)
    """

    student: str
    answers: Mapping[str, Any]
    place: Place
    seed: str = ""
    variant: Text | Entries = Text("")
    """What the sheet says of its numbers: a code or the letter of a form, one for all problems or one for each."""
    time: str = ""
    """When it was handed in, as typed; of a student's submissions with a time the last is marked."""

    def variant_of(self, problem: str) -> str:
        """What the sheet says of the numbers of one problem."""
        if not self.variant:
            return ""
        found = self.variant.get(problem, "") if isinstance(self.variant, Entries) else self.variant
        return str(found).strip()

    def answered(self, problem: str) -> Mapping[str, Any]:
        """The answers to one problem, by step, as they were read: nodes or plain values."""
        steps = self.answers.get(problem)
        return steps if isinstance(steps, dict) else {}

    def sheet(self, problem: str) -> Entries:
        """The answers to one problem, by step, as nodes."""
        steps = self.answered(problem)
        node = steps if isinstance(steps, Entries) else from_python(steps, self.place)
        assert isinstance(node, Entries)
        return node

    def line_of(self, problem: str) -> int | None:
        """The line where the answers to a problem stand."""
        found = self.answers.line_of(problem) if isinstance(self.answers, Entries) else None
        return found or self.place.line

    def typed(self) -> Submission:
        """The same with its answers as nodes."""
        if isinstance(self.answers, Entries):
            return self
        return msgspec.structs.replace(self, answers=from_python(self.answers, self.place))


class Origins(NamedTuple):
    """Where some submissions come from: names of files, which of them each is in, and on which line, 0 for none."""

    files: tuple[str, ...]
    file: list[int]
    lines: list[int]

    @staticmethod
    def of(places: Sequence[Place]) -> Origins:
        """Those of some places.

        >>> Origins.of([Place("a.csv", 2), Place("b.yaml"), Place("a.csv", 3)])
        Origins(files=('a.csv', 'b.yaml'), file=[0, 1, 0], lines=[2, 0, 3])
        """
        files = {file: number for number, file in enumerate(dict.fromkeys(place.file for place in places))}
        return Origins(tuple(files), [files[place.file] for place in places], [place.line or 0 for place in places])


def submission(node: Node, root: Place, student: str = "") -> Submission:
    """One submission from a document: a mapping with `student`, unless another knows who that is, and `answers`."""
    if not isinstance(node, Entries):
        raise SubmissionError("expected a mapping with student and answers", root)
    for key in node:
        if key not in KEYS:
            place = Place(root.file, node.line_of(key), key)
            raise SubmissionError(f"unknown key '{key}'", place, did_you_mean(key, KEYS))
    named = node.get("student") or Text(student)
    if not isinstance(named, Text) or not named.strip():
        raise SubmissionError("no student is named", root, "write student: and an identifier")
    answers = node.get("answers", Entries())
    if not isinstance(answers, Entries):
        if answers:
            raise SubmissionError("expected a mapping of problems to answers", root.within("answers", answers.line))
        answers = Entries()
    seed, time = _text(node, "seed", "42", root), _text(node, "time", "2026-03-01 12:30", root)
    variant = node.get("variant", Text(""))
    if isinstance(variant, Items) or (isinstance(variant, Entries) and not texts(variant)):
        hint = "write it as it stands on the sheet"
        raise SubmissionError("expected a code, or one for each problem", root.within("variant", variant.line), hint)
    return Submission(identifier(named), answers, root, seed, variant, time)


def _text(node: Entries, key: str, example: str, root: Place) -> str:
    value = node.get(key, Text(""))
    if not isinstance(value, Text):
        raise SubmissionError("expected text", root.within(key, node.line_of(key)), f"write {key}: {example}")
    return str(value).strip() if key == "time" else str(value)


def identifier(typed: str) -> str:
    """A student's name without spaces around it, and as one text however its accents are put together.

    >>> identifier(" Zoe\u0308 ") == "Zo\u00eb"
    True
    """
    return unicodedata.normalize("NFC", typed.strip())


def texts(entries: Entries) -> bool:
    """Whether a mapping holds nothing but texts."""
    return all(isinstance(value, Text) for value in entries.values())
