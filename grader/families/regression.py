"""What the regressions share: samples in rows or columns, the conventions of the loss, penalties, and the slips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Annotated

from grader.errors import ShapeError
from grader.expression import Expression, absolute, divide, sign, sqrt, stack, total
from grader.families.givens import ListOf, OneOf, Tensor, Whole, is_text
from grader.families.line import Mistake

CONVENTIONS = ("mean", "half_mean", "sum", "half_sum")
OTHER_HALF = {"mean": "half_mean", "half_mean": "mean", "sum": "half_sum", "half_sum": "sum"}
OTHER_MEAN = {"mean": "sum", "sum": "mean", "half_mean": "half_sum", "half_sum": "half_mean"}
DESIGN = "a matrix with a row for each sample, or a list of numbers for one feature"

Convention = Annotated[str, OneOf(CONVENTIONS)]
Arrangement = Annotated[str, OneOf(("rows", "columns"))]
Design = Annotated[Expression, Tensor(DESIGN, (1, 2))]
Weights = Annotated[Expression, Tensor("a number for each feature", (0, 1))]
Batches = Annotated[list[list[int]], ListOf(ListOf(Whole(1), is_text), lambda node: False)]


@dataclass(frozen=True)
class Samples:
    """Samples that a step takes: all of them as matrices where `chosen` is None, else those at these positions from 0.

    `size` is how many there are, as pages write it.
    """

    X: Expression
    y: Expression
    size: Expression | int
    columns: bool = False
    chosen: Sequence[int] | None = None

    @property
    def alone(self) -> bool:
        """Whether it is one sample by itself, whose residual is a number."""
        return self.chosen is not None and len(self.chosen) == 1

    @property
    def across(self) -> bool:
        """Whether features stand in rows, so that X is what a textbook calls Xᵀ."""
        return self.columns and len(self.X.shape) == 2

    def inputs(self) -> list[Expression]:
        """The features of each chosen sample."""
        return [self.X.T[i] if self.across else self.X[i] for i in self.chosen or ()]

    def predictions(self, w: Expression, b: Expression | None = None) -> Expression:
        """Inputs times weights, and the bias."""
        if self.chosen is None:
            scores = w @ self.X if self.across else self.X @ w if w.shape else w * self.X
            return scores if b is None else scores + b
        each = [x @ w if w.shape else w * x for x in self.inputs()]
        return self._together(each if b is None else [score + b for score in each])

    @property
    def targets(self) -> Expression:
        return self.y if self.chosen is None else self._together([self.y[i] for i in self.chosen])

    def _together(self, each: list[Expression]) -> Expression:
        return each[0] if len(each) == 1 else stack(*each)

    def against(self, r: Expression) -> Expression:
        """Xᵀr: each sample's inputs times its residual, added up."""
        if self.chosen is None:
            return self.X @ r if self.across else self.X.T @ r
        residuals = [r] if self.alone else list(r)
        return added([r_i * x for r_i, x in zip(residuals, self.inputs(), strict=True)])

    def inputs_added(self) -> Expression:
        """The inputs added up over the samples."""
        if self.chosen is None:
            return total(self.X, axis=1 if self.across else 0)
        return added(self.inputs())


def added(terms: Sequence[Expression]) -> Expression:
    """The terms from left to right."""
    return reduce(lambda a, b: a + b, terms)


def summed(entries: Expression) -> Expression:
    """The sum of the entries; a single number is its own."""
    return total(entries) if entries.shape else entries


def check_samples(X: Expression, y: Expression, w: Expression, columns: bool) -> int:
    """The number of samples; what does not fit is an error that names the given."""
    matrix = len(X.shape) == 2
    count = X.shape[1] if matrix and columns else X.shape[0]
    if len(y) != count:
        raise ShapeError(f"expected a target for each of the {count} samples in X, got {len(y)}", "y")
    features = X.shape[0] if columns else X.shape[-1]
    if w.shape != ((features,) if matrix else ()):
        wanted = f"a list of {features}, one number for each feature in X" if matrix else "a number, as X is a list"
        raise ShapeError(f"expected {wanted}, got {f'a list of {len(w)}' if w.shape else 'a single number'}", "w")
    return count


def squares(r: Expression, samples: Samples, convention: str) -> Expression:
    """The loss of the residuals: their squares added up, then divided as the convention has it."""
    divisors: list[Expression | int] = [2] if "half" in convention else []
    if "mean" in convention and not samples.alone:
        divisors.append(samples.size)
    squared = summed(r**2)
    return squared / (divisors[0] if len(divisors) == 1 else divisors[0] * divisors[1]) if divisors else squared


def slope(sums: Expression, samples: Samples, convention: str) -> Expression:
    """The slope of the loss where `sums` is Xᵀr, or Σr for the bias: −(2/n) of them, or as the convention has it."""
    top = 1 if "half" in convention else 2
    if "mean" in convention and not samples.alone:
        return -divide(top, samples.size) * sums
    return -sums if top == 1 else -top * sums


@dataclass(frozen=True)
class Penalty:
    """What is added to a loss, λ times a sum over the weights, and its slope in them."""

    lam: Expression
    lasso: bool

    def norm(self, w: Expression) -> Expression:
        """Σ |w| or Σ w²."""
        return summed(absolute(w) if self.lasso else w**2)

    def value(self, w: Expression) -> Expression:
        return self.lam * self.norm(w)

    def slope(self, w: Expression) -> Expression:
        return self.lam * sign(w) if self.lasso else 2 * self.lam * w

    @property
    def exchanged(self) -> Penalty:
        """Ridge for lasso and lasso for ridge."""
        return Penalty(self.lam, not self.lasso)

    def value_slips(self, loss: Expression, w: Expression) -> list[Mistake]:
        """Mistakes in adding the penalty to a loss."""
        mistakes = [
            ("penalty-left-out", loss, LOST),
            ("l1-and-l2-exchanged", loss + self.exchanged.value(w), EXCHANGED),
            ("lambda-left-out", loss + self.norm(w), "The penalty has a weight of its own, λ."),
        ]
        if self.lasso:
            return mistakes
        norm = self.lam * sqrt(summed(w**2))
        return [*mistakes, ("norm-not-squared", loss + norm, "Ridge takes the square of the norm, without its root.")]

    def slope_slips(self, gradient: Expression, w: Expression, samples: Samples) -> list[Mistake]:
        """Mistakes in adding the penalty's slope to a gradient."""
        mistakes = [
            ("penalty-left-out", gradient, LOST),
            ("penalty-sign", gradient - self.slope(w), "Descent has to bring the weights down too."),
            ("l1-and-l2-exchanged", gradient + self.exchanged.slope(w), EXCHANGED),
        ]
        if not samples.alone:
            over_n = gradient + self.slope(w) / samples.size
            mistakes.append(("penalty-divided", over_n, "The mean is over the samples; the penalty stands outside it."))
        if self.lasso:
            size = gradient + self.lam * absolute(w)
            return [*mistakes, ("absolute-not-derived", size, "What is the slope of |w| on either side of 0?")]
        return [*mistakes, ("penalty-not-doubled", gradient + self.lam * w, "The square of w brings down a 2.")]


PenaltyName = Annotated[str, OneOf(("none", "ridge", "lasso"))]

FACTOR = "Look at the 2 that the square brings down, and at the ½ where the loss has one."
COUNT = "Does the loss divide by the number of samples? Its slope divides by it just as often."
RESIDUAL = "The size is right and the sign is not: the residual here is target minus prediction."
SIGN = "The sign is turned: the residual y − ŷ falls as ŷ grows. With the residual ŷ − y the minus would go."
INPUTS = "The residuals meet the inputs: how does ŷ grow with w?"
LOST = "The loss has a penalty too."
EXCHANGED = "Lasso adds up absolute values (L1) and ridge squares (L2): which of them is asked for?"


def loss_slips(r: Expression, samples: Samples, convention: str) -> list[Mistake]:
    """Mistakes in adding up squares."""
    mistakes = [
        ("half", squares(r, samples, OTHER_HALF[convention]), "Look at the ½: does this loss have one?"),
        ("root", sqrt(squares(r, samples, convention)), "No root is taken of this loss."),
    ]
    if samples.alone:
        return mistakes
    return [
        *mistakes,
        ("number-of-samples", squares(r, samples, OTHER_MEAN[convention]), "Is this loss a sum or a mean?"),
        ("not-squared", summed(absolute(r)) / samples.size, "This adds up the sizes of the residuals, not squares."),
        ("summed-first", summed(r) ** 2 / samples.size, "Square each residual before you add up."),
    ]


def slope_slips(r: Expression, w: Expression, samples: Samples, convention: str) -> list[Mistake]:
    """Mistakes in the slope in the weights."""

    def mistaken(sums: Expression) -> Expression:
        return slope(sums, samples, convention)

    sums = samples.against(r)
    mistakes = [
        ("sign", -mistaken(sums), SIGN),
        ("factor-two", slope(sums, samples, OTHER_HALF[convention]), FACTOR),
        ("weights-for-inputs", mistaken(w * summed(r)), INPUTS),
    ]
    if not samples.alone:
        first = mistaken(samples.inputs_added() * summed(r))
        mistakes += [
            ("number-of-samples", slope(sums, samples, OTHER_MEAN[convention]), COUNT),
            ("summed-first", first, "Multiply each residual by the inputs of its own sample before you add up."),
        ]
    if w.shape and w.shape == r.shape:
        mistakes.append(("weights-for-inputs", mistaken(w @ r), INPUTS))
    if w.shape:
        return mistakes
    return [
        *mistakes,
        ("input-left-out", mistaken(summed(r)), "By the chain rule ŷ brings in a factor: how does ŷ grow with w?"),
        ("target-for-input", mistaken(summed(r * samples.targets)), "The factor is the input, not the target."),
    ]


def bias_slips(r: Expression, w: Expression, samples: Samples, convention: str) -> list[Mistake]:
    """Mistakes in the slope in the bias."""
    factor = slope(summed(r * samples.targets), samples, convention)
    mistakes = [
        ("sign", -slope(summed(r), samples, convention), SIGN),
        ("factor-two", slope(summed(r), samples, OTHER_HALF[convention]), FACTOR),
        ("target-as-factor", factor, "The bias enters ŷ with the factor 1, not with the target."),
    ]
    if not samples.alone:
        mistakes.append(("number-of-samples", slope(summed(r), samples, OTHER_MEAN[convention]), COUNT))
    if not w.shape:
        own = slope(samples.against(r), samples, convention)
        mistakes.append(("input-as-factor", own, "This is the slope in w; how does ŷ grow with b?"))
    return mistakes


def with_penalty(mistakes: Sequence[Mistake], extra: Expression) -> list[Mistake]:
    """The same mistakes where a penalty's share is right."""
    return [(name, expression + extra, sentence) for name, expression, sentence in mistakes]
