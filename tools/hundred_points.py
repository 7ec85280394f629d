"""Writes problems/lesson-0/hundred-points.yaml: a line through a hundred noisy points, the same on every run.

The lesson draws x from 0 to 2 and y = 4 + 3x plus half a standard normal; it prints no figures, so the seed is ours.

    python tools/hundred_points.py
"""

from pathlib import Path

import numpy as np

SEED = 0
TARGET = Path(__file__).parent.parent / "problems" / "lesson-0" / "hundred-points.yaml"

SPEC = """\
# Written by tools/hundred_points.py from the seed {seed}; the lesson draws its points anew on every run.
title: A line through a hundred points
family: linear_regression
statement: >
  A hundred points were drawn from $y = 4 + 3x$ with normal noise of standard deviation $0.5$ and rounded to two places.
  Fit $\\hat{{y}} = wx + b$ by batch gradient descent on the mean squared error $\\frac{{1}}{{n}}\\sum r_i^2$,
  $r = y - \\hat{{y}}$, from $w = 0$, $b = 0$ with the learning rate $0.05$. Let a program or a spreadsheet do the sums.
  Give the loss, both slopes and the new weights of each of the first three steps, and the line of least squares that
  the descent is on its way to, as $[w, b]$.
given:
  X: [{x}]
  y: [{y}]
  w: 0
  b: 0
  lr: 0.05
  n_steps: 3
ask:
  "loss_*": 1
  "grad_*": 1
  "w_*": 1
  "b_*": 1
  ols: 4
"""


def points(seed: int = SEED, count: int = 100) -> tuple[list[str], list[str]]:
    """Inputs and targets, to two places."""
    random = np.random.RandomState(seed)  # its stream is frozen, unlike that of default_rng
    x = np.round(2 * random.rand(count), 2)
    y = 4 + 3 * x + 0.5 * random.randn(count)
    return [f"{value:.2f}" for value in x], [f"{value:.2f}" for value in y]


def listed(values: list[str], per_line: int = 16) -> str:
    """A list over several lines."""
    lines = [", ".join(values[i : i + per_line]) for i in range(0, len(values), per_line)]
    return (",\n" + " " * 6).join(lines)


def spec() -> str:
    """The problem as YAML."""
    x, y = points()
    return SPEC.format(seed=SEED, x=listed(x), y=listed(y))


if __name__ == "__main__":
    TARGET.write_text(spec(), encoding="utf-8")
