"""A folder of problems that reads a spec when it is asked for."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from grader.document import read_yaml
from grader.errors import Place
from grader.folder import Folder, Sources, read_sources
from grader.intake import misfits
from grader.intake.records import submission
from grader.problem import load_folder

GOOD = """\
title: A small epoch
family: sgd
given: {w: 0.5, b: 0.1, lr: 0.01, x: [1, 2], y: [3, 5]}
ask: {w_1: 1}
"""
BAD = GOOD.replace("sgd", "sdg")
PROBLEMS = Path(__file__).parent.parent / "problems"


def folder(path: Path, **texts: str) -> Folder:
    """A folder of files by name; `below__a` is a file `a` in a folder `below`."""
    for name, text in texts.items():
        file = path / (name.replace("__", "/") + ".yaml")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return Folder(read_sources(path))


def test_it_holds_what_load_folder_loads() -> None:
    """All problems that ship are there, in the order of the files, the same as when all are read at once."""
    lazy = Folder(read_sources(PROBLEMS))
    problems, errors = load_folder(PROBLEMS)
    assert not errors
    assert lazy.ids == tuple(problems)
    assert all(lazy[id] == problems[id] for id in problems)
    assert len(lazy) == len(problems)


def test_only_what_is_asked_for_is_read(tmp_path: Path) -> None:
    """A spec that nobody asks for is not told of, however broken; the ids are known all the same."""
    lazy = folder(tmp_path, a=GOOD, b=BAD, c="w: [1", d="", e=GOOD)
    assert lazy.ids == ("a", "b", "c", "d", "e")
    assert lazy["a"].id == "a"
    assert lazy["e"] is lazy["e"]
    assert lazy.errors == []


def test_a_broken_spec_is_told_once(tmp_path: Path) -> None:
    """Asked for, in whatever way, a spec that cannot be used is no problem, among the broken, and told once."""
    lazy = folder(tmp_path, a=GOOD, b=BAD)
    assert "b" in lazy.broken
    assert "b" not in lazy
    assert lazy.get("b") is None
    with pytest.raises(KeyError):
        lazy["b"]
    assert [str(error) for error in lazy.errors] == [
        f"{tmp_path / 'b.yaml'}:2: family: unknown family 'sdg'; did you mean 'sgd'?"
    ]
    assert "a" not in lazy.broken
    assert "nowhere" not in lazy.broken
    assert "nowhere" not in lazy
    assert list(lazy.broken) == ["b"]


def test_walking_reads_everything(tmp_path: Path) -> None:
    """Iteration, length and values leave out what cannot be used, and tell it."""
    lazy = folder(tmp_path, a=GOOD, b=BAD, c="", d=GOOD)
    assert list(lazy) == ["a", "d"]
    assert [problem.id for problem in lazy.values()] == ["a", "d"]
    assert len(lazy) == 2
    assert [Path(error.place.file).name for error in lazy.errors] == ["b.yaml", "c.yaml"]


def test_what_needs_no_spec_is_told_at_once(tmp_path: Path) -> None:
    """A bad course, an id that is taken twice, a folder that is not there."""
    lazy = folder(tmp_path, course="titel: ML 1\n", a=GOOD, one__a=GOOD)
    assert sorted(str(error) for error in lazy.errors) == [
        f"{tmp_path / 'course.yaml'}:1: titel: unknown key 'titel'; did you mean 'title'?",
        f"{tmp_path / 'one' / 'a.yaml'}: the id 'a' is taken by {tmp_path / 'a.yaml'}; rename one of the files",
    ]
    assert lazy["a"].title == "A small epoch"
    nowhere = Folder(read_sources(tmp_path / "nowhere"))
    assert [str(error) for error in nowhere.errors] == [
        f"{tmp_path / 'nowhere'}: no such file or folder; check the path"
    ]
    assert list(nowhere) == []


def test_a_taken_id_belongs_to_the_first_file_even_if_it_is_broken(tmp_path: Path) -> None:
    """Nobody is marked by another file of the same name because of a typing error in the first."""
    lazy = folder(tmp_path, a__line=BAD, b__line=GOOD)
    assert "line" not in lazy
    assert [Path(error.place.file).parent.name for error in lazy.errors] == ["b", "a"]


def test_courses_count_for_their_folders(tmp_path: Path) -> None:
    """The course beside a spec, or else in the folder above."""
    lazy = folder(
        tmp_path, course="decimal: comma\n", a=GOOD, below__b=GOOD, other__course="seed: 7\n", other__c=GOOD
    )  # fmt: skip
    assert [(lazy[id].decimal, lazy[id].seed) for id in ("a", "b", "c")] == [
        ("comma", ""), ("comma", ""), ("point", "7"),
    ]  # fmt: skip


def test_files_may_change_afterwards(tmp_path: Path) -> None:
    """What is read later, and in another process, is what stood there when the folder was read."""
    lazy = folder(tmp_path, course="decimal: comma\n", a=GOOD, b=BAD)
    (tmp_path / "a.yaml").write_text(GOOD.replace("small", "large"))
    (tmp_path / "course.yaml").unlink()
    (tmp_path / "b.yaml").unlink()
    for each in (lazy, pickle.loads(pickle.dumps(lazy))):
        assert each["a"].title == "A small epoch"
        assert each["a"].decimal == "comma"
        assert "b" in each.broken
        assert len(each.errors) == 1


def test_a_used_folder_goes_to_another_process_as_its_texts(tmp_path: Path) -> None:
    """Solutions that were worked out stay behind."""
    lazy = folder(tmp_path, a=GOOD)
    before = len(pickle.dumps(lazy))
    assert lazy["a"].solution["w_1"].value == pytest.approx(0.524)
    assert len(pickle.dumps(lazy)) == before
    assert pickle.loads(pickle.dumps(lazy))["a"] == lazy["a"]


def test_misfits_say_nothing_of_a_broken_problem(tmp_path: Path) -> None:
    """An answer to a problem whose spec cannot be used is not called unknown, also where it is the first asked for."""
    lazy = folder(tmp_path, a=GOOD, b=BAD)
    node = read_yaml("student: s1\nanswers: {b: {w_1: 1}, a: {w_9: 1}, c: {x: 1}}\n")
    found = misfits(submission(node, Place("s1.yaml")), lazy, lazy.broken)
    assert [error.what for error in found] == ["'a' has no step 'w_9'", "unknown problem 'c'"]


def test_one_file_is_a_folder(tmp_path: Path) -> None:
    """A spec named by its file, in JSON too, has its course; nothing else is looked at."""
    folder(tmp_path, course="decimal: comma\n", a=GOOD, b=BAD)
    path = tmp_path / "line.json"
    path.write_text('{"family": "sgd", "given": {"w": 0.5, "b": 0, "lr": 1, "x": [1], "y": [2]}}')
    for file in (tmp_path / "a.yaml", path):
        lazy = Folder(read_sources(file))
        assert lazy.ids == (file.stem,)
        assert lazy[file.stem].decimal == "comma"
        assert not lazy.errors


def test_an_empty_folder() -> None:
    assert list(Folder(Sources())) == []
