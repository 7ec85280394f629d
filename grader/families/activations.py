"""Activation functions by name."""

from __future__ import annotations

from typing import Annotated

from grader.expression import Operation, relu, sigmoid, softmax, tanh
from grader.families.givens import OneOf

ACTIVATIONS: dict[str, Operation | None] = {
    "none": None,
    "relu": relu,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "softmax": softmax,
}

Activation = Annotated[str, OneOf(tuple(ACTIVATIONS))]
