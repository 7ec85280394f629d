"""Gradescope's exports: whose a submission's folder is stands in `submission_metadata` beside the folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from grader.document import Entries, Items, Node, Text, read_json, read_yaml
from grader.errors import DocumentError, GraderError, Place, SubmissionError
from grader.intake.records import Submission, identifier
from grader.intake.sources import File

NAMES = ("submission_metadata.yml", "submission_metadata.yaml", "submission_metadata.json")
IDENTITY = ("sid", "email", "name", "id")
"""What a student is called by, the first that is there; the last is Gradescope's own number."""
DEEPEST = 4  # folders inside a submission's folder
NAMELESS = "submission"
"""The folder beside the metadata of a single submission, as an autograder finds it."""


@dataclass(frozen=True)
class Owner:
    """Whose a folder is: the students of a group, each with all that they are called, and when it was handed in."""

    folder: str
    students: tuple[tuple[str, ...], ...]
    time: str
    alone: bool = False
    """Whether there is one folder, as an autograder finds it: then a sheet is marked under the name that stands on it,
    on which its numbers hang and which Gradescope need not know."""


class Exports:
    """The metadata that have been seen, each file of them read once."""

    def __init__(self) -> None:
        self.known: dict[str, Mapping[str, Owner]] = {}
        self.nearest: dict[str, File | None] = {}
        self.errors: list[GraderError] = []
        """What is wrong with them and has not been told."""

    def owner(self, file: File) -> Owner | None:
        """Whose a file is, None where it lies in no folder of an export."""
        parts = file.name.split("/")
        for up in range(1, min(DEEPEST, len(parts) - 1) + 1):
            metadata = self._metadata(file, "../" * up, "/".join(parts[: -up - 1]))
            if metadata is not None:
                return self._owners(metadata).get(parts[-up - 1])
        return None

    def _metadata(self, file: File, up: str, folder: str) -> File | None:
        if folder not in self.nearest:
            self.nearest[folder] = next(filter(None, (file.beside(up + name) for name in NAMES)), None)
        return self.nearest[folder]

    def _owners(self, metadata: File) -> Mapping[str, Owner]:
        name = metadata.name
        if name not in self.known:
            self.known[name] = {}
            try:
                self.known[name] = owners(metadata)
            except GraderError as error:
                self.errors.append(error)
        return self.known[name]


def is_metadata(file: File) -> bool:
    """Whether a file says whose the folders beside it are."""
    return file.base in NAMES


def owners(file: File) -> Mapping[str, Owner]:
    """Whose each folder is. Raises `DocumentError` where the metadata cannot be used."""
    text = file.text()
    node = read_json(text, file.place) if file.ending == ".json" else read_yaml(text, file.place, aliases=True)
    if not isinstance(node, Entries):
        raise DocumentError("expected a mapping of folders to submissions", file.place, "export it again")
    if "users" in node:
        return {NAMELESS: replace(_owner(NAMELESS, node, "users", file.place), alone=True)}
    found = {}
    for folder, about in node.items():
        place = file.place.within(folder, node.line_of(folder))
        if not isinstance(about, Entries):
            raise DocumentError("expected a submission with its submitters", place, "export it again")
        found[folder] = _owner(folder, about, "submitters", place)
    return found


def _owner(folder: str, about: Entries, key: str, place: Place) -> Owner:
    submitters = _at(about, key)
    names = [_names(each) for each in submitters] if isinstance(submitters, Items) else []
    if not names or not all(names):
        raise DocumentError(f"expected {key} with {', '.join(IDENTITY)}", place, "export it again")
    time = _at(about, "created_at")
    return Owner(folder, tuple(names), str(time).strip() if isinstance(time, Text) else "")


def _at(about: Entries, key: str) -> Node | None:
    """An entry, whose key Gradescope writes with a colon before it."""
    return about.get(f":{key}", about.get(key))


def _names(submitter: Node) -> tuple[str, ...]:
    """All that a student is called, what they are marked as first."""
    if not isinstance(submitter, Entries):
        return ()
    values = [_at(submitter, key) for key in IDENTITY]
    return tuple(identifier(value) for value in values if isinstance(value, Text) and value.strip())


def handed_in(items: Iterable[Submission | GraderError], owner: Owner) -> Iterator[Submission | GraderError]:
    """What the files of one folder say, together: a submission for each of its group, or for who stands on it."""
    whole: Submission | None = None
    known = [name for names in owner.students for name in names]
    for item in items:
        if isinstance(item, GraderError):
            yield item
            continue
        item = item.typed()
        if whole is None:
            whole = structs.replace(item, answers=Entries(item.place.line))
            known = [whole.student] if owner.alone else known
        yield from _misnamed(item, known)
        yield from _added(whole, item)
    if whole is not None:
        for names in [known] if owner.alone else owner.students:
            yield structs.replace(whole, student=names[0], time=owner.time or whole.time)


def _misnamed(item: Submission, known: Sequence[str]) -> Iterator[SubmissionError]:
    if item.student not in known:
        what = f"it names '{item.student[:40]}', and the folder is that of '{known[0]}'"
        yield SubmissionError(what, item.place, "the folder counts")


def _added(whole: Submission, item: Submission) -> Iterator[SubmissionError]:
    """Put answers to those of earlier files; a second answer to a step is named."""
    assert isinstance(whole.answers, Entries)
    for problem, steps in item.answers.items():
        line = item.line_of(problem)
        place = item.place._replace(line=line, path=f"answers.{problem}")
        before = whole.answers.get(problem)
        if not isinstance(before, Entries) or not isinstance(steps, Entries):
            if before:
                yield SubmissionError(f"'{problem}' is answered in two files", place, "the first is read")
            else:
                whole.answers.put(problem, steps, line)
            continue
        twice = [step for step in steps if step in before]
        for step in steps:
            if step not in before:
                before.put(step, steps[step], steps.line_of(step))
        if twice:
            yield SubmissionError(f"'{', '.join(twice[:5])}' is answered in two files", place, "the first is read")
