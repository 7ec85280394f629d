"""The derivative of softmax, in symbols."""

from __future__ import annotations

from grader.errors import ShapeError
from grader.expression import Expression, Name, exp, softmax
from grader.expression.operations import chain
from grader.expression.tree import as_expression
from grader.families import family
from grader.families.givens import Count
from grader.solution import Page


@family
def softmax_derivative(s: Page, *, n: Count | None = None) -> None:
    """The derivative of softmax by its scores: of p_i by z_i, and by another score z_j.

    p_i = e^(z_i) / S with S = Σ_k e^(z_k). Without `n` the exponentials of all scores but z_i and z_j are one positive
    number R, so that what is proved holds for any number of scores; with `n` they are written out. By the quotient rule
    ∂p_i/∂z_i = p_i(1 − p_i) and ∂p_i/∂z_j = −p_i p_j (Bishop, Pattern Recognition and Machine Learning, equation
    4.106). Each is asked for in the scores and the sum S, and in the probabilities.

    Example::

        n: 3
    """
    if n is not None and n < 2:
        raise ShapeError("expected at least 2 scores, so that there is a j beside i, got 1", "n")
    z_i, z_j = s.symbol("z_i"), s.symbol("z_j")
    scores(s, n or 5)
    S = s.formula("S", sum_of_exponentials(s, z_i, z_j, n), "Write the sum of all the exponentials, and call it S.")
    p_i = s.formula("p_i", exp(z_i) / S, "Write the probability of i.")
    p_j = s.formula("p_j", exp(z_j) / S, "Write the probability of j.")
    same(s, z_i, S, p_i)
    different(s, z_i, z_j, S, p_i, p_j)


def scores(s: Page, n: int) -> None:
    """The scores that the page's symbols stand for, with which a student's sum over k runs."""
    z = s.terms.sample("z", (n,))
    s.terms.meanings |= {"z_i": z[0], "z_j": z[1]}
    s.terms.meanings |= {f"z_{k}": z[k - 1] for k in range(3, n + 1)}
    s.terms.meanings["R"] = chain([exp(z[k]) for k in range(2, n)]) if n > 2 else as_expression(0)
    s.terms.words |= {"p": softmax(z), "yhat": softmax(z)}
    s.terms.places |= {"i": 0, "j": 1}
    s.terms.lengths |= {"n": n, "N": n, "K": n}


def sum_of_exponentials(s: Page, z_i: Name, z_j: Name, n: int | None) -> Expression:
    """The exponentials of i and j, and the others: one symbol for any number of them, or written out."""
    S = exp(z_i) + exp(z_j)
    if n is None:
        return S + s.symbol("R", positive=True)
    for k in range(3, n + 1):
        S = S + exp(s.symbol(f"z_{k}"))
    return S


def same(s: Page, z_i: Name, S: Name, p_i: Name) -> None:
    """The derivative by the score of its own."""
    quotient = (exp(z_i) * S - exp(z_i) * exp(z_i)) / S**2
    in_z = s.formula(
        "same_in_z",
        quotient,
        "For i = j: differentiate p_i by z_i with the quotient rule, in the scores and S.",
        symbol="d_i",
        derivative=(p_i, z_i),
    )
    s.slip(in_z, "sum-lost", exp(z_i) * (1 - exp(z_i)) / S**2, "What is left of the sum when e to z_i is factored out?")
    s.slip(in_z, "sum-held-fixed", exp(z_i) / S, "The sum depends on z_i too: the quotient rule has a second term.")
    s.slip(in_z, "square-lost", (exp(z_i) * S - exp(z_i) ** 2) / S, "The quotient rule divides by the square.")
    same = s.formula(
        "same",
        p_i * (1 - p_i),
        "For i = j: write the same in the probability p_i alone.",
        symbol="d_i",
        derivative=(p_i, z_i),
        same=quotient,
    )
    s.slip(same, "sign", p_i * (p_i - 1), "When a score rises, does its own probability fall?")
    s.slip(
        same, "as-different", -p_i * p_i, "This is the case of another score; here the numerator depends on z_i too."
    )
    s.slip(same, "sum-held-fixed", p_i, "The sum depends on z_i too: the quotient rule has a second term.")


def different(s: Page, z_i: Name, z_j: Name, S: Name, p_i: Name, p_j: Name) -> None:
    """The derivative by another score."""
    quotient = -(exp(z_i) * exp(z_j) / S**2)
    in_z = s.formula(
        "different_in_z",
        quotient,
        "For i ≠ j: differentiate p_i by z_j with the quotient rule, in the scores and S.",
        symbol="d_j",
        derivative=(p_i, z_j),
    )
    s.slip(in_z, "sign", exp(z_i) * exp(z_j) / S**2, "The quotient rule takes the second term away.")
    s.slip(in_z, "zero", 0, "The numerator does not depend on z_j, and the sum does.")
    s.slip(in_z, "square-lost", -exp(z_i) * exp(z_j) / S, "The quotient rule divides by the square.")
    different = s.formula(
        "different",
        -p_i * p_j,
        "For i ≠ j: write the same in the probabilities p_i and p_j.",
        symbol="d_j",
        derivative=(p_i, z_j),
        same=quotient,
    )
    s.slip(different, "sign", p_i * p_j, "When another score rises, what does p_i do?")
    s.slip(different, "as-same", p_i * (1 - p_j), "This is the case i = j; here the numerator does not depend on z_j.")
    s.slip(different, "zero", 0, "The numerator does not depend on z_j, and the sum does.")
