"""Course systems' tables: columns by a mapping, in any language, and what is wrong with a mapping named by its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from grader.errors import GraderError
from grader.intake import Submission, read

MOODLE = """Nachname,Vorname,E-Mail-Adresse,Begonnen,Beendet,Antwort 1,"Antwort
 2"
A,Zoë,zoe@example.org,,"5. 3. 2026  18:15","0,600",-
A,Zoë,zoe@example.org,,"5. 3. 2026  17:15","0,700",1
Gesamt,,,,,,
"""
MOODLE_MAPPING = """student: E-Mail-Adresse
time: Beendet
time_format: "%d. %m. %Y %H:%M"
blank: "-"
answers:
  line: {w_1: Antwort 1, w_2: Antwort 2}
"""
CANVAS = """name,id,sis_id,section,submitted,attempt,101: What is w after one step?,1.0,102: And b?,1.0,n correct
Ann A.,7,s001,A,2026-03-05 18:15:23 UTC,1,0.6,1.0,0.1,0.0,1
Ann A.,7,s001,A,2026-03-05 18:20:00 UTC,2,0.5,1.0,0.2,0.0,1
"""
CANVAS_MAPPING = """student: sis_id
time: submitted
answers:
  line:
    w_1: "101:*"
    w_2: "#9"
"""
FORMS = """"Timestamp","Your name","Question","Question"
"2026/03/05 6:15:23 PM GMT+1","Ann A.","0.6","1"
"""
FORMS_MAPPING = """student: Your name
time: Timestamp
answers:
  line: {w_1: "#3", w_2: "#4"}
"""


def found(path: Path, mapping: Path | None = None) -> tuple[dict[str, object], list[str]]:
    items = list(read(path, mapping))
    folder = path if path.is_dir() else path.parent
    errors = [str(item).replace(f"{folder}/", "") for item in items if isinstance(item, GraderError)]
    return {item.student: item.answers for item in items if isinstance(item, Submission)}, errors


@pytest.mark.parametrize("beside", ["mapping.yaml", "quiz.mapping.yaml", None])
@pytest.mark.parametrize(
    ("table", "mapping", "answers", "told"),
    [
        (MOODLE, MOODLE_MAPPING, {"zoe@example.org": {"line": {"w_1": "0,600"}}},
         "quiz.csv:4: 'zoe@example.org' handed in again at 2026-03-05 18:15:00, with quiz.csv:3; the last is marked"),
        (CANVAS, CANVAS_MAPPING, {"s001": {"line": {"w_1": "0.5", "w_2": "0.2"}}},
         "quiz.csv:2: 's001' handed in again at 2026-03-05 18:20:00, with quiz.csv:3; the last is marked"),
        (FORMS, FORMS_MAPPING, {"Ann A.": {"line": {"w_1": "0.6", "w_2": "1"}}}, None),
    ],
)  # fmt: skip
def test_course_systems(
    tmp_path: Path, beside: str | None, table: str, mapping: str, answers: dict[str, object], told: str | None
) -> None:
    """A mapping beside the table, for it alone or for the folder, or named by the command."""
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "quiz.csv").write_text(table)
    named = folder / beside if beside else tmp_path / "elsewhere.yaml"
    named.write_text(mapping)
    assert found(folder, None if beside else named) == (answers, [told] if told else [])


def test_two_columns_are_one_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Last,First,Q\nA,Ann,1\n")
    (tmp_path / "mapping.yaml").write_text("student: [First, Last]\nanswers: {line: {w: Q}}\n")
    assert found(tmp_path) == ({"Ann A": {"line": {"w": "1"}}}, [])


@pytest.mark.parametrize("word", ["part {}: ", "Teil {}: ", "partie {} : ", "phần {}: ", "الجزء {}: ", "部分 {}："])
def test_blanks_of_one_question(tmp_path: Path, word: str) -> None:
    """As Moodle writes them into one cell, in its languages; an entry that was not filled in is blank."""
    said = "; ".join(word.format(k) + text for k, text in enumerate(["0,60", "1", "", "4", "a; b", "yes"], start=1))
    (tmp_path / "a.csv").write_text(f'S,Q\nann,"{said}"\nbob,-\n', encoding="utf-8")
    answers = "{line: {w: {column: Q, part: 1}, X: {column: Q, part: [[2, 3], [4, 9]]}, t: {column: Q, part: 5}}}"
    (tmp_path / "mapping.yaml").write_text(f"student: S\nblank: '-'\nanswers: {answers}\n")
    read_ = {"line": {"w": "0,60", "X": [["1", ""], ["4", ""]], "t": "a; b"}}
    assert found(tmp_path) == ({"ann": read_, "bob": {}}, [])


@pytest.mark.parametrize(
    ("stamps", "words", "form", "last"),
    [
        (["2026/03/29 1:30:00 AM MEZ", "2026/03/29 3:10:00 AM MESZ"], 'MEZ: "+01:00", MESZ: "+02:00"', "", "1"),
        (["2026/03/05 6:15:23 AM EST", "2026/03/05 12:15:23 PM EET"], 'EST: "-05:00", EET: "+02:00"', "", "0"),
        (["5. Mai 2026  18:15", "6. Feb. 2026  18:15"], "Mai: May, Feb: February", "%d. %B %Y %H:%M", "0"),
        (["05.03.2026 06:15 nachm.", "05.03.2026 07:15 vorm."], "nachm: PM, vorm: AM", "%d.%m.%Y %I:%M %p", "0"),
    ],
)
def test_times_in_other_languages(tmp_path: Path, stamps: list[str], words: str, form: str, last: str) -> None:
    """The last submission counts, whichever row it stands in and whatever zone."""
    (tmp_path / "a.csv").write_text("S,T,Q\n" + "".join(f"ann,{stamp},{k}\n" for k, stamp in enumerate(stamps)))
    mapping = f"student: S\ntime: T\ntime_format: '{form}'\ntime_words: {{{words}}}\nanswers: {{line: {{w: Q}}}}\n"
    (tmp_path / "mapping.yaml").write_text(mapping)
    answers, (error,) = found(tmp_path)
    assert answers == {"ann": {"line": {"w": last}}}
    assert "handed in again" in error


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ("student: Email\nanswers: {line: {w: Q1}}", "mapping.yaml:1: student: a.csv:1 has no column 'Email'; did you "
         "mean 'E-Mail'?"),
        ("student: E-Mail\nanswers:\n  line:\n    w: Q3", "mapping.yaml:4: answers.line.w: a.csv:1 has no column 'Q3'; "
         "known here: E-Mail, Q1, Q2, Q2"),
        ("student: E-Mail\nanswers: {line: {w: Q2}}", "mapping.yaml:2: answers.line.w: a.csv:1 has several columns "
         "'Q2'; write #3 and #4 for one"),
        ("student: E-Mail\nanswers: {line: {w: '#9'}}", "mapping.yaml:2: answers.line.w: a.csv:1 has no column 9; it "
         "has 4"),
        ("studnt: E-Mail\nanswers: {line: {w: Q1}}", "mapping.yaml:1: studnt: unknown key 'studnt'; did you mean "
         "'student'?"),
        ("student: E-Mail", "mapping.yaml: expected the key answers; see docs/submissions.md"),
        ("student: E-Mail\nanswers: {line: Q1}", "mapping.yaml:2: answers.line: expected a mapping of steps to "
         "columns; write them as w_1: Response 1"),
        ("student: E-Mail\nanswers: {line: {w: [Q1]}}",
         "mapping.yaml:2: answers.line.w: expected the name of a column; write Response 1, or {column: Response 1, "
         "part: 2}"),
        ("student: E-Mail\nanswers: {line: {w: {column: Q1, part: 0}}}", "mapping.yaml:2: answers.line.w.part: "
         "expected the number of a blank, or lists of them; the first is 1"),
        ("student: E-Mail\nanswers: {line: {w: {column: Q1, part: [1, x]}}}", "mapping.yaml:2: answers.line.w.part: "
         "expected the number of a blank, or lists of them; the first is 1"),
        ("student: E-Mail\nanswers: {line: {w: {column: Q1, prt: 1}}}", "mapping.yaml:2: answers.line.w: unknown key "
         "'prt'; did you mean 'part'?"),
        ("student: E-Mail\nanswers: {line: {w: {part: 1}}}", "mapping.yaml:2: answers.line.w: expected the name of a "
         "column; write Response 1, or {column: Response 1, part: 2}"),
        ("student: E-Mail\nanswers: {line: {w: Q1}}\ntime_words: [x]", "mapping.yaml:3: time_words: expected words "
         'with what they mean; write März: March or MEZ: "+01:00"'),
        ("student: {a: b}\nanswers: {line: {w: Q1}}", "mapping.yaml:1: student: expected a column, or a list of them"),
        ("- student", "mapping.yaml: expected a mapping with student and answers"),
        ("student: E-Mail\nanswers: {line: {w: Q1}}\ntime_format: [x]", "mapping.yaml:3: time_format: expected text"),
    ],
)  # fmt: skip
def test_mappings_that_cannot_be_used(tmp_path: Path, mapping: str, message: str) -> None:
    (tmp_path / "a.csv").write_text("E-Mail,Q1,Q2,Q2\nann,1,2,3\n")
    (tmp_path / "mapping.yaml").write_text(mapping)
    assert found(tmp_path) == ({}, [message])


def test_the_mappings_of_the_documentation_are_read(tmp_path: Path) -> None:
    """Each example mapping in docs/submissions.md reads the table that stands above it."""
    text = Path("docs/submissions.md").read_text(encoding="utf-8")
    pairs = re.findall(r"```csv\n(.*?)```.*?```yaml\n(.*?)```", text, re.DOTALL)
    assert len(pairs) == 4
    for number, (table, mapping) in enumerate(pairs):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "table.csv").write_text(table)
        (folder / "mapping.yaml").write_text(mapping)
        answers, errors = found(folder)
        assert len(answers) == 1
        assert all("the last is marked" in error for error in errors)
        assert [list(steps) for steps in answers.values()] == [list(yaml.safe_load(mapping)["answers"])]  # type: ignore[call-overload]
