"""A course from its first run to its last: marked, read by a person, its spec changed, its answers changed."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

import grader
from tests.run.folder import LINE, SHEETS, fill_in, grade, hand_in, marks, points, table


def test_a_course_from_its_first_run_to_its_last(course: Path) -> None:
    """Grade; fill in the review; grade; change the policy; grade; change an answer; grade."""
    first = grade()
    assert first.exit_code == 0
    assert "2 answers wait" not in first.stdout  # one cannot be read, and two are prose
    assert "3 answers wait for you in out/review.csv: fill in `earned` and run grade again." in first.stdout
    assert not Path("out/changes.csv").exists()
    assert points() == {"ann": "4", "bob": "0", "eve": "1"}

    def decide(row: dict[str, str]) -> None:
        decisions = {("ann", "text"): ("3,5", "Well said."), ("bob", "yhat_2"): ("100%", "")}
        row["earned"], row["comment"] = decisions.get((row["student"], row["part"]), ("", ""))

    fill_in(decide)
    second = grade()
    assert second.exit_code == 0
    assert "1 answer waits for you" in second.stdout
    assert "2 students change since the last run: 2 up, 0 down, +4.5 in all.\n" in second.stdout
    assert "  ann  +3.5  words text: decided by a person\n" in second.stdout
    assert points() == {"ann": "7.5", "bob": "1", "eve": "1"}
    read = marks()["ann", "text"]
    assert (read["verdict"], read["credit"], read["message"]) == ("incomplete", 0.875, "Well said.")
    assert (marks()["bob", "yhat_2"]["verdict"], marks()["bob", "yhat_2"]["message"]) == (
        "correct",
        "Read by a person.",
    )
    assert "Well said." in Path("out/feedback/ann.md").read_text(encoding="utf-8")

    third = grade()
    assert "Nothing changed since the last run.\n" in third.stdout
    assert not Path("out/changes.csv").exists()
    assert [row["earned"] for row in table("review.csv")] == ["3,5", "100%", ""]

    Path("problems/line.yaml").write_text(LINE + "policy: {wrong: -0.25}\n")
    fourth = grade()
    assert "1 student changes since the last run: 0 up, 1 down, −0.75 in all.\n" in fourth.stdout
    assert "  bob  −0.75  line w_1 and 1 more: policy: wrong 0 → -0.25\n" in fourth.stdout
    assert table("changes.csv")[0] == {
        "student": "bob", "problem": "line", "part": "yhat_1", "verdict_before": "wrong", "verdict": "wrong",
        "earned_before": "0", "earned": "-0.25", "difference": "-0.25", "why": "policy: wrong 0 → -0.25",
    }  # fmt: skip

    hand_in("bob", SHEETS["bob"] | {"line": SHEETS["bob"]["line"] | {"yhat_1": "0.60"}})
    grade()
    whys = {row["part"]: row["why"] for row in table("changes.csv")}
    assert whys["yhat_1"] == "the answer changed: 0.7 → 0.60"


CHANGED_SPECS = [
    (LINE.replace("lr: 0.01", "lr: 0.02"), "w_1", "spec: given.lr 0.01 → 0.02"),
    (LINE.replace("[3, 5]", "[4, 5]"), "w_1", "spec: given.y[1] 3 → 4"),
    (LINE.replace("points: 2", "points: 1"), "w_1", "spec: ask.w_1.points 2 → 1"),
    (LINE.replace('"yhat_*": 1', "yhat_1: 2"), "yhat_1", "spec: ask.yhat_1.points 1 → 2"),
    (LINE.replace('"yhat_*": 1', "yhat_1: 1"), "yhat_2", "part removed"),
    (LINE.replace('"yhat_*": 1', '"yhat_*": 1, b_1: 1'), None, ""),
    (LINE + "hints: [Look again.]\n", None, ""),
]


@pytest.mark.parametrize(("spec", "part", "why"), CHANGED_SPECS)
def test_why_a_mark_differs_after_a_spec_changed(course: Path, spec: str, part: str | None, why: str) -> None:
    """The reason is the place in the spec, with what stood and what stands there, and only where it touches a mark."""
    grade()
    Path("problems/line.yaml").write_text(spec)
    grade()
    found = {row["part"]: row["why"] for row in table("changes.csv")} if part else {}
    assert found.get(part or "", "") == why
    assert Path("out/changes.csv").exists() == bool(part)


def test_a_tolerance_that_is_stated(course: Path) -> None:
    """A wider tolerance makes a rough answer right, and the reason names it."""
    grade()
    assert marks()["bob", "w_1"]["verdict"] == "wrong"
    Path("problems/line.yaml").write_text(LINE.replace("points: 2", "points: 2, within: 10%"))
    result = grade()
    assert "  bob  +2  line w_1: spec: ask.w_1.within (none) → 10%\n" in result.stdout


def test_the_policy_of_the_course(course: Path) -> None:
    """What a course says counts as what the problem says."""
    grade()
    Path("problems/course.yaml").write_text("policy: {wrong: 0.1}\n")
    grade()
    assert {row["why"] for row in table("changes.csv")} == {"policy: wrong 0 → 0.1"}


def test_who_hands_in_later_and_who_does_not_any_more(course: Path) -> None:
    """New students and lost ones are changes too, and parts that they left blank are not."""
    grade()
    hand_in("zoe", {"line": {"yhat_1": "0.6"}})
    Path("submissions/eve.json").unlink()
    grade()
    assert [(row["student"], row["part"], row["difference"], row["why"]) for row in table("changes.csv")] == [
        ("zoe", "yhat_1", "1", "handed in since"),
        ("eve", "yhat_1", "-1", "not handed in any more"),
    ]


def test_an_earlier_answer_that_a_later_one_follows(course: Path) -> None:
    """Where a mark changes because another answer did, that one is named."""
    hand_in("kim", {"line": {"yhat_1": "0.7", "grad_w_1": "-4.6", "w_1": "0.546"}})
    grade()
    assert marks()["kim", "w_1"]["verdict"] == "follows"
    hand_in("kim", {"line": {"yhat_1": "0.6", "grad_w_1": "-4.8", "w_1": "0.546"}})
    grade()
    whys = {row["part"]: row["why"] for row in table("changes.csv")}
    assert whys["w_1"] == "another answer changed: yhat_1 0.7 → 0.6"


def test_a_spec_that_breaks_and_is_mended(course: Path) -> None:
    """While a spec cannot be read its marks stay in the store, so that mending it changes nothing."""
    grade()
    Path("problems/line.yaml").write_text(LINE.replace("family: sgd", "family: sdg"))
    assert grade().exit_code == 1
    assert not Path("out/changes.csv").exists()
    Path("problems/line.yaml").write_text(LINE)
    assert "Nothing changed since the last run." in grade().stdout


def test_fresh_marks_everything_and_still_compares(course: Path) -> None:
    """With --fresh nothing is taken from the store, and the last run is still known."""
    grade()
    assert "6 pages marked anew, and no mark changed since the last run." in grade("--fresh").stdout


def test_totals_are_rounded_where_the_policy_says_so(course: Path) -> None:
    """A problem's total, halves up; `changes.csv` says what that adds, so that its differences sum to the totals'."""
    Path("problems/line.yaml").write_text(LINE.replace("{points: 2}", "0.25"))
    grade()
    assert points()["ann"] == "2.25"
    Path("problems/line.yaml").write_text(LINE.replace("{points: 2}", "0.25") + "policy: {round: 0.5}\n")
    grade()
    assert points()["ann"] == "2.25"  # no more than there is to earn
    Path("problems/line.yaml").write_text(LINE.replace("{points: 2}", "0.75") + "policy: {round: 0.5, correct: 0.9}\n")
    before = points()
    grade()
    assert points()["ann"] == "2.5"
    differences: dict[str, Fraction] = {}
    for row in table("changes.csv"):
        differences[row["student"]] = differences.get(row["student"], Fraction(0)) + Fraction(row["difference"])
    after = points()
    assert differences == {"ann": Fraction(1, 4), "eve": Fraction(0)}
    assert all(Fraction(after[each]) == Fraction(before[each]) + differences.get(each, 0) for each in after)


def test_a_penalty_takes_no_more_than_there_is(course: Path) -> None:
    """A problem's total is never below zero, and the marks keep what they are."""
    Path("problems/line.yaml").write_text(LINE + "policy: {wrong: -1}\n")
    grade()
    assert points()["bob"] == "0"
    assert marks()["bob", "yhat_1"]["credit"] == -1.0
    assert "0 of 4" in Path("out/feedback/bob.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("shares", "whole"), [(["0.1", "0.2"], "0.3"), (["1/3", "1/3", "1/3"], "1"), (["0.7"] * 3, "2.1")]
)
def test_totals_are_exact(course: Path, shares: list[str], whole: str) -> None:
    """0.1 and 0.2 are 0.3, and three thirds are one."""
    numbers = range(1, len(shares) + 1)
    asked = ", ".join(f"yhat_{t}: {share}" for t, share in zip(numbers, shares, strict=True))
    spec = LINE.replace("[1, 2]", "[1, 1, 1]").replace("[3, 5]", "[3, 3, 3]")
    Path("problems/line.yaml").write_text(spec.replace('{"yhat_*": 1, w_1: {points: 2}}', f"{{{asked}}}"))
    solution = grader.load("problems/line.yaml").solution
    hand_in("ann", {"line": {f"yhat_{t}": str(solution[f"yhat_{t}"].value) for t in numbers}})
    grade()
    row = next(row for row in table("marks.csv") if row["student"] == "ann")
    assert (row["total"], row["line"]) == (whole, whole)


def test_a_name_that_would_be_two_rows(course: Path) -> None:
    """No name makes a row, or a formula, of its own in any table."""
    name = "x\rbob,100,100\n=1+1"
    Path("submissions/zoe.json").write_text(json.dumps({"student": name, "answers": {"words": {"text": "ok"}}}))
    grade()
    hand_in("zoe", {})
    Path("submissions/zoe.json").write_text(json.dumps({"student": name, "answers": {"words": {"text": ""}}}))
    result = grade()
    assert [row["student"] for row in table("marks.csv")] == ["ann", "bob", "eve", name]
    assert [row["student"] for row in table("changes.csv")] == [name]
    assert "\r" not in result.stdout
