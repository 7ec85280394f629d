"""The binomial distribution."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from grader.errors import ShapeError
from grader.expression import Expression, Name, Table, choose, sqrt, stack, total
from grader.families import family
from grader.families.givens import Count, Limited, Whole
from grader.solution import Page

Probability = Annotated[Expression, Limited("a probability between 0 and 1", (0,), lambda p: 0 <= p <= 1)]
Successes = Annotated[int, Whole(0)]
MOST_TRIALS = 1000  # for which the coefficients still are floating-point numbers


@family
def binomial(s: Page, *, n: Count, p: Probability, k: Successes | None = None) -> None:
    """The number X of successes in n independent trials, each a success with probability p.

    The mean is np, the variance np(1 − p), the probability of exactly k successes (`pmf`)
    P(X = k) = C(n, k) pᵏ(1 − p)ⁿ⁻ᵏ and that of at most k (`cdf`) P(X ≤ k), the sum of those for 0, 1, …, k. Without k
    there are mean and variance only. n and k are whole numbers, k at most n, and with k at most 1,000 trials.
    Source: Feller, An Introduction to Probability Theory and Its Applications I (1968), sections VI.2 and IX.

    Example::

        n: 5
        p: 0.3
        k: 2
    """
    trials = s.given("n", Table((), (Fraction(n),)))
    moments(s, trials, p)
    if k is None:
        return
    if k > n:
        raise ShapeError(f"expected at most as many successes as trials, {n}, got {k}", "k")
    if n > MOST_TRIALS:
        raise ShapeError(f"expected at most {MOST_TRIALS} trials where k is given, got {n}", "n")
    probabilities(s, trials, p, s.given("k", Table((), (Fraction(k),))), k)


def moments(s: Page, n: Name, p: Expression) -> None:
    """Mean and variance."""
    mean = s.step("mean", n * p, "Multiply the number of trials by the probability of success.", symbol="mu")
    variance = s.step("variance", n * p * (1 - p), "Multiply the mean by the probability of failure.", symbol="var")
    s.slip(mean, "failures-counted", n * (1 - p), "This is the mean number of failures.")
    s.slip(mean, "share", p, "This is the share of successes; the mean is their number.")
    s.slip(mean, "variance", n * p * (1 - p), "This is the variance.")
    s.slip(mean, "divided", p / n, "Each trial adds to the mean: the more trials, the more successes.")
    s.slip(variance, "standard-deviation", sqrt(n * p * (1 - p)), "This is the standard deviation, its root.")
    s.slip(variance, "mean", n * p, "This is the mean. How far do the outcomes spread where p is 1?")
    s.slip(variance, "p-twice", n * p**2, "The second factor is the probability of failure, not that of success again.")
    s.slip(variance, "one-trial", p * (1 - p), "This is the variance of a single trial.")
    s.slip(variance, "squared", (n * p * (1 - p)) ** 2, "The variance is a square by itself; square nothing here.")
    s.slip(variance, "of-the-share", p * (1 - p) / n, "This is the variance of the share of successes.")


def probabilities(s: Page, n: Name, p: Expression, k: Name, upto: int) -> None:
    """The probability of exactly k successes, and of at most k."""
    pmf = s.step(
        "pmf",
        choose(n, k) * p**k * (1 - p) ** (n - k),
        "Count the ways to place the successes, and multiply by the probability of each way.",
        symbol="P_k",
    )
    x = s.step("outcomes", stack(*range(upto + 1)), "List the numbers of successes that are at most k.", symbol="x")
    each = choose(n, x) * p**x * (1 - p) ** (n - x)
    cdf = s.step("cdf", total(each), "Add up the probabilities of these outcomes.", symbol="F_k")
    s.slip(pmf, "coefficient-left-out", p**k * (1 - p) ** (n - k), "In how many orders can these successes come?")
    s.slip(pmf, "failures-left-out", choose(n, k) * p**k, "The other trials must fail: with which probability?")
    s.slip(pmf, "p-and-failure-exchanged", choose(n, k) * (1 - p) ** k * p ** (n - k), EXCHANGED)
    s.slip(pmf, "failures-to-the-n", choose(n, k) * p**k * (1 - p) ** n, "How many trials fail, if k succeed?")
    s.slip(pmf, "at-most", cdf, "This is the probability of at most k successes; the question is of exactly k.")
    s.slip(pmf, "one-failure", choose(n, k) * p**k * (1 - p), "Each of the other trials must fail, not one alone.")
    s.slip(cdf, "exactly", pmf, "This is the probability of exactly k successes; fewer count too.")
    s.slip(cdf, "fewer-than", cdf - pmf, "At most k includes k itself.")
    s.slip(cdf, "more-than", 1 - cdf, "This is the probability of more than k successes.")
    s.slip(cdf, "at-least", 1 - cdf + pmf, "This is the probability of at least k successes.")
    s.slip(cdf, "none-left-out", cdf - (1 - p) ** n, "At most k includes no success at all.")


EXCHANGED = "Successes have the probability p, failures 1 − p; here they are exchanged."
