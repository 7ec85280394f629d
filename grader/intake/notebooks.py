"""Notebooks, read and never run: answers by a cell's tag, by its name for nbgrader, or below a problem's heading.

The file is JSON with a list of cells, so that no package is needed to read it; what cells put out is left aside.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.document import Entries, Text
from grader.errors import DocumentError, GraderError, Place, SubmissionError
from grader.intake.code_cells import assignments, literal
from grader.intake.forms import Form
from grader.intake.records import HEAD, Submission, submission
from grader.intake.sources import File

_ADDRESS = re.compile(r"(?:grader:)?([^\s.][^\s]{0,199})\.([^\s.]{1,100})")
_NBGRADER = re.compile(r"([a-zA-Z0-9_-]{1,199})--([a-zA-Z0-9_]{1,100})")
"""An address in the letters that nbgrader allows in its names, which have no dot."""
_STUB = re.compile(r"\s*(?:YOUR ANSWER HERE|(?:#\s*YOUR CODE HERE\s*)?raise NotImplementedError(?:\(\))?)\s*")
"""What nbgrader leaves for a student to replace."""


@dataclass(frozen=True)
class Cell:
    """A cell: what kind it is, its text, what is written about it, and where it stands."""

    kind: str
    source: str
    metadata: Mapping[str, Any]
    place: Place

    @property
    def address(self) -> tuple[str, str] | None:
        """The problem and the step that it answers, by a tag or by nbgrader's name for it."""
        tags = self.metadata.get("tags")
        names = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
        about = self.metadata.get("nbgrader")
        names.sort(key=lambda name: not name.startswith("grader:"))
        addresses = [_ADDRESS.fullmatch(name) for name in names]
        if isinstance(about, Mapping) and about.get("solution", True) and isinstance(about.get("grade_id"), str):
            addresses += [pattern.fullmatch(about["grade_id"]) for pattern in (_NBGRADER, _ADDRESS)]
        found = next(filter(None, addresses), None)
        return (found[1], found[2]) if found else None


@dataclass
class Page:
    """A notebook while it is read: cells that are addressed, and a form of all the others."""

    form: Form
    answers: Entries = field(default_factory=Entries)
    troubles: list[GraderError] = field(default_factory=list)

    def read(self, cell: Cell) -> None:
        """Take what a cell answers."""
        if _STUB.fullmatch(cell.source):
            return
        if cell.address:
            self.put(*cell.address, Text(said(cell, cell.address[1])), cell)
        elif cell.kind == "markdown":
            self.form.place = cell.place
            self.form.read(cell.source.split("\n"))
        elif cell.kind == "code":
            self.code(cell)

    def code(self, cell: Cell) -> None:
        """A code cell without an address: who it is, and below a heading with an id in backticks what it assigns."""
        for name, value in assignments(cell.source):
            plain = literal(value)
            if name in HEAD and plain is not None and name not in self.form.head:
                self.form.head.put(name, Text(plain), None)
            elif plain is not None and self.form.quoted:
                self.put(self.form.quoted, name, Text(plain), cell)

    def put(self, problem: str, step: str, text: Text, cell: Cell) -> None:
        """An answer; a second one to a step is named."""
        steps = self.answers.setdefault(problem, Entries())
        assert isinstance(steps, Entries)
        if step in steps and cell.address:
            what = f"'{problem}.{step}' is answered by two cells"
            self.troubles.append(SubmissionError(what, cell.place, "the first is read; remove one of them"))
        else:
            steps.put(step, text, None)


def read_notebook(file: File) -> Iterator[Submission | GraderError]:
    """A notebook of one student, whose name stands in its metadata, in a cell, or is the file's name."""
    notebook = _loaded(file)
    page = Page(Form(file.place, prose=True))
    for cell in _cells(notebook, file):
        page.read(cell)
    yield from page.troubles
    yield from page.form.troubles
    node = _head(notebook)
    for key, value in page.form.head.items():
        node.put(key, value, None)
    node.put("answers", _together(page.form.settled(), page.answers), None)
    yield submission(node, file.place, file.student or os.path.splitext(file.base)[0])


def said(cell: Cell, step: str) -> str:
    """What a cell answers: the value of the step, where it assigns one, or `answer`; else all of its text.

    >>> said(Cell("code", "lr = 0.1\\nw_1 = 0.5 - lr", {}, Place()), "w_1")
    '0.5 - lr'
    """
    if cell.kind != "raw":
        found = dict(assignments(cell.source))
        value = found.get(step, found.get("answer"))
        if value is not None:
            plain = literal(value) if cell.kind == "code" else value
            return value if plain is None else plain
    return cell.source.strip()


def _together(form: Entries, cells: Entries) -> Entries:
    """Answers below headings and answers of cells; a cell that is addressed counts first."""
    found = Entries()
    for problem in dict.fromkeys([*form, *cells]):
        steps = Entries()
        for source in (form.get(problem), cells.get(problem)):
            for step, node in source.items() if isinstance(source, Entries) else ():
                steps.put(step, node, None)
        found.put(problem, steps, None)
    return found


def _loaded(file: File) -> Mapping[str, Any]:
    def lean(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {key: value for key, value in pairs if key not in {"outputs", "attachments"}}

    try:
        notebook = json.loads(file.text(), object_pairs_hook=lean, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        place = file.place._replace(line=error.lineno)
        raise DocumentError(f"not a notebook: {error.msg} at column {error.colno}", place) from error
    except RecursionError as error:
        raise DocumentError("not a notebook: nested too deep", file.place) from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise DocumentError("not a notebook of format 4: it has no cells", file.place, "save it with a newer Jupyter")
    return notebook


def _cells(notebook: Mapping[str, Any], file: File) -> Iterator[Cell]:
    for number, cell in enumerate(notebook["cells"], start=1):
        if not isinstance(cell, dict):
            continue
        source, metadata = cell.get("source", ""), cell.get("metadata")
        if isinstance(source, list):
            source = "".join(line for line in source if isinstance(line, str))
        if isinstance(source, str) and source.strip():
            about = metadata if isinstance(metadata, dict) else {}
            whole = source.encode("utf-8", "replace").decode("utf-8")
            yield Cell(str(cell.get("cell_type", "")), whole, about, file.place._replace(path=f"cell {number}"))


def _head(notebook: Mapping[str, Any]) -> Entries:
    """Who handed in, as the notebook's own metadata say."""
    about, found = notebook.get("metadata"), Entries()
    for key in HEAD:
        value = about.get(key) if isinstance(about, dict) else None
        if isinstance(value, str) and value.strip():
            found.put(key, Text(value.encode("utf-8", "replace").decode("utf-8")), None)
    return found
