"""How what is no plain arithmetic goes astray: functions, sums over entries, matrices, extremes and cases."""

from __future__ import annotations

from collections.abc import Iterator

from grader.expression.matrices import matmul, transpose
from grader.expression.operations import (
    WRITTEN_OUT,
    chain,
    divide,
    largest,
    mean,
    pi,
    power,
    smallest,
    times,
    total,
)
from grader.expression.tree import OPERATIONS, Apply, Expression, Number, entry
from grader.marking import edit_words as say
from grader.marking.edit_rules import Change, is_, opposite, rule

FUNCTIONS = {
    "exp": "the exponential", "log": "the logarithm", "sigmoid": "the sigmoid", "tanh": "tanh",
    "softmax": "the softmax", "abs": "the absolute value", "relu": "ReLU", "arccos": "arccos", "arcsin": "arcsin",
    "arctan": "arctan", "sin": "the sine", "cos": "the cosine", "tan": "the tangent",
    "transpose": "the transpose", "sign": "its sign alone", "inverse": "the inverse", "factorial": "the factorial",
}  # fmt: skip


@rule(*FUNCTIONS)
def of_a_function(node: Apply) -> Iterator[Change]:
    (inner,) = node.operands
    left_out = say.function_left_out(FUNCTIONS[node.operation.name])
    yield Change("function-left-out", lambda: inner, left_out)
    if node.operation.name in {"exp", "sigmoid", "softmax", "log"}:
        yield Change("sign", lambda: node.operation(opposite(inner)), say.argument_sign(inner))


@rule("arccos", "arcsin", "arctan")
def of_an_angle(node: Apply) -> Iterator[Change]:
    yield Change("degrees", lambda: times(node, divide(180, pi())), say.degrees())


@rule("floor", "ceiling")
def of_a_rounding(node: Apply) -> Iterator[Change]:
    other, way = ("ceiling", "down") if node.operation.name == "floor" else ("floor", "up")
    yield Change("not-rounded", lambda: node.operands[0], say.rounded_instead(way))
    yield Change("not-rounded", lambda: OPERATIONS[other](*node.operands), say.rounded_instead(way))


@rule("sum", "mean")
def of_a_total(node: Apply) -> Iterator[Change]:
    (inner,) = node.operands
    other, words = (mean, say.mean_for_sum()) if node.operation.name == "sum" else (total, say.sum_for_mean())
    yield Change("sum-or-mean", lambda: other(inner, **dict(node.options)), words)
    if is_(inner, "power") and isinstance(inner, Apply):
        base, exponent = inner.operands
        late = lambda: power(node.operation(base, **dict(node.options)), exponent)  # noqa: E731
        yield Change("square-left-out", late, say.summed_first())
    if len(inner.shape) == 1 and 2 < inner.shape[0] <= WRITTEN_OUT:
        yield from without_a_term(node, inner)


def without_a_term(node: Apply, inner: Expression) -> Iterator[Change]:
    """A sum over a vector with its last or first term missing."""
    count = inner.shape[0]
    for which, kept in (("last", range(count - 1)), ("first", range(1, count))):

        def shorter(kept: range = kept) -> Expression:
            added = chain([entry(inner, (i,)) for i in kept])
            return divide(added, count) if node.operation.name == "mean" else added

        yield Change("addend-left-out", shorter, say.addend_left_out(which))


@rule("matmul")
def of_a_matrix_product(node: Apply) -> Iterator[Change]:
    a, b = node.operands
    yield Change("swapped", lambda: matmul(b, a), say.interchanged(a, b))
    for k, factor in enumerate((a, b)):
        if len(factor.shape) == 2 and not is_(factor, "transpose"):
            other = (lambda: matmul(transpose(a), b)) if k == 0 else (lambda: matmul(a, transpose(b)))
            yield Change("transposed", other, say.transposed(factor))
    if not node.shape and 2 <= a.shape[0] <= WRITTEN_OUT:
        products = [entry(a, (i,)) * entry(b, (i,)) for i in range(a.shape[0])]
        yield Change("addend-left-out", lambda: chain(products[:-1]), say.addend_left_out("last"))
        yield Change("addend-left-out", lambda: chain(products[1:]), say.addend_left_out("first"))


@rule("outer", "cross", "choose", "solve", "less")
def of_two_in_order(node: Apply) -> Iterator[Change]:
    a, b = node.operands
    yield Change("swapped", lambda: node.operation(b, a), say.interchanged(a, b))
    if node.operation.name == "solve":
        yield Change("inverted", lambda: matmul(a, b), say.function_left_out("the inverse"))
        yield Change("factor-left-out", lambda: b, say.function_left_out("the linear system"))


@rule("power")
def of_a_base_and_its_exponent(node: Apply) -> Iterator[Change]:
    a, b = node.operands
    if not isinstance(b, Number):
        yield Change("swapped", lambda: power(b, a), say.interchanged(a, b))


@rule("max", "min")
def of_an_extreme(node: Apply) -> Iterator[Change]:
    (inner,) = node.operands
    others = {"max": (smallest, "minimum"), "min": (largest, "maximum")}
    other, wrong = others[node.operation.name]
    right = "maximum" if wrong == "minimum" else "minimum"
    yield Change("other-extreme", lambda: other(inner, **dict(node.options)), say.extreme_for(wrong, right))
    yield Change("other-extreme", lambda: mean(inner, **dict(node.options)), say.extreme_for("mean", right))


@rule("maximum", "minimum")
def of_two_extremes(node: Apply) -> Iterator[Change]:
    a, b = node.operands
    yield Change("other-case", lambda: a, say.other_case())
    yield Change("other-case", lambda: b, say.other_case())


@rule("where")
def of_cases(node: Apply) -> Iterator[Change]:
    _, then, otherwise = node.operands
    yield Change("other-case", lambda: otherwise, say.other_case())
    yield Change("other-case", lambda: then, say.other_case())
