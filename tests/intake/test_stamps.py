"""Who hands in twice: the last by its time is marked, and both places are named."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import GraderError, Notice
from grader.intake import Submission, read
from grader.intake.stamps import moment, written


def lines(path: Path, *stamps: tuple[str, str]) -> Path:
    """A submission of each student at each time."""
    answers = {"line": {"w": 1}}
    rows = [{"student": student, "time": stamp, "answers": answers} for student, stamp in stamps]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def found(path: Path) -> tuple[dict[str, int | None], list[str]]:
    items = list(read(path))
    errors = [str(item).replace(f"{path.parent}/", "") for item in items if isinstance(item, GraderError)]
    handed_in = [item for item in items if isinstance(item, Submission)]
    assert len({item.student for item in handed_in}) == len(handed_in)
    return {item.student: item.place.line for item in handed_in}, errors


AGAIN = "'s1' handed in again at 2026-03-0"
ALREADY = "'s1' has already handed in, with a.jsonl:1; the first is marked; remove one of them"


@pytest.mark.parametrize(
    ("stamps", "line", "told"),
    [
        (["2026-03-01", "2026-03-02"], 2, [f"a.jsonl:1: {AGAIN}2 00:00:00, with a.jsonl:2; the last is marked"]),
        (["2026-03-02", "2026-03-01"], 1, [f"a.jsonl:2: {AGAIN}2 00:00:00, with a.jsonl:1; the last is marked"]),
        (["2026-03-01", "2026-03-03", "2026-03-02"], 2,
         [f"a.jsonl:1: {AGAIN}3 00:00:00, with a.jsonl:2; the last is marked",
          f"a.jsonl:3: {AGAIN}3 00:00:00, with a.jsonl:2; the last is marked"]),
        (["2026-03-01 12:00 +0200", "2026-03-01T11:00Z"], 2,
         [f"a.jsonl:1: {AGAIN}1 11:00:00, with a.jsonl:2; the last is marked"]),
        (["2026-03-01", "2026-03-01"], 1, [f"a.jsonl:2: {ALREADY}"]),
        (["", ""], 1, [f"a.jsonl:2: {ALREADY}"]),
        (["", "2026-03-01"], 1, [f"a.jsonl:2: {ALREADY}"]),
        (["2026-03-01", ""], 1, [f"a.jsonl:2: {ALREADY}"]),
        (["soon"], 1, ["a.jsonl:1: 'soon' is not a time; write it as 2026-03-01 12:30; the answers are read"]),
    ],
)  # fmt: skip
def test_twice(tmp_path: Path, stamps: list[str], line: int, told: list[str]) -> None:
    path = lines(tmp_path / "a.jsonl", *[("s1", stamp) for stamp in stamps], ("s2", "2026-01-01"))
    assert found(path) == ({"s1": line, "s2": len(stamps) + 1}, told)


@pytest.mark.parametrize(
    ("stamps", "notices"),
    [(["2026-03-01", "2026-03-02"], 1), (["2026-03-02", "2026-03-01"], 1), (["", ""], 0), (["", "2026-03-01"], 0),
     (["2026-03-01", "2026-03-01"], 0), (["2026-03-01", "soon"], 0)],
)  # fmt: skip
def test_what_is_ordinary(tmp_path: Path, stamps: list[str], notices: int) -> None:
    """Handing in again at another time is ordinary; that nobody can say which counts is not."""
    items = list(read(lines(tmp_path / "a.jsonl", *[("s1", stamp) for stamp in stamps])))
    assert sum(isinstance(item, Notice) for item in items) == notices
    assert sum(isinstance(item, GraderError) and not isinstance(item, Notice) for item in items) >= 1 - notices


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 28)), max_size=12))
def test_the_last_of_each_student(tmp_path_factory: pytest.TempPathFactory, handed_in: list[tuple[str, int]]) -> None:
    """Whatever the order, each student's latest is marked once, and every other submission is named."""
    path = lines(tmp_path_factory.mktemp("any") / "a.jsonl", *[(who, f"2026-03-{day:02}") for who, day in handed_in])
    if not handed_in:
        return
    best = {who: max(day for each, day in handed_in if each == who) for who, _ in handed_in}
    marked, errors = found(path)
    assert {who: handed_in[line - 1][1] for who, line in marked.items() if line} == best
    assert len(errors) == len(handed_in) - len(best)


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), st.integers(-11 * 60, 11 * 60))
def test_any_iso_time(when: datetime, minutes: int) -> None:
    there = when.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert moment(there.isoformat()) == there


NO_TIMES = ["", "5/3/2026", "2026-13-01", "2026-03-01 25:00", "2026-03-01 +99:00", "0001-01-01 +05:00"]


@pytest.mark.parametrize("typed", NO_TIMES)
def test_what_is_no_time(typed: str) -> None:
    assert moment(typed) is None


@given(st.text(max_size=30), st.text(alphabet="%dmYHp. x", max_size=10))
def test_any_stamp_is_answered(stamp: str, form: str) -> None:
    assert isinstance(written(stamp, form), str)
    assert moment(stamp) is None or isinstance(moment(stamp), datetime)
