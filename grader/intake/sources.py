"""Where submissions lie: files in folders, told apart from what is no file; nothing is opened that could block."""

from __future__ import annotations

import io
import os
import stat
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from grader.document import LARGEST, decoded
from grader.errors import DocumentError, GraderError, Place

DOUBLE = (".tar.gz",)
"""Endings of names that are two."""


@dataclass(frozen=True)
class File:
    """A file, or a member of an archive: its name for messages, and how it is opened."""

    name: str
    opened: Callable[[], BinaryIO]
    beside: Callable[[str], File | None] = lambda _: None
    """The file that a relative path leads to from this one, `mapping.yaml` or `../list.yaml`, where there is one."""
    student: str = ""
    """Whose it is, where the file itself need not say."""
    mapping: Path | None = None
    """What the command names as the mapping of a table's columns."""
    size: int | None = None
    """Its bytes when it was found, None of a member of an archive."""

    @property
    def place(self) -> Place:
        return Place(self.name)

    @property
    def base(self) -> str:
        """The last part of its name."""
        return self.name.rpartition("/")[2]

    @property
    def ending(self) -> str:
        """The ending of its name, which tells its format.

        >>> File("handed-in/s001.YAML", open).ending, File("all.tar.gz", open).ending, File("notes", open).ending
        ('.yaml', '.tar.gz', '')
        """
        lower = self.base.lower()
        return next((double for double in DOUBLE if lower.endswith(double)), os.path.splitext(lower)[1])

    def bytes(self) -> bytes:
        """What it holds, at the most a byte more than 20 MB."""
        with steady(self) as file:
            return file.read(LARGEST + 1)

    def text(self) -> str:
        """Its text: UTF-8, with or without a byte order mark, and no larger than 20 MB."""
        return decoded(self.bytes(), self.place)


@contextmanager
def steady(file: File) -> Iterator[BinaryIO]:
    """An open file. Raises `DocumentError` where it cannot be opened or read, or changed until all was read."""
    try:
        with file.opened() as opened:
            before = _state(opened)
            yield opened
            if _state(opened) != before:
                raise DocumentError("changed while it was read", file.place, "run it again")
    except OSError as error:
        raise unopened(error, file.name) from error


def _state(opened: BinaryIO) -> tuple[int, int] | None:
    """The length of an open file and when it was last written; None of what is not on the disk."""
    try:
        found = os.fstat(opened.fileno())
    except io.UnsupportedOperation:
        return None
    return found.st_size, found.st_mtime_ns


def unopened(error: OSError, name: str) -> DocumentError:
    """That a file or a folder cannot be opened or read, and why."""
    hint = "run it again" if isinstance(error, FileNotFoundError) else "check its permissions"
    return DocumentError(f"cannot be opened: {error.strerror or error}", Place(name), hint)


def printable(path: str | os.PathLike[str]) -> str:
    """A file's name as it may be printed: bytes that are no UTF-8 and what moves a cursor are replaced.

    >>> printable("hand\\udcffed-in\\x1b.yaml")
    'hand�ed-in�.yaml'
    """
    text = os.fspath(path)
    return "".join("\ufffd" if unicodedata.category(sign) in {"Cc", "Cs"} else sign for sign in text)


def of_path(path: Path, mapping: Path | None = None, size: int | None = None) -> File:
    """A file on the disk."""

    def beside(relative: str) -> File | None:
        other = Path(os.path.normpath(path.parent / relative))
        return of_path(other, mapping) if other.is_file() else None

    return File(printable(path), lambda: path.open("rb"), beside, mapping=mapping, size=size)


def walk(path: Path, mapping: Path | None = None) -> Iterator[File | GraderError]:
    """The files of a folder and the folders below it, by name; a file is itself.

    Hidden files are left out. What cannot be opened, is no plain file or a link to a folder is an error in its place.
    """
    stack = [path]
    while stack:
        here = stack.pop()
        try:
            found = here.stat()
            kind = found.st_mode
            if stat.S_ISDIR(kind) and here.is_symlink() and here != path:
                yield DocumentError("a link to a folder is not followed", Place(printable(here)), "copy the folder")
            elif stat.S_ISDIR(kind):
                stack.extend(sorted(_children(here), key=_order, reverse=True))
            elif stat.S_ISREG(kind):
                yield of_path(here, mapping, found.st_size)
            else:
                what = "a pipe, a socket or a device, which is not read"
                yield DocumentError(what, Place(printable(here)), "save it as a file")
        except FileNotFoundError:
            what = "a link that leads nowhere" if here.is_symlink() else "no such file or folder"
            yield DocumentError(what, Place(printable(here)), "check the path")
        except OSError as error:
            yield unopened(error, printable(here))


def _children(folder: Path) -> list[Path]:
    return [child for child in folder.iterdir() if not child.name.startswith(".")]


def _order(path: Path) -> tuple[str, str]:
    """By name, however its accents are put together."""
    return unicodedata.normalize("NFC", path.name), path.name
