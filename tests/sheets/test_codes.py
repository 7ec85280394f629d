"""Variant codes: short, without signs that look alike, and bound to their seed and student."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.codes import CHECKS, FORMS, MOST_DRAWS, SIGNS, code, is_form, number_of

NAMES = st.text(min_size=1).filter(str.strip)
NUMBERS = st.integers(0, MOST_DRAWS - 1)


@given(st.integers(), NAMES, NUMBERS)
def test_a_code_says_its_number(seed: int, student: str, number: int) -> None:
    """However it is typed; a sheet's code has four to six signs, none of which looks like another."""
    found = code(seed, student, number)
    assert CHECKS < len(found) <= CHECKS + 3
    assert not set(found) & set("01IOAEU")
    for typed in (found, found.lower(), f" {found[:2]} {found[2:]} ", f"{found[:3]}-{found[3:]}"):
        assert number_of(typed, str(seed), student) == number


def test_codes_are_pinned() -> None:
    """Printed sheets hang on them from one version to the next."""
    assert [code(42, "s001", number) for number in (0, 1, 29, 841)] == PINNED


PINNED = ["3K82", "SVD3", "73F32", "SWL322"]


def test_another_student_seed_or_sign_is_told() -> None:
    """Of 1,000 neighbours' codes, seeds and mistyped signs next to none passes."""
    neighbours = sum(number_of(code(1, f"s{k}"), 1, "s") is not None for k in range(1000))
    seeds = sum(number_of(code(k, "s"), 1, "s") is not None for k in range(2, 1002))
    own = code(1, "s")
    mistyped = [own[:at] + sign + own[at + 1 :] for at in range(len(own)) for sign in SIGNS if sign != own[at]]
    assert neighbours + seeds + sum(number_of(each, 1, "s") is not None for each in mistyped) <= 1


@pytest.mark.parametrize("typed", ["", "B", "3K8", "3K82222", "0K82", "3K8É", "\u202e3K82", "3K82" * 1000, "ß" * 4])
def test_what_is_no_code(typed: str) -> None:
    assert number_of(typed, 42, "s001") is None


def test_forms_have_letters() -> None:
    assert all(map(is_form, FORMS))
    assert is_form(" b ")
    assert not any(map(is_form, ["", "AB", "1", "é", "3K82", "ſ"]))


def test_composed_and_decomposed_names_have_one_code() -> None:
    assert code(1, "Zoë") == code(1, "Zoe\u0308 ")
