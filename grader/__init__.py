r"""Marks exercises in machine learning step by step, and prints their worked solutions.

>>> import grader
>>> problem = grader.load("problems/class-notes/sgd-line.yaml")
>>> solution = grader.solve(problem)
>>> solution["w_1"].exact, solution["w_1"].value, solution["w_1"].uses
(131/250, 0.524, ('w', 'lr', 'grad_w_1'))
>>> print(solution["w_1"].latex)
w - \alpha g_{w,1}
>>> marks = grader.grade(problem, {"yhat_1": "0.7", "grad_w_1": "-2.3"})
>>> marks["yhat_1"].verdict, marks["grad_w_1"].verdict
('wrong', 'follows')
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from grader.expression.compare import Comparison
    from grader.marking.marks import Marks
    from grader.problem import Problem
    from grader.solution import Solution

__all__ = ["compare", "grade", "load", "solve"]


def load(path: str | Path) -> Problem:
    """The problem in a file. Raises `grader.errors.GraderError` with the place and what to do."""
    from grader.problem import load

    return load(path)


def solve(problem: Problem) -> Solution:
    """The worked solution: steps by name, each with `exact`, `value`, `latex` and `uses`."""
    return problem.solution


def compare(one: str, other: str, symbols: Mapping[str, str] | None = None, decimal: str = "point") -> Comparison:
    """Whether two texts write the same: `verdict` is `same`, `different`, `undecided` or `unreadable`, with evidence.

    `symbols` declares names (`real`, `positive`, `integer`, `vector(n)`, `matrix(n,d)`, …); without it every letter is
    a real number of its own. `decimal="comma"` reads 0,5 as a half.

    >>> compare("2(x+y)", "2x+2y").verdict
    'same'
    """
    from grader.comparison import compare

    return compare(one, other, symbols, decimal)


def grade(problem: Problem, answers: Mapping[str, Any], student: str = "") -> Marks:
    """The marks of one student's answers by step: texts as typed, numbers, or nested lists of either.

    `marks["w_5"]` is the mark of that part. Raises `grader.errors.SubmissionError` for a step that does not exist.
    """
    from grader.document import from_python
    from grader.errors import Place, SubmissionError, did_you_mean
    from grader.marking import Sheet, mark

    for step in answers:
        if step not in problem.solution:
            hint = did_you_mean(step, problem.solution)
            raise SubmissionError(f"'{problem.id}' has no step '{step}'", Place(path=step), hint)
    (marks,) = mark(problem, [Sheet(student, {step: from_python(answer) for step, answer in answers.items()})])
    return marks
