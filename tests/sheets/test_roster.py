"""Rosters: as spreadsheets save them."""

from pathlib import Path

import pytest

from grader.errors import DocumentError
from grader.sheets.roster import Student, read_roster


def roster(folder: Path, data: bytes | str) -> Path:
    path = folder / "roster.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize(
    "data",
    [
        "student,name\ns001,Ada\ns002,Bob\n",
        b"\xef\xbb\xbfstudent;name\r\ns001;Ada\r\ns002;Bob\r\n",
        "Student\tname\ns001\tAda\n\n\t\n s002 \tBob",
        'student,name\n"s001","Ada"\n"s002","Bob"\n',
        "name,student\nAda,s001\nBob,s002\n",
    ],
)
def test_tables_of_every_habit(tmp_path: Path, data: bytes | str) -> None:
    """Commas, semicolons and tabs; a byte order mark; carriage returns; quotes; blank rows; columns in any order."""
    students, errors = read_roster(roster(tmp_path, data))
    assert errors == []
    assert [(student.name, dict(student.more)) for student in students] == [
        ("s001", {"name": "Ada"}),
        ("s002", {"name": "Bob"}),
    ]


def test_rows_that_cannot_be_used_are_named_by_line(tmp_path: Path) -> None:
    """Duplicates, however their accents are made up, blanks and stray cells; the rest is used."""
    data = "student,name\ns1,A\n,B\n\ns1,C\nZoë,D\nZoe\u0308,E\ns2,F,G\ns3," + "x" * 300 + "\ns4\n"
    students, errors = read_roster(roster(tmp_path, data))
    assert [student.name for student in students] == ["s1", "Zoë", "s4"]
    assert [str(error).removeprefix(f"{tmp_path}/") for error in errors] == [
        "roster.csv:3: no student is named; fill in the column student",
        "roster.csv:5: the student 's1' stands twice; the first is on line 2; remove one of them",
        "roster.csv:7: the student 'Zoe\u0308' stands twice; the first is on line 6; remove one of them",
        "roster.csv:8: more cells than columns; quote the cells that hold commas",
        "roster.csv:9: a cell of 300 characters; shorten it to 200",
    ]


def test_a_line_is_where_a_row_starts(tmp_path: Path) -> None:
    students, _ = read_roster(roster(tmp_path, 'student,note\ns1,"two\nlines"\ns2,\n'))
    assert students == [Student("s1", {"note": "two\nlines"}, 2), Student("s2", {"note": ""}, 4)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "the file is empty"),
        ("name\nAda\n", ":1: expected a column named student"),
        ("studnet\ns1\n", "did you mean 'studnet'?"),
        ("student\n", "no student is named"),
        ('student\n"s1', "not CSV"),
        (b"student\n\xff\n", "not a text file"),
        (b"s\x00t\x00u\x00", "expected a column named student"),
    ],
)
def test_files_that_are_no_roster(tmp_path: Path, data: bytes | str, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_roster(roster(tmp_path, data))
    assert said in str(caught.value)
