"""Submissions in: files and folders, a format a file, read as students typed them. What cannot be read is listed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.errors import GraderError
from grader.intake.archives import ARCHIVES
from grader.intake.formats import READERS
from grader.intake.lines import Lines
from grader.intake.misfits import Misfits, misfits
from grader.intake.pieces import Parsed, Piece, pieces
from grader.intake.records import KEYS, Submission, submission, texts
from grader.intake.shards import Shard
from grader.intake.sources import File
from grader.intake.stamps import latest

__all__ = [
    "ARCHIVES", "KEYS", "READERS", "File", "Lines", "Misfits", "Parsed", "Piece", "Shard", "Submission", "misfits",
    "pieces", "read", "submission", "texts",
]  # fmt: skip


def read(path: Path, mapping: Path | None = None) -> Iterator[Submission | GraderError]:
    """Every submission of a file or folder, and an error for each that cannot be used, in the order of names.

    Of a student's submissions the last by its time is one; without times the first. `mapping` names the columns of
    tables that do not name their steps themselves.
    """
    return latest(lambda: (item for piece in pieces(path, mapping) for item in piece.read()))
