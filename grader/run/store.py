"""What is marked, kept in `grades.sqlite`: the next run takes from it all that has not changed.

A chunk is what some students handed in, as it was marked: one transaction, and never changed afterwards. It is found
again by the digests of what was handed in, of the specs and of the program. What the last whole run made of the chunks,
in which order, stands beside them; a run that is ended at any point leaves that as it was, and its chunks for the next.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from grader.errors import DocumentError, GraderError, Place
from grader.run.digests import canonical
from grader.run.records import Head, Spec

APPLICATION = 0x67726164  # says in the file's head that it is ours
VERSION = 2  # of the tables below
PATIENCE = 0.5  # seconds to wait for another run to end

TABLES = """
CREATE TABLE chunk (id INTEGER PRIMARY KEY, program BLOB NOT NULL, digests BLOB NOT NULL, head BLOB NOT NULL);
CREATE TABLE marked (chunk INTEGER, problem TEXT, basis BLOB NOT NULL, body BLOB NOT NULL,
                     PRIMARY KEY (chunk, problem, basis)) WITHOUT ROWID;
CREATE TABLE last (position INTEGER PRIMARY KEY, rows BLOB NOT NULL);
CREATE TABLE told (position INTEGER PRIMARY KEY, line BLOB NOT NULL);
CREATE TABLE problem (position INTEGER PRIMARY KEY, id TEXT NOT NULL, basis BLOB NOT NULL, spec TEXT NOT NULL);
CREATE TABLE decided (student TEXT, problem TEXT, marks BLOB NOT NULL, PRIMARY KEY (student, problem)) WITHOUT ROWID;
"""


class BusyError(GraderError):
    """Another run is writing to the same folder."""


class BrokenError(GraderError):
    """A file that is not a store, or is a broken one."""


class Store:
    """Chunks of marked pages in a file, and what the last whole run made of them."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection, self.place = connection, Place(str(path))
        self._encode, self._decode = msgspec.msgpack.encode, msgspec.msgpack.Decoder(Head).decode

    def add(self, program: bytes, digests: bytes, head: Head, bodies: Mapping[str, tuple[bytes, bytes]]) -> int:
        """Keep a chunk in one transaction: a basis and a body for each problem. Its number."""
        with self._transaction():
            row = (program, digests, checked(self._encode(head)))
            found = self.connection.execute("INSERT INTO chunk (program, digests, head) VALUES (?, ?, ?)", row)
            chunk = int(found.lastrowid or 0)
            self._put(chunk, bodies)
        return chunk

    def extend(self, chunk: int, bodies: Mapping[str, tuple[bytes, bytes]]) -> None:
        """Keep what a chunk's students have in problems that none of them handed in."""
        with self._transaction():
            self._put(chunk, bodies)

    def _put(self, chunk: int, bodies: Mapping[str, tuple[bytes, bytes]]) -> None:
        rows = [(chunk, problem, basis, checked(body)) for problem, (basis, body) in bodies.items()]
        self.connection.executemany("INSERT OR REPLACE INTO marked VALUES (?, ?, ?, ?)", rows)

    def digests(self, program: bytes) -> Iterator[tuple[int, bytes]]:
        """The chunks that a program marked, oldest first, with the digests of what was handed in."""
        yield from self.connection.execute("SELECT id, digests FROM chunk WHERE program = ? ORDER BY id", (program,))

    def program(self, chunk: int) -> bytes:
        """The program that marked a chunk."""
        return bytes(self._one("SELECT program FROM chunk WHERE id = ?", chunk))

    def head(self, chunk: int) -> Head:
        return self._decode(self._intact(self._one("SELECT head FROM chunk WHERE id = ?", chunk)))

    def digests_of(self, chunk: int) -> bytes:
        """The digests of what a chunk's students handed in, 16 bytes each."""
        return bytes(self._one("SELECT digests FROM chunk WHERE id = ?", chunk))

    def bases(self) -> Iterator[tuple[int, str, bytes]]:
        """What each chunk's marks on each problem come from."""
        yield from self.connection.execute("SELECT chunk, problem, basis FROM marked")

    def body(self, chunk: int, problem: str, basis: bytes) -> bytes | None:
        """A chunk's marks on a problem, None where it has none."""
        query = "SELECT body FROM marked WHERE chunk = ? AND problem = ? AND basis = ?"
        found = self.connection.execute(query, (chunk, problem, basis)).fetchone()
        return self._intact(found[0]) if found else None

    def bodies(self, chunk: int) -> Iterator[tuple[str, bytes, bytes]]:
        """A chunk's marks on each problem, with their basis."""
        rows = self.connection.execute("SELECT problem, basis, body FROM marked WHERE chunk = ?", (chunk,))
        return ((problem, basis, self._intact(body)) for problem, basis, body in rows)

    def _one(self, query: str, chunk: int) -> Any:
        found = self.connection.execute(query, (chunk,)).fetchone()
        if found is None:
            raise BrokenError(f"chunk {chunk} is missing", self.place)
        return found[0]

    def _intact(self, data: bytes) -> bytes:
        """What was kept. Raises `BrokenError` where it is no longer that."""
        kept = intact(data)
        if kept is None:
            raise BrokenError("a part of it is damaged", self.place)
        return kept

    def told(self) -> Iterator[bytes]:
        """What could not be used of what the last whole run read, as lines of `unread.jsonl`."""
        for (line,) in self.connection.execute("SELECT line FROM told ORDER BY position"):
            yield line

    def last(self) -> Iterator[bytes]:
        """The last whole run, portion by portion."""
        for (rows,) in self.connection.execute("SELECT rows FROM last ORDER BY position"):
            yield self._intact(rows)

    def specs(self) -> dict[str, Spec]:
        """The specs of the last whole run, in their order."""
        rows = self.connection.execute("SELECT id, basis, spec FROM problem ORDER BY position")
        return {id: Spec(basis, json.loads(spec)) for id, basis, spec in rows}

    def decided(self) -> dict[tuple[str, str], bytes]:
        """The pages on which a person decided something in the last whole run, with the marks that counted."""
        return {
            (student, problem): marks for student, problem, marks in self.connection.execute("SELECT * FROM decided")
        }

    def finish(
        self,
        rows: Iterable[bytes],
        chunks: Iterable[int],
        specs: Mapping[str, Spec],
        bases: Iterable[tuple[str, bytes]],
        decided: Mapping[tuple[str, str], bytes],
        told: Iterable[bytes],
    ) -> None:
        """Make this run the last one, and let go of the chunks and the marks that it does not rest on."""
        run = self.connection
        with self._transaction():
            for table in ("last", "problem", "decided", "told"):
                run.execute(f"DELETE FROM {table}")
            run.executemany("INSERT INTO last (rows) VALUES (?)", ((checked(each),) for each in rows))
            found = [(id, spec.basis, canonical(spec.spec)) for id, spec in specs.items()]
            run.executemany("INSERT INTO problem (id, basis, spec) VALUES (?, ?, ?)", found)
            run.executemany("INSERT INTO decided VALUES (?, ?, ?)", [(*key, marks) for key, marks in decided.items()])
            run.executemany("INSERT INTO told (line) VALUES (?)", ((line,) for line in told))
            run.execute("CREATE TEMP TABLE used (chunk INTEGER PRIMARY KEY)")
            run.executemany("INSERT OR IGNORE INTO used VALUES (?)", [(chunk,) for chunk in chunks])
            run.execute("CREATE TEMP TABLE basis (problem TEXT, basis BLOB)")
            run.executemany("INSERT INTO basis VALUES (?, ?)", bases)
            run.execute("DELETE FROM chunk WHERE id NOT IN used")
            run.execute("DELETE FROM marked WHERE chunk NOT IN used OR (problem, basis) NOT IN basis")
            run.execute("DROP TABLE used")
            run.execute("DROP TABLE basis")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            yield
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise _trouble(error, Path(self.place.file)) from error
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")


def checked(data: bytes) -> bytes:
    """Bytes with a sum of them in front, by which damage is seen."""
    return zlib.crc32(data).to_bytes(4, "big") + data


def intact(data: bytes) -> bytes | None:
    """What `checked` was given, None where it is no longer that.

    >>> intact(checked(b"marks")), intact(b"!" + checked(b"marks"))
    (b'marks', None)
    """
    whole = zlib.crc32(memoryview(data)[4:]).to_bytes(4, "big") == data[:4]
    return data[4:] if whole else None


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """The store in a file, ours until the block ends, also from other programs that would read it.

    Raises `BusyError` where another run has it, `BrokenError` where it is no store of ours, and `DocumentError` where
    it cannot be read or written.
    """
    connection = _connected(path)
    with closing(connection):
        try:
            yield Store(connection, path)
        except (sqlite3.Error, msgspec.DecodeError) as error:
            raise _trouble(error, path) from error


def _connected(path: Path) -> sqlite3.Connection:
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # for the whole run, not only while a chunk is written
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        _prepare(connection, Place(str(path)))
        connection.execute("COMMIT")
        return connection
    except (sqlite3.Error, BrokenError) as error:
        if connection is not None:
            connection.close()
        raise (error if isinstance(error, BrokenError) else _trouble(error, path)) from error


def _prepare(connection: sqlite3.Connection, place: Place) -> None:
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
        raise BrokenError("a database of another program, or of another version of this one", place)


BROKEN = ("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_ERROR", "SQLITE_FORMAT")


def _trouble(error: Exception, path: Path) -> GraderError:
    """What a person can do about it. What Python's module finds itself, such as bytes that are no text, has no name."""
    name = str(getattr(error, "sqlite_errorname", "SQLITE_ERROR"))
    place = Place(str(path))
    if name.startswith(BROKEN):
        return BrokenError(str(error), place)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return BusyError("another run is marking into this folder", place, "wait for it to end, or give another --out")
    return DocumentError(f"cannot be written: {error}", place, "name another folder with --out")


def aside(path: Path, why: str) -> DocumentError:
    """Give a file that is no store another name, which nothing has yet; what is told of it."""
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
