"""The numeric core beside its peers, as ratios measured in one run.

    .venv/bin/python benchmarks/numeric.py

Each line times ours and a peer in turns and prints the medians and their ratio (ours over the peer's: below 1 is
faster). The peers are SciPy, a plain loop in Python, and PyTorch on the CPU in double precision where it is installed.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import statistics
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small products: a second thread costs more than it brings

import numpy as np
from scipy import ndimage, signal

from grader import numeric
from grader.expression import Table
from grader.families import load_all
from grader.marking.judging import judged
from grader.solution import Solution

RUNS = 9
random = np.random.default_rng(7)


def compare(what: str, ours: Callable[[], Any], peer: str, theirs: Callable[[], Any], share: float = 1.0) -> None:
    """Time both in turns; `share` is the part of the work that the peer is given."""
    ours(), theirs()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(RUNS):
        for run, kept in zip((ours, theirs), times, strict=True):
            started = time.perf_counter()
            run()
            kept.append(time.perf_counter() - started)
    mine, other = statistics.median(times[0]), statistics.median(times[1]) / share
    print(f"{what:58} {mine * 1e3:9.2f} ms   {peer:22} {other * 1e3:10.2f} ms   ratio {mine / other:7.4f}")


def convolution() -> None:
    """1,000 images 28×28 with 8 kernels 3×3."""
    images, kernels = random.normal(size=(28, 28, 1000)), random.normal(size=(8, 1, 3, 3, 1))
    what = "conv2d, 1,000 images 28×28, 8 kernels 3×3"

    def ours() -> Any:
        return numeric.conv2d(images, kernels)

    def scipy() -> Any:
        return [
            signal.correlate2d(images[..., n], kernel[0, ..., 0], mode="valid")
            for kernel in kernels
            for n in range(1000)
        ]

    def loop() -> Any:
        image, kernel = images[..., 0].tolist(), kernels[0, 0, ..., 0].tolist()
        return [
            [
                sum(image[i + a][j + b] * kernel[a][b] for a, b in itertools.product(range(3), range(3)))
                for j in range(26)
            ]
            for i in range(26)
        ]

    expected = np.stack(scipy()).reshape(8, 1000, 26, 26)
    assert np.allclose(np.moveaxis(ours(), -1, 1), expected)
    compare(what, ours, "SciPy correlate2d", scipy)
    compare(what, ours, "a plain loop", loop, share=1 / 8000)
    if importlib.util.find_spec("torch"):
        import torch

        batch = torch.from_numpy(np.ascontiguousarray(np.moveaxis(images, -1, 0)[:, None]))
        weights = torch.from_numpy(np.ascontiguousarray(kernels[..., 0]))
        assert np.allclose(torch.nn.functional.conv2d(batch, weights).numpy(), np.moveaxis(expected, 1, 0))
        compare(what, ours, "PyTorch, CPU, float64", lambda: torch.nn.functional.conv2d(batch, weights))


def pooling() -> None:
    """1,000 maps 28×28 in windows 2×2."""
    maps = random.normal(size=(28, 28, 1000))
    what = "max pooling 2×2, 1,000 maps 28×28"

    def ours() -> Any:
        return numeric.pool(maps, (2, 2), (2, 2))

    def scipy() -> Any:
        return ndimage.maximum_filter(maps, size=(2, 2, 1), origin=(-1, -1, 0))[:-1:2, :-1:2]

    def loop() -> Any:
        one = maps[..., 0].tolist()
        return [
            [max(one[i][j], one[i][j + 1], one[i + 1][j], one[i + 1][j + 1]) for j in range(0, 28, 2)]
            for i in range(0, 28, 2)
        ]

    assert np.allclose(ours(), scipy())
    compare(what, ours, "SciPy maximum_filter", scipy)
    compare(what, ours, "a plain loop", loop, share=1 / 1000)
    if importlib.util.find_spec("torch"):
        import torch

        batch = torch.from_numpy(np.ascontiguousarray(np.moveaxis(maps, -1, 0)[:, None]))
        compare(what, ours, "PyTorch, CPU, float64", lambda: torch.nn.functional.max_pool2d(batch, 2))


def optimisers() -> None:
    """One epoch over 20 samples for 1,000 students, each from weights of their own, every step kept."""
    samples = 20
    x, y = random.normal(size=samples), random.normal(size=samples)
    starts = random.normal(size=(2, 1000))
    table = {name: Table((samples,), tuple(map(Fraction, values))) for name, values in {"x": x, "y": y}.items()}
    settings = {
        "sgd": {},
        "momentum": {"beta": "0.9", "v_w": "0", "v_b": "0"},
        "adam": {"beta1": "0.9", "beta2": "0.999", "eps": "1e-8"},
    }
    for name, more in settings.items():
        family = load_all()[name]
        numbers = {
            key: Table((), (Fraction(value),)) for key, value in {"w": "0", "b": "0", "lr": "0.01", **more}.items()
        }
        solution = family.solve(numbers | table)
        solution.given_arrays.update(w=starts[0], b=starts[1])
        what = f"{name}, {samples} samples, 1,000 students, every step"
        start = x.tolist(), y.tolist(), float(starts[0, 0]), float(starts[1, 0])

        def ours(solution: Solution = solution) -> Any:
            return judged(solution, {}, {}, {}, {})

        def loop(name: str = name, start: Any = start) -> Any:
            return LOOPS[name](*start)

        compare(what, ours, "a plain loop", loop, share=1 / 1000)


def sgd(x: list[float], y: list[float], w: float, b: float) -> tuple[float, float]:
    """Stochastic gradient descent for one student."""
    for x_t, y_t in zip(x, y, strict=True):
        error = y_t - (w * x_t + b)
        w, b = w + 0.01 * error * x_t, b + 0.01 * error
    return w, b


def momentum(x: list[float], y: list[float], w: float, b: float) -> tuple[float, float]:
    """Momentum for one student."""
    v_w = v_b = 0.0
    for x_t, y_t in zip(x, y, strict=True):
        error = y_t - (w * x_t + b)
        v_w, v_b = 0.9 * v_w - 0.01 * error * x_t, 0.9 * v_b - 0.01 * error
        w, b = w - v_w, b - v_b
    return w, b


def adam(x: list[float], y: list[float], w: float, b: float) -> tuple[float, float]:
    """Adam for one student."""
    weights, m, v = [w, b], [0.0, 0.0], [0.0, 0.0]
    for t, (x_t, y_t) in enumerate(zip(x, y, strict=True), start=1):
        error = y_t - (weights[0] * x_t + weights[1])
        for k, g in enumerate((-error * x_t, -error)):
            m[k], v[k] = 0.9 * m[k] + 0.1 * g, 0.999 * v[k] + 0.001 * g * g
            weights[k] -= 0.01 * (m[k] / (1 - 0.9**t)) / ((v[k] / (1 - 0.999**t)) ** 0.5 + 1e-8)
    return weights[0], weights[1]


LOOPS = {"sgd": sgd, "momentum": momentum, "adam": adam}


if __name__ == "__main__":
    convolution()
    pooling()
    optimisers()
