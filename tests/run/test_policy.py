"""The policy: what a spec may say of credit, penalties and rounding, and what totals come to."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.document import read_yaml
from grader.errors import Place, SpecError
from grader.parts import read_policy, total

POLICIES = [
    ("{wrong: -0.25}", {"wrong": Fraction(-1, 4)}),
    ("{wrong: -1}", {"wrong": Fraction(-1)}),
    ("{wrong: −1/3}", {"wrong": Fraction(-1, 3)}),
    ("{round: 0.5, slip: 1/4}", {"round": Fraction(1, 2), "slip": Fraction(1, 4)}),
    ("{round: 0}", {"round": Fraction(0)}),
]


@pytest.mark.parametrize(("text", "policy"), POLICIES)
def test_what_a_policy_says(text: str, policy: dict[str, Fraction]) -> None:
    """Credit, a penalty for what is wrong, and what totals are multiples of."""
    assert read_policy(read_yaml(text), Place()) == policy


BAD = [
    ("{wrong: -2}", "policy.wrong: expected a credit from -1 to 1, got '-2'"),
    ("{wrong: 2}", "policy.wrong: expected a credit from -1 to 1, got '2'"),
    ("{wrong: --1}", "policy.wrong: expected a credit from -1 to 1, a number of at least 0, got '--1'"),
    ("{slip: -0.5}", "policy.slip: expected a credit from 0 to 1, a number of at least 0, got '-0.5'"),
    (
        "{round: -1}",
        "policy.round: expected what totals are rounded to, such as 0.5, a number of at least 0, got '-1'",
    ),
    ("{rond: 1}", "policy.rond: unknown verdict 'rond'; did you mean 'round'?"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_what_a_policy_may_not_say(text: str, message: str) -> None:
    """One message, with the place and what was expected."""
    with pytest.raises(SpecError) as error:
        read_policy(read_yaml(text), Place(path="policy"))
    assert str(error.value).partition(": ")[2] == message if error.value.place.line else str(error.value) == message


ratios = st.fractions(min_value=-5, max_value=5, max_denominator=60)
steps = st.fractions(min_value=0, max_value=3, max_denominator=12)


@given(earned=st.lists(ratios, max_size=12), points=st.fractions(min_value=0, max_value=60), step=steps)
def test_totals(earned: list[Fraction], points: Fraction, step: Fraction) -> None:
    """Exact; never below zero; at most half a step from the sum, or all that there is to earn."""
    found, whole = total(earned, points, step), max(sum(earned, Fraction(0)), Fraction(0))
    assert found >= 0
    assert found == whole or step
    if step:
        assert found == points or ((found / step).denominator == 1 and -step / 2 < found - whole <= step / 2)
