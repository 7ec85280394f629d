"""A problem: a spec in YAML, read once into a frozen record and solved when its solution is first asked for."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.document import Entries, Items, Node, Text, files, read_document
from grader.errors import GraderError, Place, SpecError, UnreadableError, did_you_mean
from grader.expression import read_numeral
from grader.families import Family, load_all
from grader.families.givens import Whole, read_whole
from grader.solution import Solution

KEYS = ("title", "family", "statement", "given", "ask", "hints", "symbols", "vary", "require", "policy", "tests")
CREDIT = {
    "correct": Fraction(1),
    "rounded": Fraction(1),
    "follows": Fraction(1),
    "slip": Fraction(1, 2),
    "incomplete": Fraction(1, 2),
}
"""The share of a step's points that a verdict earns unless the course or the problem says otherwise; 0 for the rest."""

LARGEST = 10**300  # of a number that marking works with, so that it has a float

VERDICTS = (*CREDIT, "wrong", "blank", "unreadable", "undecided", "review")


@dataclass(frozen=True)
class Part:
    """A step that is asked for: its points, and how near an answer must come.

    Without `within`, `decimals` or `digits` an answer may be off by 0.1%, or agree to the digits given where these are
    at least 3 significant ones. `within` is a share of the key's size (`0.1%`) or an amount (`0.05`).
    """

    step: str
    points: Fraction = Fraction(1)
    share: float | None = None
    amount: float | None = None
    decimals: int | None = None
    digits: int | None = None


@dataclass(frozen=True)
class Problem:
    """An exercise as its author wrote it, with everything read."""

    id: str
    title: str
    family: Family
    given: Mapping[str, Any]
    parts: tuple[Part, ...]
    statement: str = ""
    hints: tuple[str, ...] = ()
    policy: Mapping[str, Fraction] = field(default_factory=dict)
    varies: bool = False
    path: str = ""

    @cached_property
    def solution(self) -> Solution:
        """The worked solution."""
        return self.family.solve(self.given)

    @property
    def points(self) -> Fraction:
        """The points of all parts together."""
        return sum((part.points for part in self.parts), Fraction(0))

    def credit(self, verdict: str) -> Fraction:
        """The share of a step's points that a verdict earns."""
        return self.policy.get(verdict, CREDIT.get(verdict, Fraction(0)))


@dataclass(frozen=True)
class Course:
    """What `course.yaml` says of all problems beside and below it."""

    title: str = ""
    policy: Mapping[str, Fraction] = field(default_factory=dict)


def load(path: str | Path, course: Course | None = None) -> Problem:
    """The problem in a file; its id is the file's name. A `course.yaml` beside it or in the folder above counts for it.

    Raises `grader.errors.GraderError` with the file, the line and what was expected.
    """
    path = Path(path)
    return read_problem(read_document(path), path.stem, str(path), course or read_course(path.parent))


def read_problem(node: Node, id: str, file: str = "", course: Course | None = None) -> Problem:
    """The problem in a document that has been read."""
    root = Place(file)
    try:
        return _read(node, id, root, course or Course())
    except SpecError as error:
        raise _placed(error, node, root) from error


def _read(node: Node, id: str, root: Place, course: Course) -> Problem:
    if not isinstance(node, Entries):
        raise SpecError("expected a mapping with title, family, given and ask", root, "see `grader new FAMILY`")
    for key in node:
        if key not in KEYS:
            raise SpecError(f"unknown key '{key}'", root.within(key, node.line_of(key)), did_you_mean(key, KEYS))
    family = read_family(node, root)
    given = read_givens(node.get("given", Entries()), family, root.within("given", node.line_of("given")))
    draft = Problem(
        id=id,
        title=read_line(node, "title", root) or id,
        family=family,
        given=given,
        parts=(),
        statement=read_line(node, "statement", root),
        hints=read_lines(node, "hints", root),
        policy={
            **course.policy,
            **read_policy(node.get("policy"), root.within("policy", node.line_of("policy"))),
        },
        varies="vary" in node,
        path=root.file,
    )
    ask = node.get("ask")
    parts = read_ask(ask, draft.solution, root.within("ask", node.line_of("ask")))
    problem = replace(draft, parts=parts)
    problem.__dict__["solution"] = draft.solution
    return problem


def _placed(error: SpecError, node: Node, root: Place) -> GraderError:
    """The error with the line of the given that it names, or of the givens."""
    line = None
    if error.place.line is None and isinstance(node, Entries):
        given = node.get("given")
        line = node.line_of("given")
        if isinstance(given, Entries) and error.place.path.startswith("given."):
            line = given.line_of(error.place.path.split(".")[1])
    return error.at(Place(root.file, line))


def read_family(node: Entries, root: Place) -> Family:
    families = load_all()
    name = node.get("family")
    if name is None:
        raise SpecError("expected a family", root, did_you_mean("", families))
    if not isinstance(name, Text) or name not in families:
        place = root.within("family", node.line_of("family"))
        raise SpecError(f"unknown family '{name}'", place, did_you_mean(str(name), families))
    return families[name]


def read_givens(node: Node, family: Family, place: Place) -> dict[str, Any]:
    """The givens, each read by the kind that the family declares for it."""
    if not isinstance(node, Entries):
        raise SpecError("expected a mapping of givens", place)
    for key in node:
        if key not in family.givens:
            here = place.within(key, node.line_of(key))
            raise SpecError(f"{family.name} has no given '{key}'", here, did_you_mean(key, family.givens))
    values: dict[str, Any] = {}
    for name, given in family.givens.items():
        if name in node:
            values[name] = given.kind.read(node[name], place.within(name, node.line_of(name)))
        elif given.required:
            what = f"{family.name} needs the given '{name}': {given.kind.expects}"
            raise SpecError(what, place, f"see `grader families {family.name}`")
    return values


def read_line(node: Entries, key: str, root: Place) -> str:
    value = node.get(key, Text(""))
    if not isinstance(value, Text):
        raise SpecError("expected text", root.within(key, node.line_of(key)))
    return str(value).strip()


def read_lines(node: Entries, key: str, root: Place) -> tuple[str, ...]:
    value = node.get(key, Items())
    lines = [value] if isinstance(value, Text) else value
    if isinstance(lines, Entries) or not all(isinstance(line, Text) for line in lines):
        raise SpecError("expected text, or a list of texts", root.within(key, node.line_of(key)))
    return tuple(str(line).strip() for line in lines)


def read_ask(node: Node | None, solution: Solution, place: Place) -> tuple[Part, ...]:
    """The parts in the order of the solution. A name counts before a pattern, a later pattern before an earlier one."""
    if node is None:
        return tuple(Part(step) for step in solution)
    if not isinstance(node, Entries):
        raise SpecError("expected a mapping of steps to points, such as yhat_1: 1", place)
    asked: dict[str, Part] = {}
    for key in sorted(node, key=lambda key: key in solution):
        here = place.within(key, node.line_of(key))
        found = [key] if key in solution else fnmatch.filter(solution, key)
        if not found:
            raise SpecError(f"no step '{key}' in this solution", here, did_you_mean(key, solution))
        asked |= {str(step): read_part(str(step), node[key], here) for step in found}
    return tuple(asked[step] for step in solution if step in asked)


def read_part(step: str, node: Node, place: Place) -> Part:
    if isinstance(node, Text):
        return Part(step, read_amount(node, place, "points"))
    if not isinstance(node, Entries):
        raise SpecError("expected points, or a mapping such as {points: 2, within: 0.1%}", place)
    allowed = ("points", "within", "decimals", "digits")
    for key in node:
        if key not in allowed:
            raise SpecError(f"unknown key '{key}'", place.within(key, node.line_of(key)), did_you_mean(key, allowed))
    values: dict[str, Any] = {}
    for key, value in node.items():
        here = place.within(key, node.line_of(key))
        if key == "within":
            text = str(value).strip()
            amount = read_amount(Text(text.removesuffix("%"), node.line), here, "a share such as 0.1% or an amount")
            values |= {"share": float(amount / 100)} if text.endswith("%") else {"amount": float(amount)}
        elif key == "points":
            values["points"] = read_amount(value, here, "points")
        else:
            values[str(key)] = read_whole(value, here, Whole(0))
    return Part(step, **values)


def read_amount(node: Node, place: Place, expects: str) -> Fraction:
    try:
        value = read_numeral(node).value if isinstance(node, Text) else Fraction(-1)
    except UnreadableError:
        value = Fraction(-1)
    if not 0 <= value < LARGEST:
        raise SpecError(f"expected {expects}, a number of at least 0, got '{node}'", place)
    return value


def read_policy(node: Node | None, place: Place) -> dict[str, Fraction]:
    """Credit by verdict, each between 0 and 1."""
    if node is None:
        return {}
    if not isinstance(node, Entries):
        raise SpecError("expected a mapping of verdicts to credit, such as follows: 1", place)
    policy = {}
    for verdict, credit in node.items():
        here = place.within(verdict, node.line_of(verdict))
        if verdict not in VERDICTS:
            raise SpecError(f"unknown verdict '{verdict}'", here, did_you_mean(verdict, VERDICTS))
        policy[str(verdict)] = read_amount(credit, here, "a credit from 0 to 1")
        if policy[str(verdict)] > 1:
            raise SpecError(f"expected a credit from 0 to 1, got '{credit}'", here)
    return policy


def read_course(folder: Path) -> Course:
    """What `course.yaml` in a folder, or else in the one above, says; nothing where there is none."""
    found = [path for path in (folder / "course.yaml", folder.parent / "course.yaml") if path.is_file()]
    if not found:
        return Course()
    path = found[0]
    node, root = read_document(path), Place(str(path))
    if not isinstance(node, Entries):
        raise SpecError("expected a mapping with title and policy", root)
    allowed = ("title", "seed", "policy")
    for key in node:
        if key not in allowed:
            raise SpecError(f"unknown key '{key}'", root.within(key, node.line_of(key)), did_you_mean(key, allowed))
    policy = read_policy(node.get("policy"), root.within("policy", node.line_of("policy")))
    return Course(read_line(node, "title", root), policy)


def load_folder(path: str | Path) -> tuple[dict[str, Problem], list[GraderError]]:
    """Every problem of a folder by its id, and what could not be used."""
    path = Path(path)
    problems: dict[str, Problem] = {}
    errors: list[GraderError] = []
    courses: dict[Path, Course] = {}

    def course_of(folder: Path) -> Course:
        if folder not in courses:
            courses[folder] = Course()
            try:
                courses[folder] = read_course(folder)
            except GraderError as error:
                if all(str(error) != str(other) for other in errors):
                    errors.append(error)
        return courses[folder]

    for file in files(path):
        try:
            if isinstance(file, GraderError):
                raise file
            if (file.suffix not in {".yaml", ".yml"} and file != path) or file.name == "course.yaml":
                continue
            problem = load(file, course_of(file.parent))
            if problem.id in problems:
                first = problems[problem.id].path
                what = f"the id '{problem.id}' is taken by {first}"
                raise SpecError(what, Place(str(file)), "rename one of the files")
            problems[problem.id] = problem
        except GraderError as error:
            errors.append(error)
    return problems, errors
