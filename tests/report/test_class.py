"""What the report says of small tables, worked out by hand, and of a simulated class, counted in another way."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

import grader
from grader.marking import ASTRAY, first_wrong
from grader.marking.marks import WAITING, Mark, earned
from grader.report import ClassReport, class_report
from grader.report.concerns import MANY
from grader.run import run
from tests.report.cohort import FOLDER, submissions
from tests.report.folder import mark, table, write_marks
from tests.run.folder import fill_in, grade


def report_on(folder: Path, rows: list[dict[str, Any]]) -> ClassReport:
    report, errors = class_report(write_marks(folder, rows))
    assert errors == []
    return report


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty simulated students, marked."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "class.jsonl").write_text("".join(json.dumps(each) + "\n" for each in submissions(60)))
    run(folder / "class.jsonl", FOLDER, folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def report(graded: Path) -> ClassReport:
    """The report on them."""
    return class_report(graded)[0]


@pytest.fixture(scope="module")
def pages(graded: Path) -> dict[tuple[str, str], list[Mark]]:
    """Their marks by student and problem."""
    found: dict[tuple[str, str], list[Mark]] = defaultdict(list)
    for line in (graded / "marks.jsonl").read_text().splitlines():
        mark = Mark(**json.loads(line))
        found[mark.student, mark.problem].append(mark)
    return {key: marks for key, marks in found.items() if any(mark.verdict != "blank" for mark in marks)}


def test_the_class_is_the_same_from_the_same_seed() -> None:
    """Its pages can be counted on."""
    assert submissions(5) == submissions(5)
    assert submissions(5) != submissions(5, seed=7)


def test_totals_are_those_of_the_table_of_points(graded: Path, report: ClassReport) -> None:
    """Each student's points are those of marks.csv, and the mean is theirs."""
    with (graded / "marks.csv").open() as file:
        stated = {row["student"]: float(row["total"]) for row in csv.DictReader(file)}
    assert {student.name: student.earned for student in report.students} == pytest.approx(
        {name: total for name, total in stated.items() if name not in report.absent}
    )
    assert set(stated) == {student.name for student in report.students} | set(report.absent)
    assert report.totals.summary is not None
    assert report.totals.summary.mean == pytest.approx(np.mean([student.earned for student in report.students]))


def test_verdicts_shares_and_missing_are_counted(report: ClassReport, pages: dict[tuple[str, str], list[Mark]]) -> None:
    """Of every part, beside a count mark by mark."""
    everybody = {student.name for student in report.students}
    for problem in report.problems:
        handed_in = {student: marks for (student, id), marks in pages.items() if id == problem.id}
        assert problem.points.count == len(handed_in)
        assert set(problem.missing) == everybody - set(handed_in)
        for k, part in enumerate(problem.parts):
            marks = [marks[k] for marks in handed_in.values()]
            assert {mark.part for mark in marks} == {part.name}
            assert part.verdicts == Counter(mark.verdict for mark in marks)
            decided = [mark.credit for mark in marks if mark.verdict not in WAITING]
            assert part.share == (pytest.approx(np.mean(decided)) if decided else None)


def test_slips_are_counted_by_students(report: ClassReport, pages: dict[tuple[str, str], list[Mark]]) -> None:
    """Who makes a slip in many parts counts once; the points that it costs count all."""
    students: dict[Any, set[str]] = defaultdict(set)
    lost: dict[Any, Fraction] = defaultdict(Fraction)
    for (student, problem), marks in pages.items():
        for each in (one for one in marks if one.slip):
            students[problem, each.slip].add(student)
            lost[problem, each.slip] += Fraction(each.points) - earned(each)
    shared = {key: len(who) for key, who in students.items() if len(who) > 1}
    found = {(slip.problem, slip.name): slip.students for slip in report.slips}
    assert report.slips_in_all == len(shared)
    assert found.items() <= shared.items()
    assert min(found.values()) >= max((shared[key] for key in shared.keys() - found.keys()), default=0)
    for slip in report.slips:
        assert slip.lost == pytest.approx(float(lost[slip.problem, slip.name]))
        assert (slip.example.problem, slip.example.slip) == (slip.problem, slip.name)
        assert slip.example.message


def test_pages_first_go_wrong_where_marking_says(report: ClassReport, pages: dict[tuple[str, str], list[Mark]]) -> None:
    """Each place with its count, and what became of the parts behind it."""
    firsts, behind = Counter[tuple[str, str]](), defaultdict(Counter)
    for (_, problem), marks in pages.items():
        first = first_wrong(marks)
        if first:
            firsts[problem, first.part] += 1
            behind[problem, first.part].update(mark.verdict for mark in marks[marks.index(first) + 1 :])
    found = {(problem.id, start.part): start for problem in report.problems for start in problem.first_wrong}
    assert {key: start.students for key, start in found.items()} == firsts
    for key, start in found.items():
        verdicts = behind[key]
        assert start.later == sum(verdicts.values())
        assert start.follow == verdicts["follows"]
        assert start.right == verdicts["correct"] + verdicts["rounded"]
        assert start.astray == sum(verdicts[verdict] for verdict in ASTRAY)


def test_each_student_has_a_line(report: ClassReport, pages: dict[tuple[str, str], list[Mark]]) -> None:
    """With the number of problems, the first wrong part of all, and what waits."""
    for student in report.students:
        mine = [marks for (name, _), marks in pages.items() if name == student.name]
        firsts = [first for marks in mine if (first := first_wrong(marks))]
        assert student.problems == len(mine)
        assert student.first_wrong == ((firsts[0].problem, firsts[0].part) if firsts else None)
        assert student.waiting == sum(mark.verdict in WAITING for marks in mine for mark in marks)
    assert report.waiting == sum(student.waiting for student in report.students)


def test_skill_shows_in_the_discrimination(report: ClassReport) -> None:
    """Parts in the middle of a long page go with the rest in a class where skill differs."""
    known = [part.discrimination for part in report.problems[1].parts if part.discrimination is not None]
    assert len(known) == len(report.problems[1].parts)
    assert np.median(known) > 0.5
    assert report.reliability.alpha is not None
    assert report.reliability.alpha > 0.8


def kinds(report: ClassReport) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for concern in report.concerns:
        found[concern.kind].append(concern.part)
    return found


def test_a_part_that_the_weak_get_right_is_named(tmp_path: Path) -> None:
    """Negative discrimination; of few it may be chance."""
    grid = ["1111" + "0"] * 8 + ["1000" + "1"] * 8 + ["1100" + "0"] * 4
    concerns = [each for each in report_on(tmp_path, table(grid)).concerns if each.part == "w_5"]
    assert [each.kind for each in concerns] == ["negative"]
    assert concerns[0].sentence.startswith("Who does well elsewhere does worse here (discrimination −0.")
    assert "may be chance" not in concerns[0].sentence
    weak = ["110"] * 3 + ["100"] * 3 + ["001"] * 2 + ["111"] * 2
    found = [each for each in report_on(tmp_path, table(weak)).concerns if each.kind == "negative"]
    assert found
    assert all("with 10 students this may be chance" in each.sentence for each in found)


def test_a_part_that_hardly_goes_with_the_rest_is_named_in_large_classes(tmp_path: Path) -> None:
    """Low discrimination is told from thirty students."""
    grid = ["1111", "1110", "0001", "0000", "1111", "1110", "0000", "0001", "1101", "0010"]
    assert "w_4" not in kinds(report_on(tmp_path, table(grid * 2)))["low"]
    assert kinds(report_on(tmp_path, table(grid * (MANY // 10))))["low"] == ["w_4"]


def test_parts_that_nobody_or_everybody_has_right(tmp_path: Path) -> None:
    """Right are also those that are rounded, or follow."""
    found = kinds(report_on(tmp_path, table(["1f0i"] * 9 + ["110s"])))
    assert (found["everybody"], found["nobody"]) == (["w_1", "w_2"], ["w_3", "w_4"])
    assert kinds(report_on(tmp_path, table(["10"] * 9))) == {}


def test_answers_for_a_person_are_counted_by_verdict(tmp_path: Path) -> None:
    """One line a part."""
    rows = [mark(f"s{i}", "w", verdict) for i, verdict in enumerate(["review", "undecided", "unreadable", "review"])]
    concerns = report_on(tmp_path, rows).concerns
    assert [each.sentence for each in concerns] == ["For a person to decide: 2 review, 1 undecided, 1 unreadable."]


def test_equal_wrong_answers_are_shown(tmp_path: Path) -> None:
    """Three who write the same, and a twentieth of all; 0.50 is 0.5. A slip explains itself, another key is another."""
    wrong = {"answer": "0.5", "expected": "1"}
    rows = [mark("a", "w", "wrong", **wrong), mark("b", "w", "wrong", **wrong | {"answer": "0.50"})]
    rows += [mark(f"r{i}", "w", "correct") for i in range(17)]
    assert kinds(report_on(tmp_path, rows)) == {}
    other = mark("c", "w", "wrong", **wrong | {"expected": "2"})
    assert kinds(report_on(tmp_path, [*rows, other])) == {}
    assert kinds(report_on(tmp_path, [*rows, mark("c", "w", "slip", slip="half", **wrong)])) == {}
    report = report_on(tmp_path, [*rows, mark("c", "w", "wrong", **wrong)])
    (concern,) = report.concerns
    assert (concern.kind, concern.answer, concern.expected) == ("equal-answers", "0.5", "1")
    assert concern.sentence.startswith("3 of 20 give the same wrong answer")
    many = [*rows, mark("c", "w", "wrong", **wrong), *(mark(f"t{i}", "w", "correct") for i in range(41))]
    assert kinds(report_on(tmp_path, many)) == {}


def test_answers_with_too_few_digits_are_seen_by_their_message(tmp_path: Path) -> None:
    """The message is the marker's own, for a number and for a tensor; other unfinished answers are not meant."""
    line = grader.load("problems/class-notes/sgd-line.yaml")
    pool = grader.load("problems/class-notes/average-pooling.yaml")
    ridge = grader.load("problems/exercise-2-report/exercise-2-ridge.yaml")
    rows: list[dict[str, Any]] = []
    for i in range(10):
        for problem, answers in (
            (line, {"w_5": "1.3" if i < 4 else "1.2736"}),
            (pool, {"pooled": [["13", "16"], ["10.5", "14"]] if i < 4 else [["12.75", "16.25"], ["10.5", "14"]]}),
            (ridge, {"closed_form": "(X^T X + n λ I) w = X^T y"}),
        ):
            rows += [msgspec.to_builtins(mark) for mark in grader.grade(problem, answers, student=f"s{i}")]
    found = kinds(report_on(tmp_path, rows))
    assert found["digits"] == ["w_5", "pooled"]


def test_small_classes_have_no_numbers(tmp_path: Path) -> None:
    """Of five students there is no distribution, no share, no correlation, no alpha."""
    report = report_on(tmp_path, table(["110", "101", "111", "000", "100"]))
    assert report.totals.summary is None
    assert report.reliability.alpha is None
    assert all(part.share is None and part.discrimination is None for part in report.problems[0].parts)
    assert [part.few for part in report.problems[0].parts] == ["too few"] * 3


def test_who_hands_in_nothing_is_absent(tmp_path: Path) -> None:
    """All blank is absent; blank in one problem is missing there, and counts in no statistic of it."""
    rows = [*table(["11", "bb", "10"]), *table(["bb", "bb", "01"], "q")]
    report = report_on(tmp_path, rows)
    assert report.absent == ["s02"]
    assert [problem.missing for problem in report.problems] == [[], ["s01"]]
    assert [problem.parts[0].count for problem in report.problems] == [2, 1]


def test_penalties_do_not_go_below_zero(tmp_path: Path) -> None:
    """A problem's points are none at least."""
    rows = [
        mark("a", "w", "wrong", credit=-1.0),
        mark("a", "v", "wrong", "q", credit=-1.0),
        mark("a", "u", "correct", "q"),
    ]
    assert [student.earned for student in report_on(tmp_path, rows).students] == [0]


def test_points_that_a_policy_rounds_are_those_of_the_table(tmp_path: Path) -> None:
    """marks.csv has them; where it is of other students, it does not count."""
    write_marks(tmp_path, [mark("=a", "w", "wrong", credit=0.3), mark("b", "w", "correct")])
    (tmp_path / "marks.csv").write_text("student,total,out_of,p\n'=a,0.5,1,0.5\nb,1,1,1\n")
    assert [student.earned for student in class_report(tmp_path)[0].students] == [0.5, 1]
    head = "student,total,out_of,"
    for other in (f"{head}p\nb,1,1,1\n", f"{head}q\n'=a,1,1,1\nb,1,1,1\n", f"{head}p\n'=a,1,1,nan\nb,1,1,1\n", "x", ""):
        (tmp_path / "marks.csv").write_text(other)
        assert [student.earned for student in class_report(tmp_path)[0].students] == [0.3, 1]


@pytest.mark.usefixtures("course")
def test_decisions_that_wait_for_a_run_are_told() -> None:
    """What is filled in counts as waiting until grade runs again."""
    grade()
    report = class_report(Path("out"))[0]
    assert (report.waiting, report.filled_in) == (3, 0)
    fill_in(lambda row: row.update(earned="3" if row["student"] == "ann" else ""))
    report = class_report(Path("out"))[0]
    assert (report.waiting, report.filled_in) == (3, 1)
    grade()
    report = class_report(Path("out"))[0]
    assert (report.waiting, report.filled_in) == (2, 0)


def test_a_table_of_decisions_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """The rest of the report is there."""
    write_marks(tmp_path, [mark("a", "w", "review")])
    (tmp_path / "review.csv").write_text("nonsense\n1\n")
    report, errors = class_report(tmp_path)
    assert report.waiting == 1
    assert "expected a column named student" in str(errors[0])


def test_a_mark_that_a_person_overruled_is_disputed(tmp_path: Path) -> None:
    """A row that was added for a mark that waited for nobody; one that waited is no dispute."""
    write_marks(tmp_path, [mark("a", "w", "correct"), mark("b", "w", "wrong"), mark("a", "text", "review")])
    head = "student,problem,part,verdict,earned\n"
    (tmp_path / "review.csv").write_text(f"{head}a,p,w,,1\nb,p,w,wrong,\na,p,text,review,1\n")
    disputed = [concern for concern in class_report(tmp_path)[0].concerns if concern.kind == "disputed"]
    assert [(concern.part, concern.sentence) for concern in disputed] == [
        ("w", "A person overruled the mark of one student: are the key and the spec right?")
    ]
