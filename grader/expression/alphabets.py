"""Letters: the mathematical alphabets of Unicode, and primes behind a letter."""

from __future__ import annotations

import re
import unicodedata


def faced(letter: str, face: str) -> str:
    """A letter of Unicode's mathematical alphabets, as it stands where that has none.

    >>> faced("x", "BOLD"), faced("R", "DOUBLE-STRUCK"), faced("α", "BOLD"), faced("!", "BOLD")
    ('𝐱', 'ℝ', '𝛂', '!')
    """
    name = unicodedata.name(letter, "")
    name = re.sub(r"^(LATIN|GREEK) ", "", name).replace(" LETTER", "")
    for full in (f"MATHEMATICAL {face} {name}", f"{face} {name}"):
        try:
            return unicodedata.lookup(full)
        except KeyError:
            continue
    return letter


def parted(base: str) -> tuple[str, str]:
    """A letter and the primes behind it, as in x'.

    >>> parted("x''"), parted("row")
    (('x', "''"), ('row', ''))
    """
    letter = base.rstrip("'")
    return (letter, base[1:]) if len(letter) == 1 else (base, "")
