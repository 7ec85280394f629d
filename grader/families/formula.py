"""An author's own exercise: a chain of named formulas, written in the spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grader.document import Text
from grader.errors import GraderError, Place, ShapeError, UnreadableError
from grader.expression import Expression, Name, by, names, plain_of
from grader.expression.parse import parse
from grader.expression.readings import numeric_table
from grader.expression.tree import Apply, Leaf, fold
from grader.families import family
from grader.families.formulas import Steps, Values
from grader.kinds import explain
from grader.numeric import Array
from grader.solution import Page

MOST_TERMS = 2000  # of one entry of a formula, written out
LARGEST_CHOICE = 10_000  # things to choose from


@family
def formula(s: Page, *, values: Values | None = None, steps: Steps) -> None:
    """A chain of named formulas that the author writes in the spec: a new exercise without Python.

    `values` are numbers, lists and matrices by name. `steps` are formulas by name, in order; a formula is written in
    the names of the values and of the steps before it, with + − * / ^, @ for a matrix product, entries `x[1]` counted
    from 1, comparisons < and >, and functions: abs, arccos, argmax, argmin, ceil, choose, cos, cross, equal, exp,
    floor, ln, log, matmul, max, mean, min, outer, relu, sigmoid, sign, sin, softmax, solve, sqrt, sum, tanh, transpose,
    where. Products, quotients and powers work entry by entry; a scalar meets every entry. `argmax` and `argmin` count
    from 1.

    A step is a formula, or a mapping with a `formula` and, if wanted, a `sentence` that the student reads, a `symbol`
    that pages write, `derivative: {of, by}`, which claims that the step is the derivative of a scalar formula by a
    name and is then proved by `grader check`, and `slips`, mistakes by name, each a `formula` of the same shape and a
    `sentence` that helps. A formula with commas or square brackets stands in quotes inside braces.

    Example::

        values: {w: 0.5, b: -0.25, x: 1.5, y: 1}
        steps:
          z: w*x + b
          a:
            formula: 1/(1 + exp(-z))
            sentence: Apply the sigmoid to the weighted input.
            slips:
              sign-lost: {formula: 1/(1 + exp(z)), sentence: Look at the sign of the exponent again.}
          slope:
            formula: (a - y) * a * (1 - a)
            sentence: Differentiate half the squared error by the weighted input.
            derivative: {of: (y - a)^2/2, by: z}
    """
    known: dict[str, Expression] = dict(values or {})
    arrays = {name: numeric_table(s.tables[name]) for name in known}
    names_of_steps = {name for name, _ in steps}
    for name, step in steps:
        reader = Reader(name, known, arrays, names_of_steps)
        if name in known:
            raise reader.trouble(f"{name} is named already", step.text)
        tree = reader.read(step.text)
        arrays[name] = reader.number(tree, step.text)
        claim = None if step.derivative is None else reader.claim(*step.derivative, tree)
        named = s.step(name, tree, step.sentence or f"Compute {name}.", symbol=step.symbol, derivative=claim)
        for slip, wrong in step.slips:
            s.slip(named, slip, reader.slip(slip, wrong.text, tree), wrong.sentence)
        known[name] = named


@dataclass(frozen=True)
class Reader:
    """Reads what an author wrote of one step, in the names that come before it."""

    step: str
    known: Mapping[str, Expression]
    arrays: Mapping[str, Array]
    steps: set[str]

    def trouble(self, what: str, typed: Text, inside: str = "") -> GraderError:
        """What is wrong with a formula, at the line where it stands."""
        return ShapeError(what, f"steps.{self.step}{inside}").at(Place(line=typed.line))

    def read(self, typed: Text, inside: str = "") -> Expression:
        try:
            tree = parse(typed, self.known)
        except UnreadableError as error:
            raise self.trouble(explain(self.sooner(error)), typed, inside) from error
        if terms(tree) > MOST_TERMS:
            what = f"an entry of this has more than {MOST_TERMS} terms; name its parts as steps of their own"
            raise self.trouble(what, typed, inside)
        return tree

    def sooner(self, error: UnreadableError) -> UnreadableError:
        """The error, where an unknown name is this step or a later one, in those words."""
        for name in self.steps:
            if error.what.startswith(f"unknown name '{name}'"):
                which = "this step itself" if name == self.step else "a later step"
                what = f"'{name}' is {which}, and a formula uses what comes before it"
                return UnreadableError(what, error.text, error.column)
        return error

    def number(self, tree: Expression, typed: Text, inside: str = "") -> Array:
        """The value; what is no number, or too large for one on the way, is an error."""
        try:
            value = evaluated(tree, self.arrays)
        except ShapeError as error:
            raise self.trouble(error.what, typed, inside) from error
        if not np.isfinite(value).all():
            used = ", ".join(names(tree))
            what = f"{short(plain_of(tree))} is not a number{' with these values of ' + used if used else ''}"
            hint = "look for a division by zero, or a root or logarithm of a negative number"
            raise self.trouble(f"{what}; {hint}", typed, inside)
        return value

    def claim(self, of: Text, by_what: Text, step: Expression) -> tuple[Expression, Expression]:
        """The scalar and the name that a step claims to be the derivative of and by."""
        inside = ".derivative"
        scalar, name = self.read(of, inside), self.read(by_what, inside)
        self.number(scalar, of, inside)
        if scalar.shape:
            raise self.trouble(f"expected a derivative of a scalar, got {by(scalar.shape)}", of, inside)
        if not isinstance(name, Name):
            raise self.trouble(f"expected a derivative by a name, got {str(by_what)!r}", by_what, inside)
        if name.shape != step.shape:
            what = f"expected the shape of {name.name}, {by(name.shape)}, got {by(step.shape)}"
            raise self.trouble(what, by_what, inside)
        return scalar, name

    def slip(self, name: str, typed: Text, step: Expression) -> Expression:
        tree = self.read(typed, f".slips.{name}")
        if tree.shape != step.shape:
            what = f"expected {by(step.shape)}, as the step is, got {by(tree.shape)}"
            raise self.trouble(what, typed, f".slips.{name}")
        return tree


def terms(tree: Expression) -> int:
    """How many leaves an entry of a tree has when every sum and product is written out."""

    def node(apply: Apply, *operands: int) -> int:
        inner = apply.operands[0].shape
        match apply.operation.name:
            case "matmul":
                return inner[-1] * sum(operands)
            case "sum" | "mean" | "max" | "min" | "argmax" | "argmin":
                return max(1, int(np.prod(inner))) * sum(operands)
        return sum(operands)

    return fold(tree, lambda leaf: 1, node)


def evaluated(tree: Expression, arrays: Mapping[str, Array]) -> Array:
    """The numeric reading; raises `ShapeError` where a part is too large a number."""

    def leaf(node: Leaf) -> Array:
        return arrays[node.name] if isinstance(node, Name) else np.array([float(node.value)])

    def node(apply: Apply, *operands: Array) -> Array:
        name = apply.operation.name
        if name == "choose" and max(float(np.max(np.abs(each))) for each in operands) > LARGEST_CHOICE:
            raise ShapeError(f"{short(plain_of(apply))} is too large a number")
        value: Array = apply.operation.numeric(*operands, **dict(apply.options))
        if name not in {"divide", "log"} and np.isinf(value).any():
            raise ShapeError(f"{short(plain_of(apply))} is too large a number")
        return value

    with np.errstate(all="ignore"):
        return fold(tree, leaf, node)


def short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
