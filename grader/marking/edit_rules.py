"""How one operation of a formula goes astray: a function for each kind of edit, in a table by operation.

A rule takes a node and gives its changes, each built only when it is wanted, since what is built need not fit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TypeGuard

from grader.expression.operations import (
    divide,
    minus,
    negative,
    plus,
    power,
    sqrt,
    times,
)
from grader.expression.tree import Apply, Expression, Name, Number
from grader.marking import edit_words as say
from grader.marking.edit_words import Words


@dataclass(frozen=True)
class Change:
    """A node altered: the kind of edit, what is built, and its words."""

    name: str
    build: Callable[[], Expression]
    words: Words


Rule = Callable[[Apply], Iterator[Change]]
RULES: dict[str, list[Rule]] = defaultdict(list)
"""The rules for each operation by its name."""


def rule(*operations: str) -> Callable[[Rule], Rule]:
    """Register a rule for nodes of these operations."""

    def added(function: Rule) -> Rule:
        for operation in operations:
            RULES[operation].append(function)
        return function

    return added


def at(node: Expression) -> Iterator[Change]:
    """The changes of one node."""
    if isinstance(node, Number):
        yield from counted(node)
    elif isinstance(node, Apply):
        for each in RULES.get(node.operation.name, ()):
            yield from each(node)


def of_the_whole(tree: Expression) -> Iterator[Change]:
    """The changes of the result: its sign, and a factor of two."""
    yield Change("sign", lambda: opposite(tree), say.sign_of_all())
    yield Change("factor-two", lambda: times(2, tree), say.doubled())
    yield Change("factor-two", lambda: divide(tree, 2), say.halved())


def condition(node: Apply, k: int) -> bool:
    """Whether an operand decides between cases and is no quantity, or stands for an exponent."""
    return (node.operation.name == "where" and k == 0) or (node.operation.name in {"power", "root"} and k == 1)


def opposite(tree: Expression) -> Expression:
    """A tree with its sign turned, and one minus less where it has one."""
    return tree.operands[0] if is_(tree, "negative") else negative(tree)


def is_(tree: Expression, *operations: str) -> TypeGuard[Apply]:
    return isinstance(tree, Apply) and tree.operation.name in operations


@dataclass(frozen=True)
class Sum:
    """A sum or difference of two terms, perhaps with a minus before it."""

    outer: Callable[[Expression], Expression]
    join: Callable[..., Expression]
    a: Expression
    b: Expression

    @property
    def turned(self) -> bool:
        """Whether a minus stands before it."""
        return self.outer is negative


def as_sum(tree: Expression) -> Sum | None:
    """A tree as a sum, where it is one."""
    inner: Expression = tree.operands[0] if is_(tree, "negative") else tree
    if not is_(inner, "plus", "minus"):
        return None
    outer: Callable[[Expression], Expression] = negative if inner is not tree else lambda whole: whole
    return Sum(outer, inner.operation, *inner.operands)


@rule("plus")
def of_a_sum(node: Apply) -> Iterator[Change]:
    a, b = node.operands
    yield Change("sign", lambda: minus(a, b), say.sign_of(b))
    yield Change("sign", lambda: plus(opposite(a), b), say.sign_of(a))
    yield Change("term-left-out", lambda: a, say.term_left_out(b))
    yield Change("term-left-out", lambda: b, say.term_left_out(a))


@rule("minus")
def of_a_difference(node: Apply) -> Iterator[Change]:
    a, b = node.operands
    yield Change("sign", lambda: plus(a, b), say.sign_of(b))
    yield Change("sign", lambda: minus(b, a), say.turned_round(a, b))
    yield Change("term-left-out", lambda: a, say.term_left_out(b))
    yield Change("term-left-out", lambda: opposite(b), say.term_left_out(a))


@rule("negative")
def of_a_minus(node: Apply) -> Iterator[Change]:
    yield Change("sign", lambda: node.operands[0], say.sign_of(node.operands[0]))
    if whole := as_sum(node):
        yield Change("minus-on-first", lambda: whole.join(negative(whole.a), whole.b), say.minus_on_first())


@rule("times", "matmul")
def of_a_product(node: Apply) -> Iterator[Change]:
    a, b = node.operands
    yield Change("factor-left-out", lambda: b, say.factor_left_out(a))
    yield Change("factor-left-out", lambda: a, say.factor_left_out(b))
    for k, (factor, other) in enumerate(((a, b), (b, a))):
        if whole := as_sum(factor):
            yield from multiplied_through(node, whole, other, k)
    if not node.shape:
        yield Change("divided-instead", lambda: divide(a, b), say.divided_instead(b))
        yield Change("added-instead", lambda: plus(a, b), say.added_instead())


def multiplied_through(node: Apply, whole: Sum, factor: Expression, k: int) -> Iterator[Change]:
    """A factor that meets one term of a bracket only."""

    def product(term: Expression) -> Expression:
        return node.operation(*((term, factor) if k == 0 else (factor, term)))

    a, b = whole.a, whole.b
    one = say.multiplied(b, factor), say.multiplied(a, factor)
    yield Change("bracket-lost", lambda: whole.outer(whole.join(a, product(b))), one[0])
    yield Change("bracket-lost", lambda: whole.outer(whole.join(product(a), b)), one[1])
    if whole.turned:
        yield Change("bracket-lost", lambda: whole.join(negative(a), product(b)), say.bracket_forgotten(factor))
        yield Change("minus-on-first", lambda: product(whole.join(negative(a), b)), say.minus_on_first())


@rule("divide")
def of_a_quotient(node: Apply) -> Iterator[Change]:
    a, b = node.operands
    yield Change("factor-left-out", lambda: a, say.divisor_left_out(b))
    if a != Number(Fraction(1)):
        yield Change("factor-left-out", lambda: divide(1, b), say.numerator_left_out(a))
    yield Change("inverted", lambda: divide(b, a), say.inverted())
    yield Change("multiplied-instead", lambda: times(a, b), say.multiplied_instead(b))
    if above := as_sum(a):
        p, q, outer, join = above.a, above.b, above.outer, above.join
        yield Change("bracket-lost", lambda: outer(join(p, divide(q, b))), say.divided(q, b))
        yield Change("bracket-lost", lambda: outer(join(divide(p, b), q)), say.divided(p, b))
    if below := as_sum(b):
        yield Change("bracket-lost", lambda: below.join(divide(a, below.a), below.b), say.divided_by_one(below.a))
    if isinstance(b, Name) and not b.shape:
        yield Change("one-off", lambda: divide(a, b - 1), say.one_off(b, b - 1))
        yield Change("one-off", lambda: divide(a, b + 1), say.one_off(b, b + 1))


@rule("power")
def of_a_power(node: Apply) -> Iterator[Change]:
    base, exponent = node.operands
    yield Change("square-left-out", lambda: base, say.not_raised(base))
    yield Change("square-left-out", lambda: times(exponent, base), say.times_exponent(base))
    if whole := as_sum(base):
        a, b, outer, join = whole.a, whole.b, whole.outer, whole.join
        yield Change("bracket-lost", lambda: outer(join(power(a, exponent), power(b, exponent))), say.each_raised())
        yield Change("bracket-lost", lambda: outer(join(a, power(b, exponent))), say.not_raised(a))
    yield Change("sign", lambda: negative(node), say.sign_not_raised())
    if not isinstance(exponent, Number):
        for taken in (exponent - 1, exponent + 1):
            yield Change("one-off", partial(power, base, taken), say.one_off(exponent, taken))


@rule("sqrt")
def of_a_root(node: Apply) -> Iterator[Change]:
    (inner,) = node.operands
    yield Change("root-left-out", lambda: inner, say.function_left_out("the root"))
    if whole := as_sum(inner):
        yield Change("bracket-lost", lambda: whole.join(sqrt(whole.a), sqrt(whole.b)), say.root_of_each())
        yield Change("bracket-lost", lambda: whole.join(sqrt(whole.a), whole.b), say.root_of_each())


def counted(number: Number) -> Iterator[Change]:
    """A whole number that is one too small or too large."""
    if number.value.denominator == 1 and 0 < number.value <= 100:
        for step in (-1, 1):
            taken = number.value + step
            yield Change("one-off", partial(Number, taken), say.one_off(number, Number(taken)))
