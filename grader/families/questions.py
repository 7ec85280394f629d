"""Questions in words: options to choose from, pairs to match, prose that a person reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from grader.document import Entries, Node, Text
from grader.errors import Place, ShapeError, SpecError, UnreadableError, did_you_mean
from grader.expression import stack
from grader.expression.tree import as_expression
from grader.families import family
from grader.families.givens import Flag, ListOf, Setting, Written, is_text, shown
from grader.kinds import PROSE, Options, Pairs
from grader.solution import Page

MOST_OPTIONS = 26  # letters


@dataclass(frozen=True)
class PairsOf(Setting):
    """What goes with what, in words."""

    expects: str = "a mapping of each on the left to one on the right"

    def read(self, node: Node, place: Place) -> dict[str, str]:
        if not isinstance(node, Entries) or not all(isinstance(each, Text) for each in node.values()):
            raise SpecError(f"expected {self.expects}, got {shown(node)}", place)
        return {name: str(each).strip() for name, each in node.items()}


Question = Annotated[str, Written("a text")]
Texts = Annotated[list[str], ListOf(Written("a text"), is_text)]
Letters = Annotated[list[str], ListOf(Written("a letter"), is_text)]
Pairing = Annotated[dict[str, str], PairsOf()]


@family
def choice(
    s: Page, *, text: Question, options: Texts, right: Letters, several: Flag = False, reason: Question | None = None
) -> None:
    """A question with options, of which one or several are right.

    Options are lettered from a in the order they are given. `right` is a letter or a list of letters; where it is more
    than one, or `several` is true, an answer may name several, and it is right only where it names exactly those. What
    is right, and the `reason` if one is given, stand on the key and on no page for students.

    Example::

        text: A 3×3 kernel is laid on a 5×5 image with valid padding and stride 1. How large is the map?
        options: [3×3, 5×5, 7×7]
        right: a
        reason: Without zeros around the image, the kernel has three places down and three across.
    """
    distinct("options", options)
    if not 2 <= len(options) <= MOST_OPTIONS:
        raise ShapeError(f"expected 2 to {MOST_OPTIONS} options, got {len(options)}", "options")
    try:
        answer = Options(len(options), several=True).read(Text(" ".join(right)))
    except UnreadableError as error:
        raise ShapeError(f"{error.what}, got {error.text!r}", "right") from error
    bits = int(answer.values[0])
    lettered = [f"{chr(ord('a') + k)}) {option}" for k, option in enumerate(options)]
    chosen = [option for k, option in enumerate(lettered) if bits >> k & 1]
    several = several or len(chosen) > 1
    s.ask(text, *lettered)
    sentence = "Give the letters of all options that are right." if several else "Give the letter of the right option."
    s.step("choice", bits, sentence, kind=Options(len(options), several), key=[*chosen, *filter(None, [reason])])


@family
def match(s: Page, *, text: Question | None = None, left: Texts, right: Texts, pairs: Pairing) -> None:
    """Pairs to match: to each on the left belongs one on the right.

    Some on the right may be left over, and one may belong to several on the left. Each pair counts alike.

    Example::

        text: Match each filter to the padding that keeps the size of the map at stride 1.
        left: [3×3, 5×5]
        right: [0, 1, 2]
        pairs: {3×3: 1, 5×5: 2}
    """
    distinct("left", left)
    distinct("right", right)
    for name, other in pairs.items():
        if name not in left:
            raise ShapeError(f"'{name}' is not on the left; {did_you_mean(name, left)}", "pairs")
        if other not in right:
            raise ShapeError(f"'{other}' is not on the right; {did_you_mean(other, right)}", "pairs")
    if missing := [name for name in left if name not in pairs]:
        raise ShapeError(f"expected a pair for each on the left; '{missing[0]}' has none", "pairs")
    s.ask(*filter(None, [text]), "Left: " + "; ".join(left) + ".", "Right: " + "; ".join(right) + ".")
    positions = [as_expression(right.index(pairs[name]) + 1) for name in left]
    s.step(
        "pairs",
        stack(*positions),
        "Write beside each on the left the one on the right that belongs to it.",
        kind=Pairs(tuple(left), tuple(right)),
        key=[f"{name} → {pairs[name]}" for name in left],
    )


@family
def essay(s: Page, *, text: Question, rubric: Texts) -> None:
    """A question that is answered in prose, and read by a person beside the rubric.

    `rubric` lists what a good answer says. It stands on the key and on no page for students. Nothing is marked by
    guess: the verdict is `review`.

    Example::

        text: Why is a model judged on data that it was not trained on?
        rubric:
          - The error on the training data falls even where the model only learns these data by heart.
          - New data show whether the model generalises.
    """
    s.ask(text)
    s.step("text", 0, "Answer in your own words, in whole sentences.", kind=PROSE, key=rubric)


def distinct(given: str, texts: Sequence[str]) -> None:
    """Refuse a text that stands twice."""
    for k, each in enumerate(texts):
        if each in texts[:k]:
            raise ShapeError(f"'{each}' stands twice", given)
