"""The marks on a part whose answers are single numbers, as lines of JSON for many pages at once.

What is said of an answer is said by `group.said`, once for each kind of sentence and with gaps for a student's own
numbers, which are filled for the cohort.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from grader.document import Text
from grader.kinds import Numbers
from grader.marking import words
from grader.marking.answers import as_typed
from grader.marking.bodies import POSITIONS, Bodies
from grader.marking.following import Students
from grader.marking.group import Group, said, shown, wanted
from grader.marking.marks import Body, listing
from grader.marking.verdicts import CODES, SLIP, UNREAD
from grader.parts import Part

_ENCODE = msgspec.json.Encoder().encode
PLACES = np.array([POSITIONS[verdict] for verdict in CODES], dtype=np.uint8)
INPUTS, OWN, ANSWER = "\ue000", "\ue001", "\ue002"
"""What stands for gaps, one character each that nobody writes: own earlier answers, what they lead to, the answer."""


def quoted(text: Any) -> str:
    """A text in JSON."""
    return _ENCODE(text).decode()


def single(group: Group, part: Part) -> bool:
    """Whether all there is to say of a part's answers, right or wrong, is said of a single number."""
    led_to = group.way.led_to[part.step]
    scalar = not group.solution[part.step].shape and group.judged[part.step].codes.ndim == 1
    return scalar and (led_to is None or led_to.ndim == 1)


def plain(group: Group) -> bool:
    """Whether own answers are shown by nothing that has another spelling in JSON."""
    steps = group.solution.values()
    return all(isinstance(step.kind, Numbers) and step.name.name.isidentifier() for step in steps)


class SingleNumbers:
    """One part's answers that are neither blank nor simply correct."""

    def __init__(self, group: Group, part: Part) -> None:
        self.group, self.part, self.judged = group, part, group.judged[part.step]
        self.step, self.expected = group.solution[part.step], group.expected(part.step)
        self.forms: dict[tuple[int, int, bool], str] = {}
        self.plain = plain(group)

    def put(self, bodies: Bodies, who: Students) -> np.ndarray:
        """The numbers of the marks of some students."""
        codes = self.judged.codes[who]
        found = np.empty(len(who), dtype=np.int32)
        if (slipped := codes == SLIP).any():
            found[slipped] = self.put_lines(bodies, self.slipped(who[slipped]), codes[slipped])
        if (unread := codes == UNREAD).any():
            marks = [self.group.body(self.part, i, CODES[UNREAD]) for i in who[unread].tolist()]
            found[unread] = bodies.put(marks)
        rest = np.flatnonzero(~(slipped | unread))
        for columns, some in self.group.inputs(self.part.step, who[rest]):
            at = rest[np.searchsorted(who[rest], some)]
            lines = self.lines(some, codes[at].tolist(), columns)
            found[at] = self.put_lines(bodies, lines, codes[at])
        return found

    def put_lines(self, bodies: Bodies, lines: list[str], codes: np.ndarray) -> np.ndarray:
        """The numbers of some marks that are lines of JSON, with their verdicts by code."""
        return bodies.put_lines(lines, PLACES[codes], np.array(self.group.shares)[codes])

    def slipped(self, who: Students) -> list[str]:
        """The marks of students who made a slip."""
        head, rest = self.body("slip", ANSWER, expected=self.expected).split(f'"{ANSWER}"')
        rest = rest.removesuffix("}")
        own = ["" if each in {None, self.expected} else f',"own":{quoted(each)}' for each in self.own(who)]
        slips = [self.judged.slips[i] for i in who.tolist()]
        return [
            f'{head}{answer}{rest}{lead},"slip":{quoted(slip.name)},'
            f'"message":{quoted(words.slipped(slip.told, self.expected))}}}'
            for answer, lead, slip in zip(self.answers(who), own, slips, strict=True)
        ]

    def body(self, verdict: str, answer: str, **others: Any) -> str:
        """A mark on a single number."""
        share = self.group.shares[CODES.index(verdict)]
        points = float(self.part.points)
        body = Body(part=self.part.step, verdict=verdict, credit=share, points=points, answer=answer, **others)
        return quoted(body)

    def lines(self, who: Students, verdicts: list[int], columns: list[list[str]]) -> list[str]:
        """The marks of students whose answers rest on the same steps, with what is said of their answers to these."""
        own, forms = self.own(who), self.forms
        counts, inputs = named(columns, len(who))
        keys = zip(verdicts, counts, [each is None or each == self.expected for each in own], strict=True)
        cases = [forms.get(key) or self.form(key) for key in keys]
        shown = own if self.plain else [each if each is None else quoted(each)[1:-1] for each in own]
        said = inputs if self.plain else [quoted(each)[1:-1] for each in inputs]
        return [
            case % (answer, lead, text, lead)
            for case, answer, lead, text in zip(cases, self.answers(who), shown, said, strict=True)
        ]

    def form(self, key: tuple[int, int, bool]) -> str:
        """A mark with gaps for the answer, what it leads to, the inputs by words, and once more what it leads to."""
        code, count, same = key
        verdict = CODES[code]
        own = self.expected if same else OWN
        message = said(verdict, [INPUTS] * count, own, self.expected, wanted(self.part))
        message = message.replace(listing([INPUTS] * count), INPUTS) if count else message
        body = self.body(verdict, ANSWER, expected=self.expected, own=None if same else OWN, message=message)
        head, rest = body.replace("%", "%%").split(f'"{ANSWER}"')
        about, message = rest.split('"message":')
        message = message.replace(INPUTS, "%s") if INPUTS in message else f"%.0s{message}"
        form = f'{head}%s{gap(about)}"message":{gap(message)}'
        self.forms[key] = form
        return form

    def answers(self, who: Students) -> list[str]:
        """What the students typed."""
        typed, read = self.group.handed.typed[self.part.step], self.group.reads[self.part.step]
        return [
            quoted(as_typed(typed.node(code) or Text(""))) if code in read.answers else f'"{typed.given[code]}"'
            for code in self.group.handed.of(self.part.step)[who].tolist()
        ]

    def own(self, who: Students) -> list[Any]:
        """What their own earlier answers lead to, as text."""
        led_to = self.group.way.led_to[self.part.step]
        if led_to is None:
            return [None] * len(who)
        if isinstance(self.step.kind, Numbers):
            return shown(self.step.kind, np.broadcast_to(led_to, self.judged.codes.shape)[who])
        return [self.group.led_to(self.step, i) for i in who.tolist()]


def gap(form: str) -> str:
    """A form with a gap for what own values lead to; one that takes nothing in, at its end, where it does not say."""
    return form.replace(OWN, "%s") if OWN in form else f"{form}%.0s"


def named(columns: Sequence[Sequence[str]], count: int) -> tuple[list[int], list[str]]:
    """How many of each student's texts are not empty, two for many, and these in words.

    >>> named([["w = 1", "", ""], ["b = 2", "b = 3", ""]], 3)
    ([2, 1, 0], ['w = 1 and b = 2', 'b = 3', ''])
    """
    if not columns:
        return [0] * count, [""] * count
    rows = [[text for text in row if text] for row in zip(*columns, strict=True)]
    return [min(len(row), 2) for row in rows], [listing(row) if row else "" for row in rows]
