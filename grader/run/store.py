"""What is marked, kept in `grades.sqlite`: the next run takes from it all that has not changed.

A run is one transaction: a run that is ended at any point leaves the store as the run before it left it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from grader.document import Node
from grader.errors import DocumentError, GraderError, Place
from grader.marking.marks import Mark, Marks
from grader.resources import HERE

APPLICATION = 0x67726164  # says in the file's head that it is ours
VERSION = 1  # of the tables below
PATIENCE = 0.5  # seconds to wait for another run to end

TABLES = """
CREATE TABLE problem (id TEXT PRIMARY KEY, spec TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sheet (student TEXT, problem TEXT, digest BLOB NOT NULL, program BLOB NOT NULL, answers BLOB NOT NULL,
                    marks BLOB NOT NULL, decided BLOB, PRIMARY KEY (student, problem)) WITHOUT ROWID;
"""

SheetKey = tuple[str, str]


class BusyError(GraderError):
    """Another run is writing to the same folder."""


@dataclass(frozen=True)
class Kept:
    """One student's marks on one problem, as a run left them, each list as lines of JSON.

    `digest` is of the spec, `program` of our source and `answers` of what was handed in: what the `marks` come from.
    `decided` are the marks where a person has decided some of them.
    """

    digest: bytes
    program: bytes
    answers: bytes
    marks: bytes
    decided: bytes | None = None

    @property
    def final(self) -> bytes:
        """The marks that count."""
        return self.marks if self.decided is None else self.decided


@dataclass
class Store:
    """The last run: its problems' specs and its marks, by student and problem; and where this run is written."""

    connection: sqlite3.Connection = field(repr=False)
    specs: Mapping[str, Any]
    sheets: Mapping[SheetKey, Kept]

    def write(self, specs: Mapping[str, Any], sheets: Mapping[SheetKey, Kept]) -> None:
        """Make this run the last one: write what differs, remove what is gone."""
        gone = [key for key in self.sheets if key not in sheets]
        new = [(*key, *_columns(kept)) for key, kept in sheets.items() if self.sheets.get(key) != kept]
        self.connection.execute("DELETE FROM problem")
        self.connection.executemany(
            "INSERT INTO problem VALUES (?, ?)", [(id, canonical(spec)) for id, spec in specs.items()]
        )
        self.connection.executemany("DELETE FROM sheet WHERE student = ? AND problem = ?", gone)
        self.connection.executemany("INSERT OR REPLACE INTO sheet VALUES (?, ?, ?, ?, ?, ?, ?)", new)


def _columns(kept: Kept) -> tuple[bytes | None, ...]:
    return kept.digest, kept.program, kept.answers, kept.marks, kept.decided


@contextmanager
def opened(path: Path, told: list[GraderError]) -> Iterator[Store]:
    """The store in a file, ours until the block ends; what the block wrote is kept only if it ends well.

    A file that is no store is moved aside, never deleted, and `told`. Raises `BusyError` where another run has it and
    `DocumentError` where it cannot be written.
    """
    try:
        connection, store = _begun(path)
    except _ForeignError as error:
        told.append(_aside(path, str(error)))
        connection, store = _begun(path)
    with closing(connection):
        try:
            yield store
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise _trouble(error, path) from error


class _ForeignError(Exception):
    """A file that is not a store, or is a broken one."""


def _begun(path: Path) -> tuple[sqlite3.Connection, Store]:
    """A connection that holds the store, with all that it holds read."""
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        _prepare(connection)
        return connection, _read(connection)
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        if _name(error).startswith(BROKEN):
            raise _ForeignError(str(error)) from error
        raise _trouble(error, path) from error
    except (ValueError, _ForeignError) as error:  # what is stored is not the JSON that it should be
        assert connection is not None
        connection.close()
        raise _ForeignError(str(error)) from error


def _prepare(connection: sqlite3.Connection) -> None:
    """Tables in a new file; of another file, that it is ours."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if (application, version, tables) == (0, 0, 0):
        for statement in TABLES.strip().split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    elif (application, version) != (APPLICATION, VERSION):
        raise _ForeignError("a database of another program, or of another version of this one")


def _read(connection: sqlite3.Connection) -> Store:
    specs = {id: json.loads(spec) for id, spec in connection.execute("SELECT id, spec FROM problem ORDER BY id")}
    rows = connection.execute("SELECT * FROM sheet ORDER BY student, problem")
    return Store(connection, specs, {(student, problem): Kept(*rest) for student, problem, *rest in rows})


BROKEN = ("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_ERROR", "SQLITE_FORMAT")


def _name(error: sqlite3.Error) -> str:
    """SQLite's name for what went wrong; what Python's module finds itself has none, such as bytes that are no text."""
    return str(getattr(error, "sqlite_errorname", "SQLITE_ERROR"))


def _trouble(error: sqlite3.Error, path: Path) -> GraderError:
    """What a person can do about it."""
    place = Place(str(path))
    if _name(error).startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return BusyError("another run is marking into this folder", place, "wait for it to end, or give another --out")
    return DocumentError(f"cannot be written: {error}", place, "name another folder with --out")


def _aside(path: Path, why: str) -> DocumentError:
    """Give a file that is no store another name, which nothing has yet."""
    bad, count = path.with_name(f"{path.name}.bad"), 1
    while bad.exists():
        count += 1
        bad = path.with_name(f"{path.name}.bad-{count}")
    try:
        path.rename(bad)
        for ending in ("-wal", "-shm"):
            beside = path.with_name(path.name + ending)
            if beside.exists():
                beside.rename(bad.with_name(bad.name + ending))
    except OSError as error:
        raise DocumentError(f"cannot be moved aside: {error.strerror}", Place(str(path)), "remove it") from error
    hint = f"it is now {bad}, and everything is marked anew"
    return DocumentError(f"not a store of marks: {why}", Place(str(path)), hint)


def canonical(value: Any) -> str:
    """JSON without spaces, mappings in their order: that of a student's answers is part of the record."""
    return json.dumps(value, separators=(",", ":"))


def digest(value: Any) -> bytes:
    return hashlib.blake2b(canonical(value).encode(), digest_size=16).digest()


def answers_digest(answers: Node, seed: str) -> bytes:
    """Of what one student handed in for one problem, as typed."""
    return digest([seed, answers])


@functools.cache
def program_digest() -> bytes:
    """Of all that decides what marks a page gets, beside the page and the spec: our source, Python and NumPy."""
    found = hashlib.blake2b(f"{sys.version_info[:3]} {np.__version__}".encode(), digest_size=16)
    for path in sorted(HERE.rglob("*.py")):
        found.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.digest()


_ENCODER, _DECODER = msgspec.json.Encoder(), msgspec.json.Decoder(Mark)


def encoded(marks: Marks) -> bytes:
    """Marks as they stand in `marks.jsonl`, a line each."""
    return bytes(_ENCODER.encode_lines(marks))


def decoded(lines: bytes) -> Marks:
    return Marks(_DECODER.decode_lines(lines))
