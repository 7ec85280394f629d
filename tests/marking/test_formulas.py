"""Formulas as answers: the report's, other ways to write them, near misses, named mistakes, forms, equations."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.special import softmax

import grader
from grader.checks import check
from grader.document import from_python, read_document
from grader.expression import latex_of
from grader.marking import Sheet, mark
from grader.marking.marks import Mark
from grader.problem import Problem, load, read_problem

REPORT = "problems/exercise-2-report"


@cache
def shipped(id: str) -> Problem:
    return load(f"{REPORT}/{id}.yaml")


def spec(family: str, given: Any = None, **others: Any) -> Problem:
    return read_problem(from_python({"family": family, "given": given or {}, **others}), family)


def answered(problem: Problem, part: str, text: Any) -> Mark:
    (marks,) = mark(problem, [Sheet("s", {part: from_python(text)})])
    found: Mark = marks[part]
    return found


def verdict(problem: Problem, part: str, text: Any) -> str:
    return answered(problem, part, text).verdict


@pytest.mark.parametrize(
    ("id", "part", "verdict", "slip"),
    [
        ("softmax-derivative", "same_in_z", "slip", "sum-lost"),
        ("softmax-derivative", "same", "correct", None),
        ("softmax-derivative", "different_in_z", "correct", None),
        ("softmax-derivative", "different", "correct", None),
        ("cross-entropy-derivative", "dL_dp", "slip", "sum-kept"),
        ("cross-entropy-derivative", "dL_dz", "slip", "another-class"),
        ("exercise-2-ridge", "gradient", "correct", None),
        ("exercise-2-ridge", "closed_form", "incomplete", None),
        ("exercise-2-output-formula", "out_h", "correct", None),
        ("exercise-2-parameter-formula", "total", "correct", None),
    ],
)
def test_the_report(id: str, part: str, verdict: str, slip: str | None) -> None:
    """What the exercise report states, as it was typed."""
    from pathlib import Path

    answers: Any = read_document(Path("submissions/report.yaml"))
    found = answered(shipped(id), part, str(answers["answers"][id][part]))
    assert (found.verdict, found.slip) == (verdict, slip)
    assert (found.message is None) == (verdict == "correct")


RIGHT = [
    ("softmax-derivative", "same", [
        "p_i (1 - p_i)", "p_i - p_i^2", "ŷ_i(1−ŷ_i)", r"\hat{y}_i - \hat{y}_i^2", "p_i*(1-p_i)",
        r"\frac{\partial p_i}{\partial z_i} = p_i (1 - p_i)", "d_i = p_i (1-p_i)", r"-p_i(p_i - 1)",
        r"\hat y_i(1-\hat y_i)", r"$\hat{y}_i \cdot (1 - \hat{y}_i)$",
    ]),
    ("softmax-derivative", "different", [
        "-p_i p_j", "−ŷ_i·ŷ_j", "-p_i*p_j", "- p_j p_i", r"0 - \hat{y}_j \hat{y}_i",
        r"\partial p_i/\partial z_j = -p_i p_j",
    ]),
    ("softmax-derivative", "same_in_z", [
        r"\frac{e^{z_i} S - e^{2 z_i}}{S^2}", r"\frac{e^{z_i}(S - e^{z_i})}{S^2}", "exp(z_i)*(S - exp(z_i))/S**2",
        r"\frac{e^{z_i} \sum_k e^{z_k} - e^{z_i} e^{z_i}}{(\sum_k e^{z_k})^2}", r"e^{z_i}/S - (e^{z_i}/S)^2",
        "e^(z_i)·(S−e^(z_i))/S²", r"\frac{e^{z_i} (e^{z_j} + R)}{S^2}", "p_i - p_i^2",
    ]),
    ("cross-entropy-derivative", "dL_dp", [
        "-y_i/p_i", r"-\frac{y_i}{p_i}", r"-\frac{y_i}{\hat{y}_i}", "−y_i/ŷ_i", r"- y_i \cdot \frac{1}{p_i}",
        "-y_i p_i^{-1}",
        r"\frac{\partial L}{\partial p_i} = -\frac{y_i}{p_i}",
    ]),
    ("cross-entropy-derivative", "dL_dz", [
        "p_i - y_i", "ŷ_i − y_i", r"\hat{y}_i - y_i", "-(y_i - p_i)", r"p_i \sum_k y_k - y_i",
        r"\frac{e^{z_i}}{S} - y_i",
        r"-y_i(1-p_i) + \sum_{k \neq i} y_k p_i",
    ]),
    ("exercise-2-ridge", "gradient", [
        r"\frac{2}{n} X^T (Xw - y) + 2 \lambda w", "2/n X.T @ (X @ w - y) + 2 * lam * w",
        r"\nabla_w L = \frac2n (X^T X w - X^T y) + 2 λ w", r"-\frac{2}{n} X^\top (y - \hat{y}) + 2\lambda w",
        r"\frac{2}{n} \sum_i (\hat{y}_i - y_i) X_i + 2 \lambda w", "(2/n)·Xᵀ(Xw − y) + 2λw",
        r"2\left(\frac{1}{n} X^T X + \lambda I\right) w - \frac{2}{n} X^T y",
    ]),
    ("exercise-2-ridge", "closed_form", [
        r"(X^T X + n \lambda I)^{-1} X^T y", "np.linalg.inv(X.T @ X + n*lam*np.eye(d)) @ X.T @ y", "(XᵀX + nλI)⁻¹Xᵀy",
        r"w = \left(\frac{1}{n} X^T X + \lambda I\right)^{-1} \frac{1}{n} X^T y", r"X^T (X X^T + n λ I)^{-1} y",
    ]),
    ("exercise-2-output-formula", "out_h", [
        r"\left\lfloor \frac{H + 2p - k}{s} \right\rfloor + 1", "(H - k + 2p)/s + 1", "floor((H-k+2p)/s) + 1",
        "H_out = (H + 2*p - k)/s + 1", r"\frac{H-k+2p+s}{s}",
    ]),
    ("exercise-2-parameter-formula", "total", [
        "N(k^2 C + 1)", "N·(k·k·C + 1)", "N k^2 C + N", "(k*k*C+1)*N", r"N \times (k \times k \times C + 1)",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("id", "part", "text"), [(id, part, text) for id, part, texts in RIGHT for text in texts])
def test_other_ways_to_write_it(id: str, part: str, text: str) -> None:
    """Unicode, NumPy, LaTeX, ŷ for p, sums for S, with and without a name in front: all are right."""
    assert verdict(shipped(id), part, text) == "correct"


NEAR = [
    ("softmax-derivative", "same", ["p_i (1 - p_j)", "p_i(1 + p_i)", "1 - p_i", "p_i^2", "p_i(1-p_i)/2"]),
    ("softmax-derivative", "different", ["-p_i^2 p_j", "-p_i - p_j", "p_i - p_j"]),
    ("softmax-derivative", "same_in_z", [r"\frac{e^{z_i} S - e^{z_i}}{S^2}", r"\frac{S - e^{z_i}}{S^2}"]),
    ("cross-entropy-derivative", "dL_dp", ["-p_i/y_i", "-y_i/p_j", "-y_i \\log p_i"]),
    ("cross-entropy-derivative", "dL_dz", ["p_i + y_i", "p_i - y_j", "p_i - 1"]),
    ("exercise-2-ridge", "gradient", [
        r"\frac{2}{n} X^T (Xw - y) + \lambda w", r"\frac{1}{n} X^T (Xw - y) + 2 \lambda w", r"\frac{2}{n} X^T (Xw - y)",
        r"\frac{2}{n} X (Xw - y) + 2 \lambda w", r"\frac{2}{3} X^T (Xw - y) + \lambda w",
    ]),
    ("exercise-2-ridge", "closed_form", [
        r"(X^T X + \lambda I)^{-1} X^T y", r"(X^T X + n \lambda)^{-1} X^T y", r"(X X^T + n \lambda I)^{-1} X^T y",
        r"X^T y (X^T X + n \lambda I)^{-1}", r"(X^T X)^{-1} X^T y",
    ]),
    ("exercise-2-output-formula", "out_h", ["(H - k + p)/s + 1", "(H + k + 2p)/s + 1", "(H - k + 2p + 1)/s"]),
    ("exercise-2-parameter-formula", "total", ["N (k C + 1)", "N k^2 C", "N k^2 (C + 1)", "C(k^2 N + 1)"]),
]  # fmt: skip


@pytest.mark.parametrize(("id", "part", "text"), [(id, part, text) for id, part, texts in NEAR for text in texts])
def test_near_misses(id: str, part: str, text: str) -> None:
    """A formula that is nearly right is wrong, or a mistake by name, and never right."""
    found = answered(shipped(id), part, text)
    assert found.verdict in {"wrong", "slip"}
    assert found.message is not None
    assert len(found.message) < 260


def test_the_counterexample_is_one() -> None:
    """The place in the message, with softmax from SciPy, gives both values."""
    found = answered(shipped("softmax-derivative"), "same", "p_i(1 - p_i)/3 + p_j")
    assert found.verdict == "wrong"
    assert found.message is not None
    place, _, rest = found.message.partition(", yours comes to ")
    z = np.array([float(each) for each in place[place.index("[") + 1 : place.index("]")].split(",")])
    yours, _, rest = rest.partition(" and the key to ")
    p, p_j = softmax(z)[:2]
    assert float(yours) == pytest.approx(p * (1 - p) / 3 + p_j, rel=1e-5)
    assert float(rest.partition(". The key has")[0]) == pytest.approx(p * (1 - p), rel=1e-5)


FAMILIES: list[tuple[str, dict[str, Any]]] = [
    ("softmax_derivative", {}), ("softmax_derivative", {"n": 2}), ("softmax_derivative", {"n": 3}),
    ("cross_entropy", {}), ("cross_entropy", {"y": ["0", "1", "0"]}), ("ridge", {}), ("ridge", {"reduction": "sum"}),
    ("mse", {"n": "3"}), ("mse", {"n": "3", "convention": "half_mean"}), ("neuron", {}), ("output_size", {}),
    ("neuron", {"loss": "cross_entropy"}), ("neuron", {"activation": "relu"}), ("parameter_count", {}),
    *(
        ("linear_regression", {"layout": layout, "penalty": penalty})
        for layout in ("rows", "columns") for penalty in ("none", "ridge", "lasso")
    ),
]  # fmt: skip
UNFOUND = {
    ("output_size", "not-rounded"): "many leave the rounding out, which is right here",
    ("output_size", "rounded-up"): "the stride divides the room in every sample",
    ("linear_regression", "summed-first"): "a sum over an axis is written as nobody would read it",
}
"""Slips that their own LaTeX does not bring out, and why."""


@pytest.mark.parametrize(("family", "given"), FAMILIES)
def test_keys_and_slips_are_found_from_their_own_latex(family: str, given: dict[str, Any]) -> None:
    """What the key prints is right; what a slip prints is that slip, unless it comes out as the key."""
    problem = spec(family, from_python(given))
    count = 0
    for name, step in problem.solution.items():
        assert verdict(problem, name, latex_of(step.expression)) == "correct", name
        for slip in step.slips:
            if (family, slip.name) not in UNFOUND:
                found = answered(problem, name, latex_of(slip.expression))
                assert (found.verdict, found.slip) == ("slip", slip.name), (name, slip.name)
                count += 1
    checked = check(problem)
    assert checked.errors == []
    assert checked.slips >= count > 0


@pytest.mark.parametrize(
    ("form", "part", "right", "unfinished"),
    [
        ("expanded", "total", ["N k^2 C + N", "N + C N k^2"], ["N (k^2 C + 1)"]),
        ("factored", "total", ["N (k^2 C + 1)"], ["N k^2 C + N"]),
        ("no negative exponents", "total", ["N (k^2 C + 1)"], ["(k^2 C + 1) / N^{-1}"]),
        ("single fraction", "out_h", [r"\frac{H - k + 2p + s}{s}"], [r"\frac{H - k + 2p}{s} + 1"]),
    ],
)
def test_forms(form: str, part: str, right: list[str], unfinished: list[str]) -> None:
    """A formula that is right in another form than the one asked for is incomplete, and told what is to be done."""
    family = "parameter_count" if part == "total" else "output_size"
    problem = spec(family, ask={part: {"points": "2", "form": form}})
    for text in right:
        assert verdict(problem, part, text) == "correct", text
    for text in unfinished:
        found = answered(problem, part, text)
        assert (found.verdict, found.credit) == ("incomplete", 0.5), text
        assert (found.message or "").startswith("This is equal to the key, and not in the form asked for: ")
    assert verdict(problem, part, "N + 7") in {"wrong", "unreadable"}


@pytest.mark.parametrize(
    ("text", "expected", "says"),
    [
        (r"(X^T X + n λ I) w = X^T y", "incomplete", "This equation holds; solve it for w."),
        (r"X^T X w + n λ w - X^T y = 0", "incomplete", "solve it for w"),
        (r"(X^T X + λ I) w = X^T y", "wrong", "The key has"),
        (r"w = \frac{1}{nλ} X^T (y - Xw)", "incomplete", "w still stands on the right"),
        (r"w = \frac{1}{nλ} X^T (y - \hat{y})", "incomplete", "in a quantity that comes from it"),
        (r"X^T X w + n λ w = X^T (y - 2)", "wrong", "The key has"),
        (r"X^T X w + n λ w = y", "wrong", "The key has"),
        ("w = w", "wrong", "This holds whatever w is"),
        ("w", "wrong", "This holds whatever w is"),
    ],
)
def test_equations_for_the_unknown(text: str, expected: str, says: str) -> None:
    """An equation that holds at the solution and is not solved for w is incomplete; one that does not hold is wrong."""
    found = answered(shipped("exercise-2-ridge"), "closed_form", text)
    assert found.verdict == expected
    assert says in (found.message or "")


@pytest.mark.parametrize(
    ("answer", "verdict", "says"),
    [
        ("", "blank", "Nothing is written here."),
        ("   ", "blank", "Nothing is written here."),
        ("p_i (1 - ", "unreadable", "This cannot be read: expected "),
        ("p_i (1 - q_i)", "unreadable", "unknown name 'q_i'"),
        ("p_i ** ** 2", "unreadable", "(character 8 of 'p_i ** ** 2')"),
        (["p_i", "1 - p_i"], "unreadable", "expected a formula, got a list or a mapping"),
        ({"formula": "p_i"}, "unreadable", "expected a formula, got a list or a mapping"),
        ("__import__('os').system('true')", "unreadable", "This cannot be read: "),
        ("(" * 5000, "unreadable", "This cannot be read: "),
        ("1/2p_i", "wrong", "The key has"),
    ],
)
def test_what_is_no_formula(answer: Any, verdict: str, says: str) -> None:
    """Nothing, what cannot be read and where, lists, hostile text."""
    found = answered(shipped("softmax-derivative"), "same", answer)
    assert found.verdict == verdict
    assert says in (found.message or "")


def test_two_readings_are_left_for_a_person() -> None:
    """1/2x where only 1/(2x) is right is undecided, and brackets are asked for."""
    problem = spec("mse", {"n": "3", "convention": "half_mean"})
    found = answered(problem, "mse", "1/2n * np.sum((y - yhat)**2)")
    assert found.verdict == "undecided"
    assert "write brackets around what is divided by" in (found.message or "")


def test_shapes_that_do_not_fit() -> None:
    """A shape is told in words, with the place."""
    found = answered(shipped("exercise-2-ridge"), "gradient", r"\frac{2}{n} X (Xw - y) + 2 λ w")
    assert found.verdict == "wrong"
    assert (found.message or "").startswith("The shapes do not fit: ")


@pytest.mark.parametrize(
    ("part", "texts"),
    [
        ("prediction_1", ["w X + b", "b + wX", "(X^T w^T)^T + b", r"\hat{y} = wX + b", "w @ X + b"]),
        ("grad_w_1", [r"-\frac{2}{n} A X^T", r"-\frac2n X A^T", r"-\frac{2}{n} (y - wX - b) X^T", "-2/n X r_1"]),
    ],
)
def test_samples_in_columns(part: str, texts: list[str]) -> None:
    """Where samples stand in columns vectors are rows; who writes them as columns is understood too."""
    problem = load("problems/forward-and-backward/regression-in-columns.yaml")
    for text in texts:
        readable = text.replace("A", "r_1")
        assert verdict(problem, part, readable) == "correct", readable


def test_decimal_comma() -> None:
    """The course says how numbers are written."""
    from grader.course import Course

    node = from_python({"family": "mse", "given": {"n": "3", "convention": "half_mean"}})
    problem = read_problem(node, "mse", course=Course(decimal="comma"))
    assert verdict(problem, "mse", r"\frac{0,5}{n} \sum_i (y_i - \hat{y}_i)^2") == "correct"
    assert verdict(problem, "mse", r"\frac{0.5}{n} \sum_i (y_i - \hat{y}_i)^2") != "correct"


def test_symbols_in_a_spec() -> None:
    """A domain that the spec declares makes formulas the same that differ elsewhere."""
    loose = spec("neuron", {"activation": "relu"})
    narrow = spec("neuron", {"activation": "relu"}, symbols={"w": "positive", "x": "positive", "b": "positive"})
    assert answered(loose, "a", "w x + b").slip == "activation-left-out"
    assert verdict(narrow, "a", "w x + b") == "correct"


def test_each_text_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand students who write the same cost one judgement."""
    from grader.marking import formulas

    judged: list[str] = []
    judge = formulas.judge_formula
    monkeypatch.setattr(formulas, "judge_formula", lambda *args: judged.append(args[2]) or judge(*args))
    problem = spec("softmax_derivative", ask={"same": "1"})
    marks = mark(problem, [Sheet(f"s{k}", {"same": from_python("p_i (1 - p_i)")}) for k in range(1000)])
    assert {each["same"].verdict for each in marks} == {"correct"}
    assert judged == ["p_i (1 - p_i)"]


def test_from_python() -> None:
    """`grader.grade` takes formulas as the rest."""
    assert grader.grade(shipped("softmax-derivative"), {"same": "p_i - p_i^2"})["same"].credit == 1
