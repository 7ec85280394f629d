"""A course in a folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.run import cohorts
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


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[cohorts.Course, cohorts.Files]:
    """A simulated cohort, and all that an undisturbed run writes of it."""
    course = cohorts.make(tmp_path_factory.mktemp("cohort"))
    said = course.run()
    assert (said.status, said.error) == (0, "")
    return course, course.written()


@pytest.fixture
def cohort(original: tuple[cohorts.Course, cohorts.Files], tmp_path: Path) -> cohorts.Course:
    """That cohort in a folder of its own, not marked yet."""
    shutil.copytree(original[0].folder, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("out"))
    return original[0].but(folder=tmp_path)


@pytest.fixture
def undisturbed(original: tuple[cohorts.Course, cohorts.Files]) -> cohorts.Files:
    """All that an undisturbed run writes of that cohort."""
    return original[1]


@pytest.fixture(scope="session")
def events(original: tuple[cohorts.Course, cohorts.Files], tmp_path_factory: pytest.TempPathFactory) -> cohorts.Events:
    """All that a run over that cohort does, by engine."""
    found = {}
    for engine in cohorts.ENGINES:
        counted = original[0].copied(tmp_path_factory.mktemp("counted") / engine)
        shutil.rmtree(counted.results)
        found[engine] = counted.but(engine=engine).events()
    return found
