"""What verdicts earn: cell by cell, by the policy of a course and of a problem, and in all, exactly."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.document import from_python
from grader.marking import Sheet, mark
from grader.marking.marks import Mark, Marks, earned
from grader.problem import Problem, load, read_problem

MAP = [["0.445", "0.3475", "0.22"], ["0.36", "0.2075", "0.415"], ["0.205", "0.355", "0.48"]]
POOLED = [["0.445", "0.415"], ["0.36", "0.48"]]
GIVEN: dict[str, Any] = {
    "X": [["0.3", "0.35", "0.2", "0.1"], ["0", "0.25", "0.1", "0.3"], ["0.3", "0.1", "0.2", "0.2"],
          ["0.2", "0", "0.7", "0.2"]],
    "K": [["0.15", "1"], ["0.3", "0.2"]],
    "pool": {"size": "2", "stride": "1"},
}  # fmt: skip


def cnn(**others: Any) -> Problem:
    ask = {"feature_map_1": "9", "pooled_1": "4", "flat": "1"}
    return read_problem(from_python({"family": "cnn", "given": GIVEN, "ask": ask, **others}), "p")


def marked(problem: Problem, answers: dict[str, Any]) -> Marks:
    (marks,) = mark(problem, [Sheet("s", {name: from_python(answer) for name, answer in answers.items()})])
    return marks


def with_cells(cells: dict[tuple[int, int], str]) -> list[list[str]]:
    """The right map, with other texts in some cells."""
    return [[cells.get((i, j), text) for j, text in enumerate(row)] for i, row in enumerate(MAP)]


@pytest.mark.parametrize(
    ("cells", "verdict", "codes", "ninths"),
    [
        ({}, "correct", {}, Fraction(9)),
        # What is missing or too coarse leaves it unfinished; what is wrong makes it wrong.
        ({(0, 0): ""}, "incomplete", {(0, 0): "blank"}, Fraction(8)),
        ({(0, 0): "0.4"}, "incomplete", {(0, 0): "incomplete"}, Fraction(17, 2)),
        ({(0, 0): "0.4", (0, 1): ""}, "incomplete", {(0, 0): "incomplete", (0, 1): "blank"}, Fraction(15, 2)),
        ({(0, 0): "", (1, 1): "9.01"}, "wrong", {(0, 0): "blank", (1, 1): "wrong"}, Fraction(7)),
        ({(0, 0): "0.4", (1, 1): "9.01"}, "wrong", {(0, 0): "incomplete", (1, 1): "wrong"}, Fraction(15, 2)),
        # What cannot be read goes to a person, whatever else is there.
        ({(0, 0): "zwei"}, "unreadable", {(0, 0): "unreadable"}, Fraction(8)),
        ({(0, 0): "zwei", (1, 1): "9.01"}, "unreadable", {(0, 0): "unreadable", (1, 1): "wrong"}, Fraction(7)),
        ({(0, 0): "zwei", (2, 2): ""}, "unreadable", {(0, 0): "unreadable", (2, 2): "blank"}, Fraction(7)),
        # No number is not a number.
        ({(0, 0): "nan"}, "wrong", {(0, 0): "wrong"}, Fraction(8)),
        ({(0, 0): "-inf"}, "wrong", {(0, 0): "wrong"}, Fraction(8)),
    ],
)
def test_cells_of_a_map(
    cells: dict[tuple[int, int], str], verdict: str, codes: dict[tuple[int, int], str], ninths: Fraction
) -> None:
    """A verdict a cell, one for the whole, and exactly its share of nine points."""
    found = marked(cnn(), {"feature_map_1": with_cells(cells)})["feature_map_1"]
    assert found.verdict == verdict
    assert found.cells == [[codes.get((i, j), "correct") for j in range(3)] for i in range(3)]
    assert earned(found) == ninths


def test_cells_that_follow() -> None:
    """Of a pooled map, those that rest on the student's own wrong entry, on right ones, on none and on a blank one."""
    marks = marked(cnn(), {
        "feature_map_1": with_cells({(0, 1): "5.00", (2, 2): ""}), "pooled_1": [["5.00", "5.00"], ["0.360", "0.480"]]
    })  # fmt: skip
    assert marks["pooled_1"].cells == [["follows", "follows"], ["correct", "correct"]]
    assert (marks["pooled_1"].verdict, marks["pooled_1"].credit) == ("follows", 1)
    assert marks["feature_map_1"].verdict == "wrong"
    assert "Missing: row 3, column 3." in marks["feature_map_1"].message


@pytest.mark.parametrize("zero", ["0", "0.00"])
def test_nothing_follows_from_an_empty_map(zero: str) -> None:
    """A map of zeros leaves nothing to pool; nor do the zeros that come of it."""
    empty = {"feature_map_1": [[zero] * 3] * 3, "pooled_1": [[zero] * 2] * 2, "flat": [zero] * 4}
    assert {each.verdict for each in marked(cnn(), empty)} == {"wrong"}
    assert earned(marked(cnn(), empty | {"pooled_1": POOLED})["pooled_1"]) == 4


def test_following_a_map_of_another_shape() -> None:
    """A map that lost a column is explained and earns nothing; pooling it and laying it out rightly does."""
    narrow = [row[:2] for row in MAP]
    answers = {"feature_map_1": narrow, "pooled_1": [["0.445"], ["0.36"]], "flat": ["0.445", "0.36"]}
    marks = marked(cnn(), answers)
    assert [each.verdict for each in marks] == ["wrong", "follows", "follows"]
    assert [earned(each) for each in marks] == [0, 4, 1]
    assert marks["feature_map_1"].cells is None
    assert marks["feature_map_1"].message.startswith("The map has (4 − 2)/1 + 1 = 3 rows and columns; yours has 3×2")
    wrong = marked(cnn(), answers | {"pooled_1": [["0.445"], ["0.35"]], "flat": ["0.445", "0.30"]})
    assert [each.verdict for each in wrong] == ["wrong", "wrong", "wrong"]
    assert [earned(each) for each in wrong[1:]] == [2, Fraction(1, 2)]


@pytest.mark.parametrize("answer", ["7", ["0.4", "0.5"], [["1"]], [[["1"]]], [["0.445"] * 40] * 40, [[]], [[], []]])
def test_odd_shapes_are_told_and_earn_nothing(answer: Any) -> None:
    """One sentence on the shape, never a crash; what is right later stays right."""
    marks = marked(cnn(), {"feature_map_1": answer, "pooled_1": POOLED})
    assert marks["feature_map_1"].credit == 0
    assert marks["feature_map_1"].verdict in {"wrong", "blank", "unreadable"}
    assert 0 < len(marks["feature_map_1"].message) < 400
    assert marks["pooled_1"].verdict == "correct"


def test_shares_of_points_are_exact() -> None:
    """0.1 and 0.2 are 0.3; three thirds of a third are a third; a policy's third of a ninth is a 27th."""
    tenths = cnn(ask={"feature_map_1": "0.1", "pooled_1": "0.2"})
    right = marked(tenths, {"feature_map_1": MAP, "pooled_1": POOLED})
    assert tenths.total(right) == tenths.points == Fraction(3, 10)
    thirds = cnn(ask={"feature_map_1": "1/3", "pooled_1": "1/3", "flat": "1/3"})
    assert (
        thirds.total(marked(thirds, {"feature_map_1": MAP, "pooled_1": POOLED, "flat": [*POOLED[0], *POOLED[1]]})) == 1
    )
    assert thirds.total(marked(thirds, {"feature_map_1": with_cells({(0, 0): "", (0, 1): ""})})) == Fraction(7, 27)
    third = cnn(policy={"incomplete": "1/3"})
    assert third.total(marked(third, {"feature_map_1": with_cells({(0, 0): "0.4"})})) == 8 + Fraction(1, 3)


def test_a_course_and_a_problem_say_what_is_earned(tmp_path: Path) -> None:
    """The problem's policy counts before the course's, verdict by verdict; what neither names stays as it is."""
    spec = (
        "family: cnn\ngiven: {X: [[1, 2, 0], [0, 1, 2], [2, 0, 1]], K: [[1, 0], [0, 1]], pool: {size: 2, stride: 1}}\n"
    )
    (tmp_path / "course.yaml").write_text("policy: {wrong: -0.25, follows: 0.8, incomplete: 0.1, round: 0.5}\n")
    (tmp_path / "p.yaml").write_text(spec + "ask: {feature_map_1: 4, pooled_1: 1}\npolicy: {follows: 0.6}\n")
    problem = load(tmp_path / "p.yaml")
    credits = {verdict: problem.credit(verdict) for verdict in ("wrong", "follows", "incomplete", "slip", "blank")}
    assert credits == {
        "wrong": Fraction(-1, 4), "follows": Fraction(3, 5), "incomplete": Fraction(1, 10), "slip": Fraction(1, 2),
        "blank": Fraction(0),
    }  # fmt: skip
    marks = marked(problem, {"feature_map_1": [["2", "4"], ["", "9"]], "pooled_1": "9"})
    # Two of four right, one blank, one wrong: 2 − 1/4 of four points; what follows from it earns 3/5 of one.
    assert [earned(each) for each in marks] == [Fraction(7, 4), Fraction(3, 5)]
    assert problem.total(marks) == Fraction(5, 2)  # 2.35, to the nearest half


def test_penalties_stop_at_zero() -> None:
    """What is wrong takes from the problem's other parts, and never from another problem's."""
    problem = cnn(policy={"wrong": "-1"})
    wrong = {"pooled_1": [["7.11", "8.22"], ["9.33", "1.07"]], "flat": ["1.02", "2.03", "3.07", "4.06"]}
    marks = marked(problem, {"feature_map_1": MAP, **wrong})
    assert [earned(each) for each in marks] == [9, -4, -1]
    assert problem.total(marks) == 4
    assert problem.total(marked(problem, wrong)) == 0


@pytest.mark.parametrize(
    ("step", "blank", "total"),
    [
        ("0.5", 0, 9), ("0.5", 1, 8), ("2", 1, 8), ("2", 0, 9), ("4", 0, 8), ("5", 2, 5), ("0.3", 1, Fraction(81, 10)),
        ("0", 2, 7), ("20", 0, 0), ("18", 0, 9),
    ],
)  # fmt: skip
def test_totals_are_rounded_as_the_policy_says(step: str, blank: int, total: Fraction) -> None:
    """To the nearest multiple, halves up, and to no more than there is to earn."""
    problem = cnn(ask={"feature_map_1": "9"}, policy={"round": step})
    cells = {(0, j): "" for j in range(blank)}
    assert problem.total(marked(problem, {"feature_map_1": with_cells(cells)})) == total


def a_mark(credit: float, points: float) -> Mark:
    return Mark(student="s", problem="p", part="w", verdict="wrong", credit=credit, points=points)


@given(st.lists(st.tuples(st.integers(0, 36), st.integers(1, 36), st.integers(0, 400)), max_size=40), st.randoms())
def test_a_total_is_the_sum_of_its_fractions(shares: list[tuple[int, int, int]], random: Any) -> None:
    """Whatever the shares and the points in tenths, in whatever order, no binary fraction is left over."""
    marks = [a_mark(min(good, size) / size, tenths / 10) for good, size, tenths in shares]
    expected = sum(
        (Fraction(min(good, size), size) * Fraction(tenths, 10) for good, size, tenths in shares), Fraction(0)
    )
    random.shuffle(marks)
    assert cnn().total(marks) == expected


@pytest.mark.parametrize("size", [3, 7, 9, 25, 49, 784])
def test_the_share_of_any_number_of_cells_is_exact(size: int) -> None:
    """One good entry of many is that share of the points, after it has been a float in a file."""
    for good in {1, 2, size // 2, size - 1}:
        assert earned(a_mark(float(Fraction(good, size)), 0.7)) == Fraction(good, size) * Fraction(7, 10)
    assert np.isclose(float(earned(a_mark(1 / size, 1.0))), 1 / size)
