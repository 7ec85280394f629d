"""What is judged once for many: a page or a formula gets in company what it gets alone."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.document import Items, Text
from grader.marking.derivations import judge_derivation, judges
from grader.marking.formulas import judge_formula
from grader.marking.stated import Judgement
from grader.problem import Problem

PROBLEMS = Path(__file__).parents[2] / "problems" / "exercise-2-report"

RIDGE = [
    r"\nabla_w L = \frac{2}{n} X^T (Xw - y) + 2 \lambda w",
    r"\frac{2}{n} X^T (Xw - y) + 2 \lambda w",
    r"\nabla_w L = \frac{1}{n} X^T (Xw - y) + 2 \lambda w",
    r"\frac{1}{n} X^T (Xw - y) + \lambda w = 0",
    r"g = X^T X w",
    r"g + n \lambda w = X^T y",
    r"X^T X w + n \lambda w = X^T y = X^T y + 0",
    r"X^T X w + n\lambda w = -X^T y",
    r"= X^T y",
    r"(X^T X + \lambda I) w = X^T y",
    r"w = (X^T X + \lambda I)^{-1} X^T y",
    r"w = (X^T X + n \lambda I)^{-1} X^T y",
    r"w = (X^T X + ",
]
SOFTMAX = [
    r"\hat{y}_i = \frac{e^{z_i}}{\sum_{k=1}^n e^{z_k}}",
    r"\frac{\partial \hat{y}_i}{\partial z_i} = \hat{y}_i (1 - \hat{y}_i)",
    r"= \hat{y}_i - \hat{y}_i^2",
    r"= \frac{e^{z_i} (1 - e^{z_i})}{(\sum_k e^{z_k})^2}",
    r"S = \sum_k e^{z_k}",
    r"\hat{y}_i = e^{z_i} / S",
    r"\frac{\partial \hat{y}_i}{\partial z_j} = -\hat{y}_i \hat{y}_j",
    r"\frac{\partial \hat{y}_i}{\partial z_j} = \hat{y}_i (\delta_{ij} - \hat{y}_j)",
    r"\frac{\partial \hat{y}_i}{\partial z_j} = \hat{y}_i \hat{y}_j \quad (i \neq j)",
]


@cache
def problem(name: str) -> Problem:
    return grader.load(PROBLEMS / f"{name}.yaml")


def page(name: str, lines: list[str]) -> Judgement:
    found = problem(name)
    return judge_derivation(found, found.parts[0], Items([Text(line) for line in lines]))


def pages(lines: list[str]) -> st.SearchStrategy[list[list[str]]]:
    """Some students' pages, made of the same few lines."""
    return st.lists(st.lists(st.sampled_from(lines), min_size=1, max_size=5), min_size=2, max_size=4)


@settings(max_examples=12, deadline=None)
@given(pages(RIDGE))
def test_ridge_pages_in_company(written: list[list[str]]) -> None:
    """Whatever stands on the pages judged before, a page gets the same verdicts, reasons and slips."""
    in_company("ridge-derivation", written)


@settings(max_examples=12, deadline=None)
@given(pages(SOFTMAX))
def test_softmax_pages_in_company(written: list[list[str]]) -> None:
    """The same where letters stand for positions, and quantities are introduced."""
    in_company("softmax-derivation", written)


def in_company(name: str, written: list[list[str]]) -> None:
    judges.cache_clear()
    together = [page(name, lines) for lines in written]
    for lines, found in zip(written, together, strict=True):
        judges.cache_clear()
        assert page(name, lines) == found


FORMULAS = [
    "p_i (1 - p_i)", r"\hat{y}_i (1 - \hat y_i)", "(1-p_i)p_i", "p_i - p_i^2", "p_i (1 + p_i)", r"\hat y_i(1+\hat y_i)",
    "d_i = p_i (1 - p_i)", "p_i (1 - p_j)", "-p_i", "p_i (1 - p_i", "1/2p_i", "1 / 2 p_i", "p_i (1-p_i) = p_i", "",
]  # fmt: skip


@pytest.mark.parametrize("form", ["", "expanded"])
def test_formulas_in_company(form: str) -> None:
    """Each formula gets the verdict, the message and the slip that it gets where it is the only one."""
    shared = problem("softmax-derivative")
    part = replace(next(part for part in shared.parts if part.step == "same"), form=form)
    for _ in range(2):
        for text in FORMULAS:
            alone = replace(shared)
            assert judge_formula(shared, part, text) == judge_formula(alone, part, text)


def test_forms_are_told_apart() -> None:
    """A verdict for one form is not taken for another, nor one step's for another's."""
    shared = problem("softmax-derivative")
    same, other = (next(part for part in shared.parts if part.step == step) for step in ("same", "different"))
    assert judge_formula(shared, same, "p_i (1 - p_i)").verdict == "correct"
    assert judge_formula(shared, replace(same, form="expanded"), "p_i (1 - p_i)").verdict == "incomplete"
    assert judge_formula(shared, other, "p_i (1 - p_i)").verdict == "wrong"
