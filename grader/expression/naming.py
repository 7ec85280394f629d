"""How people spell names: the one spelling that all others are brought to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from grader.expression import layout
from grader.expression.signs import ACCENTS, GREEK
from grader.expression.tree import Name

_NUMBERED = re.compile(r"^([^\W\d_]+)(\d+)")
_LETTERS = re.compile(r".[\u0300-\u036f\u20d7]*", re.DOTALL)


@lru_cache(maxsize=4096)
def spelled(name: str) -> str:
    """A name in the one spelling that all others are brought to.

    >>> spelled("λ"), spelled("ŷ_1"), spelled("x1"), spelled("𝑥")
    ('lambda', 'yhat_1', 'x_1', 'x')
    """
    plain = "".join(each if each in GREEK else unicodedata.normalize("NFKC", each) for each in name)
    base, *marks = _NUMBERED.sub(r"\1_\2", unicodedata.normalize("NFC", plain)).split("_")
    return "_".join("".join(map(letter, characters(part))) for part in (base, *marks))


def characters(word: str) -> list[str]:
    """The letters of a word, each with the accents above it."""
    return list(word) if word.isascii() else _LETTERS.findall(unicodedata.normalize("NFD", word))


@lru_cache(maxsize=1024)
def letter(character: str) -> str:
    """A letter spelled out, its accents behind it."""
    plain = unicodedata.normalize("NFD", character)
    return GREEK.get(plain[0], plain[0]) + "".join(ACCENTS.get(mark, mark) for mark in plain[1:])


def spellings(name: Name) -> Iterable[str]:
    """How a name may be written: as it is called, and as pages show it (`lr` is α there)."""
    yield spelled(name.name)
    if name.symbol:
        yield spelled(name.symbol)
    for shown in (name.name, name.symbol):
        if shown:
            drawn = layout.symbol(shown)
            base = spelled(drawn.base.replace(" ", "")) + ("hat" if drawn.hat else "")
            yield "_".join([base, *map(spelled, drawn.subscripts)])
