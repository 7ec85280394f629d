"""Problems as the questions that learning platforms have: blanks for numbers, choices, pairs, essays.

A platform compares each blank with the key and no more: nothing follows from a student's own values, and digits are not
counted. What no platform can mark, formulas and derivations, is named and left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from grader import variants
from grader.errors import GraderError, Place, SpecError
from grader.expression.mathml import mathml
from grader.kinds import Numbers, Options, Pairs, Words
from grader.marking.marks import listing
from grader.marking.verdicts import DIGITS, tolerance
from grader.parts import Part
from grader.problem import Problem
from grader.render.environment import points
from grader.render.escaping import escape_html
from grader.render.prose import prose
from grader.render.prose_formats import to_html, to_plain
from grader.render.work import givens
from grader.solution import Step

MOST_BLANKS = 150  # of one question
MOST_VARIANTS = 1000


class LeftOut(SpecError):
    """What a format has no room for. Nothing is wrong with it: the author is told, and the rest is written."""


@dataclass(frozen=True)
class Blank:
    """What one part asks for: numbers row by row, each with how far off it may be, or one of some words."""

    name: str
    sentence: str
    points: Fraction
    shape: tuple[int, ...]
    values: tuple[float, ...]
    allowed: tuple[float, ...]
    words: tuple[str, ...] = ()
    """Where it is one of some words, `values` has the position of the right one."""


@dataclass(frozen=True)
class Blanks:
    """Numbers and words to fill in."""

    parts: tuple[Blank, ...]


@dataclass(frozen=True)
class Choice:
    """Options as HTML, of which some are right."""

    options: tuple[str, ...]
    right: tuple[int, ...]
    several: bool
    reason: str = ""


@dataclass(frozen=True)
class Matching:
    """To each on the left, in HTML, belongs one on the right, in plain text, by its position."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    answers: tuple[int, ...]


@dataclass(frozen=True)
class Essay:
    """Prose that a person reads; the rubric as HTML is for whoever marks."""

    rubric: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """One question."""

    id: str
    title: str
    problem: str
    text: str
    """The exercise as HTML with MathML."""
    points: Fraction
    content: Blanks | Choice | Matching | Essay
    variant: int = 0
    """Which variant of the problem, counted from 1; 0 for the problem as its author wrote it."""
    step: str = ""
    """The one step that it asks; empty where it asks all numbers and words of the problem."""


def item_set(problem: Problem, count: int, seed: str) -> Iterator[Item | GraderError]:
    """The questions of a problem; where it varies and `count` is not 0, so many variants of each, no two alike.

    An error for each part that does not fit, once, or for draws that cannot be made.
    """
    if not problem.varies or not count:
        yield from items(problem)
        return
    deck = variants.Deck(problem, seed)
    for number in range(1, count + 1):
        try:
            _, drawn = deck.deal(f"variant {number}")
        except GraderError as error:
            yield error
            return
        yield from (each for each in items(drawn, number) if number == 1 or isinstance(each, Item))


def items(problem: Problem, variant: int = 0) -> Iterator[Item | GraderError]:
    """The questions of a problem: one for all its numbers and words, one for each part of another kind."""
    kept: list[Blank] = []
    rest: list[Item] = []
    left_out: dict[str, list[str]] = {}
    for part in problem.parts:
        step = problem.solution[part.step]
        if isinstance(step.kind, Numbers | Words):
            made = blank(part, step)
            why = unfit(made, sum(len(each.values) for each in kept))
            kept += [] if why else [made]
        else:
            item = other(problem, part, step, variant)
            why = _UNMARKED.get(step.kind.judge, "no platform has such a kind of answer") if item is None else ""
            rest += [item] if item else []
        if why:
            left_out.setdefault(why, []).append(part.step)
    if kept:
        worth = sum((each.points for each in kept), Fraction(0))
        yield _item(problem, "", variant, exercise(problem), worth, Blanks(tuple(kept)))
    yield from rest
    for why, names in left_out.items():
        yield LeftOut(f"{listing(names)} of {problem.id}", Place(problem.path), why)


_UNMARKED = {
    "formula": "no platform marks formulas",
    "derivation": "no platform marks derivations",
}


def unfit(blank: Blank, before: int) -> str:
    """Why a blank cannot stand in a question that has so many entries before it; empty where it can."""
    if not np.isfinite(blank.values).all():
        return "a value is not finite"
    if before + len(blank.values) > MOST_BLANKS:
        return f"there is no room in a question of at most {MOST_BLANKS} numbers"
    return ""


def blank(part: Part, step: Step) -> Blank:
    """What a part asks for, and how far off each number may be.

    Where the part says nothing, 0.1% or half a unit of the third digit, whichever is more: `grader` takes three right
    digits, and a platform cannot count them.
    """
    values = np.atleast_1d(np.asarray(step.value, dtype=float)).ravel()
    words = step.kind.words if isinstance(step.kind, Words) else ()
    allowed = np.zeros_like(values)
    if not step.kind.exact:
        allowed = np.asarray(tolerance(values, part))
        if part == Part(part.step, part.points):
            digits = np.asarray(tolerance(values, Part(part.step, digits=DIGITS)))
            allowed = np.where(values == 0, 0, np.maximum(allowed, digits))
    numbers = tuple(values.tolist()), tuple(allowed.tolist())
    return Blank(part.step, step.sentence, part.points, step.shape, *numbers, words)


def other(problem: Problem, part: Part, step: Step, variant: int) -> Item | None:
    """The question of a part that is no number; None where no platform has such questions."""
    kind, given = step.kind, problem.given
    if isinstance(kind, Options) and "options" in given:
        right = tuple(k for k in range(kind.count) if int(step.value) >> k & 1)
        choice = Choice(tuple(map(html, given["options"])), right, kind.several, html(given.get("reason") or ""))
        return _item(problem, part.step, variant, stated(problem, [given["text"]]), part.points, choice)
    if isinstance(kind, Pairs):
        answers = tuple(int(k) - 1 for k in step.value)
        pairs = Matching(tuple(map(html, kind.left)), tuple(map(plain, kind.right)), answers)
        return _item(problem, part.step, variant, stated(problem, [given.get("text")]), part.points, pairs)
    if kind.judge == "person":
        essay = Essay(tuple(map(html, step.key)))
        return _item(problem, part.step, variant, exercise(problem), part.points, essay)
    return None


def _item(
    problem: Problem, step: str, variant: int, text: str, worth: Fraction, content: Blanks | Choice | Matching | Essay
) -> Item:
    alone = len(problem.parts) == 1 or not step
    id = "-".join(filter(None, [problem.id, "" if alone else step, f"v{variant}" if variant else ""]))
    title = ", ".join(filter(None, [problem.title, "" if alone else step, f"variant {variant}" if variant else ""]))
    return Item(id, title, problem.id, text, worth, content, variant, step)


def exercise(problem: Problem) -> str:
    """What a problem states and gives, as HTML with MathML."""
    return stated(problem, problem.solution.question)


def stated(problem: Problem, paragraphs: Iterable[str | None]) -> str:
    texts = [html(text) for text in (problem.statement, *paragraphs) if text]
    return "\n".join(texts + [f"<p>{mathml(given)}</p>" for given in givens(problem.solution)])


def html(text: str) -> str:
    """An author's prose as HTML.

    >>> html("Take $x < 2$ & *more*.")[:9], html("")
    ('<p>Take <', '')
    """
    return to_html(prose(text)).replace("<br>", "<br/>") if text else ""


def plain(text: str) -> str:
    """An author's prose as text on one line."""
    return " ".join(to_plain(prose(text)).split())


def label(blank: Blank) -> str:
    """What stands before a blank: its name, what it is worth, what is to be done."""
    worth = f"{points(blank.points)} point{'s' * (blank.points != 1)}"
    return f"<code>{escape_html(blank.name)}</code> ({worth}): {escape_html(blank.sentence)}"


def weights(blanks: Sequence[Blank]) -> list[int]:
    """Whole numbers for the blanks' entries that stand to each other as their points do; 0 for what is worth nothing.

    >>> one = Blank("w", "", Fraction(1), (), (1.0,), (0.0,))
    >>> two = Blank("X", "", Fraction(1), (2, 2), (1.0,) * 4, (0.0,) * 4)
    >>> weights([one, two])
    [4, 1]
    """
    each = [blank.points / len(blank.values) for blank in blanks]
    whole = np.lcm.reduce([share.denominator for share in each], dtype=object)
    counts = [int(share * whole) for share in each]
    common = int(np.gcd.reduce(counts, dtype=object)) or 1
    return [count // common for count in counts]


def decimal(value: float) -> str:
    """A number in plain decimals with at most twelve digits that count, as every platform reads it.

    >>> decimal(0.1 + 0.2), decimal(-2.0), decimal(1.5e-7), decimal(1e20)
    ('0.3', '-2', '0.00000015', '100000000000000000000')
    """
    text = np.format_float_positional(float(f"{value:.12g}"), trim="-")
    return "0" if text == "-0" else text


def rows(blank: Blank, fields: Sequence[str]) -> str:
    """Fields of a tensor in a table as its numbers stand; higher dimensions one table below the other."""
    if not blank.shape:
        return fields[0]
    columns = blank.shape[-1]
    height = blank.shape[-2] if len(blank.shape) > 1 else 1
    lines = [fields[k : k + columns] for k in range(0, len(fields), columns)]
    tables = [lines[k : k + height] for k in range(0, len(lines), height)]
    return "".join(f"<table><tbody>{''.join(map(_row, table))}</tbody></table>" for table in tables)


def _row(fields: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<td>{field}</td>' for field in fields)}</tr>"


def gathered(found: Iterable[Item | GraderError]) -> tuple[list[Item], list[GraderError]]:
    """The questions, and what is to be told."""
    both = list(found)
    return [each for each in both if isinstance(each, Item)], [each for each in both if isinstance(each, GraderError)]


def every(problems: Mapping[str, Problem], count: int, seed: str) -> Iterator[Item | GraderError]:
    """The questions of all problems."""
    for problem in problems.values():
        yield from item_set(problem, count, seed)
