"""A folder of problems that reads a spec when it is asked for, all as they stood at one moment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from grader.course import Course, course_file, course_of
from grader.document import files, read_json, read_text, read_yaml
from grader.errors import DocumentError, GraderError, Place, SpecError
from grader.problem import Problem, read_problem

ENDINGS = {".yaml", ".yml"}


@dataclass(frozen=True)
class Spec:
    """A spec as it stood when its folder was read: its file, its text or why there is none, the file of its course."""

    path: str
    text: str | DocumentError
    course: str = ""


@dataclass(frozen=True)
class Sources:
    """What a folder of problems holds as texts: the same problems in every process, whatever happens to the files."""

    specs: Mapping[str, Spec] = field(default_factory=dict)
    """By id, in the order of the files."""
    courses: Mapping[str, str] = field(default_factory=dict)
    """By file."""
    errors: tuple[GraderError, ...] = ()
    """What could not be found, and ids that are taken twice."""


def read_sources(path: Path) -> Sources:
    """The texts of all specs and courses in a folder and those below it, or of one file with its course's."""
    specs: dict[str, Spec] = {}
    courses: dict[str, str] = {}
    errors: dict[str, GraderError] = {}
    for file in files(path):
        if isinstance(file, GraderError):
            errors[str(file)] = file
        elif (file.suffix not in ENDINGS and file != path) or file.name == "course.yaml":
            continue
        elif file.stem in specs:
            what = f"the id '{file.stem}' is taken by {specs[file.stem].path}"
            errors[str(file)] = SpecError(what, Place(str(file)), "rename one of the files")
        else:
            specs[file.stem] = Spec(str(file), _text(file), _course(file.parent, courses, errors))
    return Sources(specs, courses, tuple(errors.values()))


def _text(file: Path) -> str | DocumentError:
    try:
        return read_text(file)
    except DocumentError as error:
        return error


def _course(folder: Path, courses: dict[str, str], errors: dict[str, GraderError]) -> str:
    """The file of a folder's course, its text among `courses` or what is the matter with it among `errors`."""
    file = course_file(folder)
    name = "" if file is None else str(file)
    if file is not None and name not in courses and name not in errors:
        text = _text(file)
        if isinstance(text, DocumentError):
            errors[name] = text
        else:
            courses[name] = text
    return name


class Folder(Mapping[str, Problem]):
    """The problems of a folder by id. A spec is read when its problem is first asked for, and pickles as its text.

    What can be seen without reading specs is in `errors` at once (no such folder, an id taken twice, a bad
    `course.yaml`); what is wrong with a spec is added, once, when it is asked for, and there is then no problem of that
    id. Walking over the folder asks for every problem.

    >>> folder = Folder(Sources({"a": Spec("a.yaml", "family: sgd"), "b": Spec("b.yaml", "family: sdg")}))
    >>> folder.ids, "b" in folder, [str(error) for error in folder.errors]
    (('a', 'b'), False, ["b.yaml:1: family: unknown family 'sdg'; did you mean 'sgd'?"])
    """

    def __init__(self, sources: Sources) -> None:
        self.sources, self.errors = sources, list(sources.errors)
        self._read: dict[str, Problem | None] = {}
        self._courses: dict[str, Course] = {}
        for name, text in sources.courses.items():
            try:
                self._courses[name] = course_of(text, Place(name))
            except GraderError as error:
                self.errors.append(error)

    def __reduce__(self) -> tuple[type[Folder], tuple[Sources]]:
        return Folder, (self.sources,)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all specs, those that cannot be used among them; no spec is read for it."""
        return tuple(self.sources.specs)

    @cached_property
    def broken(self) -> Collection[str]:
        """The ids of specs that cannot be used; to ask whether one is among them reads that one."""
        return Broken(self)

    def __getitem__(self, id: str) -> Problem:
        if id not in self._read:
            self._read[id] = self._problem(self.sources.specs[id], id)
        problem = self._read[id]
        if problem is None:
            raise KeyError(id)
        return problem

    def _problem(self, spec: Spec, id: str) -> Problem | None:
        try:
            if isinstance(spec.text, DocumentError):
                raise spec.text
            read = read_json if spec.path.endswith(".json") else read_yaml
            course = self._courses.get(spec.course, Course())
            return read_problem(read(spec.text, Place(spec.path)), id, spec.path, course)
        except GraderError as error:
            self.errors.append(error)
            return None

    def __iter__(self) -> Iterator[str]:
        return (id for id in self.sources.specs if id in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Broken(Collection[str]):
    """The ids of a folder whose specs cannot be used."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def __contains__(self, id: object) -> bool:
        return id in self._folder.sources.specs and id not in self._folder

    def __iter__(self) -> Iterator[str]:
        return (id for id in self._folder.sources.specs if id in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
