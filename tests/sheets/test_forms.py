"""Answer forms: what is printed blank is read back blank, and the key filled in earns every point."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import intake, sheets, variants
from grader.checks import key_answers, read_by_a_person
from grader.document import Entries, Node, read_yaml
from grader.errors import GraderError, Place
from grader.intake.forms import document
from grader.marking import Sheet, mark
from grader.marking.marks import Marks
from grader.problem import Problem, load_folder
from grader.render.form import Filled, md_form, quoted, yaml_form
from grader.sheets import Worksheet
from grader.sheets.roster import Student

PROBLEMS = load_folder(Path(__file__).parent.parent.parent / "problems")[0]
HERE = Place("form")


def from_yaml(text: str) -> Node:
    return read_yaml(text, HERE)


def from_markdown(text: str) -> Node:
    node, troubles = document(text, HERE)
    assert troubles == []
    return node


BOTH = pytest.mark.parametrize(("form", "read"), [(yaml_form, from_yaml), (md_form, from_markdown)])
Form = Callable[[Worksheet, Filled | None], str]
Read = Callable[[str], Node]


@cache
def sheet_of(student: str = "s001", seed: str = "42") -> Worksheet:
    (sheet,) = sheets.for_roster(list(PROBLEMS.values()), [Student(student)], seed)
    assert isinstance(sheet, Worksheet)
    return sheet


def handed_in(text: str, read: Read) -> intake.Submission:
    """A form as it comes back."""
    submission = intake.submission(read(text), HERE)
    assert list(intake.misfits(submission, PROBLEMS)) == []
    return submission


def marks(submission: intake.Submission, problem: Problem) -> Marks:
    variant = variants.of(problem, submission.seed, submission.student, submission.variant_of(problem.id))
    return mark(variant, [Sheet(submission.student, submission.sheet(problem.id))])[0]


@BOTH
def test_a_blank_form_is_blank(form: Form, read: Read) -> None:
    """Of every shipped problem, every step is there and nothing is answered."""
    submission = handed_in(form(sheet_of(), None), read)
    assert (submission.student, submission.seed) == ("s001", "42")
    for id, problem in PROBLEMS.items():
        assert set(submission.sheet(id)) == {part.step for part in problem.parts}
        assert {each.verdict for each in marks(submission, problem)} == {"blank"}


@BOTH
def test_the_key_in_a_form_is_right(form: Form, read: Read) -> None:
    """Of every shipped problem and the student's own draw; prose alone is for a person."""
    sheet = sheet_of()
    filled = {problem.id: key_answers(problem) for problem in sheet.problems}
    submission = handed_in(form(sheet, filled), read)
    for id, problem in PROBLEMS.items():
        wrong = [each for each in marks(submission, problem) if each.verdict != "correct"]
        assert all(read_by_a_person(problem, each.part, each.verdict) for each in wrong), (id, wrong)


VARYING = [problem for problem in PROBLEMS.values() if problem.varies]


@BOTH
@given(student=st.text(min_size=1).filter(str.strip), seed=st.integers(), number=st.integers(0, 40), data=st.data())
@settings(max_examples=15, deadline=None)
def test_anybodys_form_is_marked_by_their_own_numbers(
    form: Form, read: Read, student: str, seed: int, number: int, data: st.DataObject
) -> None:
    """Whatever a student is called, and whichever of their draws the sheet has."""
    problem = data.draw(st.sampled_from(VARYING))
    drawn = variants.draw(problem, seed, student, number)
    codes = {problem.id: sheets.code(seed, student, number)}
    sheet = Worksheet(student, (drawn,), student, str(seed), codes)
    submission = handed_in(form(sheet, {problem.id: key_answers(drawn)}), read)
    assert submission.student == student.strip()
    assert {each.verdict for each in marks(submission, problem)} == {"correct"}


@given(st.text().filter(lambda text: text.isprintable() or text.encode("utf-8", "ignore").decode() == text))
def test_quoted_text_is_read_as_it_was(text: str) -> None:
    found = read_yaml(f"key: {quoted(text)}")
    assert isinstance(found, Entries)
    assert found["key"] == text


@given(st.text())
@settings(max_examples=300)
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever a file holds, it is read, or one clear message says why not."""
    with suppress(GraderError):
        node, troubles = document(text, HERE)
        assert len(troubles) <= 20
        intake.submission(node, HERE)


PIECES = st.sampled_from(
    ["## `p`", "## p", "# Answers", "a =", "`a` = 1", "a[1] =", "a[2,1] = 3", "a[x y] = z", "| 1 | 2 |", "|---|---|",
     "|  |  |", "```", "~~~", "x = y", "> said", "---", "", "no sense", "student = s", "seed: 4", "1. b = 2",
     "a[0] = 1", "a[99999] = 1", "| a \\| b |", "- c = `3`"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14))
@settings(max_examples=300)
def test_no_order_of_lines_breaks_the_reader(lines: list[str]) -> None:
    """Lines of a form in any order: each is read, or named with its number."""
    node, troubles = document("\n".join(["# Answers", *lines]), HERE)
    assert isinstance(node["answers"], Entries)
    assert all(1 < (error.place.line or 0) <= len(lines) + 1 for error in troubles)


FORM = """\
# Answers
student = s001
seed = 42

## `sgd-line` One epoch
> remarks
- w_1 = 0.524
2. `b_1` = `0.124`

`X` =

|   |   |
|---|---|
| 1 | 2,5 |
| -3 |  |

T[1] =
| 1 | 2 |
|---|---|
| 3 | 4 |

T[2] = [[5, 6], [7, 8]]
pairs[a = b] = c

## softmax
lines =
```
a = b
## not a heading
```
same = e^{z_i} = `x`
"""


def test_a_form_as_students_write_it() -> None:
    """Lists, backticks, tables with and without a blank head, entries by number and by name, fenced lines."""
    node, troubles = document(FORM, HERE)
    assert troubles == []
    assert node == {
        "student": "s001",
        "seed": "42",
        "answers": {
            "sgd-line": {
                "w_1": "0.524",
                "b_1": "0.124",
                "X": [["1", "2,5"], ["-3", ""]],
                "T": [[["1", "2"], ["3", "4"]], "[[5, 6], [7, 8]]"],
                "pairs": {"a = b": "c"},
            },
            "softmax": {"lines": "a = b\n## not a heading", "same": "e^{z_i} = `x`"},
        },
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("w_1 = 1", "form:1: 'w_1' stands before the first problem; put a heading with its id above: ## `id`"),
        ("## `p`\n\nw_1 0.5", "form:3: expected `name = value`, got 'w_1 0.5'; remarks go behind >"),
        ("## `p`\na = 1\na = 2", "form:3: 'a' stands twice; the first, on line 2, is read"),
        ("## `p`\n| 1 |", "form:2: a table that belongs to no name; write `name =` above it"),
        ("## `p`\n```\n1\n```", "form:2: a block that belongs to no name; write `name =` above it"),
        ("## `p`\na =\n```\n1", "form:3: the block that starts here is not closed; write ``` below it"),
        ("## `p`\na =\n```\n1\n## `q`\nb = 2", "form:3: the block that starts here is not closed"),
    ],
)
def test_lines_that_are_not_understood(text: str, said: str) -> None:
    _, troubles = document(text, HERE)
    assert str(troubles[0]).startswith(said)
    assert len(troubles) == 1


def test_an_open_block_does_not_take_the_next_problem() -> None:
    node, _ = document("## `p`\na =\n```\n1\n## `q`\nb = 2", HERE)
    assert node["answers"] == {"p": {"a": "1"}, "q": {"b": "2"}}


def test_trouble_has_an_end() -> None:
    """A novel handed in for a form is named twenty times, not a million."""
    _, troubles = document("## `p`\n" + "it was a dark night\n" * 5000, HERE)
    assert len(troubles) == 20


@pytest.mark.parametrize(
    "line", ["# " + " " * 200_000, "a" + "[" * 200_000, "a[" + "] " * 200_000, " " * 200_000 + "x", "|" * 200_000,
             "- " * 200_000, "`" * 200_000, "a =" + " " * 200_000 + "`"],
)  # fmt: skip
def test_long_lines_take_no_time(line: str) -> None:
    """No line makes the reader go back and forth."""
    import time

    started = time.perf_counter()
    document("## `p`\n" + line, HERE)
    assert time.perf_counter() - started < 2
