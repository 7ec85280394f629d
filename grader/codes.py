"""What a sheet says of its numbers: a student's code, or the letter of a form.

A code is three characters that check and then the number of the draw, from 0, in the same characters. What checks hangs
on the seed, the student and the number: a mistyped code, or a neighbour's, is told from one's own.
"""

from __future__ import annotations

from string import ascii_uppercase

from grader.drawing import Stream

SIGNS = "23456789BCDFGHJKLMNPQRSTVWXYZ"
"""No 0 and O, no 1 and I, and no vowel, so that no code is a word."""
CHECKS = 3  # a wrong code passes once in 24,389
MOST_DRAWS = len(SIGNS) ** 3  # of one student and problem
FORMS = ascii_uppercase


def code(seed: str | int, student: str, number: int = 0) -> str:
    """The code of a student's draw.

    >>> code(42, "s001"), code(42, "s001", 1), code(42, "s002")
    ('3K82', 'SVD3', 'QT42')
    """
    checks = Stream("variant", str(seed).strip(), student.strip(), str(number)).places(CHECKS, len(SIGNS))
    digits = [number % len(SIGNS)]
    while number := number // len(SIGNS):
        digits.insert(0, number % len(SIGNS))
    return "".join(SIGNS[k] for k in checks + digits)


def number_of(typed: str, seed: str | int, student: str) -> int | None:
    """The number of the draw that a code stands for; None where it is not a code of this seed and student.

    Small letters, spaces and dashes make no difference.
    """
    signs = "".join(typed.upper().replace("-", " ").split())
    if not typed.isascii() or not CHECKS < len(signs) <= CHECKS + 3 or not set(signs) <= set(SIGNS):
        return None
    number = 0
    for sign in signs[CHECKS:]:
        number = number * len(SIGNS) + SIGNS.index(sign)
    return number if code(seed, student, number) == signs else None


def is_form(variant: str) -> bool:
    """Whether it is the letter of a form, A to Z."""
    letter = variant.strip()
    return len(letter) == 1 and letter.isascii() and letter.upper() in FORMS


def form_name(letter: str) -> str:
    """Whose draws the form of a letter has.

    >>> form_name("B")
    'form B'
    """
    return f"form {letter}"
