"""Gradescope's exports: whose a folder is, when it was handed in, groups, and several files in one folder."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import GraderError
from grader.intake import Submission, read

METADATA = """---
submission_1:
  :submitters:
  - :name: Ann A.
    :sid: s001
    :email: ann@example.org
  :created_at: 2026-03-01 10:00:00.123456789 Z
  :score: &1 0.0
  :history: []
submission_2:
  :submitters:
  - :name: Ann A.
    :sid: s001
    :email: ann@example.org
  :created_at: 2026-03-01 06:00:00.000000000 -0500
  :score: *1
  :results: {deep: [[[1]]]}
submission_3:
  :submitters:
  - :name: Bob
    :sid: ''
    :email: bob@example.org
  - :name: Cid
    :sid:
    :email:
  :created_at: 2026-03-01 10:00:00 Z
"""
FILES = {
    "export/submission_metadata.yml": METADATA,
    "export/submission_1/a.yaml": "answers: {line: {w_1: 1}}\n",
    "export/submission_2/a.yaml": "answers: {line: {w_1: 2}}\n",
    "export/submission_2/more/b.md": "# line\nw_1 = 9\nw_2 = 3\n",
    "export/submission_2/notes.pdf": "x",
    "export/submission_3/a.json": '{"student": "eve", "answers": {"line": {"w_1": 4}}}',
}


def laid(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def zipped(folder: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return folder / "all.zip"


def found(path: Path, root: Path) -> tuple[dict[str, object], list[str]]:
    items = list(read(path))
    errors = [str(item).replace(f"{root}/", "") for item in items if isinstance(item, GraderError)]
    return {item.student: item.answers for item in items if isinstance(item, Submission)}, errors


@pytest.mark.parametrize("lay", [laid, zipped])
def test_an_export(tmp_path: Path, lay: Callable[[Path, dict[str, str]], Path]) -> None:
    answers, errors = found(lay(tmp_path, FILES), tmp_path)
    assert answers == {
        "s001": {"line": {"w_1": "2", "w_2": "3"}},
        "bob@example.org": {"line": {"w_1": "4"}},
        "Cid": {"line": {"w_1": "4"}},
    }
    told = [error.removeprefix("all.zip/") for error in errors]
    assert told == [
        "export/submission_2/more/b.md:1: answers.line: 'w_1' is answered in two files; the first is read",
        "export/submission_2/notes.pdf: a file of this kind ('.pdf') is not a submission; "
        "expected .yaml, .yml, .json, .jsonl, .csv, .md, .ipynb, .zip, .tar, .tar.gz, .tgz",
        "export/submission_1/a.yaml: 's001' handed in again at 2026-03-01 11:00:00, with "
        f"{'all.zip/' if lay is zipped else ''}export/submission_2/a.yaml; the last is marked",
        "export/submission_3/a.json: it names 'eve', and the folder is that of 'bob@example.org'; the folder counts",
    ]


USERS = [{"email": "a@example.org", "id": 7, "name": "Ann"}, {"email": "b@example.org", "id": 8, "name": "Bob"}]


@pytest.mark.parametrize(
    ("sheets", "student", "told"),
    [
        (["answers: {line: {w_1: 1}}"], "a@example.org", []),
        (["student: s001\nanswers: {line: {w_1: 1}}"], "s001", []),
        (["student: s001\nanswers: {line: {w_1: 1}}", "student: s002\nanswers: {line: {w_2: 1}}"], "s001",
         ["submission/1.yaml: it names 's002', and the folder is that of 's001'; the folder counts"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("group", [1, 2])
def test_a_single_submission_as_an_autograder_finds_it(
    tmp_path: Path, sheets: list[str], student: str, told: list[str], group: int
) -> None:
    """One submission, also of a group, under the name on the sheet: its numbers hang on it."""
    about = {"id": 1, "created_at": "2026-03-01T10:00:00.1-07:00", "users": USERS[:group]}
    files = {f"submission/{k}.yaml": sheet for k, sheet in enumerate(sheets)}
    answers = {"w_1": "1"} if len(sheets) == 1 else {"w_1": "1", "w_2": "1"}
    expected = ({student: {"line": answers}}, told)
    assert found(laid(tmp_path, files | {"submission_metadata.json": json.dumps(about)}), tmp_path) == expected


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ("submission_1: {}", "export/submission_metadata.yml:1: submission_1: expected submitters with"),
        ("submission_1: 3", "export/submission_metadata.yml:1: submission_1: expected a submission"),
        ("- 1", "export/submission_metadata.yml: expected a mapping of folders"),
        ("a: [", "export/submission_metadata.yml:1: not YAML"),
    ],
)
def test_metadata_that_cannot_be_used_are_named_once(tmp_path: Path, metadata: str, message: str) -> None:
    answers, errors = found(laid(tmp_path, FILES | {"export/submission_metadata.yml": metadata}), tmp_path)
    assert sum(error.startswith(message) for error in errors) == 1
    assert list(answers) == ["eve"]
