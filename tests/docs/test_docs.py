"""The documents, run: every command in them works, every file in them is read, and what they show is what prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.cli import COMMANDS
from tests.docs.pages import blocks, calls
from tests.docs.running import CHECKOUT, Outcome, outcomes, started

DOCS = CHECKOUT / "docs"
IN_THE_CHECKOUT = {"writing-a-family.md", "writing-an-operation.md", "writing-a-format.md"}
"""Guides whose reader works on the program itself; the others begin in an empty folder."""
GUIDES = sorted({"tutorial.md", "specs.md", *IN_THE_CHECKOUT})
PAGES = {name: blocks((DOCS / name).read_text(encoding="utf-8")) for name in GUIDES}
CASES = [(name, k) for name, document in PAGES.items() for k in range(len(document))]
NAMES = [f"{name}:{PAGES[name][k].line}" for name, k in CASES]
RUN: dict[str, list[Outcome]] = {}


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("docs")


@pytest.mark.parametrize(("name", "k"), CASES, ids=NAMES)
def test_block(name: str, k: int, places: Path) -> None:
    """Each block of a guide, after all those before it."""
    if name not in RUN:
        run = started(places / name, name in IN_THE_CHECKOUT)
        RUN[name] = list(outcomes(run, PAGES[name]))
    outcome = RUN[name][k]
    if outcome.skipped:
        pytest.skip(outcome.skipped)
    assert not outcome.failed, outcome.failed


def test_every_page_is_in_the_index() -> None:
    """The index names each page of the folder, and no other."""
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\(([\w-]+\.md)\)", index)) == {path.name for path in DOCS.glob("*.md")} - {"README.md"}


def test_the_tutorial_calls_every_command() -> None:
    """What the program can do is met once on the way."""
    met = {words[0] for name in GUIDES for block in PAGES[name] if block.language == "sh" for words in calls(block)}
    assert set(COMMANDS) <= met


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A link to a file of the checkout finds it."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", text)
    assert [link for link in links if not (DOCS / link).exists()] == []
