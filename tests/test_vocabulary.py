"""What formulas may say: worlds of lengths, positions, quantities that a line defines, what a page's names come to."""

from __future__ import annotations

from itertools import islice

import pytest

from grader.errors import GraderError
from grader.expression import Expression, Name, total
from grader.expression.algebra import Row
from grader.expression.compare import compare_trees
from grader.problem import load
from grader.statements import statement
from grader.vocabulary import MORE_WORLDS, WORLDS, Vocabulary, defined, quantity, symbols_in, worlds

MODEL = {"X": "matrix(n,d)", "y": "vector(n)", "w": "vector(d)", "lam": "positive"}


def world(number: int = 0) -> Vocabulary:
    return next(islice(worlds(MODEL, MORE_WORLDS), number, None))


def test_worlds_have_other_lengths() -> None:
    """Letters of shapes are other whole numbers in each world; what they measure has those shapes."""
    found = list(worlds(MODEL))
    assert [each.lengths for each in found] == [{"n": 4, "d": 3}, {"n": 3, "d": 5}]
    assert [each.names["X"].shape for each in found] == [(4, 3), (3, 5)]
    assert found[0].describe() == "n = 4, d = 3"
    assert {name: each for name, each in found[0].domains.items() if each != "real"} == {"lam": "positive"}


def test_worlds_with_more_rows_and_with_more_columns() -> None:
    """Of the worlds there are two of either kind, so that XᵀX, or XXᵀ, has an inverse in two."""
    taller = [n > d for n, d, *_ in MORE_WORLDS]
    assert (taller.count(True), taller.count(False)) == (2, 2)
    assert MORE_WORLDS[: len(WORLDS)] == WORLDS
    assert all(len(set(lengths)) == len(lengths) for lengths in MORE_WORLDS)


def test_one_world_without_letters() -> None:
    """Shapes in numbers, and scalars, need one world only."""
    assert len(list(worlds({"x": "real", "z": "vector(3)"}))) == 1


def test_positions() -> None:
    """The letters i, j, … are positions from the first, as far as every length reaches and no name is one."""
    assert world().letters == {"i": 0, "j": 1, "k": 2}
    (declared,) = worlds({"i": "real", "z": "vector(2)"})
    assert declared.letters == {"j": 0, "k": 1}
    assert declared.with_cases([("j", "k")]).letters == {"j": 0, "k": 0}


def test_bad_declarations() -> None:
    """What says nothing is an error with a hint."""
    with pytest.raises(GraderError, match="did you mean 'positive'"):
        list(worlds({"x": "positiv"}))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (r"\hat{y}", "yhat"), ("ŷ_i", "yhat"), ("L(w)", "L"), (r"L(y, \hat{y})", "L"), ("w_1", "w_1"),
        ("w_{12}", "w_12"),
        ("λ", "lambda"), (r"\lambda", "lambda"), ("2w", ""), ("w + 1", ""), ("dL/dw", ""), ("r_i", "r"),
    ],
)  # fmt: skip
def test_quantities(text: str, name: str) -> None:
    """The name that the left of a line is, without arguments and index."""
    assert quantity(statement(f"{text} = 1").sides[0]) == name


@pytest.mark.parametrize(
    ("text", "name", "same_as"),
    [
        (r"\hat{y} = Xw", "yhat", "X w"),
        (r"r_i = y_i - (Xw)_i", "r", "y - X w"),
        (r"L(w) = \frac1n \sum_i (y_i - (Xw)_i)^2", "L", r"\frac1n \lVert y - Xw \rVert^2"),
        ("c = 2", "c", "2"),
    ],
)
@pytest.mark.parametrize("number", range(4))
def test_definitions(text: str, name: str, same_as: str, number: int) -> None:
    """A line defines its left: as a whole, with arguments, or entry by entry."""
    base = world(number)
    found = defined(base, statement(text)).definitions[name]
    assert compare_trees(found, statement(same_as).sides[0].tree(base.scope())).verdict == "same"


def test_what_defines_nothing() -> None:
    """A formula without a name on its left leaves the vocabulary as it is."""
    base = world()
    assert defined(base, statement("2w")) is base
    assert defined(base, statement("2w = 4")) is base


def test_a_later_definition_stands_behind_what_it_uses() -> None:
    """A quantity that is defined anew in others is written out in them."""
    base = world()
    for text in ("L = w^T w", "s = w^T w", "L = 2s - s"):
        base = defined(base, statement(text))
    assert list(base.definitions) == ["s", "L"]
    w = base.names["w"]
    assert compare_trees(base.scope().expanded(base.definitions["L"]), total(w**2)).verdict == "same"


def test_symbols_of_formulas_that_declare_none() -> None:
    """Letters of the formulas that are no defined quantity are real numbers."""
    assert symbols_in(["f(x) = a x^2"], ["f'(x) = 2 a x"]) == {"a": "real", "x": "real"}


def test_vectors_that_lie() -> None:
    """On a page whose samples stand in columns a vector is a row, and its entries are numbers."""
    scope = Vocabulary({"w": Name("w", (2,)), "b": Name("b")}, letters={"i": 0}, lie=True).scope()
    lying = scope.value("w", ())
    assert isinstance(lying, Row)
    assert lying.vector == Name("w", (2,))
    assert isinstance(scope.value("w", ("i",)), Expression)
    assert scope.value("b", ()) == Name("b")


@pytest.mark.parametrize(
    ("id", "known"),
    [
        ("softmax-derivative", {"z", "p", "yhat", "S", "R", "same", "p_i"}),
        ("cross-entropy-derivative", {"y", "z", "p", "yhat", "D", "C"}),
        ("exercise-2-ridge", {"X", "y", "w", "lam", "gradient"}),
    ],
)
def test_names_of_a_page(id: str, known: set[str]) -> None:
    """Givens, symbols, steps, and what the family adds in the words of students."""
    found = load(f"problems/exercise-2-report/{id}.yaml").vocabulary
    assert known <= found.names.keys()


def test_a_spec_narrows_the_domains_of_its_symbols() -> None:
    """`symbols:` in a spec counts before what the family says."""
    problem = load("problems/exercise-2-report/exercise-2-ridge.yaml")
    assert problem.vocabulary.domains["lam"] == "positive"
