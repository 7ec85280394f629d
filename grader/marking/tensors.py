"""What is the matter with tensors in which something is wrong: patterns of their entries, slips in single entries."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from grader.expression.tree import Index
from grader.marking.slips.diagnosis import Diagnosis
from grader.marking.slips.patterns import Pattern, pattern
from grader.marking.verdicts import SLIP, WRONG, flat
from grader.numeric import Array

if TYPE_CHECKING:
    from grader.marking.judging import Answers

MOST_SINGLE = 3  # wrong entries of a tensor that are looked at one by one
MOST_ENTRIES = 400  # of a tensor whose entries are


@dataclass
class Found:
    """What was found in the tensors of some students, by student."""

    patterns: dict[int, Pattern] = field(default_factory=dict)
    """What the wrong entries have in common."""
    entries: dict[int, dict[Index, Diagnosis]] = field(default_factory=dict)
    """What seems to have happened in single entries."""


def look(answers: Answers, codes: np.ndarray) -> Found:
    """Look at tensors with wrong entries: what explains the values of some makes slips of these, in `codes`."""
    found = Found()
    if codes.ndim < 2 or not (codes == WRONG).any():
        return found
    found.patterns = patterns(answers, codes)
    for i, each in found.patterns.items():
        if each.whole:
            codes[..., i][codes[..., i] == WRONG] = SLIP
    found.entries = single_entries(answers, codes)
    for i, slips in found.entries.items():
        for index in slips:
            codes[index][i] = SLIP
    return found


def patterns(answers: Answers, codes: np.ndarray) -> dict[int, Pattern]:
    """The pattern of each student's wrong entries, beside the key or beside what their own values lead to."""
    column, key = answers.column, answers.key[..., 0]
    if key.shape != codes.shape[:-1]:
        return {}
    known: dict[bytes, Pattern | None] = {}
    found: dict[int, Pattern] = {}
    for i in np.flatnonzero(flat(codes == WRONG).any(axis=0)).tolist():
        given, half = column.values[..., i], column.half_units[..., i]
        own = own_of(answers, i)
        wrong = codes[..., i] >= SLIP
        if bool(np.all(np.abs(given - key) <= half)):  # the key as far as its digits go: nothing was moved
            continue
        page = b"".join(array.tobytes() for array in (given, half, wrong, key if own is None else own))
        if page not in known:
            known[page] = pattern(answers.step, given, key, half, wrong)
            if own is not None and (known[page] is None or not known[page].whole):  # type: ignore[union-attr]
                by_own = pattern(answers.step, given, own, half, wrong)
                known[page] = by_own if by_own and by_own.whole else known[page]
        if (each := known[page]) is not None:
            found[i] = each
    return found


def own_of(answers: Answers, i: int) -> Array | None:
    """What a student's own earlier values lead to; None where following that is not granted."""
    earned = answers.earned[i if len(answers.earned) > 1 else 0]
    return None if answers.own is None or not earned else answers.own[..., i if answers.own.shape[-1] > 1 else 0]


def single_entries(answers: Answers, codes: np.ndarray) -> dict[int, dict[Index, Diagnosis]]:
    """What seems to have happened in single entries, where few are wrong."""
    found: dict[int, dict[Index, Diagnosis]] = {}
    size = math.prod(codes.shape[:-1])
    if not 1 < size <= MOST_ENTRIES:
        return found
    wrong = codes == WRONG
    few = flat(wrong).sum(axis=0) <= MOST_SINGLE
    for index in np.ndindex(*codes.shape[:-1]):
        who = np.flatnonzero(wrong[index] & few)
        for i, slip in answers.diagnosed(who, index).items():
            found.setdefault(i, {})[index] = slip
    return found
