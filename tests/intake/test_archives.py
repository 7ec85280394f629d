"""Archives: read like folders, within limits, and nothing of them reaches the disk under a name of theirs."""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import GraderError
from grader.intake import Submission, archives, read

ANN, BOB = (f"student: {name}\nanswers: {{line: {{w_1: 0.60}}}}\n".encode() for name in ("ann", "bob"))
ENDINGS = [".zip", ".tar", ".tar.gz", ".tgz"]


def packed(path: Path, members: dict[str, bytes]) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return path
    with tarfile.open(path, "w:" if path.suffix == ".tar" else "w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def found(path: Path) -> tuple[list[tuple[str, str]], list[str]]:
    items = list(read(path))
    places = [
        (item.student, str(item.place).replace(f"{path.parent}/", "")) for item in items if isinstance(item, Submission)
    ]
    return places, [str(item).replace(f"{path.parent}/", "") for item in items if isinstance(item, GraderError)]


@pytest.mark.parametrize("ending", ENDINGS)
def test_members_are_read_as_files(tmp_path: Path, ending: str) -> None:
    more = {"sub/b c.csv": b"student;line.w_1\nbob;1\n", ".hidden.yaml": b"x", "__MACOSX/._a.yaml": b"x", "x.pdf": b"x"}
    path = packed(tmp_path / f"all{ending}", {"a.yaml": ANN, **more})
    places, (error,) = found(path)
    assert places == [("ann", f"all{ending}/a.yaml"), ("bob", f"all{ending}/sub/b c.csv:2")]
    assert error.startswith(f"all{ending}/x.pdf: a file of this kind ('.pdf') is not a submission")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", ["../../out.yaml", "/tmp/out.yaml", "a/../../out.yaml", "..\\out.yaml"])
def test_no_name_leads_out(tmp_path: Path, ending: str, name: str) -> None:
    """A member is read whatever its name, and no file appears."""
    (tmp_path / "in").mkdir()
    path = packed(tmp_path / "in" / f"all{ending}", {name: ANN})
    before = set(tmp_path.rglob("*"))
    assert [student for student, _ in found(path)[0]] == ["ann"]
    assert set(tmp_path.rglob("*")) == before


NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", ["Zoë", "Zoe\u0308", "Ann B. (2)", "日本語", "Ελένη", "ann'; rm -rf"])
def test_names_of_any_script(tmp_path: Path, ending: str, name: str) -> None:
    """A notebook whose student is its file's name, however the name's accents are put together."""
    path = packed(tmp_path / f"all{ending}", {f"{name}.ipynb": NOTEBOOK})
    assert [student for student, _ in found(path)[0]] == [unicodedata.normalize("NFC", name)]


@pytest.mark.parametrize(
    ("encoding", "student"), [("utf-8", "Zoë"), ("cp437", "Zoë"), ("cp1252", "Zoδ")]
)  # fmt: skip
def test_names_of_a_zip_that_does_not_say_how_they_are_written(tmp_path: Path, encoding: str, student: str) -> None:
    """UTF-8, as macOS writes, or cp437, as the format has it; others are read, with other letters in the name."""
    name = "Zoë.ipynb".encode(encoding)
    stand_in = b"x" * (len(name) - 6) + b".ipynb"
    data = packed(tmp_path / "all.zip", {stand_in.decode(): NOTEBOOK}).read_bytes()
    (tmp_path / "all.zip").write_bytes(data.replace(stand_in, name))
    assert [found_ for found_, _ in found(tmp_path / "all.zip")[0]] == [student]


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_archive_in_an_archive(tmp_path: Path, ending: str) -> None:
    inner = packed(tmp_path / "inner.zip", {"a.yaml": ANN}).read_bytes()
    places, errors = found(packed(tmp_path / f"all{ending}", {"inner.zip": inner, "b.yaml": BOB}))
    assert [student for student, _ in places] == ["bob"]
    assert errors == [f"all{ending}/inner.zip: an archive in an archive is not read; unpack it"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_in_a_tar(tmp_path: Path, kind: bytes) -> None:
    path = packed(tmp_path / "all.tar", {"b.yaml": BOB})
    with tarfile.open(path, "a") as archive:
        info = tarfile.TarInfo("a.yaml")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    places, errors = found(path)
    assert [student for student, _ in places] == ["bob"]
    assert errors == ["all.tar/a.yaml: a link or a device in an archive is not read; pack the file itself"]


def test_a_link_in_a_zip(tmp_path: Path) -> None:
    path = packed(tmp_path / "all.zip", {"b.yaml": BOB})
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("a.yaml")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert found(path)[1] == ["all.zip/a.yaml: a link or a device in an archive is not read; pack the file itself"]


def test_a_password(tmp_path: Path) -> None:
    """The bit that says so is set by hand, since the standard library packs with no password."""
    data = bytearray(packed(tmp_path / "all.zip", {"a.yaml": ANN}).read_bytes())
    central = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[central + 8] |= 1
    (tmp_path / "all.zip").write_bytes(data)
    assert found(tmp_path / "all.zip") == (
        [],
        ["all.zip/a.yaml: a member with a password is not read; pack it without"],
    )


@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
def test_bombs(tmp_path: Path, ending: str) -> None:
    path = packed(tmp_path / f"all{ending}", {"a.yaml": b" " * (archives.SMALL * 2), "b.yaml": BOB})
    places, (error,) = found(path)
    assert "it unpacks to more than 100 times its size" in error
    assert [student for student, _ in places] == (["bob"] if ending == ".zip" else [])


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_whole_has_a_limit(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 20_000)
    path = packed(tmp_path / f"all{ending}", {"a.yaml": ANN, "b.yaml": BOB + b"#" * 20_000})
    places, errors = found(path)
    assert len(errors) == 1
    assert len(places) <= 1


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"\0" * 600])
def test_no_archive(tmp_path: Path, ending: str, content: bytes) -> None:
    (tmp_path / f"all{ending}").write_bytes(content)
    places, errors = found(tmp_path / f"all{ending}")
    assert not places
    assert all(error.startswith(f"all{ending}: ") for error in errors)
    assert len(errors) == 1


def test_a_length_that_leads_back(tmp_path: Path) -> None:
    """A tar whose member has a negative length, by which a reader would go round for ever."""
    info = tarfile.TarInfo("a.yaml")
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" + struct.pack(">q", -1024).rjust(11, b"\xff")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    (tmp_path / "all.tar").write_bytes(bytes(header) * 4)
    assert not found(tmp_path / "all.tar")[0]


@pytest.mark.parametrize("ending", ENDINGS)
@given(data=st.data())
def test_a_damaged_archive_is_answered(
    tmp_path_factory: pytest.TempPathFactory, ending: str, data: st.DataObject
) -> None:
    """Bytes altered or cut off: submissions or messages, never a crash."""
    members = {"a.yaml": ANN, "b.jsonl": b"{}\n", "c.csv": b"student\nb"}
    path = packed(tmp_path_factory.mktemp("any") / f"all{ending}", members)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    assert all(isinstance(item, Submission | GraderError) for item in read(path))
