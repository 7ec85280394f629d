"""The input as pieces: cuts lose nothing, and shards together are the whole."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import intake
from grader.document import from_python
from grader.errors import GraderError, Place
from grader.intake import Lines, Parsed, Shard, Submission, pieces
from grader.intake.stamps import counting, moment, stamped
from tests.intake.reading import Said, said

FORMATS: dict[str, Callable[[int], str]] = {
    "b.yaml": lambda k: f"student: y{k}\nanswers: {{line: {{w: 0.50}}}}\n",
    "c.csv": lambda k: "student,line.w\n" + "".join(f"c{k}-{j},0.5{j}\n" for j in range(5)),
    "d.md": lambda k: f"student = m{k}\n## line\nw = 1\n",
    "e.txt": lambda k: "what is this",
    "f.json": lambda k: "{",
    "g.jsonl": lambda k: "" if k % 2 else "\n \n",
}


def line(k: int, width: int) -> str:
    return json.dumps({"student": f"s{k}", "answers": {"line": {"w": "1" * width}}})


def folder(root: Path, lines: list[int], others: list[str]) -> Path:
    """A folder with a few files of lines, one broken line in each, between files of other formats."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for name in ("a.jsonl", "bb.jsonl", "z.jsonl"):
        text = [line(k, width) for k, width in enumerate(lines)]
        text.insert(len(text) // 2, "{" if name != "z.jsonl" else "")
        (root / name).write_text("\n".join(text) + ("\n" if name == "a.jsonl" else ""))
    for k, name in enumerate(others):
        (root / f"{name[0]}{k}{name[1:]}").write_text(FORMATS[name](k))
    return root


FOLDERS = st.tuples(st.lists(st.integers(0, 300), max_size=30), st.lists(st.sampled_from(list(FORMATS)), max_size=8))


def everything(root: Path, shard: Shard | None = None, portion: int = 8_000_000) -> list[Said]:
    return [said(item) for piece in pieces(root, shard=shard, portion=portion) for item in piece.read()]


@given(FOLDERS, st.integers(1, 9), st.integers(1, 2_000))
@settings(deadline=None, max_examples=60)
def test_shards_are_the_whole(
    tmp_path_factory: pytest.TempPathFactory, made: tuple[list[int], list[str]], n: int, portion: int
) -> None:
    """However the input is cut, all is read once and in order, under its own line numbers."""
    root = folder(tmp_path_factory.getbasetemp() / "shards", *made)
    whole = everything(root)
    assert everything(root, portion=portion) == whole
    assert [item for i in range(n) for item in everything(root, Shard(i + 1, n), portion)] == whole


def exported(root: Path) -> Path:
    """Two Gradescope exports, one of them packed and one with metadata that cannot be used, among lines."""
    about = ":submitters:\n- :name: N{0}\n  :sid: g{0}\n- :name: M{0}\n  :sid: h{0}\n:created_at: 2026-03-0{0}\n"
    for name in ("export", "packed/export"):
        text = ""
        for k in (1, 2):
            text += f"submission_{k}:\n" + "".join(f"  {each}\n" for each in about.format(k).splitlines())
            (root / name / f"submission_{k}").mkdir(parents=True)
            (root / name / f"submission_{k}/a.yaml").write_text("answers: {line: {w: 1}}\n")
            (root / name / f"submission_{k}/b.jsonl").write_text('{"answers": {"line": {"b": 2}}}\n')
        (root / name / "submission_metadata.yml").write_text(text)
    (root / "broken/submission_1").mkdir(parents=True)
    (root / "broken/submission_metadata.yml").write_text("submission_1: []\n")
    (root / "broken/submission_1/a.yaml").write_text("student: s9\nanswers: {line: {w: 1}}\n")
    (root / "aa.jsonl").write_text("\n".join(line(k, 40) for k in range(20)))
    (root / "f.jsonl").write_text("\n".join(line(k, 40) for k in range(20)))
    shutil.make_archive(str(root / "m"), "zip", root / "packed")
    shutil.rmtree(root / "packed")
    return root


def test_exports_are_not_torn(tmp_path: Path) -> None:
    root = exported(tmp_path)
    whole = everything(root)
    assert [item[0] for item in whole if str(item[0])[0] in "gh"] == ["g1", "h1", "g2", "h2"] * 2
    for n in (2, 3, 7, 40):
        assert [item for i in range(n) for item in everything(root, Shard(i + 1, n), 100)] == whole


def test_an_archive_in_a_students_folder(tmp_path: Path) -> None:
    """It belongs to whoever handed in the folder, and so does what stands beside it."""
    folder = tmp_path / "submission_1"
    (tmp_path / "work").mkdir()
    (tmp_path / "work/a.yaml").write_text("answers: {line: {w: 1}}\n")
    folder.mkdir()
    shutil.make_archive(str(folder / "a"), "zip", tmp_path / "work")
    shutil.rmtree(tmp_path / "work")
    (folder / "b.yaml").write_text("answers: {line: {b: 2}}\n")
    (tmp_path / "submission_metadata.yml").write_text("submission_1:\n  :submitters:\n  - :sid: g1\n")
    (item,) = intake.read(tmp_path)
    assert isinstance(item, Submission)
    assert (item.student, item.answers) == ("g1", {"line": {"w": "1", "b": "2"}})


def test_portions_depend_on_the_input_only(tmp_path: Path) -> None:
    root = folder(tmp_path / "in", [100] * 200, ["b.yaml", "c.csv"])
    first, again = (list(pieces(root, portion=5_000)) for _ in range(2))
    assert first == again
    big = [piece for piece in first if isinstance(piece, Lines)]
    assert len(big) > 6
    for before, after in pairwise(big):
        assert len(before.data) < 5_000 + 200
        if before.file == after.file:
            assert after.first == before.first + before.data.count(b"\n")


def test_many_small_files_go_together(tmp_path: Path) -> None:
    for k in range(30):
        (tmp_path / f"{k:02}.jsonl").write_text(line(k, 5) + "\n")
    (piece,) = pieces(tmp_path)
    assert isinstance(piece, Parsed)
    assert [item.student for item in piece.read() if isinstance(item, Submission)] == [f"s{k}" for k in range(30)]
    assert len(list(pieces(tmp_path, portion=500))) > 2


def test_pieces_travel(tmp_path: Path) -> None:
    """Another process reads the same out of a piece, errors among it."""
    root = folder(tmp_path / "in", [10] * 20, list(FORMATS))
    for piece in pieces(root, portion=900):
        there = pickle.loads(pickle.dumps(piece))
        assert [said(item) for item in there.read()] == [said(item) for item in piece.read()]
        assert there.digests() == piece.digests()


def test_some_rows_only() -> None:
    lines = Lines("a.jsonl", 3, "\n\n".join([line(k, 3) for k in range(5)] + ["{"]).encode())
    every = [said(item) for item in lines.read()]
    assert [said(item) for item in lines.read([4, 1, 5])] == [every[4], every[1], every[5]]
    parsed = Parsed(tuple(lines.read()))
    assert [said(item) for item in parsed.read([4, 1, 5])] == [every[4], every[1], every[5]]


def test_digests_of_lines() -> None:
    """A line's digest is of its bytes, not of where it stands or how it ends; whose it is counts where that is said."""
    texts = [line(k, 3).encode() for k in (1, 2, 1)]
    one, other, again = Lines("a.jsonl", 1, b"\n".join(texts)).digests()
    assert one == again != other
    assert len(one) == 16
    assert Lines("b.jsonl", 9, b"\r\n\r\n".join(texts)).digests() == [one, other, again]
    assert Lines("a.jsonl", 1, texts[0], "s1").digests() != [one]
    assert len(Lines("a.jsonl", 1, b"{\n \n\xef\xbb\xbf\n[\n").digests()) == 2


def changed(item: Submission, **fields: Any) -> Submission:
    given = {name: getattr(item, name) for name in ("student", "answers", "place", "seed", "variant", "time")}
    return Submission(**{**given, **fields})


def test_digests_of_submissions() -> None:
    """Of all that is said, lines and places among it; an error has none."""
    place = Place("a.yaml", 1)
    answers = from_python({"line": {"w": 1}})
    elsewhere = from_python({"line": {"w": 1}}, Place("", 4))
    plain = Submission("s1", answers, place)
    others = [
        changed(plain, student="s2"),
        changed(plain, answers=elsewhere),
        changed(plain, answers=from_python({"line": {"w": [1]}})),
        changed(plain, place=Place("a.yaml", 2)),
        changed(plain, seed="4"),
        changed(plain, time="4"),
        changed(plain, variant=from_python("A")),
    ]
    digests = Parsed((plain, *others, changed(plain), GraderError("no"))).digests()
    assert digests[-1] == b""
    assert digests[-2] == digests[0]
    assert len(set(digests)) == len(others) + 2


@pytest.mark.parametrize(
    "text", ["", "3", "0/4", "5/4", "-1/4", "1/0", "1/2/3", "1.0/2", "a/b", "٣/٤x", "1/9999999999"]
)
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(GraderError, match="is not a share; write 3/100"):
        Shard.parse(text)


@given(st.integers(0, 10**12), st.integers(1, 50))
def test_spans_meet(total: int, n: int) -> None:
    spans = [Shard(i + 1, n).span(total) for i in range(n)]
    assert spans[0].start == 0
    assert spans[-1].end is None
    assert all(before.end == after.start for before, after in pairwise(spans))


@given(st.lists(st.sampled_from(["", "2026-03-01", "2026-03-02", "2026-03-03"]), min_size=1, max_size=6))
def test_who_counts_is_decided_two_by_two(times: list[str]) -> None:
    """Holding each submission against the one that counted so far is what reading the whole folder does."""
    items = [Submission("s1", {}, Place("a.jsonl", k + 1), time=time) for k, time in enumerate(times)]
    counted, notes = stamped(items[0]), []
    for item in items[1:]:
        counted, told = counting("s1", counted, stamped(item))
        notes.append(told)
    assert len(notes) == len(items) - 1
    dated = [item.time for item in items if moment(item.time)]
    if times[0] and dated:
        assert times[(counted.place.line or 0) - 1] == max(dated)
    else:
        assert counted.place.line == 1
