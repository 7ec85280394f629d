"""When something was handed in; of a student's submissions the last is marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone

from grader.errors import GraderError, Place, SubmissionError
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


def latest(read: Callable[[], Iterable[Submission | GraderError]]) -> Iterator[Submission | GraderError]:
    """Every student once, and an error for each submission that another takes the place of.

    Without times the first counts. Where there are times all is read a second time, so that none of it is held.
    """
    seen: dict[str, Place] = {}
    last: dict[str, tuple[datetime, Place]] = {}
    for item in read():
        if isinstance(item, GraderError):
            yield item
            continue
        when = moment(item.time) if item.time else None
        if item.time and when is None:
            yield _misdated(item)
        if item.student in last or item.student in seen:
            yield _again(item, when, seen, last)
        elif when is None:
            seen[item.student] = item.place
            yield item
        else:
            last[item.student] = when, item.place
    if last:
        yield from _chosen(read(), last)


def _misdated(item: Submission) -> SubmissionError:
    what = f"'{item.time[:40]}' is not a time"
    return SubmissionError(what, item.place, "write it as 2026-03-01 12:30; the answers are read")


def _again(
    item: Submission, when: datetime | None, seen: dict[str, Place], last: dict[str, tuple[datetime, Place]]
) -> SubmissionError:
    """Of two submissions of a student, that one is not marked: the earlier, or without times the second."""
    before, first = last.get(item.student, (None, seen.get(item.student)))
    if before is None or when is None or when == before:
        what = f"'{item.student}' has already handed in, with {first}"
        return SubmissionError(what, item.place, "the first is marked; remove one of them")
    if when < before:
        what = f"'{item.student}' handed in again at {_shown(before)}, with {first}"
        return SubmissionError(what, item.place, "the last is marked")
    last[item.student] = when, item.place
    what = f"'{item.student}' handed in again at {_shown(when)}, with {item.place}"
    return SubmissionError(what, first, "the last is marked")


def _shown(when: datetime) -> str:
    return when.isoformat(" ", "seconds").removesuffix("+00:00")


def _chosen(
    items: Iterable[Submission | GraderError], last: dict[str, tuple[datetime, Place]]
) -> Iterator[Submission | GraderError]:
    for item in items:
        if isinstance(item, Submission) and last.get(item.student, (None, None))[1] == item.place:
            del last[item.student]
            yield item
    for student, (_, place) in last.items():
        yield SubmissionError(f"what '{student}' handed in changed while it was read", place, "run it again")
