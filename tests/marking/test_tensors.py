"""Verdicts cell by cell."""

from __future__ import annotations

from typing import Any

import pytest

import grader
from grader.document import read_yaml
from grader.problem import Problem, read_problem

KEY = [["12", "12", "17"], ["10", "17", "19"], ["9", "6", "14"]]
MAP = [[12, 12, 17], [10, 17, 19], [9, 6, 14]]


@pytest.fixture(scope="module")
def problem() -> Problem:
    """Dumoulin and Visin's image and kernel, pooled."""
    return read_problem(
        read_yaml("""
family: cnn
given:
  X: [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
  K: [[0, 1, 2], [2, 2, 0], [0, 1, 2]]
  pool: {size: 2, stride: 1}
ask: {feature_map_1: 9, pooled_1: 4, flat: 1}
"""),
        "p",
    )


@pytest.mark.parametrize(
    ("answer", "verdict", "credit"),
    [
        (MAP, "correct", 1),
        ("[[12, 12, 17], [10, 17, 19], [9, 6, 14]]", "correct", 1),
        ("((12, 12, 17), (10, 17, 19), (9, 6, 14))", "correct", 1),
        ("12 12 17\n10 17 19\n9 6 14", "correct", 1),
        ("12, 12, 17; 10, 17, 19; 9, 6, 14", "correct", 1),
        ([[12, 12, 17], [10, 17, 19], [9, 6, 15]], "wrong", 8 / 9),
        ([[12, 12, 17], [10, 17, 19], [9, 6, None]], "incomplete", 8 / 9),
        ([[12, 12, 17], [10, 17, 19], [9, 6, "?"]], "unreadable", 8 / 9),
        ([[None] * 3] * 3, "blank", 0),
        ([[12, 12], [10, 17]], "wrong", 0),
        ("12", "wrong", 0),
        ([[12, 12, 17], [10, 17], [9, 6, 14]], "unreadable", 0),
        ("[[12, 12, 17], [10, 17, 19], [9, 6, 14]", "unreadable", 0),
        ("[" * 100_000, "unreadable", 0),
        ({"a": 1}, "unreadable", 0),
    ],
)
def test_a_map_is_judged_cell_by_cell(problem: Problem, answer: Any, verdict: str, credit: float) -> None:
    """The credit is the share of good entries; a shape that does not fit earns none."""
    mark = grader.grade(problem, {"feature_map_1": answer})["feature_map_1"]
    assert (mark.verdict, mark.credit) == (verdict, pytest.approx(credit))


def test_each_wrong_cell_is_named(problem: Problem) -> None:
    """Cells hold a verdict an entry, and the message says where, what, and what instead."""
    mark = grader.grade(problem, {"feature_map_1": [[12, 12, 71], [10, 17, 19], [9, 6, ""]]})["feature_map_1"]
    assert mark.cells == [
        ["correct", "correct", "wrong"], ["correct", "correct", "correct"], ["correct", "correct", "blank"]
    ]  # fmt: skip
    assert mark.expected == KEY
    assert mark.message == (
        "2 of 9 entries are not right: row 1, column 3 is 71, the key has 17; row 3, column 3 is blank, the key has 14."
    )


def test_a_pooled_map_follows_from_the_students_own_map(problem: Problem) -> None:
    """Entries that the student's own wrong entry leads to follow; the others are right by the key."""
    marks = grader.grade(problem, {"feature_map_1": [[12, 12, 71], *MAP[1:]], "pooled_1": [[17, 71], [17, 19]]})
    assert marks["pooled_1"].verdict == "follows"
    assert marks["pooled_1"].cells == [["correct", "follows"], ["correct", "correct"]]
    assert marks["pooled_1"].own == [["17", "71"], ["17", "19"]]


def test_a_vector_follows_from_a_map_of_another_size(problem: Problem) -> None:
    """A map of the wrong shape is wrong; flattening it rightly is right by the student's own map."""
    marks = grader.grade(problem, {"pooled_1": [[17, 19]], "flat": [17, 19]})
    assert marks["pooled_1"].message == "Expected 2×2 entries, got 1×2 entries."
    assert marks["flat"].verdict == "follows"


def test_an_empty_map_leads_to_nothing(problem: Problem) -> None:
    """From a map of zeros a pooled map of zeros is no merit."""
    marks = grader.grade(problem, {"feature_map_1": [[0] * 3] * 3, "pooled_1": [[0, 0], [0, 0]]})
    assert marks["pooled_1"].verdict == "wrong"
