"""Files that are none, cannot be read or change while they are read: each is listed, and the rest is read."""

from __future__ import annotations

import io
import os
import socket
import tracemalloc
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.document import LARGEST
from grader.errors import GraderError, Notice
from grader.intake import ARCHIVES, READERS, File, Lines, Submission, pieces, read
from grader.intake.portions import portions
from tests.intake.reading import DEEP, EMPTY, GOOD, LARGE, NESTED, NO_FILE, PLAIN, answered, found, no_text


def of_bytes(data: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(data)

    return make


def link(to: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(path.parent / to)


def bound(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's name may have a hundred bytes
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(path.name)
    finally:
        os.chdir(here)


TWICE = ":2: the key 'student' stands twice; the first is on line 1"
KIND = ": a file of this kind ('.exe') is not a submission; expected " + ", ".join([*READERS, *ARCHIVES])
ROUND = ": cannot be opened: Too many levels of symbolic links; check its permissions"
NO_ZIP = ": not an archive that can be read: File is not a zip file; pack it again"
NO_TABLE = ": not a table: it holds zero bytes; save it as CSV, UTF-8"
NO_YAML = ":1: not YAML: did not find expected node content; quote the text, or mend it"
FILES: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "deep YAML": ("m.yaml", of_bytes(b"[" * DEEP), f":1: {NESTED}"),
    "deep JSON": ("m.json", of_bytes(b"[" * DEEP), f": {NESTED}"),
    "deep form": ("m.md", of_bytes(b"---\nstudent: [" + b"[" * DEEP + b"\n---\n"), f":2: {NESTED}"),
    "too large": ("m.yaml", of_bytes(b"a" * (LARGEST + 1)), f": {LARGE}"),
    "not UTF-8": ("m.yaml", of_bytes(b"student: \xff"), f": {no_text('ff', 9)}"),
    "a zero byte": ("m.yaml", of_bytes(b"student: \0"), f": not YAML: the character U+0000 is not allowed; {PLAIN}"),
    "a key twice": ("m.yaml", of_bytes(b"student: x\nstudent: y"), TWICE),
    "empty": ("m.yaml", of_bytes(b"\n"), f": {EMPTY}"),
    "empty lines": ("m.jsonl", of_bytes(b"\n\xef\xbb\xbf \r\n"), f": {EMPTY}"),
    "no lines": ("m.jsonl", of_bytes(b""), f": {EMPTY}"),
    "zero bytes in a table": ("m.csv", of_bytes(b"student,line.w\n\0"), NO_TABLE),
    "another kind": ("m.exe", of_bytes(b"MZ"), KIND),
    "a loop": ("m.yaml", link("m.yaml"), ROUND),
    "a link up": ("m", link("."), ": a link to a folder is not followed; copy the folder"),
    "a dead link": ("m.yaml", link("nowhere"), ": a link that leads nowhere; check the path"),
    "a pipe": ("m.yaml", os.mkfifo, f": {NO_FILE}"),
    "a socket": ("m.yaml", bound, f": {NO_FILE}"),
    "a device": ("m.yaml", lambda path: path.symlink_to("/dev/zero"), f": {NO_FILE}"),
    "a name of two lines": ("m\n\x1b[2J.yaml", of_bytes(b"["), NO_YAML),
    "no archive": ("m.zip", of_bytes(b"PK"), NO_ZIP),
}  # fmt: skip


@pytest.mark.parametrize(("name", "make", "why"), FILES.values(), ids=FILES)
def test_one_broken_file(tmp_path: Path, name: str, make: Callable[[Path], None], why: str) -> None:
    for student in "az":
        (tmp_path / f"{student}.yaml").write_text(f"student: {student}\nanswers: {{line: {{w: 1}}}}\n")
    (tmp_path / "b.jsonl").write_bytes(GOOD[1])
    make(tmp_path / name)
    read, (error,) = found(tmp_path, tmp_path)
    assert [item.student for item in read] == ["a", "b", "z"]
    assert error == name.replace("\n", "\ufffd").replace("\x1b", "\ufffd") + why


def test_a_link_to_a_file_is_the_file(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "real.yaml").write_text("student: a\nanswers: {line: {w: 1}}\n")
    (tmp_path / "in/link.yaml").symlink_to(tmp_path / "real.yaml")
    read, errors = found(tmp_path / "in", tmp_path)
    assert ([item.student for item in read], errors) == (["a"], [])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", ["m.yaml", "m.jsonl", "m.csv", "m.zip"])
def test_a_file_that_nobody_may_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(GOOD[0])
    (tmp_path / name).write_bytes(GOOD[1])
    (tmp_path / name).chmod(0)
    read, errors = found(tmp_path, tmp_path)
    assert [item.student for item in read] == ["a"]
    assert errors == [f"{name}: cannot be opened: Permission denied; check its permissions"]


@pytest.mark.parametrize("name", ["m.yaml", "m.jsonl", "m.csv", "m.zip", "m.ipynb"])
@pytest.mark.parametrize(
    ("error", "why"),
    [
        (PermissionError(13, "Permission denied"), "Permission denied; check its permissions"),
        (FileNotFoundError(2, "No such file or directory"), "No such file or directory; run it again"),
        (OSError(5, "Input/output error"), "Input/output error; check its permissions"),
    ],
)
def test_a_file_that_cannot_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: OSError, why: str
) -> None:
    """As where it has vanished since the folder was listed."""
    (tmp_path / "a.jsonl").write_bytes(GOOD[0])
    (tmp_path / name).write_bytes(GOOD[1])
    real = Path.open

    def opened(path: Path, *rest: str) -> object:
        if path.name == name:
            raise error
        return real(path, *rest)

    monkeypatch.setattr(Path, "open", opened)
    read, errors = found(tmp_path, tmp_path)
    assert [item.student for item in read] == ["a"]
    assert errors == [f"{name}: cannot be opened: {why}"]


@pytest.mark.parametrize("cut", ["truncate", "append", "overwrite"])
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, cut: str) -> None:
    """What was read before counts, and the file is named: nobody is lost in silence."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(GOOD[k % 4] for k in range(1_000)))
    stream = pieces(path, portion=5_000)
    first = next(stream)
    with path.open("r+b") as opened:
        if cut == "truncate":
            opened.truncate(30_000)
        else:
            opened.seek(0, io.SEEK_END if cut == "append" else io.SEEK_SET)
            opened.write(b"\n")
    os.utime(path, (1, 1))
    items = [item for piece in [first, *stream] for item in piece.read()]
    assert isinstance(items[-1], GraderError)
    assert str(items[-1]) == f"{path}: changed while it was read; run it again"
    assert sum(isinstance(item, Submission) for item in items) > 500


def test_a_table_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("student,line.w\n" + "".join(f"s{k},1\n" for k in range(100_000)))
    stream = pieces(path)
    first = next(stream)
    os.truncate(path, 100_000)
    items = [item for piece in [first, *stream] for item in piece.read()]
    assert str(items[-1]) == f"{path}: changed while it was read; run it again"


def test_reading_that_fails_on_the_way(tmp_path: Path) -> None:
    """A disk that gives out in the middle: what came before is kept."""

    class Failing(io.RawIOBase):
        left = 3

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            self.left -= 1
            if self.left < 0:
                raise OSError(5, "Input/output error")
            line = GOOD[self.left] + b"\n"
            buffer[: len(line)] = line
            return len(line)

    *before, error = portions(File("a.jsonl", lambda: io.BufferedReader(Failing())), portion=10)
    assert str(error) == "a.jsonl: cannot be opened: Input/output error; check its permissions"
    students = [item.student for each in before if isinstance(each, Lines) for item in each.read()
                if isinstance(item, Submission)]  # fmt: skip
    assert students == ["c", "b", "a"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_in_either_form_are_one_student(tmp_path: Path, form: str) -> None:
    names = [unicodedata.normalize(each, " Zoë ") for each in ("NFC", form)]
    rows = [f'{{"student": "{name}", "answers": {{}}, "time": "2026-03-0{k + 1}"}}' for k, name in enumerate(names)]
    (tmp_path / "a.jsonl").write_text("\n".join(rows))
    again, item = read(tmp_path)
    assert isinstance(item, Submission)
    assert (item.student, item.place.line) == ("Zoë", 2)
    assert isinstance(again, Notice)


def test_names_of_several_lines(tmp_path: Path) -> None:
    """A name is kept as typed; in a message it stands on one line and moves no cursor."""
    row = '{"student": "a\\n\\u001b[2Jb", "answers": {}}\n'
    (tmp_path / "a.jsonl").write_text(row * 2)
    item, error = read(tmp_path)
    assert isinstance(item, Submission)
    assert item.student == "a\n\x1b[2Jb"
    assert str(error).startswith(f"{tmp_path}/a.jsonl:2: 'a \ufffd[2Jb' has already handed in")


def test_a_long_line_is_never_held(tmp_path: Path) -> None:
    """Two hundred megabytes without a line end, of which a tenth is held, twice on the way."""
    with (tmp_path / "a.jsonl").open("wb") as file:
        file.write(GOOD[0] + b"\n")
        file.truncate(200_000_000)
        file.seek(0, io.SEEK_END)
        file.write(b"\n" + GOOD[1])
    tracemalloc.start()
    read, errors = found(tmp_path, tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert errors == ["a.jsonl:2: larger than 20 MB; split it into smaller files"]
    assert [(item.student, item.place.line) for item in read] == [("a", 1), ("b", 3)]
    assert peak < 60_000_000


@pytest.mark.parametrize(("more", "long"), [(0, False), (1, True), (2, True), (3, True), (4, True)])
@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b""])
def test_a_line_of_twenty_megabytes(tmp_path: Path, more: int, long: bool, ends: bytes) -> None:
    """As long as a line may be, and a byte more, with each end that it may have."""
    row = answered(b'"' + b"1" * (LARGEST + more - 48) + b'"')
    assert len(row) == LARGEST + more
    (tmp_path / "a.jsonl").write_bytes(GOOD[0] + b"\n" + row + ends)
    read, errors = found(tmp_path, tmp_path)
    assert [item.student for item in read] == (["a"] if long else ["a", "x"])
    assert errors == (["a.jsonl:2: larger than 20 MB; split it into smaller files"] if long else [])
