"""Cross-entropy and its gradients against SciPy, difference quotients and published figures."""

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import optimize, special

import grader
from grader.checks import AGREEMENT
from grader.document import from_python
from grader.errors import SpecError
from grader.expression import latex_of, names, numeric
from grader.families import load_all
from grader.problem import Problem, read_problem
from grader.solution import Solution

GIVEN: dict[str, Any] = {"y": [0, 1, 0], "z": [1, 2, 4]}


def problem(**given: Any) -> Problem:
    return read_problem(from_python({"family": "cross_entropy", "given": given}), "loss")


def solved(**given: Any) -> Solution:
    return problem(**given).solution


def floats(values: Any) -> np.ndarray:
    return np.array([float(Fraction(str(each))) for each in values])


hundredths = st.integers(-1500, 1500).map(lambda n: Fraction(n, 100))
targets = st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 2), Fraction(1, 4)])
pairs = st.lists(st.tuples(targets, hundredths), min_size=1, max_size=5)


@given(pairs)
@example([(Fraction(1), Fraction(0))])
@example([(Fraction(1), Fraction(-350)), (Fraction(0), Fraction(350))])
@example([(Fraction(0), Fraction(-350)), (Fraction(1), Fraction(350))])
@settings(max_examples=200, deadline=None)
def test_readings_agree_and_are_scipys(pairs: list[tuple[Fraction, Fraction]]) -> None:
    """Both readings agree; probabilities and loss are SciPy's, whatever the targets add up to."""
    y, z = (list(each) for each in zip(*pairs, strict=True))
    solution = solved(y=y, z=z)
    assert max(solution.agreement(name) for name in solution) < AGREEMENT
    targets, scores = floats(y), floats(z)
    p = special.softmax(scores)
    np.testing.assert_allclose(solution["p"].value, p, rtol=1e-12)
    loss = -(targets @ special.log_softmax(scores))
    assert solution["loss"].value == pytest.approx(loss, rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(solution["dL_dz"].value, p * targets.sum() - targets, rtol=1e-9, atol=1e-12)


@given(pairs)
@settings(max_examples=200, deadline=None)
def test_gradient_by_difference_quotients(pairs: list[tuple[Fraction, Fraction]]) -> None:
    """The slope in the scores is that of SciPy's own loss."""
    y, z = (list(each) for each in zip(*pairs, strict=True))
    targets, scores = floats(y), floats(z)
    slopes = optimize.approx_fprime(scores, lambda at: -(targets @ special.log_softmax(at)), 1e-6)
    np.testing.assert_allclose(solved(y=y, z=z)["dL_dz"].value, slopes, atol=1e-5)


def test_fifty_digits() -> None:
    """Loss and gradients by mpmath, with its numerical differentiation."""
    solution = solved(y=["0.2", "0.7", "0.1"], z=["1.5", "-0.25", 3])
    with mpmath.workdps(50):
        y, z = [mpmath.mpf(n) / 10 for n in (2, 7, 1)], [mpmath.mpf("1.5"), mpmath.mpf("-0.25"), mpmath.mpf(3)]

        def loss(*at: Any) -> Any:
            S = mpmath.fsum(map(mpmath.exp, at))
            return -mpmath.fsum(t * mpmath.log(mpmath.exp(each) / S) for t, each in zip(y, at, strict=True))

        assert float(solution["loss"].exact) == pytest.approx(float(loss(*z)), rel=1e-15)
        for j, order in enumerate(((1, 0, 0), (0, 1, 0), (0, 0, 1))):
            assert solution["dL_dz"].value[j] == pytest.approx(float(mpmath.diff(loss, tuple(z), order)), rel=1e-12)


@pytest.mark.parametrize(
    ("z", "right", "p", "loss", "by_ten"),
    [
        (["-2.85", "0.86", "0.28"], 2, [0.016, 0.631, 0.353], 1.04, 0.452),
        (["3.2", "5.1", "-1.7"], 0, [0.13, 0.87, 0.00], 2.04, 0.89),
    ],
)
def test_published_figures(z: list[str], right: int, p: list[float], loss: float, by_ten: float) -> None:
    """Two examples of the course CS231n on linear classification; its slides first printed base-ten logarithms."""
    y = [int(k == right) for k in range(3)]
    solution = solved(y=y, z=z)
    np.testing.assert_allclose(solution["p"].value, p, atol=6e-3 if right == 0 else 6e-4)
    assert solution["loss"].value == pytest.approx(loss, abs=5e-3)
    assert solution["loss"].value / np.log(10) == pytest.approx(by_ten, abs=5e-3)


def test_base_ten_is_named() -> None:
    """The figure 0.452 that the slides printed for the first example is the slip of the wrong logarithm."""
    mark = grader.grade(problem(y=[0, 0, 1], z=["-2.85", "0.86", "0.28"]), {"loss": "0.452"})["loss"]
    assert (mark.verdict, mark.slip) == ("slip", "log-of-base-ten")


P = special.softmax([1.0, 2.0, 4.0])
Y = np.array([0.0, 1.0, 0.0])
SLIPS = [
    ({"p": np.exp([1, 2, 4]).tolist()}, "p", "not-normalised"),
    ({"p": [1 / 7, 2 / 7, 4 / 7]}, "p", "no-exponential"),
    ({"loss": float(np.log(P[1]))}, "loss", "minus-left-out"),
    ({"loss": float(-np.log10(P[1]))}, "loss", "log-of-base-ten"),
    ({"loss": float(-np.log(P).sum())}, "loss", "targets-left-out"),
    ({"loss": float(-np.log(P[1]) / 3)}, "loss", "mean-for-sum"),
    ({"dL_dp": (Y / P).tolist()}, "dL_dp", "sign"),
    ({"dL_dp": [-1 / P[1]] * 3}, "dL_dp", "sum-kept"),
    ({"dL_dp": (-1 / P).tolist()}, "dL_dp", "targets-left-out"),
    ({"dL_dz": (Y - P).tolist()}, "dL_dz", "sign"),
    ({"dL_dz": (-Y * (1 - P)).tolist()}, "dL_dz", "own-probability-only"),
    ({"dL_dz": (-Y / P).tolist()}, "dL_dz", "softmax-left-out"),
]


@pytest.mark.parametrize(("answers", "part", "slip"), SLIPS)
def test_slips_are_named(answers: dict[str, Any], part: str, slip: str) -> None:
    """Each mistake, computed here by its own formula, is called by its name; the report keeps the sum in its (9)."""
    mark = grader.grade(problem(**GIVEN), answers)[part]
    assert (mark.verdict, mark.slip) == ("slip", slip)


def test_what_follows_from_own_probabilities() -> None:
    """Wrong probabilities cost their own points only."""
    marks = grader.grade(
        problem(**GIVEN), {"p": ["0.1", "0.3", "0.6"], "loss": "1.20397", "dL_dz": ["0.1", "-0.7", "0.6"]}
    )
    assert [marks[step].verdict for step in ("p", "loss", "dL_dz")] == ["wrong", "follows", "follows"]


@pytest.mark.parametrize("given", [GIVEN, {"y": [0, 1, 0]}, {"y": [1, 0]}, {}, {"y": [1, 0, 0, 0, 0, 0], "z": [1] * 6}])
def test_gradients_are_proved(given: dict[str, Any]) -> None:
    """In numbers, in the scores, and for one class among any number, through the chain rule."""
    solution = solved(**given)
    assert [step for step in ("dL_dp", "dL_dz") if not solution[step].claims] == []
    assert [name for name in solution if not solution.prove(name)] == []


@pytest.mark.parametrize(
    ("given", "symbols"), [({}, {"y_i", "z_i", "R", "C", "p_j", "D"}), ({"y": [0, 1]}, {"z"}), (GIVEN, set())]
)
def test_formulas_where_nothing_is_given(given: dict[str, Any], symbols: set[str]) -> None:
    """Without scores the steps are formulas in symbols; the names of the catalogue stay."""
    solution = solved(**given)
    assert solution.symbols == symbols
    assert [name for name in solution if name in {"p", "loss", "dL_dp", "dL_dz"}] == ["p", "loss", "dL_dp", "dL_dz"]
    assert all((step.kind.judge == "formula") == bool(symbols) for step in solution.values())
    assert max(solution.agreement(name) for name in solution) < AGREEMENT


def test_one_class_among_many_is_an_entry_of_the_whole() -> None:
    """The formulas for class i, at numbers, give the entry that the vectors give."""
    y, z = np.array([0.2, 0.5, 0.3]), np.array([0.4, -1.0, 0.7])
    whole = solved(y=[str(each) for each in y], z=[str(each) for each in z])
    for i in range(3):
        rest = np.arange(3) != i
        known = {"y_i": y[i], "z_i": z[i], "R": np.exp(z[rest]).sum(), "C": y[rest] @ z[rest]}
        known = {name: np.array([value]) for name, value in known.items()}
        for name, step in solved().items():
            known[name] = numeric(step.expression, known)
        assert known["loss"][0] == pytest.approx(whole["loss"].value)
        for name in ("p", "dL_dp", "dL_dz"):
            assert known[name][0] == pytest.approx(whole[name].value[i])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"z": [1, 2]}, "given.z: expected targets y beside the scores z"),
        ({"y": [1, 0, 0], "z": [1, 2]}, "given.z: expected as many scores as targets: y has 3 and z has 2"),
        ({"y": [1, 0], "z": [800, 0]}, "given.z: expected scores at most 700 apart, got 800 between two of them"),
        ({"y": 1, "z": [1]}, "given.y: expected a list of numbers, got a single number"),
    ],
)
def test_refusals(given: dict[str, Any], message: str) -> None:
    """Targets and scores that do not fit together, or not in floating point, are refused."""
    with pytest.raises(SpecError) as refusal:
        solved(**given)
    assert str(refusal.value) == message


@pytest.mark.parametrize(("step", "slip"), [("dL_dp", "sum-kept"), ("dL_dz", "another-class")])
def test_the_reports_wrong_lines_are_slips_of_the_formulas(step: str, slip: str) -> None:
    """Its line (9) keeps the sum over the classes, its line (15) takes another class's probability."""
    solution = load_all()["cross_entropy"].solve({})
    slips = {each.name: each for each in solution[step].slips}
    assert latex_of(slips[slip].expression) != solution[step].latex
    assert {"D", "p_j"} & set(names(slips[slip].expression))
