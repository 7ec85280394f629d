"""Gradescope: a student's marks as the `results.json` that an autograder leaves there.

The format is that of https://gradescope-autograders.readthedocs.io/en/latest/specs/. Everything is sent as plain text
(`output_format: text`), so that nothing a student wrote is read as Markdown or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from grader.document import read_text
from grader.errors import DocumentError, Place
from grader.marking.marks import WAITING, Mark, earned, one_line
from grader.render.escaping import shortened, visible

VISIBILITIES = ("after_due_date", "after_published", "visible", "hidden")
"""When students see their results. Messages hold the key's values, so that the first is what we send if not told."""
MOST_TOLD = 20  # lines about a submission that cannot be used
LONGEST_NAME = 200  # characters of somebody's name


def results(
    marks: Sequence[Mark], points: Mapping[str, Fraction], visibility: str = VISIBILITIES[0], told: Sequence[str] = ()
) -> dict[str, Any]:
    """One student's `results.json`, ready to be written as JSON.

    `points` are the student's `total` and what it is `out_of`. Gradescope takes the total as it stands, so that
    penalties, floors and rounding count; the tests show where it comes from. `told` is what could not be used of what
    the student handed in.

    >>> mark = Mark(student="s", problem="sgd-line", part="w_5", verdict="correct", credit=1, points=2, answer="1.27")
    >>> made = results([mark], {"total": Fraction(2), "out_of": Fraction(2)})
    >>> made["score"], made["tests"][0]["name"], made["tests"][0]["status"], made["tests"][0]["output"]
    (2.0, 'sgd-line: w_5', 'passed', 'Your answer: 1.27')
    """
    return {
        "score": rounded(points["total"]),
        "output": "\n".join([summary(marks, points), *told]),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "extra_data": {"student": marks[0].student, "max_score": rounded(points["out_of"])},
        "tests": cases(marks),
    }


def unusable(told: Sequence[str], visibility: str = VISIBILITIES[2]) -> dict[str, Any]:
    """The results of a submission of which nothing could be marked, and why: no points, and seen at once."""
    why = "Nothing of what you handed in could be marked."
    return {
        "score": 0.0,
        "output": "\n".join([why, *told]),
        "output_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "extra_data": {},
        "tests": [],
    }


def cases(marks: Iterable[Mark]) -> list[dict[str, Any]]:
    """A test for each part, numbered `problem.part` in the order of the page."""
    numbers: dict[str, list[int]] = {}
    found = []
    for mark in marks:
        number = numbers.setdefault(mark.problem, [len(numbers) + 1, 0])
        number[1] += 1
        found.append(case(mark, f"{number[0]}.{number[1]}"))
    return found


def case(mark: Mark, number: str) -> dict[str, Any]:
    """One part. What waits for a person has no score and no status: Gradescope would show it as failed."""
    shown = {
        "name": f"{visible(mark.problem)}: {visible(mark.part)}",
        "number": number,
        "output": output(mark),
        "tags": [mark.problem, mark.verdict, *([mark.slip] if mark.slip else [])],
    }
    if mark.verdict in WAITING:
        return shown
    points = Fraction(mark.points).limit_denominator(10**6)
    passed = "passed" if mark.credit >= 1 else "failed"
    return {**shown, "score": rounded(earned(mark)), "max_score": rounded(points), "status": passed}


def output(mark: Mark) -> str:
    """What a student reads on one part: the answer as it was read, and what is said of it.

    >>> print(output(Mark(student="s", problem="p", part="w", verdict="review", credit=0, points=2, answer="\\x1b[2J")))
    Your answer: �[2J
    A person will read this answer; it is worth 2 points.
    """
    lines = [f"Your answer: {visible(shortened(one_line(mark.answer)))}"] if mark.answer not in (None, "") else []
    lines += [visible(mark.message)] if mark.message else []
    if mark.verdict in WAITING:
        lines.append(f"A person will read this answer; it is worth {mark.points:g} points.")
    return "\n".join(lines)


def summary(marks: Sequence[Mark], points: Mapping[str, Fraction]) -> str:
    """How much there is in all, and what is not counted yet."""
    waiting = sum(mark.verdict in WAITING for mark in marks)
    lines = [f"{rounded(points['total']):g} of {rounded(points['out_of']):g} points."]
    if waiting:
        lines.append(f"{waiting} answer{'s wait' if waiting > 1 else ' waits'} for a person.")
    return " ".join(lines)


def rounded(points: Fraction) -> float:
    """Points as a number of JSON, with six decimals at the most."""
    return round(float(points), 6)


def to_json(results: Mapping[str, Any]) -> bytes:
    """The file that Gradescope reads."""
    return msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n"


def told_of(text: str, folder: str) -> list[str]:
    """What `grader grade` said of files in `folder`, for the student who handed them in, without the folder.

    >>> told_of("Nothing was marked.\\ncannot use /a/sub/x.yaml:3: no student is named\\n", "/a/sub")
    ['Cannot use x.yaml:3: no student is named']
    """
    start = f"cannot use {folder.rstrip('/')}/"
    lines = [line.removeprefix(start) for line in text.splitlines() if line.startswith(start)]
    more = [f"{len(lines) - MOST_TOLD} more lines are left out."] if len(lines) > MOST_TOLD else []
    return [f"Cannot use {visible(shortened(line))}" for line in lines[:MOST_TOLD]] + more


class _User(msgspec.Struct, frozen=True):
    id: int | str = ""
    name: str = ""
    email: str = ""


class _Metadata(msgspec.Struct, frozen=True):
    id: int | str = ""
    created_at: str = ""
    users: list[_User] = msgspec.field(default_factory=list)


def submitters(path: Path) -> list[tuple[str, ...]]:
    """Who handed in, by `submission_metadata.json`: of each the name, the address and the number that there are.

    Raises `DocumentError` where the file is not what Gradescope writes.
    """
    try:
        found = msgspec.json.decode(read_text(path), type=_Metadata)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise DocumentError(f"not Gradescope's metadata: {error}", Place(str(path))) from error
    return [tuple(filter(None, (user.name, user.email, str(user.id)))) for user in found.users]


def whose(student: str, users: Sequence[Sequence[str]]) -> list[str]:
    """A remark where a sheet's student is none of those who handed it in.

    The part of an address before the @ counts as a name too.

    >>> whose("s001", [("Ann Example", "s001@example.org", "1234")])
    []
    >>> whose("s002", [("Ann Example", "s001@example.org", "1234")])
    ["The sheet names the student 's002'; it was handed in by Ann Example."]
    """
    known = {_plain(each) for user in users for name in user for each in (name, name.partition("@")[0])}
    if not known or _plain(student) in known:
        return []
    people = ", ".join(visible(user[0])[:LONGEST_NAME] for user in users if user)
    return [f"The sheet names the student '{visible(student)[:LONGEST_NAME]}'; it was handed in by {people}."]


def _plain(name: str) -> str:
    return re.sub(r"\s+", " ", name).strip().casefold()
