"""Specs read at the door: what they say, and one clear message for what they get wrong."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.document import from_python, read_yaml
from grader.errors import DocumentError, GraderError, Place, SpecError
from grader.problem import Course, Part, Problem, load, load_folder, read_problem

CONTRACT = """\
title: One epoch of SGD on a line
family: sgd
given:                        # numbers are read as written: 0.1 is 1/10, never a binary float
  w: 0.5
  b: 0.1
  lr: 0.01
  x: [1, 2, 3, 4, 5]
  y: [3, 5, 7, 9, 11]
ask:                          # step: points, or a mapping; a pattern asks for many
  "yhat_*": 1
  w_5: {points: 2, within: 0.1%}
  mse_after: {points: 2, decimals: 3}
vary:                         # optional: one draw a student, from the seed and the student's name
  w: {from: 0.1, to: 0.9, step: 0.1}
  x: {integers: [1, 9], size: 5, distinct: true}
require: ["abs(w_5) < 10"]    # optional: a draw must satisfy these
policy: {follows: 1, slip: 0.5}   # optional
"""

SMALL = """\
title: A small epoch
family: sgd
given:
  w: 0.5
  b: 0.1
  lr: 0.01
  x: [1, 2]
  y: [3, 5]
ask:
  w_1: 1
"""

STEPS = [
    "predictions_before", "sse_before", "mse_before", "yhat_1", "grad_w_1", "grad_b_1", "w_1", "b_1",
    "yhat_2", "grad_w_2", "grad_b_2", "w_2", "b_2", "predictions_after", "sse_after", "mse_after",
]  # fmt: skip


def problem_of(text: str, **changes: Any) -> Problem:
    """The problem in a spec, with some of its keys set anew."""
    node = read_yaml(text)
    assert isinstance(node, dict)
    for key, value in changes.items():
        node[key] = from_python(value)
    return read_problem(node, "line")


def asked(ask: Any) -> tuple[Part, ...]:
    return problem_of(SMALL, ask=ask).parts


def points(ask: Any) -> dict[str, int | Fraction]:
    return {part.step: part.points for part in asked(ask)}


def write(folder: Path, **files: str) -> Path:
    """Files in a folder, `__` in a name for a folder below it; the ending is yaml's."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_the_spec_of_the_contract(tmp_path: Path) -> None:
    """The design's own example loads from its file, with its id, its parts and its policy."""
    path = write(tmp_path, **{"sgd-line": CONTRACT}) / "sgd-line.yaml"
    problem = grader.load(path)
    assert (problem.id, problem.title, problem.path) == ("sgd-line", "One epoch of SGD on a line", str(path))
    assert problem.family.name == "sgd"
    assert problem.varies
    assert problem.parts == (
        *(Part(f"yhat_{t}", Fraction(1)) for t in range(1, 6)),
        Part("w_5", Fraction(2), share=0.001),
        Part("mse_after", Fraction(2), decimals=3),
    )
    assert problem.points == 9
    assert problem.policy == {"follows": 1, "slip": Fraction(1, 2)}
    assert grader.solve(problem)["w_5"].value == pytest.approx(1.2736323266, abs=6e-11)


def test_what_is_optional_may_be_left_out() -> None:
    """Without a title the id stands in, and without the rest there is none of it."""
    problem = problem_of(SMALL.replace("title: A small epoch\n", ""))
    assert problem.title == "line"
    assert (problem.statement, problem.hints, dict(problem.policy), problem.varies) == ("", (), {}, False)


def test_shipped_problems_load() -> None:
    """Every problem that ships is read without an error."""
    problems, errors = load_folder(Path(__file__).parents[1] / "problems")
    assert list(map(str, errors)) == []
    assert {"sgd-line", "exercise-2-maps", "cnn-two-kernels"} <= set(problems)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Fraction(1, 10)),
        ("0.600", Fraction(3, 5)),
        ("-3/4", Fraction(-3, 4)),
        ("1e-3", Fraction(1, 1000)),
        ("2E2", Fraction(200)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("+7", Fraction(7)),
        ("\u22122", Fraction(-2)),
        ('"0.25"', Fraction(1, 4)),
        ("010", Fraction(10)),
        ("0.1000000000000000055511151231257827", Fraction("0.1000000000000000055511151231257827")),
    ],
)
def test_numbers_are_read_as_written(text: str, value: Fraction) -> None:
    """A given is the number that its author typed, never the nearest binary float nor YAML's octal."""
    problem = read_problem(read_yaml(SMALL.replace("w: 0.5", f"w: {text}")), "line")
    assert problem.given["w"].entries == (value,)
    assert Fraction(str(problem.solution.exact("w"))) == value


@given(st.decimals(-1000, 1000, places=12))
@settings(max_examples=100, deadline=None)
def test_every_decimal_is_exact(number: Any) -> None:
    """Twelve decimals, more or less than a float can hold, come through the door as they are."""
    problem = problem_of(SMALL, given={"w": f"{number:f}", "b": 0, "lr": 0, "x": [f"{number:f}"], "y": [1]})
    assert problem.given["w"].entries == problem.given["x"].entries == (Fraction(number),)


def test_without_ask_every_step_is_worth_a_point() -> None:
    """A spec that asks for nothing in particular asks for everything."""
    problem = problem_of(SMALL.partition("ask:")[0])
    assert problem.parts == tuple(Part(step, Fraction(1)) for step in STEPS)


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        ({"w_1": 1, "w_2": 3}, {"w_1": 1, "w_2": 3}),
        ({"w_2": 3, "w_1": 1}, {"w_1": 1, "w_2": 3}),
        ({"yhat_*": 2}, {"yhat_1": 2, "yhat_2": 2}),
        ({"?_2": 1}, {"w_2": 1, "b_2": 1}),
        ({"[bw]_1": "1/2"}, {"w_1": Fraction(1, 2), "b_1": Fraction(1, 2)}),
        ({"*": 1}, dict.fromkeys(STEPS, 1)),
        ({"w_*": 1, "w_2": 5}, {"w_1": 1, "w_2": 5}),
        ({"w_2": 5, "w_*": 1}, {"w_1": 1, "w_2": 5}),
        ({"*_1": 1, "w_*": 2}, {"yhat_1": 1, "grad_w_1": 1, "grad_b_1": 1, "w_1": 2, "b_1": 1, "w_2": 2}),
        ({"w_*": 2, "*_1": 1}, {"yhat_1": 1, "grad_w_1": 1, "grad_b_1": 1, "w_1": 1, "b_1": 1, "w_2": 2}),
        ({"mse_after": 0, "w_1": "0.5"}, {"w_1": Fraction(1, 2), "mse_after": 0}),
    ],
)
def test_patterns_and_names(ask: dict[str, Any], expected: dict[str, Any]) -> None:
    """A name counts before a pattern, a later pattern before an earlier one, and parts stand in the page's order."""
    assert list(points(ask).items()) == list(expected.items())


@given(st.permutations(["w_1", "b_2", "mse_after", "yhat_*", "grad_?_2"]))
@settings(max_examples=60, deadline=None)
def test_order_of_ask_is_of_no_matter(keys: list[str]) -> None:
    """However an author orders what is asked, the parts stand in the order of the solution."""
    parts = ["yhat_1", "w_1", "yhat_2", "grad_w_2", "grad_b_2", "b_2", "mse_after"]
    assert list(points(dict.fromkeys(keys, 1))) == parts


@pytest.mark.parametrize(
    ("setting", "part"),
    [
        ("2", Part("w_1", Fraction(2))),
        ({}, Part("w_1", Fraction(1))),
        ({"points": "1.5"}, Part("w_1", Fraction(3, 2))),
        ({"within": "0.1%"}, Part("w_1", share=0.001)),
        ({"within": "5 %"}, Part("w_1", share=0.05)),
        ({"within": "0.05"}, Part("w_1", amount=0.05)),
        ({"within": 0}, Part("w_1", amount=0.0)),
        ({"decimals": 3}, Part("w_1", decimals=3)),
        ({"decimals": 0}, Part("w_1", decimals=0)),
        ({"digits": 4}, Part("w_1", digits=4)),
        ({"points": 2, "within": "1%", "digits": 2}, Part("w_1", Fraction(2), share=0.01, digits=2)),
    ],
)
def test_how_near_an_answer_must_come(setting: Any, part: Part) -> None:
    """A share of the key, an amount, decimals or digits: each is read into its own field."""
    assert asked({"w_1": setting}) == (part,)


@pytest.mark.parametrize(
    ("verdict", "credit"),
    [
        ("correct", Fraction(1)),
        ("rounded", Fraction(1)),
        ("follows", Fraction(3, 4)),
        ("slip", Fraction(1, 4)),
        ("incomplete", Fraction(1, 2)),
        ("wrong", Fraction(1, 10)),
        ("blank", Fraction(0)),
        ("unreadable", Fraction(0)),
        ("undecided", Fraction(0)),
        ("review", Fraction(0)),
    ],
)
def test_policy(verdict: str, credit: Fraction) -> None:
    """What the problem says counts before what the course says, and that before the default."""
    course = Course("A course", policy={"follows": Fraction(1, 2), "wrong": Fraction(1, 10)})
    node = read_yaml(SMALL + "policy: {follows: 3/4, slip: 0.25}\n")
    assert read_problem(node, "line", course=course).credit(verdict) == credit


def test_policy_of_the_course_file(tmp_path: Path) -> None:
    """`course.yaml` beside the problems sets the credit of all of them, and is no problem itself."""
    write(tmp_path, course="title: ML 1\nseed: 42\npolicy: {follows: 0.5, slip: 0}\n", a=SMALL)
    write(tmp_path, below__b=SMALL + "policy: {slip: 0.3}\n")
    problems, errors = load_folder(tmp_path)
    assert errors == []
    assert {id: (p.credit("follows"), p.credit("slip")) for id, p in problems.items()} == {
        "a": (Fraction(1, 2), 0),
        "b": (Fraction(1, 2), Fraction(3, 10)),
    }


def test_policy_of_a_single_problem_in_a_course(tmp_path: Path) -> None:
    """A problem named by its file is marked by the same course as when its folder is named."""
    write(tmp_path, course="policy: {follows: 0.5}\n", a=SMALL, b=SMALL)
    problems, errors = load_folder(tmp_path / "a.yaml")
    assert errors == []
    assert {id: problem.credit("follows") for id, problem in problems.items()} == {"a": Fraction(1, 2)}


def test_statement_and_hints() -> None:
    """Text keeps its formulas, hints may be one or several, and the spaces around them are dropped."""
    problem = problem_of(SMALL + "statement: >\n  Fit $\\hat{y} = wx$\n  to it.\n\nhints: [' One. ', Two.]\n")
    assert problem.statement == "Fit $\\hat{y} = wx$ to it."
    assert problem.hints == ("One.", "Two.")
    assert problem_of(SMALL, hints="Only one.").hints == ("Only one.",)


def test_json_is_read_as_yaml_is(tmp_path: Path) -> None:
    """A spec in JSON keeps its numbers' digits and gives the same problem."""
    path = tmp_path / "line.json"
    given = '{"w": 0.50, "b": 0.1, "lr": 0.01, "x": [1, 2], "y": [3, 5]}'
    path.write_text('{"title": "A small epoch", "family": "sgd", "given": ' + given + ', "ask": {"w_1": 1}}')
    problem, same = load(path), problem_of(SMALL)
    assert problem.given == same.given
    assert problem.parts == same.parts


# Folders.


def test_folder_is_read_with_those_below_it(tmp_path: Path) -> None:
    """Problems are found by their files' names, in every folder; other files are passed over."""
    write(tmp_path, a=SMALL, below__b=SMALL, below__deeper__c=SMALL)
    (tmp_path / "d.yml").write_text(SMALL)
    (tmp_path / "notes.txt").write_text("not a problem")
    (tmp_path / ".hidden.yaml").write_text("not: a problem")
    problems, errors = load_folder(tmp_path)
    assert errors == []
    assert sorted(problems) == ["a", "b", "c", "d"]
    assert all(id == problem.id for id, problem in problems.items())


def test_an_id_is_taken_once(tmp_path: Path) -> None:
    """Of two files of one name the first is used, the second named with the first beside it, the rest unharmed."""
    write(tmp_path, one__line=SMALL, two__line=SMALL, two__other=SMALL)
    problems, errors = load_folder(tmp_path)
    first, second = tmp_path / "one" / "line.yaml", tmp_path / "two" / "line.yaml"
    assert {id: problem.path for id, problem in problems.items()} == {
        "line": str(first),
        "other": str(tmp_path / "two" / "other.yaml"),
    }
    assert list(map(str, errors)) == [f"{second}: the id 'line' is taken by {first}; rename one of the files"]


def test_a_bad_problem_does_not_stop_the_rest(tmp_path: Path) -> None:
    """Each file that cannot be used is an error with its place, and the others are read."""
    write(tmp_path, a=SMALL, b=SMALL.replace("sgd", "sdg"), c="w: [1", d="", e=SMALL)
    problems, errors = load_folder(tmp_path)
    assert sorted(problems) == ["a", "e"]
    assert [Path(error.place.file).name for error in errors] == ["b.yaml", "c.yaml", "d.yaml"]
    assert [type(error) for error in errors] == [SpecError, DocumentError, DocumentError]


@pytest.mark.parametrize(
    ("course", "message"),
    [
        ("titel: ML 1\n", ":1: titel: unknown key 'titel'; did you mean 'title'?"),
        (
            "title: ML 1\nfamily: sgd\n",
            ":2: family: unknown key 'family'; known here: decimal, policy, seed, solutions, title",
        ),
        ("- 1\n", ": expected a mapping with title and policy"),
        ("decimal: semicolon\n", ":1: decimal: expected point or comma, got 'semicolon'"),
        ("decimal: [comma]\n", ":1: decimal: expected text"),
        ("title: [ML, 1]\n", ":1: title: expected text"),
        (
            "title: ML 1\npolicy: {slips: 1}\n",
            ":2: policy.slips: unknown verdict 'slips'; did you mean 'slip'?",
        ),
        ("policy: {slip: 3/2}\n", ":1: policy.slip: expected a credit from 0 to 1, got '3/2'"),
    ],
)
def test_bad_course_files(course: str, message: str, tmp_path: Path) -> None:
    """What is wrong with `course.yaml` is told once, and the problems are still read."""
    write(tmp_path, course=course, a=SMALL)
    problems, errors = load_folder(tmp_path)
    assert list(problems) == ["a"]
    assert list(map(str, errors)) == [f"{tmp_path / 'course.yaml'}{message}"]


def test_no_such_folder(tmp_path: Path) -> None:
    """A path that is not there is one error, and no problem."""
    problems, errors = load_folder(tmp_path / "nowhere")
    assert problems == {}
    assert list(map(str, errors)) == [f"{tmp_path / 'nowhere'}: no such file or folder; check the path"]


# What a spec can get wrong: a change to SMALL, and the whole message after the file's name.

NUMBER = "write a number as 0.25, -3/4 or 1e-3"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("family: sgd", "family: sdg", ":2: family: unknown family 'sdg'; did you mean 'sgd'?"),
        ("family: sgd", "family: [sgd]", ":2: family: unknown family '['sgd']'; did you mean 'sgd'?"),
        (
            "  lr: 0.01\n",
            "",
            ":3: given: sgd needs the given 'lr': a number; see `grader families sgd`",
        ),
        ("  lr:", "  rate:", ":6: given.rate: sgd has no given 'rate'; known here: b, lr, w, x, y"),
        ("  lr:", "  lrr:", ":6: given.lrr: sgd has no given 'lrr'; did you mean 'lr'?"),
        ("w: 0.5", "w: half", f":4: given.w: expected a number, got 'half'; {NUMBER}"),
        ("w: 0.5", "w: true", f":4: given.w: expected a number, got 'true'; {NUMBER}"),
        ("w: 0.5", "w: nan", f":4: given.w: expected a number, got 'nan'; {NUMBER}"),
        ("w: 0.5", "w: 1/0", f":4: given.w: expected a number, got '1/0'; {NUMBER}"),
        ("w: 0.5", "w:", f":4: given.w: expected a number, got ''; {NUMBER}"),
        ("w: 0.5", "w: [1]", ":4: given.w: expected a number, got a list of 1"),
        (
            "w: 0.5",
            "w: {a: 1}",
            ":4: given.w: expected a number; expected numbers in a list, got a mapping",
        ),
        ("x: [1, 2]", "x: [1, two]", f":7: given.x: expected a list of numbers; entry 2 is 'two'; {NUMBER}"),
        ("x: [1, 2]", "x: []", ":7: given.x: expected a list of numbers, got none"),
        (
            "y: [3, 5]",
            "y: [3, 5, 7]",
            ":8: given.y: expected as many targets as inputs: x has 2 and y has 3",
        ),
        ("title:", "titel:", ":1: titel: unknown key 'titel'; did you mean 'title'?"),
        ("ask:", "asks:", ":9: asks: unknown key 'asks'; did you mean 'ask'?"),
        ("title: A small epoch", "title: [A]", ":1: title: expected text"),
        ("  w_1: 1", "  w_3: 1", ":10: ask.w_3: no step 'w_3' in this solution; did you mean 'w_2'?"),
        (
            "  w_1: 1",
            '  "v_*": 1',
            ":10: ask.v_*: no step 'v_*' in this solution; known here: b_1, b_2, grad_b_1, grad_b_2, grad_w_1, "
            "grad_w_2, mse_after, mse_before, predictions_after, predictions_before, sse_after, sse_before, …",
        ),
        ("  w_1: 1", "  w_1: -1", ":10: ask.w_1: expected points, a number of at least 0, got '-1'"),
        ("  w_1: 1", "  w_1: one", ":10: ask.w_1: expected points, a number of at least 0, got 'one'"),
        (
            "  w_1: 1",
            "  w_1: [1]",
            ":10: ask.w_1: expected points, or a mapping such as {points: 2, within: 0.1%}",
        ),
        ("  w_1: 1", "  w_1: {point: 1}", ":10: ask.w_1.point: unknown key 'point'; did you mean 'points'?"),
        (
            "  w_1: 1",
            "  w_1: {points: -2}",
            ":10: ask.w_1.points: expected points, a number of at least 0, got '-2'",
        ),
        (
            "  w_1: 1",
            "  w_1: {within: near}",
            ":10: ask.w_1.within: expected a share such as 0.1% or an amount, a number of at least 0, got 'near'",
        ),
        ("  w_1: 1", "  - w_1", ":9: ask: expected a mapping of steps to points, such as yhat_1: 1"),
        ("  w_1: 1\n", "  w_1: 1\nhints: {a: 1}\n", ":11: hints: expected text, or a list of texts"),
        (
            "  w_1: 1\n",
            "  w_1: 1\npolicy: [follows]\n",
            ":11: policy: expected a mapping of verdicts to credit, such as follows: 1",
        ),
        (
            "  w_1: 1\n",
            "  w_1: 1\npolicy:\n  folows: 1\n",
            ":12: policy.folows: unknown verdict 'folows'; did you mean 'follows'?",
        ),
        (
            "  w_1: 1\n",
            "  w_1: 1\npolicy: {follows: 1.5}\n",
            ":11: policy.follows: expected a credit from 0 to 1, got '1.5'",
        ),
        (
            "  w_1: 1\n",
            "  w_1: 1\npolicy: {follows: -1}\n",
            ":11: policy.follows: expected a credit from 0 to 1, a number of at least 0, got '-1'",
        ),
        ("  w_1: 1\n", "  w_1: 1\n  w_1: 2\n", ":11: the key 'w_1' stands twice; the first is on line 10"),
        (SMALL, "- title\n", ": expected a mapping with title, family, given and ask; see `grader new FAMILY`"),
        (SMALL, "title\n", ": expected a mapping with title, family, given and ask; see `grader new FAMILY`"),
        (SMALL, "family: sgd\ngiven: 3\n", ":2: given: expected a mapping of givens"),
    ],
)
def test_bad_specs(old: str, new: str, message: str, tmp_path: Path) -> None:
    """One message: the file, the line, the key, what was expected, and what to do about it."""
    assert SMALL.count(old) >= 1
    path = write(tmp_path, line=SMALL.replace(old, new, 1)) / "line.yaml"
    with pytest.raises(GraderError) as refusal:
        load(path)
    assert str(refusal.value) == f"{path}{message}"


@pytest.mark.parametrize("setting", ["decimals: 2.5", "digits: 7/2", "decimals: -1", "digits: few"])
def test_decimals_and_digits_are_whole(setting: str) -> None:
    """Half a decimal is refused at its place, and not cut down to a whole one."""
    with pytest.raises(SpecError, match="expected a whole number") as refusal:
        read_problem(read_yaml(SMALL.replace("w_1: 1", f"w_1: {{{setting}}}")), "line", "line.yaml")
    assert refusal.value.place == Place("line.yaml", 10, f"ask.w_1.{setting.partition(':')[0]}")


@pytest.mark.parametrize("within", ["1e400", "1e400%"])
def test_within_larger_than_any_float(within: str) -> None:
    """A bound that no float holds is refused at its place."""
    with pytest.raises(SpecError) as refusal:
        read_problem(read_yaml(SMALL.replace("w_1: 1", f"w_1: {{within: {within}}}")), "line", "line.yaml")
    assert refusal.value.place == Place("line.yaml", 10, "ask.w_1.within")


def test_given_larger_than_any_float() -> None:
    """A number that no float holds is refused at its place, since marking could not work with it."""
    with pytest.raises(SpecError) as refusal:
        read_problem(read_yaml(SMALL.replace("w: 0.5", "w: 1e400")), "line", "line.yaml")
    assert refusal.value.place == Place("line.yaml", 4, "given.w")


def test_family_must_be_named() -> None:
    """A spec without a family is told which families there are."""
    with pytest.raises(SpecError) as refusal:
        read_problem(read_yaml(SMALL.replace("family: sgd\n", "")), "line", "line.yaml")
    assert str(refusal.value).startswith("line.yaml:")
    assert refusal.value.what == "expected a family"
    assert "known here: " in refusal.value.hint
