"""`grader check`: an author's own tests of a problem, and its draws."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.checks import DRAWS, check, summary
from grader.cli import main
from grader.document import Entries, from_python, read_yaml
from grader.errors import Place, SpecError
from grader.expression.tree import OPERATIONS
from grader.families import Family
from grader.families.givens import Scalar
from grader.parts import Part
from grader.problem import Problem, read_givens, read_problem
from grader.solution import Page
from grader.ways import read_vary

LINE = """\
family: sgd
given:
  w: 0.5
  b: 0.1
  lr: 0.01
  x: [1, 2]
  y: [3, 5]
ask: {yhat_1: 1, w_1: 1, b_1: 1, mse_after: 1}
"""


def problem_of(text: str = LINE, **changes: Any) -> Problem:
    node = read_yaml(text)
    assert isinstance(node, Entries)
    for key, value in changes.items():
        node.put(key, from_python(value), None)
    return read_problem(node, "line", "line.yaml")


def told(problem: Problem, draws: int = DRAWS) -> list[str]:
    return list(map(str, check(problem, draws).errors))


@pytest.mark.parametrize(
    "case",
    [
        {"answers": {"w_1": "0.524"}, "verdicts": {"w_1": "correct"}},
        {"answers": {"w_1": "0.524"}, "verdicts": {"w_1": "correct", "b_1": "blank"}},
        {"answers": {"grad_w_1": "-3", "w_1": "0.53"}, "verdicts": {"w_1": "follows"}},
        {"answers": {"w_1": "0.476"}, "verdicts": {"w_1": {"slip": "uphill", "credit": "1/2"}}},
        {"answers": {"w_1": "0.476"}, "verdicts": {"w_1": {"verdict": "slip"}}},
        {"answers": {"w_1": "x+"}, "verdicts": {"w_1": {"verdict": "unreadable", "credit": 0}}},
        {"verdicts": {"w_1": "blank"}},
        {"w_1": {"0.524": "correct", "0.476": "slip", "": "blank"}, "yhat_1": {"3/5": "correct"}},
        {"why": "each by itself", "w_1": {"0.53": "wrong"}, "yhat_1": {"0.6": "correct"}},
    ],
)
def test_what_the_spec_expects_and_the_marks_say(case: dict[str, Any]) -> None:
    """Pages and single answers whose expected verdicts are the marks' own."""
    problem = problem_of(tests=[case])
    assert told(problem) == []
    assert check(problem).tests == sum(len(each.expected) for each in problem.tests) > 0


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (
            {"answers": {"w_1": "0.524"}, "verdicts": {"w_1": "slip"}},
            "tests.1: w_1 = 0.524 is marked correct, the spec expects slip",
        ),
        (
            {"w_1": {"0.524": "correct", "0.476": "wrong"}},
            "tests.1: w_1 = 0.476 is marked slip (uphill), the spec expects wrong",
        ),
        (
            {"w_1": {"0.476": {"slip": "rate-left-out"}}},
            "tests.1: w_1 = 0.476 is marked slip (uphill), the spec expects slip (rate-left-out)",
        ),
        (
            {"w_1": {"0.476": {"slip": "uphill", "credit": 0.25}}},
            "tests.1: w_1 = 0.476 is marked slip with credit 0.5, the spec expects 0.25",
        ),
        (
            {"why": "nothing there", "answers": {"w_1": 1}, "verdicts": {"b_1": "wrong"}},
            "tests.1: b_1, which is not answered, is marked blank, the spec expects wrong; nothing there",
        ),
        (
            {"w_1": {"about 0.524, " + "more or less, " * 9: "correct"}},
            "tests.1: w_1 = about 0.524, more or less, more or less, more or less, more… is marked unreadable, the "
            "spec expects correct",
        ),
    ],
)
def test_where_the_marks_say_something_else(case: dict[str, Any], said: str) -> None:
    assert [error.partition("line.yaml:1: ")[2] for error in told(problem_of(tests=[case]))] == [said]


def test_the_line_of_an_expectation_is_told() -> None:
    """In both forms it is the line that expects something else."""
    page = "  - answers: {w_1: 0.524}\n    verdicts:\n      w_1: wrong\n"
    singles = "  - yhat_1:\n      '0.6': correct\n      '0.7': correct\n"
    found = told(problem_of(LINE + "tests:\n" + page + singles))
    assert [error.partition(" is ")[0] for error in found] == [
        "line.yaml:12: tests.1: w_1 = 0.524",
        "line.yaml:15: tests.2: yhat_1 = 0.7",
    ]


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ("w_1", "tests: expected a list of tests; write - answers"),
        (["w_1"], "tests.1: expected a mapping with answers and verdicts; write"),
        ([{"why": [1], "w_1": {"1": "wrong"}}], "tests.1.why: expected text"),
        ([{"answers": {"w_7": 1}, "verdicts": {"w_1": "wrong"}}], "tests.1.answers.w_7: no step 'w_7' in this"),
        ([{"answers": {"w_1": 1}}], "tests.1: expected verdicts; write verdicts: {w_1: correct}"),
        ([{"answers": {"w_1": 1}, "verdict": {"w_1": "wrong"}}], "unknown key 'verdict'; did you mean 'verdicts'?"),
        ([{"answers": [1], "verdicts": {"w_1": "wrong"}}], "tests.1.answers: expected a mapping of steps, got ['1']"),
        ([{"answers": {"w_1": 1}, "verdicts": {"grad_w_1": "wrong"}}], "'grad_w_1' is not asked, so that it"),
        ([{"answers": {"w_1": 1}, "verdicts": {"w_1": "wrng"}}], "w_1: unknown verdict 'wrng'; did you mean 'wrong'?"),
        ([{"w_1": {"1": "fine"}}], "tests.1.w_1.'1': unknown verdict 'fine'; known here: "),
        ([{"w_1": "wrong"}], "tests.1.w_1: expected a mapping of answers to verdicts, got 'wrong'"),
        ([{}], "tests.1: expected a mapping with answers and verdicts"),
        ([{"w_2": {"1": "wrong"}}], "tests.1.w_2: 'w_2' is not asked"),
        ([{"w_1": {"1": ["wrong"]}}], "expected a verdict, got ['wrong']"),
        ([{"w_1": {"1": {"credit": 1}}}], "expected a verdict; write {verdict: wrong, credit: 0}"),
        ([{"w_1": {"1": {"verdict": "wrong", "slip": "uphill"}}}], "a mark with the verdict wrong names no slip"),
        ([{"w_1": {"1": {"verdict": "wrong", "points": 1}}}], "unknown key 'points'"),
        ([{"w_1": {"1": {"verdict": "wrong", "credit": "all"}}}], "expected a credit from 0 to 1"),
        ([{"w_1": {"1": {"verdict": "wrong", "credit": 2}}}], "expected a credit from 0 to 1"),
    ],
)  # fmt: skip
def test_tests_that_cannot_be_read(tests: Any, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        problem_of(tests=tests)
    assert said in str(caught.value)
    assert str(caught.value).startswith("line.yaml:1: tests")


VARIES = {"w": {"from": 0.1, "to": 0.9, "step": 0.1}, "x": {"integers": [1, 9], "distinct": True}}


def test_draws_are_checked_and_counted() -> None:
    found = check(problem_of(vary=VARIES, require=["abs(w_2) < 10"]), draws=7)
    assert (found.draws, found.space, found.errors) == (7, 648, [])
    assert summary(found).endswith("7 draws of 648")
    assert check(problem_of(vary=VARIES)).draws == DRAWS
    assert check(problem_of()).draws == 0


def test_draws_that_cannot_be_are_told_once() -> None:
    """A requirement that nothing meets, and a shape that fits nothing else."""
    (error,) = told(problem_of(vary=VARIES, require=["w < 0"]))
    assert error.startswith("line.yaml:1: require: no draw of 200 is usable: 'w < 0' does not hold 200 times")
    (error,) = told(problem_of(vary={"x": {"integers": [1, 9], "size": 3}}))
    assert error.startswith("line.yaml:1: vary: no draw of 200 is usable: the givens do not fit (")


def liar(s: Page, *, w: Scalar) -> None:
    """A step whose exact column is off where w is above 1."""
    s.step("bent", BENT(w), "Bend it.")


BENT = replace(OPERATIONS["abs"], exact=lambda a: a + (1 if a > 1 else 0))


def test_a_draw_at_fault_is_told_with_its_numbers() -> None:
    """The author's own numbers are sound, and one of those drawn is not: the message has it."""
    family = Family("liar", liar)
    spec = read_yaml("{given: {w: 1}, vary: {w: {integers: [0, 2]}}, ask: {bent: 1}}")
    assert isinstance(spec, Entries)
    ways = read_vary(spec["vary"], spec["given"], family, Place("lie.yaml"))
    given = read_givens(spec["given"], family, Place("lie.yaml"))
    problem = Problem("lie", "A lie", family, given, (Part("bent"),), path="lie.yaml", vary=ways, spec=spec)
    assert told(problem) == [
        "lie.yaml:1: vary: with w: 2: bent: the exact and the numeric value differ by 0.333; "
        "this is a defect of the program; please report it"
    ]


def test_the_command_tells_what_was_tested_and_drawn(tmp_path: Path) -> None:
    """A line a problem with its counts, a line an expectation that the marks do not meet, and the exit code."""
    sound = LINE + "vary: {w: {from: 0.1, to: 0.9, step: 0.1}}\ntests:\n  - w_1: {'0.524': correct, '0.476': slip}\n"
    (tmp_path / "sound.yaml").write_text(sound)
    (tmp_path / "unsound.yaml").write_text(LINE + "tests:\n  - w_1: {'0.524': wrong}\n")
    result = CliRunner().invoke(main, ["check", str(tmp_path), "--draws", "3"])
    assert result.exit_code == 1
    first, second = (line.partition(": ") for line in result.stdout.splitlines())
    assert (first[0], second[0]) == ("✓ sound", "✗ unsound")
    assert first[2].endswith("9 pages, 2 tests, 3 draws of 9")
    assert second[2].endswith("9 pages, 1 test")
    complaint = "unsound.yaml:10: tests.1: w_1 = 0.524 is marked correct, the spec expects wrong"
    assert result.stderr == f"cannot use {tmp_path}/{complaint}\n"
