"""Sheets for a class, from the roster to the marks, as a teacher calls them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.checks import key_answers
from grader.cli import main
from grader.codes import code
from grader.problem import load_folder
from grader.render.form import md_form, yaml_form
from grader.sheets import Worksheet, for_roster
from grader.sheets.roster import Student

SHIPPED = Path(__file__).parent.parent.parent / "problems"
CHOSEN = ("class-notes/sgd-line", "class-notes/max-pooling", "exercise-2-report/softmax-numbers",
          "exercise-2-report/softmax-derivation", "exercise-2-report/filters-and-edges")  # fmt: skip
HINT = "copy student, seed and variant from the sheet; the first draw is marked"
NAMES = ["s001", "s002", "Zoë <b>", "=1+1", "../up"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with five problems, three of which vary, and a roster."""
    monkeypatch.chdir(tmp_path)
    Path("problems").mkdir()
    for name in CHOSEN:
        file = SHIPPED / f"{name}.yaml"
        Path("problems", file.name).write_text(file.read_text())
    Path("problems/course.yaml").write_text("title: A course\n")
    Path("roster.csv").write_text("student;group\r\n" + "".join(f"{name};1\r\n" for name in NAMES), "utf-8-sig")
    return tmp_path


def names_of(folder: str) -> set[str]:
    return {path.name for path in Path("out", folder).iterdir()}


@pytest.mark.parametrize(("format", "ending"), [("md", ".md"), ("tex", ".tex")])
def test_a_sheet_a_form_and_a_key_for_each_student(here: Path, format: str, ending: str) -> None:
    """Files are called by the students, pages carry the name and the code, and the key is theirs."""
    result = run("worksheet", "problems", "--roster", "roster.csv", "--seed", "42", "--format", format, "--key")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Wrote 5 sheets with answer forms to out/worksheets, out/forms, out/keys." in result.stdout
    plain = {"s001", "s002", "Zoë__b", "1_1", "up"}
    assert names_of("worksheets") == names_of("keys") == {name + ending for name in plain}
    assert names_of("forms") == {name + kind for name in plain for kind in (".yaml", ".md")}
    page = Path("out/worksheets", f"s001{ending}").read_text()
    assert "s001" in page
    assert code(42, "s001") in page
    assert "A course" in page
    assert "<b>" not in re.sub(r"\\<", "", Path("out/worksheets", f"Zoë__b{ending}").read_text())


def test_sheets_are_the_same_again_and_keys_are_theirs(here: Path) -> None:
    """Equal calls write equal bytes; a student's key alone is the one that was written beside the sheet."""
    for out in ("one", "two"):
        run("worksheet", "problems", "--roster", "roster.csv", "--seed", "42", "--key", "--out", out)
    files = [path.relative_to("one") for path in Path("one").rglob("*") if path.is_file()]
    assert len(files) == 20
    assert all(Path("one", file).read_bytes() == Path("two", file).read_bytes() for file in files)
    result = run("key", "problems", "--seed", "42", "--student", "s002", "--out", "own")
    assert (result.exit_code, result.stdout) == (0, "own/keys/s002.md\n")
    own, beside = Path("own/keys/s002.md").read_text(), Path("one/keys/s002.md").read_text()
    assert own.partition("---")[2] == beside.partition("---")[2]


def sheets() -> list[Worksheet]:
    problems = list(load_folder(Path("problems"))[0].values())
    return [sheet for sheet in for_roster(problems, map(Student, NAMES), "42") if isinstance(sheet, Worksheet)]


def verdicts(out: str = "out") -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in Path(out, "marks.jsonl").read_text().splitlines():
        mark = json.loads(line)
        found.setdefault(mark["student"], set()).add(mark["verdict"])
    return found


@pytest.mark.parametrize(("form", "ending"), [(yaml_form, "yaml"), (md_form, "md")])
def test_forms_come_back(here: Path, form: Callable[..., str], ending: str) -> None:
    """Filled in with each student's own key they earn everything; as they were handed out they are blank."""
    Path("filled").mkdir()
    for number, sheet in enumerate(sheets()):
        filled = {problem.id: key_answers(problem) for problem in sheet.problems}
        Path("filled", f"{number}.{ending}").write_text(form(sheet, filled))
    assert run("grade", "filled").exit_code == 0
    assert verdicts() == {name: {"correct"} for name in NAMES}
    run("worksheet", "problems", "--roster", "roster.csv", "--seed", "42")
    Path("blank").mkdir()
    for path in Path("out/forms").glob(f"*.{ending}"):
        Path("blank", path.name).write_bytes(path.read_bytes())
    assert run("grade", "blank", "--out", "again").exit_code == 0
    assert verdicts("again") == {name: {"blank"} for name in NAMES}


def test_forms_with_letters(here: Path) -> None:
    """Two students with form B are marked by the same numbers, which are not those of form A."""
    assert run("worksheet", "problems", "--variants", "2", "--seed", "42", "--key").exit_code == 0
    assert names_of("worksheets") == {"form-A.md", "form-B.md"}
    pooled = re.compile(r"### `pooled`.*?(\\begin\{bmatrix\}[^$]*)\$\$\n\n\*\*", re.DOTALL)
    assert pooled.findall(Path("out/keys/form-A.md").read_text()) != pooled.findall(
        Path("out/keys/form-B.md").read_text()
    )
    answer = {letter: shown(letter) for letter in "AB"}
    Path("s").mkdir()
    for student, letter, answers in (("x", "B", "B"), ("y", "b", "B"), ("z", "A", "B")):
        spec = f"student: {student}\nseed: 42\nvariant: {letter}\nanswers:\n  sgd-line:\n    w_1: {answer[answers]}\n"
        Path("s", f"{student}.yaml").write_text(spec)
    assert run("grade", "s", "--out", "marked").exit_code == 0
    marks = [json.loads(line) for line in Path("marked/marks.jsonl").read_text().splitlines()]
    assert [mark["verdict"] == "correct" for mark in marks if mark["part"] == "w_1"] == [True, True, False]


def shown(letter: str) -> str:
    """A form's w_1, as `show` prints it."""
    text = run("show", "sgd-line", "--problems", "problems", "--seed", "42", "--variant", letter).stdout
    return re.findall(r"w_1 = w .*[=≈] (\S+)\n", text)[0].replace("−", "-")


def test_a_code_of_somebody_else_is_told(here: Path) -> None:
    """A neighbour's code, a code without a seed, a wrong letter: one message with its line, and the rest is marked."""
    Path("s").mkdir()
    wrong = code(42, "s002")
    Path("s/a.yaml").write_text(f"student: s001\nseed: 42\nvariant: {wrong}\nanswers: {{sgd-line: {{w_1: 1}}}}\n")
    Path("s/b.yaml").write_text(f"student: s002\nvariant: {wrong}\nanswers: {{sgd-line: {{w_1: 1}}}}\n")
    Path("s/c.yaml").write_text("student: s003\nseed: 42\nvariant: [x]\nanswers: {sgd-line: {w_1: 1}}\n")
    result = run("grade", "s")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"cannot use s/a.yaml:3: variant: '{wrong}' is not a variant of student 's001' and seed '42'; {HINT}",
        f"cannot use s/b.yaml:2: variant: a variant says nothing without a seed; {HINT}",
        "cannot use s/c.yaml:3: variant: expected a code, or one for each problem; write it as it stands on the sheet",
    ]
    assert set(verdicts()) == {"s001", "s002"}


def test_a_table_may_have_a_column_variant(here: Path) -> None:
    Path("s.csv").write_text(f"student,seed,variant,sgd-line.w_1\ns001,42,{code(42, 's001')},{shown_to('s001')}\n")
    assert run("grade", "s.csv").exit_code == 0
    assert "correct" in verdicts()["s001"]


def shown_to(student: str) -> str:
    text = run("show", "sgd-line", "--problems", "problems", "--seed", "42", "--student", student).stdout
    return re.findall(r"w_1 = w .*[=≈] (\S+)\n", text)[0].replace("−", "-")


def test_another_code_is_marked_anew(here: Path) -> None:
    """A second run takes nothing from the store that was marked by other numbers."""
    Path("s.yaml").write_text("student: s001\nseed: 42\nvariant: A\nanswers: {sgd-line: {w_1: 1.5}}\n")
    run("grade", "s.yaml")
    Path("s.yaml").write_text("student: s001\nseed: 42\nvariant: B\nanswers: {sgd-line: {w_1: 1.5}}\n")
    assert "Nothing changed" not in run("grade", "s.yaml").stdout


def test_whose_number(here: Path) -> None:
    """Who holds both numbers stands first; what does not vary is everybody's; the table is written whole."""
    own = shown_to("Zoë <b>")
    result = run("whose", own, "0.5", "--roster", "roster.csv", "--seed", "42", "problems", "--out", "found/whose.csv")
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.search(rf"^  Zoë <b> +\d of 2  .*{re.escape(own)}: sgd-line w_1 = ", result.stdout, re.MULTILINE)
    with Path("found/whose.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert {"student": "Zoë <b>", "number": own, "problem": "sgd-line", "step": "w_1"}.items() <= next(
        row for row in rows if row["student"] == "Zoë <b>" and row["step"] == "w_1"
    ).items()


def test_numbers_may_be_negative(here: Path) -> None:
    result = run("whose", "-2.4", "--roster", "roster.csv", "--seed", "42")
    assert result.exit_code == 0
    assert "of 5 students' own keys" in result.stdout


@pytest.mark.parametrize(
    ("call", "said", "exit_code"),
    [
        (("worksheet", "--roster", "roster.csv"), "varies, and no seed says how; name one with --seed 42", 1),
        (("worksheet", "--roster", "none.csv", "--seed", "1"), "none.csv: cannot be opened", 1),
        (("worksheet", "--roster", "roster.csv", "--variants", "2"), "exclude each other", 2),
        (("worksheet", "--variants", "27", "--seed", "1"), "27 is not in the range 1<=x<=26", 2),
        (("worksheet", "--key"), "--key and --seed go with --roster or --variants", 2),
        (("key", "--seed", "1"), "say whose numbers with --student", 2),
        (("key", "--seed", "1", "--student", "s", "--variant", "9999"), "'9999' is not a variant of student 's'", 1),
        (("show", "sgd-line", "--student", "s"), "varies, and no seed says how", 1),
        (("whose", "x", "--roster", "roster.csv", "--seed", "1"), "'x' is not a number", 2),
        (("whose", "1e999999999999", "--roster", "roster.csv", "--seed", "1"), "is not a number", 2),
        (("whose", "--roster", "roster.csv"), "Missing argument", 2),
        (("whose", "0.5", "--roster", "none.csv", "--seed", "1"), "none.csv: cannot be opened", 1),
    ],
)
def test_calls_that_do_not_fit(here: Path, call: tuple[str, ...], said: str, exit_code: int) -> None:
    result = run(*call)
    assert result.exit_code == exit_code
    assert said in result.stderr
    assert not list(here.rglob("*.tmp"))


def test_a_course_has_its_seed(here: Path) -> None:
    """With a seed in course.yaml no command needs one, and forms carry it."""
    Path("problems/course.yaml").write_text("seed: 7\n")
    assert run("worksheet", "--roster", "roster.csv").exit_code == 0
    assert "seed: 7\n" in Path("out/forms/s001.yaml").read_text()
    assert code(7, "s001") in Path("out/worksheets/s001.md").read_text()
    assert run("show", "sgd-line", "--student", "s001").exit_code == 0
