"""The marks on a part whose answers are single numbers, as lines of JSON for many pages at once.

What is said of an answer is said by `group.said`, once for each kind of sentence and with gaps for a student's own
numbers, which are filled for the cohort.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
import numpy as np

from grader.document import Text
from grader.kinds import Numbers
from grader.marking import words
from grader.marking.answers import as_typed
from grader.marking.bodies import LARGEST, POSITIONS, Bodies
from grader.marking.following import Students
from grader.marking.group import Group, said, shown, wanted
from grader.marking.handed import numbered
from grader.marking.marks import Body, listing
from grader.marking.verdicts import CODES, CORRECT, NOTHING, SLIP, UNREAD
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


class Form(NamedTuple):
    """A mark as text around its gaps, and which of these it has."""

    head: str
    about: str
    before: str
    after: str
    end: str
    led: bool
    told: bool
    echo: bool


class SingleNumbers:
    """One part's answers that are neither blank nor simply correct."""

    def __init__(self, group: Group, part: Part) -> None:
        self.group, self.part, self.judged = group, part, group.judged[part.step]
        self.step, self.expected = group.solution[part.step], group.expected(part.step)
        self.forms: dict[tuple[int, int, bool], Form] = {}
        self.plain = plain(group)

    def put(self, bodies: Bodies, who: Students) -> np.ndarray:
        """The numbers of the marks of some students."""
        codes = self.judged.codes[who]
        found = np.empty(len(who), dtype=np.int32)
        if (slipped := codes == SLIP).any():
            some = who[slipped]
            slips = np.unique([id(self.judged.slips[i]) for i in some.tolist()], return_inverse=True)[1]
            first, same = self.alike(some, slips)
            found[slipped] = self.put_lines(bodies, self.slipped(some[first]), codes[slipped][first])[same]
        if (unread := codes == UNREAD).any():
            first, same = self.alike(who[unread])
            marks = [self.group.body(self.part, i, CODES[UNREAD]) for i in who[unread][first].tolist()]
            found[unread] = bodies.put(marks)[same]
        rest = np.flatnonzero(~(slipped | unread))
        for sources, some in self.group.sources(self.part.step, who[rest]):
            at = rest[np.searchsorted(who[rest], some)]
            first, same = self.alike(some, sources=sources)
            lines = self.lines(some[first], codes[at[first]], sources)
            found[at] = self.put_lines(bodies, lines, codes[at[first]])[same]
        return found

    def put_plain(self, bodies: Bodies, who: Students) -> np.ndarray:
        """The numbers of the marks of some students whose answers are correct or blank."""
        codes = self.judged.codes[who]
        head, rest = self.around(self.body(CODES[CORRECT], ANSWER))
        lines = [
            f"{head}{answer}{rest}" if correct else quoted(self.group.body(self.part, i, CODES[NOTHING]))
            for answer, correct, i in zip(self.answers(who), (codes == CORRECT).tolist(), who.tolist(), strict=True)
        ]
        return self.put_lines(bodies, lines, codes)

    def alike(self, who: Students, *others: np.ndarray, sources: Sequence[str] = ()) -> tuple[np.ndarray, np.ndarray]:
        """`distinct` marks of students whose answers rest on the same steps, by what these and the others say."""
        handed = self.group.handed
        typed = [handed.of(step)[who] for step in (self.part.step, *sources)]
        columns = [self.judged.codes[who], *others, *typed]
        first, same = distinct(columns)
        led_to = self.group.way.led_to[self.part.step]
        if led_to is None or led_to.shape[-1] == 1:
            return first, same
        bits = led_to[who].view(np.int64)
        if (bits[first][same] == bits).all():  # as it is where all that a step rests on is among the columns
            return first, same
        return distinct([*columns, np.unique(bits, return_inverse=True)[1]])

    def put_lines(self, bodies: Bodies, lines: list[str], codes: np.ndarray) -> np.ndarray:
        """The numbers of some marks that are lines of JSON, with their verdicts by code."""
        return bodies.put_lines(lines, PLACES[codes], np.array(self.group.shares)[codes])

    def slipped(self, who: Students) -> list[str]:
        """The marks of students who made a slip."""
        head, rest = self.around(self.body("slip", ANSWER, expected=self.expected))
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

    def lines(self, who: Students, codes: np.ndarray, sources: Sequence[str]) -> list[str]:
        """The marks of students whose answers rest on the same steps, with what is said of their answers to these."""
        own = self.own(who)
        counts, inputs = self.inputs(who, sources)
        same = [each is None or each == self.expected for each in own]
        forms = [self.forms.get(key) or self.form(key) for key in zip(codes.tolist(), counts, same, strict=True)]
        shown = own if self.plain else [each if each is None else quoted(each)[1:-1] for each in own]
        said = inputs if self.plain else [quoted(each)[1:-1] for each in inputs]
        rows = zip(forms, self.answers(who), shown, said, strict=True)
        return [
            f"{head}{typed}{about}{lead if led else ''}{before}{text if told else ''}{after}{lead if echo else ''}{end}"
            for (head, about, before, after, end, led, told, echo), typed, lead, text in rows
        ]

    def inputs(self, who: Students, sources: Sequence[str]) -> tuple[list[int], list[str]]:
        """How many of each student's own earlier answers are told, two for many, and these in words."""
        group = self.group
        return named(
            [
                *([text] * len(who) for text in group.stated(self.part.step)),
                *(group.labels(step, who) for step in sources),
            ],
            len(who),
        )

    def form(self, key: tuple[int, int, bool]) -> Form:
        """A mark around the answer, what own values lead to, the inputs by words, and once more what they lead to."""
        code, count, same = key
        verdict = CODES[code]
        own = self.expected if same else OWN
        message = said(verdict, [INPUTS] * count, own, self.expected, wanted(self.part))
        message = message.replace(listing([INPUTS] * count), INPUTS) if count else message
        body = self.body(verdict, ANSWER, expected=self.expected, own=None if same else OWN, message=message)
        head, rest = self.around(body)
        about, message = rest.split('"message":')
        about, led, rest = about.partition(OWN)
        first, told, message = message.partition(INPUTS) if INPUTS in message else ("", "", message)
        after, echo, end = message.partition(OWN)
        form = Form(head, about, f'{rest}"message":{first}', after, end, bool(led), bool(told), bool(echo))
        self.forms[key] = form
        return form

    def answers(self, who: Students) -> list[str]:
        """What the students typed."""
        codes = self.group.handed.of(self.part.step)[who].tolist()
        return [*map(self.typed.__getitem__, codes)]

    @cached_property
    def typed(self) -> list[str]:
        """The distinct answers in JSON, by their codes, with no quotes around them where `quote` has these."""
        typed, read = self.group.handed.typed[self.part.step], self.group.reads[self.part.step]
        texts = list(typed.given) if self.quote else [f'"{given}"' for given in typed.given]
        for code in read.answers:
            text = quoted(as_typed(typed.node(code) or Text("")))
            texts[code] = text[1:-1] if self.quote else text
        return texts

    @cached_property
    def quote(self) -> str:
        """What stands around every answer in JSON: nothing where one is a list or a mapping."""
        typed, read = self.group.handed.typed[self.part.step], self.group.reads[self.part.step]
        return '"' if all(typed.text(code) is not None for code in read.answers) else ""

    def around(self, body: str) -> tuple[str, str]:
        """A mark's JSON before an answer and behind it."""
        head, rest = body.split(f'"{ANSWER}"')
        return head + self.quote, self.quote + rest

    def own(self, who: Students) -> list[Any]:
        """What their own earlier answers lead to, as text."""
        led_to = self.group.way.led_to[self.part.step]
        if led_to is None:
            return [None] * len(who)
        if isinstance(self.step.kind, Numbers):
            return shown(self.step.kind, np.broadcast_to(led_to, self.judged.codes.shape)[who])
        return [self.group.led_to(self.step, i) for i in who.tolist()]


def distinct(columns: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Where each distinct row of some columns of whole numbers from 0 stands first, in order, and which each row is.

    >>> first, same = distinct([np.array([7, 0, 7, 0]), np.array([1, 1, 1, 2])])
    >>> first.tolist(), same.tolist()
    ([0, 1, 3], [0, 1, 0, 2])
    """
    rows, most = np.zeros(1, dtype=np.int64), 1
    for column in columns:
        size = int(column.max(initial=0)) + 1
        if most * size > LARGEST:
            rows = np.unique(rows, return_inverse=True)[1]
            most = int(rows.max(initial=0)) + 1
        rows, most = rows * size + column, most * size
    keys = rows.tolist()
    known = numbered()
    which = np.fromiter(map(known.__getitem__, keys), np.intp, len(keys))
    first = np.empty(len(known), dtype=np.intp)
    first[which[::-1]] = np.arange(len(keys))[::-1]
    return first, which


def named(columns: Sequence[Sequence[str]], count: int) -> tuple[list[int], list[str]]:
    """How many of each student's texts are not empty, two for many, and these in words as `listing` has them.

    >>> named([["w = 1", "", ""], ["b = 2", "b = 3", ""]], 3)
    ([2, 1, 0], ['w = 1 and b = 2', 'b = 3', ''])
    """
    if not columns:
        return [0] * count, [""] * count
    texts = columns[-1]
    counts = [1 if text else 0 for text in texts]
    for column in columns[-2::-1]:
        texts = [
            (f"{text}, {behind}" if many > 1 else f"{text} and {behind}" if many else text) if text else behind
            for text, behind, many in zip(column, texts, counts, strict=True)
        ]
        counts = [(2 if many else 1) if text else many for text, many in zip(column, counts, strict=True)]
    return counts, [*texts]
