"""Activation functions by name, their slopes, and the slips that are made with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from grader.expression import (
    Expression,
    Name,
    Operation,
    diagonal,
    exp,
    less,
    outer,
    relu,
    sigmoid,
    sign,
    softmax,
    tanh,
    where,
)
from grader.families.givens import OneOf
from grader.solution import Page

ACTIVATIONS: dict[str, Operation | None] = {
    "none": None,
    "relu": relu,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "softmax": softmax,
}

Activation = Annotated[str, OneOf(tuple(ACTIVATIONS))]
Pointwise = Annotated[str, OneOf(("none", "relu", "sigmoid", "tanh"))]
"""An activation that works entry by entry."""

SLOPES: dict[str, Callable[[Expression, Expression], Expression]] = {
    "relu": lambda z, a: where(less(0, sign(z)), 1, 0),
    "sigmoid": lambda z, a: a * (1 - a),
    "tanh": lambda z, a: 1 - a**2,
}
"""The derivative of an activation by z, in z and in a = f(z); that of ReLU at 0 is taken as 0."""

SMOOTH = frozenset(ACTIVATIONS) - {"relu"}
"""The activations that have a derivative everywhere, so that SymPy proves it."""


def activated(activation: str, z: Expression) -> Expression:
    """f(z)."""
    activate = ACTIVATIONS[activation]
    return activate(z) if activate else z


def back(activation: str, z: Expression, a: Expression, slope: Expression) -> Expression:
    """A slope in a = f(z) brought back to z, by the chain rule."""
    if activation == "softmax":
        return (diagonal(a) - outer(a, a)) @ slope
    return slope * SLOPES[activation](z, a) if activation in SLOPES else slope


def activation_slips(s: Page, a: Name, activation: str, z: Expression) -> None:
    """The mistakes that are made in applying an activation."""
    if activation == "none":
        return
    s.slip(a, "activation-left-out", z, "This is what goes into the activation; apply it.")
    if activation == "sigmoid":
        s.slip(a, "exponent-sign", sigmoid(-z), "The sigmoid rises with z: mind the minus in the exponent.")
        s.slip(a, "exponential-alone", exp(z), "This is only e to z, and a sigmoid lies between 0 and 1.")
        s.slip(a, "exponential-in-the-denominator-alone", exp(-z), "Add 1 to the exponential and take the reciprocal.")
    if activation == "softmax":
        s.slip(a, "not-normalised", exp(z), "These are no probabilities yet: they must add up to 1.")
