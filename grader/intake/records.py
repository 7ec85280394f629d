"""What one student handed in, and how it is read from a document."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from grader.document import Entries, Items, Node, Text
from grader.errors import Place, SubmissionError, did_you_mean

HEAD = ("student", "seed", "variant", "time")
KEYS = (*HEAD, "answers")


@dataclass(frozen=True)
class Submission:
    """What one student handed in: answers as typed, a mapping of problems to mappings of steps."""

    student: str
    answers: Entries
    place: Place
    seed: str = ""
    variant: Text | Entries = field(default_factory=lambda: Text(""))
    """What the sheet says of its numbers: a code or the letter of a form, one for all problems or one for each."""
    time: str = ""
    """When it was handed in, as typed; of a student's submissions with a time the last is marked."""

    def variant_of(self, problem: str) -> str:
        """What the sheet says of the numbers of one problem."""
        found = self.variant.get(problem, "") if isinstance(self.variant, Entries) else self.variant
        return str(found).strip()

    def sheet(self, problem: str) -> Entries:
        """The answers to one problem, by step."""
        steps = self.answers.get(problem)
        return steps if isinstance(steps, Entries) else Entries()


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
