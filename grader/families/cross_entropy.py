"""Cross-entropy of softmax probabilities, and its gradients."""

from __future__ import annotations

from grader.errors import ShapeError
from grader.expression import Expression, Name, diagonal, exp, log, outer, softmax, total, xlogy
from grader.expression.operations import chain
from grader.expression.tree import as_expression
from grader.families import family
from grader.families.givens import Vector
from grader.solution import Page

MOST_APART = 700  # beyond which the exponential of a score is next to nothing in floating point
TEN = as_expression(10)


@family
def cross_entropy(s: Page, *, y: Vector | None = None, z: Vector | None = None) -> None:
    """Cross-entropy L = −Σ y_k log p_k of the softmax of scores z with targets y, and its gradients.

    The logarithm is natural. The targets are one class (one-hot) or shares; in general ∂L/∂z = p Σ_k y_k − y, which is
    p − y for targets that add up to 1 (Goodfellow, Bengio & Courville, Deep Learning, section 6.2.2.3; Bishop, Pattern
    Recognition and Machine Learning, section 4.3.4). It is reached by the chain rule: every p_i depends on every z_j.

    Without z the answers are formulas: with y in the scores of as many classes; without y too, for one class i among
    any number of them. There R is the sum of the other classes' exponentials, C the sum of y_k z_k over them, and the
    targets add up to 1.

    Example::

        y: [0, 1, 0]
        z: [1, 2, 4]
    """
    if y is None and z is not None:
        raise ShapeError("expected targets y beside the scores z", "z")
    if y is None:
        any_class(s)
    elif z is None:
        all_classes(s, y, s.symbol("z", y.shape))
    else:
        checked(s, y, z)
        all_classes(s, y, z)


def checked(s: Page, y: Expression, z: Expression) -> None:
    """Refuse scores that are not one for each target, or whose exponentials floating point does not hold."""
    if y.shape != z.shape:
        raise ShapeError(f"expected as many scores as targets: y has {len(y)} and z has {len(z)}", "z")
    assert isinstance(z, Name)
    scores = s.tables[z.name].entries
    if max(scores) - min(scores) > MOST_APART:
        apart = float(max(scores) - min(scores))
        raise ShapeError(f"expected scores at most {MOST_APART} apart, got {apart:g} between two of them", "z")


def all_classes(s: Page, y: Expression, z: Expression) -> None:
    """Every class at once, in vectors."""
    write = s.formula if isinstance(z, Name) and z.name in s.symbols else s.step
    p = write("p", softmax(z), "Divide each score's exponential by the sum of them all.")
    if write == s.step:
        s.slip(p, "not-normalised", exp(z), "These are no probabilities yet: they must add up to 1.")
        s.slip(p, "no-exponential", z / total(z), "These are shares of the scores, not of e to the scores.")
    loss = write("loss", -total(xlogy(y, p)), "Add up the targets times the logarithms, with a minus.", symbol="L")
    s.slip(loss, "minus-left-out", total(xlogy(y, p)), "A loss is not negative, and the log of a probability is.")
    s.slip(loss, "log-of-base-ten", -total(xlogy(y, p)) / log(TEN), "The logarithm here is the natural one.")
    s.slip(loss, "targets-left-out", -total(log(p)), "Each logarithm is weighed by its target.")
    s.slip(loss, "mean-for-sum", -total(xlogy(y, p)) / len(y), "Add up over the classes; there is no mean.")
    dL_dp = write(
        "dL_dp", -(y / p), "Differentiate the loss by each probability.", derivative=(loss, p), symbol="grad_p"
    )
    s.slip(dL_dp, "sign", y / p, "Does the loss rise when the probability of the right class does?")
    s.slip(dL_dp, "sum-kept", -total(y / p) + 0 * p, SUM_KEPT)
    s.slip(dL_dp, "targets-left-out", -1 / p, "Each logarithm is weighed by its target.")
    through_p = (diagonal(p) - outer(p, p)) @ dL_dp
    dL_dz = write(
        "dL_dz",
        p * total(y) - y,
        "Bring the slope back to the scores: each score moves every probability. The targets add up to 1.",
        symbol="grad_z",
        derivative=(loss, z),
        same=through_p,
    )
    s.slip(
        dL_dz, "sign", y - p * total(y), "Against the slope the right class's score rises: which sign has its slope?"
    )
    s.slip(dL_dz, "own-probability-only", dL_dp * (p - p * p), "Each score moves all the probabilities: add them all.")
    s.slip(dL_dz, "softmax-left-out", dL_dp, "This is the slope in p; the chain rule has one more factor.")


SUM_KEPT = "Of the sum over the classes only the term with this probability depends on it."


def classes(s: Page, n: int) -> None:
    """The targets and scores that the page's symbols stand for, with which a student's sum over k runs."""
    y, z = s.terms.sample("y", (n,), f"distribution({n})"), s.terms.sample("z", (n,))
    p = softmax(z)
    others = range(1, n)
    s.terms.meanings |= {
        "y_i": y[0], "z_i": z[0], "p_j": p[1],
        "R": chain([exp(z[k]) for k in others]),
        "C": chain([y[k] * z[k] for k in others]),
        "D": chain([y[k] / p[k] for k in others]),
    }  # fmt: skip
    s.terms.words |= {"p": p, "yhat": p, "p_i": p[0]}
    s.terms.places |= {"i": 0, "j": 1}
    s.terms.lengths |= {"n": n, "N": n, "K": n}


def any_class(s: Page) -> None:
    """One class i among any number of them; p_j is another's probability, D the others' y_k/p_k added up."""
    y_i, z_i = s.symbol("y_i"), s.symbol("z_i")
    R, C = s.symbol("R", positive=True), s.symbol("C")
    p_j, D = s.symbol("p_j", positive=True), s.symbol("D")
    classes(s, 5)
    S = s.formula("S", exp(z_i) + R, "Write the sum of all the exponentials: the one of i and the others, R.")
    p = s.formula("p", exp(z_i) / S, "Write the probability of i.", symbol="p_i")
    others = s.formula(
        "others",
        C - (1 - y_i) * log(S),
        "For the other classes add up y_k log p_k = y_k (z_k − log S): their targets make 1 − y_i, their y_k z_k C.",
        symbol="Q",
    )
    loss = s.formula("loss", -(y_i * log(p)) - others, "Write the loss: the class i and the others.", symbol="L")
    s.slip(loss, "minus-left-out", y_i * log(p) + others, "A loss is not negative, and the log of a probability is.")
    dL_dp = s.formula(
        "dL_dp", -(y_i / p), "Differentiate the loss by the probability of i.", derivative=(loss, p), symbol="grad_p"
    )
    s.slip(dL_dp, "sign", y_i / p, "Does the loss rise when the probability of the right class does?")
    s.slip(dL_dp, "sum-kept", -(y_i / p) - D, SUM_KEPT)
    s.slip(dL_dp, "target-left-out", -1 / p, "Each logarithm is weighed by its target.")
    dL_dz = s.formula(
        "dL_dz",
        p - y_i,
        "Bring the slope back to the score z_i: through p_i, and through the others, each of which −p_i p_k moves.",
        symbol="grad_z",
        derivative=(loss, z_i),
        same=dL_dp * (p * (1 - p)) + (1 - y_i) * p,
    )
    s.slip(
        dL_dz,
        "another-class",
        p_j - y_i,
        "Which class's probability and which class's target meet in the slope of z_i?",
    )
    s.slip(dL_dz, "sign", y_i - p, "Against the slope the right class's score rises: which sign has its slope?")
    s.slip(dL_dz, "own-probability-only", -y_i * (1 - p), "The score z_i moves the other probabilities too: add them.")
    s.slip(dL_dz, "softmax-left-out", dL_dp, "This is the slope in p; the chain rule has one more factor.")
