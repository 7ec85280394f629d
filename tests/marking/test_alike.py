"""Marks on single numbers in company: equal ones are put into words once, and are what each is alone."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.marking import joined, mark_cohort
from grader.marking.marks import listing
from grader.marking.numbers import distinct, named
from grader.marking.slips.written import OF_TENSORS, RESULTS, written_otherwise
from grader.problem import load

ROWS = st.integers(0, 3).flatmap(
    lambda width: st.lists(st.tuples(*[st.integers(0, 2) | st.integers(2**40, 2**40 + 1)] * (width + 1)), min_size=1)
)


@given(ROWS)
def test_distinct_rows(rows: list[tuple[int, ...]]) -> None:
    """Each row is told from the others, in the order of the first ones, however large the numbers."""
    first, which = distinct([np.array(column) for column in zip(*rows, strict=True)])
    once = list(dict.fromkeys(rows))
    assert [rows[k] for k in first] == once
    assert which.tolist() == [once.index(row) for row in rows]
    assert first.tolist() == [rows.index(row) for row in once]


@given(st.lists(st.lists(st.sampled_from(["", "w = 1", "b = 2"]), min_size=3, max_size=3), max_size=4))
def test_named_in_words(columns: list[list[str]]) -> None:
    """What is not empty, in words."""
    rows = [[text for text in row if text] for row in zip(*columns, strict=True)] if columns else [[]] * 3
    assert named(columns, 3) == ([min(len(row), 2) for row in rows], [listing(row) if row else "" for row in rows])


@pytest.mark.parametrize("answer", ["0.5", ["0.5"], {"a": "1"}, "½½", 'a "quote"', "\\"])
def test_odd_answers_beside_plain_ones(answer: object) -> None:
    """What stands in JSON without quotes, or with signs of its own, is kept as it was typed, beside plain numbers."""
    problem = load("problems/class-notes/sgd-line.yaml")
    draw = random.Random(6)
    pages = [{step: f"{draw.uniform(-3, 3):.2f}" for step in problem.solution} for _ in range(8)]
    pages[3]["w_1"] = answer  # type: ignore[assignment]
    names = [f"s{k}" for k in range(8)]
    whole = mark_cohort(problem, pages).marks(names)
    assert whole == joined([mark_cohort(problem, [page]) for page in pages]).marks(names)
    assert whole[3]["w_1"].answer == answer


@pytest.mark.parametrize(("shape", "count"), [((), len(RESULTS)), ((2,), OF_TENSORS)])
def test_results_written_otherwise_are_named(shape: tuple[int, ...], count: int) -> None:
    """There is a name and a sentence for each value, and no two misreadings of a number are the same."""
    values = written_otherwise(np.full((*shape, 1), 12.345), np.full((*shape, 1), 0.0005))
    assert values.shape == (count, *shape, 1)
    misread = values.reshape(count, -1)[OF_TENSORS:, 0]
    there = misread[np.isfinite(misread)].round(3)
    assert len(set(there.tolist())) == len(there)
