"""Shares of a cohort put together: the same bytes as one run over everything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from tests.run.folder import LINE, SHEETS, fill_in, points

FILES = ("marks.jsonl", "marks.csv", "review.csv", "unread.jsonl")
SHARES = [f"share-{i}" for i in (1, 2, 3)]


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def lines() -> list[str]:
    """Students with answers to one problem or to both, one line that is broken, and some who hand in again."""
    found = [json.dumps({"student": f"s{k:02}", "answers": SHEETS["ann" if k % 3 else "eve"]}) for k in range(40)]
    found[7] = "{broken"
    found[20] = json.dumps({"student": "s03", "answers": SHEETS["bob"]})
    found += [json.dumps({"student": "late", "time": f"2026-03-0{day}", "answers": SHEETS["eve"]}) for day in (2, 1, 3)]
    return found


@pytest.fixture
def shares(course: Path) -> Path:
    """A cohort in one file, marked whole into `whole/` and in three shares."""
    Path("exam.jsonl").write_text("\n".join(lines()) + "\n")
    assert call("grade", "exam.jsonl", "--out", "whole").exit_code == 1
    for i, share in enumerate(SHARES, start=1):
        call("grade", "exam.jsonl", "--shard", f"{i}/3", "--out", share)
    return course


def written(out: str) -> dict[str, bytes]:
    return {name: Path(out, name).read_bytes() for name in FILES}


def test_the_same_bytes_as_one_run(shares: Path) -> None:
    """Also where a student hands in twice in two shares, and where a share lacks a problem."""
    result = call("merge", *SHARES, "--out", "merged")
    assert result.exit_code == 1
    assert written("merged") == written("whole")
    assert "Marked 39 students on 2 problems" in result.stdout
    pages = [{path.name: path.read_bytes() for path in Path(out, "feedback").iterdir()} for out in ("merged", "whole")]
    assert pages[0] == pages[1]
    told = [json.loads(line) for line in Path("merged/unread.jsonl").read_text().splitlines()]
    assert [each["line"] for each in told] == [8, 21]


def test_merged_again(shares: Path) -> None:
    """Nothing changes; what a person decided in the merged folder counts; a share that is marked anew is taken anew."""
    call("merge", *SHARES, "--out", "out")
    assert "Nothing changed since the last run." in call("merge", *SHARES, "--out", "out").stdout

    def decide(row: dict[str, str]) -> None:
        row["earned"] = "50%"

    before = points()
    fill_in(decide)
    call("merge", *SHARES, "--out", "out")
    assert sum(map(float, points().values())) > sum(map(float, before.values()))


def test_a_share_of_another_spec(shares: Path) -> None:
    """It is named, with what to do, and what was merged before stays."""
    call("merge", *SHARES, "--out", "merged")
    before = written("merged")
    Path("problems/line.yaml").write_text(LINE.replace("0.01", "0.02"))
    result = call("merge", *SHARES, "--out", "merged")
    assert result.exit_code == 1
    assert result.stderr == (
        "cannot use share-1: it was marked by another spec of 'line'; mark the share again, or name its --problems\n"
    )
    assert written("merged") == before


@pytest.mark.parametrize("content", [None, b"not a database, and longer than a header is " * 40])
def test_a_share_that_is_none(shares: Path, content: bytes | None) -> None:
    """A folder without a store, or with a broken one, is named and left alone: the merged store is not at fault."""
    store = Path("share-2/grades.sqlite")
    store.unlink()
    if content:
        store.write_bytes(content)
    result = call("merge", *SHARES, "--out", "merged")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("cannot use share-2")
    assert not list(Path("merged").glob("*.bad*"))
    assert content is None or store.read_bytes() == content


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/0"])
def test_what_is_no_share(course: Path, text: str) -> None:
    """A bad call, which says how it is written."""
    result = call("grade", "submissions", "--shard", text)
    assert result.exit_code == 2
    assert "write 3/100 for the third of a hundred" in result.output
