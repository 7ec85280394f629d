"""`review.csv`: what a person needs is there, what they write counts, and nothing of it is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import spreadsheet
from grader.export.review import COLUMNS
from grader.intake.reviewed import read_reviewed
from grader.spreadsheet import replacing_text
from tests.run.folder import SHEETS, fill_in, grade, hand_in, marks, points, table, write_rows


def decide_all(earned: str, comment: str = "") -> None:
    def decide(row: dict[str, str]) -> None:
        row["earned"], row["comment"] = earned, comment

    fill_in(decide)


def test_what_a_person_needs_is_there(course: Path) -> None:
    """The answer in full, the rubric, what it is worth; for an answer that cannot be read, why."""
    grade()
    ann, unread, bob = table("review.csv")
    assert tuple(ann) == COLUMNS
    assert (ann["student"], ann["problem"], ann["part"], ann["verdict"], ann["points"]) == (
        "ann", "words", "text", "review", "4",
    )  # fmt: skip
    assert ann["answer"] == "It must\ngeneralise, λ"
    assert ann["rubric"] == "Old data can be learnt by heart.\nNew data show whether it generalises."
    assert (unread["part"], unread["verdict"], unread["expected"]) == ("yhat_2", "unreadable", "1.172")
    assert "cannot be read" in unread["message"]
    assert bob["answer"] == "'=HYPERLINK(0)"  # no spreadsheet runs it
    assert all(row["earned"] == row["comment"] == "" for row in (ann, unread, bob))


EARNED = [
    ("4", "correct", 1.0), ("0", "wrong", 0.0), ("2.5", "incomplete", 0.625), ("2,5", "incomplete", 0.625),
    ("50%", "incomplete", 0.5), ("3/4", "incomplete", 0.75), (" 4 ", "correct", 1.0), (".5", "incomplete", 0.125),
    ("100 %", "correct", 1.0), ("1.", "incomplete", 0.25),
]  # fmt: skip


@pytest.mark.parametrize(("earned", "verdict", "credit"), EARNED)
def test_what_earned_may_say(course: Path, earned: str, verdict: str, credit: float) -> None:
    """Points, with a point or a comma, or a share of them."""
    hand_in("bob", {})
    grade()
    decide_all(earned)
    assert grade().exit_code == 0
    mark = marks()["ann", "text"]
    assert (mark["verdict"], mark["credit"]) == (verdict, credit)
    assert table("review.csv")[0]["earned"] == earned


@pytest.mark.parametrize(
    "earned", ["5", "-1", "two", "1/0", "101%", "5/4", "1 2", "NaN", "1e1", "=1", "2-Jan", "9" * 400]
)
def test_what_earned_may_not_say(course: Path, earned: str) -> None:
    """One message with the line; the row stays as typed and goes on waiting, the others count."""
    grade()
    ann, unread, bob = table("review.csv")
    unread["earned"], ann["earned"] = earned, "1"
    write_rows([ann, unread, bob])
    result = grade()
    shown = earned[:40]
    assert result.stderr == (
        f"cannot use out/review.csv:5: expected points from 0 to 1, got '{shown}'; "
        "write them as 1.5, or as a share: 50% or 1/2\n"
    )
    assert result.exit_code == 1
    assert marks()["ann", "text"]["credit"] == 0.25
    assert table("review.csv")[1]["earned"].removeprefix("'") == earned
    assert "2 answers wait" in result.stdout


def test_an_answer_that_changed_is_decided_again(course: Path) -> None:
    """A decision holds for the answer it was made for; it is kept in the comment."""
    grade()
    decide_all("1", "Good.")
    assert grade().exit_code == 0
    hand_in("ann", SHEETS["ann"] | {"words": {"text": "Another thing."}})
    result = grade()
    assert result.stderr == (
        "cannot use out/review.csv:2: the answer of 'ann' to words.text has changed since; decide again\n"
    )
    assert marks()["ann", "text"]["verdict"] == "review"
    row = table("review.csv")[0]
    assert (row["earned"], row["answer"]) == ("", "Another thing.")
    assert row["comment"] == "Good. [Decided before: 1, for the answer 'It must generalise, λ']"
    (change,) = table("changes.csv")
    assert change["why"].startswith("the answer changed: It must generalise, λ → Another thing.")
    again = grade()
    assert (again.stderr, again.exit_code) == ("", 0)
    assert table("review.csv")[0] == row
    decide_all("2", row["comment"])
    grade()
    assert (marks()["ann", "text"]["credit"], marks()["ann", "text"]["message"]) == (0.5, "Good.")
    assert table("review.csv")[0]["comment"] == row["comment"]


def test_a_person_overrules_any_mark(course: Path) -> None:
    """A row added by hand counts for a mark that nobody asked about, and is filled in for the next time."""
    grade()
    rows = table("review.csv")
    blank = dict.fromkeys(COLUMNS, "")
    added = blank | {"student": "eve", "problem": "line", "part": "w_1", "earned": "0.5", "comment": "On paper."}
    write_rows([*rows, added])
    assert grade().exit_code == 0
    assert marks()["eve", "w_1"] | {"message": "On paper.", "credit": 0.25} == marks()["eve", "w_1"]
    assert points()["eve"] == "1.5"
    (row,) = [row for row in table("review.csv") if row["student"] == "eve"]
    assert (row["verdict"], row["points"], row["answer"]) == ("blank", "2", "")
    hand_in("eve", {"line": {"yhat_1": "0.6", "w_1": "0.524"}})
    assert "has changed since; decide again" in grade().stderr
    assert points()["eve"] == "3"


BAD_ROWS = [
    ({"student": "eva"}, "unknown student 'eva'; did you mean 'eve'?"),
    ({"problem": "lime"}, "unknown problem 'lime'; did you mean 'line'?"),
    ({"part": "w_2"}, "unknown part 'w_2'; did you mean 'w_1'?"),
]


@pytest.mark.parametrize(("wrong", "message"), BAD_ROWS)
def test_a_row_about_nothing(course: Path, wrong: dict[str, str], message: str) -> None:
    """It is named with its line, kept as it is, and the others count."""
    grade()
    rows = table("review.csv")
    rows[0]["earned"] = "4"
    blank = dict.fromkeys(COLUMNS, "")
    added = blank | {"student": "eve", "problem": "line", "part": "w_1", "earned": "2"} | wrong
    write_rows([rows[0], added, *rows[1:]])
    result = grade()
    assert result.stderr == f"cannot use out/review.csv:5: {message}\n"
    assert points()["ann"] == "8"
    assert added in table("review.csv")


def test_a_mark_that_is_decided_twice(course: Path) -> None:
    """The first counts, the second is named; a row that nobody filled in gives way without a word."""
    grade()
    ann, unread, bob = table("review.csv")
    write_rows([ann, bob | {"earned": "1"}, ann | {"earned": "2"}, unread, bob | {"earned": "3"}])
    result = grade()
    assert result.stderr.startswith("cannot use out/review.csv:11: this answer is decided twice; the first is on line ")
    assert (marks()["bob", "text"]["credit"], marks()["ann", "text"]["credit"]) == (0.25, 0.5)
    assert [row["earned"] for row in table("review.csv")] == ["2", "", "1", "3"]


FILES = [
    (lambda text: text.encode("utf-8-sig"), ","),
    (lambda text: text.encode(), ","),
    (lambda text: text.encode("utf-8-sig"), ";"),
    (lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8-sig"), ";"),
    (lambda text: text.encode(), "\t"),
]


@pytest.mark.parametrize(("encode", "delimiter"), FILES)
def test_files_as_spreadsheets_write_them(course: Path, encode: object, delimiter: str) -> None:
    """With and without a byte order mark, commas and semicolons, CRLF also inside cells."""
    grade()
    rows = table("review.csv")
    write_rows([row | {"earned": "1,0"} for row in rows], delimiter)
    path = Path("out/review.csv")
    path.write_bytes(encode(path.read_bytes().decode()))  # type: ignore[operator]
    result = grade()
    assert (result.stderr, result.exit_code) == ("", 0)
    assert points() == {"ann": "5", "bob": "2", "eve": "1"}
    assert path.read_text("utf-8-sig").splitlines()[0] == delimiter.join(COLUMNS)


BAD_FILES = [
    (b"\xff\xfe\x00", "not a text file: byte 0xff at offset 0 is not UTF-8; save it as plain text in UTF-8"),
    (b"who,what\n1,2\n", "expected a column named student; mend the first line; the file is left as it is"),
    (b"student,problem,part,earned,earned\n", "the column 'earned' stands twice; rename one of the two"),
    (b'student,problem,part,earned\n"ann', "not CSV: unexpected end of data; mend it; it is left as it is"),
]


@pytest.mark.parametrize(("content", "message"), BAD_FILES)
def test_a_file_that_cannot_be_used(course: Path, content: bytes, message: str) -> None:
    """It is said so, the file is left as it is, and the cohort is marked."""
    Path("out").mkdir()
    path = Path("out/review.csv")
    path.write_bytes(content)
    result = grade()
    (told,) = result.stderr.splitlines()
    assert told.startswith("cannot use out/review.csv")
    assert told.endswith(message)
    assert path.read_bytes() == content
    assert points()["ann"] == "4"


def test_columns_and_cells_of_a_persons_own(course: Path) -> None:
    """A column that we do not know is kept, and so is a row with cells too many."""
    grade()
    rows = table("review.csv")
    write_rows([row | {"second reader": "Kim"} for row in rows])
    with Path("out/review.csv").open("a") as file:
        file.write("ann,words,text,review,4,,,,,,1,5,no quotes,more\n")
    result = grade()
    assert "more cells than columns; quote the cells that hold commas" in result.stderr
    assert [row["second reader"] for row in table("review.csv")] == ["Kim", "Kim", "Kim", "no quotes"]
    assert Path("out/review.csv").read_text("utf-8-sig").endswith("no quotes,more\n")


def test_decisions_on_students_who_are_not_here_are_kept(course: Path) -> None:
    """A run over some of the submissions keeps what was decided on the others."""
    grade()
    decide_all("1")
    grade()
    aside = Path("submissions/bob.json").read_text()
    Path("submissions/bob.json").unlink()
    assert grade().exit_code == 0
    assert {row["student"] for row in table("review.csv")} == {"ann", "bob"}
    Path("submissions/bob.json").write_text(aside)
    assert grade().exit_code == 0
    assert points()["bob"] == "2"


def test_a_file_saved_while_we_ran_is_left(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person saves between our reading and our writing is not written over."""
    from grader import run

    grade()
    path = Path("out/review.csv")
    finish = run.finish

    def meanwhile(*arguments: Any) -> None:
        path.write_text("saved meanwhile")
        finish(*arguments)

    monkeypatch.setattr(run, "finish", meanwhile)
    assert "was saved while this ran; it is left as it is; run grade again" in grade().stderr
    assert path.read_text() == "saved meanwhile"


def write_review(path: Path, extra: list[str], rows: list[list[str]], delimiter: str = ",") -> None:
    """A table as a run writes it."""
    with replacing_text(path, "utf-8-sig") as file:
        spreadsheet.write_rows(file, [(*COLUMNS, *extra), *rows], delimiter)


TEXT = st.text(max_size=40) | st.sampled_from(["=1", "'=1", "''-", "@", "\ta", "\r\nb", '"', ";", "\ufeff", "\0", " "])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(st.lists(TEXT, min_size=13, max_size=13).filter(any), max_size=4), delimiter=st.sampled_from(",;\t")
)
def test_what_is_written_is_read(tmp_path: Path, rows: list[list[str]], delimiter: str) -> None:
    """Every cell comes back to the letter, whatever is in it."""
    path = tmp_path / "review.csv"
    write_review(path, ["mine"], rows, delimiter)
    found = read_reviewed(path)
    assert [[row.cells[column] for column in (*COLUMNS, "mine")] for row in found.rows] == rows
    assert (found.extra, found.delimiter) == (("mine",), delimiter)


@given(cell=TEXT)
def test_no_cell_is_run(cell: str) -> None:
    """No cell starts as a formula does, and every one is read back."""
    from grader.spreadsheet import defused, restored

    assert defused(cell)[:1] not in set("=+-@\t\r\n") or cell == ""
    assert restored(defused(cell)) == cell
