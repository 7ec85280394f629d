"""Sheets of a class: everybody their own numbers, the same again, no two alike while there are others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from grader import sheets, variants
from grader.codes import code, number_of
from grader.document import read_yaml
from grader.errors import GraderError, SpecError
from grader.problem import Problem, load_folder, read_problem
from grader.requirements import conditions, holds
from grader.sheets import Worksheet, cohort
from grader.sheets.leaks import hits, ranked, read_leaked
from grader.sheets.roster import Student

PROBLEMS = load_folder(Path(__file__).parent.parent.parent / "problems")[0]
VARYING = [problem for problem in PROBLEMS.values() if problem.varies]
CLASS = [f"s{k:03}" for k in range(40)]
POOL = "{family: pool2d, given: {X: [[1, 2], [3, 4]], size: 2, mode: max}, vary: %s}"
LINE = """\
family: sgd
given: {w: 0.5, b: 0.1, lr: 0.01, x: [1, 2], y: [3, 5]}
vary:
  w: {integers: [1, 9]}
require: %s
"""


def problem_of(spec: str, id: str = "p") -> Problem:
    return read_problem(read_yaml(spec), id)


def roster(problems: Sequence[Problem], names: Sequence[str], seed: str = "42") -> list[Worksheet]:
    found = list(sheets.for_roster(problems, [Student(name) for name in names], seed))
    assert all(isinstance(each, Worksheet) for each in found)
    return [each for each in found if isinstance(each, Worksheet)]


def test_every_sheet_is_drawn_again_from_its_code() -> None:
    """Seed, student and code are enough: the roster is not needed to mark."""
    for sheet in roster(VARYING, CLASS):
        for problem, drawn in zip(VARYING, sheet.problems, strict=True):
            again = variants.of(problem, sheet.seed, sheet.student, sheet.codes[problem.id])
            assert again.drawn == drawn.drawn


def test_no_two_sheets_are_alike_where_there_are_others() -> None:
    """Forty students share no draw of any shipped problem, nor 120 of the 120 that one has."""
    for problem in VARYING:
        names = CLASS if variants.space(problem) > 1000 else [f"s{k}" for k in range(variants.space(problem))]
        found = {repr(dict(sheet.problems[0].drawn)) for sheet in roster([problem], names)}
        assert len(found) == len(names), problem.id


def test_the_last_of_a_space_is_found_through_requirements() -> None:
    """Of nine draws five may be given: five students get them all, and the sixth one of them again."""
    problem = problem_of(LINE % "['w >= 5']")
    found = [str(sheet.problems[0].drawn["w"]) for sheet in roster([problem], CLASS[:12])]
    assert sorted(found[:5]) == ["5", "6", "7", "8", "9"]
    assert set(found) == set(found[:5])


def test_most_students_have_their_first_draw() -> None:
    """Where the space is large nobody is drawn again, and a student who loses the code is marked alike."""
    for sheet in roster(VARYING, CLASS[:10]):
        for problem in VARYING:
            number = number_of(sheet.codes[problem.id], "42", sheet.student)
            if variants.space(problem) > 10**6 or number == 0:
                assert (
                    variants.of(problem, "42", sheet.student).drawn == variants.draw(problem, "42", sheet.student).drawn
                )
                assert number == 0


def test_students_before_decide_only_the_number() -> None:
    """With another student ahead in the roster the rest keep their sheets, unless these are taken."""
    few, more = roster(VARYING, CLASS[:5]), roster(VARYING, ["new", *CLASS[:5]])[1:]
    same = [one.codes[id] == other.codes[id] for one, other in zip(few, more, strict=True) for id in one.codes]
    assert sum(same) >= len(same) - 1


def test_forms_differ_and_are_found_by_their_letter() -> None:
    for sheet in sheets.for_forms(VARYING, "42", 4):
        assert isinstance(sheet, Worksheet)
        letter = sheet.name[-1]
        for problem, drawn in zip(VARYING, sheet.problems, strict=True):
            assert variants.of(problem, "42", "whoever", f" {letter.lower()} ").drawn == drawn.drawn
    four = [sheet for sheet in sheets.for_forms(VARYING, "42", 4) if isinstance(sheet, Worksheet)]
    for place in range(len(VARYING)):
        assert len({repr(dict(sheet.problems[place].drawn)) for sheet in four}) == 4


def test_a_space_of_two_is_shared_out() -> None:
    problem = problem_of(POOL % "{mode: {choose: [max, avg]}}")
    found = Counter(sheet.problems[0].given["mode"] for sheet in roster([problem], CLASS))
    assert set(found) == {"max", "avg"}
    assert found.total() == 40


def test_what_cannot_be_drawn_is_told_once_a_student() -> None:
    problem = problem_of(LINE % "['w_2 > 1000']")
    (error,) = sheets.for_roster([problem], [Student("s")], "1")
    assert isinstance(error, SpecError)
    assert "no draw of 200 is usable" in str(error)


def test_a_wrong_code_is_refused() -> None:
    with pytest.raises(SpecError) as caught:
        sheets.for_student(VARYING, "s001", "42", code(42, "s002"))
    assert "is not a variant of student 's001' and seed '42'" in str(caught.value)


def test_a_seed_must_come_from_somewhere() -> None:
    with pytest.raises(SpecError) as caught:
        sheets.seed_of(VARYING)
    assert "varies, and no seed says how; name one with --seed 42, or in course.yaml" in str(caught.value)
    assert sheets.seed_of(VARYING, " 7 ") == "7"
    assert sheets.seed_of([problem for problem in PROBLEMS.values() if not problem.varies]) == ""


def everybody(problem: Problem, names: Sequence[str]) -> dict[str, dict[str, np.ndarray]]:
    """Every student's key, as it is computed for a class."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for keys in cohort.keys(problem, "42", names):
        assert not isinstance(keys, GraderError)
        for column, student in enumerate(keys.students):
            found[student] = {
                step: values[..., column if values.shape[-1] > 1 else 0] for step, values in keys.steps.items()
            }
    return found


@pytest.mark.parametrize("problem", VARYING, ids=lambda problem: problem.id)
def test_a_class_at_once_has_the_keys_of_its_sheets(problem: Problem) -> None:
    """What is evaluated together is what each student's own solution says."""
    found = everybody(problem, CLASS)
    for sheet in roster([problem], CLASS):
        solution = sheet.problems[0].solution
        for step, values in found[sheet.student].items():
            np.testing.assert_allclose(values, solution.arrays[step][..., 0], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "spec",
    [
        LINE % "['w != 5', 'w_2 < 8']",
        LINE % "['integer(w/2)']",
        LINE % "['decimals(b_1) <= 3 and w > 2']",
        "{family: pool2d, given: {X: [[1, 2], [3, 4]], size: 2, mode: max}, vary: "
        "{X: {choose: [[[1, 2], [3, 4]], [[5, 6], [7, 8]], [[1, 2, 3], [3, 4, 5]]]}}}",
        POOL % "{mode: {choose: [max, avg]}}",
        POOL % "{X: {integers: [0, 3], size: [2, 2]}, mode: {choose: [max, avg]}}",
        "{family: formula, given: {values: {a: 1}, steps: {c: log(a)}}, vary: {values.a: {integers: [-3, 3]}}}",
    ],
)
def test_a_class_at_once_where_more_than_numbers_differ(spec: str) -> None:
    """Requirements of every kind, words that vary, and what the family refuses."""
    problem = problem_of(spec)
    found = everybody(problem, CLASS)
    for sheet in roster([problem], CLASS):
        for step, values in found[sheet.student].items():
            np.testing.assert_allclose(values, sheet.problems[0].solution.arrays[step][..., 0], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("text", ["w_1 != w_2", "abs(w) < 4", "w = 3", "w <= 3", "w_1 >= w_2", "max(x) - w > 0"])
def test_floats_and_exact_values_judge_alike(text: str) -> None:
    """What floats say beyond doubt, for one or for many, is what exact values say."""
    problem = problem_of(LINE % "[]")
    (condition,) = conditions(text, problem.solution)
    for student in CLASS[:15]:
        solution = variants.draw(problem, 1, student).solution
        said, sure = cohort.judge(condition, solution.arrays, 1)
        assert not sure[0] or said[0] == holds(text, solution)


def test_whose_number_it_is() -> None:
    """Two numbers of one student's key find that student first, and say where they stand."""
    problem = PROBLEMS["sgd-line"]
    owner = roster([problem], CLASS)[17]
    solution = owner.problems[0].solution
    typed = [f"{solution['w_3'].value:.4f}", f"{solution['grad_b_4'].value:.3f}"]
    found = [
        hit
        for keys in cohort.keys(problem, "42", CLASS)
        if not isinstance(keys, GraderError)
        for hit in hits(keys, [read_leaked(text) for text in typed])
    ]
    first = ranked(found)[0]
    assert (first.student, first.matched) == ("s017", 2)
    assert {(hit.text, hit.place) for hit in first.hits} >= {(typed[0], "w_3"), (typed[1], "grad_b_4")}


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [("0.75", 0.7549, 0.756), ("3", 3.0, 3.2), ("-1.20", -1.204, -1.206), ("3/4", 0.75, 0.7501), ("1e-3", 1e-3, 2e-3)],
)
def test_digits_say_how_near(text: str, near: float, far: float) -> None:
    number = read_leaked(text)
    assert abs(near - number.value) <= number.within < abs(far - number.value)


def test_an_entry_is_named() -> None:
    """An entry of a tensor is found, rows and columns counted from 1."""
    problem = problem_of("{family: conv2d, given: {X: [[1, 2], [3, 77]], K: [[1]]}}")
    (keys,) = cohort.keys(problem, "1", ["s"])
    assert isinstance(keys, cohort.Keys)
    (hit,) = hits(keys, [read_leaked("77")])
    assert hit.place.endswith("[2,2]")
