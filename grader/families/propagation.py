"""A network of dense layers, forward and backward: the steps that backpropagation puts on its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.errors import ShapeError
from grader.expression import Expression, Name, expand, log, outer, total, xlogy
from grader.expression.tree import as_expression
from grader.families.activations import SMOOTH, activated, activation_slips, back
from grader.solution import Page


@dataclass(frozen=True)
class Dense:
    """A layer as it stands: `edges` has a 1 for each weight that the network has, where it has not all of them."""

    l: int
    W: Expression
    b: Expression | None
    activation: str
    edges: Expression | None


@dataclass(frozen=True)
class State:
    """A layer in one forward pass: what goes in, the weighted sums, what comes out."""

    layer: Dense
    into: Expression
    z: Name
    a: Name


@dataclass(frozen=True)
class Network:
    """The page of a network, and the conventions it is written in."""

    s: Page
    y: Expression
    lr: Expression
    loss: str
    downhill: bool
    """Whether δ is the slope of the loss; else it is its negative."""
    rate_in_dW: bool
    update_bias: bool

    def refuse(self, x: Expression, dense: Sequence[Dense]) -> None:
        """Refuse layers that do not fit what goes into them, and a loss that does not fit the last."""
        into, called = len(x), "the inputs"
        for layer in dense:
            rows, columns = layer.W.shape
            if columns != into:
                what = f"expected {into} columns in W of layer {layer.l}, one for each of {called}, got {columns}"
                raise ShapeError(what, "layers")
            into, called = rows, f"the neurons of layer {layer.l}"
        if (len(self.y) if self.y.shape else 1) != into:
            targets = len(self.y) if self.y.shape else 1
            raise ShapeError(f"expected a target for each of the {into} outputs, got {targets}", "y")
        last = dense[-1].activation
        if self.loss == "cross_entropy" and last not in {"sigmoid", "softmax"}:
            raise ShapeError(f"expected sigmoid or softmax on the last layer for cross_entropy, got {last}", "layers")

    def forward(self, t: int, x: Expression, dense: Sequence[Dense], first: Sequence[Dense]) -> list[State]:
        """Every layer's weighted sums and activations."""
        states: list[State] = []
        into = x
        for layer, before in zip(dense, first, strict=True):
            weighed = layer.W @ into
            value = weighed if layer.b is None else weighed + layer.b
            name = f"{layer.l}_{t}"
            sentence = "Weigh the inputs of each neuron" + ("." if layer.b is None else " and add its bias.")
            z = self.s.step(f"z_{name}", value, f"Layer {layer.l}, forward: {lowered(sentence)}")
            if layer.b is not None:
                self.s.slip(z, "bias-left-out", weighed, "Each neuron's bias is added to its weighted inputs.")
            if t > 1:
                stale = before.W @ into if before.b is None else before.W @ into + before.b
                self.s.slip(z, "stale-weights", stale, "These are the first weights; this iteration has new ones.")
            a = self.s.step(f"a_{name}", activated(layer.activation, z), "Apply the activation to every neuron.")
            activation_slips(self.s, a, layer.activation, z)
            states.append(State(layer, into, z, a))
            into = a
        return states

    def measured(self, t: int, last: State) -> Name:
        """The error at the outputs and the loss."""
        s, y, a = self.s, self.y, last.a
        error = s.step(f"error_{t}", y - a, "Take the outputs off the targets.", symbol=f"e_{t}")
        s.slip(error, "sign", a - y, "The error here is the target less the output.")
        if self.loss == "half_square":
            L = s.step(f"loss_{t}", total(error**2) / 2, "Add up the squared errors and halve.", symbol=f"L_{t}")
            s.slip(L, "half-left-out", total(error**2), "The loss here is half the sum of the squares.")
            s.slip(L, "mean-for-half", total(error**2) / len(a), "The loss here is half the sum of the squares.")
            s.slip(L, "not-squared", total(error), "The errors are squared before they are added up.")
            return L
        gain = total(xlogy(y, a))
        if last.layer.activation == "sigmoid":
            gain = total(xlogy(y, a) + xlogy(1 - y, 1 - a))
        L = s.step(
            f"loss_{t}", -gain, "Weigh the logarithms with the targets and add up, with a minus.", symbol=f"L_{t}"
        )
        s.slip(L, "minus-left-out", gain, "A loss is not negative, and the log of a probability is.")
        s.slip(L, "log-of-base-ten", -gain / log(as_expression(10)), "The logarithm here is the natural one.")
        return L

    def signed(self, slope: Expression) -> Expression:
        """A slope of the loss in the sign that δ has here."""
        return slope if self.downhill else -slope

    def claim(self, states: Sequence[State], L: Name, by: Expression) -> Mapping[str, Any]:
        """That a step is a derivative of the loss, where all that lies between is smooth."""
        if not all(state.layer.activation in SMOOTH for state in states):
            return {}
        return {"derivative": (self.signed(L), by)}

    def backward(self, t: int, states: Sequence[State], L: Name) -> dict[int, Name]:
        """The error terms, from the last layer to the first."""
        deltas: dict[int, Name] = {}
        for state, above in zip(reversed(states), [None, *reversed(states[1:])], strict=True):
            l = state.layer.l
            if above is None:
                deltas[l] = self.delta_at_the_outputs(t, state, L)
            else:
                claim = self.claim(states[l - 1 :], L, state.z)
                deltas[l] = self.delta_inside(t, state, above, deltas[l + 1], claim)
        return deltas

    def delta_at_the_outputs(self, t: int, last: State, L: Name) -> Name:
        """δ of the last layer."""
        s, f = self.s, last.layer.activation
        error = s.names[f"error_{t}"]
        slope = -error if self.downhill else error
        if self.loss == "half_square":
            value = back(f, last.z, last.a, slope)
            sentence = "Outputs, backward: the error with its sign, times the slope of the activation."
        else:
            value = slope if f == "sigmoid" else self.signed(last.a * total(self.y) - self.y)
            sentence = (
                "Outputs, backward: the slope of the loss meets that of the activation, and one cancels the other."
            )
        delta = s.step(f"delta_{last.layer.l}_{t}", value, sentence, **self.claim([last], L, last.z))
        s.slip(delta, "sign", -value, "The size is right; which sign has δ by the convention here?")
        if self.loss == "half_square" and f != "none":
            s.slip(delta, "slope-left-out", slope, "The activation's own slope is a factor of δ.")
            s.slip(delta, "error-left-out", back(f, last.z, last.a, 1 + 0 * error), "The error is a factor of δ.")
            s.slip(delta, "slope-at-z", back(f, last.z, last.z, slope), SLOPE_AT_Z)
        if self.loss == "cross_entropy":
            s.slip(delta, "slope-twice", back(f, last.z, last.a, slope), "The slope cancels against that of the loss.")
        return delta

    def delta_inside(self, t: int, state: State, above: State, delta: Name, claim: Mapping[str, Any]) -> Name:
        """δ of a hidden layer, from the δ of the layer above it and the weights between them."""
        s, f, W = self.s, state.layer.activation, above.layer.W
        z, a = state.z, state.a
        name = f"delta_{state.layer.l}_{t}"
        sentence = f"Layer {state.layer.l}, backward: bring δ back over the weights, times the slope of the activation."
        hidden = s.step(name, back(f, z, a, W.T @ delta), sentence, **claim)
        s.slip(hidden, "sign", -back(f, z, a, W.T @ delta), "The size is right; the sign comes down with δ from above.")
        s.slip(hidden, "weight-left-out", back(f, z, a, total(delta) + 0 * a), "δ comes back over the weights.")
        new = self.moved(W, self.change(above, delta))
        s.slip(hidden, "new-weights", back(f, z, a, new.T @ delta), "δ goes back over the weights of the forward pass.")
        s.slip(hidden, "delta-left-out", back(f, z, a, total(W, axis=0)), "The δ of the layer above is a factor.")
        if f != "none":
            s.slip(hidden, "slope-left-out", W.T @ delta, "The activation's own slope is a factor of δ.")
            s.slip(hidden, "slope-at-z", back(f, z, z, W.T @ delta), SLOPE_AT_Z)
        if W.shape[0] == W.shape[1] > 1:
            s.slip(
                hidden, "not-transposed", back(f, z, a, W @ delta), "Each neuron collects over its own outgoing edges."
            )
        return hidden

    def product(self, state: State, delta: Expression) -> Expression:
        """δ times the layer's inputs, on the edges that there are."""
        dW = outer(delta, state.into)
        return dW if state.layer.edges is None else state.layer.edges * dW

    def change(self, state: State, delta: Expression) -> Expression:
        """What is taken off the weights, or added to them where δ is against the slope."""
        return self.lr * self.product(state, delta)

    def moved(self, weight: Expression, change: Expression) -> Expression:
        return weight - change if self.downhill else weight + change

    def updated(self, t: int, states: Sequence[State], deltas: Mapping[int, Name], L: Name) -> list[Dense]:
        """The slopes in the weights and biases, and the layers with their new ones."""
        slopes = []
        for state in states:
            l = state.layer.l
            above = states[l - 1 :]
            dW = self.slope_in_W(t, state, deltas[l], self.claim(above, L, state.layer.W))
            db = None
            if self.update_bias and state.layer.b is not None:
                db = self.slope_in_b(t, l, deltas[l], self.claim(above, L, state.layer.b))
            slopes.append((state.layer, dW, db))
        return [self.stepped(t, *each) for each in slopes]

    def slope_in_W(self, t: int, state: State, delta: Name, claim: Mapping[str, Any]) -> Name:
        s, layer = self.s, state.layer
        whole = self.product(state, delta)
        value = self.lr * whole if self.rate_in_dW else whole
        proved = claim if layer.edges is None and not self.rate_in_dW else {}
        sentence = f"Layer {layer.l}: each neuron's δ times each of its inputs"
        sentence += ", times the learning rate." if self.rate_in_dW else "."
        dW = s.step(f"dW_{layer.l}_{t}", value, sentence, symbol=f"{self.mark}W_{layer.l}_{t}", **proved)
        s.slip(dW, "sign", -value, "The size is right; the sign is that of δ.")
        rate = self.lr if self.rate_in_dW else as_expression(1)
        kept = expand(delta, 1) * (layer.W if layer.edges is None else layer.edges * layer.W)
        s.slip(dW, "weight-for-input", rate * kept, "δ meets what the edge carries, not the weight itself.")
        plain = expand(delta, 1) + 0 * layer.W if layer.edges is None else expand(delta, 1) * layer.edges
        s.slip(dW, "input-left-out", rate * plain, "What the edge carries is a factor.")
        other = whole if self.rate_in_dW else self.lr * whole
        s.slip(dW, "rate-left-out" if self.rate_in_dW else "rate-included", other, RATE[self.rate_in_dW])
        return dW

    def slope_in_b(self, t: int, l: int, delta: Name, claim: Mapping[str, Any]) -> Name:
        value = self.lr * delta if self.rate_in_dW else as_expression(delta)
        proved = {} if self.rate_in_dW else claim
        sentence = f"Layer {l}: the bias is an edge that carries 1."
        db = self.s.step(f"db_{l}_{t}", value, sentence, symbol=f"{self.mark}b_{l}_{t}", **proved)
        self.s.slip(db, "sign", -value, "The size is right; the sign is that of δ.")
        other = delta if self.rate_in_dW else self.lr * delta
        self.s.slip(db, "rate-left-out" if self.rate_in_dW else "rate-included", other, RATE[self.rate_in_dW])
        return db

    @property
    def mark(self) -> str:
        """What stands before W for its slope, or its change."""
        return "Delta_" if self.rate_in_dW else "grad_"

    def stepped(self, t: int, layer: Dense, dW: Name, db: Name | None) -> Dense:
        """A layer with its new weights."""
        W = self.step(f"W_{layer.l}_{t}", f"Layer {layer.l}: the new weights.", layer.W, dW)
        if db is None or layer.b is None:
            return replace(layer, W=W)
        return replace(layer, W=W, b=self.step(f"b_{layer.l}_{t}", f"Layer {layer.l}: the new biases.", layer.b, db))

    def step(self, name: str, sentence: str, weight: Expression, slope: Name) -> Name:
        """A weight after one step."""
        change = slope if self.rate_in_dW else self.lr * slope
        new = self.s.step(name, self.moved(weight, change), sentence)
        wrong_way = weight + change if self.downhill else weight - change
        self.s.slip(new, "uphill", wrong_way, "This goes up the slope; descent goes against it.")
        self.s.slip(new, "change-alone", change, "This is the change; the weight it changes is to be added.")
        if not self.rate_in_dW:
            self.s.slip(new, "rate-left-out", self.moved(weight, slope), "The step is times the learning rate.")
        return new


SLOPE_AT_Z = "The slope's formula takes a, the activation's value, not z."
RATE = {
    True: "The learning rate belongs to the change.",
    False: "This is the change of the weight already; the slope comes without the learning rate.",
}


def lowered(sentence: str) -> str:
    """A sentence that goes on after a colon."""
    return sentence[0].lower() + sentence[1:]
