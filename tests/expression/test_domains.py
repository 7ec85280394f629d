"""Declarations of symbols."""

from __future__ import annotations

import pytest

from grader.errors import SpecError
from grader.expression.domains import DOMAINS, Declaration, declared


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("real", Declaration()),
        ("positive", Declaration("positive")),
        (" probability ", Declaration("probability")),
        ("natural", Declaration("natural")),
        ("vector(n)", Declaration("real", ("n",))),
        ("matrix(n,d)", Declaration("real", ("n", "d"))),
        ("matrix( n , 3 )", Declaration("real", ("n", "3"))),
        ("matrix(n×d)", Declaration("real", ("n", "d"))),
        ("positive vector(n)", Declaration("positive", ("n",))),
        ("integer matrix(2,2)", Declaration("integer", ("2", "2"))),
        ("distribution(K)", Declaration("distribution", ("K",))),
        ("symmetric matrix(n,n)", Declaration("symmetric", ("n", "n"))),
    ],
)
def test_declared(text: str, expected: Declaration) -> None:
    assert declared(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("positiv", "positive"),
        ("tensor(n)", "tensor"),
        ("vector(n,d)", "1 length"),
        ("matrix(n)", "2 lengths"),
        ("odd vector(n)", "odd"),
        ("vector(n+1)", "unknown domain"),
        ("", "unknown domain"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        declared(text)
    assert message in str(refused.value)


def test_every_domain_has_words() -> None:
    assert all(DOMAINS.values())
