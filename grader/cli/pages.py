"""What `key` and `worksheet` share: pages, one a problem or one a student, in a format, into a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli import terminal

if TYPE_CHECKING:
    from grader.errors import GraderError
    from grader.problem import Problem
    from grader.sheets import Worksheet


def settable(context: click.Context, parameter: click.Parameter, format: str | None) -> str | None:
    """A format that this machine can write, as a callback of an option."""
    from importlib.util import find_spec

    if format == "pdf" and find_spec("typst") is None:
        raise click.BadParameter("PDF needs the package typst: pip install 'grader[pdf]'", context, parameter)
    return format


def page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The argument and options of a command that writes pages."""
    formats = click.Choice(["md", "tex", "html", "pdf"])
    for option in (
        click.option("--out", type=terminal.FOLDER, default=Path("out"), show_default=True, help="Where pages go."),
        click.option("--format", type=formats, default="md", show_default=True, callback=settable, help="Page format."),
        click.argument("problems", type=terminal.FOLDER, required=False),
    ):
        command = option(command)
    return command


def student_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say whose numbers are meant."""
    for option in (
        click.option("--variant", default="", help="The code on a student's sheet, or the letter of a form."),
        click.option("--student", default="", help="Whose numbers."),
        click.option("--seed", default="", help="The seed of the class.  [default: the course's]"),
    ):
        command = option(command)
    return command


def write_pages(page: Callable[[Problem, str], str], problems: Path, format: str, folder: Path) -> list[GraderError]:
    """Write `page(problem, format)` for every problem, and tell what could not be used."""
    from grader.document import make_folder
    from grader.errors import DocumentError, GraderError, Place
    from grader.problem import load_folder
    from grader.render.environment import FORMATS, write_page

    known, errors = load_folder(problems)
    try:
        make_folder(folder)
        for problem in terminal.progress(known.values(), "Writing pages"):
            path = folder / (problem.id + FORMATS[format].ending)
            try:
                write_page(path, format, page(problem, format))
            except DocumentError:
                raise
            except GraderError as error:
                errors.append(error.at(Place(problem.path)))
                continue
            click.echo(path)
    except DocumentError as error:
        errors.append(error)
    terminal.tell(errors)
    return errors


def own_sheet(known: Iterable[Problem], seed: str, student: str, variant: str) -> Worksheet | GraderError:
    """The sheet of one student, or of a form; ends the program where the call does not say whose."""
    from grader.codes import is_form
    from grader.errors import GraderError
    from grader.sheets import for_student, seed_of

    problems = list(known)
    if not student.strip() and not is_form(variant):
        raise click.UsageError("say whose numbers with --student, or which form's with --variant B")
    try:
        return for_student(problems, student, seed_of(problems, seed), variant)
    except GraderError as error:
        return error


def write_sheets(
    sheets: Iterable[Worksheet | GraderError], names: Iterable[str], format: str, out: Path, key: bool
) -> list[GraderError]:
    """Write each sheet with its answer forms, and its key where that is wanted; what cannot be made is told once."""
    from grader.document import make_folder, write_bytes
    from grader.errors import DocumentError, GraderError
    from grader.run import file_names

    errors: dict[str, GraderError] = {}
    files, count = file_names(names), 0
    try:
        folders = [make_folder(out / name) for name in ("worksheets", "forms", *(["keys"] if key else []))]
        for sheet in sheets:
            if isinstance(sheet, GraderError):
                errors[str(sheet)] = sheet
                continue
            try:
                for file, content in files_of(sheet, files[sheet.name], format, key).items():
                    write_bytes(out / file, content)
            except DocumentError:
                raise
            except GraderError as error:
                errors[str(error)] = error
                continue
            count += 1
        click.echo(f"Wrote {count} sheet{'s' * (count != 1)} with answer forms to {', '.join(map(str, folders))}.")
    except DocumentError as error:
        errors[str(error)] = error
    return list(errors.values())


def files_of(sheet: Worksheet, name: str, format: str, key: bool) -> dict[str, bytes]:
    """The files of one sheet by their places: the page, the forms and, where it is wanted, the key."""
    from grader.render import sheets as render
    from grader.render.environment import FORMATS as PAGES
    from grader.render.form import FORMS

    made = PAGES[format]
    files = {f"worksheets/{name}{made.ending}": made.finished(render.worksheet(sheet, format))}
    files |= {f"forms/{name}{kind}": form(sheet).encode() for kind, form in FORMS.items()}
    return files | ({f"keys/{name}{made.ending}": made.finished(render.key(sheet, format))} if key else {})
