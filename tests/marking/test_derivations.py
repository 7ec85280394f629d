"""Derivations line by line: the report's three, small ones of every kind, and what must not change a verdict."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader.course import Course
from grader.document import Entries, from_python, read_document
from grader.expression.domains import declared
from grader.kinds import Lines
from grader.marking import Sheet, mark
from grader.marking.answers import typed_lines
from grader.marking.derivations import MOST_LINES, judge_lines, judgement, judges
from grader.marking.said import Line
from grader.problem import Problem, load, read_problem

REPORT = Path("problems/exercise-2-report")


@cache
def shipped(id: str) -> Problem:
    return load(REPORT / f"{id}.yaml")


def kind_of(problem: Problem) -> Lines:
    kind = problem.solution["lines"].kind
    assert isinstance(kind, Lines)
    return kind


def typed(id: str) -> list[str]:
    report = read_document(Path("submissions/report.yaml"))
    assert isinstance(report, Entries)
    answers = report["answers"]
    assert isinstance(answers, Entries)
    return typed_lines(answers[id])


def derivation(
    symbols: dict[str, str],
    definitions: Sequence[str],
    key: Sequence[str],
    unknown: str = "",
    results: Sequence[str] = (),
) -> Lines:
    return Lines(
        "derivation",
        symbols=tuple((name, declared(text)) for name, text in symbols.items()),
        definitions=tuple(definitions),
        unknown=unknown,
        lines=tuple(key),
        results=tuple(results or key[-1:]),
    )


def short(lines: Sequence[Line]) -> list[str]:
    """Verdicts by their first letters; a star where a line is right and does not come from the line above."""
    return [line.verdict[0] + "*" * line.leaps for line in lines]


def verdicts(kind: Lines, *texts: str) -> list[str]:
    return short(judge_lines(kind, texts))


# The report


@pytest.mark.parametrize(
    ("id", "expected", "reached"),
    [
        ("softmax-derivation", ["c", "c", "s", "c*", "c", "c"], {0, 1}),
        ("cross-entropy-derivation", ["c", "w", "w", "w", "w", "f", "w", "f"], set()),
        ("ridge-derivation", ["c", "s", "c", "c", "c", "c", "c"], set()),
    ],
)
def test_the_report(id: str, expected: list[str], reached: set[int]) -> None:
    """Softmax (4) is wrong, (5) right again; cross-entropy goes wrong at (9), (13) and (15) follow; ridge's loss."""
    lines = judge_lines(kind_of(shipped(id)), typed(id))
    assert short(lines) == expected
    assert frozenset[int]().union(*(line.reached for line in lines)) == reached


PLACE = r"at [^:]*, the sides come to \S+ and \S+\."


@pytest.mark.parametrize(
    ("id", "verdict", "message"),
    [
        (
            "softmax-derivation", "slip",
            r"Line 3 does not hold\. It looks as if the factor of a product were left out\. Go through the factors one "
            r"by one\. Line 4 is right, and does not come from the line above\.",
        ),
        (
            "cross-entropy-derivation", "wrong",
            rf"Line 2 does not hold: {PLACE} Lines 3, 4, 5 and 7 do not hold either\. Lines 6 and 8 follow from a line "
            r"that does not hold\. The page does not arrive at .* = \\hat{y}_j - y_j\.",
        ),
        (
            "ridge-derivation", "incomplete",
            r"Line 2 does not hold\. It looks as if the factor λ were left out\. Go through the factors one by one\. "
            r"The page does not arrive at w = \(X\^T X .*\^T y\.",
        ),
    ],
)  # fmt: skip
def test_what_the_report_is_told(id: str, verdict: str, message: str) -> None:
    """The first wrong line and what seems to have happened, or a place in small numbers; and what is not reached."""
    found = grader.grade(shipped(id), {"lines": typed(id)})["lines"]
    assert found.verdict == verdict
    assert re.fullmatch(message, found.message)


def test_credit_of_a_page_that_goes_wrong() -> None:
    """The share of its lines that are right, half for a slip; what does not arrive earns what is not finished."""
    found = grader.grade(shipped("softmax-derivation"), {"lines": typed("softmax-derivation")})["lines"]
    assert found.credit == pytest.approx(5.5 / 6)
    found = grader.grade(shipped("ridge-derivation"), {"lines": typed("ridge-derivation")})["lines"]
    assert found.credit == 0.5


@pytest.mark.parametrize("id", ["softmax-derivation", "cross-entropy-derivation", "ridge-derivation"])
def test_the_key(id: str) -> None:
    """Every line of the key is right, and the key reaches all results."""
    kind = kind_of(shipped(id))
    lines = judge_lines(kind, kind.lines)
    assert set(short(lines)) == {"c"}
    assert frozenset[int]().union(*(line.reached for line in lines)) == set(range(len(kind.results)))
    assert grader.grade(shipped(id), {"lines": list(kind.lines)})["lines"].verdict == "correct"
    assert len(judges(kind)) == 2


# Small ones

SQUARE = derivation(
    {"w": "real", "x": "real", "y": "real"}, [r"L = \frac{1}{2}(y - wx)^2"], [r"\frac{dL}{dw} = -(y - wx)x"]
)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([r"\frac{dL}{dw} = (y-wx)(-x)", r"= -(y-wx)x"], ["c", "c"]),
        ([r"dL/dw = (y-wx)(-x) = -xy + wx^2"], ["c"]),
        ([r"\frac{dL}{dw} &= (y-wx)(-x) \\", r"&= -xy + wx^2"], ["c", "c"]),
        ([r"dL/dw = \frac12 \cdot 2(y - wx) \cdot \frac{d}{dw}(y - wx)", r"= (y - wx)(-x)"], ["c", "c"]),
        (["dL/dw = (y-wx)x = -x(y-wx)"], ["s"]),
        (["dL/dw = (y-wx)x", "= xy - wx^2", "= -x(y-wx)"], ["s", "f", "c*"]),
        (["dL/dw = (y-wx)x", r"\frac{dL}{dw} = xy - wx^2"], ["s", "f"]),
        (["dL/dw = (y-wx)x", r"\frac{dL}{dw} = xy - w^2 x"], ["s", "w"]),
        (["dL/dw = (y-wx)x", "dL/dw = -(y-wx)x"], ["s", "c"]),
        (["L = (y-wx)^2/2 = y^2/2 - wxy + w^2x^2/2", "dL/dw = -xy + wx^2"], ["c", "c"]),
        (["L = (y-wx)^2", "dL/dw = -2(y-wx)x"], ["s", "s"]),
        (["let r = y - wx", "L = r^2/2", "dL/dw = -rx"], ["c", "c", "c"]),
        (["r = y - wx", "L = r^2/2", "dL/dr = r", "dr/dw = -x", "dL/dw = dL/dr * dr/dw = -rx"], ["c"] * 5),
        (["r = y - wx", "r = y + wx"], ["c", "s"]),
        (["r = y - wx = wx - y", "L = r^2/2"], ["s", "c"]),
        (["Thus, dL/dw = -x(y-wx)."], ["c"]),
    ],
)
def test_half_a_square(lines: list[str], expected: list[str]) -> None:
    """Chains, lines that go on, new quantities, wrong lines and what follows from them."""
    assert verdicts(SQUARE, *lines) == expected


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (["dL/dw = -(y-wx)x"], "correct"),
        (["let r = y - wx", "dL/dw = -rx"], "correct"),
        (["L = (y-wx)^2/2"], "incomplete"),
        ([r"\frac{dL}{dw} = \frac{dL}{dw}"], "incomplete"),
        (["dL/dw = (y-wx)x", "dL/dw = -(y-wx)x"], "slip"),
        (["dL/dw = (y-wx)x^3", "dL/dw = -(y-wx)x"], "wrong"),
        (["dL/dw = -(y-wx)x", "dL/dw = (y-"], "unreadable"),
        ([], "blank"),
        (["", "  "], "blank"),
        ("", "blank"),
    ],
)
def test_the_page(lines: Any, verdict: str) -> None:
    """What the lines come to: right and arrived, right and not arrived, wrong, unreadable, nothing."""
    found = grader.grade(problem_of(SQUARE), {"lines": lines})["lines"]
    assert found.verdict == verdict
    assert found.cells is None or len(found.cells) == len(lines)
    assert (found.message is None) == (verdict == "correct")


def problem_of(kind: Lines) -> Problem:
    spec = {
        "start": kind.definitions[0],
        "goal": "the result",
        "symbols": {name: {"shape": list(each.lengths), "domain": each.domain} if each.lengths else each.domain
                    for name, each in kind.symbols},
        "definitions": list(kind.definitions[1:]),
        "lines": list(kind.lines),
    } | ({"unknown": kind.unknown} if kind.unknown else {})  # fmt: skip
    spec = {name: value for name, value in spec.items() if value not in ([], {})}
    return read_problem(from_python({"family": "derivation", "given": spec}), "small")


LOGISTIC = derivation(
    {"y": "probability", "x": "real", "w": "real"},
    ["z = wx", r"p = \frac{1}{1 + e^{-z}}", r"L = -y \log p - (1 - y) \log(1 - p)"],
    [r"\frac{dL}{dw} = (p - y)x"],
)


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{dL}{dp} = -\frac{y}{p} + \frac{1-y}{1-p}", "c"),
        (r"\frac{dL}{dp} = -\frac{y}{p} - \frac{1-y}{1-p}", "s"),
        (r"\frac{dp}{dz} = p(1-p)", "c"),
        (r"\frac{dp}{dz} = \frac{e^{-z}}{(1+e^{-z})^2}", "c"),
        (r"\frac{dp}{dz} = p(1+p)", "w"),
        (r"\frac{dL}{dz} = \frac{dL}{dp} \frac{dp}{dz} = p - y", "c"),
        (r"\frac{dL}{dw} = \frac{dL}{dp} \frac{dp}{dz} \frac{dz}{dw} = (p - y) x", "c"),
        (r"\frac{dL}{dw} = (y - p) x", "s"),
        (r"1 - p = \frac{1}{1 + e^{z}}", "c"),
        (r"1 - σ(z) = σ(-z)", "c"),
    ],
)
def test_logistic_loss(line: str, verdict: str) -> None:
    """Each step of backpropagation through one neuron, quantities by name or written out."""
    assert verdicts(LOGISTIC, line) == [verdict]


MODEL = {"X": "matrix(n,d)", "y": "vector(n)", "w": "vector(d)"}
MSE = derivation(MODEL, [r"L(w) = \frac{1}{n} \lVert Xw - y \rVert^2"], [r"\nabla_w L = \frac{2}{n} X^T (Xw - y)"])


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([r"L = \frac1n (Xw-y)^T(Xw-y)", r"= \frac1n (w^T X^T X w - 2 w^T X^T y + y^T y)"], ["c", "c"]),
        ([r"L = \frac1n (w^T X^T X w - w^T X^T y - y^T X w + y^T y)"], ["c"]),
        ([r"L = \frac1n (w^T X^T X w + 2 w^T X^T y + y^T y)"], ["s"]),
        ([r"L(w) = \frac1n \sum_{i=1}^n ((Xw)_i - y_i)^2", r"\nabla_w L = \frac2n X^T(Xw - y)"], ["c", "c"]),
        ([r"\nabla_w L = \frac1n (2 X^T X w - 2 X^T y)", r"= \frac2n X^T (Xw - y)"], ["c", "c"]),
        ([r"\frac{\partial L}{\partial w} = \frac{2}{n} (Xw-y)^T X"], ["c"]),
        ([r"\frac{\partial L}{\partial w} = \frac{2}{n} X (Xw-y)"], ["w"]),
        ([r"\frac{\partial L}{\partial w_i} = \frac2n \sum_k (Xw - y)_k X_{k,i}"], ["c"]),
        ([r"r = y - Xw", r"L = \frac1n r^T r", r"\nabla_w L = -\frac2n X^T r"], ["c", "c", "c"]),
        ([r"r_i = y_i - (Xw)_i", r"L = \frac1n \sum_i r_i^2", r"\nabla_w L = -\frac2n X^T r"], ["c", "c", "c"]),
        ([r"\nabla_w L = \frac{2}{4} X^T (Xw - y)"], ["w"]),
        ([r"\nabla_w L = 2 X^T (Xw - y)", r"= 2X^TXw - 2X^Ty"], ["w", "f"]),
    ],
)
def test_squares_in_matrices(lines: list[str], expected: list[str]) -> None:
    """The mean squared error and its gradient, as a column or a row, whole or entry by entry, for any n and d."""
    assert verdicts(MSE, *lines) == expected


NORMAL = derivation(
    MODEL, [r"L(w) = \frac{1}{n} \lVert Xw - y \rVert^2"], [r"w = (X^T X)^{-1} X^T y"], unknown="w"
)  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([r"\nabla_w L = \frac2n X^T(Xw-y) = 0", r"\implies X^T X w = X^T y", r"w = (X^TX)^{-1} X^T y"], ["c"] * 3),
        ([r"X^T X w = 2X^T y", r"\Rightarrow w = 2(X^TX)^{-1} X^T y"], ["w", "f"]),
        ([r"X^T X w = 2X^T y", r"⟹ w = (X^TX)^{-1} X^T y"], ["w", "c*"]),
        ([r"X^T X w = X^T y", r"w = (X^TX)^{-1} y"], ["c", "w"]),
        ([r"X^T X w = X^T y", r"w = (X^TX)^{-1} X^T (2y)"], ["c", "w"]),
        ([r"\nabla_w L = \frac1n X^T(Xw+y)", r"X^T(Xw+y) = 0", r"w = -(X^TX)^{-1}X^T y"], ["w", "f", "f"]),
        ([r"\frac{\partial L}{\partial w} = 0", r"w = X^{-1} y"], ["c", "w"]),
        ([r"Xw = \hat{y}", r"X^T \hat{y} = X^T y"], ["u", "u"]),
    ],
)
def test_normal_equations(lines: list[str], expected: list[str]) -> None:
    """Equations in the unknown hold at the solution; what is solved wrongly, and what follows from a wrong equation."""
    assert verdicts(NORMAL, *lines) == expected


LINE = derivation({"a": "positive", "b": "real", "c": "real", "x": "real"}, [], [r"x = \frac{c - b}{a}"], unknown="x")
LAGRANGE = derivation(
    {"x": "real", "c": "real"}, ["f = x^2 + (c - x)^2"], [r"\frac{df}{dx} = 4x - 2c", "x = c/2"], "x", ["x = c/2"]
)


@pytest.mark.parametrize(
    ("kind", "lines", "expected"),
    [
        (LINE, ["ax + b = c", "ax = c - b", r"x = \frac{c-b}{a}"], ["c", "c", "c"]),
        (LINE, ["ax + b = c", "ax = c + b", r"x = \frac{c+b}{a}"], ["c", "w", "f"]),
        (LINE, ["ax + b = c", "ax = c + b", r"x = \frac{c-b}{a}"], ["c", "w", "c*"]),
        (LINE, ["ax + b = c", r"x = \frac{c-b}{2a}"], ["c", "w"]),
        (LINE, ["ax + b = c", "b = c - ax", "0 = c - b - ax"], ["c", "c", "c"]),
        (LAGRANGE, [r"\frac{df}{dx} = 2x - 2(c - x) = 0", "4x = 2c", "x = c/2"], ["c", "c", "c"]),
        (LAGRANGE, [r"\frac{df}{dx} = 2x + 2(c - x) = 0", "2c = 0"], ["s", "w"]),
        (LAGRANGE, [r"\frac{df}{dx} = 2x - (c - x) = 0", "3x = c", "x = c/3"], ["s", "f", "f"]),
    ],
)
def test_equations(kind: Lines, lines: list[str], expected: list[str]) -> None:
    """Equations in numbers: solved rightly, wrongly, and rightly from a wrong one."""
    assert verdicts(kind, *lines) == expected


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{\partial \hat{y}_i}{\partial z_j} = \hat{y}_i(1 - \hat{y}_i) \quad (i = j)", "c"),
        (r"\frac{\partial \hat{y}_i}{\partial z_j} = -\hat{y}_i \hat{y}_j \quad (i = j)", "s"),
        (r"\frac{\partial \hat{y}_i}{\partial z_j} = -\hat{y}_i \hat{y}_j \text{ for } i \neq j", "c"),
        (r"\frac{\partial \hat{y}_i}{\partial z_j} = -\hat{y}_i \hat{y}_j", "c"),
        (r"\frac{\partial \hat{y}_i}{\partial z_j} = \hat{y}_i (δ_{ij} - \hat{y}_j)", "c"),
        (r"\frac{\partial \hat{y}_i}{\partial z_j} = \hat{y}_i (2\delta_{ij} - \hat{y}_j)", "w"),
        (r"\frac{\partial \hat{y}_i}{\partial z_j} = \hat{y}_i (\delta_{ij} - \hat{y}_i)", "s"),
        (r"\sum_k \hat{y}_k = 1", "c"),
        (r"\sum_k \frac{\partial \hat{y}_k}{\partial z_i} = 0", "c"),
        (r"\hat{y} = \frac{e^z}{\sum_k e^{z_k}}", "c"),
    ],
)
def test_cases_of_positions(line: str, verdict: str) -> None:
    """i = j and i ≠ j as the line says; with a Kronecker δ both."""
    assert verdicts(kind_of(shipped("softmax-derivation")), line) == [verdict]


def test_results_in_other_symbols_are_not_reached() -> None:
    """What is asked for in the probabilities is not reached in the scores."""
    kind = kind_of(shipped("softmax-derivation"))
    (line,) = judge_lines(kind, [kind.lines[0]])
    assert (line.verdict, line.reached) == ("correct", frozenset())


def test_an_abbreviation_does_not_hide_the_unknown() -> None:
    """w = … r with r = y − Xw still holds w."""
    kind = kind_of(shipped("ridge-derivation"))
    lines = judge_lines(kind, ["r = y - Xw", r"w = \frac{1}{nλ} X^T r"])
    assert [(line.verdict, line.reached) for line in lines] == [("correct", frozenset())] * 2


@pytest.mark.parametrize(
    ("lines", "reasons"),
    [
        (["= x"], ["it goes on from a line that is missing or cannot be read"]),
        (["2x"], ["expected an equation, or = and what follows"]),
        (["dL/dw = (y -"], ["expected a number, a name or a bracket; reading stopped at 'the end'"]),
        (["dL/dq = 2"], ["unknown name"]),
        (["dL/dw = -(y-wx)x)", "= -xy + wx^2"], ["", None]),
        (["dL/dw = (y-", "= xy"], ["", "at w"]),
    ],
)
def test_lines_that_cannot_be_read(lines: list[str], reasons: list[str | None]) -> None:
    """Why, and where; the next line goes on from the first side of what could not be read."""
    found = judge_lines(SQUARE, lines)
    for line, reason in zip(found, reasons, strict=True):
        assert (reason in line.reason) if reason is not None else line.verdict == "correct"
    assert found[0].verdict == "unreadable"


@pytest.mark.parametrize(
    "answer",
    [
        ["dL/dw = -(y-wx)x", "= -xy + wx^2"],
        "dL/dw = -(y-wx)x\n= -xy + wx^2",
        "\\begin{aligned}\ndL/dw &= -(y-wx)x \\\\\n&= -xy + wx^2\n\\end{aligned}",
        r"dL/dw &= -(y-wx)x \\ &= -xy + wx^2",
        {"lines": ["dL/dw = -(y-wx)x", "= -xy + wx^2"]},
    ],
)
def test_however_lines_are_typed(answer: Any) -> None:
    """A list, line breaks, an aligned environment, a mapping."""
    found = grader.grade(problem_of(SQUARE), {"lines": answer})["lines"]
    assert (found.verdict, found.cells) == ("correct", ["correct", "correct"])


HOSTILE = [
    "(" * 3000, "= = = =", "\\frac{" * 300, "a = " * 400, "__import__('os').system('true') = 1", "\\\\" * 50,
    "x" * 4000,
    "dL/dw = " + "x^" * 500,
    "\x00 = \ud800", "let let let = let", "r = r", "r = s = r", "δ_{ij} = δ_{ji}", "=" * 100,
    "\u202edL/dw = 1", r"\sum_{i=1}^{999999} i = 3", "9^9^9^9 = 1", "L_{" * 200, "dL/dL = 1", r"\nabla_L L = 1",
]  # fmt: skip


@pytest.mark.parametrize("kind", [SQUARE, NORMAL, LOGISTIC], ids=["square", "normal", "logistic"])
def test_hostile_lines(kind: Lines) -> None:
    """Whatever stands in a line is a verdict, one a line."""
    found = judge_lines(kind, HOSTILE)
    assert len(found) == len(HOSTILE)
    assert {line.verdict for line in found} <= {"correct", "wrong", "unreadable", "undecided", "follows"}
    assert judgement(kind, found).verdict in {"unreadable", "wrong"}


@pytest.mark.parametrize(("count", "verdict"), [(MOST_LINES, "correct"), (MOST_LINES + 1, "unreadable")])
def test_many_lines(count: int, verdict: str) -> None:
    """A hundred lines are judged; more are not read."""
    assert grader.grade(problem_of(SQUARE), {"lines": ["dL/dw = -(y-wx)x"] * count})["lines"].verdict == verdict


def test_decimal_comma() -> None:
    """Lines are read as the course writes numbers."""
    from dataclasses import replace

    comma = replace(problem_of(SQUARE), course=Course(decimal="comma"))
    assert grader.grade(comma, {"lines": ["L = 0,5(y - wx)^2", "dL/dw = -(y-wx)x"]})["lines"].verdict == "correct"


def test_letters_that_nobody_declared() -> None:
    """Without `symbols` the letters of the author's lines are real numbers."""
    node = from_python(
        {"family": "derivation", "given": {"start": "f(x) = x^2", "goal": "f'(x)", "lines": ["f'(x) = 2x"]}}
    )
    problem = read_problem(node, "free")
    assert grader.grade(problem, {"lines": ["f'(x) = x + x"]})["lines"].verdict == "correct"
    assert grader.grade(problem, {"lines": ["f'(x) = x^2"]})["lines"].verdict == "wrong"


def test_a_key_that_cannot_be_read() -> None:
    """Where the author's own lines cannot be read a person marks, and `grader check` says so."""
    from grader.checks import check

    node = from_python({"family": "derivation", "given": {"start": "L = x^2", "goal": "x", "symbols": {"x": "real"},
                                                          "lines": ["dL/dx = 2x +"]}})  # fmt: skip
    problem = read_problem(node, "broken")
    (marks,) = mark(problem, [Sheet("s", {"lines": from_python(["dL/dx = 2x"])})])
    assert marks["lines"].verdict == "review"
    assert [error.what for error in check(problem).errors] == ["the key's own value is marked review"]


# What must not change a verdict

RIGHT = ["dL/dw = (y-wx)(-x)", "dL/dw = -xy + wx^2", "L = (wx-y)^2/2", "dL/dx = -(y-wx)w", "dL/dy = y - wx"]
WRONG = ["dL/dw = (y-wx)x", "dL/dx = -(y-wx)x", "L = (wx-y)^2", "dL/dy = wx - y", "x = y"]


@given(st.lists(st.sampled_from(RIGHT), min_size=1, max_size=5), st.sampled_from(WRONG), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_one_wrong_line(lines: list[str], wrong: str, place: int) -> None:
    """A wrong line put into a right page makes that line wrong and no other, and the page wrong."""
    at = min(place, len(lines))
    page = [*lines[:at], wrong, *lines[at:]]
    found = judge_lines(SQUARE, page)
    assert [line.verdict in {"wrong", "slip"} for line in found] == [k == at for k in range(len(page))]
    assert all(line.verdict == "correct" for k, line in enumerate(found) if k != at)
    page_verdict = judgement(SQUARE, found)
    assert page_verdict.verdict in {"wrong", "slip", "incomplete"}
    assert (page_verdict.message or "").startswith(f"Line {at + 1} does not hold")


@pytest.mark.parametrize("line", [*RIGHT, *WRONG, "dL/dw = (y-wx)(-x) = -xy + wx^2", "y - wx = -(wx - y)"])
def test_swapped_sides(line: str) -> None:
    """An equation read from its other end has the same verdict."""
    sides = [side.strip() for side in line.split("=")]
    assert verdicts(SQUARE, " = ".join(reversed(sides))) == verdicts(SQUARE, line)


@pytest.mark.parametrize("id", ["softmax-derivation", "cross-entropy-derivation", "ridge-derivation"])
def test_the_same_in_every_run(id: str) -> None:
    """Two runs give the same lines."""
    kind = kind_of(shipped(id))
    assert judge_lines(kind, typed(id)) == judge_lines(kind, typed(id))
