"""What pictures are made of: ticks, contour lines, folds, colours."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.render.pictures.axes import span, ticks
from grader.render.pictures.boards import cut
from grader.render.pictures.contours import contours
from grader.render.pictures.shapes import PALETTE


@given(st.floats(-1e8, 1e8), st.floats(1e-6, 1e8))
def test_ticks_are_few_nice_and_inside(low: float, extent: float) -> None:
    """Their distance is 1, 2 or 5 times a power of ten, and no two read the same."""
    low, high = span([low, low + extent])
    found = ticks(low, high)
    assert len(found) <= 7
    values = np.array([value for value, _ in found])
    assert np.all((values >= low - 1e-6 * (high - low)) & (values <= high + 1e-6 * (high - low)))
    if extent > 1e-4 * abs(low):
        assert len({words for _, words in found}) == len(found) >= 2


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-2, 2))
def test_contours_lie_on_their_level(a: float, b: float, level: float) -> None:
    """On a plane every end of a piece is at the level itself."""
    xs, ys = np.linspace(-1, 1, 9), np.linspace(-2, 1, 7)
    pieces = contours(xs, ys, a * xs + b * ys[:, None], [level])
    for x, y in ((pieces[:, 0], pieces[:, 1]), (pieces[:, 2], pieces[:, 3])):
        assert np.allclose(a * x + b * y, level, atol=1e-9)


def test_a_contour_of_a_circle_closes() -> None:
    """Every end of a piece of x² + y² = 1 is the end of another, and all lie at 1 within the grid's width."""
    xs = np.linspace(-1.5, 1.5, 33)
    pieces = contours(xs, xs, xs**2 + xs[:, None] ** 2, [1.0])
    ends = np.round(np.concatenate([pieces[:, :2], pieces[:, 2:]]), 9)
    _, counts = np.unique(ends, axis=0, return_counts=True)
    assert set(counts) == {2}
    assert np.allclose(np.hypot(*ends.T), 1, atol=0.01)


@given(st.integers(1, 200), st.data())
def test_folding_keeps_the_ends_and_the_focus(length: int, data: st.DataObject) -> None:
    """Positions rise, nothing is lost without dots, and a short focus is whole."""
    start = data.draw(st.integers(0, length - 1))
    focus = range(start, min(start + 5, length))
    shown_ = cut(length, focus)
    positions = [i for i in shown_ if i is not None]
    assert positions == sorted(set(positions))
    assert {0, length - 1, *focus} <= set(positions)
    assert len(shown_) <= 16
    assert all(b == a + 1 for a, b in itertools.pairwise(shown_) if a is not None and b is not None)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("ink", ["ink", "muted", "blue", "red", "green", "violet"])
@pytest.mark.parametrize("shade", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "tint", "warm"])
def test_contrast(ink: str, ground: str, shade: int) -> None:
    """What is written is told from what it is written on."""
    if (ground != "paper" and ink not in {"ink", "blue"}) or (ground, ink) == ("warm", "blue"):
        return
    a, b = sorted((luminance(PALETTE[name][shade]) for name in (ink, ground)), reverse=True)
    assert (a + 0.05) / (b + 0.05) >= 4.5
