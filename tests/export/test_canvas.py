"""Canvas gradebooks: what its importer expects, and that nobody's points go astray."""

from __future__ import annotations

import csv
import io
import re
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from grader.cli import main
from grader.errors import DocumentError, SpecError
from grader.export import canvas
from grader.export.marked import read_totals

BOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (11),Homework 3 (13),Homework 3 late (14),"
    "Assignments Current Score,Final Grade\n"
    ",,,,,Manual Posting,,,,\n"
    "    Points Possible,,,,,10,25,25,(read only),(read only)\n"
    '"Example, Ann",101,S1,s001,"Sec, 1",9,,,90,A\n'
    '"Sample, Bob",102,S2,s002,"Sec, 1",8,EX,,80,B\n'
    '"=HYPERLINK(1)",103,S3,s003,Sec 2,7,3,,70,C\n'
    '"Twin, Jo",104,S4,jo1,Sec 2,7,,,70,C\n'
    '"Twin, Jo",105,S5,jo2,Sec 2,7,,,70,C\n'
    '"Student, Test",106,,abc,Sec 2,,,,,\n'
)
POINTS = {"total": Fraction(47, 2), "out_of": Fraction(25), "sgd-line": Fraction(7)}


@pytest.fixture
def book(tmp_path: Path) -> canvas.Gradebook:
    (tmp_path / "book.csv").write_bytes(b"\xef\xbb\xbf" + BOOK.encode())
    return canvas.read_gradebook(tmp_path / "book.csv")


def imported(data: bytes) -> dict[str, dict[str, str]]:
    """What Canvas's importer (lib/gradebook_importer.rb) takes from a file: by ID, the grade by assignment number.

    The header must hold Student and ID; it counts the columns up to SIS Login ID and expects Section behind; a row
    with `Points Possible` in its first cell, or one of blanks, is no student.
    """
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    header = rows[0]
    assert len(header) > 3
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert (header[2:5], len(header)) >= (["SIS User ID", "SIS Login ID", "Section"], 6)
    numbers = [re.fullmatch(r"(.*)\s\((\d+)\)", title) for title in header[5:]]
    assert all(numbers), "a title without a number makes a new column"
    students = [row for row in rows[1:] if "Points Possible" not in row[0] and any(row[:5])]
    return {row[1]: {n[2]: cell for n, cell in zip(numbers, row[5:], strict=True) if n} for row in students}


def test_points_go_to_their_rows(book: canvas.Gradebook) -> None:
    """By login, by number, by name either way round; the others keep what stood there."""
    totals = {"S001": POINTS, "102": POINTS, "=hyperlink(1)": POINTS}
    table, errors = canvas.filled(book, totals, {canvas.chosen(book, "Homework 3"): "total"})
    grades = imported(canvas.to_csv(table))
    assert errors == []
    assert grades == {
        "101": {"13": "23.5"}, "102": {"13": "23.5"}, "103": {"13": "23.5"},
        "104": {"13": ""}, "105": {"13": ""}, "106": {"13": ""},
    }  # fmt: skip


@pytest.mark.parametrize("name", ["Example, Ann", "Ann Example", "ann  example", "S1", "101"])
def test_a_student_is_found_by(book: canvas.Gradebook, name: str) -> None:
    assert canvas.matched(book, [name]) == ({0: name}, [])


@pytest.mark.parametrize(
    ("students", "said"),
    [
        (["nobody"], "'nobody' is in no row"),
        (["Jo Twin"], "'Jo Twin' fits several rows"),
        (["s001", "Ann Example"], "'Ann Example' is also 's001'"),
    ],
)
def test_who_does_not_match_is_named(book: canvas.Gradebook, students: list[str], said: str) -> None:
    """And nobody else gets their points."""
    found, errors = canvas.matched(book, students)
    assert len(found) == len(students) - 1
    assert len(errors) == 1
    assert said in str(errors[0])


def test_points_possible_and_posting_stay(book: canvas.Gradebook) -> None:
    """Canvas takes what the row of possible points says for the assignment's; other columns stay at home."""
    table, _ = canvas.filled(book, {}, {canvas.chosen(book, "13"): "total", canvas.chosen(book, "Homework 1"): "p"})
    rows = list(csv.reader(io.StringIO(canvas.to_csv(table).decode("utf-8-sig"), newline="")))
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Homework 3 (13)", "Homework 1 (11)"]
    assert rows[1] == ["", "", "", "", "", "", "Manual Posting"]
    assert rows[2] == ["    Points Possible", "", "", "", "", "25", "10"]
    assert rows[4][5:] == ["EX", "8"]


def test_nobody_changes_what_assignments_are_out_of() -> None:
    """Canvas takes any row whose first cell says so for the row of possible points."""
    rows = (("Points Possible", "7", "", "", "x", ""), ("Ann", "8", "", "", "x", ""))
    book = canvas.Gradebook("b.csv", ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "A (1)"), (), rows)
    table, errors = canvas.filled(book, {"7": POINTS, "8": POINTS}, {"A (1)": "total"})
    assert imported(canvas.to_csv(table)) == {"8": {"1": "23.5"}}
    assert "left out" in str(errors[0])


def test_cells_are_defused(book: canvas.Gradebook) -> None:
    """A name that a spreadsheet would run gets an apostrophe; Canvas goes by the number beside it."""
    data = canvas.to_csv(canvas.filled(book, {}, {"Homework 3 (13)": "total"})[0])
    assert data.startswith(b"\xef\xbb\xbf")
    assert b"'=HYPERLINK(1)" in data


@pytest.mark.parametrize(
    ("wanted", "said"), [("Homework 4", "no assignment 'Homework 4'"), ("Final Grade", "no assignment")]
)
def test_an_assignment_must_be_there(book: canvas.Gradebook, wanted: str, said: str) -> None:
    """A new column is never made."""
    with pytest.raises(SpecError, match=said):
        canvas.chosen(book, wanted)


def test_two_assignments_of_a_name(tmp_path: Path) -> None:
    """The number says which."""
    (tmp_path / "b.csv").write_text("Student;ID;SIS Login ID;Section;A (1);A (2)\nAnn;1;s;x;;\n")
    book = canvas.read_gradebook(tmp_path / "b.csv")
    with pytest.raises(SpecError, match="several"):
        canvas.chosen(book, "A")
    assert canvas.chosen(book, "2") == canvas.chosen(book, "A (2)") == "A (2)"


@pytest.mark.parametrize("text", ["a,b\n", "Student,ID,A (1)\n", "Student,Name,Section\n", '"Student,ID\n', "\0"])
def test_what_is_no_gradebook_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "b.csv").write_text(text)
    with pytest.raises(DocumentError):
        canvas.read_gradebook(tmp_path / "b.csv")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1), min_size=1, unique=True))
def test_any_names_survive(names: list[str]) -> None:
    """Whatever students are called, each row is one row, with its number and its own points."""
    header = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "A (1)")
    rows = tuple((name, str(1000 + k), "", f"u{k}", "", "") for k, name in enumerate(names))
    book = canvas.Gradebook("b.csv", header, (), rows)
    totals = {f"u{k}": {**POINTS, "total": Fraction(k)} for k in range(len(names))}
    table, errors = canvas.filled(book, totals, {"A (1)": "total"})
    read = list(csv.reader(io.StringIO(canvas.to_csv(table).decode("utf-8-sig"), newline="")))
    assert errors == []
    assert [(row[1], row[5]) for row in read[1:]] == [(str(1000 + k), str(k)) for k in range(len(names))]
    assert not any(cell[:1] in set("=+@") for row in read for cell in row)


def test_the_command(tmp_path: Path) -> None:
    """A problem's points and the total into two assignments; a total out of other points is told."""
    (tmp_path / "book.csv").write_text(BOOK)
    (tmp_path / "marks.csv").write_text("student,total,out_of,sgd-line\ns001,23.5,32,7\n'=x,1,32,0\n")
    assert read_totals(tmp_path / "marks.csv")["=x"]["total"] == 1
    call = ["export", "canvas", str(tmp_path), "--gradebook", str(tmp_path / "book.csv")]
    result = CliRunner().invoke(main, [*call, "--assignment", "13", "--assignment", "sgd-line=Homework 1"])
    assert result.exit_code == 1
    assert "'=x' is in no row" in result.stderr
    assert "'Homework 3 (13)' is out of 25 on Canvas and out of 32 here" in result.stderr
    assert imported((tmp_path / "canvas.csv").read_bytes())["101"] == {"13": "23.5", "11": "7"}
