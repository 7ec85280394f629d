"""Folders as they come: names in any script, links, pipes and what nobody may read are listed, and none is fatal."""

from __future__ import annotations

import os
import subprocess
import tracemalloc
import unicodedata
from pathlib import Path

import pytest

from grader.document import LARGEST
from grader.errors import GraderError
from grader.intake import Submission, read

SHEET = "student: {}\nanswers: {{line: {{w: 1}}}}\n"


def found(path: Path) -> tuple[list[str], list[str]]:
    items = list(read(path))
    errors = [str(item).replace(f"{path}/", "") for item in items if isinstance(item, GraderError)]
    return [item.student for item in items if isinstance(item, Submission)], errors


def test_names_in_any_script(tmp_path: Path) -> None:
    names = [
        "Zoë 1.yaml",
        unicodedata.normalize("NFD", "Zoë 2.yaml"),
        "学生.yaml",
        "طالب.YAML",
        "a b\tc.yaml",
        "-.yaml",
    ]
    for number, name in enumerate(names):
        (tmp_path / name).write_text(SHEET.format(f"s{number}"))
    students, errors = found(tmp_path)
    assert sorted(students) == [f"s{number}" for number in range(len(names))]
    assert students.index("s0") + 1 == students.index("s1")
    assert errors == []


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    """A file name with bytes that are no UTF-8 is printed all the same."""
    with open(os.fsencode(tmp_path) + b"/a\xff.yaml", "w") as file:
        file.write("[")
    students, (error,) = found(tmp_path)
    assert error.encode("utf-8").startswith("a\ufffd.yaml:1: not YAML".encode())
    assert not students


def test_accents_make_one_student(tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        (tmp_path / f"{form}.yaml").write_text(unicodedata.normalize(form, SHEET.format("Zoë")))
    students, (error,) = found(tmp_path)
    assert students == ["Zoë"]
    assert "has already handed in" in error


def test_pipes_and_links(tmp_path: Path) -> None:
    """A pipe would block for ever, a link round in circles."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.yaml").write_text(SHEET.format("s1"))
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder").symlink_to(tmp_path / "real")
    (tmp_path / "real/round").symlink_to(tmp_path)
    (tmp_path / "self.yaml").symlink_to(tmp_path / "self.yaml")
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    students, errors = found(tmp_path)
    assert students == ["s1"]
    assert errors == [
        "folder: a link to a folder is not followed; copy the folder",
        "gone.yaml: a link that leads nowhere; check the path",
        "pipe.yaml: a pipe, a socket or a device, which is not read; save it as a file",
        "real/round: a link to a folder is not followed; copy the folder",
        "self.yaml: cannot be opened: Too many levels of symbolic links; check its permissions",
    ]


def test_a_pipe_by_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (error,) = read(tmp_path / "pipe.csv")
    assert "a pipe" in str(error)


def test_a_thousand_folders_deep(tmp_path: Path) -> None:
    here = os.getcwd()
    try:
        os.chdir(tmp_path)
        for _ in range(1_100):
            os.mkdir("d")
            os.chdir("d")
        Path("a.yaml").write_text(SHEET.format("s1"))
        os.chdir(here)
        assert found(tmp_path)[0] == ["s1"]
    finally:
        os.chdir(here)
        subprocess.run(["rm", "-r", tmp_path / "d"], check=True)  # Python's own rmtree goes by recursion


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[" * 100_000, "nested more than 32 deep; flatten it"),
        ('{"student": "a", "student": "b"}', "the key 'student' stands twice"),
        ("{", "not JSON: Expecting property name enclosed in double quotes at column 2"),
        ("NaN", "expected a mapping with student and answers"),
        (" " * (LARGEST + 5) + "{}", "larger than 20 MB; split it into smaller files"),
        ('{"student": "\udcff"}', "not a text file: byte 0xff at offset 13 is not UTF-8; save it as plain "
         "text in UTF-8"),
    ],
)  # fmt: skip
def test_a_broken_line_is_one_message(tmp_path: Path, line: str, message: str) -> None:
    """The lines before and after it are read, and its number is its own."""
    good = [f'{{"student": "{student}", "answers": {{"line": {{"w": "\u2028"}}}}}}' for student in "ab"]
    data = "\n".join([good[0], line, good[1]]).encode("utf-8", "surrogateescape")
    (tmp_path / "a.jsonl").write_bytes(data)
    assert found(tmp_path) == (["a", "b"], [f"a.jsonl:2: {message}"])


def test_halves_of_characters_and_nan_are_answers(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"student": "a", "answers": {"line": {"w": "\\ud800", "v": NaN}}}\n')
    (item,) = read(tmp_path)
    assert isinstance(item, Submission)
    assert item.answers == {"line": {"w": "?", "v": "NaN"}}


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_cohort_is_a_stream(tmp_path: Path, name: str) -> None:
    """Memory does not grow with the file: 90 MB of answers are read in less than a third of that, names aside."""
    row = "s{},{}\n" if name == "a.csv" else '{{"student": "s{}", "answers": {{"line": {{"w": {}}}}}}}\n'
    with (tmp_path / name).open("w") as file:
        file.write("student,line.w\n" if name == "a.csv" else "")
        for k in range(30_000):
            file.write(row.format(k, "1" * 3_000))
    tracemalloc.start()
    count = sum(isinstance(item, Submission) for item in read(tmp_path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 30_000
    assert peak < 30_000_000
