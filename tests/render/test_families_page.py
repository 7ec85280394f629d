"""The page of all families: complete, and not older than the families."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.families import example_solution, load_all
from grader.render.families import page

PAGE = Path(__file__).parents[2] / "docs" / "families.md"


@pytest.fixture(scope="module")
def text() -> str:
    return page()


def test_page_is_not_stale(text: str) -> None:
    """`docs/families.md` is what the families say of themselves; `python -m grader.render.families` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == text, "python -m grader.render.families > docs/families.md"


def test_every_family_has_its_part(text: str) -> None:
    """Each family stands there once, with its givens, the first and last of its steps, and its example."""
    parts = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    assert list(parts) == sorted(load_all())
    for name, family in load_all().items():
        steps = list(example_solution(family))
        assert family.doc in parts[name]
        assert family.example in parts[name]
        assert all(f"| `{given}` |" in parts[name] for given in family.givens)
        assert f"`{steps[0]}`" in parts[name]
        assert f"`{steps[-1]}`" in parts[name]


def test_tables_are_whole(text: str) -> None:
    """Nothing in a cell breaks its table: every row has as many bars as the line under the heads."""
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert len(tables) == 2 * len(load_all())
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1
