"""A problem: a spec in YAML, read once into a frozen record and solved when its solution is first asked for."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.author_tests import Case, read_tests
from grader.course import Course, read_course
from grader.document import Entries, Items, Node, Text, read_document
from grader.drawing import Way
from grader.errors import GraderError, Place, SpecError, did_you_mean
from grader.expression.domains import Declaration, declared
from grader.families import Family, find, load_all
from grader.parts import CREDIT, ROUND, Part, read_ask, read_policy, total
from grader.requirements import read_require
from grader.solution import Solution
from grader.ways import read_vary

if TYPE_CHECKING:
    from grader.marking.marks import Mark
    from grader.marking.stated import Judgement
    from grader.vocabulary import Vocabulary

KEYS = ("title", "family", "statement", "given", "ask", "hints", "symbols", "vary", "require", "policy", "tests")


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
    symbols: Mapping[str, Declaration] = field(default_factory=dict)
    course: Course = field(default_factory=Course)
    path: str = ""
    vary: tuple[Way, ...] = ()
    require: tuple[Text, ...] = ()
    tests: tuple[Case, ...] = ()
    drawn: Mapping[str, Node] = field(default_factory=dict)
    """What was drawn for a student, by its path among the givens; nothing in the problem as its author wrote it."""
    spec: Entries = field(default_factory=Entries, repr=False, compare=False)
    """The document as typed."""

    @property
    def decimal(self) -> str:
        """What stands before the decimals that students write."""
        return self.course.decimal

    @property
    def seed(self) -> str:
        """The course's, for draws."""
        return self.course.seed

    @property
    def varies(self) -> bool:
        """Whether students may get other numbers."""
        return bool(self.vary)

    @cached_property
    def solution(self) -> Solution:
        """The worked solution."""
        return self.family.solve(self.given)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What formulas may say that answer it."""
        from grader.vocabulary import vocabulary_of

        return vocabulary_of(self.solution, self.symbols)

    @cached_property
    def judged(self) -> dict[Hashable, Judgement]:
        """What was found of formulas that answer it, by what they say, for the next one that says the same."""
        return {}

    @property
    def points(self) -> Fraction:
        """The points of all parts together."""
        return sum((part.points for part in self.parts), Fraction(0))

    def credit(self, verdict: str) -> Fraction:
        """The share of a step's points that a verdict earns."""
        return self.policy.get(verdict, CREDIT.get(verdict, Fraction(0)))

    def total(self, marks: Iterable[Mark]) -> Fraction:
        """What marks of this problem earn together: exact, never below zero, rounded where the policy says so."""
        from grader.marking.marks import earned

        step = self.policy.get(ROUND, Fraction(0))
        return total(map(earned, marks), self.points if step else Fraction(0), step)


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
            raise SpecError(f"unknown key '{key}'", _at(root, node, key), did_you_mean(key, KEYS))
    family = read_family(node, root)
    given = read_givens(node.get("given", Entries()), family, _at(root, node, "given"))
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
            **read_policy(node.get("policy"), _at(root, node, "policy")),
        },
        symbols=read_symbols(node.get("symbols"), _at(root, node, "symbols")),
        course=course,
        path=root.file,
        vary=read_vary(
            node.get("vary"), node.get("given", Entries()), family, root.within("vary", node.line_of("vary"))
        ),
        spec=node,
    )
    problem = _asking(draft, root)
    return _changed(
        problem,
        require=read_require(node.get("require"), problem.solution, _at(root, node, "require")),
        tests=read_tests(node.get("tests"), problem.solution, problem.parts, _at(root, node, "tests")),
    )


def _at(root: Place, node: Entries, key: str) -> Place:
    """Where a key of the document stands."""
    return root.within(key, node.line_of(key))


def _asking(draft: Problem, root: Place) -> Problem:
    """The problem with its parts, which are read in the names of its solution."""
    asked = read_ask(draft.spec.get("ask"), draft.solution, _at(root, draft.spec, "ask"))
    return _changed(draft, parts=asked)


def _changed(problem: Problem, **changes: Any) -> Problem:
    """The problem with other fields that its solution does not come from, which is kept."""
    changed = replace(problem, **changes)
    changed.__dict__["solution"] = problem.solution
    return changed


def with_givens(problem: Problem, given: Node, drawn: Mapping[str, Node]) -> Problem:
    """The same exercise with other givens, those that were `drawn` among them; its author's tests stay behind.

    Raises `GraderError` where the family refuses the givens, or its solution lacks a step that is asked.
    """
    root = Place(problem.path)
    values = read_givens(given, problem.family, root.within("given"))
    return _asking(replace(problem, given=values, drawn=drawn, tests=()), root)


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
    name = node.get("family")
    if name is None:
        raise SpecError("expected a family", root, did_you_mean("", load_all()))
    family = find(name) if isinstance(name, Text) else None
    if family is None:
        place = root.within("family", node.line_of("family"))
        raise SpecError(f"unknown family '{name}'", place, did_you_mean(str(name), load_all()))
    return family


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


def read_symbols(node: Node | None, place: Place) -> dict[str, Declaration]:
    """What a problem declares of the symbols in its answers: `x: positive`, `X: matrix(n, d)`."""
    if node is None:
        return {}
    if not isinstance(node, Entries):
        raise SpecError("expected a mapping of symbols to declarations, such as x: positive", place)
    symbols = {}
    for name, value in node.items():
        here = place.within(name, node.line_of(name))
        try:
            symbols[str(name)] = declared(str(value))
        except GraderError as error:
            raise SpecError(error.what, here, error.hint) from error
    return symbols


def read_line(node: Entries, key: str, root: Place) -> str:
    value = node.get(key, Text(""))
    if not isinstance(value, Text):
        raise SpecError("expected text", _at(root, node, key))
    return str(value).strip()


def read_lines(node: Entries, key: str, root: Place) -> tuple[str, ...]:
    value = node.get(key, Items())
    lines = [value] if isinstance(value, Text) else value
    if isinstance(lines, Entries) or not all(isinstance(line, Text) for line in lines):
        raise SpecError("expected text, or a list of texts", _at(root, node, key))
    return tuple(str(line).strip() for line in lines)


def load_folder(path: str | Path) -> tuple[dict[str, Problem], list[GraderError]]:
    """Every problem of a folder by its id, and what could not be used; `grader.folder.Folder` reads only some."""
    from grader.folder import Folder, read_sources

    folder = Folder(read_sources(Path(path)))
    return dict(folder), folder.errors
