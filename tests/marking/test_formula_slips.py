"""Wrong formulas that a single edit of the key's explains."""

from __future__ import annotations

from pathlib import Path

import pytest

import grader
from grader.marking.formula_slips import formula_slip
from grader.marking.formulas import Answer
from grader.problem import Problem
from grader.statements import statement


def shipped(id: str) -> Problem:
    return grader.load(next(Path("problems").rglob(f"{id}.yaml")))


@pytest.mark.parametrize(
    ("id", "part", "text", "name"),
    [
        ("softmax-derivative", "same", "p_i (1 + p_i)", "sign"),
        ("softmax-derivative", "same", "1 - p_i", "factor-left-out"),
        ("softmax-derivative", "different", "p_i p_j", "sign"),
        ("softmax-derivative", "p_i", "S e^{-z_i}", "inverted"),
        ("softmax-derivative", "same_in_z", r"\frac{e^{z_i} S - e^{z_i} e^{z_i}}{S}", "square-left-out"),
        ("cross-entropy-derivative", "dL_dp", "-p_i/y_i", "inverted"),
        ("cross-entropy-derivative", "dL_dz", "p_i", "term-left-out"),
        ("exercise-2-ridge", "gradient", r"\frac{2}{n} X^T (Xw + y) + 2 \lambda w", "sign"),
        ("exercise-2-ridge", "gradient", r"\frac{2}{n} X^T (Xw - y) + \lambda w", "factor-left-out"),
        ("exercise-2-ridge", "gradient", r"2 X^T (Xw - y) + 2 \lambda w", "factor-left-out"),
        ("exercise-2-ridge", "closed_form", r"(X^T X + \lambda I)^{-1} X^T y", "factor-left-out"),
        ("exercise-2-ridge", "closed_form", r"(X^T X - n \lambda I)^{-1} X^T y", "sign"),
        ("sigmoid-neuron-gradient", "da_dz", "1 - a", "factor-left-out"),
        ("sigmoid-neuron-gradient", "w_new", r"w + \alpha g_w", "sign"),
        ("sigmoid-neuron-gradient", "loss", "(y - a)/2", "square-left-out"),
        ("softmax-derivative", "same", "p_i + 17", None),
        ("softmax-derivative", "same", "sin(p_i)", None),
    ],
)
def test_a_formula_slip_is_found(id: str, part: str, text: str, name: str | None) -> None:
    problem = shipped(id)
    step = problem.solution[part]
    found = formula_slip(Answer(problem.vocabulary, step, statement(text)), step, problem.solution)
    assert (found and found.name) == name
    assert found is None or (found.chance == 0.0 and found.formula)
