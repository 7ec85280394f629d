"""What values a symbol may take: the domain of its entries, and its shape in lengths or letters for lengths.

>>> declared("positive vector(n)")
Declaration(domain='positive', lengths=('n',))
>>> declared("probability")
Declaration(domain='probability', lengths=())
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.errors import SpecError, did_you_mean

Domain = str

DOMAINS: dict[Domain, str] = {
    "real": "real",
    "positive": "positive",
    "nonnegative": "not negative",
    "negative": "negative",
    "nonzero": "not zero",
    "integer": "whole",
    "natural": "whole and positive",
    "probability": "between 0 and 1",
    "distribution": "positive and add up to 1",
    "symmetric": "symmetric",
}
"""Every domain by name, with the words for it."""

REAL: Domain = "real"
POSITIVE: Domain = "positive"
WHOLE = frozenset({"integer", "natural"})

_RANKS = {"vector": 1, "matrix": 2, "distribution": 1}
_SHAPED = re.compile(r"(?:(?P<domain>[a-z]+)\s+)?(?P<shape>[a-z]+)\s*\(\s*(?P<lengths>[\w\s,×]*)\)")


@dataclass(frozen=True)
class Declaration:
    """A symbol's domain and its lengths, each a number or a letter."""

    domain: Domain = REAL
    lengths: tuple[str, ...] = ()


def declared(text: str) -> Declaration:
    """A declaration as it was written. Raises `SpecError` where it says nothing that is known."""
    plain = " ".join(text.strip().split())
    if plain in DOMAINS and plain not in {"distribution", "symmetric"}:
        return Declaration(plain)
    match = _SHAPED.fullmatch(plain)
    if match is None:
        hint = did_you_mean(plain, [*DOMAINS, "vector(n)", "matrix(n,d)"])
        raise SpecError(f"unknown domain {text!r}", hint=hint)
    shape, domain = match["shape"], match["domain"] or REAL
    if shape not in _RANKS:
        raise SpecError(f"unknown shape {shape!r}", hint=did_you_mean(shape, _RANKS))
    if domain not in DOMAINS:
        raise SpecError(f"unknown domain {domain!r}", hint=did_you_mean(domain, DOMAINS))
    lengths = tuple(each.strip() for each in re.split(r"[,×]", match["lengths"]) if each.strip())
    if len(lengths) != _RANKS[shape] or not all(each.isdecimal() or each.isidentifier() for each in lengths):
        raise SpecError(f"expected {_RANKS[shape]} length{'s' if _RANKS[shape] > 1 else ''} in {text!r}")
    return Declaration("distribution" if shape == "distribution" else domain, lengths)
