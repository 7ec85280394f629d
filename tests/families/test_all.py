"""What every family must do, whatever it teaches: solve its example, by both readings, and prove what it claims."""

from fractions import Fraction

import pytest

from grader.checks import AGREEMENT, check
from grader.document import read_yaml
from grader.expression import Table
from grader.families import FAMILIES, Family, describe, example_solution, load_all, starting_spec
from grader.problem import Part, Problem, read_problem
from grader.solution import Page, Solution

every_family = pytest.mark.parametrize("family", load_all().values(), ids=lambda family: family.name)


def liar(s: Page) -> None:
    """Two slopes of (2x − 1)², of which the second has lost its inner derivative.

    Example::

        {}
    """
    x = s.given("x", Table((), (Fraction(3),)))
    loss = (2 * x - 1) ** 2
    s.step("true_slope", 4 * (2 * x - 1), "Differentiate outside and inside.", derivative=(loss, x))
    s.step("false_slope", 2 * (2 * x - 1), "Forget the inside.", derivative=(loss, x))


def page_of(write: object) -> Solution:
    page = Page()
    write(page)  # type: ignore[operator]
    return Solution(page)


def first_words(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines() if line.strip()]


def test_families_of_the_catalogue_are_registered() -> None:
    """The families that problems are shipped for are found by themselves, each under its own name."""
    assert {"sgd", "conv2d", "pool2d", "cnn"} <= set(load_all())
    assert all(name == family.name for name, family in FAMILIES.items())


@every_family
def test_example_solves(family: Family) -> None:
    """The example in a family's docstring gives steps, each with a sentence for the student."""
    solution = example_solution(family)
    assert len(solution) > 0
    assert all(step.sentence.endswith(".") for step in solution.values())


@every_family
def test_example_is_written_with_its_own_givens(family: Family) -> None:
    """The example states every given that is required, and none that the family does not take."""
    stated = set(read_yaml(family.example))
    assert {given.name for given in family.givens.values() if given.required} <= stated
    assert stated <= set(family.givens)


@every_family
def test_starting_spec_is_a_problem_that_checks(family: Family) -> None:
    """What `grader new` writes loads as it stands, asks every step for a point, and passes the author's tests."""
    problem = read_problem(read_yaml(starting_spec(family)), "start")
    checked = check(problem)
    assert [part.step for part in problem.parts] == list(problem.solution)
    assert problem.points == len(problem.solution)
    assert list(map(str, checked.errors)) == []
    assert checked.steps == len(problem.solution)


@every_family
def test_readings_agree(family: Family) -> None:
    """SymPy and NumPy give the same value for every step of the example."""
    solution = example_solution(family)
    differences = {name: solution.agreement(name) for name in solution}
    assert {name: gap for name, gap in differences.items() if not gap <= AGREEMENT} == {}


@every_family
def test_claimed_derivatives_are_proved(family: Family) -> None:
    """Every step that claims to be a derivative is one, for all values of the other quantities."""
    solution = example_solution(family)
    assert [name for name in solution if not solution.prove(name)] == []


@every_family
def test_describe_names_every_given_and_step(family: Family) -> None:
    """`grader families NAME` lists the givens in the order of the signature and the steps in that of the page."""
    head, _, rest = describe(family).partition("\nGivens\n")
    givens, _, rest = rest.partition("\nSteps of the example\n")
    steps, _, example = rest.partition("\nExample\n")
    assert head.splitlines()[0] == family.name
    assert family.summary in head
    assert first_words(givens) == list(family.givens)
    assert first_words(steps) == list(example_solution(family))
    assert read_yaml(example) == read_yaml(family.example)


def test_sgd_claims_a_derivative_for_every_gradient() -> None:
    """The proofs above prove something: each gradient of the descent carries a claim."""
    problem = read_problem(read_yaml(starting_spec(load_all()["sgd"])), "start")
    assert check(problem).proofs == sum(name.startswith("grad_") for name in problem.solution) == 6


def test_false_claim_is_not_proved() -> None:
    """A wrong derivative is told from a right one of the same loss."""
    solution = page_of(liar)
    assert solution.prove("true_slope")
    assert not solution.prove("false_slope")


def test_check_reports_a_false_claim() -> None:
    """The author's tests fail on a family that claims a wrong derivative, and name the step."""
    problem = Problem("lie", "A lie", Family("liar", liar), {}, (Part("true_slope"),), path="lie.yaml")
    checked = check(problem)
    assert checked.proofs == 2
    assert [error.place.path for error in checked.errors] == ["false_slope"]
    assert "prove" in checked.errors[0].what
