"""Pictures of worked solutions, as SVG: what a textbook would draw beside them.

`PICTURES` says which functions draw for which family. Each gives drawings of shapes, and one template writes them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grader.problem import Problem
from grader.render.pictures.angles import arrows
from grader.render.pictures.bars import probabilities
from grader.render.pictures.clusters import clusterings
from grader.render.pictures.convolution import convolutions
from grader.render.pictures.descents import surfaces
from grader.render.pictures.drawing import Drawing, clean, identifier, svg
from grader.render.pictures.lines import falling_loss, fitted_lines
from grader.render.pictures.networks import networks
from grader.render.pictures.pooling import pools
from grader.render.pictures.shapes import style

__all__ = ["PICTURES", "Picture", "pictures", "style"]

Draw = Callable[[Problem], Iterator[Drawing]]


@dataclass(frozen=True)
class Picture:
    """A picture: behind which step it stands ("" before the first), its words, and a whole `<svg>` element."""

    after: str
    title: str
    description: str
    svg: str


LINE = (fitted_lines, falling_loss)

PICTURES: dict[str, tuple[Draw, ...]] = {
    "adagrad": LINE,
    "adam": LINE,
    "autoencoder": (networks,),
    "backprop": (networks,),
    "cnn": (convolutions, pools, networks),
    "conv2d": (convolutions,),
    "cross_entropy": (probabilities,),
    "gradient": (surfaces,),
    "gradient_descent": (surfaces,),
    "kmeans": (clusterings,),
    "lasso": LINE,
    "linear_regression": LINE,
    "momentum": LINE,
    "nesterov": LINE,
    "neuron": (networks,),
    "pool2d": (pools,),
    "rmsprop": LINE,
    "sgd": LINE,
    "softmax": (probabilities,),
    "vectors": (arrows,),
}
"""Who draws for which family."""


def pictures(problem: Problem, prefix: str = "") -> list[Picture]:
    """The pictures of a problem's solution in the order of its steps; ids in them begin with the prefix."""
    drawings = [each for draw in PICTURES.get(problem.family.name, ()) for each in draw(problem)]
    order = {name: k for k, name in enumerate(("", *problem.solution))}
    drawings.sort(key=lambda drawing: order[drawing.after])
    return [
        Picture(
            drawing.after,
            clean(drawing.title, 120),
            clean(drawing.description, 900),
            svg(drawing, f"{identifier(prefix)}picture-{k}"),
        )
        for k, drawing in enumerate(drawings, start=1)
    ]
