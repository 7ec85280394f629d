"""Every test starts in the checkout, as a user of the README does."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("LOKY_MAX_CPU_COUNT", "1")  # scikit-learn's joblib warns where it cannot count the cores

# The same draws in every run, so that a red test is red for a change; HYPOTHESIS_PROFILE=explore draws anew.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("explore", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent.parent)
