"""Tables as Excel and course systems write them: the same answers, whatever the encoding and the separator."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import GraderError
from grader.intake import Submission, read

ROWS = [["student", "line.w_1", "line.same"], ["Zoë", "0,600", 'a; b, "c"\nd'], ["s002", "−1", ""]]
ANSWERS = {"Zoë": {"line": {"w_1": "0,600", "same": 'a; b, "c"\nd'}}, "s002": {"line": {"w_1": "-1"}}}


def found(path: Path, mapping: Path | None = None) -> tuple[dict[str, object], list[str]]:
    """The answers by student, and the messages."""
    items = list(read(path, mapping))
    errors = [str(item).replace(f"{path.parent}/", "") for item in items if isinstance(item, GraderError)]
    return {item.student: item.answers for item in items if isinstance(item, Submission)}, errors


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in ',;\t"\n\r') else cell


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("head", ["", "sep="])
def test_dialects(tmp_path: Path, encoding: str, delimiter: str, newline: str, head: str) -> None:
    """What Excel may make of a table says the same."""
    rows = [[cell.replace("−", "-") for cell in row] for row in ROWS]
    text = f"{head}{delimiter}{newline}" if head else ""
    text += "".join(delimiter.join(map(quoted, row)) + newline for row in rows)
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    assert found(tmp_path / "a.csv") == (ANSWERS, [])


SPREADSHEETS = Path(__file__).parent / "spreadsheets"
"""One table, as LibreOffice 7.4 saved it in several ways; cp1252 has no λ."""


@pytest.mark.parametrize(
    ("name", "letter"), [("comma-cp1252", "l"), ("semicolon-utf8", "λ"), ("semicolon-utf16", "λ"), ("tab-utf16", "λ")]
)
def test_as_libreoffice_saves_them(name: str, letter: str) -> None:
    """Decimal commas, quotes and line breaks in cells, with no byte order mark in UTF-8."""
    said = {"sgd-line": {"yhat_1": "0,6", "w_5": "1,2737"}, "softmax": {"same": 'a; b, "c"'}}
    more = {"sgd-line": {"yhat_1": "-1", "w_5": "0,5"}, "softmax": {"same": f"{letter} = 1\nb = 2"}}
    assert found(SPREADSHEETS / f"{name}.csv") == ({"Zoë": said, "s002": more}, [])


def test_utf_16_the_other_way_round(tmp_path: Path) -> None:
    text = "student\tline.w_1\r\nZoë\t1\r\n"
    (tmp_path / "a.csv").write_bytes(codecs.BOM_UTF16_BE + text.encode("utf-16-be"))
    assert found(tmp_path / "a.csv") == ({"Zoë": {"line": {"w_1": "1"}}}, [])


@pytest.mark.parametrize(
    ("content", "students", "message"),
    [
        (b's1,1\ns2,"1\ns3,3\ns4,4\n', ["s1", "s3", "s4"], "a.csv:3: not CSV: a quote is not closed"),
        (b's1,1\ns2,"1"x\ns3,3\n', ["s1", "s3"], "a.csv:3: not CSV: ',' expected after '\"'"),
        (b's1,1\ns2,"a\nb"x\ns3,3\n', ["s1", "s3"], "a.csv:3: not CSV"),
        (b"s1,1,2\ns2,2,\n", ["s2"], "a.csv:2: more cells than columns"),
        (b" ,1\ns2,2\n,,\n", ["s2"], "a.csv:2: no student is named"),
        (b"s1," + b"1" * 200_000 + b"\ns2,2\n", ["s2"], "a.csv:2: not CSV: a cell is too long"),
    ],
)
def test_a_broken_row_is_named_and_the_others_are_read(
    tmp_path: Path, content: bytes, students: list[str], message: str
) -> None:
    (tmp_path / "a.csv").write_bytes(b"student,line.w_1\n" + content)
    answers, errors = found(tmp_path / "a.csv")
    assert list(answers) == students
    assert errors[0].startswith(message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b" \r\n\r\n", "the file is empty"),
        (b"student,line.w_1\ns1,\x00", "not a table: it holds zero bytes"),
        (b"student,line.w_1\ns1,\x81", "not a text file"),
        (codecs.BOM_UTF16_LE + b"s\x00\x00\xd8a\x00", "not a text file"),
        (b"student,line.w_1,line.w_1\ns1,1,2", "a.csv:1: the column 'line.w_1' stands twice"),
        (
            b"student,mark\ns1,1",
            "a.csv:1: the column 'mark' names no step; expected problem.step; write a mapping.yaml",
        ),
        (b"Email,Q1\ns1,1", "a.csv:1: expected a column named student; write a mapping.yaml"),
    ],
)
def test_no_table(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    answers, (error,) = found(tmp_path / "a.csv")
    assert not answers
    assert message in error


def test_many_stray_quotes_end(tmp_path: Path) -> None:
    """Every second row opens a quote inside a cell: what is lost with them is said, and reading ends soon."""
    lines = "".join(f's{k},"{k}\ns{k}b,"x"y\n' for k in range(2_000))
    (tmp_path / "a.csv").write_text("student,line.w_1\n" + lines + "end,1\n")
    _, errors = found(tmp_path / "a.csv")
    assert len(errors) >= 100
    assert "are lost with it" in errors[-1]


@given(st.binary(max_size=200))
def test_any_bytes_are_answered(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a.csv"
    path.write_bytes(b"student,line.w_1\n" + content)
    assert all(isinstance(item, Submission | GraderError) for item in read(path))
