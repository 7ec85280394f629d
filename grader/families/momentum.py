"""Gradient descent with a velocity: Polyak's momentum, and Nesterov's, which looks ahead."""

from __future__ import annotations

from typing import Annotated

from grader.expression import Expression, Name
from grader.families import family
from grader.families.givens import Decay, OneOf, Scalar, Vector
from grader.families.line import (
    RATE,
    UPHILL,
    Mistake,
    at_first,
    mean_squared_error,
    samples,
    slips,
    slopes,
)
from grader.solution import Page

Velocity = Annotated[str, OneOf(("steps", "average"))]


@family
def momentum(
    s: Page,
    *,
    w: Scalar,
    b: Scalar,
    lr: Scalar,
    x: Vector,
    y: Vector,
    beta: Decay,
    v_w: Scalar | None = None,
    v_b: Scalar | None = None,
    velocity: Velocity = "steps",
) -> None:
    """One epoch of gradient descent with momentum on the line ŷ = wx + b, one sample at a time.

    The loss of a sample is L = ½(y − ŷ)² as in `sgd`. With g the slope in a weight, its velocity v gathers the steps:
    v ← βv + αg, then w ← w − v (Polyak, Some methods of speeding up the convergence of iteration methods, 1964; in the
    form of Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in deep learning,
    2013, with the sign of v turned). With `velocity: average` it is a running average of the slopes: v ← βv + (1 − β)g,
    then w ← w − αv. Velocities start at 0 unless `v_w` and `v_b` say otherwise.

    Example::

        w: 0.5
        b: 0.1
        lr: 0.01
        beta: 0.9
        x: [1, 2, 3]
        y: [3, 5, 7]
    """
    first = line = {"w": w, "b": b}
    rounds, m = samples(x, y), s.let("m", len(x))
    v = older = at_first(s, "v", line, {"w": v_w, "b": v_b})
    mean_squared_error(s, "before", line, x, y, m)
    for t, x_t, y_t in rounds:
        slope = slopes(s, t, line, x_t, y_t, first)
        if velocity == "steps":
            newer = {k: gathered(s, f"v_{k}_{t}", k, v[k], older[k], beta, lr, slope[k]) for k in line}
            line = {k: moved(s, f"{k}_{t}", k, line[k], newer[k], v[k], lr, slope[k]) for k in line}
        else:
            newer = {k: averaged(s, f"v_{k}_{t}", k, v[k], older[k], beta, lr, slope[k]) for k in line}
            line = {k: moved_at_rate(s, f"{k}_{t}", k, line[k], newer[k], v[k], lr, slope[k]) for k in line}
        v, older = newer, v
    mean_squared_error(s, "after", line, x, y, m)


@family
def nesterov(
    s: Page,
    *,
    w: Scalar,
    b: Scalar,
    lr: Scalar,
    x: Vector,
    y: Vector,
    beta: Decay,
    v_w: Scalar | None = None,
    v_b: Scalar | None = None,
) -> None:
    """One epoch of Nesterov's accelerated gradient on the line ŷ = wx + b, one sample at a time.

    As `momentum`, but the sample is predicted, and its slope taken, where the velocity alone would carry the weights:
    at w − βv, the steps `ahead_w_t` and `ahead_b_t`. Then v ← βv + αg and w ← w − v (Sutskever, Martens, Dahl and
    Hinton 2013, equations 3 and 4, with the sign of v turned). Velocities start at 0 unless `v_w` and `v_b` say
    otherwise.

    Example::

        w: 0.5
        b: 0.1
        lr: 0.01
        beta: 0.9
        x: [1, 2, 3]
        y: [3, 5, 7]
    """
    first = line = {"w": w, "b": b}
    rounds, m = samples(x, y), s.let("m", len(x))
    v = older = at_first(s, "v", line, {"w": v_w, "b": v_b})
    mean_squared_error(s, "before", line, x, y, m)
    for t, x_t, y_t in rounds:
        ahead = {k: looked_ahead(s, t, k, line[k], v[k], beta) for k in line}
        slope = slopes(s, t, ahead, x_t, y_t, first, "Predict with the weights that you looked ahead to.", line)
        newer = {k: gathered(s, f"v_{k}_{t}", k, v[k], older[k], beta, lr, slope[k]) for k in line}
        line = {k: moved(s, f"{k}_{t}", k, line[k], newer[k], v[k], lr, slope[k], ahead[k]) for k in line}
        v, older = newer, v
    mean_squared_error(s, "after", line, x, y, m)


FORGOTTEN = "The velocity keeps a share of what it was before this sample."
EXCHANGED = "The share β belongs to the velocity as it was."
OLD = "This rests on the velocity of a round too early; take the newest."
NOT_MOVED = "The weight moves by the velocity, not by this sample's slope alone."


def looked_ahead(s: Page, t: int, called: str, weight: Expression, v: Expression, beta: Expression) -> Name:
    """Where the velocity alone would carry a weight."""
    sentence = f"Look ahead to where the velocity alone would carry {called}."
    return slips(
        s, s.step(f"ahead_{called}_{t}", weight - beta * v, sentence, symbol=f"{called}_ahead_{t}"),
        ("not-ahead", weight, "This is where the weight stands, not where its velocity carries it."),
        ("share-left-out", weight - v, "Only the share β of the velocity is kept, and only that carries the weight."),
        ("backwards", weight + beta * v, "Weights move against the velocity: it gathers slopes."),
    )  # fmt: skip


def gathered(
    s: Page, name: str, called: str, v: Expression, older: Expression, beta: Expression, lr: Expression, g: Expression
) -> Name:
    """A velocity that gathers steps: v = βv + αg."""
    return slips(
        s, s.step(name, beta * v + lr * g, f"Keep a share of the velocity of {called} and add this sample's step."),
        ("velocity-forgotten", lr * g, FORGOTTEN),
        ("stale-velocity", beta * older + lr * g, OLD),
        ("share-left-out", v + lr * g, "Only the share β of the velocity before is kept."),
        ("rate-left-out", beta * v + g, RATE),
        ("averaged", beta * v + (1 - beta) * g, "That is the running average; here the velocity gathers whole steps."),
        ("beta-exchanged", (1 - beta) * v + lr * g, EXCHANGED),
        ("sign", beta * v - lr * g, "The step is added with its own sign; the minus comes with the weight."),
    )  # fmt: skip


def averaged(
    s: Page, name: str, called: str, v: Expression, older: Expression, beta: Expression, lr: Expression, g: Expression
) -> Name:
    """A velocity that is a running average of slopes: v = βv + (1 − β)g."""
    sentence = f"Average: the share β of the velocity of {called}, and the rest of this sample's slope."
    return slips(
        s, s.step(name, beta * v + (1 - beta) * g, sentence),
        ("velocity-forgotten", (1 - beta) * g, FORGOTTEN),
        ("stale-velocity", beta * older + (1 - beta) * g, OLD),
        ("beta-exchanged", (1 - beta) * v + beta * g, EXCHANGED),
        ("not-averaged", beta * v + g, "In an average the shares add up to 1."),
        ("rate-twice", beta * v + lr * g, "The learning rate comes in with the weight, not with the average."),
    )  # fmt: skip


def moved(
    s: Page,
    name: str,
    called: str,
    weight: Expression,
    v: Expression,
    older: Expression,
    lr: Expression,
    g: Expression,
    ahead: Expression | None = None,
) -> Name:
    """A weight after a step of its velocity: w = w − v."""
    mistakes: list[Mistake] = [
        ("velocity-forgotten", weight - lr * g, NOT_MOVED),
        ("stale-velocity", weight - older, OLD),
        ("rate-twice", weight - lr * v, "The learning rate is in the velocity already."),
        ("uphill", weight + v, UPHILL),
    ]
    if ahead is not None:
        mistakes.append(
            ("from-ahead", ahead - v, "Looking ahead is for the slope; the weight moves from where it was.")
        )
    return slips(s, s.step(name, weight - v, f"Move {called} against its velocity."), *mistakes)


def moved_at_rate(
    s: Page,
    name: str,
    called: str,
    weight: Expression,
    v: Expression,
    older: Expression,
    lr: Expression,
    g: Expression,
) -> Name:
    """A weight after a step along an average slope: w = w − αv."""
    return slips(
        s, s.step(name, weight - lr * v, f"Step against the averaged slope in {called}."),
        ("velocity-forgotten", weight - lr * g, NOT_MOVED),
        ("stale-velocity", weight - lr * older, OLD),
        ("rate-left-out", weight - v, "The averaged slope is not yet a step: the learning rate is missing."),
        ("uphill", weight + lr * v, UPHILL),
    )  # fmt: skip
