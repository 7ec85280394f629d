"""A course: what `course.yaml` says of all the problems beside and below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from grader.document import Entries, Text, read_text, read_yaml
from grader.errors import Place, SpecError, did_you_mean
from grader.parts import read_policy

DECIMALS = ("point", "comma")


@dataclass(frozen=True)
class Course:
    """A course's title, its way of writing numbers and its policy."""

    title: str = ""
    decimal: str = "point"
    """What stands before the decimals that students write."""
    policy: Mapping[str, Fraction] = field(default_factory=dict)
    solutions: bool = False
    """Whether feedback pages hold the worked solutions."""
    seed: str = ""
    """The seed of its variants, where a submission or a command says no other."""


def course_file(folder: Path) -> Path | None:
    """`course.yaml` in a folder, or else in the one above; None where there is none."""
    found = (path / "course.yaml" for path in (folder, folder.parent))
    return next((path for path in found if path.is_file()), None)


def read_course(folder: Path) -> Course:
    """What `course.yaml` in a folder, or else in the one above, says; nothing where there is none."""
    path = course_file(folder)
    return Course() if path is None else course_of(read_text(path), Place(str(path)))


def course_of(text: str, root: Place) -> Course:
    """What the text of a `course.yaml` says."""
    node = read_yaml(text, root)
    if not isinstance(node, Entries):
        raise SpecError("expected a mapping with title and policy", root)
    allowed = ("title", "seed", "decimal", "policy", "solutions")
    for key in node:
        if key not in allowed:
            raise SpecError(f"unknown key '{key}'", root.within(key, node.line_of(key)), did_you_mean(key, allowed))
    policy = read_policy(node.get("policy"), root.within("policy", node.line_of("policy")))
    said = {key: node.get(key, Text("")) for key in ("title", "decimal", "seed", "solutions")}
    for key, value in said.items():
        if not isinstance(value, Text):
            raise SpecError("expected text", root.within(key, node.line_of(key)))
    for key, words in (("decimal", DECIMALS), ("solutions", ("yes", "no"))):
        if said[key] and said[key] not in words:
            what = f"expected {words[0]} or {words[1]}, got '{said[key]}'"
            raise SpecError(what, root.within(key, node.line_of(key)))
    title, decimal, seed = (str(said[key]).strip() for key in ("title", "decimal", "seed"))
    return Course(title, decimal or "point", policy, seed=seed, solutions=said["solutions"] == "yes")
