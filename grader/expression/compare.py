"""Are two trees the same? Three answers, each with its evidence.

In order: shapes; the same tree; residues in a finite field (`field.py`), which prove identities of rational formulas
but for a tiny chance, whatever functions stand in them, and prove rational formulas different; balls (`balls.py`) at
sample points (`points.py`) and in all cells of a formula by cases (`cells.py`). A ball of the difference that leaves
out zero proves that two formulas differ. That they are the same is said where the difference is zero to hundreds of
digits at several points, at a precision at which nothing between is lost: with R bits the largest size, or its
reciprocal, of any value on the way, at 4R bits and more. The chance stated is that of a ball holding zero by accident,
if the difference were a random number of the values' size; with cases, that one of them holds at least a hundredth of
the draws and is met by none.

Equal means: equal wherever both have a value, and values at the same places, but for a set of measure zero.

>>> from grader.expression.tree import Name
>>> x = Name("x")
>>> found = compare_trees((x + 1) ** 2, x**2 + 2 * x + 2)
>>> found.verdict, found.counterexample, found.values
('different', (('x', '2'),), ('9', '10'))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.expression.by_balls import by_balls
from grader.expression.by_field import by_field
from grader.expression.domains import POSITIVE, REAL, Domain
from grader.expression.objects import UnreadError
from grader.expression.program import Program
from grader.expression.question import Comparison, Question
from grader.expression.tree import Apply, Expression, by

__all__ = ["Comparison", "alike", "compare_trees"]


def compare_trees(one: Expression, other: Expression, domains: Mapping[str, Domain] | None = None) -> Comparison:
    """Whether two trees of names with shapes and domains are the same; a name without a domain is real."""
    if one.shape != other.shape:
        return Comparison("different", "shape", f"one is {entries(one)}, the other {entries(other)}")
    question = Question(one, other, domains or {})
    found = answered(question)
    if found.rule != "undefined":
        return found
    real = [name.name for name in question.names if question.domains.get(name.name, REAL) == REAL]
    positive = {**question.domains, **dict.fromkeys(real, POSITIVE)}
    if not real or answered(Question(one, other, positive)).verdict != "same":
        return found
    return replace(found, reason=f"{found.reason}; with {', '.join(real)} declared positive they are the same")


def alike(one: Expression, other: Expression) -> bool:
    """Whether two trees are written the same."""
    if one is other or type(one) is not type(other) or one.shape != other.shape:
        return one is other
    if isinstance(one, Apply) and isinstance(other, Apply) and one.operation is not other.operation:
        return False
    first, second = Program(one, other).roots
    return first == second


def answered(question: Question) -> Comparison:
    """What the first rule that has an answer finds."""
    try:
        return next(found for rule in RULES if (found := rule(question)) is not None)
    except UnreadError as error:
        return question.undecided(str(error), rule="no reading")


def entries(tree: Expression) -> str:
    return f"{by(tree.shape)} entries" if tree.shape else by(())


def identical(question: Question) -> Comparison | None:
    """The same tree."""
    return Comparison("same", "identical") if question.one == question.other else None


def too_large(question: Question) -> Comparison | None:
    reason = "the formulas are too large to compare"
    return question.undecided(reason, rule="budget") if question.too_large else None


RULES = (identical, too_large, by_field, by_balls)
