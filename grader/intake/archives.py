"""Archives: their members are read as files and never unpacked into a folder; names serve for messages only."""

from __future__ import annotations

import gzip
import io
import lzma
import posixpath
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, BinaryIO, cast

from grader.errors import DocumentError, GraderError, Place, SubmissionError
from grader.intake.sources import File, printable, unopened

MOST_BYTES = 2_000_000_000
"""What the members of an archive may hold together."""
MOST_MEMBERS = 1_000_000
RATIO = 100
"""How many times larger than its packed form a member may be, once it is above 10 MB."""
SMALL = 10_000_000
UTF_8 = 0x800
"""The flag of a member of a .zip whose name is UTF-8."""
BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, ValueError, OverflowError, RuntimeError,
    NotImplementedError, struct.error, lzma.LZMAError,
)  # fmt: skip
"""What the standard library raises of an archive that is none, or that was cut off or altered."""


@dataclass(frozen=True)
class Member:
    """A member: its name as packed, what it holds, how it is opened, and why it is not read, if it is not."""

    name: str
    size: int
    opened: Callable[[], BinaryIO]
    refused: str = ""
    hint: str = ""


def members(file: File) -> Iterator[File | GraderError]:
    """The members of an archive by name, hidden ones left out, and an error for each that is not read."""
    try:
        with file.opened() as opened, _broken(file), ARCHIVES[file.ending](opened, file) as found:
            listed = _listed(found, file)
            yield from _checked(listed, file)
    except OSError as error:
        raise unopened(error, file.name) from error


@contextmanager
def _broken(archive: File) -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        what = f"not an archive that can be read: {str(error) or 'it ends early'}"
        raise DocumentError(what, archive.place, "pack it again") from error


def _checked(found: list[Member], archive: File) -> Iterator[File | GraderError]:
    by_name: dict[str, File] = {}
    total = 0
    for member in sorted(found, key=lambda member: member.name):
        name = printable(f"{archive.name}/{member.name}")
        hidden = any(part.startswith(".") and part.strip(".") for part in member.name.split("/"))
        if hidden or member.name.startswith("__MACOSX/"):
            continue
        total += member.size
        if total > MOST_BYTES:
            what = f"the members hold more than {MOST_BYTES // 1_000_000_000} GB"
            yield SubmissionError(what, archive.place, f"those from '{name}' on are not read; split it")
            break
        if member.refused or File(name, member.opened).ending in ARCHIVES:
            what = member.refused or "an archive in an archive is not read"
            yield SubmissionError(what, Place(name), member.hint or "unpack it")
        elif name in by_name:
            yield SubmissionError("the archive has two members of this name", Place(name), "the first is read")
        else:
            by_name[name] = File(name, _guarded(member, name), _beside(name, by_name), mapping=archive.mapping)
    yield from by_name.values()


def _listed(found: Iterator[Member], archive: File) -> list[Member]:
    listed = list(islice(found, MOST_MEMBERS + 1))
    if len(listed) > MOST_MEMBERS:
        raise DocumentError(f"more than {MOST_MEMBERS:,} members", archive.place, "split it")
    if not listed:
        raise DocumentError("the archive is empty", archive.place, "pack it again")
    return listed


def _beside(name: str, by_name: Mapping[str, File]) -> Callable[[str], File | None]:
    folder = posixpath.dirname(name)
    return lambda relative: by_name.get(posixpath.normpath(f"{folder}/{relative}"))


def _guarded(member: Member, name: str) -> Callable[[], BinaryIO]:
    """How a member is opened whose bytes may turn out to be damaged."""

    def opened() -> BinaryIO:
        try:
            return cast(BinaryIO, io.BufferedReader(Guarded(member.opened(), name)))
        except BROKEN as error:
            raise damaged(error, name) from error

    return opened


def damaged(error: Exception, name: str) -> DocumentError:
    """That what a member holds cannot be unpacked."""
    return DocumentError(f"cannot be unpacked: {str(error) or 'it ends early'}", Place(name), "pack the archive again")


class Guarded(io.RawIOBase):
    """An open member whose damage shows as an error with its name."""

    def __init__(self, opened: BinaryIO, name: str) -> None:
        super().__init__()
        self._opened, self._name = opened, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._opened.read(len(buffer))
        except BROKEN as error:
            raise damaged(error, self._name) from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._opened.close()
        super().close()


@contextmanager
def in_zip(opened: BinaryIO, file: File) -> Iterator[Iterator[Member]]:
    """The members of a .zip."""
    with zipfile.ZipFile(opened) as archive:
        yield (
            Member(name_of(info).replace("\\", "/"), info.file_size, _of_zip(archive, info), *_refused(info))
            for info in archive.infolist()
            if not info.is_dir()
        )


def name_of(info: zipfile.ZipInfo) -> str:
    """A member's name. macOS writes UTF-8 and does not say so, which would else be read as cp437.

    >>> name_of(zipfile.ZipInfo("Zoë".encode().decode("cp437")))
    'Zoë'
    """
    if info.flag_bits & UTF_8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _of_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, archive.open(info))


def _refused(info: zipfile.ZipInfo) -> tuple[str, str]:
    if info.flag_bits & 1:
        return "a member with a password is not read", "pack it without"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return "a link or a device in an archive is not read", "pack the file itself"
    if info.file_size > max(SMALL, RATIO * info.compress_size):
        return f"it unpacks to more than {RATIO} times its size", "pack it as it is, or unpack it"
    return "", ""


@contextmanager
def in_tar(opened: BinaryIO, file: File) -> Iterator[Iterator[Member]]:
    """The members of a .tar."""
    with tarfile.open(fileobj=opened, mode="r:") as archive:
        yield _of_archive(archive)


def _of_archive(archive: tarfile.TarFile) -> Iterator[Member]:
    """Members one after another; a forged length that leads back ends them."""
    before = -1
    while (member := archive.next()) is not None and archive.offset > before:
        before = archive.offset
        if member.isdir():
            continue
        odd = not member.isreg() or member.issparse() or member.size < 0
        why, hint = ("a link or a device in an archive is not read", "pack the file itself") if odd else ("", "")
        yield Member(member.name.replace("\\", "/"), 0 if odd else member.size, _of_tar(archive, member), why, hint)


def _of_tar(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, archive.extractfile(member))


@contextmanager
def in_tar_gz(opened: BinaryIO, file: File) -> Iterator[Iterator[Member]]:
    """The members of a .tar.gz, which is unpacked into a file without a name: a tar is read here and there."""
    with tempfile.TemporaryFile() as plain:
        _unzipped(opened, plain, file.place)
        plain.seek(0)
        with in_tar(cast(BinaryIO, plain), file) as found:
            yield found


def _unzipped(opened: BinaryIO, plain: IO[bytes], place: Place) -> None:
    with gzip.GzipFile(fileobj=opened) as unpacked:
        while chunk := unpacked.read(1 << 20):
            plain.write(chunk)
            if plain.tell() > min(MOST_BYTES, max(SMALL, RATIO * opened.tell())):
                raise DocumentError(f"it unpacks to more than {RATIO} times its size", place, "unpack it")


ARCHIVES: dict[str, Callable[[BinaryIO, File], AbstractContextManager[Iterator[Member]]]] = {
    ".zip": in_zip,
    ".tar": in_tar,
    ".tar.gz": in_tar_gz,
    ".tgz": in_tar_gz,
}
"""The archives by the ending of a file's name."""
