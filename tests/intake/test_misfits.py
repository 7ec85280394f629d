"""What a submission answers that no problem asks, looked at once for all who answer the same steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.document import from_python
from grader.errors import Place
from grader.intake import Misfits, Submission, misfits
from grader.problem import Problem, load

LINE = "family: sgd\ngiven: {w: 0.5, b: 0, lr: 0.1, x: [1, 2], y: [2, 3]}\nask: {w_2: 1}\n"


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Problem]:
    path = tmp_path_factory.mktemp("problems") / "line.yaml"
    path.write_text(LINE)
    return {"line": load(path)}


def told(submission: Submission, problems: dict[str, Problem]) -> list[str]:
    return [str(error) for error in misfits(submission, problems)]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"line": {"w_2": 1}}, []),
        ({"line": {"w_2": None, "w_1": [1, {"a": 2}]}}, []),
        ({"line": {}}, []),
        ({"line": None}, []),
        ({"line": {"w_3": 1}}, ["a.jsonl:7: answers.line.w_3: 'line' has no step 'w_3'; did you mean 'w_2'?"]),
        ({"lime": {}}, ["a.jsonl:7: answers.lime: unknown problem 'lime'; did you mean 'line'?"]),
        (
            {"line": "0.5"},
            ["a.jsonl:7: answers.line: expected a mapping of steps to answers; write them as w_1: 0.524"],
        ),
    ],
)
def test_misfits(problems: dict[str, Problem], answers: dict[str, object], expected: list[str]) -> None:
    """Of plain values as of nodes."""
    place = Place("a.jsonl", 7)
    nodes = from_python(answers, place)
    assert isinstance(nodes, dict)
    assert told(Submission("s1", nodes, place), problems) == expected
    if isinstance(answers.get("line", {}), dict):
        assert told(Submission("s1", answers, place), problems) == expected


STEPS = st.dictionaries(st.sampled_from(["w_1", "w_2", "w_9", "b_1", "nothing"]), st.integers())
ANSWERS = st.dictionaries(st.sampled_from(["line", "lime"]), STEPS)


@given(st.lists(ANSWERS, max_size=8))
def test_together_as_one_by_one(problems: dict[str, Problem], cohort: list[dict[str, dict[str, int]]]) -> None:
    submissions = [Submission(f"s{k}", answers, Place("a.jsonl", k + 1)) for k, answers in enumerate(cohort)]
    together = Misfits(problems)
    for submission in submissions:
        assert [str(error) for error in together.of(submission)] == told(submission, problems)


def test_of_a_broken_spec_nothing_is_said(problems: dict[str, Problem]) -> None:
    submission = Submission("s1", {"lime": {"w": 1}, "line": {"w_9": 1}}, Place("a.jsonl", 1))
    assert len(misfits(submission, problems, broken={"lime"})) == 1
    assert list(misfits(submission, problems, broken={"lime", "line"})) == []
