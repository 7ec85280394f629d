"""The students' work transcribed from the sources, marked: what a careful person would say of each page."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.marking import first_wrong
from grader.marking.marks import earned
from tests.work import Work, marked

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Work:
    return marked(ROOT / "submissions", ROOT / "problems", tmp_path_factory.mktemp("out"))


def test_everything_is_read(graded: Work) -> None:
    """No file, problem or step is unknown."""
    assert graded.errors == []
    assert list(graded.marks) == ["notes", "report"]


def test_exactly_the_wrong_cells_of_the_reports_maps_are_found(graded: Work) -> None:
    """Seven of the 75 entries are wrong, by hand and by every witness; the row and the column count from 1."""
    wrong = {
        (mark.part, i, j)
        for mark in graded.marks["report"]["exercise-2-maps"]
        for i, row in enumerate(mark.cells, start=1)
        for j, verdict in enumerate(row, start=1)
        if verdict != "correct"
    }
    assert wrong == {
        ("map_sobel_x", 3, 5), ("map_sobel_x", 5, 4),
        ("map_sobel_y", 2, 5), ("map_sobel_y", 3, 1), ("map_sobel_y", 3, 4),
        ("map_laplacian", 1, 1), ("map_laplacian", 3, 4),
    }  # fmt: skip


def test_the_sgd_page_first_goes_wrong_at_the_fourth_slope(graded: Work) -> None:
    """Everything before it is right by the key or by the page's own values."""
    marks = graded.marks["notes"]["sgd-line"]
    first = first_wrong(marks)
    assert first is not None
    assert first.part == "grad_w_4"
    assert first.slip == "bracket-lost"
    assert first.message == (
        "It looks as if only ŷ_4 were multiplied by x_4: −(9 − 3.216·4) is 3.864. The bracket is worked out first. "
        "(Chance alone meets these digits once in 1,300.) The key has -23.1232."
    )


SGD = {
    "mse_before": "correct", "yhat_1": "correct", "grad_w_1": "correct", "grad_b_1": "correct", "w_1": "correct",
    "b_1": "correct", "yhat_2": "correct", "grad_w_2": "correct", "grad_b_2": "correct",
    "w_2": "correct",      # 0.600 for 0.60056: off by 0.09%
    "b_2": "correct",      # 0.162 for 0.16228: right to its three digits
    "yhat_3": "correct", "grad_w_3": "correct", "grad_b_3": "correct", "w_3": "correct",
    "b_3": "rounded",      # 0.212 for 0.21264, and the page's own b_2 and slope give 0.21238
    "yhat_4": "correct",
    "grad_w_4": "slip",    # 3.864 is −(9 − 3.216 · 4): the bracket is lost
    "grad_b_4": "slip",    # −5.136 is −(9 − 3.864): the slope stands where the prediction belongs
    "w_4": "blank", "b_4": "blank", "yhat_5": "blank", "grad_w_5": "blank", "grad_b_5": "blank",
    "w_5": "correct", "b_5": "correct",
    "sse_after": "wrong",  # 56.005: its own five squares add up to 46.103
    "mse_after": "follows",  # 56.005/10 is 5.6005
}  # fmt: skip


@pytest.mark.parametrize(("part", "verdict"), SGD.items())
def test_the_sgd_page_step_by_step(graded: Work, part: str, verdict: str) -> None:
    """Each verdict as a careful person gives it, with the reason beside it where it is not plain."""
    assert graded.marks["notes"]["sgd-line"][part].verdict == verdict


@pytest.mark.parametrize(
    ("problem", "part", "verdict", "share"),
    [
        ("average-pooling", "pooled", "wrong", 2 / 4),  # 12.5 for 12.75 and 15 for 14
        ("padded-convolution", "feature_map_1", "wrong", 23 / 25),  # 13 for 3 and 9 for 4
        ("padded-convolution", "pooled_1", "wrong", 15 / 16),  # 17 for 19
        ("cnn-two-kernels", "activated_1", "correct", 1),
        ("cnn-two-kernels", "pooled_1", "wrong", 0),  # two entries where there is one
        ("cnn-two-kernels", "pooled_2", "correct", 1),
        ("cnn-two-kernels", "flat", "follows", 1),  # the page's own pooled maps, written as one vector
    ],
)
def test_the_convolution_pages(graded: Work, problem: str, part: str, verdict: str, share: float) -> None:
    """Each verdict and the share of the points, with the reason."""
    mark = graded.marks["notes"][problem][part]
    assert (mark.verdict, mark.credit) == (verdict, pytest.approx(share))


def test_totals_are_exact(graded: Work) -> None:
    """68 of the report's 75 points, not 68.00000000000001."""
    assert sum(map(earned, graded.marks["report"]["exercise-2-maps"])) == 68
