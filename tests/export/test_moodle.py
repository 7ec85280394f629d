"""Moodle XML: read by the rules of Moodle's own import (question/format/xml, question/type/multianswer)."""

from __future__ import annotations

import csv
import re
from fractions import Fraction
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from grader.cli import main
from grader.document import read_yaml
from grader.export.items import Blank, Choice, Essay, Item, Matching, blank, decimal, every, gathered, items, weights
from grader.export.marked import read_marks
from grader.export.moodle import fields, to_moodle
from grader.problem import Problem, load, load_folder, read_problem

ROOT = Path(__file__).parent.parent.parent
NUMBER = r"-?(?:(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?)"
BLANK = re.compile(rf"\{{([0-9]*):(NUMERICAL|MULTICHOICE):(=({NUMBER}):({NUMBER})|(?:\\.|[^}}\\])+)\}}")
"""A blank as Moodle finds it: weight, type, and the key with what it may be off (qtype_multianswer)."""
SHARES = {
    100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571, 12.5, 11.11111, 10,
    5, 0,
}  # fmt: skip
"""What question_bank::fraction_options knows."""
NEEDED = {
    "numerical": {"answer"},
    "cloze": set(),
    "multichoice": {"single", "shuffleanswers", "answernumbering", "answer"},
    "matching": {"shuffleanswers", "subquestion"},
    "essay": {"responseformat", "responserequired", "responsefieldlines", "graderinfo", "responsetemplate"},
}


@pytest.fixture(scope="module")
def shipped() -> dict[str, Problem]:
    return load_folder(ROOT / "problems")[0]


def questions(text: str) -> list[ET.Element]:
    """The questions of a file, each checked by what Moodle asks of its type."""
    quiz = ET.fromstring(text)
    assert quiz.tag == "quiz"
    assert quiz[0].get("type") == "category"
    found = [each for each in quiz if each.get("type") != "category"]
    for question in found:
        assert {"name", "questiontext", "idnumber", *NEEDED[str(question.get("type"))]} <= {
            each.tag for each in question
        }
        assert (question.findtext("name/text") or "").strip()
        check[str(question.get("type"))](question)
    ids = [question.findtext("idnumber") for question in found]
    assert len(set(ids)) == len(ids)
    return found


def check_numerical(question: ET.Element) -> None:
    assert re.fullmatch(NUMBER, question.findtext("answer/text") or "")
    assert float(question.findtext("answer/tolerance") or "-1") >= 0


def check_cloze(question: ET.Element) -> None:
    """Every brace with a number opens a blank that Moodle reads, whose weight counts."""
    text = question.findtext("questiontext/text") or ""
    found = list(BLANK.finditer(text))
    assert found
    assert len(found) == len(re.findall(r"\{[0-9]*:", text)) == text.count("{")
    for each in found:
        if each[2] == "NUMERICAL":
            assert each[4] is not None
            assert float(each[5]) >= 0
        else:
            assert each[3].count("=") == 1


def check_multichoice(question: ET.Element) -> None:
    shares = [float(answer.get("fraction") or "") for answer in question.iter("answer")]
    assert {abs(share) for share in shares} <= SHARES
    assert sum(share for share in shares if share > 0) == pytest.approx(100, abs=1e-4)
    assert question.findtext("single") in {"true", "false"}


def check_matching(question: ET.Element) -> None:
    """At least two questions and three answers, no markup in what is chosen from."""
    pairs = [(each.findtext("text") or "", each.findtext("answer/text") or "") for each in question.iter("subquestion")]
    assert sum(bool(left) for left, _ in pairs) >= 2
    assert len({right for _, right in pairs}) >= 3
    assert all(right for _, right in pairs)


def check_essay(question: ET.Element) -> None:
    assert question.findtext("responseformat") == "editor"
    assert "<li>" in (question.findtext("graderinfo/text") or "")


check = {
    "numerical": check_numerical, "cloze": check_cloze, "multichoice": check_multichoice, "matching": check_matching,
    "essay": check_essay,
}  # fmt: skip


def test_all_problems(shipped: dict[str, Problem]) -> None:
    """Every problem that ships is a question, or is named with what is left out of it."""
    found, errors = gathered(every(shipped, 0, ""))
    text, more = to_moodle(found, "Exercises")
    made = questions(text)
    assert len(made) == len(found) - len(more) > 70
    assert {str(each.get("type")) for each in made} == {*check} - {"numerical"}
    told = " ".join(map(str, errors + more))
    assert all(id in told for id in shipped if id not in {item.problem for item in found})
    for item in found:
        ET.fromstring(f"<div>{item.text}</div>")


def test_variants_differ(shipped: dict[str, Problem]) -> None:
    """Each variant has other numbers and a category of its problem's own, from which Moodle draws one."""
    varying = {id: problem for id, problem in shipped.items() if problem.varies}
    found, _ = gathered(every(varying, 4, "42"))
    text, _ = to_moodle(found, "Exercises")
    made = questions(text)
    categories = [each.findtext("category/text") for each in ET.fromstring(text) if each.get("type") == "category"]
    assert sorted(map(str, categories)) == sorted(f"$course$/top/Exercises/{id}" for id in varying)
    assert len(made) == 4 * len(varying)
    assert len({each.findtext("questiontext/text") for each in made}) == len(made)
    assert to_moodle(gathered(every(varying, 4, "42"))[0], "Exercises")[0] == text


@pytest.mark.parametrize(
    ("ask", "value", "allowed"),
    [
        ("1", 1.27363, 0.005),
        ("{within: 1%}", 1.27363, 0.0127363),
        ("{within: 0.05}", 1.27363, 0.05),
        ("{decimals: 3}", 1.27363, 0.0005),
        ("{digits: 2}", 1.27363, 0.05),
    ],
)
def test_how_far_off_a_number_may_be(ask: str, value: float, allowed: float) -> None:
    """What the part says, and else 0.1% or three digits, whichever allows more."""
    text = (ROOT / "problems" / "class-notes" / "sgd-line.yaml").read_text().partition("ask:")[0]
    problem = read_problem(read_yaml(f"{text}ask: {{w_5: {ask}}}"), "p")
    made = blank(problem.parts[0], problem.solution["w_5"])
    assert made.values == pytest.approx((value,), rel=1e-4)
    assert made.allowed == pytest.approx((allowed,), rel=1e-4)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e30, max_value=1e30))
def test_blanks_are_as_another_writer_of_cloze_questions_writes_them(value: float) -> None:
    """The package moocloze makes the same blank of a weight, a number and a tolerance, and of words."""
    moocloze = pytest.importorskip("moocloze")
    number = Blank("w", "", Fraction(1), (), (value,), (abs(value) / 1000,))
    key, off = decimal(value), decimal(abs(value) / 1000)
    assert fields(number, 3) == [str(moocloze.Numerical(key, off, show_tolerance=False, weight=3))]
    word = Blank("larger", "", Fraction(1), (), (1.0,), (0.0,), ("no", "yes"))
    assert fields(word, 2) == [str(moocloze.Multichoice("yes", ["no"], weight=2))]


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e30, max_value=1e30))
def test_numbers_are_plain(value: float) -> None:
    """No exponent, and the same number to twelve digits."""
    text = decimal(value)
    assert re.fullmatch(r"-?\d+(\.\d+)?", text)
    assert float(text) == pytest.approx(value, rel=1e-11, abs=0)


@given(st.lists(st.tuples(st.fractions(0, 9, max_denominator=8), st.integers(1, 12)), min_size=1, max_size=6))
def test_weights_stand_as_points_do(parts: list[tuple[Fraction, int]]) -> None:
    """The entries of a part share its points, in whole numbers."""
    blanks = [Blank("x", "", worth, (size,), (1.0,) * size, (0.0,) * size) for worth, size in parts]
    made = weights(blanks)
    whole, points = sum(w * size for w, (_, size) in zip(made, parts, strict=True)), sum(worth for worth, _ in parts)
    for weight, (worth, size) in zip(made, parts, strict=True):
        assert isinstance(weight, int)
        assert weight * size * points == worth * whole


HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_any_text_is_text(title: str, text: str, word: str) -> None:
    """No text of anybody's opens an element, a CDATA section or a blank."""
    kinds = [Choice((word, "x"), (0,), False, text), Matching((text, "b"), (word, "2", "3"), (0, 1)), Essay((text,))]
    made, _ = to_moodle((Item(f"i{k}", title, "p", text, Fraction(1), each) for k, each in enumerate(kinds)), title)
    found = [each for each in ET.fromstring(made) if each.get("type") != "category"]
    assert [each.get("type") for each in found] == ["multichoice", "matching", "essay"]


def test_an_author_cannot_open_a_blank() -> None:
    """A brace in a statement stays a brace."""
    spec = (ROOT / "problems" / "class-notes" / "sgd-line.yaml").read_text()
    spec = spec.replace("statement: >", "statement: >\n  Take {1:SHORTANSWER:=x} and ]]> and <b>.\n")
    problem = read_problem(read_yaml(spec), "p")
    found, _ = gathered(items(problem))
    (question,) = questions(to_moodle(found, "x")[0])
    text = question.findtext("questiontext/text") or ""
    assert "{1:SHORTANSWER" not in text
    assert "Take {1:SHORTANSWER:=x} and ]]> and <b>." in unescape(text.replace("&amp;", "&"))


def test_one_number_is_a_numerical_question() -> None:
    problem = load(ROOT / "problems" / "lesson-0" / "mean-squared-error.yaml")
    spec = Path(problem.path).read_text().partition("ask:")[0]
    found, _ = gathered(items(read_problem(read_yaml(f"{spec}ask: {{mse: 2}}"), "mse")))
    (question,) = questions(to_moodle(found, "x")[0])
    assert question.get("type") == "numerical"
    assert question.findtext("defaultgrade") == "2"


def test_the_command(tmp_path: Path) -> None:
    """What does not fit is named, and the rest is written."""
    result = CliRunner().invoke(main, ["export", "moodle", str(ROOT / "problems/lesson-0"), "--out", str(tmp_path)])
    assert result.exit_code == 0
    assert "saddle-point.yaml: df_dx and df_dy of saddle-point; no platform marks formulas" in result.stderr
    assert all(line.startswith("left out ") for line in result.stderr.splitlines())
    assert len(questions((tmp_path / "moodle.xml").read_text())) > 20


SADDLE = ROOT / "problems" / "lesson-0" / "saddle-point.yaml"
WHOLE = ROOT / "problems" / "class-notes" / "sgd-line.yaml"


@pytest.mark.parametrize("format", ["moodle", "qti"])
@pytest.mark.parametrize(
    ("specs", "named", "status", "said"),
    [
        ([SADDLE, WHOLE], False, 0, "left out"),
        ([WHOLE], False, 0, ""),
        ([WHOLE], True, 0, ""),
        ([SADDLE], True, 1, "left out"),
        (["family: sgd\n", WHOLE], False, 1, "cannot use"),
        (["family: sgd\n"], False, 1, "no question to write"),
    ],
)
def test_when_the_status_is_1(
    tmp_path: Path, format: str, specs: list[Path | str], named: bool, status: int, said: str
) -> None:
    """For a broken spec, for nothing to write, and for one named spec that is not whole; not for an ordinary folder."""
    folder = tmp_path / "specs"
    folder.mkdir()
    for k, spec in enumerate(specs):
        name = f"p{k}.yaml" if isinstance(spec, str) else spec.name
        (folder / name).write_text(spec if isinstance(spec, str) else spec.read_text())
    asked = folder / name if named else folder
    result = CliRunner().invoke(main, ["export", format, str(asked), "--out", str(tmp_path / "out")])
    assert result.exit_code == status, result.output
    assert said in result.stderr
    assert bool(result.stderr) == bool(said)
    assert any((tmp_path / "out").glob("*")) == ("no question" not in said)


def test_what_a_quiz_hands_back_is_read(tmp_path: Path) -> None:
    """The key's answers to every blank of the file, as Moodle lists them, earn all their points."""
    call = ["export", "moodle", str(ROOT / "problems"), "--out", str(tmp_path)]
    assert CliRunner().invoke(main, call).exit_code == 0
    made = questions((tmp_path / "moodle.xml").read_text())
    said = [responses(question) for question in made]
    with (tmp_path / "quiz.csv").open("w", newline="", encoding="utf-8") as file:
        head = ["Email address", *(f"Response {k}" for k in range(1, len(made) + 1))]
        csv.writer(file).writerows([head, ["ann@example.org", *said], ["bob@example.org", *("-" for _ in said)]])
    mapping = ["--mapping", str(tmp_path / "moodle.mapping.yaml"), "--problems", str(ROOT / "problems")]
    result = CliRunner().invoke(main, ["grade", str(tmp_path / "quiz.csv"), *mapping, "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    marks = dict(read_marks(tmp_path / "out" / "marks.jsonl"))
    verdicts = [mark.verdict for mark in marks["ann@example.org"] if mark.answer]
    assert len(verdicts) > 300
    assert set(verdicts) == {"correct", "review"}
    assert {mark.verdict for mark in marks["bob@example.org"]} == {"blank"}


def test_a_mapping_that_somebody_changed_is_left_as_it_is(tmp_path: Path) -> None:
    """Its columns are those of a quiz; a second export says so and costs nobody their work."""
    call = ["export", "moodle", str(WHOLE), "--out", str(tmp_path)]
    assert [CliRunner().invoke(main, call).stderr for _ in range(2)] == ["", ""]
    changed = (tmp_path / "moodle.mapping.yaml").read_text().replace("Response 1,", "Response 7,")
    (tmp_path / "moodle.mapping.yaml").write_text(changed)
    result = CliRunner().invoke(main, call)
    assert result.exit_code == 0
    assert "left as it is" in result.stderr
    assert (tmp_path / "moodle.mapping.yaml").read_text() == changed


def responses(question: ET.Element) -> str:
    """What Moodle lists of a student who knows the key: `summarise_response` of its type of question."""
    kind = question.get("type")
    if kind == "cloze":
        found = BLANK.finditer(question.findtext("questiontext/text") or "")
        said = [each[4] or next(word[1:] for word in each[3].split("~") if word[0] == "=") for each in found]
        return "; ".join(f"part {k}: {unescaped(text)}" for k, text in enumerate(said, start=1))
    return question.findtext("answer/text") or "" if kind == "numerical" else "Since it is so."


def unescaped(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word)


def test_variants_need_a_seed(tmp_path: Path) -> None:
    """Where neither the course nor the call names one."""
    spec = "{family: pool2d, given: {X: [[1, 2], [3, 4]], size: 2, mode: max}, vary: {mode: {choose: [max, avg]}}}"
    (tmp_path / "pool.yaml").write_text(spec)
    result = CliRunner().invoke(main, ["export", "moodle", str(tmp_path), "--variants", "2", "--out", str(tmp_path)])
    assert result.exit_code == 1
    assert "no seed says how" in result.stderr
