"""Questions in words: what is read as right, what the worksheet must not show, and what a person has to read."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.checks import check
from grader.document import from_python
from grader.errors import SpecError
from grader.marking import Sheet, mark
from grader.marking.marks import Marks
from grader.problem import Problem, load, read_problem
from grader.render import feedback, pages

CHOICE: dict[str, Any] = {"text": "Which?", "options": ["one", "two", "three", "four"], "right": ["a", "c"]}
MATCH: dict[str, Any] = {
    "left": ["Sobel", "Laplacian"], "right": ["slopes", "bends", "blur"],
    "pairs": {"Sobel": "slopes", "Laplacian": "bends"},
}  # fmt: skip
ESSAY: dict[str, Any] = {"text": "Why?", "rubric": ["It says this.", "It says that."]}


def problem(family: str, **given: Any) -> Problem:
    return read_problem(from_python({"family": family, "given": given}), "question")


def refusal(family: str, **given: Any) -> str:
    with pytest.raises(SpecError) as caught:
        problem(family, **given)
    return str(caught.value)


def marked(problem: Problem, answer: Any) -> Marks:
    (step,) = problem.solution
    (marks,) = mark(problem, [Sheet("s", {step: from_python(answer)})])
    return marks


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("a, c", "correct"), ("c a", "correct"), (["c", "a"], "correct"), ("A;C", "correct"), ("(a) (c)", "correct"),
        ("a, a, c", "correct"), ("a", "wrong"), ("a, b, c", "wrong"), ("b", "wrong"), ("", "blank"),
        ("e", "unreadable"), ("ac", "unreadable"), ("1", "unreadable"), ({"a": "c"}, "unreadable"),
    ],
)  # fmt: skip
def test_several_letters(answer: Any, verdict: str) -> None:
    """Where several options are right, an answer is right if it names exactly those, in any order and manner."""
    assert marked(problem("choice", **CHOICE), answer)["choice"].verdict == verdict


def test_one_letter() -> None:
    """Where one option is right, one letter is asked for, and two cannot be read."""
    one = problem("choice", **CHOICE | {"right": "b"})
    assert marked(one, "b")["choice"].verdict == "correct"
    assert marked(one, "a, b")["choice"].verdict == "unreadable"
    assert one.solution["choice"].sentence == "Give the letter of the right option."


def test_one_letter_among_several_that_may_be() -> None:
    """`several` keeps a student from knowing that only one option is right."""
    one = problem("choice", **CHOICE | {"right": "b", "several": True})
    assert marked(one, "a, b")["choice"].verdict == "wrong"
    assert one.solution["choice"].sentence == "Give the letters of all options that are right."


@given(st.integers(2, 26), st.data())
@settings(max_examples=200, deadline=None)
def test_every_choice_is_told_from_every_other(count: int, data: st.DataObject) -> None:
    """Any set of letters earns the points where it is the right set, and not elsewhere; both readings agree."""
    letters = st.sets(st.sampled_from("abcdefghijklmnopqrstuvwxyz"[:count]), min_size=1)
    right, answer = data.draw(letters), data.draw(letters)
    asked = problem("choice", text="Which?", options=list(map(str, range(count))), right=sorted(right), several=True)
    verdict = marked(asked, ", ".join(answer))["choice"].verdict
    assert (verdict == "correct") == (right == answer)
    assert asked.solution.agreement("choice") == 0
    assert asked.solution["choice"].exact == sum(2 ** (ord(letter) - ord("a")) for letter in right)


@pytest.mark.parametrize("format", ["md", "tex"])
def test_worksheet_shows_the_options_and_not_which_is_right(format: str) -> None:
    """Two choices that differ only in what is right, and why, have the same worksheet and different keys."""
    given = {"text": "Which?", "options": ["one", "two", "three"], "several": True}
    first, second = (problem("choice", **given, right=right, reason=f"So {right}.") for right in ("a", "b"))
    assert pages.worksheet(first, format) == pages.worksheet(second, format)
    assert "b) two" in pages.worksheet(first, format)
    assert "So a." in pages.key(first, format)
    assert pages.key(first, format).count("a) one") == 2
    assert pages.key(second, format).count("a) one") == 1


@pytest.mark.parametrize("format", ["md", "tex"])
def test_worksheet_does_not_show_the_pairs(format: str) -> None:
    """Two matchings that differ only in their pairs have the same worksheet and different keys."""
    first = problem("match", **MATCH)
    second = problem("match", **MATCH | {"pairs": {"Sobel": "blur", "Laplacian": "blur"}})
    assert pages.worksheet(first, format) == pages.worksheet(second, format)
    arrow = {"md": "→", "tex": r"$\to$"}[format]
    assert f"Sobel {arrow} slopes" in pages.key(first, format)
    assert f"Sobel {arrow} blur" in pages.key(second, format)


@pytest.mark.parametrize("format", ["md", "tex"])
def test_rubric_stands_on_the_key_alone(format: str) -> None:
    """Whoever marks reads the rubric; the student reads the question and has room to write."""
    essay = problem("essay", **ESSAY)
    assert "It says that." in pages.key(essay, format)
    assert "It says that." in pages.solution(essay)
    assert "It says" not in pages.worksheet(essay, format)
    assert "Why?" in pages.worksheet(essay, format)


@pytest.mark.parametrize(
    ("answer", "verdict", "credit"),
    [
        ({"Sobel": "slopes", "Laplacian": "bends"}, "correct", 1),
        ({"Laplacian": "bends", "Sobel": "slopes"}, "correct", 1),
        ("Sobel: slopes; Laplacian: bends", "correct", 1),
        ("Sobel -> slopes\nLaplacian → bends", "correct", 1),
        (["slopes", "bends"], "correct", 1),
        ({"Sobel": "slopes", "Laplacian": "blur"}, "wrong", 0.5),
        ({"Sobel": "slopes"}, "incomplete", 0.5),
        ({"Sobel": "bends", "Laplacian": "slopes"}, "wrong", 0),
        ({}, "blank", 0),
        ("", "blank", 0),
        ({"Sobl": "slopes"}, "unreadable", 0),
        ({"Sobel": "slope"}, "unreadable", 0),
        ({"Sobel": ["slopes"]}, "unreadable", 0),
    ],
)
def test_pairs(answer: Any, verdict: str, credit: float) -> None:
    """Each pair counts alike, in whatever order they are given; what is on neither side cannot be read."""
    the_mark = marked(problem("match", **MATCH), answer)["pairs"]
    assert (the_mark.verdict, the_mark.credit) == (verdict, credit)


def test_wrong_pairs_have_a_feedback_page() -> None:
    """A mapping that is partly wrong is shown as it was typed, with what belongs where."""
    match = problem("match", **MATCH)
    page = feedback.page("s", [feedback.SheetView(match, marked(match, {"Sobel": "bends", "Laplacian": "bends"}))])
    assert "Sobel: bends, Laplacian: bends" in page
    assert "is bends, the key has slopes" in page


@given(st.integers(1, 5), st.integers(1, 5), st.data())
@settings(max_examples=200, deadline=None)
def test_credit_is_the_share_of_right_pairs(rows: int, columns: int, data: st.DataObject) -> None:
    """Whatever the pairs, the credit is the share of them that an answer has, and both readings agree."""
    left, right = [f"L{k}" for k in range(rows)], [f"R{k}" for k in range(columns)]
    chosen = st.lists(st.sampled_from(right), min_size=rows, max_size=rows)
    key, answer = data.draw(chosen), data.draw(chosen)
    match = problem("match", left=left, right=right, pairs=dict(zip(left, key, strict=True)))
    share = sum(map(str.__eq__, key, answer)) / rows
    assert marked(match, dict(zip(left, answer, strict=True)))["pairs"].credit == pytest.approx(share)
    assert match.solution.agreement("pairs") == 0


@pytest.mark.parametrize("answer", ["Because.", "a\nb", ["one", "two"], {"a": "b"}, "<b>$x$</b> \\input{x}"])
def test_prose_is_left_for_a_person(answer: Any) -> None:
    """An essay earns nothing by guess and loses nothing: it waits."""
    the_mark = marked(problem("essay", **ESSAY), answer)["text"]
    assert (the_mark.verdict, the_mark.credit) == ("review", 0)
    assert marked(problem("essay", **ESSAY), "  ")["text"].verdict == "blank"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"right": "e"}, "given.right: expected a letter from a to d, got 'e'"),
        ({"right": ["a", "z"]}, "given.right: expected a letter from a to d, got 'z'"),
        ({"right": "1"}, "given.right: expected a letter from a to d, got '1'"),
        ({"right": []}, "given.right: expected a list, each entry a letter, got []"),
        ({"right": ""}, "given.right.1: expected a letter, got ''"),
        ({"options": ["one"]}, "given.options: expected 2 to 26 options, got 1"),
        ({"options": list(map(str, range(27)))}, "given.options: expected 2 to 26 options, got 27"),
        ({"options": ["one", "two", "one"]}, "given.options: 'one' stands twice"),
        ({"options": ["one", ["two"]]}, "given.options.2: expected a text, got ['two']"),
        ({"options": ["one", " "]}, "given.options.2: expected a text, got ' '"),
        ({"text": ""}, "given.text: expected a text, got ''"),
        ({"several": "maybe"}, "given.several: expected true or false, got 'maybe'"),
    ],
)
def test_choice_that_cannot_be_used(change: dict[str, Any], message: str) -> None:
    """What is wrong with a choice is told to its author, and where."""
    assert refusal("choice", **CHOICE | change) == message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pairs": {"Sobel": "slopes"}}, "expected a pair for each on the left; 'Laplacian' has none"),
        ({"pairs": MATCH["pairs"] | {"Laplace": "bends"}}, "'Laplace' is not on the left; did you mean 'Laplacian'?"),
        ({"pairs": MATCH["pairs"] | {"Sobel": "slope"}}, "'slope' is not on the right; did you mean 'slopes'?"),
        ({"pairs": ["slopes"]}, "expected a mapping of each on the left to one on the right, got ['slopes']"),
        ({"pairs": {"Sobel": ["slopes"]}}, "expected a mapping of each on the left to one on the right"),
        ({"left": ["Sobel", "Sobel"]}, "'Sobel' stands twice"),
        ({"right": ["slopes", "bends", "bends"]}, "'bends' stands twice"),
    ],
)
def test_match_that_cannot_be_used(change: dict[str, Any], message: str) -> None:
    """What is wrong with a matching is told to its author."""
    assert message in refusal("match", **MATCH | change)


@pytest.mark.parametrize("rubric", [[], [""], {"a": "b"}])
def test_essay_needs_a_rubric(rubric: Any) -> None:
    """An essay that nobody knows how to read is refused."""
    assert "given.rubric" in refusal("essay", text="Why?", rubric=rubric)


HOSTILE = [r"\input{/etc/passwd}", "<script>alert(1)</script>", "{{ 7*7 }}", "]]|`*_", "\\end{document}", "% comment"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_only_shown(text: str) -> None:
    """Words of a spec run nothing on any page: no LaTeX command, no HTML, no template."""
    choice = problem("choice", text=text, options=[text, "other"], right="a", reason=text)
    match = problem("match", left=[text], right=["other"], pairs={text: "other"})
    for asked, make, format in itertools.product((choice, match), (pages.key, pages.worksheet), ("md", "tex")):
        page = make(asked, format)
        assert "49" not in page
        assert "<script>" not in page
        assert r"\input" not in page.replace(r"\\input", "").replace(r"\inputenc", "")
        assert page.count(r"\end{document}") == (format == "tex")


SHIPPED = [
    ("exercise-2-report/padding-choice", "a, c"), ("exercise-2-report/which-filter", "a"),
    ("forward-and-backward/over-and-underfitting", "a, c"), ("forward-and-backward/descent-and-bias", "b, c, d"),
    ("class-notes/autoencoder-training", "a, c, e"), ("class-notes/autoencoder-uses", "b"),
    ("lesson-0/true-of-gradient-descent", "b, c, d, f"), ("lesson-0/true-of-vectors", "a, c, d, f"),
    ("lesson-0/zero-gradient", "c"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "right"), SHIPPED)
def test_shipped_choices(path: str, right: str) -> None:
    """What a careful person answers to the shipped questions is right by their keys, and every page comes out."""
    shipped = load(f"problems/{path}.yaml")
    assert marked(shipped, right)["choice"].verdict == "correct"
    assert check(shipped).errors == []


def test_the_reports_filters() -> None:
    """The exercise report has all three of its filters right, in its own order."""
    shipped = load("problems/exercise-2-report/filters-and-edges.yaml")
    both = "edges that run up and down and edges that run across"
    answer = [both, "quick changes of brightness whatever their direction", "edges that run up and down"]
    assert marked(shipped, answer)["pairs"].verdict == "correct"
