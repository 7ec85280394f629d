"""`grader export`: marks and problems in the formats of other systems."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli import terminal

if TYPE_CHECKING:
    from grader.errors import GraderError
    from grader.export.canvas import Gradebook
    from grader.export.items import Item, LeftOut
    from grader.export.marked import Totals

VISIBILITIES = ("after_due_date", "after_published", "visible", "hidden")


@click.group("export")
def command() -> None:
    """Write marks or problems in the format of another system.

    \b
    Example:
        grader export gradescope out/
        grader export canvas out/ --gradebook gradebook.csv --assignment "Homework 3"
        grader export moodle problems/ --variants 10 --seed 42
        grader export qti problems/
    """


@command.command("gradescope")
@click.argument("out", type=terminal.FOLDER)
@click.option("--visibility", type=click.Choice(VISIBILITIES), default=VISIBILITIES[0], show_default=True)
@click.option("--results", type=terminal.FOLDER, help="Write the one student there is to this file.")
@click.option("--metadata", type=terminal.FOLDER, help="Gradescope's submission_metadata.json, with --results.")
@click.option("--told", type=terminal.FOLDER, help="What `grader grade` said, with --results.")
@click.option("--submission", type=str, default="", help="The folder that it was said of, with --told.")
def gradescope(
    out: Path, visibility: str, results: Path | None, metadata: Path | None, told: Path | None, submission: str
) -> None:
    """Write results.json for each student in OUT, the folder that `grader grade` wrote, into OUT/gradescope/.

    As an autograder on Gradescope (docs/gradescope.md) there is one student: --results says where to.

    \b
    Example:
        grader export gradescope out/
        grader export gradescope out/ --results /autograder/results/results.json
    """
    from grader.errors import GraderError

    try:
        if results is not None:
            write_result(out, results, visibility, metadata, told, submission)
        else:
            write_results(out, visibility)
    except GraderError as error:
        terminal.tell([error])
        sys.exit(1)


def write_results(out: Path, visibility: str) -> None:
    """A file a student."""
    from grader.document import make_folder, write_bytes
    from grader.export import gradescope
    from grader.export.marked import read_totals, with_totals
    from grader.run import file_names

    names = file_names(read_totals(out / "marks.csv"))
    folder = make_folder(out / "gradescope")
    for student, marks, points in terminal.progress(with_totals(out), "Writing results"):
        made = gradescope.results(marks, points, visibility)
        write_bytes(folder / f"{names[student]}.json", gradescope.to_json(made))
    click.echo(f"{len(names)} student{'s' * (len(names) != 1)} in {folder}/.")


def write_result(
    out: Path, path: Path, visibility: str, metadata: Path | None, told: Path | None, submission: str
) -> None:
    """The file of the one student there is; where there is none, or several, it says so to whoever handed in."""
    from grader.document import make_folder, write_bytes
    from grader.export import gradescope

    said = gradescope.told_of(told.read_text("utf-8", "replace"), submission) if told and told.is_file() else []
    users = gradescope.submitters(metadata) if metadata and metadata.is_file() else []
    make_folder(path.parent)
    write_bytes(path, gradescope.to_json(one_result(out, visibility, users, said)))
    click.echo(path)


def one_result(out: Path, visibility: str, users: list[tuple[str, ...]], said: list[str]) -> dict[str, Any]:
    """The results of the one student whose marks there are."""
    from grader.export import gradescope
    from grader.export.marked import with_totals

    if not (out / "marks.jsonl").is_file():
        return gradescope.unusable(said)
    found = list(with_totals(out))
    if len(found) != 1:
        return gradescope.unusable(["It holds sheets of several students; hand in your own.", *said])
    ((student, marks, points),) = found
    return gradescope.results(marks, points, visibility, [*gradescope.whose(student, users), *said])


@command.command("canvas")
@click.argument("out", type=terminal.FOLDER)
@click.option("--gradebook", type=terminal.FOLDER, required=True, help="The gradebook, as exported from Canvas.")
@click.option(
    "--assignment",
    "assignments",
    multiple=True,
    required=True,
    metavar="[PROBLEM=]TITLE",
    help="The assignment that gets the total, or a problem's points; its title or its number. May be given again.",
)
def canvas(out: Path, gradebook: Path, assignments: tuple[str, ...]) -> None:
    """Put the points in OUT, the folder that `grader grade` wrote, into a Canvas gradebook: OUT/canvas.csv.

    Students are found by their SIS Login ID, their ID or their name. Who is in no row is named, and the exit status
    is then 1.

    \b
    Example:
        grader export canvas out/ --gradebook gradebook.csv --assignment "Homework 3"
        grader export canvas out/ --gradebook gradebook.csv --assignment sgd-line="SGD by hand"
    """
    from grader.document import write_bytes
    from grader.errors import GraderError
    from grader.export import canvas
    from grader.export.marked import read_totals

    try:
        totals, book = read_totals(out / "marks.csv"), canvas.read_gradebook(gradebook)
        table, errors = canvas.filled(book, totals, columns_of(book, totals, assignments))
        write_bytes(out / "canvas.csv", canvas.to_csv(table))
        click.echo(out / "canvas.csv")
    except GraderError as error:
        errors = [error]
    terminal.tell(errors)
    terminal.finish(errors)


def columns_of(book: Gradebook, totals: Totals, assignments: tuple[str, ...]) -> dict[str, str]:
    """What each assignment gets, by its title: `Title` the total, `problem=Title` a problem's points."""
    from grader.export import canvas

    sources = {source for points in totals.values() for source in points} - {"out_of"}
    columns = {}
    for text in assignments:
        source, equals, title = text.partition("=")
        if not equals or source not in sources:
            source, title = "total", text
        columns[canvas.chosen(book, title)] = source
    return columns


def item_options(function: Callable[..., None]) -> Callable[..., None]:
    """What the formats for problems have in common."""
    for option in (
        click.option("--out", type=terminal.FOLDER, default=Path("out"), show_default=True, help="Where it goes."),
        click.option("--seed", default="", help="What variants are drawn by.  [default: the course's]"),
        click.option(
            "--variants",
            type=click.IntRange(0, 1000),
            default=0,
            help="So many variants of each problem that varies.  [default: the numbers of the spec]",
        ),
        click.argument("problems", type=terminal.FOLDER, required=False),
    ):
        function = option(function)
    return function


@command.command("moodle")
@item_options
def moodle(problems: Path | None, variants: int, seed: str, out: Path) -> None:
    """Write PROBLEMS, a folder of specs or one spec, as questions for Moodle: OUT/moodle.xml.

    Without variants OUT/moodle.mapping.yaml says how `grader grade` reads the responses of such a quiz back.

    What Moodle cannot mark (formulas, derivations) is left out and named. The exit status is then 1 if PROBLEMS is
    one spec, which was wanted whole, and 0 if it is a folder.

    \b
    Example:
        grader export moodle problems/ --variants 10 --seed 42 --out out/
    """
    from grader.export.moodle import responses_mapping, to_moodle

    def write(items: list[Item], title: str) -> tuple[bytes, list[LeftOut]]:
        text, errors = to_moodle(items, title)
        if not variants and len(items) > len(errors):
            write_once(out / "moodle.mapping.yaml", responses_mapping(items).encode())
        return text.encode(), errors

    write_items(problems, variants, seed, out / "moodle.xml", write)


def write_once(path: Path, data: bytes) -> None:
    """Write a file that its reader changes; one that has been changed is left as it is, and that is said."""
    from grader.document import make_folder, read_text, write_bytes

    if not path.exists():
        write_bytes(make_folder(path.parent) / path.name, data)
    elif read_text(path) != data.decode():
        click.echo(f"{path} is another and left as it is; remove it for a new one.", err=True)


def write_items(
    problems: Path | None, variants: int, seed: str, path: Path, write: Callable[..., tuple[bytes, list[LeftOut]]]
) -> None:
    """Write the questions of problems to a file; `write` takes them and the course's title."""
    from grader.errors import GraderError
    from grader.export.items import every, gathered
    from grader.problem import load_folder
    from grader.sheets import seed_of

    folder = terminal.problems_folder(problems)
    known, errors = load_folder(folder)
    try:
        seed = seed_of(known.values(), seed) if variants else seed
        items, told = gathered(terminal.progress(every(known, variants, seed), "Writing questions"))
        title = next((problem.course.title for problem in known.values() if problem.course.title), "Exercises")
        data, more = write(items, title)
        errors += told
        errors.extend(more)
        save(path, data, len(items) - len(more))
    except GraderError as error:
        errors.append(error)
    finish(errors, named=folder.is_file())


def save(path: Path, data: bytes, count: int) -> None:
    """Write a file of so many questions. Raises `SpecError` where there are none, which no platform imports."""
    from grader.document import make_folder, write_bytes
    from grader.errors import Place, SpecError

    if not count:
        raise SpecError("there is no question to write", Place(str(path)), "the file is left as it was")
    make_folder(path.parent)
    write_bytes(path, data)
    click.echo(f"{count} question{'s' * (count != 1)} in {path}.")


def finish(errors: Sequence[GraderError], named: bool) -> None:
    """Tell what is wrong and what was left out, and leave: 1 where something is wrong.

    That a format has no room for all of a folder is ordinary; 1 only where the one problem `named` is not whole.
    """
    from grader.export.items import LeftOut

    left_out = [error for error in errors if isinstance(error, LeftOut)]
    wrong = [error for error in errors if not isinstance(error, LeftOut)]
    for each in left_out:
        click.echo(f"{click.style('left out', fg='yellow')} {each}", err=True)
    terminal.tell(wrong)
    terminal.finish(left_out if named and not wrong else wrong)


@command.command("qti")
@item_options
def qti(problems: Path | None, variants: int, seed: str, out: Path) -> None:
    """Write PROBLEMS, a folder of specs or one spec, as a package of QTI 2.1 items: OUT/qti.zip.

    What platforms cannot mark (formulas, derivations) is left out and named. The exit status is then 1 if PROBLEMS is
    one spec, which was wanted whole, and 0 if it is a folder.

    \b
    Example:
        grader export qti problems/ --out out/
    """
    from grader.export.qti import to_qti

    write_items(problems, variants, seed, out / "qti.zip", lambda items, title: (to_qti(items), []))
