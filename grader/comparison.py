r"""Whether two texts write the same: `same`, `different`, `undecided` or `unreadable`, each with its evidence.

>>> compare("2(x+y)", "2x+2y").verdict
'same'
>>> found = compare(r"(X^T X + n λ I)^{-1} X^T y", r"(X X^T + n λ I)^{-1} X y",
...     symbols={"X": "matrix(n,d)", "y": "vector(n)", "λ": "positive"})
>>> found.verdict, found.rule
('different', 'shape')
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from grader import expression as op
from grader.errors import MisfitError, ShapeError, UnreadableError, pointed
from grader.expression import algebra
from grader.expression.compare import Comparison, compare_trees
from grader.expression.numerals import LONGEST, read_endless
from grader.expression.scope import Scope, replaced
from grader.expression.tree import Expression, Name, as_expression, leaves
from grader.statements import Side, Statement, statement
from grader.vocabulary import MORE_WORLDS, Vocabulary, free_worlds, worlds

ENOUGH = 2  # worlds in which two formulas are the same


ENDLESS = re.compile(r"nan|inf|∞", re.IGNORECASE)


def compare(one: str, other: str, symbols: Mapping[str, str] | None = None, decimal: str = "point") -> Comparison:
    """Whether two formulas, numbers, matrix formulas or equations are the same.

    `symbols` declares names: `real`, `positive`, `integer`, `probability`, `vector(n)`, `positive matrix(n,d)`; without
    it every letter is a real number of its own. `decimal="comma"` reads 0,5 as a half. Raises `GraderError` for a
    declaration that says nothing; whatever the two texts hold, the answer is a verdict.
    """
    if special := not_finite(one, other):
        return special
    try:
        stated = [statement(text, decimal) for text in (one, other)]
        kinds = worlds(symbols, MORE_WORLDS) if symbols is not None else free_worlds([
            [token for side in each.sides for token in side.tokens] for each in stated
        ])  # fmt: skip
        return merged(in_world(stated[0], stated[1], world) for world in kinds)
    except UnreadableError as error:
        return Comparison("unreadable", "unreadable", pointed(error))


def not_finite(one: str, other: str) -> Comparison | None:
    """The verdict where one text is NaN or infinite and nothing else; None where none is."""
    if not any(len(text) <= LONGEST and ENDLESS.search(text) for text in (one, other)):
        return None
    values = [read_endless(text) for text in (one, other)]
    if values == [None, None]:
        return None
    verdict = "same" if str(values[0]) == str(values[1]) else "different"
    return Comparison(verdict, "numbers", "NaN and infinity are what they are")


def merged(found: Iterable[Comparison]) -> Comparison:
    """The verdict over several worlds: the first that is not `same`, with the chances of error added up.

    Where a formula has too few values in one world, as (XᵀX)⁻¹ where X has more columns than rows, two others will do.
    """
    same: list[Comparison] = []
    valueless: Comparison | None = None
    for each in found:
        if each.verdict == "same":
            same.append(each)
        elif each.verdict == "undecided" and each.rule == "balls":
            valueless = each
        else:
            return each
        if len(same) == ENOUGH:
            break
    if valueless is not None and len(same) < ENOUGH:
        return valueless
    chance, points = sum(each.chance for each in same), sum(each.points for each in same)
    return replace(same[0], chance=chance, points=points)


def in_world(one: Statement, other: Statement, world: Vocabulary) -> Comparison:
    """The verdict in one world, and where letters for positions meet in a Kronecker delta, with equal ones too."""
    scope = world.scope()
    found = readings(one, other, world, scope)
    if found.verdict == "same" and scope.kronecker and len(world.letters) > 1:
        first, second = list(world.letters)[:2]
        return merged([found, readings(one, other, world.with_cases([(first, second)]))])
    return found


def readings(one: Statement, other: Statement, world: Vocabulary, scope: Scope | None = None) -> Comparison:
    """The verdict by the first reading; where only a second reading of `1/2x` is the same, none."""
    scope = scope or world.scope()
    sides = answered(one, other)
    if sides is None:
        return as_equations(one, other, world, scope)
    values = []
    for side, beside in zip(sides, reversed(sides), strict=True):
        try:
            values.append(side.read(scope))
        except MisfitError as error:
            beside.read(scope)
            return Comparison("different", "shape", pointed(error))
    found = judged(values[0][0], values[1][0], world, scope)
    if found.verdict == "different" and (values[0][1] or values[1][1]):
        tight = [side.read(scope, tight=True)[0] for side in sides]
        for pair in ((tight[0], values[1][0]), (values[0][0], tight[1]), (tight[0], tight[1])):
            if judged(*pair, world, scope).verdict == "same":
                reason = "this can be read in two ways: write brackets around what is divided by"
                return Comparison("undecided", "two readings", reason)
    return found


def judged(one: algebra.Value, other: algebra.Value, world: Vocabulary, scope: Scope) -> Comparison:
    """The verdict on two values: a shape of their own first, then the trees."""
    sized = isinstance(one, algebra.Eye | algebra.Ones) != isinstance(other, algebra.Eye | algebra.Ones)
    if not sized and algebra.lies(one) != algebra.lies(other):
        reason = f"one is {algebra.shown(one)}, the other {algebra.shown(other)}"
        return Comparison("different", "shape", reason)
    try:
        trees = algebra.paired(one, other) if sized else (algebra.whole(one), algebra.whole(other))
    except ShapeError as error:
        return Comparison("different", "shape", error.what)
    return compare_trees(scope.expanded(trees[0]), scope.expanded(trees[1]), world.domains)


def answered(one: Statement, other: Statement) -> tuple[Side, Side] | None:
    """The sides that hold what each statement says something is; None where both are equations."""
    sides = [each.sides[-1] for each in (one, other)]
    many = [len(each.sides) > 1 for each in (one, other)]
    if not all(many):
        return sides[0], sides[1]
    labels = [each.sides[0].text.split("(")[0].strip() for each in (one, other)]
    named = all(each.sides[0].label for each in (one, other))
    return (sides[0], sides[1]) if named and labels[0] == labels[1] else None


def as_equations(one: Statement, other: Statement, world: Vocabulary, scope: Scope) -> Comparison:
    """Whether two equations say the same: the difference of the sides of one is a number times that of the other.

    r₁ = c·r₂ exactly where r₁(x)·r₂(x′) = r₂(x)·r₁(x′) at all points x and x′.
    """
    try:
        first = residual(one, scope)
    except MisfitError as error:
        residual(other, scope)
        return Comparison("different", "shape", pointed(error))
    try:
        second = residual(other, scope)
    except MisfitError as error:
        return Comparison("different", "shape", pointed(error))
    if first.shape != second.shape:
        return Comparison("different", "shape", "the equations have other shapes")
    nothing = as_expression(0)
    zero = [compare_trees(each, op.times(nothing, each), world.domains).verdict == "same" for each in (first, second)]
    if any(zero):
        return Comparison("same" if all(zero) else "different", "equations", "an equation that always holds")
    elsewhere = {
        name: Name(f"{name}′", leaf.shape, leaf.symbol) for each in (first, second) for name, leaf in leaves_of(each)
    }
    domains = dict(world.domains) | {
        primed.name: world.domains[name] for name, primed in elsewhere.items() if name in world.domains
    }
    there = [replaced(each, elsewhere) for each in (first, second)]
    crossed = [op.outer(op.ravel(a), op.ravel(b)) for a, b in ((first, there[1]), (second, there[0]))]
    found = compare_trees(crossed[0], crossed[1], domains)
    reason = "one equation is a number times the other" if found.verdict == "same" else "the equations differ"
    return replace(found, rule="equations", reason=reason, counterexample=None, values=None)


def residual(stated: Statement, scope: Scope) -> Expression:
    """What an equation says is zero. Raises `MisfitError` where its sides have other shapes."""
    left, right = stated.sides[0].tree(scope), stated.sides[-1].tree(scope)
    try:
        return scope.expanded(op.minus(*algebra.paired(left, right)))
    except ShapeError as error:
        raise MisfitError(error.what, stated.text, stated.sides[-1].tokens[0][2]) from error


def leaves_of(tree: Expression) -> Iterable[tuple[str, Name]]:
    return ((leaf.name, leaf) for leaf in leaves(tree) if isinstance(leaf, Name))
