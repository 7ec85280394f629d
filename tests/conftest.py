"""Every test starts in the checkout, as a user of the README does."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent.parent)
