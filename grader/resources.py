"""The problems and page templates that come with the program."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent


def is_shipped(folder: Path, name: str) -> bool:
    """Whether a folder is the one that `shipped` names; nothing is looked up on the disk but where links lead."""
    return folder.resolve() in {HERE / name, HERE.parent / name}


def shipped(name: str) -> Path:
    """The folder `problems` or `templates`: inside an installed package, beside it in a checkout."""
    inside = HERE / name
    return inside if inside.is_dir() else HERE.parent / name
