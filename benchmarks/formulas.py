"""A simulated cohort that answers with a formula: the derivative of softmax, in some hundreds of spellings."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np

ID = "softmax-cohort"
SPEC = """\
title: The derivative of softmax, as a cohort writes it
family: softmax_derivative
ask: {same: 1}
"""
PROBABILITIES = (
    "p_i", r"\hat{y}_i", "ŷ_i", r"\hat y_i", "e^{z_i}/S", r"\frac{e^{z_i}}{S}", r"\frac{e^{z_i}}{\sum_k e^{z_k}}",
    r"\frac{\exp(z_i)}{\sum_{k} \exp(z_k)}", "(p_i)", "p_{i}",
)  # fmt: skip
RIGHT = (
    "{a}(1 - {b})", "{a} * (1 - {b})", r"{a} \cdot (1-{b})", "{a} - {a} * {b}", "(1 - {b}) {a}", "-{a} ({b} - 1)",
    "{a} - {a} {b}", "{a} (-{b} + 1)",
)  # fmt: skip
WRONG = (
    "{a} (1 + {b})", "-{a} {b}", "{a} ({b} - 1)", "2 {a} (1 - {b})", "{a} (1 - {b})^2", "1 - {a} {b}", "{a} + {b} - 1",
    "{a} (1 - {b}",
)  # fmt: skip
SHARE_RIGHT = 0.7  # of the spellings


def write_formulas(file: Path, answers: int, distinct: int, seed: int = 1) -> Path:
    """Write answers with so many distinct texts, a few of them frequent, and the spec beside them; the spec's path."""
    random = np.random.default_rng(seed)
    texts = spellings(distinct, random)
    weights = 1 / np.arange(1, distinct + 1)
    chosen = random.choice(distinct, answers, p=weights / weights.sum())
    chosen[:distinct] = np.arange(distinct)
    file.parent.mkdir(parents=True, exist_ok=True)
    spec = file.parent / "problems" / f"{ID}.yaml"
    spec.parent.mkdir(exist_ok=True)
    spec.write_text(SPEC, encoding="utf-8")
    with file.open("w", encoding="utf-8", newline="\n") as out:
        for i, choice in enumerate(chosen.tolist(), start=1):
            line = {"student": f"s{i:06d}", "answers": {ID: {"same": texts[choice]}}}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return spec


def spellings(distinct: int, random: np.random.Generator) -> list[str]:
    r"""Different texts, right and wrong, in an order drawn at random.

    >>> spellings(2, np.random.default_rng(0))
    ['\\frac{e^{z_i}}{S} (-p_{i} + 1)', '2 \\frac{e^{z_i}}{S} (1 - \\hat y_i)']
    """
    pairs = list(itertools.product(PROBABILITIES, repeat=2))
    found: list[str] = []
    right = round(SHARE_RIGHT * distinct)
    for forms, count in ((RIGHT, right), (WRONG, distinct - right)):
        made = list(dict.fromkeys(form.format(a=a, b=b) for form in forms for a, b in pairs))
        found += [made[i] for i in random.permutation(len(made))[:count]]
    return [found[i] for i in random.permutation(len(found))]
