"""Single edits of a formula: which there are, and that each is another formula of the same shape."""

from __future__ import annotations

import pytest

from grader.expression import Expression, Name, conv2d, divide, log, mean, names, plain_of, sqrt, total
from grader.expression.readings import numeric
from grader.marking.edits import MOST, SIMPLEST, edits, edits_of
from grader.problem import Problem, load_folder

a, b, c = Name("a"), Name("b"), Name("c")
A, B, v = Name("A", (2, 2)), Name("B", (2, 2)), Name("v", (3,))


@pytest.fixture(scope="module")
def problems() -> dict[str, Problem]:
    return load_folder("problems")[0]


@pytest.mark.parametrize(
    ("tree", "name", "edited"),
    [
        (a + b, "sign", "a − b"),
        (a - b, "sign", "a + b"),
        (a - b, "term-left-out", "a"),
        (a * b, "factor-left-out", "b"),
        (a * b + c, "factor-left-out", "a + c"),
        (-(a - b) * c, "bracket-lost", "−(a − b·c)"),
        (-(a - b) * c, "minus-on-first", "(−a − b)·c"),
        (a * (b + c), "bracket-lost", "a·b + c"),
        (a / (b + c), "bracket-lost", "a/b + c"),
        ((a + b) / c, "bracket-lost", "a + b/c"),
        ((a + b) ** 2, "bracket-lost", "a² + b²"),
        ((a + b) ** 2, "square-left-out", "a + b"),
        (a**2, "square-left-out", "2·a"),
        (sqrt(a + b), "root-left-out", "a + b"),
        (sqrt(a + b), "bracket-lost", "√(a) + √(b)"),
        (a / b, "inverted", "b/a"),
        (a / b, "multiplied-instead", "a·b"),
        (divide(a, 2), "factor-left-out", "a"),
        (divide(a, b), "one-off", "a/(b − 1)"),
        (log(a), "function-left-out", "a"),
        (a + 1, "one-off", "a + 2"),
        (a * b, "squared", "a·b²"),
        (total(v), "sum-or-mean", "mean(v)"),
        (mean(v), "sum-or-mean", "Σ_i v_i"),
        (total(v**2), "square-left-out", "(Σ_i v_i)²"),
        (total(v), "addend-left-out", "v_1 + v_2"),
        (v[1] * a, "neighbour", "v_1·a"),
        (A @ B, "swapped", "B·A"),
        (A @ B, "transposed", "Aᵀ·B"),
        (A @ B, "factor-left-out", "B"),
    ],
)
def test_an_edit_is_found(tree: Expression, name: str, edited: str) -> None:
    """Each kind of edit, in the formula that it is about."""
    assert edited in [plain_of(edit.expression) for edit in edits_of(tree, ()) if edit.name == name]


@pytest.mark.parametrize(
    ("step", "name", "edited"),
    [
        ("w_4", "stale", "w_2 − α·g_w,4"),
        ("w_4", "stale", "w_3 − α·g_w,3"),
        ("w_4", "stale", "w − α·g_w,4"),
        ("grad_w_4", "neighbour", "−(y_4 − ŷ_4)·x_3"),
        ("grad_b_4", "other-quantity", "−(y_4 − g_w,4)"),
        ("yhat_4", "other-quantity", "w_3·y_4 + b_3"),
        ("yhat_4", "stale", "w_2·x_4 + b_2"),
        ("yhat_4", "stale", "w·x_4 + b"),
    ],
)
def test_a_wrong_quantity_is_found(problems: dict[str, Problem], step: str, name: str, edited: str) -> None:
    """An older value, the entry beside, and another quantity of the same sample, all of them known by then."""
    solution = problems["sgd-line"].solution
    found = edits(solution[step], solution)
    assert edited in [plain_of(edit.expression) for edit in found if edit.name == name]


def test_a_quantity_that_comes_later_is_not_taken(problems: dict[str, Problem]) -> None:
    solution = problems["sgd-line"].solution
    order = list(solution)
    named = {name for edit in edits(solution["w_2"], solution) for name in names(edit.expression)}
    assert not named & set(order[order.index("w_2") :])


def test_a_window_over_an_image_is_left_to_its_family() -> None:
    """A convolution has named slips of its own; only the quantities in it are edited."""
    X, K, L = Name("X", (4, 4)), Name("K_1", (2, 2)), Name("K_2", (2, 2))
    assert {edit.name for edit in edits_of(conv2d(X, K), (X, L))} == {"sign", "factor-two", "neighbour"}


def test_every_step_has_edits_in_order(problems: dict[str, Problem]) -> None:
    """On all shipped problems: other trees of the same shape, each once, simplest first, and not too many."""
    for problem in problems.values():
        for step in problem.solution.values():
            found = edits(step, problem.solution)
            trees = [edit.expression for edit in found]
            assert len(trees) == len(set(trees)) <= MOST
            assert step.expression not in trees
            assert all(tree.shape == step.shape for tree in trees)
            ranks = [SIMPLEST.index(edit.name) for edit in found]
            assert ranks == sorted(ranks)


def test_every_edit_has_a_value(problems: dict[str, Problem]) -> None:
    """Whatever is left after an edit can be evaluated on the key."""
    for problem in problems.values():
        for name in [name for name in problem.solution if name not in problem.solution.symbolic][::4]:
            for edit in edits(problem.solution[name], problem.solution):
                value = numeric(edit.expression, problem.solution.arrays)
                assert value.shape[:-1] == problem.solution[name].shape


def test_sentences_are_sentences(problems: dict[str, Problem]) -> None:
    for problem in problems.values():
        for step in problem.solution.values():
            for edit in edits(step, problem.solution):
                assert edit.sentence.startswith("It looks as if ")
                assert edit.sentence.endswith((".", "?"))
                assert len(edit.sentence) < 200


def test_what_is_very_long_is_left_alone() -> None:
    tree: Expression = a
    for _ in range(200):
        tree = tree + b
    assert edits_of(tree, ()) == ()
