"""Derivations: a page judged line by line, its verdict, and where it first goes wrong.

Lines are judged (`lines.py`) in worlds of other lengths; a line is right if it is right in all of them. Worlds where
the key itself has no value, as XᵀX has no inverse where there are fewer rows than columns, do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from grader.document import Node
from grader.errors import GraderError
from grader.kinds import Lines
from grader.marking import words
from grader.marking.answers import typed_lines
from grader.marking.lines import InWorld
from grader.marking.said import Line, worst
from grader.marking.stated import Judgement
from grader.statements import statement
from grader.vocabulary import MORE_WORLDS, Vocabulary, defined, symbols_in, worlds

if TYPE_CHECKING:
    from grader.parts import Part
    from grader.problem import Problem

MOST_LINES = 100
WORLDS = 2  # in which a derivation is judged
DELTA = re.compile(r"(?:\\delta|δ)\s*_\s*\{?\s*([ijklm])[\s,]*([ijklm])")


def judge_derivation(problem: Problem, part: Part, node: Node) -> Judgement:
    """The verdict on a page: `correct` where all lines hold and the results are reached, else `incomplete`.

    Where a line neither holds nor follows from the one before, the page is `wrong`, and the message names the first.
    """
    kind = problem.solution[part.step].kind
    assert isinstance(kind, Lines)
    texts = typed_lines(node)
    if not texts:
        return Judgement("blank", words.blank())
    if len(texts) > MOST_LINES:
        return Judgement("unreadable", words.unreadable(f"more than {MOST_LINES} lines"))
    try:
        judges(kind)
    except GraderError:  # the author's own lines cannot be read, which `grader check` tells the author
        return Judgement("review", words.review())
    return judgement(kind, judge_lines(kind, texts, problem.decimal))


def judgement(kind: Lines, lines: Sequence[Line]) -> Judgement:
    """The verdict on a page whose lines have been judged: the worst of them, and whether it arrives."""
    cells = tuple(line.verdict for line in lines)
    reached = frozenset[int]().union(*(line.reached for line in lines))
    missing = [result for number, result in enumerate(kind.results) if number not in reached]
    verdict = next((each for each in ("wrong", "unreadable", "undecided", "slip", "follows") if each in cells), "")
    if not verdict:
        message = words.not_reached(missing) if missing else None
        return Judgement("incomplete" if missing else "correct", message, cells=cells, arrives=not missing)
    slip = next((line.slip for line in lines if line.slip), None) if verdict == "slip" else None
    if slip and missing:
        verdict = "incomplete"
    found = Judgement("wrong" if verdict == "follows" else verdict, told(lines, missing), slip, cells)
    return replace(found, arrives=not missing)


def told(lines: Sequence[Line], missing: Sequence[str]) -> str:
    """The first line that goes wrong and why, which others do, and what is right again after them."""
    astray = [
        (number, line) for number, line in enumerate(lines, start=1) if line.verdict not in {"correct", "follows"}
    ]
    said = [words.line(number, line.verdict, line.reason) for number, line in astray[:1]]
    others = [number for number, line in astray[1:] if line.verdict in {"wrong", "slip"}]
    unclear = [number for number, line in astray[1:] if line.verdict not in {"wrong", "slip"}]
    follow = [number for number, line in enumerate(lines, start=1) if line.verdict == "follows"]
    again = [number for number, line in enumerate(lines, start=1) if line.leaps]
    tellers = (
        (others, words.wrong_too), (unclear, words.unclear), (follow, words.following), (again, words.right_again),
    )  # fmt: skip
    said += [tell(numbers) for numbers, tell in tellers if numbers]
    return " ".join([*said, words.missing(missing)] if missing else said)


def judge_lines(kind: Lines, texts: Sequence[str], decimal: str = "point") -> list[Line]:
    """The verdicts on the lines of a derivation, the same in every world or else the worst of them."""
    found = [world.lines(texts, decimal) for world in judges(kind)]
    pairs = {match.groups() for text in texts for match in DELTA.finditer(text)}
    found += [
        where_equal(world, pair, texts, decimal, lines)
        for pair in sorted(pair for pair in pairs if pair[0] != pair[1])
        for world, lines in zip(judges(kind), list(found), strict=True)
    ]
    return [worst(lines) for lines in zip(*found, strict=True)]


def where_equal(
    world: InWorld, pair: tuple[str, ...], texts: Sequence[str], decimal: str, lines: Sequence[Line]
) -> list[Line]:
    """The verdicts where two letters stand for one position, which count for lines with a Kronecker delta of them."""
    equal = InWorld.__new__(InWorld)
    equal.__dict__ |= world.__dict__ | {"vocabulary": world.vocabulary.with_cases([(pair[0], pair[1])])}
    found = equal.lines(texts, decimal)
    return [
        one if any(match.groups() == pair for match in DELTA.finditer(text)) else other
        for text, one, other in zip(texts, found, lines, strict=True)
    ]


@lru_cache(maxsize=64)
def judges(kind: Lines) -> tuple[InWorld, ...]:
    """The judges in the first worlds where the key holds; in the first worlds of all where it holds in none."""
    good = (each for each in (InWorld(kind, vocabulary) for vocabulary in vocabularies(kind)) if holds(each, kind))
    found = tuple(islice(good, WORLDS))
    return found or tuple(InWorld(kind, vocabulary) for vocabulary in islice(vocabularies(kind), WORLDS))


def holds(world: InWorld, kind: Lines) -> bool:
    """Whether the key's results have values in a world, and its own lines are right there."""
    return world.valued() and all(line.verdict == "correct" for line in world.lines(kind.lines))


def vocabularies(kind: Lines) -> Iterator[Vocabulary]:
    """The names of a derivation with what its definitions say of them, in every world of its lengths."""
    for world in worlds(dict(kind.symbols) or symbols_in(kind.definitions, kind.lines), MORE_WORLDS):
        for text in kind.definitions:
            world = defined(world, statement(text))
        yield world
