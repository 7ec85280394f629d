"""When something was handed in; of a student's submissions the last is marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from grader.errors import GraderError, Notice, Place, SubmissionError
from grader.intake.records import Submission

_STAMP = re.compile(
    r"(?P<day>\d{4}[-/]\d{1,2}[-/]\d{1,2})"
    r"(?:[T\s]\s*(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"\s*(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?[+-]\d{1,2}:?(?:\d\d)?)?"
)


def moment(stamp: str) -> datetime | None:
    """When a stamp says; without a zone it is taken for UTC, and None where it does not start with the year.

    >>> moment("2026-03-05 18:15:23.133 -0400").isoformat(), moment("2026/3/5 6:15 PM").isoformat(), moment("5/3/2026")
    ('2026-03-05T22:15:23.133000+00:00', '2026-03-05T18:15:00+00:00', None)
    """
    match = _STAMP.fullmatch(stamp.strip())
    if match is None:
        return None
    year, month, day = map(int, re.split("[-/]", match["day"]))
    hour = int(match["hour"] or 0)
    if match["half"]:
        hour = hour % 12 + 12 * (match["half"] in "Pp")
    micro = int((match["part"] or "0").ljust(6, "0")[:6])
    try:
        there = datetime(year, month, day, hour, int(match["minute"] or 0), int(match["second"] or 0), micro)
        return there.replace(tzinfo=_zone(match["zone"] or "Z")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str) -> timezone:
    """A zone as it is written: Z, UTC, -0400, GMT+1, +05:30."""
    signed = re.sub(r"[A-Z:]", "", text)
    digits = signed.lstrip("+-")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "")
    shift = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return timezone(-shift if signed.startswith("-") else shift)


def written(stamp: str, form: str) -> str:
    """A stamp of a form of the course's own, as `moment` reads it; as it is where it has another form.

    >>> written("5.3.2026 18:15", "%d.%m.%Y %H:%M"), written("soon", "%d.%m.%Y")
    ('2026-03-05T18:15:00', 'soon')
    """
    if not form or not stamp:
        return stamp
    try:
        return datetime.strptime(" ".join(stamp.split()), form).isoformat()
    except ValueError:
        return stamp


class Stamped(NamedTuple):
    """When something was handed in, if it says so, and where it lies."""

    when: datetime | None
    place: Place


def stamped(item: Submission) -> Stamped:
    return Stamped(moment(item.time) if item.time else None, item.place)


def misdated(item: Submission) -> SubmissionError | None:
    """That what a submission says of its time is none."""
    if not item.time or moment(item.time):
        return None
    what = f"'{item.time[:40]}' is not a time"
    return SubmissionError(what, item.place, "write it as 2026-03-01 12:30; the answers are read")


def counting(student: str, before: Stamped, now: Stamped) -> tuple[Stamped, GraderError]:
    """Of two submissions of a student, in the order of reading, the one that counts, and what is told of the other.

    The last by its time counts, which is worth a `Notice`. Without two different times the first counts, and the
    second is an error, at its place. Of more than two, each is held against the one that counted so far.

    >>> early, late = Stamped(moment("2026-03-01"), Place("a.yaml")), Stamped(moment("2026-03-02"), Place("b.yaml"))
    >>> counted, told = counting("s001", early, late)
    >>> print(counted.place, type(told).__name__, told)
    b.yaml Notice a.yaml: 's001' handed in again at 2026-03-02 00:00:00, with b.yaml; the last is marked
    """
    if before.when is None or now.when is None or before.when == now.when:
        what = f"'{student}' has already handed in, with {before.place}"
        return before, SubmissionError(what, now.place, "the first is marked; remove one of them")
    first, last = (now, before) if now.when < before.when else (before, now)
    assert last.when is not None
    shown = last.when.isoformat(" ", "seconds").removesuffix("+00:00")
    what = f"'{student}' handed in again at {shown}, with {last.place}"
    return last, Notice(what, first.place, "the last is marked")


def latest(read: Callable[[], Iterable[Submission | GraderError]]) -> Iterator[Submission | GraderError]:
    """Every student once, and an error or a notice for each submission that another takes the place of.

    Where there are times all is read a second time, so that none of it is held.
    """
    counted: dict[str, Stamped] = {}
    for item in read():
        if isinstance(item, GraderError):
            yield item
            continue
        if trouble := misdated(item):
            yield trouble
        now = stamped(item)
        before = counted.setdefault(item.student, now)
        if before is not now:
            counted[item.student], told = counting(item.student, before, now)
            yield told
        elif now.when is None:
            yield item
    last = {student: each.place for student, each in counted.items() if each.when}
    if last:
        yield from _chosen(read(), last)


def _chosen(items: Iterable[Submission | GraderError], last: dict[str, Place]) -> Iterator[Submission | GraderError]:
    for item in items:
        if isinstance(item, Submission) and last.get(item.student) == item.place:
            del last[item.student]
            yield item
    for student, place in last.items():
        yield SubmissionError(f"what '{student}' handed in changed while it was read", place, "run it again")
