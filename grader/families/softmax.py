"""Softmax of a vector, and its Jacobian."""

from __future__ import annotations

from grader.expression import Expression, Name, diagonal, exp, largest, outer, smallest, total
from grader.expression import softmax as normalised
from grader.families import family
from grader.families.givens import Flag, Vector
from grader.solution import Page


@family
def softmax(s: Page, *, z: Vector, shift: Flag = True) -> None:
    """Softmax of a vector of scores, and how each probability moves with each score.

    p_i = e^(z_i) / Σ_k e^(z_k). The largest score is taken off all of them first, which cancels in the quotient and
    keeps the exponentials from overflowing; `shift: false` leaves that out. Row i of the Jacobian holds the derivatives
    of p_i, its column j those by z_j: p_i(1 − p_i) on the diagonal and −p_i p_j beside it (Goodfellow, Bengio &
    Courville, Deep Learning, section 6.2.2.3; Bishop, Pattern Recognition and Machine Learning, equation 4.106).

    Example::

        z: [1, 2, 4]
    """
    scores: Expression = z
    if shift:
        shifted = scores = s.step("shifted", z - largest(z), "Take the largest score off every score.", symbol="s")
        s.slip(
            shifted,
            "smallest-taken-off",
            z - smallest(z),
            "What is taken off is the largest score, so that none is above 0.",
        )
    exponentials = s.step("exp", exp(scores), "Raise e to each of them.", symbol="E")
    if shift:
        s.slip(exponentials, "max-left-in", exp(z), LEFT_IN)
    added = s.step("sum", total(exponentials), "Add the exponentials up.", symbol="S")
    if shift:
        s.slip(added, "max-left-in", total(exp(z)), LEFT_IN)
        s.slip(added, "own-left-out", total(exponentials) - 1, "All the exponentials belong to the sum.")
    p = s.step("p", exponentials / added, "Divide each exponential by their sum.", same=normalised(z))
    s.slip(p, "not-normalised", exponentials, "These are no probabilities yet: they must add up to 1.")
    s.slip(
        p, "no-exponential", z / total(z), "These are shares of the scores; softmax takes shares of e to the scores."
    )
    if shift:
        s.slip(p, "max-left-in", exp(z) / added, LEFT_IN)
    jacobian(s, z, p)


LEFT_IN = "The largest score is still in the exponent here; once it is taken off, it stays off above and below."


def jacobian(s: Page, z: Expression, p: Name) -> None:
    """How each probability moves with each score."""
    J = s.step(
        "jacobian",
        diagonal(p) - outer(p, p),
        "Differentiate every probability by every score: a row for each probability, a column for each score.",
        symbol="J",
        derivative=(normalised(z), z),
    )
    beside = outer(p, p) - diagonal(p * p)
    s.slip(J, "sign-beside", diagonal(p - p * p) + beside, "When one score rises, what do the other probabilities do?")
    s.slip(J, "sign", outer(p, p) - diagonal(p), "When a score rises, does its own probability fall?")
    s.slip(J, "diagonal-only", diagonal(p - p * p), "The sum holds every score, so each moves all probabilities.")
    s.slip(J, "square-left-out", diagonal(p) - beside, "The quotient rule has a second term on the diagonal as well.")
