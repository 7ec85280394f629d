"""A corpus of answers beside what they should be compared with, and the verdicts that may come out.

What needs judgement is written by hand in the YAML tables beside this file: rows of `[one, other, expected, why]` under
what the names stand for. The rest is generated when it is asked for, the same in every run, and judged by mpmath or
NumPy without the grader. `python -m tests.corpus` prints the table by category.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tests.corpus import edits, hostile, matrices, numbers
from tests.corpus.dialects import LATEX_DIALECTS, PLAIN_DIALECTS, UNICODE_DIALECTS, write
from tests.corpus.formulas import judged
from tests.corpus.identities import Identity, identities

HERE = Path(__file__).parent
VERDICTS = ("same", "different", "undecided", "unreadable")
MIXED = PLAIN_DIALECTS + LATEX_DIALECTS[:3]

BY_HAND = {
    "equal pairs": "equal.yaml", "near misses": "near.yaml", "Unicode": "unicode.yaml", "LaTeX dialects": "latex.yaml",
    "ambiguous names": "names.yaml", "branches and domains": "branches.yaml", "matrices": "matrices.yaml",
    "derivations": "derivations.yaml", "number habits": "numbers.yaml",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One comparison to make."""

    category: str
    one: str
    other: str
    expect: tuple[str, ...]
    symbols: Mapping[str, str] | None = None
    why: str = ""

    def __str__(self) -> str:
        declared = f"  with {dict(self.symbols)}" if self.symbols else ""
        return f"{self.category}: {self.one[:200]!r} and {self.other[:200]!r}{declared}  {self.why}".rstrip()


def by_hand() -> Iterator[Entry]:
    """What the YAML tables hold."""
    for category, file in BY_HAND.items():
        for group in yaml.safe_load((HERE / file).read_text(encoding="utf-8")):
            for one, other, expect, *why in group["pairs"]:
                allowed = (expect,) if isinstance(expect, str) else tuple(expect)
                yield Entry(category, one, other, allowed, group.get("symbols"), "; ".join(why) or group.get("why", ""))


def attacks() -> Iterator[Entry]:
    """Texts that would run code where something runs them."""
    table: dict[str, Any] = yaml.safe_load((HERE / "attacks.yaml").read_text(encoding="utf-8"))
    for kind, texts in table["texts"].items():
        for text in texts:
            yield Entry("code execution", text, table["other"], tuple(table["expect"]), None, kind)


def bombs() -> Iterator[Entry]:
    """Texts that cost a naive reader too much; any verdict will do."""
    for what, text in hostile.bombs():
        yield Entry("resource bombs", text, "x + 1", VERDICTS, None, what)


def equal_pairs() -> Iterator[Entry]:
    """Each identity in two dialects, and every other one in two more the other way round."""
    draw = random.Random("equal pairs")
    for turn, each in enumerate(identities()):
        first, second = draw.choice(MIXED), draw.choice(MIXED)
        yield pair("equal pairs", each, write(each.one, first), write(each.other, second))
        if turn % 2:
            first, second = draw.choice(MIXED), draw.choice(MIXED)
            yield pair("equal pairs", each, write(each.other, first), write(each.one, second))


def near_misses() -> Iterator[Entry]:
    """Each identity with one edit in its second formula; what mpmath finds equal all the same is left out."""
    draw = random.Random("near misses")
    for turn, each in enumerate(identities()):
        for kind, edited in edits.single_edits(each.other, draw, 2 if turn % 3 == 0 else 1):
            if judged(each.one, edited, each.symbols or {}) == "different":
                texts = write(each.one, draw.choice(MIXED)), write(edited, draw.choice(MIXED))
                yield Entry("near misses", *texts, ("different",), each.symbols, kind)


def dialects(category: str, choices: tuple[Any, ...], count: int, offset: int) -> Iterator[Entry]:
    """Identities in a family of dialects, on one side or on both."""
    draw = random.Random(category)
    rows = identities()
    for turn in range(count):
        each = rows[(offset + turn) % len(rows)]
        first, second = draw.choice(choices), draw.choice((*choices, *MIXED))
        yield pair(category, each, write(each.one, first), write(each.other, second))


def pair(category: str, each: Identity, one: str, other: str) -> Entry:
    return Entry(category, one, other, ("same",), each.symbols, each.subject)


def generated() -> Iterator[Entry]:
    """What generators make."""
    yield from equal_pairs()
    yield from near_misses()
    yield from dialects("LaTeX dialects", LATEX_DIALECTS, 170, 0)
    yield from dialects("Unicode", UNICODE_DIALECTS, 130, 150)
    for one, other, expected, why in numbers.entries(200):
        yield Entry("number habits", one, other, (expected,), None, why)
    for one, other, symbols, expected in matrices.entries():
        yield Entry("matrices", one, other, (expected,), symbols)


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """The whole corpus, each comparison once."""
    every = (*by_hand(), *generated(), *bombs(), *attacks())
    return tuple({(e.one, e.other, str(e.symbols)): e for e in every}.values())
