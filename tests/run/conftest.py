"""A course in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.folder import LINE, SHEETS, WORDS, hand_in


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two problems, one in numbers and one in words, and three students."""
    monkeypatch.chdir(tmp_path)
    for folder in ("problems", "submissions"):
        Path(folder).mkdir()
    Path("problems/line.yaml").write_text(LINE)
    Path("problems/words.yaml").write_text(WORDS)
    for student in SHEETS:
        hand_in(student, SHEETS[student])
    return tmp_path
