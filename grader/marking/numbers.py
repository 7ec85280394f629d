"""The marks on a part whose answers are single numbers, for many pages at once."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from grader.kinds import Numbers, number
from grader.marking import words
from grader.marking.answers import as_typed
from grader.marking.bodies import POSITIONS, Bodies
from grader.marking.following import Students
from grader.marking.group import Group, said, wanted
from grader.marking.judging import Judged
from grader.marking.marks import Body
from grader.marking.verdicts import CODES
from grader.parts import Part

_ENCODE = msgspec.json.Encoder().encode
PLACES = np.array([POSITIONS[verdict] for verdict in CODES], dtype=np.uint8)


def quoted(text: Any) -> str:
    """A text in JSON."""
    return _ENCODE(text).decode()


def single(group: Group, part: Part) -> bool:
    """Whether all there is to say of a part's answers, right or wrong, is said of a single number."""
    led_to = group.way.led_to[part.step]
    scalar = not group.solution[part.step].shape and group.judged[part.step].codes.ndim == 1
    return scalar and (led_to is None or led_to.ndim == 1)


class SingleNumbers:
    """One part's answers that are neither blank nor simply correct."""

    def __init__(self, group: Group, part: Part) -> None:
        self.group, self.part, self.judged = group, part, group.judged[part.step]
        self.step, self.expected = group.solution[part.step], group.expected(part.step)

    def put(self, bodies: Bodies, who: Students) -> np.ndarray:
        """The numbers of the marks of some students."""
        codes = self.judged.codes[who]
        verdicts = codes.tolist()
        own, slips = self.own(who), self.slips(who)
        messages = self.messages(who, verdicts, own)
        heads, answers = self.heads(), self.answers(who)
        led = ["" if each is None or each == self.expected else f',"own":{quoted(each)}' for each in own]
        lines = [
            f'{heads[verdict]}{answer}{heads[-1]}{lead}{slip},"message":{quoted(message)}}}'
            for verdict, answer, lead, slip, message in zip(verdicts, answers, led, slips, messages, strict=True)
        ]
        return bodies.put_lines(lines, PLACES[codes], np.array(self.group.shares)[codes])

    def heads(self) -> list[str]:
        """How the marks begin, by verdict, and at last what the key has."""
        part, shares = self.part, self.group.shares
        points = float(part.points)
        begun = [
            quoted(Body(part=part.step, verdict=verdict, credit=share, points=points))[:-1] + ',"answer":'
            for verdict, share in zip(CODES, shares, strict=True)
        ]
        return [*begun, f',"expected":{quoted(self.expected)}']

    def answers(self, who: Students) -> list[str]:
        """What the students typed."""
        typed, read = self.group.handed.typed[self.part.step], self.group.reads[self.part.step]
        return [
            quoted(as_typed(typed.node(code))) if code in read.answers else f'"{typed.given[code]}"'
            for code in self.group.handed.of(self.part.step)[who].tolist()
        ]

    def own(self, who: Students) -> list[Any]:
        """What their own earlier answers lead to."""
        led_to = self.group.way.led_to[self.part.step]
        if led_to is None:
            return [None] * len(who)
        if isinstance(self.step.kind, Numbers):
            return [number(value) for value in np.broadcast_to(led_to, self.judged.codes.shape)[who].tolist()]
        return [self.group.led_to(self.step, i) for i in who.tolist()]

    def slips(self, who: Students) -> list[str]:
        """The names of their slips."""
        slips = self.judged.slips
        if not slips:
            return [""] * len(who)
        return [f',"slip":{quoted(slips[i].name)}' if i in slips else "" for i in who.tolist()]

    def messages(self, who: Students, verdicts: list[int], own: list[Any]) -> list[str]:
        """What they read."""
        messages = [""] * len(who)
        told: list[int] = []
        slips, plain = self.judged.slips, {CODES.index("unreadable")}
        for k, i in enumerate(who.tolist()):
            if verdicts[k] in plain:
                messages[k] = self.group.message(self.part, i, CODES[verdicts[k]], self.judged, self.expected)
            elif i in slips:
                messages[k] = words.slipped(slips[i].told, self.expected)
            else:
                told.append(k)
        if told:
            self.tell(who, told, verdicts, own, messages)
        return messages

    def tell(self, who: Students, told: list[int], verdicts: list[int], own: list[Any], messages: list[str]) -> None:
        """Fill in what is said of own earlier answers."""
        position = dict(zip(who[told].tolist(), told, strict=True))
        digits = wanted(self.part)
        for columns, some in self.group.inputs(self.part.step, who[told]):
            rows = zip(*columns, strict=True) if columns else [()] * len(some)
            for i, row in zip(some.tolist(), rows, strict=True):
                k = position[i]
                inputs = [label for label in row if label]
                messages[k] = said(CODES[verdicts[k]], inputs, own[k], self.expected, digits)
