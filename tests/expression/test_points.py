"""Where formulas are compared."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from grader.expression import Name
from grader.expression.domains import DOMAINS
from grader.expression.points import (
    POINTS,
    SHOWN,
    Slot,
    balls,
    float_points,
    ratios,
    residues,
    scattered,
    slots,
)

HOLDS: dict[str, Callable[[Any], Any]] = {
    "real": lambda a: a == a,
    "positive": lambda a: a > 0,
    "nonnegative": lambda a: a >= 0,
    "negative": lambda a: a < 0,
    "nonzero": lambda a: a != 0,
    "integer": lambda a: a % 1 == 0,
    "natural": lambda a: (a % 1 == 0) & (a > 0),
    "probability": lambda a: (a > 0) & (a < 1),
    "distribution": lambda a: (a > 0) & (a < 1),
    "symmetric": lambda a: a == np.swapaxes(a, 0, 1),
}


def slot(domain: str) -> Slot:
    return Slot(2, (3, 3) if domain == "symmetric" else (3,), domain)


@pytest.mark.parametrize("domain", DOMAINS)
def test_points_are_in_their_domain(domain: str) -> None:
    """Exact ones, and floats at all scales but where they round to a bound."""
    exact = ratios(slot(domain))
    assert exact.shape == (*slot(domain).shape, POINTS)
    assert all(isinstance(entry, Fraction | int) for entry in exact.flat)
    assert np.all(HOLDS[domain](exact))
    (floats,) = scattered([slot(domain)], [1000.0], 600)
    within = np.where(floats == 1, 0.5, floats) if domain in {"probability", "distribution"} else floats
    assert np.all(HOLDS[domain](within))


def test_distributions_add_up() -> None:
    """In ratios, in floats and in the field."""
    there = slot("distribution")
    assert (ratios(there).sum(axis=0) == 1).all()
    assert np.allclose(scattered([there], [], 600)[0].sum(axis=0), 1)
    assert (residues(there, 0).sum(axis=0) == 1).all()


def test_symmetric_residues() -> None:
    found = residues(slot("symmetric"), 1)
    assert (found == np.swapaxes(found, 0, 1)).all()


def test_the_first_points_can_be_shown() -> None:
    """Small numbers, no two entries alike."""
    names = slots([Name("a"), Name("b", (3,)), Name("c")], {})
    entries = np.concatenate([ratios(each).reshape(-1, POINTS) for each in names])
    for point in range(SHOWN):
        column = entries[:, point].tolist()
        assert len(set(column)) == len(column)
        assert all(abs(entry) <= 20 and entry.denominator <= 2 for entry in column)
    assert entries[:, 0].tolist() == [2, 3, 5, 7, 11]


def test_balls_are_the_ratios() -> None:
    for ball, ratio in zip(balls(slot("real"), 256).flat, ratios(slot("real")).flat, strict=True):
        assert abs(float(ball.mid()) - float(ratio)) <= 1e-15 * abs(float(ratio))


def test_floats_lie_on_both_sides_of_sizes() -> None:
    """So that max(x, 1000) is seen to turn, and closely."""
    (floats,) = scattered([Slot(0, (), "real")], [1000.0, 0.001], 600)
    for size in (1000.0, -1000.0, 0.001):
        off = floats - size
        assert (off[np.abs(off) < abs(size) / 10] > 0).any()
        assert (off[np.abs(off) < abs(size) / 10] < 0).any()


def test_whole_floats_lie_beside_multiples() -> None:
    (floats,) = scattered([Slot(0, (), "natural")], [97.0], 2400)
    assert {96, 0, 1} <= {int(each) for each in floats % 97}


def test_float_points() -> None:
    """One at a time, the last axis of length 1."""
    found = list(float_points([Name("x"), Name("v", (3,))], {"x": "positive"}, 4))
    assert len(found) == 4
    assert all(each["x"].shape == (1,) and each["v"].shape == (3, 1) and each["x"][0] > 0 for each in found)


def test_points_do_not_hang_on_the_hash_seed() -> None:
    code = (
        "from grader.expression.points import Slot, ratios, residues, scattered;"
        "s = Slot(1, (2,), 'real'); print(ratios(s), residues(s, 0), scattered([s], [7.0], 50))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, check=True,
        ).stdout
        for seed in ("0", "3")
    }  # fmt: skip
    assert len(found) == 1
